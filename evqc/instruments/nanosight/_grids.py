"""Tables that stand in the file exactly as the instrument writes them, each read as a whole.

Whatever is unusual in a table makes it none of these, so that its rows are looked at cell by cell and named.
"""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from itertools import compress
from operator import ne
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from evqc.instruments.nanosight._names import BLANK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Every real file has 1000 bins, from 0 on, in every block; a table of another length has lost rows.
BINS = 1000
#: Percentiles 0 to 100.
PERCENTILES = 101
#: No printed number is larger, volume concentrations of undiluted samples included; it also keeps squares finite.
LARGEST = 1e30
BIN_HEADING = "Bin centre"
PERCENTILE_HEADING = "Percentile"
_PERCENT = tuple(f"{percent}," for percent in range(PERCENTILES))
#: Of bins of 1 nm, as every real file has them.
CENTRES: Floats = np.arange(BINS, dtype=np.float64) + 0.5
_PADDING = ", \t"
_OF_ROWS = b"0123456789,\n"
_EMPTY_ROW = re.compile(r"0\.5((?:,0)+)([, \t]*)")


def grid_below(lines: Sequence[str], heading: int) -> Floats | None:
    """The numbers of the table below a line of headings, first column included; None when it is not a plain one.

    Args:
        lines: the lines of the file.
        heading: index of a line.

    Returns:
        Shape (1000 or 101, columns), not negative, read-only.
    """
    rows = BINS if lines[heading].startswith(BIN_HEADING) else PERCENTILES
    if not lines[heading].startswith((BIN_HEADING, PERCENTILE_HEADING)) or not _ends(lines, heading + 1 + rows):
        return None
    body = lines[heading + 1 : heading + 1 + rows]
    grid = _bins(body) if rows == BINS else _percentiles(body)
    if grid is None or grid.shape[1] < 2:
        return None
    grid.setflags(write=False)
    return grid


def _ends(lines: Sequence[str], at: int) -> bool:
    """Whether the line at an index ends a table: a blank one, or the headings of the percentiles."""
    return at < len(lines) and (not lines[at].strip(BLANK) or lines[at].startswith(f"{PERCENTILE_HEADING},"))


def _bins(body: Sequence[str]) -> Floats | None:
    """Rows of a centre and whole numbers."""
    empty = _empty_rows(body[0])
    if empty is None:
        return _whole(body)
    filled = [*compress(range(BINS), map(ne, body, empty.rows))]
    grid = np.zeros((BINS, empty.columns))
    grid[:, 0] = CENTRES
    if not filled:
        return grid
    found, rows = _whole([body[k] for k in filled]), np.array(filled)
    if found is None or found.shape[1] != empty.columns or (found[:, 0] != CENTRES[rows]).any():
        return None
    grid[rows] = found
    return grid


class _Empty(NamedTuple):
    """What the rows of bins of 1 nm are that hold nothing, and how many cells they have."""

    rows: list[str]
    columns: int


@lru_cache(maxsize=8)
def _empty_rows(first: str) -> _Empty | None:
    """The empty rows when the first one is empty, as most are; None when it is not, or of other bins."""
    if (hit := _EMPTY_ROW.fullmatch(first)) is None:
        return None
    return _Empty([f"{k}.5{hit[1]}{hit[2]}" for k in range(BINS)], 1 + hit[1].count(","))


def _whole(body: Sequence[str]) -> Floats | None:
    """Rows of a centre and whole numbers: no number has a decimal point but the centres, which have all or none."""
    grid, points = _numbers(body, b".")
    if grid is None or not points:
        return grid
    return grid if len(points) == len(body) and (grid[:, 0] % 1 > 0).all() else None


def _percentiles(body: Sequence[str]) -> Floats | None:
    """Rows of a percentile from 0 to 100 and its diameters."""
    return _numbers(body, b".eE+-")[0] if all(map(str.startswith, body, _PERCENT)) else None


def _numbers(body: Sequence[str], beside: bytes) -> tuple[Floats | None, bytes]:
    """A table of numbers from 0 with what stands in it ``beside`` digits and commas; None where other characters do.

    These characters exclude nan, inf, 1_000 and whatever else no instrument prints.
    """
    rows = [line.rstrip(_PADDING) for line in body]
    text = "\n".join(rows)
    found = text.encode("ascii", "replace").translate(None, _OF_ROWS)
    if found.strip(beside):
        return None, found
    with suppress(ValueError):  # rows of different length, an empty cell, or no number
        grid = np.loadtxt(rows, delimiter=",", ndmin=2, comments=None)
        if len(grid) == len(rows) and grid.min() >= 0 and grid.max() <= LARGEST:
            return grid, found
    return None, found
