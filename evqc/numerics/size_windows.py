"""Size windows by name and source, and the share of a distribution that lies in one: there is no one exosome range."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.distributions import check_bins, exact_sums, held, of_same_bins
from evqc.records import from_plain, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.measurement import SizeDistribution
    from evqc.records import Array


@record
class SizeWindow:
    """A size range that somebody published, from ``lower_nm`` up to, not including, ``upper_nm``.

    Attributes:
        id: stable name.
        term: what the source calls the particles.
        above_percent: of a release table, the share that the particles in the window have to exceed.
        source: who said so, beginning with its tag of verification.
    """

    id: str
    term: str
    lower_nm: float
    upper_nm: float
    above_percent: float | None = None
    source: str

    @property
    def range(self) -> str:
        """The window in words: ``30 to 150 nm``, ``below 200 nm``."""
        if self.upper_nm == inf:
            return f"from {self.lower_nm:g} nm"
        return f"{self.lower_nm:g} to {self.upper_nm:g} nm" if self.lower_nm > 0 else f"below {self.upper_nm:g} nm"


@cache
def size_windows() -> tuple[SizeWindow, ...]:
    """All windows, in the order of ``size_windows.toml``."""
    entries = tomllib.loads(files("evqc.numerics").joinpath("size_windows.toml").read_text("utf-8"))["window"]
    return tuple(from_plain(SizeWindow, entry) for entry in entries)


def size_window(identity: str) -> SizeWindow:
    """The window called ``identity``; raises KeyError naming the windows there are."""
    for one in size_windows():
        if one.id == identity:
            return one
    raise KeyError(f"no size window '{identity}'; there are {', '.join(w.id for w in size_windows())}")


def share(distribution: SizeDistribution, window: SizeWindow) -> float | None:
    """Share of the particles of a distribution in one window; see ``shares``."""
    return shares(distribution, (window,))[0]


def shares(distribution: SizeDistribution, windows: Sequence[SizeWindow]) -> tuple[float | None, ...]:
    """Share of the particles of a distribution by number that lies in each window, between 0 and 1.

    Bins that a window's end divides are split linearly. The share is of the particles that the instrument saw: what
    lies below its limit of detection is in neither part.

    Returns:
        None for every window when the distribution has no numbers by bin, or all are zero.

    Raises:
        ValueError: as of ``sizing.fraction_between``.

    Source:
        METHODS B, half-open windows; ``sizing.fraction_between`` for one window.
    """
    return shares_of_each((distribution,), windows)[0]


def shares_of_each(
    distributions: Sequence[SizeDistribution], windows: Sequence[SizeWindow]
) -> tuple[tuple[float | None, ...], ...]:
    """The ``shares`` of several distributions; those that have the same bins are computed together.

    Raises:
        ValueError: as of ``shares``.
    """
    found: list[tuple[float | None, ...]] = [(None,) * len(windows)] * len(distributions)
    for places, lower, upper, weight in of_same_bins(distributions):
        for place, of_windows in zip(places, _in_windows(lower, upper, weight, windows), strict=True):
            found[place] = tuple(of_windows)
    return tuple(found)


def _in_windows(lower: Array, upper: Array, weight: Array, windows: Sequence[SizeWindow]) -> list[list[float]]:
    """Shares of each row of ``weight``, shape (m, n), in each window."""
    check_bins(lower, upper, weight, may_be_empty=True)
    part = held(weight)
    lower, upper, weight = lower[part], upper[part], weight[:, part]
    low, high = np.array([(window.lower_nm, window.upper_nm) for window in windows]).T[:, :, np.newaxis]
    inside = (np.minimum(upper, high) - np.maximum(lower, low)) / (upper - lower)
    in_windows = weight[:, np.newaxis] * np.maximum(inside, 0.0)
    sums = exact_sums(np.concatenate((weight, in_windows.reshape(-1, lower.size))))
    total, of_windows = sums[: len(weight), np.newaxis], sums[len(weight) :].reshape(len(weight), -1)
    of_rows: list[list[float]] = np.minimum(of_windows / total, 1.0).tolist()
    return of_rows
