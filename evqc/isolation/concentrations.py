"""How much of something a millilitre of a sample holds: counted by its runs, measured or entered by hand."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from evqc.batch.remembered import remembered
from evqc.isolation.light_scattering import is_no_count
from evqc.markers.vocabulary import resolve
from evqc.measurands import factor
from evqc.measurands import measurand as measurand_called
from evqc.measurement import State
from evqc.numerics.censoring import estimate_quantity
from evqc.numerics.estimate import Estimate, flagged, scaled
from evqc.numerics.replicates import replicate_mean, with_interval
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch, Run, Value
    from evqc.measurement import Quantity, SizeDistribution

#: Runs without tracks, bead checks aside, were left out of the mean.
WITHOUT_TRACKS_LEFT_OUT = "runs_without_tracks_left_out"
#: Runs by another technique, instrument or optical filter were left out of the mean.
MEASURED_OTHERWISE_LEFT_OUT = "runs_measured_otherwise_left_out"
#: Results by another assay or instrument were left out of the mean.
BY_ANOTHER_METHOD_LEFT_OUT = "results_by_another_method_left_out"
#: A number stands for several determinations whose scatter nobody stated.
SCATTER_NOT_STATED = "scatter_of_replicates_not_stated"
#: Nanoparticle tracking analysis, as distributions name it.
TRACKING = "NTA"
#: Techniques that count particles, the one to take first standing first.
COUNTING = (TRACKING, "TRPS", "nFCM", "ILM")


@remembered
def usable_runs(batch: Batch, sample: str) -> tuple[Run, ...]:
    """The sizing runs of a sample that hold tracks and measure alike, bead checks left out.

    Runs of different techniques, instruments or optical filters (scatter and fluorescence) are no replicates of each
    other: those that are most are taken, the first ones where two are as many.
    """
    own = [run for run in batch.runs if run.sample == sample and run.bead_nm is None and is_usable(run.distribution)]
    alike: dict[tuple[int, str, str], list[Run]] = {}
    for run in own:
        if run.distribution.technique in COUNTING:
            alike.setdefault(_alike(batch, run), []).append(run)
    best = min(alike, key=lambda kind: (kind[0], -len(alike[kind])), default=None)
    return tuple(alike[best]) if best is not None else ()


@remembered
def other_runs(batch: Batch, sample: str) -> tuple[Run, ...]:
    """The runs of a sample that ``usable_runs`` leaves out: without tracks, or measured in another way."""
    taken = [id(run) for run in usable_runs(batch, sample)]
    own = (run for run in batch.runs if run.sample == sample and run.bead_nm is None)
    return tuple(run for run in own if id(run) not in taken and run.distribution.technique in COUNTING)


def apparatus(batch: Batch, run: Run) -> tuple[str, str]:
    """The instrument's reader and the optical filter of a run: runs that differ in one of them are no replicates."""
    return instruments(batch).get(run.file.name) or "", str(run.distribution.settings.get("filter"))


@remembered
def instruments(batch: Batch) -> dict[str, str | None]:
    """The instrument's reader by name of the export."""
    return {reading.source.name: reading.instrument for reading in batch.readings}


def _alike(batch: Batch, run: Run) -> tuple[int, str, str]:
    """What runs have to share to be replicates: technique (its place in ``COUNTING``), instrument, optical filter."""
    return COUNTING.index(run.distribution.technique), *apparatus(batch, run)


def is_usable(run: SizeDistribution) -> bool:
    """Whether the run holds something to compute with: not called invalid, and some particle in its bins."""
    weight = run.count if run.count is not None else run.concentration_per_ml
    return run.validity.valid is not False and weight is not None and bool(np.count_nonzero(weight > 0))


@remembered
def particle_concentration(batch: Batch, sample: str) -> Estimate | None:
    """Particles per mL of the undiluted sample: the mean over its usable runs, else what was entered by hand.

    Returns:
        None when there is neither, or the dilution of a usable run is not known.
    """
    runs = usable_runs(batch, sample)
    if not runs:
        return quantity_of(batch, sample, "particle_concentration")
    undiluted = [run.distribution.concentration_total_per_ml.undiluted for run in runs]
    known = [value for value in undiluted if value is not None]
    if len(known) < len(runs):
        return None
    made = replicate_mean(known, "1/mL", "runs")
    return flagged(made, *_left_out(batch, sample))


def _left_out(batch: Batch, sample: str) -> tuple[str, ...]:
    usable = {is_usable(run.distribution) for run in other_runs(batch, sample)}
    return tuple(
        flag
        for flag, there in ((WITHOUT_TRACKS_LEFT_OUT, False in usable), (MEASURED_OTHERWISE_LEFT_OUT, True in usable))
        if there
    )


def protein_concentration(batch: Batch, sample: str) -> Estimate | None:
    """Protein in µg/mL of the undiluted sample, as measured or from its mass and the sample's volume.

    Below the assay's range it is a bound.
    """
    found = quantity_of(batch, sample, "protein_concentration")
    mass, volume = quantity_of(batch, sample, "protein_mass"), sample_volume(batch, sample)
    if found is None and mass is not None and volume is not None:
        return scaled(mass, 1 / volume, "ug/mL")
    return found


def sample_volume(batch: Batch, name: str) -> float | None:
    """The volume of a sample in mL: its own, else that of the step that made it."""
    if batch.record is None:
        return None
    sample = batch.record.sample(name)
    if sample is not None and sample.volume_ml is not None:
        return sample.volume_ml
    return next((step.volume_out_ml for step in batch.record.isolation if step.sample_out == name), None)


@remembered
def quantity_of(batch: Batch, sample: str, measurand: str) -> Estimate | None:
    """One estimate of the values of a measurand of a sample; a single one with the uncertainty stated for it.

    Results by different assays or instruments are no replicates of each other: those with most determinations are
    taken, the first where two have as many, and the estimate says that others were left out.
    """
    methods = _by_method(batch, sample, measurand)
    taken = _taken(methods)
    if not taken:
        return None
    present = [v for v in taken if v.quantity.state is not State.MISSING]
    quantities = [replace(_canonical(v.quantity), sample=sample) for v in taken]
    made = _stated(present[0]) if len(present) == 1 else estimate_quantity(quantities, replicates="determinations")
    left_out = any(_determinations(other) for other in methods if other is not taken)
    return flagged(made, BY_ANOTHER_METHOD_LEFT_OUT) if made is not None and left_out else made


def about(batch: Batch, marker: str) -> Batch:
    """The batch with the values of one marker alone, by its canonical name; a named analyte of an assay counts too."""
    return dataclasses.replace(batch, values=tuple(value for value in batch.values if marker_of(value) == marker))


def marker_of(value: Value) -> str | None:
    """The marker that a value is of: as the record states it, else the named analyte of the assay."""
    analyte = value.quantity.settings.get("analyte")
    if value.marker is not None or not isinstance(analyte, str):
        return value.marker
    known = resolve(analyte)
    return known.name if known is not None else None


def values_taken(batch: Batch, sample: str, measurand: str) -> tuple[tuple[Value, ...], tuple[Value, ...]]:
    """The values that ``quantity_of`` rests on, and those by other assays or instruments that it leaves out."""
    methods = _by_method(batch, sample, measurand)
    taken = _taken(methods)
    others = (v for values in methods if values is not taken for v in values if v.quantity.state is not State.MISSING)
    return tuple(v for v in taken if v.quantity.state is not State.MISSING), tuple(others)


def _taken(methods: Sequence[list[Value]]) -> list[Value]:
    """Those with most determinations, the first where two have as many."""
    return max(methods, key=_determinations, default=[])


def own_values(batch: Batch, sample: str) -> tuple[Value, ...]:
    """The values of a sample, in their order."""
    return _by_sample(batch).get(sample, ())


@remembered
def _by_sample(batch: Batch) -> dict[str, tuple[Value, ...]]:
    found: dict[str, list[Value]] = {}
    for value in batch.values:
        found.setdefault(value.sample, []).append(value)
    return {sample: tuple(values) for sample, values in found.items()}


@remembered
def _by_method(batch: Batch, sample: str, measurand: str) -> list[list[Value]]:
    """The values of a measurand of a sample, those by one assay on one instrument together, in their order."""
    found: dict[tuple[str | None, str | None], list[Value]] = {}
    by_file = instruments(batch)
    for v in own_values(batch, sample):
        if v.quantity.measurand == measurand and v.of_assay is None and not is_no_count(batch, v):
            found.setdefault((by_file.get(v.file.name), v.quantity.method), []).append(v)
    return list(found.values())


def _determinations(values: Sequence[Value]) -> int:
    return sum(v.replicates for v in values if v.quantity.state is not State.MISSING)


def _canonical(quantity: Quantity) -> Quantity:
    """The quantity in the unit of its measurand."""
    target = measurand_called(quantity.measurand).unit
    times = factor(quantity.unit, target)
    value, bound = (None if number is None else number * times for number in (quantity.value, quantity.bound))
    return replace(quantity, value=value, bound=bound, unit=target)


def _stated(value: Value) -> Estimate | None:
    """The estimate that a single value stands for, with its own replicates and standard uncertainty."""
    made = estimate_quantity([_canonical(value.quantity)], replicates="determinations")
    if made is None or made.relation != "=" or (value.replicates == 1 and value.uncertainty is None):
        return made
    n, uncertainty = value.replicates, value.uncertainty
    if uncertainty is not None:
        uncertainty *= factor(value.quantity.unit, made.unit)
    bare = replace(made, n=n, flags=() if uncertainty is not None else (SCATTER_NOT_STATED,), method="as stated")
    if uncertainty is None:
        return bare
    degrees = n - 1.0 if n > 1 else None
    return with_interval(replace(bare, standard_uncertainty=uncertainty, degrees_of_freedom=degrees))


def values_of(batch: Batch, sample: str, measurands: Sequence[str]) -> tuple[Value, ...]:
    """The values of a sample of some measurands that have a result, below or above range included.

    What light scattering calls a number of particles is none, and left out.
    """
    return tuple(
        v
        for v in own_values(batch, sample)
        if v.quantity.measurand in measurands
        and v.quantity.state is not State.MISSING
        and v.of_assay is None
        and not is_no_count(batch, v)
    )
