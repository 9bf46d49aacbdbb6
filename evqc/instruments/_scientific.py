"""Tables of numbers in one fixed scientific notation, such as ``2.500E+0``, read as a whole instead of cell by cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_RETURN, _MINUS, _PLUS, _E, _ZERO = b"\r-+E0"
#: Characters of the longest number, ``2.500E+10``, without its sign.
_LONGEST = 9
#: Digits stand at these places, and at the last one of the longest numbers.
_DIGITS = [0, 2, 3, 4, 7]
#: Powers of ten up to 22 are whole floats, so that one multiplication or division by one is exactly rounded. The last
#: digit of a number with exponent -18 is worth 1e-21, half of it 5e-22.
_EXACT, _FURTHEST = 22, 18
_POWERS = 10.0 ** np.arange(_EXACT + 1)


def _scaled(whole: Floats, power: NDArray[np.int64]) -> Floats:
    """Whole numbers times powers of ten; the nearest float where the power is within 22."""
    size = _POWERS[np.abs(power)]
    return np.where(power < 0, whole / size, whole * size)


#: By exponent from -18 on: what a number is multiplied with and divided by, one of the two being 1, and half a unit.
_EXPONENTS = np.arange(-_FURTHEST, _FURTHEST + 1)
_TIMES = _POWERS[np.maximum(_EXPONENTS - 3, 0)]
_BY = _POWERS[np.maximum(3 - _EXPONENTS, 0)]
_HALF = _scaled(np.full(_EXPONENTS.shape, 5.0), _EXPONENTS - 4)


@dataclass(frozen=True, slots=True)
class Printed:
    """Numbers as printed, and half a unit of the last digit of each; same shape, read-only."""

    value: Floats
    half: Floats


def table(text: str, columns: int, decimal: str) -> Printed | None:
    """Every number of a table that is written throughout as ``d.dddE±d`` or ``d.dddE±dd`` with tabs between.

    The values are those of ``float``: with four digits and a power of ten up to 22 a single multiplication or division
    of two whole floats gives the nearest float (Clinger 1990, doi:10.1145/93542.93557).

    Args:
        text: its lines, which all end in LF or all in CRLF, without an end behind the last one.
        columns: numbers a line.
        decimal: the decimal mark.

    Returns:
        Numbers of shape (lines, columns), a column in one piece; None when a single one is written otherwise.
    """
    if not text.isascii():
        return None
    newline = "\r\n" if "\r" in text else "\n"
    # Blanks behind the end let the last cell be looked at like all others.
    data = np.frombuffer(f"{text}{newline}{' ' * _LONGEST}".encode("ascii"), dtype=np.uint8)
    cells = _cells(data, columns, newline)
    if cells is None:
        return None
    starts, lengths = cells
    filled = np.flatnonzero((_windows(data, 8, "u8")[starts] != _zero(decimal)) | (lengths != 8))
    found = _numbers_at(data, starts[filled], lengths[filled], decimal)
    if found is None:
        return None
    value, half = np.zeros(starts.shape), np.full(starts.shape, _HALF[_FURTHEST])
    value[filled], half[filled] = found
    return Printed(_table(value, columns), _table(half, columns))


def _zero(decimal: str) -> np.uint64:
    """The eight characters of ``0.000E+0``, which most cells of a distribution are, as one number."""
    found: np.uint64 = np.frombuffer(f"0{decimal}000E+0".encode("ascii"), dtype="u8")[0]
    return found


def _cells(data: NDArray[np.uint8], columns: int, newline: str) -> tuple[NDArray[np.intp], NDArray[np.intp]] | None:
    """Where cells start and how long they are, column by column; None when a line has not ``columns`` cells."""
    at = np.flatnonzero(data <= _RETURN)
    ends = b"\t" * (columns - 1) + newline.encode("ascii")
    if at.size % len(ends) or data[at].tobytes() != ends * (at.size // len(ends)):
        return None
    grid = at.reshape(-1, len(ends)).T
    if (grid[-1] - grid[columns - 1] != len(newline) - 1).any():
        return None
    starts = np.zeros((columns, grid.shape[1]), dtype=np.intp)
    starts[0, 1:], starts[1:] = grid[-1, :-1] + 1, grid[: columns - 1] + 1
    return starts.ravel(), (grid[:columns] - starts).ravel()


def _windows(data: NDArray[np.uint8], size: int, kind: str) -> NDArray[Any]:
    """The ``size`` characters from each place on, as one element each."""
    return np.ndarray((data.size - size + 1,), dtype=kind, buffer=data, strides=(1,))


def _numbers_at(
    data: NDArray[np.uint8], starts: NDArray[np.intp], lengths: NDArray[np.intp], decimal: str
) -> tuple[Floats, Floats] | None:
    """The numbers of the cells and half a unit of the last digit of each; None when one is written otherwise."""
    negative = data[starts] == _MINUS
    found = _numbers(_characters(data, starts + negative), lengths - negative, ord(decimal))
    if found is None:
        return None
    mantissa, exponent = found
    value = np.where(negative, -mantissa, mantissa).astype(np.float64) * _TIMES[exponent] / _BY[exponent]
    return value, _HALF[exponent]


def _characters(data: NDArray[np.uint8], starts: NDArray[np.intp]) -> NDArray[np.uint8]:
    """The nine characters from each start on, shape (9, cells)."""
    found = _windows(data, _LONGEST, f"V{_LONGEST}")[starts]
    return np.ascontiguousarray(found.view(np.uint8).reshape(-1, _LONGEST).T)


def _numbers(
    character: NDArray[np.uint8], length: NDArray[np.intp], decimal: int
) -> tuple[NDArray[np.int16], NDArray[np.intp]] | None:
    """The four digits of each number, and the place of its exponent in the tables; None when one is written otherwise.

    Args:
        character: shape (9, cells).
        length: characters of each number without its sign.
        decimal: the decimal mark.
    """
    digit = character[_DIGITS] - _ZERO
    long, sign = length == _LONGEST, character[6]
    last = np.where(long, character[8] - _ZERO, 0)
    marks = (character[1] == decimal) & (character[5] == _E) & ((sign == _PLUS) | (sign == _MINUS))
    if not (marks & (long | (length == _LONGEST - 1))).all() or max(digit.max(initial=0), last.max(initial=0)) > 9:
        return None
    exponent = np.where(long, 10 * digit[4] + last, digit[4]).astype(np.intp)
    if exponent.max(initial=0) > _FURTHEST:
        return None
    first, second, third, fourth = digit[:4].astype(np.int16)
    mantissa = 1000 * first + 100 * second + 10 * third + fourth
    return mantissa, np.where(sign == _MINUS, -exponent, exponent) + _FURTHEST


def _table(cells: Floats, columns: int) -> Floats:
    found = cells.reshape(columns, -1).T
    found.setflags(write=False)
    cells.setflags(write=False)
    return found
