"""Guard bands that a specification asks for: the result against limits moved inwards, beside simple acceptance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.conformity import decided, guard_for
from evqc.numerics.limits import relation_of
from evqc.release.probability import SOURCE, is_by_shares, uncertainty_of
from evqc.release.record import GuardBand, GuardedLimit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.numerics.conformity import Decision
    from evqc.release.reportable import Reported
    from evqc.release.specification import Test

#: Digits that an acceptance limit is kept with: far more than anybody reads, fewer than binary arithmetic differs in.
_KEPT = 10


def guarded(reported: Reported, test: Test, limits: Sequence[str], simple: Sequence[bool | None]) -> GuardBand | None:
    """The verdicts on a result by the guard band that its test asks for; None where it asks for none.

    A bound such as ``<0.05`` that meets a limit is held to the acceptance limit at its number, where every value
    behind it is accepted too; whatever a bound leaves open stays open. Without a known uncertainty nothing is decided.

    Args:
        reported: the value that is judged.
        test: with the risk, and the method's own uncertainty.
        limits: as filed or computed, each with its relation.
        simple: the verdict of simple acceptance on each; None where it is open.

    Source:
        JCGM 106:2012, 8.3 (guarded acceptance); METHODS F, case F02.
    """
    risk = test.guard_risk_percent
    if risk is None:
        return None
    error, degrees, basis = uncertainty_of(reported, test)
    if reported.number is None or not error:
        undecided = tuple(_undecided(text, simple=held) for text, held in zip(limits, simple, strict=True))
        return GuardBand(risk_percent=risk, limits=undecided, guard_band_decides=_decides(undecided))
    guard, by_shares = guard_for(risk / 100, degrees), is_by_shares(test) and reported.number > 0
    each = []
    for text, held in zip(limits, simple, strict=True):
        relation, edge = relation_of(text)
        found = decided(reported.number, edge, relation, uncertainty=error, guard=guard, by_shares=by_shares)
        each.append(_limit(text, found, simple=held, is_bound=reported.relation != "="))
    of = "log-normal" if by_shares else "normal" if degrees is None else f"t with {degrees:.3g} degrees of freedom"
    return GuardBand(
        risk_percent=risk,
        limits=tuple(each),
        standard_uncertainty=_short(error),
        multiple=_short(guard),
        basis=f"{of}, {basis} ({SOURCE})",
        guard_band_decides=_decides(each),
    )


def _decides(limits: Sequence[GuardedLimit]) -> bool:
    return any(one.accepted is not one.simple for one in limits)


def _undecided(text: str, *, simple: bool | None) -> GuardedLimit:
    """Nothing is accepted without an uncertainty; what fails without a guard band fails with one."""
    return GuardedLimit(limit=text, simple=simple, accepted=False if simple is False else None)


def _limit(text: str, found: Decision, *, simple: bool | None, is_bound: bool) -> GuardedLimit:
    accepted = simple and found.accepted
    return GuardedLimit(
        limit=text,
        acceptance_limit=_short(found.acceptance_limit),
        simple=simple,
        accepted=None if is_bound and simple and not accepted else accepted,
    )


def _short(value: float) -> float:
    return float(f"{value:.{_KEPT}g}") if math.isfinite(value) else value


def accepting(limit: GuardedLimit) -> str:
    """The acceptance limit with its relation, such as ``<= 96.7103``; empty where no uncertainty is known."""
    return "" if limit.acceptance_limit is None else f"{relation_of(limit.limit)[0]} {limit.acceptance_limit:.6g}"


def band_words(band: GuardBand) -> str:
    """What a person reads of a guard band: the acceptance limits, the risk and the uncertainty."""
    if not band.basis:
        return f"guard band for a risk of {band.risk_percent:g} %: no uncertainty is known, nothing is accepted"
    moved = " and ".join(f"{accepting(one)} for {one.limit}" for one in band.limits)
    width = f"{band.multiple:.4g} × {band.standard_uncertainty:.4g}, {band.basis}"
    return f"acceptance limit {moved}, compared unrounded (guard band for a risk of {band.risk_percent:g} %: {width})"
