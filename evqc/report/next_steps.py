"""What to do next: each thing that is lacking with the criteria that wait for it, what unlocks most first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.criteria.findings import Severity, Verdict
from evqc.criteria.remedies import JOINT
from evqc.report.model import NextStep
from evqc.report.words import subjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.criteria.findings import Assessment, Finding

_RANK = {Severity.BLOCKS: 0, Severity.REVIEW: 1, Severity.NOTE: 2}


@dataclass(slots=True)
class _Waiting:
    """A criterion that is not met or not assessed, over all profiles and subjects."""

    severity: Severity
    needs: dict[str, None] = field(default_factory=dict)
    subjects: dict[str, None] = field(default_factory=dict)


def next_steps(assessment: Assessment) -> tuple[NextStep, ...]:
    """Steps that would answer criteria which are not met or not assessed.

    What blocks or asks for a look comes before what is only noted, then the step that answers most criteria, then the
    one that helps most. Things that the same criteria wait for are one step.

    Args:
        assessment: of all its profiles; a criterion of several profiles counts once.
    """
    waiting = _waiting(f for profile in assessment.profiles for f in profile.findings)
    made = [_step(needs, criteria, waiting) for criteria, needs in _together(waiting).items()]
    return tuple(sorted(made, key=lambda step: (_RANK[step.severity], -len(step.answers), -len(step.helps))))


def _waiting(findings: Iterable[Finding]) -> dict[str, _Waiting]:
    found: dict[str, _Waiting] = {}
    for finding in findings:
        if finding.verdict not in {Verdict.FAIL, Verdict.NOT_ASSESSED} or not finding.needed:
            continue
        of = found.setdefault(finding.criterion, _Waiting(finding.severity))
        of.severity = min(of.severity, finding.severity, key=_RANK.__getitem__)
        of.needs.update(dict.fromkeys(finding.needed.split(JOINT)))
        of.subjects[finding.subject] = None
    return found


def _together(waiting: dict[str, _Waiting]) -> dict[tuple[str, ...], list[str]]:
    """Needs by the criteria that wait for them."""
    by_need: dict[str, list[str]] = {}
    for criterion, of in waiting.items():
        for need in of.needs:
            by_need.setdefault(need, []).append(criterion)
    together: dict[tuple[str, ...], list[str]] = {}
    for need, criteria in by_need.items():
        together.setdefault(tuple(criteria), []).append(need)
    return together


def _step(needs: Sequence[str], criteria: Sequence[str], waiting: dict[str, _Waiting]) -> NextStep:
    answers = tuple(name for name in criteria if set(waiting[name].needs) <= set(needs))
    return NextStep(
        action=JOINT.join(needs),
        severity=min((waiting[name].severity for name in criteria), key=_RANK.__getitem__),
        answers=answers,
        helps=tuple(name for name in criteria if name not in answers),
        subjects=subjects([subject for name in criteria for subject in waiting[name].subjects]),
    )
