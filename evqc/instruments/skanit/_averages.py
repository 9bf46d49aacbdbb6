"""The table of standards of a SkanIt curve: its averages and CVs beside those of its wells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import problem
from evqc.instruments._cell import Cell
from evqc.instruments._plate_wells import Wells, wells
from evqc.instruments._printed import Printed, disagreement, replicates
from evqc.instruments.skanit._sheets import table_of_wells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._printed import Floats
    from evqc.instruments.skanit._sheets import Step

_SIGNAL, _CV = "Original signal", "CV%"


def averages(source: str, step: Step) -> tuple[Issue, ...]:
    """Warnings where a printed average or CV (SD with n - 1 over the mean) is not that of the wells below it.

    One, too, for a row of the table that names no well, which ends it too early.

    Args:
        source: name of the file.
        step: with a table of wells under headings ``Well``, ``Original signal`` and ``CV%``; nothing without one.

    Raises:
        InputError: ``NOT_A_NUMBER``.
    """
    table, odd = table_of_wells(step, _SIGNAL)
    torn = () if odd is None else (_torn(odd),)
    return torn if len(table) < 2 else (*torn, *_compared(source, table))


def _torn(row: Row) -> Issue:
    expected = "a well such as A01, or 'Average'"
    return problem("warning", "WELL_UNKNOWN", row[0].where("Well"), f"'{row[0].text}' in the table of wells", expected)


def _compared(source: str, table: Sequence[Row]) -> tuple[Issue, ...]:
    signal = _column(source, table, _SIGNAL)
    groups = np.cumsum([row[0].text == "Average" for row in table[1:]])
    heads = [str(n) for n, row in enumerate(table[1:]) if row[0].text == "Average"]
    rest = [str(n) for n, row in enumerate(table[1:]) if row[0].text != "Average"]
    own = signal.numbers(rest)
    mean, sd, _ = replicates(own.value, [int(groups[int(n)]) for n in rest])
    moved, _, _ = replicates(own.rounding, [int(groups[int(n)]) for n in rest])
    first = [next((k for k, n in enumerate(rest) if groups[int(n)] == groups[int(head)]), -1) for head in heads]
    told = signal.numbers(heads)
    issues = disagreement(
        f"average of {_SIGNAL}", told, [_at(mean, first)], signal.place(heads), tolerance=_at(moved, first)
    )
    if not any(cell.text == _CV for cell in table[0]):
        return issues
    cv = _column(source, table, _CV)
    percent, spread = 100 * sd / mean, 100 * np.sqrt(2) * moved * (1 + sd / mean) / mean
    return (*issues, *_cvs(cv, heads, Printed(_at(percent, first), _at(spread, first))))


def _cvs(cv: Wells, heads: Sequence[str], own: Printed) -> tuple[Issue, ...]:
    return disagreement("CV% of standards", cv.numbers(heads), [own.value], cv.place(heads), tolerance=own.rounding)


def _column(source: str, table: Sequence[Row], heading: str) -> Wells:
    """A column of the table, its cells by the number of their row."""
    place = next(place for place, cell in enumerate(table[0]) if cell.text == heading)
    cells = {str(n): row[place] if place < len(row) else Cell("", row[0].line) for n, row in enumerate(table[1:])}
    return wells(heading, cells, source)


def _at(values: Floats, rows: Sequence[int]) -> Floats:
    """The values of some rows; NaN for -1."""
    return np.vstack([values, np.full((1, 1), np.nan)])[list(rows)]
