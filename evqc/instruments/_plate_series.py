"""Wells of a plate that were read many times: texts to arrays, times to seconds, arrays to records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, cast

import numpy as np

from evqc.calibration import WellSeries
from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import amount_in
from evqc.instruments._plate_wells import WORDS, is_word
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments._cell import Cell
    from evqc.instruments._marks import Marks

_TIME = re.compile(r"(?:(\d+):)?([0-5]?\d):([0-5]\d(?:[.,]\d+)?)")
_PLAIN = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3})?", re.ASCII)


def seconds(cell: Cell, source: str) -> float:
    """A time ``H:MM:SS`` or ``M:SS`` in seconds.

    Raises:
        InputError: ``TIME``.
    """
    found = _TIME.fullmatch(cell.text)
    if found is None:
        raise refusal(source, "TIME", cell.where("Time"), f"'{cell.text}'", "a time such as 1:39:30 or 0:30")
    hours, minutes, rest = found.groups()
    return 3600.0 * int(hours or 0) + 60.0 * int(minutes) + float(rest.replace(",", "."))


def off_interval(times: Sequence[float], interval_s: float | None, stated: str, where: Where) -> tuple[Issue, ...]:
    """A warning when reads do not follow each other at the interval that a file states, within a second.

    Args:
        times: of the reads in seconds, shape (reads,).
        interval_s: as the file states it; None when it does not.
        stated: what states it, such as ``as the plate states``.
        where: of the reads.
    """
    gaps = np.diff(times)
    if interval_s is None or not gaps.size or (np.abs(gaps - interval_s) <= 1.0).all():
        return ()
    odd = float(gaps[int(np.argmax(np.abs(gaps - interval_s)))])
    expected = f"{interval_s:g} s, {stated}"
    return (problem("warning", "PRINTED_DISAGREES", where, f"an interval of {odd:g} s between two reads", expected),)


def read_numbers(
    rows: Sequence[Sequence[Cell]], source: str, used: Marks
) -> tuple[NDArray[np.float64], tuple[Issue, ...]]:
    """Numbers of a table of reads by wells, and a warning when words stand among them.

    Args:
        rows: cells, shape (reads, wells).
        source: name of the file.
        used: marks of its numbers.

    Returns:
        Array of shape (reads, wells), NaN where a cell holds no number.

    Raises:
        InputError: ``NOT_A_NUMBER`` for a cell that holds digits and is no number.
    """
    point = used.decimal == "."
    values = np.array([[_number(cell, source, used, point=point) for cell in row] for row in rows], dtype=float)
    lost = [rows[int(i)][int(j)] for i, j in np.argwhere(np.isnan(values))]
    said = [cell for cell in lost if cell.text]
    if not said:
        return values, ()
    shown, expected = f"'{said[0].text}'; {len(said)} such reads", "a number for each read"
    return values, (problem("warning", "READS_MISSING", said[0].where("read"), shown, expected),)


def _number(cell: Cell, source: str, used: Marks, *, point: bool) -> float:
    if point and _PLAIN.fullmatch(cell.text) is not None:
        return float(cell.text)
    value = None if is_word(cell.text) else amount_in(cell, "value", source, used, WORDS).value
    return np.nan if value is None else value


def well_series(
    plate: str | None,
    wells: Sequence[str],
    times: Sequence[float],
    values: NDArray[np.float64],
    signal: str,
    wavelength_nm: float | None,
    where: Where,
    source: str,
) -> list[WellSeries]:
    """One record a well that was read at all.

    Args:
        plate: its name.
        wells: names, shape (wells,).
        times: of the reads in seconds, ascending, shape (reads,).
        values: shape (reads, wells), NaN for a read without number.
        signal: what was read.
        wavelength_nm: of it.
        where: where the plate begins.
        source: name of the file.

    Raises:
        InputError: ``TIME`` when the times do not ascend.
    """
    at = np.array(times, dtype=float)
    if at.size and not (np.diff(at) > 0).all():
        first = int(np.argmin(np.diff(at) > 0))
        raise refusal(source, "TIME", where, f"{at[first + 1]:g} s behind {at[first]:g} s", "times that ascend")
    there = np.isfinite(values)
    kind = cast("Literal['absorbance', 'fluorescence', 'luminescence']", signal)
    return [
        WellSeries(
            plate=plate,
            well=name,
            signal=kind,
            signal_unit="1" if signal == "absorbance" else "a.u.",
            wavelength_nm=wavelength_nm,
            time_s=array(at[there[:, i]] - at[0]),
            value=array(values[there[:, i], i]),
            missing=int((~there[:, i]).sum()),
            where=where,
        )
        for i, name in enumerate(wells)
        if there[:, i].any()
    ]
