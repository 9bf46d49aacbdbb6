"""Mappings that come with evqc: generic tables of sizing instruments whose own exports are not published."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.instruments.table._mapped import MappedTable

FOLDER = Path(__file__).with_name("mappings")


def names() -> tuple[str, ...]:
    """Names of the shipped mappings, as ``--mapping`` takes them."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def path_of(given: Path) -> Path:
    """The file of a mapping: of a shipped one when ``given`` is its bare name and no file of that name is there."""
    return FOLDER / f"{given}.toml" if str(given) in names() and not given.exists() else given


@cache
def tables() -> dict[str, MappedTable]:
    """The reader of each shipped mapping by its name."""
    from evqc.instruments.table._mapped import MappedTable  # noqa: PLC0415  pydantic loads only for mappings
    from evqc.instruments.table.mapping import load_mapping  # noqa: PLC0415

    return {name: MappedTable(load_mapping(FOLDER / f"{name}.toml")) for name in names()}


def reads() -> tuple[str, ...]:
    """What the shipped mappings read, one line each."""
    titles = {name: tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))["title"] for name in names()}
    return tuple(f"shipped mapping {name} (experimental): {title}" for name, title in titles.items())


def fitting(file: ExportFile) -> tuple[str, ...]:
    """Names of the shipped mappings whose headings a file has.

    None of them is applied by itself: that a table has these headings does not say that its columns mean the same.
    """
    return tuple(name for name, table in tables().items() if table.recognises(file))
