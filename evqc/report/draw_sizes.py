"""Pictures of sizing: the distribution of a sample, the concentration by run, the agreement with the instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from evqc.report.canvas import (
    BLUE,
    FAINT,
    INK,
    MUTED,
    ORANGE,
    SKY,
    VERMILION,
    concentration_axis,
    figure,
    label,
    linear_axis,
    rows_downwards,
)
from evqc.report.format import digits
from evqc.report.pictures import drawn_runs, has_floor, with_concentration

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from evqc.measurement import Comparison
    from evqc.report.model import Report
    from evqc.report.shown import Curve, RunRow, SizedSample

    Floats = NDArray[np.float64]

_ORDINATE = {
    "undiluted sample": "particles/mL per nm, undiluted sample",
    "suspension as measured": "particles/mL per nm, as measured",
    "particles counted": "particles counted per nm",
    "nothing counted": "",
}
#: Beyond this many bins steps and lines look the same, and lines are smaller.
_STEPS = 120
#: Share of the particles that the size axis reaches.
_REACH = 0.995
#: Pictures with more rows than this show the runs that differ most.
_MOST_ROWS = 48
#: Differences are drawn up to this many tolerances, and those beyond at the edge.
_EDGE = 3.0


def size_distribution(report: Report, index: int) -> Figure:
    """Every run, their mean with its band, D10, D50 and D90, and the region that the instrument hardly sees."""
    sample = report.sizes[index]
    made = figure(3.3)
    axes = made.add_subplot()
    start, end = _reach(sample)
    top = _draw_runs(axes, sample, end)
    axes.set_xlim(start, end)
    axes.set_ylim(0, top * 1.22)
    if has_floor(sample):
        draw_floor(axes, report.floor_nm, end)
    _draw_quantiles(axes, sample, top)
    axes.set_xlabel("hydrodynamic diameter, nm" if sample.technique in {"NTA", "DLS"} else "diameter, nm")
    linear_axis(axes.yaxis, _ORDINATE[sample.basis], top)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, handlelength=2.6, borderaxespad=0.2)
    return made


def _draw_runs(axes: Axes, sample: SizedSample, end: float) -> float:
    """Draws the curves up to ``end`` and returns the highest point."""
    drawn, curve = drawn_runs(sample), sample.curve
    tops = []
    for place, row in enumerate(drawn):
        assert row.density is not None
        look: dict[str, Any] = {"color": MUTED, "linewidth": 0.6, "alpha": 0.75}
        if len(drawn) == 1:
            look = {"color": BLUE, "linewidth": 1.5}
        name = (f"each run (n = {len(drawn)})" if len(drawn) > 1 else "the only run") if place == 0 else None
        axes.plot(*_outline(row, row.density, end), label=name, **look)
        tops.append(float(row.density.max()))
    if curve is None or curve.n < 2:
        return max(tops)
    if curve.low is not None and curve.high is not None:
        (x, low), (_, high) = _outline(curve, curve.low, end), _outline(curve, curve.high, end)
        band = "95 % interval of the mean"
        axes.fill_between(x, low, high, color=SKY, alpha=0.45, linewidth=0, label=band, zorder=1)
        tops.append(float(curve.high.max()))
    axes.plot(*_outline(curve, curve.mean, end), color=BLUE, linewidth=1.9, label=f"mean (n = {curve.n})")
    return max(tops)


def _outline(of: RunRow | Curve, height: Floats, end: float) -> tuple[Floats, Floats]:
    """Corner points of a histogram up to ``end``, or its bin centres when the bins are many."""
    shown = of.lower_nm <= end
    lower, upper, height = of.lower_nm[shown], of.upper_nm[shown], height[shown]
    if lower.size > _STEPS:
        return (lower + upper) / 2, height
    return np.column_stack([lower, upper]).ravel(), np.repeat(height, 2)


def _reach(sample: SizedSample) -> tuple[float, float]:
    """Both ends of the size axis: nearly all particles of every run, from zero but for beads far above it."""
    lows, highs = [], []
    for row in drawn_runs(sample):
        assert row.density is not None
        weight = np.cumsum(row.density * (row.upper_nm - row.lower_nm))
        ends = np.searchsorted(weight, np.array([1 - _REACH, _REACH]) * weight[-1])
        lows.append(float(row.lower_nm[ends[0]]))
        highs.append(float(row.upper_nm[ends[1]]))
    start, end = 0.85 * min(lows), 1.06 * max(highs)
    return (start if sample.bead_nm is not None and start > 0.5 * end else 0.0), end


def draw_floor(axes: Axes, floor_nm: float, end: float) -> None:
    """Marks what lies below the floor; ``end`` is where the size axis ends, in nm."""
    axes.axvspan(0, floor_nm, facecolor="none", edgecolor=FAINT, hatch="////", linewidth=0, zorder=0)
    axes.axvline(floor_nm, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)))
    words = "below the usual\nvisibility limit" if floor_nm > 0.09 * end else "below\nlimit"
    axes.text(
        floor_nm / 2, 0.985, words, rotation=90, fontsize=6.8, color=MUTED, ha="center", va="top",
        transform=axes.get_xaxis_transform(), linespacing=1.15,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2, "alpha": 0.85},
    )  # fmt: skip


def _draw_quantiles(axes: Axes, sample: SizedSample, top: float) -> None:
    height, last = top * 1.07, -np.inf
    for name, title in (("d10_nm", "D10"), ("d50_nm", "D50"), ("d90_nm", "D90")):
        number = sample.summary[name]
        if number.value is None:
            continue
        raised = 15 if number.value - last < 0.115 * (axes.get_xlim()[1] - axes.get_xlim()[0]) else 5
        last = number.value if raised == 5 else -np.inf
        axes.plot([number.value] * 2, [0, height], color=VERMILION, linewidth=0.8, linestyle=(0, (1, 2)))
        if number.lower is not None and number.upper is not None:
            axes.plot([number.lower, number.upper], [height] * 2, color=VERMILION, linewidth=1.1)
        axes.plot([number.value], [height], marker="D", markersize=4, color=VERMILION)
        axes.annotate(
            f"{title} {digits(number.value, 'nm')}", (number.value, height), (0, raised), textcoords="offset points",
            ha="center", va="bottom", fontsize=7.2, color=INK,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8},
        )  # fmt: skip


def concentration(report: Report, index: int) -> Figure:
    """One row a sample: its runs, and their mean with its interval; runs that are not valid hollow, with the reason."""
    basis = ("undiluted sample", "suspension as measured")[index]
    samples = with_concentration(report.sizes, basis)
    made = figure(0.85 + 0.52 * len(samples))
    axes = made.add_subplot()
    every = [v for s in samples for row in s.runs if (v := row.concentration.value) is not None]
    ends = [v for s in samples if (v := s.summary["concentration"].upper) is not None]
    concentration_axis(axes, f"particles/mL, {basis}", [*every, *ends])
    rows_downwards(axes, [label(sample.label) for sample in samples])
    for place, sample in enumerate(samples):
        _draw_concentrations(axes, sample, place)
    return made


def _draw_concentrations(axes: Axes, sample: SizedSample, place: int) -> None:
    offsets = np.linspace(-0.22, 0.06, max(len(sample.runs), 2))
    for row, offset in zip(sample.runs, offsets, strict=False):
        _draw_run(axes, row, place + float(offset))
    mean = sample.summary["concentration"]
    if mean.value is None:
        return
    at = place + 0.27
    if mean.lower is not None and mean.upper is not None:
        axes.plot([mean.lower, mean.upper], [at, at], color=BLUE, linewidth=1.6, solid_capstyle="butt")
    axes.plot([mean.value], [at], marker="D", markersize=5, color=BLUE)
    axes.annotate(
        digits(mean.value, "1/mL"), (mean.upper or mean.value, at), (6, 0), textcoords="offset points", va="center",
        fontsize=7, color=INK,
    )  # fmt: skip


def _draw_run(axes: Axes, row: RunRow, at: float) -> None:
    value = row.concentration.value
    if row.used:
        if value is not None and value > 0:
            axes.plot([value], [at], marker="o", markersize=4, color=MUTED, linestyle="none")
        return
    left = axes.get_xlim()[0]
    drawn = value if value is not None and value > left else left
    words = label(f"{row.label} not valid: {'; '.join(row.reasons) or 'no reason given'}", 70)
    axes.plot(
        [drawn], [at], marker="o", markersize=5, color=VERMILION, fillstyle="none", linestyle="none", clip_on=False
    )
    axes.annotate(words, (drawn, at), (6, 0), textcoords="offset points", va="center", fontsize=6.8, color=VERMILION)


def agreement(report: Report, _index: int) -> Figure:
    """One row a run: each printed statistic against its recomputed value, in units of the tolerance of rounding."""
    rows = [(sample, row) for sample in report.sizes for row in sample.runs if row.compared]
    rows = sorted(rows, key=lambda pair: pair[1].within_rounding is not False)[:_MOST_ROWS]
    made = figure(0.8 + 0.2 * len(rows))
    axes = made.add_subplot()
    axes.axvspan(-1, 1, color=SKY, alpha=0.2, linewidth=0)
    for edge in (-1, 1):
        axes.axvline(edge, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)))
    rows_downwards(axes, [f"{label(sample.label, 24)}, {row.label}" for sample, row in rows])
    for place, (_, row) in enumerate(rows):
        _draw_comparisons(axes, row.compared, place)
    axes.set_xlim(-_EDGE - 0.4, _EDGE + 1.4)
    axes.set_xticks([-3, -2, -1, 0, 1, 2, 3])
    axes.set_xlabel("(recomputed − printed) / tolerance of rounding")
    return made


def _draw_comparisons(axes: Axes, compared: tuple[Comparison, ...], place: int) -> None:
    ratios = np.array([_in_tolerances(c) for c in compared])
    held = np.array([c.within for c in compared])
    axes.plot(ratios[held], np.full(int(held.sum()), place), marker="|", markersize=6, color=BLUE, linestyle="none")
    outside = [c for c in compared if not c.within]
    if not outside:
        return
    axes.plot(ratios[~held], [place] * len(outside), marker="X", markersize=5, color=ORANGE, linestyle="none")
    names = ", ".join(c.statistic.removesuffix("_nm") for c in outside)
    axes.annotate(label(names, 30), (_EDGE, place), (7, 0), textcoords="offset points", va="center", fontsize=6.8)


def _in_tolerances(c: Comparison) -> float:
    difference = c.recomputed - c.reported
    if c.tolerance == 0:
        return 0.0 if difference == 0 else float(np.copysign(_EDGE, difference))
    return float(np.clip(difference / c.tolerance, -_EDGE, _EDGE))
