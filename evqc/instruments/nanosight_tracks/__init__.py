"""Malvern NanoSight ``*_ParticleData.csv`` and ``*_AllTracks.csv``: the particles behind a run, beside its summary."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._rows import delimiter, ends_open
from evqc.instruments.nanosight_tracks import _joining
from evqc.instruments.nanosight_tracks._distribution import counted_tracks, distribution, summary
from evqc.instruments.nanosight_tracks._particles import (
    FRAME,
    ID,
    INCLUDED,
    LENGTH,
    SIZE,
    cells,
    off_stokes_einstein,
    particles,
    rows_of,
)
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "nanosight_tracks"
TITLE = "Malvern NanoSight, lists of particles and tracks"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = (
    "*_ParticleData.csv: one row a particle; the size distribution of the included ones, counted",
    "*_AllTracks.csv: one row a position; the same, and a cross-check of the particle list",
)
MENTIONS = "included in distribution?"
#: Readings of the summaries that these lists belong to.
JOINS = ("nanosight",)
PARTICLES, TRACKS = "particle list", "track list"
_UNREAD = ("Ln(Adjusted intensity)/AU", "Start frame", "X/pixels", "Y/pixels", FRAME)


def recognises(file: ExportFile) -> bool:
    """Whether the first line holds the headings of a list of particles or tracks."""
    if file.is_workbook or not file.holds(ID, SIZE, INCLUDED):
        return False
    first = re.split(r"[\r\n]", file.head, maxsplit=1)[0]
    return set(cells(first, delimiter(first))) >= {ID, SIZE, INCLUDED}


def read(file: ExportFile) -> Reading:
    """The reading of a list: the size distribution of the included particles, counted, without a concentration.

    Nothing in a list shows that its last rows are there: it always says so, unless another file of its run does; see
    ``join``.

    Raises:
        InputError: ``TRUNCATED``, ``HEADING_MISSING``, ``ROW_LENGTH``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``,
            ``NOT_A_FLAG``, ``TRACKS_DISAGREE``, ``NO_PARTICLES``.
    """
    if ends_open(file):
        found = "the last line has no end, so its last cell may be cut"
        raise refusal(file.name, "TRUNCATED", Where(), found, "a complete list")
    names, rows = rows_of(file)
    kind = PARTICLES if LENGTH in names else TRACKS
    listed = particles(file.name, names, rows, by_position=kind == TRACKS)
    expected = "the other list or the summary of the same run beside it, which shows that the list is whole"
    unmarked = problem("warning", _joining.END_UNMARKED, Where(line=len(rows) + 1), f"a {kind} alone", expected)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind=kind,
        measurements=(distribution(listed),),
        issues=(*off_stokes_einstein(listed), unmarked),
        unread=tuple(name for name in _UNREAD if name in names),
        summary=summary(listed),
        status=STATUS,
        tracks=counted_tracks(listed),
    )


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings, each list compared with the other list and with the summary of its run; same number, same order.

    A run is counted once: the summary's distribution before that of the particle list, and that before the track
    list's. A list that holds as many particles as the other list, or as many as the summary says, is whole.
    """
    return _joining.joined(readings, lists=NAME, summaries=JOINS, first=PARTICLES)
