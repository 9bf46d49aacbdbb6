from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.release.out_of_specification import (
    CAUSES,
    CONFIRMED,
    INVALIDATED,
    cause_found,
    concluded,
    opened,
    planned,
    refuse_averaging,
    retested,
    to_full_scale,
)
from evqc.release.record import Outcome, TestResult
from evqc.release.specification import Reportable

if TYPE_CHECKING:
    from evqc.release.release import Investigation

FAIL = TestResult(
    test="PROT-1", title="Protein", category="purity", mandatory=True, outcome=Outcome.FAIL,
    because="500 does not meet <= 100 µg/mL.", as_measured="500.2 µg/mL", as_rounded="500",
)  # fmt: skip
CAUSE = {"kind": "calculation", "words": "the dilution of the sample was entered twice", "evidence": "notebook 7, p. 3"}
RETEST = {"at": "2026-04-02T10:00:00+00:00", "value": "51", "unit": "ug/mL", "evidence": "exports/retest.csv"}


def fresh() -> Investigation:
    return opened(FAIL, number="OOS-1", by="anna", at="2026-04-01T10:00:00+00:00")


def again(investigation: Investigation, by: str = "bea", **more: Any) -> Investigation:
    return retested(investigation, by=by, analysts={"anna"}, **(RETEST | more))


def refused(code: str) -> Any:
    return pytest.raises(InputError, match=code)


def test_a_failing_test_opens_the_laboratory_phase_with_its_value() -> None:
    found = fresh()
    assert (found.phase, found.original, found.conclusion) == ("laboratory", "500.2 µg/mL (rounded 500)", None)


@pytest.mark.parametrize("outcome", [each for each in Outcome if each is not Outcome.FAIL])
def test_nothing_else_opens_one(outcome: Outcome) -> None:
    with refused("NOT_A_FAIL"):
        opened(replace(FAIL, outcome=outcome), number="OOS-1", by="anna", at="now")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "statistical outlier"}, "UNKNOWN_CAUSE"),
        ({"words": "oops"}, "CAUSE_WITHOUT_WORDS"),
        ({"evidence": " "}, "CAUSE_WITHOUT_EVIDENCE"),
        ({"words": "Grubbs' test calls the value an outlier"}, "OUTLIER_IS_NO_CAUSE"),
        ({"evidence": "Dixon's Q of the three values"}, "OUTLIER_IS_NO_CAUSE"),
    ],
)
def test_a_cause_needs_kind_words_and_evidence_and_is_no_statistic(change: dict[str, str], code: str) -> None:
    with refused(code):
        cause_found(fresh(), **(CAUSE | change))
    assert "calculation" in CAUSES


def test_a_cause_stands_once_found() -> None:
    found = cause_found(fresh(), **CAUSE)
    assert found.assignable_cause == (
        "calculation: the dilution of the sample was entered twice (evidence: notebook 7, p. 3)"
    )
    with refused("CAUSE_STANDS"):
        cause_found(found, **CAUSE)
    with refused("CAUSE_STANDS"):
        to_full_scale(found)


def test_a_retest_needs_a_plan_whose_number_was_fixed_before() -> None:
    with refused("RETEST_WITHOUT_PLAN"):
        again(fresh())
    plan = planned(fresh(), plan="SOP-7, two retests", retests=2)
    with refused("PLAN_STANDS"):
        planned(plan, plan="SOP-7, five retests", retests=5)
    two = again(again(plan), value="480")
    assert [(each.number, each.value) for each in two.retests] == [(1, "51"), (2, "480")]
    with refused("MORE_RETESTS_THAN_PLANNED"):
        again(two)
    with refused("NO_RETEST_PLANNED"):
        planned(fresh(), plan="none", retests=0)
    with refused("PLAN_WITHOUT_WORDS"):
        planned(fresh(), plan=" ", retests=1)


def test_a_retest_is_by_another_analyst_and_has_a_result() -> None:
    plan = planned(fresh(), plan="SOP-7", retests=2)
    with refused("SAME_ANALYST"):
        again(plan, by="anna")
    for lacking in ({"value": ""}, {"evidence": ""}):
        with refused("RETEST_WITHOUT_RESULT"):
            again(plan, **lacking)


def test_passing_retests_invalidate_nothing() -> None:
    done = again(planned(fresh(), plan="SOP-7", retests=1))
    with refused("NO_ASSIGNABLE_CAUSE"):
        concluded(done, INVALIDATED, by="cleo")
    with refused("LABORATORY_PHASE_OPEN"):
        concluded(done, CONFIRMED, by="cleo")
    assert concluded(to_full_scale(done), CONFIRMED, by="cleo").conclusion == CONFIRMED


def test_a_conclusion_waits_for_every_planned_retest_and_is_by_another_person() -> None:
    cause = cause_found(planned(fresh(), plan="SOP-7", retests=2), **CAUSE)
    with refused("RETESTS_MISSING"):
        concluded(again(cause), INVALIDATED, by="cleo")
    done = again(again(cause))
    for own in ("anna", "bea"):
        with refused("OWN_INVESTIGATION"):
            concluded(done, INVALIDATED, by=own)
    with refused("CAUSE_STANDS"):
        concluded(done, CONFIRMED, by="cleo")
    with refused("UNKNOWN_CONCLUSION"):
        concluded(done, "forgotten", by="cleo")
    assert concluded(done, INVALIDATED, by="cleo").closed_by == "cleo"


def test_an_investigation_without_retests_may_end() -> None:
    assert concluded(cause_found(fresh(), **CAUSE), INVALIDATED, by="cleo").conclusion == INVALIDATED
    assert concluded(to_full_scale(fresh()), CONFIRMED, by="cleo").conclusion == CONFIRMED


def test_what_is_concluded_stays() -> None:
    done = concluded(to_full_scale(fresh()), CONFIRMED, by="cleo")
    for step in STEPS:
        with refused("INVESTIGATION_CLOSED"):
            step(done)


@pytest.mark.parametrize(
    ("formula", "declared", "values", "allowed"),
    [
        ("mean", 3, 3, True),
        ("geometric mean", 3, 3, True),
        ("mean", 3, 4, False),
        ("mean", 3, 2, False),
        ("single", 1, 2, False),
        ("each", 3, 3, False),
    ],
)
def test_only_the_declared_mean(formula: Any, declared: int, values: int, allowed: bool) -> None:
    reportable = Reportable(formula=formula, determinations=declared)
    if allowed:
        refuse_averaging(reportable, values * ["1"])
        return
    with refused("AVERAGING_NOT_DECLARED"):
        refuse_averaging(reportable, values * ["1"])


STEPS: tuple[Any, ...] = (
    lambda i: cause_found(i, **CAUSE),
    to_full_scale,
    lambda i: planned(i, plan="SOP-7", retests=1),
    lambda i: planned(i, plan="SOP-7", retests=3),
    again,
    lambda i: again(i, by="dora", value="499"),
    lambda i: again(i, by="anna"),
    lambda i: concluded(i, CONFIRMED, by="cleo"),
    lambda i: concluded(i, INVALIDATED, by="cleo"),
    lambda i: concluded(i, INVALIDATED, by="bea"),
)


@given(st.lists(st.sampled_from(range(len(STEPS))), max_size=25))
def test_no_history_breaks_the_rules(steps: list[int]) -> None:
    before = fresh()
    for index in steps:
        try:
            after = STEPS[index](before)
        except InputError:
            continue
        _holds(before, after)
        before = after


def _holds(before: Investigation, after: Investigation) -> None:
    """What no step may ever do, whatever went before."""
    assert before.conclusion is None
    assert after.original == before.original
    assert after.retests[: len(before.retests)] == before.retests
    assert before.retests_planned in {None, after.retests_planned}
    assert before.assignable_cause in {None, after.assignable_cause}
    assert not (before.phase == "full" and after.phase == "laboratory")
    assert not after.retests or len(after.retests) <= (after.retests_planned or 0)
    assert all(retest.user != "anna" for retest in after.retests)
    if after.conclusion == INVALIDATED:
        assert after.assignable_cause
    if after.conclusion == CONFIRMED:
        assert after.phase == "full"
        assert not after.assignable_cause
    if after.conclusion is not None:
        assert len(after.retests) == (after.retests_planned or 0)
        assert after.closed_by not in {after.opened_by, *(retest.user for retest in after.retests)}
