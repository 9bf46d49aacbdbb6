"""How fast a release record is drafted: ``pytest tests/benchmarks/bench_drafting.py -n0`` (needs ``benchmark``).

A batch of the size of real ones: 30 exports of five videos each, of six samples, and a specification of 60 tests of
every kind. Once from the opened batch (assessment and draft), once from the folder with all files read. The promise is
under three seconds.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

import evqc
from evqc.release.batch_files import batch_files
from evqc.release.draft import draft
from tests.release.asking import asked, specification

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

    from evqc.batch.assembled import Batch
    from evqc.release.record import ReleaseRecord

FILES, TESTS = 30, 60
SAMPLES = ("it", *(f"step {number}" for number in range(1, 6)))
DAY = date(2026, 4, 1)
KINDS: tuple[dict[str, Any], ...] = (
    asked("quantity"),
    asked("quantity", measurand="particle_concentration", unit="1/mL", limits=[">= 1e9"]),
    asked("quantity", measurand="median_diameter", unit="nm", limits=[">= 50", "<= 200"]),
    asked("size share", limits=["> 90"]),
    asked("particles per protein"),
    asked("label content"),
    asked("endotoxin"),
    asked("marker"),
    asked("marker", markers=["Calnexin"], expected="negative"),
    asked("observation", days=14),
)
RECORD = """
schema = "evqc.batch/1"
[batch]
id = "B"
product = "P"
"""
BY_HAND = """
[[results]]
sample = "SAMPLE"
measurand = "protein_concentration"
value = 12.5
unit = "ug/mL"

[[results]]
sample = "SAMPLE"
measurand = "endotoxin_concentration"
value = "<0.05"
unit = "EU/mL"

[[results]]
sample = "SAMPLE"
measurand = "spike_recovery"
value = 104
unit = "%"

[[markers]]
sample = "SAMPLE"
technique = "western blot"
marker = "CD63"
call = "positive"
lysate = "positive"

[[observations]]
sample = "SAMPLE"
test = "sterility"
outcome = "no growth"
control = "no growth"
started_on = 2026-03-01
read_on = 2026-03-15
"""


def record() -> str:
    """The batch record: six samples, and five files of each."""
    roles = ["product", *(len(SAMPLES) - 1) * ["step sample"]]
    samples = (f'[[samples]]\nname = "{n}"\nrole = "{r}"\n' for n, r in zip(SAMPLES, roles, strict=True))
    files = (
        f'[[files]]\npath = "{number}.csv"\nsample = "{SAMPLES[number % len(SAMPLES)]}"\ndilution = 1000\n'
        for number in range(FILES)
    )
    return "\n".join([RECORD, *samples, *files, *(BY_HAND.replace("SAMPLE", name) for name in SAMPLES)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A batch folder with 30 exports of a known truth."""
    path = tmp_path_factory.mktemp("batch")
    (path / "exports").mkdir()
    (path / "batch.toml").write_text(record(), "utf-8")
    for number in range(FILES):
        content = next(iter(evqc.simulate("nanosight", seed=number, runs=5).values()))
        (path / "exports" / f"{number}.csv").write_bytes(content)
    return path


def drafted(batch: Batch, folder: Path) -> ReleaseRecord:
    """The record of a batch against 60 tests: ten kinds of each of six samples."""
    asks = [kind | {"sample": sample} for sample in SAMPLES for kind in KINDS]
    tests = [test | {"id": f"TEST-{number:02}"} for number, test in enumerate(asks)]
    dosage = {"route": "intravenous", "dose_ml": 1, "body_weight_kg": 70, "label_particles_per_ml": "1.0e10"}
    made = specification(*tests, dosage=dosage)
    return draft(batch, evqc.assess(batch, day=DAY), made, day=DAY, files=batch_files(batch, folder))


def test_a_record_of_an_opened_batch(benchmark: BenchmarkFixture, folder: Path) -> None:
    """Assessment, draft and the hashes of all files."""
    batch = evqc.open_batch(folder)
    pedantic: Any = benchmark.pedantic
    found = pedantic(drafted, (batch, folder), rounds=5, warmup_rounds=1)
    assert (len(found.results), len(batch.readings)) == (TESTS, FILES)


def test_a_record_from_the_folder(benchmark: BenchmarkFixture, folder: Path) -> None:
    """The same with every export read and checked first."""
    pedantic: Any = benchmark.pedantic
    found = pedantic(lambda: drafted(evqc.open_batch(folder), folder), rounds=3, warmup_rounds=1)
    assert len(found.results) == TESTS
