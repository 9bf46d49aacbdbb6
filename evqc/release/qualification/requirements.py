"""Requirements to the tests that prove them: what users of other systems trip over, Part 11 and Annex 11."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING

from evqc.records import from_plain, record

if TYPE_CHECKING:
    from collections.abc import Iterator


@record
class Requirement:
    """One requirement.

    Attributes:
        id: stable.
        source: where it comes from.
        text: what has to be so, in one sentence.
        tests: ``file::function`` in ``tests/``, each of which proves a part of it.
        open: what no test of evqc proves, such as what only a laboratory's procedures can; empty when nothing is.
    """

    id: str
    source: str
    text: str
    tests: tuple[str, ...] = ()
    open: str = ""


def requirements() -> tuple[Requirement, ...]:
    """All of them, in the order of the file."""
    text = (files("evqc.release.qualification") / "requirements.toml").read_text("utf-8")
    return tuple(from_plain(Requirement, each) for each in tomllib.loads(text)["requirement"])


def table_lines() -> Iterator[str]:
    """The traceability table as Markdown."""
    yield "| id | source | requirement | proved by | not proved by a test |"
    yield "|---|---|---|---|---|"
    for each in requirements():
        tests = "<br>".join(f"`{name}`" for name in each.tests) or "–"
        yield f"| {each.id} | {each.source} | {each.text} | {tests} | {each.open} |"
