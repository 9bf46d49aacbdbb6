"""Headings in the first rows of an export, for recognition: cheap, lenient and never for values."""

from __future__ import annotations

import csv
import io
from itertools import islice
from typing import TYPE_CHECKING

from evqc.instruments._rows import delimiter, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments._export import ExportFile


def first_headings(file: ExportFile, separator: str | None = None) -> Iterator[list[str]]:
    """The cells of the first rows of a text, or of each sheet of a workbook, in one spelling and lower case."""
    for row in _first_rows(file, separator):
        yield [plain(text).casefold() for text in row]


def first_filled(file: ExportFile, most: int = 1) -> list[list[str]]:
    """The first ``most`` rows of a text that hold something, in one spelling and in their own case.

    A first line ``sep=,`` is left out. A workbook has none.
    """
    if file.is_workbook:
        return []
    spelled = ([plain(text) for text in row] for row in _first_rows(file, None))
    return list(islice((row for row in spelled if any(row) and not row[0].casefold().startswith("sep=")), most))


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


def first_row(file: ExportFile, separator: str | None = None) -> list[str]:
    """The cells of the first row that holds something, a line ``sep=,`` passed over; empty when there is none."""
    rows = (row for row in first_headings(file, separator) if any(row))
    return next((row for row in rows if not row[0].startswith("sep=")), [])


def has_headings(file: ExportFile, *needed: str, separator: str | None = None) -> bool:
    """Whether one of the first rows holds all ``needed`` headings (in lower case)."""
    return file.mentions(*needed) and any(set(needed) <= set(row) for row in first_headings(file, separator))
