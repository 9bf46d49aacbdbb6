from __future__ import annotations

import math

import pytest

from evqc.numerics.water import relative_difference_from_water, viscosity_of_water


@pytest.mark.parametrize(
    ("temperature", "viscosity"),
    # By hand: 247.8/153.15 = 1.61802, 247.8/158.15 = 1.56687, 247.8/163.15 = 1.51885.
    [(20.0, 0.02414 * 41.4974), (25.0, 0.02414 * 36.8867), (30.0, 0.02414 * 33.0257)],
)
def test_viscosity_of_water(temperature: float, viscosity: float) -> None:
    assert viscosity_of_water(temperature) == pytest.approx(viscosity, rel=1e-4)


def test_the_formula_is_near_measured_water() -> None:
    for temperature, measured in ((20.0, 1.0016), (25.0, 0.8900), (37.0, 0.6913)):
        assert viscosity_of_water(temperature) == pytest.approx(measured, rel=0.01)


def test_one_degree_changes_about_two_percent() -> None:
    assert viscosity_of_water(26) / viscosity_of_water(25) - 1 == pytest.approx(-0.0226, abs=0.001)


def test_relative_difference() -> None:
    assert relative_difference_from_water(1.01 * viscosity_of_water(24.6), 24.6) == pytest.approx(0.01)
    assert relative_difference_from_water(viscosity_of_water(24.6), 24.6) == 0


@pytest.mark.parametrize("temperature", [298.15, -1.0, 100.1, math.nan])
def test_temperatures_outside_are_refused(temperature: float) -> None:
    with pytest.raises(ValueError, match="100"):
        viscosity_of_water(temperature)


@pytest.mark.parametrize("viscosity", [0.0, -0.9, math.nan])
def test_a_viscosity_is_positive(viscosity: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        relative_difference_from_water(viscosity, 25.0)
