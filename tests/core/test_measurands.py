"""Units convert within their dimension only, whatever way people spell them."""

from __future__ import annotations

import itertools
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.measurands import (
    MEASURANDS,
    SPELLINGS,
    UNITS,
    UnknownUnitError,
    factor,
    is_possible,
    measurand,
    possible,
    shown,
    unit,
)

units = st.sampled_from(sorted(UNITS))


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("mg/mL", "ug/mL", 1000.0),
        ("µg/mL", "ug/mL", 1.0),
        ("μg/ml", "ug/mL", 1.0),
        ("ng/µL", "ug/mL", 1.0),
        ("particles / ml", "1/mL", 1.0),
        ("1e8/mL", "1/mL", 1e8),
        ("1/L", "1/mL", 1e-3),
        ("um", "nm", 1000.0),
        ("cP", "mPa.s", 1.0),
        ("uL", "mL", 1e-3),
        ("d", "h", 24.0),
        ("fraction", "%", 100.0),
    ],
)
def test_factors(source: str, target: str, expected: float) -> None:
    assert factor(source, target) == pytest.approx(expected, rel=1e-12)


@given(units, units)
def test_there_and_back_is_one(a: str, b: str) -> None:
    if UNITS[a].dimension == UNITS[b].dimension:
        assert factor(a, b) * factor(b, a) == pytest.approx(1.0, rel=1e-12)
    else:
        with pytest.raises(UnknownUnitError, match="do not convert"):
            factor(a, b)


@pytest.mark.parametrize("text", ["furlong", "", "ug", "particles per mL of what"])
def test_an_unknown_unit_names_its_neighbours(text: str) -> None:
    if text in UNITS:
        assert unit(text) == text
        return
    with pytest.raises(UnknownUnitError, match="near it"):
        unit(text)


def test_an_unknown_measurand_names_its_neighbours() -> None:
    with pytest.raises(UnknownUnitError, match="particle_concentration"):
        measurand("particle_conc")


def test_the_tables_hold_together() -> None:
    assert all(entry.unit in UNITS for entry in MEASURANDS.values())
    assert all(name == entry.name and entry.meaning for name, entry in MEASURANDS.items())
    assert set(SPELLINGS.values()) <= set(UNITS)
    for a, b in itertools.combinations(UNITS, 2):
        assert a.lower() != b.lower() or UNITS[a].dimension == UNITS[b].dimension


def test_units_are_shown_as_people_write_them() -> None:
    assert shown("ug/mL") == "µg/mL"
    assert shown("degC") == "°C"


@pytest.mark.parametrize(
    ("name", "number", "given", "ends"),
    [
        ("endotoxin_concentration", -5, "EU/mL", "at least 0 EU/mL"),
        ("dna_concentration", -0.84, "ng/mL", "at least 0 ng/mL"),
        ("osmolality", -304, "mOsm/kg", "at least 0 mOsm/kg"),
        ("subvisible_particle_concentration", -212, "/mL", "at least 0 /mL"),
        ("particle_concentration", -1, "1e9/mL", "at least 0 ×10⁹/mL"),
        ("polydispersity_index", -0.2, "1", "at least 0"),
        ("cell_viability", 961, "%", "0 to 100 %"),
        ("cell_viability", 1.2, "fraction", "0 to 1"),
        ("marker_positive_cells", 150, "%", "0 to 100 %"),
        ("marker_positive_cells", -3, "%", "0 to 100 %"),
        ("detergent_labile_fraction", 180, "%", "at most 100 %"),
        ("buoyant_density", 11.2, "g/mL", "0.7 to 3.2 g/mL"),
        ("buoyant_density", 0.11, "g/mL", "0.7 to 3.2 g/mL"),
        ("ph", 72, "1", "-2 to 16"),
        ("rna_integrity_number", 10.1, "1", "0 to 10"),
        ("temperature", -300, "degC", "at least -273.15 °C"),
        ("particle_count", nan, "1", "at least 0"),
    ],
)
def test_what_no_quantity_of_its_kind_is_is_impossible(name: str, number: float, given: str, ends: str) -> None:
    given = "1/mL" if given == "/mL" else given
    assert not is_possible(name, number, given)
    assert possible(name, given) == ends


@pytest.mark.parametrize(
    ("name", "number", "given"),
    [
        ("endotoxin_concentration", 0, "EU/mL"),
        ("particle_concentration", 10**400, "1e9/mL"),
        ("cell_viability", 100, "%"),
        ("cell_viability", 1, "fraction"),
        ("cell_viability", 0, "%"),
        ("temperature", -273.15, "degC"),
        ("temperature", -196, "degC"),
        ("polydispersity_index", 1.2, "1"),
        ("buoyant_density", 1.91, "g/mL"),
        ("detergent_labile_fraction", -20, "%"),
        ("zeta_potential", -32.1, "mV"),
        ("electrophoretic_mobility", -2.5, "um.cm/V/s"),
        ("spike_recovery", 130, "%"),
        ("spike_recovery", -4, "%"),
        ("relative_potency", 240, "%"),
        ("absorbance_ratio_260_230", -0.4, "1"),
        ("absorbance", -0.002, "1"),
        ("marker_signal", -12, "a.u."),
    ],
)
def test_noise_signs_and_what_exceeds_its_reference_are_possible(name: str, number: float, given: str) -> None:
    assert is_possible(name, number, given)


def test_a_quantity_without_ends_can_be_any_number() -> None:
    assert possible("zeta_potential", "mV") == "any number"


def test_nothing_that_is_counted_weighed_or_a_share_can_be_negative() -> None:
    signed = {name for name, entry in MEASURANDS.items() if entry.lowest < 0}
    assert signed == {
        "zeta_potential", "zeta_potential_25_degC", "electrophoretic_mobility", "temperature", "ph", "absorbance",
        "fluorescence", "luminescence", "marker_signal", "analyte_result", "specific_activity", "relative_potency",
        "spike_recovery", "detergent_labile_fraction", "absorbance_ratio_260_280", "absorbance_ratio_260_230",
    }  # fmt: skip
    assert all(entry.lowest < entry.highest and entry.lowest < inf for entry in MEASURANDS.values())
