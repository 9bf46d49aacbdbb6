"""How much of a profile was assessed and how much of that is met: counts, never weights."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from evqc.criteria.findings import GroupTally, Score, Tally, Verdict
from evqc.records import maker

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from evqc.criteria.findings import Finding

_PASS, _FAIL, _NOT_APPLICABLE = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE
_tally, _of_group = maker(Tally), maker(GroupTally)
_CRITERION_AND_VERDICT = attrgetter("criterion", "verdict")
#: The verdict of a criterion over all its subjects is that of the highest place.
_PLACE = {Verdict.NOT_APPLICABLE: 0, Verdict.PASS: 1, Verdict.NOT_ASSESSED: 2, Verdict.FAIL: 3}


def verdicts(findings: Iterable[Finding]) -> dict[str, Verdict]:
    """One verdict for each criterion: a fail of one subject is a fail, and what is open for one is open."""
    given: dict[str, list[Verdict]] = {}
    for criterion, verdict in map(_CRITERION_AND_VERDICT, findings):
        given.setdefault(criterion, []).append(verdict)
    return {criterion: worst(several) for criterion, several in given.items()}


def worst(several: Sequence[Verdict]) -> Verdict:
    """The one verdict of a criterion over its subjects."""
    return several[0] if len(several) == 1 else max(set(several), key=_PLACE.__getitem__)


def tally(by_criterion: Mapping[str, Verdict]) -> Tally:
    """The criteria counted by their verdicts over all subjects, as ``verdicts`` gives them."""
    return _tallied(list(by_criterion.values()))


def _tallied(given: list[Verdict]) -> Tally:
    passed, failed = given.count(_PASS), given.count(_FAIL)
    return _tally(
        criteria=len(given),
        applicable=len(given) - given.count(_NOT_APPLICABLE),
        assessed=passed + failed,
        passed=passed,
        failed=failed,
    )


def groups(of: Mapping[str, str], by_criterion: Mapping[str, Verdict]) -> tuple[GroupTally, ...]:
    """The tally of each group of criteria, in the order in which they occur.

    Args:
        of: the group of each criterion.
        by_criterion: its verdict over all subjects.
    """
    found: dict[str, list[Verdict]] = {}
    for criterion, group in of.items():
        found.setdefault(group, []).append(by_criterion[criterion])
    return tuple(_of_group(group=group, tally=_tallied(given)) for group, given in found.items())


def score(of: Tally) -> Score:
    """Criteria met of those that apply, in whole per cent.

    Source:
        EV-METRIC: 100 times yes by applicable components (Van Deun 2017, doi:10.1038/nmeth.4185; the wording of its
        components is not verified). Halves are rounded up. There is no percentage while a component is open.
    """
    open_ones = of.applicable - of.assessed
    percent = None if open_ones or not of.applicable else (200 * of.passed + of.applicable) // (2 * of.applicable)
    return Score(yes=of.passed, applicable=of.applicable, open=open_ones, percent=percent)
