"""The line of a key, whatever way TOML allows to write it."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings

from evqc.batch.toml_lines import lines_of
from evqc.batch.toml_text import write_toml
from tests.batch.records import FULL, records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.model import BatchRecord
    from evqc.batch.wording import Path

CASES: dict[str, tuple[str, Path, int]] = {
    "plain key": ("a = 1\nb = 2\n", ("b",), 2),
    "key in a table": ("[t]\n\n# note\na = 1\n", ("t", "a"), 4),
    "table": ("x = 1\n[t]\na = 1\n", ("t",), 2),
    "second entry": ("[[t]]\na = 1\n[[t]]\na = 2\n", ("t", 1, "a"), 4),
    "entry without keys": ("[[t]]\n[[t]]\n", ("t", 1), 2),
    "table in an entry": ("[[t]]\na = 1\n[t.u]\nb = 1\n[[t]]\n[t.u]\nb = 1\n", ("t", 1, "u", "b"), 7),
    "list in an entry": ("[[t]]\n[[t.u]]\na = 1\n[[t.u]]\na = 1\n", ("t", 0, "u", 1, "a"), 5),
    "dotted key": ("[t]\na.b.c = 1\n", ("t", "a", "b", "c"), 2),
    "dotted header": ("[t.u.v]\nk = 1\n", ("t", "u", "v", "k"), 2),
    "quoted key": ('[t]\n"a b" = 1\n\'c"d\' = 2\n', ("t", 'c"d'), 3),
    "escaped key": ('"a\\u0042" = 1\n', ("aB",), 1),
    "inline table": ("[t]\np = { a = 1, b = { c = 2 } }\n", ("t", "p", "b", "c"), 2),
    "list over lines": ("l = [\n  1,\n  2, # two\n  3,\n]\nz = 1\n", ("l", 2), 4),
    "after a list over lines": ("l = [\n  1,\n]\nz = 1\n", ("z",), 4),
    "tables in a list": ("l = [\n  { a = 1 },\n  { a = 2 },\n]\n", ("l", 1, "a"), 3),
    "text over lines": ('a = """\nb = 1\n[c]\n"""\nz = 1\n', ("z",), 5),
    "literal text over lines": ("a = '''\n\"\"\"\n'''\nz = 1\n", ("z",), 4),
    "quotes at the end of a text": ('a = """x"""""\nz = 1\n', ("z",), 2),
    "empty texts": ('a = ""\nb = \'\'\nc = """"""\nz = 1\n', ("z",), 4),
    "escaped quote": ('a = "x\\"]\\\\"\nz = 1\n', ("z",), 2),
    "sharp in a text": ('a = "#"\nz = 1\n', ("z",), 2),
    "brackets in a text": ("a = ['[', \"]\"]\nz = 1\n", ("z",), 2),
    "date and time": ("a = 1979-05-27 07:32:00.5\nz = 1.5e-3\n", ("z",), 2),
    "windows line ends": ("a = 1\r\nl = [\r\n1]\r\nz = 1\r\n", ("z",), 4),
}


@pytest.mark.parametrize("name", CASES)
def test_line_of_key(name: str) -> None:
    text, path, line = CASES[name]
    tomllib.loads(text)
    assert lines_of(text)[path] == line


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every key and list entry."""
    if path:
        yield path
    for key, each in value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ()):
        yield from leaves(each, (*path, key))


@given(record=records())
@settings(deadline=None, max_examples=30)
def test_every_key_has_the_line_on_which_it_stands(record: BatchRecord) -> None:
    text = write_toml(record)
    lines, rows = lines_of(text), text.split("\n")
    for path in leaves(tomllib.loads(text)):
        if isinstance(path[-1], str):
            assert path[-1] in rows[lines[path] - 1] or "\\" in rows[lines[path] - 1], path


def test_lines_follow_the_text() -> None:
    assert lines_of(FULL)["files", 1, "bead_nm"] == FULL.split("\n").index("bead_nm = 100") + 1
