"""The file's own Average and Standard Error over its videos: kept as printed, and recomputed from what it prints."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypedDict

import numpy as np

from evqc.errors import Where
from evqc.instruments.nanosight._agreement import Checked, compared, statistic_name
from evqc.instruments.nanosight._blocks import Block, name_of
from evqc.instruments.nanosight._names import stem
from evqc.instruments.nanosight._statistics import HALF_DIGIT, half_significant_digit
from evqc.instruments.nanosight._tables import held
from evqc.measurement import agreement
from evqc.reading import RunGroup, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from evqc.instruments.nanosight._experiment import Experiment
    from evqc.instruments.nanosight._tables import Bins
    from evqc.instruments.nanosight._values import Printed
    from evqc.measurement import Comparison

#: SOURCE: 881 videos; a video without tracks counts with its zeros.
RULE = "Average: plain mean over all videos, failed ones included; Standard Error: SD with divisor n - 1, by √n."


def summarise(experiment: Experiment) -> tuple[Summary, tuple[Checked, ...]]:
    """The summary of a file, and those of its comparisons that fail, with their places."""
    groups = _groups(experiment.runs)
    printed = dict(_printed(experiment))
    expected = [*_expected(experiment, printed)]
    made = _compared(expected)
    summary = Summary(
        runs=len(experiment.runs),
        groups=groups,
        mixes_samples=len(groups) > 1 or experiment.merged,
        average={name: row.average for name, row in printed.items() if row.average is not None},
        standard_error={name: row.standard_error for name, row in printed.items() if row.standard_error is not None},
        agreement=agreement(RULE, made),
    )
    pairs = zip(made, expected, strict=True)
    return summary, tuple(Checked(c, Where(**e.place)) for c, e in pairs if not c.within)


def _groups(runs: tuple[str, ...]) -> tuple[RunGroup, ...]:
    by_stem: dict[str, list[str]] = {}
    for run in runs:
        by_stem.setdefault(stem(run), []).append(run)
    return tuple(RunGroup(name=name, runs=tuple(members)) for name, members in by_stem.items())


def _printed(experiment: Experiment) -> Iterator[tuple[str, Printed]]:
    yield from experiment.averaged.items()
    for kind, block in experiment.blocks.items():
        for name, row in block.statistics.items():
            yield statistic_name(kind, name), row


class _Place(TypedDict):
    line: int
    column: str
    field: str


class _Expected(NamedTuple):
    """A printed average or standard error beside what it should be; ``place`` is what its ``Where`` is made of."""

    place: _Place
    name: str
    reported: float
    recomputed: float
    tolerance: float


def _compared(found: list[_Expected]) -> tuple[Comparison, ...]:
    if not found:
        return ()
    _, names, *numbers = zip(*found, strict=True)
    return compared(names, *map(np.array, numbers))


def _expected(experiment: Experiment, printed: dict[str, Printed]) -> Iterator[_Expected]:
    if len(experiment.runs) == 1:
        return  # one video has no standard error, and its average is itself
    yield from _of_rows(printed)
    for block in experiment.blocks.values():
        yield from _of_bins(block)


def _of_rows(printed: dict[str, Printed]) -> Iterator[_Expected]:
    values = np.array([row.values for row in printed.values()])
    half = np.array([_half_digits(name, row.values) for name, row in printed.items()])
    both = [(value.tolist(), movable.tolist()) for value, movable in mean_and_error(values, half)]
    for at, (name, row) in enumerate(printed.items()):
        cells = zip(("average", "standard error"), (row.average, row.standard_error), both, strict=True)
        for k, (title, reported, (value, movable)) in enumerate(cells, start=len(row.values) + 2):
            if reported is not None:
                place: _Place = {"line": row.line, "column": str(k), "field": row.name}
                tolerance = _half_digits(name, [reported])[0] + movable[at]
                yield _Expected(place, f"{title} / {name}", reported, value[at], tolerance)


def _half_digits(name: str, values: Sequence[float]) -> list[float]:
    if name == "concentration":
        return list(map(half_significant_digit, values))
    return [HALF_DIGIT["diameter"]] * len(values)


def mean_and_error(
    values: NDArray[np.float64], rounding: NDArray[np.float64]
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Average and standard error over the videos, each with the most that the rounding of the values can move it.

    The standard error is a distance of the values from their mean, by √(n (n - 1)); a distance moves by no more than
    the length of the change.

    Args:
        values: shape (rows, n), n at least 2.
        rounding: how far each value can be from the unrounded one, shape (rows, n).

    Returns:
        (average, movable) and (standard error, movable), each of shape (rows,).
    """
    n = values.shape[1]
    length = np.sqrt((rounding**2).sum(axis=1))
    average = values.sum(axis=1) / n
    squares = ((values - average[:, np.newaxis]) ** 2).sum(axis=1)
    error = np.sqrt(squares / (n - 1)) / math.sqrt(n)
    return (average, rounding.sum(axis=1) / n), (error, length / math.sqrt(n * (n - 1)))


def _of_bins(block: Block) -> Iterator[_Expected]:
    """The two columns behind the bins; of each the bin that is furthest from what is expected."""
    bins, name = block.bins, " / ".join(block.kind)
    if bins.behind is None:
        return
    part = _part_to_compare(bins, bins.behind)
    behind = bins.behind[part]
    for k, (value, movable) in enumerate(mean_and_error(bins.values[part], bins.rounding[part])):
        tolerance = movable + bins.behind_rounding[part, k]
        row = int(np.argmax(np.abs(behind[:, k] - value) - tolerance))
        column = str(bins.values.shape[1] + k + 2)
        field = f"{name_of(block.kind)} / Graph Data"
        place: _Place = {"line": bins.line + part.start + row, "column": column, "field": field}
        title = f"{('average', 'standard error')[k]} / {name} / the bin furthest off"
        yield _Expected(place, title, float(behind[row, k]), float(value[row]), float(tolerance[row]))


def _part_to_compare(bins: Bins, behind: NDArray[np.float64]) -> slice:
    """The bins among which the one furthest off is.

    A bin of zeros alone is not, where numbers are whole: it has the widest tolerance of all, and no difference.
    """
    filled = [rows for table in (bins.values, behind) if (rows := held(table)) is not None]
    if not (bins.whole and filled):
        return slice(0, len(bins.values))
    return slice(min(rows.start for rows in filled), max(rows.stop for rows in filled))
