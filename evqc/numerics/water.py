"""Viscosity of water, against which the viscosity that an instrument used is checked."""

from __future__ import annotations

_KELVIN = 273.15


def viscosity_of_water(temperature_degc: float) -> float:
    """Dynamic viscosity of water in mPa·s.

    Args:
        temperature_degc: between 0 and 100 °C.

    Raises:
        ValueError: the temperature is outside (a value in kelvin is).

    Source:
        Vogel's formula, 0.02414 · 10^(247.8 / (T - 140)) with T in kelvin (criterion NTA-TMP-01).
    """
    if not 0 <= temperature_degc <= 100:
        raise ValueError(f"the formula holds from 0 to 100 °C, not at {temperature_degc}")
    exponent: float = 247.8 / (temperature_degc + _KELVIN - 140)
    return float(0.02414 * 10**exponent)


def relative_difference_from_water(viscosity_mpa_s: float, temperature_degc: float) -> float:
    """A viscosity's difference from that of water at the same temperature, as a share of the latter (0.01 for 1 %).

    Raises:
        ValueError: the temperature is outside 0 to 100 °C, or the viscosity is not positive.
    """
    if not viscosity_mpa_s > 0:
        raise ValueError(f"a viscosity is positive, not {viscosity_mpa_s}")
    return viscosity_mpa_s / viscosity_of_water(temperature_degc) - 1
