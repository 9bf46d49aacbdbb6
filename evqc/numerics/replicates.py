"""Replicates: their mean and its interval, their scatter, the mean curve, outliers, and the difference to a blank."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.estimate import (
    IDENTICAL_REPLICATES,
    LOG_SCALE_UNDEFINED,
    NO_REPLICATION,
    UNBOUNDED,
    Estimate,
    Scale,
    assuming,
    coverage_factor,
    linear_interval,
    log_interval,
    merged_flags,
)
from evqc.numerics.tables import as_table
from evqc.records import Array, array, record, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

#: Two replicates: the interval rests on one degree of freedom.
TWO_REPLICATES = "two_replicates"
#: Fewer than three values: no test for an outlier.
TOO_FEW_VALUES = "too_few_values"
#: At n = 3 Grubbs' statistic cannot exceed 1.1547 and the critical value is 1.1543: the test has no power.
GRUBBS_CANNOT_REJECT = "grubbs_cannot_reject_at_n3"
#: Net signal not above zero by its uncertainty, or sample below blank + 10 SD of the blank.
BELOW_QUANTIFICATION = "below_limit_of_quantification"


@record
class Moments:
    """Mean, standard deviation (divisor n - 1; None for n = 1) and number of replicates."""

    mean: float
    sd: float | None
    n: int

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


@record
class PooledCurve:
    """The mean of several curves on one abscissa, with its pointwise band.

    Attributes:
        mean: shape (n,).
        lower, upper: pointwise t band of confidence ``level``, shape (n,); None below three curves.
        curves: how many were averaged.
        normalised: each curve was divided by its sum before.
    """

    mean: Array
    lower: Array | None
    upper: Array | None
    curves: int
    level: float
    normalised: bool
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row a point of the abscissa."""
        return as_table(self)


@record
class Grubbs:
    """Grubbs' two-sided test for one outlier: reported, never applied.

    Attributes:
        index: position of the value farthest from the mean, from 0; None below three values or without scatter.
        value: that value.
        statistic: its distance from the mean in standard deviations.
        critical: the limit at ``significance``.
        suspect: ``statistic`` exceeds ``critical``; always False at n = 3; None when there is no test.
        mean, mean_without: of all values, and of all but that one.
        significance: two-sided level of the test.
    """

    n: int
    significance: float
    index: int | None = None
    value: float | None = None
    statistic: float | None = None
    critical: float | None = None
    suspect: bool | None = None
    mean: float
    mean_without: float | None = None
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


_OF_A_DIFFERENCE = ("sample and blank are independent and were measured alike", "the dilution is exact")


def moments(values: Sequence[float]) -> Moments:
    """Mean, SD (divisor n - 1, two passes) and n of replicate values.

    Raises:
        ValueError: there is no value, or one is not finite.
    """
    n = len(values)
    if n == 0 or not all(math.isfinite(v) for v in values):
        raise ValueError("moments need at least one value, and finite ones")
    mean = math.fsum(values) / n
    if n == 1:
        return Moments(mean=mean, sd=None, n=1)
    identical = min(values) == max(values)
    squares = 0.0 if identical else math.fsum((v - mean) ** 2 for v in values)
    return Moments(mean=mean, sd=math.sqrt(squares / (n - 1)), n=n)


def standard_error(values: Sequence[float]) -> float | None:
    """SD (divisor n - 1) by the root of n, in the unit of the values; None for one value.

    Source:
        The rule by which NanoSight prints ``Standard Error`` over its videos.
    """
    of = moments(values)
    return None if of.sd is None else of.sd / math.sqrt(of.n)


def coefficient_of_variation(values: Sequence[float]) -> float | None:
    """SD (divisor n - 1) by the mean, as a share (0.2 for 20 %); None for one value or a mean that is not positive."""
    of = moments(values)
    return of.sd / of.mean if of.sd is not None and of.mean > 0 else None


def replicate_mean(
    values: Sequence[float], unit: str, replicates: str, scale: Scale = "log", level: float = 0.95
) -> Estimate:
    """The arithmetic mean of replicates with its t interval.

    The mean itself is arithmetic on both scales, as instruments print it; on the log scale its standard error is
    carried to the logarithm, so that the interval of a concentration never reaches below zero.

    Args:
        values: one a replicate, in ``unit``.
        unit: as spelled in ``measurands.UNITS``.
        replicates: what was repeated, such as ``videos``.
        scale: ``log`` for concentrations, counts and ratios, ``linear`` for diameters.
        level: two-sided confidence level.

    Returns:
        Without interval for one value, and on the log scale for a mean that is not positive; both are flagged.

    Raises:
        ValueError: there is no value, or one is not finite.

    Source:
        METHODS B (t on the log scale, n - 1 degrees of freedom); reference case B06.
    """
    of = moments(values)
    bare = Estimate(
        value=of.mean, lower=None, upper=None, unit=unit, n=of.n, level=level, scale=scale,
        replicates=replicates, method=f"arithmetic mean of {of.n} {replicates}",
    )  # fmt: skip
    if of.sd is None:
        return replace(bare, method="single value", flags=(NO_REPLICATION,))
    flags = (IDENTICAL_REPLICATES,) if of.sd == 0 else ()
    known = replace(
        bare,
        standard_uncertainty=of.sd / math.sqrt(of.n),
        degrees_of_freedom=of.n - 1.0,
        flags=flags,
        assumptions=(f"{replicates} are independent and alike",),
    )
    return with_interval(known)


def with_interval(estimate: Estimate) -> Estimate:
    """``estimate`` with the t interval that follows from its standard uncertainty, on its scale.

    Args:
        estimate: without interval; ``standard_uncertainty`` None leaves it so.

    Returns:
        Flagged when the log scale does not know the value, or the interval has no end; with the distribution assumed.
    """
    value, uncertainty = estimate.value, estimate.standard_uncertainty
    if value is None or uncertainty is None:
        return estimate
    half_width = coverage_factor(estimate.level, estimate.degrees_of_freedom) * uncertainty
    method = f"{estimate.method}, {estimate.level:.0%} t interval on the {estimate.scale} scale"
    if estimate.scale == "linear":
        lower, upper = linear_interval(value, half_width)
        scatter = merged_flags(estimate.assumptions, ("scatter is normal",))
        return replace(estimate, lower=lower, upper=upper, method=method, assumptions=scatter)
    if not value > 0:
        return replace(estimate, flags=(*estimate.flags, LOG_SCALE_UNDEFINED))
    low, high = log_interval(value, half_width)
    flags = estimate.flags if high is not None else (*estimate.flags, UNBOUNDED)
    scatter = merged_flags(estimate.assumptions, ("scatter is log-normal",))
    return replace(estimate, lower=low, upper=high, method=method, flags=flags, assumptions=scatter)


def pooled_curve(curves: NDArray[np.float64], *, normalised: bool = False, level: float = 0.95) -> PooledCurve:
    """The mean of replicate curves and its pointwise band.

    Args:
        curves: one a row, not negative, on one abscissa, shape (k, n).
        normalised: divide each curve by its sum first (shapes); otherwise they are averaged as they are
            (concentrations).
        level: two-sided confidence level at each point.

    Returns:
        The band only for three curves or more, cut at zero, which no concentration can pass.

    Raises:
        ValueError: no curve, a value negative or not finite, or an empty curve that was to be normalised.

    Source:
        METHODS B: the mean of normalised curves, not of pooled counts.
    """
    if curves.ndim != 2 or curves.size == 0 or not (np.isfinite(curves) & (curves >= 0)).all():
        raise ValueError("curves are rows of finite numbers that are not negative")
    sums = curves.sum(axis=1, keepdims=True)
    if normalised and not (sums > 0).all():
        raise ValueError("an empty curve has no shape; leave it out and say so")
    rows = curves / sums if normalised else curves
    k, mean = rows.shape[0], rows.mean(axis=0)
    if k < 3:
        flag = NO_REPLICATION if k == 1 else TWO_REPLICATES
        return PooledCurve(
            mean=array(mean), lower=None, upper=None, curves=k, level=level, normalised=normalised, flags=(flag,)
        )
    half = coverage_factor(level, k - 1) * rows.std(axis=0, ddof=1) / math.sqrt(k)
    lower, upper = array(np.maximum(mean - half, 0.0)), array(mean + half)
    return PooledCurve(mean=array(mean), lower=lower, upper=upper, curves=k, level=level, normalised=normalised)


def grubbs_critical(n: int, significance: float = 0.05) -> float:
    """Critical value of Grubbs' two-sided test for one outlier among ``n`` normal values.

    Raises:
        ValueError: ``n`` is below three.

    Source:
        (n - 1)/√n · √(t² / (n - 2 + t²)) with t at significance/(2n) and n - 2 degrees of freedom; case B05.
    """
    if n < 3:
        raise ValueError(f"Grubbs' test needs three values, not {n}")
    t = coverage_factor(1 - significance / n, n - 2)
    return (n - 1) / math.sqrt(n) * math.sqrt(t**2 / (n - 2 + t**2))


def grubbs(values: Sequence[float], significance: float = 0.05) -> Grubbs:
    """Tests the value farthest from the mean. Nothing is left out: both means are stated for a person to judge.

    Args:
        values: replicates, shape (n,); logarithms for concentrations.
        significance: two-sided level.

    Raises:
        ValueError: there is no value, or one is not finite.

    Source:
        METHODS B; reference case B05.
    """
    of = moments(values)
    bare = Grubbs(n=of.n, significance=significance, mean=of.mean)
    if of.n < 3:
        return replace(bare, flags=(TOO_FEW_VALUES,))
    if not of.sd:
        return replace(bare, flags=(IDENTICAL_REPLICATES,))
    index = max(range(of.n), key=lambda i: abs(values[i] - of.mean))
    statistic, critical = abs(values[index] - of.mean) / of.sd, grubbs_critical(of.n, significance)
    rest = [*values[:index], *values[index + 1 :]]
    return replace(
        bare,
        index=index,
        value=float(values[index]),
        statistic=statistic,
        critical=critical,
        suspect=of.n > 3 and statistic > critical,
        mean_without=moments(rest).mean,
        flags=(GRUBBS_CANNOT_REJECT,) if of.n == 3 else (),
    )


def welch_difference(
    sample: Moments, blank: Moments, *, unit: str, replicates: str, dilution: float = 1.0, level: float = 0.95
) -> Estimate:
    """Sample minus blank, times the dilution, with Welch's interval. A negative net value stays negative.

    Args:
        sample: of the suspension as measured, in ``unit``.
        blank: of the blank as measured, in ``unit``.
        unit: as spelled in ``measurands.UNITS``.
        replicates: what was repeated in both.
        dilution: exact factor to the undiluted sample.
        level: two-sided confidence level.

    Returns:
        On the linear scale; without interval when sample or blank is a single value; flagged when the difference
        is below the limit of quantification.

    Source:
        METHODS B; Welch-Satterthwaite degrees of freedom; reference case B03.
    """
    net = (sample.mean - blank.mean) * dilution
    bare = Estimate(
        value=net, lower=None, upper=None, unit=unit, n=min(sample.n, blank.n), level=level, scale="linear",
        replicates=replicates, method="sample minus blank",
    )  # fmt: skip
    if sample.sd is None or blank.sd is None:
        return replace(bare, flags=(NO_REPLICATION,))
    parts = (sample.sd**2 / sample.n, blank.sd**2 / blank.n)
    degrees = welch_satterthwaite(parts, (sample.n - 1.0, blank.n - 1.0))
    known = replace(bare, standard_uncertainty=math.sqrt(sum(parts)) * dilution, degrees_of_freedom=degrees)
    made = with_interval(assuming(known, *_OF_A_DIFFERENCE))
    quantified = made.lower is not None and made.lower > 0 and sample.mean >= blank.mean + 10 * blank.sd
    return made if quantified else replace(made, flags=(*made.flags, BELOW_QUANTIFICATION))


def welch_satterthwaite(variances: Sequence[float], degrees: Sequence[float | None]) -> float | None:
    """Effective degrees of freedom of a sum of independent variances.

    Args:
        variances: not negative, shape (m,).
        degrees: of each; None stands for infinitely many.

    Returns:
        None (infinitely many) when no variance with finite degrees is positive.

    Source:
        JCGM 100:2008 (GUM), G.4.1.
    """
    total = math.fsum(variances)
    if not total > 0:
        return None
    shares = [(v / total) ** 2 / d for v, d in zip(variances, degrees, strict=True) if d is not None]
    below = math.fsum(shares)
    return 1 / below if below > 0 else None
