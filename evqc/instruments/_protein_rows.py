"""Columns of a protein table as arrays, and the columns of each sample found by how their headings begin or end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where, refusal
from evqc.instruments._amounts import SAID, amount_in
from evqc.instruments._cell import Cell
from evqc.instruments._marks import Marks, marks
from evqc.instruments._rows import Table
from evqc.measurement import State

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from evqc.instruments._cell import Row

_WORDS = SAID | {"filtered": (State.MISSING, "not reported"), "+": (State.MISSING, "not a number")}


_SHORT = 16


@dataclass(frozen=True)
class Columns:
    """A table whose number columns have one decimal mark.

    Attributes:
        table: headings and rows.
        used: headings of the number columns that are read.
        delimiter: of the text.
    """

    table: Table
    used: Sequence[str]
    delimiter: str

    @cached_property
    def marks(self) -> Marks:
        """The marks of the numbers; raises InputError as ``marks`` does."""
        places = [self._place(heading) for heading in self.used if self.table.has(heading)]
        cells = (row[place].text for row in self.table.body for place in places if place < len(row))
        texts = {text for text in cells if not text.isdigit()}
        return marks(sorted(texts), self.table.source, Where(line=self.table.header[0].line), delimiter=self.delimiter)

    def _place(self, heading: str) -> int:
        named = [name.casefold() for name in self.table.headings]
        if heading.casefold() in named:
            return named.index(heading.casefold())
        where, found = Where(line=self.table.header[0].line), "no such column"
        raise refusal(self.table.source, "HEADING_MISSING", where, found, f"a column '{heading}'")

    def text(self, row: Row, heading: str) -> str:
        """The text below a heading; empty when the column is not there."""
        return self.table.text(row, heading) or ""

    def counts(self, heading: str) -> NDArray[np.float64]:
        """A column of whole numbers; as ``numbers``, and raises InputError ``NOT_WHOLE``."""
        found = self.numbers(heading)
        broken = np.flatnonzero(np.nan_to_num(found) % 1)
        if broken.size:
            cell = self.table.cell(self.table.body[int(broken[0])], heading)
            raise refusal(self.table.source, "NOT_WHOLE", cell.where(heading), cell.text, "a whole number")
        return found

    def numbers(self, heading: str, *, minimum: float | None = 0) -> NDArray[np.float64]:
        """A column as numbers, shape (rows,), NaN where a cell says that there is none.

        Raises:
            InputError: ``HEADING_MISSING``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE`` below ``minimum``.
        """
        place = self._place(heading)
        cells = [row[place] if place < len(row) else Cell("", row[0].line) for row in self.table.body]
        found = [self._number(cell, heading, minimum) for cell in cells]
        return np.array(found, dtype=np.float64)

    def _number(self, cell: Cell, heading: str, minimum: float | None) -> float:
        if cell.text.isascii() and cell.text.isdigit() and len(cell.text) < _SHORT:
            return float(cell.text)  # most cells are counts and zeros, of which no mark leaves a doubt
        value = amount_in(cell, heading, self.table.source, self.marks, _WORDS, minimum=minimum).value
        return np.nan if value is None else value


def by_samples(
    headings: Sequence[str], parts: Sequence[str], *, without: Sequence[str] = (), leading: bool = False
) -> dict[str, dict[str, str]]:
    """The columns of each sample: ``{"S1": {"Intensity": "S1 Intensity"}}``, samples in the order of the table.

    Args:
        headings: of the table.
        parts: what stands beside the sample's name, the longer before those that they hold.
        without: headings that belong to no sample.
        leading: the part stands before the name, as in ``Intensity S1``.
    """
    found: dict[str, dict[str, str]] = {}
    for heading in (h for h in headings if h not in without):
        for part in parts:
            name = heading.removeprefix(f"{part} ") if leading else heading.removesuffix(f" {part}")
            if name != heading and name:
                found.setdefault(name, {})[part] = heading
                break
    return found
