"""How probable it is that a true value lies outside its limits, given a result and its uncertainty."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.measurands import UNITS, UnknownUnitError
from evqc.measurands import unit as unit_called
from evqc.numerics.conformity import probability_beyond
from evqc.numerics.limits import relation_of
from evqc.release.computed_limits import base_unit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.release.reportable import Reported
    from evqc.release.specification import Test

#: Dimensions of concentrations, counts, amounts and ratios, which are never negative and scatter by shares.
_BY_SHARES = frozenset({
    "number concentration", "mass concentration", "molar concentration", "mass", "endotoxin", "particles per protein",
    "particles per cell", "particles per time", "particles per cell and time", "mass per particles",
})  # fmt: skip
#: Pure numbers that are counts or ratios; others, such as pH, are on scales of their own.
_COUNTS = frozenset({"particle_count", "event_count", "cell_count", "spectral_count", "copy_concentration"})
SOURCE = "JCGM 106:2012"


def is_by_shares(test: Test) -> bool:
    """Whether the value of a test is a concentration, count or ratio, whose uncertainty is log-normal."""
    if test.asks in {"particles per protein", "label content", "endotoxin"} or test.per != "as measured":
        return True
    if test.measurand in _COUNTS:
        return True
    try:
        return UNITS[unit_called(test.unit or "%")].dimension in _BY_SHARES
    except UnknownUnitError:
        return base_unit(test.unit or "") == "EU"


def probability_outside(reported: Reported, test: Test, limits: Iterable[str]) -> tuple[float | None, str]:
    """The probability that the true value lies outside the limits, and what it rests on in words.

    The limits are those filed, without rounding. The uncertainty is the one of the result, or the scatter of its
    determinations, or the one that the specification states for the method: the largest that is known. It never changes
    a verdict; a guard band does, where the specification asks for one (``evqc.release.guarding``).

    Args:
        reported: the value that is judged; a bound has no probability.
        test: says which distribution, and the method's own uncertainty.
        limits: as filed or computed, each with its relation.

    Returns:
        To three significant digits; None and an empty text where no uncertainty is known.

    Source:
        JCGM 106:2012, conformance probability with a normal (Student's t where the uncertainty was estimated from few
        values) or log-normal distribution; METHODS F, case F02.
    """
    uncertainty, degrees, basis = uncertainty_of(reported, test)
    if reported.number is None or reported.relation != "=" or uncertainty is None:
        return None, ""
    value = float(reported.number)
    by_shares = is_by_shares(test) and value > 0
    edges = [(relation, float(text)) for relation, text in map(relation_of, limits)]
    outside = math.fsum(
        probability_beyond(edge, relation, value, uncertainty, degrees, by_shares=by_shares) for relation, edge in edges
    )
    of = "log-normal" if by_shares else "normal"
    tails = "" if degrees is None else f", t with {degrees:.3g} degrees of freedom"
    return float(f"{min(outside, 1.0):.3g}"), f"{of}{tails}, {basis} ({SOURCE})"


def uncertainty_of(reported: Reported, test: Test) -> tuple[float | None, float | None, str]:
    """The largest standard uncertainty known, its degrees of freedom and its basis; all None when nothing is known.

    Determinations of one day scatter less than the method does from day to day, so that the larger of both counts.
    """
    known: list[tuple[float, float | None, str]] = []
    if reported.uncertainty:
        known.append((reported.uncertainty, reported.degrees_of_freedom, reported.basis))
    if test.uncertainty_percent is not None and reported.number:
        own = abs(float(reported.number)) * test.uncertainty_percent / 100
        known.append((own, None, f"{test.uncertainty_percent:g} % stated in the specification"))
    return max(known, key=lambda each: each[0]) if known else (None, None, "")
