"""What the file prints beside what its bins give: every statistic of every weighting, all videos at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evqc.errors import Issue, Where, problem
from evqc.instruments.nanosight._blocks import MAIN, STATISTICS, Block, Kind, name_of
from evqc.instruments.nanosight._statistics import (
    COMPARED_PERCENTILES,
    HALF_DIGIT,
    Histograms,
    Quantiles,
    Recomputed,
    Rule,
    half_significant_digit,
    recompute,
    within,
)
from evqc.measurement import Comparison
from evqc.records import from_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evqc.instruments.nanosight._tables import Percentiles
    from evqc.instruments.nanosight._values import Printed

Floats = NDArray[np.float64]

#: The statistics that are percentiles, the last three of them.
_BY_SHARE = {"d10": 10, "d50": 50, "d90": 90}
_SHARES = [*_BY_SHARE.values()]
_COMPARED = slice(COMPARED_PERCENTILES[0], COMPARED_PERCENTILES[-1] + 1)


@dataclass(frozen=True, slots=True)
class Checked:
    """A comparison and the place of its printed number."""

    comparison: Comparison
    where: Where


@dataclass(frozen=True, slots=True)
class BlockCheck:
    """One block of one video, recomputed.

    Attributes:
        reported, vendor: the six statistics by name; empty when the video has no distribution.
        compared: every comparison; empty when the video has no distribution.
        wrong: those that fail, with their places; for a video without a distribution the statistics that are not 0.
    """

    reported: dict[str, float]
    vendor: dict[str, float]
    compared: tuple[Comparison, ...] = ()
    wrong: tuple[Checked, ...] = ()


class _Lines(NamedTuple):
    """Printed statistics of those videos that have a distribution, beside what their bins give.

    Attributes:
        names: of the comparisons, one list a video.
        reported, recomputed, tolerance: shape (lines, m).
        places: of each line the place of the printed number of a video, by its index among all videos.
    """

    names: list[list[str]]
    reported: Floats
    recomputed: Floats
    tolerance: Floats
    places: Sequence[Callable[[int], Where]]


@cache
def statistic_name(kind: Kind, name: str) -> str:
    """A statistic as comparisons call it: ``mean_nm``, ``volume / mean_nm``, ``diffusion coefficient / number / mean``.

    The ending ``_nm`` says that the number is in nanometres.
    """
    of, by = kind
    if of == "diffusion coefficient":
        return f"{of} / {by} / {name}"
    return f"{name}_nm" if kind == MAIN else f"{by} / {name}_nm"


def check_block(block: Block, drawn: Histograms | None, rule: Rule) -> list[BlockCheck]:
    """Each video's printed statistics and percentiles beside those that its bins give by the vendor's rule.

    Args:
        block: the block.
        drawn: the distributions of those videos that have one.
        rule: of the software version.
    """
    found = _checks(block, drawn, rule) if drawn is not None else {}
    videos = range(len(block.valid_tracks.values))
    return [found[video] if video in found else _beside_nothing(block, video) for video in videos]


def _checks(block: Block, drawn: Histograms, rule: Rule) -> dict[int, BlockCheck]:
    recomputed, percentiles = recompute(drawn, rule)
    known = [name for name in STATISTICS if rule.percentiles_of(block.kind[0]) or name not in _BY_SHARE]
    printed = _of(block, drawn.videos)
    parts = [_statistics(block, known, printed, recomputed)]
    if block.percentiles is not None and known == [*STATISTICS]:
        parts.append(_worst(block.kind, block.percentiles, percentiles, drawn.videos))
        parts.append(_twice(block, block.percentiles, printed, drawn.videos))
    made = compared(
        [name for names in zip(*(part.names for part in parts), strict=True) for part in names for name in part],
        *(np.concatenate(column).T.ravel() for column in zip(*(part[1:4] for part in parts), strict=True)),
    )
    places = [place for part in parts for place in part.places]
    own = [made[first : first + len(places)] for first in range(0, len(made), len(places))]
    each = zip(drawn.videos, recomputed.value.T.tolist(), own, strict=True)
    return {
        video: BlockCheck(
            _reported(block, video), dict(zip(known, given, strict=False)), row, _wrong(places, row, video)
        )
        for video, given, row in each
    }


def _reported(block: Block, video: int) -> dict[str, float]:
    return {name: printed.values[video] for name, printed in block.statistics.items()}


def _wrong(places: Sequence[Callable[[int], Where]], made: Sequence[Comparison], video: int) -> tuple[Checked, ...]:
    return tuple([Checked(c, where(video)) for c, where in zip(made, places, strict=True) if not c.within])


def _beside_nothing(block: Block, video: int) -> BlockCheck:
    """The check of a video whose bins are all empty: every printed statistic is 0."""
    reported = {name: value for name, value in _reported(block, video).items() if value != 0}
    names, zeros = [statistic_name(block.kind, name) for name in reported], np.zeros(len(reported))
    made = compared(names, np.array([*reported.values()]), zeros, zeros)
    places = [block.statistics[name].where(video) for name in reported]
    return BlockCheck({}, {}, wrong=tuple(map(Checked, made, places)))


def check_concentration(printed: Printed, drawn: Histograms) -> dict[int, Checked]:
    """The printed concentration of each video beside the sum of its bins, by the video's index.

    SOURCE: NTA prints the sum with three digits.
    """
    reported = [printed.values[video] for video in drawn.videos]
    tolerance = np.array(list(map(half_significant_digit, reported))) + drawn.total.movable
    made = compared(["concentration"] * len(reported), np.array(reported), drawn.total.value, tolerance)
    return {video: Checked(one, printed.where(video)) for video, one in zip(drawn.videos, made, strict=True)}


def disagreements(check: BlockCheck) -> Iterator[Issue]:
    """A warning for each statistic that is not what the bins give."""
    return (disagreement(item) for item in check.wrong)


def disagreement(item: Checked) -> Issue:
    """The warning that a printed number is not what the file's own numbers give, with both."""
    c = item.comparison
    expected = f"{c.recomputed:.6g} ± {c.tolerance:.2g}, as the file's own numbers give by the vendor's rule"
    return problem("warning", "STATISTICS_DISAGREE", item.where, f"{c.statistic} {c.reported:.6g}", expected)


def compared(names: Sequence[str], reported: Floats, recomputed: Floats, tolerance: Floats) -> tuple[Comparison, ...]:
    """Printed numbers beside the recomputed ones, all of shape (n,)."""
    return from_columns(
        Comparison,
        statistic=names,
        reported=reported.tolist(),
        recomputed=recomputed.tolist(),
        tolerance=tolerance.tolist(),
        within=within(reported, recomputed, tolerance).tolist(),
    )


def _of(block: Block, videos: list[int]) -> Floats:
    """The printed statistics of some videos, shape (6, m)."""
    return np.array([printed.values for printed in block.statistics.values()])[:, videos]


def _statistics(block: Block, known: list[str], printed: Floats, recomputed: Recomputed) -> _Lines:
    """Those of the six whose rule is known, which are the first."""
    n = len(known)
    tolerance = HALF_DIGIT[block.kind[0]] + recomputed.movable[:n]
    places = [block.statistics[name].where for name in known]
    return _Lines(_each(block.kind, known, printed.shape[1]), printed[:n], recomputed.value[:n], tolerance, places)


def _twice(block: Block, table: Percentiles, printed: Floats, videos: list[int]) -> _Lines:
    """The three percentiles that stand in the file twice, which are the last of the six statistics."""
    listed = table.values[_SHARES][:, videos]
    places = [block.statistics[name].where for name in _BY_SHARE]
    names = _each(block.kind, [f"{name}_in_table" for name in _BY_SHARE], len(videos))
    return _Lines(names, printed[-len(listed) :], listed, np.zeros(listed.shape), places)


def _each(kind: Kind, names: Sequence[str], videos: int) -> list[list[str]]:
    return [[statistic_name(kind, name) for name in names]] * videos


def _worst(kind: Kind, table: Percentiles, recomputed: Quantiles, videos: list[int]) -> _Lines:
    """Of percentiles 1 to 99 the one that differs most, of each video another one."""
    half_digit, printed = HALF_DIGIT[kind[0]], table.values.T[videos, _COMPARED]
    beyond = np.abs(printed - recomputed.value) - half_digit - recomputed.movable
    worst = np.arange(len(videos)), np.argmax(beyond, axis=1)
    percents = COMPARED_PERCENTILES[worst[1]].tolist()
    of = dict(zip(videos, percents, strict=True))

    def where(video: int) -> Where:
        field = f"{name_of(kind)} / Percentile {of[video]}"
        return Where(line=table.line + of[video], column=str(video + 2), field=field)

    names = [[statistic_name(kind, f"percentile_{p}")] for p in percents]
    reported, given = printed[worst][np.newaxis], recomputed.value[worst][np.newaxis]
    return _Lines(names, reported, given, half_digit + recomputed.movable[worst][np.newaxis], [where])
