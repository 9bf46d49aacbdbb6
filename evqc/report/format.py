"""How numbers become text: digits, units, powers of ten, bounds, and the words for what is not known."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from evqc.measurands import UNITS
from evqc.report.shown import Number
from evqc.report.words import plain

if TYPE_CHECKING:
    from evqc.criteria.findings import AppliedLimit, FactValue
    from evqc.numerics.estimate import Estimate

#: Decimals of units whose numbers have a customary resolution; all others are shown to three significant digits.
_DECIMALS = {"nm": 1, "%": 1, "degC": 1, "mV": 1}
_SIGNIFICANT = 3
#: Shares below 1 % keep two significant digits down to this, so that a little is never printed as nothing.
_LEAST_PERCENT = 1e-4
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
#: Limits of this size are written in full, others as powers of ten.
_AS_WRITTEN = (1e-3, 1e5)
#: Joins a number and its unit, so that a line never breaks between them.
_JOIN = "\N{NO-BREAK SPACE}"
NOT_KNOWN = "not known"
_MINUS = "\N{MINUS SIGN}"


def decimals(value: float, unit: str) -> tuple[int, bool]:
    """How a number is rounded for display: digits behind the point, and whether as a power of ten.

    Text and workbook both follow this, so that they show the same digits.

    Args:
        value: finite.
        unit: canonical unit; decides when its numbers have a customary resolution.
    """
    size = abs(value)
    if unit == "%" and _LEAST_PERCENT <= size < 1:
        return 1 - math.floor(math.log10(size)), False
    if unit in _DECIMALS and size < 1e5:
        return _DECIMALS[unit], False
    if size == 0 or (unit in {"", "1"} and size < 1e5 and size == round(size)):
        return 0, False
    exponent = math.floor(math.log10(size))
    if exponent >= 4 or exponent < -3:
        return _SIGNIFICANT - 1, True
    return max(0, _SIGNIFICANT - 1 - exponent), False


def digits(value: float, unit: str = "") -> str:
    """``value`` without its unit: ``112.3``, ``2.31×10¹⁰``; rounded half away from zero, as a spreadsheet does.

    Raises:
        ValueError: ``value`` is not finite.
    """
    if not math.isfinite(value):
        raise ValueError(f"a report shows finite numbers only, not {value}")
    places, power = decimals(value, unit)
    if not power:
        return _rounded(Decimal(repr(float(value))), places)
    exact = Decimal(repr(float(value)))
    exponent = exact.adjusted()
    mantissa = _rounded(exact.scaleb(-exponent), places)
    if mantissa.lstrip(_MINUS).startswith("10."):
        mantissa, exponent = mantissa.replace("10.0", "1.0", 1), exponent + 1
    return f"{mantissa}×10{str(exponent).translate(_SUPERSCRIPT)}"


def _rounded(value: Decimal, places: int) -> str:
    text = f"{value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return text.replace("-", "") if not text.strip("-0.") else text.replace("-", _MINUS)


def excel_format(value: float, unit: str = "") -> str:
    """The spreadsheet number format that shows the digits of ``digits``."""
    places, power = decimals(value, unit)
    zeros = "0." + "0" * places if places else "0"
    return f"{zeros}E+00" if power else zeros


def shown_unit(unit: str) -> str:
    """The unit as a report prints it; units that evqc does not know stay as they are."""
    return UNITS[unit].shown if unit in UNITS else unit


def quantity(value: float, unit: str) -> str:
    """Number and unit: ``112.3 nm``, ``2.31×10¹⁰ /mL``."""
    name = shown_unit(unit)
    return digits(value, unit) + (f"{_JOIN}{name}" if name else "")


def bound(value: float, unit: str) -> str:
    """A limit and its unit with no more digits than it has: ``0.05 EU/mL``, ``600 ng/mL``."""
    name = shown_unit(unit)
    powers = value != 0 and not _AS_WRITTEN[0] <= abs(value) < _AS_WRITTEN[1]
    return (digits(value, unit) if powers else plain(value)) + (f"{_JOIN}{name}" if name else "")


def missing(why: str = "") -> str:
    """The words for what is not known, with the reason when there is one."""
    plain = why.removesuffix(".")
    lowered = plain[:1].lower() + plain[1:] if plain[1:2].islower() else plain
    return f"{NOT_KNOWN}: {lowered}" if plain else NOT_KNOWN


def number(value: float | None, unit: str, why: str = "") -> Number:
    """One reading as it is shown; ``why`` says why there is none."""
    return Number(value=value, unit=unit, text=missing(why) if value is None else quantity(value, unit))


_RELATION = {"=": "", ">": f"greater than{_JOIN}", "<": f"less than{_JOIN}"}


def estimated(estimate: Estimate | None, why: str = "") -> Number:
    """An estimate as it is shown, with its interval in words; ``why`` says why there is none."""
    if estimate is None:
        return number(None, "", why)
    relation = estimate.relation
    value = estimate.value
    bare = "beyond the range of the method, whose limit is not stated"
    return Number(
        value=value,
        unit=estimate.unit,
        text=bare if value is None else _RELATION[relation] + quantity(value, estimate.unit),
        relation=relation,
        lower=estimate.lower,
        upper=estimate.upper,
        interval=interval(estimate),
        n=estimate.n,
        method=estimate.method,
        flags=estimate.flags,
    )


def interval(estimate: Estimate) -> str:
    """The interval in words: ``95 % interval 2.1×10¹⁰ to 3.0×10¹⁰ /mL, n = 3 videos``; says so when there is none."""
    basis = f"n{_JOIN}={_JOIN}{estimate.n}" + (f"{_JOIN}{estimate.replicates}" if estimate.replicates != "none" else "")
    lower, upper, unit = estimate.lower, estimate.upper, estimate.unit
    if lower is None and upper is None:
        return f"{basis}, no uncertainty can be stated"
    level = f"{digits(100 * estimate.level, '1')}{_JOIN}%"
    if upper is None:
        return f"{level} interval from {_end(lower, unit)} without upper end, {basis}"
    low = "without lower end up to" if lower is None else f"{digits(lower, unit)} to"
    return f"{level} interval {low} {_end(upper, unit)}, {basis}"


def _end(value: float | None, unit: str) -> str:
    return "" if value is None else quantity(value, unit)


def fact(value: FactValue, unit: str) -> str:
    """What was observed, as a finding shows it."""
    if value is None:
        return NOT_KNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ", ".join(value) or "none"
    return quantity(value, unit)


def limit(applied: AppliedLimit | None) -> str:
    """The limit in force: ``at least 3.00 , from 2024-01-01``; empty when the criterion has none."""
    if applied is None:
        return ""
    value, unit = applied.value, applied.unit
    if isinstance(value, tuple) and len(value) == 2 and all(isinstance(v, float) for v in value):
        low, high = (quantity(float(v), unit) for v in value)
        return f"{applied.test} {low} and {high}"
    if isinstance(value, tuple):
        return f"{applied.test} {', '.join(str(v) for v in value)}"
    return applied.test if value is None else f"{applied.test} {fact(value, unit)}"
