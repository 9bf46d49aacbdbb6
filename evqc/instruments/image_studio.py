"""LI-COR Image Studio tables of shapes: western blots, and wells of the in-cell western.

The table names shapes, images and channels, not markers and samples; those are the laboratory's to say.

Source: the vendor's calculation descriptions of Image Studio: Signal = Total - Bkgnd. x Area, Mean = Total / Area.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, problem
from evqc.instruments._bands import METHOD, Bands, saturated, signal, torn, without_map
from evqc.instruments._first_headings import first_filled
from evqc.instruments._plates import well
from evqc.instruments._rows import Table, delimiter, plain, rows, table
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "image_studio"
TITLE = "LI-COR Image Studio"
FAMILY = "markers"
STATUS: Literal["experimental"] = "experimental"
READS = (
    "Western blot: one row a shape with Signal, Total, Area and Bkgnd.",
    "In-cell western: one row a well and channel with Total, ICW Relative and ICW % Response",
)
MENTIONS = "image name"

_BLOT = ("Image Name", "Channel", "Signal")
_WELLS = ("Image Name", "Channel", "Well Name", "Total")
_NUMBERS = (
    "Signal", "Total", "Area", "Bkgnd.", "Conc. Std.", "Conc.", "Mean", "Median", "Min", "Max", "Std Dev",
    "Bkgnd. Std Dev", "SNR", "Width", "Height", "ICW Relative", "ICW % Response", "Trim Signal",
)  # fmt: skip
_SETTINGS = {
    "Image Name": "image", "Channel": "channel", "Name": "shape", "Well Name": "well", "Type": "type",
    "ICW Type": "type", "Total": "total_au", "Area": "area_pixels", "Bkgnd.": "background_au", "Mean": "mean_au",
    "Median": "median_au", "Min": "minimum_au", "Max": "maximum_au", "Std Dev": "sd_au",
    "Bkgnd. Std Dev": "background_sd_au", "SNR": "signal_to_noise", "Width": "width_pixels", "Height": "height_pixels",
    "Conc. Std.": "concentration_standard", "Conc.": "concentration", "Trim Signal": "trim_signal_au",
    "ICW % Response": "icw_response_percent",
}  # fmt: skip


def recognises(file: ExportFile) -> bool:
    """Whether a line holds the headings of shapes of a blot or of wells of the in-cell western."""
    return file.mentions("image name", "channel") and any(map(_is_header, first_filled(file, 3)))


def _is_header(line: list[str]) -> bool:
    named = {text.casefold() for text in line}
    if not {"image name", "channel"} <= named:
        return False
    return "signal" in named or ("total" in named and any(name.startswith("icw ") for name in named))


def read(file: ExportFile) -> Reading:
    """The whole reading of a table of shapes.

    Raises:
        InputError: ``HEADING_MISSING``, ``NOT_A_NUMBER``, ``DECIMAL_AMBIGUOUS``, ``QUOTING``.
    """
    sheet, mark = rows(file), delimiter(file.text())
    wells = not any("signal" in {plain(cell.text).casefold() for cell in row} for row in sheet[:3])
    found = Bands(table(file.name, sheet, _WELLS if wells else _BLOT), _NUMBERS, mark)
    body = found.table.body
    made = [q for row in body for q in (_well(found, row) if wells else _shape(found, row))]
    checks = [issue for row in body for issue in _checks(found, row)]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="in-cell western wells" if wells else "western blot shapes",
        measurements=tuple(made),
        issues=(
            *torn(file, found.table),
            *_misplaced(found.table),
            without_map("which shape is which marker and sample"),
            *checks,
        ),
        unread=found.table.unread((*_SETTINGS, "Signal", "ICW Relative")),
        status=STATUS,
    )


def _shape(found: Bands, row: Row) -> tuple[Quantity, ...]:
    settings = found.settings(row, _SETTINGS) | {"statistic": "Signal", "background_corrected": True}
    where = found.table.cell(row, "Signal").where("Signal")
    return (signal(found.amount(row, "Signal"), where, None, settings, METHOD),)


def _well(found: Bands, row: Row) -> tuple[Quantity, ...]:
    """The total of a well and, where the table has the column, its signal relative to the normalising channel."""
    settings = found.settings(row, _SETTINGS)
    made = []
    for heading in ("Total", "ICW Relative"):
        if found.table.has(heading):
            where = found.table.cell(row, heading).where(heading)
            own = settings | {"statistic": heading, "background_corrected": False}
            made.append(signal(found.amount(row, heading), where, None, own, "in-cell western"))
    return tuple(made)


def _misplaced(table: Table) -> tuple[Issue, ...]:
    """A warning for the first name of a well that is none: columns may be exchanged."""
    cells = [table.cell(row, "Well Name") for row in table.body] if table.has("Well Name") else []
    odd = next((cell for cell in cells if cell.text and well(cell.text) is None), None)
    if odd is None:
        return ()
    return (problem("warning", "NOT_A_WELL", odd.where("Well Name"), f"'{odd.text}'", "a well such as 'A01'"),)


def _checks(found: Bands, row: Row) -> tuple[Issue, ...]:
    """Signal and mean beside those computed from total, area and background; a saturated shape."""
    total, area, background, highest = (found.value(row, name) for name in ("Total", "Area", "Bkgnd.", "Max"))
    issues = saturated(highest, found.table.cell(row, "Max").where("Max")) if highest is not None else ()
    if total is None or area is None or not area > 0:
        return issues
    rounded = found.rounding(row, "Total")
    if found.table.has("Mean") and found.value(row, "Mean") is not None:
        slack = found.rounding(row, "Mean") + rounded / area
        issues += found.disagrees(row, "Mean", total / area, slack, "Total / Area")
    if background is None or not found.table.has("Signal") or found.value(row, "Signal") is None:
        return issues
    slack = found.rounding(row, "Signal") + rounded + area * found.rounding(row, "Bkgnd.")
    return issues + found.disagrees(row, "Signal", total - background * area, slack, "Total - Bkgnd. x Area")
