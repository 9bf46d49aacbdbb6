"""Many files: several processes give what one gives, folder by folder, and a failing reader costs one file."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import evqc
from evqc.instruments import _many, _registry
from evqc.instruments._export import ExportFile, begin, load
from evqc.instruments._joined import ReadFile
from evqc.instruments._processes import Given, cores
from evqc.measurement import SizeDistribution
from evqc.reading import Reading, Readings
from evqc.records import to_json
from evqc.report.streams import json_document
from tests.places import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three folders of exports and one file that is none."""
    for seed, name in enumerate(("a", "b", "b/inner")):
        (tmp_path / name).mkdir(exist_ok=True)
        for file, data in evqc.simulate("nanosight", seed=seed, runs=2).items():
            (tmp_path / name / file).write_bytes(data)
        for file, data in evqc.simulate("zetaview", seed=seed).items():
            (tmp_path / name / file).write_bytes(data)
    (tmp_path / "b" / "notes.txt").write_text("nothing that an instrument wrote")
    return tmp_path


def test_processes_give_what_one_gives(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = evqc.read(folder)
    monkeypatch.setattr(_many, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(_many, "_CHUNK_FILES", 2)
    assert evqc.read(folder, processes=2) == alone
    assert to_json(evqc.read(folder, processes=2)) == to_json(alone)


def _seen(reading: Reading) -> tuple[str, str | None, str]:
    return reading.source.name, reading.instrument, to_json(reading)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Runs of two lists each, which are joined, beside size files that are not."""
    for name, data in evqc.simulate("nanosight-tracks", seed=1, runs=2).items():
        (tmp_path / name).write_bytes(data)
    for seed in range(3):
        for name, data in evqc.simulate("zetaview", seed=seed).items():
            if "pos" not in name:
                (tmp_path / f"{seed}{name}").write_bytes(data)
    return tmp_path


@pytest.mark.parametrize("chunk", [1, 3, 100])
@pytest.mark.parametrize("readings", [True, False])
def test_processes_tell_what_one_tells(
    runs: Path, monkeypatch: pytest.MonkeyPatch, chunk: int, *, readings: bool
) -> None:
    """Lists of one run are joined also where each was read by another process."""
    tasks, asked = _many.tasks_of(runs), _many.Asked(tell=_seen, readings=readings)
    alone = [file.told for file in _many.files_read(tasks, asked)]
    assert alone == [_seen(reading) for reading in evqc.read(runs).readings]
    assert sum("nanosight_tracks" in text and '"joined": [\n' in text for _, _, text in alone) == 4
    monkeypatch.setattr(_many, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(_many, "_CHUNK_FILES", chunk)
    monkeypatch.setattr(_many, "_FEW", 0)
    files = list(_many.files_read(tasks, asked, processes=2))
    assert [file.told for file in files] == alone
    assert all(file.reading is not None for file in files), "those of a folder in which files are joined"


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("readings", [True, False])
def test_where_nothing_is_joined_files_are_given_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch, processes: int, *, readings: bool
) -> None:
    """Also within a folder; and a reading that nobody asks for stays where it was made."""
    for part in folder.rglob("*pos.txt"):
        part.unlink()
    monkeypatch.setattr(_many, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(_many, "_CHUNK_FILES", 1)
    monkeypatch.setattr(_many, "_FEW", 0)
    tasks, asked = _many.tasks_of(folder), _many.Asked(tell=_seen, readings=readings)
    seen: list[int] = []
    files: list[ReadFile[tuple[str, str | None, str]]] = []
    for file in _many.files_read(tasks, asked, processes=processes, progress=lambda done, *_: seen.append(done)):
        assert max(seen) == len(files), "the next one is not waited for"
        files.append(file)
    assert [file.told for file in files] == [_seen(reading) for reading in evqc.read(folder).readings]
    assert {file.reading is not None for file in files} == {readings}


def test_a_failure_before_files_are_read_costs_nothing(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails in the look at how files begin fails again, and is told, when they are read."""

    def failing(_: object) -> bool:
        raise ZeroDivisionError

    whole = evqc.read(runs)
    monkeypatch.setattr(_many, "_FEW", 0)
    monkeypatch.setattr(_many, "is_part", failing)
    assert evqc.read(runs) == whole


def test_a_reading_that_was_not_asked_for_is_not_there() -> None:
    with pytest.raises(ValueError, match="not asked for"):
        ReadFile(None, None, None).given()


def test_how_a_file_begins_is_what_the_whole_begins_with(folder: Path) -> None:
    for path in (p for p in folder.rglob("*") if p.is_file()):
        assert begin(path, "x").head == load(path, "x").head
    assert begin(folder, "x").data == begin(folder / "nothing", "x").data == begin(Path("a\0b"), "x").data == b""
    assert begin(Path(os.devnull), "x").data == b""


def test_what_another_process_read_cannot_be_changed_either(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_many, "_WORTH_PROCESSES", 0)
    for reading in evqc.read(folder, processes=2).readings:
        for measured in reading.measurements:
            assert isinstance(measured, SizeDistribution)
            assert measured.concentration_per_ml is not None
            with pytest.raises(ValueError, match="read-only"):
                measured.concentration_per_ml[0] = 1.0
            with pytest.raises(ValueError, match="read-only"):
                measured.diameter_nm.lower[0] = 1.0


def test_a_folder_is_given_as_soon_as_it_is_complete(folder: Path) -> None:
    tasks = _many.tasks_of(folder)
    seen: list[int] = []
    readings = _many.readings_of(tasks, progress=lambda done, _all, _name: seen.append(done))
    first = next(readings)
    assert first.source.name.startswith("a/")
    assert max(seen) < len(tasks) - 1
    rest = [reading.source.name for reading in readings]
    assert [first.source.name, *rest] == sorted(task.name for task in tasks)


def test_a_failing_reader_costs_only_that_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = evqc.read(folder).readings
    real = _registry.read_file

    def failing(path: Path, name: str | None = None, **more: object) -> Reading:
        if path.name == "notes.txt":
            raise ZeroDivisionError("by nought")
        return real(path, name, **more)  # type: ignore[arg-type]  # the keywords are passed on

    monkeypatch.setattr(_many, "read_file", failing)
    got = evqc.read(folder).readings
    [bad] = [reading for reading in got if reading.source.name == "b/notes.txt"]
    assert (bad.verdict, bad.issues[0].code) == ("refused", "DEFECT")
    assert "ZeroDivisionError: by nought" in bad.issues[0].found
    assert bad.source.sha256
    assert [r for r in got if r is not bad] == [r for r in whole if r.source.name != "b/notes.txt"]


def _lost(tasks: list[_many.Task], asked: _many.Asked[None]) -> Given[list[ReadFile[None]]]:
    if any(task.name == "b/notes.txt" for task in tasks):
        os._exit(9)
    return _many_read_chunk(tasks, asked)


_many_read_chunk = _many.read_chunk


def test_a_lost_process_costs_only_that_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_many, "_WORTH_PROCESSES", 0)
    monkeypatch.setattr(_many, "_CHUNK_FILES", 2)
    monkeypatch.setattr(_many, "read_chunk", _lost)
    whole = evqc.read(folder, processes=2)
    by_name = {reading.source.name: reading for reading in whole.readings}
    assert [n for n, r in by_name.items() if r.issues and r.issues[0].code == "DEFECT"] == ["b/notes.txt"]
    assert len(by_name) == len(_many.tasks_of(folder))


#: What a beginner writes: nothing keeps a new process, which runs the script anew, from reading once more.
_UNGUARDED = """
import sys
import evqc
from evqc.instruments import _many
_many._WORTH_PROCESSES = 0
print(len(evqc.read(sys.argv[1], processes=2).readings))
"""


def test_a_script_without_a_guard_reads_in_one_process_and_is_told(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "read.py"
    script.write_text(_UNGUARDED)
    command = [sys.executable, str(script), str(folder / "a")]
    run = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60, cwd=ROOT)
    assert run.stdout == f"{len(evqc.read(folder / 'a').readings)}\n"
    assert run.stderr.count("RuntimeError:") == 1  # of the one process that was tried
    assert "UserWarning: no process could be started" in run.stderr
    assert 'if __name__ == "__main__":' in run.stderr


def test_the_stream_is_the_document(folder: Path) -> None:
    readings = evqc.read(folder)
    for document in (readings, Readings(readings=()), Readings(readings=readings.readings[:1])):
        out = io.BytesIO()
        with json_document(out) as write:
            for reading in document.readings:
                write(Given(reading))
        assert out.getvalue().decode() == to_json(document)
        json.loads(out.getvalue())


def test_chunks_hold_a_few_files_or_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [_many.Task(Path(str(i)), str(i), size, None, ()) for i, size in enumerate([1, 1, 9, 1, 1, 1])]
    monkeypatch.setattr(_many, "_CHUNK_BYTES", 8)
    monkeypatch.setattr(_many, "_CHUNK_FILES", 3)
    assert [[task.name for task in chunk] for chunk in _many._chunks(tasks)] == [["0", "1"], ["2"], ["3", "4", "5"]]
    assert _many._chunks(tasks[:1]) == [tasks[:1]]


def test_every_reader_looks_at_any_content_without_failing() -> None:
    for data in (b"", b"PK\x03\x04 broken", b"\x1f\x8b broken", b"%PDF-1.7", b"FCS3.0", b"<a", b'{"a', b"\xff\xfe\x00"):
        for instrument in _registry.known().values():
            assert instrument.recognises(ExportFile("x", data)) in {True, False}


def test_a_link_stands_in_the_folder_of_its_file(tmp_path: Path) -> None:
    for name in ("real", "links"):
        (tmp_path / name).mkdir()
    (tmp_path / "real" / "a.csv").write_text("x")
    (tmp_path / "links" / "b.csv").symlink_to(tmp_path / "real" / "a.csv")
    (tmp_path / "way").symlink_to(tmp_path / "real", target_is_directory=True)
    tasks = _many.tasks_of([tmp_path / "links", tmp_path / "way" / "a.csv", tmp_path / "real" / "a.csv"])
    assert _many._folders(tasks) == [task.path.resolve().parent for task in tasks] == [tmp_path.resolve() / "real"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says which cores a process may use")
def test_no_more_processes_than_cores_that_may_be_used() -> None:
    before = os.sched_getaffinity(0)
    try:
        os.sched_setaffinity(0, {min(before)})
        assert cores() == 1
    finally:
        os.sched_setaffinity(0, before)
    assert cores() == len(before)
