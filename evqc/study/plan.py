"""What the next experiment needs: pools or batches that show a difference, by the scatter of this study."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.comparison import groups_needed, pairs_needed
from evqc.study.comparison import AspectPlan, PoolsForFold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.study.columns import Column, Observation

FOLDS = (1.25, 1.5, 2.0, 3.0)
POWER, ALPHA = 0.8, 0.05
#: More than that nobody makes.
MOST = 1000
#: Scatter of logs that is rounding and nothing else.
_NO_SCATTER = 1e-9
#: In standard deviations; two pools show it, and the noncentral t distribution has no numbers far beyond it.
_LARGEST_EFFECT = 20.0


def plan_of(column: Column, observations: Sequence[Observation]) -> AspectPlan:
    """How many pools, or batches, show how large a difference between two methods in one aspect.

    Args:
        column: the aspect over methods that share pools.
        observations: of these methods.

    Source:
        METHODS section D: t tests on logarithms; reference case D02. The paired difference of two methods scatters
        by the square root of 2 times the scatter within pools.
    """
    fit, name = column.fit, column.weighted.name
    within = fit.residual_sd if fit is not None else None
    if fit is None or within is None:
        why = "Two methods with values on two pools or more are needed to tell how far batches scatter."
        return _made(name, None, 0, None, (), why)
    if within < _NO_SCATTER:
        why = "The batches agree in every digit, as copies would: nothing tells how far they scatter."
        return _made(name, None, fit.degrees_of_freedom, None, (), why)
    over = _scatter_of_method([o for o in observations if o.aspect == name and o.arm in fit.arms])
    folds = tuple(_for_fold(fold, within, over) for fold in FOLDS)
    return _made(name, within, fit.degrees_of_freedom, over, folds, "")


def _made(
    name: str, within: float | None, degrees: int, over: float | None, folds: tuple[PoolsForFold, ...], why: str
) -> AspectPlan:
    return AspectPlan(
        aspect=name,
        cv_within_pools=_cv(within),
        degrees_of_freedom=degrees,
        cv_of_method=_cv(over),
        power=POWER,
        alpha=ALPHA,
        folds=folds,
        why_missing=why,
    )


def _for_fold(fold: float, within: float, over: float | None) -> PoolsForFold:
    difference = math.log(fold)
    pools = pairs_needed(min(difference / (math.sqrt(2) * within), _LARGEST_EFFECT), POWER, ALPHA)
    batches = groups_needed(min(difference / over, _LARGEST_EFFECT), POWER, ALPHA) if over else None
    return PoolsForFold(fold=fold, pools=_whole(pools), batches=_whole(batches))


def _whole(needed: float | None) -> int | None:
    return math.ceil(needed) if needed is not None and needed <= MOST else None


def _cv(log_sd: float | None) -> float | None:
    """Coefficient of variation of a log-normal quantity; the inverse of ``numerics.comparison.log_sd``."""
    return None if log_sd is None else math.sqrt(math.expm1(min(log_sd**2, 500.0)))


def _scatter_of_method(observations: Sequence[Observation]) -> float | None:
    """Standard deviation of logs over the batches of a method, pools not removed, all methods taken together."""
    logs: dict[str, list[float]] = {}
    for o in observations:
        if o.exact is not None and o.exact > 0:
            logs.setdefault(o.arm, []).append(math.log(o.exact))
    degrees = sum(len(own) - 1 for own in logs.values())
    squares = math.fsum((x - math.fsum(own) / len(own)) ** 2 for own in logs.values() for x in own)
    return math.sqrt(squares / degrees) if degrees else None
