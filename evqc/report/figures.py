"""Pictures as SVG: one drawing for each kind of picture, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report import draw_assays, draw_fractions, draw_scores, draw_sizes, draw_tracks
from evqc.report.canvas import style, svg

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

    from evqc.report.model import Picture, Report

_DRAWN: dict[str, Callable[[Report, int], Figure]] = {
    "size distribution": draw_sizes.size_distribution,
    "tracks": draw_tracks.tracks,
    "concentration": draw_sizes.concentration,
    "agreement": draw_sizes.agreement,
    "markers": draw_scores.markers,
    "purity": draw_scores.purity,
    "recovery": draw_scores.recovery,
    "fractions": draw_fractions.fractions,
    "standard curve": draw_assays.standard_curve,
    "kinetics": draw_assays.kinetics,
}


def draw(report: Report, picture: Picture) -> str:
    """The ``<svg>`` element of one picture, without any link and with ids of its own.

    Args:
        report: holds the numbers.
        picture: one of its ``pictures``.
    """
    with style():
        return svg(_DRAWN[picture.shows](report, picture.index), picture.id)
