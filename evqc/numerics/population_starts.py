"""Where the search for a few populations begins: on smooth fits, by expectation and maximisation without the blur."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import exp, log, matrix_product
from evqc.numerics.mixtures import LEAST_SIGMA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Steps of expectation and maximisation; they cost nothing, since they see the grid and not the tracks.
_STEPS = 100
#: No start is narrower; narrow populations find no others.
_LEAST_START = 0.05


def starts(edges_nm: Floats, smooth: Sequence[Floats], k: int, *, one_width: bool) -> list[Floats]:
    """Parameters of k populations that describe smooth fits: logits, means of ln size, logs of sigma, each (3k,).

    Args:
        edges_nm: of the grid of sizes, shape (g + 1,).
        smooth: shares of the grid, each of shape (g,).
        k: how many populations.
        one_width: whether all have one width.

    Source:
        Dempster, Laird & Rubin 1977, J. R. Stat. Soc. B 39:1, each point of the grid weighing what its share is. Of
        every smooth fit two beginnings: at quantiles in equal distance, and at its peaks.
    """
    size = log(edges_nm[1:] * edges_nm[:-1]) / 2
    means, weight = [], []
    for shares in smooth:
        means += [_at_quantiles(size, shares, k), _at_peaks(size, shares, k)]
        weight += [shares, shares]
    found = _described(size, np.array(weight), np.array(means), one_width=one_width)
    return [np.concatenate([log(share), mean, log(sigma)]) for share, mean, sigma in zip(*found, strict=True)]


def _at_quantiles(size: Floats, shares: Floats, k: int) -> Floats:
    return np.interp((np.arange(k) + 0.5) / k, np.cumsum(shares), size)


def _at_peaks(size: Floats, shares: Floats, k: int) -> Floats:
    """The k highest peaks per nm; where there are fewer, the quantiles that lie farthest from what is there."""
    density = shares * exp(-size)
    inside = density[1:-1]
    peaks = np.flatnonzero((inside >= density[:-2]) & (inside > density[2:])) + 1
    found = [float(size[place]) for place in peaks[np.argsort(-density[peaks], kind="stable")][:k]]
    between = _at_quantiles(size, shares, 2 * k)
    while len(found) < k:
        apart = np.abs(np.subtract.outer(between, found)).min(axis=1, initial=np.inf)
        found.append(float(between[np.argmax(apart)]))
    return np.array(found)


def _described(size: Floats, weight: Floats, mean: Floats, *, one_width: bool) -> tuple[Floats, Floats, Floats]:
    """Shares, means and sigmas of the populations of each start, each of shape (s, k)."""
    k = mean.shape[1]
    centre = matrix_product(weight, size)
    spread = np.sqrt(((size - centre[:, np.newaxis]) ** 2 * weight).sum(axis=1))
    sigma = np.repeat(np.maximum(spread / k, _LEAST_START)[:, np.newaxis], k, axis=1)
    share = np.full(mean.shape, 1 / k)
    for _ in range(_STEPS):
        z = (size[:, np.newaxis] - mean[:, np.newaxis]) / sigma[:, np.newaxis]
        density = (share / sigma)[:, np.newaxis] * exp(-(z**2) / 2) + np.finfo(float).tiny
        taken = weight[:, :, np.newaxis] * density / density.sum(axis=2, keepdims=True)
        share = taken.sum(axis=1) + 1e-12
        mean = (taken * size[:, np.newaxis]).sum(axis=1) / share
        squares = (taken * (size[:, np.newaxis] - mean[:, np.newaxis]) ** 2).sum(axis=1)
        variance = (
            squares.sum(axis=1, keepdims=True) / share.sum(axis=1, keepdims=True) if one_width else squares / share
        )
        sigma = np.broadcast_to(np.sqrt(np.maximum(variance, LEAST_SIGMA**2)), mean.shape)
    return share, mean, sigma
