"""Which bytes of an FCS file are events, and what one event is made of: stated, and checked against the size."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments._numbers import parse
from evqc.instruments.fcs._header import Segment, segment_of, whole

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.instruments.fcs._header import Header

_WIDTHS = {"F": (32,), "D": (64,), "I": (8, 16, 32)}
_ORDERS = ("1,2,3,4", "4,3,2,1", "1,2", "2,1")
_MOST_PARAMETERS = 500
_CHECKSUM = 8
_NO_CHECKSUM = b"0" * _CHECKSUM
_PADDING = b"\x00 \r\n0"
_NAME = re.compile(r"\$P(\d{1,4})N")
#: Of FCS 3.2: a parameter may be of another type than the data set.
_OWN_DATATYPE = re.compile(r"\$P\d{1,4}DATATYPE")


@dataclass(frozen=True, slots=True)
class Channel:
    """One parameter of an event.

    Attributes:
        number: as in ``$P1N``.
        name: the detector, ``$PnN``.
        stain: what the operator called it, ``$PnS``; None when nothing.
        bits: of one value.
        range: ``$PnR``, above the highest value.
        decades, offset: of a logarithmic amplifier, ``$PnE``; 0 decades is linear.
        gain: ``$PnG``; None when not stated.
        voltage: ``$PnV``; None when not stated.
    """

    number: int
    name: str
    stain: str | None
    bits: int
    range: float
    decades: float
    offset: float
    gain: float | None
    voltage: float | None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the events stand.

    Attributes:
        events: their number, ``$TOT``.
        channels: in the order of the bytes.
        data: the bytes that hold the events and nothing else.
        by_header: the offsets of the header were taken, not those of the keywords.
        floats: numpy's name of the type when every value is a float, such as ``<f4``; None for integers.
        issues: what was noticed of offsets and parameters.
    """

    events: int
    channels: tuple[Channel, ...]
    data: Segment
    by_header: bool
    floats: str | None
    issues: tuple[Issue, ...]


def layout(file: ExportFile, header: Header, *, lenient: bool) -> Layout:
    """The events' place, when event count, parameters, offsets and file size agree.

    Args:
        file: the file.
        header: its header and keywords.
        lenient: a last byte that is one too far is taken with a warning.

    Raises:
        InputError: ``FCS_SEVERAL``, ``FCS_UNSUPPORTED``, ``FCS_KEYWORD``, ``FCS_OFFSET``, ``TRUNCATED``.
    """
    _refuse_unsupported(file, header)
    channels = _channels(file, header.keywords)
    events = whole(file, header.keywords, "$TOT")
    needed = events * sum(channel.bits for channel in channels) // 8
    stated = _stated(file, header)
    off = [segment for segment in stated if segment.length != needed]
    if (off or len(set(stated)) > 1) and not (lenient and _one_too_far(stated, needed)):
        raise _wrong_offset(file, stated, needed, f"{events} events of {len(channels)} parameters")
    data = Segment(stated[0].begin, stated[0].begin + needed - 1)
    issues = _checked_size(file, header, data)
    taken = [_taken(off[0], needed)] if off else []
    named = _further_names(header.keywords, len(channels))
    return Layout(
        events=events,
        channels=channels,
        data=data,
        by_header=len(stated) == 1,
        floats=_floats(header.keywords),
        issues=(*taken, *issues, *named),
    )


def _floats(keywords: dict[str, str]) -> str | None:
    order = "<" if keywords["$BYTEORD"].strip().startswith("1") else ">"
    return {"F": f"{order}f4", "D": f"{order}f8"}.get(keywords["$DATATYPE"].strip())


def _refuse_unsupported(file: ExportFile, header: Header) -> None:
    keywords = header.keywords
    if whole(file, keywords, "$NEXTDATA", optional=True):
        found = f"a further data set at byte {keywords['$NEXTDATA'].strip()}"
        raise refusal(file.name, "FCS_SEVERAL", Where(field="$NEXTDATA"), found, "one data set in a file")
    datatype = keywords.get("$DATATYPE", "").strip()
    own = {name: (datatype,) for name in keywords if _OWN_DATATYPE.fullmatch(name)}
    choices = {"$MODE": ("L",), "$DATATYPE": tuple(_WIDTHS), "$BYTEORD": _ORDERS, **own}
    for name, known in choices.items():
        # FCS 3.2 knows no other mode than list mode and need not state it.
        said = keywords.get(name, "L" if name == "$MODE" and header.version == "3.2" else "").strip()
        if said not in known:
            raise refusal(file.name, "FCS_UNSUPPORTED", Where(field=name), f"'{said}'", f"one of {', '.join(known)}")


def _channels(file: ExportFile, keywords: dict[str, str]) -> tuple[Channel, ...]:
    count = whole(file, keywords, "$PAR")
    if not 1 <= count <= _MOST_PARAMETERS:
        raise refusal(file.name, "FCS_KEYWORD", Where(field="$PAR"), str(count), f"1 to {_MOST_PARAMETERS} parameters")
    return tuple(_channel(file, keywords, number) for number in range(1, count + 1))


def _channel(file: ExportFile, keywords: dict[str, str], number: int) -> Channel:
    def key(letter: str) -> str:
        return f"$P{number}{letter}"

    bits, allowed = whole(file, keywords, key("B")), _WIDTHS[keywords["$DATATYPE"].strip()]
    if bits not in allowed:
        raise refusal(file.name, "FCS_UNSUPPORTED", Where(field=key("B")), f"{bits} bits", f"one of {allowed}")
    name = keywords.get(key("N"), "").strip()
    if not name:
        raise refusal(file.name, "FCS_KEYWORD", Where(field=key("N")), "nothing", "the name of the parameter")
    decades, offset = _amplifier(file, keywords, key("E"))
    return Channel(
        number=number,
        name=name,
        stain=keywords.get(key("S"), "").strip() or None,
        bits=bits,
        range=_number(file, keywords, key("R")),
        decades=decades,
        offset=offset,
        gain=parse(keywords.get(key("G"), "")),
        voltage=parse(keywords.get(key("V"), "")),
    )


def _number(file: ExportFile, keywords: dict[str, str], name: str) -> float:
    value = parse(keywords.get(name, ""))
    if value is None or not value > 0:
        raise refusal(file.name, "FCS_KEYWORD", Where(field=name), f"'{keywords.get(name, '')}'", "a number above 0")
    return value


def _amplifier(file: ExportFile, keywords: dict[str, str], name: str) -> tuple[float, float]:
    """Decades and offset; an offset of 0 with decades stands for 1, as the standard says (FCS 3.1, $PnE)."""
    parts = [parse(part) for part in keywords.get(name, "0,0").split(",")]
    if len(parts) != 2 or parts[0] is None or parts[1] is None or not min(parts[0], parts[1]) >= 0:
        raise refusal(file.name, "FCS_KEYWORD", Where(field=name), f"'{keywords.get(name)}'", "decades and offset")
    decades, offset = parts[0], parts[1]
    return decades, offset or 1.0


def _stated(file: ExportFile, header: Header) -> list[Segment]:
    """The data segment as the keywords and as the header state it, where they do."""
    by_keywords = segment_of(file, header.keywords, "DATA") if header.version != "2.0" else Segment(0, 0)
    stated = [segment for segment in (by_keywords, header.data) if segment.end]
    if not stated:
        raise refusal(file.name, "FCS_OFFSET", Where(field="DATA"), "no data segment", "its first and last byte")
    return stated


def _one_too_far(stated: list[Segment], needed: int) -> bool:
    same_begin = len({segment.begin for segment in stated}) == 1
    return same_begin and all(segment.length in {needed, needed + 1} for segment in stated)


def _wrong_offset(file: ExportFile, stated: list[Segment], needed: int, why: str) -> InputError:
    found = " and ".join(f"{segment}: {segment.length} bytes" for segment in dict.fromkeys(stated))
    one_too_far = "; --instrument fcs_offset reads and flags it" if _one_too_far(stated, needed) else ""
    return refusal(file.name, "FCS_OFFSET", Where(field="DATA"), found, f"{needed} bytes for {why}{one_too_far}")


def _taken(segment: Segment, needed: int) -> Issue:
    expected = f"{needed} bytes; the last byte is taken as one too far"
    return problem("warning", "FCS_OFFSET", Where(field="DATA"), f"{segment}: {segment.length} bytes", expected)


def _checked_size(file: ExportFile, header: Header, data: Segment) -> tuple[Issue, ...]:
    """Refuse a file that is shorter or longer than its segments: bytes lost or added would shift every event.

    Behind the last segment stand 8 characters of checksum from FCS 3.0 on, or nothing; padding is flagged.
    """
    size = len(file.content)
    if data.end >= size:
        found = f"{data} in a file of {size} bytes"
        raise refusal(file.name, "TRUNCATED", Where(field="DATA"), found, "a file that holds every event")
    others = (header.text, header.analysis, *(segment_of(file, header.keywords, p) for p in ("STEXT", "ANALYSIS")))
    last = max(data, *others, key=lambda segment: segment.end)
    rest = file.content[last.end + 1 :]
    swallowed = header.version != "2.0" and not rest and last == data and file.content.endswith(_NO_CHECKSUM)
    if swallowed or not (len(rest) in {0, _CHECKSUM} or (len(rest) > _CHECKSUM and not rest.strip(_PADDING))):
        found = f"a file of {size} bytes whose segments end at byte {last.end}"
        expected = f"nothing or {_CHECKSUM} characters of checksum behind them; was it copied as a text?"
        raise refusal(file.name, "FCS_OFFSET", Where(field="DATA"), found, expected)
    if len(rest) <= _CHECKSUM:
        return ()
    return (problem("warning", "FCS_PADDING", Where(), f"{len(rest)} bytes of padding at the end", "none"),)


def _further_names(keywords: dict[str, str], count: int) -> tuple[Issue, ...]:
    """A warning for parameters that are named beyond ``$PAR``: left-overs of software that took channels out."""
    found = [name for name in keywords if (m := _NAME.fullmatch(name)) and not 1 <= int(m[1]) <= count]
    if not found:
        return ()
    expected = f"the {count} parameters of $PAR; only those are read"
    return (problem("warning", "FCS_PARAMETERS", Where(field=found[0]), f"names {', '.join(found)}", expected),)
