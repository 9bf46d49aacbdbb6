"""Scatter within and between days, batches or operators, and means that do not mix the two."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.numerics.estimate import NO_REPLICATION, Estimate, Scale
from evqc.numerics.replicates import moments, replicate_mean
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: The variance between groups came out negative and is stated as zero.
TRUNCATED = "variance_between_groups_truncated_at_zero"
#: Groups are of different sizes: the moments are no longer those of maximum likelihood.
UNBALANCED = "groups_of_different_sizes"
#: Only one group, such as one batch: technical replicates say nothing of how the next one would lie.
ONE_GROUP = "technical_replicates_of_one_group_only"


@record
class VarianceComponents:
    """Repeatability and intermediate precision of values in groups.

    Attributes:
        mean: of all values.
        within: variance within groups (repeatability).
        between: variance between groups, not below zero.
        between_untruncated: as the moments give it; negative when groups lie closer than repeats do.
        mean_square_between: of the analysis of variance.
        repeatability_sd: root of ``within``.
        intermediate_sd: root of ``within`` plus ``between``: of one value on another day.
        lower, upper: interval of ``intermediate_sd``.
        degrees_of_freedom: of ``intermediate_sd``, after Satterthwaite.
        n: number of values.
        groups: number of groups.
    """

    mean: float
    within: float
    between: float
    between_untruncated: float
    mean_square_between: float
    repeatability_sd: float
    intermediate_sd: float
    lower: float | None
    upper: float | None
    degrees_of_freedom: float
    n: int
    groups: int
    level: float
    method: str = "one-way analysis of variance, moments"
    assumptions: tuple[str, ...] = ("groups are random", "scatter within groups is alike")
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def variance_components(groups: Sequence[Sequence[float]], level: float = 0.95) -> VarianceComponents:
    """Scatter within groups and between them.

    Args:
        groups: values of each group, such as the results of a day; logarithms for concentrations.
        level: of the interval of the intermediate SD.

    Raises:
        ValueError: fewer than two groups, an empty one, a value that is not finite, or no group with two values.

    Source:
        METHODS F; Satterthwaite 1946 for the degrees of freedom; reference case F08. Where the variance between groups
        is negative it counts as zero, and the intermediate SD is the repeatability.
    """
    each = [moments(group) for group in groups]
    n, k = sum(of.n for of in each), len(each)
    if k < 2 or n == k:
        raise ValueError("variance components need two groups, and one of them two values")
    mean = moments([value for group in groups for value in group]).mean
    within = math.fsum((of.sd or 0.0) ** 2 * (of.n - 1) for of in each) / (n - k)
    square = math.fsum(of.n * (of.mean - mean) ** 2 for of in each) / (k - 1)
    size = (n - math.fsum(of.n**2 for of in each) / n) / (k - 1)
    raw = (square - within) / size
    parts = (square / size, within * (1 - 1 / size)) if raw > 0 else (0.0, within)
    variance, degrees = math.fsum(parts), float(n - k)
    if raw > 0:
        degrees = variance**2 / (parts[0] ** 2 / (k - 1) + parts[1] ** 2 / (n - k))
    lower, upper = _interval(variance, degrees, level)
    flags = (*((TRUNCATED,) if raw < 0 else ()), *((UNBALANCED,) if len({of.n for of in each}) > 1 else ()))
    return VarianceComponents(
        mean=mean, within=within, between=max(raw, 0.0), between_untruncated=raw, mean_square_between=square,
        repeatability_sd=math.sqrt(within), intermediate_sd=math.sqrt(variance), lower=lower, upper=upper,
        degrees_of_freedom=degrees, n=n, groups=k, level=level, flags=flags,
    )  # fmt: skip


def mean_of_groups(
    groups: Sequence[Sequence[float]], unit: str, *, group: str, within: str, scale: Scale = "log", level: float = 0.95
) -> Estimate:
    """The mean over groups, each standing for itself once however often it was measured.

    Args:
        groups: technical replicates of each group (videos of a batch), in ``unit``.
        unit: as spelled in ``measurands.UNITS``.
        group: what is replicated, such as ``batches``.
        within: what is repeated within, such as ``videos``.
        scale: of the interval.
        level: two-sided confidence level.

    Returns:
        n is the number of groups. With one group there is no interval: its technical replicates do not say how another
        would lie.

    Raises:
        ValueError: there is no group, one is empty, or a value is not finite.

    Source:
        METHODS B: the unit of replication is the batch; technical and batch levels are never mixed.
    """
    means = [moments(values).mean for values in groups]
    found = replicate_mean(means, unit, group, scale, level)
    sizes = sorted({len(values) for values in groups})
    each = f"{sizes[0]}" if len(sizes) == 1 else f"{sizes[0]} to {sizes[-1]}"
    said = replace(found, method=f"{found.method}, each the mean of {each} {within}")
    return replace(said, flags=(NO_REPLICATION, ONE_GROUP)) if len(means) == 1 else said


def _interval(variance: float, degrees: float, level: float) -> tuple[float | None, float | None]:
    """Of a standard deviation, by the chi-squared distribution."""
    from scipy.special import gammaincinv  # noqa: PLC0415  loads only when an interval is made

    tails = [2 * float(gammaincinv(degrees / 2, (1 + side * level) / 2)) for side in (1, -1)]
    lower, upper = (math.sqrt(variance * degrees / tail) if tail > 0 else math.inf for tail in tails)
    root = math.sqrt(variance)
    return min(lower, root), max(upper, root) if math.isfinite(upper) else None
