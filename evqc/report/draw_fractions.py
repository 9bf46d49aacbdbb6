"""The picture of a step that was collected in fractions: particles, protein and purity by fraction, and the pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.canvas import BLUE, FAINT, GREEN, INK, MUTED, ORANGE, VERMILION, figure, linear_axis, plain_ticks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evqc.report.balance import FractionRow, FractionTable
    from evqc.report.model import Report
    from evqc.report.shown import Number

#: Half of the width of a bar, and of what a fraction takes up.
_BAR, _PLACE = 0.36, 0.5
#: With more fractions than this every second, fifth or tenth number stands at the axis.
_MOST_NUMBERS = 24


def fractions(report: Report, index: int) -> Figure:
    """Particles and protein of each fraction as bars, their purity below them, the suggested pool shaded."""
    of = report.fractions[index]
    made = figure(4.3)
    particles, protein, purity = made.subplots(3, 1, sharex=True, height_ratios=(3, 2, 3))
    for axes in (particles, protein, purity):
        _shade(axes, of.rows)
    _bars(particles, of.rows, [row.particles for row in of.rows], BLUE)
    _bars(protein, of.rows, [row.protein for row in of.rows], ORANGE)
    linear_axis(particles.yaxis, "particles", _highest([row.particles for row in of.rows]))
    linear_axis(protein.yaxis, "protein, µg", _highest([row.protein for row in of.rows]))
    _purity(purity, of)
    _pooled(particles, of.rows)
    _numbers(purity, [row.number for row in of.rows])
    return made


def _shade(axes: Axes, rows: Sequence[FractionRow]) -> None:
    numbers = [row.number for row in rows if row.suggested]
    if numbers:
        axes.axvspan(numbers[0] - _PLACE, numbers[-1] + _PLACE, facecolor=GREEN, alpha=0.14, linewidth=0, zorder=0)


def _bars(axes: Axes, rows: Sequence[FractionRow], numbers: Sequence[Number], colour: str) -> None:
    for row, number in zip(rows, numbers, strict=True):
        if number.value is None:
            _unknown(axes, row.number)
        else:
            _bar(axes, row.number, number, colour)
    axes.set_ylim(0, 1.22 * (_highest(numbers) or 1.0))


def _bar(axes: Axes, place: int, number: Number, colour: str) -> None:
    """Filled for a value, with its interval; hollow with an arrow for a bound."""
    exact = number.relation == "="
    axes.bar(place, number.value or 0.0, width=2 * _BAR, facecolor=colour if exact else "none", edgecolor=colour,
             linewidth=0.9, linestyle="-" if exact else (0, (2, 1.5)))  # fmt: skip
    if number.lower is not None and number.upper is not None:
        axes.plot([place, place], [number.lower, number.upper], color=INK, linewidth=0.9)
    if not exact and number.value is not None:
        _bound(axes, place, number.value, number.relation)


def _bound(axes: Axes, place: int, value: float, relation: str) -> None:
    marker = "v" if relation == "<" else "^"
    axes.plot([place], [value], marker=marker, markersize=4, markerfacecolor="white", markeredgecolor=INK,
              markeredgewidth=0.8, linestyle="none", zorder=3)  # fmt: skip


def _unknown(axes: Axes, place: int) -> None:
    axes.text(place, 0.04, "?", transform=axes.get_xaxis_transform(), ha="center", fontsize=7.5, color=MUTED)


def _highest(numbers: Sequence[Number]) -> float:
    return max((end for n in numbers for end in (n.value, n.upper) if end is not None), default=0.0)


def _purity(axes: Axes, of: FractionTable) -> None:
    """Each fraction on a logarithmic axis, joined by a line; the pool as a bar; dashed what it has to reach."""
    known = [(row.number, row.purity) for row in of.rows if row.purity.value is not None and row.purity.value > 0]
    exact = [(number, purity.value or 0.0) for number, purity in known if purity.relation == "="]
    axes.set_yscale("log")
    axes.plot([n for n, _ in exact], [v for _, v in exact], color=FAINT, linewidth=1.0, zorder=1)
    for number, purity in known:
        assert purity.value is not None
        if purity.lower is not None and purity.upper is not None and purity.lower > 0:
            axes.plot([number, number], [purity.lower, purity.upper], color=INK, linewidth=0.9, zorder=2)
        if purity.relation == "=":
            axes.plot([number], [purity.value], marker="o", markersize=4, color=INK, linestyle="none", zorder=3)
        else:
            _bound(axes, number, purity.value, purity.relation)
    for row in of.rows:
        if row.purity.value is None:
            _unknown(axes, row.number)
    _limits(axes, of)
    axes.set_ylabel("particles\nper µg protein")
    plain_ticks(axes.yaxis)


def _limits(axes: Axes, of: FractionTable) -> None:
    pool = [row.number for row in of.rows if row.suggested]
    if pool and of.pool_purity is not None and of.pool_purity.value is not None:
        axes.plot([pool[0] - _PLACE, pool[-1] + _PLACE], [of.pool_purity.value] * 2, color=GREEN, linewidth=2.2,
                  solid_capstyle="butt", zorder=2)  # fmt: skip
        axes.annotate("pool", (pool[-1] + _PLACE, of.pool_purity.value), (4, 6), textcoords="offset points",
                      va="center", fontsize=7, color=GREEN)  # fmt: skip
    if of.least_purity is not None and of.least_purity.value is not None:
        axes.axhline(of.least_purity.value, color=VERMILION, linewidth=0.9, linestyle=(0, (3, 1.5)), zorder=1)
        axes.annotate("least of a pool", (1, of.least_purity.value), (3, 0), xycoords=axes.get_yaxis_transform(),
                      textcoords="offset points", va="center", fontsize=6.8, color=VERMILION,
                      annotation_clip=False)  # fmt: skip


def _pooled(axes: Axes, rows: Sequence[FractionRow]) -> None:
    """A bar above the fractions that the record says were pooled."""
    numbers = [row.number for row in rows if row.pooled]
    for number in numbers:
        axes.plot([number - _PLACE, number + _PLACE], [0.97, 0.97], transform=axes.get_xaxis_transform(), color=INK,
                  linewidth=2.4, solid_capstyle="butt")  # fmt: skip
    if numbers:
        axes.annotate("pooled", (numbers[-1] + _PLACE, 0.97), (4, 0), xycoords=axes.get_xaxis_transform(),
                      textcoords="offset points", va="center", fontsize=7, color=INK)  # fmt: skip


def _numbers(axes: Axes, numbers: Sequence[int]) -> None:
    step = next(each for each in (1, 2, 5, 10, 20, 50, 100, len(numbers)) if len(numbers) / each <= _MOST_NUMBERS)
    shown = list(numbers) if step == 1 else [number for number in numbers if number % step == 0]
    axes.set_xticks(shown, [str(number) for number in shown])
    axes.set_xlim(min(numbers) - 0.8, max(numbers) + 0.8)
    axes.set_xlabel("fraction")
