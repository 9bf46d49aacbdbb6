"""Which column of a batch table is which bead: headings such as ``Beads/CD9 | Median (APC-A)``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._macsplex import is_detection, is_kit, is_population, median_channel
from evqc.instruments._rows import plain
from evqc.markers.bead_kits import bead

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

#: Rows in which the headings are looked for.
_HEAD_ROWS = 10
#: ``gate | statistic`` of FlowJo 10 and FlowLogic; ``gate,statistic,channel`` of older FlowJo.
_DIVIDED = (
    re.compile(r"(?P<gate>.+?)\s*\|\s*(?P<statistic>[^|]+)"),
    re.compile(
        r"(?P<gate>.+?)\s*,\s*(?P<statistic>(?:x-?)?(?:median|med|md|count|#\s*cells|#\s*events)\b.*)", re.IGNORECASE
    ),
)
_COUNT = re.compile(r"#|(#\s*|number of\s+)?(count|cells|events)", re.IGNORECASE)
#: Channels that tell the beads apart; their medians say nothing of a marker.
_IDENTIFYING = re.compile(r"(.*[^a-z])?(fitc|pe|b1|b2)([^a-z0-9].*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of one bead.

    Attributes:
        place: its place in the row.
        heading: as written.
        name: the population.
        channel: of a median; empty when the heading names none; None for a count and for a bare name.
        counts: it holds events.
    """

    place: int
    heading: str
    name: str
    channel: str | None = None
    counts: bool = False


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that are read.

    Attributes:
        header: place of the row of headings.
        signals: medians of the detection channel, one a bead.
        events: place of the column of events by the name of the population.
        issue: what a person should know of the choice; None when the headings leave no doubt.
    """

    header: int
    signals: tuple[Column, ...]
    events: dict[str, int]
    issue: Issue | None = None


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row holds headings of a kit's beads: with a statistic, or as bare names with a control among them."""
    found = _columns(cells)
    medians = {column.name for column in found if column.channel is not None}
    bare = {column.name for column in found if column.channel is None and not column.counts}
    controls = any(known.is_control for name in bare if (known := bead(name)) is not None)
    return (is_kit(medians) and len(medians) > 2) or (controls and len(bare) > 9)


def columns(source: str, rows: Sequence[Sequence[str]]) -> Columns | None:
    """The columns of the first row of headings of a kit; None when there is none.

    Args:
        source: name of the file.
        rows: texts of the rows.

    Raises:
        InputError: ``CHANNEL_AMBIGUOUS`` or ``CHANNEL_UNKNOWN`` when the headings do not show which median is meant.
    """
    for header, cells in enumerate(rows[:_HEAD_ROWS]):
        if is_header(cells):
            found = [
                column for place, text in enumerate(cells) if place and (column := _column(place, text)) is not None
            ]
            events = {column.name: column.place for column in found if column.counts}
            where = Where(line=header + 1)
            signals, issue = _signals(source, [column for column in found if not column.counts], where)
            return Columns(header, signals, events, issue)
    return None


def _columns(cells: Sequence[str]) -> list[Column]:
    """The columns of beads; the first one holds the samples."""
    found = (_column(place, text) for place, text in enumerate(cells) if place)
    return [column for column in found if column is not None]


def _column(place: int, heading: str) -> Column | None:
    """What a heading says; None when it is none of a bead's."""
    for divided in _DIVIDED:
        if (found := divided.fullmatch(plain(heading))) is not None and (name := population(found["gate"])) is not None:
            channel = median_channel(re.sub(r"(?<=\w),(?=\S)", " ", found["statistic"]))
            counts = _COUNT.fullmatch(found["statistic"].strip()) is not None
            return Column(place, heading, name, channel, counts) if counts or channel is not None else None
    return Column(place, heading, heading) if "|" not in heading and is_population(heading) else None


def population(path: str) -> str | None:
    """The bead at the end of a gate path; a slash may also stand in its name: ``Beads/CD133/1``."""
    parts = path.split("/")
    names = ("/".join(parts[first:]).strip() for first in range(len(parts)))
    return next((name for name in names if name and is_population(name)), None)


def _signals(source: str, found: Sequence[Column], where: Where) -> tuple[tuple[Column, ...], Issue | None]:
    medians = [column for column in found if column.channel is not None]
    if not medians:
        expected = "headings that say 'Median'; the columns are taken as the kit's medians"
        return tuple(found), problem("warning", "STATISTIC_NOT_STATED", where, "bare names of beads", expected)
    channels = list(dict.fromkeys(str(column.channel) for column in medians))
    wanted = [channel for channel in channels if is_detection(channel)]
    if not wanted:
        return tuple(medians), _only(source, channels, where)
    if len(wanted) > 1:
        raise refusal(source, "CHANNEL_AMBIGUOUS", where, f"medians of {' and '.join(wanted)}", "one detection channel")
    return tuple(column for column in medians if column.channel == wanted[0]), None


def _only(source: str, channels: Sequence[str], where: Where) -> Issue:
    """The flag on a channel that is not called APC, which some cytometers do not."""
    expected = "medians of the detection channel, APC (R1 on a MACSQuant)"
    if len(channels) > 1 or _IDENTIFYING.fullmatch(channels[0]):
        raise refusal(source, "CHANNEL_UNKNOWN", where, f"medians of {' and '.join(channels)}", expected)
    found = f"medians of '{channels[0]}' alone" if channels[0] else "medians without a channel"
    return problem("warning", "CHANNEL_NOT_STATED", where, found, expected)


def heads(rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    """The rows among the first that are headings of a kit."""
    return (cells for _, cells in zip(range(_HEAD_ROWS), rows, strict=False) if is_header(cells))
