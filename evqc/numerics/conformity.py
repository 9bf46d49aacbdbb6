"""Conformity with a limit under uncertainty: the probability of lying outside, and guard bands where one is agreed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.limits import Comparison, Rule, decimal, meets
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from decimal import Decimal

    import pandas as pd

_AT_LEAST = frozenset({">=", ">"})


@record
class Decision:
    """A result against one limit, by simple and by guarded acceptance: both stand here, and which one was agreed.

    Attributes:
        value: as measured.
        limit: as filed.
        relation: of the value to the limit.
        standard_uncertainty: of the value, in its unit.
        probability_outside: that the true value lies on the wrong side of the limit.
        guard: standard uncertainties between limit and acceptance limit; 0 is simple acceptance, negative a band that
            protects the producer.
        acceptance_limit: the limit moved by the guard band; the limit itself without one.
        simple: accepted by the limit, rounded as ``rule`` says.
        accepted: what the agreed rule says: with a guard band the value as measured against the acceptance limit.
    """

    value: float
    limit: str
    relation: Comparison
    standard_uncertainty: float
    degrees_of_freedom: float | None
    probability_outside: float
    guard: float
    acceptance_limit: float
    simple: bool
    accepted: bool
    method: str
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


#: Simple and guarded acceptance disagree.
GUARD_BAND_DECIDES = "guard_band_decides"


def decided(
    value: str | Decimal | float,
    limit: str,
    relation: Comparison,
    *,
    uncertainty: float,
    degrees_of_freedom: float | None = None,
    guard: float = 0.0,
    by_shares: bool = False,
    rule: Rule = "USP",
) -> Decision:
    """A result judged against a limit with a guard band, beside simple acceptance.

    Args:
        value: the text as printed, or a float.
        limit: as filed, text.
        relation: what the value has to be to the limit.
        uncertainty: standard uncertainty of the value, positive, in its unit.
        degrees_of_freedom: of ``uncertainty``; None when it is taken as known.
        guard: standard uncertainties by which the acceptance limit lies inside the limit: 1.645 for at most 5 % risk
            of accepting what lies outside, 0 for simple acceptance.
        by_shares: the uncertainty is one of shares (concentrations, ratios): the band is a factor.
        rule: of rounding, for simple acceptance only. With a guard band nothing is rounded: the band is there to hold
            what rounding would give away.

    Raises:
        ValueError: a text is no number, the uncertainty is not positive and finite, the guard not finite, or a value
            with an uncertainty of shares not positive.

    Source:
        JCGM 106:2012, 8.3 (guarded acceptance); METHODS F, case F02: 96.5 with u = 2 against 100 is accepted with
        1.645 u (up to 96.71) and rejected with 2 u.
    """
    exact = float(decimal(value))
    if not (uncertainty > 0 and math.isfinite(uncertainty) and math.isfinite(guard)):
        raise ValueError("a guard band needs a positive uncertainty and a finite multiple of it")
    if by_shares and not exact > 0:
        raise ValueError(f"an uncertainty of shares needs a positive value, not {exact}")
    edge, inwards = float(decimal(limit)), 1.0 if relation in _AT_LEAST else -1.0
    band = inwards * guard * uncertainty
    accepting = edge * math.exp(band / exact) if by_shares else edge + band
    simple = meets(value, limit, relation, rule)
    inside = {">=": exact >= accepting, ">": exact > accepting, "<=": exact <= accepting, "<": exact < accepting}
    accepted = simple if guard == 0 else inside[relation]
    outside = probability_beyond(edge, relation, exact, uncertainty, degrees_of_freedom, by_shares=by_shares)
    return Decision(
        value=exact,
        limit=limit,
        relation=relation,
        standard_uncertainty=uncertainty,
        degrees_of_freedom=degrees_of_freedom,
        probability_outside=outside,
        guard=guard,
        acceptance_limit=accepting,
        simple=simple,
        accepted=accepted,
        method=f"guarded acceptance with {guard:g} u (JCGM 106)" if guard else f"simple acceptance, rounding {rule}",
        flags=() if accepted == simple else (GUARD_BAND_DECIDES,),
    )


def guard_for(risk: float, degrees_of_freedom: float | None = None) -> float:
    """Standard uncertainties of guard band at which a result on the acceptance limit lies outside with ``risk``.

    Args:
        risk: between 0 and one half, such as 0.05 for 1.645.
        degrees_of_freedom: of the uncertainty; None when it is taken as known.

    Raises:
        ValueError: the risk is not between 0 and one half.

    Source:
        JCGM 106:2012, 8.3.3.
    """
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415  loads only when a guard band is made

    if not 0 < risk <= 0.5:
        raise ValueError(f"a risk lies between 0 and one half, not at {risk}")
    return float(ndtri(1 - risk) if degrees_of_freedom is None else stdtrit(degrees_of_freedom, 1 - risk))


def probability_beyond(
    limit: float,
    relation: Comparison,
    value: float,
    uncertainty: float,
    degrees_of_freedom: float | None = None,
    *,
    by_shares: bool = False,
) -> float:
    """The probability that the true value lies on the wrong side of a limit.

    Args:
        limit: in the unit of the value.
        relation: what the value has to be to the limit.
        value: as measured.
        uncertainty: its standard uncertainty, positive.
        degrees_of_freedom: None for the normal distribution, else Student's t.
        by_shares: log-normal, for what cannot be negative; needs a positive value.

    Source:
        JCGM 106:2012, 7; METHODS F, case F02 (96.5, u = 2, at most 100: 0.04006 outside).
    """
    if not by_shares:
        distance = (limit - value) / uncertainty
    elif limit > 0:
        distance = (math.log(limit) - math.log(value)) * value / uncertainty
    else:
        return 0.0 if relation in _AT_LEAST else 1.0
    return _below(distance if relation in _AT_LEAST else -distance, degrees_of_freedom)


def _below(distance: float, degrees: float | None) -> float:
    """Distribution function of the normal distribution, or of Student's t."""
    if degrees is None:
        return 0.5 * math.erfc(-distance / math.sqrt(2))
    from scipy.special import stdtr  # noqa: PLC0415  loads only when scatter decides

    return float(stdtr(degrees, distance))
