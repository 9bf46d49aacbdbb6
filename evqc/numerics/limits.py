"""Comparison of a result with a limit: the only place where a result is rounded before it is judged."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Literal, get_args

Comparison = Literal[">=", "<=", ">", "<"]
#: By which rule a result is rounded before it is compared; ``none`` is the absolute method of ASTM E29.
Rule = Literal["USP", "Ph. Eur.", "ASTM E29", "none"]
RULES: tuple[Rule, ...] = get_args(Rule)

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?")
_FILED = re.compile(r"(<=|>=|<|>) ?(\S+)")
#: Room for every float at every precision; the default of 28 digits would refuse 1e30 against 0.01.
_CONTEXT = Context(prec=2000, rounding=ROUND_HALF_UP)
_HALF_EVEN = Context(prec=2000, rounding=ROUND_HALF_EVEN)
#: Every decimal of so many digits survives as a double; what stands behind them is noise of binary arithmetic.
_DIGITS_OF_A_DOUBLE = 15


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


def computed(value: float) -> Decimal:
    """The decimal that a float stands for after conversions and sums: its 15 digits that are certain.

    1.005 mg/mL are 1004.9999999999999 µg/mL in binary arithmetic and 1005 here. A printed number of up to 15 digits
    stays exactly what was printed.

    Raises:
        ValueError: the number is not finite.

    Source:
        IEEE 754 binary64, DBL_DIG = 15.
    """
    decimal(value)
    return decimal(format(float(value), f".{_DIGITS_OF_A_DOUBLE}g"))


def relation_of(filed: str) -> tuple[Comparison, str]:
    """The relation and the text of the number of a limit as filed, such as ``>= 95.0``.

    Raises:
        ValueError: it does not begin with a relation, or what follows is no number.
    """
    found = _FILED.fullmatch(filed.strip())
    if found is None:
        raise ValueError(f"'{filed}' is not a limit such as '>= 95.0'")
    decimal(found[2])
    relation: dict[str, Comparison] = {">=": ">=", "<=": "<=", ">": ">", "<": "<"}
    return relation[found[1]], found[2]


def round_to_limit(value: str | Decimal | float, limit: str | Decimal, rule: Rule = "USP") -> Decimal:
    """``value`` rounded as a limit asks for, unrounded numbers staying elsewhere.

    Args:
        value: see ``decimal``.
        limit: as filed; its text decides: ``95.0`` has one decimal and three significant figures, ``3e10`` one figure
            and ten places before the point. Or the decimal that stands in it.
        rule: ``USP`` rounds half up to the last place of the limit, ``ASTM E29`` half to even to the same place,
            ``Ph. Eur.`` half up to as many significant figures as the limit has, ``none`` not at all. A limit of zero
            has no significant figures: there the places count.

    Raises:
        ValueError: either is no number, the rule is none of the four, or the value is too large for the places.

    Source:
        USP General Notices 7.20 (half away from zero); reference case F01. Ph. Eur. General Notices and ASTM E29 as
        in STANDARDS 7.5 and 10.2.
    """
    exact, stated = decimal(value), decimal(limit)
    if rule not in RULES:
        raise ValueError(f"'{rule}' is none of {', '.join(RULES)}")
    if rule == "none":
        return exact
    if rule == "Ph. Eur." and stated != 0:
        return Context(prec=len(stated.as_tuple().digits), rounding=ROUND_HALF_UP).plus(exact)
    try:
        return exact.quantize(stated, context=_HALF_EVEN if rule == "ASTM E29" else _CONTEXT)
    except InvalidOperation:
        raise ValueError(f"{value} cannot be rounded to the places of {limit}") from None


def meets(value: str | Decimal | float, limit: str, relation: Comparison, rule: Rule = "USP") -> bool:
    """Whether ``value``, rounded to the limit, stands in ``relation`` to it.

    Args:
        value: see ``decimal``.
        limit: as filed, text.
        relation: ``>=`` and ``<=`` include the limit, ``>`` and ``<`` do not.
        rule: of rounding; see ``round_to_limit``.

    Raises:
        ValueError: either is no number, or the relation or the rule is none of the four.

    Source:
        USP General Notices 7.20; the other rules as of ``round_to_limit``.
    """
    rounded, bound = round_to_limit(value, limit, rule), decimal(limit)
    if relation == ">=":
        return rounded >= bound
    if relation == "<=":
        return rounded <= bound
    if relation == ">":
        return rounded > bound
    if relation == "<":
        return rounded < bound
    raise ValueError(f"'{relation}' is none of >=, <=, > and <")


def meets_range(value: str | Decimal | float, low: str, high: str, rule: Rule = "USP") -> bool:
    """Whether ``value`` lies from ``low`` to ``high``, both included, rounded to each; errors as of ``meets``."""
    return meets(value, low, ">=", rule) and meets(value, high, "<=", rule)


def shown(number: Decimal, limit: str = "") -> str:
    """A rounded number as text with every digit that it holds: ``95.0``, ``2.6e10`` where the limit is written so.

    Args:
        number: finite.
        limit: as filed; decides between plain digits and a power of ten.
    """
    powers = "e" in limit.lower() or number.adjusted() >= _DIGITS_OF_A_DOUBLE or number.adjusted() < -6
    if not powers or number == 0:
        return format(number, "f")
    return format(number, "e").replace("e+", "e")
