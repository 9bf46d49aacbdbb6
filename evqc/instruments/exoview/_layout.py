"""Where the blocks of a single-particle table stand: one block a capture antibody, one column a channel."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._rows import delimiter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile

#: The interferometric channel: a diameter in nm, 0 where the particle was seen by fluorescence alone.
INTERFEROMETRY = "IM"
#: What the name of a spot begins with.
SPOTS = ("Spot", "spot", "SPOT")
#: Rows in which the headings are looked for.
_HEAD_ROWS = 12


@dataclass(frozen=True, slots=True)
class Block:
    """The columns of one capture antibody.

    Attributes:
        capture: the antibody as written.
        label: place of the column that names the spots.
        channels: channels as written; their columns follow the label's.
    """

    capture: str
    label: int
    channels: tuple[str, ...]

    @property
    def places(self) -> range:
        """Places of its channels' columns."""
        return range(self.label + 1, self.label + 1 + len(self.channels))


@dataclass(frozen=True, slots=True)
class Layout:
    """The headings of a file.

    Attributes:
        sample: what stands in the first cell of the row above; None when nothing does.
        blocks: one a capture antibody, from left to right.
        captures_row: place of the row that names the antibodies.
    """

    sample: str | None
    blocks: tuple[Block, ...]
    captures_row: int

    @property
    def first_row(self) -> int:
        """Place of the first row of particles."""
        return self.captures_row + 2


def layout(rows: Sequence[Sequence[str]]) -> Layout | None:
    """The headings among the first rows; None when they are those of something else.

    A row that names antibodies is followed by one that names channels, ``IM`` once in every block, and that by a row
    whose first block begins with a spot (``Spot1``).

    Args:
        rows: the cells of the file or of its beginning, stripped.
    """
    for at in range(min(len(rows) - 2, _HEAD_ROWS)):
        if (blocks := _blocks(rows[at], rows[at + 1])) and _text(rows[at + 2], blocks[0].label).startswith(SPOTS):
            above = [cells[0] for cells in rows[:at] if cells and cells[0]]
            return Layout(above[-1] if above else None, blocks, at)
    return None


def _blocks(captures: Sequence[str], channels: Sequence[str]) -> tuple[Block, ...]:
    starts = [place for place, text in enumerate(captures) if text]
    if not starts or starts[0] == 0:
        return ()
    ends = [start - 1 for start in starts[1:]] + [len(channels)]
    blocks = tuple(
        Block(captures[start], start - 1, tuple(text for text in channels[start:end] if text))
        for start, end in zip(starts, ends, strict=True)
    )
    whole = all(INTERFEROMETRY in b.channels and not _text(channels, b.label) for b in blocks)
    return blocks if whole and all(_text(channels, b.places[-1]) for b in blocks) else ()


def _text(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def head_rows(head: str) -> list[list[str]]:
    """The cells of the first lines of a file, for recognition."""
    lines = head.splitlines()[:_HEAD_ROWS]
    mark = delimiter("\n".join(lines))
    return [[cell.strip(' "') for cell in line.split(mark)] for line in lines]


def cells(file: ExportFile) -> tuple[list[list[str]], str]:
    """The cells of all rows as plain texts, stripped, and what separates them; a chip has some 300 000 of them.

    Raises:
        InputError: ``QUOTING``, or what ``ExportFile.text`` refuses.
    """
    text = file.text()
    mark = delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        return [[cell.strip() for cell in row] for row in reader], mark
    except csv.Error as error:
        line = Where(line=reader.line_num)
        raise refusal(file.name, "QUOTING", line, str(error), "cells with quotation marks in pairs") from None


def columns(file: ExportFile, rows: Sequence[Sequence[str]], found: Layout) -> list[tuple[str, ...]]:
    """The columns below the headings, all of one length.

    Raises:
        InputError: ``CAPTURE_TWICE``, ``CHANNELS_DIFFER``, ``LONG_ROW`` for what stands outside every block.
    """
    _check_headings(file.name, found)
    width = max(block.places[-1] for block in found.blocks) + 1
    whole = list(zip_longest(*rows[found.first_row :], fillvalue=""))
    inside = {place for block in found.blocks for place in (block.label, *block.places)}
    for place, column in enumerate(whole):
        if place not in inside and (text := next(filter(None, column), None)) is not None:
            where = Where(line=found.first_row + column.index(text) + 1, column=str(place + 1))
            raise refusal(file.name, "LONG_ROW", where, f"'{text}'", "nothing outside the blocks of the headings")
    return whole + [("",) * len(rows[found.first_row :])] * (width - len(whole))


def _check_headings(source: str, found: Layout) -> None:
    captures = [block.capture for block in found.blocks]
    where = Where(line=found.captures_row + 1)
    if len(set(captures)) < len(captures):
        raise refusal(source, "CAPTURE_TWICE", where, f"{captures}", "one block a capture antibody")
    first = found.blocks[0]
    for block in found.blocks:
        if sorted(block.channels) != sorted(first.channels) or len(set(block.channels)) < len(block.channels):
            at = Where(line=found.captures_row + 2, column=block.capture)
            expected = f"the channels {list(first.channels)} once, as in the block {first.capture}"
            raise refusal(source, "CHANNELS_DIFFER", at, f"channels {list(block.channels)}", expected)
