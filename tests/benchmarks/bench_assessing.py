"""How fast batches are assessed: ``pytest tests/benchmarks/bench_assessing.py -n0`` (needs the extra ``benchmark``).

One opened batch against every profile that applies to it, and a thousand of them over two processes. ``conftest.py``
prints what ten thousand would take. Loading is not part of it: reading files has a benchmark of its own.
"""

from __future__ import annotations

import gc
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

import evqc
from tests.places import ROOT

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

    from evqc.batch.assembled import Batch

EXAMPLES = ("umbilical-cord-batch", "troubled-batch")
#: Batches that two processes share, and how many each is given at a time.
MANY, PART = 1000, 50


@cache
def opened(example: str) -> Batch:
    """An example batch, opened once in each process."""
    return evqc.open_batch(ROOT / "examples" / example)


def started(example: str) -> None:
    """Loads in a new process what every assessment needs, and keeps the garbage collector off it."""
    assess_some(example, 1)
    gc.collect()
    gc.freeze()


def assess_some(example: str, batches: int) -> int:
    """Assesses as many batches, each new so that nothing is remembered of the one before; the number of findings."""
    found = 0
    for _ in range(batches):
        assessed = evqc.assess(replace(opened(example)))
        found += sum(len(profile.findings) for profile in assessed.profiles)
    return found


@pytest.mark.parametrize("example", EXAMPLES)
def test_one_batch(benchmark: BenchmarkFixture, example: str) -> None:
    """An opened batch against every profile that applies to it."""
    assess_some(example, 1)
    assert benchmark(assess_some, example, 1)


@pytest.mark.parametrize("example", EXAMPLES)
def test_many_batches(benchmark: BenchmarkFixture, example: str) -> None:
    """A thousand batches on two processes, the processes started and the batch opened before.

    As a service would, a process sets aside what it loaded (``gc.freeze``), which the garbage collector would otherwise
    walk through again with every third batch.
    """
    with ProcessPoolExecutor(2, initializer=started, initargs=(example,)) as pool:
        list(pool.map(assess_some, [example] * 4, [1] * 4))

        def run() -> int:
            return sum(pool.map(assess_some, [example] * (MANY // PART), [PART] * (MANY // PART)))

        benchmark.extra_info["batches"] = MANY
        pedantic: Any = benchmark.pedantic
        assert pedantic(run, rounds=2)
