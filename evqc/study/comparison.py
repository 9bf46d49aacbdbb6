"""The document ``evqc.comparison/1``: what came of comparing isolation methods over the batches of a study."""

from __future__ import annotations

from datetime import date
from typing import Literal

from evqc.errors import Issue
from evqc.numerics.comparison import PairedRatio
from evqc.numerics.estimate import Estimate
from evqc.reading import Source
from evqc.records import Array, record
from evqc.study.columns import Observation
from evqc.study.scores import Ranking
from evqc.study.weights import Group

#: What the answer comes to: a best method; too few pools; the weights decide; something is not known; nothing tells the
#: scatter; the leader rests on one batch; only one method; methods that never shared a starting pool.
Outcome = Literal[
    "best",
    "more pools needed",
    "weights decide",
    "incomplete",
    "no scatter",
    "one batch",
    "one method",
    "not comparable",
]


@record
class StudyShown:
    """What was asked.

    Attributes:
        source: the file of the study; None for a study that was made in Python.
    """

    id: str
    title: str
    question: str
    source: Source | None


@record
class SetAnswer:
    """The answer for methods that share starting pools.

    Attributes:
        arms: by score, the highest first.
        leader: the method most often first.
        first_lower, first_upper: probability that it is first; different where something is not known.
        pools: how many there were.
        pools_needed: how many in all would let the leader be called best; None when that is not known or never.
        sentence: all of it in words.
    """

    arms: tuple[str, ...]
    outcome: Outcome
    leader: str
    first_lower: float
    first_upper: float
    pools: int
    pools_needed: int | None
    sentence: str


@record
class Answer:
    """What to tell who asked.

    Attributes:
        sentence: the answer with its probability, to be read first.
        decided: whether one method may be called best of all.
        sets: one for each set of methods that share pools, in the order of ``Comparison.sets``.
        remarks: further whole sentences that belong to the answer, such as aspects that counted for nobody.
    """

    sentence: str
    outcome: Outcome
    decided: bool
    sets: tuple[SetAnswer, ...]
    remarks: tuple[str, ...] = ()


@record
class WeightedAspect:
    """One aspect as it was weighted.

    Attributes:
        share: of the whole weight, between 0 and 1.
        worst, best: from there on the desirability is 0, and 1.
        reference: where the ends come from.
    """

    name: str
    title: str
    group: Group
    unit: str
    better: Literal["more", "less"]
    constant: bool
    share: float
    worst: float
    best: float
    scale: Literal["log", "linear"]
    reference: str


@record
class WeightsShown:
    """The set of weights that was asked for."""

    id: str
    title: str
    dated: date
    about: str
    concentration: float
    aspects: tuple[WeightedAspect, ...]


@record
class ArmShown:
    """One method, or sequence of methods, and what belongs to it whatever the batch.

    Attributes:
        methods: separation methods in order, as the catalogue names them.
        closed: whether it runs closed, as production for patients asks; None when not stated.
        batches, pools: how many batches, and on which starting pools.
    """

    name: str
    methods: tuple[str, ...]
    hours: float | None = None
    hands_on_hours: float | None = None
    cost_per_batch: float | None = None
    currency: str | None = None
    capacity_ml: float | None = None
    closed: bool | None = None
    note: str | None = None
    batches: int
    pools: tuple[str, ...]


@record
class Pair:
    """Two methods on the same pools, in one aspect.

    Attributes:
        ratio: of ``a`` to ``b``; None when no pool has a value of both.
        p_holm: ``ratio.p_t`` adjusted for the family; None where there is no p.
        family: how many comparisons were adjusted together.
        pools: on which both have a value.
        pools_left_out: that both share, but where a value is a bound, zero or missing.
        sentence: all of it in words.
    """

    aspect: str
    a: str
    b: str
    ratio: PairedRatio | None
    p_holm: float | None
    family: int
    pools: tuple[str, ...]
    pools_left_out: tuple[str, ...]
    sentence: str


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


@record
class BatchPlace:
    """One batch in the picture of purity and yield; where lower and upper differ, the value is a bound or unknown."""

    arm: str
    pool: str
    batch: str
    x_lower: float | None
    x_upper: float | None
    y_lower: float | None
    y_upper: float | None


@record
class ArmPlace:
    """One method in the picture of purity and yield.

    Attributes:
        x, y: geometric means, each method as if it had stood on every pool; None where not known.
        on_front: whether no other one with both values is at least as good in both and better in one.
        outline_x, outline_y: closed curve, in the units of the axes, that holds the means with confidence ``level``,
            differences between pools removed; empty when ``why_no_outline`` says why.
    """

    arm: str
    x: float | None
    y: float | None
    on_front: bool
    outline_x: Array
    outline_y: Array
    why_no_outline: str = ""


@record
class PurityAndYield:
    """The picture: the heaviest aspect of yield (x) against the heaviest of purity (y), both logarithmic."""

    x: str
    y: str
    level: float
    arms: tuple[ArmPlace, ...]
    batches: tuple[BatchPlace, ...]


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


@record
class StepRecovery:
    """What one isolation step of a batch kept.

    Attributes:
        number: of the step, from 1.
        recovered: ``particles`` or ``protein``.
        percent: of what went in; None when ``why_missing`` says why.
    """

    arm: str
    pool: str
    batch: str
    number: int
    method: str
    recovered: str
    percent: Estimate | None
    why_missing: str = ""


@record
class Missing:
    """A weighted aspect that is not known; it is never counted as zero.

    Attributes:
        batch, pool: None for an aspect that belongs to the method.
        needed: what to measure or state.
        because: why a batch folder does not give it; empty when there is nothing to add.
    """

    arm: str
    batch: str | None
    pool: str | None
    aspect: str
    needed: str
    because: str = ""


@record
class Noticed:
    """Something that a person should look at.

    Attributes:
        source: the study, or the batch it was noticed in.
    """

    source: str
    issue: Issue


@record
class Comparison:
    """The document ``evqc.comparison/1``.

    Attributes:
        sets: methods that share pools, one entry each; methods of two sets cannot be compared.
        pairs: two methods on the same pools, for every measured aspect of the weights; Holm over all of them.
        observations: every number, of aspects beyond the weights too; bounds have different ends.
        steps: recoveries of batches that are folders with steps.
        seed, draws: of the ranks; the same seed gives the same document.
    """

    schema: Literal["evqc.comparison/1"] = "evqc.comparison/1"
    evqc_version: str
    study: StudyShown
    answer: Answer
    weights: WeightsShown
    arms: tuple[ArmShown, ...]
    sets: tuple[ComparedSet, ...]
    pairs: tuple[Pair, ...]
    observations: tuple[Observation, ...]
    steps: tuple[StepRecovery, ...]
    missing: tuple[Missing, ...]
    noticed: tuple[Noticed, ...]
    seed: int
    draws: int
