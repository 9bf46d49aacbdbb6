"""Tables that stand in the file exactly as the instrument writes them, each read as a whole.

Whatever is unusual in a table makes it none of these, so that its rows are looked at cell by cell and named.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

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
_POINT, _COMMA, _NEWLINE = b".,\n"
_PADDING = ", \t"


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
    body = [line.rstrip(_PADDING) for line in lines[heading + 1 : heading + 1 + rows]]
    return _bins(body) if rows == BINS else _percentiles(body)


def _ends(lines: Sequence[str], at: int) -> bool:
    """Whether the line at an index ends a table: a blank one, or the headings of the percentiles."""
    return at < len(lines) and (not lines[at].strip(BLANK) or lines[at].startswith(f"{PERCENTILE_HEADING},"))


def _bins(body: list[str]) -> Floats | None:
    """Rows of a centre and whole numbers."""
    text = "\n".join(body)
    grid = _numbers(body, text, b"0123456789.,\n")
    return grid if grid is not None and _are_whole(text, *grid.shape) else None


def _are_whole(text: str, rows: int, columns: int) -> bool:
    """Whether no number has a decimal point but those of the first column, which have all or none."""
    data = np.frombuffer(text.encode("ascii"), dtype=np.uint8)
    points = np.flatnonzero(data == _POINT)
    if not points.size:
        return True
    first = np.flatnonzero(data == _COMMA)[:: columns - 1]
    starts = np.concatenate(([-1], np.flatnonzero(data == _NEWLINE)))
    return points.size == rows and bool(((starts < points) & (points < first)).all())


def _percentiles(body: list[str]) -> Floats | None:
    """Rows of a percentile from 0 to 100 and its diameters."""
    if not all(map(str.startswith, body, _PERCENT)):
        return None
    return _numbers(body, "\n".join(body), b"0123456789.,\neE+-")


def _numbers(body: list[str], text: str, characters: bytes) -> Floats | None:
    """A table of numbers from 0; these characters exclude nan, inf, 1_000 and whatever else no instrument prints."""
    if not text.isascii() or text.encode("ascii").translate(None, characters):
        return None
    with suppress(ValueError):  # rows of different length, an empty cell, or no number
        grid = np.loadtxt(body, delimiter=",", ndmin=2, comments=None)
        if len(grid) == len(body) and grid.shape[1] > 1 and ((grid >= 0) & (grid <= LARGEST)).all():
            grid.setflags(write=False)
            return grid
    return None
