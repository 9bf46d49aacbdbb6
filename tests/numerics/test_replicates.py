from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.numerics.estimate import IDENTICAL_REPLICATES, LOG_SCALE_UNDEFINED, NO_REPLICATION, Scale
from evqc.numerics.replicates import (
    BELOW_QUANTIFICATION,
    GRUBBS_CANNOT_REJECT,
    TOO_FEW_VALUES,
    TWO_REPLICATES,
    Moments,
    coefficient_of_variation,
    grubbs,
    grubbs_critical,
    moments,
    pooled_curve,
    replicate_mean,
    standard_error,
    welch_difference,
    welch_satterthwaite,
)

SCALES: tuple[Scale, ...] = ("log", "linear")
positive = st.lists(st.floats(1e3, 1e12), min_size=2, max_size=8)

# Reference case B06.
B06 = [98.0, 131, 104, 160, 87]


def test_moments_survive_a_large_mean() -> None:
    # F14, NIST NumAcc4.
    values = [10000000.2] + 500 * [10000000.1, 10000000.3]
    assert moments(values).sd == pytest.approx(0.1, rel=1e-7)


@pytest.mark.parametrize("values", [[], [math.nan], [1.0, math.inf]])
def test_moments_refuse_what_is_no_value(values: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"):
        moments(values)


def test_standard_error_and_cv() -> None:
    # The spread of two real repeats that differ threefold is 70.7 % (STANDARDS 10.7).
    assert coefficient_of_variation([1.0, 3.0]) == pytest.approx(0.7071067811865476)
    assert coefficient_of_variation([3.57e7, 3.39e7]) == pytest.approx(0.0366, abs=1e-4)
    assert standard_error([1.0, 3.0]) == pytest.approx(1.0)
    assert standard_error([5.0]) is None


@pytest.mark.parametrize("values", [[5.0], [0.0, 0.0], [-1.0, -3.0]])
def test_there_is_no_cv_of_one_value_or_without_a_positive_mean(values: list[float]) -> None:
    assert coefficient_of_variation(values) is None


def test_replicate_mean_on_the_log_scale_is_asymmetric_and_positive() -> None:
    made = replicate_mean(B06, "1/mL", "videos")
    assert made.value == 116.0
    assert made.lower is not None
    assert made.upper is not None
    assert made.lower * made.upper == pytest.approx(116.0**2)
    half = 2.7764451051977987 * 13.171939872319491 / 116
    assert (made.lower, made.upper) == pytest.approx((116 * math.exp(-half), 116 * math.exp(half)), rel=1e-9)
    assert (made.n, made.degrees_of_freedom, made.scale, made.replicates) == (5, 4.0, "log", "videos")
    assert made.method == "arithmetic mean of 5 videos, 95% t interval on the log scale"


def test_replicate_mean_on_the_linear_scale_is_the_t_interval() -> None:
    made = replicate_mean([100.0, 102.0, 107.0], "nm", "videos", scale="linear")
    half = 4.302652729696142 * math.sqrt(13) / math.sqrt(3)
    assert (made.value, made.lower, made.upper) == pytest.approx((103.0, 103 - half, 103 + half))


def test_one_replicate_has_no_uncertainty_and_says_so() -> None:
    made = replicate_mean([5.0], "1/mL", "videos")
    assert (made.value, made.lower, made.upper, made.standard_uncertainty) == (5.0, None, None, None)
    assert (made.n, made.flags, made.method) == (1, (NO_REPLICATION,), "single value")


def test_two_replicates_have_a_wide_interval() -> None:
    made = replicate_mean([1.0, 1.2], "1/mL", "videos", scale="linear")
    assert made.upper == pytest.approx(1.1 + 12.706204736 * 0.1)


def test_identical_replicates_are_told() -> None:
    made = replicate_mean([0.1, 0.1, 0.1], "1/mL", "videos")
    assert (made.lower, made.upper) == pytest.approx((0.1, 0.1))
    assert (made.standard_uncertainty, made.flags) == (0.0, (IDENTICAL_REPLICATES,))


def test_without_a_positive_mean_the_log_scale_gives_no_interval() -> None:
    made = replicate_mean([0.0, 0.0, 0.0], "1/mL", "videos")
    assert (made.value, made.lower, made.upper) == (0.0, None, None)
    assert LOG_SCALE_UNDEFINED in made.flags


def test_a_zero_among_positive_values_counts() -> None:
    made = replicate_mean([0.0, 2e8, 4e8], "1/mL", "videos")
    assert made.value == pytest.approx(2e8)
    assert made.lower is not None
    assert made.lower > 0


@given(positive, st.sampled_from(SCALES))
def test_the_interval_holds_the_mean_and_scales_with_the_unit(values: list[float], scale: Scale) -> None:
    one = replicate_mean(values, "1/mL", "videos", scale=scale)
    ten = replicate_mean([10 * v for v in values], "1/mL", "videos", scale=scale)
    assert one.lower is not None
    assert one.upper is not None
    assert one.value is not None
    assert one.lower <= one.value <= one.upper
    assert ten.lower == pytest.approx(10 * one.lower, rel=1e-6, abs=1e-3)


@given(positive)
def test_the_order_of_replicates_does_not_matter(values: list[float]) -> None:
    assert replicate_mean(values, "1/mL", "videos") == replicate_mean(sorted(values), "1/mL", "videos")


def test_coverage_of_the_log_interval_is_near_its_level() -> None:
    # Three log-normal videos of CV 20 % around a known mean, 2 000 times, seeded.
    random = np.random.default_rng(20240501)
    sigma = math.sqrt(math.log(1.04))
    draws = np.exp(random.normal(-(sigma**2) / 2, sigma, size=(2000, 3)))
    made = [replicate_mean(row, "1/mL", "videos") for row in draws.tolist()]
    inside = sum(e.lower is not None and e.upper is not None and e.lower <= 1 <= e.upper for e in made)
    assert 0.93 <= inside / 2000 <= 0.975


def test_pooled_curve_is_the_mean_with_a_pointwise_band() -> None:
    curves = np.array([[1.0, 10.0, 0.0], [3.0, 10.0, 0.0], [2.0, 10.0, 3.0]])
    made = pooled_curve(curves)
    assert made.mean.tolist() == [2.0, 10.0, 1.0]
    assert made.lower is not None
    assert made.upper is not None
    half = 4.302652729696142 / math.sqrt(3)
    assert made.upper.tolist() == pytest.approx([2 + half, 10.0, 1 + half * math.sqrt(3)])
    assert made.lower.tolist() == pytest.approx([0.0, 10.0, 0.0])
    assert (made.curves, made.flags) == (3, ())


def test_normalised_curves_weigh_alike() -> None:
    made = pooled_curve(np.array([[1.0, 3.0], [300.0, 100.0], [2.0, 2.0]]), normalised=True)
    assert made.mean.tolist() == pytest.approx([0.5, 0.5])
    assert made.normalised


@pytest.mark.parametrize(("k", "flag"), [(1, NO_REPLICATION), (2, TWO_REPLICATES)])
def test_below_three_curves_there_is_no_band(k: int, flag: str) -> None:
    made = pooled_curve(np.ones((k, 4)))
    assert (made.lower, made.upper, made.flags) == (None, None, (flag,))


@pytest.mark.parametrize(
    ("curves", "normalised"),
    [
        (np.ones(3), False),
        (np.ones((0, 3)), False),
        (np.array([[1.0, -1.0]]), False),
        (np.array([[1.0, math.nan]]), False),
        (np.array([[1.0, 1.0], [0.0, 0.0]]), True),
    ],
)
def test_curves_that_make_no_sense_are_refused(curves: np.ndarray[tuple[int, ...]], normalised: bool) -> None:
    with pytest.raises(ValueError, match="curve"):
        pooled_curve(curves, normalised=normalised)


@pytest.mark.parametrize(
    ("n", "critical"),
    [
        (3, 1.1543048513440386),
        (4, 1.48125),
        (5, 1.7150373123433635),
        (6, 1.8871451177839336),
        (7, 2.0199685076795975),
        (8, 2.1266450871954667),
        (10, 2.2899540844796036),
    ],
)
def test_critical_values_of_grubbs(n: int, critical: float) -> None:
    assert grubbs_critical(n) == pytest.approx(critical, rel=1e-6)


def test_grubbs_reports_and_leaves_in() -> None:
    made = grubbs([10.0, 10.1, 9.9, 10.05, 14.0])
    assert (made.index, made.value, made.suspect) == (4, 14.0, True)
    assert made.mean == pytest.approx(10.81)
    assert made.mean_without == pytest.approx(10.0125)


def test_grubbs_finds_the_low_one_too() -> None:
    made = grubbs([1.0, 10.1, 9.9, 10.05, 10.0])
    assert (made.index, made.suspect) == (0, True)


def test_grubbs_is_quiet_when_nothing_is_odd() -> None:
    assert grubbs([10.0, 10.1, 9.9, 10.05, 10.2]).suspect is False


def test_grubbs_never_rejects_one_of_three() -> None:
    made = grubbs([10.0, 10.0, 1e9])
    assert made.statistic == pytest.approx(2 / math.sqrt(3))
    assert (made.suspect, made.flags) == (False, (GRUBBS_CANNOT_REJECT,))


@pytest.mark.parametrize(
    ("values", "flag"), [([1.0], TOO_FEW_VALUES), ([1.0, 2.0], TOO_FEW_VALUES), ([2.0] * 4, IDENTICAL_REPLICATES)]
)
def test_grubbs_without_scatter_is_no_test(values: list[float], flag: str) -> None:
    made = grubbs(values)
    assert (made.statistic, made.suspect, made.flags) == (None, None, (flag,))


def test_grubbs_needs_three() -> None:
    with pytest.raises(ValueError, match="three"):
        grubbs_critical(2)


def test_difference_to_the_blank_of_b03() -> None:
    sample, blank = Moments(mean=2e8, sd=2e7, n=3), Moments(mean=5e6, sd=2e6, n=3)
    made = welch_difference(sample, blank, unit="1/mL", replicates="videos", dilution=1000)
    assert made.value == pytest.approx(195000000000.0, rel=1e-9)
    assert made.standard_uncertainty == pytest.approx(11604596790.352806, rel=1e-9)
    assert made.degrees_of_freedom == pytest.approx(2.03999600039996, rel=1e-9)
    assert (made.lower, made.upper) == pytest.approx((145995921343.14893, 244004078656.85107), rel=1e-9)
    assert (made.flags, made.scale, made.n) == ((), "linear", 3)


def test_a_negative_net_value_stays_negative_and_is_told() -> None:
    sample, blank = Moments(mean=1e6, sd=1e5, n=3), Moments(mean=2e6, sd=1e5, n=3)
    made = welch_difference(sample, blank, unit="1/mL", replicates="videos")
    assert made.value == -1e6
    assert BELOW_QUANTIFICATION in made.flags


def test_a_sample_near_a_noisy_blank_is_below_quantification() -> None:
    # Significantly above the blank, but not by ten of its standard deviations.
    sample, blank = Moments(mean=2e6, sd=1e4, n=6), Moments(mean=1e6, sd=2e5, n=6)
    made = welch_difference(sample, blank, unit="1/mL", replicates="videos")
    assert made.lower is not None
    assert made.lower > 0
    assert made.flags == (BELOW_QUANTIFICATION,)


@pytest.mark.parametrize(("n_sample", "n_blank"), [(1, 3), (3, 1)])
def test_a_single_blank_or_sample_gives_no_interval(n_sample: int, n_blank: int) -> None:
    sample = Moments(mean=2e8, sd=None if n_sample == 1 else 1e7, n=n_sample)
    blank = Moments(mean=5e6, sd=None if n_blank == 1 else 1e6, n=n_blank)
    made = welch_difference(sample, blank, unit="1/mL", replicates="videos")
    assert (made.value, made.lower, made.upper, made.flags) == (1.95e8, None, None, (NO_REPLICATION,))


@pytest.mark.parametrize(
    ("variances", "degrees", "expected"),
    [
        ((1.0, 1.0), (2.0, 2.0), 4.0),
        ((1.0, 0.0), (2.0, 9.0), 2.0),
        ((1.0, 1.0), (2.0, None), 8.0),
        ((1.0, 1.0), (None, None), None),
        ((0.0, 0.0), (2.0, 2.0), None),
    ],
)
def test_effective_degrees_of_freedom(
    variances: tuple[float, ...], degrees: tuple[float | None, ...], expected: float | None
) -> None:
    assert welch_satterthwaite(variances, degrees) == expected
