"""How near deconvolved sizes come to the truth, and in what time: ``python -m tests.benchmarks.bench_deconvolution``.

First the mean Wasserstein distance to the truth over three and over ten seeds (with ``--fifty`` over fifty as well, at
20 000 tracks), the raw sizes beside it, and how often the mean of three of the seeds lies within the reach; then time
and memory for ten thousand, a hundred thousand and a million tracks, each in a process of its own. As a test (``pytest
tests/benchmarks/bench_deconvolution.py -m slow -n0``) it asserts the reach over ten seeds.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.numerics.deconvolution import deconvolve
from evqc.numerics.tracks import count_tracks
from tests.numerics.known_tracks import SETS, cells_of, error_of_bins, error_of_sizes, tracks
from tests.places import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The promise at 20 000 tracks, in nm.
REACH = {"beads": 1.2, "EV-like": 0.8, "tail": 1.0}
#: What the time may lie above its promise on a busy machine.
MARGIN = 1.1
NUMBERS, LARGE = (1000, 5000, 20_000), (10_000, 100_000, 1_000_000)
SEEDS, MANY_SEEDS = 10, 50


def say(line: str) -> None:
    """Prints a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def errors(name: str, number: int, seeds: Sequence[int]) -> list[tuple[float, float]]:
    """Raw and deconvolved distance to the truth for each seed, in nm."""
    made = []
    for seed in seeds:
        found = deconvolve(cells_of(name, number, seed))
        raw = error_of_sizes(name, tracks(name, number, seed)[0])
        made.append((raw, error_of_bins(name, found.edges_nm, found.share)))
    return made


def timed(number: int) -> tuple[float, float, float]:
    """Seconds to count the tracks and to fit them, and the most memory that the process held, in MB."""
    from scipy import linalg, special  # noqa: F401, PLC0415  what loads once is not part of the time

    apparent, steps = tracks("EV-like", number, 1)
    started = time.perf_counter()
    cells = count_tracks(apparent, steps.astype(np.float64))
    counted = time.perf_counter()
    deconvolve(cells)
    done = time.perf_counter()
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return counted - started, done - counted, most


def timed_alone(number: int) -> tuple[float, ...]:
    """``timed`` in a process of its own, so that the memory is that of this number alone."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_deconvolution", str(number)]
    run = subprocess.run(
        command, capture_output=True, text=True, check=True, cwd=ROOT, env={**os.environ, "OPENBLAS_NUM_THREADS": "2"}
    )
    return tuple(float(part) for part in run.stdout.split())


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_the_truth_is_reached(name: str) -> None:
    found = errors(name, 20_000, range(SEEDS))
    raw, ours = np.mean(found, axis=0)
    assert ours <= REACH[name]
    assert raw > 8 * ours


@pytest.mark.slow
def test_a_million_tracks_take_seconds_and_little_memory() -> None:
    small, large = timed_alone(LARGE[0]), timed_alone(LARGE[-1])
    assert sum(large[:2]) < 4 * MARGIN
    assert large[2] < 300
    assert sum(large[:2]) < 10 * sum(small[:2])  # for a hundred times as many


def within_reach(found: Sequence[float], reach: float) -> float:
    """Share of the triples of seeds whose mean distance lies within the reach."""
    return float(np.mean([sum(triple) / 3 <= reach for triple in combinations(found, 3)]))


def main(most: int) -> None:
    """Prints both tables; at 20 000 tracks over ``most`` seeds."""
    say("distance to the truth in nm: mean of 3, 10 and more seeds, the worst, and triples of seeds within reach")
    head = f"{'':8} {'tracks':>7} {'raw 3':>7} {'ours 3':>7} {'raw 10':>7} {'ours 10':>8} {'worst':>6} {'reach':>6}"
    say(f"{head} triples")
    for name in SETS:
        for number in NUMBERS:
            last = number == NUMBERS[-1]
            found = np.array(errors(name, number, range(most if last else SEEDS)))
            three, ten, worst = found[:3].mean(axis=0), found[:SEEDS].mean(axis=0), found[:, 1].max()
            means = f"{three[0]:7.2f} {three[1]:7.2f} {ten[0]:7.2f} {ten[1]:8.2f}"
            reach = f"{REACH[name]:6.1f} {within_reach(found[:, 1].tolist(), REACH[name]):7.2f}" if last else ""
            more = f"  {most} seeds: {found[:, 1].mean():.2f}" if last and most > SEEDS else ""
            say(f"{name:8} {number:7} {means} {worst:6.2f} {reach}{more}")
    say("\ntracks    count s   fit s   MB")
    for number in LARGE:
        count, fit, memory = timed_alone(number)
        say(f"{number:8} {count:8.2f} {fit:7.2f} {memory:4.0f}")


if __name__ == "__main__":
    if sys.argv[1:] in ([], ["--fifty"]):
        main(MANY_SEEDS if sys.argv[1:] else SEEDS)
    else:
        say(" ".join(str(part) for part in timed(int(sys.argv[1]))))
