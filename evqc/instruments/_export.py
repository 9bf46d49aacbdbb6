"""An export file as bytes and as text: read once, whole, hashed, and decoded without guessing."""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import unicodedata
import zlib
from dataclasses import dataclass
from functools import cache, cached_property
from stat import S_ISREG
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where, refusal
from evqc.reading import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

#: Larger than any export that evqc reads (the largest real one is below 10 MB); a larger file is something else.
LARGEST_BYTES = 128 * 1024 * 1024
#: Larger than any export that is text (the largest real one is below 10 MB); events of a cytometer may take more.
LARGEST_TEXT = 64 * 1024 * 1024
HEAD_BYTES = 8192
_ZIP = b"PK\x03\x04"
_GZIP = b"\x1f\x8b"
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CHUNK = 1024 * 1024
_ASCII = 127
#: What tables of numbers are made of, to be left out; white space as ``str.split`` knows it.
_OF_NUMBERS = dict.fromkeys(map(ord, [*"0123456789.,;+-e", *filter(str.isspace, map(chr, range(0x3001)))]))
_ASCII_OF_NUMBERS = bytes(code for code in _OF_NUMBERS if code <= _ASCII)
_CONTENT = re.compile(rb"[^\x00 \t\r\n]")
_NUL = re.compile(rb"\x00")
_NUL_IN_NUMBER = re.compile(rb"[-+.,\d]\x00+|\x00+[-+.,\d]")


@cache
def letters_of(word: str) -> str:
    """A word of a heading as it stands in ``head_letters``."""
    return word.casefold().translate(_OF_NUMBERS)


@dataclass(frozen=True)
class ExportFile:
    """One file as it was read.

    Attributes:
        name: as readings and messages show it.
        data: its bytes.
    """

    name: str
    data: bytes

    @cached_property
    def source(self) -> Source:
        """Name, hash and size of the file."""
        return Source(name=self.name, sha256=hashlib.sha256(self.data).hexdigest(), bytes=len(self.data))

    @cached_property
    def content(self) -> bytes:
        """The bytes as they are to be read: unpacked when they are gzip, UTF-8 when they are UTF-16 with its mark.

        Raises:
            InputError: ``BROKEN_GZIP``, ``FILE_TOO_LARGE`` when it would unpack to more than an export holds, or
                ``ENCODING`` for broken UTF-16.
        """
        data = self._unpacked() if self.data.startswith(_GZIP) else self.data
        if (encoding := _UTF_16.get(data[:2])) is None:
            return data
        try:
            return data[2:].decode(encoding).encode("utf-8")
        except UnicodeDecodeError as error:
            raise refusal(self.name, "ENCODING", Where(), f"UTF-16 text with {error.reason}", "whole text") from None

    def _unpacked(self) -> bytes:
        try:
            with gzip.open(io.BytesIO(self.data)) as packed:
                unpacked = packed.read(LARGEST_BYTES + 1)
        except (OSError, EOFError, zlib.error) as error:
            raise refusal(self.name, "BROKEN_GZIP", Where(), str(error), "a whole gzip file") from None
        if len(unpacked) > LARGEST_BYTES:
            limit = f"at most {LARGEST_BYTES / 2**20:.0f} MiB"
            raise refusal(self.name, "FILE_TOO_LARGE", Where(), "a gzip file that unpacks to more", limit)
        return unpacked

    @cached_property
    def head(self) -> str:
        """The first 8 KiB for ``recognises``: decoded leniently, without byte-order mark and NUL; never for values.

        Empty for a gzip file that does not unpack.
        """
        begin = self._begin[:HEAD_BYTES]
        encoding = _UTF_16.get(begin[:2], "utf-8")
        return begin.decode(encoding, errors="replace").removeprefix("\ufeff").replace("\x00", "")

    @cached_property
    def head_lines(self) -> list[str]:
        """The lines of ``head``, whatever ends them."""
        return self.head.splitlines()

    def mentions(self, *words: str) -> bool:
        """Whether ``head`` holds all ``words``, in lower case and single blanks, without which no heading matches.

        It is cheap, so that ``recognises`` asks it before it takes rows apart. True for a workbook, which is packed.
        """
        return self.is_workbook or (self._may_hold(words) and all(map(self._says, words)))

    def holds(self, *texts: str) -> bool:
        """Whether ``head`` holds all ``texts`` as they are written; as cheap as ``mentions``."""
        return self._may_hold(texts) and all(text in self.head for text in texts)

    def _says(self, word: str) -> bool:
        return word in (self._plain_head if " " in word else self._folded_head)

    def _may_hold(self, texts: Iterable[str]) -> bool:
        return all(map(self.head_letters.__contains__, map(letters_of, texts)))

    @cached_property
    def head_letters(self) -> str:
        """The head without all that tables of numbers are made of: a word whose letters are not here is nowhere."""
        folded = self._folded_head
        if folded.isascii():  # bytes are sifted in a third of the time
            return folded.encode("ascii").translate(None, _ASCII_OF_NUMBERS).decode("ascii")
        return folded.translate(_OF_NUMBERS)

    @cached_property
    def _folded_head(self) -> str:
        # Bytes that are no UTF-8 say nothing, and text of ASCII alone takes the short ways through these functions.
        return unicodedata.normalize("NFKC", self.head.replace("\ufffd", "?")).casefold()

    @cached_property
    def _plain_head(self) -> str:
        return " ".join(self._folded_head.split())

    @property
    def _begin(self) -> bytes:
        if not self.data.startswith(_GZIP):
            return self.data
        try:
            return zlib.decompressobj(31).decompress(self.data, HEAD_BYTES)
        except zlib.error:
            return b""

    @cached_property
    def is_workbook(self) -> bool:
        """Whether the bytes are a zip container, as an XLSX file is."""
        return self.data.startswith(_ZIP)

    @cached_property
    def sheets(self) -> dict[str, tuple[tuple[str, ...], ...]]:
        """The texts of the first rows of each sheet by its name, for ``recognises``; never for values.

        Empty for what is no workbook and for a broken one.
        """
        if not self.is_workbook:
            return {}
        from evqc.instruments._workbook import first_rows  # noqa: PLC0415  loads openpyxl only for workbooks

        return first_rows(self)

    def text(self, *, nul_allowed: bool = False) -> str:
        """The file as text: UTF-16 with its mark, UTF-8 (with or without mark) or, failing that, Windows-1252.

        Args:
            nul_allowed: the format is known to hold NUL characters in its units (ZetaView writes µ, NUL, m/s); they are
                taken out, but one beside a digit or sign is refused, as it may stand where a digit stood.

        Raises:
            InputError: ``EMPTY_FILE``, ``ENCODING`` (none of the three), ``NUL_BYTE``, ``FILE_TOO_LARGE``.
        """
        data = self.content
        if len(data) > LARGEST_TEXT:
            found, limit = f"{len(data) / 2**20:.0f} MiB of text", f"at most {LARGEST_TEXT / 2**20:.0f} MiB"
            raise refusal(self.name, "FILE_TOO_LARGE", Where(), found, limit)
        if _CONTENT.search(data) is None:
            raise refusal(self.name, "EMPTY_FILE", Where(), f"{len(data)} bytes and no content", "an export")
        if b"\x00" in data:
            data = self._without_nul(data, _NUL_IN_NUMBER if nul_allowed else _NUL)
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return self._windows_1252(data)

    def _without_nul(self, data: bytes, unwanted: re.Pattern[bytes]) -> bytes:
        if (hit := unwanted.search(data)) is not None:
            line = data[: hit.start()].count(b"\n") + 1
            raise refusal(self.name, "NUL_BYTE", Where(line=line), "a NUL byte", "text without NUL bytes")
        return data.replace(b"\x00", b"")

    def _windows_1252(self, data: bytes) -> str:
        # Behind the last byte above ASCII, usually in the header, both are the same and ASCII is quicker by far.
        end = int(np.flatnonzero(np.frombuffer(data, dtype=np.uint8) > _ASCII)[-1]) + 1
        try:
            return data[:end].decode("cp1252") + data[end:].decode("ascii")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            found = f"byte 0x{data[error.start]:02x}"
            raise refusal(self.name, "ENCODING", Where(line=line), found, "UTF-8 or Windows-1252 text") from None


def load(path: Path, name: str) -> ExportFile:
    """Reads a file once and makes sure that it did not change meanwhile.

    Args:
        path: the file.
        name: as readings and messages are to show it.

    Raises:
        InputError: ``FILE_MISSING``, ``NOT_A_FILE``, ``FILE_UNREADABLE``, ``FILE_TOO_LARGE``, ``FILE_CHANGED``.
    """
    try:
        before = path.stat()
        if not S_ISREG(before.st_mode):
            raise refusal(name, "NOT_A_FILE", Where(), "something that is not a regular file", "a file")
        if before.st_size > LARGEST_BYTES:
            found, limit = f"{before.st_size / 2**20:.0f} MiB", f"at most {LARGEST_BYTES / 2**20:.0f} MiB"
            raise refusal(name, "FILE_TOO_LARGE", Where(), found, limit)
        data = path.read_bytes()
        after = path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a name that no file can have
        raise refusal(name, "FILE_MISSING", Where(), "no such file", "a file that exists") from None
    except OSError as error:
        raise refusal(name, "FILE_UNREADABLE", Where(), error.strerror or str(error), "a readable file") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or len(data) != before.st_size:
        raise refusal(name, "FILE_CHANGED", Where(), "the file changed while it was read", "a finished export")
    return ExportFile(name, data)


def begin(path: Path, name: str) -> ExportFile:
    """How a file begins, with the ``head`` of the whole; empty for what is no regular file or cannot be read."""
    try:
        if not S_ISREG(path.stat().st_mode):
            return ExportFile(name, b"")
        with path.open("rb") as file:
            return ExportFile(name, file.read(2 * HEAD_BYTES))  # twice, for one that is packed and may unpack to less
    except (OSError, ValueError):  # reading the file says what is wrong
        return ExportFile(name, b"")


def digest(path: Path, name: str) -> Source:
    """Name, hash and size of a file of any size, read in pieces; zeros when it cannot be read."""
    sha256, size = hashlib.sha256(), 0
    try:
        if not path.is_file():  # a pipe would be waited for without end
            return Source(name=name, sha256="", bytes=0)
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                sha256.update(chunk)
                size += len(chunk)
    except OSError:
        return Source(name=name, sha256="", bytes=0)
    return Source(name=name, sha256=sha256.hexdigest(), bytes=size)
