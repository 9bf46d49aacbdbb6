"""Headings in the first rows of an export, for recognition: cheap, lenient and never for values."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from evqc.instruments._rows import delimiter, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments._export import ExportFile


def first_headings(file: ExportFile, separator: str | None = None) -> Iterator[list[str]]:
    """The cells of the first rows of a text, or of each sheet of a workbook, in one spelling and lower case."""
    for row in _first_rows(file, separator):
        yield [plain(text).casefold() for text in row]


def _first_rows(file: ExportFile, separator: str | None) -> Iterator[list[str]]:
    if file.is_workbook:
        for sheet in file.sheets.values():
            yield from (list(row) for row in sheet)
        return
    head = file.head
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator or delimiter(head))
    try:
        yield from reader
    except csv.Error:  # a cell of more than 128 KiB, or a NUL: no table of a laboratory
        return


def has_headings(file: ExportFile, *needed: str, separator: str | None = None) -> bool:
    """Whether one of the first rows holds all ``needed`` headings (in lower case)."""
    wanted = set(needed)
    return any(wanted <= set(row) for row in first_headings(file, separator))
