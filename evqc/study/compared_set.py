"""Methods that share starting pools: their ranking, how it depends on weights and ways of scoring, plan and picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.records import record
from evqc.study.columns import Observation, column_of
from evqc.study.picture import PurityAndYield, picture
from evqc.study.plan import AspectPlan, plan_of
from evqc.study.scores import Ranking
from evqc.study.sensitivity import MethodSensitivity, WeightMap, sensitivity, weight_map
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.study.weights import WeightSet


@record
class ComparedSet:
    """Methods that share starting pools, directly or through others.

    Attributes:
        arms: by score, the highest first.
        ranking: scores and the probability of each rank.
        sensitivity: by score; empty when ``why_no_sensitivity`` says why.
        over_weights: None with one method or with one group of aspects.
        plan: one for each measured aspect of the weights.
        picture: None when no aspect of purity or none of yield was weighted and measured.
    """

    arms: tuple[str, ...]
    pools: tuple[str, ...]
    ranking: Ranking
    sensitivity: tuple[MethodSensitivity, ...]
    why_no_sensitivity: str
    over_weights: WeightMap | None
    plan: tuple[AspectPlan, ...]
    picture: PurityAndYield | None


def compared_set(
    ranking: Ranking,
    observations: Sequence[Observation],
    constants: Mapping[str, Mapping[str, float]],
    weights: WeightSet,
) -> ComparedSet:
    """What is shown of methods that share pools, beside their ranking.

    Args:
        ranking: of these methods.
        observations: of all methods.
        constants: by method, the aspects that belong to it.
        weights: that they were ranked by.
    """
    arms = tuple(method.arm for method in ranking.methods)
    own = [o for o in observations if o.arm in arms]
    every = [column_of(weighted, own, arms, constants) for weighted in weights.aspect]
    columns = [column for column in every if column.weighted.name not in ranking.left_out]
    by_score, why = sensitivity(columns, arms)
    return ComparedSet(
        arms=arms,
        pools=tuple(sorted({o.pool for o in own})),
        ranking=ranking,
        sensitivity=by_score,
        why_no_sensitivity=why,
        over_weights=weight_map(columns, arms),
        plan=tuple(plan_of(column, own) for column in every if not aspects()[column.weighted.name].constant),
        picture=picture(columns, arms, own),
    )
