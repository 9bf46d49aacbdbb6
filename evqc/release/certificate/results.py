"""The sections of a certificate on results: tests, the single values behind them, what was left out, and the files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.release.certificate.model import Cell, Group, Line, Mark, Section, Table
from evqc.release.guarding import band_words
from evqc.release.record import Outcome
from evqc.report.words import sentence_case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.release.record import Determination, ReleaseRecord, TestResult
    from evqc.release.specification import Specification

_SYMBOLS = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✕",
    Outcome.PENDING: "…",
    Outcome.CANNOT_JUDGE: "?",
    Outcome.NOT_TESTED: "–",
}
_MARKS: dict[Outcome, Mark] = {Outcome.PASS: "pass", Outcome.FAIL: "fail"}


def number(value: float) -> str:
    """A number with as many digits as anybody compares: ten significant ones, trailing zeros dropped."""
    return f"{value:.10g}"


def results(record: ReleaseRecord, specification: Specification) -> Section:
    """Every test of the specification in force, by category."""
    by_category: dict[str, list[tuple[Cell, ...]]] = {}
    for result in record.results:
        by_category.setdefault(result.category, []).append(_row(result, specification))
    counts = ", ".join(f"{_count(record, outcome)} {outcome.value}" for outcome in Outcome if _count(record, outcome))
    total = len(record.results)
    return Section(
        id="results",
        title="Results",
        note=f"{total} test{'s' * (total != 1)} of the specification in force on {record.judged_for}: {counts}.",
        table=Table(
            heading=("Test", "Limit", "As measured", "As rounded", "Verdict"),
            widths=(3.2, 2.2, 2, 1.6, 3.4),
            groups=tuple(Group(title=sentence_case(title), rows=tuple(rows)) for title, rows in by_category.items()),
        ),
        empty="The specification has no test in force.",
    )


def _count(record: ReleaseRecord, outcome: Outcome) -> int:
    return sum(result.outcome is outcome for result in record.results)


def _row(result: TestResult, specification: Specification) -> tuple[Cell, ...]:
    return (
        Cell(text=result.title, small=tuple(_about(result, specification))),
        Cell(text="; ".join(result.limits) or "none", small=tuple(_of_limits(result))),
        Cell(text=result.as_measured or "no value", small=tuple(_unrounded(result))),
        Cell(text=result.as_rounded or "–", small=tuple(_rounded(result))),
        Cell(
            text=f"{_SYMBOLS[result.outcome]} {result.outcome.value}",
            small=tuple(_why(result)),
            mark=_MARKS.get(result.outcome, "open"),
        ),
    )


def _about(result: TestResult, specification: Specification) -> Iterable[str]:
    test = specification.test(result.test)
    used = dict.fromkeys(each.method for each in result.determinations if not each.left_out and each.method)
    yield f"{result.test}{'' if result.mandatory else ', reported only'}"
    if used or (test is not None and test.method):
        yield f"Method: {', '.join(used or (test.method if test is not None else ()))}"
    if result.second_stage_of:
        yield f"Second stage of {result.second_stage_of}"
    if test is not None:
        yield f"Limit set by {test.source}, from {test.valid_from}"


def _of_limits(result: TestResult) -> Iterable[str]:
    yield result.limit_basis or "filed"
    if result.guard_band is not None:
        yield sentence_case(band_words(result.guard_band))


def _rounded(result: TestResult) -> Iterable[str]:
    if result.rounding:
        yield f"rounded by {result.rounding}"
    if result.guard_band is not None:
        yield f"by this alone: {_said(one.simple for one in result.guard_band.limits)}"
        yield f"with the guard band: {_said(one.accepted for one in result.guard_band.limits)}"


def _said(verdicts: Iterable[bool | None]) -> str:
    """The worst verdict over the limits of a test."""
    found = set(verdicts)
    return "not accepted" if False in found else "open" if None in found else "accepted"


def _unrounded(result: TestResult) -> Iterable[str]:
    if result.reportable is not None:
        yield f"reportable value {number(result.reportable)} {_unit(result.unit)}".rstrip()


def _unit(unit: str) -> str:
    """As it is printed: nothing stands for the unit of a plain number, such as a pH."""
    return "" if unit == "1" else unit


def _why(result: TestResult) -> Iterable[str]:
    yield result.because
    if result.probability_outside is not None:
        yield f"Probability outside the limit: {result.probability_outside:.2g} ({result.probability_basis})"
    hashes = dict.fromkeys(e.sha256 for each in result.determinations if not each.left_out for e in each.evidence)
    if hashes:
        yield f"Evidence: {', '.join(each[:12] for each in hashes)}"


def determined(record: ReleaseRecord) -> Section:
    """Every single value that counts, with the file and the place it comes from."""
    rows = [(result.test, each) for result in record.results for each in result.determinations if not each.left_out]
    return Section(
        id="determinations",
        title="Single values",
        note="Each value that a reportable value is made of, with the file it stands in.",
        table=_table([_determination(*row) for row in rows]),
        empty="There are none.",
    )


def _table(rows: list[tuple[Cell, ...]]) -> Table:
    heading = ("Test", "As written", "Number", "Unit", "Method", "File and place")
    return Table(heading=heading, widths=(1.5, 2, 1.4, 1, 2, 3.6), groups=(Group(title="", rows=tuple(rows)),))


def _determination(test: str, each: Determination) -> tuple[Cell, ...]:
    places = tuple(f"{e.name}, {e.where} (SHA-256 {e.sha256[:12]}…)" for e in each.evidence)
    return (
        Cell(text=test),
        Cell(text=each.as_measured),
        Cell(text="–" if each.value is None else number(each.value), value=each.value),
        Cell(text=_unit(each.unit)),
        Cell(text=each.method or "not stated"),
        Cell(text=places[0] if places else "none", small=(*places[1:], *((each.left_out,) if each.left_out else ()))),
    )


def left_out(record: ReleaseRecord, specification: Specification) -> Section:
    """What does not count or is not printed, counted and named, so that nothing is missing unseen."""
    rows = [(result.test, each) for result in record.results for each in result.determinations if each.left_out]
    optional = [result.test for result in record.results if not result.mandatory]
    lines = (
        Line(name="Tests in the specification", text=str(len(specification.tests))),
        Line(name="Not in force on the day", text=_named(record.not_in_force)),
        Line(name="Reported, not mandatory", text=_named(optional)),
        Line(name="Values that do not count", text=f"{len(rows)}, each with its reason below" if rows else "none"),
        *(
            Line(name=f"Blocking finding {each.criterion}", text=f"{each.subject}: {each.because}")
            for each in record.blocking_findings
        ),
        *(Line(name=f"Contradiction {n}", text=each) for n, each in enumerate(record.contradictions, start=1)),
    )
    return Section(
        id="left-out",
        title="What was left out, and what stands in the way",
        lines=lines,
        table=_table([_determination(*row) for row in rows]) if rows else None,
    )


def _named(names: Iterable[str]) -> str:
    listed = list(names)
    return f"{len(listed)}: {', '.join(listed)}" if listed else "none"


def files(record: ReleaseRecord) -> Section:
    """Every file that was read, with its whole hash."""
    rows = tuple(
        (
            Cell(text=file.name, small=tuple(f"joined with {name}" for name in file.joined)),
            Cell(text=str(file.bytes), value=float(file.bytes)),
            Cell(text=file.sha256, code=True),
        )
        for file in record.files
    )
    return Section(
        id="files",
        title="Evidence",
        note=f"{len(rows)} files; each stands in the bundle as it was read.",
        table=Table(heading=("File", "Bytes", "SHA-256"), widths=(4, 1, 5), groups=(Group(title="", rows=rows),)),
    )
