"""The mass balance and the fractions of a report as sheets of its workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.format import shown_unit
from evqc.report.shown import Number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.report.balance import BalanceRow, FractionTable
    from evqc.report.model import Report

Row = tuple[str | int | Number | None, ...]
Titled = tuple[str, tuple[str, ...], list[Row]]

BALANCE_HEADING = (
    "Of", "Steps", "Whole process", "What", "Sample", "Value", "Lower", "Upper", "Unit", "As text", "Interval and n",
    "Remarks",
)  # fmt: skip
FRACTION_HEADING = (
    "Step", "Method", "Fraction", "Sample", "Particles", "Of all, %", "Protein", "Unit of protein", "Particles per µg",
    "Pooled", "Suggested", "Suggestion and rule",
)  # fmt: skip


def balance_sheets(report: Report) -> Iterator[Titled]:
    """Title, heading and rows of each sheet; none for a batch whose process was not followed.

    Args:
        report: its mass balance and its fractions.
    """
    if report.balance:
        yield "Mass balance", BALANCE_HEADING, [row for each in report.balance for row in _balance(each)]
    if report.fractions:
        yield "Fractions", FRACTION_HEADING, [row for each in report.fractions for row in _fractions(each)]


def _balance(of: BalanceRow) -> Iterator[Row]:
    """One row for each number, so that the workbook can be filtered by what it is."""
    streams = [("in", of.feed), ("out", of.product), *(("beside", stream) for stream in of.beside)]
    numbers = [(what, stream.sample, stream.amount) for what, stream in streams]
    numbers += [
        (of.lost_title.lower(), "", of.lost),
        ("recovery", "", of.recovery),
        ("balance", "", of.balance),
        ("volume in by out", "", of.volumetric_factor),
        ("concentration out by in", "", of.concentration_factor),
    ]
    numbers += [("per protein, out by in", "", of.enrichment)] if of.enrichment is not None else []
    numbers += [("reduction, log₁₀", "", of.clearance)] if of.clearance is not None else []
    for what, sample, number in numbers:
        yield (
            of.quantity, of.steps, "yes" if of.whole else "", what, sample, number, _end(number, number.lower),
            _end(number, number.upper), shown_unit(number.unit), number.text, number.interval,
            " ".join(of.remarks) if what == "balance" else "",
        )  # fmt: skip


def _end(number: Number, value: float | None) -> Number | None:
    return None if value is None else Number(value=value, unit=number.unit, text="")


def _fractions(of: FractionTable) -> Iterator[Row]:
    for row in of.rows:
        yield (
            of.step, of.method, row.number, row.sample, row.particles, row.share, row.protein,
            shown_unit(row.protein.unit), row.purity, "yes" if row.pooled else "", "yes" if row.suggested else "",
            f"{of.suggestion} The rule: {of.rule}.",
        )  # fmt: skip
