"""``Videos_*.dat``: for each video its number, particles, mean and SD, and then the size of every particle."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, amount_at
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import half_unit, number, whole
from evqc.instruments._rows import ends_open
from evqc.instruments.viewsizer._bins import ENDS_NM
from evqc.measurement import (
    Bins,
    Comparison,
    Dilution,
    RunValidity,
    Scalar,
    SizeDistribution,
    SizeStatistics,
    State,
    Statistics,
    TotalConcentration,
    agreement,
)
from evqc.numerics.sizing import standard_statistics
from evqc.reading import Reading, accepted
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Reason

VIDEOS = "videos"
RULE = "mean and SD (divisor n - 1) of the listed sizes of each video"
_TITLE = "/[Sample Info]"
_COLUMNS = ("Video#", "#particles", "AVG size[nm]", "SD size[nm]")
_OUTPUT, _STATED, _DRIFT = "Output Filename", "Number of videos analyzed", "Drift Correction Applied (1 - YES)"
#: What the instrument's compiler prints for 0/0.
_WORDS: Mapping[str, tuple[State, Reason]] = SAID | {
    "-nan(ind)": (State.MISSING, "not a number"),
    "nan(ind)": (State.MISSING, "not a number"),
    "-nan": (State.MISSING, "not a number"),
}
#: The instrument computes with numbers of eight digits. Source: the largest difference in 22 real tables is 3e-5 nm.
_FLOAT = 1e-6
_LARGEST_NM = 1e6
_NAME = re.compile(r"Videos_(.+)\.dat", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Video:
    """One row: its number, the listed sizes in nm, and the printed mean and SD beside them."""

    number: int
    sizes: tuple[float, ...]
    compared: tuple[Comparison, ...]
    line: int


def begins(head: str) -> bool:
    """Whether a text begins like a list of videos."""
    return head.lstrip().startswith(_TITLE) and _COLUMNS[1] in head


def read(file: ExportFile) -> Reading:
    """The reading of a list of videos: one size distribution of all particles, in bins of 1 nm, counts alone.

    Raises:
        InputError: ``TRUNCATED``, ``UNKNOWN_COLUMNS``, ``VIDEO_ORDER``, ``ROW_LENGTH``, ``MISSING_FIELD``,
            ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``NOT_WHOLE``.
    """
    if ends_open(file):
        found = "the last line has no end, so its last number may be cut"
        raise refusal(file.name, "TRUNCATED", Where(), found, "a complete list of videos")
    lines = re.split(r"\r\n|\n|\r", file.text())
    fields = _fields(lines)
    videos = _videos(file.name, lines)
    _refuse_other_number(file.name, fields, videos)
    return accepted(
        file.source,
        instrument="viewsizer",
        software_version=None,
        file_kind=VIDEOS,
        measurements=(_distribution(fields, videos),),
        issues=tuple(_disagreement(video, c) for video in videos for c in video.compared if not c.within),
        unread=tuple(key for key in fields if key not in {_OUTPUT, _STATED, _DRIFT}),
    )


def _fields(lines: Sequence[str]) -> dict[str, str]:
    pairs = (line[1:].partition(":") for line in lines if line.startswith("/") and ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _videos(source: str, lines: Sequence[str]) -> list[Video]:
    at = next((i for i, line in enumerate(lines) if line.startswith(f"/{_COLUMNS[0]}")), None)
    if at is None or tuple(cell.strip() for cell in lines[at].strip("/\t ").split("\t")) != _COLUMNS:
        found = "no headings" if at is None else f"'{lines[at]}'"
        raise refusal(source, "UNKNOWN_COLUMNS", Where(line=(at or 0) + 1), found, f"the columns {', '.join(_COLUMNS)}")
    rows = [(line, text.split()) for line, text in enumerate(lines[at + 1 :], start=at + 2) if text.strip()]
    used = marks((cell for _, row in rows for cell in row[2:]), source, Where(line=at + 2))
    videos = [_video(source, line, row, used) for line, row in rows]
    for before, after in pairwise(videos):
        if not after.number > before.number:
            where, expected = Where(line=after.line, column=_COLUMNS[0]), f"a number above {before.number}"
            raise refusal(source, "VIDEO_ORDER", where, f"video {after.number}", expected)
    return videos


def _video(source: str, line: int, row: Sequence[str], used: Marks) -> Video:
    where = Where(line=line)
    if len(row) < 4:
        raise refusal(source, "ROW_LENGTH", where, f"{len(row)} cells", "number, particles, mean and SD at least")
    particles = whole(row[1], source, Where(line=line, column=_COLUMNS[1]))
    if len(row) - 4 != particles:
        raise refusal(
            source, "ROW_LENGTH", where, f"{len(row) - 4} sizes", f"{particles} sizes, as '{_COLUMNS[1]}' says"
        )
    sizes = tuple(_size(source, line, k, cell, used) for k, cell in enumerate(row[4:], start=5))
    return Video(whole(row[0], source, where), sizes, _compared(source, line, row, sizes, used), line)


def _size(source: str, line: int, column: int, cell: str, used: Marks) -> float:
    where = Where(line=line, column=str(column))
    size = number(cell, source, where, decimal=used.decimal, minimum=0)
    if not 0 < size <= _LARGEST_NM:
        raise refusal(source, "OUT_OF_RANGE", where, cell, f"a diameter above 0 and up to {_LARGEST_NM:g} nm")
    return size


def _compared(
    source: str, line: int, row: Sequence[str], sizes: Sequence[float], used: Marks
) -> tuple[Comparison, ...]:
    """The printed mean and SD beside those of the listed sizes; neither where there are too few for it."""
    found: list[Comparison] = []
    for k, (name, least) in enumerate((("mean_nm", 1), ("sd_nm", 2)), start=2):
        printed = amount_at(row[k], source, Where(line=line, column=_COLUMNS[k]), used, _WORDS)
        if printed.value is not None and len(sizes) >= least:
            ours = float(np.mean(sizes) if k == 2 else np.std(sizes, ddof=1))
            tolerance = half_unit(row[k]) + _FLOAT * ours
            off = abs(printed.value - ours)
            statistic = f"video {row[0]} / {name}"
            found.append(
                Comparison(
                    statistic=statistic,
                    reported=printed.value,
                    recomputed=ours,
                    tolerance=tolerance,
                    within=off <= tolerance,
                )
            )
    return tuple(found)


def _disagreement(video: Video, compared: Comparison) -> Issue:
    expected = f"{compared.recomputed:.8g}, which the listed sizes give, within {compared.tolerance:.2g}"
    found = f"{compared.statistic} {compared.reported:.8g}"
    return problem("warning", "PRINTED_DISAGREES", Where(line=video.line), found, expected)


def _refuse_other_number(source: str, fields: Mapping[str, str], videos: Sequence[Video]) -> None:
    if _STATED not in fields:
        raise refusal(source, "MISSING_FIELD", Where(field=_STATED), "nothing", f"a line '/{_STATED}:'")
    stated = whole(fields[_STATED], source, Where(field=_STATED))
    if stated != len(videos):
        where = Where(line=videos[-1].line if videos else None, field=_STATED)
        raise refusal(source, "TRUNCATED", where, f"{len(videos)} videos", f"{stated} videos, as the file says")


def _distribution(fields: Mapping[str, str], videos: Sequence[Video]) -> SizeDistribution:
    sizes = np.array([size for video in videos for size in video.sizes])
    last = float(sizes.max(initial=0.0))
    edges = np.arange(next((end for end in ENDS_NM if end >= last), math.ceil(last)) + 1)
    count = array(np.histogram(sizes, edges)[0])
    lower, upper = array(edges[:-1]), array(edges[1:])
    named = _NAME.fullmatch(fields.get(_OUTPUT, ""))
    return SizeDistribution(
        technique="NTA",
        sample=None,
        run=named[1] if named else None,
        acquired_at=None,
        diameter_nm=Bins(lower=lower, upper=upper),
        count=count,
        concentration_per_ml=None,
        dilution=Dilution(factor=None, source="not stated", already_applied=False),
        concentration_total_per_ml=TotalConcentration(reported=None, recomputed=None, undiluted=None),
        statistics=Statistics(
            reported=SizeStatistics(), vendor=SizeStatistics(), standard=standard_statistics(lower, upper, count)
        ),
        agreement=agreement(RULE, tuple(c for video in videos for c in video.compared)),
        validity=RunValidity(
            valid=None if sizes.size else False,
            reasons=() if sizes.size else ("no particle was counted",),
            completed_tracks=sizes.size,
            valid_tracks=sizes.size,
        ),
        settings=_settings(fields, videos),
        where=Where(line=videos[0].line if videos else None),
    )


def _settings(fields: Mapping[str, str], videos: Sequence[Video]) -> dict[str, Scalar]:
    numbers = [len(video.sizes) for video in videos]
    drift = fields.get(_DRIFT)
    return {
        "videos_analysed": len(videos),
        "fewest_particles_in_a_video": min(numbers, default=None),
        "most_particles_in_a_video": max(numbers, default=None),
        "drift_correction": None if drift is None else {"0": False, "1": True}.get(drift, drift),
        "output_filename": fields.get(_OUTPUT) or None,
    }
