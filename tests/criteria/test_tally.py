from __future__ import annotations

import pytest

from evqc.criteria.findings import Finding, GroupTally, Score, Severity, Tally, Verdict
from evqc.criteria.tally import groups, score, tally, verdicts

P, F, O, N = Verdict.PASS, Verdict.FAIL, Verdict.NOT_ASSESSED, Verdict.NOT_APPLICABLE  # noqa: E741  O is open


def finding(criterion: str, verdict: Verdict, group: str = "Markers") -> Finding:
    return Finding(
        criterion=criterion,
        version=1,
        title="It is so.",
        group=group,
        kind="reporting",
        subject="it",
        verdict=verdict,
        severity=Severity.NOTE,
        observed=None,
        unit="",
        limit=None,
        because="It is.",
        source="[design] made up",
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [([P, P], P), ([P, F], F), ([F, O], F), ([P, O], O), ([P, N], P), ([N, N], N), ([N, O], O), ([N, P, F, O], F)],
)
def test_over_several_subjects_the_worst_verdict_counts(given: list[Verdict], expected: Verdict) -> None:
    assert verdicts(finding("A", each) for each in given) == {"A": expected}


def test_criteria_are_counted_once() -> None:
    of = [finding("A", P), finding("A", F), finding("B", P), finding("C", O), finding("D", N)]
    assert tally(verdicts(of)) == Tally(criteria=4, applicable=3, assessed=2, passed=1, failed=1)


def test_groups_stand_in_the_order_in_which_they_occur() -> None:
    of = [finding("B", P, "Two"), finding("A", F, "One"), finding("C", O, "Two")]
    assert groups({each.criterion: each.group for each in of}, verdicts(of)) == (
        GroupTally(group="Two", tally=Tally(criteria=2, applicable=2, assessed=1, passed=1, failed=0)),
        GroupTally(group="One", tally=Tally(criteria=1, applicable=1, assessed=1, passed=0, failed=1)),
    )


@pytest.mark.parametrize(
    ("yes", "applicable", "percent"),
    [(7, 9, 78), (6, 8, 75), (4, 6, 67), (9, 9, 100), (3, 8, 38), (0, 7, 0), (1, 200, 1), (1, 201, 0)],
)
def test_the_percentage_is_whole_and_halves_go_up(yes: int, applicable: int, percent: int) -> None:
    """The first five are the worked experiments of EV-METRIC."""
    of = Tally(criteria=applicable + 1, applicable=applicable, assessed=applicable, passed=yes, failed=applicable - yes)
    assert score(of) == Score(yes=yes, applicable=applicable, open=0, percent=percent)


def test_while_something_is_open_there_is_no_percentage() -> None:
    of = Tally(criteria=9, applicable=9, assessed=8, passed=8, failed=0)
    assert score(of) == Score(yes=8, applicable=9, open=1, percent=None)


def test_where_nothing_applies_there_is_no_percentage() -> None:
    nothing = Tally(criteria=2, applicable=0, assessed=0, passed=0, failed=0)
    assert score(nothing) == Score(yes=0, applicable=0, open=0, percent=None)
