from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.numerics.tracks import BINS, TrackCells, blurring_kernel, count_tracks, together
from evqc.simulation.tracks import Optics, gamma_sizes, simulate_tracks
from tests.numerics.known_tracks import Floats, tracks
from tests.places import reference_case

FINE = np.concatenate([[1e-6], np.arange(0.5, 2000.0, 0.5), [1e9]])


def law(steps: float, size_nm: float) -> Floats:
    """Share of each bin of ``FINE``."""
    return blurring_kernel(np.array([steps]), FINE, np.array([size_nm]))[0, :, 0]


def test_the_law_of_apparent_sizes_is_a02() -> None:
    case = reference_case("A02_inverse_gamma_size")
    share, expected = law(case["inputs"]["N_steps"], case["inputs"]["d_nm"]), case["expected"]
    below, middle = np.cumsum(share), (FINE[1:-1] + FINE[:-2]) / 2
    for name, at in (("D10", 0.1), ("D50", 0.5), ("D90", 0.9)):
        assert np.interp(at, below, FINE[1:]) == pytest.approx(expected[name], abs=1e-3)
    mean = share[:-1] @ middle
    assert mean == pytest.approx(expected["mean"], abs=0.01)
    assert math.sqrt(share[:-1] @ (middle - mean) ** 2) == pytest.approx(expected["sd"], abs=0.05)
    assert middle[share[:-1].argmax()] == pytest.approx(expected["mode"], abs=0.5)


def test_diffusion_is_a01() -> None:
    case = reference_case("A01_stokes_einstein")
    optics = Optics(temperature_k=case["inputs"]["T_K"], viscosity_mpas=1e3 * case["inputs"]["eta_Pa_s"])
    found = optics.diffusion_um2_per_s(np.array([float(case["inputs"]["d_nm"])]))[0]
    assert found * 1e-12 == pytest.approx(case["expected"]["D_m2_s"], rel=1e-12)


@pytest.mark.parametrize(("steps", "effective_share"), [(1, 1.0), (5, 1.0), (12, 0.85), (60, 1.0)])
def test_the_kernel_is_what_simulation_by_the_law_gives(steps: int, effective_share: float) -> None:
    number = 200_000
    apparent = gamma_sizes(np.full(number, 110.0), np.full(number, steps), seed=1, effective_share=effective_share)
    cells = count_tracks(apparent, np.full(number, float(steps)))
    expected = number * blurring_kernel(cells.steps, cells.edges_nm, np.array([110.0]), effective_share)[0, :, 0]
    filled = expected > 5
    chi_squared = ((cells.counts[0] - expected)[filled] ** 2 / expected[filled]).sum()
    assert chi_squared < filled.sum() + 4 * math.sqrt(2 * filled.sum())


def test_the_kernel_is_what_simulation_by_steps_gives() -> None:
    optics = Optics(depth_of_field_um=400.0, frames=13)
    made = simulate_tracks(np.full(40_000, 100.0), seed=2, optics=optics)
    whole = made.steps == 12
    cells = count_tracks(made.apparent_nm[whole], made.steps[whole].astype(np.float64))
    expected = cells.tracks * blurring_kernel(cells.steps, cells.edges_nm, np.array([100.0]))[0, :, 0]
    filled = expected > 5
    chi_squared = ((cells.counts[0] - expected)[filled] ** 2 / expected[filled]).sum()
    assert chi_squared < filled.sum() + 4 * math.sqrt(2 * filled.sum())


@given(st.floats(1, 500), st.floats(10, 1500), st.floats(0.5, 1.0))
def test_every_size_appears_somewhere(steps: float, size_nm: float, effective_share: float) -> None:
    edges = np.geomspace(8, 2500, 201)
    found = blurring_kernel(np.array([steps]), edges, np.array([size_nm]), effective_share)
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert (found >= 0).all()


def test_every_track_is_counted_once() -> None:
    apparent, steps = tracks("EV-like", 5000, 1)
    video = np.arange(5000) % 4
    cells = count_tracks(apparent, steps.astype(np.float64), video)
    assert cells.tracks == 5000
    assert cells.videos.shape == (4, len(cells.steps), BINS)
    assert cells.videos.sum(axis=(1, 2)).tolist() == [1250.0] * 4
    assert len(cells.steps) < 60
    assert cells.counts.sum(axis=1) @ cells.steps == pytest.approx(steps.sum())
    assert cells.median_steps == pytest.approx(np.median(steps), abs=1)


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_tracks_says_nothing(seed: int) -> None:
    apparent, steps = tracks("tail", 300, 1)
    order = np.random.default_rng(seed).permutation(300)
    one = count_tracks(apparent, steps.astype(np.float64))
    two = count_tracks(apparent[order], steps[order].astype(np.float64))
    assert np.array_equal(one.videos, two.videos)
    assert np.array_equal(one.steps, two.steps)


def test_sizes_beyond_the_bins_go_to_the_outer_ones() -> None:
    cells = count_tracks(np.array([1e-3, 1e5]), np.array([3.0, 3.0]))
    assert cells.counts[0, [0, -1]].tolist() == [1.0, 1.0]


def test_one_track_is_one_cell() -> None:
    cells = count_tracks(np.array([100.0]), np.array([7.0]))
    assert (cells.tracks, cells.median_steps, cells.steps.tolist()) == (1, 7.0, [7.0])


def test_lengths_far_apart_share_levels_with_near_ones_only() -> None:
    steps = np.arange(1.0, 2001.0)
    cells = count_tracks(np.full(2000, 100.0), steps)
    assert (np.diff(cells.steps) > 0).all()
    assert cells.steps[:5].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]


@pytest.mark.parametrize(
    ("apparent", "steps"),
    [
        ([], []),
        ([100.0], [3.0, 4.0]),
        ([math.nan], [3.0]),
        ([math.inf], [3.0]),
        ([0.0], [3.0]),
        ([100.0], [0.0]),
        ([100.0], [3.5]),
        ([100.0], [math.nan]),
    ],
)
def test_what_is_no_track_is_refused(apparent: list[float], steps: list[float]) -> None:
    with pytest.raises(ValueError, match=r"size|steps"):
        count_tracks(np.array(apparent), np.array(steps))


@pytest.mark.parametrize(
    ("steps", "size", "share"), [(0.5, 100.0, 1.0), (3.0, 0.0, 1.0), (3.0, 100.0, 0.0), (3, 100, 1.1)]
)
def test_what_makes_no_kernel_is_refused(steps: float, size: float, share: float) -> None:
    with pytest.raises(ValueError, match="steps are at least 1"):
        blurring_kernel(np.array([float(steps)]), np.array([8.0, 100.0]), np.array([float(size)]), share)


def test_cells_of_nothing_have_no_median() -> None:
    cells = TrackCells(steps=np.array([5.0]), edges_nm=np.array([8.0, 100.0]), videos=np.array([[[3.0]]]))
    assert cells.median_steps == 5.0


def test_cells_of_videos_go_together_as_if_counted_at_once() -> None:
    apparent, steps = tracks("EV-like", 900, 1)
    video = np.arange(900) % 3
    once = count_tracks(apparent, steps.astype(np.float64), video)
    parts = [count_tracks(apparent[video == k], steps[video == k].astype(np.float64)) for k in range(3)]
    found = together(parts)
    assert np.array_equal(found.videos, once.videos)
    assert found.steps == pytest.approx(once.steps, rel=1e-12)
    assert np.array_equal(together([found]).videos, once.videos)


def test_cells_of_other_bins_do_not_go_together() -> None:
    one = TrackCells(steps=np.array([5.0]), edges_nm=np.array([8.0, 100.0]), videos=np.array([[[3.0]]]))
    with pytest.raises(ValueError, match="same bins"):
        together([one, count_tracks(np.array([100.0]), np.array([7.0]))])
    with pytest.raises(ValueError, match="at least one video"):
        together([])
