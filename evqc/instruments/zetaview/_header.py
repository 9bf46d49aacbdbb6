"""Lines and header fields of a ZetaView text export, and its decimal mark."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._export import ExportFile
from evqc.instruments._numbers import number

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Header keys whose value is a number with decimals in every file; they tell the decimal mark.
_DECIMALS = {
    "ph", "conductivity", "temperature", "viscosity", "scattering intensity", "microscope position",
    "average number of particles", "dilution", "concentration correction factor", "sensitivity", "gain", "offset",
    "shutter", "laser wavelength nm", "position", "micrometer per pixel", "reference electrode distance", "voltage",
    "reference voltage", "median number (d50)", "median concentration (d50)", "median volume (d50)",
    "zeta potential / mv",
}  # fmt: skip
#: Fields in which people write, perhaps several lines.
_REMARKS = {
    "general remarks", "remarks", "sample info 1", "sample info 2", "sample info 3",
    "sample remarks0", "sample remarks1", "sample remarks2",
}  # fmt: skip
_DECIMAL = re.compile(r"[+-]?\d+([.,])\d+([eE][+-]?\d+)?")
#: A last line without line end is whole when it ends like a full table row: an exponent, or a tab.
_WHOLE_END = re.compile(r"(\t|[.,]\d+[eE][+-]\d+)$")
#: What a number that a line break tore in two begins with.
_TORN = re.compile(r"[-+.,]?\d")
#: ZetaView 8.06 writes its µ with a NUL character behind it.
_NUL_OF_MICRO = re.compile(rb"(?<=\xb5)\x00(?=[a-z])")
_LONGEST_CELL = 40
_VERSION = re.compile(r"ZetaView \(version ((\d+\.\d+)[^()]*)\)")


class Field(NamedTuple):
    """One header field.

    Attributes:
        key: as written, without colons.
        name: the key in the spelling that lookups use.
        value: as written, ``""`` when there is none.
        qualifiers: further cells that belong to it, such as ``sensed``.
        line: its line number.
    """

    key: str
    name: str
    value: str
    qualifiers: tuple[str, ...]
    line: int

    @property
    def where(self) -> Where:
        """Its place in the file."""
        return Where(line=self.line, field=self.key)


@dataclass(frozen=True)
class Header:
    """The fields of one file, in its order.

    Attributes:
        source: the file's name, for messages.
        fields: every field.
        loose: lines of the header that are no field, such as a section's title, with their line numbers.
        decimal: the file's decimal mark.
    """

    source: str
    fields: tuple[Field, ...]
    loose: tuple[tuple[int, str], ...] = ()
    decimal: str = "."

    def all(self, *keys: str) -> list[Field]:
        """Every field with one of the keys (in lower case)."""
        if len(keys) == 1:
            return self._by_name.get(keys[0], [])
        return [field for key in keys for field in self._by_name.get(key, ())]

    @cached_property
    def _by_name(self) -> dict[str, list[Field]]:
        found: dict[str, list[Field]] = {}
        for field in self.fields:
            found.setdefault(field.name, []).append(field)
        return found

    def find(self, *keys: str) -> Field | None:
        """The field with one of the keys, or None; raises InputError ``DUPLICATE_FIELD`` when two contradict."""
        found = self.all(*keys)
        for other in found[1:]:
            if other.value != found[0].value:
                expected = f"one '{found[0].key}'; line {found[0].line} says '{found[0].value}'"
                raise refusal(self.source, "DUPLICATE_FIELD", other.where, f"'{other.value}'", expected)
        return found[0] if found else None

    def required(self, *keys: str) -> Field:
        """The field with one of the keys; raises InputError ``MISSING_FIELD`` when it is absent or empty."""
        field = self.find(*keys)
        if field is None or not field.value:
            shown = keys[0].capitalize()
            where = Where(field=shown) if field is None else field.where
            raise refusal(self.source, "MISSING_FIELD", where, "nothing", f"a line '{shown}:' with its value")
        return field

    def text(self, *keys: str) -> str | None:
        """The value of a field as written; None when it is absent or empty."""
        field = self.find(*keys)
        return field.value or None if field else None

    def number(self, *keys: str) -> float | None:
        """The number of a field; None when it is absent, empty or ``NaN``.

        Raises:
            InputError: ``NOT_A_NUMBER``, ``DUPLICATE_FIELD``.
        """
        field = self.find(*keys)
        if field is None or field.value.casefold() in {"", "nan"}:
            return None
        return number(field.value, self.source, field.where, decimal=self.decimal)


@lru_cache(maxsize=512)
def plain(key: str) -> str:
    """A key in lower case, with single spaces and one kind of µ."""
    return " ".join(key.casefold().replace("μ", "µ").split())


def text_of(file: ExportFile, *, nul_allowed: bool = False) -> str:
    """The whole text of the file.

    ZetaView ends every line, the last one too. A last line without end is taken only where it is plainly a whole row.

    Raises:
        InputError: what ``ExportFile.text`` raises, and ``TRUNCATED``.
    """
    if b"\x00" in file.content:
        file = ExportFile(file.name, _NUL_OF_MICRO.sub(b"", file.content))
    text = file.text(nul_allowed=nul_allowed)
    last = text[text.rfind("\n") + 1 :]
    if last and (last.count("\t") < 2 or _WHOLE_END.search(last[-_LONGEST_CELL:]) is None):
        where = Where(line=text.count("\n") + 1)
        raise refusal(file.name, "TRUNCATED", where, f"'{last}'", "a line with a line end")
    return text


def lines_of(text: str) -> list[str]:
    """The lines of a text, LF or CRLF behind each, without their ends and without empty lines at its end."""
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def header(source: str, lines: Sequence[str], tables: Sequence[tuple[int, str]] = ()) -> Header:
    """The header fields of ``lines``, which start at line 1.

    Args:
        source: the file's name.
        lines: the lines that are no table.
        tables: its tables, each line or several in one text, with the number of the first; they have to have the same
            decimal mark.

    Raises:
        InputError: ``DECIMAL_MARK_MIXED``.
    """
    fields: list[Field] = []
    loose: list[tuple[int, str]] = []
    in_remarks = False
    for i, text in enumerate(lines, start=1):
        found = [] if in_remarks and _is_prose(text) else _usual_field(i, text) or _fields_of(i, text)
        if found:
            in_remarks = not _REMARKS.isdisjoint([f.name for f in found])
            fields += found
        elif text.strip():
            loose.append((i, text.strip()))
    seen = [(f.line, m[1]) for f in fields if f.name in _DECIMALS and (m := _DECIMAL.fullmatch(f.value))]
    decimal = _decimal_mark(source, [*seen, *_marks_of(tables)])
    return Header(source, tuple(fields), tuple(loose), decimal)


def _is_prose(text: str) -> bool:
    """Whether a line is what somebody wrote, such as ``Dilution: 1000``: nobody types the tab behind a key."""
    return "\t" not in text.strip() and bool(text.partition(":")[2].strip())


def _usual_field(line: int, text: str) -> list[Field]:
    """The one field of a line in which a tab stands behind its only key, as in most; none of any other line."""
    key, mark, behind = text.partition(":\t")
    cells = behind.rstrip("\t ").split("\t")
    if mark and ":" not in key and "\t" not in key and (len(cells) == 1 or ":" not in behind) and key.strip():
        return [_field(key, cells, line)]
    return []


def _fields_of(line: int, text: str) -> list[Field]:
    """The fields of any line."""
    first, *rest = text.rstrip("\t ").split("\t")
    key, colon, value = first.partition(":")
    if not colon or not key.strip():
        return []
    value = value.lstrip(":").strip()
    cells = [value, *rest] if value else rest
    # A cell that ends in a colon begins a further field, except the one that is the value of the field before.
    starts = [i for i, cell in enumerate(cells[1:], start=2) if cell.rstrip().endswith(":")] if len(cells) > 1 else []
    if not starts:
        return [_field(key, cells, line)]
    keys = [key, *(cells[i - 1] for i in starts)]
    bounds = [0, *starts, len(cells) + 1]
    return [_field(k, cells[a : b - 1], line) for k, (a, b) in zip(keys, pairwise(bounds), strict=True)]


def _field(key: str, cells: Sequence[str], line: int) -> Field:
    """A field of its key and its cells, the first of which is the value."""
    key = key.strip().rstrip(":").strip()
    qualifiers = tuple(map(str.strip, cells[1:])) if len(cells) > 1 else ()
    return Field(key, plain(key), cells[0].strip() if cells else "", qualifiers, line)


def _decimal_mark(source: str, seen: Sequence[tuple[int, str]]) -> str:
    """The mark that all lines with one agree on."""
    if not seen:
        return "."
    first_line, mark = seen[0]
    for line, other in seen:
        if other != mark:
            expected = f"decimal '{mark}' as in line {first_line}"
            raise refusal(source, "DECIMAL_MARK_MIXED", Where(line=line), f"decimal '{other}'", expected)
    return mark


def _marks_of(tables: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The first line of the tables with each of the marks."""
    found: dict[str, int] = {}
    for first_line, text in tables:
        for mark in ".,":
            if mark not in found and (at := text.find(mark)) >= 0:
                found[mark] = first_line + text.count("\n", 0, at)
    return sorted((line, mark) for mark, line in found.items())


def torn(head: Header) -> tuple[Issue, ...]:
    """A warning for each line of the header that begins like a number: it may be the rest of the one above."""
    expected = "a header field; when a line was broken in two, the number above lacks these digits"
    return tuple(
        problem("warning", "TORN_LINE", Where(line=line), f"'{text}'", expected)
        for line, text in head.loose
        if _TORN.match(text)
    )


def unread(head: Header, keys: set[str], *titles: str) -> tuple[str, ...]:
    """Header keys with a value that are not among ``keys``, and lines that are neither field nor one of ``titles``."""
    fields = [f.key for f in head.fields if f.name not in keys and (f.value or f.qualifiers)]
    return tuple(dict.fromkeys([*fields, *(text for _, text in head.loose if text not in titles)]))


def version(head: Header) -> tuple[str, str]:
    """The software version as stated, and its family such as ``8.05``.

    Raises:
        InputError: ``MISSING_FIELD``, or ``UNSUPPORTED_VERSION`` when it is no ZetaView version.
    """
    field = head.required("software")
    match = _VERSION.fullmatch(field.value)
    if match is None:
        expected = "ZetaView (version 8.05…) or (version 8.06…)"
        raise refusal(head.source, "UNSUPPORTED_VERSION", field.where, f"'{field.value}'", expected)
    return match[1].strip(), match[2]
