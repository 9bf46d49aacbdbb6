"""Differences and decimal logarithms of estimates with their uncertainty."""

from __future__ import annotations

import math
from dataclasses import replace

from evqc.numerics.estimate import NO_REPLICATION, Estimate, assuming, merged_flags
from evqc.numerics.ratios import ratio_relation
from evqc.numerics.replicates import welch_satterthwaite, with_interval


def difference(a: Estimate, b: Estimate) -> Estimate | None:
    """The difference a - b of two independent estimates of one unit, on the linear scale; it may be negative.

    Returns:
        A bound when one side is a bound, without interval then; None when a value or limit is missing or the bounds
        pull apart.

    Raises:
        ValueError: the units differ.

    Source:
        Variances add; degrees of freedom after Welch-Satterthwaite.
    """
    if a.unit != b.unit:
        raise ValueError(f"{b.unit} is not taken from {a.unit}")
    # As of a quotient: what is taken away and known to be less leaves more.
    relation = ratio_relation(a.relation, b.relation)
    if relation is None or a.value is None or b.value is None:
        return None
    made = Estimate(
        value=a.value - b.value, lower=None, upper=None, unit=a.unit, n=min(a.n, b.n), level=min(a.level, b.level),
        scale="linear", replicates=" and ".join(dict.fromkeys((a.replicates, b.replicates))), method="difference",
        flags=merged_flags(a.flags, b.flags), relation=relation,
    )  # fmt: skip
    parts = (a.standard_uncertainty, b.standard_uncertainty)
    if relation != "=":
        return made
    if parts[0] is None or parts[1] is None:
        return replace(made, flags=merged_flags(made.flags, (NO_REPLICATION,)))
    variances = (parts[0] ** 2, parts[1] ** 2)
    degrees = welch_satterthwaite(variances, (a.degrees_of_freedom, b.degrees_of_freedom))
    uncertainty = math.sqrt(math.fsum(variances))
    known = replace(made, standard_uncertainty=uncertainty, degrees_of_freedom=degrees)
    return with_interval(assuming(known, "both sides are independent"))


def decimal_logarithm(of: Estimate) -> Estimate | None:
    """The decimal logarithm of an estimate without unit, such as that of a clearance.

    Returns:
        On the linear scale, with the ends of the interval carried over; a bound stays one; None unless the value is
        positive.

    Raises:
        ValueError: the estimate has a unit.

    Source:
        First order: u(log10 x) = u(x) / (x ln 10).
    """
    if of.unit != "1":
        raise ValueError(f"only a number has a logarithm, not {of.unit}")
    if of.value is None or not of.value > 0:
        return None
    uncertainty = of.standard_uncertainty
    return replace(
        of,
        value=math.log10(of.value),
        lower=_log10(of.lower),
        upper=_log10(of.upper),
        standard_uncertainty=None if uncertainty is None else uncertainty / (of.value * math.log(10)),
        scale="linear",
        method=f"decimal logarithm of: {of.method}",
    )


def _log10(end: float | None) -> float | None:
    return math.log10(end) if end is not None and end > 0 else None
