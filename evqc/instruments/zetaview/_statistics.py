"""Statistics by ZetaView's own rules, and the comparison of what it prints with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.measurement import Comparison, SizeStatistics
from evqc.numerics import sizing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RULE = (
    "ZetaView 8.05 and 8.06: D-values interpolate the cumulative linearly with the printed Size as the right edge of "
    "its class; mean of the printed Size; SD with n - 1 on the counts."
)
#: Two sums of the same numbers in another order differ by this share at most.
_FLOAT = 1e-12


def quantile(size: Floats, weight: Floats, share: float) -> float:
    """The diameter below which ``share`` of the weight lies, by ZetaView's rule.

    Args:
        size: the Size column, shape (n,), nm.
        weight: Number, Concentration or Volume column, shape (n,), with a sum above 0.
        share: between 0 and 1.

    Source:
        Size taken as the right edge reproduces every D50 of 53 files of three versions within 1e-6 nm; the class
        centre would give 2.5 nm more.
    """
    return quantiles(size, weight, share)[0]


def quantiles(size: Floats, weight: Floats, *shares: float) -> list[float]:
    """Several at once; see ``quantile``."""
    found: list[float] = np.interp(shares, np.cumsum(weight) / weight.sum(), size).tolist()
    return found


def vendor_statistics(size: Floats, count: Floats) -> SizeStatistics:
    """Mean, SD and D-values of the counted particles by ZetaView's rules; it defines no mode.

    Args:
        size: the Size column, shape (n,), nm.
        count: the Number column, shape (n,), with a sum above 0.

    Source:
        Mean over Size as printed and SD with n - 1 on the counts reproduce the numbers of its PDF reports.
    """
    mean, sd = sizing.mean_and_sample_sd(size, count)
    d10, d50, d90 = quantiles(size, count, 0.1, 0.5, 0.9)
    return SizeStatistics(mean_nm=mean, sd_nm=sd, d10_nm=d10, d50_nm=d50, d90_nm=d90)


def median_tolerance(size: Floats, weight: Floats, half: Floats) -> float:
    """How far the rounding of the weights can move their median, in nm; see ``median``."""
    return median(size, weight, half)[1]


def median(size: Floats, weight: Floats, half: Floats) -> tuple[float, float]:
    """The median, and how far the rounding of the weights can move it, both in nm.

    Args:
        size: as of ``quantile``.
        weight: as of ``quantile``.
        half: half a unit of the last printed digit of each weight, shape (n,).

    Source:
        With errors of at most h[i] in each weight, the cumulative share F moves by at most
        ((1 - F) sum(h below) + F sum(h above)) / sum(w), which is sum(h) / 2 / sum(w) at the median.
    """
    shift = min(1.0, float(half.sum()) / 2 / float(weight.sum()) + _FLOAT)
    middle, above, below = quantiles(size, weight, 0.5, 0.5 + shift, 0.5 - shift)
    return middle, max(above - middle, middle - below)


def comparison(statistic: str, reported: float, recomputed: float, tolerance: float) -> Comparison:
    """A printed number beside the recomputed one; see ``Comparison`` for what the tolerance is."""
    slack = _FLOAT * max(abs(reported), abs(recomputed))
    return Comparison(
        statistic=statistic,
        reported=reported,
        recomputed=recomputed,
        tolerance=tolerance,
        within=abs(reported - recomputed) <= tolerance + slack,
    )
