"""How fast a batch is assessed: ``pytest tests/benchmarks/bench_assessing.py -n0`` (needs the extra ``benchmark``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import evqc
from tests.places import ROOT

if TYPE_CHECKING:
    from pytest_benchmark.fixture import BenchmarkFixture


def test_the_example_batch(benchmark: BenchmarkFixture) -> None:
    """An opened batch of three runs, a panel and a protein assay against every profile."""
    batch = evqc.open_batch(ROOT / "examples" / "umbilical-cord-batch")
    assert benchmark(evqc.assess, batch).profiles
