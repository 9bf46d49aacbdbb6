"""How long many distributions take to describe: ``pytest tests/benchmarks/bench_describing.py -n0 -s``.

Ten thousand replicate histograms of a thousand bins: the promise is under a second. Histograms that fill every bin are
the worst case; those of vesicles fill some four hundred.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.numerics.descriptive import statistics_of_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROWS, BINS = 10_000, 1000
EDGES: Floats = np.arange(BINS + 1.0)


def histograms(*, everywhere: bool) -> Floats:
    centre = (EDGES[1:] + EDGES[:-1]) / 2
    density = np.ones(BINS) if everywhere else np.exp(-(np.log(centre / 110) ** 2) / 0.18) / centre
    rows: Floats = np.random.default_rng(1).multinomial(5000, density / density.sum(), size=ROWS).astype(float)
    return rows


@pytest.mark.parametrize("everywhere", [False, True], ids=["vesicles", "every bin filled"])
def test_many_histograms(everywhere: bool, capsys: pytest.CaptureFixture[str]) -> None:
    rows, times = histograms(everywhere=everywhere), []
    for _ in range(3):
        begun = time.process_time()
        found = statistics_of_rows(EDGES[:-1], EDGES[1:], rows)
        times.append(time.process_time() - begun)
    with capsys.disabled():
        print(f"\n{ROWS} histograms of {BINS} bins, {len(found)} statistics each: {min(times):.2f} s")  # noqa: T201
    assert min(times) < 1.0
    assert all(len(each) == ROWS for each in found.values())
