"""An export as tables, and each row as a record that knows its cells by what they are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Amount, amount_in
from evqc.instruments._cell import Row
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import column, half_unit
from evqc.instruments._rows import Table, filled, plain, rows
from evqc.instruments.zetasizer._columns import (
    ARRAY,
    DATE,
    NUMBERS,
    QUANTITIES,
    SAMPLE,
    SIZES,
    TEXTS,
    TYPE,
    UNDERSIZE,
    WEIGHTINGS,
    is_array,
    is_own,
    is_size_unit,
    scale,
    spelled,
    unit_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from evqc.instruments._cell import Cell
    from evqc.instruments._export import ExportFile

_NUMERIC = (*(one.headings for one in QUANTITIES), *NUMBERS.values())
_READ = {spelled(h) for headings in (*_NUMERIC, *TEXTS.values(), TYPE, SAMPLE, DATE) for h in headings}


@dataclass(frozen=True)
class Columns:
    """The columns of one table.

    Attributes:
        table: headings and rows.
        width: cells of the heading row, empty ones at its end too.
        trusted: how many columns a row that is longer than the headings can be trusted in: those before the first
            array, because one of the arrays is longer than its headings and nothing says which.
    """

    table: Table
    width: int

    @cached_property
    def places(self) -> dict[str, list[int]]:
        """Places of the columns of one heading, that is no array, by its spelling."""
        found: dict[str, list[int]] = {}
        for place, heading in enumerate(self.table.headings):
            if not is_array(heading):
                found.setdefault(spelled(heading), []).append(place)
        return found

    @cached_property
    def arrays(self) -> dict[str, list[int]]:
        """Places of the columns of an array by its name, of a repeated array those that stand first."""
        found: dict[str, dict[int, int]] = {}
        for place, heading in enumerate(self.table.headings):
            if (hit := ARRAY.fullmatch(heading)) is not None:
                found.setdefault(hit["name"], {}).setdefault(int(hit["place"]), place)
        return {name: [places[k] for k in sorted(places)] for name, places in found.items()}

    @cached_property
    def trusted(self) -> int:
        """Places before the first array."""
        return min((place for places in self.arrays.values() for place in places), default=len(self.table.header))


@dataclass(frozen=True)
class Record:
    """One row.

    Attributes:
        source: name of the file.
        columns: of its table.
        row: its cells.
        marks: of the file.
        number: place of its table in the file, from 0.
    """

    source: str
    columns: Columns
    row: Row
    marks: Marks
    number: int

    @property
    def line(self) -> int:
        """Its line number."""
        return self.row[0].line

    @cached_property
    def is_long(self) -> bool:
        """Whether there are more cells than in the heading row, or more filled ones than headings.

        An empty cell too many counts: the software ends headings and rows alike, so that one came in or a heading is
        lost.
        """
        return len(self.row) > self.columns.width or any(c.text for c in self.row[len(self.columns.table.header) :])

    def cells(self, headings: Sequence[str]) -> list[tuple[str, Cell]]:
        """The cells below any of the headings, with the heading as written; none that a long row cannot trust."""
        places = [place for h in headings for place in self.columns.places.get(spelled(h), ())]
        end = min(self.columns.trusted if self.is_long else len(self.row), len(self.row))
        return [(plain(self.columns.table.header[place].text), self.row[place]) for place in places if place < end]

    def text(self, headings: Sequence[str]) -> str | None:
        """The one text below the headings; None when there is none. Raises InputError ``COLUMNS_DISAGREE``."""
        found = [(h, cell) for h, cell in self.cells(headings) if cell.text]
        for heading, cell in found[1:]:
            if cell.text != found[0][1].text:
                raise self._disagree(heading, cell, found[0][1])
        return found[0][1].text if found else None

    def cell(self, headings: Sequence[str]) -> tuple[str, Cell] | None:
        """The cell below the headings that holds something, else the first one; None when there is no such column.

        Raises:
            InputError: ``COLUMNS_DISAGREE`` when two hold different numbers.
        """
        found = self.cells(headings)
        held = [(h, cell) for h, cell in found if cell.text]
        for heading, cell in held[1:]:
            if not self._same((heading, cell), held[0]):
                raise self._disagree(heading, cell, held[0][1])
        return next(iter((*held, *found)), None)

    def amount(self, headings: Sequence[str], minimum: float | None = None) -> Amount | None:
        """What the cell below the headings says, in the usual unit; None without such a column. Errors as ``cell``."""
        found = self.cell(headings)
        return None if found is None else self._amount(*found, minimum)

    def _amount(self, heading: str, cell: Cell, minimum: float | None = None) -> Amount:
        return amount_in(cell, heading, self.source, self.marks, minimum=minimum).times(scale(heading))

    def value(self, headings: Sequence[str]) -> tuple[float, float] | None:
        """The number below the headings and half a unit of its last digit; None when there is none."""
        found, said = self.cell(headings), self.amount(headings)
        if found is None or said is None or said.value is None:
            return None
        return said.value, half_unit(found[1].text) * scale(found[0])

    def array(self, name: str, minimum: float | None = None) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
        """An array's numbers and half a unit of the last digit of each; None where it is not exported or empty.

        A long row has no arrays.

        Raises:
            InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``TRUNCATED``.
        """
        places = self.columns.arrays.get(name, [])
        texts = [self.row[place].text if place < len(self.row) else "" for place in places]
        if self.is_long or not any(texts):
            return None
        for place, text in zip(places, texts, strict=True):
            if not text:
                where = Where(line=self.line, column=self.columns.table.headings[place])
                raise refusal(self.source, "TRUNCATED", where, "nothing", f"the {len(places)} numbers of '{name}'")
        values = [column([t], self.source, first_line=self.line, name=name, decimal=self.marks.decimal, minimum=minimum)
                  for t in texts]  # fmt: skip
        factors = np.array([scale(self.columns.table.headings[place]) for place in places])
        return np.concatenate(values) * factors, np.array([half_unit(t) for t in texts]) * factors

    def _same(self, one: tuple[str, Cell], other: tuple[str, Cell]) -> bool:
        a, b = self._amount(*one), self._amount(*other)
        if a.value is None or b.value is None:
            return a.state is b.state
        return abs(a.value - b.value) <= sum(half_unit(cell.text) * scale(heading) for heading, cell in (one, other))

    def _disagree(self, heading: str, cell: Cell, first: Cell) -> Exception:
        expected = f"'{first.text}', as another column of the same meaning says"
        return refusal(self.source, "COLUMNS_DISAGREE", cell.where(heading), f"'{cell.text}'", expected)


def records(file: ExportFile) -> tuple[list[Record], tuple[Issue, ...], tuple[str, ...]]:
    """The records of an export in its order, what was noticed of headings and rows, and unread columns.

    A row with a heading of the Zetasizer begins a table; a file may hold several.

    Raises:
        InputError: ``NO_RECORDS``, ``HEADING_CHANGED``, ``ARRAY_GAP``, ``UNIT_UNKNOWN``, ``DECIMAL_AMBIGUOUS``,
            ``DECIMAL_MIXED``, ``QUOTING``.
    """
    tables = list(_tables(file))
    for columns in tables:
        _refuse_gap(file.name, columns)
    used = marks(_number_texts(tables), file.name, Where(line=1))
    found = [
        Record(file.name, columns, row, used, number)
        for number, columns in enumerate(tables)
        for row in columns.table.body
    ]
    if not found:
        raise refusal(file.name, "NO_RECORDS", Where(line=1), "headings alone", "a row for each record")
    lost = (issue for columns in tables for issue in columns.table.unnamed())
    issues = (*lost, *_converted(tables), *_misfits(found))
    return found, issues, tuple(dict.fromkeys(h for c in tables for h in _unread(c)))


def _tables(file: ExportFile) -> Iterator[Columns]:
    sheet = [row for row in rows(file) if filled(row)]
    starts = [i for i, row in enumerate(sheet) if any(is_own(cell.text) for cell in row)]
    for start, end in pairwise([*starts, len(sheet)]):
        header, width = sheet[start], len(sheet[start])
        _refuse_changed(file.name, header)
        _refuse_size_unit(file.name, header)
        while not header[-1].text:
            header = header[:-1]
        yield Columns(Table(file.name, header, tuple(sheet[start + 1 : end])), width)


def _refuse_changed(source: str, header: Row) -> None:
    """Raises InputError ``HEADING_CHANGED`` where points became commas in headings too: then more has changed."""
    changed = next((cell for cell in header if "(d,nm)" in cell.text), None)
    if changed is not None:
        expected = "'(d.nm)', as the software writes with every decimal mark: something replaced points in this file"
        raise refusal(source, "HEADING_CHANGED", changed.where(changed.text), f"'{changed.text}'", expected)


def _refuse_size_unit(source: str, header: Row) -> None:
    """Raises InputError ``UNIT_UNKNOWN`` for sizes in a unit that does not convert."""
    for cell in header:
        hit = ARRAY.fullmatch(plain(cell.text))
        if hit is not None and hit["name"] == SIZES and not is_size_unit(unit_of(cell.text)):
            expected = "sizes as diameters or radii in nm or µm"
            raise refusal(source, "UNIT_UNKNOWN", cell.where(cell.text), f"'{cell.text}'", expected)


def _refuse_gap(source: str, columns: Columns) -> None:
    """Raises InputError ``ARRAY_GAP`` for an array whose columns are not numbered 1, 2, 3 and so on.

    Without one of them, the numbers behind it would belong to other sizes.
    """
    for name, places in columns.arrays.items():
        numbers = [int(hit["place"]) for p in places if (hit := ARRAY.fullmatch(columns.table.headings[p])) is not None]
        odd = next((n for n, number in enumerate(numbers, start=1) if n != number), None)
        if odd is not None:
            where = Where(line=columns.table.header[0].line, column=f"{name}[{odd}]")
            found, expected = f"{name}[{numbers[odd - 1]}]", f"{name}[{odd}] before it"
            raise refusal(source, "ARRAY_GAP", where, found, expected)


def _converted(tables: Sequence[Columns]) -> Iterator[Issue]:
    """A note of each unit that a laboratory chose instead of the usual one, by the first heading that names it."""
    headings = {unit_of(h): (h, c) for c in reversed(tables) for h in reversed(c.table.headings) if scale(h) != 1}
    for heading, columns in headings.values():
        where = Where(line=columns.table.header[0].line, column=heading)
        expected = f"the usual unit; numbers in this one are multiplied by {scale(heading):g}"
        yield problem("note", "UNIT_CONVERTED", where, f"'{heading}'", expected)


def _number_texts(tables: Sequence[Columns]) -> Iterator[str]:
    known = {spelled(h) for headings in _NUMERIC for h in headings}
    for columns in tables:
        scalars = [place for heading in known for place in columns.places.get(heading, ())]
        arrays = [place for places in columns.arrays.values() for place in places]
        for row in columns.table.body:
            yield from (row[place].text for place in (*sorted(scalars), *arrays) if place < len(row))


def _misfits(found: Sequence[Record]) -> Iterator[Issue]:
    for record in found:
        width, filled_cells = len(record.columns.table.header), len(record.row)
        where = Where(line=record.line)
        if record.is_long:
            expected = f"{width} cells, as many as headings; only columns before the first array are read in this row"
            shown = f"{filled_cells} cells below {width} headings"
            yield problem("warning", "LONG_ROW", where, shown, expected)
        elif filled_cells < width:
            yield problem("warning", "SHORT_ROW", where, f"{filled_cells} cells", f"{width} cells, as many as headings")


def _unread(columns: Columns) -> Iterator[str]:
    """Headings with content that nothing uses; an array is named once."""
    used = {SIZES, UNDERSIZE, *WEIGHTINGS} if SIZES in columns.arrays else set()
    for heading in columns.table.unread(()):
        hit = ARRAY.fullmatch(heading)
        if hit is None and spelled(heading) not in _READ:
            yield heading
        elif hit is not None and hit["name"] not in used:
            yield f"{hit['name']}[]"
