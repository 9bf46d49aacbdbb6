"""Exports with one key and value a line: the keys become the headings of a table with one row."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._amounts import SAID, Words
from evqc.instruments._cell import Cell
from evqc.instruments._marks import marks
from evqc.instruments._rows import Table, plain
from evqc.instruments._samples import Samples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from evqc.instruments._export import ExportFile

_LINE_END = re.compile(r"\r\n|\r|\n")


def lines(text: str) -> list[str]:
    """The lines of a text with any of the three line ends, without them."""
    return _LINE_END.split(text)


def pairs(text: str, separator: str) -> list[tuple[Cell, Cell]]:
    """Keys and values at the first ``separator`` of each line that has one; a colon behind a key is no part of it.

    A value whose key was lost stays, below an empty heading as it were, so that ``Table.unnamed`` sees it.
    """
    found = []
    for number, line in enumerate(lines(text), start=1):
        key, mark, value = line.partition(separator)
        if mark and (key.strip() or value.strip()):
            found.append((Cell(key.strip().rstrip(":").strip(), number), Cell(value.strip(), number)))
    return found


def one_row(
    file: ExportFile,
    found: Sequence[tuple[Cell, Cell]],
    needed: Iterable[str],
    holds_numbers: Callable[[str], bool],
    *,
    words: Words = SAID,
) -> Samples:
    """The keys as headings over one row of values.

    Args:
        file: the export.
        found: keys and values in the order of the file.
        needed: keys that must be there.
        holds_numbers: whether the value of a key (in one spelling, lower case) is a number.
        words: what stands there instead of a number.

    Raises:
        InputError: ``KEY_MISSING``, ``KEY_TWICE``, or what ``marks`` refuses.
    """
    names = [plain(key.text).casefold() for key, _ in found]
    for wanted in needed:
        if plain(wanted).casefold() not in names:
            raise refusal(file.name, "KEY_MISSING", Where(field=wanted), "no such key", f"a line '{wanted}'")
    for place, (key, _) in enumerate(found):
        if names[place] in names[:place] and holds_numbers(names[place]):
            raise refusal(file.name, "KEY_TWICE", Where(line=key.line), f"'{key.text}' again", "each key once")
    header, body = tuple(key for key, _ in found), tuple(value for _, value in found)
    texts = [v.text for name, (_, v) in zip(names, found, strict=True) if holds_numbers(name) and v.number is None]
    used = marks(texts, file.name, Where(line=header[0].line if header else 1))
    return Samples(file, (), Table(file.name, header, (body,)), used, words)
