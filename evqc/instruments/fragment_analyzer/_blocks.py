"""The Peak Table in its older layout: a block for each well, with the sums below its peaks.

Source: as public readers of these files describe it; no whole real file was at hand.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._first_headings import first_headings
from evqc.instruments._marks import marks
from evqc.instruments._rows import Table, ends_open, filled, rows
from evqc.instruments._samples import Samples
from evqc.instruments.fragment_analyzer._part import SAMPLE, WELL, holds_numbers

if TYPE_CHECKING:
    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile

_PLACE = re.compile(r"[a-p]\d{1,2}", re.IGNORECASE)
_HEADING = "Peak ID"
#: What stands below the peaks of a block: label, number, unit.
_SUMS = ("TIC", "TIM", "Total Conc.")


def is_blocks(file: ExportFile) -> bool:
    """Whether the first row names a well and a sample and the second one heads peaks."""
    if file.is_workbook or not file.mentions(_HEADING.casefold()):
        return False
    first = [[text for text in row if text] for _, row in zip(range(2), _filled_headings(file), strict=False)]
    if len(first) < 2 or not first[0]:
        return False
    return _PLACE.fullmatch(first[0][0]) is not None and len(first[0]) <= 2 and first[1][0] == _HEADING.casefold()


def _filled_headings(file: ExportFile) -> list[list[str]]:
    return [row for row in first_headings(file) if any(row) and not row[0].startswith("sep=")]


def table_of(file: ExportFile) -> Samples:
    """The blocks as one table, as the newer layout has it; each cell keeps its line.

    Raises:
        InputError: ``HEADING_MISSING`` for a block without headings or with others than the first one, ``TRUNCATED``
            for a block without its sums, or what reading rows and marks refuses.
    """
    blocks = _blocks(file)
    if not blocks:
        found, expected = "no line with a well alone", "a line with a well and its sample above each block"
        raise refusal(file.name, "HEADING_MISSING", Where(line=1), found, expected)
    if ends_open(file):
        where = Where(line=blocks[-1][-1][0].line)
        raise refusal(file.name, "TRUNCATED", where, "no line end", "a line end behind the sums")
    parts = [_block(file, block) for block in blocks]
    header = parts[0][0]
    for other, body in parts:
        if [c.text for c in other] != [c.text for c in header]:
            where = Where(line=body[0][0].line)
            raise refusal(file.name, "HEADING_MISSING", where, "other headings", "those of the first block")
    table = Table(file.name, header, tuple(row for _, body in parts for row in body))
    places = [i for i, heading in enumerate(table.headings) if holds_numbers(heading.casefold())]
    cells = (row[i].text for row in table.body for i in places if i < len(row))
    return Samples(file, (), table, marks(cells, file.name, Where(line=header[0].line), delimiter=","))


def _blocks(file: ExportFile) -> list[list[Row]]:
    lines = [row for row in rows(file) if filled(row)]
    starts = [i for i, row in enumerate(lines) if _begins(row)]
    return [lines[a:b] for a, b in zip(starts, [*starts, len(lines)][1:], strict=True)]


def _begins(row: Row) -> bool:
    return _PLACE.fullmatch(row[0].text) is not None and not _is_peak(row)


def uneven(file: ExportFile) -> tuple[Issue, ...]:
    """Warnings for a line with other cells than the first of its kind: a comma came or went, maybe in a name."""
    first: dict[str, Row] = {}
    issues = []
    for row in (row for block in _blocks(file) for row in block):
        kind = "that begin a block" if _begins(row) else f"of {_label(row)}" if _label(row) else "of peaks"
        if len(first.setdefault(kind, row)) != len(row):
            expected = f"{len(first[kind])} cells, as in the first of the lines {kind}"
            issues.append(problem("warning", "ROW_UNEVEN", Where(line=row[0].line), f"{len(row)} cells", expected))
    return tuple(issues)


def _is_peak(row: Row) -> bool:
    return len([cell for cell in row if cell.text]) > 2


def _block(file: ExportFile, block: list[Row]) -> tuple[Row, list[Row]]:
    """Headings and rows of one well, the well, its sample and its sums in every row."""
    top, *rest = block
    sums = {name: row for name in _SUMS for row in rest if _label(row) == name}
    missing = [name for name in _SUMS if name not in sums]
    if missing or not rest or rest[0][0].text != _HEADING:
        expected = f"headings '{_HEADING}' and the lines {', '.join(_SUMS)}"
        found = f"a block without {missing[0] if missing else _HEADING}"
        raise refusal(file.name, "TRUNCATED", Where(line=top[0].line), found, expected)
    line = rest[0][0]
    own = [replace(line, text=text) for text in (WELL, SAMPLE)]
    of_sums = [replace(line, text=f"{name} ({sums[name][3].text})") for name in _SUMS]
    header = (*own, *_trimmed(rest[0]), *of_sums)
    width = len(header) - len(own) - len(of_sums)
    sample = top[1] if len(top) > 1 else replace(top[0], text="")
    peaks = [row[:width] for row in rest[1:] if row[0].text] or [tuple(replace(c, text="") for c in rest[0][:width])]
    return header, [(*_at(row, top[0], sample), *row, *(sums[name][2] for name in _SUMS)) for row in peaks]


def _at(row: Row, *cells: Cell) -> list[Cell]:
    """Cells of the block's first row, in the line of a peak."""
    return [replace(cell, line=row[0].line) for cell in cells]


def _trimmed(row: Row) -> Row:
    last = max(i for i, cell in enumerate(row) if cell.text)
    return row[: last + 1]


def _label(row: Row) -> str:
    """``TIC`` of ``,TIC:,0.3314,ng/uL``; empty for a row that is none of the sums."""
    return row[1].text.rstrip(":") if len(row) > 3 and not row[0].text else ""
