"""Sets of tracks whose true sizes are known, and how far a distribution lies from that truth."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.tracks import count_tracks
from evqc.simulation.tracks import gamma_sizes

if TYPE_CHECKING:
    from collections.abc import Callable

    from evqc.numerics.tracks import TrackCells

Floats = NDArray[np.float64]
Integers = NDArray[np.int_]

#: Shares at which two distributions are compared.
_SHARES = (np.arange(20_000) + 0.5) / 20_000


def beads(rng: np.random.Generator, number: int) -> Floats:
    """Three populations of 60, 100 and 150 nm, in equal shares, each with a CV of 6 %."""
    return np.asarray(rng.choice([60.0, 100.0, 150.0], number) * (1 + 0.06 * rng.standard_normal(number)))


def vesicles(rng: np.random.Generator, number: int) -> Floats:
    """Log-normal about 110 nm."""
    return np.asarray(110 * np.exp(0.3 * rng.standard_normal(number)))


def tailed(rng: np.random.Generator, number: int) -> Floats:
    """A log-normal body about 70 nm with a Pareto tail, up to 800 nm."""
    return np.asarray(np.minimum(70 * np.exp(0.2 * rng.standard_normal(number)) * rng.random(number) ** -0.25, 800.0))


SETS: dict[str, Callable[[np.random.Generator, int], Floats]] = {"beads": beads, "EV-like": vesicles, "tail": tailed}


def tracks(name: str, number: int, seed: int) -> tuple[Floats, Integers]:
    """Apparent sizes in nm and steps of each track, by the gamma law; lengths of 5 and more, 20 on average."""
    rng = np.random.default_rng(seed)
    true_nm = SETS[name](rng, number)
    steps = 4 + rng.geometric(1 / 16, number)
    return gamma_sizes(true_nm, steps, seed=seed + 10_000), steps


def cells_of(name: str, number: int, seed: int) -> TrackCells:
    """The same, counted in cells."""
    apparent, steps = tracks(name, number, seed)
    return count_tracks(apparent, steps.astype(np.float64))


@cache
def true_quantiles(name: str) -> Floats:
    """Diameters in nm below which the shares of ``_SHARES`` truly lie."""
    return np.asarray(np.quantile(SETS[name](np.random.default_rng(99), 1_000_000), _SHARES))


def error_of_bins(name: str, edges_nm: Floats, share: Floats) -> float:
    """Wasserstein distance in nm between a binned distribution, even within its bins, and the truth."""
    below = np.concatenate([[0.0], np.cumsum(share) / share.sum()])
    return float(np.abs(np.interp(_SHARES, below, edges_nm) - true_quantiles(name)).mean())


def error_of_sizes(name: str, sizes_nm: Floats) -> float:
    """Wasserstein distance in nm between listed sizes and the truth."""
    place = (np.arange(sizes_nm.size) + 0.5) / sizes_nm.size
    return float(np.abs(np.interp(_SHARES, place, np.sort(sizes_nm)) - true_quantiles(name)).mean())
