"""What a batch yielded and how pure it is, computed once: for the criteria as facts, for the report as numbers."""

from __future__ import annotations

from statistics import fmean
from typing import TYPE_CHECKING

from evqc.batch.remembered import remembered
from evqc.isolation.amounts import PARTICLES, PROTEIN, amount, volume_into, volume_out_of
from evqc.isolation.concentrations import (
    particle_concentration,
    protein_concentration,
    sample_volume,
    usable_runs,
)
from evqc.isolation.contaminants import contaminants
from evqc.isolation.derived import Derived
from evqc.isolation.purity import Purity, purity
from evqc.isolation.shares import NO_CONTROL, detergent_labile, marker_positive
from evqc.isolation.spike import recovered_spike
from evqc.isolation.yields import (
    particles_per_day,
    particles_per_million_cells,
    particles_per_million_cells_per_day,
    particles_per_ml_medium,
    step_recovery,
    total_particles,
)
from evqc.numerics.distributions import of_same_bins
from evqc.numerics.sizing import mean_cubed_diameters
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.assembled import Batch
    from evqc.batch.model import Sample, Step
    from evqc.isolation.amounts import Analyte
    from evqc.measurement import SizeDistribution

_OWN = ("product", "step sample")


@record
class Scored:
    """A derived result and what it is of.

    Attributes:
        sample: the sample, for a step the one after it.
        step: number of the isolation step, from 1, for recoveries.
        recovered: what was recovered, for recoveries: ``particles`` or ``protein``.
        ceiling_per_ug, floor_per_ug: physical ceiling and floor for the sizes of the sample, for particles per protein.
    """

    sample: str
    derived: Derived
    step: int | None = None
    recovered: str = "particles"
    ceiling_per_ug: float | None = None
    floor_per_ug: float | None = None


def derive(batch: Batch) -> tuple[Scored, ...]:
    """Purity of every sample with particles and protein, yields of every product, recoveries of every step and spike.

    Of products also whatever else was measured of their purity.

    What cannot be computed stands there as well, with the reason.

    Args:
        batch: with or without a record; without one there are purities only.
    """
    made = [_scored_purity(batch, name) for name in _with_purity(batch)]
    if batch.record is not None:
        for sample in products(batch):
            made += [Scored(sample=sample.name, derived=each) for each in yields(batch, sample)]
            made += [Scored(sample=sample.name, derived=each) for each in _beside_protein(batch, sample.name)]
        made += recovered_by_steps(batch)
        made += [Scored(sample=s.sample, derived=recovered_spike(batch, s)) for s in batch.record.spikes]
    return tuple(made)


def _beside_protein(batch: Batch, product: str) -> Iterator[Derived]:
    """What else was measured of the purity of a product: shares of its particles, and contaminants."""
    labile = detergent_labile(batch, product)
    yield from () if labile.why_missing == NO_CONTROL else (labile,)
    yield from marker_positive(batch, product)
    yield from contaminants(batch, product)


def products(batch: Batch) -> tuple[Sample, ...]:
    """The samples whose role is ``product``; none without a record."""
    return tuple(s for s in batch.record.samples if s.role == "product") if batch.record is not None else ()


@remembered
def purity_of(batch: Batch, sample: str) -> Purity:
    """Particles per µg protein of a sample with its band and physical range."""
    cubed = _mean_cubed_diameters([run.distribution for run in usable_runs(batch, sample)])
    return purity(
        particle_concentration(batch, sample), protein_concentration(batch, sample), fmean(cubed) if cubed else None
    )


def yields(batch: Batch, product: Sample) -> tuple[Derived, ...]:
    """Particles of a product: in all, per 10⁶ cells, per mL of starting material, per 24 h, and per cells and 24 h."""
    assert batch.record is not None
    source = batch.record.source
    total = total_particles(particle_concentration(batch, product.name), sample_volume(batch, product.name))
    by_cells = particles_per_million_cells(total, source.cells_at_harvest)
    return (
        total,
        by_cells,
        particles_per_ml_medium(total, source.volume_ml),
        particles_per_day(total, source.collection_hours),
        particles_per_million_cells_per_day(by_cells, source.collection_hours),
    )


def _with_purity(batch: Batch) -> list[str]:
    """Samples whose purity is asked for: products, and whatever else has protein measured and is no blank."""
    protein = {"protein_concentration", "protein_mass"}
    measured = [v.sample for v in batch.values if v.quantity.measurand in protein and v.of_assay is None]
    spiked = {spike.sample for spike in batch.record.spikes} if batch.record is not None else set()
    own = [name for name in measured if _role(batch, name) in (None, *_OWN) and name not in spiked]
    return list(dict.fromkeys([*(sample.name for sample in products(batch)), *own]))


def _role(batch: Batch, name: str) -> str | None:
    sample = batch.record.sample(name) if batch.record is not None else None
    return sample.role if sample is not None else None


def _scored_purity(batch: Batch, sample: str) -> Scored:
    made = purity_of(batch, sample)
    if made.physical is None:
        return Scored(sample=sample, derived=made.ratio)
    ceiling, floor = made.physical.ceiling_per_ug, made.physical.floor_per_ug
    return Scored(sample=sample, derived=made.ratio, ceiling_per_ug=ceiling, floor_per_ug=floor)


def recovered_by_steps(batch: Batch) -> Iterator[Scored]:
    """What every step recovered that has a sample measured before and after it; nothing without a record."""
    steps = batch.record.isolation if batch.record is not None else ()
    for number, step in enumerate(steps, start=1):
        if step.sample_in is not None and step.sample_out is not None:
            yield _recovery(batch, number, step, PARTICLES)
            if _protein_on_both_sides(batch, step):
                yield _recovery(batch, number, step, PROTEIN)


def recovered_over_steps(batch: Batch) -> Iterator[tuple[str, Derived]]:
    """What several steps recovered of particles between whose first and last no sample was measured.

    Yields:
        The steps in words, such as ``steps 3 to 4``, and the recovery in per cent.
    """
    before: tuple[int, str, float | None] | None = None
    for number, step in enumerate(batch.record.isolation if batch.record is not None else (), start=1):
        if step.sample_in is not None:
            before = number, step.sample_in, volume_into(batch, number)
        if step.sample_out is None:
            continue
        volume = volume_out_of(batch, number)
        if before is not None and step.sample_in is None:
            first, sample, volume_before = before
            feed = amount(batch, PARTICLES, sample, volume_before)
            out = amount(batch, PARTICLES, step.sample_out, volume)
            steps = f"step {number}" if first == number else f"steps {first} to {number}"
            yield steps, step_recovery(feed, out, wanted=True)
        before = number + 1, step.sample_out, volume


def _recovery(batch: Batch, number: int, step: Step, of: Analyte) -> Scored:
    assert step.sample_in is not None
    assert step.sample_out is not None
    feed = amount(batch, of, step.sample_in, volume_into(batch, number))
    out = amount(batch, of, step.sample_out, volume_out_of(batch, number))
    made = step_recovery(feed, out, wanted=not of.is_impurity)
    return Scored(sample=step.sample_out, derived=made, step=number, recovered=of.name)


def _protein_on_both_sides(batch: Batch, step: Step) -> bool:
    names = [name for name in (step.sample_in, step.sample_out) if name is not None]
    return all(protein_concentration(batch, name) is not None for name in names)


def _mean_cubed_diameters(of: Sequence[SizeDistribution]) -> list[float]:
    rows = (mean_cubed_diameters(lower, upper, weight) for _, lower, upper, weight in of_same_bins(of))
    return [cubed for row in rows for cubed in row.tolist()]
