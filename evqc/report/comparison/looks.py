"""How each method looks in every picture: a number, a marker and a colour, so that colour alone tells nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from matplotlib.lines import Line2D

from evqc.report.canvas import BLUE, GREEN, INK, MUTED, ORANGE, PURPLE, SKY, VERMILION, label

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evqc.study.comparison import Comparison

_COLOURS = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, INK)
_MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "p", "h", "*")
_DASHES: tuple[Any, ...] = ("solid", (0, (4, 1.5)), (0, (1, 1)), (0, (5, 1, 1, 1)))


@dataclass(frozen=True, slots=True)
class Look:
    """Number, colour, marker and dashes of one method."""

    number: int
    colour: str
    marker: str
    dashes: Any


def looks(of: Comparison) -> dict[str, Look]:
    """A look for each method, in the order in which the sets list them; markers repeat after twelve, numbers never."""
    arms = dict.fromkeys([*(arm for one in of.sets for arm in one.arms), *(arm.name for arm in of.arms)])
    return {
        arm: Look(
            number=place + 1,
            colour=_COLOURS[place % len(_COLOURS)],
            marker=_MARKERS[place % len(_MARKERS)],
            dashes=_DASHES[place % len(_DASHES)],
        )
        for place, arm in enumerate(arms)
    }


def named(arm: str, look: Look, length: int = 30) -> str:
    """Number and name as a picture shows them."""
    return f"{look.number}  {label(arm, length)}"


def keys(arms: Iterable[str], of: Mapping[str, Look], *, length: int = 30) -> list[Line2D]:
    """Entries of a legend, one a method."""
    return [key(of[arm], named(arm, of[arm], length)) for arm in arms]


def key(look: Look, words: str) -> Line2D:
    """The entry of one method in a legend, with words of its own."""
    return Line2D([], [], linestyle="none", marker=look.marker, markersize=5.5, color=look.colour, label=words)


def nobody(words: str) -> Line2D:
    """The entry of what belongs to no method."""
    return Line2D([], [], linestyle="none", marker="x", markersize=4, color=MUTED, label=words)
