"""The picture of a list of tracks: apparent sizes, the sizes behind them with their band, and what is not seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.report.canvas import BLUE, FAINT, MUTED, SKY, VERMILION, figure, linear_axis
from evqc.report.draw_sizes import draw_floor
from evqc.report.format import digits

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from evqc.report.model import Report
    from evqc.report.shown import TracksView

    Floats = NDArray[np.float64]

#: Share of the tracks that the size axis reaches.
_REACH = 0.985


def tracks(report: Report, index: int) -> Figure:
    """Apparent sizes as a histogram, the sizes behind them as a line with its band, and the floor."""
    of = report.tracks[index]
    made = figure(3.1)
    axes = made.add_subplot()
    end, heights = _end(of), [float(of.raw.max())]
    axes.stairs(of.raw, of.raw_edges_nm, fill=True, color=FAINT, alpha=0.6, label="apparent sizes")
    axes.stairs(of.raw, of.raw_edges_nm, color=MUTED, linewidth=0.7)
    if of.share.size:
        centre = np.sqrt(of.edges_nm[:-1] * of.edges_nm[1:])
        label = "approximate band"
        axes.fill_between(centre, of.low, of.high, color=SKY, alpha=0.45, linewidth=0, label=label)
        axes.plot(centre, of.share, color=BLUE, linewidth=1.8, label="broadening taken out")
        heights += [float(of.high.max()), float(of.share.max())]
    top = max(heights)
    axes.set_xlim(0, end)
    axes.set_ylim(0, top * 1.15)
    draw_floor(axes, report.floor_nm, end)
    _draw_middle(axes, of, top)
    axes.set_xlabel("hydrodynamic diameter, nm")
    linear_axis(axes.yaxis, "share of the particles per nm", top)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, handlelength=2.2, borderaxespad=0.2)
    return made


def _end(of: TracksView) -> float:
    """Where the size axis ends: nearly all tracks lie below."""
    below: Floats = np.cumsum(of.raw * np.diff(of.raw_edges_nm))
    return float(of.raw_edges_nm[np.searchsorted(below, _REACH) + 1])


def _draw_middle(axes: Axes, of: TracksView, top: float) -> None:
    for statistics, colour, height in ((of.raw_statistics, MUTED, 1.02), (of.statistics, VERMILION, 1.09)):
        number = statistics.get("d50_nm")
        if number is None or number.value is None:
            continue
        at = height * top
        axes.plot([number.value] * 2, [0, at], color=colour, linewidth=0.8, linestyle=(0, (1, 2)))
        if number.lower is not None and number.upper is not None:
            axes.plot([number.lower, number.upper], [at] * 2, color=colour, linewidth=1.1)
        axes.plot([number.value], [at], marker="D", markersize=3.5, color=colour)
        axes.annotate(
            f"D50 {digits(number.value, 'nm')}", (max(number.value, number.upper or 0.0), at), (6, 0),
            textcoords="offset points", va="center", fontsize=7.2, color=colour,
        )  # fmt: skip
