"""Counts of particles: Poisson uncertainty, limits for few or none, and scatter beyond Poisson."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.estimate import coverage_factor, log_interval
from evqc.numerics.replicates import moments
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


@record
class Overdispersion:
    """How much replicate counts scatter beyond Poisson.

    Attributes:
        mean: of the counts.
        phi: Pearson's chi-squared by its degrees of freedom; 1 is Poisson.
        standard_error: of the mean, with ``phi`` but never below Poisson.
        standard_error_poisson: of the mean, were the counts Poisson.
        lower, upper: t interval of the mean on the log scale; None when it has no end.
        degrees_of_freedom: n - 1.
    """

    n: int
    mean: float
    phi: float
    standard_error: float
    standard_error_poisson: float
    lower: float | None
    upper: float | None
    level: float
    degrees_of_freedom: int

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def relative_uncertainty(count: float) -> float | None:
    """Poisson standard uncertainty of a count relative to it, 1/√count, as a share; None for a count of zero.

    Raises:
        ValueError: the count is negative or not finite.
    """
    _check(count)
    return 1 / math.sqrt(count) if count > 0 else None


def upper_limit(count: float, level: float = 0.95) -> float:
    """One-sided upper limit of a Poisson mean of which ``count`` were seen: 3.00 for none at 95 %.

    Raises:
        ValueError: the count is negative or not finite.

    Source:
        Exact (Garwood) limit: half the chi-squared quantile with 2 (count + 1) degrees; reference case B07.
    """
    from scipy.special import gammaincinv  # noqa: PLC0415  loads only when a limit is made

    _check(count)
    return float(gammaincinv(count + 1, level))


def overdispersion(counts: Sequence[float], level: float = 0.95) -> Overdispersion | None:
    """Scatter of replicate counts beyond Poisson, and the interval of their mean that respects it.

    Args:
        counts: one a replicate, of equal exposure; counts, not concentrations.
        level: two-sided confidence level.

    Returns:
        None for a single count, or when nothing was counted at all (use ``upper_limit``).

    Raises:
        ValueError: no count, or one that is negative or not finite.

    Source:
        METHODS B: phi = Pearson chi² / (n - 1), SE = √(phi · mean / n); reference case B06.
    """
    of = moments(counts)
    for count in counts:
        _check(count)
    if of.sd is None or not of.mean > 0:
        return None
    phi = of.sd**2 / of.mean
    poisson = math.sqrt(of.mean / of.n)
    error = math.sqrt(max(phi, 1.0)) * poisson
    lower, upper = log_interval(of.mean, coverage_factor(level, of.n - 1) * error)
    return Overdispersion(
        n=of.n,
        mean=of.mean,
        phi=phi,
        standard_error=error,
        standard_error_poisson=poisson,
        lower=lower,
        upper=upper,
        level=level,
        degrees_of_freedom=of.n - 1,
    )


def _check(count: float) -> None:
    if not (count >= 0 and math.isfinite(count)):
        raise ValueError(f"a count is a finite number from zero, not {count}")
