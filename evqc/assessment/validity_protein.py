"""Facts of a protein result: what it was calibrated with, whether it lies within that, and how well it repeats."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, known, listed, measured, missing, unstated
from evqc.assessment.protein_range import STANDARDS, dilution_stated, place, place_by_hand, used_standards
from evqc.assessment.repeats import stated_cv
from evqc.batch.assembled import Batch
from evqc.batch.assignment import path_of
from evqc.batch.remembered import remembered
from evqc.criteria.words import number as shown
from evqc.isolation.concentrations import own_values, protein_concentration, values_taken
from evqc.measurands import factor
from evqc.measurands import shown as unit_shown
from evqc.measurement import State
from evqc.numerics.replicates import coefficient_of_variation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.assessment.protein_range import Place
    from evqc.batch.assembled import Value
    from evqc.batch.model import Assay
    from evqc.calibration import StandardCurve
    from evqc.criteria.findings import Fact
    from evqc.reading import Reading

PROTEIN = ("protein_concentration", "protein_mass")
_RATIO = "absorbance_ratio_260_280"
_ABSORBANCE = re.compile(r"\ba ?280\b|280 ?nm|\buv\b|extinction", re.IGNORECASE)
_TO_STATE = "the dilution in the export, or dilution = 1 of its file in the record where nothing was diluted"
_NO_CURVE = "no export with a standard curve"


@dataclass(frozen=True)
class _Protein:
    """The protein results of one sample, with the readings and assays behind them."""

    batch: Batch
    sample: str

    @cached_property
    def every(self) -> tuple[Value, ...]:
        own = (v for v in own_values(self.batch, self.sample) if not v.of_assay)
        return tuple(v for v in own if v.quantity.measurand in PROTEIN)

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """Those with a result; below and above range are results."""
        return tuple(v for v in self.every if v.quantity.state is not State.MISSING)

    @cached_property
    def taken(self) -> tuple[Value, ...]:
        """Those of one assay that the protein of the sample rests on; others beside them are no repeats of them."""
        named = (values_taken(self.batch, self.sample, measurand)[0] for measurand in PROTEIN)
        return next((values for values in named if values), ())

    @cached_property
    def by_file(self) -> tuple[Value, ...]:
        return tuple(v for v in self.values if v.file != self.batch.record_source)

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        names = {v.file.name for v in self.values}
        return tuple(reading for reading in self.batch.readings if reading.source.name in names)

    @cached_property
    def curves(self) -> tuple[StandardCurve, ...]:
        every = (curve for reading in self.readings for curve in reading.curves)
        return tuple(curve for curve in every if curve.measurand in PROTEIN)

    @cached_property
    def assays(self) -> tuple[Assay, ...]:
        """What the record says of the methods that gave the results."""
        stated = self.batch.record.assays if self.batch.record is not None else ()
        return tuple(assay for assay in stated if any(_is_by(v, assay) for v in self.values))

    @cached_property
    def undiluted(self) -> set[str]:
        """Names of the files of which the record says that nothing was diluted."""
        record = self.batch.record
        return {path_of(e) for e in record.files if e.dilution == 1} if record is not None else set()

    @cached_property
    def proof(self) -> Proof:
        return tuple(at(v.file, v.quantity.where) for v in self.values)

    @cached_property
    def curve_proof(self) -> Proof:
        return tuple(at(r.source, c.where) for r in self.readings for c in r.curves if c.measurand in PROTEIN)


@remembered
def facts_of_protein(batch: Batch, sample: str) -> Facts:
    """What the criteria may ask of the protein results of a sample.

    Args:
        batch: with or without a record.
        sample: its name.
    """
    if any(v.quantity.measurand in (*PROTEIN, _RATIO) for v in own_values(batch, sample)):
        return _facts_of(_Protein(batch, sample))
    return _facts_of_none(batch)


@remembered
def _facts_of_none(batch: Batch) -> Facts:
    """The facts of every sample of which no protein was measured."""
    return _facts_of(_Protein(replace(batch, values=()), "none"))


def _facts_of(of: _Protein) -> Facts:
    return {
        "protein_measured": known(bool(of.values), proof=of.proof),
        "protein_by_absorbance": known(any(_by_absorbance(v) for v in of.taken), proof=of.proof),
        "protein_calibration": listed(_calibration(of), proof=of.curve_proof or of.proof),
        "protein_curves": listed((_described(c) for c in of.curves), proof=of.curve_proof),
        **_standards(of),
        **_range(of),
        **_repeats(of),
        "protein_dilution_not_stated": unstated(_without_dilution(of), _TO_STATE, proof=of.proof),
        "protein_per_volume": _per_volume(of),
        "protein_260_280": _ratio(of),
    }


def assayed(batch: Batch) -> Iterable[str]:
    """The samples of which protein was measured."""
    return (v.sample for v in batch.values if v.quantity.measurand in PROTEIN and not v.of_assay)


def _is_by(value: Value, assay: Assay) -> bool:
    """Whether a result is by an assay of the record: by its name, or by its quantity where no method is stated."""
    method = value.quantity.method
    if method is None:
        return assay.measurand in PROTEIN
    named = rf"\b{re.escape(assay.method)}\b"
    return re.search(named, method, re.IGNORECASE) is not None


def _by_absorbance(value: Value) -> bool:
    """Whether a result rests on the absorbance of the protein itself, as its method or its settings say."""
    said = value.quantity.method or ""
    return bool(_ABSORBANCE.search(said)) or "e1_percent" in value.quantity.settings


def _calibration(of: _Protein) -> list[str]:
    """Curves, standards of an instrument, and what the record says of the calibration."""
    tubes = [v.file.name for v in of.by_file if all(key in v.quantity.settings for key in STANDARDS)]
    return [
        *(_described(curve) for curve in of.curves),
        *(f"two standards ({name})" for name in tubes),
        *(f"{assay.method}: {assay.calibration}" for assay in of.assays if assay.calibration),
    ]


def _described(curve: StandardCurve) -> str:
    ends = f"{shown(curve.lowest)} to {shown(curve.highest)} {unit_shown(curve.unit)}"
    return f"{curve.model} through {len(used_standards(curve))} standards from {ends}"


def _standards(of: _Protein) -> Facts:
    """How many standards there are, how far the curve misses one, and where the blank lies."""
    proof, levels = of.curve_proof, [level for curve in of.curves for level in used_standards(curve)]
    off = [(abs(level.recovery_percent - 100), level) for level in levels if level.recovery_percent is not None]
    worst = max(off, key=lambda pair: pair[0], default=None)
    lost = any(level.recovery_percent is None for level in levels)
    fewest = min((len(used_standards(curve)) for curve in of.curves), default=None)
    return {
        "standard_levels": measured(fewest, "1", _NO_CURVE, proof=proof),
        "standard_error_highest": missing("the curve gives no concentration for a standard", proof=proof, unit="%")
        if worst is None or lost
        else measured(worst[0], "%", _NO_CURVE, proof=proof, remark=f"standard {shown(worst[1].nominal)}"),
        "blank_below_lowest_standard": _blank(of),
    }


def _blank(of: _Protein) -> Fact:
    """Whether the mean of the blanks lies on the far side of the lowest standard in every curve that has blanks."""
    with_blank = [curve for curve in of.curves if curve.blank is not None and len(used_standards(curve)) > 1]
    if not with_blank:
        return missing("no curve with blank wells", proof=of.curve_proof)
    return known(all(_is_below(curve) for curve in with_blank), proof=of.curve_proof)


def _is_below(curve: StandardCurve) -> bool:
    assert curve.blank is not None
    lowest, highest = used_standards(curve)[0].mean_signal, used_standards(curve)[-1].mean_signal
    blank = 0.0 if curve.blank_subtracted else curve.blank
    return blank < lowest if highest > lowest else blank > lowest


def _range(of: _Protein) -> Facts:
    """Results beyond the standards, and results below range without the end of the range."""
    places = [(v, *_place(of, v)) for v in of.values]
    beyond = [f"{_named(v)}, {how}" if how else _named(v) for v, is_beyond, how in places if is_beyond is True]
    unknown = [f"{_named(v)} since {why}" for v, is_beyond, why in places if is_beyond is None]
    below = [v for v in of.values if v.quantity.state is State.BELOW_RANGE]
    return {
        "protein_beyond_standards": listed(beyond, undecided=unknown, proof=of.proof),
        "protein_below_range": listed((_named(v) for v in below), proof=of.proof),
        "protein_limits_missing": listed((_named(v) for v in below if v.quantity.bound is None), proof=of.proof),
    }


def _place(of: _Protein, value: Value) -> Place:
    """Where a result lies against the standards of its file or the range of the assay that gave it."""
    assays = [assay for assay in of.assays if _is_by(value, assay)]
    if value.file == of.batch.record_source:
        return place_by_hand(value, assays)
    readings = (r for r in of.readings if r.source.name == value.file.name)
    curves = [curve for r in readings for curve in r.curves if curve.measurand in PROTEIN]
    return place(value, curves, assays, undiluted=value.file.name in of.undiluted)


def _named(value: Value) -> str:
    quantity = value.quantity
    mark = {State.ABOVE_RANGE: ">", State.BELOW_RANGE: "<"}.get(quantity.state, "")
    number = quantity.value if quantity.value is not None else quantity.bound
    said = f"{mark}{shown(number)} {unit_shown(quantity.unit)}" if number is not None else str(quantity.state)
    return f"{said} ({value.file.name})"


def _repeats(of: _Protein) -> Facts:
    """Determinations by the assay that counts; scatter of any wells or over its results, the most, else as stated."""
    count = sum(v.replicates for v in of.taken)
    cvs = [cv for v in of.values if (cv := _wells_cv(v)) is not None]
    over = coefficient_of_variation(numbers) if len(numbers := _numbers(of)) > 1 else None
    cvs += [] if over is None else [100 * over]
    cvs = cvs or [100 * cv for v in of.values if (cv := stated_cv(v)) is not None]
    why = "no scatter of repeated determinations is known"
    return {
        "protein_determinations": measured(count if of.values else None, "1", "no protein result", proof=of.proof),
        "protein_cv": measured(max(cvs, default=None), "%", why, proof=of.proof),
    }


def _wells_cv(value: Value) -> float | None:
    """CV of the wells of one result: of the concentrations, else of the signals."""
    said = (value.quantity.settings.get(f"{what}_cv_percent") for what in ("concentration", "signal"))
    return next((cv for cv in said if isinstance(cv, float)), None)


def _numbers(of: _Protein) -> list[float]:
    """Concentrations by the same method on one instrument, which are repeats of each other, in one unit."""
    quantities = [v.quantity for v in of.taken]
    return [q.value * factor(q.unit, quantities[0].unit) for q in quantities if q.value is not None]


def _without_dilution(of: _Protein) -> list[str]:
    """Results of files of which nobody says how far the sample was diluted; one by hand is of the sample itself.

    The record's dilution of a file is not applied to its quantities, so that only 1 says something of them.
    """
    return [_named(v) for v in of.by_file if v.file.name not in of.undiluted and not _is_of_the_sample(v)]


def _is_of_the_sample(value: Value) -> bool:
    """Whether the export says that a result includes the dilution, or that there was none."""
    stated, applied = dilution_stated(value), value.quantity.settings.get("dilution_applied")
    return stated == 1 if applied is False else stated is not None or applied is True


def _per_volume(of: _Protein) -> Fact:
    """Whether the protein is known per volume: measured so, or as a mass with the volume of the sample."""
    if not of.values:
        return missing("no protein result")
    return known(protein_concentration(of.batch, of.sample) is not None, proof=of.proof)


def _ratio(of: _Protein) -> Fact:
    own = own_values(of.batch, of.sample)
    found = [v for v in own if v.quantity.measurand == _RATIO and not v.of_assay]
    files = {v.file.name for v in of.values}
    numbers = [v.quantity.value for v in found if v.file.name in files and v.quantity.value is not None]
    proof = tuple(at(v.file, v.quantity.where) for v in found)
    return measured(max(numbers, default=None), "1", "no 260/280 ratio beside the protein", proof=proof)
