from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evqc.numerics.conformity import GUARD_BAND_DECIDES, decided, guard_for, probability_beyond
from evqc.numerics.limits import Comparison, meets


def test_case_f02() -> None:
    """JCGM 106: 96.5 with u = 2 against at most 100."""
    narrow = decided("96.5", "100", "<=", uncertainty=2.0, guard=1.645)
    assert 1 - narrow.probability_outside == pytest.approx(0.95994, abs=5e-6)
    assert narrow.acceptance_limit == pytest.approx(96.71)
    assert narrow.accepted
    wide = decided("96.5", "100", "<=", uncertainty=2.0, guard=2.0)
    assert (wide.accepted, wide.simple, wide.flags) == (False, True, (GUARD_BAND_DECIDES,))


def test_without_guard_band_acceptance_is_simple_and_rounded() -> None:
    made = decided("94.96", "95.0", ">=", uncertainty=1.0)
    assert made.accepted
    assert made.simple
    assert "simple acceptance, rounding USP" in made.method
    assert not decided("94.96", "95.0", ">=", uncertainty=1.0, rule="none").accepted


def test_with_guard_band_nothing_is_rounded() -> None:
    assert not decided("95.04", "95.0", ">=", uncertainty=0.1, guard=1.0).accepted
    assert decided("95.11", "95.0", ">=", uncertainty=0.1, guard=1.0).accepted


def test_a_band_may_protect_the_producer() -> None:
    made = decided("94.5", "95.0", ">=", uncertainty=1.0, guard=-1.0)
    assert (made.accepted, made.simple, made.acceptance_limit) == (True, False, 94.0)


def test_bands_of_shares_are_factors() -> None:
    made = decided("3e10", "2.5e10", ">=", uncertainty=6e9, guard=1.0, by_shares=True)
    assert made.acceptance_limit == pytest.approx(2.5e10 * math.exp(0.2))
    assert not made.accepted


@given(st.floats(1, 1e3), st.floats(0.1, 50), st.floats(0, 3), st.booleans(), st.booleans())
def test_at_the_acceptance_limit_the_risk_is_that_of_the_band(
    limit: float, u: float, guard: float, at_least: bool, student: bool
) -> None:
    degrees = 4.0 if student else None
    relation: Comparison = ">=" if at_least else "<="
    edge = limit + (guard if at_least else -guard) * u
    found = probability_beyond(limit, relation, edge, u, degrees)
    expected = stats.t.sf(guard, 4) if student else stats.norm.sf(guard)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("risk", "degrees"), [*product([0.5, 0.05, 0.01], [None, 3.0, 20.0])])
def test_guards_and_risks_are_each_others_reverse(risk: float, degrees: float | None) -> None:
    guard = guard_for(risk, degrees)
    assert probability_beyond(0.0, ">=", guard, 1.0, degrees) == pytest.approx(risk)


@given(st.floats(-50, 50), st.floats(0.01, 10))
def test_simple_acceptance_is_that_of_limits(value: float, u: float) -> None:
    assert decided(value, "1.0", ">=", uncertainty=u).accepted == meets(value, "1.0", ">=")


def test_log_normal_probability_by_drawing() -> None:
    found = probability_beyond(2.5, ">=", 3.0, 0.6, by_shares=True)
    drawn = 3.0 * np.exp(0.2 * np.random.default_rng(1).standard_normal(400_000))
    assert found == pytest.approx((drawn < 2.5).mean(), abs=2e-3)
    assert probability_beyond(0.0, ">=", 3.0, 0.6, by_shares=True) == 0.0
    assert probability_beyond(0.0, "<=", 3.0, 0.6, by_shares=True) == 1.0


@pytest.mark.parametrize(
    ("value", "u", "guard", "by_shares", "said"),
    [
        ("1", 0.0, 1.0, False, "positive uncertainty"),
        ("1", math.nan, 1.0, False, "positive uncertainty"),
        ("1", 1.0, math.inf, False, "finite multiple"),
        ("-1", 1.0, 1.0, True, "positive value"),
        ("n/a", 1.0, 1.0, False, "not a number"),
    ],
)
def test_refused(value: str, u: float, guard: float, by_shares: bool, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decided(value, "1", ">=", uncertainty=u, guard=guard, by_shares=by_shares)


@pytest.mark.parametrize("risk", [0.0, 0.6, -1.0, math.nan])
def test_a_risk_is_small(risk: float) -> None:
    with pytest.raises(ValueError, match="risk"):
        guard_for(risk)


def test_table() -> None:
    assert bool(decided("1", "1", ">=", uncertainty=1.0).to_pandas()["accepted"].item())
