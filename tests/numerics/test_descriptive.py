"""Statistics of replicate curves: against single ones, known truth, and their own symmetries."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from evqc.numerics.descriptive import NOT_RESAMPLED, described, statistics_of_rows
from evqc.numerics.estimate import NO_REPLICATION
from evqc.numerics.sizing import fraction_between, span, standard_statistics
from evqc.numerics.weighted_diameters import (
    COUNTS_NOT_KNOWN,
    FEW_IN_VOLUME_TAIL,
    weighted_diameters,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EDGES: Floats = np.arange(0.0, 601.0, 2.0)
LOWER, UPPER = EDGES[:-1], EDGES[1:]
WINDOWS = {"30 to 150": (30.0, 150.0), "below 200": (0.0, 200.0)}
some_rows = hnp.arrays(np.float64, (3, 12), elements=st.just(0.0) | st.floats(1e-3, 1e9)).filter(
    lambda w: bool((w.max(axis=1) > 0).all())
)


def videos(k: int, seed: int = 1, tracks: int = 800, shift: float = 0.02) -> Floats:
    """Counts of log-normal particles, each video about a median of its own."""
    rng = np.random.default_rng(seed)
    medians = 110 * np.exp(shift * rng.standard_normal(k))
    rows: Floats = np.array(
        [np.histogram(np.exp(rng.normal(math.log(m), 0.3, tracks)), EDGES)[0].astype(float) for m in medians]
    )
    return rows


@given(some_rows)
def test_rows_are_described_as_single_distributions_are(rows: Floats) -> None:
    lower: Floats = np.arange(0.0, 120.0, 10.0)
    upper: Floats = np.arange(10.0, 130.0, 10.0)
    found = statistics_of_rows(lower, upper, rows, windows={"window": (25.0, 60.0)}, floor_nm=20.0)
    for place, row in enumerate(rows):
        one = standard_statistics(lower, upper, row)
        for name in ("mean_nm", "mode_nm", "sd_nm", "d10_nm", "d50_nm", "d90_nm"):
            assert found[name][place] == pytest.approx(getattr(one, name), rel=1e-9)
        assert one.d10_nm is not None
        assert one.d50_nm is not None
        assert one.d90_nm is not None
        assert found["span"][place] == pytest.approx(span(one.d10_nm, one.d50_nm, one.d90_nm), abs=1e-9)
        share = fraction_between(lower, upper, row, 25, 60, floor=20)
        assert found["window"][place] == pytest.approx(math.nan if share is None else share, nan_ok=True)
        geometric = weighted_diameters(lower, upper, row)
        assert found["geometric_mean_nm"][place] == pytest.approx(geometric.geometric_mean_nm)
        assert found["geometric_sd"][place] == pytest.approx(geometric.geometric_sd, abs=1e-6)


def test_many_rows_are_described_part_by_part_alike() -> None:
    rows = videos(600, tracks=50)
    found = statistics_of_rows(LOWER, UPPER, rows)
    assert found["d50_nm"][[0, 251, 599]] == pytest.approx(
        [standard_statistics(LOWER, UPPER, rows[i]).d50_nm for i in (0, 251, 599)]
    )


def test_no_rows_no_statistics() -> None:
    with pytest.raises(ValueError, match="no distribution"):
        statistics_of_rows(LOWER, UPPER, np.empty((0, len(LOWER))))
    with pytest.raises(ValueError, match="upwards"):
        statistics_of_rows(LOWER, UPPER, videos(1), windows={"w": (2.0, 1.0)})


def test_one_video_has_values_and_no_intervals() -> None:
    made = described(LOWER, UPPER, videos(1), replicates="videos", seed=1, windows=WINDOWS)
    assert all(e.lower is None and e.standard_uncertainty is None for e in made.estimates.values())
    assert all(e.flags == (NO_REPLICATION,) for e in made.estimates.values())
    assert (made.seed, made.draws, made.n) == (None, None, 1)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_few_videos_have_t_intervals(k: int) -> None:
    made = described(LOWER, UPPER, videos(k), replicates="videos", seed=1, windows=WINDOWS)
    assert NOT_RESAMPLED in made.flags
    assert made.seed is None
    for name, e in made.estimates.items():
        assert e.value is not None
        assert e.lower is not None
        assert e.upper is not None
        assert e.lower < e.value < e.upper, name
        assert e.degrees_of_freedom == k - 1
    assert made.estimates["below 200"].upper is not None
    assert made.estimates["below 200"].upper < 1


def test_five_videos_are_resampled_and_the_seed_stands_in_the_result() -> None:
    curves = videos(5)
    one, two = (described(LOWER, UPPER, curves, replicates="videos", seed=7, windows=WINDOWS) for _ in range(2))
    assert one == two
    assert (one.seed, one.draws, one.flags) == (7, 4000, ())
    other = described(LOWER, UPPER, curves, replicates="videos", seed=8, windows=WINDOWS)
    assert other.estimates["d50_nm"].value == one.estimates["d50_nm"].value
    assert other.estimates["d50_nm"] != one.estimates["d50_nm"]


def test_the_order_of_videos_changes_no_value() -> None:
    curves = videos(4)
    one, two = (described(LOWER, UPPER, c, replicates="videos", seed=1) for c in (curves, curves[::-1]))
    assert {n: e.value for n, e in one.estimates.items()} == pytest.approx(
        {n: e.value for n, e in two.estimates.items()}
    )


def test_every_video_weighs_alike_however_many_tracks_it_holds() -> None:
    curves = videos(3)
    scaled = curves * np.array([[1.0], [10.0], [1000.0]])
    one, two = (described(LOWER, UPPER, c, replicates="videos", seed=1) for c in (curves, scaled))
    assert one.estimates["d50_nm"].value == pytest.approx(two.estimates["d50_nm"].value)


def test_shares_are_of_what_lies_above_the_floor() -> None:
    curves = videos(3)
    whole = described(LOWER, UPPER, curves, replicates="videos", seed=1, windows=WINDOWS).estimates
    seen = described(LOWER, UPPER, curves, replicates="videos", seed=1, windows=WINDOWS, floor_nm=80.0).estimates
    assert (seen["below 200"].value or 0) < (whole["below 200"].value or 0)
    assert seen["d50_nm"].value == whole["d50_nm"].value
    hidden = described(LOWER, UPPER, curves, replicates="videos", seed=1, windows={"tiny": (0, 50)}, floor_nm=80.0)
    assert "tiny" not in hidden.estimates


@pytest.mark.parametrize("k", [3, 5])
def test_identical_videos_have_no_width(k: int) -> None:
    made = described(LOWER, UPPER, np.repeat(videos(1), k, axis=0), replicates="videos", seed=1).estimates["d50_nm"]
    assert made.value is not None
    assert (made.lower, made.upper) == pytest.approx((made.value, made.value))


def test_all_in_the_last_bin() -> None:
    row = np.zeros((3, len(LOWER)))
    row[:, -1] = 5
    made = described(LOWER, UPPER, row, replicates="videos", seed=1, windows=WINDOWS)
    assert made.estimates["mode_nm"].value == 599.0
    assert made.estimates["below 200"].value == 0.0
    assert made.estimates["below 200"].lower == 0.0


@pytest.mark.parametrize("last", [0.1, math.nextafter(0.1, 1), math.nextafter(0.1, 0)])
def test_a_top_that_is_flat_but_for_rounding_has_its_mode_in_the_middle(last: float) -> None:
    row = np.array([[0.1, math.nextafter(0.1, 1), last]])
    found = statistics_of_rows(np.array([0.0, 1, 2]), np.array([1.0, 2, 3]), row)["mode_nm"]
    assert 1.0 <= found[0] <= 2.0


def test_what_is_refused() -> None:
    with pytest.raises(ValueError, match="200 draws"):
        described(LOWER, UPPER, videos(5), replicates="videos", seed=1, draws=10)
    empty = videos(3)
    empty[1] = 0
    with pytest.raises(ValueError, match="nothing has weight"):
        described(LOWER, UPPER, empty, replicates="videos", seed=1)
    empty[1] = math.nan
    with pytest.raises(ValueError, match="finite"):
        described(LOWER, UPPER, empty, replicates="videos", seed=1)


def test_the_table_has_a_row_for_each_statistic() -> None:
    made = described(LOWER, UPPER, videos(3), replicates="videos", seed=1, windows=WINDOWS)
    table = made.to_pandas().set_index("name")
    assert table.loc["d50_nm", "value"] == made.estimates["d50_nm"].value
    assert [*table.index] == [*made.estimates]


@pytest.mark.slow
@pytest.mark.parametrize("k", [3, 5, 8])
def test_intervals_cover(k: int) -> None:
    """Of D50 and the share of 30 to 150 nm, at a nominal 95 %, over simulated sets of videos."""
    inside = {"d50_nm": 0, "30 to 150": 0}
    truth = {"d50_nm": 110.0, "30 to 150": 0.8494}
    for seed in range(300):
        made = described(LOWER, UPPER, videos(k, seed), replicates="videos", seed=seed, windows=WINDOWS, draws=1000)
        for name, true in truth.items():
            e = made.estimates[name]
            inside[name] += (e.lower or 0) <= true <= (e.upper or 0)
    print(k, {name: count / 300 for name, count in inside.items()})  # noqa: T201  coverage is printed beside 0.95
    assert min(inside.values()) / 300 >= 0.88


def log_normal(width: float = 1.0) -> tuple[Floats, Floats, Floats]:
    edges = np.arange(0, 2000 + width / 2, width)
    cumulated = np.array([(1 + math.erf(math.log(e / 110) / 0.3 / math.sqrt(2))) / 2 if e > 0 else 0.0 for e in edges])
    return edges[:-1], edges[1:], np.diff(cumulated)


def test_weighted_diameters_of_a_log_normal_agree_to_the_bin_width() -> None:
    lower, upper, weight = log_normal()
    made = weighted_diameters(lower, upper, weight)
    assert made.volume_median_nm == pytest.approx(144.096, abs=0.05)
    assert made.d32_nm == pytest.approx(137.755, abs=0.05)
    assert made.d43_nm == pytest.approx(150.729, abs=0.05)
    assert made.geometric_mean_nm == pytest.approx(110, abs=0.01)
    assert made.geometric_sd == pytest.approx(math.exp(0.3), abs=1e-4)
    assert made.flags == (COUNTS_NOT_KNOWN,)


def test_one_bin_is_described_exactly() -> None:
    made = weighted_diameters(np.array([1.0]), np.array([3.0]), np.array([7.0]), counts=np.array([5000.0]))
    assert made.geometric_mean_nm == pytest.approx(math.exp((3 * math.log(3) - 2) / 2))
    assert made.d32_nm == pytest.approx(20 / (26 / 3))
    assert made.d43_nm == pytest.approx(242 / 5 / 20)


def test_a_volume_that_rests_on_few_particles_is_not_stated() -> None:
    lower, upper, weight = log_normal(2.0)
    few = np.round(weight * 500)
    few[np.searchsorted(lower, 900.0)] = 1
    made = weighted_diameters(lower, upper, few, counts=few)
    assert (made.volume_median_nm, made.d43_nm, made.d32_nm, made.surface_median_nm) == (None, None, None, None)
    assert made.flags == (FEW_IN_VOLUME_TAIL,)
    assert made.tail_particles is not None
    assert made.tail_particles < 10
    many = weighted_diameters(lower, upper, np.round(weight * 1e6), counts=np.round(weight * 1e6))
    assert many.flags == ()
    assert many.volume_median_nm is not None


def test_narrow_peaks_keep_their_digits() -> None:
    lower = np.array([100.0, 100.0001])
    made = weighted_diameters(lower, lower + 1e-4, np.array([1.0, 1.0]))
    assert math.log(made.geometric_sd) == pytest.approx(2e-6 / math.sqrt(12), rel=1e-3)


def test_nothing_is_refused_as_everywhere() -> None:
    with pytest.raises(ValueError, match="nothing has weight"):
        weighted_diameters(np.array([1.0]), np.array([2.0]), np.array([0.0]))


def test_weighted_diameters_make_a_table() -> None:
    made = weighted_diameters(np.array([1.0]), np.array([2.0]), np.array([1.0]))
    assert made.to_pandas()["d32_nm"].item() == made.d32_nm
    assert replace(made, flags=("a", "b")).to_pandas()["flags"].item() == "a; b"
