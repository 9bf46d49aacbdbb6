"""Rows of a batch table: samples with their medians, and the Mean and SD that FlowJo writes below them."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, problem, refusal
from evqc.instruments._amounts import SAID, Amount, amount_in, quantity
from evqc.instruments._cell import Cell
from evqc.instruments._macsplex import Beads, BeadSignal
from evqc.instruments._numbers import half_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._marks import Marks
    from evqc.instruments.macsplex_table._columns import Column, Columns
    from evqc.measurement import Quantity

#: Rows below the samples that are statistics over them, in lower case.
_STATISTICS = re.compile(r"(mean|average|sd|std\.? ?dev\.?|standard deviation|median|%? ?cv|min|max|geo\.? ?mean)")


class Samples:
    """The rows below the headings, samples and statistics apart.

    Attributes:
        source: name of the file.
        columns: what is read.
        marks: of the file.
        rows: of samples.
        statistics: of the statistics below them.
    """

    def __init__(self, source: str, columns: Columns, marks: Marks, body: Sequence[Row]) -> None:
        """Sets samples and statistics apart; raises InputError ``STATISTIC_AMONG_SAMPLES`` when they are mixed."""
        self.source, self.columns, self.marks = source, columns, marks
        first = next((n for n, row in enumerate(body) if is_statistic(row)), len(body))
        self.rows, self.statistics = body[:first], body[first:]
        for row in self.statistics:
            if not is_statistic(row):
                where, found = row[0].where("sample"), f"'{row[0].text}' below '{self.statistics[0][0].text}'"
                expected = "statistics below all samples"
                raise refusal(source, "STATISTIC_AMONG_SAMPLES", where, found, expected)

    def beads(self) -> list[Beads]:
        """All bead populations of each sample; a row without any value is left out and said by ``issues``.

        Raises:
            InputError: ``SAMPLE_MISSING``, or what a cell refuses.
        """
        return [self._of(row) for row in self.rows if not self._empty(row)]

    def _of(self, row: Row) -> Beads:
        if not row[0].text:
            raise refusal(self.source, "SAMPLE_MISSING", row[0].where("sample"), "no name", "a sample's name")
        signals = tuple(
            BeadSignal(c.name, self._amount(row, c), cell_at(row, c.place).where(c.heading), self._events(row, c.name))
            for c in self.columns.signals
        )
        return Beads(row[0].text, signals, row[0].where("sample"))

    def _amount(self, row: Row, column: Column) -> Amount:
        return amount_in(cell_at(row, column.place), column.heading, self.source, self.marks, SAID)

    def _events(self, row: Row, name: str) -> float | None:
        found = self._count(row, name)
        return None if found is None else found.value

    def _count(self, row: Row, name: str) -> Amount | None:
        if (place := self.columns.events.get(name)) is None:
            return None
        return amount_in(cell_at(row, place), f"{name} / events", self.source, self.marks, SAID, minimum=0)

    def _empty(self, row: Row) -> bool:
        return not any(cell_at(row, column.place).text for column in self.columns.signals)

    def counts(self, row: Row) -> Iterator[Quantity]:
        """Events of each bead population of a sample."""
        for name, place in self.columns.events.items():
            found = self._count(row, name)
            assert found is not None
            where = cell_at(row, place).where(f"{name} / events")
            yield quantity(found, "event_count", "1", where, sample=row[0].text, settings={"population": name})

    def samples(self) -> list[Row]:
        """The rows that ``beads`` reads, in the same order."""
        return [row for row in self.rows if not self._empty(row)]

    def issues(self) -> Iterator[Issue]:
        """Rows without a value, and statistics that are not those of the rows above."""
        for row in self.rows:
            if self._empty(row):
                found = f"'{row[0].text}' without any median"
                yield problem("warning", "ROW_WITHOUT_VALUES", row[0].where("sample"), found, "a sample with medians")
        for row in self.statistics:
            yield from self._compared(row)

    def _compared(self, row: Row) -> Iterator[Issue]:
        """Disagreements of a printed mean or SD with the rows above; n - 1 and n are both accepted for the SD."""
        name = row[0].text.casefold()
        if not name.startswith(("mean", "average", "sd", "st")):
            yield problem("note", "STATISTIC_NOT_READ", row[0].where("sample"), f"'{row[0].text}'", "Mean or SD")
            return
        wrong = [c.name for c in self.columns.signals if not self._agrees(row, c, is_mean=name[0] in "ma")]
        if wrong:
            found, expected = f"'{row[0].text}' of {', '.join(wrong)}", "that of the samples above"
            yield problem("warning", "PRINTED_DISAGREES", row[0].where("sample"), found, expected)

    def _agrees(self, row: Row, column: Column, *, is_mean: bool) -> bool:
        cell, above = cell_at(row, column.place), [self._amount(r, column).value for r in self.samples()]
        printed = self._amount(row, column).value
        values = np.array([v for v in above if v is not None])
        if printed is None or len(values) < (1 if is_mean else 2):
            return True
        halves = [half_unit(cell_at(r, column.place).text) for r in self.samples() if cell_at(r, column.place).text]
        slack = half_unit(cell.text) + 2 * max(halves, default=0.0) + 1e-9 * abs(printed)
        expected = [np.mean(values)] if is_mean else [np.std(values, ddof=1), np.std(values)]
        return any(math.isclose(printed, float(e), rel_tol=0, abs_tol=slack) for e in expected)


def is_statistic(row: Row) -> bool:
    """Whether a row is a statistic over samples by its name."""
    return bool(row) and _STATISTICS.fullmatch(row[0].text.casefold().rstrip(":")) is not None


def cell_at(row: Row, place: int) -> Cell:
    """The cell at a place; an empty one where the row is shorter."""
    return row[place] if place < len(row) else Cell("", row[0].line if row else 1)
