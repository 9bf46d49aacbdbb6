"""The header and the keywords of an FCS file, read without any library.

Source: Data File Standard for Flow Cytometry, version FCS 3.1 (Spidlen et al. 2010, doi:10.1002/cyto.a.20825) and what
FCS 3.2 changed (Spidlen et al. 2021, doi:10.1002/cyto.a.24225).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from evqc.errors import Issue, Where, problem, refusal

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile

VERSIONS = ("2.0", "3.0", "3.1", "3.2")
_HEADER_BYTES = 58
#: Far more than any cytometer writes into the keywords.
_LONGEST_TEXT = 16 * 1024 * 1024
_SIGNATURE = re.compile(rb"FCS(\d\.\d)")
_DOUBLED = "\ufffe"


class Segment(NamedTuple):
    """First and last byte of a part of the file, both of them in it."""

    begin: int
    end: int

    @property
    def length(self) -> int:
        """Its bytes; 0 where begin and end are both 0, which means that there is none."""
        return self.end - self.begin + 1 if self.end else 0

    def __str__(self) -> str:
        return f"bytes {self.begin} to {self.end}"


@dataclass(frozen=True, slots=True)
class Header:
    """What an FCS file says of itself.

    Attributes:
        version: of the standard, such as ``3.1``.
        text, data, analysis: the segments as the first 58 bytes state them.
        keywords: by their name in capitals, as written otherwise.
        issues: keywords that stand there twice with different values.
    """

    version: str
    text: Segment
    data: Segment
    analysis: Segment
    keywords: dict[str, str]
    issues: tuple[Issue, ...]


def header(file: ExportFile) -> Header:
    """Header and keywords.

    Raises:
        InputError: ``FCS_VERSION``, ``FCS_HEADER`` for offsets that are no numbers or lie outside the file,
            ``FCS_TEXT`` for keywords that cannot be told apart.
    """
    data = file.content
    signature = _SIGNATURE.match(data)
    version = signature[1].decode() if signature else data[:6].decode("ascii", errors="replace")
    if signature is None or version not in VERSIONS:
        raise refusal(file.name, "FCS_VERSION", Where(), f"'{version}'", f"FCS {', '.join(VERSIONS)}")
    text, segment, analysis = (_segment(file, place) for place in (10, 26, 42))
    _inside(file, text, "TEXT")
    keywords, issues = _keywords(file, text)
    return Header(version, text, segment, analysis, keywords, issues)


def whole(file: ExportFile, keywords: dict[str, str], name: str, *, optional: bool = False) -> int:
    """The whole number from 0 that a keyword holds; 0 for an optional one that is not there.

    Raises:
        InputError: ``FCS_KEYWORD``.
    """
    text = keywords.get(name, "0" if optional else "").strip()
    if re.fullmatch(r"\d{1,12}", text, re.ASCII) is None:
        raise refusal(file.name, "FCS_KEYWORD", Where(field=name), f"'{text}'", "a whole number")
    return int(text)


def segment_of(file: ExportFile, keywords: dict[str, str], part: str) -> Segment:
    """The segment that the keywords ``$BEGINDATA`` and ``$ENDDATA`` (for ``DATA``) state; 0 to 0 when they do not."""
    places = (whole(file, keywords, f"${edge}{part}", optional=True) for edge in ("BEGIN", "END"))
    return Segment(*places)


def _segment(file: ExportFile, place: int) -> Segment:
    begin, end = (_offset(file, start) for start in (place, place + 8))
    return Segment(begin, end)


def _offset(file: ExportFile, start: int) -> int:
    """One of the offsets of eight characters; a blank one is 0, as older software writes for no segment."""
    text = file.content[start : start + 8].decode("ascii", errors="replace")
    plain = text.strip() or ("0" if start >= 42 else "")
    if len(text) < 8 or re.fullmatch(r"\d+", plain, re.ASCII) is None:
        where = Where(column=f"byte {start}", field="HEADER")
        raise refusal(file.name, "FCS_HEADER", where, f"'{text}'", "an offset of eight characters")
    return int(plain)


def _inside(file: ExportFile, segment: Segment, part: str) -> None:
    if not _HEADER_BYTES <= segment.begin < segment.end <= segment.begin + _LONGEST_TEXT:
        expected = f"a segment behind the {_HEADER_BYTES} bytes of the header"
        raise refusal(file.name, "FCS_HEADER", Where(field=part), str(segment), expected)
    if segment.end >= len(file.content):
        found = f"{segment} in a file of {len(file.content)} bytes"
        raise refusal(file.name, "TRUNCATED", Where(field=part), found, "a file that holds the segment")


def _keywords(file: ExportFile, segment: Segment) -> tuple[dict[str, str], tuple[Issue, ...]]:
    """Keywords by name. The first character separates them; doubled, it stands for itself."""
    stated = file.content[segment.begin : segment.end + 1]
    try:
        text = stated.decode("utf-8")
    except UnicodeDecodeError:
        text = stated.decode("latin-1")
    mark = text[0]
    parts = [part.replace(_DOUBLED, mark) for part in text[1:].replace(mark * 2, _DOUBLED).split(mark)]
    if mark.isalnum() or len(parts) < 4:
        raise refusal(file.name, "FCS_TEXT", Where(field="TEXT"), text[:40], "keywords behind their separator")
    pairs = list(zip(parts[::2], parts[1::2], strict=False))
    found: dict[str, str] = {}
    twice = [name for name, value in pairs if found.setdefault(name.strip().upper(), value) != value]
    return found, tuple(_said_twice(name) for name in twice)


def _said_twice(name: str) -> Issue:
    return problem(
        "warning", "FCS_KEYWORD_TWICE", Where(field=name), f"'{name}' with two values", "one value; the first is taken"
    )
