from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evqc.numerics.brownian import apparent_sizes, diffusion_coefficient
from evqc.numerics.tracks import blurring_kernel


def test_a_particle_of_100_nm_in_water() -> None:
    assert diffusion_coefficient(100.0, 298.15, 0.89) == pytest.approx(4.90746e-12, rel=1e-6)


def test_half_the_size_diffuses_twice_as_fast() -> None:
    assert diffusion_coefficient(50.0, 300, 1.0) == pytest.approx(2 * diffusion_coefficient(100.0, 300, 1.0))


@pytest.mark.parametrize(
    "numbers", [(0.0, 298, 1), (100, -1, 1), (100, 298, 0), (math.nan, 298, 1), (100, math.inf, 1)]
)
def test_no_diffusion_of_what_is_not(numbers: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="positive"):
        diffusion_coefficient(*numbers)


@pytest.mark.parametrize("steps", [3, 5, 15, 60.5])
def test_apparent_sizes_are_inverse_gamma(steps: float) -> None:
    made, law = apparent_sizes(100, steps), stats.invgamma(steps, scale=100 * steps)
    assert made.mean == pytest.approx(law.mean())
    assert made.sd == pytest.approx(law.std())
    assert (made.d10, made.d50, made.d90) == pytest.approx(law.ppf([0.1, 0.5, 0.9]))


def test_short_tracks_have_no_moments() -> None:
    assert (apparent_sizes(100, 1).mean, apparent_sizes(100, 1).sd) == (None, None)
    assert apparent_sizes(100, 2).mean == 200
    assert apparent_sizes(100, 2).cv is None


def test_the_blurring_of_tracks_is_the_same_law() -> None:
    made = apparent_sizes(100, 15)
    edges = np.array([1.0, made.d10, made.d50, made.d90, 1e4])
    assert blurring_kernel(np.array([15.0]), edges, np.array([100.0])).ravel() == pytest.approx([0.1, 0.4, 0.4, 0.1])


@pytest.mark.parametrize(("size", "steps"), [(0, 5), (100, 0), (100, math.nan), (math.inf, 5)])
def test_no_tracks_no_sizes(size: float, steps: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        apparent_sizes(size, steps)


def test_table() -> None:
    assert apparent_sizes(100, 15).to_pandas()["mode"].item() == 93.75
