"""Slopes of dilution series against hand calculation, another library and their own symmetries."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evqc.numerics.dilution_series import slope

FACTORS = (100.0, 200.0, 400.0, 800.0)


def test_a_perfect_series_has_the_slope_one() -> None:
    found = slope(FACTORS, [8e8, 4e8, 2e8, 1e8])
    assert found.slope == pytest.approx(1.0, abs=1e-12)
    assert found.lower == pytest.approx(1.0, abs=1e-6)
    assert found.upper == pytest.approx(1.0, abs=1e-6)
    assert (found.n, found.dilutions) == (4, 4)


def test_by_hand() -> None:
    """x = 0, 1, 2 and y = 0, 1, 1 in units of ln 2: slope 1/2, residual 1/6, t(1) = 12.706."""
    found = slope((4, 2, 1), (1.0, 2.0, 2.0))
    assert found.slope == pytest.approx(0.5)
    half = 12.7062047364 * math.sqrt(1 / 6 / 2)
    assert found.lower == pytest.approx(0.5 - half)
    assert found.upper == pytest.approx(0.5 + half)


def test_a_count_that_does_not_fall_has_the_slope_zero() -> None:
    assert slope(FACTORS, [5e8] * 4).slope == pytest.approx(0.0, abs=1e-12)


def test_swarm_flattens_the_series() -> None:
    """Events merge in the concentrated suspensions: two thirds of the particles at 1:100, nine tenths at 1:200."""
    assert slope(FACTORS, [8e8 * 2 / 3, 4e8 * 0.9, 2e8, 1e8]).slope == pytest.approx(0.8093, abs=1e-4)


def test_two_values_have_no_interval() -> None:
    found = slope((10, 20), (4.0, 2.2))
    assert found.slope == pytest.approx(math.log(4 / 2.2) / math.log(2))
    assert (found.lower, found.upper) == (None, None)


def test_replicates_count_as_values_of_one_dilution() -> None:
    found = slope((10, 10, 100, 100), (9.0, 11.0, 0.9, 1.1))
    assert (found.n, found.dilutions) == (4, 2)
    assert found.slope == pytest.approx(1.0)
    assert found.lower is not None
    assert found.lower < 1.0


@pytest.mark.parametrize(
    ("factors", "values", "said"),
    [
        ((10, 20), (1.0,), "2 dilution factors for 1 values"),
        ((10, 10), (1.0, 2.0), "two different dilutions"),
        ((10,), (1.0,), "two different dilutions"),
        ((), (), "two different dilutions"),
        ((10, 20), (1.0, 0.0), "positive"),
        ((10, 0), (1.0, 1.0), "positive"),
        ((10, 20), (1.0, math.nan), "positive"),
        ((10, math.inf), (1.0, 2.0), "positive"),
    ],
)
def test_refused(factors: tuple[float, ...], values: tuple[float, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        slope(factors, values)


positive = st.floats(1e-3, 1e9)


@given(st.lists(st.tuples(st.floats(1, 1e5), positive), min_size=3, max_size=8, unique_by=lambda p: round(p[0])))
def test_as_another_library_finds_it(points: list[tuple[float, float]]) -> None:
    factors, values = zip(*points, strict=True)
    other = stats.linregress([-math.log(f) for f in factors], [math.log(v) for v in values])
    found = slope(factors, values)
    assert found.slope == pytest.approx(other.slope, rel=1e-7, abs=1e-9)
    half = stats.t.ppf(0.975, len(points) - 2) * other.stderr
    assert found.upper is not None
    assert found.upper - found.slope == pytest.approx(half, rel=1e-5, abs=1e-6)


@given(st.lists(positive, min_size=4, max_size=4), st.floats(1e-3, 1e3), st.floats(1, 1e3))
def test_units_and_a_dilution_before_the_series_change_nothing(values: list[float], unit: float, before: float) -> None:
    plain = slope(FACTORS, values)
    other = slope([f * before for f in FACTORS], [v * unit for v in values])
    assert other.slope == pytest.approx(plain.slope, abs=1e-8)
