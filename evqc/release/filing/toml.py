"""A specification as TOML: read with the line of everything that is wrong, and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.toml_lines import lines_of
from evqc.batch.toml_record import read_by
from evqc.batch.toml_text import entry_lines
from evqc.batch.wording import shown_path
from evqc.errors import Where
from evqc.release.filing.faults import check

if TYPE_CHECKING:
    from evqc.batch.wording import Locate, Path
    from evqc.instruments._export import ExportFile
    from evqc.release.specification import Specification

#: Written although they are what evqc takes anyway: they decide on results.
_ALWAYS = ("rounding", "signatures")


def read_toml(file: ExportFile) -> Specification:
    """The specification that a TOML file holds.

    Raises:
        InputError: everything wrong at once, each with its line; the codes of ``evqc.batch.toml_record.read_toml``.
    """
    return read_by(check, file)


def places_in_toml(file: ExportFile) -> Locate:
    """The line of every value of a file that ``read_toml`` accepts."""
    lines = lines_of(file.text())

    def locate(path: Path) -> Where:
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in lines), None)
        return Where(line=lines[known] if known else None, field=shown_path(path))

    return locate


def write_toml(specification: Specification) -> str:
    """The specification as TOML that ``read_toml`` reads back to an equal one; the same text every time.

    Args:
        specification: values that are None or the model's default are left out, but for rounding and signatures.
    """
    plain = specification.model_dump(exclude_none=True, exclude_defaults=True)
    whole = specification.model_dump(exclude_none=True)
    top = {key: whole[key] for key in whole if (key in plain or key in _ALWAYS) and key not in {"dosage", "tests"}}
    parts = ["\n".join(['schema = "evqc.specification/1"', *entry_lines(top)])]
    parts += ["\n".join(["[dosage]", *entry_lines(plain["dosage"])])]
    parts += ["\n".join(["[[tests]]", *entry_lines(test)]) for test in plain["tests"]]
    return "\n\n".join(parts) + "\n"
