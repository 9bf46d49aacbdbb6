from __future__ import annotations

import numpy as np
import pytest

from evqc.numerics.peaks import peaks


@pytest.mark.parametrize(
    ("density", "found"),
    [
        ([0, 1, 0, 2, 0], [3, 1]),
        ([0, 1, 0.9, 2, 0], [3]),  # the valley is no valley
        ([0, 0.1, 0, 2, 0], [3]),  # too low to be a peak
        ([3, 1, 2, 1], [0, 2]),  # the end is one where it is the highest
        ([1, 0, 2, 0], [2]),
    ],
)
def test_peaks_stand_apart(density: list[float], found: list[int]) -> None:
    assert peaks(np.array(density, dtype=np.float64)) == found
