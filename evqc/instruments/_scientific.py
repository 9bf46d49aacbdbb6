"""Tables of numbers in one fixed scientific notation, such as ``2.500E+0``, read as a whole instead of cell by cell."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from evqc.instruments._numbers import half_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    #: The eight characters of usual numbers, each as one whole number with the first of them in its lowest byte.
    Codes = NDArray[np.int64]

_CODE = "<i8"
#: Characters of the usual number, ``2.500E+0``.
_SIZE = 8
#: Bits below its four digits, the sign of its exponent and the digit of that.
_FIRST, _SECOND, _THIRD, _FOURTH, _SIGN, _POWER = 0, 16, 24, 32, 48, 56
#: What tells a minus from a plus.
_MINUS = ord("+") ^ ord("-")
#: Bits that no code has without those of ``0.000E+0`` and the minus, and what lifts a digit above 9 into them.
_NEVER, _SIX = (
    int.from_bytes(each, "little", signed=True) for each in (b"\xf0\xff\xf0\xf0\xf0\xff\xff\xf0", b"\6\0\6\6\6\0\0\6")
)
#: By decimal mark: a number that may have a minus too, and an exponent of two digits up to 18 either way.
_CELL = {mark: re.compile(rf"-?\d{re.escape(mark)}\d{{3}}E[+-](0?\d|1[0-8])", re.ASCII) for mark in ".,"}
#: Powers of ten up to 22 are whole floats, so that one multiplication or division by one is exactly rounded.
_POWERS = 10.0 ** np.arange(23)
#: By exponent from -9 to 9: what four digits are multiplied with and divided by, one of the two being 1.
_EXPONENTS = np.arange(-9, 10)
_TIMES = _POWERS[np.maximum(_EXPONENTS - 3, 0)]
_BY = _POWERS[np.maximum(3 - _EXPONENTS, 0)]
#: Half a unit of the fourth digit, by exponent.
_HALF = np.array([half_unit(f"0.000E{exponent}") for exponent in _EXPONENTS])


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
        text: its lines, which all end in LF or all in CRLF, without an end behind the last one.
        columns: numbers a line.
        decimal: the decimal mark.

    Returns:
        Numbers of shape (columns, lines); None when a single one is written otherwise.
    """
    if not text.isascii():
        return None
    newline = "\r\n" if "\r" in text else "\n"
    # A line of zeros behind the end stands for each line with a number of another length, which few have.
    zeros = "\t".join([f"0{decimal}000E+0"] * columns) + newline
    data = np.frombuffer(f"{text}{newline}{zeros}".encode("ascii"), dtype=np.uint8)
    ends = np.flatnonzero(data == ord("\n"))[:-1] + 1
    starts = np.concatenate(([0], ends[:-1]))
    places = np.flatnonzero(ends - starts != len(zeros))
    others = _others([text[starts[i] : ends[i]].removesuffix(newline) for i in places], columns, decimal)
    starts[places] = data.size - len(zeros)
    found = _usual(_windows(data, len(zeros))[starts], zeros)
    if found is None or others is None:
        return None
    found.value[:, places], found.half[:, places] = others.value, others.half
    return found


def _windows(data: NDArray[np.uint8], size: int) -> NDArray[Any]:
    """The ``size`` characters from each place on, as one element each."""
    return np.ndarray((data.size - size + 1,), dtype=f"V{size}", buffer=data, strides=(1,))


def _usual(lines: NDArray[Any], zeros: str) -> Printed | None:
    """The numbers of lines that are as long as one of ``zeros``, as ``table`` gives them."""
    step, shape = _SIZE + 1, (len(zeros) // (_SIZE + 1), len(lines))
    marks = np.ndarray(shape, dtype=np.uint8, buffer=lines, offset=_SIZE, strides=(step, len(zeros)))
    if not ((marks[:-1] == ord("\t")).all() and (marks[-1] == ord(zeros[step * shape[0] - 1])).all()):
        return None
    codes: Codes = np.ndarray(shape, dtype=_CODE, buffer=lines, strides=(step, len(zeros)))
    codes = codes ^ np.frombuffer(zeros.encode("ascii"), dtype=_CODE, count=1)
    filled = np.flatnonzero(codes != 0)  # most cells of a distribution are 0.000E+0
    numbers = _numbers(codes.take(filled))
    if numbers is None:
        return None
    value, half = np.zeros(codes.size), np.full(codes.size, _HALF[9])
    value[filled], half[filled] = numbers
    return Printed(value.reshape(shape), half.reshape(shape))


def _numbers(codes: Codes) -> tuple[Floats, Floats] | None:
    """The numbers of codes and half a unit of the last digit of each; None when one is no such number.

    Args:
        codes: without the bits that ``0.000E+0`` has.
    """
    negative = (codes >> _SIGN) & 0xFF == _MINUS
    digits = codes ^ (negative * (_MINUS << _SIGN))
    if ((digits | (digits + _SIX)) & _NEVER).any():
        return None
    first, second, third, fourth = ((digits >> place) & 0xF for place in (_FIRST, _SECOND, _THIRD, _FOURTH))
    power = digits >> _POWER
    exponent = np.where(negative, 9 - power, 9 + power)
    whole = 1000 * first + 100 * second + 10 * third + fourth
    return whole * _TIMES.take(exponent) / _BY.take(exponent), _HALF.take(exponent)


def _others(lines: Sequence[str], columns: int, decimal: str) -> Printed | None:
    """The numbers of single lines, as ``table`` gives them."""
    rows = [line.split("\t") for line in lines]
    cells = [cell for row in rows for cell in row]
    if any(len(row) != columns for row in rows) or not all(map(_CELL[decimal].fullmatch, cells)):
        return None
    value = np.array([float(cell.replace(decimal, ".")) for cell in cells]) + 0.0  # a zero has no sign
    half = np.array([half_unit(cell) for cell in cells])
    return Printed(value.reshape(-1, columns).T, half.reshape(-1, columns).T)
