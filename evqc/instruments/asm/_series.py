"""Data cubes of an ASM document that hold a well over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np

from evqc.calibration import WellSeries
from evqc.errors import problem, refusal
from evqc.instruments.asm._document import is_negative_zero
from evqc.instruments.asm._properties import conversion
from evqc.instruments.asm._quantities import MEASUREMENT, Found
from evqc.records import array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evqc.errors import Issue
    from evqc.instruments.asm._document import Leaf

Signal = Literal["absorbance", "fluorescence", "luminescence"]
_SIGNALS = ("absorbance", "fluorescence", "luminescence")
_TIMES = {"time", "elapsed time"}
_SECONDS = {"s": 1.0, "min": 60.0, "h": 3600.0}


def series(leaf: Leaf, found: Found) -> tuple[WellSeries, tuple[Issue, ...]] | None:
    """A data cube as a well over time; None for a spectrum, for processed data and for any other cube.

    Args:
        leaf: whose value is the cube.
        found: what has been read of the document.

    Raises:
        InputError: ``CUBE`` when dimensions and measures are not lists of the same length, or times not numbers.
    """
    signal, unit, seconds = _axes(leaf.value)
    if signal is None or seconds is None or MEASUREMENT not in leaf.path or "processed data document" in leaf.path:
        return None
    times = conversion(unit, signal)
    if times is None:
        return None
    times = 1.0 if unit == "mAU" and found.absorbance_in_au else times
    moments, values = _columns(leaf, found.source)
    known = np.isfinite(values)
    wavelength = leaf.scope.find("detector wavelength setting")
    made = WellSeries(
        plate=leaf.scope.named("well plate identifier") or leaf.scope.named("plate barcode"),
        well=leaf.scope.named("well location identifier") or leaf.scope.named("location identifier") or "",
        signal=cast("Signal", signal),
        signal_unit="1" if signal == "absorbance" else "a.u.",
        wavelength_nm=float(wavelength["value"]) if _is_nanometres(wavelength) else None,
        time_s=array(moments[known] * seconds),
        value=array(values[known] * times),
        missing=int((~known).sum()),
        where=leaf.where,
    )
    expected = "a number at every time; the reads without one are left out and counted"
    lost = problem("note", "READS_MISSING", leaf.where, f"{made.missing} reads without a number", expected)
    return made, (lost,) if made.missing else ()


def _is_nanometres(value: Any) -> bool:
    number = value.get("value") if isinstance(value, dict) else None
    return isinstance(number, (int, float)) and not isinstance(number, bool) and value.get("unit") == "nm"


def _axes(cube: Any) -> tuple[str | None, str | None, float | None]:
    """The signal, its unit and the seconds of a time unit of a cube with one of each; None where it is another cube."""
    structure = cube.get("cube-structure") if isinstance(cube, dict) else None
    if not isinstance(structure, dict):
        return None, None, None
    dimension, measure = (_only(structure.get(key)) for key in ("dimensions", "measures"))
    signal = measure.get("concept") if measure.get("concept") in _SIGNALS else None
    seconds = _SECONDS.get(str(dimension.get("unit"))) if dimension.get("concept") in _TIMES else None
    return signal, measure.get("unit"), seconds


def _only(listed: Any) -> dict[str, Any]:
    one = listed[0] if isinstance(listed, list) and len(listed) == 1 else None
    return one if isinstance(one, dict) else {}


def _columns(leaf: Leaf, source: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    data = leaf.value.get("data")
    lists = [data.get(key) if isinstance(data, dict) else None for key in ("dimensions", "measures", "points")]
    dimension, measure = (_first_list(values) for values in (lists[0], lists[1] or lists[2]))
    if dimension is None or measure is None or len(dimension) != len(measure):
        raise refusal(source, "CUBE", leaf.where, "a cube whose columns differ in length", "one value for each time")
    moments, values = (np.array([_or_nan(v) for v in column], dtype=np.float64) for column in (dimension, measure))
    if not np.isfinite(moments).all():
        raise refusal(source, "CUBE", leaf.where, "a time that is no number", "a number for each time")
    return moments, values


def _first_list(values: Any) -> list[Any] | None:
    first = values[0] if isinstance(values, list) and len(values) == 1 else None
    return first if isinstance(first, list) else None


def _or_nan(value: Any) -> float:
    good = isinstance(value, (int, float)) and not isinstance(value, bool) and not is_negative_zero(value)
    return float(value) if good else float("nan")
