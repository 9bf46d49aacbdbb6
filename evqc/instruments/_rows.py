"""Delimited text as rows of cells that know their line, and tables with a row of headings."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._cell import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.instruments._export import ExportFile

#: Cells in one text; a hundred times those of the largest table that is read cell by cell.
MOST_CELLS = 4_000_000
_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
#: Cells in one row, as many as a spreadsheet has columns; no instrument writes more.
WIDEST = 16_384
#: Cells that all rows lack when headings were shifted rather than columns left out.
_SHIFTED = 2
_NUMBER = re.compile(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?")
_QUOTED = re.compile(r'"[^"]*"')


def delimiter(text: str, among: str = "\t;,") -> str:
    """What separates the cells of a text: what a first line ``sep=,`` says, else the mark that stands in most lines.

    Args:
        text: the file's text, or its head.
        among: the marks that are possible; of two in equally many lines the more frequent one.
    """
    first = text[: text.find("\n") if "\n" in text else None]
    if (said := _SEPARATOR.fullmatch(first.strip("\r"))) is not None:
        return said[1]
    lines = [_QUOTED.sub("", line) if '"' in line else line for line in text.splitlines()[:50]]
    return max(among, key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines)))


def rows(file: ExportFile, separator: str | None = None) -> list[Row]:
    """All rows of a text file, blank ones too; a first line ``sep=,`` is obeyed and becomes an empty row.

    Args:
        file: the file.
        separator: what separates its cells; found out when None.

    Raises:
        InputError: ``QUOTING``, ``FILE_TOO_LARGE``, ``ROW_TOO_WIDE``, or what ``ExportFile.text`` refuses.
    """
    text = file.text()
    used = separator or delimiter(text)
    refuse_many(file.name, text, used)
    found = list(_read(file.name, text, used))
    says = bool(found) and _SEPARATOR.fullmatch(text.splitlines()[0]) is not None
    return [(), *found[1:]] if says else found


def _read(source: str, text: str, separator: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for cells in reader:
            refuse_wide(source, line, len(cells))
            yield tuple(Cell(text.strip(), line) for text in cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise refusal(source, "QUOTING", Where(line=line), str(error), "cells with quotation marks in pairs") from None


def refuse_many(source: str, text: str, separator: str) -> None:
    """Raises InputError ``FILE_TOO_LARGE`` for a text of more cells than memory should hold, before it is cut."""
    cells = text.count(separator) + text.count("\n")
    if cells > MOST_CELLS:
        raise refusal(source, "FILE_TOO_LARGE", Where(), f"about {cells} cells", f"at most {MOST_CELLS}")


def refuse_wide(source: str, line: int, cells: int) -> None:
    """Raises InputError ``ROW_TOO_WIDE`` for a row of more cells than a spreadsheet has columns."""
    if cells > WIDEST:
        raise refusal(source, "ROW_TOO_WIDE", Where(line=line), f"{cells} cells", f"at most {WIDEST} in a row")


def plain(heading: str) -> str:
    """A heading in one spelling: blanks single, both signs for micro alike, case as it is."""
    return " ".join(unicodedata.normalize("NFKC", heading).split())


def filled(row: Row) -> bool:
    """Whether any cell of a row holds something."""
    return any(cell.text or cell.fault for cell in row)


@dataclass(frozen=True)
class Table:
    """A row of headings and the rows below it.

    Attributes:
        source: name of the file.
        header: the cells of the heading row.
        body: the rows that belong to it, blank ones left out.
    """

    source: str
    header: Row
    body: tuple[Row, ...]

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """Headings in order; of those that stand there more than once the further ones as ``Units [2]``."""
        seen = Counter[str]()
        named = []
        for text in (plain(cell.text) for cell in self.header):
            seen[text] += 1
            named.append(f"{text} [{seen[text]}]" if seen[text] > 1 else text)
        return tuple(named)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {heading.casefold(): place for place, heading in enumerate(self.headings)}

    def has(self, heading: str) -> bool:
        """Whether there is a column of this heading; case does not matter."""
        return plain(heading).casefold() in self._places

    def cell(self, row: Row, heading: str) -> Cell:
        """The cell of a row below a heading; an empty one where the row is shorter.

        Raises:
            InputError: ``HEADING_MISSING``.
        """
        place = self._places.get(plain(heading).casefold())
        if place is None:
            where, found = Where(line=self._line), f"headings {[h for h in self.headings if h][:20]}"
            raise refusal(self.source, "HEADING_MISSING", where, found, f"a column '{heading}'")
        return row[place] if place < len(row) else Cell("", row[0].line if row else self._line)

    def text(self, row: Row, heading: str) -> str | None:
        """The text of a row below a heading; None when the column is not there or the cell is empty."""
        return (self.cell(row, heading).text or None) if self.has(heading) else None

    def column(self, heading: str) -> list[str]:
        """The texts below a heading, one a row."""
        return [self.cell(row, heading).text for row in self.body]

    def unread(self, read: Iterable[str]) -> tuple[str, ...]:
        """Headings that hold something in some row and are not among ``read``, as written."""
        known = {plain(heading).casefold() for heading in read}
        return tuple(
            heading
            for place, heading in enumerate(self.headings)
            if heading
            and heading.casefold() not in known
            and any(place < len(row) and row[place].text for row in self.body)
        )

    def unnamed(self) -> tuple[Issue, ...]:
        """A warning for the first column that holds something below an empty heading: its own was lost."""
        for place, cell in enumerate(self.header):
            row = next((row for row in self.body if not cell.text and place < len(row) and row[place].text), None)
            if row is not None:
                where = Where(line=row[place].line, column=row[place].coordinate or str(place + 1))
                shown = f"'{row[place].text}' below no heading"
                return (problem("warning", "HEADING_EMPTY", where, shown, "a heading above every column"),)
        return ()

    def gap(self, heading: str, expected: str, *, code: str = "CELL_EMPTY") -> tuple[Issue, ...]:
        """A warning for the first empty cell of a column that holds something in other rows: its own was lost."""
        cells = [self.cell(row, heading) for row in self.body] if self.has(heading) else []
        empty = next((cell for cell in cells if not cell.text), None)
        if empty is None or not any(cell.text for cell in cells):
            return ()
        return (problem("warning", code, empty.where(heading), f"no '{heading}'", expected),)

    def uneven(self) -> tuple[Issue, ...]:
        """Warnings for the first rows with more or fewer cells than headings, an error for a torn end.

        A cell too many counts though it is empty: where the last column holds nothing, that is all that shows that a
        cell came in before it, or that a heading was lost.

        A row that is shorter than the headings is torn when it is the last one and the cells of all others are there.
        Rows that all lack many cells are how some exports leave out columns that hold nothing at the end, unless a
        heading stands there twice: then a piece of the headings was repeated.
        """
        width = len(self.header)
        named = max((n for n, cell in enumerate(self.header, start=1) if cell.text), default=0)
        longest = max((len(row) for row in self.body), default=0)
        again = len({cell.text for cell in self.header if cell.text}) < sum(bool(cell.text) for cell in self.header)
        full = named if again or named - longest <= _SHIFTED else longest
        long = [row for row in self.body if len(row) > width]
        short = [row for row in self.body if len(row) < full]
        issues = [self._uneven("warning", "LONG_ROW", long[0])] if long else []
        issues += [self._uneven("warning", "SHORT_ROW", short[0])] if short else []
        if self.body and len(self.body[-1]) < min([width, *(len(row) for row in self.body[:-1])]):
            issues.append(self._uneven("error", "TRUNCATED", self.body[-1]))
        return tuple(issues)

    def _uneven(self, severity: str, code: str, row: Row) -> Issue:
        where = Where(line=row[0].line)
        expected = f"{len(self.header)} cells, as many as headings"
        return problem("error" if severity == "error" else "warning", code, where, f"{len(row)} cells", expected)

    @property
    def _line(self) -> int:
        return self.header[0].line if self.header else 1


def table(source: str, sheet: Sequence[Row], needed: Iterable[str], *, end: int | None = None) -> Table:
    """The table whose heading row is the first to hold all ``needed`` headings.

    Args:
        source: name of the file.
        sheet: its rows.
        needed: headings, whose case and blanks do not matter.
        end: place in ``sheet`` behind the last row of the table; all rows below the headings by default.

    Raises:
        InputError: ``HEADING_MISSING`` naming those that the best row lacks, ``ROWS_ABOVE_HEADINGS``.
    """
    wanted = [plain(heading).casefold() for heading in needed]
    lacking = [[w for w in wanted if w not in {plain(c.text).casefold() for c in row}] for row in sheet]
    if [] not in lacking:
        missing = min(lacking, key=len, default=wanted)
        raise refusal(source, "HEADING_MISSING", Where(), "no row with these headings", f"headings {missing}")
    top = lacking.index([])
    body = tuple(row for row in sheet[top + 1 : end] if filled(row))
    refuse_above(source, sheet[:top], sheet[top], body)
    return Table(source, sheet[top], body)


def refuse_above(source: str, above: Sequence[Row], header: Row, below: Sequence[Row] = ()) -> None:
    """Raises InputError ``ROWS_ABOVE_HEADINGS`` when headings stand below rows that look like theirs.

    Those have as many cells, at least half of them filled or the very ones that a row below fills, and numbers among
    them.

    Args:
        source: name of the file.
        above: the rows above the headings.
        header: the headings.
        below: the rows of the table.
    """
    names = sum(bool(cell.text) for cell in header)
    alike = {_filled_places(row) for row in below} if above else set()
    for row in above:
        held = sum(bool(cell.text) for cell in row)
        numbers = sum(_NUMBER.fullmatch(cell.text) is not None for cell in row)
        theirs = held > 0.5 * names or _filled_places(row) in alike
        if len(row) == len(header) and held > 2 and theirs and 0 < numbers < held:
            where, expected = Where(line=row[0].line), f"headings above all rows, not in line {header[0].line}"
            raise refusal(source, "ROWS_ABOVE_HEADINGS", where, f"a row of {held} cells", expected)


def nameless(pairs: Iterable[Row]) -> tuple[Issue, ...]:
    """A warning for the first of some rows of a key and its value whose key is empty: its own was lost."""
    lost = next((row for row in pairs if not row[0].text and filled(row[1:])), None)
    if lost is None:
        return ()
    value = next(cell for cell in lost[1:] if cell.text or cell.fault)
    return (problem("warning", "HEADING_EMPTY", value.where(""), f"'{value.text}' behind no key", "a key"),)


def _filled_places(row: Row) -> tuple[int, ...]:
    return tuple(place for place, cell in enumerate(row) if cell.text)


def ends_open(file: ExportFile) -> bool:
    """Whether no line end follows the last character, so that a number there may be cut: ``12`` of ``120``."""
    return not file.content.endswith((b"\n", b"\r"))
