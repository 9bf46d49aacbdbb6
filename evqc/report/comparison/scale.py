"""Logarithmic axes with enough labels on them, however short their range is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.ticker import LogLocator

from evqc.report.canvas import plain_ticks

if TYPE_CHECKING:
    from matplotlib.axis import Axis

#: Below this range in powers of ten, 2 and 5 are labelled beside 1.
_SHORT = 1.9


def label_logarithmic(axis: Axis) -> None:
    """Labels powers of ten, and within a short range also twice and five times each; limits are set before."""
    low, high = sorted(axis.get_transform().transform(axis.get_view_interval()))
    if high - low < _SHORT:
        axis.set_major_locator(LogLocator(base=10, subs=(1, 2, 5), numticks=12))
    else:
        axis.set_major_locator(LogLocator(base=10, numticks=7))
    plain_ticks(axis)
