"""What a laboratory's mapping file is of, without the models that check it: those load when one is used."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

from evqc.instruments._export import load

if TYPE_CHECKING:
    from pathlib import Path


def has_section(path: Path, section: str) -> bool:
    """Whether a TOML file has a section of this name; False for what is no TOML, which its loader then refuses.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        return section in tomllib.loads(load(path, path.name).text())
    except tomllib.TOMLDecodeError:
        return False
