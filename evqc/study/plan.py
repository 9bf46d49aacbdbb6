"""What the next experiment needs: pools or batches that show a difference, by the scatter of this study."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.blocks import NO_SCATTER, scatter_within
from evqc.numerics.comparison import groups_needed, pairs_needed
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.study.columns import Column, Observation

FOLDS = (1.25, 1.5, 2.0, 3.0)
POWER, ALPHA = 0.8, 0.05
#: More than that nobody makes.
MOST = 1000
#: In standard deviations; two pools show it, and the noncentral t distribution has no numbers far beyond it.
_LARGEST_EFFECT = 20.0


@record
class PoolsForFold:
    """What it takes to see a difference.

    Attributes:
        fold: how many times the larger is the smaller.
        pools: with every method on every pool; None above 1000.
        batches: of each of two methods on pools of their own; None above 1000.
    """

    fold: float
    pools: int | None
    batches: int | None


@record
class AspectPlan:
    """What the next experiment needs in one aspect, by the scatter of this study.

    Attributes:
        cv_within_pools: scatter of batches of one method once pools are removed, as coefficient of variation.
        degrees_of_freedom: of ``cv_within_pools``.
        cv_of_method: scatter of the batches of one method over pools.
        power, alpha: of the two-sided t test on logarithms.
        why_missing: empty when there are numbers.
    """

    aspect: str
    cv_within_pools: float | None
    degrees_of_freedom: int
    cv_of_method: float | None
    power: float
    alpha: float
    folds: tuple[PoolsForFold, ...]
    why_missing: str = ""


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
    within = fit.residual_sd if fit is not None and len(fit.arms) > 1 else None
    if fit is None or within is None:
        why = "Two methods with values on two pools or more are needed to tell how far batches scatter."
        return _made(name, None, 0, None, (), why)
    if within < NO_SCATTER:
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
    found = scatter_within(list(logs.values()))
    return None if found is None else found.sd
