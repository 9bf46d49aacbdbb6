"""Backup, restore and upgrade on the command line: verified, logged, and nothing is ever overwritten."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.release.registries import ADMINISTRATOR, created, database, opened

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.release.commands import Commands


@pytest.fixture
def empty(kind: str, tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "restored"
    folder.mkdir()
    with database(kind, folder) as url:
        yield url


def head_in(text: str) -> str:
    return next(line.split(": ")[1] for line in text.splitlines() if line.startswith("head of the trail"))


@pytest.mark.parametrize("portable", [(), ("--portable",)])
def test_a_drill(commands: Commands, empty: str, tmp_path: Path, portable: tuple[str, ...]) -> None:
    copy = tmp_path / "copy"
    done = commands("backup", copy, *portable)
    assert (done.code, done.out.splitlines()[0], done.err) == (0, str(copy), "")
    anchor = head_in(done.out)
    restored = commands("restore", copy, "--database", empty, "--why", "a drill", "--anchor", anchor)
    assert (restored.code, restored.err) == (0, "")
    verified = commands("audit", "verify", "--database", empty, "--anchor", anchor)
    assert (verified.code, head_in(verified.out)) == (0, head_in(restored.out))
    assert commands("records", "--database", empty).out == commands("records").out
    with opened(empty) as registry:
        assert registry.trail()[-1].why == "a drill"


def test_a_backup_is_logged(commands: Commands, tmp_path: Path) -> None:
    commands("backup", tmp_path / "copy.db")
    registry = commands.registry
    last = registry.trail()[-1]
    assert (last.user, last.action, last.key) == ("installation", "backup", "copy.db")
    assert str(tmp_path) not in str(last)
    assert registry.faults() == ()


def test_a_backup_overwrites_nothing(commands: Commands, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    before = commands.registry.trail()
    done = commands("backup", tmp_path / "copy.db")
    assert (done.code, done.codes) == (2, {"FILE_EXISTS"})
    assert (tmp_path / "copy.db").read_text() == "mine"
    assert commands.registry.trail() == before


def test_a_registry_is_never_overwritten(commands: Commands, tmp_path: Path) -> None:
    commands("backup", tmp_path / "copy.db")
    before = commands.registry.trail()
    done = commands("restore", tmp_path / "copy.db", "--why", "w")
    assert (done.code, done.codes) == (2, {"REGISTRY_EXISTS"})
    assert commands.registry.trail() == before


def test_a_damaged_copy_is_named_and_leaves_nothing(commands: Commands, empty: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.zip"
    commands("backup", copy, "--portable")
    copy.write_bytes(copy.read_bytes()[:-100])
    done = commands("restore", copy, "--database", empty, "--why", "w")
    assert done.code == 2
    assert done.codes <= {"NOT_A_COPY", "NOT_A_REGISTRY"}
    assert commands("user", "list", "--database", empty).codes == {"NO_REGISTRY"}


def test_a_copy_that_was_changed(commands: Commands, tmp_path: Path) -> None:
    if not commands.url.startswith("sqlite"):
        pytest.skip("the file of SQLite is changed behind the back of evqc")
    copy = tmp_path / "copy.db"
    commands("backup", copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE users SET roles = '[\"QA release\"]' WHERE id = 'anna'")
        connection.commit()
    done = commands("restore", copy, "--database", tmp_path / "new.db", "--why", "w")
    assert (done.code, done.codes) == (2, {"COPY_DAMAGED"})
    assert commands("user", "list", "--database", tmp_path / "new.db").codes == {"NO_REGISTRY"}


def test_a_copy_from_before_the_anchor(commands: Commands, empty: str, tmp_path: Path) -> None:
    commands("backup", tmp_path / "copy.db", "--portable")
    commands.by("quinn", "audit")
    anchor = head_in(commands("audit", "verify").out)
    done = commands("restore", tmp_path / "copy.db", "--database", empty, "--why", "w", "--anchor", anchor)
    assert (done.code, done.codes) == (2, {"COPY_DAMAGED"})
    without = commands("restore", tmp_path / "copy.db", "--database", empty, "--why", "w")
    assert without.code == 0
    assert "no --anchor was given" in without.err


def test_a_registry_with_a_fault_is_copied_and_said(commands: Commands, tmp_path: Path) -> None:
    if not commands.url.startswith("sqlite"):
        pytest.skip("the file of SQLite is changed behind the back of evqc")
    with closing(sqlite3.connect(commands.url.removeprefix("sqlite:///"))) as connection:
        connection.execute("UPDATE users SET trained_until = '2099-01-01' WHERE id = 'rita'")
        connection.commit()
    done = commands("backup", tmp_path / "copy.db")
    assert done.code == 1
    assert "users rita: trained_until" in done.out
    assert "does not hold" in done.err
    assert (tmp_path / "copy.db").exists()


def test_a_clock_that_went_back_is_said_and_no_fault_of_the_copy(commands: Commands, tmp_path: Path) -> None:
    commands.clock.now = commands.clock.now.replace(year=2020)
    commands.by("quinn", "audit")
    done = commands("backup", tmp_path / "copy.db")
    assert done.code == 0
    assert "the clock went back" in done.err


def test_an_upgrade_by_an_administrator(commands: Commands, empty: str) -> None:
    created(empty, revision="0001").close()
    assert commands("user", "list", "--database", empty).codes == {"REGISTRY_TO_BE_UPGRADED"}
    upgrade = ("database", "upgrade", "--database", empty, "--why", "a new version of evqc")
    assert commands.by(ADMINISTRATOR, *upgrade, passwords=("wrong",)).codes == {"WRONG_PASSWORD"}
    assert commands.by("quinn", *upgrade).codes == {"NOT_ALLOWED"}
    done = commands.by(ADMINISTRATOR, *upgrade)
    assert (done.code, "upgraded from revision 0001" in done.out) == (0, True)
    assert commands("audit", "verify", "--database", empty).code == 0
    again = commands.by(ADMINISTRATOR, *upgrade)
    assert "is of this version already" in again.out


def test_a_name_of_a_file_is_an_address(commands: Commands, tmp_path: Path) -> None:
    commands("backup", tmp_path / "copy.zip", "--portable")
    done = commands("restore", tmp_path / "copy.zip", "--database", tmp_path / "by-name.db", "--why", "w")
    assert done.code == 0
    assert Path(tmp_path / "by-name.db").is_file()
