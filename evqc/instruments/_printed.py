"""Numbers that a file prints, each beside the one recomputed from what else the file prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments._numbers import half_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from evqc.instruments._amounts import Amount
    from evqc.instruments._cell import Cell

    Floats = NDArray[np.float64]
    Place = Callable[[tuple[int, ...]], Where]

#: Instruments compute in single precision: the spacing of its numbers, relative to the largest that took part.
SINGLE_PRECISION = 2.0**-23


@dataclass(frozen=True)
class Printed:
    """Numbers as printed.

    Attributes:
        value: shape (rows, columns); NaN where no number stands.
        rounding: half a unit of the last printed digit of each, same shape.
    """

    value: Floats
    rounding: Floats

    def at(self, rows: Sequence[int], columns: Sequence[int]) -> Printed:
        """The numbers at these rows and columns; -1 stands for one that is not there and gives NaN."""
        if not self.value.size:
            nothing = np.full((len(rows), len(columns)), np.nan)
            return Printed(nothing, nothing)
        chosen = np.ix_(np.asarray(rows, dtype=int), np.asarray(columns, dtype=int))
        value, rounding = (np.pad(a, ((0, 1), (0, 1)), constant_values=np.nan) for a in (self.value, self.rounding))
        return Printed(value[chosen], rounding[chosen])


def printed(cells: Sequence[Sequence[Cell]], amounts: Sequence[Sequence[Amount]]) -> Printed:
    """The numbers among the amounts of a table, and how far each is rounded.

    Args:
        cells: rows of cells, all of one length.
        amounts: what they say, same shape.
    """
    shape = (len(cells), len(cells[0]) if cells else 0)
    value = [[np.nan if a.value is None else a.value for a in row] for row in amounts]
    rounding = [
        [np.nan if a.value is None else _rounding(c) for c, a in zip(*pair, strict=True)]
        for pair in zip(cells, amounts, strict=True)
    ]
    return Printed(np.array(value, dtype=float).reshape(shape), np.array(rounding, dtype=float).reshape(shape))


def _rounding(cell: Cell) -> float:
    return half_unit(cell.text if cell.number is None else repr(cell.number))


def replicates(values: Floats, groups: Sequence[object]) -> tuple[Floats, Floats, Floats]:
    """Mean, SD (n - 1) and number of the rows of each group, standing in every row of the group.

    Args:
        values: shape (n, k); a NaN makes its group's mean NaN.
        groups: what the rows belong to, shape (n,).

    Returns:
        Three arrays of shape (n, k); the SD of a single row is NaN.
    """
    if not len(values):
        return values, values, values
    places = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    index = np.array([places[group] for group in groups])
    order = np.argsort(index, kind="stable")
    starts = np.searchsorted(index[order], np.arange(len(places)))
    size = np.bincount(index).astype(float)[:, None]
    mean = np.add.reduceat(values[order], starts) / size
    squares = np.add.reduceat((values - mean[index])[order] ** 2, starts)
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.sqrt(squares / (size - 1))
    return mean[index], sd[index], np.broadcast_to(size[index], values.shape)


def percent_of(part: Floats, whole: Floats) -> Floats:
    """100 times ``part`` over ``whole``, NaN where ``whole`` is zero; same shape."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole == 0, np.nan, 100 * part / whole)


def disagreement(
    statistic: str, told: Printed, recomputed: Iterable[Floats], place: Place, *, tolerance: Floats | float = 0.0
) -> tuple[Issue, ...]:
    """A warning when printed numbers are none of the recomputed ones within rounding; nothing where one is missing.

    Args:
        statistic: what the file calls it.
        told: as printed, shape (n, k).
        recomputed: by each rule that the software may follow, same shape; one that agrees is enough for a number.
        place: from the index of a number to its place in the file.
        tolerance: what the rounding of the numbers recomputed from can move, same shape or one for all.

    Returns:
        One issue ``PRINTED_DISAGREES`` that names the first such number and how many there are.
    """
    rules = list(recomputed)
    gaps = np.array([np.abs(told.value - rule) for rule in rules])
    allowed = told.rounding + tolerance + SINGLE_PRECISION * np.abs(told.value)
    compared = np.isfinite(gaps).any(axis=0)
    wrong = compared & ~(gaps <= allowed * (1 + 1e-9) + 1e-12).any(axis=0)
    if not wrong.any():
        return ()
    first = tuple(int(i) for i in np.argwhere(wrong)[0])
    nearest = min((float(rule[first]) for rule in rules), key=lambda n: abs(n - told.value[first]))
    found = f"{statistic} {told.value[first]:.7g}; {wrong.sum()} of {compared.sum()} compared differ"
    expected = f"{nearest:.7g}, recomputed from what the file prints"
    return (problem("warning", "PRINTED_DISAGREES", place(first), found, expected),)
