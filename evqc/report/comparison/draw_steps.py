"""The picture of recovery through the steps: for each method a stair, each step beginning where the last one ended."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

from matplotlib.lines import Line2D

from evqc.report.canvas import BLUE, MUTED, VERMILION, figure, label
from evqc.report.comparison.looks import named
from evqc.report.comparison.scale import label_logarithmic
from evqc.report.format import digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evqc.report.comparison.looks import Look
    from evqc.study.steps import StepRecovery

#: So many panels stand beside each other when a method has at most so many steps.
_COLUMNS = {1: 3, 3: 2}
#: Colour, marker, dashes and shift to the side of what was recovered.
_LOOKS: dict[str, tuple[str, str, Any, float]] = {
    "particles": (BLUE, "o", "solid", -0.04),
    "protein": (VERMILION, "s", (0, (3, 1.5)), 0.04),
}
_OTHER: tuple[str, str, Any, float] = (MUTED, "^", (0, (1, 1)), 0.0)
_START = 100.0


class Level(NamedTuple):
    """Where a step of one batch ends, in per cent of what entered the first one.

    Attributes:
        low, high: the interval of this step alone, put at its end.
    """

    number: int
    at: float
    low: float | None
    high: float | None


def arms_with_steps(steps: Sequence[StepRecovery]) -> list[str]:
    """The methods of which the recovery of at least one step is known, in their order."""
    return list(dict.fromkeys(step.arm for step in steps if known(step) is not None))


def known(step: StepRecovery) -> float | None:
    """The recovery where it is a number above zero and no bound."""
    if step.percent is None or step.percent.relation != "=" or step.percent.value is None:
        return None
    return step.percent.value if step.percent.value > 0 else None


def stair(steps: Sequence[StepRecovery], numbers: Sequence[int]) -> list[Level]:
    """The levels of one batch, up to the first step of which the recovery is not known.

    Args:
        steps: of one batch and one thing recovered.
        numbers: of all steps of its method; one that this batch lacks ends its stair.
    """
    by_number = {step.number: step for step in steps}
    levels: list[Level] = []
    at = _START
    for number in numbers:
        step = by_number.get(number)
        value = None if step is None else known(step)
        if step is None or step.percent is None or value is None:
            break
        low, high = step.percent.lower, step.percent.upper
        levels.append(
            Level(
                number=number,
                at=at * value / 100,
                low=None if low is None or not low > 0 else at * low / 100,
                high=None if high is None else at * high / 100,
            )
        )
        at = levels[-1].at
    return levels


def waterfall(steps: Sequence[StepRecovery], look: Mapping[str, Look]) -> Figure:
    """One panel a method, one stair a batch and thing recovered, on a shared logarithmic axis."""
    arms = sorted(arms_with_steps(steps), key=lambda arm: look[arm].number)
    most = max(len({step.number for step in steps if step.arm == arm}) for arm in arms)
    columns = next((many for limit, many in _COLUMNS.items() if most <= limit), 1)
    rows = -(-len(arms) // columns)
    made = figure(0.35 + 2.15 * rows)
    panels = made.subplots(rows, columns, squeeze=False, sharey=True)
    for place, axes in enumerate(panels.flat):
        if place < len(arms):
            _panel(
                axes,
                [step for step in steps if step.arm == arms[place]],
                named(arms[place], look[arms[place]], 80 // columns),
            )
        else:
            axes.set_axis_off()
    panels[0][0].set_yscale("log")
    for row in panels:
        label_logarithmic(row[0].yaxis)
        row[0].set_ylabel("of what entered, %")
    shown = list(dict.fromkeys(step.recovered for step in steps if known(step) is not None))
    handles = [_key(name) for name in shown]
    made.legend(handles=handles, loc="outside upper right", ncols=len(handles))
    return made


def _key(name: str) -> Line2D:
    colour, marker, dashes, _ = _LOOKS.get(name, _OTHER)
    return Line2D([], [], color=colour, marker=marker, markersize=4, linestyle=dashes, linewidth=1.2, label=name)


def _panel(axes: Axes, steps: Sequence[StepRecovery], title: str) -> None:
    numbers = sorted({step.number for step in steps})
    places = {number: place for place, number in enumerate(numbers, start=1)}
    for batch, recovered in dict.fromkeys((step.batch, step.recovered) for step in steps):
        own = [step for step in steps if (step.batch, step.recovered) == (batch, recovered)]
        _draw_stair(axes, stair(own, numbers), places, recovered)
    axes.axhline(_START, color=MUTED, linewidth=0.6, linestyle=(0, (1, 2)))
    words = [_tick(number, [step for step in steps if step.number == number]) for number in numbers]
    axes.set_xticks([0, *places.values()], ["start", *words], fontsize=6.2)
    axes.set_xlim(-0.35, len(numbers) + 0.45)
    axes.set_title(title, loc="left")


def _tick(number: int, steps: Sequence[StepRecovery]) -> str:
    """The step's number and method, and from lowest to highest what its batches kept."""
    lines = textwrap.wrap(f"{number} {label(steps[0].method, 26)}", 15, break_long_words=False)
    for recovered in dict.fromkeys(step.recovered for step in steps):
        kept = [value for step in steps if step.recovered == recovered and (value := known(step)) is not None]
        if kept:
            low, high = _short(min(kept)), _short(max(kept))
            lines.append(f"{recovered} {low if low == high else f'{low}–{high}'} %")
    return "\n".join(lines)


def _short(percent: float) -> str:
    return digits(round(percent), "1") if percent >= 10 else f"{percent:.2g}"


def _draw_stair(axes: Axes, levels: Sequence[Level], places: Mapping[int, int], recovered: str) -> None:
    if not levels:
        return
    colour, marker, dashes, shift = _LOOKS.get(recovered, _OTHER)
    x = [shift, *(places[level.number] + shift for level in levels)]
    y = [_START, *(level.at for level in levels)]
    axes.plot(x, y, drawstyle="steps-post", color=colour, linewidth=0.9, linestyle=dashes, alpha=0.75)
    axes.plot(x[1:], y[1:], linestyle="none", marker=marker, markersize=3.6, color=colour)
    for level in levels:
        if level.low is not None and level.high is not None:
            axes.plot(
                [places[level.number] + shift] * 2, [level.low, level.high], color=colour, linewidth=0.8, alpha=0.6
            )
    if len(levels) < len(places):
        axes.text(x[-1] + 0.18, y[-1], "?", color=colour, fontsize=8, va="center", weight="bold")
