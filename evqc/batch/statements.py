"""What a laboratory states of its work and no export says: the closed list behind the record's statements."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One thing that may be stated.

    Attributes:
        group: the heading under which it is listed.
        label: how workbook and sentences call it, without a capital.
        meaning: what to write, for the person who fills it in.
        example: an answer.
        choices: the closed list of answers; empty where the answer is in words.
    """

    group: str
    label: str
    meaning: str
    example: str
    choices: tuple[str, ...] = ()


@cache
def statements() -> Mapping[str, Statement]:
    """Every statement by its key in the record, in the order of ``statements.toml``."""
    entries = tomllib.loads(files("evqc.batch").joinpath("statements.toml").read_text("utf-8"))
    return {key: Statement(**entry | {"choices": tuple(entry.get("choices", ()))}) for key, entry in entries.items()}
