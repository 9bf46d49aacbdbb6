"""Agilent BioTek Gen5 text exports: endpoint and kinetic reads with layout, computed values and fitted curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._plates import LETTERS, tabbed
from evqc.instruments._rows import ends_open
from evqc.instruments.gen5._reactions import reactions
from evqc.instruments.gen5._results import Context, context, results
from evqc.instruments.gen5._sections import plates
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.calibration import WellSeries
    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "gen5"
TITLE = "Agilent BioTek Gen5"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("text export of one or several plates: endpoint and kinetic reads, layout, results, fitted curves",)
MENTIONS = "protocol file path:"
_READ = {"absorbance", "fluorescence", "luminescence"}
_USED = {
    "Software Version", "Experiment File Path", "Protocol File Path", "Plate Number", "Date", "Time", "Reader Type",
    "Reader Serial Number", "Reading Type",
}  # fmt: skip


def recognises(file: ExportFile) -> bool:
    """Whether the text begins with Gen5's version and the paths of its experiment and protocol."""
    head = file.head
    return (
        not file.is_workbook
        and head.lstrip().startswith("Software Version\t")
        and "Protocol File Path:\t" in head
        and "Experiment File Path:" in head
    )


def read(file: ExportFile) -> Reading:
    """The wells of every plate of an export.

    Raises:
        InputError: ``TRUNCATED`` when the last line has no end or a plate is not whole, ``NO_READS`` when the export
            holds none, and what the parts of the reader raise.
    """
    rows = tabbed(file)
    if ends_open(file) and not _ends_with_label(rows):
        where = Where(line=len(rows))
        raise refusal(file.name, "TRUNCATED", where, "a last line without line end", "a whole export")
    found = [context(file.name, plate) for plate in plates(file.name, rows)]
    quantities, series, issues, unread = _everything(found)
    if not series and not any(one.measurand in _READ for one in quantities):
        tables = [title for of in found for title in of.plate.unread]
        shown = f"nothing but {', '.join(tables)}" if tables else "no values of a read of the procedure"
        raise refusal(file.name, "NO_READS", Where(), shown, "endpoint or kinetic reads; spectra are not read")
    return accepted(
        file.source,
        instrument=NAME,
        software_version=found[0].plate.text("Software Version"),
        file_kind="plate export",
        measurements=tuple(quantities),
        issues=(*issues, *_named_twice(found)),
        unread=tuple(dict.fromkeys(unread)),
        series=tuple(series),
        status=STATUS,
    )


def _ends_with_label(rows: Sequence[Row]) -> bool:
    """Whether the last line is one of a plate and ends with the whole label of a line before it."""
    last = rows[-1]
    in_plate = len(last) > 2 and last[0].text in {"", *LETTERS} and bool(last[-1].text)
    return in_plate and any(len(row) == len(last) and row[-1].text == last[-1].text for row in rows[:-1])


def _named_twice(found: Sequence[Context]) -> tuple[Issue, ...]:
    names = [of.plate.text("Plate Number") for of in found]
    twice = next((name for n, name in enumerate(names) if name in names[:n]), None)
    if twice is None and names.count(None) < 2:
        return ()
    return (problem("warning", "PLATE_NAME_TWICE", Where(field=twice), twice or "no name", "a name for each plate"),)


def _everything(found: list[Context]) -> tuple[list[Quantity], list[WellSeries], list[Issue], list[str]]:
    quantities: list[Quantity] = []
    series: list[WellSeries] = []
    issues: list[Issue] = []
    unread: list[str] = []
    for of in found:
        values = results(of)
        over_time, noted, tables = reactions(of)
        quantities += values.quantities
        series += over_time
        issues += [*of.issues, *values.issues, *noted]
        unread += [*values.unread, *tables, *of.plate.unread, *_unread(of)]
    return quantities, series, issues, unread


def _unread(of: Context) -> list[str]:
    keys = [key for key, cell in of.plate.keys.items() if cell.text and key not in _USED]
    labels = list(of.plate.layout.labels if of.plate.layout else ())
    curves = [f"{row[0].text} curve" for _, row in of.plate.curves]
    return [*keys, *(f"Layout {label}" for label in labels if label not in {"Well ID", "Conc/Dil", "Name"}), *curves]
