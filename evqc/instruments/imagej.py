"""ImageJ and Fiji result tables (``Results.csv``): peaks of the gel analyzer, or measured regions.

Lane and marker are not in the file. The bands are read in the order of the table, and a lane map is asked for.

Source: ImageJ user guide, Analyze > Set Measurements: integrated density is area times mean grey value; the gel
analyzer lists the area under each peak, and by request the percent of all peaks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, refusal
from evqc.instruments._bands import METHOD, Bands, saturated, signal, torn, without_map
from evqc.instruments._cell import Cell
from evqc.instruments._first_headings import first_filled
from evqc.instruments._rows import Table, delimiter, filled, rows
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "imagej"
TITLE = "ImageJ or Fiji results table"
FAMILY = "markers"
STATUS: Literal["experimental"] = "experimental"
READS = ("Results.csv of the gel analyzer (Area, Percent) and of measured regions (Area, Mean, IntDen, …)",)
MENTIONS = "area"

_SETTINGS = {
    "Label": "label", "Area": "area", "Mean": "mean_au", "StdDev": "sd_au", "Mode": "mode_au", "Median": "median_au",
    "Min": "minimum_au", "Max": "maximum_au", "RawIntDen": "raw_integrated_density_au", "Percent": "percent_of_peaks",
    "X": "x", "Y": "y", "XM": "x_of_mass", "YM": "y_of_mass", "BX": "left", "BY": "top", "Width": "width",
    "Height": "height", "Perim.": "perimeter", "%Area": "area_percent", "Slice": "slice", "Ch": "channel",
    "Frame": "frame", "Skew": "skewness", "Kurt": "kurtosis", "MinThr": "lower_threshold", "MaxThr": "upper_threshold",
    "Circ.": "circularity", "Angle": "angle_degrees", "Length": "length", "Major": "major_axis",
    "Minor": "minor_axis", "Feret": "feret", "FeretX": "feret_x", "FeretY": "feret_y", "FeretAngle": "feret_angle",
    "MinFeret": "minimum_feret", "AR": "aspect_ratio", "Round": "roundness", "Solidity": "solidity",
    "XStart": "x_start", "YStart": "y_start", "NArea": "normalised_area",
}  # fmt: skip
_NUMBERS = (*(heading for heading in _SETTINGS if heading != "Label"), "IntDen")
_KNOWN = {*_SETTINGS, "IntDen"}
#: Name of the column of row numbers, which ImageJ leaves without one.
_FIRST = "Row"
#: Beside an area, measurements of grey values, which tables of other programs do not call so.
_GREY = {"Mean", "StdDev", "Min", "IntDen", "RawIntDen", "%Area"}
#: What the first row begins with: an empty heading, the label or the area.
_BEGINS = (",", ";", "\t", "label", "area", "sep=")


def recognises(file: ExportFile) -> bool:
    """Whether the first line names an area and measurements of grey values as ImageJ does.

    Row numbers stand below an empty heading; without them, which is an option of ImageJ, nothing but its own
    measurements may stand there. Macros add columns of their own.
    """
    begins = file.head.lstrip('" \r\n')[:5].casefold().startswith(_BEGINS)
    row = next(iter(first_filled(file)), []) if begins and file.mentions("area") else []
    own = set(row) & _KNOWN
    if "Area" not in own:
        return False
    if row[0] == "":
        return bool(own & _GREY) or own == set(row[1:])
    return row[0] in {"Label", "Area"} and own == set(row) and bool(own & _GREY)


def read(file: ExportFile) -> Reading:
    """The whole reading of a results table.

    Raises:
        InputError: ``ROW_NUMBER`` for rows that are not numbered from 1 on, ``NOT_A_NUMBER``, ``DECIMAL_AMBIGUOUS``.
    """
    sheet, mark = rows(file), delimiter(file.text())
    found = Bands(_numbered(file.name, [row for row in sheet if filled(row)]), _NUMBERS, mark)
    _refuse_misnumbered(found)
    of = _signal_column(found)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="gel analyzer peaks" if of == "Area" else "measured regions",
        measurements=tuple(_band(found, row, of) for row in found.table.body),
        issues=(*torn(file, found.table), without_map("which row is which lane and marker"), *_checks(found, of)),
        unread=found.table.unread((*_KNOWN, _FIRST)),
        status=STATUS,
    )


def _numbered(source: str, sheet: Sequence[Row]) -> Table:
    """The table with a name for its row numbers, and with row numbers where the export has none."""
    top, *body = sheet
    name = Cell(_FIRST, top[0].line)
    if not top[0].text:
        return Table(source, (name, *top[1:]), tuple(body))
    counted = ((Cell(str(number), row[0].line), *row) for number, row in enumerate(body, start=1))
    return Table(source, (name, *top), tuple(counted))


def _refuse_misnumbered(found: Bands) -> None:
    """Rows are numbered from 1 on: a row that was taken out, doubled or moved would shift every lane behind it."""
    for number, row in enumerate(found.table.body, start=1):
        cell = found.table.cell(row, _FIRST)
        if cell.text != str(number):
            raise refusal(found.table.source, "ROW_NUMBER", cell.where("1"), f"'{cell.text}'", f"row number {number}")


def _signal_column(found: Bands) -> str:
    """The column that is the signal: integrated density, else the area of a peak, else the mean of a region."""
    if found.table.has("IntDen"):
        return "IntDen"
    return "Mean" if found.table.has("Mean") else "Area"


def _band(found: Bands, row: Row, of: str) -> Quantity:
    settings = {"row": int(found.table.cell(row, _FIRST).text)} | found.settings(row, _SETTINGS)
    told = settings | {"statistic": "peak area" if of == "Area" else of, "background_corrected": of == "Area" or None}
    return signal(found.amount(row, of), found.table.cell(row, of).where(of), None, told, METHOD)


def _checks(found: Bands, of: str) -> Iterable[Issue]:
    """Integrated density and percent beside those computed, saturated bands, and rows without a number."""
    for row in found.table.body:
        area, mean, highest = (found.value(row, name) for name in ("Area", "Mean", "Max"))
        if highest is not None:
            yield from saturated(highest, found.table.cell(row, "Max").where("Max"))
        if of == "IntDen" and area is not None and mean is not None and found.value(row, of) is not None:
            slack = found.rounding(row, of) + area * found.rounding(row, "Mean") + mean * found.rounding(row, "Area")
            yield from found.disagrees(row, of, area * mean, slack, "Area x Mean")
    yield from _percents(found)


def _percents(found: Bands) -> Iterable[Issue]:
    """Percents of peaks beside those computed from the areas: of a table that lacks a row they no longer fit."""
    areas = [found.value(row, "Area") for row in found.table.body]
    if not found.table.has("Percent") or None in areas or not (total := sum(a for a in areas if a is not None)):
        return
    for row, area in zip(found.table.body, areas, strict=True):
        if area is not None and found.value(row, "Percent") is not None:
            slack = found.rounding(row, "Percent") + 100 * len(areas) * found.rounding(row, "Area") / total
            yield from found.disagrees(row, "Percent", 100 * area / total, slack, "Area over the sum of all areas")
