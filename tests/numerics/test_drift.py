from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evqc.numerics.bead_check import CERTIFICATE_TOO_WIDE, bead_bias, bead_trend
from evqc.numerics.drift import CANNOT_REACH_005, autocorrelation, drift

five = st.lists(st.integers(0, 6).map(float), min_size=3, max_size=5).filter(lambda v: len({*v}) > 1)


@given(five)
def test_the_exact_p_counts_every_order(values: list[float]) -> None:
    found, order = drift(values, seed=1), np.arange(len(values))
    ranked = stats.rankdata(values)
    others = [abs(np.corrcoef(order, shuffled)[0, 1]) for shuffled in permutations(ranked)]
    rho = float(stats.spearmanr(values, order).statistic)
    assert found.rho == pytest.approx(rho)
    assert found.p == pytest.approx(np.mean(np.array(others) >= abs(rho) - 1e-9))


@pytest.mark.parametrize(("n", "least"), [(2, 1.0), (3, 1 / 3), (4, 1 / 12), (5, 1 / 60), (8, 2 / 40320)])
def test_the_smallest_p_is_stated(n: int, least: float) -> None:
    found = drift([float(x) for x in range(n)], seed=1)
    assert found.smallest_p == pytest.approx(least)
    assert found.p == pytest.approx(least)
    assert found.exact
    assert (CANNOT_REACH_005 in found.flags) == (n < 5)


def test_more_than_eight_values_are_drawn_with_the_seed() -> None:
    values = [100.0, 99, 98.5, 99.2, 97, 96.8, 96.1, 96.5, 95, 94.2]
    one, two = drift(values, seed=3), drift(values, seed=3)
    assert one == two
    assert (one.exact, one.seed) == (False, 3)
    assert one.p is not None
    assert one.p < 0.001
    assert one.change == pytest.approx(-0.06, abs=0.005)


def test_noise_does_not_drift() -> None:
    rng = np.random.default_rng(1)
    found = [drift(row.tolist(), seed=1).p or 0 for row in rng.standard_normal((200, 6))]
    assert np.mean(np.array(found) <= 0.05) <= 0.08


@given(st.lists(st.floats(1, 100), min_size=3, max_size=9, unique=True))
def test_the_slope_is_that_of_another_library(values: list[float]) -> None:
    found = drift(values, seed=1)
    other = stats.linregress(np.arange(len(values)), values)
    assert found.slope == pytest.approx(other.slope, rel=1e-6, abs=1e-9)
    half = stats.t.ppf(0.975, len(values) - 2) * other.stderr
    assert found.upper is not None
    assert found.upper - found.slope == pytest.approx(half, rel=1e-4, abs=1e-6)


def test_places_may_be_times_in_any_order() -> None:
    found = drift([3.0, 1.0, 2.0], [30.0, 10.0, 20.0], seed=1)
    assert found.rho == pytest.approx(1.0)
    assert found.slope == pytest.approx(0.1)


def test_identical_values_have_no_correlation() -> None:
    found = drift([5.0, 5.0, 5.0], seed=1)
    assert (found.rho, found.p, found.slope, found.autocorrelation) == (None, None, 0.0, None)
    assert "identical_replicates" in found.flags


@pytest.mark.parametrize(
    ("values", "order"),
    [([], None), ([1.0], None), ([1.0, math.nan], None), ([1.0, 2.0], [1.0]), ([1.0, 2.0], [1.0, 1.0])],
)
def test_refused(values: list[float], order: list[float] | None) -> None:
    with pytest.raises(ValueError, match="drift needs"):
        drift(values, order, seed=1)


def test_autocorrelation() -> None:
    assert autocorrelation([1.0, 2.0, 1.0, 2.0]) == pytest.approx(-0.75)
    assert autocorrelation([1.0]) is None
    with pytest.raises(ValueError, match="at least one"):
        autocorrelation([])


def test_a_bead_that_is_right_passes() -> None:
    made = bead_bias([100.5, 101.0, 99.8, 100.2, 100.9], 100.0, 1.0)
    assert made.estimate == pytest.approx(0.0048)
    assert made.equivalent is True


def test_the_certificate_is_part_of_the_uncertainty() -> None:
    sizes = [102.0, 102.2, 101.8, 102.1, 101.9]
    bare, known = bead_bias(sizes, 100.0, 0.0), bead_bias(sizes, 100.0, 2.0)
    assert bare.equivalent is True
    assert known.equivalent is False
    u = math.hypot(math.sqrt(0.025 / 5) / 100, 1.02 * 0.02)
    assert known.standard_uncertainty == pytest.approx(u)
    assert known.degrees_of_freedom is not None
    assert known.degrees_of_freedom > 1000


@pytest.mark.parametrize("mean", [94.0, 95.1, 104.9, 107.0])
def test_a_bias_near_or_beyond_the_margin_fails(mean: float) -> None:
    assert bead_bias([mean - 0.3, mean, mean + 0.3], 100.0, 0.5).equivalent is False


def test_a_certificate_as_wide_as_the_margin_is_flagged() -> None:
    assert CERTIFICATE_TOO_WIDE in bead_bias([100.0, 100.1], 100.0, 6.0).flags


def test_one_run_of_a_bead_leaves_the_question_open() -> None:
    made = bead_bias([100.0], 100.0, 1.0)
    assert (made.equivalent, made.p) == (None, None)


@pytest.mark.parametrize(
    ("sizes", "nominal", "u"),
    [([], 100.0, 1.0), ([0.0], 100.0, 1.0), ([100.0], 0.0, 1.0), ([100.0], 100.0, -1.0), ([math.nan], 100.0, 1.0),
     ([100.0], 100.0, math.nan)],
)  # fmt: skip
def test_beads_refused(sizes: list[float], nominal: float, u: float) -> None:
    with pytest.raises(ValueError, match=r"sizes are positive|moments"):
        bead_bias(sizes, nominal, u)


def test_a_trend_over_days() -> None:
    made = bead_trend([0, 7, 14, 21, 28], [0.001, 0.006, 0.012, 0.019, 0.024], seed=1)
    assert made.p == pytest.approx(1 / 60)
    assert made.slope == pytest.approx(0.00084, abs=2e-5)
    assert made.to_pandas()["n"].item() == 5
