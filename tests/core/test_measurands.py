"""Units convert within their dimension only, whatever way people spell them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.measurands import MEASURANDS, SPELLINGS, UNITS, UnknownUnitError, factor, measurand, shown, unit

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
