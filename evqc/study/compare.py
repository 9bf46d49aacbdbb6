"""Compares the methods of a study: scores, ranks, pairs, plans and the answer, as one document.

The document is ``evqc.study.comparison.Comparison`` (``evqc.comparison/1``). ``compare`` makes it of a study::

    Comparison
      study     id, title, question, source (name, sha256)
      answer    sentence, outcome, decided, sets (one SetAnswer for each of ``sets``), remarks
      weights   id, title, dated, about, concentration, aspects (title, group, unit, share, worst, best, reference)
      arms      name, methods, hours, hands_on_hours, cost_per_batch, currency, capacity_ml, closed, note,
                batches, pools
      sets      ComparedSet: arms, pools, ranking (``scores.Ranking``), sensitivity, over_weights (ternary grid),
                plan (pools needed for 1.25- to 3-fold), picture (purity against yield with outlines)
      pairs     aspect, a, b, ratio (``PairedRatio``), p_holm, family, pools, pools_left_out, sentence
      observations, steps (recovery by step), missing, noticed (issues), seed, draws
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Where, problem
from evqc.study.answer import answer_of
from evqc.study.compared_set import compared_set
from evqc.study.comparison import (
    ArmShown,
    Comparison,
    Missing,
    Noticed,
    StudyShown,
    WeightedAspect,
    WeightsShown,
)
from evqc.study.draws import DRAWS
from evqc.study.pairs import pairs
from evqc.study.scores import rankings
from evqc.study.values import gather
from evqc.study.weights import aspects
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evqc.study.columns import Observation
    from evqc.study.model import Arm, Study
    from evqc.study.open import OpenStudy
    from evqc.study.values import Gathered
    from evqc.study.weights import WeightSet

_CONSTANTS = ("hours", "hands_on_hours", "cost_per_batch", "capacity_ml")


def compare(study: OpenStudy, *, draws: int = DRAWS) -> Comparison:
    """Compares the methods of a study; the order of methods and batches in its record changes nothing.

    Args:
        study: opened, with its weights and batch folders.
        draws: of data and weights, for the probability of each rank.
    """
    record, weights = study.record, study.weights
    gathered = gather(study)
    constants = {arm.name: _constants(arm) for arm in record.arms}
    known = _with_something_weighted(gathered.observations, constants, weights)
    ranked = rankings(known, constants, weights, seed=record.study.seed, draws=draws)
    sets = tuple(compared_set(ranking, known, constants, weights) for ranking in ranked)
    unranked = sorted({arm.name for arm in record.arms} - {arm for one in sets for arm in one.arms})
    tested = pairs(gathered.observations, record.batches, weights)
    return Comparison(
        evqc_version=__version__,
        study=_shown(study),
        answer=answer_of(sets, weights, unranked, tested),
        weights=_weights(weights),
        arms=tuple(_arm(record, arm) for arm in sorted(record.arms, key=lambda arm: arm.name)),
        sets=sets,
        pairs=tested,
        observations=gathered.observations,
        steps=gathered.steps,
        missing=tuple(_missing(record, gathered, weights)),
        noticed=(*gathered.noticed, *_without_batch(record)),
        seed=record.study.seed,
        draws=draws,
    )


def _with_something_weighted(
    observations: Sequence[Observation], constants: Mapping[str, Mapping[str, float]], weights: WeightSet
) -> list[Observation]:
    """The numbers of the methods of which some weighted aspect is known; of others there is nothing to score."""
    names = {weighted.name for weighted in weights.aspect}
    scored = {o.arm for o in observations if o.aspect in names}
    scored |= {arm for arm, own in constants.items() if names & own.keys()}
    return [o for o in observations if o.arm in scored]


def _constants(arm: Arm) -> dict[str, float]:
    given = {name: getattr(arm, name) for name in _CONSTANTS}
    return {name: float(value) for name, value in given.items() if value is not None}


def _shown(study: OpenStudy) -> StudyShown:
    head = study.record.study
    return StudyShown(id=head.id, title=head.title, question=head.question or "", source=study.source)


def _weights(weights: WeightSet) -> WeightsShown:
    shown = []
    for weighted, share in zip(weights.aspect, weights.shares, strict=True):
        aspect = aspects()[weighted.name]
        shown.append(
            WeightedAspect(
                name=weighted.name,
                title=aspect.title,
                group=aspect.group,
                unit=aspect.unit,
                better=aspect.better,
                constant=aspect.constant,
                share=share,
                worst=weighted.worst,
                best=weighted.best,
                scale=weighted.scale,
                reference=weighted.reference,
            )
        )
    return WeightsShown(
        id=weights.id,
        title=weights.title,
        dated=weights.dated,
        about=weights.about,
        concentration=weights.concentration,
        aspects=tuple(shown),
    )


def _arm(record: Study, arm: Arm) -> ArmShown:
    own = [batch for batch in record.batches if batch.arm == arm.name]
    return ArmShown(
        name=arm.name,
        methods=arm.methods,
        hours=arm.hours,
        hands_on_hours=arm.hands_on_hours,
        cost_per_batch=arm.cost_per_batch,
        currency=arm.currency,
        capacity_ml=arm.capacity_ml,
        closed=arm.closed,
        note=arm.note,
        batches=len(own),
        pools=tuple(sorted({batch.pool for batch in own})),
    )


def _missing(record: Study, gathered: Gathered, weights: WeightSet) -> Iterator[Missing]:
    """Weighted aspects that are not known, of methods first, then of batches."""
    names = [weighted.name for weighted in weights.aspect]
    for arm in sorted(record.arms, key=lambda each: each.name):
        for name in names:
            if aspects()[name].constant and name not in _constants(arm):
                yield Missing(arm=arm.name, batch=None, pool=None, aspect=name, needed=aspects()[name].needed)
    known = {(o.batch, o.aspect) for o in gathered.observations}
    for batch in sorted(record.batches, key=lambda each: (each.arm, each.pool, each.name)):
        for name in names:
            if not aspects()[name].constant and (batch.name, name) not in known:
                yield Missing(
                    arm=batch.arm,
                    batch=batch.name,
                    pool=batch.pool,
                    aspect=name,
                    needed=aspects()[name].needed,
                    because=gathered.because.get((batch.name, name), ""),
                )


def _without_batch(record: Study) -> Iterator[Noticed]:
    used = {batch.arm for batch in record.batches}
    for arm in sorted(each.name for each in record.arms if each.name not in used):
        issue = problem(
            "warning", "ARM_WITHOUT_BATCH", Where(field="arms"), f"'{arm}' without a batch", "a batch of it"
        )
        yield Noticed(source=record.study.id, issue=issue)
