"""Tables of numbers in one fixed scientific notation, such as ``2.500E+0``, read as a whole instead of cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Whole = NDArray[np.intp]

_TAB, _NEWLINE, _MINUS, _PLUS, _E, _ZERO = b"\t\n-+E0"
#: Powers of ten up to here are whole floats, so that one multiplication or division is exactly rounded.
_EXACT = 22
_POWERS = 10.0 ** np.arange(_EXACT + 1)


@dataclass(frozen=True, slots=True)
class Printed:
    """Numbers as printed, and half a unit of the last digit of each; same shape."""

    value: Floats
    half: Floats


def table(text: str, columns: int, decimal: str) -> Printed | None:
    """Every number of a table that is written throughout as ``d.dddE±d`` or ``d.dddE±dd`` with tabs between.

    The values are those of ``float``: with four digits and a power of ten up to 22 a single multiplication or division
    of two whole floats gives the nearest float (Clinger 1990, doi:10.1145/93542.93557).

    Args:
        text: its lines, without an end behind the last one.
        columns: numbers a line.
        decimal: the decimal mark.

    Returns:
        Numbers of shape (lines, columns); None when a single one is written otherwise.
    """
    if not text.isascii():
        return None
    # Zeros behind the end let the last cells be looked at like all others.
    data = np.frombuffer(text.encode("ascii") + bytes(10), dtype=np.uint8)
    ends = np.flatnonzero((data == _TAB) | (data == _NEWLINE) | (data == 0))[:-9]
    if len(ends) % columns or not _is_grid(data[ends].reshape(-1, columns)):
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    first = starts + (data[starts] == _MINUS)
    if not _is_notation(data, first, ends - first, ord(decimal)) or _is_far(data, first, ends - first):
        return None
    value, half = _numbers(data, starts, first, ends)
    return Printed(value.reshape(-1, columns), half.reshape(-1, columns))


def _is_grid(separators: NDArray[np.uint8]) -> bool:
    """Whether the cells of every line end in tabs and the last one in a line end."""
    inside, last = separators[:, :-1], separators[:, -1]
    return bool((inside == _TAB).all() and (last[:-1] == _NEWLINE).all())


def _is_notation(data: NDArray[np.uint8], first: Whole, length: Whole, decimal: int) -> bool:
    long = length == 9
    if not (long | (length == 8)).all():
        return False
    digits = [data[first + place] - _ZERO <= 9 for place in (0, 2, 3, 4, 7)]
    sign = data[first + 6]
    tail = ~long | (data[first + 8] - _ZERO <= 9)
    marks = (data[first + 1] == decimal) & (data[first + 5] == _E) & ((sign == _PLUS) | (sign == _MINUS))
    return bool((np.logical_and.reduce(digits) & tail & marks).all())


def _is_far(data: NDArray[np.uint8], first: Whole, length: Whole) -> bool:
    """Whether an exponent has two digits above 18, beyond which the scaling would not be exact."""
    return bool(((length == 9) & (data[first + 7] > _ZERO + 1) | (length == 9) & (data[first + 8] > _ZERO + 8)).any())


def _numbers(data: NDArray[np.uint8], starts: Whole, first: Whole, ends: Whole) -> tuple[Floats, Floats]:
    """The numbers of cells in the notation, and half a unit of their last digit."""
    digit = [data[first + place].astype(np.int64) - _ZERO for place in (0, 2, 3, 4, 7)]
    last = data[ends - 1].astype(np.int64) - _ZERO
    exponent = np.where(ends - first == 9, 10 * digit[4] + last, digit[4])
    exponent = np.where(data[first + 6] == _MINUS, -exponent, exponent)
    mantissa = 1000 * digit[0] + 100 * digit[1] + 10 * digit[2] + digit[3]
    signed = np.where(first > starts, -mantissa, mantissa)
    return _scaled(signed, exponent - 3), _scaled(np.full(len(first), 5), exponent - 4)


def _scaled(whole: NDArray[np.int64], power: NDArray[np.int64]) -> Floats:
    """Whole numbers times powers of ten; the nearest float where the power is within 22."""
    size = _POWERS[np.minimum(np.abs(power), _EXACT)]
    return np.where(power < 0, whole / size, whole * size)
