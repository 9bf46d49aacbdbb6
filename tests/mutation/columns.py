"""Damage to columns of delimited text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

from tests.mutation.mutant import Mutant, Original
from tests.mutation.texts import Part, part

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

_OUTSIDE_QUOTES = r'(?=(?:[^"]*"[^"]*")*[^"]*$)'


@dataclass(frozen=True, slots=True)
class _Grid:
    """Consecutive lines with the same number of cells: ``cells`` from line ``first``, 0-based, cut at ``mark``.

    ``below`` is true when cells stand in the line above too, in another number: the headings may be up there.
    """

    first: int
    mark: str
    cells: list[list[str]]
    below: bool

    @property
    def width(self) -> int:
        return len(self.cells[0])

    @property
    def has_headings(self) -> bool:
        """The first line holds distinct words and no number, so that its columns may change places."""
        names = [cell.strip().strip('"').casefold() for cell in self.cells[0]]
        return all(names) and len(set(names)) == len(names) and not any(re.search(r"^\W*\d", name) for name in names)


def _grid(inside: Part, rng: random.Random) -> tuple[list[str], _Grid] | None:
    lines = re.split(r"(?<=\n)|(?<=\r)(?!\n)", inside.text)
    mark = max("\t;,", key=lambda m: sum(m in line for line in lines))
    cells = [re.split(re.escape(mark) + _OUTSIDE_QUOTES, line.rstrip("\r\n")) for line in lines]
    groups = [list(group) for _, group in groupby(range(len(lines)), key=lambda n: len(cells[n]))]
    tables = [group for group in groups if len(group) > 1 and len(cells[group[0]]) > 2]
    no_table = inside.packing.endswith(".xml") or inside.text.startswith(("FCS", "%PDF"))
    if not tables or mark not in inside.text or no_table:
        return None
    chosen = rng.choice(tables)
    below = chosen[0] > 0 and len(cells[chosen[0] - 1]) > 2
    return lines, _Grid(chosen[0], mark, [cells[n] for n in chosen], below)


def _remade(inside: Part, lines: list[str], grid: _Grid, cells: list[list[str]]) -> bytes:
    ends = [re.search(r"[\r\n]*$", line) for line in lines]
    for n, row in enumerate(cells, start=grid.first):
        end = ends[n]
        lines[n] = grid.mark.join(row) + (end[0] if end else "")
    return inside.with_text("".join(lines))


def columns_swapped(original: Original, rng: random.Random) -> Mutant | None:
    """Two columns change places together with their headings: another order, and the same content.

    Not the same where the headings may stand above: a layout whose columns 2 and 4 change places below the numbers of
    the columns says that other wells hold other standards.
    """
    inside = part(original.data, rng)
    if (found := _grid(inside, rng)) is None or not found[1].has_headings:
        return None
    lines, grid = found
    a, b = rng.sample(range(grid.width), 2)
    cells = [_swapped(row, a, b) for row in grid.cells]
    what = f"columns {grid.cells[0][a]!r} and {grid.cells[0][b]!r}"
    return Mutant(_remade(inside, lines, grid, cells), "columns swapped", what, same_meaning=not grid.below)


def values_swapped(original: Original, rng: random.Random) -> Mutant | None:
    """The values of two columns change places below their headings."""
    inside = part(original.data, rng)
    if (found := _grid(inside, rng)) is None:
        return None
    lines, grid = found
    a, b = rng.sample(range(grid.width), 2)
    cells = [grid.cells[0], *(_swapped(row, a, b) for row in grid.cells[1:])]
    return Mutant(_remade(inside, lines, grid, cells), "values swapped", f"columns {a + 1} and {b + 1}")


def column_shifted(original: Original, rng: random.Random) -> Mutant | None:
    """One row has a cell too many or too few, so that the rest of it stands below other headings."""
    return _cell_replaced(original, rng, "row shifted", lambda cell: rng.choice(([], ["", cell], [cell, cell])))


def cell_emptied(original: Original, rng: random.Random) -> Mutant | None:
    """One cell of a table is empty: a number was deleted, and its mark or its place was kept."""
    return _cell_replaced(original, rng, "cell emptied", lambda _: [rng.choice(("", "", " ", '""'))])


def _cell_replaced(
    original: Original, rng: random.Random, kind: str, others: Callable[[str], list[str]]
) -> Mutant | None:
    """Other cells, or none, stand in the place of one."""
    inside = part(original.data, rng)
    if (found := _grid(inside, rng)) is None:
        return None
    lines, grid = found
    cells = [list(row) for row in grid.cells]
    row, place = rng.randrange(len(cells)), rng.randrange(grid.width)
    was = cells[row][place]
    cells[row][place : place + 1] = others(was)
    what = f"{was[:60]!r} in line {grid.first + row + 1}, cell {place + 1}"
    return Mutant(_remade(inside, lines, grid, cells), kind, what)


def column_removed(original: Original, rng: random.Random) -> Mutant | None:
    """A whole column is missing."""
    inside = part(original.data, rng)
    if (found := _grid(inside, rng)) is None:
        return None
    lines, grid = found
    place = rng.randrange(grid.width)
    cells = [row[:place] + row[place + 1 :] for row in grid.cells]
    return Mutant(
        _remade(inside, lines, grid, cells), "column removed", f"{grid.cells[0][place]!r}, column {place + 1}"
    )


def _swapped(row: list[str], a: int, b: int) -> list[str]:
    row = list(row)
    row[a], row[b] = row[b], row[a]
    return row
