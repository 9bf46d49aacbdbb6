"""What a record prints twice, or prints and lets follow from what else it prints."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.instruments.zetasizer._columns import NUMBERS, QUANTITIES, SIZES, UNDERSIZE, WEIGHTINGS, ZETA_WEIGHTS, ZETAS
from evqc.measurement import Comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from evqc.instruments.zetasizer._tables import Record

    Floats = NDArray[np.float64]

RULE = (
    "means: sum of size x percent by sum of percent; PdI width: root of PdI x Z-average; %Pd: width by mean of a peak;"
    " undersize: sum of the classes below and half of the own one"
)
_BY = {one.measurand: one.headings for one in QUANTITIES}
_FLOAT = 1e-9


@dataclass(frozen=True, slots=True)
class Moments:
    """Mean and population SD of printed classes, with the most that the rounding of what is printed can move them."""

    mean: float
    mean_movable: float
    sd: float
    sd_movable: float


def moments(x: tuple[Floats, Floats], weight: tuple[Floats, Floats]) -> Moments | None:
    """Mean and SD of classes; None when nothing has weight.

    A class printed as 0 beside one that is not may hold up to half a unit too; those farther away are taken at their
    word, for a class of 10 µm with 0.04 % would move every mean.

    Args:
        x: what the classes stand at, and half a unit of the last digit of each, shape (n,).
        weight: percent or intensity of each, and half a unit of the last digit, shape (n,).

    Source:
        Reproduces the printed means of four real records within their rounding.
    """
    at, half_x = x
    w, half_w = weight
    total = float(w.sum())
    if not total > 0:
        return None
    mean = float((at * w).sum() / total)
    squares = (at - mean) ** 2
    variance = float((squares * w).sum() / total)
    near = np.convolve(w > 0, [1, 1, 1], mode="same") > 0
    loose = np.where(near, half_w, 0.0)
    mean_movable = float((np.abs(at - mean) * loose).sum() + (half_x * w).sum()) / total
    moved = float((np.abs(squares - variance) * loose).sum() + (2 * np.abs(at - mean) * half_x * w).sum()) / total
    sd = math.sqrt(variance)
    return Moments(mean, mean_movable, sd, moved / (2 * sd) if sd > 0 else math.sqrt(moved))


def compared(statistic: str, reported: tuple[float, float], recomputed: float, movable: float) -> Comparison:
    """A printed number (with half a unit of its last digit) beside the recomputed one."""
    tolerance = reported[1] + movable
    off = abs(reported[0] - recomputed)
    return Comparison(
        statistic=statistic,
        reported=reported[0],
        recomputed=recomputed,
        tolerance=tolerance,
        within=off <= tolerance + _FLOAT * abs(recomputed),
    )


def printed(record: Record) -> tuple[Comparison, ...]:
    """Every comparison that a record allows, whatever columns were exported.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``TRUNCATED``.
    """
    return (
        *_pdi_width(record),
        *_peaks(record),
        *_means(record),
        *_undersize(record),
        *_zeta_distribution(record),
    )


def _value(record: Record, key: str) -> tuple[float, float] | None:
    return record.value(NUMBERS[key] if key in NUMBERS else _BY[key])


def _pdi_width(record: Record) -> Iterator[Comparison]:
    z, pdi, width = (_value(record, key) for key in ("z_average_diameter", "polydispersity_index", "pdi_width_nm"))
    if z is None or pdi is None or width is None or not pdi[0] > 0:
        return
    root = math.sqrt(pdi[0])
    yield compared("pdi_width_nm", width, root * z[0], root * z[1] + z[0] * pdi[1] / (2 * root))


def _peaks(record: Record) -> Iterator[Comparison]:
    """%Pd of each peak."""
    for k in (1, 2, 3):
        keys = f"intensity_peak_{k}_nm", f"intensity_width_peak_{k}_nm", f"pd_peak_{k}_percent"
        mean, width, share = (_value(record, key) for key in keys)
        if mean is not None and width is not None and share is not None and mean[0] > 0:
            ours = 100 * width[0] / mean[0]
            movable = 100 * width[1] / mean[0] + ours * mean[1] / mean[0]
            yield compared(f"pd_peak_{k}_percent", share, ours, movable)


def _means(record: Record) -> Iterator[Comparison]:
    """Printed means beside the classes; with a single peak also its mean and width."""
    sizes = record.array(SIZES, 0)
    for name, (by, key) in WEIGHTINGS.items():
        shares = None if sizes is None else record.array(name, 0)
        found = None if sizes is None or shares is None or len(shares[0]) != len(sizes[0]) else moments(sizes, shares)
        if found is None:
            continue
        if (mean := _value(record, key)) is not None:
            yield compared(f"{by} / mean_nm", mean, found.mean, found.mean_movable)
        if by == "intensity" and _has_one_peak(record):
            yield from _only_peak(record, found)


def _has_one_peak(record: Record) -> bool:
    one, two = (_value(record, f"intensity_peak_{k}_nm") for k in (1, 2))
    return one is not None and one[0] > 0 and two is not None and two[0] == 0


def _only_peak(record: Record, found: Moments) -> Iterator[Comparison]:
    mean, width = (_value(record, f"intensity_{what}_1_nm") for what in ("peak", "width_peak"))
    if mean is not None:
        yield compared("intensity / peak_1_nm", mean, found.mean, found.mean_movable)
    if width is not None:
        yield compared("intensity / width_peak_1_nm", width, found.sd, found.sd_movable)


def _undersize(record: Record) -> Iterator[Comparison]:
    """The printed cumulative beside the classes: the one that is furthest off what rounding allows.

    Source: real records; that half of the own class counts shows that a size is the middle of its class.
    """
    shares, under = record.array("Intensities", 0), record.array(UNDERSIZE, 0)
    if shares is None or under is None or len(shares[0]) != len(under[0]):
        return
    ours = np.cumsum(shares[0]) - shares[0] / 2
    movable = np.cumsum(np.where(shares[0] > 0, shares[1], 0.0))
    at = int(np.argmax(np.abs(under[0] - ours) - movable - under[1]))
    reported = float(under[0][at]), float(under[1][at])
    yield compared(f"undersize by intensity, class {at + 1}", reported, float(ours[at]), float(movable[at]))


def _zeta_distribution(record: Record) -> Iterator[Comparison]:
    """Zeta potential and deviation beside mean and SD of the distribution of zeta potentials.

    Source: they agree in the five real records that hold the distribution.
    """
    zetas, weights = record.array(ZETAS), record.array(ZETA_WEIGHTS)
    if zetas is None or weights is None or len(zetas[0]) != len(weights[0]):
        return
    found = moments(zetas, weights)
    zeta, deviation = (_value(record, key) for key in ("zeta_potential", "zeta_deviation_mV"))
    if found is not None and zeta is not None:
        yield compared("zeta_potential_mV", zeta, found.mean, found.mean_movable)
    if found is not None and deviation is not None:
        yield compared("zeta_deviation_mV", deviation, found.sd, found.sd_movable)
