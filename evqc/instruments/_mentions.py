"""What is to be known of a reader that is not imported, found in its source: its files' words, and whether it joins."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from evqc import instruments

_BEGINS, _JOIN = "\nMENTIONS", "\ndef join("
_TEXT = r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'"""
#: A text, or texts in brackets with commas, line ends and remarks between them; and nothing else behind it.
_LITERAL = re.compile(rf"\nMENTIONS *= *({_TEXT}|\((?:{_TEXT}|#.*|[\s,])*\))[ \t]*(?:#.*)?$", re.MULTILINE)


@cache
def mentions(name: str) -> tuple[str, ...] | None:
    """The words of which one stands in the head of every text that a reader recognises.

    Args:
        name: that of the reader's module.

    Returns:
        The words; empty for a reader that is never asked, None for one that is asked for every file.
    """
    source = _source(f"{instruments.__name__}.{name}")
    found = _in_module(name) if source is None else _in_source(source, name)
    return (found,) if isinstance(found, str) else found


@cache
def joins(name: str) -> bool:
    """Whether a reader's module has a function ``join``."""
    source = _source(f"{instruments.__name__}.{name}")
    return _JOIN in source if source is not None else hasattr(import_module(f"{instruments.__name__}.{name}"), "join")


def _source(module: str) -> str | None:
    """The source of a module that need not be imported; None where there is none, as of bytecode alone."""
    spec = find_spec(module)
    get_source = getattr(None if spec is None else spec.loader, "get_source", None)
    source: str | None = None if get_source is None else get_source(module)
    return source


def _in_source(source: str, name: str) -> str | tuple[str, ...] | None:
    """What the source declares; what is no plain literal there is asked of the module itself."""
    begin = source.find(_BEGINS)
    if begin < 0:
        return None
    hit = _LITERAL.match(source, begin)
    if hit is None:
        return _in_module(name)
    found: str | tuple[str, ...] = ast.literal_eval(hit[1])
    return found


def _in_module(name: str) -> str | tuple[str, ...] | None:
    found: str | tuple[str, ...] | None = getattr(import_module(f"{instruments.__name__}.{name}"), "MENTIONS", None)
    return found
