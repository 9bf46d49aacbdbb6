"""What a batch folder says of the aspects: purity and yield of its product, and why not more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.isolation.concentrations import about, particle_concentration, quantity_of, sample_volume
from evqc.isolation.contaminants import CONTAMINANTS, INDEX, mass_concentration
from evqc.isolation.derived import Derived
from evqc.isolation.of_batch import products, purity_of, yields
from evqc.isolation.shares import EV_MARKERS, detergent_labile
from evqc.isolation.yields import step_recovery, total_particles
from evqc.markers.summary import summarise
from evqc.measurement import Call
from evqc.study.numbers import Known, ratio_of_known
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch
    from evqc.batch.model import Sample
    from evqc.numerics.estimate import Estimate
    from evqc.study.model import BatchOfStudy

#: What the yields of a batch are called among aspects and quantities of a study.
_YIELDS = {
    "particle_count": "particles_total",
    "particles_per_million_cells": "particles_per_million_cells",
    "particles_per_ml_medium": "particles_per_ml_source",
    "particles_per_day": "particles_per_day",
}
#: Contaminants that are weighed, by the aspect that they make up.
_WEIGHED = {"albumin_per_particles": INDEX[:1], "apolipoprotein_per_particles": INDEX[1:]}


@dataclass(slots=True)
class OfFolder:
    """What a batch folder says.

    Attributes:
        known: by name of an aspect or of a quantity.
        because: by name of an aspect, why it is not known.
        calls: of contaminants that the marker panels of the product ask for, by name of the marker.
    """

    known: dict[str, Known] = field(default_factory=dict)
    because: dict[str, str] = field(default_factory=dict)
    calls: dict[str, Call] = field(default_factory=dict)

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
    """Contaminants by amount, by abundance in mass spectrometry, and by the calls of marker panels."""
    particles = known_of(particle_concentration(batch, sample), "particles")
    for aspect, parts in _WEIGHED.items():
        amount = _together([known_of(mass_concentration(batch, of, sample), "") for of in parts])
        if particles is None or amount is None:
            found.because[aspect] = f"Of {sample}, {aspects()[aspect].needed} are not all known."
        else:
            source = f"{' and '.join(of.name for of in parts)} over particles of {sample}, from the batch folder"
            ratio = ratio_of_known(amount, particles, 1e9)
            found.known[aspect] = Known(ratio.lower, ratio.upper, source)
    share = quantity_of(batch, sample, "contaminant_share")
    source = f"plasma and serum proteins of {sample} by mass spectrometry, from the batch folder"
    found.take("contaminant_share", share, source, f"No protein table of {sample} states it.")
    found.calls = contaminant_calls(batch, sample)
    if not found.calls:
        names = _either([of.marker for of in CONTAMINANTS])
        found.because["contaminant_markers_negative"] = f"No marker panel of {sample} asks for {names}."


def contaminant_calls(batch: Batch, sample: str) -> dict[str, Call]:
    """What the marker panels of a sample say of each contaminant that they ask for; answers at odds are open.

    Source:
        STANDARDS PUR-07; MISEV2018 table 3, categories 3 and 4 [lit-H].
    """
    summary = summarise(*(panel.panel for panel in batch.panels if panel.sample == sample))
    calls: dict[str, Call] = {}
    for group in summary.categories:
        for call in (Call.POSITIVE, Call.NEGATIVE, Call.INDETERMINATE, Call.INVALID):
            calls |= dict.fromkeys(getattr(group, call.name.lower()), call)
    return {of.marker: calls[of.marker] for of in CONTAMINANTS if of.marker in calls}


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
    labile = detergent_labile(batch, sample)
    source = f"particles of {sample} lost to detergent, from the batch folder"
    found.take("detergent_labile_fraction", labile.estimate, source, f"Of {sample}: {labile.why_missing}")
    positive = _marker_positive(batch, sample)
    if positive is None:
        found.because["marker_positive_fraction"] = f"No share positive for {_either(EV_MARKERS)} of {sample} is known."
    else:
        found.known["marker_positive_fraction"] = positive


def _marker_positive(batch: Batch, sample: str) -> Known | None:
    """The share that carries an EV marker: of several, at least the largest share and at most their sum."""
    of_marker = {m: quantity_of(about(batch, m), sample, "marker_positive_particles") for m in EV_MARKERS}
    shares = {m: share for m, estimate in of_marker.items() if (share := known_of(estimate, "")) is not None}
    if not shares:
        return None
    source = f"particles of {sample} positive for {_either(tuple(shares))}, from the batch folder"
    uppers = [share.upper for share in shares.values() if share.upper is not None]
    upper = min(100.0, sum(uppers)) if len(uppers) == len(shares) else 100.0
    return Known(max(share.lower or 0.0 for share in shares.values()) or None, upper, source)


def _either(names: Sequence[str]) -> str:
    return " or ".join(names) if len(names) < 3 else f"{', '.join(names[:-1])} or {names[-1]}"
