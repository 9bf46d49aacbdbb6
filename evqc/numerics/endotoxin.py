"""Kinetic bacterial endotoxin tests (chromogenic, turbidimetric): onset times, spike recovery, valid dilution.

The standard curve of onset times is the ``log-log`` model of ``curve_models``. USP <85> and Ph. Eur. 2.6.14 are cited
from the literature as generally known [lit], not from their text: what rests on them is reported and blocks nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Least |r| of log onset time on log concentration [lit: USP <85>, Ph. Eur. 2.6.14; MARKER_FORMATS 8].
LEAST_CORRELATION = 0.980
#: Largest CV of the onset times of replicate wells, percent [MARKER_FORMATS 8, as known in the field].
LARGEST_ONSET_CV_PERCENT = 10.0
#: Recovery of the product positive control, percent, both included [lit: USP <85>, Ph. Eur. 2.6.14; STANDARDS 10.3].
RECOVERY_PERCENT = (50.0, 200.0)
#: Share of the threshold that a float may lack: 0.1 + 0.2 of printed decimals is reached by a printed 0.3.
_ROUNDING = 1e-12


@dataclass(frozen=True, kw_only=True)
class Onset:
    """When the reaction of one well begins.

    Attributes:
        time_s: None when the signal never rises far enough within the run.
        baseline: mean of the first reads, that the rise is counted from.
        lasts: every later read is at or above the threshold too; False is a spike of one or a few reads.
    """

    time_s: float | None
    baseline: float
    lasts: bool


def onset(
    time_s: NDArray[np.float64],
    signal: NDArray[np.float64],
    rise: float,
    *,
    baseline_reads: int = 1,
    interpolated: bool = True,
) -> Onset:
    """The time at which a well's signal has risen by ``rise`` over its own first reads.

    Args:
        time_s: of the reads, ascending, shape (n,).
        signal: at those times, shape (n,).
        rise: in the unit of the signal, above zero; 0.2 for the usual chromogenic kits.
        baseline_reads: how many first reads make the baseline.
        interpolated: linearly between the last read below and the first at or above the threshold; else the time of
            that first read.

    Raises:
        ValueError: shapes differ, times do not ascend, or there are fewer reads than make the baseline.

    Source:
        MARKER_FORMATS 8: the kit's convention is an increase over the well's first read, not an absolute signal.
    """
    if time_s.shape != signal.shape or time_s.ndim != 1 or not time_s.size >= baseline_reads >= 1 or not rise > 0:
        raise ValueError("a reaction has as many times as signals, at least those of its baseline, and a rise above 0")
    if not (np.diff(time_s) > 0).all():
        raise ValueError("the times of a reaction ascend")
    baseline = float(signal[:baseline_reads].mean())
    threshold = baseline + rise
    over = signal >= threshold - _ROUNDING * abs(threshold)
    over[:baseline_reads] = False
    if not over.any():
        return Onset(time_s=None, baseline=baseline, lasts=True)
    first = int(over.argmax())
    time = time_s[first]
    if interpolated and signal[first - 1] < threshold < signal[first]:
        share = (threshold - signal[first - 1]) / (signal[first] - signal[first - 1])
        time = time_s[first - 1] + share * (time_s[first] - time_s[first - 1])
    return Onset(time_s=float(time), baseline=baseline, lasts=bool(over[first:].all()))


def blanks_are_slower(blanks: Sequence[float | None], lowest_standard: Sequence[float]) -> bool | None:
    """Whether every blank begins later than every well of the lowest standard; None without blank or standard.

    Args:
        blanks: onset times in seconds, None for a blank that never begins.
        lowest_standard: onset times of the lowest standard in seconds.

    Source:
        MARKER_FORMATS 8.
    """
    if not blanks or not lowest_standard:
        return None
    return all(time is None or time > max(lowest_standard) for time in blanks)


def spike_recovery_percent(spiked: float, unspiked: float, nominal: float) -> float:
    """Measured share of the endotoxin that was added to the product, in percent: 100 (spiked - unspiked) / nominal.

    Args:
        spiked: concentration in the wells of the spiked product.
        unspiked: the same of the product without spike, at the same dilution.
        nominal: concentration that the spike adds, above zero, in the same unit.

    Raises:
        ValueError: a concentration is negative or not finite, or the spike is not above zero.

    Source:
        USP <85>, Ph. Eur. 2.6.14 [lit].
    """
    if not (math.isfinite(spiked) and spiked >= 0 and math.isfinite(unspiked) and unspiked >= 0 and nominal > 0):
        raise ValueError("concentrations are finite and not negative, and the spike is above zero")
    return 100.0 * (spiked - unspiked) / nominal


def endotoxin_limit(threshold_per_kg_h: float, dose_per_kg_h: float) -> float:
    """K/M: the most endotoxin that a unit of product may hold.

    Args:
        threshold_per_kg_h: K in EU/kg/h, 5 for intravenous and 0.2 for intrathecal use.
        dose_per_kg_h: M, the largest dose per kilogram and hour, in millilitres for a limit in EU/mL.

    Raises:
        ValueError: a number is not above zero.

    Source:
        USP <85>, Ph. Eur. 2.6.14 [lit]; STANDARDS EDX-01 and 10.3.
    """
    if not (threshold_per_kg_h > 0 and dose_per_kg_h > 0):
        raise ValueError("threshold and dose are above zero")
    return threshold_per_kg_h / dose_per_kg_h


def maximum_valid_dilution(limit: float, sensitivity: float, concentration: float = 1.0) -> float:
    """The largest dilution at which the limit can still be seen: limit × concentration / λ.

    Args:
        limit: in EU/mL with a concentration of 1, else in EU per unit of product.
        sensitivity: λ in EU/mL: of a kinetic test the lowest concentration of the standard curve.
        concentration: of the product per millilitre, in the unit that the limit is per.

    Raises:
        ValueError: a number is not above zero.

    Source:
        USP <85>, Ph. Eur. 2.6.14 [lit]; STANDARDS 10.3.
    """
    if not (limit > 0 and sensitivity > 0 and concentration > 0):
        raise ValueError("limit, sensitivity and concentration are above zero")
    return limit * concentration / sensitivity
