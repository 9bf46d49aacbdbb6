"""What a laboratory states of its work and no export says: the closed list behind the record's statements."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from evqc.batch.part import is_placeholder
from evqc.batch.vocabulary import choose

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Answers that state nothing, beside those that stand for one to come.
_NO_ANSWERS = frozenset({"none", "no", "not done", "not shown"})


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

    @property
    def list_name(self) -> str:
        """The name of its closed list, the same for all statements with the same answers; empty without a list."""
        return " | ".join(self.choices)


@cache
def statements() -> Mapping[str, Statement]:
    """Every statement by its key in the record: those of one group together, else in the order of the file."""
    entries = tomllib.loads(files("evqc.batch").joinpath("statements.toml").read_text("utf-8"))
    groups = list(dict.fromkeys(entry["group"] for entry in entries.values()))
    grouped = sorted(entries.items(), key=lambda item: groups.index(item[1]["group"]))
    return {key: Statement(**entry | {"choices": tuple(entry.get("choices", ()))}) for key, entry in grouped}


def states_nothing(text: str) -> bool:
    """Whether a text such as ``n/a`` or ``none`` states nothing.

    Args:
        text: as a person wrote it.
    """
    return is_placeholder(text) or text.strip().rstrip(".").casefold() in _NO_ANSWERS


def answer(key: str, text: str) -> str:
    """The answer to a statement as the record holds it: spelled as the closed list spells it, where there is one.

    Args:
        key: of a statement that exists.
        text: as a person wrote it.

    Raises:
        ValueError: it is none of the list, or states nothing (``n/a``): what is not stated is left out.
    """
    choices = statements()[key].choices
    if choices:
        return choose(text, choices)
    if states_nothing(text):
        raise ValueError("an answer; what is not stated is left out, and justified where a criterion asks for it")
    return text
