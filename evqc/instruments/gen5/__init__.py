"""Agilent BioTek Gen5 text exports: endpoint and kinetic reads with layout, computed values and fitted curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._plates import tabbed
from evqc.instruments._rows import ends_open
from evqc.instruments.gen5._reactions import reactions
from evqc.instruments.gen5._results import Context, context, results
from evqc.instruments.gen5._sections import plates
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.calibration import WellSeries
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "gen5"
TITLE = "Agilent BioTek Gen5"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("text export of one or several plates: endpoint and kinetic reads, layout, results, fitted curves",)
_READ = {"absorbance", "fluorescence", "luminescence"}
_USED = {
    "Software Version", "Experiment File Path", "Protocol File Path", "Plate Number", "Date", "Time", "Reader Type",
    "Reader Serial Number",
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
    if ends_open(file):
        where = Where(line=len(tabbed(file)))
        raise refusal(file.name, "TRUNCATED", where, "a last line without line end", "a whole export")
    found = [context(file.name, plate) for plate in plates(file.name, tabbed(file))]
    quantities, series, issues, unread = _everything(found)
    if not series and not any(one.measurand in _READ for one in quantities):
        raise refusal(
            file.name, "NO_READS", Where(), "no values of a read of the procedure", "endpoint or kinetic reads"
        )
    return accepted(
        file.source,
        instrument=NAME,
        software_version=found[0].plate.text("Software Version"),
        file_kind="plate export",
        measurements=tuple(quantities),
        issues=tuple(issues),
        unread=tuple(dict.fromkeys(unread)),
        series=tuple(series),
        status=STATUS,
    )


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
