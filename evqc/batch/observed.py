"""Observations that cannot be right as they stand: read before they began, or at odds with their own numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.assembled import Contradiction
from evqc.batch.sections import place_of
from evqc.batch.vocabulary import OBSERVATIONS
from evqc.batch.wording import quoted
from evqc.errors import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.measuring import Observation
    from evqc.batch.model import BatchRecord
    from evqc.reading import Source

_Found = tuple[str, str, str, str]


def observations_against_themselves(record: BatchRecord, source: Source) -> Iterator[Contradiction]:
    """A warning for every observation that contradicts itself or the days of the batch.

    Args:
        record: its ``observations``.
        source: the file of the record.

    Returns:
        ``READ_BEFORE_START``, ``STARTED_BEFORE_PREPARATION`` (of a product), ``OUTCOME_DIFFERS`` (containers that
        showed something beside an outcome that says nothing was found, or the other way round) and
        ``CONTROL_POSITIVE`` (the negative control shows what it must not).
    """
    for index, each in enumerate(record.observations):
        for field, code, found, expected in _wrong(record, each):
            where = place_of(("observations", index, field), source.name)
            yield Contradiction(source=source, issue=problem("warning", code, where, found, expected))


def _wrong(record: BatchRecord, of: Observation) -> Iterator[_Found]:
    started, read, prepared = of.started_on, of.read_on, record.batch.prepared_on
    if started is not None and read is not None and read < started:
        yield "read_on", "READ_BEFORE_START", f"{read}, before the start on {started}", f"a day from {started} on"
    sample = record.sample(of.sample)
    is_product = sample is not None and sample.role == "product"
    if is_product and started is not None and prepared is not None and started < prepared:
        found = f"{started}, before the preparation on {prepared}"
        yield "started_on", "STARTED_BEFORE_PREPARATION", found, f"a day from {prepared} on"
    yield from _at_odds(of)


def _at_odds(of: Observation) -> Iterator[_Found]:
    nothing, something = _outcomes(of.test)
    positive = of.containers_positive
    if positive and of.outcome in nothing:
        found = f"{quoted(of.outcome)} and {positive} positive of {of.containers_tested} containers"
        yield "outcome", "OUTCOME_DIFFERS", found, "an outcome that the containers show"
    if positive == 0 and of.outcome in something:
        found = f"{quoted(of.outcome)} and no positive container of {of.containers_tested}"
        yield "outcome", "OUTCOME_DIFFERS", found, "an outcome that the containers show"
    if of.control is not None and of.control in something:
        yield "control", "CONTROL_POSITIVE", quoted(of.control), f"a negative control with {quoted(nothing[0])}"


def _outcomes(test: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a test says when it found nothing, and when it found something; empty for a test that looks for nothing."""
    known = OBSERVATIONS.get(test, ())
    looked_for = {"growth", "detected"} & set(known)
    return (known[:1], known[1:]) if looked_for else ((), ())
