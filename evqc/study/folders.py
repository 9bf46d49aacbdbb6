"""What a batch folder says of the aspects: purity and yield of its product, recovery of its steps, and why not more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.assessment.validity_counting import lost_to_detergent
from evqc.isolation.derived import Derived
from evqc.isolation.of_batch import (
    derive,
    particle_concentration,
    products,
    purity_of,
    quantity_of,
    sample_volume,
    values_of,
    yields,
)
from evqc.isolation.yields import step_recovery, total_particles
from evqc.study.comparison import StepRecovery
from evqc.study.numbers import Known, ratio_of_known
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.assembled import Batch
    from evqc.batch.model import Sample
    from evqc.numerics.estimate import Estimate
    from evqc.study.model import BatchOfStudy

#: Markers by which a particle counts as a vesicle here; MISEV2018 table 3, category 1, tetraspanins.
EV_MARKERS = ("CD9", "CD63", "CD81")
#: What the yields of a batch are called among aspects and quantities of a study.
_YIELDS = {
    "particle_count": "particles_total",
    "particles_per_million_cells": "particles_per_million_cells",
    "particles_per_ml_medium": "particles_per_ml_source",
    "particles_per_day": "particles_per_day",
}
_CONTAMINANTS = {
    "albumin_per_particles": ("albumin_concentration",),
    "apolipoprotein_per_particles": ("apolipoprotein_a1_concentration", "apolipoprotein_b_concentration"),
}


@dataclass(slots=True)
class OfFolder:
    """What a batch folder says.

    Attributes:
        known: by name of an aspect or of a quantity.
        because: by name of an aspect, why it is not known.
    """

    known: dict[str, Known] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, estimate: Estimate | None, source: str, why: str) -> None:
        """Notes what is known of ``name``, or why it is not."""
        known = known_of(estimate, source)
        if known is None:
            self.because[name] = why or "Only the side of a range is known, and not its limit."
        else:
            self.known[name] = known


def known_of(estimate: Estimate | None, source: str) -> Known | None:
    """An estimate as ends; None when it has no value."""
    if estimate is None or estimate.value is None:
        return None
    lower = estimate.value if estimate.relation in {"=", ">"} else None
    upper = estimate.value if estimate.relation in {"=", "<"} else None
    return Known(lower, upper, source)


def of_folder(batch: Batch, entry: BatchOfStudy) -> OfFolder:
    """Purity and yield of the product of a batch, as ``evqc.isolation`` computes them.

    Args:
        batch: opened, with a record.
        entry: of the study; its ``sample`` chooses among several products.
    """
    found = OfFolder()
    product, why = product_of(batch, entry.sample)
    if product is None:
        found.because |= {name: why for name, each in aspects().items() if not each.constant}
        return found
    name = product.name
    ratio = purity_of(batch, name).ratio
    found.take("particles_per_protein", ratio.estimate, _of(name, ratio), ratio.why_missing)
    for made in yields(batch, product):
        if made.name in _YIELDS:
            found.take(_YIELDS[made.name], made.estimate, _of(name, made), made.why_missing)
    _take_recovery(found, batch, product)
    _take_contaminants(found, batch, name)
    _take_shares(found, batch, name)
    return found


def product_of(batch: Batch, wanted: str | None) -> tuple[Sample | None, str]:
    """The sample that is compared, or why there is none.

    Args:
        batch: with or without a record.
        wanted: its name, where the batch has several products.
    """
    if batch.record is None:
        return None, "The folder has no batch record that says which sample is the product."
    if wanted is not None:
        named = batch.record.sample(wanted)
        return named, "" if named is not None else f"The record of the batch names no sample '{wanted}'."
    every = products(batch)
    if len(every) == 1:
        return every[0], ""
    names = ", ".join(sample.name for sample in every)
    if every:
        return None, f"The batch has several products ({names}); 'sample' in the study says which is compared."
    return None, "The record of the batch names no sample as its product."


def _of(sample: str, derived: Derived) -> str:
    return f"{derived.title}, computed from the batch folder (sample {sample})"


def _take_recovery(found: OfFolder, batch: Batch, product: Sample) -> None:
    """Particles of the product in per cent of those of the starting material, the sample before the first step."""
    feed = _feed(batch)
    total = total_particles(particle_concentration(batch, product.name), sample_volume(batch, product.name))
    recovery = step_recovery(feed, total)
    source = f"particles of {product.name} over those of the starting material, from the batch folder"
    found.take("particle_recovery", recovery.estimate, source, recovery.why_missing)
    if (known := known_of(feed.estimate, "particles of the starting material, from the batch folder")) is not None:
        found.known["feed_particles"] = known


def _feed(batch: Batch) -> Derived:
    """All particles that went into the first step."""
    assert batch.record is not None
    first = batch.record.isolation[0] if batch.record.isolation else None
    if first is None or first.sample_in is None:
        why = "The starting material was not measured: the first isolation step names no sample before it."
        return Derived(name="particle_count", title="Particles", unit="1", estimate=None, why_missing=why)
    volumes = (first.volume_in_ml, sample_volume(batch, first.sample_in), batch.record.source.volume_ml)
    volume = next((each for each in volumes if each is not None), None)
    return total_particles(particle_concentration(batch, first.sample_in), volume)


def _take_contaminants(found: OfFolder, batch: Batch, sample: str) -> None:
    particles = known_of(particle_concentration(batch, sample), "particles")
    for aspect, measurands in _CONTAMINANTS.items():
        parts = [known_of(quantity_of(batch, sample, measurand), "") for measurand in measurands]
        amount = _together(parts)
        if particles is None or amount is None:
            found.because[aspect] = f"Of {sample}, {aspects()[aspect].needed} are not all known."
        else:
            source = f"{' and '.join(measurands)} over particles of {sample}, from the batch folder".replace("_", " ")
            ratio = ratio_of_known(amount, particles, 1e9)
            found.known[aspect] = Known(ratio.lower, ratio.upper, source)


def _together(parts: Sequence[Known | None]) -> Known | None:
    """The sum; where a part was not measured, only that it is at least the others."""
    known = [part for part in parts if part is not None]
    if not known:
        return None
    uppers = [part.upper for part in known if part.upper is not None]
    complete = len(known) == len(parts) == len(uppers)
    lower = sum(part.lower or 0.0 for part in known)
    return Known(lower or None, sum(uppers) if complete else None, "")


def _take_shares(found: OfFolder, batch: Batch, sample: str) -> None:
    """Marker-positive and detergent-labile particles, in per cent."""
    labile = quantity_of(batch, sample, "detergent_labile_fraction")
    counted = lost_to_detergent(batch, sample) if labile is None else None
    source = f"particles of {sample} lost to detergent, from the batch folder"
    if labile is not None:
        found.take("detergent_labile_fraction", labile, source, "")
    elif counted is not None and isinstance(counted.value, float):
        found.known["detergent_labile_fraction"] = Known(counted.value, counted.value, source)
    elif counted is not None:
        found.because["detergent_labile_fraction"] = f"Of {sample}: {counted.why_missing}."
    positive = _marker_positive(batch, sample)
    if positive is None:
        found.because["marker_positive_fraction"] = f"No share positive for {_either(EV_MARKERS)} of {sample} is known."
    else:
        found.known["marker_positive_fraction"] = positive


def _marker_positive(batch: Batch, sample: str) -> Known | None:
    """The share that carries an EV marker: of several, at least the largest share and at most their sum."""
    own = [v for v in values_of(batch, sample, ("marker_positive_particles",)) if v.marker in EV_MARKERS]
    shares: dict[str, list[float]] = {}
    for value in own:
        if value.marker is not None and value.quantity.value is not None:
            shares.setdefault(value.marker, []).append(value.quantity.value)
    if not shares:
        return None
    means = {marker: sum(values) / len(values) for marker, values in sorted(shares.items())}
    source = f"particles of {sample} positive for {_either(tuple(means))}, from the batch folder"
    return Known(max(means.values()), min(100.0, sum(means.values())), source)


def _either(names: Sequence[str]) -> str:
    return " or ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} or {names[-1]}"


def steps_of(batch: Batch, entry: BatchOfStudy) -> Iterator[StepRecovery]:
    """What every step of a batch kept, where samples before and after it are named."""
    steps = batch.record.isolation if batch.record is not None else ()
    for scored in derive(batch):
        if scored.step is not None:
            yield StepRecovery(
                arm=entry.arm,
                pool=entry.pool,
                batch=entry.name,
                number=scored.step,
                method=steps[scored.step - 1].method,
                recovered=scored.recovered,
                percent=scored.derived.estimate,
                why_missing=scored.derived.why_missing,
            )
