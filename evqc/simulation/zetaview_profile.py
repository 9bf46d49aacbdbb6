"""Writes ZetaView zeta potential profiles (8.06.01) of a known truth."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003  simulate() looks at the types of options at run time
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import InputError
from evqc.numerics.linear_equations import least_squares
from evqc.numerics.water import viscosity_of_water
from evqc.records import array
from evqc.simulation.layouts import layout
from evqc.simulation.truth import CAPTURED, SOURCE, Truth, bad_option, generator
from evqc.simulation.zetaview import (
    CELSIUS,
    DecimalMark,
    Numbers,
    exponential_lines,
    header_fields,
)
from evqc.simulation.zetaview_positions import POSITIONS

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Relative depths of the two stationary layers, at which the liquid does not move.
_STATIONARY = (0.1495, 0.8505)
#: Curvature in mV of the apparent zeta potential over the depth, from electroosmosis.
_CURVATURE_MV = 40.0
#: mV for a mobility of 1 µm·cm/(V·s), as the layout's ``ZP Factor`` says, and field strength in V/cm.
_SMOLUCHOWSKI_MV, _FIELD_V_PER_CM = 13.1, 24.0 / 5.15


def write_profile(
    truth: Truth,
    *,
    zeta_potential_mv: float = -32.0,
    noise_mv: float = 0.8,
    decimal: DecimalMark = ".",
    run: int = 0,
    empty_positions: tuple[int, ...] = (),
    operator: str = "simulated",
    diluent: str = "water",
    captured: datetime = CAPTURED,
    newline: str = "\r\n",
) -> bytes:
    """The bytes of a ``…_prof_488.txt``, NUL characters and Latin-1 included.

    Args:
        truth: the sample; only its name, dilution and seed count here.
        zeta_potential_mv: of the sample, in mV.
        noise_mv: standard deviation of each position's value, in mV.
        decimal: the decimal mark of the computer's locale.
        run: which of the sample's runs, from 0.
        empty_positions: positions (0 to 10) without data, printed as zeros.
        operator: free text.
        diluent: the electrolyte.
        captured: date and time of the first run.
        newline: line end.

    Raises:
        InputError: ``OPTION`` for what is not known or makes no sense.

    Source:
        Built from a description of 22 real exports, not from a file. The ZP column is never filled there.
    """
    _require_sense(truth, zeta_potential_mv, noise_mv, run, empty_positions)
    numbers = Numbers(decimal)
    rng = generator(truth, run, 5)
    depth = array(0.1 + 0.08 * np.arange(POSITIONS))
    seen = ~np.isin(np.arange(POSITIONS), empty_positions)
    positive, negative = (sign * _apparent(depth, zeta_potential_mv, noise_mv, rng) for sign in (1, -1))
    average = (positive - negative) / 2
    parabola = least_squares(np.vander(depth[seen], 3), average[seen])
    table = np.stack([depth, positive * seen, negative * seen, average * seen, np.polyval(parabola, depth)], axis=1)
    fields = header_fields(
        truth,
        version="8.06.01",
        run=run,
        cycles=2,
        operator=operator,
        diluent=diluent,
        captured=captured,
        numbers=numbers,
    )
    fields |= _header_values(truth, run, numbers) | _results(parabola, average - table[:, 4], seen, numbers)
    fields["table"] = exponential_lines(table, decimal)
    return layout("zetaview_profile_8_06_01").format_map(fields).replace("\n", newline).encode("latin-1")


def _require_sense(truth: Truth, zeta: float, noise: float, run: int, empty: tuple[int, ...]) -> None:
    checks = (
        ("zeta_potential_mv", zeta, -200 <= zeta <= 200, "from -200 to 200 mV"),
        ("noise_mv", noise, 0 <= noise <= 50, "from 0 to 50 mV"),
        ("run", run, 0 <= run < truth.runs, f"a run from 0 to {truth.runs - 1}"),
        ("empty_positions", empty, set(empty) <= set(range(POSITIONS)), "positions from 0 to 10"),
        ("empty_positions", empty, len(set(empty)) <= POSITIONS - 3, "at least three positions with data"),
    )
    if wrong := [bad_option(name, found, expected) for name, found, right, expected in checks if not right]:
        raise InputError(SOURCE, *wrong)


def _apparent(depth: NDArray[np.float64], zeta: float, noise: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Apparent zeta potential in mV at each depth: the true one at the stationary layers, a parabola between."""
    lower, upper = _STATIONARY
    return zeta + _CURVATURE_MV * (depth - lower) * (depth - upper) + noise * rng.standard_normal(depth.size)


def _header_values(truth: Truth, run: int, numbers: Numbers) -> dict[str, object]:
    rng = generator(truth, run, 6)
    traces = int(rng.poisson(600))
    return {
        "drift_checked": "1904-01-01 01:00:00",
        "drift_result": "too high",
        "detected": str(round(traces / 6)),
        "traces": str(traces),
        "particles": numbers[traces / 6],
        "intensity": numbers[5.0],
    }


def _results(
    parabola: NDArray[np.float64], residual: NDArray[np.float64], seen: NDArray[np.bool_], numbers: Numbers
) -> dict[str, object]:
    zeta = float(np.polyval(parabola, _STATIONARY).mean())
    to_25_degc = viscosity_of_water(25.0) / viscosity_of_water(CELSIUS)
    accuracy = float(np.std(residual[seen]))
    return {
        "velocity": numbers[zeta / _SMOLUCHOWSKI_MV * _FIELD_V_PER_CM],
        "mobility": numbers[zeta / _SMOLUCHOWSKI_MV],
        "zeta": numbers[zeta],
        "zeta_25": numbers[zeta * to_25_degc],
        "accuracy": numbers[accuracy],
        "width": numbers[2.355 * accuracy + 5.0],
        **{name: numbers[float(value)] for name, value in zip("abc", parabola, strict=True)},
    }
