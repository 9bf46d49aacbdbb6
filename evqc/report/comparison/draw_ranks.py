"""The picture of how probable each rank of each method is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.colors import to_hex, to_rgb

from evqc.report.canvas import BLUE, INK, MUTED, VERMILION, figure, rows_downwards
from evqc.report.comparison.looks import named
from evqc.report.comparison.titles import chance, chances, share
from evqc.study.draws import CLAIM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from evqc.report.comparison.looks import Look
    from evqc.study.scores import MethodScore, Ranking

#: Narrower segments have no words, or only those of their rank.
_WORDS, _RANK = 0.11, 0.035
#: From this rank on segments are dark enough for white letters no more.
_DARK = 0.45


def ordinal(n: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``4th``, ``11th``."""
    ending = "th" if n % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def ranks(of: Ranking, look: Mapping[str, Look]) -> Figure:
    """One bar a method: its ranks from the first on; a hatched span where not everything is known."""
    made = figure(0.75 + 0.3 * len(of.methods))
    axes = made.add_subplot()
    rows_downwards(axes, [named(m.arm, look[m.arm], 36) for m in of.methods])
    for place, method in enumerate(of.methods):
        _stacked(axes, method, place) if method.rank is not None else _span(axes, method, place)
    if not of.without_scatter:
        _claim(axes)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.2, 0.4, 0.6, 0.8, 1.0], ["0", "20", "40", "60", "80", "100"])
    known = all(method.rank is not None for method in of.methods)
    axes.set_xlabel("probability of each rank, %" if known else "probability of being first, %")
    return made


def _claim(axes: Axes) -> None:
    """From where on a method may be called best; it has no place where the means are taken as exact."""
    axes.axvline(CLAIM, color=VERMILION, linewidth=1.2, linestyle=(0, (3, 2)), zorder=4)
    axes.annotate(
        f"best from {share(CLAIM)}", (CLAIM, 1.0), (0, 1), xycoords=axes.get_xaxis_transform(),
        textcoords="offset points", ha="center", va="bottom", fontsize=6.8, color=VERMILION,
    )  # fmt: skip


def _shade(place: int, of: int) -> str:
    """From the darkest for the first rank to nearly white for the last."""
    paler = (place / max(1, of - 1)) ** 0.7
    red, green, blue = (own + (0.93 - own) * paler for own in to_rgb(BLUE))
    return to_hex((red, green, blue))


def _stacked(axes: Axes, of: MethodScore, place: int) -> None:
    left = 0.0
    assert of.rank is not None
    for rank, part in enumerate(of.rank):
        axes.barh(
            place, part, left=left, height=0.68, facecolor=_shade(rank, len(of.rank)), edgecolor="white",
            linewidth=0.8,
        )  # fmt: skip
        if part >= _RANK:
            words = f"{ordinal(rank + 1)} {chance(part)}" if part >= _WORDS else str(rank + 1)
            light = (rank / max(1, len(of.rank) - 1)) ** 0.7 >= _DARK
            ink = INK if light else "white"
            axes.text(left + part / 2, place, words, ha="center", va="center", fontsize=6.6, color=ink, zorder=5)
        left += part


def _span(axes: Axes, of: MethodScore, place: int) -> None:
    """Filled as far as the method is first in every case, hatched as far as it may be over all that is not known."""
    width = of.first_upper - of.first_lower
    axes.barh(place, 1, height=0.68, facecolor="none", edgecolor=MUTED, linewidth=0.4)
    axes.barh(place, of.first_lower, height=0.68, facecolor=BLUE, edgecolor=BLUE, linewidth=1.0)
    axes.barh(
        place, max(width, 0.004), left=of.first_lower, height=0.68, facecolor="white", edgecolor=BLUE, hatch="////",
        linewidth=1.0,
    )  # fmt: skip
    middle = (of.first_lower + of.first_upper) / 2
    axes.text(
        min(max(middle, 0.13), 0.87), place, f"first: {chances(of.first_lower, of.first_upper)}", ha="center",
        va="center", fontsize=6.8, color=INK, bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.2}, zorder=5,
    )  # fmt: skip
