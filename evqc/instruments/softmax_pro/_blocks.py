"""The blocks of a SoftMax Pro export: plates, groups and notes, each closed by ``~End``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._cell import Row
from evqc.instruments._plates import separated, tabbed
from evqc.instruments._rows import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile

_COUNT = re.compile(r"##BLOCKS=\s*(\d+)")
_BEGIN = re.compile(r"(Plate|Group|Note|Cuvette|Cuvette Set):\s*(.*)")
_LAST = "Original Filename"
_END = "~End"


@dataclass(frozen=True, kw_only=True)
class Block:
    """One block.

    Attributes:
        kind: ``Plate``, ``Group``, ``Note`` or what else begins a block.
        name: of the plate or group; empty for notes.
        head: its first row.
        rows: the rows between the first and ``~End``.
    """

    kind: str
    name: str
    head: Row
    rows: tuple[Row, ...]


def rows_of(file: ExportFile) -> list[Row]:
    """The rows of an export: cells are separated by tabs or, after a spreadsheet program saved it, by commas."""
    return tabbed(file) if "\t" in file.head else separated(file)


def blocks(source: str, lines: Sequence[Row]) -> list[Block]:
    """The blocks in order.

    Args:
        source: name of the file.
        lines: its rows.

    Raises:
        InputError: ``TRUNCATED`` when a block has no ``~End``, when there are fewer blocks than the first line states,
            or when neither a number of blocks nor the closing line with the original file name stands in the file.
    """
    found: list[Block] = []
    begun: tuple[re.Match[str], int] | None = None
    for place, row in enumerate(lines):
        if begun is None:
            match = _BEGIN.fullmatch(row[0].text)
            begun = (match, place) if match is not None else None
        elif row[0].text == _END:
            found.append(_block(begun[0], lines[begun[1] : place]))
            begun = None
    where = Where(line=lines[begun[1]][0].line if begun else len(lines))
    if begun is not None:
        raise refusal(source, "TRUNCATED", where, f"block '{lines[begun[1]][0].text}' without end", "a line ~End")
    _refuse_fewer(source, lines, len(found), where)
    return found


def outside(lines: Sequence[Row], found: Sequence[Block]) -> tuple[Issue, ...]:
    """A warning for rows between the first block and the closing lines that no block holds.

    Args:
        lines: rows of the file.
        found: its blocks.
    """
    inside = {row[0].line for block in found for row in (block.head, *block.rows)}
    first = min(inside, default=len(lines))
    between = takewhile(lambda row: not row[0].text.startswith(_LAST), lines)
    cells = [row[0] for row in between if filled(row) and row[0].text != _END]
    lost = [cell.line for cell in cells if cell.line > first and cell.line not in inside]
    if not lost:
        return ()
    expected = f"every row between the beginning of a block and its {_END}"
    return (problem("warning", "BLOCK_INTERRUPTED", Where(line=lost[0]), f"{len(lost)} rows in no block", expected),)


def _block(match: re.Match[str], lines: Sequence[Row]) -> Block:
    head = lines[0]
    name = match[2].strip() or (head[1].text if len(head) > 1 else "")
    return Block(kind=match[1], name="" if match[1] == "Note" else name, head=head, rows=tuple(lines[1:]))


def _refuse_fewer(source: str, lines: Sequence[Row], count: int, where: Where) -> None:
    stated = next((int(m[1]) for row in lines[:3] if (m := _COUNT.match(row[0].text)) is not None), None)
    if stated is not None and count < stated:
        raise refusal(source, "TRUNCATED", where, f"{count} blocks", f"{stated} blocks, as the first line states")
    if stated is None and not any(row[0].text.startswith(_LAST) for row in lines if filled(row)):
        raise refusal(source, "TRUNCATED", where, "no line 'Original Filename'", "a whole export")
