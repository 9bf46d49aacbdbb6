"""The parts of a Gen5 text export: plates, each with its header, procedure, layout, grids, reactions and curves."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._cell import Cell, Row
from evqc.instruments._plates import Grid, grid, heads_grid, stray
from evqc.instruments._rows import filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


_TEMPERATURE = "Actual Temperature"


@dataclass(kw_only=True)
class Plate:
    """One plate of an export, as text.

    Attributes:
        keys: its header, by key without colon; the export's own header is part of it.
        procedure: rows of the procedure.
        layout: what is in the wells; None when not exported.
        grids: everything else that stands as a plate.
        reactions: tables of a kinetic read: title, heading row and rows.
        curves: heading row and row of each fitted curve.
        temperatures: as printed above the reads.
        unread: titles of tables that are not read.
        issues: what should be known of it.
    """

    keys: dict[str, Cell] = field(default_factory=dict)
    procedure: list[Row] = field(default_factory=list)
    layout: Grid | None = None
    grids: list[Grid] = field(default_factory=list)
    reactions: list[tuple[str, Row, tuple[Row, ...]]] = field(default_factory=list)
    curves: list[tuple[Row, Row]] = field(default_factory=list)
    temperatures: list[Cell] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)

    def text(self, key: str) -> str | None:
        """What the header says under a key; None when it says nothing."""
        cell = self.keys.get(key)
        return None if cell is None or cell.text in {"", "n/a", "N/A"} else cell.text


def plates(source: str, rows: Sequence[Row]) -> list[Plate]:
    """The plates of an export in order. A plate without header line or procedure has those of the plate before.

    Raises:
        InputError: as ``_plates.grid``.
    """
    starts = [place for place, row in enumerate(rows) if row[0].text == "Plate Number"] or [0]
    first = _plate(source, [*rows[: starts[0]], *rows[starts[0] : _end(starts, 0, rows)]], {}, [])
    found = [first]
    for i in range(1, len(starts)):
        part = rows[starts[i] : _end(starts, i, rows)]
        found.append(_plate(source, part, found[-1].keys, found[-1].procedure))
    return found


def _end(starts: Sequence[int], i: int, rows: Sequence[Row]) -> int:
    return starts[i + 1] if i + 1 < len(starts) else len(rows)


def _plate(source: str, rows: Sequence[Row], keys: Mapping[str, Cell], procedure: list[Row]) -> Plate:
    found = Plate(keys=dict(keys), procedure=procedure)
    place, title, passed = 0, "", []
    while place < len(rows):
        row = rows[place]
        behind = _take(source, found, rows, place, title)
        if behind is None:
            passed.append(row)
            title = row[0].text if filled(row) else title
            place += 1
        else:
            place, title = behind, ""
    found.issues += stray(passed)
    return found


def _take(source: str, found: Plate, rows: Sequence[Row], place: int, title: str) -> int | None:
    """Reads the part that begins at a place and returns the place behind it; None when none begins there."""
    row = rows[place]
    if row[0].text == "Procedure Details":
        blank = next((n for n in range(place + 1, len(rows)) if filled(rows[n])), len(rows))
        found.procedure, behind = _paragraph(rows, blank)
        return behind
    if heads_grid(row):
        return _take_grid(found, grid(source, rows, place, title, labelled=True))
    if len(row) > 2 and row[0].text in {"Time", "Wavelength"}:
        body, behind = _paragraph(rows, place + 1)
        return _take_table(found, title, row, body, behind)
    if row[0].text == "Curve Name":
        body, behind = _paragraph(rows, place + 1)
        if len(row) > 1 and row[1].text == "Y Formula":
            found.unread.append(title)
            return behind
        curves = [line for line in body if 2 < len(line) <= len(row) and line[0].text]
        found.curves += [(row, line) for line in curves]
        return place + 1 + len(curves)
    return _take_key(found, row, place)


def _take_grid(found: Plate, part: Grid) -> int:
    if part.title == "Layout" or "Well ID" in part.labels:
        found.layout = part
        found.issues += part.issues
    else:
        found.grids.append(part)
    return part.end


def _take_table(found: Plate, title: str, row: Row, body: list[Row], behind: int) -> int:
    if row[0].text == "Time":
        found.reactions.append((title, row, tuple(body)))
        return behind
    found.unread.append(title)
    expected = "endpoint and kinetic reads; a spectrum is not read"
    found.issues.append(problem("warning", "READ_NOT_READ", Where(line=row[0].line), title, expected))
    return behind


def _take_key(found: Plate, row: Row, place: int) -> int | None:
    key = row[0].text.removesuffix(":")
    if len(row) != 2 or not key:
        return None
    if key == _TEMPERATURE:
        found.temperatures.append(row[1])
    else:
        found.keys[key] = row[1]
    return place + 1


def _paragraph(rows: Sequence[Row], start: int) -> tuple[list[Row], int]:
    """The rows up to the next blank one, and the place behind."""
    end = start
    while end < len(rows) and filled(rows[end]):
        end += 1
    return list(rows[start:end]), end
