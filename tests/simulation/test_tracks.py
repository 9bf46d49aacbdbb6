"""Simulated tracks against what physics says of them: stays, steps, blur, noise, floor and seeds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.simulation.tracks import Optics, SimulatedTracks, gamma_sizes, simulate_tracks

#: So deep that nobody leaves, so that every track is as long as the video.
DEEP = {"depth_of_field_um": 400.0, "frames": 13}


def of_twelve_steps(number: int = 30_000, **options: float) -> SimulatedTracks:
    made = simulate_tracks(np.full(number, 100.0), seed=5, optics=Optics(**{**DEEP, **options}))  # type: ignore[arg-type]  # by name
    assert (made.steps == 12).mean() > 0.9
    return made


def squares(of: SimulatedTracks) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Mean squared step of each track of twelve, in µm²."""
    ends = np.cumsum(of.steps + 1)
    kept = of.steps == 12
    paths = np.array([of.path_um[end - 13 : end] for end in ends[kept]])
    return np.asarray((np.diff(paths, axis=1) ** 2).sum(axis=2).mean(axis=1))


def test_steps_are_those_of_diffusion() -> None:
    found = squares(of_twelve_steps())
    expected = 4 * 4.90746 / 25.0  # reference case A01, in µm²/s, over one frame
    assert found.mean() == pytest.approx(expected, rel=5 / math.sqrt(12 * len(found)))
    assert found.mean() ** 2 / found.var() == pytest.approx(12, rel=0.05)


def test_apparent_sizes_are_those_of_the_paths() -> None:
    made = of_twelve_steps(500)
    kept = made.steps == 12
    diffusion = squares(made) / (4 / 25.0)
    assert made.apparent_nm[kept] == pytest.approx(100 * 4.9074622 / diffusion, rel=1e-6)


@pytest.mark.parametrize(("exposure", "noise_nm"), [(1.0, 0.0), (0.5, 0.0), (0.0, 200.0), (1.0, 200.0)])
def test_blur_and_noise_spread_steps_as_berglund_says(exposure: float, noise_nm: float) -> None:
    """Variance and neighbouring covariance of the steps along an axis, METHODS A03, with R = exposure / 6."""
    made = of_twelve_steps(exposure=exposure, localisation_nm=noise_nm)
    ends = np.cumsum(made.steps + 1)
    steps = np.diff(np.array([made.path_um[end - 13 : end] for end in ends[made.steps == 12]]), axis=1)
    moved, noise, r = 4.9074622 / 25.0, (noise_nm * 1e-3) ** 2, exposure / 6
    variance, covariance = 2 * moved * (1 - 2 * r) + 2 * noise, 2 * r * moved - noise
    assert (steps**2).mean() == pytest.approx(variance, rel=0.01)
    assert (steps[:, 1:] * steps[:, :-1]).mean() == pytest.approx(covariance, abs=0.01 * variance)


def test_small_particles_come_more_often_and_stay_shorter() -> None:
    made = simulate_tracks(np.repeat([50.0, 200.0], 1500), seed=1, optics=Optics(frames=500))
    small = made.true_nm == 50
    assert small.sum() / (~small).sum() == pytest.approx(2, rel=0.2)  # as √D, for stays much shorter than the video
    assert made.steps[small].mean() < made.steps[~small].mean()
    frames = (made.steps + 1)[small].sum() / (made.steps + 1)[~small].sum()
    assert frames == pytest.approx(1, rel=0.1)


def test_a_third_of_the_particles_is_in_the_depth_of_field() -> None:
    made = simulate_tracks(np.full(6000, 300.0), seed=1, optics=Optics(frames=50))
    assert (made.steps + 1).sum() / (6000 * 50) == pytest.approx(1 / 3, rel=0.04)


def test_below_the_floor_nothing_is_seen() -> None:
    sizes = np.geomspace(20, 300, 3000)
    sharp = simulate_tracks(sizes, seed=1, optics=Optics(frames=40, floor_nm=70.0))
    smeared = simulate_tracks(sizes, seed=1, optics=Optics(frames=40, floor_nm=70.0, floor_width=0.2))
    assert sharp.true_nm.min() >= 70
    assert smeared.true_nm.min() < 70
    assert (smeared.true_nm < 35).sum() == 0


def test_tracks_stand_in_their_video_and_start_within_it() -> None:
    made = simulate_tracks(np.full(900, 100.0), seed=1, videos=3, optics=Optics(frames=60, least_steps=5))
    assert set(made.video.tolist()) == {0, 1, 2}
    assert (np.diff(made.video) >= 0).all()
    assert (made.start_frame >= 0).all()
    assert (made.start_frame + made.steps < 60).all()
    assert np.array_equal(made.included, made.steps >= 5)
    assert len(made.path_um) == (made.steps + 1).sum()
    first = np.cumsum(made.steps + 1) - (made.steps + 1)
    assert not made.path_um[first].any()


@given(st.integers(0, 2**62))
def test_the_same_seed_gives_the_same_tracks(seed: int) -> None:
    optics = Optics(frames=20, exposure=0.5, localisation_nm=10.0, floor_nm=50.0, floor_width=0.1)
    one, two = (simulate_tracks(np.full(40, 80.0), seed=seed, videos=2, optics=optics) for _ in range(2))
    assert np.array_equal(one.path_um, two.path_um)
    assert np.array_equal(one.apparent_nm, two.apparent_nm)


def test_a_video_more_leaves_the_others_as_they_were() -> None:
    two, three = (simulate_tracks(np.full(100 * n, 80.0), seed=1, videos=n, optics=Optics(frames=40)) for n in (2, 3))
    assert np.array_equal(two.apparent_nm, three.apparent_nm[three.video < 2])


def test_a_million_sizes_follow_the_gamma_law() -> None:
    apparent = gamma_sizes(np.full(1_000_000, 100.0), np.full(1_000_000, 15), seed=1)
    assert apparent.mean() == pytest.approx(107.142857, abs=0.15)  # reference case A02
    assert np.quantile(apparent, [0.1, 0.5, 0.9]) == pytest.approx([74.523, 102.263, 145.636], abs=0.25)


def test_no_particles_make_no_tracks() -> None:
    made = simulate_tracks(np.empty(0), seed=1, optics=Optics(frames=10))
    assert made.steps.size == made.path_um.size == 0


@pytest.mark.parametrize(
    "options",
    [
        {"depth_of_field_um": 0.0}, {"frames": 1}, {"frame_rate_hz": -1.0}, {"exposure": 1.1}, {"exposure": math.nan},
        {"localisation_nm": -1.0}, {"floor_nm": -1.0}, {"temperature_k": 0.0}, {"viscosity_mpas": math.nan},
        {"listed_steps": 0},
    ],
)  # fmt: skip
def test_no_camera_does_that(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"above zero|exposure"):
        Optics(**options)  # type: ignore[arg-type]  # by name


@pytest.mark.parametrize(("size", "videos"), [(0.0, 1), (math.nan, 1), (100.0, 0)])
def test_no_particle_is_like_that(size: float, videos: int) -> None:
    with pytest.raises(ValueError, match="sizes are above zero"):
        simulate_tracks(np.array([size]), seed=1, videos=videos)
