"""What a SkanIt layout puts into the wells: samples by name, with group, concentration or dilution."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import refusal
from evqc.instruments._marks import Marks
from evqc.instruments._plate_wells import Content
from evqc.instruments._plates import LETTERS, heads_grid
from evqc.instruments._rows import filled

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.instruments._cell import Cell, Row

_ROLES = {
    "Std": "standard",
    "Cal": "standard",
    "Un": "sample",
    "Blank": "blank",
    "Ctrl": "control",
    "Control": "control",
}
_NAME = re.compile(r"(Std|Cal|Un|Blank|Ctrl|Control)\d*")
_CONCENTRATION = re.compile(r"([\d.,E+-]+)\s*(\S.*)")
_DILUTION = re.compile(r"1\s*:\s*([\d.,]+)")


def contents(source: str, sheets: Iterable[Sequence[Row]]) -> dict[str, dict[str, Content]]:
    """What is in the wells of each plate, from the sheets ``Layout definitions``.

    Args:
        source: name of the file.
        sheets: of the workbook.

    Returns:
        By plate and well; lines of a well are its name, its group, and its concentration or dilution.

    Raises:
        InputError: ``LAYOUT_PLATE``, ``LAYOUT_ROWS``.
    """
    found: dict[str, dict[str, Content]] = {}
    for rows in sheets:
        if rows and rows[0] and rows[0][0].sheet == "Layout definitions":
            found |= _plates(source, rows)
    return found


def _plates(source: str, rows: Sequence[Row]) -> dict[str, dict[str, Content]]:
    plate, place, found = "", 0, dict[str, dict[str, Content]]()
    while place < len(rows):
        row = rows[place]
        place += 1
        if row[0].text == "Name" and len(row) > 1:
            plate = row[1].text
        elif row[0].text in LETTERS:
            expected = "columns 1, 2, 3, … above the wells of a plate"
            raise refusal(source, "LAYOUT_ROWS", row[0].where("Layout"), f"row '{row[0].text}'", expected)
        elif heads_grid(row):
            _refuse_unnamed(source, row[0], plate, found)
            below = _below(source, rows[place:])
            found[plate] = _grid(source, row, below)
            place += len(below)
    return found


def _below(source: str, rows: Sequence[Row]) -> list[Row]:
    """The rows of a grid. Raises InputError ``LAYOUT_ROWS`` where one of no letter and several cells ends it."""
    letter, found = "", list["Row"]()
    for row in rows:
        letter = row[0].text or letter
        if filled(row) and letter not in LETTERS:
            if sum(bool(cell.text) for cell in row) > 2 and not heads_grid(row):
                _refuse_disorder(source, row[0], "the next letter of the plate")
            break
        found.append(row)
    return found


def _refuse_unnamed(source: str, cell: Cell, plate: str, known: Iterable[str]) -> None:
    """Raises InputError ``LAYOUT_PLATE`` for a grid without a plate, or with that of the grid above: a name is lost."""
    if not plate or plate in known:
        found = f"'{plate}' again" if plate else "no line 'Name' with a plate above the grid"
        raise refusal(source, "LAYOUT_PLATE", cell.where("Layout"), found, "the name of its plate above each grid")


def _grid(source: str, heading: Row, below: Sequence[Row]) -> dict[str, Content]:
    columns = {place: cell.text for place, cell in enumerate(heading) if cell.text.isdigit()}
    letter, lines = "", dict[str, list[str]]()
    seen: list[str] = []
    for row in filter(filled, below):
        if row[0].text or not seen:
            seen.append(row[0].text)
            _refuse_disorder(source, row[0], LETTERS[len(seen) - 1])
        letter = row[0].text or letter
        for place, cell in enumerate(row[1:], start=1):
            if cell.text:
                name = f"{letter}{columns.get(place, '')}"
                _refuse_unplaced(source, cell, named=place in columns and bool(row[0].text or name in lines))
                lines.setdefault(name, []).append(cell.text)
    return {name: content(*said) for name, said in lines.items()}


def _refuse_unplaced(source: str, cell: Cell, *, named: bool) -> None:
    """Raises InputError ``LAYOUT_ROWS`` for a cell below no column, or in a well without the name of a sample."""
    if not named:
        expected = "a column above it, and the name of the sample in the first line of the well"
        raise refusal(source, "LAYOUT_ROWS", cell.where("Layout"), f"'{cell.text}'", expected)


def _refuse_disorder(source: str, cell: Cell, due: str) -> None:
    """Raises InputError ``LAYOUT_ROWS`` for a row of wells that is not the one due: the lines of one are lost."""
    if cell.text != due:
        raise refusal(source, "LAYOUT_ROWS", cell.where("Layout"), f"row '{cell.text}'", f"row '{due}'")


def content(name: str, *said: str) -> Content:
    """What is in a well by its name and the lines below it: ``Group 1``, ``0.5 microg/ml``, ``1:25``."""
    match = _NAME.fullmatch(name)
    role = _ROLES[match[1]] if match is not None else None
    stated = [m for text in said if (m := _CONCENTRATION.fullmatch(text)) is not None and not text.startswith("1:")]
    diluted = [m[1] for text in said if (m := _DILUTION.fullmatch(text)) is not None]
    group = next((text for text in said if not _CONCENTRATION.fullmatch(text) and not _DILUTION.fullmatch(text)), None)
    nominal = _point(stated[0][1]) if stated else None
    return Content(
        role=role,
        group=name,
        sample=None if role in {"standard", "blank"} else name,
        nominal=nominal,
        unit=spelled(stated[0][2]) if stated else None,
        dilution=_point(diluted[0]) if diluted else None,
        more={"sample_group": group} if group else {},
    )


def _point(text: str) -> float | None:
    return Marks("," if "," in text and "." not in text else ".").parse(text)


def spelled(unit: str) -> str:
    """A unit as SkanIt writes it, ``microg/ml``, in the usual spelling, ``ug/ml``."""
    return unit.strip().replace("micro", "u")


def named(cells: dict[str, Cell]) -> dict[str, Content]:
    """What is in the wells by a grid of sample names alone."""
    return {well: content(cell.text) for well, cell in cells.items() if cell.text}
