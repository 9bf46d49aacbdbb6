"""The picture of purity against yield: batches, means with their outlines, bounds and the Pareto front."""

from __future__ import annotations

import math
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.lines import Line2D

from evqc.report.canvas import INK, figure
from evqc.report.comparison.looks import keys
from evqc.report.comparison.scale import label_logarithmic
from evqc.report.comparison.titles import axis_title

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evqc.report.comparison.looks import Look
    from evqc.study.comparison import WeightedAspect
    from evqc.study.picture import ArmPlace, BatchPlace, PurityAndYield

#: How far an outline may widen the view beyond the batches; with two pools it can reach over many powers of ten.
_WIDEST = 8.0
_MARGIN = 1.6


class Span(NamedTuple):
    """Where a number lies on an axis: between two ends, of which one may be missing."""

    lower: float | None
    upper: float | None

    @property
    def at(self) -> float | None:
        """Where its mark stands; None when nothing can be drawn on a logarithmic axis."""
        ends = sorted({end for end in self if end is not None and end > 0})
        return None if not ends else ends[0] if len(ends) == 1 else math.sqrt(ends[0] * ends[1])

    @property
    def arrow(self) -> int:
        """To which side it has no end: 1 upwards, -1 downwards, 0 neither."""
        return 0 if self.upper == self.lower else 1 if self.upper is None else -1 if self._from_below else 0

    @property
    def _from_below(self) -> bool:
        return self.lower is None or not self.lower > 0


def spans(of: BatchPlace) -> tuple[Span, Span]:
    """Where a batch lies in yield and in purity."""
    return Span(of.x_lower, of.x_upper), Span(of.y_lower, of.y_upper)


def drawable(of: BatchPlace) -> bool:
    """Whether something is known of both numbers that a logarithmic axis can show."""
    return all(span.at is not None for span in spans(of))


def plane(of: PurityAndYield, aspects: Mapping[str, WeightedAspect], look: Mapping[str, Look]) -> Figure:
    """Purity against yield, both logarithmic, better always to the right and upwards."""
    made = figure(4.0)
    axes = made.add_subplot()
    axes.set_xscale("log")
    axes.set_yscale("log")
    _limits(axes, of)
    if aspects[of.x].better == "less":
        axes.xaxis.set_inverted(True)
    if aspects[of.y].better == "less":
        axes.yaxis.set_inverted(True)
    _front(axes, of)
    for batch in of.batches:
        _batch(axes, batch, look[batch.arm])
    for arm in of.arms:
        _arm(axes, arm, look[arm.arm])
    axes.set_xlabel(axis_title("yield", aspects[of.x]))
    axes.set_ylabel(axis_title("purity", aspects[of.y]))
    for axis in (axes.xaxis, axes.yaxis):
        label_logarithmic(axis)
    front = Line2D([], [], color=INK, linewidth=1.0, linestyle=(0, (2, 2)), label="Pareto front")
    handles = [*keys([arm.arm for arm in of.arms], look), *([front] if _on_front(of) else [])]
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.01, 1.0), borderaxespad=0, labelspacing=0.65)
    return made


def _limits(axes: Axes, of: PurityAndYield) -> None:
    drawn = [spans(batch) for batch in of.batches if drawable(batch)]
    x = chain(*(span for span, _ in drawn), (arm.x for arm in of.arms))
    y = chain(*(span for _, span in drawn), (arm.y for arm in of.arms))
    axes.set_xlim(*_view(x, [arm.outline_x for arm in of.arms]))
    axes.set_ylim(*_view(y, [arm.outline_y for arm in of.arms]))


def _view(values: Iterable[float | None], outlines: Sequence[Any]) -> tuple[float, float]:
    """All values, and of the outlines what does not lie too far from them."""
    known = [v for v in values if v is not None and v > 0] or [1.0]
    low, high = min(known), max(known)
    drawn = [float(v) for outline in outlines for v in outline if v > 0]
    least, most = min([low, *drawn]), max([high, *drawn])
    return max(least, low / _WIDEST) / _MARGIN, min(most, high * _WIDEST) * _MARGIN


def _on_front(of: PurityAndYield) -> list[tuple[float, float]]:
    return [(arm.x, arm.y) for arm in of.arms if arm.on_front and arm.x is not None and arm.y is not None]


def _front(axes: Axes, of: PurityAndYield) -> None:
    """The border of what at least one method reaches or surpasses in both."""
    (left, right), (bottom, _) = axes.get_xlim(), axes.get_ylim()
    points = sorted(_on_front(of), reverse=bool(right < left))
    if points:
        x = [left, *(p[0] for p in points), points[-1][0]]
        y = [points[0][1], *(p[1] for p in points), bottom]
        axes.plot(x, y, drawstyle="steps-pre", color=INK, linewidth=1.0, linestyle=(0, (2, 2)), zorder=1)


def _batch(axes: Axes, of: BatchPlace, look: Look) -> None:
    x, y = spans(of)
    if x.at is None or y.at is None:
        return
    bound = x.lower != x.upper or y.lower != y.upper
    face = "white" if bound else look.colour
    for span, ends in ((x, [y.at, y.at]), (y, [x.at, x.at])):
        if span.lower != span.upper and not span.arrow:
            line = ([*span], ends) if span is x else (ends, [*span])
            axes.plot(*line, color=look.colour, linewidth=1.0, solid_capstyle="butt", zorder=2)
    axes.plot(
        [x.at], [y.at], marker=look.marker, markersize=4.2, linestyle="none", markerfacecolor=face,
        markeredgecolor=look.colour, markeredgewidth=0.8, alpha=0.75, zorder=3,
    )  # fmt: skip
    for right, up in ((x.arrow, 0), (0, y.arrow)):
        _arrow(axes, (x.at, y.at), right, up, look.colour)


def _arrow(axes: Axes, at: tuple[float, float], right: int, up: int, colour: str) -> None:
    """An arrow to the side on which a bound has no end, whichever way the axes run."""
    if not (right or up):
        return
    turned = (-1 if axes.xaxis_inverted() else 1, -1 if axes.yaxis_inverted() else 1)
    arrow = {"arrowstyle": "<|-", "color": colour, "linewidth": 1.0, "shrinkB": 2, "mutation_scale": 8}
    to = (22 * right * turned[0], 22 * up * turned[1])
    axes.annotate("", at, to, textcoords="offset points", arrowprops=arrow)


def _arm(axes: Axes, of: ArmPlace, look: Look) -> None:
    if len(of.outline_x):
        axes.plot(of.outline_x, of.outline_y, color=look.colour, linewidth=1.1, linestyle=look.dashes, zorder=2)
    if of.x is None or of.y is None:
        return
    axes.plot(
        [of.x], [of.y], marker="o", markersize=8.5, linestyle="none", markerfacecolor="none",
        markeredgecolor=look.colour, markeredgewidth=1.6, zorder=4,
    )  # fmt: skip
    axes.annotate(
        str(look.number), (of.x, of.y), (5.5, 4.5), textcoords="offset points", fontsize=7.4, weight="bold", color=INK,
        zorder=5, bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.4},
    )  # fmt: skip
