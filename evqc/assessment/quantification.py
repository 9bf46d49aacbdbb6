"""Facts of how a product was quantified: per amount of starting material, and what is known of each method."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, in_record, listed, missing
from evqc.batch.measuring import Assay
from evqc.isolation.alike import has_looked
from evqc.isolation.concentrations import apparatus, is_usable, other_runs, sample_volume, usable_runs, values_of
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evqc.batch.assembled import Batch, Run, Value
    from evqc.calibration import StandardCurve
    from evqc.criteria.findings import Fact

#: Measurands that quantify a preparation as a whole, by what a sentence calls them. DNA is none: what is measured of it
#: is a residue of the cells.
GLOBAL = {
    "protein": ("protein_concentration", "protein_mass"),
    "lipid": ("lipid_concentration",),
    "RNA": ("rna_concentration",),
}
_PARTICLES = "particle_concentration"
#: Words for a technique beside its abbreviation.
_ALSO = {"nta": "tracking", "trps": "resistive", "nfcm": "nanofcm", "ilm": "interferometric"}
_NOT_DONE = "the product was not quantified"
_TWO_FIGURES = "particle number and protein (or lipid) of the product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """One method by which a product was quantified.

    Attributes:
        of: the quantity, such as ``protein``.
        method: as export or record state it; empty where nobody does.
        file: the export; None for a result entered by hand.
        assays: what the record says of the method.
    """

    of: str
    method: str
    instrument: str
    file: str | None
    assays: tuple[Assay, ...]

    @property
    def name(self) -> str:
        """How a sentence calls it: ``BCA (protein)``."""
        return f"{self.method or 'a method not stated'} ({self.of})"


def facts_of_quantification(
    batch: Batch, product: str, quantified: Sequence[str], awaited: Sequence[str] = (), waits_for: str = ""
) -> Facts:
    """Which figures of a product can be related to its source, and which methods lack range, blank or instrument.

    Args:
        batch: with a record.
        product: name of the sample.
        quantified: the quantities measured of it, ``particles`` and keys of ``GLOBAL``.
        awaited: those that are undecided.
        waits_for: what would decide them.
    """
    used = tuple(dict.fromkeys(_used(batch, product)))

    proof = in_record(batch, "assays")

    def without(what: str, known: Callable[[Used], bool], where: str = "among the assays of the record") -> Fact:
        lacking = list(dict.fromkeys(each.name for each in used if not known(each)))
        need = f"{what} of {' and of '.join(lacking)} {where}" if lacking else ""
        return replace(listed(lacking, proof=proof), needed=need) if used else missing(_NOT_DONE)

    return {
        "quantities_per_source": replace(
            listed(
                _per_source(batch, product, quantified),
                undecided=_per_source(batch, product, awaited),
                proof=in_record(batch, "samples"),
            ),
            needed=waits_for or (_TWO_FIGURES if _relates(batch, product) else ""),
        ),
        "quantified_without_range": without("limit of detection or range", lambda each: _has_range(batch, each)),
        "quantified_without_blank": without(
            "a blank", lambda each: _has_blank(batch, each), "measured alike, or stated among the assays of the record"
        ),
        "quantified_without_instrument": without("method and instrument", lambda of: bool(of.instrument and of.method)),
    }


def _has_source(batch: Batch) -> bool:
    """Whether the amount of starting material is stated in some way."""
    source = batch.record.source if batch.record is not None else None
    return source is not None and any((source.volume_ml, source.cells_at_harvest, source.tissue_mass_g))


def _relates(batch: Batch, product: str) -> bool:
    """Whether any figure of the product could be given per amount of starting material."""
    return _has_source(batch) and sample_volume(batch, product) is not None


def _per_source(batch: Batch, product: str, quantified: Sequence[str]) -> Sequence[str]:
    """The figures that can be given per amount of starting material: as a mass, or with the volume of the product."""
    if not _has_source(batch):
        return ()
    if sample_volume(batch, product) is not None:
        return quantified
    return [name for name in quantified if name == "protein" and values_of(batch, product, ("protein_mass",))]


def _used(batch: Batch, product: str) -> Iterator[Used]:
    runs = [*usable_runs(batch, product)]
    runs += [run for run in other_runs(batch, product) if is_usable(run.distribution)]
    for run in runs:
        technique, (instrument, _) = run.distribution.technique, apparatus(batch, run)
        yield _made(batch, "particles", technique, instrument, run.file.name, _PARTICLES)
    by_hand = () if runs else values_of(batch, product, (_PARTICLES,))
    yield from (_of_value(batch, "particles", value) for value in by_hand)
    for name, measurands in GLOBAL.items():
        yield from (_of_value(batch, name, value) for value in values_of(batch, product, measurands))


def _of_value(batch: Batch, of: str, value: Value) -> Used:
    instruments = {reading.source.name: reading.instrument for reading in batch.readings}
    file = value.file.name if value.file.name in instruments else None
    instrument = instruments.get(value.file.name) or ""
    return _made(batch, of, value.quantity.method or instrument, instrument, file, value.quantity.measurand)


def _made(batch: Batch, of: str, method: str, instrument: str, file: str | None, measurand: str) -> Used:
    every = batch.record.assays if batch.record is not None else ()
    called = f"{method} {instrument}" if of == "particles" else method  # a tracking assay goes by its instrument too
    assays = tuple(assay for assay in every if _is_of(assay, called.strip(), measurand))
    named = instrument or next((assay.instrument for assay in assays if assay.instrument), "")
    return Used(of=of, method=method, instrument=named, file=file, assays=assays)


def _is_of(assay: Assay, method: str, measurand: str) -> bool:
    """Whether an assay of the record is the method: they share a word, or where nobody names it the quantity."""
    same = measurand in next((names for names in GLOBAL.values() if assay.measurand in names), (assay.measurand,))
    if assay.measurand is not None and not same:
        return False
    return not _words(assay.method).isdisjoint(_words(method)) if method else same


def _words(text: str) -> set[str]:
    found = set(re.findall(r"\w+", text.casefold())) - {"assay", "kit", "protein", "method"}
    return found | {_ALSO[word] for word in found if word in _ALSO}


def _has_range(batch: Batch, used: Used) -> bool:
    """Whether a limit or range is stated, or the export holds the standards of its curve."""
    limits = ((a.limit_of_detection, a.range_lower, a.range_upper) for a in used.assays)
    return bool(_curves(batch, used)) or any(number is not None for each in limits for number in each)


def _curves(batch: Batch, used: Used) -> tuple[StandardCurve, ...]:
    return next((reading.curves for reading in batch.readings if reading.source.name == used.file), ())


def _is_like(batch: Batch, run: Run, used: Used) -> bool:
    alike = not _words(used.method).isdisjoint(_words(run.distribution.technique))
    return alike and (used.file is None or apparatus(batch, run)[0] == used.instrument)


def _has_blank(batch: Batch, used: Used) -> bool:
    """Whether a blank of the method was measured, by the same instrument where a file names it, or is stated."""
    runs = (r for r in batch.runs if r.role in ("diluent blank", "reagent blank") and used.of == "particles")
    measured = any(_is_like(batch, r, used) for r in runs if r.bead_nm is None and has_looked(r))
    wells = any(v.of_assay == "blank" and v.file.name == used.file for v in batch.values)
    wells = wells or any(curve.blank is not None for curve in _curves(batch, used))
    return measured or wells or any(assay.blank for assay in used.assays)
