"""The grids of an EnVision export with the plate information above each, with letters and without."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Issue, refusal
from evqc.instruments._cell import Cell
from evqc.instruments._plates import LETTERS, ROWS_OF, Grid, grid, heads_grid, stray
from evqc.instruments._rows import filled
from evqc.instruments.envision._description import QUOTED, behind_filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Row

#: The first line of each plate's table.
PLATE = "Plate information"
_CALCULATED = re.compile(r"Calculated results:?.*")
#: What a line of values without letter may begin with: a number, its bound, or a word for none.
_VALUE = re.compile(r"[-+<>*.,]*\d|OVER|N/A|-$")
_FORMULA = "Formula"


@dataclass(frozen=True, kw_only=True)
class Part:
    """A grid with the line of its plate information.

    Attributes:
        plate: heading and cell of each column of the plate information.
        grid: the values.
        calculated: the values were computed by a formula.
    """

    plate: Mapping[str, Cell]
    grid: Grid
    calculated: bool

    def text(self, heading: str) -> str | None:
        """A cell of the plate information; None when it is empty or ``N/A``."""
        cell = self.plate.get(heading)
        text = QUOTED.sub(r"\1", cell.text).strip('"') if cell is not None else ""
        return None if text in {"", "N/A"} else text


def parts_of(source: str, rows: Sequence[Row], shape: tuple[int, int]) -> tuple[list[Part], tuple[Issue, ...]]:
    """The grids in order, and what should be known of them.

    Args:
        source: name of the file.
        rows: those above the description of the assay.
        shape: rows and columns of the plate as the description states them; zeros when it does not.

    Raises:
        InputError: ``GRID_COLUMNS``, ``TRUNCATED``, and what a grid with letters raises.
    """
    found: list[Part] = []
    passed: list[Row] = []
    plate: dict[str, Cell] = {}
    title, place = "", 0
    while place < len(rows):
        row = rows[place]
        if row[0].text == PLATE and place + 2 < len(rows):
            plate = {h.text: c for h, c in zip(rows[place + 1], rows[place + 2], strict=False) if h.text}
            title, place = "", place + 3
        elif row[0].text == "Background information":
            behind = behind_filled(rows, place)
            passed += [row for row in rows[place + 2 : behind] if not _is_background(row, rows[place + 1])]
            place = behind
        elif heads_grid(row) or (plate and (end := _bare_end(rows, place, shape)) > place):
            one = grid(source, rows, place, title) if heads_grid(row) else _bare(source, rows, place, end, shape, plate)
            found.append(Part(plate=plate, grid=one, calculated=_is_calculated(title, plate)))
            place, title = one.end, ""
        else:
            title = row[0].text if filled(row) else title
            passed.append(row)
            place += 1
    return found, (*(issue for part in found for issue in part.grid.issues), *stray(passed))


def _is_background(row: Row, heading: Row) -> bool:
    """Whether a row is one of the background of a plate: its number first, and the cells of the headings."""
    return row[0].text.isdigit() and len(row) == len(heading)


def _is_calculated(title: str, plate: Mapping[str, Cell]) -> bool:
    return _CALCULATED.fullmatch(title) is not None or (not title and _FORMULA in plate)


def _is_bare(row: Row, shape: tuple[int, int]) -> bool:
    """Whether a row holds a plate's values without letter, one for each column and an empty cell behind them.

    Wells that were not read are empty, sometimes a whole row of them.
    """
    width, columns = len(row), shape[1]
    whole = width == columns or (width == columns + 1 and not row[-1].text)
    return columns > 1 and whole and (not row[0].text or _VALUE.match(row[0].text) is not None) and not heads_grid(row)


def _bare_end(rows: Sequence[Row], place: int, shape: tuple[int, int]) -> int:
    """The place behind the rows without letter that begin at a place; the place itself where no value is in them."""
    end = next((n for n in range(place, len(rows)) if not _is_bare(rows[n], shape)), len(rows))
    return end if any(filled(row) for row in rows[place:end]) else place


def _bare(
    source: str, rows: Sequence[Row], begin: int, end: int, shape: tuple[int, int], plate: Mapping[str, Cell]
) -> Grid:
    """A grid without headings, whose shape the protocol states.

    Rows of empty wells look like the blank lines around a plate after a spreadsheet program has filled these with
    commas. So either the rows from the first to the last value are as many as the plate has, or all rows are.

    Raises:
        InputError: ``GRID_COLUMNS`` for a row of another length beside it, ``TRUNCATED``.
    """
    values = [place for place in range(begin, end) if filled(rows[place])]
    spans = values[-1] + 1 - values[0] == shape[0]
    top, count = (values[0], shape[0]) if spans else (begin, end - begin)
    title = plate["Label"].text if "Label" in plate else plate[_FORMULA].text if _FORMULA in plate else ""
    where, expected = rows[values[0]][0].where(title), f"{shape[0]} rows of {shape[1]}, as the protocol states"
    uneven = next((rows[n] for n in values if len(rows[n]) != len(rows[values[0]])), None)
    if all(len(rows[n]) == shape[1] and not rows[n][-1].text for n in values):
        raise refusal(source, "GRID_COLUMNS", where, f"{shape[1] - 1} values and nothing behind them", expected)
    odd = uneven or next(
        (rows[n] for n in (begin, end) if 0 < n < len(rows) and filled(rows[n - 1]) and filled(rows[n])), None
    )
    if odd is not None:
        raise refusal(source, "GRID_COLUMNS", odd[0].where(title), f"a row of {len(odd)} cells beside it", expected)
    if count != shape[0] or ROWS_OF.get(shape[1]) != shape[0]:
        raise refusal(source, "TRUNCATED", where, f"{count} rows of values", expected)
    lines = tuple(
        (LETTERS[k], "", {f"{LETTERS[k]}{n + 1}": rows[top + k][n] for n in range(shape[1])}) for k in range(shape[0])
    )
    return Grid(source=source, title=title, where=where, lines=lines, end=end)
