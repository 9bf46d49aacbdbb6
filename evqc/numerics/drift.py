"""Drift of replicates over the order in which they were acquired."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise, permutations
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import matrix_product
from evqc.numerics.estimate import IDENTICAL_REPLICATES, coverage_factor
from evqc.numerics.linear_equations import dot
from evqc.numerics.replicates import moments
from evqc.numerics.scoring import ranks
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Up to so many values every order is counted: 8! = 40 320.
MOST_EXACT = 8
_DRAWS = 20_000
#: Too few values: even a perfect trend could not reach p = 0.05.
CANNOT_REACH_005 = "smallest_attainable_p_above_0.05"


@record
class Drift:
    """A monotone trend over the order of acquisition.

    Attributes:
        rho: Spearman's rank correlation; None where values or places are all the same.
        p: two-sided share of orders at least as extreme; None with ``rho``.
        smallest_p: the least that ``p`` can be with so many values and such ties.
        exact: every order was counted; otherwise ``draws`` were drawn with ``seed``.
        slope: change of the value by one unit of the order, ordinary least squares.
        lower, upper: t interval of ``slope``; None below three values.
        change: from first to last by the line, as a share of the mean; None for a mean that is not positive.
        autocorrelation: of neighbours (lag one); None without scatter.
        n: number of values.
    """

    rho: float | None
    p: float | None
    smallest_p: float
    exact: bool
    seed: int | None
    draws: int | None
    slope: float
    lower: float | None
    upper: float | None
    change: float | None
    autocorrelation: float | None
    n: int
    level: float
    method: str = "Spearman's rank correlation with permutation p; least-squares slope with t interval"
    assumptions: tuple[str, ...] = ("without drift every order is as likely",)
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def drift(values: Sequence[float], order: Sequence[float] | None = None, *, seed: int, level: float = 0.95) -> Drift:
    """Whether replicates drift over the order of their acquisition.

    Args:
        values: one a replicate, shape (n,).
        order: place or time of each, such as minutes since the first, shape (n,); the order given when absent.
        seed: of the draws that stand for all orders above eight values.
        level: two-sided confidence level of the slope.

    Raises:
        ValueError: fewer than two values, lengths that differ, a number that is not finite, or no two places.

    Source:
        Permutation test of Spearman's correlation; exact for up to eight values.
    """
    y = np.asarray(values, float)
    x = np.arange(len(y), dtype=float) if order is None else np.asarray(order, float)
    if len(y) < 2 or x.shape != y.shape or not np.isfinite(np.concatenate([x, y])).all() or np.ptp(x) == 0:
        raise ValueError("drift needs two finite values, each with its place in an order")
    of, exact = moments(y.tolist()), len(y) <= MOST_EXACT
    slope, half = _slope(x, y, level)
    rho, p, least = _permuted(ranks(x), ranks(y), seed) if of.sd else (None, None, 1.0)
    few = (CANNOT_REACH_005,) if least > 0.05 else ()
    return Drift(
        rho=rho,
        p=p,
        smallest_p=least,
        exact=exact,
        seed=None if exact else seed,
        draws=None if exact else _DRAWS,
        slope=slope,
        lower=None if half is None else slope - half,
        upper=None if half is None else slope + half,
        change=slope * float(np.ptp(x)) / of.mean if of.mean > 0 else None,
        autocorrelation=autocorrelation(y[np.argsort(x, kind="stable")].tolist()) if of.sd else None,
        n=len(y),
        level=level,
        flags=few if of.sd else (*few, IDENTICAL_REPLICATES),
    )


def autocorrelation(values: Sequence[float]) -> float | None:
    """Correlation of neighbouring values (lag one) by two passes; None when they do not scatter.

    Raises:
        ValueError: there is no value, or one is not finite.

    Source:
        NIST StRD, univariate summary statistics; reference case F14.
    """
    of = moments(values)
    deviations = [value - of.mean for value in values]
    squares = math.fsum(d * d for d in deviations)
    if not of.sd or not squares > 0:
        return None
    return math.fsum(a * b for a, b in pairwise(deviations)) / squares


def _slope(x: Floats, y: Floats, level: float) -> tuple[float, float | None]:
    """Slope and half the width of its interval."""
    dx, dy = x - x.mean(), y - y.mean()
    spread = dot(dx, dx)
    slope = dot(dx, dy) / spread
    if len(x) < 3:
        return slope, None
    residual = dy - slope * dx
    return slope, coverage_factor(level, len(x) - 2.0) * math.sqrt(dot(residual, residual) / (len(x) - 2) / spread)


def _permuted(x: Floats, y: Floats, seed: int) -> tuple[float, float, float]:
    """Rank correlation, its p and the smallest that p can be."""
    dx, dy = x - x.mean(), y - y.mean()
    scale = math.sqrt(dot(dx, dx) * dot(dy, dy))
    rho, n = dot(dx, dy) / scale, len(x)
    if n <= MOST_EXACT:
        others = np.abs(matrix_product(dy[_orders(n)], dx)) / scale
        beyond = (others >= abs(rho) - 1e-9).mean(), (others >= others.max() - 1e-9).mean()
        return rho, float(beyond[0]), float(beyond[1])
    drawn = np.random.default_rng(seed).permuted(np.tile(dy, (_DRAWS, 1)), axis=1)
    beyond_draws = int((np.abs(matrix_product(drawn, dx)) / scale >= abs(rho) - 1e-9).sum())
    return rho, (1 + beyond_draws) / (1 + _DRAWS), 1 / (1 + _DRAWS)


@lru_cache(maxsize=4)
def _orders(n: int) -> NDArray[np.int_]:
    """Every order of ``n`` things, shape (n!, n)."""
    return np.array([*permutations(range(n))])
