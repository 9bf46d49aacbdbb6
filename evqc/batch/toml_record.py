"""Reads ``batch.toml``: the record, or everything wrong with it, each with its line."""

from __future__ import annotations

import re
import tomllib
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from evqc.batch.problems import check, once_a_place
from evqc.batch.toml_lines import lines_of
from evqc.batch.wording import shown_path
from evqc.errors import InputError, Where, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from evqc.batch.model import BatchRecord
    from evqc.batch.own_methods import Own
    from evqc.batch.wording import Locate, Path
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile

Record = TypeVar("Record")
_ENDS_IN_A_BARE_VALUE = re.compile(r"=\s*[\w.+:-]+\Z")
_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")


def read_toml(file: ExportFile, own: Own | None = None) -> BatchRecord:
    """The batch record that a ``batch.toml`` holds.

    Args:
        file: its name and bytes.
        own: finds files of a laboratory's own separation methods.

    Raises:
        InputError: ``TOML_SYNTAX``, or ``NO_LINE_END`` (the file may be cut within a number); or, all at once and in
            the order of the lines, ``UNKNOWN_KEY``, ``MISSING_KEY``, ``WRONG_TYPE``, ``NOT_ALLOWED``, ``OUT_OF_RANGE``,
            ``NOT_FINITE``, ``NOT_A_VALUE``, ``TOO_LONG``, ``CONTROL_CHARACTER``, ``UNKNOWN_UNIT``, ``WRONG_UNIT``,
            ``UNKNOWN_MEASURAND``, ``DUPLICATE_NAME``, ``UNKNOWN_SAMPLE`` and ``PATH_NOT_ALLOWED``; and what
            ``ExportFile.text`` raises.
    """
    return read_by(partial(check, own=own), file)


def read_by(check: Callable[[dict[str, Any], Locate], tuple[Record | None, list[Issue]]], file: ExportFile) -> Record:
    """The record that a TOML file holds, by what makes one of its plain sections or says what is wrong with them.

    Args:
        check: given the sections and the place of any path, the record and no issue, or None and every issue.
        file: its name and bytes.

    Raises:
        InputError: as ``read_toml``.
    """
    text = file.text()
    _refuse_cut_value(text, file.name)
    plain = _parsed(text, file.name)
    record, issues = check(plain, _locator(text))
    if record is None:
        raise InputError(file.name, *sorted(once_a_place(issues), key=lambda issue: issue.where.line or 0))
    return record


def _refuse_cut_value(text: str, name: str) -> None:
    """A number at the very end, without a line end, may be the beginning of a longer one."""
    if _ENDS_IN_A_BARE_VALUE.search(text):
        last = text.rsplit("\n", 1)[-1]
        where = Where(line=text.count("\n") + 1)
        raise refusal(name, "NO_LINE_END", where, f"'{last}' at the end of the file", "a line end after the last line")


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise refusal(name, "TOML_SYNTAX", Where(), "lists in lists without end", "a batch record in TOML") from None
    except ValueError as error:  # TOMLDecodeError, and an integer of more digits than Python reads
        place = _PLACE.search(str(error))
        found = _PLACE.sub("", str(error))
        line, column = place.groups() if place else (None, None)
        last = text.count("\n") + 1 if place else None
        where = Where(line=int(line) if line else last, column=column)
        raise refusal(name, "TOML_SYNTAX", where, found, 'TOML, such as key = "text" or key = 12.5') from None


def _locator(text: str) -> Locate:
    lines = lines_of(text)

    def locate(path: Path) -> Where:
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in lines), None)
        return Where(line=lines[known] if known else None, field=shown_path(path))

    return locate
