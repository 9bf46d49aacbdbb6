"""Lays down a new study folder: the record to fill in, and a place for batch folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.create import lay_down
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
    return lay_down(folder, {name: content[name]()}, (BATCHES,))
