"""Tolerance intervals: where a stated share of all future values lies, with a stated confidence."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from evqc.numerics.elementary import exp
from evqc.numerics.estimate import IDENTICAL_REPLICATES, Scale
from evqc.numerics.linear_equations import dot
from evqc.numerics.replicates import moments
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Side = Literal["two-sided", "lower", "upper"]
#: Points of Gauss-Legendre integration, and how many standard errors of the mean they reach.
_POINTS, _REACH = 200, 9.0
_NEWTON_STEPS = 50


@record
class ToleranceInterval:
    """An interval that holds a share of a normal (or log-normal) population with a confidence.

    Attributes:
        lower, upper: None on the open side.
        factor: k; the ends are mean ± k SD (of logarithms on the log scale).
        mean: of the values; on the log scale the geometric one.
        n: number of values.
        coverage: share of the population.
        confidence: that at least this share lies inside.
    """

    lower: float | None
    upper: float | None
    factor: float
    mean: float
    n: int
    coverage: float
    confidence: float
    side: Side
    scale: Scale
    method: str
    assumptions: tuple[str, ...]
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


@cache
def one_sided_factor(n: int, coverage: float = 0.95, confidence: float = 0.95) -> float:
    """The factor k of a one-sided tolerance limit of ``n`` normal values.

    Raises:
        ValueError: fewer than two values, or a share or confidence that is not between 0 and 1.

    Source:
        Quantile of the noncentral t distribution with noncentrality z √n, by √n; reference case F03.
    """
    from scipy.special import ndtri  # noqa: PLC0415  loads only when an interval is made
    from scipy.stats import nct  # noqa: PLC0415

    _check(n, coverage, confidence)
    root = math.sqrt(n)
    return float(nct.ppf(confidence, n - 1, float(ndtri(coverage)) * root)) / root


@cache
def two_sided_factor(n: int, coverage: float = 0.95, confidence: float = 0.95) -> float:
    """The factor k of a two-sided tolerance interval of ``n`` normal values, exact and not by Howe's approximation.

    Raises:
        ValueError: as of ``one_sided_factor``.

    Source:
        Odeh and Owen 1980: with the mean z standard deviations off, an interval of half-width r(z) covers the share;
        the chance that k times the SD reaches r(z), integrated over z, is the confidence. Reference case F03.
    """
    from scipy.optimize import brentq  # noqa: PLC0415  loads only when an interval is made
    from scipy.special import gammaincc  # noqa: PLC0415

    _check(n, coverage, confidence)
    nodes, weights = np.polynomial.legendre.leggauss(_POINTS)
    scaled = _REACH * (nodes + 1) / 2
    density = weights * _REACH * exp(-(scaled**2) / 2) / math.sqrt(2 * math.pi)
    squared = _half_width(scaled / math.sqrt(n), coverage) ** 2
    half = (n - 1) / 2

    def short_of(k: float) -> float:
        return dot(density, np.asarray(gammaincc(half, half * squared / k**2), np.float64)) - confidence

    return float(brentq(short_of, 1e-3, 1e6, xtol=1e-12, rtol=1e-14))


def tolerance_interval(
    values: Sequence[float],
    *,
    side: Side = "two-sided",
    scale: Scale = "linear",
    coverage: float = 0.95,
    confidence: float = 0.95,
) -> ToleranceInterval:
    """Where ``coverage`` of all such values lies, with ``confidence``, from a few of them.

    Args:
        values: one a batch, in any unit, shape (n,).
        side: ``lower`` gives a limit that the share lies above, ``upper`` one that it lies below.
        scale: ``log`` for concentrations and ratios.
        coverage: share of the population.
        confidence: of the statement.

    Raises:
        ValueError: fewer than two values, one that is not finite (on the log scale: positive), or no such side.

    Source:
        METHODS F; reference case F03.
    """
    if side not in get_args(Side):
        raise ValueError(f"'{side}' is none of {', '.join(get_args(Side))}")
    if scale == "log" and not all(value > 0 for value in values):
        raise ValueError("the log scale knows positive values only")
    of = moments([math.log(value) for value in values] if scale == "log" else values)
    factor = (two_sided_factor if side == "two-sided" else one_sided_factor)(of.n, coverage, confidence)
    assert of.sd is not None
    back = math.exp if scale == "log" else float
    return ToleranceInterval(
        lower=None if side == "upper" else back(of.mean - factor * of.sd),
        upper=None if side == "lower" else back(of.mean + factor * of.sd),
        factor=factor,
        mean=back(of.mean),
        n=of.n,
        coverage=coverage,
        confidence=confidence,
        side=side,
        scale=scale,
        method="noncentral t" if side != "two-sided" else "exact integral (Odeh and Owen)",
        assumptions=("normal values" if scale == "linear" else "log-normal values", "independent, one a batch"),
        flags=() if of.sd > 0 else (IDENTICAL_REPLICATES,),
    )


def _half_width(z: Floats, coverage: float) -> Floats:
    """The r with Φ(z + r) - Φ(z - r) = coverage, by Newton from below, where the function is concave.

    Args:
        z: not negative, shape (n,).
        coverage: share.
    """
    from scipy.special import ndtr, ndtri  # noqa: PLC0415  loads only when an interval is made

    r = np.maximum(z + ndtri(coverage), ndtri((1 + coverage) / 2))
    for _ in range(_NEWTON_STEPS):
        density = (exp(-((z + r) ** 2) / 2) + exp(-((z - r) ** 2) / 2)) / math.sqrt(2 * math.pi)
        move = (coverage - ndtr(z + r) + ndtr(z - r)) / density
        r = r + move
        if np.abs(move).max() < 1e-13:
            break
    return r


def _check(n: int, coverage: float, confidence: float) -> None:
    if n < 2:
        raise ValueError(f"a tolerance interval needs two values, not {n}")
    if not (0 < coverage < 1 and 0 < confidence < 1):
        raise ValueError("coverage and confidence lie between 0 and 1")
