"""What a ZetaView size file prints twice, or prints and lets follow from its table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._numbers import half_unit
from evqc.instruments.zetaview._statistics import Classes, comparison
from evqc.instruments.zetaview._tables import CONCENTRATION, NUMBER, VOLUME, SizeTable
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
    head: Header, classes: Classes | None, log: SizeTable, traces: int
) -> tuple[tuple[Comparison, ...], tuple[Issue, ...]]:
    """The three medians, the number of traces, and the log table's sums, each beside the linear table.

    Args:
        head: the file's header.
        classes: the classes of its linear table; None when it has no rows.
        log: its log table.
        traces: the stated number of traces.

    Returns:
        The comparisons, none in a run without traces, and a warning for each median that is not printed.
    """
    if classes is None or not (classes.table.total[NUMBER] or traces):
        return (), ()
    filled = ((of, name) for of, name in _MEDIANS.items() if classes.table.total[name] > 0)
    medians = [_compared_median(head, of, classes, name) for of, name in filled]
    found = [m for m in medians if isinstance(m, Comparison)]
    return (*found, *_compared_sums(classes.table, log, traces)), tuple(m for m in medians if isinstance(m, Issue))


def _compared_median(head: Header, of: str, classes: Classes, name: str) -> Comparison | Issue:
    printed = printed_median(head, of)
    if printed is None:
        where = Where(field=f"Median {of.capitalize()} (D50)")
        return problem("warning", "MISSING_FIELD", where, "nothing", "the printed D50 to compare with")
    middle, movable = classes.median(name)
    statistic = "d50_nm" if of == "number" else f"{of} d50_nm"
    return comparison(statistic, printed[0], middle, printed[1] + movable)


def _compared_sums(linear: SizeTable, log: SizeTable, traces: int) -> list[Comparison]:
    sums = [comparison("traces", float(traces), linear.total[NUMBER], linear.total_half[NUMBER])]
    for what, name in (("traces", NUMBER), ("concentration", CONCENTRATION)):
        tolerance = linear.total_half[name] + log.total_half[name]
        sums.append(comparison(f"log table: {what}", log.total[name], linear.total[name], tolerance))
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
