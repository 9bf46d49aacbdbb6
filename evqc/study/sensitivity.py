"""How the order of the methods depends on the way of scoring and on the weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.elementary import matrix_product
from evqc.numerics.scoring import promethee, ranks, topsis, weighted_geometric_mean
from evqc.records import record
from evqc.study.weights import Group, aspects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.study.columns import Column

Floats = NDArray[np.float64]
#: Steps along a side of the map of weights.
STEPS = 20


@record
class MethodSensitivity:
    """One method by other ways of scoring, which depend on which methods there are; ranks may be shared (1.5)."""

    arm: str
    score: float
    score_rank: float
    topsis_vector: float
    topsis_vector_rank: float
    topsis_minmax: float
    topsis_minmax_rank: float
    promethee: float
    promethee_rank: float


@record
class WeightPoint:
    """Who leads when the groups of aspects count so much.

    Attributes:
        shares: of the groups of ``WeightMap.groups``, in their order; the sum is 1.
        leader: None where what is not known could change the leader, or where two are level.
        score: the leader's (of its known part, the lowest possible).
        lead: by how much it is ahead of the next one, at least.
    """

    shares: tuple[float, ...]
    leader: str | None
    score: float | None
    lead: float | None


@record
class LeaderShare:
    """The share of all points at which a method leads; arm None where nobody certainly does."""

    arm: str | None
    share: float


@record
class WeightMap:
    """How the leader changes with the weights: an even grid over the groups, without any draw.

    Within a group the aspects keep their weights to each other.

    Attributes:
        groups: two (a line) or three (a triangle) of purity, yield and practicality.
        own: the shares that the set of weights gives them.
        points: of the grid, corners included.
    """

    groups: tuple[Group, ...]
    own: tuple[float, ...]
    points: tuple[WeightPoint, ...]
    leaders: tuple[LeaderShare, ...]


def sensitivity(columns: Sequence[Column], arms: Sequence[str]) -> tuple[tuple[MethodSensitivity, ...], str]:
    """Scores and ranks by other methods, the highest score first; or none and the reason.

    Args:
        columns: every aspect that counts.
        arms: in the order of the columns.

    Source:
        METHODS section D: TOPSIS and PROMETHEE as sensitivity only, on the numbers as they are; reference case D01.
    """
    if len(arms) < 2:
        return (), "There is only one method."
    unknown = [aspects()[c.weighted.name].title for c in columns if not c.known.all()]
    if unknown or not columns:
        return (), f"Not every method has a value of {', '.join(unknown)}." if unknown else "Nothing was measured."
    values = np.column_stack([column.value for column in columns])
    weights = np.array([column.weighted.weight for column in columns])
    benefit = np.array([column.weighted.best > column.weighted.worst for column in columns])
    by = {
        "score": weighted_geometric_mean(np.column_stack([c.scale(c.value) for c in columns]), weights),
        "topsis_vector": topsis(values, weights, benefit=benefit),
        "topsis_minmax": topsis(values, weights, benefit=benefit, scaling="minmax"),
        "promethee": promethee(values, weights, benefit=benefit),
    }
    ranked = {f"{name}_rank": ranks(scores.round(12)) for name, scores in by.items()}
    made = [
        MethodSensitivity(arm=arm, **{name: float(numbers[i]) for name, numbers in (by | ranked).items()})
        for i, arm in enumerate(arms)
    ]
    return tuple(sorted(made, key=lambda m: (m.score_rank, m.arm))), ""


def weight_map(columns: Sequence[Column], arms: Sequence[str]) -> WeightMap | None:
    """Who leads over an even grid of weights of purity, yield and practicality; without draws.

    Args:
        columns: every aspect that counts.
        arms: in the order of the columns.

    Returns:
        None with one method, or with aspects of one group only.
    """
    of_column = [aspects()[column.weighted.name].group for column in columns]
    order: tuple[Group, ...] = ("purity", "yield", "practicality")
    groups = tuple(group for group in order if group in of_column)
    if len(groups) < 2 or len(arms) < 2:
        return None
    weights = np.array([column.weighted.weight for column in columns])
    member = np.array([[group == own for own in of_column] for group in groups])
    within = np.where(member, weights, 0.0)
    grid = _grid(len(groups))
    points = _points(columns, arms, grid, matrix_product(grid, within / within.sum(axis=1, keepdims=True)))
    own = within.sum(axis=1) / within.sum()
    return WeightMap(groups=groups, own=tuple(map(float, own)), points=points, leaders=_leaders(points, arms))


def _grid(groups: int) -> Floats:
    """Shares of the groups that sum to 1, shape (points, groups)."""
    if groups == 2:
        counts = [(i, STEPS - i) for i in range(STEPS, -1, -1)]
        return np.array(counts) / STEPS
    return np.array([(i, j, STEPS - i - j) for i in range(STEPS, -1, -1) for j in range(STEPS - i, -1, -1)]) / STEPS


def _points(columns: Sequence[Column], arms: Sequence[str], grid: Floats, weights: Floats) -> tuple[WeightPoint, ...]:
    ends = [column.bounds() for column in columns]
    low, high = (
        weighted_geometric_mean(np.column_stack(side)[None], weights[:, None, :]) for side in zip(*ends, strict=True)
    )
    best = low.argmax(axis=1)
    rest = high.copy()
    rest[np.arange(len(grid)), best] = -1.0
    lead = low.max(axis=1) - rest.max(axis=1)
    sure = lead > 1e-12
    return tuple(
        WeightPoint(
            shares=tuple(float(share) for share in shares),
            leader=arms[i] if is_sure else None,
            score=float(low[at, i]) if is_sure else None,
            lead=float(lead[at]) if is_sure else None,
        )
        for at, (shares, i, is_sure) in enumerate(zip(grid, best, sure, strict=True))
    )


def _leaders(points: Sequence[WeightPoint], arms: Sequence[str]) -> tuple[LeaderShare, ...]:
    """Shares of the points by leader, the largest first, nobody last."""
    led = [point.leader for point in points]
    counts = sorted(((led.count(arm), arm) for arm in arms if arm in led), key=lambda c: (-c[0], c[1]))
    made = [LeaderShare(arm=arm, share=count / len(led)) for count, arm in counts]
    nobody = led.count(None)
    return (*made, LeaderShare(arm=None, share=nobody / len(led))) if nobody else tuple(made)
