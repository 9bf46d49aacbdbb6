"""What two files differ in, found by comparing them: cells, their numbers, and lines."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import zip_longest

_NUMERAL = re.compile(r"-?\d[\d.,' \u00a0\u2009\u202f]*(?:[eE][+-]?\d+)?|-?[.,]\d+(?:[eE][+-]?\d+)?")
_LETTER = re.compile(r"[^\W\d_]|[%/]")


@dataclass(frozen=True)
class Touched:
    """What a mutation touched.

    Attributes:
        old, new: cells that only the original, only the mutant has there.
        old_lines, new_lines: the texts of the lines they stand in.
    """

    old: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    old_lines: frozenset[str] = frozenset()
    new_lines: frozenset[str] = frozenset()

    @cached_property
    def old_numbers(self) -> frozenset[float]:
        """Every number that can be read in the touched cells of the original."""
        return frozenset(n for cell in self.old for n in readings(cell))

    @cached_property
    def new_numbers(self) -> frozenset[float]:
        """Every number that can be read in the touched cells of the mutant."""
        return frozenset(n for cell in self.new for n in readings(cell))

    @cached_property
    def row_numbers(self) -> frozenset[float]:
        """Every number that can be read in a line that was touched anywhere, in either file."""
        return frozenset(n for line in self.old_lines | self.new_lines for cell in cut(line) for n in readings(cell))

    @property
    def words(self) -> bool:
        """A touched cell holds letters: a heading, a key, a unit or a name."""
        return any(_LETTER.search(cell) for cell in (*self.old, *self.new))

    def says(self, text: str) -> bool:
        """Whether a text stands in a touched cell, or such a cell within it."""
        plain = _plain(text)
        return any(plain in cell or (cell and cell in plain) for cell in self._folded)

    def names(self, text: str) -> bool:
        """Whether a text is a touched cell."""
        return _plain(text) in self._folded

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(_plain(cell) for cell in (*self.old, *self.new))


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def readings(cell: str) -> set[float]:
    """The numbers in a cell by either decimal mark and with or without thousands marks, one or several by blanks."""
    found: set[float] = set()
    for numeral in _NUMERAL.findall(cell):
        bare = re.sub(r"[' \u00a0\u2009\u202f]", "", numeral)
        for one in {bare, *numeral.split()}:
            found |= _by_either_mark(one)
        found |= {float(digits) for digits in re.findall(r"\d+", bare)}
    return found


def _by_either_mark(numeral: str) -> set[float]:
    """A numeral by each decimal mark and with or without thousands marks."""
    texts = {numeral, numeral.replace(",", ""), numeral.replace(".", "").replace(",", "."), numeral.replace(",", ".")}
    found: set[float] = set()
    for text in texts:
        try:
            found.add(float(text))
        except ValueError:
            continue
    return found


def touched(before: list[tuple[str, str]], after: list[tuple[str, str]]) -> Touched:
    """Compares two files as lines.

    Args:
        before: number and text of each line of the original.
        after: the same of the mutant.
    """
    old: list[str] = []
    new: list[str] = []
    old_lines: set[str] = set()
    new_lines: set[str] = set()
    matcher = SequenceMatcher(None, [t for _, t in before], [t for _, t in after], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        old_lines |= {text for _, text in before[a:b]}
        new_lines |= {text for _, text in after[c:d]}
        for here, there in zip_longest(before[a:b], after[c:d], fillvalue=("", "")):
            only_old, only_new = _cells(here[1], there[1])
            old += only_old
            new += only_new
    return Touched(tuple(old), tuple(new), frozenset(old_lines), frozenset(new_lines))


def _cells(before: str, after: str) -> tuple[list[str], list[str]]:
    a, b = cut(before), cut(after)
    if len(a) == len(b):
        places = [n for n, (here, there) in enumerate(zip(a, b, strict=True)) if here != there]
        return [a[n] for n in places], [b[n] for n in places]
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    spans = [op for op in matcher.get_opcodes() if op[0] != "equal"]
    return [c for _, i, j, _, _ in spans for c in a[i:j]], [c for _, _, _, i, j in spans for c in b[i:j]]


def cut(line: str) -> list[str]:
    """The cells of a line: at tabs, semicolons, brackets and wide blanks; else at commas outside quotes."""
    marks = r"[\t;<>|{}\[\]()]|\s{2,}"
    commas = "" if re.search(r"[\t;]", line) or line.lstrip().startswith("<") else "|,"
    pieces = line.split('"')
    cells = (cell for n, piece in enumerate(pieces) for cell in re.split(marks + ("" if n % 2 else commas), piece))
    return [cell.strip() for cell in cells]
