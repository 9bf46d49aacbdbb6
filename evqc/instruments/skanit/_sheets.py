"""The sheets of a SkanIt workbook: each a step of the session, with grids below lines of settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from evqc.instruments._cell import Cell, Row
from evqc.instruments._plates import LETTERS, Grid, grid, heads_grid, stray, well
from evqc.instruments._rows import filled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.errors import Issue

_WAVELENGTH = re.compile(r"(.*?)\s*Wavelength:\s*(.+)")
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*nm")
_PLATE = re.compile(r"Plate .+")
_MODE = re.compile(r"\b(absorbance|fluorescence|luminescence)\b", re.IGNORECASE)
#: Corner of a grid of values as read, by what was read.
CORNERS = {"Abs": "absorbance", "RLU": "luminescence", "RFU": "fluorescence", "RFU/RLU": "fluorescence"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """A grid of a step.

    Attributes:
        sheet: name of the sheet.
        step: such as ``Absorbance 1``.
        corner: what stands in the corner of the grid: ``Abs``, ``Blank subtracted``, ``Sample``, …
        plate: name of the plate.
        wavelength: what the line of the wavelength says, such as ``450 nm``.
        grid: the values.
    """

    sheet: str
    step: str
    corner: str
    plate: str | None
    wavelength: str | None
    grid: Grid

    @property
    def wavelength_nm(self) -> float | None:
        """The wavelength; None where the line says none or 0 nm, which means without filter."""
        match = _NUMBER.search(self.wavelength or "")
        return float(match[1]) or None if match is not None else None

    @property
    def mode(self) -> str | None:
        """What was read, by the corner and else by the name of the step; None for computed values."""
        if self.corner in CORNERS:
            return CORNERS[self.corner]
        named = _MODE.search(self.step)
        return named[1].casefold() if named is not None and self.corner == self.step else None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A sheet with a step of the session.

    Attributes:
        sheet: its name.
        name: of the step.
        head: the lines above the name: title, session and date.
        parts: its grids.
        rows: the whole sheet.
    """

    sheet: str
    name: str
    head: tuple[Cell, ...]
    parts: tuple[Part, ...]
    rows: tuple[Row, ...]


def step(source: str, rows: Sequence[Row]) -> Step | None:
    """The step on a sheet; None when the sheet does not begin with ``Measurement results``.

    Raises:
        InputError: as ``_plates.grid``.
    """
    first = [row[0] for row in rows[:12] if row and row[0].text]
    if not first or first[0].text != "Measurement results":
        return None
    blank = next((place for place, row in enumerate(rows) if place > 0 and not filled(row[:1])), len(rows))
    name = next((row[0].text for row in rows[blank:] if row[0].text), "")
    sheet = first[0].sheet or ""
    parts = tuple(_parts(source, rows, sheet, name))
    return Step(sheet=sheet, name=name, head=tuple(first[:3]), parts=parts, rows=tuple(rows))


def _parts(source: str, rows: Sequence[Row], sheet: str, name: str) -> list[Part]:
    plate: str | None = None
    wavelength: str | None = None
    found: list[Part] = []
    place = 0
    while place < len(rows):
        row = rows[place]
        if heads_grid(row):
            one = grid(source, rows, place, row[0].text)
            made = Part(sheet=sheet, step=name, corner=row[0].text, plate=plate, wavelength=wavelength, grid=one)
            found.append(made)
            place = one.end
            continue
        if (match := _WAVELENGTH.fullmatch(row[0].text)) is not None:
            wavelength = match[2]
        elif _PLATE.fullmatch(row[0].text) is not None:
            plate = row[0].text
        place += 1
    return found


def lost(found: Step) -> tuple[Issue, ...]:
    """A warning for rows of wells that belong to no grid, because its heading is damaged."""
    held = {place for part in found.parts for place in range(part.grid.end - len(part.grid.lines), part.grid.end)}
    lettered = [row for place, row in enumerate(found.rows) if place not in held and row and row[0].text in LETTERS]
    return stray(lettered)


def beside(found: Step) -> str | None:
    """The first filled cell to the right of a grid, which a person added; None when there is none."""
    for part in found.parts:
        last = max((len(cells) for _, _, cells in part.grid.lines), default=0)
        top = part.grid.where.line or 1
        for row in found.rows[max(top - 10, 0) : top + len(part.grid.lines)]:
            for cell in row[last + 1 :]:
                if cell.text:
                    return cell.coordinate
    return None


def pairs(rows: Sequence[Row]) -> dict[str, str]:
    """Keys and values of an information sheet: the first two filled cells of a row."""
    found: dict[str, str] = {}
    for row in rows:
        texts = [cell.text for cell in row if cell.text]
        if len(texts) == 2:
            found.setdefault(texts[0], texts[1])
    return found


def table_of_wells(found: Step, heading: str) -> tuple[list[Row], Row | None]:
    """The heading row that begins with ``Well`` and holds ``heading``, and the rows of averages and wells below it.

    Beside them the row that ends them though cells as of a row of the table stand in it; None where there is none.
    """
    for place, row in enumerate(found.rows):
        if row[0].text == "Well" and any(cell.text.startswith(heading) for cell in row):
            below = list(takewhile(_is_of_well, found.rows[place + 1 :]))
            after = next(iter(found.rows[place + 1 + len(below) :]), ())
            return [row, *below], after if sum(bool(cell.text) for cell in after) > 2 else None
    return [], None


def _is_of_well(row: Row) -> bool:
    return row[0].text == "Average" or well(row[0].text) is not None
