from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.numerics.deconvolution import (
    FEW_TRACKS_FOR_MODES,
    FEW_TRACKS_FOR_SHAPE,
    LENGTHS_ASSUMED,
    MODES_TOO_CLOSE,
    Deconvolution,
    DeconvolutionRefusedError,
    deconvolve,
    deconvolve_bins,
    deconvolve_bins_of_length,
    model_of,
)
from evqc.numerics.deconvolution_band import LEAST_VIDEOS, resampled_shares, with_band
from evqc.numerics.mixtures import LEAST_SIGMA
from evqc.numerics.penalised_likelihood import Smoothed
from evqc.numerics.populations import Populations
from evqc.numerics.tracks import count_tracks
from evqc.simulation.tracks import Optics, gamma_sizes, simulate_tracks
from tests.numerics.known_tracks import SETS, Floats, Integers, cells_of, error_of_bins, error_of_sizes, tracks

if TYPE_CHECKING:
    from collections.abc import Callable

#: Bins of 5 nm, as an export might have them.
EDGES = np.arange(0.0, 2501.0, 5.0)


def binned(apparent: Floats) -> Floats:
    return np.histogram(apparent, EDGES)[0].astype(np.float64)


def length_law(steps: Integers) -> tuple[Floats, Floats]:
    lengths, number = np.unique(steps, return_counts=True)
    return lengths.astype(np.float64), number / number.sum()


def error(name: str, found: Deconvolution) -> float:
    return error_of_bins(name, found.edges_nm, found.share)


@pytest.fixture(scope="module")
def of_beads() -> Deconvolution:
    return deconvolve(cells_of("beads", 20_000, 3))


def test_a_deconvolution_shows_what_raw_sizes_hide(of_beads: Deconvolution) -> None:
    density = np.interp([60, 78, 100, 124, 150], of_beads.size_nm, of_beads.share / np.diff(of_beads.edges_nm))
    assert (density[[0, 2, 2, 4]] > 3 * density[[1, 1, 3, 3]]).all()
    assert of_beads.flags == (MODES_TOO_CLOSE,)  # ln(150/100) is less than 2/√15: seen, and yet not claimed
    assert len(of_beads.modes_nm) == 1
    assert of_beads.share.sum() == pytest.approx(1)
    assert of_beads.share_of_tracks.sum() == pytest.approx(1)
    assert error("beads", of_beads) < 2
    assert error_of_sizes("beads", tracks("beads", 20_000, 3)[0]) > 12


@pytest.mark.parametrize(("name", "most"), [("EV-like", 2.0), ("tail", 2.0)])
def test_a_broad_distribution_comes_near_the_truth(name: str, most: float) -> None:
    found = deconvolve(cells_of(name, 5000, 3))
    assert error(name, found) < most < 10 < error_of_sizes(name, tracks(name, 5000, 3)[0])
    assert len(found.modes_nm) == 1


def test_the_order_of_tracks_changes_nothing() -> None:
    apparent, steps = tracks("EV-like", 1000, 1)
    order = np.random.default_rng(1).permutation(1000)
    one = deconvolve(count_tracks(apparent, steps.astype(np.float64)))
    two = deconvolve(count_tracks(apparent[order], steps[order].astype(np.float64)))
    assert np.array_equal(one.share, two.share)


def test_grouping_lengths_changes_little(monkeypatch: pytest.MonkeyPatch) -> None:
    apparent, steps = tracks("EV-like", 2000, 1)
    grouped = deconvolve(count_tracks(apparent, steps.astype(np.float64)))
    monkeypatch.setattr("evqc.numerics.tracks.LEVEL_STARTS", np.arange(1.0, 5000.0))
    single = deconvolve(count_tracks(apparent, steps.astype(np.float64)))
    assert grouped.statistics.d50_nm == pytest.approx(single.statistics.d50_nm, rel=2e-3)
    assert grouped.statistics.sd_nm == pytest.approx(single.statistics.sd_nm, rel=0.02)


def test_frames_weigh_a_particle_seen_longer() -> None:
    """Small particles of short tracks and large ones of long tracks, as many of each: large ones were there longer."""
    steps = np.repeat([10, 40], 1000)
    apparent = gamma_sizes(np.repeat([60.0, 160.0], 1000), steps, seed=1)
    found = deconvolve(count_tracks(apparent, steps.astype(np.float64)))
    small = found.size_nm < 100
    assert found.share_of_tracks[small].sum() == pytest.approx(0.5, abs=0.07)
    assert found.share[small].sum() == pytest.approx(11 / 52, abs=0.03)


def test_bins_with_the_law_of_lengths_give_what_tracks_give() -> None:
    apparent, steps = tracks("EV-like", 5000, 2)
    by_track = deconvolve(count_tracks(apparent, steps.astype(np.float64)))
    by_bin = deconvolve_bins(EDGES, binned(apparent), length_law(steps), corrected=False)
    assert by_bin.statistics.d50_nm == pytest.approx(by_track.statistics.d50_nm, rel=0.02)
    assert by_bin.statistics.d90_nm == pytest.approx(by_track.statistics.d90_nm, rel=0.03)
    assert error("EV-like", by_bin) < 3.5
    assert by_bin.tracks == 5000
    assert by_bin.median_steps == pytest.approx(by_track.median_steps, abs=1)


def test_the_least_length_as_the_length_is_worse_than_raw_sizes() -> None:
    apparent, _ = tracks("EV-like", 5000, 2)
    found = deconvolve_bins(EDGES, binned(apparent), (np.array([5.0]), np.array([1.0])), corrected=False)
    assert error("EV-like", found) > 1.3 * error_of_sizes("EV-like", apparent)


def test_a_stated_length_gives_three_answers_that_widen_with_doubt() -> None:
    apparent, _ = tracks("EV-like", 5000, 2)
    several = deconvolve_bins_of_length(EDGES, binned(apparent), 18.0, corrected=False)
    spreads = [found.statistics.sd_nm or 0.0 for found in several]
    assert spreads == sorted(spreads)
    assert all(LENGTHS_ASSUMED in found.flags for found in several)
    assert [found.median_steps for found in several] == pytest.approx([12, 18, 27])


@pytest.mark.parametrize(
    ("corrected", "why"), [(True, "already corrected for the lengths"), (None, "it is not known whether")]
)
def test_sizes_that_were_corrected_are_not_corrected_again(corrected: bool | None, why: str) -> None:
    with pytest.raises(DeconvolutionRefusedError, match=why):
        deconvolve_bins(
            EDGES, binned(tracks("EV-like", 1000, 1)[0]), (np.array([20.0]), np.ones(1)), corrected=corrected
        )


def test_too_few_tracks_are_refused() -> None:
    assert deconvolve(cells_of("EV-like", 200, 1)).tracks == 200
    with pytest.raises(DeconvolutionRefusedError, match="199 tracks are too few: at least 200"):
        deconvolve(cells_of("EV-like", 199, 1))
    with pytest.raises(DeconvolutionRefusedError, match="too few"):
        deconvolve_bins(EDGES, binned(tracks("EV-like", 150, 1)[0]), (np.array([20.0]), np.ones(1)), corrected=False)


def test_too_short_tracks_are_refused() -> None:
    apparent = tracks("EV-like", 300, 1)[0]
    assert deconvolve(count_tracks(apparent, np.full(300, 5.0))).median_steps == 5
    with pytest.raises(DeconvolutionRefusedError, match="half of the tracks have 4 steps or fewer"):
        deconvolve(count_tracks(apparent, np.full(300, 4.0)))


@pytest.mark.parametrize(
    ("counts", "law"),
    [
        (np.ones(3), (np.array([20.0]), np.ones(1))),
        (np.full(500, 0.5), (np.array([20.0]), np.ones(1))),
        (-np.ones(500), (np.array([20.0]), np.ones(1))),
        (np.ones(500), (np.array([20.0]), np.ones(2))),
        (np.ones(500), (np.array([20.0]), -np.ones(1))),
        (np.ones(500), (np.array([20.0]), np.zeros(1))),
    ],
)
def test_what_is_no_histogram_is_refused(counts: Floats, law: tuple[Floats, Floats]) -> None:
    with pytest.raises(ValueError, match=r"bins have|a law of lengths"):
        deconvolve_bins(EDGES, counts, law, corrected=False)


@pytest.mark.parametrize(
    ("number", "flags"),
    [
        (500, {FEW_TRACKS_FOR_SHAPE, FEW_TRACKS_FOR_MODES}),
        (2000, {FEW_TRACKS_FOR_MODES}),
        (6000, set()),
    ],
)
def test_two_modes_are_claimed_with_enough_tracks_only(number: int, flags: set[str]) -> None:
    steps = np.full(number, 40)
    apparent = gamma_sizes(np.repeat([60.0, 150.0], number // 2), steps, seed=4)
    found = deconvolve(count_tracks(apparent, steps.astype(np.float64)))
    assert {*found.flags} - {MODES_TOO_CLOSE} == flags
    assert len(found.modes_nm) == (1 if flags else 2)


def test_two_modes_closer_than_the_tracks_resolve_are_not_claimed() -> None:
    """With 6 steps nothing closer than 2/√6 is told apart, however many tracks there are."""
    steps = np.full(60_000, 6)
    apparent = gamma_sizes(np.repeat([80.0, 150.0], 30_000), steps, seed=4)
    found = deconvolve(count_tracks(apparent, steps.astype(np.float64)))
    assert len(found.modes_nm) == 1


def test_particles_of_one_size_stay_near_it() -> None:
    steps = np.full(2000, 20)
    found = deconvolve(count_tracks(gamma_sizes(np.full(2000, 100.0), steps, seed=1), steps.astype(np.float64)))
    assert found.statistics.d50_nm == pytest.approx(100, rel=0.01)
    assert found.statistics.sd_nm == pytest.approx(0, abs=6)


def test_tracks_beyond_the_grid_do_no_harm() -> None:
    apparent, steps = tracks("EV-like", 1000, 1)
    far = np.concatenate([apparent, [1e-3, 1e5]])
    found = deconvolve(count_tracks(far, np.concatenate([steps, [20, 20]]).astype(np.float64)))
    assert found.statistics.d50_nm == pytest.approx(110, rel=0.05)


def test_an_effective_share_takes_out_the_blur_of_fewer_steps() -> None:
    steps = np.full(5000, 12)
    apparent = gamma_sizes(np.full(5000, 100.0), steps, seed=1, effective_share=0.85)
    cells = count_tracks(apparent, steps.astype(np.float64))
    plain, aware = deconvolve(cells), deconvolve(cells, 0.85)
    assert (aware.statistics.sd_nm or 0) < (plain.statistics.sd_nm or 0)
    assert aware.statistics.d50_nm == pytest.approx(100, rel=0.01)
    assert aware.effective_share == 0.85


def test_motion_blur_and_noise_are_what_the_effective_share_is_for() -> None:
    """METHODS A03: with full exposure 12 steps spread like 10.77; the sensitivity with 0.85 brackets the truth."""
    optics = Optics(depth_of_field_um=400.0, frames=13, exposure=1.0)
    made = simulate_tracks(np.full(60_000, 100.0), seed=2, optics=optics)
    whole = made.steps == 12
    variance = 100 / made.apparent_nm[whole]
    assert variance.mean() == pytest.approx(1, abs=0.01)
    assert variance.mean() ** 2 / variance.var() == pytest.approx(10.77, rel=0.03)
    cells = count_tracks(made.apparent_nm[whole], made.steps[whole].astype(np.float64))
    plain, aware = deconvolve(cells), deconvolve(cells, 10.77 / 12)
    assert (aware.statistics.sd_nm or 0) < (plain.statistics.sd_nm or 0)


def test_the_depth_of_field_biases_equal_weights_and_not_frames() -> None:
    """METHODS A: a slab of 10 µm, log-normal 110 nm; D50 4 to 6 % low when every track counts once."""
    true_nm = 110 * np.exp(0.3 * np.random.default_rng(1).standard_normal(20_000))
    made = simulate_tracks(true_nm, seed=2, optics=Optics(frames=300))
    kept = made.included
    truth = float(np.median(true_nm))
    found = deconvolve(count_tracks(made.apparent_nm[kept], made.steps[kept].astype(np.float64)))
    by_frames, d50 = found.statistics.d50_nm, np.cumsum(found.share_of_tracks)
    equal = float(np.interp(0.5, d50, found.edges_nm[1:]))
    assert by_frames == pytest.approx(truth, rel=0.01)
    # The middle of the tracks is what equal weights have to find, and it lies too low.
    of_tracks = float(np.median(made.true_nm[kept]))
    assert of_tracks < 0.965 * truth
    assert equal == pytest.approx(of_tracks, rel=0.01)


def test_the_models_say_what_the_curve_is_made_of(of_beads: Deconvolution) -> None:
    assert sum(each.weight for each in of_beads.models) == pytest.approx(1)
    curves = np.array([each.weight * each.fit.shares for each in of_beads.models])
    assert of_beads.share_of_tracks == pytest.approx(curves.sum(axis=0))
    (smooth,) = (each.fit for each in of_beads.models if isinstance(each.fit, Smoothed))
    assert (of_beads.smoothing, of_beads.effective_parameters) == (smooth.smoothing, smooth.effective_parameters)
    assert "log-normal populations" in of_beads.method
    assert any("need not be a kind of particle" in each for each in of_beads.assumptions)


def test_the_same_tracks_give_the_same_digits(of_beads: Deconvolution) -> None:
    again = deconvolve(cells_of("beads", 20_000, 3))
    assert np.array_equal(again.share, of_beads.share)
    assert [(x.name, x.weight) for x in again.models] == [(x.name, x.weight) for x in of_beads.models]


def test_bins_are_averaged_over_the_same_models() -> None:
    apparent, steps = tracks("EV-like", 5000, 2)
    found = deconvolve_bins(EDGES, binned(apparent), length_law(steps), corrected=False)
    assert found.models[0].name == "1 log-normal population"
    assert sum(each.weight for each in found.models) == pytest.approx(1)


@pytest.mark.parametrize("number", [200, 5000])
def test_tracks_of_one_apparent_size_are_no_trouble(number: int) -> None:
    """All in one cell: narrower than any size could make them, so that the narrowest populations are what fits."""
    found = deconvolve(count_tracks(np.full(number, 100.0), np.full(number, 20.0)))
    assert np.isfinite(found.share).all()
    assert found.share.sum() == pytest.approx(1)
    assert found.statistics.d50_nm == pytest.approx(100, rel=0.06)
    assert len(found.modes_nm) == 1
    several = [each.fit for each in found.models if isinstance(each.fit, Populations)]
    assert all((fit.sigma_ln >= LEAST_SIGMA * (1 - 1e-12)).all() for fit in several)


def test_one_narrow_population_is_no_spike() -> None:
    rng, steps = np.random.default_rng(1), np.full(20_000, 20)
    true_nm = 100 * (1 + 0.03 * rng.standard_normal(20_000))
    found = deconvolve(count_tracks(gamma_sizes(true_nm, steps, seed=1), steps.astype(np.float64)))
    assert found.statistics.d50_nm == pytest.approx(100, rel=0.01)
    assert 2 < (found.statistics.sd_nm or 0) < 6
    assert len(found.modes_nm) == 1
    assert found.share.max() < 0.5


def test_two_populations_that_are_alike_are_one_mode() -> None:
    rng, steps = np.random.default_rng(2), np.full(20_000, 20)
    true_nm = np.repeat([100.0, 112.0], 10_000) * np.exp(0.15 * rng.standard_normal(20_000))
    found = deconvolve(count_tracks(gamma_sizes(true_nm, steps, seed=2), steps.astype(np.float64)))
    assert len(found.modes_nm) == 1
    assert found.statistics.d50_nm == pytest.approx(float(np.median(true_nm)), rel=0.01)
    assert found.statistics.sd_nm == pytest.approx(float(true_nm.std()), rel=0.05)


def block(rng: np.random.Generator, number: int) -> Floats:
    """Even from 50 to 200 nm: of no family that is averaged."""
    return rng.uniform(50, 200, number)


def triangle(rng: np.random.Generator, number: int) -> Floats:
    """Rising from 60 to 80 nm and falling to 260 nm."""
    return rng.triangular(60, 80, 260, number)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [block, triangle])
def test_shapes_of_neither_family_lose_little(
    shape: Callable[[np.random.Generator, int], Floats], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Assuming populations where there are none costs less than 5 % of the distance of the smooth fit to the truth."""
    monkeypatch.setitem(SETS, shape.__name__, shape)
    both = []
    for seed in range(4):
        cells = cells_of(shape.__name__, 20_000, seed)
        found, held = deconvolve(cells), cells.counts.ravel() > 0
        (smooth,) = (each.fit for each in found.models if isinstance(each.fit, Smoothed))
        alone = model_of(cells).of_cells(held).shares(cells.counts.ravel()[held], smooth)
        both.append((error(shape.__name__, found), error_of_bins(shape.__name__, found.edges_nm, alone)))
    ours, smooth_alone = np.mean(both, axis=0)
    assert ours <= 1.05 * smooth_alone


def test_a_table_holds_every_size(of_beads: Deconvolution) -> None:
    table = of_beads.to_pandas()
    assert len(table) == len(of_beads.share)
    assert table["share"].sum() == pytest.approx(1)
    assert "density_lower" not in table


@pytest.fixture(scope="module")
def found() -> Deconvolution:
    return deconvolve(cells_of("EV-like", 1000, 1))


class TestBand:
    def test_the_same_seed_gives_the_same_band(self, found: Deconvolution) -> None:
        cells = cells_of("EV-like", 1000, 1)
        one, two, other = (with_band(found, cells, seed=seed, draws=20) for seed in (1, 1, 2))
        assert one.band is not None
        assert two.band is not None
        assert other.band is not None
        assert np.array_equal(one.band.density_lower, two.band.density_lower)
        assert one.band.statistics_upper == two.band.statistics_upper
        assert not np.array_equal(one.band.density_lower, other.band.density_lower)
        assert (one.band.seed, one.band.draws, one.band.level, one.band.over) == (1, 20, 0.95, "tracks")

    def test_the_band_holds_the_fit(self, found: Deconvolution) -> None:
        made = with_band(found, cells_of("EV-like", 1000, 1), seed=1, draws=40)
        assert made.band is not None
        low, high = made.band.statistics_lower.d50_nm, made.band.statistics_upper.d50_nm
        assert low is not None
        assert high is not None
        assert found.statistics.d50_nm is not None
        assert low < found.statistics.d50_nm < high < 1.1 * low
        assert {"density_lower", "density_upper"} <= {*made.to_pandas()}

    @pytest.mark.parametrize(("draws", "level"), [(19, 0.95), (20, 0.0), (20, 1.0)])
    def test_what_makes_no_band_is_refused(self, found: Deconvolution, draws: int, level: float) -> None:
        with pytest.raises(ValueError, match="at least 20 draws"):
            with_band(found, cells_of("EV-like", 1000, 1), seed=1, draws=draws, level=level)

    def test_videos_are_resampled_from_five_up(self) -> None:
        """Videos that differ make the band wide from five up; of four only the tracks within them are resampled."""
        spread, over = {}, {}
        for videos in (LEAST_VIDEOS - 1, LEAST_VIDEOS):
            number = 400 * videos
            steps, video = np.full(number, 20), np.arange(number) % videos
            true_nm = np.linspace(80.0, 160.0, videos)[video]
            cells = count_tracks(gamma_sizes(true_nm, steps, seed=1), steps.astype(np.float64), video)
            found = deconvolve(cells)
            drawn = resampled_shares(found, cells, seed=1, draws=20)
            spread[videos] = float((drawn @ found.size_nm).std())
            made = with_band(found, cells, seed=1, draws=20).band
            assert made is not None
            over[videos] = made.over
        assert spread[5] > 4 * spread[4]
        assert over == {4: "tracks within 4 videos", 5: "5 videos, and tracks within them"}
