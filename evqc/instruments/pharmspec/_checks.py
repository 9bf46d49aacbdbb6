"""What is wrong in a PharmSpec report: torn keys, and what it prints twice and not alike."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._numbers import parse
from evqc.instruments._rounded import Rounded, disagreement, total
from evqc.instruments.pharmspec._report import AVERAGE, COUNT, PER_ML, SIZE, Report, printed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from evqc.instruments._cell import Cell, Row

VOLUME, DILUTION = "Sample Volume (mL)", "Dilution Factor"
DIFFERENTIAL = {"Differential Count": COUNT, "Differential Counts/mL": PER_ML}
_LIMIT = re.compile(r"([\d.]+)\s*[µμu]m Counts\s*<=\s*([\d.]+)\s*per\s*1\s*mL", re.IGNORECASE)
_VERDICT = re.compile(r"PharmSpec.*\b(PASSED|FAILED)\b", re.IGNORECASE)


def issues_of(report: Report, keys: Collection[str]) -> tuple[Issue, ...]:
    """Torn keys, and what is printed twice and not alike: of each kind the first place and how many there are.

    Args:
        report: the report.
        keys: those above the table that are read.
    """
    torn = _torn_keys(report.found.above, keys)
    kinds = (torn, _per_ml(report), _rising(report), _differential(report), _average(report), _illegible(report))
    return (*(issue for kind in kinds for issue in _first(list(kind))), *_verdict(report))


def _torn_keys(above: Iterable[Row], keys: Collection[str]) -> Iterator[Issue]:
    """A value behind a colon without a key, and a key that is known but has no colon behind it."""
    for row in above:
        for key, colon, value in zip(row, row[1:], (*row[2:], None), strict=False):
            said = colon.text.startswith(":") and (colon.text != ":" or (value is not None and value.text))
            if said and not key.text:
                yield problem("warning", "HEADING_EMPTY", colon.where(""), f"'{colon.text}' behind no key", "a key")
            if key.text in keys and not colon.text.startswith(":"):
                expected = "a colon behind the key; its value is not read"
                yield problem("warning", "KEY_UNREAD", key.where(key.text), f"'{key.text}' without a colon", expected)


def _first(issues: Sequence[Issue]) -> Iterator[Issue]:
    for issue in issues[:1]:
        more = f"{issue.found}, and {len(issues) - 1} more" if len(issues) > 1 else issue.found
        yield problem(issue.severity, issue.code, issue.where, more, issue.expected)


def _number(report: Report, row: Row, heading: str) -> Rounded | None:
    if not report.found.table.has(heading):
        return None
    return printed(report.found.table.cell(row, heading), report.found.marks)


def _per_ml(report: Report) -> Iterator[Issue]:
    """Source: counts per mL are the counts over the sample volume, times the dilution of the sample (USP <787>)."""
    volume, dilution = report.number(VOLUME), report.number(DILUTION) or Rounded(1.0)
    if volume is None:
        return
    for row in (row for name in report.runs for row in report.rows(name)):
        count, shown = _number(report, row, COUNT), _number(report, row, PER_ML)
        expected = None if count is None else Rounded(count.value * dilution.value).over(Rounded(volume.value))
        rule = f"'{COUNT}' over '{VOLUME}' times '{DILUTION}'"
        yield from disagreement(PER_ML, shown, expected, report.found.where(row, PER_ML), rule)


def _rising(report: Report) -> Iterator[Issue]:
    """Counts at or above a size cannot rise with the size."""
    for heading in (COUNT, PER_ML):
        for name in dict.fromkeys(report.run.values()):
            for smaller, larger in _neighbours(report, name):
                low, high = _number(report, smaller, heading), _number(report, larger, heading)
                if low is not None and high is not None and high.value > low.value:
                    where, shown = report.found.where(larger, heading), f"{heading} {high.value:g} of '{name}'"
                    expected = f"at most {low.value:g}, the one at the smaller size"
                    yield problem("warning", "COUNTS_RISE", where, shown, expected)


def _neighbours(report: Report, name: str) -> list[tuple[Row, Row]]:
    rows = sorted(report.rows(name), key=lambda row: report.found.amount(row, SIZE).value or math.inf)
    return list(pairwise(rows))


def _differential(report: Report) -> Iterator[Issue]:
    """Differential counts are the differences of neighbouring cumulative ones."""
    for heading, cumulative in ((h, c) for h, c in DIFFERENTIAL.items() if report.found.table.has(h)):
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


def _average(report: Report) -> Iterator[Issue]:
    """The printed averages beside the mean of the runs that were not discarded."""
    kept = [name for name in report.runs if name not in report.discarded]
    for row in report.rows(AVERAGE):
        size = report.found.amount(row, SIZE).value
        alike = [r for name in kept for r in report.rows(name) if report.found.amount(r, SIZE).value == size]
        for heading in (COUNT, PER_ML):
            numbers = [n for r in alike if (n := _number(report, r, heading)) is not None]
            expected = Rounded(math.fsum(n.value for n in numbers) / len(numbers)) if numbers else None
            where, shown = report.found.where(row, heading), _number(report, row, heading)
            yield from disagreement(f"Average {heading}", shown, expected, where, f"mean of runs {', '.join(kept)}")


def _limits(report: Report) -> Iterator[tuple[Cell, float | None, float | None]]:
    """Each printed limit with its size in µm and the most counts per mL; None for what is no number."""
    for cell in report.below:
        if (match := _LIMIT.fullmatch(cell.text)) is not None:
            yield cell, parse(match[1]), parse(match[2])


def _illegible(report: Report) -> Iterator[Issue]:
    """A warning for a limit that the verdict cannot be held to."""
    for cell, *numbers in _limits(report):
        if None in numbers:
            expected = "a size and the most counts at or above it; the verdict is not compared with this limit"
            yield problem("warning", "NOT_A_NUMBER", cell.where("Pass Criteria"), f"'{cell.text}'", expected)


def _verdict(report: Report) -> Iterator[Issue]:
    """A warning when the report's verdict does not follow from its averages and the limits it prints."""
    said = next((m[1].upper() for cell in report.below if (m := _VERDICT.search(cell.text))), None)
    limits = {size: most for _, size, most in _limits(report) if size is not None and most is not None}
    over = [
        size
        for row in report.rows(AVERAGE)
        if (size := report.found.amount(row, SIZE).value) in limits
        and (shown := _number(report, row, PER_ML)) is not None
        and shown.value > limits[size]
    ]
    if said == "PASSED" and over:
        expected = f"FAILED, for the average at {over[0]:g} µm is above its limit"
        yield problem("warning", "VERDICT_DISAGREES", Where(field="Pass Criteria"), "PASSED", expected)
