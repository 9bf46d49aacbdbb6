"""How fast batches are assessed: ``pytest tests/benchmarks/bench_assessing.py -n0`` (needs the extra ``benchmark``).

One opened batch against every profile that applies to it, and a thousand of them over two processes. ``conftest.py``
prints what ten thousand would take. Loading is not part of it: reading files has a benchmark of its own.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

import evqc
from tests.places import ROOT

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture

EXAMPLES = ("umbilical-cord-batch", "troubled-batch")
#: Batches that two processes share.
MANY = 1000
_OPENED: dict[str, object] = {}


def opened(example: str) -> object:
    """An example batch, opened once in each process."""
    if example not in _OPENED:
        _OPENED[example] = evqc.open_batch(ROOT / "examples" / example)
    return _OPENED[example]


def assess_some(example: str, batches: int) -> int:
    """Assesses a batch several times; the number of findings of the last."""
    found = [evqc.assess(opened(example)) for _ in range(batches)]  # type: ignore[arg-type]  # an opened batch
    return sum(len(profile.findings) for profile in found[-1].profiles)


@pytest.mark.parametrize("example", EXAMPLES)
def test_one_batch(benchmark: BenchmarkFixture, example: str) -> None:
    """An opened batch against every profile that applies to it."""
    opened(example)
    assert benchmark(assess_some, example, 1)


@pytest.mark.parametrize("example", EXAMPLES)
def test_many_batches(benchmark: BenchmarkFixture, example: str) -> None:
    """A thousand batches on two processes, the processes started and the batch opened before."""
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(assess_some, [example] * 4, [1] * 4))

        def run() -> int:
            return sum(pool.map(assess_some, [example] * 20, [MANY // 20] * 20))

        pedantic: Any = benchmark.pedantic
        assert pedantic(run, rounds=3)
