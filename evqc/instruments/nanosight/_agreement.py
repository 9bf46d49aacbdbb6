"""What the file prints beside what its bins give: every statistic of every weighting, video by video."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments.nanosight._blocks import MAIN, STATISTICS, Block, Kind, name_of
from evqc.instruments.nanosight._statistics import (
    COMPARED_PERCENTILES,
    HALF_DIGIT,
    Histogram,
    Quantiles,
    Recomputed,
    Rule,
    half_significant_digit,
    recompute,
    within,
)
from evqc.measurement import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments.nanosight._values import Printed

_BY_SHARE = frozenset({"d10", "d50", "d90"})


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
        checked: every comparison; empty when the video has no distribution.
        beside_nothing: printed statistics that are not 0 although all bins are.
    """

    reported: dict[str, float]
    vendor: dict[str, float]
    checked: tuple[Checked, ...] = ()
    beside_nothing: tuple[Checked, ...] = ()


def statistic_name(kind: Kind, name: str) -> str:
    """A statistic as comparisons call it: ``mean_nm``, ``volume / mean_nm``, ``diffusion coefficient / number / mean``.

    The ending ``_nm`` says that the number is in nanometres.
    """
    of, by = kind
    if of == "diffusion coefficient":
        return f"{of} / {by} / {name}"
    return f"{name}_nm" if kind == MAIN else f"{by} / {name}_nm"


def histogram(block: Block, video: int) -> Histogram:
    """The distribution of one video as printed: its filled bins and the empty ones beside them."""
    bins = block.bins
    filled = np.flatnonzero(bins.values[:, video])
    part = slice(max(filled[0] - 1, 0), filled[-1] + 2) if filled.size else slice(None)
    columns = np.ascontiguousarray(bins.values[part, video]), np.ascontiguousarray(bins.rounding[part, video])
    return Histogram(bins.lower[part], bins.upper[part], *columns)


def check_block(block: Block, video: int, rule: Rule) -> BlockCheck:
    """One video's printed statistics and percentiles beside those that its bins give by the vendor's rule."""
    drawn = histogram(block, video)
    if not (drawn.weight > 0).any():
        return BlockCheck({}, {}, beside_nothing=tuple(_not_zero(block, video)))
    recomputed, percentiles = recompute(drawn, rule)
    known = [name for name in STATISTICS if rule.percentiles_of(block.kind[0]) or name not in _BY_SHARE]
    checked = [_statistic(block, name, video, recomputed[name]) for name in known]
    checked += _percentiles(block, video, percentiles) if known == [*STATISTICS] else []
    reported = {name: float(printed.values[video]) for name, printed in block.statistics.items()}
    return BlockCheck(reported, {name: recomputed[name].value for name in known}, tuple(checked))


def check_concentration(printed: Printed, block: Block, video: int) -> Checked:
    """The printed concentration beside the sum of the bins. SOURCE: NTA prints the sum with three digits."""
    reported, drawn = float(printed.values[video]), histogram(block, video)
    moved = float(max(drawn.more.sum(), drawn.less.sum()))
    total = Recomputed(float(drawn.weight.sum()), moved)
    return _checked("concentration", reported, total, half_significant_digit(reported), printed.where(video))


def disagreements(check: BlockCheck) -> Iterator[Issue]:
    """A warning for each statistic that is not what the bins give."""
    for item in (c for c in check.checked if not c.comparison.within):
        yield disagreement(item)
    for item in check.beside_nothing:
        yield disagreement(item)


def disagreement(item: Checked) -> Issue:
    """The warning that a printed number is not what the file's own numbers give, with both."""
    c = item.comparison
    expected = f"{c.recomputed:.6g} ± {c.tolerance:.2g}, as the file's own numbers give by the vendor's rule"
    return problem("warning", "STATISTICS_DISAGREE", item.where, f"{c.statistic} {c.reported:.6g}", expected)


def _statistic(block: Block, name: str, video: int, recomputed: Recomputed) -> Checked:
    printed = block.statistics[name]
    reported = float(printed.values[video])
    return _checked(
        statistic_name(block.kind, name), reported, recomputed, HALF_DIGIT[block.kind[0]], printed.where(video)
    )


def _percentiles(block: Block, video: int, recomputed: Quantiles) -> Iterator[Checked]:
    """Of percentiles 1 to 99 the one that differs most, and each of the three that stand in the file twice."""
    if block.percentiles is None:
        return
    values, title = block.percentiles.values[:, video], name_of(block.kind)
    half_digit = HALF_DIGIT[block.kind[0]]
    beyond = np.abs(values[COMPARED_PERCENTILES] - recomputed.value) - half_digit - recomputed.movable
    k = int(np.argmax(beyond))
    p = int(COMPARED_PERCENTILES[k])
    where = Where(line=block.percentiles.line + p, column=str(video + 2), field=f"{title} / Percentile {p}")
    found = Recomputed(float(recomputed.value[k]), float(recomputed.movable[k]))
    yield _checked(statistic_name(block.kind, f"percentile_{p}"), float(values[p]), found, half_digit, where)
    for p in (10, 50, 90):
        d_value = block.statistics[f"d{p}"]
        exact = Recomputed(float(values[p]), 0.0)
        name = statistic_name(block.kind, f"d{p}_in_table")
        yield _checked(name, float(d_value.values[video]), exact, 0.0, d_value.where(video))


def _not_zero(block: Block, video: int) -> Iterator[Checked]:
    for name, printed in block.statistics.items():
        if printed.values[video] != 0:
            reported = float(printed.values[video])
            yield _checked(statistic_name(block.kind, name), reported, Recomputed(0.0, 0.0), 0.0, printed.where(video))


def _checked(name: str, reported: float, recomputed: Recomputed, half_digit: float, where: Where) -> Checked:
    tolerance = half_digit + recomputed.movable
    good = within(reported, recomputed.value, tolerance)
    made = Comparison(statistic=name, reported=reported, recomputed=recomputed.value, tolerance=tolerance, within=good)
    return Checked(made, where)
