"""Numbers as instruments print them: strict, with the decimal mark stated, and with their rounding."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from evqc.errors import InputError, Where, problem, refusal
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

#: Above it a float is no longer one whole number; nobody counted as far.
LARGEST_COUNT = 2**53
_POINT = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
#: What numbers with decimal point are written with.
_OF_POINTS = "0123456789.eE+-"
_COMMA = re.compile(r"[+-]?(\d+(,\d*)?|,\d+)([eE][+-]?\d+)?", re.ASCII)


def parse(text: str, *, decimal: str = ".") -> float | None:
    """The number that ``text`` is, whole and finite, or None.

    Neither ``nan`` and ``inf`` nor thousands separators nor units are numbers here.

    Args:
        text: white space around it is allowed.
        decimal: ``.`` or ``,``; the other mark makes it no number.
    """
    plain = text.strip()
    if (_POINT if decimal == "." else _COMMA).fullmatch(plain) is None:
        return None
    value = float(plain.replace(",", "."))
    return value if math.isfinite(value) else None


def parse_all(texts: Sequence[str]) -> list[float] | None:
    """The numbers with decimal point that all ``texts`` are, without white space around them, or None."""
    # What float() takes and no instrument prints, such as nan, inf, 1_000 and white space, has other characters.
    if "".join(texts).strip(_OF_POINTS):
        return None
    try:
        values = list(map(float, texts))
    except ValueError:
        return None
    return values if all(map(math.isfinite, values)) else None


def number(text: str, source: str, where: Where, *, decimal: str = ".", minimum: float | None = None) -> float:
    """The number that stands at a place.

    Args:
        text: the cell.
        source: name of the file, for the message.
        where: its place.
        decimal: the decimal mark of this file.
        minimum: the least value that makes sense there.

    Raises:
        InputError: ``NOT_A_NUMBER``, or ``OUT_OF_RANGE`` when it is below ``minimum``.
    """
    value = parse(text, decimal=decimal)
    if value is None:
        mark = "point" if decimal == "." else "comma"
        raise refusal(source, "NOT_A_NUMBER", where, f"'{text.strip()}'", f"a number with decimal {mark}")
    if minimum is not None and not value >= minimum:
        raise refusal(source, "OUT_OF_RANGE", where, text.strip(), f"a number of at least {minimum:g}")
    return value


def whole(text: str, source: str, where: Where, *, decimal: str = ".") -> int:
    """The count (a whole number from 0) that stands at a place.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE`` when negative or beyond sense, ``NOT_WHOLE``.
    """
    value = number(text, source, where, decimal=decimal, minimum=0)
    if value != int(value):
        raise refusal(source, "NOT_WHOLE", where, text.strip(), "a whole number")
    if not value <= LARGEST_COUNT:
        raise refusal(source, "OUT_OF_RANGE", where, text.strip(), f"a count of at most {LARGEST_COUNT:.0e}")
    return int(value)


def column(
    cells: Sequence[str], source: str, *, first_line: int, name: str, decimal: str = ".", minimum: float | None = None
) -> NDArray[np.float64]:
    """A column of numbers, shape (n,).

    Args:
        cells: texts, one a line.
        source: name of the file.
        first_line: line number of the first cell.
        name: the column as messages call it.
        decimal: the decimal mark of this file.
        minimum: the least value that makes sense there.

    Raises:
        InputError: every cell that is no number (``NOT_A_NUMBER``) or too small (``OUT_OF_RANGE``), up to ten of them.
    """
    values = [parse(cell, decimal=decimal) for cell in cells]
    issues = []
    for line, (cell, value) in enumerate(zip(cells, values, strict=True), start=first_line):
        where = Where(line=line, column=name)
        if value is None:
            issues.append(problem("error", "NOT_A_NUMBER", where, f"'{cell.strip()}'", "a number"))
        elif minimum is not None and not value >= minimum:
            expected = f"a number of at least {minimum:g}"
            issues.append(problem("error", "OUT_OF_RANGE", where, cell.strip(), expected))
    if issues:
        raise InputError(source, *issues[:10])
    return array(values)


def half_unit(text: str) -> float:
    """Half a unit of the last printed digit: ``168.0`` gives 0.05, ``5.11e+008`` 5e5 and ``2,500E+0`` 0.0005."""
    mantissa, _, exponent = text.strip().lower().replace(",", ".").partition("e")
    decimals = len(mantissa.partition(".")[2])
    # 0e999 is a number too, and so is an exponent of more digits than int() takes.
    power = max(min(float(exponent or 0) - decimals, 300.0), -400.0)
    return float(f"5e{power - 1:.0f}")
