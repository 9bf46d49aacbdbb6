"""The lists of spots in an export of Discovery Workbench, one a plate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.errors import InputError, Where, refusal
from evqc.instruments import _rows
from evqc.instruments._amounts import SAID, Amount, amount_in
from evqc.instruments._immunoassay import Role, refuse_open_end, role_of
from evqc.instruments._marks import Marks, marks
from evqc.instruments._printed import Printed, printed
from evqc.measurement import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile

NEEDED = ("Sample", "Assay", "Well", "Signal")
_TYPICAL = ("calc. conc", "adjusted signal", "detection range", "adj. sig")
CALCULATED = re.compile(r"Calc\. Concentration(?: \((.+)\))?", re.IGNORECASE)
UNITS = ("Concentration Unit", "Concentration Units", "Conc. Unit", "Conc. Units", "Units", "Unit")
#: What a standard is known to hold, under either heading.
KNOWN = ("Concentration", "Standard Concentration")
#: Ends of the range of an assay's standard curve.
LIMITS = {State.BELOW_RANGE: "Detection Limits: Calc. Low", State.ABOVE_RANGE: "Detection Limits: Calc. High"}
NUMBERS = ("Signal", "Adjusted Signal", "Mean", "Adj. Sig. Mean", "Std. Deviation", "CV", "% Recovery",
           "% Recovery Mean", "Calc. Conc. Mean", "Calc. Conc. Std. Deviation", "Calc. Conc. CV", "Dilution",
           *KNOWN, *LIMITS.values())  # fmt: skip
#: The names that the software gives to samples: a letter for the group and three digits.
_NAMED = re.compile(r"([BSCU])\d{3}")
_WELL = re.compile(r"[A-P]\d{1,2}")
_LETTERS: dict[str, Role] = {"B": "blank", "S": "standard", "C": "control", "U": "sample"}
_GROUPS: dict[str, Role] = {"blank": "blank", "standard": "standard", "control": "control", "unknown": "sample"}


def is_heading(texts: Sequence[str]) -> bool:
    """Whether these are the headings of a list of spots."""
    plain = [" ".join(text.split()).casefold() for text in texts]
    return {n.casefold() for n in NEEDED} <= {*plain} and any(t.startswith(_TYPICAL) for t in plain)


@dataclass(frozen=True)
class Plate:
    """One list of spots.

    Attributes:
        name: of the plate; None when none is stated.
        table: one row a spot.
        by: marks of its numbers.
        begun: it is the first list of a sheet, or a line above its headings says of what it is.
    """

    name: str | None
    table: _rows.Table
    by: Marks
    begun: bool = True

    @cached_property
    def calculated(self) -> str | None:
        """Heading of the calculated concentration."""
        return next((h for h in self.table.headings if CALCULATED.fullmatch(h)), None)

    def amount(self, row: Row, heading: str) -> Amount | None:
        """What a number cell says; None when there is no such column."""
        if not self.table.has(heading):
            return None
        return amount_in(self.table.cell(row, heading), heading, self.table.source, self.by, SAID)

    def number(self, row: Row, heading: str) -> float | None:
        """The number in a cell; None when there is none."""
        found = self.amount(row, heading)
        return None if found is None else found.value

    def numbers(self, heading: str | None) -> Printed | None:
        """The numbers of a column, shape (rows, 1)."""
        if heading is None or not self.table.has(heading):
            return None
        cells = [[self.table.cell(row, heading)] for row in self.table.body]
        return printed(cells, [[amount_in(c, heading, self.table.source, self.by, SAID)] for (c,) in cells])

    def unit(self, row: Row) -> str:
        """Unit of the concentrations as the row or the heading states it; empty when neither does."""
        in_heading = CALCULATED.fullmatch(self.calculated or "")
        told = next((text for name in UNITS if (text := self.table.text(row, name))), None)
        return told or (in_heading[1] if in_heading else None) or ""

    def plate_of(self, row: Row) -> str | None:
        """Name of the plate that a row is of."""
        return self.table.text(row, "Plate Name") or self.name

    @property
    def known(self) -> str | None:
        """Heading of the concentration that standards are known to have."""
        return next((heading for heading in KNOWN if self.table.has(heading)), None)

    def known_of(self, row: Row) -> float | None:
        """The concentration that a row's standard is known to have; None for other samples."""
        return None if self.known is None else self.number(row, self.known)

    def role(self, row: Row) -> Role:
        """By the sample's group; else a known concentration makes a standard, zero the blank, or the name decides."""
        group = (self.table.text(row, "Sample Group") or "").casefold().removesuffix("s")
        if group in _GROUPS:
            return _GROUPS[group]
        sample = self.table.text(row, "Sample") or ""
        lettered = _NAMED.fullmatch(sample)
        known, name = self.known_of(row), _LETTERS[lettered[1]] if lettered else role_of(sample)
        if known is None or name == "control":
            return name
        return "standard" if known > 0 else "blank"


def sheets(file: ExportFile) -> list[list[Row]]:
    """All rows of each sheet; a text is one sheet."""
    if not file.is_workbook:
        return [_rows.rows(file)]
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    return every_sheet(file)


def top_of(sheet: Sequence[Row]) -> int | None:
    """Place of the first row of headings; None when there is none."""
    return next((i for i, row in enumerate(sheet) if is_heading([cell.text for cell in row])), None)


def plates(file: ExportFile, sheets: Sequence[Sequence[Row]]) -> Iterator[Plate]:
    """The lists of all sheets in order.

    Raises:
        InputError: ``HEADING_MISSING``, ``ROW_ABOVE_HEADINGS``, ``TRUNCATED``, or what the decimal marks refuse.
    """
    found = [sheet for sheet in sheets if top_of(sheet) is not None]
    if not found:
        raise refusal(file.name, "HEADING_MISSING", Where(), "no row of headings", f"headings {', '.join(NEEDED)}")
    for sheet in found:
        tops = [i for i, row in enumerate(sheet) if is_heading([c.text for c in row])]
        for top, following in zip(tops, [*tops[1:], None], strict=True):
            yield _plate(file, sheet, top, following)


def _plate(file: ExportFile, sheet: Sequence[Row], top: int, following: int | None) -> Plate:
    end = None if following is None else _title(sheet, following)[0]
    table = _rows.table(file.name, sheet[top:], NEEDED, end=None if end is None else end - top)
    if top == top_of(sheet):
        _refuse_above(table, sheet[:top])
    if torn := [issue for issue in table.uneven() if issue.severity == "error" and not file.is_workbook]:
        raise InputError(file.name, *torn)
    if following is None and table.body:
        refuse_open_end(file, table.body[-1][-1].text)
    headings = [h for h in table.headings if h in NUMBERS or CALCULATED.fullmatch(h)]
    cells = [cell for row in table.body for h in headings if (cell := table.cell(row, h)).number is None]
    separator = None if file.is_workbook else _rows.delimiter(file.text())
    by = marks((cell.text for cell in cells), file.name, Where(line=table.header[0].line), delimiter=separator)
    first, name = _title(sheet, top)
    begun = top == top_of(sheet) or any(_rows.filled(row) for row in sheet[first:top])
    return Plate(name, table, by, begun)


def _refuse_above(table: _rows.Table, rows: Sequence[Row]) -> None:
    """Refuse a spot above the headings of the first list: they are not where they were written."""
    well, signal = (table.headings.index(name) for name in ("Well", "Signal"))
    for row in rows:
        if len(row) > max(well, signal) and _WELL.fullmatch(row[well].text) and row[signal].text:
            found = f"'{row[0].text}' in {row[well].text} above the headings"
            raise refusal(table.source, "ROW_ABOVE_HEADINGS", row[well].where("Well"), found, "every spot below them")


def _title(sheet: Sequence[Row], top: int) -> tuple[int, str | None]:
    """Place where the lines above a row of headings begin, and the name of the plate among them.

    Such lines (``Plate_…``, ``Experiment_…: Experiment Data Table``) hold one cell, and empty lines may stand between.
    """
    first, name = top, None
    for place in range(top - 1, -1, -1):
        filled = [cell.text for cell in sheet[place] if cell.text]
        if len(filled) > 1 or (filled and not sheet[place][0].text):
            break
        first = place
        name = name or (filled[0].removeprefix("Plate_") if filled and filled[0].startswith("Plate_") else None)
    return first, name
