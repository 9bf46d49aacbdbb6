"""The plates of a Methodical Mind file: header keys, the grid of wells, and the sections behind it."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._cell import Cell, Row
from evqc.instruments._immunoassay import refuse_open_end

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile

_RULER = re.compile(r"=+ *([A-Za-z][A-Za-z /]*?) *=+\s*")
_BEGINS = ("FileName", "Stack ID")
_SHAPES = {6: (2, 3), 24: (4, 6), 96: (8, 12), 384: (16, 24), 1536: (32, 48)}
_LETTERS = [*string.ascii_uppercase, *(f"A{letter}" for letter in string.ascii_uppercase)]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a grid: the wells of a row, at one spot.

    Attributes:
        number: of the line, from 1.
        row: its letter.
        spot: from 1; None on a plate with one spot a well.
        texts: one a well.
    """

    number: int
    row: str
    spot: int | None
    texts: tuple[str, ...]


@dataclass
class Plate:
    """One plate.

    Attributes:
        source: name of the file.
        line: number of the line where it begins.
        header: texts by key.
        lines: the grid.
        sections: lines of the sections behind it, cells by key, by the section's name.
        numbers: line of the column numbers that head the grid; 0 before they are read.
        blank: empty lines behind its last section.
    """

    source: str
    line: int
    header: dict[str, str] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    sections: dict[str, dict[str, Row]] = field(default_factory=dict)
    numbers: int = 0
    blank: int = 0

    @property
    def name(self) -> str | None:
        """The plate's barcode, or its number."""
        return self.header.get("Barcode1", "").strip("<>*") or self.header.get("Plate #") or None

    @property
    def rows(self) -> int:
        """Rows of wells by the header, else by the plate's type."""
        return self._told("Wells Per Col") or self._shape()[0]

    @property
    def columns(self) -> int:
        """Columns of wells by the header, else by the plate's type."""
        return self._told("Wells Per Row") or self._shape()[1]

    @property
    def spots(self) -> int:
        """Spots of each well in this grid; one where the file has a grid for each spot."""
        if self.header.get("SpotID", "all").isdigit():
            return 1
        in_type = re.search(r"Multi-Spot (\d+)", self.header.get("Type", ""))
        return self._told("Spots Per Well") or (int(in_type[1]) if in_type else 1)

    @property
    def whole(self) -> bool:
        """Whether the grid has every row and spot that the plate has."""
        return len(self.lines) == self.rows * self.spots

    @property
    def ends(self) -> tuple[str, int] | None:
        """The last section behind the grid and how many lines it has; None without a section."""
        behind = [(name, len(lines)) for name, lines in self.sections.items()]
        return behind[-1] if behind else None

    def spot(self, place: int) -> int | None:
        """The spot of the line at a place below a row's letter."""
        own = self.header.get("SpotID", "all")
        return int(own) if own.isdigit() else place + 1 if self.spots > 1 else None

    def assay(self, spot: int | None) -> str | None:
        """What the plate carries on a spot, where the header lists it."""
        names = [name.strip() for name in self.header.get("Assays", "").split(",")]
        place = (spot or 1) - 1
        return names[place] or None if place < len(names) else None

    def _told(self, key: str) -> int | None:
        text = self.header.get(key, "")
        return int(text) if text.isdigit() and int(text) > 0 else None

    def _shape(self) -> tuple[int, int]:
        wells = re.match(r"\d+", self.header.get("Type", ""))
        shape = _SHAPES.get(int(wells[0])) if wells else None
        if shape is None:
            where = Where(line=self.line, field="Type")
            found = f"type '{self.header.get('Type', '')}' and no 'Wells Per Row'"
            raise refusal(self.source, "PLATE_TYPE", where, found, f"a plate of {', '.join(map(str, _SHAPES))} wells")
        return shape


def plates(file: ExportFile) -> list[Plate]:
    """The plates of a file in order.

    Raises:
        InputError: ``NO_PLATE``, ``PLATE_TYPE``, ``GRID`` for a grid of another shape than the plate, ``TRUNCATED``
            when the file ends inside one, or what ``ExportFile.text`` refuses.
    """
    lines = re.split(r"\r\n|\r|\n", file.text())
    found: list[Plate] = []
    section = None
    for number, line in enumerate(lines, start=1):
        ruler = _RULER.fullmatch(line)
        key = line.partition(":")[0].strip()
        if not found or (section is not None and key in _BEGINS and ruler is None):
            found.append(Plate(file.name, number))
            section = None
        if ruler is not None:
            section = ruler[1]
            found[-1].sections.setdefault(section, {})
        else:
            _take(found[-1], section, line, number)
    _refuse_cut(file, found, section)
    for plate in found:
        plate.sections.pop("Data", None)
    return found


def _take(plate: Plate, section: str | None, line: str, number: int) -> None:
    """Puts one line where it belongs: header, grid or section."""
    if section == "Data":
        _take_wells(plate, line, number)
        return
    key, colon, rest = line.partition(":")
    cells = [cell.strip().removeprefix("\\t") for cell in rest.split("\t")]
    plate.blank = 0 if line.strip() else plate.blank + 1
    if not colon or not key.strip():
        return
    if section is None:
        plate.header.setdefault(key.strip(), " ".join(cell for cell in cells if cell))
    else:
        plate.sections[section][key.strip()] = tuple(Cell(cell, number) for cell in cells[1:] if cell)


def _take_wells(plate: Plate, line: str, number: int) -> None:
    first, *cells = (cell.strip() for cell in line.split("\t"))
    if not cells:
        if first:
            raise _no_grid(plate, number, f"'{first}'", "a row of wells")
        return
    texts = cells[:-1] if len(cells) == plate.columns + 1 and not cells[-1] else cells
    if len(texts) != plate.columns:
        raise _no_grid(plate, number, f"{len(texts)} cells", f"{plate.columns} wells in a row")
    if not plate.numbers:
        _take_numbers(plate, texts, number)
        return
    row, place = (first, 0) if first else _next_spot(plate)
    expected = _LETTERS[len(plate.lines) // plate.spots]
    if row != expected or place != len(plate.lines) % plate.spots:
        raise _no_grid(plate, number, f"row '{row}'", f"row {expected}, spot {len(plate.lines) % plate.spots + 1}")
    plate.lines.append(Line(number, row, plate.spot(place), tuple(texts)))


def _take_numbers(plate: Plate, texts: Sequence[str], number: int) -> None:
    if list(texts) != [str(n) for n in range(1, plate.columns + 1)]:
        raise _no_grid(plate, number, f"'{' '.join(texts)}'", f"the column numbers 1 to {plate.columns}")
    plate.numbers = number


def _next_spot(plate: Plate) -> tuple[str, int]:
    """Row and place of a line without a letter: a further spot of the row above."""
    if not plate.lines:
        return "", 0
    return plate.lines[-1].row, len(plate.lines) % plate.spots


def _no_grid(plate: Plate, number: int, found: str, expected: str) -> Exception:
    return refusal(plate.source, "GRID", Where(line=number, field="Data"), found, expected)


def _refuse_cut(file: ExportFile, found: Sequence[Plate], section: str | None) -> None:
    """Refuse a file that ends before or inside a grid, or a grid that ends between the spots of a row."""
    last = found[-1]
    if not any(plate.lines for plate in found):
        raise refusal(file.name, "NO_PLATE", Where(), "no ruler 'Data' with a grid below", "a plate")
    if section is None or (section == "Data" and not last.whole):
        where, lines = Where(line=last.line, field="Data"), f"{len(last.lines)} lines of wells"
        raise refusal(file.name, "TRUNCATED", where, lines, f"{last.rows * last.spots} before the end of the file")
    ragged = next((plate for plate in found if len(plate.lines) % plate.spots), None)
    if ragged is not None:
        where, lines = Where(line=ragged.line, field="Data"), f"{len(ragged.lines)} lines of wells"
        raise refusal(file.name, "TRUNCATED", where, lines, f"all {ragged.spots} spots of each row")
    if section == "Data":
        refuse_open_end(file, last.lines[-1].texts[-1])
