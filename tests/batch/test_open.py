"""A batch folder opened: with a record, without one, and everything that can be wrong with the folder."""

from __future__ import annotations

import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from evqc.batch.open import open_batch
from evqc.batch.workbook import write_workbook
from evqc.errors import InputError
from tests.batch.records import changed, full
from tests.places import CORPUS, ROOT, SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.batch.assembled import Batch

SINGLE = SAMPLES / "nanosight" / "nta-3.4-single-video.csv"
WEIGHTINGS = SAMPLES / "nanosight" / "nta-3.3-six-weightings.csv"
QUBIT = SAMPLES / "table" / "qubit.csv"


def lay(folder: Path, record: str | bytes | None, **exports: Path) -> Path:
    """A batch folder with a record and exports; an export is named by its path, ``__`` for ``/``."""
    (folder / "exports").mkdir(parents=True)
    if record is not None:
        name = "batch.xlsx" if isinstance(record, bytes) else "batch.toml"
        (folder / name).write_bytes(record if isinstance(record, bytes) else record.encode())
    for name, source in exports.items():
        target = folder / "exports" / f"{name.replace('__', '/')}{source.suffix}"
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return folder


def codes(batch: Batch) -> list[str]:
    return [c.issue.code for c in batch.contradictions]


RECORD = changed(("nta/EV-1.csv", "nta/EV1.csv"), ("2024-06-01", "2024-05-31"))


def test_batch_is_its_record_and_its_exports(tmp_path: Path) -> None:
    batch = open_batch(lay(tmp_path / "b", RECORD, nta__EV1=SINGLE, nta__beads=WEIGHTINGS))
    assert batch.name == "UC-7"
    assert batch.record is not None
    assert batch.record_source is not None
    assert batch.record_source.sha256 == hashlib.sha256(RECORD.encode()).hexdigest()
    assert [r.source.name for r in batch.readings] == ["nta/EV1.csv", "nta/beads.csv"]
    assert {r.verdict for r in batch.readings} <= {"accepted", "flagged"}
    first = batch.runs[0]
    total = first.distribution.concentration_total_per_ml
    assert (first.sample, first.role) == ("EV-1", "product")
    assert total.reported is not None
    assert total.undiluted == total.reported * 1000
    assert {r.bead_nm for r in batch.runs if r.sample == "bead check"} == {100.0}


def test_workbook_gives_the_same_batch(tmp_path: Path) -> None:
    by_text = open_batch(lay(tmp_path / "a", changed(), nta__EV_1=SINGLE))
    by_book = open_batch(lay(tmp_path / "b", write_workbook(full()), nta__EV_1=SINGLE))
    assert by_book.record == by_text.record
    assert (by_book.runs, by_book.readings) == (by_text.runs, by_text.readings)
    assert codes(by_book) == codes(by_text)


@pytest.mark.parametrize("name", ["", "batch.toml", "."])
def test_record_itself_or_folder_means_the_batch(tmp_path: Path, name: str) -> None:
    folder = lay(tmp_path / "b", changed())
    assert open_batch(folder / name).name == "UC-7"


def test_opening_twice_gives_equal_batches(tmp_path: Path) -> None:
    folder = lay(tmp_path / "b", RECORD, nta__EV1=SINGLE)
    assert open_batch(folder) == open_batch(folder)


def test_batch_without_exports_opens_and_says_what_is_missing(tmp_path: Path) -> None:
    batch = open_batch(lay(tmp_path / "b", changed()))
    assert batch.readings == ()
    assert codes(batch).count("FILE_MISSING") == 2
    assert "IMAGE_MISSING" in codes(batch)
    assert len(batch.values) == 2


def test_record_without_the_folder_exports_opens(tmp_path: Path) -> None:
    (tmp_path / "batch.toml").write_text(changed())
    assert open_batch(tmp_path).readings == ()


def test_two_records_are_refused_by_name(tmp_path: Path) -> None:
    folder = lay(tmp_path / "b", changed())
    (folder / "batch.xlsx").write_bytes(write_workbook(None))
    with pytest.raises(InputError, match=r"TWO_RECORDS: b: .*batch\.toml and batch\.xlsx"):
        open_batch(folder)


@pytest.mark.parametrize("lock", ["~$batch.xlsx", ".~lock.batch.xlsx#"])
def test_lock_file_of_a_spreadsheet_is_a_note(tmp_path: Path, lock: str) -> None:
    folder = lay(tmp_path / "b", write_workbook(full()))
    before = codes(open_batch(folder))
    (folder / lock).write_bytes(b"\x00")
    batch = open_batch(folder)
    assert codes(batch) == ["RECORD_OPEN", *before]
    assert batch.contradictions[0].issue.severity == "note"


def test_faulty_record_is_refused_whole(tmp_path: Path) -> None:
    folder = lay(tmp_path / "b", changed(("= 96.5", "= 120"), ("dilution = 1000", "dilution = 0")))
    with pytest.raises(InputError) as refused:
        open_batch(folder)
    assert [i.code for i in refused.value.issues] == ["OUT_OF_RANGE", "OUT_OF_RANGE"]
    assert str(tmp_path) not in str(refused.value)


def test_folder_without_a_record_is_a_folder_of_exports(tmp_path: Path) -> None:
    (tmp_path / "nta").mkdir()
    shutil.copyfile(SINGLE, tmp_path / "nta" / "a.csv")
    (tmp_path / "notes.txt").write_text("bought milk\n")
    batch = open_batch(tmp_path)
    assert (batch.name, batch.record, batch.record_source) == (tmp_path.name, None, None)
    assert [(r.source.name, r.verdict == "refused") for r in batch.readings] == [
        ("notes.txt", True),
        ("nta/a.csv", False),
    ]
    assert {r.role for r in batch.runs} == {None}
    assert batch.contradictions == ()


def test_copies_in_a_folder_of_exports_are_named(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        shutil.copyfile(SINGLE, tmp_path / name)
    batch = open_batch(tmp_path)
    assert codes(batch) == ["DUPLICATE_FILE"]
    assert {r.file.name for r in batch.runs} == {"a.csv"}


def test_single_export_is_a_folder_of_one(tmp_path: Path) -> None:
    shutil.copyfile(SINGLE, tmp_path / "a.csv")
    assert [r.source.name for r in open_batch(tmp_path / "a.csv").readings] == ["a.csv"]


@pytest.mark.parametrize(("name", "code"), [("nowhere", "FILE_MISSING"), ("empty", "EMPTY_FOLDER")])
def test_nothing_to_open_is_refused(tmp_path: Path, name: str, code: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=code):
        open_batch(tmp_path / name)


def test_progress_is_told_of_every_export(tmp_path: Path) -> None:
    told: list[tuple[int, int, str]] = []
    folder = lay(tmp_path / "b", changed(), nta__a=SINGLE, nta__b=WEIGHTINGS)
    open_batch(folder, lambda done, all_of_them, name: told.append((done, all_of_them, name)))
    assert told == [(0, 2, "nta/a.csv"), (1, 2, "nta/b.csv")]


def test_mappings_of_the_batch_read_its_tables(tmp_path: Path) -> None:
    entry = '[[files]]\npath = "dna.csv"\nsample = "EV-1"\nmapping = "qubit.toml"\n\n[[results]]\n'
    folder = lay(tmp_path / "b", changed(("[[results]]\n", entry)), dna=QUBIT)
    assert open_batch(folder).readings[0].verdict == "refused"
    (folder / "mappings").mkdir()
    shutil.copyfile(QUBIT.with_suffix(".mapping.toml"), folder / "mappings" / "qubit.toml")
    batch = open_batch(folder)
    assert batch.readings[0].verdict != "refused"
    assert "MAPPING_MISSING" not in codes(batch)
    assert codes(batch).count("GROUP_NOT_ASSIGNED") == 4
    assert [v for v in batch.values if v.file.name == "dna.csv"] == []


def test_image_is_evidence_with_its_hash(tmp_path: Path) -> None:
    folder = lay(tmp_path / "b", changed())
    (folder / "images").mkdir()
    (folder / "images" / "tem.png").write_bytes(b"picture")
    batch = open_batch(folder)
    (image,) = batch.images
    assert (image.sample, image.method) == ("EV-1", "cryo electron microscopy")
    assert image.file.sha256 == hashlib.sha256(b"picture").hexdigest()
    assert image.file.name == "images/tem.png"
    assert "IMAGE_MISSING" not in codes(batch)


def test_image_behind_a_link_out_of_the_folder_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    folder = lay(tmp_path / "b", changed())
    (folder / "images").symlink_to(tmp_path)
    (tmp_path / "tem.png").symlink_to(tmp_path / "secret.png")
    batch = open_batch(folder)
    assert batch.images == ()
    assert "IMAGE_MISSING" in codes(batch)


@needs_corpus
def test_real_exports_open_without_a_record() -> None:
    folder = CORPUS / "nta" / "zetaview"
    batch = open_batch(folder)
    assert len(batch.readings) == len(corpus_files("nta/zetaview"))
    assert batch.runs
    assert all(r.sample for r in batch.runs)


def test_the_mapping_that_the_record_names_decides_between_two_that_fit(tmp_path: Path) -> None:
    folder = tmp_path / "cord"
    shutil.copytree(ROOT / "examples" / "umbilical-cord-batch", folder)
    shutil.copyfile(folder / "mappings" / "bca.toml", folder / "mappings" / "another.toml")
    [reading] = [r for r in open_batch(folder).readings if r.source.name == "protein/bca.csv"]
    assert (reading.verdict, reading.instrument) == ("accepted", "table")
