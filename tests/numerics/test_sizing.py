from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from evqc.measurement import SizeStatistics
from evqc.numerics import sizing
from evqc.numerics.distributions import exact_sums

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = sizing.Floats

# Reference case B02: unequal bins, exact rational answers.
B02_EDGES = np.array([0.0, 50, 100, 150, 200, 300])
B02 = (B02_EDGES[:-1], B02_EDGES[1:], np.array([0.0, 10, 30, 40, 20]))
B02_CENTRE = (B02[0] + B02[1]) / 2

one_weight = st.just(0.0) | st.floats(1e-3, 1e9)
weights = hnp.arrays(np.float64, st.integers(2, 40), elements=one_weight).filter(lambda w: w.max() > 0)


def bins(n: int, width: float = 1.0) -> tuple[Floats, Floats]:
    edges: Floats = np.arange(n + 1) * np.float64(width)
    return edges[:-1], edges[1:]


def log_normal(width: float) -> tuple[Floats, Floats, Floats]:
    """Reference case B01: log-normal of median 110 and sigma 0.3 as exact bin probabilities."""
    lower, upper = bins(round(2000 / width), width)
    cumulated = [(1 + math.erf(math.log(e / 110) / 0.3 / math.sqrt(2))) / 2 if e > 0 else 0.0 for e in [0.0, *upper]]
    return lower, upper, np.diff(np.array(cumulated))


@pytest.mark.parametrize(("share", "diameter"), [(0.1, 100.0), (0.5, 162.5), (0.9, 250.0), (0.0, 50.0), (1.0, 300.0)])
def test_quantiles_of_b02_are_exact(share: float, diameter: float) -> None:
    assert sizing.quantile(*B02, share) == pytest.approx(diameter, rel=1e-12)


@pytest.mark.parametrize(
    ("weight", "share", "diameter"),
    [
        ([1.0, 0, 0, 1], 0.5, 1.0),  # flat from 1 to 3
        ([1.0, 0, 0, 9], 0.1, 1.0),
        ([3.0, 0, 0, 7], 0.3, 1.0),
        ([0.1, 0, 0.2], 0.1 / 0.3, 1.0),  # 0.1 + 0.2 is not 0.3 in binary
        ([0.0, 0, 5, 0], 0.0, 2.0),
        ([0.0, 0, 5, 0], 1.0, 3.0),
        ([0.0, 0, 5, 0], 0.5, 2.5),
    ],
)
def test_where_the_cumulative_is_flat_the_lowest_diameter_counts(
    weight: list[float], share: float, diameter: float
) -> None:
    assert sizing.quantile(*bins(len(weight)), np.array(weight), share) == pytest.approx(diameter, abs=1e-9)


def test_edges_rather_than_centres_are_interpolated() -> None:
    lower, upper = bins(1, 10.0)
    assert sizing.quantile(lower, upper, np.array([4.0]), 0.25) == 2.5


@given(weights, st.floats(0, 1), st.floats(0, 1))
def test_quantiles_rise_and_stay_inside_what_is_filled(weight: Floats, a: float, b: float) -> None:
    lower, upper = bins(weight.size)
    low, high = sizing.quantiles(lower, upper, weight, np.array(sorted([a, b]))).tolist()
    filled = np.flatnonzero(weight)
    assert lower[filled[0]] <= low <= high + 1e-9
    assert high <= upper[filled[-1]]


@given(weights, st.floats(0.01, 0.99))
def test_quantile_and_fraction_are_inverse(weight: Floats, share: float) -> None:
    lower, upper = bins(weight.size, 5.0)
    at = sizing.quantile(lower, upper, weight, share)
    assert sizing.fraction_between(lower, upper, weight, 0.0, at) == pytest.approx(share, abs=1e-6)


@given(weights, st.floats(1e-3, 1e3))
def test_statistics_do_not_depend_on_the_scale_of_the_weights(weight: Floats, factor: float) -> None:
    lower, upper = bins(weight.size)
    one, other = (sizing.quantile(lower, upper, w, 0.5) for w in (weight, weight * factor))
    # Inside a bin that holds next to nothing, the rounding of the sums alone moves the median.
    thinnest = float(weight[weight > 0].min() / weight.sum())
    assert one == pytest.approx(other, abs=max(1e-6, 1e-15 / thinnest))
    assert sizing.mean(lower, weight) == pytest.approx(sizing.mean(lower, weight * factor), rel=1e-9, abs=1e-9)


_some = st.one_of(
    st.floats(-1e30, 1e30), st.floats(-1e-300, 1e-300), st.integers(-(2**40), 2**40).map(float), st.just(0.0)
)


@pytest.mark.parametrize("empty", [0, 500])  # many numbers are added up in another way than few
@given(
    rows=st.integers(0, 12).flatmap(lambda n: st.lists(st.lists(_some, min_size=n, max_size=n), min_size=1, max_size=5))
)
def test_sums_of_rows_are_those_of_fractions(empty: int, rows: list[list[float]]) -> None:
    found = exact_sums(np.array([row + [0.0] * empty for row in rows])).tolist()
    assert found == [float(sum(map(Fraction, row), Fraction())) for row in rows]


def test_sums_of_rows_too_large_to_split_are_exact_as_well() -> None:
    rows = np.array([[1e300, 1.0, -1e300] * 200] * 3)
    assert exact_sums(rows).tolist() == [200.0] * 3


def test_cumulative_ends_at_one() -> None:
    assert sizing.cumulative(B02[2]).tolist() == pytest.approx([0.0, 0.1, 0.4, 0.8, 1.0])
    assert sizing.cumulative(B02[2])[-1] == 1.0


def test_moments_of_b02() -> None:
    assert sizing.mean(B02_CENTRE, B02[2]) == pytest.approx(165.0, rel=1e-12)
    assert sizing.population_sd(B02_CENTRE, B02[2]) == pytest.approx(52.67826876426369, rel=1e-12)


@pytest.mark.parametrize("centre", [1.2, 1000000.2, 10000000.2])
def test_sd_of_numacc_is_not_lost_in_the_mean(centre: float) -> None:
    # F14, NIST NumAcc2 to 4; the one-pass formula gives 0.0 for the last.
    x = np.array([centre] + 500 * [centre - 0.1, centre + 0.1])
    assert sizing.sample_sd(x, np.ones(1001)) == pytest.approx(0.1, rel=1e-7)
    assert sizing.mean(x, np.ones(1001)) == pytest.approx(centre, rel=1e-15)
    assert sizing.population_sd(x, np.ones(1001)) == pytest.approx(0.1 * math.sqrt(1000 / 1001), rel=1e-7)


def test_sd_of_numacc_1_is_exact() -> None:
    assert sizing.sample_sd(np.array([10000001.0, 10000003, 10000002]), np.ones(3)) == 1.0


@given(weights)
def test_mean_is_that_of_exact_arithmetic(weight: Floats) -> None:
    centre = np.linspace(0.5, weight.size - 0.5, weight.size)
    exact = sum(Fraction(w) * Fraction(c) for w, c in zip(weight, centre, strict=True)) / sum(map(Fraction, weight))
    assert sizing.mean(centre, weight) == pytest.approx(float(exact), rel=1e-14)


@pytest.mark.parametrize(
    ("counts", "sd"), [([0.0, 1, 0], None), ([1.0, 0, 1], math.sqrt(2)), ([0.0, 2, 0], 0.0), ([0.0, 0.4, 0], None)]
)
def test_sample_sd_divides_by_one_less_than_the_particles(counts: list[float], sd: float | None) -> None:
    assert sizing.sample_sd(np.array([1.0, 2.0, 3.0]), np.array(counts)) == (sd if sd is None else pytest.approx(sd))


@pytest.mark.parametrize(
    ("weight", "mode"),
    [
        ([0.0, 2, 3, 1, 0], 2.5 + 0.5 * (2 - 1) / (2 - 6 + 1)),
        ([0.0, 1, 3, 1, 0], 2.5),
        ([0.0, 3, 3, 0, 0], 2.0),  # a tie of neighbours: their common edge
        ([0.0, 3, 0, 3, 0], 1.5),  # a tie: the lowest
        ([5.0, 1, 0, 0, 0], 0.5),  # first bin: its centre
        ([0.0, 0, 0, 1, 5], 4.5),
    ],
)
def test_parabola_mode(weight: list[float], mode: float) -> None:
    assert sizing.parabola_mode(np.linspace(0.5, 4.5, 5), np.array(weight)) == pytest.approx(mode, rel=1e-14)


def test_parabola_mode_scales_with_the_bin_width() -> None:
    # Bins of 4, as the diffusion coefficients of NanoSight have.
    centre = np.array([2.0, 6, 10, 14])
    assert sizing.parabola_mode(centre, np.array([0.0, 4, 6, 2])) == pytest.approx(10 - 4 / 2 * (4 - 2) / 6)


@given(hnp.arrays(np.float64, 12, elements=st.floats(0, 1e9)).filter(lambda w: w.max() > 0))
def test_parabola_mode_stays_within_half_a_bin_of_the_first_highest_bin(weight: Floats) -> None:
    centre = np.arange(12.0)
    assert abs(sizing.parabola_mode(centre, weight) - np.argmax(weight)) <= 0.5


def test_density_decides_between_unequal_bins() -> None:
    # B02: 40 in [150, 200) is the densest; 60 in a bin of 100 would not be.
    assert 150 < sizing.density_mode(*B02) < 200
    wide = np.array([0.0, 10, 30, 40, 60])
    assert 150 < sizing.density_mode(B02[0], B02[1], wide) < 200


def test_density_mode_of_a_gaussian_is_exact() -> None:
    # The logarithm of a Gaussian is a parabola, whatever the bin it peaks in.
    lower, upper = bins(200)
    weight = np.exp(-0.5 * (((lower + upper) / 2 - 101.37) / 12) ** 2)
    assert sizing.density_mode(lower, upper, weight) == pytest.approx(101.37, abs=1e-9)


@pytest.mark.parametrize(("weight", "mode"), [([0.0, 4, 1], 1.5), ([1.0, 4, 0], 1.5), ([4.0, 1, 0], 0.5)])
def test_beside_an_empty_or_missing_bin_the_centre_stands(weight: list[float], mode: float) -> None:
    assert sizing.density_mode(*bins(3), np.array(weight)) == mode


def test_ties_of_the_mode_are_told() -> None:
    lower, upper = bins(4)
    tied = np.array([1.0, 3, 1, 3])
    assert sizing.mode_is_tied(lower, upper, tied)
    assert sizing.density_mode(lower, upper, tied) == pytest.approx(1.5)
    assert not sizing.mode_is_tied(lower, upper, np.array([1.0, 3, 1, 2]))


@pytest.mark.parametrize("width", [1.0, 2.0])
def test_standard_statistics_of_a_known_log_normal(width: float) -> None:
    found = sizing.standard_statistics(*log_normal(width))
    assert found.mean_nm == pytest.approx(115.06306458995887, rel=1e-5)
    assert found.mode_nm == pytest.approx(100.5324303798351, abs=0.05)
    assert found.sd_nm == pytest.approx(35.31035628453582, rel=2e-3)
    assert found.d10_nm == pytest.approx(74.88959004335865, abs=0.015 * width**2)
    assert found.d50_nm == pytest.approx(110.0, abs=0.015 * width**2)
    assert found.d90_nm == pytest.approx(161.57118757085584, abs=0.015 * width**2)


def test_a_video_without_tracks_has_no_statistics() -> None:
    assert sizing.standard_statistics(*bins(5), np.zeros(5)) == SizeStatistics()


def test_the_spread_inside_wide_bins_counts() -> None:
    found = sizing.standard_statistics(*B02).sd_nm
    assert found == pytest.approx(math.sqrt(3108.3333333333335), rel=1e-12)
    one_bin = sizing.standard_statistics(np.array([100.0]), np.array([112.0]), np.array([7.0]))
    assert one_bin.sd_nm == pytest.approx(12 / math.sqrt(12))


def test_the_spread_inside_narrow_bins_does_not() -> None:
    lower, upper, weight = log_normal(1.0)
    assert sizing.standard_statistics(lower, upper, weight).sd_nm == sizing.population_sd((lower + upper) / 2, weight)


def test_span_of_b02() -> None:
    assert sizing.span(100.0, 162.5, 250.0) == pytest.approx(0.9230769230769231)
    with pytest.raises(ValueError, match="D50"):
        sizing.span(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("low", "high", "floor", "share"),
    [
        (50.0, 200.0, None, 0.8),
        (0.0, 120.0, None, 0.22),
        (0.0, math.inf, None, 1.0),
        (200.0, 200.0, None, 0.0),
        (400.0, 500.0, None, 0.0),
        (50.0, 200.0, 100.0, 70 / 90),  # of those that the instrument can see
        (0.0, 120.0, 110.0, 6 / 84),
        (0.0, 100.0, 100.0, None),  # the window lies below the floor: nothing is known
        (0.0, 500.0, 300.0, None),  # nothing lies above the floor
    ],
)
def test_fractions_of_b02(low: float, high: float, floor: float | None, share: float | None) -> None:
    expected = share if share is None else pytest.approx(share, abs=1e-12)
    assert sizing.fraction_between(*B02, low, high, floor=floor) == expected


def test_fractions_of_a_known_log_normal() -> None:
    made = log_normal(1.0)
    assert sizing.fraction_between(*made, 30, 150) == pytest.approx(0.8493893741673262, abs=1e-7)
    assert sizing.fraction_between(*made, 0, 200) == pytest.approx(0.9768577765192525, abs=1e-7)


@given(weights, st.floats(0, 40), st.floats(0, 40))
def test_fractions_on_both_sides_of_a_cut_add_up(weight: Floats, cut: float, floor: float) -> None:
    lower, upper = bins(weight.size)
    parts = [
        sizing.fraction_between(lower, upper, weight, low, high, floor=floor)
        for low, high in ((0.0, max(cut, floor) + 1), (max(cut, floor) + 1, math.inf))
    ]
    known = [p for p in parts if p is not None]
    assert not known or sum(known) == pytest.approx(1.0)


def test_an_empty_distribution_has_no_fraction() -> None:
    assert sizing.fraction_between(*bins(3), np.zeros(3), 0.0, 2.0) is None


def test_mean_cubed_diameter_of_a_known_log_normal() -> None:
    # <d³> of a log-normal is median³ exp(4.5 sigma²); the cube of D50 is a third smaller.
    expected = 110**3 * math.exp(4.5 * 0.3**2)
    assert sizing.mean_cubed_diameter(*log_normal(1.0)) == pytest.approx(expected, rel=5e-5)
    assert expected / 110**3 == pytest.approx(1.4993, rel=1e-4)


def test_mean_cubed_diameter_is_exact_in_wide_bins() -> None:
    one = sizing.mean_cubed_diameter(np.array([0.0]), np.array([100.0]), np.array([3.0]))
    assert one == pytest.approx(100**4 / 4 / 100)
    parts = sizing.mean_cubed_diameter(*bins(100), np.ones(100))
    assert parts == pytest.approx(one, rel=1e-12)


def test_a_volume_that_rests_on_one_particle_is_told() -> None:
    lower, upper = bins(100, 10.0)
    counts = np.zeros(100)
    counts[5:15] = 100.0
    many = sizing.volume_tail_tracks(lower, upper, counts)
    counts[90] = 1.0
    few = sizing.volume_tail_tracks(lower, upper, counts)
    assert many > 4
    assert few < 1


@pytest.mark.parametrize(
    ("lower", "upper", "weight"),
    [
        ([0.0, 1], [1.0, 2], [1.0, -1.0]),
        ([0.0, 1], [1.0, 2], [1.0, math.nan]),
        ([0.0, 1], [1.0, 2], [math.inf, 1.0]),
        ([0.0, 1], [1.0, 2], [1.0]),
        ([0.0, 1], [1.0], [1.0, 2.0]),
        ([0.0, 1], [1.0, 1], [1.0, 2.0]),
        ([1.0, 0], [2.0, 1], [1.0, 2.0]),
        ([0.0, 0.5], [1.0, 1.5], [1.0, 2.0]),
    ],
)
@pytest.mark.parametrize(
    "statistic",
    [
        sizing.standard_statistics,
        sizing.density_mode,
        sizing.mode_is_tied,
        sizing.mean_cubed_diameter,
        lambda lower, upper, weight: sizing.quantile(lower, upper, weight, 0.5),
        lambda lower, upper, weight: sizing.fraction_between(lower, upper, weight, 0.0, 1.0),
    ],
)
def test_bins_that_make_no_sense_are_refused(
    statistic: Callable[..., object], lower: list[float], upper: list[float], weight: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"weights|bins|edges"):
        statistic(np.array(lower), np.array(upper), np.array(weight))


@pytest.mark.parametrize("statistic", [sizing.mean, sizing.population_sd, sizing.sample_sd, sizing.parabola_mode])
@pytest.mark.parametrize("weight", [[0.0, 0.0], [1.0, -1.0], [math.nan, 1.0], [1.0]])
def test_weights_that_make_no_sense_are_refused(
    statistic: Callable[[Floats, Floats], object], weight: list[float]
) -> None:
    with pytest.raises(ValueError, match=r"weight"):
        statistic(np.array([1.0, 2.0]), np.array(weight))


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan])
def test_shares_outside_are_refused(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        sizing.quantile(*B02, share)


def test_a_window_that_runs_backwards_is_refused() -> None:
    with pytest.raises(ValueError, match="upwards"):
        sizing.fraction_between(*B02, 200.0, 100.0)


def test_edges_may_overlap_by_rounding() -> None:
    centre = np.array([0.1, 0.3, 0.5])
    assert sizing.quantile(centre - 0.1000001, centre + 0.1000001, np.ones(3), 0.5) == pytest.approx(0.3)
