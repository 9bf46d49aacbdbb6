"""Thermo Fisher Qubit Flex: concentrations of up to eight tubes at a time, csv or xlsx, with the range of the assay."""

from __future__ import annotations

import re
from dataclasses import astuple
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, problem
from evqc.instruments._first_headings import has_headings
from evqc.instruments._qubit import WORDS, Columns, concentration, dilution_lost, standards
from evqc.instruments._samples import Samples, dated, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "qubit_flex"
TITLE = "Thermo Fisher Qubit Flex fluorometer"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv or xlsx of results: concentration in tube and sample, dilution, ranges of the assay",)
MENTIONS = "qubit tube conc."

_NEEDED = ("Run ID", "Assay Name", "Sample Name", "Original Sample Conc.", "Qubit Tube Conc.")
_COLUMNS = Columns(
    tube="Qubit Tube Conc.",
    tube_unit="Qubit tube conc. units",
    original="Original Sample Conc.",
    original_unit="Original sample conc. units",
    volume="Sample Volume (uL)",
    dilution="Dilution Factor",
    assay="Assay Name",
    sample="Sample Name",
)
_CORE, _LOW, _HIGH = "Core Range", "Extended Low Range", "Extended High Range"
_SIGNALS = {
    "Std 1 RFU": "standard_1_rfu",
    "Std 2 RFU": "standard_2_rfu",
    "Std 3 RFU": "standard_3_rfu",
    "Sample RFU": "sample_rfu",
}
_TEXTS = {
    "Run ID": "run_id",
    _LOW: "extended_low_range",
    _CORE: "core_range",
    _HIGH: "extended_high_range",
    "Excitation": "excitation",
    "Reagent Lot#": "reagent_lot",
    "Plate Barcode": "plate",
    "Well": "well",
    "Sample ID": "sample_id",
    "Tags": "tags",
}
_VERSION = "Software Version"
_READ = (*_NEEDED, *astuple(_COLUMNS), *_SIGNALS, *_TEXTS, "Test Date", _VERSION)
_RANGE = re.compile(r"(\d[\d.,]*)\s*-\s*(\d[\d.,]*)", re.ASCII)


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings has the Qubit Flex's columns: ``Sample Name``, where a Qubit 4 has ``Test Name``."""
    units = ("qubit tube conc. units", "original sample conc. units")
    return has_headings(file, "run id", "sample name", "qubit tube conc.", *units)


def read(file: ExportFile) -> Reading:
    """One concentration a row.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``UNIT_UNKNOWN``.
    """
    found = samples(file, _NEEDED, _holds_numbers, words=WORDS)
    measured: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    versions: list[str | None] = []
    for table in found:
        for row in table.rows:
            result, said = _row(table, row)
            measured.append(result)
            issues += said
            versions.append(table.text(row, _VERSION))
        issues += [*torn(table, _READ), *dilution_lost(table, _COLUMNS)]
        unread += table.table.unread(_READ)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=", ".join(dict.fromkeys(filter(None, versions))) or None,
        file_kind="results",
        measurements=tuple(measured),
        issues=once(issues),
        unread=tuple(dict.fromkeys(unread)),
        status=STATUS,
    )


def _holds_numbers(heading: str) -> bool:
    return heading.endswith((" conc.", " rfu")) or heading in {"dilution factor", "sample volume (ul)"}


def _row(found: Samples, row: Row) -> tuple[Quantity, tuple[Issue, ...]]:
    when, dates = dated(found, row, "Test Date")
    settings = {**found.texts(row, _TEXTS), **found.settings(row, _SIGNALS)}
    result, issues = concentration(found, row, _COLUMNS, when, settings)
    checks = (*standards(found, row, ("Std 1 RFU", "Std 2 RFU", "Std 3 RFU")), *_outside(found, row))
    return result, (*dates, *issues, *checks)


def _outside(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning for a sample outside the core range, which the file prints in the unit of the sample's concentration.

    Source: the ranges stand in the export itself; outside the core range the instrument extrapolates.
    """
    limits = _RANGE.fullmatch(found.text(row, _CORE) or "")
    shown = found.printed(row, _COLUMNS.original)
    if limits is None or shown is None:
        return ()
    lower, upper = (found.marks.parse(text) for text in limits.groups())
    if lower is None or upper is None or lower <= shown.value <= upper:
        return ()
    expected = f"a concentration in the core range {limits[0]}"
    where = found.where(row, _COLUMNS.original)
    return (problem("warning", "OUTSIDE_CORE_RANGE", where, f"{shown.value:g}", expected),)
