"""Zip archives of which every byte is accounted for: written one way only, and refused when written in any other.

Members are stored, not packed: packing gives other bytes with another release of zlib, and what is not packed
unpacks to no more than it is.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from bisect import bisect_left
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from evqc.batch.references import stays_below
from evqc.errors import Where, refusal
from evqc.instruments._zip import member

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.errors import InputError

#: A bundle is smaller than this, and has fewer members.
LARGEST_BYTES = 2 * 1024**3
MOST_MEMBERS = 20_000
_DATE = (1980, 1, 1, 0, 0, 0)


def written(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of these members in their order: no clock, no machine, the same bytes every time."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members.items():
            entry = zipfile.ZipInfo(name, date_time=_DATE)
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3
            archive.writestr(entry, content)
    return made.getvalue()


def read(data: bytes, source: str) -> dict[str, bytes]:
    """The members of an archive by name, in their order.

    Args:
        data: the whole archive.
        source: its name, for messages.

    Raises:
        InputError: ``NOT_A_ZIP``, ``TOO_LARGE``, ``PACKED`` (also a zip bomb), ``UNSAFE_NAME`` (leaves the folder,
            absolute, empty), ``TWICE``, ``NOT_A_FILE`` (a link, a folder, a device) or ``DAMAGED``, each with the name
            of the member.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _refuse_sizes(entries, source)
            return _members(archive, entries, source)
    except (zipfile.BadZipFile, NotImplementedError, struct.error, ValueError, OverflowError) as error:
        raise refusal(source, "NOT_A_ZIP", Where(), str(error), "a bundle, which is a zip archive") from error


def _refuse_sizes(entries: list[zipfile.ZipInfo], source: str) -> None:
    expected = f"at most {MOST_MEMBERS} files of together {LARGEST_BYTES} bytes"
    if len(entries) > MOST_MEMBERS:
        raise refusal(source, "TOO_LARGE", Where(), f"{len(entries)} files", expected)
    if (size := sum(entry.file_size for entry in entries)) > LARGEST_BYTES:
        raise refusal(source, "TOO_LARGE", Where(), f"{size} bytes", expected)


def _members(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], source: str) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    seen: set[str] = set()
    for entry in entries:
        if wrong := _fault(entry, seen):
            raise _refused(source, entry, *wrong)
        seen.add(entry.filename.casefold())
        try:
            found[entry.filename] = member(archive, entry)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError) as error:
            raise _refused(source, entry, "DAMAGED", str(error), "a file as it was packed") from error
    return found


def _fault(entry: zipfile.ZipInfo, seen: set[str]) -> tuple[str, str, str] | None:
    """Code, found and expected of what is wrong with a member; names differing in capitals only are the same name."""
    name, mode = entry.filename, entry.external_attr >> 16
    plain = name.isprintable() and name == PurePosixPath(name).as_posix() and name not in {"", "."}
    if entry.is_dir() or mode & 0o170000 not in {0, 0o100000}:
        return "NOT_A_FILE", f"{name}, mode {mode:o}", "files only, no folders or links"
    if not plain or not stays_below(name) or name != entry.orig_filename:
        return "UNSAFE_NAME", entry.orig_filename, "a path below the folder of the bundle"
    if name.casefold() in seen:
        return "TWICE", name, "every file once"
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        return "PACKED", f"{entry.file_size} bytes packed into {entry.compress_size}", "files stored as they are"
    return None


def _refused(source: str, entry: zipfile.ZipInfo, code: str, found: str, expected: str) -> InputError:
    return refusal(source, code, Where(field=entry.filename), found, expected)


def differing(data: bytes, members: Mapping[str, bytes]) -> str | None:
    """Where an archive is not byte for byte the one that ``written`` makes of its members; None when it is.

    Names the member whose header or content the first different byte belongs to, the directory, or what stands behind.

    Args:
        data: the archive as found.
        members: what it holds.
    """
    expected = written(members)
    if data == expected:
        return None
    shorter = min(len(data), len(expected))
    place = bisect_left(range(1, shorter + 1), x=True, key=lambda length: data[:length] != expected[:length])
    return f"byte {place}: {_part(expected, place)}"


def _part(archive: bytes, place: int) -> str:
    if place >= len(archive):
        return "bytes behind the end"
    with zipfile.ZipFile(io.BytesIO(archive)) as made:
        if place >= made.start_dir:
            return "the directory at the end of the archive"
        before = [entry.filename for entry in made.infolist() if entry.header_offset <= place]
    return f"the header or content of {before[-1]}"
