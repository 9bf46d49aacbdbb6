from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evqc.numerics.tolerance_intervals import Side, one_sided_factor, tolerance_interval, two_sided_factor


@pytest.mark.parametrize(
    ("n", "k"), [(2, 36.519), (3, 9.789), (4, 6.341), (5, 5.077), (6, 4.422), (8, 3.746), (10, 3.393), (30, 2.555)]
)
def test_two_sided_factors_are_exact_and_not_howes(n: int, k: float) -> None:
    assert two_sided_factor(n) == pytest.approx(k, abs=6e-4)


def test_two_sided_factors_by_another_integral() -> None:
    """Over the chi-squared distribution of the SD instead of the normal one of the mean."""
    n, coverage, confidence = 7, 0.9, 0.99
    k = two_sided_factor(n, coverage, confidence)
    rng = np.random.default_rng(5)
    mean = rng.standard_normal(400_000) / math.sqrt(n)
    sd = np.sqrt(rng.chisquare(n - 1, 400_000) / (n - 1))
    held = stats.norm.cdf(mean + k * sd) - stats.norm.cdf(mean - k * sd)
    assert (held >= coverage).mean() == pytest.approx(confidence, abs=6e-4)


def test_factors_fall_to_the_normal_quantile() -> None:
    assert two_sided_factor(100_000) == pytest.approx(1.96, abs=0.02)
    assert one_sided_factor(100_000) == pytest.approx(1.645, abs=0.02)
    assert two_sided_factor(10, 0.1, 0.5) < 0.2


@pytest.mark.parametrize("side", ["two-sided", "lower", "upper"])
def test_sides(side: Side) -> None:
    made = tolerance_interval([9.0, 10.0, 11.0], side=side)
    assert (made.lower is None) == (side == "upper")
    assert (made.upper is None) == (side == "lower")
    k = two_sided_factor(3) if side == "two-sided" else one_sided_factor(3)
    assert made.factor == k
    if made.lower is not None:
        assert made.lower == pytest.approx(10 - k)


def test_on_the_log_scale_ends_are_positive_and_symmetric_by_factor() -> None:
    made = tolerance_interval([1e9, 2e9, 4e9], scale="log")
    assert made.mean == pytest.approx(2e9)
    assert made.lower is not None
    assert made.upper is not None
    assert made.upper / 2e9 == pytest.approx(2e9 / made.lower)


def test_identical_values_are_flagged() -> None:
    made = tolerance_interval([5.0, 5.0])
    assert (made.lower, made.upper, made.flags) == (5.0, 5.0, ("identical_replicates",))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: tolerance_interval([1.0]), "two values"),
        (lambda: tolerance_interval([]), "at least one"),
        (lambda: tolerance_interval([1.0, math.nan]), "finite"),
        (lambda: tolerance_interval([1.0, 0.0], scale="log"), "positive"),
        (lambda: tolerance_interval([1.0, 2.0], side="left"), "none of"),  # type: ignore[arg-type]  # what is refused
        (lambda: tolerance_interval([1.0, 2.0], coverage=1.0), "between 0 and 1"),
        (lambda: one_sided_factor(5, 0.9, 0.0), "between 0 and 1"),
    ],
)
def test_refused(call: object, said: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=said):
        call()


def test_table() -> None:
    assert tolerance_interval([1.0, 2.0, 3.0]).to_pandas()["n"].item() == 3
