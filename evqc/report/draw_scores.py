"""Pictures of markers, of purity against yield, and of recovery through the isolation."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

from matplotlib.patches import Rectangle
from matplotlib.transforms import blended_transform_factory

from evqc.measurement import Call
from evqc.report.canvas import (
    BLUE,
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    figure,
    label,
    plain_ticks,
    rows_downwards,
    tick,
)
from evqc.report.format import digits, shown_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evqc.report.model import Report
    from evqc.report.shown import MarkerRow, Number, PanelView, PurityBand, PurityPicture, PurityPoint

_CALL_COLOURS = {
    Call.POSITIVE: BLUE,
    Call.NEGATIVE: MUTED,
    Call.INDETERMINATE: ORANGE,
    Call.NOT_TESTED: FAINT,
    Call.INVALID: VERMILION,
}
_HATCHES = {Call.POSITIVE: "", Call.NEGATIVE: "////", Call.INDETERMINATE: "xxxx", Call.INVALID: "...."}
_TILES = 6
#: A limit so little above a point would run through its name.
_CROWDED = 1.6
_BAND_LOOKS = {
    "unpure": (ORANGE, "\\\\\\\\"),
    "low purity": (SKY, ""),
    "high purity": (GREEN, "////"),
    "no band": ("white", ""),
}
_RECOVERED_LOOKS = ((BLUE, "o"), (ORANGE, "s"), (GREEN, "^"), (PURPLE, "v"))


def markers(report: Report, index: int) -> Figure:
    """The panel by category: bars with controls where all numbers share a unit, tiles with the call otherwise."""
    panel = report.panels[index]
    rows = [row for group in panel.groups for row in group.markers]
    units = {row.signal.unit for row in rows if row.signal.value is not None}
    return _bars(panel, units.pop()) if len(units) == 1 else _tiles(panel)


def _bars(panel: PanelView, unit: str) -> Figure:
    lines: list[MarkerRow | str] = []
    for group in panel.groups:
        lines += [f"{group.category}  {group.title}".strip(), *group.markers]
    made = figure(0.7 + 0.205 * len(lines))
    axes = made.add_subplot()
    rows_downwards(axes, ["" if isinstance(line, str) else label(line.name, 20) for line in lines])
    _signal_axis(axes, [line for line in lines if not isinstance(line, str)], unit)
    for place, line in enumerate(lines):
        if isinstance(line, str):
            _heading(axes, line, place)
        else:
            _bar(axes, line, place)
    return made


def _heading(axes: Axes, text: str, place: int) -> None:
    axes.text(
        0.004, place, label(text, 80), transform=axes.get_yaxis_transform(), va="center", fontsize=7.2,
        color=MUTED, style="italic",
    )  # fmt: skip


def _signal_axis(axes: Axes, rows: list[MarkerRow], unit: str) -> None:
    values = [v for row in rows for v in (row.signal.value, row.control.value, row.limit_of_detection.value) if v]
    high, low = max(values, default=1.0), min((abs(v) for v in values), default=1.0)
    title = ", ".join(filter(None, ("signal", shown_unit(unit))))
    if high > 30 * low:
        threshold = 10.0 ** math.floor(math.log10(max(low, high / 1e4)))
        axes.set_xscale("symlog", linthresh=threshold, linscale=0.5)
        axes.set_xlim(min([0.0, *values]), high * 3)
        axes.set_xlabel(f"{title} (logarithmic above {tick(threshold)})")
    else:
        axes.set_xlim(min([0.0, *values]), high * 1.1)
        axes.set_xlabel(title)
    plain_ticks(axes.xaxis)
    axes.tick_params(axis="x", which="minor", bottom=False)


def _bar(axes: Axes, row: MarkerRow, place: int) -> None:
    colour = _CALL_COLOURS[row.call]
    if row.signal.value is not None:
        axes.barh(
            place, row.signal.value, height=0.58, facecolor=colour if row.call is Call.POSITIVE else "white",
            edgecolor=colour, hatch=_HATCHES.get(row.call, ""), linewidth=0.8,
        )  # fmt: skip
    if row.control.value is not None:
        axes.plot(
            [row.control.value] * 2, [place - 0.42, place + 0.42], color=INK, linewidth=1.6, solid_capstyle="butt"
        )
    if row.limit_of_detection.value is not None:
        axes.plot(
            [row.limit_of_detection.value], [place - 0.3], marker="v", markersize=4.5, markerfacecolor="white",
            markeredgecolor=INK, markeredgewidth=0.8, clip_on=False,
        )  # fmt: skip
    axes.text(
        1.012, place, f"{row.mark} {row.call.value}", transform=axes.get_yaxis_transform(), va="center", fontsize=7.4,
        color=INK if row.call is not Call.NOT_TESTED else MUTED,
    )  # fmt: skip


def _tiles(panel: PanelView) -> Figure:
    heights = [1 + (len(group.markers) - 1) // _TILES for group in panel.groups]
    made = figure(0.2 + 0.5 * sum(heights))
    axes = made.add_subplot()
    axes.set_axis_off()
    top = 0
    for group, height in zip(panel.groups, heights, strict=True):
        words = textwrap.wrap(label(f"{group.category}  {group.title}".strip(), 80), 34)
        axes.text(-0.08, top + 0.44, "\n".join(words), fontsize=7, color=MUTED, ha="right", va="center")
        for place, row in enumerate(group.markers):
            _tile(axes, row, place % _TILES, top + place // _TILES)
        top += height
    axes.set_xlim(-2.4, _TILES)
    axes.set_ylim(top, -0.05)
    return made


def _tile(axes: Axes, row: MarkerRow, x: float, y: float) -> None:
    colour = _CALL_COLOURS[row.call]
    positive = row.call is Call.POSITIVE
    face = colour if positive else "white"
    hatch = _HATCHES.get(row.call, "") if row.call is Call.INVALID else ""
    axes.add_patch(Rectangle((x, y), 0.94, 0.88, facecolor=face, edgecolor=colour, linewidth=1.1, hatch=hatch, alpha=1))
    ink = "white" if positive else INK
    box = {"facecolor": face, "edgecolor": "none", "pad": 0.8}
    axes.text(x + 0.47, y + 0.3, label(row.name, 12), ha="center", va="center", fontsize=7.6, color=ink, bbox=box)
    words = f"{row.mark} {row.call.value}"
    axes.text(x + 0.47, y + 0.64, words, ha="center", va="center", fontsize=6.4, color=ink, bbox=box)


def purity(report: Report, _index: int) -> Figure:
    """Particles per protein against yield, both logarithmic, with the literature's bands and the physical ceiling."""
    picture = report.purity
    assert picture is not None
    made = figure(3.5)
    axes = made.add_subplot()
    axes.set_xscale("log")
    axes.set_yscale("log")
    _limits(axes, picture)
    for band in picture.bands:
        _band(axes, band)
    for point in picture.points:
        _point(axes, point)
    axes.set_xlabel(f"yield: {picture.yield_title[0].lower()}{picture.yield_title[1:]}")
    axes.set_ylabel("purity: particles per µg protein")
    for axis in (axes.xaxis, axes.yaxis):
        plain_ticks(axis)
    return made


def _limits(axes: Axes, picture: PurityPicture) -> None:
    purities = [v for p in picture.points for v in _known(p.purity)]
    purities += [limit.value for p in picture.points for limit in (p.ceiling, p.floor) if limit and limit.value]
    yields = [v for p in picture.points for v in _known(p.yield_)]
    axes.set_ylim(min(5e8, min(purities) / 2), max(6e10, max(purities) * 2))
    axes.set_xlim(min(yields) / 3, max(yields) * 4)


def _known(number: Number) -> list[float]:
    return [v for v in (number.lower, number.value, number.upper) if v is not None and v > 0]


def _band(axes: Axes, band: PurityBand) -> None:
    bottom, top = axes.get_ylim()
    low, high = band.low or bottom, band.high or top
    colour, hatch = _BAND_LOOKS[band.label]
    axes.axhspan(low, high, facecolor=colour, alpha=0.16, linewidth=0, zorder=0)
    if hatch:
        axes.axhspan(low, high, facecolor="none", edgecolor=colour, alpha=0.4, hatch=hatch, linewidth=0, zorder=0)
    if band.label != "no band":
        axes.axhline(low if band.low else high, color=MUTED, linewidth=0.5)
    axes.text(
        1.01, (low * high) ** 0.5, band.label, transform=blended_transform_factory(axes.transAxes, axes.transData),
        va="center", fontsize=7, color=MUTED,
    )  # fmt: skip


def _point(axes: Axes, point: PurityPoint) -> None:
    x, y = point.yield_.value, point.purity.value
    assert x is not None
    assert y is not None
    look: dict[str, Any] = {"color": INK, "linewidth": 1.0, "solid_capstyle": "butt"}
    if point.yield_.lower is not None and point.yield_.upper is not None:
        axes.plot([max(point.yield_.lower, axes.get_xlim()[0]), point.yield_.upper], [y, y], **look)
    if point.purity.lower is not None and point.purity.upper is not None:
        axes.plot([x, x], [max(point.purity.lower, axes.get_ylim()[0]), point.purity.upper], **look)
    axes.plot([x], [y], marker="o" if point.product else "s", markersize=6, color=BLUE if point.product else MUTED)
    _arrow(axes, x, y, 0, {"=": 0, ">": 1, "<": -1}[point.purity.relation])
    _arrow(axes, x, y, {"=": 0, ">": 1, "<": -1}[point.yield_.relation], 0)
    name = label(point.sample, 28) + (" (product)" if point.product else "")
    limits = {"physical ceiling for its sizes": point.ceiling, "floor: solid protein": point.floor}
    known = {words: limit.value for words, limit in limits.items() if limit is not None and limit.value is not None}
    crowded = any(y < value < _CROWDED * y for value in known.values())
    axes.annotate(name, (x, y), (8, -13 if crowded else 7), textcoords="offset points", fontsize=7.6, color=INK)
    for words, value in known.items():
        _limit_of_sizes(axes, x, value, words)


def _arrow(axes: Axes, x: float, y: float, right: int, up: int) -> None:
    if right or up:
        arrow = {"arrowstyle": "<|-", "color": INK, "linewidth": 1.1}
        axes.annotate("", (x, y), (26 * right, 26 * up), textcoords="offset points", arrowprops=arrow)


def _limit_of_sizes(axes: Axes, x: float, at: float, words: str) -> None:
    axes.plot([x / 1.5, x * 1.5], [at, at], color=VERMILION, linewidth=1.5, linestyle=(0, (3, 1.5)))
    axes.annotate(
        words, (x * 1.5, at), (4, 0), textcoords="offset points", va="center",
        fontsize=6.8, color=VERMILION,
    )  # fmt: skip


def recovery(report: Report, _index: int) -> Figure:
    """One column a step: the share of each quantity that the step's product holds."""
    steps = report.recovery
    names = list(dict.fromkeys(name for step in steps for name in step.recovered))
    made = figure(2.7)
    axes = made.add_subplot()
    axes.axhline(100, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    tops = [100.0]
    for place, name in enumerate(names):
        for step in steps:
            number = step.recovered.get(name)
            if number is not None and number.value is not None:
                at = step.number + 0.12 * (place - (len(names) - 1) / 2)
                tops.append(_recovered(axes, number, at, place, name if number is _first(report, name) else ""))
    axes.set_ylim(0, max(tops) * 1.15)
    axes.set_xlim(0.5, len(steps) + 0.5)
    axes.set_xticks([s.number for s in steps], [_wrapped(f"{s.number}. {s.method}") for s in steps])
    for step in steps:
        if all(number.value is None for number in step.recovered.values()):
            axes.text(step.number, 6, "not measured\non both sides", ha="center", fontsize=7, color=MUTED)
    axes.set_ylabel("recovery over the step, %")
    axes.legend(loc="upper right")
    return made


def _wrapped(text: str) -> str:
    return "\n".join(textwrap.wrap(label(text, 48), 18, break_long_words=False))


def _first(report: Report, name: str) -> Number | None:
    """The first known recovery of one quantity: the one that names it in the legend."""
    known = (step.recovered[name] for step in report.recovery if name in step.recovered)
    return next((number for number in known if number.value is not None), None)


def _recovered(axes: Axes, number: Number, at: float, place: int, name: str) -> float:
    colour, marker = _RECOVERED_LOOKS[place % len(_RECOVERED_LOOKS)]
    assert number.value is not None
    if number.lower is not None and number.upper is not None:
        axes.plot([at, at], [number.lower, number.upper], color=colour, linewidth=1.2)
    axes.plot([at], [number.value], marker=marker, markersize=6, color=colour, linestyle="none", label=name)
    axes.annotate(
        digits(number.value, "%"), (at, number.value), (7, 0), textcoords="offset points", va="center", fontsize=7.2
    )
    return number.upper or number.value
