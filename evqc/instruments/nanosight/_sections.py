"""Text to sections: every row by (section, key) with its line number, never by its place."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from evqc.errors import InputError, Where, refusal
from evqc.instruments.nanosight._grids import grid_below
from evqc.instruments.nanosight._names import BLANK, GAP

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

DETAILS = "Experiment Details"
CONDITIONS = "Conditions"
SETTINGS = "Settings"
EXCLUSION = "Exclusion Regions"
RESULTS = "Results"
WARNINGS = "Concentration Warnings"
INFORMATION = "Information"
INCLUDED = "Data Included"
SIZE = "Size Data"
DIFFUSION = "Diffusion Coefficient Data"

#: The sections that every export of NTA 3.2, 3.3 and 3.4 has, in their order.
REQUIRED = (DETAILS, CONDITIONS, SETTINGS, EXCLUSION, RESULTS, WARNINGS, INFORMATION, INCLUDED, SIZE)
KNOWN = (*REQUIRED, DIFFUSION)
#: Sections whose rows are tables or free lines instead of one row a key.
_FREE = (EXCLUSION, INCLUDED, SIZE, DIFFUSION)
#: Those that hold tables.
_TABULAR = (SIZE, DIFFUSION)
#: What else ``str.splitlines`` takes for the end of a line.
_NO_END = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_HEADING = re.compile(r"\[([^\]]+)\]")
_OTHER_DELIMITER = re.compile(r"^\"?(?:Filename:|Temperature/C|\[Results\])\"?\s*[;\t|]", re.MULTILINE)


class Row(NamedTuple):
    """One line of the file.

    Attributes:
        line: its number, from 1.
        text: as it stands.
        grid: the numbers of the table below these headings, when it is a plain one; its rows are then no rows of the
            section.
    """

    line: int
    text: str
    grid: NDArray[np.float64] | None = None

    @property
    def cells(self) -> list[str]:
        """The cells without surrounding white space and quotes, trailing empty ones included."""
        quoted = '"' in self.text and len(self.text) < csv.field_size_limit()
        return list(map(str.strip, next(csv.reader([self.text])) if quoted else self.text.split(",")))

    def may_have(self, cells: int) -> bool:
        """Whether so many cells can stand behind the key: so many commas, or quotes, which hold commas too."""
        return self.text.count(",") == cells or '"' in self.text

    @property
    def filled(self) -> list[str]:
        """The cells without the trailing empty ones: rows of one section are padded to different widths."""
        cells = self.cells
        while cells and not cells[-1]:
            cells.pop()
        return cells

    @property
    def key(self) -> str:
        """The first cell."""
        return self.text.partition(",")[0].strip(' \t"')

    @property
    def value(self) -> str:
        """Everything after the key as one text, as people wrote it: it may itself hold commas and quotes."""
        text = self.text.partition(",")[2].strip(GAP)
        while text.endswith(',""'):
            text = text[:-3].rstrip(GAP)
        if text.startswith('"') and (text.count('"') % 2 or text.endswith('"')):
            return text[1:].removesuffix('"').replace('""', '"').strip()
        return text

    @property
    def blank(self) -> bool:
        """Whether nothing but separators stands in the line."""
        return not self.text.strip(BLANK)


@dataclass(frozen=True, slots=True)
class Sections:
    """A file taken apart.

    Attributes:
        source: name of the file, for messages.
        heading: lines 1 and 2.
        rows: rows of each section in the order of the file, blank ones included, those of plain tables left out.
        titles: the ``[...]`` line of each section.
        keyed: row by (section, key) for the sections that have one row a key.
    """

    source: str
    heading: tuple[Row, Row]
    rows: dict[str, list[Row]]
    titles: dict[str, Row]
    keyed: dict[tuple[str, str], Row] = field(default_factory=dict)

    def find(self, section: str, key: str) -> Row | None:
        """The row of a key, or None."""
        return self.keyed.get((section, key))

    def require(self, section: str, key: str) -> Row:
        """The row of a key; raises InputError ``MISSING_KEY`` when there is none."""
        row = self.find(section, key)
        if row is None:
            where = Where(line=self.titles[section].line, field=f"{section} / {key}")
            raise refusal(self.source, "MISSING_KEY", where, f"no row '{key}' in [{section}]", f"a row '{key}'")
        return row

    def text(self, section: str, key: str) -> str | None:
        """The free text of a key; None when the key is absent or its text is empty."""
        row = self.find(section, key)
        return (row.value or None) if row is not None else None

    def filled(self, section: str) -> list[Row]:
        """The rows of a section that are not blank."""
        return [row for row in self.rows.get(section, []) if not row.blank]


def lines_of(text: str) -> list[str]:
    """The lines of a file without their ends; LF, CRLF and CR are line ends."""
    if any(map(text.__contains__, _NO_END)):
        return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    # The quickest way to take a text apart, but for the empty text behind the last end.
    return [*text.splitlines(), ""] if text[-1:] in "\r\n" else text.splitlines()


def take_apart(lines: Sequence[str], source: str) -> Sections:
    """The sections of an export.

    Args:
        lines: all lines of the file.
        source: name of the file.

    Raises:
        InputError: ``TRUNCATED``, ``MISSING_SECTION``, ``DUPLICATE_SECTION``, ``DUPLICATE_KEY``.
    """
    _refuse_cut_line(Row(len(lines), lines[-1]), source)
    by_section, titles = _by_section(lines, source)
    _require_sections(titles, source, len(lines))
    heading = (Row(1, lines[0]), Row(2, lines[1] if len(lines) > 1 else ""))
    return Sections(source, heading, by_section, titles, _by_key(by_section, source))


def refuse_other_delimiter(text: str, source: str) -> None:
    """Raises InputError ``DELIMITER`` when semicolons or tabs stand where the instrument writes commas."""
    if not any(mark in text for mark in ";\t|"):
        return
    if (hit := _OTHER_DELIMITER.search(text)) is not None:
        line = text.count("\n", 0, hit.start()) + 1
        expected = "commas and decimal points, as the instrument writes them: export again instead of re-saving"
        raise refusal(source, "DELIMITER", Where(line=line), f"'{hit[0][-1]}' between the cells", expected)


def _refuse_cut_line(last: Row, source: str) -> None:
    if not last.blank and not last.text.rstrip(" \t").endswith(","):
        raise _truncated(source, last.line, "the last line has no end, so its last number may be cut")


def _truncated(source: str, line: int, found: str) -> InputError:
    return refusal(source, "TRUNCATED", Where(line=line), found, "a complete export")


def _by_section(lines: Sequence[str], source: str) -> tuple[dict[str, list[Row]], dict[str, Row]]:
    current: list[Row] = []
    section, by_section = "", {"": current}
    titles: dict[str, Row] = {}
    at = 2
    while at < len(lines):
        grid = grid_below(lines, at) if section in _TABULAR else None
        row = Row(at + 1, lines[at], grid)
        at += 1 if grid is None else 1 + len(grid)
        name = _title(row, section) if "[" in row.text else None
        if name is None:
            current.append(row)
            continue
        if name in titles:
            where, first = Where(line=row.line, field=name), titles[name].line
            raise refusal(source, "DUPLICATE_SECTION", where, f"a second [{name}]", f"one; the first is line {first}")
        titles[name] = row
        section, by_section[name] = name, (current := [])
    return by_section, titles


def _title(row: Row, section: str) -> str | None:
    """The name in ``[...]``; in the details people write what they like, [PBS] on a line of its own too."""
    hit = _HEADING.fullmatch(row.key)
    if hit is None or (section == DETAILS and hit[1].strip() not in KNOWN):
        return None
    return hit[1].strip()


def _require_sections(titles: dict[str, Row], source: str, last_line: int) -> None:
    missing = [name for name in REQUIRED if name not in titles]
    if not missing:
        return
    if missing == list(REQUIRED[-len(missing) :]) and DIFFUSION not in titles:
        raise _truncated(source, last_line, f"the file ends before [{missing[0]}]")
    where = Where(field=missing[0])
    found = ", ".join(f"no [{name}]" for name in missing)
    raise refusal(source, "MISSING_SECTION", where, found, f"the sections {', '.join(REQUIRED)}")


def _by_key(by_section: dict[str, list[Row]], source: str) -> dict[tuple[str, str], Row]:
    keyed: dict[tuple[str, str], Row] = {}
    for section, rows in by_section.items():
        if section in _FREE or section not in KNOWN:
            continue
        for row in rows:
            key = row.key
            first = keyed.setdefault((section, key), row) if key else row
            if first is not row and first.filled != row.filled:
                where = Where(line=row.line, field=f"{section} / {key}")
                raise refusal(source, "DUPLICATE_KEY", where, row.value, f"one row, or the same as line {first.line}")
    return keyed
