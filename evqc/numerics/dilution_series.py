"""A dilution series: whether what is counted falls as the sample is diluted."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.numerics.equivalence import Equivalence, equivalent_value
from evqc.numerics.estimate import coverage_factor
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


@record
class DilutionSeries:
    """The straight line through a dilution series on double logarithmic scale.

    Attributes:
        slope: of ln(value) over ln(1 / dilution factor); 1 when half the sample gives half the value. Below 1 the
            concentrated suspensions are counted too low (coincidence, swarm) or background is counted with the sample.
        lower, upper: t interval of confidence ``level``; None for two values, through which every line goes.
        n: number of values.
        dilutions: number of different dilution factors.
    """

    slope: float
    lower: float | None
    upper: float | None
    n: int
    dilutions: int
    level: float = 0.95

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def slope(factors: Sequence[float], values: Sequence[float], level: float = 0.95) -> DilutionSeries:
    """The slope of a dilution series by ordinary least squares on logarithms.

    Args:
        factors: dilution factors, 1000 for 1:1000, shape (n,).
        values: what was measured at each, of the suspension as measured and all in one unit, shape (n,).
        level: two-sided confidence level of the interval.

    Raises:
        ValueError: the two are not of one length, a number is not positive and finite, or there are not two different
            factors.

    Source:
        Simple linear regression; standard error of the slope from the residuals with n - 2 degrees of freedom.
    """
    if len(factors) != len(values):
        raise ValueError(f"{len(factors)} dilution factors for {len(values)} values")
    if not all(number > 0 and math.isfinite(number) for number in (*factors, *values)):
        raise ValueError("dilution factors and values are positive and finite")
    n, dilutions = len(values), len(set(factors))
    if dilutions < 2:
        raise ValueError("a slope needs two different dilutions")
    x, y = _centred([-math.log(factor) for factor in factors]), _centred([math.log(value) for value in values])
    spread = math.fsum(a * a for a in x)
    slope_ = math.fsum(a * b for a, b in zip(x, y, strict=True)) / spread
    if n == 2:
        return DilutionSeries(slope=slope_, lower=None, upper=None, n=n, dilutions=dilutions, level=level)
    residual = math.fsum((b - slope_ * a) ** 2 for a, b in zip(x, y, strict=True))
    half = coverage_factor(level, n - 2) * math.sqrt(residual / (n - 2) / spread)
    return DilutionSeries(slope=slope_, lower=slope_ - half, upper=slope_ + half, n=n, dilutions=dilutions, level=level)


def linearity(
    factors: Sequence[float], values: Sequence[float], *, lowest: float = 0.9, highest: float = 1.1, alpha: float = 0.05
) -> Equivalence:
    """Whether a dilution series is certainly linear: its slope lies within margins, not merely not far from 1.

    That an interval contains 1 rewards scatter: the noisier the series, the easier it passes.

    Args:
        factors: dilution factors, 1000 for 1:1000, shape (n,).
        values: what was measured at each, as measured and in one unit, shape (n,).
        lowest: of the slopes that count as linear.
        highest: likewise.
        alpha: level of each of both tests; 0.05 asks that the 90 % interval lies within.

    Returns:
        For two values, through which every line goes, the question stays open.

    Raises:
        ValueError: as of ``slope``, or the margins do not run upwards.

    Source:
        METHODS B (the margins are a judgement); reference case B04.
    """
    line = slope(factors, values, 1 - 2 * alpha)
    error = None
    if line.upper is not None:
        error = (line.upper - line.slope) / coverage_factor(line.level, line.n - 2)
    degrees = None if error is None else line.n - 2.0
    found = equivalent_value(line.slope, error, degrees, (lowest, highest), n=line.n, alpha=alpha)
    assumed = ("logarithms scatter alike at every dilution", "dilution factors are exact")
    return replace(found, assumptions=assumed, method="slope of logarithms, two one-sided t tests")


def _centred(numbers: Sequence[float]) -> list[float]:
    mean = math.fsum(numbers) / len(numbers)
    return [number - mean for number in numbers]
