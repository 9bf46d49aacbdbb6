"""Scores of alternatives by several criteria: desirability on fixed scales, its weighted mean, and who is dominated."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.elementary import exp, log

Floats = NDArray[np.float64]


def desirability(values: Floats, worst: float, best: float, *, logarithmic: bool = False) -> Floats:
    """How desirable values are on a scale with fixed ends: 0 at ``worst`` and beyond, 1 at ``best`` and beyond.

    The ends are fixed beforehand, not taken from the data, so that another alternative changes nobody's score.

    Args:
        values: any shape, in the unit of the ends; NaN (missing) stays NaN.
        worst: may lie above ``best`` where less is better.
        best: in the same unit.
        logarithmic: whether equal ratios count equally; then all numbers are positive.

    Returns:
        Same shape as ``values``, between 0 and 1.

    Raises:
        ValueError: the ends are equal or not finite, or a logarithm of what is not positive is asked for.

    Source:
        Derringer and Suich 1980, one-sided desirability with exponent 1; reference case D01.
    """
    if not (np.isfinite(worst) and np.isfinite(best)) or worst == best:
        raise ValueError(f"a scale has two different finite ends, not {worst:g} and {best:g}")
    if not logarithmic:
        return np.clip((np.asarray(values, float) - worst) / (best - worst), 0.0, 1.0)
    if worst <= 0 or best <= 0 or (np.asarray(values) <= 0).any():
        raise ValueError("a logarithmic scale knows positive numbers only")
    return desirability(log(values), math.log(worst), math.log(best))


def weighted_geometric_mean(desirabilities: Floats, weights: Floats) -> Floats:
    """The weighted geometric mean over the last axis; a zero with a weight makes it zero and cannot be bought back.

    Args:
        desirabilities: shape (..., criteria), between 0 and 1; NaN where a criterion is not known.
        weights: shape (criteria,) or broadcastable; not negative, scaled to the sum 1.

    Returns:
        Shape (...); NaN wherever a criterion with a weight is not known: nothing is renormalised in silence.

    Raises:
        ValueError: a weight is negative or not finite, or all are zero.

    Source:
        Derringer and Suich 1980, overall desirability; reference case D01.
    """
    share = _shares(weights)
    logs = log(desirabilities)
    terms = np.where(share > 0, np.where(share > 0, share, 1.0) * np.where(share > 0, logs, 0.0), 0.0)
    made: Floats = exp(terms.sum(axis=-1))
    return made


def _shares(weights: Floats) -> Floats:
    """Weights that sum to 1 over the last axis."""
    weights = np.asarray(weights, float)
    total = weights.sum(axis=-1, keepdims=True)
    if not np.isfinite(weights).all() or (weights < 0).any() or not (total > 0).all():
        raise ValueError("weights are finite, not negative and not all zero")
    shares: Floats = weights / total
    return shares


def score_bounds(lower: Floats, upper: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """The lowest and the highest score that incomplete knowledge leaves possible.

    Args:
        lower: lowest desirability that each value can have, shape (alternatives, criteria); NaN stands for 0.
        upper: highest one, same shape; NaN stands for 1.
        weights: shape (criteria,).

    Returns:
        Two arrays of shape (alternatives,).
    """
    least = np.where(np.isnan(lower), 0.0, lower)
    most = np.where(np.isnan(upper), 1.0, upper)
    return weighted_geometric_mean(least, weights), weighted_geometric_mean(most, weights)


def pareto_front(lower: Floats, upper: Floats | None = None) -> NDArray[np.bool_]:
    """Which alternatives no other one certainly beats: at least as good in everything and better in something.

    Args:
        lower: lowest desirability (or any number of which more is better), shape (alternatives, criteria).
        upper: highest one, where values are known as bounds only; ``lower`` by default.

    Returns:
        Shape (alternatives,), True on the front.
    """
    upper = lower if upper is None else upper
    at_least = (lower[:, None, :] >= upper[None, :, :]).all(axis=2)
    better = (lower[:, None, :] > upper[None, :, :]).any(axis=2)
    beaten = np.asarray((at_least & better).any(axis=0))
    return ~beaten


def ranks(scores: Floats) -> Floats:
    """Ranks from 1 for the highest score; equal scores share the mean of their ranks. Shape (alternatives,)."""
    given = np.asarray(scores, float)
    above, level = given > given[:, None], given == given[:, None]
    ranked: Floats = above.sum(axis=1) + (level.sum(axis=1) + 1) / 2
    return ranked


def topsis(values: Floats, weights: Floats, *, benefit: NDArray[np.bool_], scaling: str = "vector") -> Floats:
    """Closeness to the ideal alternative, for a table of sensitivity: it depends on which alternatives there are.

    Args:
        values: shape (alternatives, criteria), finite.
        weights: shape (criteria,).
        benefit: shape (criteria,), True where more is better.
        scaling: ``vector`` (divided by the root of the sum of squares) or ``minmax``.

    Returns:
        Shape (alternatives,), from 0 (the worst of all in everything) to 1.

    Source:
        Hwang and Yoon 1981; reference case D01, where both scalings were checked against two public programs.
    """
    values = np.asarray(values, float)
    scaled = _minmax(values, benefit) if scaling == "minmax" else values / _nonzero(np.sqrt((values**2).sum(axis=0)))
    weighted = scaled * _shares(weights)
    upwards = np.ones_like(benefit) if scaling == "minmax" else benefit
    ideal = np.where(upwards, weighted.max(axis=0), weighted.min(axis=0))
    worst = np.where(upwards, weighted.min(axis=0), weighted.max(axis=0))
    to_ideal = np.sqrt(((weighted - ideal) ** 2).sum(axis=1))
    to_worst = np.sqrt(((weighted - worst) ** 2).sum(axis=1))
    closeness: Floats = to_worst / _nonzero(to_ideal + to_worst)
    return closeness


def _minmax(values: Floats, benefit: NDArray[np.bool_]) -> Floats:
    low, high = values.min(axis=0), values.max(axis=0)
    share = (values - low) / _nonzero(high - low)
    return np.where(benefit, share, np.where(high > low, 1 - share, 0.0))


def _nonzero(numbers: Floats) -> Floats:
    return np.where(numbers == 0, 1.0, numbers)


def promethee(values: Floats, weights: Floats, *, benefit: NDArray[np.bool_]) -> Floats:
    """Net flow of PROMETHEE II with the usual preference (any difference counts fully), for a table of sensitivity.

    Args:
        values: shape (alternatives, criteria), finite; at least two alternatives.
        weights: shape (criteria,).
        benefit: shape (criteria,), True where more is better.

    Returns:
        Shape (alternatives,), from -1 to 1; the sum is 0.

    Source:
        Brans and Vincke 1985; reference case D01.
    """
    towards = np.where(benefit, 1.0, -1.0) * np.asarray(values, float)
    wins = np.sign(towards[:, None, :] - towards[None, :, :])
    flow: Floats = (wins * _shares(weights)).sum(axis=(1, 2)) / (len(towards) - 1)
    return flow
