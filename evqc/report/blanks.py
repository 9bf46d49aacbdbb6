"""Products beside their blanks, as a report shows them: as measured, with each blank taken off, and the limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.format import estimated, number
from evqc.report.shown import BlankRow, Number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.isolation.blanks_of_batch import BlankedProduct, NetOfBlank
    from evqc.report.model import Report

_NOTHING = "nothing"
_NO_BLANK = "no diluent or process blank was counted as the product was, so that nothing is taken off"
_UNCHANGED = "as used everywhere else in this report"
Row = tuple[str | int | float | Number | None, ...]
HEADING = (
    "Product", "Taken off", "Blanks", "Concentration, /mL", "From, /mL", "To, /mL", "Interval", "Method", "Flags",
    "Negative over positive bins, %", "Limit of detection, /mL", "Limit of quantification, /mL", "Remark",
)  # fmt: skip


def blank_rows(products: Sequence[BlankedProduct]) -> tuple[BlankRow, ...]:
    """A row for the concentration as measured of each product, and one for each kind of blank.

    Args:
        products: as ``isolation.blanks_of_batch`` gives them.
    """
    return tuple(row for product in products for row in _rows(product))


def _rows(product: BlankedProduct) -> Iterator[BlankRow]:
    none = number(None, "", "nothing was taken off")
    yield BlankRow(
        sample=product.sample,
        blank=_NOTHING,
        of=(),
        concentration=estimated(product.as_measured, "the dilution is not known"),
        negative_mass=none,
        detection=none,
        quantification=none,
        remark=_UNCHANGED if product.nets else _NO_BLANK,
    )
    for net in product.nets:
        yield _row(product.sample, net)


def _row(sample: str, net: NetOfBlank) -> BlankRow:
    share = None if net.bins is None else 100 * net.bins.negative_mass
    limits, why = net.limits, "a single blank has none" if net.limits is not None else "not of this difference"
    return BlankRow(
        sample=sample,
        blank=net.of,
        of=net.blanks,
        concentration=estimated(net.net, net.why_missing),
        negative_mass=number(share, "%", "bins differ, or are not taken off one by one"),
        detection=number(None if limits is None else limits.net_detection, "1/mL", why),
        quantification=number(None if limits is None else limits.net_quantification, "1/mL", why),
        remark="" if limits is None else f"limits of {limits.n} blanks: {limits.method}",
    )


def blank_sheets(report: Report) -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    """Title, heading and rows of the sheet of blanks; none where the batch names no product that was counted."""
    if report.blanks:
        yield "Blanks", HEADING, [_cells(row) for row in report.blanks]


def _cells(row: BlankRow) -> Row:
    of = row.concentration
    ends = tuple(None if end is None else Number(value=end, unit=of.unit, text="") for end in (of.lower, of.upper))
    return (
        row.sample, row.blank, ", ".join(row.of), of, *ends, of.interval, of.method, ", ".join(of.flags),
        row.negative_mass, row.detection, row.quantification, row.remark,
    )  # fmt: skip
