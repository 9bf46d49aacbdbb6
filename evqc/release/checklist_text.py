"""A drafted release record as a checklist that a person reads, line by line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from evqc.release.guarding import band_words
from evqc.release.record import Outcome
from evqc.report.words import counted, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.record import ReleaseRecord, TestResult

#: Every verdict is a word; the signs only help the eye.
MARKS = {
    Outcome.PASS: "✓ pass",
    Outcome.FAIL: "✗ FAIL",
    Outcome.PENDING: "… pending",
    Outcome.CANNOT_JUDGE: "? cannot judge",
    Outcome.NOT_TESTED: "○ not tested",
}
_WIDTH = max(map(len, MARKS.values())) + 2
_INDENT = " " * (_WIDTH + 2)


def checklist_lines(record: ReleaseRecord, *, width: int | None = None) -> Iterator[str]:
    """The record by category: each test with its value as measured and as rounded, limit, verdict and reason.

    Args:
        record: as drafted.
        width: columns that lines are broken at; None for unbroken lines.
    """
    of, by = record.batch, record.specification
    product = f" ({of.product})" if of.product else ""
    heading = f"{of.id}{product} against {by.id} version {by.version}, {by.title}; judged for {record.judged_for}"
    yield from paragraph(heading, width)
    yield counts(record)
    for category in dict.fromkeys(result.category for result in record.results):
        yield ""
        yield category
        for result in record.results:
            if result.category == category:
                yield from _test(result, width)
    yield from _listed("Not in force on that day", record.not_in_force, width)
    yield from _listed("Record and exports say different things", record.contradictions, width)
    yield from _listed("To be attested by a person", record.checklist, width)
    yield ""
    yield from _recommended(record, width)


def counts(record: ReleaseRecord) -> str:
    """How many tests there are, and how many of each outcome."""
    found = Counter(result.outcome for result in record.results)
    each = ", ".join(f"{found[outcome]} {outcome}" for outcome in Outcome if found[outcome])
    return f"{counted(len(record.results), 'test')}: {each}"


def _test(result: TestResult, width: int | None) -> Iterator[str]:
    optional = "" if result.mandatory else " (not mandatory)"
    title = f"{result.test}  {result.title}{optional}"
    yield from paragraph(title, width, f"  {MARKS[result.outcome]:<{_WIDTH}}", _INDENT)
    for line in _told(result):
        yield from paragraph(line, width, _INDENT, f"{_INDENT}  ")


def _told(result: TestResult) -> Iterator[str]:
    if result.as_measured:
        rounded = f" · rounded {result.as_rounded} ({result.rounding})" if result.as_rounded else ""
        yield f"measured {result.as_measured}{rounded}"
    limits = " and ".join(result.limits)
    basis = f" ({result.limit_basis})" if result.limit_basis else ""
    yield f"limit {limits or 'none'}{basis}"
    if result.guard_band is not None:
        yield band_words(result.guard_band)
    yield result.because
    if result.probability_outside is not None:
        yield f"probability that the true value is outside: {result.probability_outside:g} ({result.probability_basis})"
    files = dict.fromkeys(f"{e.name} {e.sha256[:12]}" for d in result.determinations for e in d.evidence)
    if files:
        yield f"from {', '.join(files)}"
    for each in result.determinations:
        if each.left_out:
            yield f"left out: {each.as_measured}: {each.left_out}"


def _listed(heading: str, items: tuple[str, ...], width: int | None) -> Iterator[str]:
    if items:
        yield ""
        yield heading
    for item in items:
        yield from paragraph(item, width, "  - ", "    ")


def _recommended(record: ReleaseRecord, width: int | None) -> Iterator[str]:
    reasons = record.recommendation.reasons
    if record.recommendation.verdict == "hold":
        yield f"HOLD, for {counted(len(reasons), 'reason')}:"
        for reason in reasons:
            yield from paragraph(reason, width, "  - ", "    ")
    else:
        yield "MEETS THE SPECIFICATION."
    yield "evqc recommends; a person decides."
