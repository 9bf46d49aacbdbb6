"""Ratios, products and sums of estimates with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.numerics.estimate import (
    NO_REPLICATION,
    UNBOUNDED,
    Estimate,
    Relation,
    assuming,
    coverage_factor,
    merged_flags,
)
from evqc.numerics.replicates import welch_satterthwaite, with_interval
from evqc.numerics.tables import as_table
from evqc.records import record, replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

#: Above this relative uncertainty of the denominator the log interval is too narrow. Source: METHODS C.
_FIELLER_ABOVE = 0.15
#: No ratio of laboratory quantities comes near; beyond it squares are too large for a number.
_LARGEST = 1e100
_OPPOSITE: dict[Relation, Relation] = {"=": "=", ">": "<", "<": ">"}


@dataclass(frozen=True, slots=True)
class _Terms:
    """What an estimate states besides its numbers."""

    unit: str
    n: int
    replicates: str
    level: float
    method: str


@record
class FiellerInterval:
    """Fieller's interval of a ratio.

    Attributes:
        lower, upper: None when the interval has no end (``g`` >= 1).
        g: squared relative half-width of the denominator; from 1 on the denominator may be zero.
    """

    lower: float | None
    upper: float | None
    g: float

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def fieller(a: float, u_a: float, b: float, u_b: float, factor: float) -> FiellerInterval:
    """Fieller's interval of a / b for independent normal a and b.

    Args:
        a: the numerator.
        u_a: its standard uncertainty.
        b: the denominator, positive.
        u_b: its standard uncertainty.
        factor: coverage factor, such as 1.96.

    Raises:
        ValueError: ``b`` is not positive.

    Source:
        The roots of (a - r b)² = factor² (u_a² + r² u_b²); reference case C01.
    """
    if not b > 0:
        raise ValueError(f"the denominator is positive, not {b}")
    g = (factor * u_b / b) ** 2
    if not g < 1:
        return FiellerInterval(lower=None, upper=None, g=g)
    centre = a / b
    half = factor / b * math.hypot(math.sqrt(1 - g) * u_a, centre * u_b)
    return FiellerInterval(lower=(centre - half) / (1 - g), upper=(centre + half) / (1 - g), g=g)


def ratio(
    a: float,
    u_a: float | None,
    b: float,
    u_b: float | None,
    *,
    unit: str,
    n: int,
    replicates: str,
    df_a: float | None = None,
    df_b: float | None = None,
    level: float = 0.95,
) -> Estimate:
    """The ratio a / b of two independent estimates.

    The interval is symmetric on the log scale; by Fieller on the linear one when the denominator's relative
    uncertainty exceeds 0.15.

    Args:
        a: the numerator, not negative.
        u_a: its standard uncertainty; 0 for an exact number, None when there is none (n = 1).
        b: the denominator, positive.
        u_b: as ``u_a``.
        unit: of the ratio, as spelled in ``measurands.UNITS``.
        n: the smaller number of replicates.
        replicates: what was repeated.
        df_a: degrees of freedom of ``u_a``; None when it is taken as known.
        df_b: of ``u_b``.
        level: two-sided confidence level.

    Returns:
        Without interval when either uncertainty is missing (part of it would understate it); with the flag
        ``unbounded`` and no ends when the denominator may be zero.

    Raises:
        ValueError: ``a`` is negative, ``b`` is not positive, or the ratio is too large for a number.

    Source:
        METHODS C: (u/r)² = (u_a/a)² + (u_b/b)²; reference case C01; degrees of freedom after Welch-Satterthwaite.
    """
    if not (a >= 0 and b > 0):
        raise ValueError(f"a ratio needs a numerator from zero and a positive denominator, not {a} and {b}")
    value = a / b
    # Shares of the uncertainty that come from a and from b; unlike relative ones they exist for a = 0.
    parts = (None if u_a is None else u_a / b, None if u_b is None else value * u_b / b)
    made = _propagated(value, parts, (df_a, df_b), _Terms(unit, n, replicates, level, "ratio"))
    if u_a is None or u_b is None or u_b / b <= _FIELLER_ABOVE:
        return with_interval(made)
    return _with_fieller(made, fieller(a, u_a, b, u_b, coverage_factor(level, made.degrees_of_freedom)))


def ratio_of(a: Estimate, b: Estimate, unit: str, factor: float = 1.0) -> Estimate | None:
    """The ratio a / b of two independent estimates, times an exact ``factor``, with their flags and bounds.

    A denominator below its range makes the ratio greater than a / limit, and the other way round. Of a bound only the
    end that the bound itself supports is kept: a ratio that is greater than r has a lower end and no upper one.

    Returns:
        None when nothing can be said: a value or limit is missing, the denominator is not positive, the numerator is
        negative, both are bounds that pull apart, or the ratio is too large for a number.
    """
    relation = ratio_relation(a.relation, b.relation)
    if relation is None or a.value is None or b.value is None:
        return None
    if not (a.value >= 0 and b.value > 0 and factor * a.value <= _LARGEST * b.value):
        return None
    u_a, u_b = _uncertainty(a), _uncertainty(b)
    made = ratio(
        factor * a.value, None if u_a is None else factor * u_a, b.value, u_b,
        unit=unit, n=min(a.n, b.n), level=min(a.level, b.level), replicates=_replicates(a, b),
        df_a=a.degrees_of_freedom, df_b=b.degrees_of_freedom,
    )  # fmt: skip
    flags = merged_flags(a.flags, b.flags, made.flags)
    return replace(
        made,
        relation=relation,
        lower=None if relation == "<" else made.lower,
        upper=None if relation == ">" else made.upper,
        flags=flags,
    )


def ratio_relation(a: Relation, b: Relation) -> Relation | None:
    """How a ratio stands to the quotient of two numbers that are values or bounds; None when the bounds pull apart."""
    turned = _OPPOSITE[b]
    if a in {"=", turned}:
        return turned
    return a if turned == "=" else None


def product(
    a: float,
    u_a: float | None,
    b: float,
    u_b: float | None,
    *,
    unit: str,
    n: int,
    replicates: str,
    df_a: float | None = None,
    df_b: float | None = None,
    level: float = 0.95,
) -> Estimate:
    """The product a · b of two independent estimates that are not negative, on the log scale.

    Arguments as of ``ratio``.

    Raises:
        ValueError: ``a`` or ``b`` is negative, or the product is too large for a number.

    Source:
        METHODS C: (u/p)² = (u_a/a)² + (u_b/b)².
    """
    if not (a >= 0 and b >= 0):
        raise ValueError(f"a product needs factors from zero, not {a} and {b}")
    parts = (None if u_a is None else u_a * b, None if u_b is None else a * u_b)
    return with_interval(_propagated(a * b, parts, (df_a, df_b), _Terms(unit, n, replicates, level, "product")))


def summed(parts: Sequence[Estimate]) -> Estimate | None:
    """The sum of independent estimates of one unit, such as the particles of several fractions, on the log scale.

    Returns:
        None when there is no part, a value is missing, or bounds of both directions stand among the parts.

    Raises:
        ValueError: the units differ.

    Source:
        Variances add; reference case C03.
    """
    values = [p.value for p in parts if p.value is not None]
    relations = {p.relation for p in parts} - {"="}
    if not parts or len(values) < len(parts) or len(relations) > 1:
        return None
    if len({p.unit for p in parts}) > 1:
        raise ValueError("estimates of different units do not add up")
    terms = _Terms(
        unit=parts[0].unit,
        n=min(p.n for p in parts),
        replicates=" and ".join(dict.fromkeys(p.replicates for p in parts)),
        level=min(p.level for p in parts),
        method="sum",
    )
    # What a bound hides is not known, so that a sum with one has no uncertainty either.
    uncertainties = [p.standard_uncertainty if p.relation == "=" else None for p in parts]
    made = _propagated(math.fsum(values), uncertainties, [p.degrees_of_freedom for p in parts], terms)
    flags = merged_flags(*(p.flags for p in parts), () if relations else made.flags)
    return with_interval(replace(made, flags=flags, relation=next(iter(relations), "=")))


def share_of_sum(parts: Sequence[Estimate], others: Sequence[Estimate]) -> Estimate:
    """The sum of ``parts`` in percent of that of ``parts`` and ``others``, all independent, between 0 and 100 %.

    Where one of them is known only to be less than a number, the share is at least that which is left when ``parts``
    hold none of it and ``others`` all.

    Args:
        parts: at least one that is larger than zero.
        others: none make the share 100 %.

    Raises:
        ValueError: nothing of the parts is known to be there, or something is above its range.

    Source:
        With r = others / parts the share is 1 / (1 + r), whose ends are those of r.
    """
    relations = {each.relation for each in (*parts, *others)}
    known = [each for each in parts if each.relation == "="]
    if ">" in relations or (kept := summed(known)) is None or not (kept.value or 0.0) > 0:
        raise ValueError("a share needs parts that are there, and nothing above its range")
    assert kept.value is not None
    rest = math.fsum(each.value or 0.0 for each in others)
    whole = Estimate(
        value=100 / (1 + rest / kept.value), lower=None, upper=None, unit="%", n=kept.n, level=kept.level,
        scale="log", replicates=kept.replicates, method="share of a sum", flags=kept.flags,
        relation="=" if relations == {"="} else ">",
    )  # fmt: skip
    left = summed(others)
    odds = None if left is None or whole.relation != "=" else ratio_of(left, kept, "1")
    return whole if odds is None else _of_odds(whole, odds)


def _of_odds(whole: Estimate, odds: Estimate) -> Estimate:
    """The share with the ends and the uncertainty that those of ``odds``, others by parts, give it."""
    assert odds.value is not None
    uncertainty = odds.standard_uncertainty
    return replace(
        whole,
        lower=None if odds.upper is None else 100 / (1 + odds.upper),
        upper=None if odds.lower is None else 100 / (1 + odds.lower),
        n=odds.n,
        flags=odds.flags,
        assumptions=odds.assumptions,
        standard_uncertainty=None if uncertainty is None else 100 * uncertainty / (1 + odds.value) ** 2,
        degrees_of_freedom=odds.degrees_of_freedom,
    )


def _propagated(
    value: float, parts: Sequence[float | None], degrees: Sequence[float | None], terms: _Terms
) -> Estimate:
    """``value`` with the uncertainty that its independent parts add up to; none when a part is missing."""
    bare = Estimate(
        value=value, lower=None, upper=None, unit=terms.unit, n=terms.n, level=terms.level, scale="log",
        replicates=terms.replicates, method=terms.method,
    )  # fmt: skip
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return replace(bare, flags=(NO_REPLICATION,))
    variances = [part**2 for part in known]
    uncertainty = math.sqrt(math.fsum(variances))
    made = replace(bare, standard_uncertainty=uncertainty, degrees_of_freedom=welch_satterthwaite(variances, degrees))
    return assuming(made, "its parts are independent")


def _with_fieller(estimate: Estimate, interval: FiellerInterval) -> Estimate:
    """``estimate`` with Fieller's interval; without ends it is flagged as unbounded."""
    flags = (*estimate.flags, UNBOUNDED) if interval.upper is None else estimate.flags
    return replace(
        assuming(estimate, "numerator and denominator scatter normally"),
        lower=interval.lower,
        upper=interval.upper,
        scale="linear",
        method=f"ratio, {estimate.level:.0%} interval after Fieller",
        flags=flags,
    )


def _replicates(a: Estimate, b: Estimate) -> str:
    return a.replicates if a.replicates == b.replicates else f"{a.replicates} / {b.replicates}"


def _uncertainty(estimate: Estimate) -> float | None:
    """Its standard uncertainty; a bound is exact."""
    return estimate.standard_uncertainty if estimate.relation == "=" else 0.0
