"""An assessment as text for the terminal: profiles in a table, what is open or not met, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.criteria.findings import Severity, Verdict
from evqc.report.next_steps import next_steps
from evqc.report.verdicts import CHIPS, VERDICT_MARKS, fraction, mark, profile_summary, scored
from evqc.report.words import columns, counted, paragraph, sentence_case, subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.criteria.findings import Assessment, Finding, ProfileResult
    from evqc.report.model import NextStep

#: Steps that stand behind an assessment unless all are asked for.
_FIRST_STEPS = 5
#: Criteria that a step names.
_NAMES = 8
_OPEN = (Verdict.FAIL, Verdict.NOT_ASSESSED)
_VERDICTS = (*_OPEN, Verdict.PASS, Verdict.NOT_APPLICABLE)
_SEVERITIES = (Severity.BLOCKS, Severity.REVIEW, Severity.NOTE)


def assessment_lines(assessment: Assessment, *, width: int | None = None, everything: bool = False) -> Iterator[str]:
    """The assessment, line by line.

    Args:
        assessment: what is shown.
        width: columns that lines are broken at; None for unbroken lines.
        everything: every finding of every subject, rather than what is not met or open, without what is only noted.
    """
    of = assessment.batch
    product = f" ({of.product})" if of.product else ""
    yield from paragraph(f"{of.id}{product}: limits in force on {assessment.assessed_for}", width)
    yield from _table(assessment.profiles)
    for profile in assessment.profiles:
        yield ""
        yield from _profile(profile, width, everything=everything)
    yield from _steps(next_steps(assessment), width, everything=everything)


def _table(profiles: Sequence[ProfileResult]) -> Iterator[str]:
    if not profiles:
        yield "No profile was asked."
        return
    heading = ("profile", "verdict", "assessed", "met", "not met", "that block")
    yield ""
    yield from columns([heading, *map(_row, profiles)])


def _row(of: ProfileResult) -> tuple[str, ...]:
    found = mark(of.findings)
    failing = {f.criterion for f in of.findings if f.verdict is Verdict.FAIL and f.severity is Severity.BLOCKS}
    return (
        of.id,
        f"{CHIPS[found]} {found}",
        f"{of.tally.assessed} of {of.tally.applicable}",
        str(of.tally.passed),
        str(of.tally.failed),
        str(len(failing)),
    )


def _profile(of: ProfileResult, width: int | None, *, everything: bool) -> Iterator[str]:
    summary = profile_summary(of)
    yield f"{of.title} [{of.id}]"
    head = [of.edition, of.about] if everything else [of.edition]
    if of.file:
        head.append(f"from {of.file}, SHA-256 {of.sha256}")
    head.append(f"{CHIPS[summary.mark]} {summary.mark}: {summary.meaning}; {fraction(of.tally)}")
    if of.score is not None:
        head.append(f"score: {scored(of.score)}")
    head += [f"left out: {each.criterion} ({each.reason}; {each.by}, {each.on})" for each in of.left_out]
    for text in head:
        yield from paragraph(text, width, "  ")
    shown = of.findings if everything else [f for f in of.findings if _needs_a_look(f)]
    for findings in _gathered(shown, each=everything):
        yield from _finding(findings, width, everything=everything)
    if not everything:
        yield from _noted(of.findings, width)


def _needs_a_look(finding: Finding) -> bool:
    return finding.verdict in _OPEN and finding.severity is not Severity.NOTE


def _gathered(findings: Iterable[Finding], *, each: bool) -> list[list[Finding]]:
    """Findings of one criterion and verdict together; blocks before review before note, fails first."""
    together: dict[tuple[str, ...], list[Finding]] = {}
    for f in findings:
        together.setdefault((f.criterion, f.verdict, *([f.subject] if each else [])), []).append(f)
    return sorted(together.values(), key=lambda of: (_SEVERITIES.index(of[0].severity), _VERDICTS.index(of[0].verdict)))


def _finding(of: Sequence[Finding], width: int | None, *, everything: bool) -> Iterator[str]:
    first = of[0]
    what = f"{VERDICT_MARKS[first.verdict]} {first.verdict}, {first.severity}"
    yield from paragraph(f"{what}: {first.criterion} of {subjects([f.subject for f in of])}", width, "  ", "    ")
    others = sum(f.because != first.because for f in of)
    more = f" ({counted(others, 'other')} likewise, with other numbers)" if others else ""
    yield from paragraph(first.because + more, width, "    ")
    if first.overridden:
        own = first.overridden
        told = f"The laboratory decided otherwise ({own.by}, {own.on}): {own.reason}; shipped: {own.shipped}"
        yield from paragraph(told, width, "    ")
    if everything and first.needed:
        yield from paragraph(f"Needed: {first.needed}", width, "    ")


def _noted(findings: Iterable[Finding], width: int | None) -> Iterator[str]:
    notes = [f for f in findings if f.verdict in _OPEN and f.severity is Severity.NOTE]
    for verdict in _OPEN:
        if names := list(dict.fromkeys(f.criterion for f in notes if f.verdict is verdict)):
            told = f"{VERDICT_MARKS[verdict]} {verdict}, only noted: {', '.join(names)}"
            yield from paragraph(told, width, "  ", "    ")


def _steps(steps: Sequence[NextStep], width: int | None, *, everything: bool) -> Iterator[str]:
    if not steps:
        return
    shown = steps if everything else steps[:_FIRST_STEPS]
    yield ""
    of = "" if len(shown) == len(steps) else f" (the first {len(shown)} of {len(steps)}; --all shows every one)"
    yield f"What to do next{of}"
    for place, step in enumerate(shown, start=1):
        yield from paragraph(f"{place}. {sentence_case(step.action)}", width, "  ", "     ")
        yield from paragraph(unlocks(step), width, "     ")


def unlocks(step: NextStep) -> str:
    """What a step would answer, and what it would help to answer: ``answers A, B; C needs more besides (review)``."""
    told = [f"answers {subjects(step.answers, _NAMES)}"] if step.answers else []
    if step.helps:
        verb = "needs" if len(step.helps) == 1 else "need"
        told.append(f"{subjects(step.helps, _NAMES)} {verb} {'more besides' if step.answers else 'this and more'}")
    return f"{'; '.join(told)} ({step.severity})"
