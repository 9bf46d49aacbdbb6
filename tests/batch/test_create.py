"""``evqc init``: a new batch folder, ready to fill in, in an empty place only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from evqc.batch.create import create
from evqc.batch.open import open_batch
from evqc.batch.toml_text import template_toml
from evqc.batch.workbook import write_workbook
from evqc.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path


def content(folder: Path) -> dict[str, bytes | None]:
    """Every path below a folder, with its bytes when it is a file."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None for p in sorted(folder.rglob("*"))
    }


def test_new_folder_holds_the_workbook_and_places_for_everything_else(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "my-batch"
    written = create(folder)
    assert [p.name for p in written] == ["batch.xlsx", "README.txt"]
    assert sorted(content(folder)) == ["README.txt", "batch.xlsx", "exports", "images", "mappings"]
    assert (folder / "batch.xlsx").read_bytes() == write_workbook(None)


def test_text_instead_of_a_workbook(tmp_path: Path) -> None:
    create(tmp_path / "b", "batch.toml")
    assert sorted(content(tmp_path / "b")) == ["README.txt", "batch.toml", "exports", "images", "mappings"]
    assert (tmp_path / "b" / "batch.toml").read_text("utf-8") == template_toml()


@pytest.mark.parametrize("name", ["batch.xlsx", "batch.toml"])
def test_readme_says_what_to_fill_in_and_what_to_run(tmp_path: Path, name: str) -> None:
    create(tmp_path / "my-batch", name)
    text = (tmp_path / "my-batch" / "README.txt").read_text("utf-8")
    assert name in text
    assert "evqc report my-batch -o report" in text
    assert "{" not in text


def test_same_folder_twice_has_the_same_bytes(tmp_path: Path) -> None:
    for place in ("a", "b"):
        create(tmp_path / place / "batch")
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_empty_folder_is_used(tmp_path: Path) -> None:
    create(tmp_path)
    assert (tmp_path / "exports").is_dir()


@pytest.mark.parametrize("occupant", ["notes.txt", ".hidden", "folder"])
def test_used_folder_is_refused_and_left_alone(tmp_path: Path, occupant: str) -> None:
    if occupant == "folder":
        (tmp_path / occupant).mkdir()
    else:
        (tmp_path / occupant).write_text("mine")
    before = content(tmp_path)
    with pytest.raises(InputError, match="FOLDER_NOT_EMPTY"):
        create(tmp_path)
    assert content(tmp_path) == before


def test_file_in_the_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(InputError, match="NOT_A_FOLDER"):
        create(tmp_path / "b")


def test_place_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("mine")
    with pytest.raises(InputError, match="FOLDER_UNWRITABLE"):
        create(tmp_path / "b" / "c")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_place_without_permission_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="FOLDER_UNWRITABLE"):
        create(tmp_path / "b")


def test_other_record_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="UNKNOWN_RECORD"):
        create(tmp_path / "b", "batch.json")
    assert not (tmp_path / "b").exists()


@pytest.mark.parametrize("name", ["batch.xlsx", "batch.toml"])
def test_new_folder_opened_asks_for_number_and_product(tmp_path: Path, name: str) -> None:
    create(tmp_path / "b", name)
    with pytest.raises(InputError) as refused:
        open_batch(tmp_path / "b")
    assert [i.code for i in refused.value.issues] == ["MISSING_KEY", "MISSING_KEY"]
