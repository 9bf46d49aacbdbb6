"""Lays down a new study folder: the record to fill in, and a place for batch folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.study.open import TOML_NAME, WORKBOOK_NAME
from evqc.study.toml import template_toml
from evqc.study.workbook import write_workbook

if TYPE_CHECKING:
    from pathlib import Path

BATCHES = "batches"


def create(folder: Path, name: str = WORKBOOK_NAME) -> list[Path]:
    """Makes a study folder with an empty record and ``batches/``.

    Args:
        folder: does not exist yet, or is empty.
        name: ``study.xlsx`` for a workbook, ``study.toml`` for a commented text file.

    Returns:
        The files written.

    Raises:
        InputError: ``FOLDER_NOT_EMPTY``, ``NOT_A_FOLDER``, or ``FOLDER_UNWRITABLE``.
        ValueError: another name.
    """
    content = {WORKBOOK_NAME: lambda: write_workbook(None), TOML_NAME: lambda: template_toml().encode()}
    if name not in content:
        raise ValueError(f"a study is {WORKBOOK_NAME} or {TOML_NAME}")
    record = content[name]()
    if folder.exists() and not folder.is_dir():
        raise refusal(str(folder), "NOT_A_FOLDER", Where(), "a file", "a new name, or an empty folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise refusal(str(folder), "FOLDER_NOT_EMPTY", Where(), "files in the folder", "a new name, or an empty folder")
    try:
        (folder / BATCHES).mkdir(parents=True)
        (folder / name).write_bytes(record)
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(folder), "FOLDER_UNWRITABLE", Where(), found, "a folder that can be written") from error
    return [folder / name]
