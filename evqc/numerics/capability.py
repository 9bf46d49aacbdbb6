"""Capability of a process and the chart of its individual values."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.estimate import IDENTICAL_REPLICATES, coverage_factor
from evqc.numerics.replicates import moments
from evqc.numerics.tables import as_table
from evqc.records import Array, array, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: Expected range of two normal values in SD, and factors of the chart, as control-chart tables round them.
_D2, _TO_LIMITS, _TO_RANGE_LIMIT = 1.128, 2.66, 3.267
#: Fewer values leave the limits of a chart provisional. Source: METHODS F (judgement).
ENOUGH_VALUES = 20
#: Fewer than 20 values: limits and indices will move.
PROVISIONAL = "provisional_fewer_than_20_values"
#: The index of this process is negative: its mean lies outside the specification.
MEAN_OUTSIDE = "mean_outside_the_specification"


@record
class Capability:
    """How a process fits into its specification.

    Attributes:
        mean: of the values.
        overall_sd: with divisor n - 1, of which ``ppk`` is made.
        within_sd: mean moving range by 1.128, of which ``cpk`` is made.
        ppk: distance of the nearer limit from the mean in units of three overall SD (performance).
        lower, upper: Bissell's interval of ``ppk``.
        cpk: the same with the SD from one value to the next (potential).
        level: two-sided confidence level.
    """

    n: int
    mean: float
    overall_sd: float
    within_sd: float
    ppk: float | None
    lower: float | None
    upper: float | None
    cpk: float | None
    level: float
    method: str = "Ppk with Bissell's interval; Cpk by moving ranges"
    assumptions: tuple[str, ...] = ("normal values", "independent, in the order of production")
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def capability(
    values: Sequence[float], *, lower: float | None = None, upper: float | None = None, level: float = 0.95
) -> Capability:
    """Capability indices of individual values against a specification.

    Args:
        values: one a batch, in the order of production, shape (n,); logarithms for concentrations, with limits alike.
        lower: lower limit of the specification, in the unit of the values; None when there is none.
        upper: upper limit.
        level: two-sided confidence level.

    Raises:
        ValueError: fewer than two values, no limit, limits that do not run upwards, or a value that is not finite.

    Source:
        Bissell 1990, Appl. Stat. 39:331: Ppk ± z Ppk √(1/(9 n Ppk²) + 1/(2 (n - 1))); reference case F04.
    """
    of, edges = moments(values), [edge for edge in (lower, upper) if edge is not None]
    if of.sd is None or not edges or edges != sorted(edges) or len({*edges}) < len(edges):
        raise ValueError("capability needs two values and limits that run upwards")
    within = _mean_range(values) / _D2
    nearest = min(([of.mean - lower] if lower is not None else []) + ([upper - of.mean] if upper is not None else []))
    flags = [PROVISIONAL] if of.n < ENOUGH_VALUES else []
    flags += [MEAN_OUTSIDE] if nearest < 0 else []
    flags += [IDENTICAL_REPLICATES] if of.sd == 0 else []
    ppk = nearest / (3 * of.sd) if of.sd > 0 else None
    error = None if ppk is None else math.sqrt(1 / (9 * of.n) + ppk**2 / (2 * (of.n - 1)))
    half = None if error is None else coverage_factor(level) * error
    return Capability(
        n=of.n,
        mean=of.mean,
        overall_sd=of.sd,
        within_sd=within,
        ppk=ppk,
        lower=None if ppk is None or half is None else ppk - half,
        upper=None if ppk is None or half is None else ppk + half,
        cpk=nearest / (3 * within) if within > 0 else None,
        level=level,
        flags=tuple(flags),
    )


@record
class IndividualsChart:
    """Chart of individual values and moving ranges.

    Attributes:
        values: in the order of production, shape (n,).
        centre: their mean.
        lower, upper: limits of the values, mean ± 2.66 times the mean moving range.
        mean_range: mean of the ranges between neighbours.
        sigma: ``mean_range`` by 1.128.
        range_limit: upper limit of the moving ranges, 3.267 times their mean.
        beyond: positions of values outside the limits, from 0.
        beyond_range: positions of the second of two values whose range is above its limit.
    """

    values: Array
    centre: float
    lower: float
    upper: float
    mean_range: float
    sigma: float
    range_limit: float
    beyond: tuple[int, ...]
    beyond_range: tuple[int, ...]
    n: int
    method: str = "individuals and moving range, three sigma"
    assumptions: tuple[str, ...] = ("independent values in the order of production",)
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row a value, with the limits beside it."""
        return as_table(self)


def individuals_chart(values: Sequence[float]) -> IndividualsChart:
    """Limits of a chart for individual values.

    Args:
        values: one a batch, in the order of production, shape (n,).

    Returns:
        Flagged as provisional below 20 values. Where values repeat in every digit the limits fall on the centre.

    Raises:
        ValueError: fewer than two values, or one that is not finite.

    Source:
        Shewhart's chart for individuals; 2.66 = 3 / 1.128 and 3.267 as tables print them; reference case F05.
    """
    of = moments(values)
    if of.n < 2:
        raise ValueError("a moving range needs two values")
    mean_range = _mean_range(values)
    row, half, top = np.asarray(values, float), _TO_LIMITS * mean_range, _TO_RANGE_LIMIT * mean_range
    ranges = np.abs(np.diff(row))
    return IndividualsChart(
        values=array(values),
        centre=of.mean,
        lower=of.mean - half,
        upper=of.mean + half,
        mean_range=mean_range,
        sigma=mean_range / _D2,
        range_limit=top,
        beyond=tuple(np.flatnonzero(np.abs(row - of.mean) > half).tolist()),
        beyond_range=tuple((np.flatnonzero(ranges > top) + 1).tolist()),
        n=of.n,
        flags=(PROVISIONAL,) if of.n < ENOUGH_VALUES else (),
    )


def _mean_range(values: Sequence[float]) -> float:
    return math.fsum(abs(b - a) for a, b in pairwise(values)) / (len(values) - 1)
