"""Workbook bytes that are the same every time, and text that stays text."""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook.workbook import Workbook

_LONGEST = 32_767
_NOT_XML = (*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_REPLACED = dict.fromkeys(_NOT_XML, "\N{REPLACEMENT CHARACTER}")
_STAMP = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def put_text(cell: Cell | MergedCell, text: str) -> None:
    """Write ``text`` into ``cell`` as text, whatever it begins with.

    openpyxl makes a formula of a leading ``=`` and an error value of ``#N/A``; a spreadsheet does the same with
    ``+``, ``-`` and ``@`` once a person edits the cell, which the quote prefix keeps it from.

    Args:
        cell: the cell to fill, as ``sheet.cell(row, column)`` gives it; not one hidden by a merge.
        text: any text. Characters that a workbook cannot hold become U+FFFD, and what is beyond the 32,767
            characters of a cell is cut, with "…" at the end.
    """
    plain = text.translate(_REPLACED)
    cell.value = plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
    cell.data_type = "s"
    if plain[:1] in {"=", "+", "-", "@", "\t", "\r"}:
        cell.quotePrefix = True


def _without_clock(name: str, content: bytes) -> bytes:
    return _STAMP.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", content) if name == "docProps/core.xml" else content


def fixed_zip(content: bytes) -> bytes:
    """The same workbook with fixed times in its zip entries and document properties: equal content, equal bytes.

    Args:
        content: an ``.xlsx`` file. (openpyxl writes the clock into both places while it saves.)

    Raises:
        zipfile.BadZipFile: ``content`` is no zip archive.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            new.writestr(entry, _without_clock(name, old.read(name)), compresslevel=6)
    return made.getvalue()


def workbook_bytes(book: Workbook) -> bytes:
    """The ``.xlsx`` bytes of ``book``, the same every time for the same cells."""
    raw = io.BytesIO()
    book.save(raw)
    return fixed_zip(raw.getvalue())
