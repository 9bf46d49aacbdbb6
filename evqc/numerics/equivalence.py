"""Equivalence: whether a difference is certainly small, which is not the same as no difference being found."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.numerics.estimate import IDENTICAL_REPLICATES, NO_REPLICATION, Scale, coverage_factor
from evqc.numerics.replicates import moments, welch_satterthwaite
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


@record
class Equivalence:
    """Two one-sided tests of a difference against a margin on either side.

    Attributes:
        estimate: the difference; on the log scale the ratio.
        lower, upper: interval of confidence 1 - 2 ``alpha``, in the same terms; None without replication.
        margin_lower, margin_upper: what still counts as equal.
        p: the larger of both one-sided p values.
        equivalent: ``p`` is below ``alpha``, which is the interval lying within the margins; None without replication.
        n: of the smaller group.
        scale: ``log`` when ratios are meant.
        standard_uncertainty: of the difference, of logarithms on the log scale.
        degrees_of_freedom: None when the uncertainty is taken as known.
    """

    estimate: float
    lower: float | None = None
    upper: float | None = None
    margin_lower: float
    margin_upper: float
    p: float | None = None
    equivalent: bool | None = None
    n: int
    alpha: float
    scale: Scale
    standard_uncertainty: float | None = None
    degrees_of_freedom: float | None = None
    method: str = "two one-sided t tests"
    assumptions: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def equivalent_value(
    difference: float,
    uncertainty: float | None,
    degrees_of_freedom: float | None,
    margins: tuple[float, float],
    *,
    n: int,
    alpha: float = 0.05,
) -> Equivalence:
    """Whether a difference whose uncertainty is known certainly lies between two margins.

    Args:
        difference: in any unit.
        uncertainty: its standard uncertainty; None when nothing was repeated, which leaves the question open.
        degrees_of_freedom: of ``uncertainty``; None when it is taken as known.
        margins: lower and upper, in the unit of the difference.
        n: number of replicates behind it.
        alpha: level of each of both tests.

    Raises:
        ValueError: the margins do not run upwards, or ``alpha`` is not between 0 and 0.5.

    Source:
        Schuirmann 1987, J. Pharmacokinet. Biopharm. 15:657; METHODS B.
    """
    low, high = margins
    if not low < high or not 0 < alpha < 0.5:
        raise ValueError("margins run upwards, and a level lies between 0 and one half")
    bare = Equivalence(
        estimate=difference, margin_lower=low, margin_upper=high, n=n, alpha=alpha, scale="linear",
        degrees_of_freedom=degrees_of_freedom,
    )  # fmt: skip
    if uncertainty is None:
        return replace(bare, flags=(NO_REPLICATION,))
    half = coverage_factor(1 - 2 * alpha, degrees_of_freedom) * uncertainty
    inside = (difference - low, high - difference)
    p = max(_beyond(distance, uncertainty, degrees_of_freedom) for distance in inside)
    return replace(
        bare,
        lower=difference - half,
        upper=difference + half,
        p=p,
        equivalent=p < alpha,
        standard_uncertainty=uncertainty,
        flags=() if uncertainty > 0 else (IDENTICAL_REPLICATES,),
    )


def equivalent_means(a: Sequence[float], b: Sequence[float], margin: float, alpha: float = 0.05) -> Equivalence:
    """Whether the means of two groups differ by less than ``margin``, their scatters need not be alike.

    Args:
        a: one value a batch or preparation, never a technical replicate; shape (n,).
        b: in the same unit, shape (m,).
        margin: positive, in the same unit.
        alpha: level of each of both tests.

    Returns:
        The difference a - b.

    Raises:
        ValueError: a group is empty, a value is not finite, or the margin is not positive.

    Source:
        METHODS B; Welch's degrees of freedom; reference case B09.
    """
    of_a, of_b = moments(a), moments(b)
    n, difference = min(of_a.n, of_b.n), of_a.mean - of_b.mean
    assumed = ("values are independent, one a batch", "means are normal; scatters may differ (Welch)")
    if of_a.sd is None or of_b.sd is None:
        return equivalent_value(difference, None, None, (-margin, margin), n=n, alpha=alpha)
    parts = (of_a.sd**2 / of_a.n, of_b.sd**2 / of_b.n)
    degrees = welch_satterthwaite(parts, (of_a.n - 1.0, of_b.n - 1.0))
    found = equivalent_value(difference, math.sqrt(sum(parts)), degrees, (-margin, margin), n=n, alpha=alpha)
    return replace(found, assumptions=assumed)


def equivalent_ratio(a: Sequence[float], b: Sequence[float], factor: float = 1.25, alpha: float = 0.05) -> Equivalence:
    """Whether the geometric means of two groups lie within a factor of each other, for D50 or concentrations.

    Args:
        a: positive, one value a batch, such as those after a change of the process; shape (n,).
        b: positive, in the same unit, shape (m,).
        factor: above 1; the ratio may lie from 1/factor to factor. The default is that of bioequivalence and a
            judgement here.
        alpha: level of each of both tests.

    Returns:
        The ratio a / b.

    Raises:
        ValueError: as of ``equivalent_means``, a value is not positive, or the factor not above 1.

    Source:
        METHODS B (equivalence on log D50 and concentration).
    """
    if not factor > 1 or not all(value > 0 and math.isfinite(value) for value in (*a, *b)):
        raise ValueError("ratios need positive finite values and a factor above 1")
    found = equivalent_means([math.log(x) for x in a], [math.log(x) for x in b], math.log(factor), alpha)
    return replace(
        found,
        estimate=math.exp(found.estimate),
        lower=None if found.lower is None else math.exp(found.lower),
        upper=None if found.upper is None else math.exp(found.upper),
        margin_lower=1 / factor,
        margin_upper=factor,
        scale="log",
    )


def _beyond(distance: float, uncertainty: float, degrees_of_freedom: float | None) -> float:
    """One-sided p of a distance from the margin that is positive inside."""
    from scipy.special import ndtr, stdtr  # noqa: PLC0415  loads only when a p is made

    if uncertainty == 0:
        return 0.0 if distance > 0 else 1.0
    t = -distance / uncertainty
    return float(ndtr(t) if degrees_of_freedom is None else stdtr(degrees_of_freedom, t))
