"""How messages about a record show values, paths and what comes near."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from datetime import date

from evqc.errors import Where

#: Keys and places in lists, from 0, that lead to a value of the record.
Path = tuple[str | int, ...]
#: The place in its source of the value that a path leads to, or where it should have stood.
Locate = Callable[[Path], Where]


#: A word of at least so many letters tells something of the names that it is a part of.
_TELLING = 4


def shown_path(path: Path) -> str:
    """A path as messages show it, counting from 1: ``files[2].dilution`` is in the second file."""
    text = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def quoted(value: object) -> str:
    """A value as a message quotes it."""
    match value:
        case bool() | None:
            return {True: "true", False: "false", None: "nothing"}[value]
        case str():
            return f"'{value}'"
        case date():
            return f"the date {value}"
        case dict():
            return "a table of keys and values"
        case list() | tuple():
            return "a list"
    return str(value)


def nearest(word: str, known: Sequence[str], what: str) -> str:
    """``what`` with the entries of ``known`` that hold ``word`` or look like it, or with all when none does.

    Args:
        word: as a person wrote it.
        known: the closed list.
        what: what is expected, such as ``a key of samples``.
    """
    within = [entry for entry in known if len(word) >= _TELLING and word.casefold() in entry.casefold()]
    near = list(dict.fromkeys([*within, *difflib.get_close_matches(word, known, n=3, cutoff=0.6)]))[:4]
    if near:
        return f"{what}; near it: {', '.join(near)}"
    return f"{what}: {', '.join(known)}" if known else f"{what}; there is none"
