"""Peaks of a density that stand apart from each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Share of the highest density that a further peak has at least, and of its own that the valley before it stays below.
_PEAK, _VALLEY = 0.1, 0.8


def peaks(density: Floats) -> list[int]:
    """Indices of the peaks, the highest first; lower ones only behind a valley of their own.

    Args:
        density: on a grid, shape (k,).

    Source:
        Judgement: a tenth of the highest peak, and a valley of four fifths, are what a picture shows.
    """
    inside = np.flatnonzero((density[1:-1] >= density[:-2]) & (density[1:-1] > density[2:])) + 1
    ends = [k for k in (0, len(density) - 1) if density[k] == density.max()]
    found: list[int] = []
    for k in sorted([*inside.tolist(), *ends], key=lambda k: -density[k]):
        if density[k] < _PEAK * density.max():
            break
        between = [density[min(k, other) : max(k, other) + 1].min() for other in found]
        if all(valley < _VALLEY * density[k] for valley in between):
            found.append(k)
    return found
