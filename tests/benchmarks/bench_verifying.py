"""How fast a bundle is made and verified: ``pytest tests/benchmarks/bench_verifying.py -n0`` (needs ``benchmark``).

The batch of ``bench_drafting``: 30 exports and 60 tests. Verification works out every result anew and draws the three
certificates again. The promise is under three seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import evqc
from evqc.release import zip_entries
from evqc.release.bundle import contents
from evqc.release.verify.verify import checks
from tests.benchmarks.bench_drafting import FILES, TESTS, drafted, folder  # noqa: F401  a fixture
from tests.release.releases import raw_files, real_release

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture


@pytest.fixture(scope="module")
def data(folder: Path) -> bytes:  # noqa: F811  the fixture
    release = real_release(drafted(evqc.open_batch(folder), folder))
    return zip_entries.written(contents(release, raw_files(release, folder)))


def test_verifying(benchmark: BenchmarkFixture, data: bytes) -> None:
    pedantic: Any = benchmark.pedantic
    found = pedantic(lambda: list(checks(data, "bundle.zip")), rounds=3, warmup_rounds=1)
    (release, _), *_ = found
    assert release is not None
    assert len(release.record.files) >= FILES
    assert len(release.record.results) == TESTS
    assert {each.id for _, each in found if each.held == "fails"} <= {"threshold"}
