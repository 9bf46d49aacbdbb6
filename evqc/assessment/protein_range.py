"""Where a protein result lies: within the range of its standards, beyond it, or nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.measurands import UNITS, factor, unit
from evqc.measurement import State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Value
    from evqc.batch.model import Assay
    from evqc.calibration import StandardCurve, StandardLevel

#: Settings that hold what an instrument without a curve in its export was calibrated with.
STANDARDS = ("standard_1_rfu", "standard_2_rfu")
#: Whether a result lies beyond its range, None where nobody knows, and how it does or why not.
Place = tuple[bool | None, str]
#: The ends of a range in the unit of a result; None where one is not stated.
_Ends = tuple[float | None, float | None]
_WITHIN: Place = (False, "")
_ABOVE: Place = (True, "above the range stated")
_DILUTION = ("dilution", "dilution_factor")
#: Half a per cent for what the rounding of a printed result explains.
_DOWN, _UP = 0.995, 1.005


def place(value: Value, curves: Sequence[StandardCurve], assays: Sequence[Assay], *, undiluted: bool) -> Place:
    """Where a result lies against the curves of its file, or else against the range stated for its assay.

    An instrument's own word goes first: above range is beyond, and below range is a result of its own. One that is
    calibrated with two standards of known content says itself what lies outside of them.

    Args:
        value: a result by a protein assay.
        curves: the standard curves of its file; none for a result by hand.
        assays: what the record says of the method that gave the result.
        undiluted: whether nothing was diluted where the export states no dilution.

    Returns:
        Whether it lies beyond, None where nobody knows, and how it does or why nobody knows.

    Source:
        No extrapolation (ICH Q2, range; ICH M10, dilution of samples above the curve), ``[lit-H]``.
    """
    number, settings = value.quantity.value, value.quantity.settings
    if number is None:
        return value.quantity.state is State.ABOVE_RANGE, ""
    ranges = [_ends_of_curve(curve, value.quantity.unit) for curve in curves]
    if any(ranges):
        return _against_curves(number / _dilution_inside(value), ranges)
    if stated := [ends for a in assays if (ends := _ends_stated(a, value.quantity.unit)) != (None, None)]:
        answers = {_against_stated(number, _in_well(value, undiluted=undiluted), ends) for ends in stated}
        return answers.pop() if len(answers) == 1 else (None, "the ranges stated for it disagree")
    return _WITHIN if all(key in settings for key in STANDARDS) else (None, "no standards and no range are stated")


def place_by_hand(value: Value, assays: Sequence[Assay]) -> Place:
    """Where a result by hand lies, which is of the undiluted sample: above its range it may have been diluted."""
    found = place(value, (), assays, undiluted=True)
    return (None, "it lies above the range stated and may have been diluted") if found == _ABOVE else found


def used_standards(curve: StandardCurve) -> list[StandardLevel]:
    """The standards of the fit that hold analyte."""
    return [level for level in curve.standards if level.used and level.nominal > 0]


def _in_well(value: Value, *, undiluted: bool) -> float | None:
    """What stood in the well, in the unit of the result; None where nobody says what dilution the result has in it."""
    number, applied = value.quantity.value, value.quantity.settings.get("dilution_applied")
    known = undiluted or dilution_stated(value) is not None or applied is False
    return number / _dilution_inside(value) if number is not None and known else None


def _dilution_inside(value: Value) -> float:
    """The dilution that the export has multiplied a result by; 1 where it has not, or states none."""
    stated = dilution_stated(value)
    applied = value.quantity.settings.get("dilution_applied") is not False
    return stated if applied and stated is not None and stated > 0 else 1.0


def dilution_stated(value: Value) -> float | None:
    """The dilution that the export states beside a result, whether or not it is in it."""
    settings = value.quantity.settings
    return next((float(s) for key in _DILUTION if isinstance(s := settings.get(key), (int, float))), None)


def _against_curves(in_well: float, ranges: Sequence[tuple[float, float] | None]) -> Place:
    """One curve around the result is enough, since an instrument that prints two does not say which is whose."""
    if any(low * _DOWN <= in_well <= high * _UP for low, high in filter(None, ranges)):
        return _WITHIN
    return (None, "a standard curve of its file is of another unit") if None in ranges else (True, "extrapolated")


def _against_stated(number: float, in_well: float | None, ends: _Ends) -> Place:
    """A well holds no more than the sample, so that what lies below the range in the sample does so in the well."""
    lower, upper = ends
    held = number if in_well is None else in_well
    if lower is not None and held < lower * _DOWN:
        return True, "below the range stated"
    if in_well is None:
        return None, "its dilution is not stated"
    if upper is not None and held > upper * _UP:
        return _ABOVE
    return (None, "only one end of its range is stated") if None in ends else _WITHIN


def _ends_of_curve(curve: StandardCurve, wanted: str) -> tuple[float, float] | None:
    """The lowest and highest standard with analyte in the unit of a result; None where it does not convert."""
    used = used_standards(curve)
    times = _times(curve.unit, wanted)
    return None if times is None or not used else (used[0].nominal * times, used[-1].nominal * times)


def _ends_stated(assay: Assay, wanted: str) -> _Ends:
    """Both ends of an assay's range in the unit of a result; None for what is not stated in one that converts."""
    times = None if assay.unit is None else _times(assay.unit, wanted)
    if times is None:
        return None, None
    lower, upper = assay.range_lower, assay.range_upper
    return None if lower is None else lower * times, None if upper is None else upper * times


def _times(given: str, wanted: str) -> float | None:
    """The factor from one unit to another; None where they measure different things."""
    alike = UNITS[unit(given)].dimension == UNITS[wanted].dimension
    return factor(unit(given), wanted) if alike else None
