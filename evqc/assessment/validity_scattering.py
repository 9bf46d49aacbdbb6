"""Facts of light scattering: what a sample's records give, and what was taken from them that they cannot give."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, known, listed, measured, missing
from evqc.assessment.repeats import stated_cv
from evqc.batch.assembled import Run, Value
from evqc.criteria.findings import Fact
from evqc.isolation.concentrations import own_values
from evqc.isolation.light_scattering import COUNTS, SCATTERING, method_of
from evqc.measurement import State
from evqc.numerics.replicates import coefficient_of_variation
from evqc.numerics.water import relative_difference_from_water

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from evqc.batch.assembled import Batch
    from evqc.measurement import Scalar

_DLS = "DLS"
_Z, _PDI = "z_average_diameter", "polydispersity_index"
_REPORTED = {_Z: "Z-average", _PDI: "polydispersity index"}
_SIZES = ("mean_diameter", "mode_diameter", "median_diameter", "d10_diameter", "d90_diameter")
_BY_NUMBER = re.compile(r"\bnumber", re.IGNORECASE)
#: Settings without which a record cannot be judged, each with the keys that may state it.
_SETTINGS: dict[str, tuple[str, ...]] = {
    "count rate": ("mean_count_rate_kcps",),
    "attenuator": ("attenuator", "attenuation_factor"),
    "temperature": ("temperature_degC", "temperature_degc"),
    "viscosity": ("viscosity_mPa_s", "dispersant_viscosity_mPa_s", "viscosity_mpa_s"),
    "refractive index of the diluent": ("dispersant_refractive_index", "refractive_index"),
}
_NO_RECORD = "no record of light scattering"
_BY_HAND = "all of it was entered by hand, where nobody could see a warning"


@dataclass(frozen=True, slots=True)
class _Records:
    """Everything that light scattering gave of a sample.

    Attributes:
        values: Z-averages and polydispersity indices, also those without a number.
        runs: size distributions.
        exported: some of it stands in a file of the instrument.
    """

    values: tuple[Value, ...]
    runs: tuple[Run, ...]
    exported: bool

    @property
    def proof(self) -> Proof:
        places = {(v.file.name, v.quantity.where.line): at(v.file, v.quantity.where) for v in self.values}
        places |= {(r.file.name, r.distribution.where.line): at(r.file, r.distribution.where) for r in self.runs}
        return tuple(places.values())

    @property
    def settings(self) -> tuple[Mapping[str, Scalar], ...]:
        """Settings of each number and distribution; a number entered by hand states none."""
        return (*(v.quantity.settings for v in self.values), *(r.distribution.settings for r in self.runs))

    def of(self, measurand: str) -> list[Value]:
        return [v for v in self.values if v.quantity.measurand == measurand]


def facts_of_scattering(batch: Batch, sample: str) -> Facts:
    """What the criteria may ask of dynamic light scattering of a sample.

    Args:
        batch: with or without a record.
        sample: its name.
    """
    values = tuple(v for v in own_values(batch, sample) if v.quantity.measurand in _REPORTED and not v.of_assay)
    runs = tuple(run for run in batch.runs if run.sample == sample and run.distribution.technique == _DLS)
    exported = bool(runs) or any(v.file != batch.record_source for v in values)
    found = _Records(values, runs, exported=exported)
    of_records = _facts_of(found) if found.values or found.runs else _facts_of_none()
    return of_records | {"counts_from_light_scattering": _misused(batch, sample)}


@cache
def _facts_of_none() -> Facts:
    """The facts of every sample that light scattering gave nothing of, as most are."""
    return _facts_of(_Records((), (), exported=False))


def _facts_of(found: _Records) -> Facts:
    return {
        "light_scattering": known(bool(found.values or found.runs), proof=found.proof),
        "light_scattering_reported": listed(_reported(found), proof=found.proof),
        **_numbers(found),
        **_quality(found),
        "scattering_viscosity_off_water": _viscosity(found),
    }


def light_scattering_of_batch(batch: Batch) -> Fact:
    """Whether anything was measured by, or taken from, light scattering; open where a particle number has no method."""
    runs = [run for run in batch.runs if run.distribution.technique == _DLS]
    values = [v for v in batch.values if not v.of_assay and _is_scattered(batch, v)]
    proof = (*(at(r.file, r.distribution.where) for r in runs), *(at(v.file, v.quantity.where) for v in values))
    unsaid = any(v.quantity.measurand in COUNTS and not v.of_assay and not method_of(batch, v) for v in batch.values)
    if not proof and unsaid:
        return missing("a particle number is stated without its method")
    return known(bool(proof), proof=proof)


def _is_scattered(batch: Batch, value: Value) -> bool:
    return value.quantity.measurand in _REPORTED or (
        value.quantity.measurand in (*COUNTS, *_SIZES) and SCATTERING.search(method_of(batch, value)) is not None
    )


def scattered(batch: Batch) -> Iterable[str]:
    """The samples that light scattering gave a Z-average or polydispersity index of."""
    return (v.sample for v in batch.values if v.quantity.measurand in _REPORTED and not v.of_assay)


def _reported(found: _Records) -> list[str]:
    return [name for measurand, name in _REPORTED.items() if _measured(found.of(measurand))]


def _measured(values: Sequence[Value]) -> list[float]:
    return [v.quantity.value for v in values if v.quantity.value is not None]


def _numbers(found: _Records) -> Facts:
    """The highest polydispersity, the number of Z-averages and their scatter."""
    sizes, widths = found.of(_Z), found.of(_PDI)
    averages = _measured(sizes)
    repeats = sum(v.replicates for v in sizes if v.quantity.state is State.MEASURED)
    return {
        "polydispersity_highest": _highest(widths, found.proof),
        "scattering_repeats": measured(
            repeats if found.values or found.runs else None, "1", _NO_RECORD, proof=found.proof
        ),
        "z_average_cv": _scatter(sizes, averages, found.proof),
    }


def _highest(widths: Sequence[Value], proof: Proof) -> Fact:
    """The highest index; at least so high where a record has none or one beyond its range."""
    indices = _measured(widths)
    beyond = [
        v.quantity.bound for v in widths if v.quantity.state is State.ABOVE_RANGE and v.quantity.bound is not None
    ]
    if not indices and not beyond:
        return missing("no polydispersity index", proof=proof, unit="1")
    without = len(widths) - len(indices)
    remark = f"the highest of {len(indices)}" + (f", {without} more without a number" if without else "")
    if without:
        return Fact(value=None, unit="1", above=max((*indices, *beyond)), evidence=proof, remark=remark)
    return measured(max(indices), "1", "", proof=proof, remark=remark)


def _scatter(sizes: Sequence[Value], averages: Sequence[float], proof: Proof) -> Fact:
    """CV in per cent over records, or of a single entry that states its uncertainty and replicates."""
    if len(averages) > 1:
        share = coefficient_of_variation(averages)
    else:
        share = next((cv for v in sizes if (cv := stated_cv(v)) is not None), None)
    percent = None if share is None else 100 * share
    return measured(percent, "%", "fewer than two Z-averages: one has no scatter", proof=proof)


def _quality(found: _Records) -> Facts:
    """Intercepts, count rates, the settings that records leave open, and what the instrument says of them."""
    intercepts, rates = _all(found, "intercept"), _all(found, "mean_count_rate_kcps")
    proof = found.proof
    no_intercept, no_rate = "the export does not state the intercept", "the export does not state the count rate"
    stated = {name for name, keys in _SETTINGS.items() if any(_all(found, key) for key in keys)}
    nothing = missing(_NO_RECORD)
    return {
        "intercept_lowest": measured(min(intercepts, default=None), "1", no_intercept, proof=proof),
        "intercept_highest": measured(max(intercepts, default=None), "1", no_intercept, proof=proof),
        "count_rate_lowest": measured(min(rates, default=None), "kcps", no_rate, proof=proof),
        "count_rate_highest": measured(max(rates, default=None), "kcps", no_rate, proof=proof),
        "scattering_settings_not_stated": listed((n for n in _SETTINGS if n not in stated), proof=proof)
        if proof
        else nothing,
        "scattering_warnings": _warnings(found),
    }


def _warnings(found: _Records) -> Fact:
    """What the instrument says of its records, and records without a result; missing where no export could tell."""
    if not found.exported:
        return missing(_BY_HAND if found.proof else _NO_RECORD, proof=found.proof)
    remarks = [f"{r.distribution.run or r.file.name}: {text}" for r in found.runs for text in _flags(r)]
    remarks += [f"{v.file.name}: no Z-average" for v in found.of(_Z) if v.quantity.state is State.MISSING]
    return listed(remarks, proof=found.proof)


def _all(found: _Records, key: str) -> list[float]:
    """Every number of a setting."""
    said = (settings.get(key) for settings in found.settings)
    return [float(value) for value in said if isinstance(value, (int, float)) and not isinstance(value, bool)]


def _flags(run: Run) -> list[str]:
    return [f"{name}: {text}" for name, text in run.distribution.validity.flags.items()]


def _viscosity(found: _Records) -> Fact:
    """The largest difference of the viscosity used from that of water at the temperature measured, in per cent."""
    stated = ((_number(s, _SETTINGS["temperature"]), _number(s, _SETTINGS["viscosity"])) for s in found.settings)
    pairs = dict.fromkeys(stated)  # in the order of the files: of two equal differences the first is named
    off = {
        100 * relative_difference_from_water(viscosity, temperature): f"{viscosity:g} mPa·s at {temperature:g} °C"
        for temperature, viscosity in pairs
        if temperature is not None and viscosity is not None and 0 <= temperature <= 100 and viscosity > 0
    }
    if not off:
        return missing("the export does not state both temperature and viscosity", proof=found.proof, unit="%")
    worst = max(off, key=abs)
    return measured(worst, "%", "", proof=found.proof, remark=off[worst])


def _number(settings: Mapping[str, Scalar], keys: Sequence[str]) -> float | None:
    said = (settings.get(key) for key in keys)
    return next((float(v) for v in said if isinstance(v, (int, float)) and not isinstance(v, bool)), None)


def _misused(batch: Batch, sample: str) -> Fact:
    """Particle numbers, and sizes by number, that were taken from light scattering; open where no method is stated."""
    taken: list[str] = []
    unsaid: list[str] = []
    proof: list[Value] = []
    for v in own_values(batch, sample):
        if v.of_assay or v.quantity.measurand not in (*COUNTS, *_SIZES):
            continue
        said = method_of(batch, v)
        if v.quantity.measurand in _SIZES and not (_BY_NUMBER.search(said) and SCATTERING.search(said)):
            continue
        proof.append(v)
        if SCATTERING.search(said):
            taken.append(f"{v.quantity.measurand.replace('_', ' ')} by {said}")
        elif not said:
            unsaid.append(f"{v.quantity.measurand.replace('_', ' ')} by a method not stated")
    return listed(taken, undecided=unsaid, proof=tuple(at(v.file, v.quantity.where) for v in proof))
