"""The study record: which methods are compared, on which starting pools, and where each batch's numbers are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveFloat

from evqc.batch.making import chosen_method
from evqc.batch.measuring import Value
from evqc.batch.part import Name, Part
from evqc.study.numbers import known_number

#: Longest sequence of separation methods that a row of the workbook holds.
MOST_METHODS = 6


class Head(Part):
    """What is asked.

    Attributes:
        weights: id of a shipped set, or a TOML file in the folder of the study.
        seed: of the draws of data and weights.
        methods: a TOML file in the folder of the study with separation methods of the laboratory's own.
    """

    id: Name
    title: Name
    question: str | None = None
    weights: Name = "research"
    seed: NonNegativeInt = 1
    methods: Name | None = None


Separation = Annotated[Name, AfterValidator(chosen_method)]


def _few(given: tuple[str, ...]) -> tuple[str, ...]:
    if not 1 <= len(given) <= MOST_METHODS:
        raise ValueError(f"one to {MOST_METHODS} separation methods, in order")
    return given


class Arm(Part):
    """One method, or several in order, and what belongs to it whatever the batch.

    Attributes:
        methods: names of the catalogue of separation methods, or of the laboratory's own.
        hours: from the starting material to the product.
        capacity_ml: starting material that one run takes.
        closed: whether it can run closed, as production for patients asks.
    """

    name: Name
    methods: Annotated[tuple[Separation, ...], AfterValidator(_few)]
    hours: PositiveFloat | None = None
    hands_on_hours: PositiveFloat | None = None
    cost_per_batch: PositiveFloat | None = None
    currency: Name | None = None
    capacity_ml: PositiveFloat | None = None
    closed: bool | None = None
    note: str | None = None


def _numbers(given: dict[str, Value]) -> dict[str, Value]:
    for name, value in given.items():
        known_number(name, value)
    return given


class BatchOfStudy(Part):
    """One batch of one method on one starting pool.

    Attributes:
        pool: name of the starting pool; batches of one pool were made of the same material.
        folder: the batch folder, below the folder of the study.
        sample: of a batch folder with several products, the one that is compared.
        numbers: by name of a quantity or of an aspect, a number or a bound such as ``"<0.5"``; beside a folder they
            add what it lacks.
    """

    arm: Name
    pool: Name
    name: Name
    folder: Name | None = None
    sample: Name | None = None
    numbers: Annotated[dict[str, Value], AfterValidator(_numbers)] = Field(default={})


def _some(given: tuple[Any, ...]) -> tuple[Any, ...]:
    if not given:
        raise ValueError("one entry or more")
    return given


class Study(Part):
    """The document ``evqc.study/1``: what a study compares."""

    document: Literal["evqc.study/1"] = Field(default="evqc.study/1", alias="schema")
    study: Head
    arms: Annotated[tuple[Arm, ...], AfterValidator(_some)]
    batches: Annotated[tuple[BatchOfStudy, ...], AfterValidator(_some)]

    def arm(self, name: str) -> Arm:
        """The arm called ``name``; raises KeyError when there is none."""
        return {arm.name: arm for arm in self.arms}[name]
