"""The parts inside an XLSX container that openpyxl would read in part, or otherwise than they stand there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_LISTED = re.compile(rb"""<(?:\w+:)?sheet\b[^>]*?\b\w+:id\s*=\s*["']([^"']*)["']""")
_RELATION = re.compile(rb"""<(?:\w+:)?Relationship\b[^>]*>""")
_OF_SHEET = re.compile(rb"""\bType\s*=\s*["'][^"']*/worksheet["']""")
_ID = re.compile(rb"""\bId\s*=\s*["']([^"']*)["']""")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b")
_SHEETS = re.compile(rb"<(?:\w+:)?sheets\b.*?</(?:\w+:)?sheets>", re.DOTALL)
_ROW_OR_CELL = re.compile(rb"""<(?:\w+:)?(row|c)\b([^>]*)>""")
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})(\d*)["']""")
_TYPE = re.compile(rb"""\bt\s*=\s*["']([^"']*)["']""")
_NAMESPACE = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#: The types that a cell may have; openpyxl takes the text of any other one for no value. Source: ECMA-376-1, 18.18.11.
_TYPES = {b"b", b"d", b"e", b"inlineStr", b"n", b"s", b"str"}
#: What a cell may say of itself: place, style, type, metadata, phonetics, and what belongs to another vocabulary. Were
#: a misspelt type passed over, the number of a shared text would be the cell's own. Source: ECMA-376-1, 18.3.1.4.
_SAID = re.compile(rb"""(?:\s+(?:[rst]|cm|vm|ph|xmlns|\w+:\w+)\s*=\s*(?:"[^"]*"|'[^']*'))*\s*/?""")


def lists_wrongly(parts: Mapping[str, bytes]) -> bool:
    """Whether the list of sheets does not name each sheet once, so that openpyxl passes over one of them.

    Source: ECMA-376-1, 12.3.24: a worksheet is the target of a relationship of the workbook, which lists it by its id.

    Args:
        parts: XML of the container, by name.
    """
    return any(_lists_wrongly(part) for part in parts.values()) or any(
        _sheets_of(relations) - set(_LISTED.findall(parts.get(_owner(name), b"")))
        for name, relations in parts.items()
        if name.endswith(".rels")
    )


def _owner(relations: str) -> str:
    """The name of the part whose relations these are: ``xl/workbook.xml`` of ``xl/_rels/workbook.xml.rels``."""
    return relations.replace("_rels/", "").removesuffix(".rels")


def _sheets_of(relations: bytes) -> set[bytes]:
    """The ids by which a part refers to worksheets."""
    tags = (tag for tag in _RELATION.findall(relations) if _OF_SHEET.search(tag))
    return {found[1] for tag in tags if (found := _ID.search(tag)) is not None}


def _lists_wrongly(part: bytes) -> bool:
    """Whether a sheet is listed twice, or so that openpyxl passes over it: outside of the list, or without its part."""
    listed, inside = _LISTED.findall(part), b"".join(_SHEETS.findall(part))
    twice, beside = len(set(listed)) < len(listed), listed != _LISTED.findall(inside)
    return twice or beside or len(_SHEET.findall(inside)) > len(listed)


def damage(sheet: bytes) -> tuple[str, str] | None:
    """What was found and expected of a sheet that openpyxl would read in part or otherwise; None for a good one.

    A cell of an unknown type or below a name of another vocabulary is passed over, one that stands behind its place or
    again takes the place of another. Source: ECMA-376-1, 18.3.1.4, 18.3.1.73 and 18.18.11.
    """
    if _NAMESPACE not in sheet:
        return "a sheet of another vocabulary", f"one of {_NAMESPACE.decode()}"
    row, column, bare, placed = 0, 0, False, False
    for tag in _ROW_OR_CELL.finditer(sheet):
        kind, about = tag.groups()
        place = _PLACE.search(about)
        if kind == b"row":
            before, row, column = row, int(place[2] or 0) if place is not None else row + 1, 0
            if row <= before:
                return f"row {row} behind row {before}", "rows in their order, each once"
            continue
        if (odd := _oddity(about)) is not None:
            return odd
        bare, placed = bare or place is None, placed or place is not None
        here = column + 1 if place is None else _column(place[1])
        if here <= column or (place is not None and int(place[2] or 0) != row) or (bare and placed):
            shown = "without place" if place is None else (place[1] + place[2]).decode()
            return f"a cell {shown} in row {row} behind column {column}", "cells in the order of their places"
        column = here
    return None


def _oddity(about: bytes) -> tuple[str, str] | None:
    """What a cell says of itself that openpyxl would pass over, and what was expected; None for a good one."""
    if (typed := _TYPE.search(about)) is not None and typed[1] not in _TYPES:
        return f"a cell of type '{typed[1].decode('utf-8', 'replace')}'", "text, number, date, truth or error"
    if _SAID.fullmatch(about) is None:
        return f"a cell with '{about.decode('utf-8', 'replace').strip()}'", "place, style and type of a cell"
    return None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number
