"""Lays down a new batch folder: the record to fill in, the folders beside it, and a note on what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.instructions import folder_readme
from evqc.batch.open import EXPORTS, IMAGES, MAPPINGS, TOML_NAME, WORKBOOK_NAME
from evqc.batch.toml_text import template_toml
from evqc.batch.workbook import write_workbook
from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


def create(folder: Path, name: str = WORKBOOK_NAME) -> list[Path]:
    """Makes a batch folder with an empty record, ``exports/``, ``images/``, ``mappings/`` and ``README.txt``.

    Args:
        folder: does not exist yet, or is empty.
        name: ``batch.xlsx`` for a workbook, ``batch.toml`` for a commented text file.

    Returns:
        The files written.

    Raises:
        InputError: ``FOLDER_NOT_EMPTY``, ``NOT_A_FOLDER``, ``UNKNOWN_RECORD`` for another name, or
            ``FOLDER_UNWRITABLE``.
    """
    record = _template(name)
    readme = folder_readme(name, folder.resolve().name).encode()
    return lay_down(folder, {name: record, "README.txt": readme}, (EXPORTS, IMAGES, MAPPINGS))


def lay_down(folder: Path, content: Mapping[str, bytes], folders: Sequence[str]) -> list[Path]:
    """Makes a folder with these folders and files in it.

    Args:
        folder: does not exist yet, or is empty.
        content: of each file, by its name.
        folders: their names.

    Returns:
        The files written.

    Raises:
        InputError: ``FOLDER_NOT_EMPTY``, ``NOT_A_FOLDER`` or ``FOLDER_UNWRITABLE``.
    """
    try:
        _refuse_if_used(folder)
        for each in folders:
            (folder / each).mkdir(parents=True)
        return [_written(folder / name, data) for name, data in content.items()]
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(folder), "FOLDER_UNWRITABLE", Where(), found, "a folder that can be written") from error


def _template(name: str) -> bytes:
    if name == WORKBOOK_NAME:
        return write_workbook(None)
    if name == TOML_NAME:
        return template_toml().encode()
    raise refusal(name, "UNKNOWN_RECORD", Where(), name, f"{WORKBOOK_NAME} or {TOML_NAME}")


def _refuse_if_used(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise refusal(str(folder), "NOT_A_FOLDER", Where(), "a file", "a new name, or an empty folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise refusal(str(folder), "FOLDER_NOT_EMPTY", Where(), "files in the folder", "a new name, or an empty folder")


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
