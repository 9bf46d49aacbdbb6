"""Beckman Coulter HIAC with PharmSpec: sub-visible particles by light obscuration, xlsx of a summary report."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._cell import Cell
from evqc.instruments._dates import acquired
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import parse
from evqc.instruments._rounded import Rounded, disagreement, rounded, total
from evqc.instruments._rows import Table, filled, plain
from evqc.instruments._samples import Samples
from evqc.measurement import State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "pharmspec"
TITLE = "Beckman Coulter HIAC particle counter with PharmSpec"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "xlsx of the summary report: counts and counts per mL at or above each size of each run; averages are compared",
    "xlsx of a run counter test, with the same table (of third-party code only)",
)
MENTIONS = "cumulative counts/ml"

_SIZE, _RUN = "Particle Size(µm)", "Run No."
_COUNT, _PER_ML = "Cumulative Count", "Cumulative Counts/mL"
_DIFFERENTIAL = {"Differential Count": _COUNT, "Differential Counts/mL": _PER_ML}
_AVERAGE = "Average"
_VOLUME, _DILUTION, _RUNS, _DATE = "Sample Volume (mL)", "Dilution Factor", "No Of Runs", "Sample Date"
#: The report is in the language of the laboratory's template.
_SAMPLE = ("Probe", "Sample", "Sample Name", "Sample ID")
_TEXTS = {
    "Ro-Nr": "ro_number",
    "Batch-Nr": "batch",
    "Batch": "batch",
    "Lot": "lot",
    "Container ID": "container",
    "Operator Name": "operator",
    "Sensor Model": "sensor",
    "Sensor Serial Number": "sensor_serial_number",
}
_NUMBERS = {
    _VOLUME: "sample_volume_ml",
    _DILUTION: "dilution_factor",
    "View Volume": "view_volume",
    "View Volume (%)": "view_volume",
}
_VERSION = re.compile(r"PharmSpec\s+v(\d[\d.]*)", re.IGNORECASE)
_NAMED_RUN = re.compile(r"(?:Run\s*)?\d+", re.IGNORECASE)
_LIMIT = re.compile(r"([\d.]+)\s*[µμu]m Counts\s*<=\s*([\d.]+)\s*per\s*1\s*mL", re.IGNORECASE)
_VERDICT = re.compile(r"PharmSpec.*\b(PASSED|FAILED)\b", re.IGNORECASE)
#: Keys above the table that are read.
_KEYS = {*_SAMPLE, *_TEXTS, *_NUMBERS, _RUNS, _DATE}


def recognises(file: ExportFile) -> bool:
    """Whether a sheet has the headings of runs, sizes and counts at or above each size."""
    wanted = {plain(heading) for heading in (_RUN, _SIZE, _COUNT, _PER_ML)}
    return any(wanted <= {plain(text) for text in row} for sheet in file.sheets.values() for row in sheet)


@dataclass(frozen=True)
class _Report:
    """The report in parts.

    Attributes:
        found: the table of sizes, of all runs and the average, in the order of the sheet.
        run: the run that each row belongs to, by line.
        header: keys and values above the table.
        discarded: runs that are in no average.
        below: filled cells below the table.
    """

    found: Samples
    run: dict[int, str]
    header: dict[str, Cell]
    discarded: frozenset[str]
    below: tuple[Cell, ...]

    def rows(self, run: str) -> list[Row]:
        """The rows of one run."""
        return [row for row in self.found.rows if self.run[row[0].line] == run]

    @property
    def runs(self) -> list[str]:
        """The runs without the average, in order."""
        return [name for name in dict.fromkeys(self.run.values()) if name != _AVERAGE]

    def text(self, *keys: str) -> str | None:
        """The value of the first key that has one; a hyphen is none."""
        texts = (self.header[key].text for key in keys if key in self.header)
        return next((text for text in texts if text not in {"", "-"}), None)

    def number(self, key: str) -> Rounded | None:
        """A number of the header with its rounding."""
        return _shown(self.header[key], self.found.marks) if key in self.header else None


def read(file: ExportFile) -> Reading:
    """Counts and counts per mL at or above each size, run by run; a discarded run's numbers are masked.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``RUNS_MISSING``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    report, title = _report(file)
    said = report.number(_RUNS)
    if said is not None and said.value != len(report.runs):
        where = report.header[_RUNS].where(_RUNS)
        raise refusal(file.name, "RUNS_MISSING", where, f"runs {report.runs}", f"{said.value:g} runs, as it says")
    when, dates = acquired(report.text(_DATE), report.header[_DATE].where(_DATE) if _DATE in report.header else Where())
    measured = [q for name in report.runs for q in _measured(report, name, when)]
    version = _VERSION.search(title)
    left = [key for key in report.header if key not in _KEYS and report.text(key) is not None]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None if version is None else version[1],
        file_kind="summary report" if version is not None else "run counter test",
        measurements=tuple(measured),
        issues=(*dates, *_checks(report)),
        unread=(*left, *report.found.table.unread((_RUN, _SIZE, _COUNT, _PER_ML, *_DIFFERENTIAL))),
        status=STATUS,
    )


def _report(file: ExportFile) -> tuple[_Report, str]:
    """The report of the first sheet that has one, and its title."""
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    for sheet in every_sheet(file):
        rows = [row for row in sheet if filled(row)]
        top = next((i for i, row in enumerate(rows) if plain(_SIZE) in {plain(c.text) for c in row}), None)
        if top is not None:
            title = next((c.text for row in rows[:top] for c in row if _VERSION.search(c.text)), "")
            return _parts(file, rows[:top], rows[top], rows[top + 1 :]), title
    raise refusal(file.name, "HEADING_MISSING", Where(), "no row with this heading", f"a column '{_SIZE}'")


def _parts(file: ExportFile, above: Sequence[Row], header: Row, below: Sequence[Row]) -> _Report:
    table = Table(file.name, header, ())
    place = table.headings.index(plain(_SIZE))
    end = next((i for i, row in enumerate(below) if row[0].text and not _begins_run(row)), len(below))
    run, body, name = {}, [], ""
    for row in below[:end]:
        name = row[0].text or name
        if row[place].text:
            run[row[0].line] = name
            body.append(row)
    if not body:
        raise refusal(file.name, "NO_SAMPLE", header[0].where(_RUN), "headings only", "a run with its sizes")
    texts = [c.text for row in (*above, *body) for c in row[1:] if c.number is None]
    found = Samples(file, tuple(above), Table(file.name, header, tuple(body)), marks(texts, file.name, Where()))
    rest = tuple(c for row in below[end:] for c in row if c.text)
    return _Report(found, run, dict(_keys(above)), frozenset(_discarded(above)), rest)


def _begins_run(row: Row) -> bool:
    return _NAMED_RUN.fullmatch(row[0].text) is not None or row[0].text == _AVERAGE


def _keys(above: Iterable[Row]) -> Iterator[tuple[str, Cell]]:
    """Keys with their values: behind a colon in the next cell, or in the cell behind a colon of its own."""
    for row in above:
        for key, colon, value in zip(row, row[1:], (*row[2:], None), strict=False):
            if not key.text or not colon.text.startswith(":"):
                continue
            if colon.text != ":":
                yield key.text, replace(colon, text=colon.text[1:].strip())
            elif value is not None:
                yield key.text, value


def _torn_keys(above: Iterable[Row]) -> Iterator[Issue]:
    """A value behind a colon without a key, and a key that is known but has no colon behind it."""
    for row in above:
        for key, colon, value in zip(row, row[1:], (*row[2:], None), strict=False):
            said = colon.text.startswith(":") and (colon.text != ":" or (value is not None and value.text))
            if said and not key.text:
                yield problem("warning", "HEADING_EMPTY", colon.where(""), f"'{colon.text}' behind no key", "a key")
            if key.text in _KEYS and not colon.text.startswith(":"):
                expected = "a colon behind the key; its value is not read"
                yield problem("warning", "KEY_UNREAD", key.where(key.text), f"'{key.text}' without a colon", expected)


def _discarded(above: Iterable[Row]) -> Iterator[str]:
    for row in above:
        for name, said in pairwise(row):
            if _NAMED_RUN.fullmatch(name.text) and said.text.casefold() == "discarded":
                yield name.text


def _shown(cell: Cell, by: Marks) -> Rounded | None:
    """A printed number; a workbook holds 24 for what is printed as 24, so that it may be anything from 23.5 to 24.5."""
    return rounded(cell.text, Marks() if cell.number is not None else by)


def _measured(report: _Report, name: str, when: str | None) -> Iterator[Quantity]:
    texts = {key: text for k, key in _TEXTS.items() if (text := report.text(k)) is not None}
    numbers = {key: number.value for k, key in _NUMBERS.items() if (number := report.number(k)) is not None}
    masked = name in report.discarded
    for row in report.rows(name):
        size = report.found.amount(row, _SIZE, minimum=0).value
        settings: dict[str, Scalar] = {"size_um": size, **numbers, **texts, "discarded": masked}
        for heading, measurand, unit, more in _MEASURED:
            amount = _masked(report.found, row, heading) if masked else report.found.amount(row, heading, minimum=0)
            where, sample = report.found.where(row, heading), report.text(*_SAMPLE)
            yield quantity(
                amount, measurand, unit, where,
                sample=sample, replicate=name, method="light obscuration", acquired_at=when,
                settings={**more, **settings},
            )  # fmt: skip


_MEASURED: tuple[tuple[str, str, str, dict[str, Scalar]], ...] = (
    (_COUNT, "event_count", "1", {"counted": "particles at or above the size"}),
    (_PER_ML, "subvisible_particle_concentration", "1/mL", {}),
)


def _masked(found: Samples, row: Row, heading: str) -> Amount:
    """The number of a run that the operator or method discarded: as written, and in no mean."""
    return Amount(State.MISSING, reason="masked", as_written=found.text(row, heading))


def _checks(report: _Report) -> tuple[Issue, ...]:
    """Torn keys, and what is printed twice and not alike: of each kind the first place and how many there are."""
    torn = _torn_keys(report.found.above)
    kinds = (torn, _per_ml(report), _rising(report), _differential(report), _average(report), _illegible(report))
    return (*(issue for kind in kinds for issue in _first(list(kind))), *_verdict(report))


def _first(issues: Sequence[Issue]) -> Iterator[Issue]:
    for issue in issues[:1]:
        more = f"{issue.found}, and {len(issues) - 1} more" if len(issues) > 1 else issue.found
        yield problem(issue.severity, issue.code, issue.where, more, issue.expected)


def _number(report: _Report, row: Row, heading: str) -> Rounded | None:
    if not report.found.table.has(heading):
        return None
    return _shown(report.found.table.cell(row, heading), report.found.marks)


def _per_ml(report: _Report) -> Iterator[Issue]:
    """Source: counts per mL are the counts over the sample volume, times the dilution of the sample (USP <787>)."""
    volume, dilution = report.number(_VOLUME), report.number(_DILUTION) or Rounded(1.0)
    if volume is None:
        return
    for row in (row for name in report.runs for row in report.rows(name)):
        count, shown = _number(report, row, _COUNT), _number(report, row, _PER_ML)
        expected = None if count is None else Rounded(count.value * dilution.value).over(Rounded(volume.value))
        rule = f"'{_COUNT}' over '{_VOLUME}' times '{_DILUTION}'"
        yield from disagreement(_PER_ML, shown, expected, report.found.where(row, _PER_ML), rule)


def _rising(report: _Report) -> Iterator[Issue]:
    """Counts at or above a size cannot rise with the size."""
    for heading in (_COUNT, _PER_ML):
        for name in dict.fromkeys(report.run.values()):
            for smaller, larger in _neighbours(report, name):
                low, high = _number(report, smaller, heading), _number(report, larger, heading)
                if low is not None and high is not None and high.value > low.value:
                    where, shown = report.found.where(larger, heading), f"{heading} {high.value:g} of '{name}'"
                    expected = f"at most {low.value:g}, the one at the smaller size"
                    yield problem("warning", "COUNTS_RISE", where, shown, expected)


def _neighbours(report: _Report, name: str) -> list[tuple[Row, Row]]:
    rows = sorted(report.rows(name), key=lambda row: report.found.amount(row, _SIZE).value or math.inf)
    return list(pairwise(rows))


def _differential(report: _Report) -> Iterator[Issue]:
    """Differential counts are the differences of neighbouring cumulative ones."""
    for heading, cumulative in ((h, c) for h, c in _DIFFERENTIAL.items() if report.found.table.has(h)):
        for name in dict.fromkeys(report.run.values()):
            for smaller, larger in _neighbours(report, name):
                parts = [_number(report, row, cumulative) for row in (smaller, larger)]
                if None in parts:
                    continue
                low, high = (part for part in parts if part is not None)
                where, expected = report.found.where(smaller, heading), total((low, high.by(-1.0)))
                yield from disagreement(
                    heading, _number(report, smaller, heading), expected, where, f"of '{cumulative}'"
                )


def _average(report: _Report) -> Iterator[Issue]:
    """The printed averages beside the mean of the runs that were not discarded."""
    kept = [name for name in report.runs if name not in report.discarded]
    for row in report.rows(_AVERAGE):
        size = report.found.amount(row, _SIZE).value
        alike = [r for name in kept for r in report.rows(name) if report.found.amount(r, _SIZE).value == size]
        for heading in (_COUNT, _PER_ML):
            numbers = [n for r in alike if (n := _number(report, r, heading)) is not None]
            expected = Rounded(math.fsum(n.value for n in numbers) / len(numbers)) if numbers else None
            where, shown = report.found.where(row, heading), _number(report, row, heading)
            yield from disagreement(f"Average {heading}", shown, expected, where, f"mean of runs {', '.join(kept)}")


def _limits(report: _Report) -> Iterator[tuple[Cell, float | None, float | None]]:
    """Each printed limit with its size in µm and the most counts per mL; None for what is no number."""
    for cell in report.below:
        if (match := _LIMIT.fullmatch(cell.text)) is not None:
            yield cell, parse(match[1]), parse(match[2])


def _illegible(report: _Report) -> Iterator[Issue]:
    """A warning for a limit that the verdict cannot be held to."""
    for cell, *numbers in _limits(report):
        if None in numbers:
            expected = "a size and the most counts at or above it; the verdict is not compared with this limit"
            yield problem("warning", "NOT_A_NUMBER", cell.where("Pass Criteria"), f"'{cell.text}'", expected)


def _verdict(report: _Report) -> Iterator[Issue]:
    """A warning when the report's verdict does not follow from its averages and the limits it prints."""
    said = next((m[1].upper() for cell in report.below if (m := _VERDICT.search(cell.text))), None)
    limits = {size: most for _, size, most in _limits(report) if size is not None and most is not None}
    over = [
        size
        for row in report.rows(_AVERAGE)
        if (size := report.found.amount(row, _SIZE).value) in limits
        and (shown := _number(report, row, _PER_ML)) is not None
        and shown.value > limits[size]
    ]
    if said == "PASSED" and over:
        expected = f"FAILED, for the average at {over[0]:g} µm is above its limit"
        yield problem("warning", "VERDICT_DISAGREES", Where(field="Pass Criteria"), "PASSED", expected)
