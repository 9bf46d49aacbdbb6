"""Writes a batch record as TOML, and the commented template that ``evqc init --toml`` lays down."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING, Any

from evqc.batch.making import methods
from evqc.batch.sections import SECTIONS, Section, lists
from evqc.batch.statements import statements

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.fields import FieldOfRecord
    from evqc.batch.model import BatchRecord

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HEAD = 'schema = "evqc.batch/1"\n'
_EXACT_INTEGERS = 2**53


def write_toml(record: BatchRecord) -> str:
    """The record as TOML that ``read_toml`` reads back to an equal record; the same text every time.

    Args:
        record: values that are None or the model's default are left out.
    """
    plain = record.model_dump(exclude_none=True, exclude_defaults=True)
    parts = [_HEAD]
    for section in SECTIONS:
        entries = plain.get(section.key, ())
        header = f"[[{section.key}]]" if section.is_list else f"[{section.key}]"
        parts += ["\n".join([header, *entry_lines(e)]) + "\n" for e in (entries if section.is_list else [entries]) if e]
    return "\n".join(parts)


def template_toml() -> str:
    """A ``batch.toml`` to fill in: every key as a comment with an example and its meaning."""
    parts = [f"# The batch record. Take the '# ' away from the lines that you fill in.\n\n{_HEAD}"]
    parts += ["\n".join(_template_section(section)) + "\n" for section in SECTIONS]
    return "\n".join(parts)


def entry_lines(entry: dict[str, Any]) -> Iterator[str]:
    """The lines ``key = value`` of one table; empty lists and tables are left out."""
    for key, value in entry.items():
        if value not in ((), {}):
            yield f"{_key(key)} = {toml_value(value)}"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _text(text: str | bool) -> str:  # noqa: FBT001  JSON and TOML write both alike
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def toml_value(value: Any) -> str:
    """A text, number, day, list or table as TOML writes it on one line."""
    match value:
        case str() | bool():
            return _text(value)
        case float() if value.is_integer() and abs(value) < _EXACT_INTEGERS:
            return str(int(value))
        case date():
            return value.isoformat()
        case dict():
            return "{ " + ", ".join(f"{_key(k)} = {toml_value(v)}" for k, v in value.items()) + " }"
        case list() | tuple():
            return "[" + ", ".join(toml_value(each) for each in value) + "]"
    return repr(value)


def _template_section(section: Section) -> Iterator[str]:
    yield f"# {section.sheet}" + (", one entry each" if section.is_list else "")
    yield f"# [[{section.key}]]" if section.is_list else f"[{section.key}]"
    group = ""
    for field in section.fields:
        if section.key == "statements" and (of := statements()[field.name].group) != group:
            group = of
            yield f"\n# {group}:"
        if section.key == "batch" and field.name == "term":
            yield '# claims = ["EV"]  # what is claimed; any of: ' + " | ".join(lists()["claim"])
            yield '# profiles = ["misev2023"]  # ids of profiles, or files in this folder; all that apply without it'
        yield f"# {field.name} = {_example(field)}  # {_meaning(field)}"
    if section.key == "isolation":
        yield '# parameters = { membrane = "PES", cutoff_kDa = 300 }  # by method:'
        for method in methods().values():
            also = f" (and {', '.join(method.also)})" if method.also else ""
            yield f"#   {method.name}: {', '.join(method.needed)}{also}"


def _example(field: FieldOfRecord) -> str:
    return str(field.example) if field.kind == "date" else toml_value(field.example)


def _meaning(field: FieldOfRecord) -> str:
    known = lists().get(field.choices, ())
    unit = f", in {field.unit}" if field.unit else ""
    return field.meaning + unit + (f"; one of: {' | '.join(known)}" if 0 < len(known) <= 8 else "")
