"""Specification files: TOML and workbook in and out, with the same content and the same hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.instruments._export import load
from evqc.release.canonical import digest

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.batch.wording import Locate
    from evqc.instruments._export import ExportFile
    from evqc.reading import Source
    from evqc.release.specification import Specification


def read_specification(path: Path) -> tuple[Specification, Source]:
    """The specification that a file holds, and the file.

    Args:
        path: ``.toml`` or ``.xlsx``.

    Raises:
        InputError: ``FILE_MISSING``, ``UNKNOWN_RECORD`` for another kind of file, or everything wrong in it at once,
            each with its line or cell.
    """
    file = _loaded(path)
    return _read(file), file.source


def places(path: Path) -> Locate:
    """The line or cell of every value of a file that ``read_specification`` reads; errors as there."""
    from evqc.release.filing.toml import places_in_toml  # noqa: PLC0415  loads when a file is read
    from evqc.release.filing.workbook import places_in_workbook  # noqa: PLC0415

    file = _loaded(path)
    return places_in_workbook(file) if file.is_workbook else places_in_toml(file)


def write_specification(specification: Specification, path: Path) -> None:
    """Writes a specification as TOML or as a workbook, by the ending of ``path``; the same bytes every time.

    Raises:
        InputError: ``UNKNOWN_RECORD`` for another ending, ``FILE_EXISTS`` (nothing is written over), or
            ``NOT_WRITABLE``.
    """
    content = specification_bytes(specification, path.name)
    if path.exists():
        raise refusal(str(path), "FILE_EXISTS", Where(), "a file of this name", "a new name; nothing is written over")
    try:
        path.write_bytes(content)
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(path), "NOT_WRITABLE", Where(), found, "a place to write to") from error


def specification_bytes(specification: Specification, name: str) -> bytes:
    """A specification as the bytes of a file called ``name``.

    Raises:
        InputError: ``UNKNOWN_RECORD`` for an ending other than ``.toml`` and ``.xlsx``.
    """
    from evqc.release.filing.toml import write_toml  # noqa: PLC0415  loads when a file is written
    from evqc.release.filing.workbook import write_workbook  # noqa: PLC0415

    if name.endswith(".xlsx"):
        return write_workbook(specification)
    if name.endswith(".toml"):
        return write_toml(specification).encode()
    raise refusal(name, "UNKNOWN_RECORD", Where(), "a name with another ending", "a name ending in .toml or .xlsx")


def specification_hash(specification: Specification) -> str:
    """SHA-256 of the canonical form: the same for a TOML file and a workbook of the same content."""
    return digest(specification)


def _loaded(path: Path) -> ExportFile:
    if path.exists() and not path.name.endswith((".toml", ".xlsx")):
        expected = "a specification ending in .toml or .xlsx"
        raise refusal(str(path), "UNKNOWN_RECORD", Where(), "a file of another kind", expected)
    return load(path, path.name)


def _read(file: ExportFile) -> Specification:
    from evqc.release.filing.toml import read_toml  # noqa: PLC0415  loads when a file is read
    from evqc.release.filing.workbook import read_workbook  # noqa: PLC0415

    return read_workbook(file) if file.name.endswith(".xlsx") else read_toml(file)
