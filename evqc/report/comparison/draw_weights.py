"""The map of who leads for which weights: a triangle over purity, yield and practicality, or a line over two."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from matplotlib.collections import PolyCollection
from matplotlib.patches import Polygon

from evqc.report.canvas import FAINT, INK, MUTED, figure
from evqc.report.comparison.looks import key, named, nobody
from evqc.report.comparison.titles import share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from evqc.report.comparison.looks import Look
    from evqc.study.sensitivity import WeightMap, WeightPoint

_HEIGHT = math.sqrt(3) / 2
#: Where the first group stands, then the others.
_CORNERS = ((0.5, _HEIGHT), (0.0, 0.0), (1.0, 0.0))
_TICKS = (0.2, 0.4, 0.6, 0.8)
#: Width of the triangle in points, for the size of its marks.
_POINTS = 250.0
_UNKNOWN = "nobody certainly"


def weight_map(of: WeightMap, look: Mapping[str, Look]) -> Figure:
    """Who leads at each division of the weight over the groups."""
    return _triangle(of, look) if len(of.groups) == 3 else _line(of, look)


def place(shares: Sequence[float]) -> tuple[float, float]:
    """Where three shares stand in the triangle, whose sides are 1."""
    x = sum(share * corner[0] for share, corner in zip(shares, _CORNERS, strict=True))
    return x, sum(share * corner[1] for share, corner in zip(shares, _CORNERS, strict=True))


def _triangle(of: WeightMap, look: Mapping[str, Look]) -> Figure:
    made = figure(3.7)
    axes = made.add_subplot()
    axes.set_axis_off()
    axes.set_aspect("equal")
    border = Polygon(_CORNERS, closed=True, facecolor="none", edgecolor=INK, linewidth=0.9, zorder=4)
    axes.add_patch(border)
    step = _step([point.shares[0] for point in of.points])
    _cells(axes, of.points, look, step, border)
    _marks(axes, of.points, look, min(5.0, 0.42 * step * _POINTS))
    _names(axes, of.groups)
    _own(axes, place(of.own))
    axes.set_xlim(-0.16, 1.16)
    axes.set_ylim(-0.15, _HEIGHT + 0.09)
    _legend(made, of, look)
    return made


def _step(shares: Sequence[float]) -> float:
    """The distance of neighbours in the grid."""
    each = sorted({round(share, 9) for share in shares})
    return min((b - a for a, b in pairwise(each)), default=1.0)


def _cells(axes: Axes, points: Sequence[WeightPoint], look: Mapping[str, Look], step: float, border: Polygon) -> None:
    """A hexagon about each point, faintly in the colour of who leads there."""
    radius = step / math.sqrt(3)
    ring = [(radius * math.sin(k * math.pi / 3), radius * math.cos(k * math.pi / 3)) for k in range(6)]
    middles = [place(point.shares) for point in points]
    faces = [look[p.leader].colour if p.leader is not None else "#ffffff" for p in points]
    cells = PolyCollection(
        [[(x + dx, y + dy) for dx, dy in ring] for x, y in middles], facecolors=faces, alpha=0.2, linewidths=0,
        zorder=1,
    )  # fmt: skip
    axes.add_collection(cells)
    cells.set_clip_path(border)


def _marks(axes: Axes, points: Sequence[WeightPoint], look: Mapping[str, Look], size: float) -> None:
    for leader in dict.fromkeys(point.leader for point in points):
        of = [place(point.shares) for point in points if point.leader == leader]
        mark: dict[str, Any] = (
            {"marker": "x", "color": MUTED, "markersize": size * 0.7, "markeredgewidth": 0.6}
            if leader is None
            else {"marker": look[leader].marker, "color": look[leader].colour, "markersize": size, "markeredgewidth": 0}
        )
        axes.plot([x for x, _ in of], [y for _, y in of], linestyle="none", zorder=3, **mark)


def _names(axes: Axes, groups: Sequence[str]) -> None:
    """Each group at its corner, and its share along the side that rises to it."""
    offsets = ((0, 5, "center", "bottom"), (-3, -12, "center", "top"), (3, -12, "center", "top"))
    for (x, y), (dx, dy, ha, va), group in zip(_CORNERS, offsets, groups, strict=True):
        axes.annotate(
            f"only {group}", (x, y), (dx, dy), textcoords="offset points", ha=ha, va=va, fontsize=7.6, color=INK
        )
    for part in _TICKS:
        words = f"{100 * part:.0f}"
        sides = (
            (place((part, 1 - part, 0)), f"{words} % {groups[0]}", (-4, 1), "right"),
            (
                place((0, part, 1 - part)),
                words + (f" % {groups[1]}" if part == _TICKS[1] else ""),
                (0, -8),
                "center",
            ),
            (place((1 - part, 0, part)), f"{words} % {groups[2]}", (4, 1), "left"),
        )
        for at, text, offset, ha in sides:
            axes.annotate(text, at, offset, textcoords="offset points", ha=ha, va="center", fontsize=6.2, color=MUTED)
    for part in _TICKS:
        for ends in (
            ((part, 1 - part, 0.0), (part, 0.0, 1 - part)),
            ((1 - part, part, 0.0), (0.0, part, 1 - part)),
            ((1 - part, 0.0, part), (0.0, 1 - part, part)),
        ):
            (x1, y1), (x2, y2) = place(ends[0]), place(ends[1])
            axes.plot([x1, x2], [y1, y2], color=FAINT, linewidth=0.4, zorder=2)


def _own(axes: Axes, at: tuple[float, float]) -> None:
    axes.plot(
        [at[0]], [at[1]], marker="*", markersize=13, color=INK, markeredgecolor="white", markeredgewidth=1.0, zorder=6
    )
    axes.annotate(
        "these weights", at, (0, -9), textcoords="offset points", ha="center", va="top", fontsize=7, color=INK,
        zorder=6, bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85},
    )  # fmt: skip


def _legend(made: Figure, of: WeightMap, look: Mapping[str, Look]) -> None:
    handles = [_entry(each.arm, each.share, look) for each in of.leaders]
    made.legend(
        handles=handles, title="leads at this share of all weights", loc="outside right upper", title_fontsize=7.5,
        alignment="left", labelspacing=0.65,
    )  # fmt: skip


def _entry(arm: str | None, of_all: float, look: Mapping[str, Look]) -> Line2D:
    if arm is None:
        return nobody(f"{_UNKNOWN}: {share(of_all)}")
    return key(look[arm], f"{named(arm, look[arm], 26)}: {share(of_all)}")


def _line(of: WeightMap, look: Mapping[str, Look]) -> Figure:
    """The leader's score over the share of the first of two groups."""
    made = figure(2.4)
    axes = made.add_subplot()
    for leader in dict.fromkeys(point.leader for point in of.points):
        points = [point for point in of.points if point.leader == leader]
        x, y = [100 * p.shares[0] for p in points], [p.score or 0.0 for p in points]
        if leader is None:
            axes.plot(x, y, linestyle="none", marker="x", markersize=4, color=MUTED)
        else:
            axes.plot(x, y, linestyle="none", marker=look[leader].marker, markersize=5, color=look[leader].colour)
    axes.axvline(100 * of.own[0], color=INK, linewidth=1.0, linestyle=(0, (2, 2)))
    axes.annotate(
        "these weights", (100 * of.own[0], 1.0), (4, 0), xycoords=("data", "axes fraction"),
        textcoords="offset points", va="top", fontsize=7,
    )  # fmt: skip
    axes.set_xlim(-2, 102)
    axes.set_ylim(0, 1.02)
    axes.set_xlabel(f"share of {of.groups[0]}, %; the rest is {of.groups[1]}")
    axes.set_ylabel("score of who leads")
    _legend(made, of, look)
    return made
