"""Tables of bands and spots on a membrane: what readers of densitometry software have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._amounts import Amount, amount_in, quantity
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import half_unit
from evqc.instruments._rows import Table, ends_open

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

METHOD = "western blot"
#: The highest pixel of images of 8 and 16 bits: the camera or film could show no more.
_HIGHEST_PIXELS = (255.0, 65535.0)


@dataclass(frozen=True)
class Bands:
    """A table with one row a band or spot.

    Attributes:
        table: headings and rows.
        numbers: headings of number columns, whose decimal mark is one.
        delimiter: of the text; None in a workbook.
        whole: those of ``numbers`` that number or count something.
    """

    table: Table
    numbers: Sequence[str]
    delimiter: str | None = None
    whole: Sequence[str] = ()

    @cached_property
    def marks(self) -> Marks:
        """The decimal and thousands marks of all number columns; raises InputError as ``marks`` does."""
        there = [heading for heading in self.numbers if self.table.has(heading)]
        texts = (cell.text for heading in there for cell in self._cells(heading) if cell.number is None)
        where = Where(line=self.table.header[0].line if self.table.header else 1)
        return marks(texts, self.table.source, where, delimiter=self.delimiter)

    def _cells(self, heading: str) -> Iterable[Cell]:
        return (self.table.cell(row, heading) for row in self.table.body)

    def amount(self, row: Row, heading: str, *, minimum: float | None = None) -> Amount:
        """What the number cell of a row says; raises InputError for one that is neither number nor state."""
        return amount_in(self.table.cell(row, heading), heading, self.table.source, self.marks, minimum=minimum)

    def value(self, row: Row, heading: str) -> float | None:
        """The number below a heading; None when the column or the number is not there."""
        return self.amount(row, heading).value if self.table.has(heading) else None

    def rounding(self, row: Row, heading: str) -> float:
        """Half a unit of the last digit of a number as printed."""
        cell = self.table.cell(row, heading)
        return half_unit(cell.text if cell.number is None else repr(cell.number))

    def settings(self, row: Row, keys: Mapping[str, str]) -> dict[str, Scalar]:
        """Further columns of a row by their key; a number column without number gives its text."""
        there = {heading: key for heading, key in keys.items() if self.table.text(row, heading) is not None}
        return {key: self._scalar(row, heading) for heading, key in there.items()}

    def _scalar(self, row: Row, heading: str) -> Scalar:
        if heading not in self.numbers:
            return self.table.text(row, heading)
        found = self.amount(row, heading)
        if found.value is None:
            return found.as_written
        return int(found.value) if heading in self.whole else found.value

    def disagrees(self, row: Row, heading: str, computed: float, tolerance: float, rule: str) -> tuple[Issue, ...]:
        """A warning when a printed number is not the one computed from others of the file, beyond their rounding."""
        cell, printed = self.table.cell(row, heading), self.value(row, heading)
        if printed is None or abs(printed - computed) <= tolerance + 1e-9 * abs(computed):
            return ()
        expected = f"{computed:.6g}, which is {rule}"
        return (problem("warning", "PRINTED_DISAGREES", cell.where(heading), cell.text, expected),)


def signal(found: Amount, where: Where, sample: str | None, settings: dict[str, Scalar], method: str) -> Quantity:
    """The signal of one band or spot, in the arbitrary unit of its image."""
    return quantity(found, "marker_signal", "a.u.", where, sample=sample, method=method, settings=settings)


def torn(file: ExportFile, table: Table | None = None) -> tuple[Issue, ...]:
    """A lost heading, headings alone, and a text whose last row is shorter than the others or has no line end."""
    uneven = (*table.uneven(), *table.unnamed()) if table is not None else ()
    if table is not None and not table.body:
        line = table.header[0].line
        uneven = (problem("error", "NO_ROWS", Where(line=line), "headings alone", "rows below them"),)
    if file.is_workbook or not ends_open(file):
        return uneven
    expected = "a line end behind the last row, without which its last number may be cut"
    return (*uneven, problem("error", "TRUNCATED", Where(), "a file that ends within a line", expected))


def without_map(what: str) -> Issue:
    """The note that the file does not say which marker and sample its bands or spots are."""
    expected = f"a lane map (--mapping FILE.toml) that says {what}"
    return problem("note", "LANE_MAP_MISSING", Where(), "bands without marker and sample", expected)


def saturated(highest: float | None, where: Where) -> tuple[Issue, ...]:
    """A warning when the highest pixel of a band is the highest that an image of 8 or 16 bits can hold."""
    if highest not in _HIGHEST_PIXELS:
        return ()
    expected = "below the highest value of the image; the band may be saturated and its signal too low"
    return (problem("warning", "SATURATED", where, f"a highest pixel of {highest:g}", expected),)
