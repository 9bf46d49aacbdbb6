"""The vocabulary: every quantity evqc knows, its canonical unit and its meaning, and every unit it can convert."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from math import inf


@dataclass(frozen=True, slots=True)
class Measurand:
    """A quantity that evqc can hold.

    Attributes:
        name: the field's standard term in snake case.
        unit: canonical unit, as spelled in ``UNITS``.
        meaning: one line for a person.
        lowest, highest: the ends of what the quantity itself can be, in ``unit``; infinite where it has none. A reading
            can lie outside, such as one from which a blank was taken off; a result cannot.
    """

    name: str
    unit: str
    meaning: str
    lowest: float
    highest: float


#: Neither end: it has a sign, or it compares readings, any of which can be negative once a blank was taken off.
_ANY = (-inf, inf)
_AMOUNT = (0.0, inf)
_SHARE = (0.0, 100.0)
#: Where detergent leaves micelles, there are more particles after it than before.
_LOSS = (-inf, 100.0)
#: Concentrated hydrochloric acid lies near -1, saturated sodium hydroxide near 15.
_ACIDITY = (-2.0, 16.0)
#: No gradient is of a liquid lighter than ethanol, 0.79 g/mL, or denser than sodium polytungstate, 3.1 g/mL.
_GRADIENT = (0.7, 3.2)


def _table(*rows: tuple[str, str, str, tuple[float, float]]) -> dict[str, Measurand]:
    return {name: Measurand(name, unit, meaning, *ends) for name, unit, meaning, ends in rows}


MEASURANDS: dict[str, Measurand] = _table(
    ("particle_concentration", "1/mL", "Particles per millilitre of the undiluted sample", _AMOUNT),
    ("particle_count", "1", "Particles in the whole sample", _AMOUNT),
    ("particles_per_frame", "1", "Mean number of particles seen in one video frame", _AMOUNT),
    ("mean_diameter", "nm", "Mean of the size distribution", _AMOUNT),
    ("mode_diameter", "nm", "Most frequent diameter", _AMOUNT),
    ("median_diameter", "nm", "Median diameter, D50", _AMOUNT),
    ("d10_diameter", "nm", "Diameter below which 10 % of the particles lie", _AMOUNT),
    ("d90_diameter", "nm", "Diameter below which 90 % of the particles lie", _AMOUNT),
    ("z_average_diameter", "nm", "Intensity-weighted cumulant diameter of dynamic light scattering", _AMOUNT),
    ("polydispersity_index", "1", "Cumulant polydispersity of dynamic light scattering", _AMOUNT),
    ("zeta_potential", "mV", "Zeta potential at the temperature of the measurement", _ANY),
    ("zeta_potential_25_degC", "mV", "Zeta potential converted to 25 °C by the instrument", _ANY),
    ("electrophoretic_mobility", "um.cm/V/s", "Electrophoretic mobility", _ANY),
    ("protein_concentration", "ug/mL", "Total protein per millilitre", _AMOUNT),
    ("protein_mass", "ug", "Total protein in the whole sample", _AMOUNT),
    ("lipid_concentration", "ug/mL", "Total lipid per millilitre", _AMOUNT),
    ("dna_concentration", "ng/mL", "DNA per millilitre", _AMOUNT),
    ("rna_concentration", "ng/mL", "RNA per millilitre", _AMOUNT),
    ("albumin_concentration", "ng/mL", "Albumin per millilitre", _AMOUNT),
    ("apolipoprotein_a1_concentration", "ng/mL", "Apolipoprotein A-I per millilitre", _AMOUNT),
    ("apolipoprotein_b_concentration", "ng/mL", "Apolipoprotein B per millilitre", _AMOUNT),
    ("endotoxin_concentration", "EU/mL", "Bacterial endotoxin per millilitre", _AMOUNT),
    ("endotoxin_onset_time", "s", "Time until the reaction of a kinetic endotoxin assay begins", _AMOUNT),
    ("spike_recovery", "%", "Measured share of an amount that was added on purpose", _ANY),
    (
        "subvisible_particle_concentration",
        "1/mL",
        "Particles per millilitre at or above the stated size, light obscuration",
        _AMOUNT,
    ),
    ("quantification_cycle", "1", "Cycle at which a qPCR curve crosses its threshold, Cq or Ct", _AMOUNT),
    ("copy_concentration", "1/uL", "Copies of a nucleic acid target per microlitre", _AMOUNT),
    ("rna_integrity_number", "1", "RIN or RINe; without meaning for the RNA of vesicles", (0.0, 10.0)),
    ("ribosomal_ratio", "1", "28S over 18S ribosomal RNA", _AMOUNT),
    ("fragment_length", "nt", "Length of a nucleic acid fragment or peak", _AMOUNT),
    ("small_rna_share", "%", "Share of the RNA in the stated window of lengths", _SHARE),
    ("molar_concentration", "nmol/L", "Amount of substance per litre", _AMOUNT),
    ("absorbance_ratio_260_280", "1", "Absorbance at 260 nm over that at 280 nm", _ANY),
    ("absorbance_ratio_260_230", "1", "Absorbance at 260 nm over that at 230 nm", _ANY),
    ("analyte_concentration", "ug/mL", "A named analyte (see settings) per millilitre", _AMOUNT),
    (
        "analyte_result",
        "a.u.",
        "Result of a named analyte (see settings) whose unit is not stated or does not convert",
        _ANY,
    ),
    ("event_count", "1", "Events that a cytometer or imager counted", _AMOUNT),
    ("event_share", "%", "Share of the parent population", _SHARE),
    ("event_concentration", "1/mL", "Events per millilitre as measured", _AMOUNT),
    ("spectral_count", "1", "Spectra of a protein in mass spectrometry", _AMOUNT),
    ("contaminant_share", "%", "Share of contaminant proteins in the summed abundance of mass spectrometry", _SHARE),
    ("cell_diameter", "um", "Mean diameter of cells", _AMOUNT),
    ("cell_aggregation", "%", "Share of cells in aggregates", _SHARE),
    ("derived_count_rate", "kcps", "Scattered light of dynamic light scattering without attenuator", _AMOUNT),
    ("cell_count", "1", "Cells in the whole culture", _AMOUNT),
    ("cell_concentration", "1/mL", "Cells per millilitre", _AMOUNT),
    ("cell_viability", "%", "Share of living cells", _SHARE),
    ("marker_signal", "a.u.", "Signal of one marker, in the unit of its assay", _ANY),
    ("marker_positive_particles", "%", "Share of particles positive for one marker", _SHARE),
    ("marker_positive_cells", "%", "Share of cells positive for one marker", _SHARE),
    ("detergent_labile_fraction", "%", "Share of particles that disappear after detergent", _LOSS),
    ("buoyant_density", "g/mL", "Density at which the vesicles float in a gradient", _GRADIENT),
    ("volume", "mL", "Volume of a liquid", _AMOUNT),
    ("temperature", "degC", "Temperature", (-273.15, inf)),
    ("viscosity", "mPa.s", "Dynamic viscosity", _AMOUNT),
    ("conductivity", "uS/cm", "Electrical conductivity", _AMOUNT),
    ("ph", "1", "pH", _ACIDITY),
    ("osmolality", "mOsm/kg", "Osmolality", _AMOUNT),
    ("luminescence", "a.u.", "Luminescence intensity", _ANY),
    ("absorbance", "1", "Absorbance at the stated wavelength", _ANY),
    ("fluorescence", "a.u.", "Fluorescence intensity", _ANY),
    ("relative_potency", "%", "Potency relative to a reference preparation in the same assay, 100 for equal", _ANY),
    ("specific_activity", "a.u.", "Activity of a functional assay, in the unit of that assay", _ANY),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as evqc spells it.

    Attributes:
        dimension: units convert to each other only within one dimension.
        factor: size in the dimension's base unit.
        shown: how reports print it.
    """

    dimension: str
    factor: float
    shown: str


UNITS: dict[str, Unit] = {
    "1": Unit("number", 1.0, ""),
    "%": Unit("share", 1.0, "%"),
    "fraction": Unit("share", 100.0, ""),
    "1/mL": Unit("number concentration", 1.0, "/mL"),
    "1/cm3": Unit("number concentration", 1.0, "/cm³"),
    "1/uL": Unit("number concentration", 1e3, "/µL"),
    "1/L": Unit("number concentration", 1e-3, "/L"),
    "1e6/mL": Unit("number concentration", 1e6, "×10⁶/mL"),
    "1e5/mL": Unit("number concentration", 1e5, "×10⁵/mL"),
    "1e8/mL": Unit("number concentration", 1e8, "×10⁸/mL"),
    "1e9/mL": Unit("number concentration", 1e9, "×10⁹/mL"),
    "ug/mL": Unit("mass concentration", 1.0, "µg/mL"),
    "mg/mL": Unit("mass concentration", 1e3, "mg/mL"),
    "g/L": Unit("mass concentration", 1e3, "g/L"),
    "mg/L": Unit("mass concentration", 1.0, "mg/L"),
    "ng/uL": Unit("mass concentration", 1.0, "ng/µL"),
    "ng/mL": Unit("mass concentration", 1e-3, "ng/mL"),
    "pg/uL": Unit("mass concentration", 1e-3, "pg/µL"),
    "pg/mL": Unit("mass concentration", 1e-6, "pg/mL"),
    "ug": Unit("mass", 1.0, "µg"),
    "mg": Unit("mass", 1e3, "mg"),
    "ng": Unit("mass", 1e-3, "ng"),
    "pg": Unit("mass", 1e-6, "pg"),
    "nmol/L": Unit("molar concentration", 1.0, "nmol/L"),
    "pmol/L": Unit("molar concentration", 1e-3, "pmol/L"),
    "umol/L": Unit("molar concentration", 1e3, "µmol/L"),
    "mmol/L": Unit("molar concentration", 1e6, "mmol/L"),
    "nt": Unit("nucleotides", 1.0, "nt"),
    "bp": Unit("nucleotides", 1.0, "bp"),
    "kcps": Unit("count rate", 1.0, "kcps"),
    "nm": Unit("length", 1.0, "nm"),
    "um": Unit("length", 1e3, "µm"),
    "mL": Unit("volume", 1.0, "mL"),
    "uL": Unit("volume", 1e-3, "µL"),
    "L": Unit("volume", 1e3, "L"),
    "h": Unit("time", 1.0, "h"),
    "s": Unit("time", 1 / 3600, "s"),
    "d": Unit("time", 24.0, "d"),
    "min": Unit("time", 1 / 60, "min"),
    "degC": Unit("temperature", 1.0, "°C"),
    "mPa.s": Unit("viscosity", 1.0, "mPa·s"),
    "cP": Unit("viscosity", 1.0, "cP"),
    "mV": Unit("potential", 1.0, "mV"),
    "um.cm/V/s": Unit("mobility", 1.0, "µm·cm/(V·s)"),
    "uS/cm": Unit("conductivity", 1.0, "µS/cm"),
    "mS/cm": Unit("conductivity", 1e3, "mS/cm"),
    "EU/mL": Unit("endotoxin", 1.0, "EU/mL"),
    "mOsm/kg": Unit("osmolality", 1.0, "mOsm/kg"),
    "g/mL": Unit("density", 1.0, "g/mL"),
    "a.u.": Unit("arbitrary", 1.0, "a.u."),
    "1/ug": Unit("particles per protein", 1.0, "/µg"),
    "ng/1e9": Unit("mass per particles", 1.0, "ng/10⁹ particles"),
    "1/1e6 cells": Unit("particles per cell", 1.0, "/10⁶ cells"),
    "1/24h": Unit("particles per time", 1.0, "/24 h"),
    "1/1e6 cells/24h": Unit("particles per cell and time", 1.0, "/10⁶ cells/24 h"),
}

#: Spellings that people write, by the spelling evqc uses. µ has two code points, and both stand here.
SPELLINGS: dict[str, str] = {
    "particles/ml": "1/mL", "particles / ml": "1/mL", "p/ml": "1/mL", "/ml": "1/mL", "1/ml": "1/mL",
    "particles/cm3": "1/cm3", "particles/cm³": "1/cm3", "1/cm³": "1/cm3", "cm-3": "1/cm3", "cells/ml": "1/mL",
    "particles/µl": "1/uL", "particles": "1", "cells": "1", "-": "1", "percent": "%",
    "ug/ml": "ug/mL", "mcg/ml": "ug/mL", "mg/ml": "mg/mL", "g/l": "g/L", "mg/l": "mg/L", "ng/ul": "ng/uL",
    "ng/ml": "ng/mL", "pg/ml": "pg/mL", "ml": "mL", "ul": "uL", "l": "L", "hours": "h", "days": "d",
    "c": "degC", "°c": "degC", "cp": "cP", "mpa s": "mPa.s", "mpa·s": "mPa.s", "mpa.s": "mPa.s",
    "eu/ml": "EU/mL", "au": "a.u.", "mfi": "a.u.",
    "pg/ul": "pg/uL", "nmol/l": "nmol/L", "nmole/l": "nmol/L", "pmol/l": "pmol/L", "pmole/l": "pmol/L",
    "g/ml": "g/mL", "g/cm3": "g/mL", "g/cm³": "g/mL",
}  # fmt: skip


class UnknownUnitError(ValueError):
    """A unit or measurand that evqc does not know, or one that does not fit the other."""


def unit(text: str) -> str:
    """The canonical spelling of a unit as a person writes it.

    Args:
        text: for example ``µg/ml``.

    Raises:
        UnknownUnitError: the unit is not in the table; the message names the nearest ones.
    """
    plain = " ".join(text.replace("µ", "u").replace("μ", "u").split())
    if plain in UNITS:
        return plain
    if (known := SPELLINGS.get(plain.lower()) or SPELLINGS.get(text.strip().lower())) is not None:
        return known
    near = difflib.get_close_matches(plain, UNITS, n=3, cutoff=0.4)
    raise UnknownUnitError(f"unit '{text}' is not known; near it: {', '.join(near) or ', '.join(UNITS)}")


def measurand(name: str) -> Measurand:
    """The measurand called ``name``; raises UnknownUnitError naming the nearest ones when there is none."""
    if name in MEASURANDS:
        return MEASURANDS[name]
    near = difflib.get_close_matches(name, MEASURANDS, n=3, cutoff=0.4)
    raise UnknownUnitError(f"measurand '{name}' is not known; near it: {', '.join(near) or ', '.join(MEASURANDS)}")


def factor(source: str, target: str) -> float:
    """What a number in unit ``source`` is multiplied by to be in unit ``target``.

    Raises:
        UnknownUnitError: a unit is not known or the two are not of one dimension.
    """
    a, b = UNITS[unit(source)], UNITS[unit(target)]
    if a.dimension != b.dimension:
        raise UnknownUnitError(f"'{source}' is a {a.dimension} and '{target}' a {b.dimension}: they do not convert")
    return a.factor / b.factor


def is_possible(name: str, number: float, given: str) -> bool:
    """Whether the measurand ``name`` can be ``number`` in the unit ``given``; raises UnknownUnitError as ``factor``."""
    of = measurand(name)
    times = factor(given, of.unit)
    return of.lowest / times <= number <= of.highest / times  # the ends are divided, since a whole number may be huge


def possible(name: str, given: str) -> str:
    """What the measurand ``name`` can be, in the unit ``given``: ``at least 0 EU/mL``, ``0 to 100 %``.

    Raises:
        UnknownUnitError: as ``factor``.
    """
    of = measurand(name)
    times = factor(given, of.unit)
    low, high, end = f"{of.lowest / times:g}", f"{of.highest / times:g}", f" {shown(given)}".rstrip()
    if of.lowest == -inf:
        return "any number" if of.highest == inf else f"at most {high}{end}"
    return f"at least {low}{end}" if of.highest == inf else f"{low} to {high}{end}"


def shown(name: str) -> str:
    """How a report prints the unit ``name``."""
    return UNITS[unit(name)].shown
