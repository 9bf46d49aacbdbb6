"""A file as text that can be edited and packed again: plain, UTF-16, gzip, or one member of a zip container."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
#: Members of a workbook that hold no value, which most edits would waste themselves on.
_DULL = re.compile(r"theme|styles|docProps|\.rels$|\[Content_Types\]|\.png$|\.bin$|printerSettings")
_DATE = (2020, 1, 1, 0, 0, 0)
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a file that is edited.

    Attributes:
        text: one character a byte (Latin-1), so that nothing is lost on the way; UTF-16 as the bytes of its UTF-8.
        packing: ``plain``, ``utf-16-le``, ``utf-16-be``, ``gzip``, or the name of the zip member.
        packed: the bytes of the whole file.
    """

    text: str
    packing: str
    packed: bytes

    def with_text(self, text: str) -> bytes:
        """The file with other text in this part."""
        data = text.encode("latin-1")
        if self.packing == "plain":
            return data
        if self.packing == "gzip":
            return gzip.compress(data, mtime=0)
        if self.packing.startswith("utf-16"):
            return self.packed[:2] + data.decode("utf-8", "replace").encode(self.packing)
        return with_member(self.packed, self.packing, data)


def part(data: bytes, rng: random.Random) -> Part:
    """The part of a file that edits go to; of a zip container a member, mostly one that holds values."""
    if data.startswith(b"PK\x03\x04"):
        names = zipfile.ZipFile(io.BytesIO(data)).namelist()
        telling = [name for name in names if not _DULL.search(name)] or names
        name = rng.choice(telling if rng.random() < 0.9 else names)
        return Part(zipfile.ZipFile(io.BytesIO(data)).read(name).decode("latin-1"), name, data)
    if data.startswith(b"\x1f\x8b"):
        return Part(gzip.decompress(data).decode("latin-1"), "gzip", data)
    if (encoding := _UTF_16.get(data[:2])) is not None:
        return Part(data[2:].decode(encoding).encode("utf-8").decode("latin-1"), encoding, data)
    return Part(data.decode("latin-1"), "plain", data)


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    """A zip container with other content in one member; dates are fixed, sums are right."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for entry in before.infolist():
            kept = before.read(entry) if entry.filename != name else content
            after.writestr(zipfile.ZipInfo(entry.filename, _DATE), kept, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def lines(data: bytes) -> list[tuple[str, str]]:
    """A file as lines of readable text with their numbers, made without any of the project's code.

    A workbook gives one line a row, its cells by tabs and texts in place of their indexes; other containers give the
    lines of each member; what cannot be opened gives none. Markup and JSON break before each element or key.
    """
    try:
        if data.startswith(b"PK\x03\x04"):
            return _members(data)
        if data.startswith(b"\x1f\x8b"):
            return lines(zlib.decompressobj(31).decompress(data, 64 * 2**20))
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, KeyError, ValueError, NotImplementedError):
        return []
    return [(str(n), line) for n, line in enumerate(_broken(_decoded(data)), start=1)]


def _decoded(data: bytes) -> str:
    if (encoding := _UTF_16.get(data[:2])) is not None:
        return data[2:].decode(encoding, "replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _broken(text: str) -> list[str]:
    if text.lstrip()[:1] == "<":
        return re.split(r"[\r\n]+\s*|(?<=>)(?=<)", text)
    return re.split(r"\r\n|\r|\n", text)


def _members(data: bytes) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    with zipfile.ZipFile(io.BytesIO(data)) as container:
        names = container.namelist()
        shared = container.read("xl/sharedStrings.xml") if "xl/sharedStrings.xml" in names else b""
        texts = [_TAG.sub("", item) for item in re.findall(r"<si>(.*?)</si>", _decoded(shared), re.DOTALL)]
        for name in names:
            content = _decoded(container.read(name))
            if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                found += _sheet(content, texts)
            else:
                found += [(f"{name}:{n}", line) for n, line in enumerate(_broken(content), start=1)]
    return found


def _sheet(content: str, texts: list[str]) -> list[tuple[str, str]]:
    """The rows of a worksheet, each cell where it says it stands, and what comes before them."""
    begin, rows = content.partition("<sheetData")[0], re.split(r"(?=<row\b)", content)
    table: dict[int, dict[int, str]] = {}
    for n, row in enumerate(rows[1:], start=1):
        for k, cell in enumerate(_CELL.findall(row), start=1):
            line, column = _place(_attribute("r", cell[0]), _attribute("r", row), n, k)
            table.setdefault(line, {})[column] = _cell(cell, texts)
    outside = [(f"sheet:{n}", piece) for n, piece in enumerate(_broken(begin))]
    return outside + [(str(n), "\t".join(_spread(table[n]))) for n in sorted(table)]


def _place(cell: str, row: str, line: int, column: int) -> tuple[int, int]:
    """Row and column of a cell by its coordinate, by its row's number, or else by order."""
    letters, digits = re.sub(r"[^A-Z]", "", cell), re.sub(r"\D", "", cell) or re.sub(r"\D", "", row)
    if letters:
        column = reduce(lambda n, letter: 26 * n + ord(letter) - 64, letters, 0)
    return int(digits or line), column


def _spread(cells: dict[int, str]) -> list[str]:
    return [cells.get(n, "") for n in range(1, max(cells) + 1)] if max(cells) < 2000 else list(cells.values())


def _attribute(name: str, tag: str) -> str:
    found = re.search(rf'\b{name}="([^"]*)"', tag)
    return found[1] if found else ""


def _cell(cell: tuple[str, str], texts: list[str]) -> str:
    plain = _TAG.sub("", cell[1])
    if _attribute("t", cell[0]) == "s" and plain.isdigit() and int(plain) < len(texts):
        return texts[int(plain)]
    return plain
