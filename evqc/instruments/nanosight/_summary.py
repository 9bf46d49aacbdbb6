"""The file's own Average and Standard Error over its videos: kept as printed, and recomputed from what it prints."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where
from evqc.instruments.nanosight._agreement import Checked, compared, compared_one, statistic_name
from evqc.instruments.nanosight._blocks import Block, name_of
from evqc.instruments.nanosight._names import stem
from evqc.instruments.nanosight._statistics import HALF_DIGIT, half_significant_digit
from evqc.measurement import agreement
from evqc.reading import RunGroup, Summary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from evqc.instruments.nanosight._experiment import Experiment
    from evqc.instruments.nanosight._tables import Bins
    from evqc.instruments.nanosight._values import Printed

#: SOURCE: 881 videos; a video without tracks counts with its zeros.
RULE = "Average: plain mean over all videos, failed ones included; Standard Error: SD with divisor n - 1, by √n."


def summarise(experiment: Experiment) -> tuple[Summary, tuple[Checked, ...]]:
    """The summary of a file, and its comparisons with their places."""
    groups = _groups(experiment.runs)
    printed = dict(_printed(experiment))
    checked = tuple(_checks(experiment, printed))
    made = Summary(
        runs=len(experiment.runs),
        groups=groups,
        mixes_samples=len(groups) > 1 or experiment.merged,
        average={name: row.average for name, row in printed.items() if row.average is not None},
        standard_error={name: row.standard_error for name, row in printed.items() if row.standard_error is not None},
        agreement=agreement(RULE, tuple(c.comparison for c in checked)),
    )
    return made, checked


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


def _checks(experiment: Experiment, printed: dict[str, Printed]) -> Iterator[Checked]:
    if len(experiment.runs) == 1:
        return  # one video has no standard error, and its average is itself
    yield from _row_checks(printed)
    for block in experiment.blocks.values():
        yield from _bin_checks(block)


def _row_checks(printed: dict[str, Printed]) -> list[Checked]:
    values = np.array([row.values for row in printed.values()])
    half = np.array([[_half_digit(name, value) for value in row.values] for name, row in printed.items()])
    both = [(value.tolist(), movable.tolist()) for value, movable in mean_and_error(values, half)]
    found = []
    for at, (name, row) in enumerate(printed.items()):
        cells = zip(("average", "standard error"), (row.average, row.standard_error), both, strict=True)
        for k, (title, reported, (value, movable)) in enumerate(cells, start=len(row.values) + 2):
            if reported is not None:
                where = Where(line=row.line, column=str(k), field=row.name)
                tolerance = _half_digit(name, reported) + movable[at]
                found.append((where, f"{title} / {name}", reported, value[at], tolerance))
    places, names, *numbers = zip(*found, strict=True)
    return list(map(Checked, compared(names, *map(np.array, numbers)), places))


def _half_digit(name: str, value: float) -> float:
    return half_significant_digit(value) if name == "concentration" else HALF_DIGIT["diameter"]


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


def _bin_checks(block: Block) -> Iterator[Checked]:
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
        where = Where(line=bins.line + part.start + row, column=column, field=f"{name_of(block.kind)} / Graph Data")
        title = f"{('average', 'standard error')[k]} / {name} / the bin furthest off"
        numbers = float(behind[row, k]), float(value[row]), float(tolerance[row])
        yield Checked(compared_one(title, *numbers), where)


def _part_to_compare(bins: Bins, behind: NDArray[np.float64]) -> slice:
    """The bins among which the one furthest off is.

    A bin of zeros alone is not, where numbers are whole: it has the widest tolerance of all, and no difference.
    """
    filled = np.flatnonzero((bins.values > 0).any(axis=1) | (behind > 0).any(axis=1))
    whole = bins.rounding.max() <= 1 and bins.behind_rounding.max() <= 1
    return slice(int(filled[0]), int(filled[-1]) + 1) if whole and filled.size else slice(0, len(bins.values))
