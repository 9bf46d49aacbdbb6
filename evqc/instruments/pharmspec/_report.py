"""A PharmSpec report in parts: the header, the table of all runs, and what stands below it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._cell import Cell
from evqc.instruments._marks import Marks, marks
from evqc.instruments._rounded import Rounded, rounded
from evqc.instruments._rows import Table, filled, plain
from evqc.instruments._samples import Samples

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile

SIZE, RUN = "Particle Size(µm)", "Run No."
COUNT, PER_ML = "Cumulative Count", "Cumulative Counts/mL"
AVERAGE = "Average"
VERSION = re.compile(r"PharmSpec\s+v(\d[\d.]*)", re.IGNORECASE)
_NAMED_RUN = re.compile(r"(?:Run\s*)?\d+", re.IGNORECASE)


@dataclass(frozen=True)
class Report:
    """The report in parts.

    Attributes:
        found: the table of sizes, of all runs and the average, in the order of the sheet.
        run: the run that each row belongs to, by line.
        header: keys and values above the table.
        discarded: runs that are in no average.
        below: filled cells below the table.
    """

    found: Samples
    run: dict[int, str]
    header: dict[str, Cell]
    discarded: frozenset[str]
    below: tuple[Cell, ...]

    def rows(self, run: str) -> list[Row]:
        """The rows of one run."""
        return [row for row in self.found.rows if self.run[row[0].line] == run]

    @property
    def runs(self) -> list[str]:
        """The runs without the average, in order."""
        return [name for name in dict.fromkeys(self.run.values()) if name != AVERAGE]

    def text(self, *keys: str) -> str | None:
        """The value of the first key that has one; a hyphen is none."""
        texts = (self.header[key].text for key in keys if key in self.header)
        return next((text for text in texts if text not in {"", "-"}), None)

    def number(self, key: str) -> Rounded | None:
        """A number of the header with its rounding."""
        return printed(self.header[key], self.found.marks) if key in self.header else None


def report_of(file: ExportFile) -> tuple[Report, str]:
    """The report of the first sheet that has one, and its title.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``.
    """
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    for sheet in every_sheet(file):
        rows = [row for row in sheet if filled(row)]
        top = next((i for i, row in enumerate(rows) if plain(SIZE) in {plain(c.text) for c in row}), None)
        if top is not None:
            title = next((c.text for row in rows[:top] for c in row if VERSION.search(c.text)), "")
            return _parts(file, rows[:top], rows[top], rows[top + 1 :]), title
    raise refusal(file.name, "HEADING_MISSING", Where(), "no row with this heading", f"a column '{SIZE}'")


def _parts(file: ExportFile, above: Sequence[Row], header: Row, below: Sequence[Row]) -> Report:
    table = Table(file.name, header, ())
    place = table.headings.index(plain(SIZE))
    end = next((i for i, row in enumerate(below) if row[0].text and not _begins_run(row)), len(below))
    run, body, name = {}, [], ""
    for row in below[:end]:
        name = row[0].text or name
        if row[place].text:
            run[row[0].line] = name
            body.append(row)
    if not body:
        raise refusal(file.name, "NO_SAMPLE", header[0].where(RUN), "headings only", "a run with its sizes")
    texts = [c.text for row in (*above, *body) for c in row[1:] if c.number is None]
    found = Samples(file, tuple(above), Table(file.name, header, tuple(body)), marks(texts, file.name, Where()))
    rest = tuple(c for row in below[end:] for c in row if c.text)
    return Report(found, run, dict(_keys(above)), frozenset(_discarded(above)), rest)


def _begins_run(row: Row) -> bool:
    return _NAMED_RUN.fullmatch(row[0].text) is not None or row[0].text == AVERAGE


def _keys(above: Iterable[Row]) -> Iterator[tuple[str, Cell]]:
    """Keys with their values: behind a colon in the next cell, or in the cell behind a colon of its own."""
    for row in above:
        for key, colon, value in zip(row, row[1:], (*row[2:], None), strict=False):
            if not key.text or not colon.text.startswith(":"):
                continue
            if colon.text != ":":
                yield key.text, replace(colon, text=colon.text[1:].strip())
            elif value is not None:
                yield key.text, value


def _discarded(above: Iterable[Row]) -> Iterator[str]:
    for row in above:
        for name, said in pairwise(row):
            if _NAMED_RUN.fullmatch(name.text) and said.text.casefold() == "discarded":
                yield name.text


def printed(cell: Cell, by: Marks) -> Rounded | None:
    """A printed number; a workbook holds 24 for what is printed as 24, so that it may be anything from 23.5 to 24.5."""
    return rounded(cell.text, Marks() if cell.number is not None else by)
