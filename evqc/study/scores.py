"""Scores of methods: desirability on fixed scales, weighted geometric mean, front and the probability of each rank."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.blocks import NO_SCATTER, connected, mean_interval
from evqc.numerics.scoring import pareto_front, score_bounds
from evqc.records import record
from evqc.study.columns import LARGEST_LOG, Column, How, Observation, column_of
from evqc.study.draws import CLAIM, DRAWS, Draws, Found

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.study.weights import WeightSet


@record
class AspectScore:
    """One aspect of one method.

    Attributes:
        how: ``measured``, ``constant`` of the method, known as ``bounds``, ``apart`` (measured, but on pools that
            tie it to no other method in this aspect, so that there is no common scale), or ``missing``.
        value: geometric mean over the pools, each method as if it had stood in every one; None for bounds.
        lower, upper: what is known of the value where it is not exact.
        interval_lower, interval_upper: 95 % interval of ``value``, differences between pools removed; None where
            nothing tells the scatter or it reaches beyond every number.
        n: batches of which something is known.
        pools: on which they stood; 0 for what belongs to the method.
        desirability_lower, desirability_upper: equal where the value is known.
    """

    aspect: str
    how: How
    value: float | None
    lower: float | None
    upper: float | None
    n: int
    pools: int
    desirability_lower: float
    desirability_upper: float
    interval_lower: float | None = None
    interval_upper: float | None = None


@record
class MethodScore:
    """One method.

    Attributes:
        score_lower, score_upper: weighted geometric mean of the desirabilities; equal where every aspect is known.
        on_front: whether no other method certainly beats it.
        rank: probability of each rank, when every aspect of every method is known; else None.
        first_lower, first_upper: probability of being first, over everything that is not known.
    """

    arm: str
    aspects: tuple[AspectScore, ...]
    score_lower: float
    score_upper: float
    on_front: bool
    rank: tuple[float, ...] | None
    first_lower: float
    first_upper: float


@record
class Ranking:
    """Methods that shared starting pools, scored together.

    Attributes:
        methods: the highest score first, by name where scores are equal.
        pools: on how many starting pools weighted aspects were measured.
        left_out: aspects of the weights that no method has; they count for nobody.
        without_scatter: aspects of which nothing tells how far another batch would lie: no second pool, or in all
            aspects numbers that agree in every digit, as copies would.
        leader: the method most often first.
        leader_once: aspects of which the leader was measured on a single pool: one batch may be a lucky one.
        decided: whether it may be called best.
        pools_needed: how many pools in all would decide, by what the present ones scatter; None when decided, when
            nothing is known of the scatter, or when more than ``MOST_POOLS`` or other weights would be needed.
        weights_decide: whether the leader stays below ``CLAIM`` even without any scatter of the batches: then no number
            of batches decides, but how much each aspect counts.
    """

    methods: tuple[MethodScore, ...]
    pools: int
    left_out: tuple[str, ...]
    without_scatter: tuple[str, ...]
    leader: str
    leader_once: tuple[str, ...]
    decided: bool
    pools_needed: int | None
    weights_decide: bool
    draws: int
    seed: int


def rankings(
    observations: Sequence[Observation],
    constants: Mapping[str, Mapping[str, float]],
    weights: WeightSet,
    *,
    seed: int = 1,
    draws: int = DRAWS,
) -> tuple[Ranking, ...]:
    """Scores methods, those apart that never shared a starting pool.

    Args:
        observations: of all batches; the order of methods and batches does not matter.
        constants: by method, the aspects that belong to it, such as ``hours``.
        weights: what counts how much, on which scale.
        seed: of the draws; the same seed gives the same numbers.
        draws: how many.

    Returns:
        One ranking for each set of methods that pools tie together; a set of one method ranks nothing.

    Source:
        METHODS section D: fixed-limit desirability, weighted geometric mean, Pareto front, stochastic acceptability.
    """
    ordered = sorted(observations, key=lambda o: (o.arm, o.pool, o.batch, o.aspect))
    sets = connected([o.arm for o in ordered], [o.pool for o in ordered])
    return tuple(
        _ranking([o for o in ordered if o.arm in arms], arms, constants, weights, seed, draws) for arms in sets
    )


def _ranking(
    observations: Sequence[Observation],
    arms: tuple[str, ...],
    constants: Mapping[str, Mapping[str, float]],
    weights: WeightSet,
    seed: int,
    draws: int,
) -> Ranking:
    every = [column_of(weighted, observations, arms, constants) for weighted in weights.aspect]
    columns = [column for column in every if any(how != "missing" for how in column.how)]
    drawn = Draws(
        columns=columns,
        shares=np.array([column.weighted.weight for column in columns]),
        concentration=weights.concentration,
        arms=arms,
    )
    methods = _scored(drawn, drawn.acceptability(seed, draws))
    leader = max(methods, key=lambda m: (m.first_lower, m.score_lower))
    without = _without_scatter(columns)
    once = tuple(a.aspect for a in leader.aspects if a.pools == 1)
    decided = leader.first_lower >= CLAIM and not without and not once and len(arms) > 1
    names = {c.weighted.name for c in columns}
    pools = len({o.pool for o in observations if o.aspect in names})
    open_ones = leader.first_lower >= CLAIM or bool(without) or any(method.rank is None for method in methods)
    plan = None if open_ones else drawn.plan(arms.index(leader.arm), pools, seed)
    return Ranking(
        methods=tuple(sorted(methods, key=lambda m: (-m.score_lower, -m.score_upper, m.arm))),
        pools=pools,
        left_out=tuple(c.weighted.name for c in every if c not in columns),
        without_scatter=without,
        leader=leader.arm,
        leader_once=once,
        decided=decided,
        pools_needed=None if plan is None else plan.pools,
        weights_decide=plan is not None and plan.weights_decide,
        draws=draws,
        seed=seed,
    )


def _without_scatter(columns: Sequence[Column]) -> tuple[str, ...]:
    """The aspects of which nothing tells how far another batch would lie."""
    fitted = [c.fit for c in columns if c.fit is not None]
    copied = bool(fitted) and all((fit.residual_sd or 0.0) < NO_SCATTER for fit in fitted)
    return tuple(c.weighted.name for c in columns if c.without_scatter or (copied and c.fit is not None))


def _scored(drawn: Draws, found: Found) -> list[MethodScore]:
    lower, upper = drawn.bounds()
    low, high = score_bounds(lower, upper, drawn.shares)
    front = pareto_front(lower, upper)
    return [
        MethodScore(
            arm=arm,
            aspects=tuple(_aspect_score(c, arm, i, lower[i, j], upper[i, j]) for j, c in enumerate(drawn.columns)),
            score_lower=float(low[i]),
            score_upper=float(high[i]),
            on_front=bool(front[i]),
            rank=found.central.rank[i] if found.central is not None else None,
            first_lower=found.first_lower[i],
            first_upper=found.first_upper[i],
        )
        for i, arm in enumerate(drawn.arms)
    ]


def _aspect_score(column: Column, arm: str, i: int, lower: float, upper: float) -> AspectScore:
    ends = _interval(column, arm)
    return AspectScore(
        aspect=column.weighted.name,
        how=column.how[i],
        value=_or_none(column.value[i]),
        lower=_or_none(column.lower[i]) if column.how[i] == "bounds" else None,
        upper=_or_none(column.upper[i]) if column.how[i] == "bounds" else None,
        n=column.n[i],
        pools=column.pools[i],
        desirability_lower=float(lower),
        desirability_upper=float(upper),
        interval_lower=None if ends is None else ends[0],
        interval_upper=None if ends is None else ends[1],
    )


def _interval(column: Column, arm: str) -> tuple[float, float] | None:
    fit = column.fit
    logs = mean_interval(fit, arm) if fit is not None and arm in fit.arms else None
    return None if logs is None or max(map(abs, logs)) > LARGEST_LOG else (math.exp(logs[0]), math.exp(logs[1]))


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
