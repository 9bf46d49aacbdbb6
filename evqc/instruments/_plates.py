"""Plates as readers export them: names of wells, grids of cells, and the decimal mark of their numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments._cell import Cell, Row
from evqc.instruments._marks import Marks, marks
from evqc.instruments._rows import filled, refuse_many, refuse_wide
from evqc.instruments._rows import rows as rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.instruments._export import ExportFile

#: Rows of a plate by its columns: 6, 12, 24, 48, 96, 384 and 1536 wells.
ROWS_OF = {3: 2, 4: 3, 6: 4, 8: 6, 12: 8, 24: 16, 48: 32}
LETTERS = (*"ABCDEFGHIJKLMNOPQRSTUVWXYZ", *(f"A{second}" for second in "ABCDEF"))
#: The rows behind Z of 1536 wells, as some software writes them.
_AFTER_Z: dict[str, str] = dict(zip("abcdef", LETTERS[26:], strict=True))
_WELL = re.compile(r"([A-Z]|A[A-F])0*([1-9]\d?)")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_DIGIT = re.compile(r"\d", re.ASCII)


def well(text: str) -> str | None:
    """A well in one spelling, ``A01`` as ``A1``; None for what is none."""
    found = _WELL.fullmatch(text)
    return f"{found[1]}{found[2]}" if found is not None and int(found[2]) <= 48 else None


def tabbed(file: ExportFile) -> list[Row]:
    """All rows of a text whose cells are separated by tabs and never quoted.

    Raises:
        InputError: ``FILE_TOO_LARGE``, ``ROW_TOO_WIDE``, or what ``ExportFile.text`` refuses.
    """
    text = file.text()
    refuse_many(file.name, text, "\t")
    lines = _LINE_ENDS.split(text)
    for line, row in enumerate(lines, start=1):
        refuse_wide(file.name, line, row.count("\t") + 1)
    return [tuple(Cell(text.strip(), line) for text in row.split("\t")) for line, row in enumerate(lines, start=1)]


def separated(file: ExportFile, separator: str | None = None) -> list[Row]:
    """All rows of a delimited text, a blank line as one empty cell. Errors as of ``_rows.rows``."""
    return [row or (Cell("", line),) for line, row in enumerate(rows_of(file, separator), start=1)]


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A table with the plate's columns above and its rows beside it, as text.

    Attributes:
        source: name of the file.
        title: what stands above it or in its corner.
        where: its heading row.
        lines: row letter, label behind the last column (empty when there is none), and the cells by well.
        end: place of the first row behind it.
        issues: a warning when the plate is not whole, or its labels change their order.
    """

    source: str
    title: str
    where: Where
    lines: tuple[tuple[str, str, Mapping[str, Cell]], ...]
    end: int
    issues: tuple[Issue, ...] = ()

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the first row of wells that they stand beside."""
        return tuple(dict.fromkeys(label for _, label, _ in self.lines))

    def cells(self, label: str = "") -> dict[str, Cell]:
        """The cells of one label by well, row by row."""
        return {name: cell for _, own, cells in self.lines if own == label for name, cell in cells.items()}


def heads_grid(row: Row) -> bool:
    """Whether a row is the heading of a grid: columns 1, 2, 3 behind one cell."""
    return [cell.text.lstrip("0") for cell in row[1:4]] == ["1", "2", "3"]


def grid(source: str, rows: Sequence[Row], top: int, title: str, *, labelled: bool = False) -> Grid:
    """The grid whose heading stands at ``rows[top]``.

    Args:
        source: name of the file.
        rows: of the file or sheet.
        top: place of the heading row.
        title: of the grid.
        labelled: each line ends with a label behind its last column, and a row of wells may have several lines.

    Raises:
        InputError: ``GRID_COLUMNS``, ``GRID_ROWS`` when columns or rows do not follow each other, ``GRID_UNEVEN`` when
            a row of wells lacks a label that others have, ``TRUNCATED`` when a label is missing or the file ends before
            the plate does.
    """
    columns = _columns(source, rows[top])
    lines, end, letter = [], top + 1, ""
    while end < len(rows) and (begins := _letter(rows[end], letter if labelled else "")):
        if begins != letter:
            letter = _next(source, letter, rows[end])
        label = _label(source, rows[end], columns) if labelled else _nothing_behind(source, rows[end], columns)
        lines.append((letter, label, _wells(rows[end], letter, columns)))
        end += 1
    found = Grid(source=source, title=title, where=rows[top][0].where(title), lines=tuple(lines), end=end)
    _refuse_uneven(found)
    part = _part(found, len(columns), ends=not any(filled(row) for row in rows[end:]))
    return replace(found, issues=(*part, *_short(rows[top + 1 : end], columns[-1]), *_relabelled(found)))


def _columns(source: str, heading: Row) -> list[int]:
    """Places of the columns 1, 2, 3, … that follow each other in a heading row, with nothing right behind them."""
    places: list[int] = []
    for place, cell in enumerate(heading[1:], start=1):
        if cell.text.lstrip("0") != str(len(places) + 1):
            if cell.text:
                raise refusal(source, "GRID_COLUMNS", cell.where("heading"), cell.text, f"column {len(places) + 1}")
            break
        places.append(place)
    return places


def _letter(row: Row, going_on: str) -> str:
    """The row letter that a line begins with, or the one that goes on; empty when the grid is over."""
    letter = _AFTER_Z.get(row[0].text, row[0].text)
    if letter in LETTERS:
        return letter
    return going_on if going_on and not row[0].text and filled(row) else ""


def _next(source: str, letter: str, row: Row) -> str:
    expected: str = LETTERS[LETTERS.index(letter) + 1 if letter else 0]
    if _AFTER_Z.get(row[0].text, row[0].text) != expected:
        raise refusal(source, "GRID_ROWS", row[0].where("row"), f"row {row[0].text}", f"row {expected} of the plate")
    return expected


def _label(source: str, row: Row, columns: Sequence[int]) -> str:
    place = columns[-1] + 1
    if place >= len(row) or not row[place].text:
        where, found = row[0].where("label"), f"{len(row)} cells without a label"
        raise refusal(source, "TRUNCATED", where, found, "a label behind the last column")
    return row[place].text


def _nothing_behind(source: str, row: Row, columns: Sequence[int]) -> str:
    """An empty label; a cell right behind the last column is refused, as it may have stood in one."""
    behind = row[columns[-1] + 1] if columns[-1] + 1 < len(row) else None
    if behind is not None and behind.text:
        raise refusal(source, "GRID_COLUMNS", behind.where("cell"), behind.text, f"{len(columns)} columns")
    return ""


def _wells(row: Row, letter: str, columns: Sequence[int]) -> dict[str, Cell]:
    empty = Cell("", row[0].line)
    return {f"{letter}{n}": row[p] if p < len(row) else empty for n, p in enumerate(columns, start=1)}


def _short(rows: Sequence[Row], last: int) -> tuple[Issue, ...]:
    """Warnings for rows that end before the last column, or are shorter or longer than the others.

    Wells at their end are empty, or a cell before them is gone or there twice.
    """
    lengths = Counter(len(row) for row in rows)
    usual = max(lengths, key=lambda n: (lengths[n], n), default=0)
    kinds = {
        "GRID_SHORT_ROW": [row for row in rows if len(row) <= last or len(row) < usual],
        "GRID_LONG_ROW": [row for row in rows if len(row) > max(last, usual)],
    }
    expected = f"{max(last + 1, usual)} cells in each row"
    return tuple(
        problem("warning", code, odd[0][0].where("row"), _lengths(odd), expected) for code, odd in kinds.items() if odd
    )


def _lengths(rows: Sequence[Row]) -> str:
    first = f"row {rows[0][0].text or 'below'} with {len(rows[0])} cells"
    return first if len(rows) == 1 else f"{first}; {len(rows)} such rows"


def _refuse_uneven(found: Grid) -> None:
    by_row: dict[str, list[str]] = {}
    for letter, label, _ in found.lines:
        by_row.setdefault(letter, []).append(label)
    for letter, labels in by_row.items():
        if sorted(labels) != sorted(found.labels):
            shown = f"row {letter} with {labels}"
            raise refusal(
                found.source, "GRID_UNEVEN", found.where, shown, f"each of {list(found.labels)} once in a row"
            )


def _part(found: Grid, columns: int, *, ends: bool) -> tuple[Issue, ...]:
    """A warning for a grid with other rows than a plate of so many columns has; refused where the file ends with it."""
    letters = len({letter for letter, _, _ in found.lines})
    if letters == ROWS_OF.get(columns):
        return ()
    shown = f"{letters} rows and {columns} columns"
    expected = f"{ROWS_OF[columns]} rows" if columns in ROWS_OF else f"{', '.join(map(str, ROWS_OF))} columns"
    if ends:
        raise refusal(found.source, "TRUNCATED", found.where, f"{shown} at the end of the file", expected)
    return (problem("warning", "PLATE_PARTIAL", found.where, shown, expected),)


def _relabelled(found: Grid) -> tuple[Issue, ...]:
    """A warning when the labels do not stand in the same order beside every row; the label says what a line is."""
    orders = {letter: tuple(own for at, own, _ in found.lines if at == letter) for letter, _, _ in found.lines}
    odd = [letter for letter, order in orders.items() if order != found.labels]
    if not odd:
        return ()
    shown, expected = f"row {odd[0]} with {list(orders[odd[0]])}", f"{list(found.labels)} as in the rows before"
    return (problem("warning", "LABEL_ORDER", found.where, shown, expected),)


def untitled(grids: Iterable[Grid]) -> tuple[Issue, ...]:
    """A warning for a grid above which nothing stands: what its numbers are cannot be told."""
    lost = [one for one in grids if not one.title]
    expected = "a title above the numbers, which says what they are"
    return tuple(problem("warning", "NUMBERS_NOT_READ", one.where, "a grid without title", expected) for one in lost)


def stray(rows: Iterable[Row]) -> tuple[Issue, ...]:
    """A warning when rows that belong to no grid hold several numbers, as the rows of a damaged grid do.

    Args:
        rows: those that were passed over.
    """
    lost = [row for row in rows if sum(_DIGIT.match(cell.text[:1]) is not None for cell in row[1:]) > 3]
    if not lost:
        return ()
    shown, expected = f"{len(lost)} rows of numbers below no heading", "numbers below columns 1, 2, 3, …"
    return (problem("warning", "NUMBERS_NOT_READ", Where(line=lost[0][0].line), shown, expected),)


def lettered(rows: Iterable[Row]) -> tuple[Issue, ...]:
    """A warning for rows that begin as those of a grid and belong to none: the layout of a plate without its columns.

    Args:
        rows: those that were passed over.
    """
    lost = [row for row in rows if row and row[0].text in LETTERS and sum(bool(c.text) for c in row[1:]) > 1]
    if not lost:
        return ()
    shown, expected = f"{len(lost)} rows of wells below no heading", "columns 1, 2, 3, … above them"
    return (problem("warning", "GRID_MISSING", lost[0][0].where("row"), shown, expected),)


def plate_marks(
    texts: Iterable[str], source: str, where: Where, *, delimiter: str | None = None, absorbance: bool = False
) -> Marks:
    """The marks of a plate's numbers by the evidence of ``_marks.marks``, and of absorbance.

    No plate reader groups digits by thousands: what has such a mark is refused as a number. ``2.100`` alone could be
    2100; as an absorbance it cannot: readers end at about 4.

    Args:
        texts: of all number cells.
        source: name of the file.
        where: of the plate.
        delimiter: what separates the cells.
        absorbance: some of the numbers are absorbances.

    Raises:
        InputError: as ``_marks.marks``.
    """
    known = list(texts)
    try:
        return Marks(marks(known, source, where, delimiter=delimiter).decimal)
    except InputError as error:
        if not absorbance or error.issues[0].code != "DECIMAL_AMBIGUOUS":
            raise
    return Marks("," if any("," in text for text in known) else ".")
