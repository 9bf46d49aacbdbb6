"""Pictures of plates: a standard curve with the recovery of its standards, and wells over time with their onset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.report.canvas import BLUE, FAINT, INK, MUTED, SKY, VERMILION, figure, label, plain_ticks
from evqc.report.format import shown_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evqc.report.model import Report
    from evqc.report.shown import CurveView, KineticView, LevelRow

#: Recoveries beyond these are drawn at the edge.
_EDGES = (0.0, 250.0)
#: More wells than this are drawn without their names.
_MOST_NAMES = 10


def standard_curve(report: Report, index: int) -> Figure:
    """The wells of the standards with the fitted curve, and beside it what the curve makes of each standard."""
    of = report.curves[index]
    made = figure(2.5)
    left, right = made.subplots(1, 2, width_ratios=(3, 2))
    _draw_curve(left, of)
    _draw_recoveries(right, of)
    return made


def _draw_curve(axes: Axes, of: CurveView) -> None:
    axes.plot(of.drawn_at, of.drawn_signal, color=BLUE, linewidth=1.5, zorder=1)
    for level in of.levels:
        nominal = level.nominal.value
        if nominal is None or (of.logarithmic and not nominal > 0):
            continue
        face = VERMILION if level.used else "none"
        axes.plot(
            [nominal] * len(level.signals), level.signals, marker="o", markersize=3.6, linestyle="none",
            markerfacecolor=face, markeredgecolor=VERMILION, markeredgewidth=0.8,
        )  # fmt: skip
    if of.logarithmic:
        axes.set_xscale("log")
    if of.model == "log-log":
        axes.set_yscale("log")
        plain_ticks(axes.yaxis)
    plain_ticks(axes.xaxis)
    axes.set_xlabel(_axis("nominal concentration", of.unit))
    axes.set_ylabel(_axis(label(of.signal.partition(",")[0], 30), of.signal_unit))
    words = label(f"{of.model}, R² {of.determination.text}", 60)
    falling = of.drawn_signal[-1] < of.drawn_signal[0]
    axes.text(0.97 if falling else 0.03, 0.96, words, transform=axes.transAxes, ha="right" if falling else "left",
              va="top", fontsize=7, color=INK)  # fmt: skip


def _axis(title: str, unit: str) -> str:
    name = shown_unit(unit)
    return f"{title}, {name}" if name else title


def _draw_recoveries(axes: Axes, of: CurveView) -> None:
    axes.axvline(100, color=MUTED, linewidth=0.7, linestyle=(0, (4, 3)))
    for place, level in enumerate(of.levels):
        _draw_recovery(axes, level, place)
    axes.set_yticks(range(len(of.levels)), [label(level.nominal.text, 16) for level in of.levels])
    axes.set_ylim(len(of.levels) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    shown = [level.recovery.value for level in of.levels if level.recovery.value is not None] or [100.0]
    reach = min(max(abs(value - 100) for value in shown), 150.0)
    axes.set_xlim(100 - max(1.25 * reach, 20), 100 + max(1.6 * reach, 30))
    axes.set_xlabel("recovery of the standard, %")


def _draw_recovery(axes: Axes, level: LevelRow, place: int) -> None:
    value = level.recovery.value
    if value is None:
        axes.annotate("no recovery", (100, place), (4, 0), textcoords="offset points", va="center",
                      fontsize=6.8, color=MUTED)  # fmt: skip
        return
    at = float(np.clip(value, *_EDGES))
    axes.plot([100, at], [place, place], color=SKY, linewidth=1.4)
    axes.plot([at], [place], marker="D", markersize=4, color=BLUE, fillstyle="full" if level.used else "none")
    axes.annotate(label(level.recovery.text, 12), (max(at, 100), place), (5, 0), textcoords="offset points",
                  va="center", fontsize=6.8, color=INK)  # fmt: skip


def kinetics(report: Report, index: int) -> Figure:
    """Every well of a plate over time, and the onset of each that reacted."""
    of = report.kinetics[index]
    made = figure(2.6)
    axes = made.add_subplot()
    for well in of.wells:
        reacted = well.onset.value is not None
        axes.plot(well.time_s / 60, well.value, color=MUTED if reacted else FAINT, linewidth=0.8)
    _draw_onsets(axes, of)
    axes.set_xlabel("time since the first read, min")
    axes.set_ylabel(_axis(of.signal, of.signal_unit))
    return made


def _draw_onsets(axes: Axes, of: KineticView) -> None:
    begun = [(well, well.onset.value) for well in of.wells if well.onset.value is not None]
    for well, onset in begun:
        height = float(np.interp(onset, well.time_s, well.value))
        axes.plot([onset / 60], [height], marker="D", markersize=3.6, color=VERMILION)
        if len(begun) <= _MOST_NAMES:
            axes.annotate(label(well.well, 6), (onset / 60, height), (-3, 4), textcoords="offset points", ha="right",
                          fontsize=6.4, color=INK)  # fmt: skip
