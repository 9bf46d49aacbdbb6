"""The table of measuring positions as text: found by its headings, whole, every cell in its own column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._numbers import half_unit, number
from evqc.instruments.zetaview._header import plain
from evqc.instruments.zetaview._tables import LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Row = tuple[int, list[str]]

USE, POSITION, REMOVAL = "use", "position", "removal"
#: The rows below the positions, in lower case.
SUMMARY_ROWS = ("mean", "st.dev.", "rel.st.dev.")
_HEADING = re.compile(r"^Use *\t *Position *\t", re.MULTILINE)
#: Our name of each numeric column, by its heading in lower case without unit.
_COLUMNS = {
    "mean int.": "mean_intensity",
    "av. no of particles": "particles_per_frame",
    "conc.": "concentration_per_ml",
    "orig. conc.": "original_concentration_per_ml",
    "no. of traces": "traces",
    "x50": "d50_nm",
    "peak": "peak_nm",
    "span": "span",
    "drift": "drift_um_per_s",
}
NUMERIC = frozenset(_COLUMNS.values())
_UNITS = {
    "concentration_per_ml": {"p./ml", "p./cm^3"},
    "original_concentration_per_ml": {"p./ml", "p./cm^3"},
    "d50_nm": {"nm"},
    "peak_nm": {"nm"},
    "drift_um_per_s": {"µm/s", "mum/s", "um/s"},
}
_REQUIRED = (USE, POSITION, "particles_per_frame", "concentration_per_ml", "traces", "d50_nm", REMOVAL)
#: Columns of one ratio in all rows, which is at least 1: a constant of the instrument (about 10⁵), and the dilution.
_PROPORTIONAL = (
    ("concentration_per_ml", "particles_per_frame"),
    ("original_concentration_per_ml", "concentration_per_ml"),
)


@dataclass(frozen=True, slots=True)
class PositionTable:
    """The table as text.

    Attributes:
        source: the file's name.
        decimal: its decimal mark.
        names: our name of each column.
        rows: line number and cells of each position.
        summary: line number and cells of the rows Mean, St.Dev. and Rel.St.Dev.
    """

    source: str
    decimal: str
    names: tuple[str, ...]
    rows: tuple[Row, ...]
    summary: Mapping[str, Row]

    def cell(self, row: Row, name: str) -> str:
        """A cell of a row, ``""`` when the row is shorter or the file has no such column."""
        at = self.names.index(name) if name in self.names else len(row[1])
        return row[1][at] if at < len(row[1]) else ""

    def where(self, row: Row, name: str) -> Where:
        """The place of a cell."""
        return Where(line=row[0], column=str(self.names.index(name) + 1), field=name)

    def number(self, row: Row, name: str, *, maximum: float = LARGEST) -> float:
        """The number from 0 in a cell; raises InputError ``NOT_A_NUMBER`` or ``OUT_OF_RANGE``."""
        where = self.where(row, name)
        value = number(self.cell(row, name), self.source, where, decimal=self.decimal, minimum=0)
        return _bounded(value, self.source, where, maximum)

    def optional(self, row: Row, name: str) -> float | None:
        """The number in a cell, of either sign; None when it is ``NaN`` or the file has no such column."""
        text = self.cell(row, name)
        if name not in self.names or text.casefold() == "nan":
            return None
        where = self.where(row, name)
        return _bounded(number(text, self.source, where, decimal=self.decimal), self.source, where, LARGEST)


def _bounded(value: float, source: str, where: Where, maximum: float) -> float:
    if not abs(value) <= maximum:
        raise refusal(source, "OUT_OF_RANGE", where, f"{value:g}", f"a number of at most {maximum:g}")
    return value


def holds_table(text: str) -> bool:
    """Whether one of the lines names the columns of a table of positions."""
    begins = "Position" in text and ("\nUse" in text or text.startswith("Use"))
    return begins and _HEADING.search(text) is not None


def heading(source: str, lines: Sequence[str]) -> int:
    """The index of the line that names the columns; raises InputError ``MISSING_TABLE``."""
    at = next((i for i, line in enumerate(lines) if _HEADING.match(line)), None)
    if at is None:
        raise refusal(source, "MISSING_TABLE", Where(), "no line 'Use, Position, …'", "a table of positions")
    return at


def position_table(source: str, lines: Sequence[str], at: int, decimal: str) -> PositionTable:
    """The table below its line of headings.

    Args:
        source: the file's name.
        lines: all lines of the file.
        at: index of the line that names the columns.
        decimal: the file's decimal mark.

    Raises:
        InputError: ``TRUNCATED``, ``UNKNOWN_COLUMNS``, ``ROW_LENGTH``.
    """
    numbered = [
        (i, [cell.strip() for cell in line.split("\t")]) for i, line in enumerate(lines[at + 1 :], start=at + 2)
    ]
    filled = [row for row in numbered if any(row[1])]
    labels = [plain(row[1][1]).rstrip(":") if len(row[1]) > 1 else "" for row in filled]
    end = next((i for i, label in enumerate(labels) if label in SUMMARY_ROWS), len(filled))
    rows, summary = filled[:end], dict(zip(labels[end : end + 3], filled[end : end + 3], strict=True))
    if not rows or tuple(summary) != SUMMARY_ROWS:
        found = f"{len(rows)} positions and the rows {', '.join(summary) or 'none'}"
        expected = "positions and the rows Mean, St.Dev. and Rel.St.Dev."
        raise refusal(source, "TRUNCATED", Where(line=len(lines)), found, expected)
    names = _names(source, lines[at], at + 1)
    _refuse_other_length(source, [*rows, *summary.values()], len(names))
    return PositionTable(source, decimal, names, tuple(rows), summary)


def _refuse_other_length(source: str, rows: Sequence[Row], width: int) -> None:
    """Every row has a cell a column; only the last, Removal, may be empty. A shifted cell would be another number."""
    for line, cells in rows:
        found = len("\t".join(cells).rstrip().split("\t"))
        if not width - 1 <= found <= width:
            raise refusal(source, "ROW_LENGTH", Where(line=line), f"{found} cells", f"{width} cells, one a column")


def _names(source: str, line: str, at: int) -> tuple[str, ...]:
    names = [_name(cell) for cell in line.rstrip("\t ").split("\t")]
    unknown = [cell for cell, name in zip(line.split("\t"), names, strict=False) if name is None]
    known = [name for name in names if name is not None]
    missing = [name for name in _REQUIRED if name not in known]
    if unknown or missing or len(set(known)) < len(known):
        expected = "the columns Use, Position, Av. No of Particles, Conc., No. of Traces, X50, Removal, each once"
        raise refusal(source, "UNKNOWN_COLUMNS", Where(line=at), ", ".join(unknown or missing or known), expected)
    return tuple(known)


def _name(heading: str) -> str | None:
    text = plain(heading)
    if text in {USE, POSITION, REMOVAL}:
        return text
    stem, bracket, unit = text.partition("(")
    # Of the peak the sign behind it, ø or µ or mu, says nothing.
    name = _COLUMNS.get("peak" if stem.startswith("peak ") else stem.strip())
    units = _UNITS.get(name or "", {""})
    return name if unit.removesuffix(")").strip() in units and bool(bracket) == ("" not in units) else None


def column_issues(table: PositionTable) -> tuple[Issue, ...]:
    """A warning where a row breaks the constant ratio of two columns: cells or headings were exchanged.

    Source:
        Conc. is Av. No of Particles times one constant of the instrument, and Orig. Conc. is Conc. times Dilution times
        the correction factor, within the print of every row of real tables, of rejected positions too.
    """
    pairs = (pair for pair in _PROPORTIONAL if {*pair} <= {*table.names})
    return tuple(issue for pair in pairs if (issue := _not_proportional(table, *pair)) is not None)


def _not_proportional(table: PositionTable, above: str, below: str) -> Issue | None:
    y, y_half = _printed(table, above)
    x, x_half = _printed(table, below)
    told = (x > x_half) & (y > 0)
    if not told.any():
        return None
    y, y_half, x, x_half = y[told], y_half[told], x[told], x_half[told]
    least, most = ((y - y_half) / (x + x_half)).max(), ((y + y_half) / (x - x_half)).min()
    if least <= most and most >= 1:
        return None
    usual = float(np.median(y / x))
    worst = int(np.argmax(np.abs(np.log(y / x / usual))))
    row = [row for row, one in zip(table.rows, told, strict=True) if one][worst]
    found = f"{above} {y[worst]:g} beside {below} {x[worst]:g}"
    expected = f"about {max(usual, 1.0) * x[worst]:.2g} or more: one ratio in all rows, and no ratio below 1"
    return problem("warning", "COLUMNS_DISAGREE", table.where(row, above), found, expected)


def _printed(table: PositionTable, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """A column's numbers and half a unit of their last digits, both of shape (rows,)."""
    values = [table.number(row, name) for row in table.rows]
    return np.array(values), np.array([half_unit(table.cell(row, name)) for row in table.rows])
