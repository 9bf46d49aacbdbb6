"""The picture of paired ratios: the leading method against each other one, an axis for each aspect."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.report.canvas import BLUE, FAINT, INK, MUTED, figure, label, rows_downwards
from evqc.report.comparison.scale import label_logarithmic
from evqc.report.comparison.titles import title_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evqc.report.comparison.looks import Look
    from evqc.study.comparison import WeightedAspect
    from evqc.study.pairs import Pair

_MOST_COLUMNS = 3
#: Beyond this factor a ratio is drawn at the edge.
_EDGE = 1e4


def of_leader(pairs: Sequence[Pair], arms: Sequence[str], leader: str) -> list[Pair]:
    """The pairs of one set of methods of which a ratio is known and in which its leader stands, always as the first."""
    own = [p for p in pairs if p.ratio is not None and leader in {p.a, p.b} and p.a in arms and p.b in arms]
    return [p if p.a == leader else _turned(p) for p in own]


def _turned(of: Pair) -> Pair:
    """The same pair as b to a; tests and their p are the same both ways."""
    assert of.ratio is not None
    ends = [None if end is None else 1 / end for end in (of.ratio.upper, of.ratio.lower)]
    effect = None if of.ratio.effect_size is None else -of.ratio.effect_size
    ratio = replace(of.ratio, ratio=1 / of.ratio.ratio, lower=ends[0], upper=ends[1], effect_size=effect)
    return replace(of, a=of.b, b=of.a, ratio=ratio)


def ratios(pairs: Sequence[Pair], aspects: Mapping[str, WeightedAspect], look: Mapping[str, Look]) -> Figure:
    """One row a pair, one panel an aspect, ratios with their intervals on a logarithmic axis."""
    rows = list(dict.fromkeys((p.a, p.b) for p in pairs))
    names = list(dict.fromkeys(p.aspect for p in pairs))
    lines = -(-len(names) // _MOST_COLUMNS)
    columns = min(len(names), _MOST_COLUMNS)
    made = figure(0.35 + lines * (0.65 + 0.25 * len(rows)))
    panels = made.subplots(lines, columns, squeeze=False, sharey=True)
    for axes, name in zip(panels.flat, names, strict=False):
        _panel(axes, [p for p in pairs if p.aspect == name], rows)
        axes.set_title(label(title_of(name, aspects), 34), loc="left")
    for axes in list(panels.flat)[len(names) :]:
        axes.set_axis_off()
    words = [f"{look[a].number} {label(a, 14)} ÷ {look[b].number} {label(b, 14)}" for a, b in rows]
    for line in panels:
        rows_downwards(line[0], words)
    return made


def _panel(axes: Axes, pairs: Sequence[Pair], rows: Sequence[tuple[str, str]]) -> None:
    axes.set_xscale("log")
    axes.axvline(1, color=INK, linewidth=0.8)
    ends = [1.0]
    for pair in pairs:
        ends += _row(axes, pair, rows.index((pair.a, pair.b)))
    axes.set_xlim(max(min(ends), 1 / _EDGE) / 1.5, min(max(ends), _EDGE) * 1.5)
    label_logarithmic(axes.xaxis)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=True, axis="y", color=FAINT, linewidth=0.4, alpha=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("times as much")


def _row(axes: Axes, pair: Pair, at: int) -> list[float]:
    of = pair.ratio
    assert of is not None
    colour = MUTED if of.lower is None else BLUE
    face = "white" if of.lower is None else BLUE
    if of.lower is not None and of.upper is not None:
        axes.plot([of.lower, of.upper], [at, at], color=colour, linewidth=1.3, solid_capstyle="butt")
    axes.plot([of.ratio], [at], marker="D", markersize=4.4, color=colour, markerfacecolor=face)
    return [v for v in (of.lower, of.ratio, of.upper) if v is not None]
