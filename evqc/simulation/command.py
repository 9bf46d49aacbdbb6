"""Options of ``evqc simulate`` as text, and its files on disk."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from evqc.errors import InputError, Where, refusal
from evqc.simulation import options_of
from evqc.simulation.truth import SOURCE, bad_option

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def parsed(kind: str, assignments: Iterable[str]) -> dict[str, Any]:
    """The options that texts such as ``zero_runs=[1]`` set, their values written as in TOML.

    Raises:
        InputError: ``OPTION`` for a text without ``=``, an unknown option or a value that is no TOML.
    """
    return dict(_pair(text, options_of(kind)) for text in assignments)


def _pair(text: str, known: Mapping[str, object]) -> tuple[str, Any]:
    name, mark, value = (part.strip() for part in text.partition("="))
    if not mark or name not in known:
        raise InputError(SOURCE, bad_option("--set", text, f"OPTION=VALUE with one of {', '.join(known)}"))
    if isinstance(known[name], str):
        return name, value
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        raise InputError(SOURCE, bad_option(name, value, "a value as TOML writes it, such as 3 or [1, 2]")) from None


def write(files: Mapping[str, bytes], folder: Path | None) -> list[Path]:
    """Writes simulated files into a folder that is made when needed; never over an existing file.

    Raises:
        InputError: no folder is given, a file is there already, or the place cannot be written.
    """
    if folder is None:
        raise refusal("-o", "OUTPUT_MISSING", Where(), "no folder", "-o PATH")
    targets = [folder / name for name in files]
    if there := [path.name for path in targets if path.exists()]:
        raise refusal(str(folder), "FILE_EXISTS", Where(), ", ".join(there), "a folder without these files")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path, data in zip(targets, files.values(), strict=True):
            path.write_bytes(data)
    except OSError as error:
        raise refusal(str(folder), "NOT_WRITABLE", Where(), error.strerror or str(error), "a place to write") from error
    return targets
