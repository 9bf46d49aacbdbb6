"""What became of particles, protein and contaminants along the isolation: in, out, lost, and whether it adds up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from math import fsum
from typing import TYPE_CHECKING

from evqc.isolation.amounts import (
    PARTICLES,
    PROTEIN,
    amount,
    analytes,
    concentration,
    volume_into,
    volume_out_of,
)
from evqc.isolation.derived import Derived
from evqc.isolation.fractions import beside, fraction_volume
from evqc.isolation.process_causes import LIQUID_LACKING, PART_NOT_PROCESSED, remarks_on
from evqc.isolation.process_results import (
    balance_of,
    clearance,
    concentration_factor,
    enrichment,
    lost_amount,
    nothing_beside,
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
        overall: from the first such sample to the last one that it went through; none for a thing with a single
            stretch. Steps that begin anew with an earlier sample are a process of their own.
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
    chains = _chains(_places(batch.record)) if batch.record is not None else []
    for analyte in analytes(batch) if chains else ():
        for chain in chains:
            places = [place for place in chain if _is_followed(batch, analyte, place)]
            stretches = list(pairwise(places))
            steps += [_fate(batch, analyte, a, b) for a, b in stretches]
            if len(stretches) > 1:
                overall.append(_fate(batch, analyte, places[0], places[-1]))
    return Process(steps=tuple(steps), overall=tuple(overall))


def _is_followed(batch: Batch, analyte: Analyte, at: _Place) -> bool:
    return analyte is PARTICLES or all(concentration(batch, analyte, n) is not None for n in (at.product, at.feed))


def _chains(places: Sequence[_Place]) -> list[list[_Place]]:
    """The places by what goes through them one after the other; a step that takes in an earlier sample begins anew."""
    chains: list[list[_Place]] = [[]]
    seen: set[str] = set()
    for place in places:
        begins_anew = place.feed != place.product and place.feed in seen
        chains[-1].append(replace(place, feed=place.product) if begins_anew else place)
        if begins_anew:
            chains.append([replace(place, product=place.feed)])
        seen |= {place.product, place.feed}
    return chains


def _places(of: BatchRecord) -> list[_Place]:
    """The places with a sample, in order; a sample between two steps is named by either of them."""
    product = {n: step.sample_out for n, step in enumerate(of.isolation, start=1) if step.sample_out is not None}
    feed = {n: step.sample_in for n, step in enumerate(of.isolation) if step.sample_in is not None}
    return [_Place(n, product.get(n) or feed[n], feed.get(n) or product[n]) for n in sorted(product.keys() | feed)]


def _fate(batch: Batch, analyte: Analyte, a: _Place, b: _Place) -> Fate:
    assert batch.record is not None
    steps = batch.record.isolation[a.after : b.after]
    volume_in, volume_out = volume_into(batch, a.after + 1, a.feed), volume_out_of(batch, b.after, b.product)
    feed, product = amount(batch, analyte, a.feed, volume_in), amount(batch, analyte, b.product, volume_out)
    streams = _beside(batch, a, b)
    others = tuple(Found(sample=n, amount=amount(batch, analyte, n, v)) for n, v in streams.volumes.items())
    held = [found.amount for found in others]
    recovery = step_recovery(feed, product, wanted=not analyte.is_impurity)
    recovery = _with_flag(recovery, PART_NOT_PROCESSED, there=any(_left_behind(steps)))
    balance = balance_of(feed, product, held, streams.why)
    liquid = (volume_in, volume_out, *streams.volumes.values())
    lacking = b.after == a.after + 1 and _lacks_liquid(liquid)
    balance = _with_flag(balance, LIQUID_LACKING, there=lacking)
    kept, given = (concentration(batch, analyte, name) for name in (b.product, a.feed))
    return Fate(
        quantity=analyte.name,
        first=a.after + 1,
        last=b.after,
        methods=tuple(step.method for step in steps),
        feed=Found(sample=a.feed, amount=feed),
        product=Found(sample=b.product, amount=product),
        beside=others,
        lost=lost_amount(feed, product, held, "" if streams.lacking else streams.why, lacking=bool(streams.lacking)),
        recovery=recovery,
        balance=balance,
        volumetric_factor=volumetric_factor(volume_in, volume_out),
        concentration_factor=concentration_factor(analyte.name, given, kept),
        enrichment=None if analyte.is_impurity else _enrichment(batch, analyte, a.feed, b.product),
        clearance=clearance(feed, product) if analyte.is_impurity else None,
        remarks=remarks_on(analyte, recovery, balance, liquid),
    )


def _enrichment(batch: Batch, analyte: Analyte, feed: str, product: str) -> Derived:
    of_both = [(concentration(batch, analyte, name), concentration(batch, PROTEIN, name)) for name in (product, feed)]
    return enrichment(analyte.name, of_both[0], of_both[1])


@dataclass(frozen=True, slots=True)
class _Streams:
    """What came out beside the product of one or more steps.

    Attributes:
        volumes: in mL, by sample; None where it is not known.
        lacking: numbers of the steps of which nothing is named.
        why: why not everything is known; empty when it is.
    """

    volumes: dict[str, float | None]
    lacking: tuple[int, ...]
    why: str


def _beside(batch: Batch, a: _Place, b: _Place) -> _Streams:
    """What else came out of the steps between two places."""
    assert batch.record is not None
    volumes: dict[str, float | None] = {}
    lacking: list[int] = []
    for number in range(a.after + 1, b.after + 1):
        names, why = beside(batch.record, number)
        if why:
            return _Streams({}, (), why)
        own = [name for name in names if name != b.product]
        step = batch.record.isolation[number - 1]
        volumes |= {name: fraction_volume(batch, name, step) for name in own}
        lacking += [] if own else [number]
    return _Streams(volumes, tuple(lacking), nothing_beside(lacking))


def _lacks_liquid(volumes: Sequence[float | None]) -> bool:
    """Whether the first volume is more than the others together, all of which are known."""
    known = [volume for volume in volumes if volume is not None]
    return len(volumes) > 2 and len(known) == len(volumes) and fsum(known[1:]) < _ALL_OF_IT * known[0]


def _with_flag(derived: Derived, flag: str, *, there: bool) -> Derived:
    if derived.estimate is None or not there:
        return derived
    return replace(derived, estimate=flagged(derived.estimate, flag))


def _left_behind(steps: Sequence[Step]) -> Iterator[bool]:
    """Of each step but the first, whether it took in less than the one before gave."""
    for before, after in pairwise(steps):
        given, taken = before.volume_out_ml, after.volume_in_ml
        yield given is not None and taken is not None and taken < _ALL_OF_IT * given
