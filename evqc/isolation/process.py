"""What became of particles, protein and contaminants along the isolation: in, out, lost, and whether it adds up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from evqc.isolation.amounts import PARTICLES, PROTEIN, amount, analytes, concentration
from evqc.isolation.derived import Derived
from evqc.isolation.fractions import beside, fraction_volume
from evqc.isolation.of_batch import sample_volume
from evqc.isolation.process_causes import PART_NOT_PROCESSED, remarks_on
from evqc.isolation.process_results import (
    balance_of,
    clearance,
    concentration_factor,
    enrichment,
    lost_amount,
    volumetric_factor,
)
from evqc.isolation.yields import step_recovery
from evqc.numerics.estimate import flagged
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.assembled import Batch
    from evqc.batch.model import BatchRecord, Step
    from evqc.isolation.amounts import Analyte

#: A step that takes in less than this share of what the one before gave leaves the rest behind.
_ALL_OF_IT = 0.95


@record
class Found:
    """How much of something a sample holds."""

    sample: str
    amount: Derived


@record
class Fate:
    """What became of one thing from a sample before a step to a sample after it, or after a later one.

    Attributes:
        quantity: ``particles``, ``protein``, ``albumin``, ``CD63-positive particles``, …
        first, last: numbers of the steps in between, from 1; equal for a single step.
        methods: of these steps.
        feed, product: what went in and what came out.
        beside: what else came out: permeate, wash, waste, fractions that were not pooled.
        lost: what is in none of them; negative when more was found than went in.
        recovery: of the product, in percent of the feed.
        balance: of everything found, in percent of the feed.
        volumetric_factor: volume in by volume out.
        concentration_factor: concentration out by concentration in; with a full recovery the volumetric factor.
        enrichment: how many times as much of it there is per protein as before; None for protein and contaminants.
        clearance: decimal logarithm of in by out; None for what is no impurity.
        remarks: whole sentences: what is noticed, and what usually causes it.
    """

    quantity: str
    first: int
    last: int
    methods: tuple[str, ...]
    feed: Found
    product: Found
    beside: tuple[Found, ...]
    lost: Derived
    recovery: Derived
    balance: Derived
    volumetric_factor: Derived
    concentration_factor: Derived
    enrichment: Derived | None
    clearance: Derived | None
    remarks: tuple[str, ...]


@record
class Process:
    """The fates along a process.

    Attributes:
        steps: one for each thing and each stretch between two samples in which it was measured.
        overall: from the first such sample to the last one; empty for a thing with a single stretch.
    """

    steps: tuple[Fate, ...] = ()
    overall: tuple[Fate, ...] = ()


@dataclass(frozen=True, slots=True)
class _Place:
    """A place along the process: after how many steps, and the sample there as product and as feed."""

    after: int
    product: str
    feed: str


def process_of(batch: Batch) -> Process:
    """Mass balance along the isolation of a batch.

    Particles are followed through every sample that a step names before or after it, everything else through those in
    which it was measured; where samples in between are missing, a stretch spans several steps. Recoveries of stretches
    share their measurements, so that the whole one is taken from the ends and is no product.

    Args:
        batch: with a record; without one there is nothing to follow.

    Source:
        STANDARDS 5.1: PUR-08, YLD-03, YLD-05; METHODS C.
    """
    steps: list[Fate] = []
    overall: list[Fate] = []
    for analyte in analytes(batch) if batch.record is not None else ():
        places = _places_of(batch, analyte)
        stretches = list(pairwise(places))
        steps += [_fate(batch, analyte, a, b) for a, b in stretches]
        if len(stretches) > 1:
            overall.append(_fate(batch, analyte, places[0], places[-1]))
    return Process(steps=tuple(steps), overall=tuple(overall))


def _places_of(batch: Batch, analyte: Analyte) -> list[_Place]:
    assert batch.record is not None
    places = _places(batch.record)
    if analyte is PARTICLES:
        return places
    return [p for p in places if all(concentration(batch, analyte, n) is not None for n in (p.product, p.feed))]


def _places(of: BatchRecord) -> list[_Place]:
    """The places with a sample, in order; a sample between two steps is named by either of them."""
    product = {n: step.sample_out for n, step in enumerate(of.isolation, start=1) if step.sample_out is not None}
    feed = {n: step.sample_in for n, step in enumerate(of.isolation) if step.sample_in is not None}
    return [_Place(n, product.get(n) or feed[n], feed.get(n) or product[n]) for n in sorted(product.keys() | feed)]


def _fate(batch: Batch, analyte: Analyte, a: _Place, b: _Place) -> Fate:
    assert batch.record is not None
    steps = batch.record.isolation[a.after : b.after]
    volume_in = steps[0].volume_in_ml or sample_volume(batch, a.feed)
    volume_out = steps[-1].volume_out_ml or sample_volume(batch, b.product)
    feed, product = amount(batch, analyte, a.feed, volume_in), amount(batch, analyte, b.product, volume_out)
    others, why = _beside(batch, analyte, a, b)
    recovery, balance = step_recovery(feed, product), balance_of(feed, product, [f.amount for f in others], why)
    recovery = _with_flag(recovery, steps)
    kept, given = (concentration(batch, analyte, name) for name in (b.product, a.feed))
    return Fate(
        quantity=analyte.name,
        first=a.after + 1,
        last=b.after,
        methods=tuple(step.method for step in steps),
        feed=Found(sample=a.feed, amount=feed),
        product=Found(sample=b.product, amount=product),
        beside=others,
        lost=lost_amount(feed, product, [f.amount for f in others], why),
        recovery=recovery,
        balance=balance,
        volumetric_factor=volumetric_factor(volume_in, volume_out),
        concentration_factor=concentration_factor(analyte.name, given, kept),
        enrichment=None if analyte.is_impurity else _enrichment(batch, analyte, a.feed, b.product),
        clearance=clearance(feed, product) if analyte.is_impurity else None,
        remarks=remarks_on(analyte, recovery, balance),
    )


def _enrichment(batch: Batch, analyte: Analyte, feed: str, product: str) -> Derived:
    of_both = [(concentration(batch, analyte, name), concentration(batch, PROTEIN, name)) for name in (product, feed)]
    return enrichment(analyte.name, of_both[0], of_both[1])


def _beside(batch: Batch, analyte: Analyte, a: _Place, b: _Place) -> tuple[tuple[Found, ...], str]:
    """What else came out of the steps between two places, and why that is not known."""
    assert batch.record is not None
    found: list[Found] = []
    for number in range(a.after + 1, b.after + 1):
        names, why = beside(batch.record, number)
        if why:
            return (), why
        step = batch.record.isolation[number - 1]
        volumes = {name: fraction_volume(batch, name, step) for name in names if name != b.product}
        found += [Found(sample=n, amount=amount(batch, analyte, n, volume)) for n, volume in volumes.items()]
    return tuple(found), ""


def _with_flag(recovery: Derived, steps: Sequence[Step]) -> Derived:
    """A recovery over several steps is flagged when some of the material was not processed further."""
    if recovery.estimate is None or not any(_left_behind(steps)):
        return recovery
    return replace(recovery, estimate=flagged(recovery.estimate, PART_NOT_PROCESSED))


def _left_behind(steps: Sequence[Step]) -> Iterator[bool]:
    for before, after in pairwise(steps):
        given, taken = before.volume_out_ml, after.volume_in_ml
        yield given is not None and taken is not None and taken < _ALL_OF_IT * given
