"""The averages and CVs that the plate reader prints for each part of the plate that it images at once.

The order of the parts was found in real files: they tile the plate in squares of wells, row by row (96 wells: six
sectors of 4 x 4 or twenty-four circuits of 2 x 2; 384 wells: six sectors of 8 x 8); a last number is over the plate.
The CV is 100 SD (n - 1) over the mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where, problem
from evqc.instruments._amounts import SAID, amount
from evqc.instruments._printed import disagreement, percent_of, printed

if TYPE_CHECKING:
    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._marks import Marks
    from evqc.instruments._printed import Floats
    from evqc.instruments.methodical_mind._plates import Plate


@np.errstate(all="ignore")  # numbers of any size may stand in a file; what overflows agrees with nothing
def comparisons(plate: Plate, by: Marks) -> tuple[Issue, ...]:
    """A warning when a printed average or CV is not that of its wells; parts whose rows are not there are left out.

    Args:
        plate: one plate.
        by: marks of its numbers.
    """
    told = plate.sections.get("Statistics", {})
    averages, cvs = told.get("Average", ()), told.get("CV (%)", ())
    if not plate.lines:
        return ()
    if not averages:
        where, expected = Where(line=plate.line, field="Statistics"), "averages that the wells can be checked against"
        return (problem("warning", "STATISTICS_MISSING", where, "no line 'Average'", expected),)
    mean, cv = _parts(_wells(plate, by), plate.rows, len(next(iter(told.values()))))
    return (
        *_compared("Average", averages, mean, by),
        *(_compared("CV (%)", cvs, cv, by) if cvs else ()),
    )


def _wells(plate: Plate, by: Marks) -> Floats:
    """The numbers of the rows that are there, shape (rows, spots, columns); NaN where no number stands."""
    values = [[by.parse(text) for text in line.texts] for line in plate.lines]
    numbers = np.array([[np.nan if value is None else value for value in row] for row in values], dtype=float)
    return numbers.reshape(-1, plate.spots, plate.columns)


def _parts(wells: Floats, rows: int, number: int) -> tuple[Floats, Floats]:
    """Mean and CV of each part and of the plate, shape (1, number + 1).

    NaN where rows are not there, and for all parts where squares do not tile the plate.
    """
    tiles = _tiles(wells, rows, number)
    groups = [*tiles, *[np.empty(0)] * (number - len(tiles)), wells.ravel() if len(wells) == rows else np.empty(0)]
    found = [group[np.isfinite(group)] for group in groups]
    mean = np.array([[group.mean() if group.size else np.nan for group in found]])
    sd = np.array([[group.std(ddof=1) if group.size > 1 else np.nan for group in found]])
    return mean, percent_of(sd, mean)


def _tiles(wells: Floats, rows: int, number: int) -> Floats:
    """The wells of each part whose rows are all there, shape (parts, wells and spots of one)."""
    there, spots, columns = wells.shape
    side = round((rows * columns / number) ** 0.5) if number > 0 else 0
    if side == 0 or rows % side or columns % side or (rows // side) * (columns // side) != number:
        return np.empty((0, 0))
    full = there // side
    tiles = wells[: full * side].reshape(full, side, spots, columns // side, side).transpose(0, 3, 1, 2, 4)
    return tiles.reshape(full * (columns // side), spots * side * side)


def _compared(statistic: str, cells: Row, rule: Floats, by: Marks) -> tuple[Issue, ...]:
    found = [(cell, one) for cell in cells if (one := amount(cell.text, by, SAID)) is not None]
    told = printed([[cell for cell, _ in found]], [[one for _, one in found]])
    if told.value.shape != rule.shape:
        where, expected = (
            Where(line=cells[0].line, field="Statistics"),
            f"{rule.shape[1]} numbers, one a part of the plate",
        )
        return (
            problem("warning", "STATISTICS_UNREADABLE", where, f"{told.value.shape[1]} in '{statistic}'", expected),
        )
    place = Where(line=cells[0].line, field=f"Statistics, {statistic}")
    return disagreement(statistic, told, [rule], lambda _: place)
