"""What the workbook's first sheet and the folder's README tell the person who fills in a record."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("evqc.batch").joinpath("instructions.toml").read_text("utf-8"))


def instructions() -> tuple[tuple[str, str], ...]:
    """Title and text of each line of the Instructions sheet."""
    return tuple((line["title"], line["text"]) for line in _texts()["line"])


def folder_readme(record: str, folder: str) -> str:
    """The ``README.txt`` of a new batch folder.

    Args:
        record: name of the file to fill in.
        folder: name of the batch folder.
    """
    text: str = _texts()["readme"]
    return text.format(record=record, folder=folder)
