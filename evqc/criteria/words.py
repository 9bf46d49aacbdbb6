"""Numbers, texts and limits in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evqc.criteria.model import LimitValue
    from evqc.criteria.operators import Operator

#: Whole numbers below this are written out.
_LONG = 1e6


def in_words(test: Operator, value: LimitValue | None, unit: str) -> str:
    """What a test asks for: ``at least 20 %``."""
    if value is None:
        return test.words
    values = value if isinstance(value, tuple) else (value,)
    joined = (" and " if test.limit == "pair" else ", ").join([plain(each, unit, value) for each in values])
    return f"{test.words} {joined}".strip()


def number(value: float, beside: LimitValue | None = None) -> str:
    """A number in few digits, but never so few that it changes its side of a limit or seems to lie on it."""
    if value.is_integer() and abs(value) < _LONG:
        return f"{value or 0.0:.0f}"  # zero has no sign
    text = f"{value:.4g}"
    for digits in (6, 9, 17):  # 17 digits are the number itself
        if beside is None or (near := float(text)) == value or _same_sides(near, value, beside):
            break
        text = f"{value:.{digits}g}"
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-") if "e" in text else text


def _same_sides(one: float, other: float, beside: LimitValue) -> bool:
    for limit in beside if isinstance(beside, tuple) else (beside,):
        if isinstance(limit, float) and ((one > limit) != (other > limit) or (one < limit) != (other < limit)):
            return False
    return True


def plain(value: float | str | None, unit: str, beside: LimitValue | None) -> str:
    """A number with its unit, or a text."""
    if isinstance(value, (int, float)):
        return f"{number(value, beside)} {unit}".strip()
    return "not stated" if value == "" else str(value)
