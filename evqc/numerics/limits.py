"""Comparison of a result with a limit: the only place where a result is rounded before it is judged."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Literal

Comparison = Literal[">=", "<=", ">", "<"]

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
#: Room for every float at every precision; the default of 28 digits would refuse 1e30 against 0.01.
_CONTEXT = Context(prec=2000, rounding=ROUND_HALF_UP)


def decimal(value: str | Decimal | float) -> Decimal:
    """The exact decimal that stands in a source.

    Args:
        value: the text as printed (``97.95``, ``3e10``), the best a source can give; or a computed float, which counts
            as the shortest text that reads back to it.

    Raises:
        ValueError: the text is no finite number with a decimal point, or the number is not finite.
    """
    if isinstance(value, str):
        if _NUMBER.fullmatch(value.strip()) is None:
            raise ValueError(f"'{value}' is not a number with decimal point")
        return Decimal(value.strip())
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)))
    if not exact.is_finite():
        raise ValueError(f"{value} is not a finite number")
    return exact


def round_to_limit(value: str | Decimal | float, limit: str) -> Decimal:
    """``value`` rounded half up to the last place that the limit states, unrounded numbers staying elsewhere.

    Args:
        value: see ``decimal``.
        limit: as filed; its text decides on the places: ``95.0`` has one decimal, ``3e10`` ten places before the
            point.

    Raises:
        ValueError: either is no number.

    Source:
        USP General Notices 7.20 (half away from zero); reference case F01.
    """
    try:
        return decimal(value).quantize(decimal(limit), context=_CONTEXT)
    except InvalidOperation:
        raise ValueError(f"{value} cannot be rounded to the places of {limit}") from None


def meets(value: str | Decimal | float, limit: str, relation: Comparison) -> bool:
    """Whether ``value``, rounded to the limit, stands in ``relation`` to it.

    Args:
        value: see ``decimal``.
        limit: as filed, text.
        relation: ``>=`` and ``<=`` include the limit, ``>`` and ``<`` do not.

    Raises:
        ValueError: either is no number, or the relation is none of the four.

    Source:
        USP General Notices 7.20.
    """
    rounded, bound = round_to_limit(value, limit), decimal(limit)
    if relation == ">=":
        return rounded >= bound
    if relation == "<=":
        return rounded <= bound
    if relation == ">":
        return rounded > bound
    if relation == "<":
        return rounded < bound
    raise ValueError(f"'{relation}' is none of >=, <=, > and <")


def meets_range(value: str | Decimal | float, low: str, high: str) -> bool:
    """Whether ``value`` lies from ``low`` to ``high``, both included, rounded to each; errors as of ``meets``."""
    return meets(value, low, ">=") and meets(value, high, "<=")
