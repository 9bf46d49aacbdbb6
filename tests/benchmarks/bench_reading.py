"""How fast files are read: ``pytest tests/benchmarks/bench_reading.py -n0`` (needs the extra ``benchmark``).

Side by side in one run and on the same bytes: (a) evqc's whole read in one process (hash, header, every check, the
statistics by both rules), (b) the bare numeric parse of the same tables with pandas, which is the limit, (c) a plain
reader written with pandas, a stand-in for today's tools, which reads one table in one weighting, and (c') one that
returns all that evqc returns, without checks. Then (a), (b) and (c) again in turns of some files, whose ratios are
those of the same moment. Then a folder with one process and with two, as ``evqc read`` does it and as ``evqc.read``,
which gives every reading to the caller; and with two that know nothing of each other and read one half each: what two
cores of this machine can give at that moment. All begin in fresh processes, since the objects of this one would slow
down the first alone. What counts are the ratios, which ``conftest.py`` prints below
the times: the machine is the same within one run only.
"""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

import evqc
from evqc.instruments._registry import read_file
from evqc.measurement import SizeDistribution
from tests.benchmarks import halves, same_content, stand_in
from tests.places import corpus_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_benchmark.fixture import BenchmarkFixture

KINDS = ("nanosight", "zetaview")
STAND_IN: dict[str, Callable[[Path], tuple[pd.DataFrame, ...]]] = {
    "nanosight": stand_in.nanosight,
    "zetaview": stand_in.zetaview,
}
SAME: dict[str, Callable[[Path], same_content.Content]] = {
    "nanosight": same_content.nanosight,
    "zetaview": same_content.zetaview,
}
#: Files of the folder that one process and two read.
MANY = 2000
#: Files that each of (a), (b) and (c) reads in its turn, and turns.
BLOCK, TURNS = 20, 24
#: Of how many readings of the folder the quickest counts: of few, since each takes seconds.
ROUNDS = 3


def simulated(kind: str, seed: int) -> bytes:
    """A file of the usual size: five videos, or one measurement."""
    return next(iter(evqc.simulate(kind, seed=seed, runs=5 if kind == "nanosight" else 1).values()))


@pytest.fixture(params=["simulated", "real"])
def file(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Path:
    """One file of a kind: of the simulator, or a real one where the corpus is there."""
    if request.param == "simulated":
        path = tmp_path / f"{kind}.txt"
        path.write_bytes(simulated(kind, 1))
        return path
    real = [p for p in corpus_files(f"nta/{kind}") if 30_000 < p.stat().st_size < 70_000]
    if not real:
        pytest.skip("the folder shared/corpus of real instrument files is not there")
    return real[-1]


def tables(kind: str, path: Path) -> list[dict[str, object]]:
    """Where the numeric tables of a file stand, as arguments of ``pandas.read_csv``."""
    lines = path.read_text("cp1252").splitlines()
    if kind == "zetaview":
        at = next(i for i, line in enumerate(lines) if line.startswith("Size / nm"))
        decimal = "," if "," in lines[at + 1] else "."
        return [{"sep": "\t", "skiprows": at + 1, "decimal": decimal, "header": None, "encoding": "cp1252"}]
    starts = [i for i, line in enumerate(lines) if line.startswith(("Bin centre", "Percentile,"))]
    rows = [1000 if lines[i].startswith("Bin centre") else 101 for i in starts]
    return [
        {"skiprows": i + 1, "nrows": n, "header": None, "encoding": "cp1252"} for i, n in zip(starts, rows, strict=True)
    ]


@pytest.mark.parametrize("kind", KINDS)
class TestOneFile:
    def test_a_evqc(self, benchmark: BenchmarkFixture, kind: str, file: Path) -> None:
        read_file(file)  # loads the readers: without it a single slow first round decides how many rounds follow
        reading = benchmark(read_file, file)
        assert reading.instrument == kind
        assert reading.measurements

    def test_b_bare_parse(self, benchmark: BenchmarkFixture, kind: str, file: Path) -> None:
        parts = tables(kind, file)
        found = benchmark(lambda: [pd.read_csv(file, **part) for part in parts])  # type: ignore[call-overload]  # keywords by name
        assert sum(len(table) for table in found) > 1000

    def test_c_plain_pandas(self, benchmark: BenchmarkFixture, kind: str, file: Path) -> None:
        assert not any(table.empty for table in benchmark(STAND_IN[kind], file))

    def test_d_same_content(self, benchmark: BenchmarkFixture, kind: str, file: Path) -> None:
        content = benchmark(SAME[kind], file)
        measured = read_file(file).measurements
        means = next(iter(content.statistics.values()))["mean"]
        standard = [m.statistics.standard.mean_nm for m in measured if isinstance(m, SizeDistribution)]
        assert list(means)[: len(standard)] == pytest.approx(standard, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_in_turns(benchmark: BenchmarkFixture, kind: str, file: Path) -> None:
    parts = tables(kind, file)

    def bare() -> None:
        for part in parts:
            pd.read_csv(file, **part)  # type: ignore[call-overload]  # keywords by name

    ways: tuple[Callable[[], object], ...] = (lambda: read_file(file), bare, lambda: STAND_IN[kind](file))

    def turn() -> list[float]:
        return [seconds_of_block(way) for way in ways]

    turn()
    pedantic: Any = benchmark.pedantic
    benchmark.extra_info["turns"] = pedantic(lambda: [turn() for _ in range(TURNS)], rounds=1)


def seconds_of_block(way: Callable[[], object]) -> float:
    """What a block of files takes when read one way, s."""
    start = perf_counter()
    for _ in range(BLOCK):
        way()
    return perf_counter() - start


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many files of both kinds."""
    place = tmp_path_factory.mktemp("many")
    for kind in KINDS:
        data = simulated(kind, 1)
        for i in range(MANY // 2):
            (place / f"{kind}{i}.txt").write_bytes(data)
    return place


@pytest.mark.parametrize("way", ["read", "import"])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_folder(benchmark: BenchmarkFixture, folder: Path, processes: int, way: str) -> None:
    with halves.waiting(folder, processes=processes, way=way) as readers:
        measured: Callable[..., int] = benchmark.pedantic
        assert measured(halves.read, (readers,), rounds=ROUNDS, warmup_rounds=1) == MANY


def test_b_two_halves(benchmark: BenchmarkFixture, folder: Path) -> None:
    with halves.waiting(folder, parts=2) as readers:
        measured: Callable[..., int] = benchmark.pedantic
        assert measured(halves.read, (readers,), rounds=ROUNDS, warmup_rounds=1) == MANY
