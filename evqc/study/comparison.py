"""The document ``evqc.comparison/1``: what came of comparing isolation methods over the batches of a study."""

from __future__ import annotations

from datetime import date
from typing import Literal

from evqc.errors import Issue
from evqc.reading import Source
from evqc.records import record
from evqc.study.answer import Answer
from evqc.study.columns import Observation
from evqc.study.compared_set import ComparedSet
from evqc.study.pairs import Pair
from evqc.study.steps import StepRecovery
from evqc.study.weights import Group


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
