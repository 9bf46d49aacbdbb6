"""Thermo Fisher Qubit 4: concentrations of nucleic acid and protein in single tubes, csv or xlsx."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, problem
from evqc.instruments._first_headings import first_headings
from evqc.instruments._qubit import WORDS, Columns, concentration, dilution_lost, standards
from evqc.instruments._samples import Samples, dated, measured_twice, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity

NAME = "qubit4"
TITLE = "Thermo Fisher Qubit 4 fluorometer"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv or xlsx of results: concentration in tube and sample, dilution, signals of standards",)
MENTIONS = "original sample conc."

#: With whatever stands for the sign of the trade mark, which differs between exports.
_TUBE = re.compile(r"qubit\S{0,4}\s*tube conc\.", re.IGNORECASE)
_NEEDED = ("Run ID", "Assay Name", "Test Name", "Test Date", "Original sample conc.", "Dilution Factor")
_VOLUME = re.compile(r"sample volume \(.l\)", re.IGNORECASE)
_SIGNALS = {
    "Std 1 RFU": "standard_1_rfu",
    "Std 2 RFU": "standard_2_rfu",
    "Std 3 RFU": "standard_3_rfu",
}
#: The channel that was read, by a word in the emission; without a word both are kept.
_CHANNELS = {"Green RFU": ("green", "green_rfu"), "Far Red RFU": ("red", "far_red_rfu")}
_TEXTS = {"Run ID": "run_id", "Excitation": "excitation", "Emission": "emission"}


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings has the Qubit 4's columns: a tube concentration, a test name and signals by colour."""
    wanted = {"run id", "test name", "original sample conc."}
    return file.mentions(*wanted) and any(
        wanted <= set(row) and any(map(_TUBE.fullmatch, row)) for row in first_headings(file)
    )


def read(file: ExportFile) -> Reading:
    """One concentration a row.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``UNIT_UNKNOWN``.
    """
    found = samples(file, _NEEDED, _holds_numbers, words=WORDS)
    measured: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    for table in found:
        of = _columns(table)
        for row in table.rows:
            result, said = _row(table, row, of)
            measured.append(result)
            issues += said
        channels = {channel for row in table.rows for channel in _channels(table, row)}
        read_headings = [*_NEEDED, of.tube, of.tube_unit, of.original_unit, of.volume, *_SIGNALS, *_TEXTS, *channels]
        issues += [*torn(table, read_headings), *dilution_lost(table, of)]
        issues += measured_twice(table, "Test Date", of.sample)
        unread += table.table.unread(read_headings)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="results",
        measurements=tuple(measured),
        issues=once(issues),
        unread=tuple(dict.fromkeys(unread)),
        status=STATUS,
    )


def _holds_numbers(heading: str) -> bool:
    return heading.endswith((" conc.", " rfu")) or heading == "dilution factor" or bool(_VOLUME.fullmatch(heading))


def _columns(found: Samples) -> Columns:
    """The headings of this version."""
    headings = found.table.headings
    tube = next((h for h in headings if _TUBE.fullmatch(h)), "Qubit tube conc.")
    volume = next((h for h in headings if _VOLUME.fullmatch(h)), "Sample Volume (uL)")
    return Columns(
        tube=tube,
        tube_unit=_units_of(found, tube),
        original="Original sample conc.",
        original_unit=_units_of(found, "Original sample conc."),
        volume=volume,
        dilution="Dilution Factor",
        assay="Assay Name",
        sample="Test Name",
    )


def _units_of(found: Samples, heading: str) -> str:
    """The unit's column: ``Original sample conc. units``, or in other versions ``Units`` behind the concentration.

    Raises:
        InputError: ``HEADING_MISSING`` when there is neither.
    """
    if found.table.has(f"{heading} units"):
        return f"{heading} units"
    headings = [h.casefold() for h in found.table.headings]
    place = headings.index(heading.casefold()) + 1 if heading.casefold() in headings else 0
    behind = found.table.headings[place] if 0 < place < len(headings) else ""
    if not behind.casefold().startswith("unit"):
        found.table.cell(found.rows[0], f"Units behind '{heading}'")
    return behind


def _row(found: Samples, row: Row, of: Columns) -> tuple[Quantity, tuple[Issue, ...]]:
    when, dates = _when(found, row)
    settings = {**found.texts(row, _TEXTS), **found.settings(row, _SIGNALS | _channels(found, row))}
    result, issues = concentration(found, row, of, when, settings)
    return result, (*dates, *issues, *standards(found, row, ("Std 1 RFU", "Std 2 RFU", "Std 3 RFU")))


def _channels(found: Samples, row: Row) -> dict[str, str]:
    """The signal columns of one row and their names in settings."""
    emission = (found.text(row, "Emission") or "").casefold()
    named = {heading: name for heading, (word, name) in _CHANNELS.items() if word in emission}
    return named or {heading: name for heading, (_, name) in _CHANNELS.items()}


def _when(found: Samples, row: Row) -> tuple[str | None, tuple[Issue, ...]]:
    """The test's date. The run is named after its day in ISO spelling, which tells day from month and is compared."""
    written, day = found.text(row, "Test Date"), _iso_day(found.text(row, "Run ID"))
    for spelled in ("%d/%m/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S"):
        moment = _moment(written, spelled)
        if moment is not None and moment.date().isoformat() == day:
            return moment.isoformat(), ()
    when, issues = dated(found, row, "Test Date")
    if day is None or when is None or issues or when[:10] == day:
        return when, issues
    expected = f"the day of the run, {day}; a spreadsheet may have exchanged day and month"
    return written, (problem("warning", "DATE_DISAGREES", found.where(row, "Test Date"), f"'{written}'", expected),)


def _iso_day(text: str | None) -> str | None:
    return text[:10] if text and re.match(r"\d{4}-\d{2}-\d{2}(?!\d)", text) else None


def _moment(text: str | None, spelled: str) -> datetime | None:
    try:
        return datetime.strptime(text or "", spelled)  # noqa: DTZ007  files state no zone
    except ValueError:
        return None
