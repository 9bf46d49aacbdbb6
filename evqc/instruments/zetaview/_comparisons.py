"""What a ZetaView size file prints twice, or prints and lets follow from its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._numbers import half_unit
from evqc.instruments.zetaview._statistics import comparison, median
from evqc.instruments.zetaview._tables import CONCENTRATION, NUMBER, VOLUME, SizeTable, centres
from evqc.measurement import Comparison

if TYPE_CHECKING:
    from evqc.instruments.zetaview._header import Header

_MEDIANS = {"number": NUMBER, "concentration": CONCENTRATION, "volume": VOLUME}
#: What a comparison is called when it fails, by the first words of its statistic.
_CODES = {"traces": "TRACES_DISAGREE", "log table": "TABLES_DISAGREE"}


def printed_median(head: Header, of: str) -> tuple[float, float] | None:
    """The printed D50 of ``number``, ``concentration`` or ``volume``, and half a unit of its last digit, in nm."""
    key = f"median {of} (d50)"
    value = head.number(key)
    return None if value is None else (value, half_unit(head.required(key).value))


def compared_with_table(
    head: Header, linear: SizeTable, log: SizeTable, width: float | None, traces: int
) -> tuple[tuple[Comparison, ...], tuple[Issue, ...]]:
    """The three medians, the number of traces, and the log table's sums, each beside the linear table.

    Args:
        head: the file's header.
        linear: its linear table.
        log: its log table.
        width: class width of the linear table in nm, None when it has no rows.
        traces: the stated number of traces.

    Returns:
        The comparisons, none in a run without traces, and a warning for each median that is not printed.
    """
    if width is None or not (linear.value(NUMBER).any() or traces):
        return (), ()
    medians = [
        _compared_median(head, of, linear, name, width) for of, name in _MEDIANS.items() if linear.value(name).any()
    ]
    found = [m for m in medians if isinstance(m, Comparison)]
    return (*found, *_compared_sums(linear, log, traces)), tuple(m for m in medians if isinstance(m, Issue))


def _compared_median(head: Header, of: str, linear: SizeTable, name: str, width: float) -> Comparison | Issue:
    printed = printed_median(head, of)
    if printed is None:
        where = Where(field=f"Median {of.capitalize()} (D50)")
        return problem("warning", "MISSING_FIELD", where, "nothing", "the printed D50 to compare with")
    middle, movable = median(centres(linear, width), linear.value(name), linear.half(name))
    statistic = "d50_nm" if of == "number" else f"{of} d50_nm"
    return comparison(statistic, printed[0], middle, printed[1] + movable)


def _compared_sums(linear: SizeTable, log: SizeTable, traces: int) -> list[Comparison]:
    counted = float(linear.value(NUMBER).sum())
    sums = [comparison("traces", float(traces), counted, float(linear.half(NUMBER).sum()))]
    for what, name in (("traces", NUMBER), ("concentration", CONCENTRATION)):
        tolerance = float(linear.half(name).sum() + log.half(name).sum())
        printed, recomputed = float(log.value(name).sum()), float(linear.value(name).sum())
        sums.append(comparison(f"log table: {what}", printed, recomputed, tolerance))
    return sums


def disagreements(head: Header, compared: tuple[Comparison, ...]) -> tuple[Issue, ...]:
    """A warning with both numbers for each comparison that fails."""
    traces = head.required("number of traces").where
    return tuple(
        problem(
            "warning",
            _CODES.get(c.statistic.split(":")[0], "D50_DISAGREES"),
            traces if c.statistic == "traces" else Where(field=c.statistic),
            f"{c.statistic} {c.reported:.10g}",
            f"{c.recomputed:.10g}, which the linear table gives, within {c.tolerance:.3g}",
        )
        for c in compared
        if not c.within
    )
