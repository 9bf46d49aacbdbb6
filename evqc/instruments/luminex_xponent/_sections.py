"""An xPONENT export as its parts: header keys, and the blocks that ``DataType:`` begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments import _rows
from evqc.instruments._cell import Cell, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments._export import ExportFile

#: ``Program,xPONENT`` in the first line, or in the second below a line ``sep=,``; the group is the delimiter.
BEGINS = re.compile(r'\A(?:"?sep=[^\r\n]*[\r\n]+)?\s*"?Program"?\s*([,;\t])\s*"?xPONENT\b', re.IGNORECASE)
_END = "-- crc --"
#: Blocks that stand behind all numbers: a file that reaches one of them is whole as far as numbers go.
_LAST = ("auditlogs", "warnings/errors")
#: What the headings of a block begin with, besides those by sample.
_HEADINGS = {"location", "reagent", "analyte:"}
#: A location that lost its quotation marks: ``1(1`` and ``A1)`` in two cells.
_TORN_LOCATION = (re.compile(r"\d+\(\d+"), re.compile(r"[A-Z]{1,2}\d+\)"))


@dataclass(frozen=True)
class Export:
    """The parts of an export.

    Attributes:
        name: of the file.
        separator: what separates its cells.
        header: the cells behind each key of the header, in order.
        blocks: tables by the key of their name (lower case, no blanks).
        names: names of the blocks as written, by key.
    """

    name: str
    separator: str
    header: dict[str, Row]
    blocks: dict[str, _rows.Table]
    names: dict[str, str]

    def text(self, key: str, place: int = 0) -> str | None:
        """One cell behind a key of the header; None when it is not there, empty or ``N/A``."""
        cells = self.header.get(key, ())
        text = cells[place].text if place < len(cells) else ""
        return None if text in {"", "N/A", "<None>"} else text

    def where(self, key: str) -> Where:
        """The place of a header key."""
        cells = self.header.get(key, ())
        return Where(line=cells[0].line if cells else None, field=key)


def key_of(name: str) -> str:
    """A block's name without blanks and case: ``% CV Replicates`` and ``%CV Replicates`` are one."""
    return "".join(name.casefold().split())


def sections(file: ExportFile) -> Export:
    """The parts of an export.

    Raises:
        InputError: ``NOT_XPONENT``, ``TRUNCATED`` when the file ends before the blocks that follow all numbers,
            ``BLOCK_BEHIND_END``, ``DUPLICATE_BLOCK``, ``BLOCK_UNTYPED``, ``NO_RESULTS``, or what ``_rows.rows``
            refuses.
    """
    begins = BEGINS.match(file.text())
    if begins is None:
        raise refusal(file.name, "NOT_XPONENT", Where(line=1), file.head[:60], "a first line 'Program', 'xPONENT'")
    rows = [_mended(row) for row in _rows.rows(file, begins[1])]
    starts = [i for i, row in enumerate(rows) if _first(row).casefold().rstrip(":") == "datatype"]
    if not starts:
        raise refusal(file.name, "NO_RESULTS", Where(), "no line 'DataType:'", "blocks of results")
    _refuse_untyped(file.name, rows)
    ends = [i for i, row in enumerate(rows) if _first(row).casefold().startswith(_END)]
    if ends and starts[-1] > ends[0]:
        where, expected = Where(line=rows[starts[-1]][0].line), "nothing behind the line that ends the export"
        raise refusal(file.name, "BLOCK_BEHIND_END", where, f"a block behind '{_first(rows[ends[0]])}'", expected)
    found = list(_blocks(file.name, rows, starts, ends[0] if ends else len(rows)))
    if not ends and not any(key in _LAST for key, _, _ in found):
        expected = "'-- CRC --' or the blocks 'Audit Logs' and 'Warnings/Errors', which end an export"
        raise refusal(file.name, "TRUNCATED", Where(line=len(rows)), "the end of the file", expected)
    names = {key: name for key, name, _ in found}
    return Export(
        file.name, begins[1], _header(rows[: starts[0]]), {key: table for key, _, table in found if table}, names
    )


def _refuse_untyped(source: str, rows: Sequence[Row]) -> None:
    """Refuse headings of wells, reagents or analytes above which no ``DataType:`` says what stands below them."""
    said = ""
    for row in filter(None, rows):
        if _first(row).casefold() in _HEADINGS and said.casefold().rstrip(":") != "datatype":
            expected = "a line 'DataType:' above the headings"
            raise refusal(source, "BLOCK_UNTYPED", Where(line=row[0].line), f"headings below '{said}'", expected)
        said = _first(row)


def _first(row: Row) -> str:
    return row[0].text if row else ""


def _mended(row: Row) -> Row:
    """The row without empty cells at its end, and with a location in one cell."""
    filled = max((i for i, cell in enumerate(row, start=1) if cell.text), default=0)
    if filled > 1 and all(p.fullmatch(cell.text) for p, cell in zip(_TORN_LOCATION, row, strict=False)):
        return (Cell(f"{row[0].text},{row[1].text}", row[0].line), *row[2:filled])
    return row[:filled]


def _blocks(
    source: str, rows: Sequence[Row], starts: Sequence[int], end: int
) -> Iterator[tuple[str, str, _rows.Table | None]]:
    """Key, name and table of each block; the table is None for a block without a line."""
    seen: set[str] = set()
    for start, stop in zip(starts, [*starts[1:], end], strict=True):
        name = rows[start][1].text if len(rows[start]) > 1 else ""
        if len(rows[start]) > 2:
            found = f"'{name}' and {len(rows[start]) - 2} more cells"
            expected = "the type of a block alone, its headings below it"
            raise refusal(source, "BLOCK_UNTYPED", Where(line=rows[start][0].line), found, expected)
        if key_of(name) in seen:
            where = Where(line=rows[start][0].line, field=name)
            raise refusal(source, "DUPLICATE_BLOCK", where, f"'{name}' again", "each block once")
        seen.add(key_of(name))
        body = [row for row in rows[start + 1 : stop] if row]
        yield key_of(name), name, _rows.Table(source, body[0], tuple(body[1:])) if body else None


def _header(rows: Sequence[Row]) -> dict[str, Row]:
    """Cells by key; the tables of calibrators below ``CALInfo:`` stand as that one key."""
    found: dict[str, Row] = {}
    filled = [row for row in rows if row and row[0].text and row[0].text != "Results"]
    calibrators = next((i for i, row in enumerate(filled) if row[0].text.startswith("CALInfo")), len(filled))
    samples = [i for i, row in enumerate(filled) if row[0].text == "Samples"]
    for i, row in enumerate(filled):
        if i < calibrators or i in samples:
            found.setdefault(row[0].text, row[1:])
    if calibrators < len(filled):
        found["CALInfo"] = filled[calibrators][:1]
    return found
