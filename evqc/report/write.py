"""Writes the three renderings of a report, each complete or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.records import to_json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.report.model import Report


def renderings(report: Report) -> dict[str, bytes]:
    """The bytes of each file by its name; the same report gives the same bytes."""
    from evqc.report.html import html  # noqa: PLC0415  who only writes files draws no figures, and loads no matplotlib
    from evqc.report.xlsx import xlsx  # noqa: PLC0415  as above

    return {
        "report.html": in_utf8(html(report)),
        "report.xlsx": xlsx(report),
        "report.json": in_utf8(to_json(report, indent=None)),
    }


def write(report: Report, folder: Path) -> list[Path]:
    """Writes ``report.html``, ``report.xlsx`` and ``report.json`` into ``folder``.

    Everything is rendered before the first file is touched, and each file is renamed into its place, so that nobody
    reads half a report.

    Args:
        report: what to write.
        folder: made when it is not there; older reports in it are replaced.

    Returns:
        The files written.

    Raises:
        InputError: ``CANNOT_WRITE`` when the folder or a file in it cannot be written.
    """
    return write_files(renderings(report), folder)


def write_files(made: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Writes files into ``folder``, each renamed into its place when it is complete.

    Args:
        made: content by name.
        folder: made when it is not there; older files of these names are replaced.

    Raises:
        InputError: ``CANNOT_WRITE`` when the folder or a file in it cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return [_replace(folder / name, content) for name, content in made.items()]
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(folder), "CANNOT_WRITE", Where(), found, "a folder that can be written") from error


def in_utf8(text: str) -> bytes:
    """UTF-8; half a surrogate pair, as an undecodable file name has, becomes a question mark."""
    return text.encode("utf-8", "replace")


def _replace(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    return path
