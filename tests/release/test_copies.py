"""Backup and restore: verified copies, into either kind of database, and nothing of a damaged one."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.release.registry import backup, restore, upgrade_registry
from tests.release.registries import ADMINISTRATOR, Clock, created, database, opened, released, seeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evqc.release.chain import Head
    from evqc.release.registry import Registry


@pytest.fixture
def empty(kind: str, tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "restored"
    folder.mkdir()
    with database(kind, folder) as url:
        yield url


def brought_back(source: Path, url: str, *anchors: Head) -> Registry:
    later = Clock(now=datetime(2026, 4, 1, tzinfo=UTC))
    return restore(source, url, later, seeded(), why="a drill", anchors=anchors)


@pytest.mark.parametrize("portable", [True, False])
def test_a_drill(full: Registry, empty: str, tmp_path: Path, portable: bool) -> None:
    target, before, release = tmp_path / "copy", full.trail(), full.export("EV-7/1")
    assert backup(full, target, portable=portable) == ()
    with brought_back(target, empty, release.head) as registry:
        after = registry.trail()
        assert registry.faults([release.head]) == ()
        assert after[:-1] == before
        assert (after[-1].action, after[-1].why) == ("restore", "a drill")
        assert registry.files_of("EV-7/1") == full.files_of("EV-7/1")
        assert registry.export("EV-7/1").signatures == release.signatures
    with opened(empty) as registry:
        assert registry.status("EV-7/1").state == "released"


@pytest.mark.skipif(os.name != "posix", reason="rights of files as POSIX has them")
@pytest.mark.parametrize("portable", [True, False])
def test_only_the_account_that_made_it_reads_a_registry_or_a_copy(tmp_path: Path, portable: bool) -> None:
    """21 CFR 11.10(d): hashes of passwords and sealed keys stand in it."""
    before = os.umask(0o022)
    try:
        with created(f"sqlite:///{tmp_path / 'evqc.db'}") as registry:
            backup(registry, tmp_path / "copy", portable=portable)
            registry.log("ada", "backup", "registry", "copy", "so that there is a log of SQLite, too")
            rights = {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
        restore(tmp_path / "copy", f"sqlite:///{tmp_path / 'again.db'}", Clock(), seeded(), why="a drill").close()
    finally:
        os.umask(before)
    assert rights.keys() >= {"evqc.db", "copy"}
    assert set(rights.values()) == {"0o600"}
    assert oct((tmp_path / "again.db").stat().st_mode & 0o777) == "0o600"


def test_a_portable_copy_goes_into_the_other_kind(full: Registry, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy.zip", portable=True)
    with brought_back(tmp_path / "copy.zip", f"sqlite:///{tmp_path / 'moved.db'}") as registry:
        assert registry.trail()[:-1] == full.trail()


def test_a_portable_copy_is_the_same_bytes_twice(full: Registry, tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        backup(full, tmp_path / name, portable=True)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_a_copy_that_an_older_version_made(kind: str, empty: str, tmp_path: Path) -> None:
    """It knew fewer tables, and has no list of the others."""
    with database(kind, tmp_path) as url, created(url, revision="0001") as old:
        released(old)
        assert backup(old, tmp_path / "copy.zip", portable=True) == ()
        trail = old.trail()
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert not {"issued.jsonl", "contributors.jsonl"} & set(archive.namelist())
    brought_back(tmp_path / "copy.zip", empty).close()
    later = Clock(now=datetime(2026, 4, 2, tzinfo=UTC))
    assert upgrade_registry(empty, later, by=ADMINISTRATOR, why="evqc was updated") == "0001"
    with opened(empty) as registry:
        assert registry.faults() == ()
        assert registry.trail()[: len(trail)] == trail


def test_a_copy_that_lacks_a_table(full: Registry, empty: str, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy.zip", portable=True)
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive, zipfile.ZipFile(tmp_path / "less.zip", "w") as less:
        for each in archive.namelist():
            if each != "issued.jsonl":
                less.writestr(each, archive.read(each))
    with pytest.raises(InputError, match="NOT_A_COPY"):
        brought_back(tmp_path / "less.zip", empty)


def test_a_copy_never_replaces_a_file(full: Registry, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("something else")
    with pytest.raises(InputError, match="FILE_EXISTS"):
        backup(full, tmp_path / "copy")


def test_a_registry_is_never_restored_over(full: Registry, url: str, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy.zip", portable=True)
    with pytest.raises(InputError, match="REGISTRY_EXISTS"):
        brought_back(tmp_path / "copy.zip", url)


def rewritten(source: Path, target: Path, name: str, old: str, new: str) -> None:
    with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w") as changed:
        for each in archive.namelist():
            content = archive.read(each).decode()
            changed.writestr(each, content.replace(old, new, 1) if each == name else content)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("users.jsonl", "Quinn Quality", "Quinn Quantity", "printed_name"),
        ("signatures.jsonl", '"meaning":"released"', '"meaning":"reviewed"', "the signature does not hold"),
        ("audit.jsonl", "drafted from the batch folder", "drafted by hand", "was changed after it was written"),
        ("files.jsonl", '"bytes":15', '"bytes":16', "bytes is 16"),
    ],
)
def test_a_changed_copy_leaves_the_database_empty(
    full: Registry, empty: str, tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    backup(full, tmp_path / "copy.zip", portable=True)
    rewritten(tmp_path / "copy.zip", tmp_path / "changed.zip", name, old, new)
    with pytest.raises(InputError, match="COPY_DAMAGED") as refused:
        brought_back(tmp_path / "changed.zip", empty)
    assert said in str(refused.value)
    with pytest.raises(InputError, match="NO_REGISTRY"):
        opened(empty)
    brought_back(tmp_path / "copy.zip", empty).close()


def test_a_changed_file_of_sqlite(full: Registry, kind: str, empty: str, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy.db")
    if kind == "postgresql":
        brought_back(tmp_path / "copy.db", f"sqlite:///{tmp_path / 'file.db'}").close()
        (tmp_path / "copy.db").unlink()
        (tmp_path / "file.db").rename(tmp_path / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        connection.execute("DROP TRIGGER records_no_update")
        connection.execute("UPDATE records SET state = 'released' WHERE id = 'EV-9/1'")
        connection.commit()
    with pytest.raises(InputError, match="COPY_DAMAGED"):
        brought_back(tmp_path / "copy.db", empty)


def test_a_copy_that_lacks_what_a_bundle_has(full: Registry, empty: str, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy.zip", portable=True)
    full.issue("EV-7/1", "bundle", "0" * 64, "quinn", "after the backup")
    with pytest.raises(InputError, match="does not run through its head"):
        brought_back(tmp_path / "copy.zip", empty, full.export("EV-7/1").head)


@pytest.mark.parametrize("content", [b"", b"not a copy", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_copy(empty: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "copy").write_bytes(content)
    with pytest.raises(InputError, match=r"NOT_A_COPY|NOT_A_REGISTRY"):
        brought_back(tmp_path / "copy", empty)


def test_a_copy_cut_short(full: Registry, empty: str, tmp_path: Path) -> None:
    backup(full, tmp_path / "copy.zip", portable=True)
    content = (tmp_path / "copy.zip").read_bytes()
    for keep in (10, len(content) // 2, len(content) - 1):
        (tmp_path / "cut.zip").write_bytes(content[:keep])
        with pytest.raises(InputError):
            brought_back(tmp_path / "cut.zip", empty)
    with zipfile.ZipFile(tmp_path / "copy.zip") as archive:
        assert json.loads(archive.read("manifest.json"))["schema"] == "evqc.registry-copy/1"
