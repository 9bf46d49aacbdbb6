from __future__ import annotations

import math

import numpy as np
import pytest

from evqc.numerics.capability import MEAN_OUTSIDE, PROVISIONAL, capability, individuals_chart


def test_the_nearer_limit_decides() -> None:
    values = [10.0, 11, 9, 10, 10, 11, 9, 10]
    both, low = capability(values, lower=7, upper=20), capability(values, lower=7)
    assert both.ppk == low.ppk == pytest.approx(3 / (3 * np.std(values, ddof=1)))
    assert capability(values, upper=20).ppk == pytest.approx(10 / (3 * np.std(values, ddof=1)))
    assert low.flags == (PROVISIONAL,)


def test_drift_separates_potential_from_performance() -> None:
    made = capability([float(x) for x in range(30)], lower=-10, upper=40)
    assert made.cpk is not None
    assert made.ppk is not None
    assert made.cpk > 5 * made.ppk
    assert made.flags == ()


def test_a_mean_outside_has_a_negative_index() -> None:
    made = capability([10.0, 11.0], lower=12)
    assert made.ppk is not None
    assert made.ppk < 0
    assert MEAN_OUTSIDE in made.flags


def test_bissells_interval_covers() -> None:
    rng = np.random.default_rng(3)
    inside = 0
    for row in rng.standard_normal((400, 20)):
        made = capability(row.tolist(), lower=-4, upper=9)
        assert made.lower is not None
        assert made.upper is not None
        inside += made.lower <= 4 / 3 <= made.upper
    assert 0.92 <= inside / 400 <= 0.98


def test_identical_values_have_no_index() -> None:
    made = capability([5.0, 5.0, 5.0], lower=1)
    assert (made.ppk, made.cpk, made.lower, made.upper) == (None, None, None, None)
    assert "identical_replicates" in made.flags


@pytest.mark.parametrize(
    ("values", "lower", "upper"),
    [([1.0], 0.0, 2.0), ([1.0, 2.0], None, None), ([1.0, 2.0], 3.0, 2.0), ([1.0, 2.0], 2.0, 2.0), ([], 0.0, 1.0),
     ([1.0, math.nan], 0.0, 1.0)],
)  # fmt: skip
def test_refused(values: list[float], lower: float | None, upper: float | None) -> None:
    with pytest.raises(ValueError, match=r"capability|moments"):
        capability(values, lower=lower, upper=upper)


def test_what_lies_beyond_the_limits_is_named() -> None:
    values = [10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 10.0, 14.0, 10.0, 10.1, 9.9]
    made = individuals_chart(values)
    assert made.beyond == (7,)
    assert made.beyond_range == (7, 8)
    assert made.flags == (PROVISIONAL,)
    assert made.to_pandas()["values"].tolist() == values


def test_limits_of_values_that_repeat_fall_on_the_centre() -> None:
    made = individuals_chart([5.0] * 20)
    assert (made.lower, made.upper, made.beyond, made.flags) == (5.0, 5.0, (), ())


@pytest.mark.parametrize("values", [[], [1.0], [1.0, math.inf]])
def test_a_chart_needs_values(values: list[float]) -> None:
    with pytest.raises(ValueError, match=r"two values|moments"):
        individuals_chart(values)
