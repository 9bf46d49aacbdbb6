"""The first lines of a text as cells, for recognition: cheap, lenient, and never for values."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

from evqc.instruments._rows import delimiter, plain

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile

_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)


def first_lines(file: ExportFile, most: int = 3) -> list[list[str]]:
    """The cells of the first ``most`` lines of a text that hold something, headings in one spelling.

    Any line end will do, and a first line ``sep=,`` is obeyed and left out. A workbook has none.
    """
    if file.is_workbook:
        return []
    lines = [line for line in file.head.splitlines()[:40] if line.strip(" \t\r\n,;")]
    said = _SEPARATOR.fullmatch(lines[0]) if lines else None
    mark = said[1] if said else delimiter("\n".join(lines[:most]))
    chosen = lines[1:] if said else lines
    return [[plain(text) for text in next(csv.reader([line], delimiter=mark))] for line in chosen[:most]]
