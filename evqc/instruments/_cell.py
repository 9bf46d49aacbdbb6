"""One cell of a table as it stands, with its place."""

from __future__ import annotations

from dataclasses import dataclass

from evqc.errors import Where


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a workbook's cell cannot be taken at its word: code, what stands there, and what would do."""

    code: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: as written, without white space around it.
        line: its row, from 1.
        number: for a workbook's number cell.
        coordinate, sheet: in a workbook.
        fault: why it cannot be read as it stands.
        percent: the workbook shows the number as a percentage: 0.95 as 95 %.
    """

    text: str
    line: int
    number: float | None = None
    coordinate: str | None = None
    sheet: str | None = None
    fault: Fault | None = None
    percent: bool = False

    def where(self, heading: str) -> Where:
        """The place: line and heading in a text, cell and sheet in a workbook."""
        return Where(line=self.line, column=self.coordinate or heading, field=self.sheet)


Row = tuple[Cell, ...]
