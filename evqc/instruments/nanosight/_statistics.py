"""The vendor's rules by software version, and how far the rounding of the printed bins can move what they give."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.sizing import mean, parabola_mode, population_sd, quantiles

if TYPE_CHECKING:
    from evqc.instruments.nanosight._tables import Of

#: The statistics are printed to one decimal, in nm as in 10⁴ nm²/s; the text may show less, as Excel drops ``.0``.
#: SOURCE: in real files all agree within 0.05, diffusion coefficients within 0.052, which is allowed them here.
HALF_DIGIT = {"diameter": 0.05, "diffusion coefficient": 0.0525}
#: Concentrations are printed to this many significant digits; Excel shows them as whole numbers.
CONCENTRATION_DIGITS = 3
#: Shares of the percentile table that are compared: 0 and 100 are the ends of what was printed, not statistics.
COMPARED_PERCENTILES = np.arange(1, 100)
_D_SHARES = (0.1, 0.5, 0.9)
#: Binary arithmetic: 136.05 - 136.0 is not 0.05.
_ARITHMETIC = 1e-9


@dataclass(frozen=True, slots=True)
class Rule:
    """How one software version computes what it prints.

    Attributes:
        shift_nm: added to D-values and percentiles of diameters.
        text: the rule in one sentence.
    """

    shift_nm: float
    text: str

    def percentiles_of(self, of: Of) -> bool:
        """Whether the rule for D-values and percentiles is known; that of 3.2 for other units than nm is not."""
        return of == "diameter" or self.shift_nm == 0


_COMMON = (
    "mean and population SD of the bin centres; mode by the parabola through the highest bin and its neighbours; "
    "D-values and percentiles by linear interpolation of the cumulative at bin edges"
)

#: The versions that are read. SOURCE: recomputed from 881 videos of 113 exports; 3.2 prints percentiles 1.0 nm low.
RULES = {
    "3.2": Rule(-1.0, f"NTA 3.2: {_COMMON}, minus 1.0 nm."),
    "3.3": Rule(0.0, f"NTA 3.3: {_COMMON}."),
    "3.4": Rule(0.0, f"NTA 3.4: {_COMMON}."),
}


@dataclass(frozen=True)
class Histogram:
    """One video's distribution with the rounding of its print.

    Attributes:
        lower, upper: bin edges, shape (bins,).
        weight: as printed, shape (bins,).
        rounding: how far each weight can be from the unrounded one, shape (bins,).
    """

    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    weight: NDArray[np.float64]
    rounding: NDArray[np.float64]

    @cached_property
    def centre(self) -> NDArray[np.float64]:
        """Bin centres, shape (bins,)."""
        return (self.lower + self.upper) / 2

    @cached_property
    def more(self) -> NDArray[np.float64]:
        """How much more than printed each bin can hold, shape (bins,).

        A bin printed as 0 is empty unless it stands beside a filled one, where it may hold a part of a particle.
        """
        filled = np.concatenate(([False], self.weight > 0, [False]))
        return np.where(filled[:-2] | filled[1:-1] | filled[2:], self.rounding, 0.0)

    @cached_property
    def less(self) -> NDArray[np.float64]:
        """How much less than printed each bin can hold, shape (bins,)."""
        return np.minimum(self.weight, self.rounding)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A statistic by the vendor's rule, and how far the rounding of the bins can move it."""

    value: float
    movable: float


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Quantiles by the vendor's rule, and how far the rounding of the bins can move each; both of shape (m,)."""

    value: NDArray[np.float64]
    movable: NDArray[np.float64]


def recompute(histogram: Histogram, rule: Rule) -> tuple[dict[str, Recomputed], Quantiles]:
    """The six statistics and percentiles 1 to 99 of one video, by the vendor's rule.

    Args:
        histogram: at least one bin holds something.
        rule: of the software version.

    Returns:
        ``mean``, ``mode``, ``sd``, ``d10``, ``d50``, ``d90``; and 99 percentiles; in the unit of the edges.
    """
    average = mean(histogram.centre, histogram.weight)
    found = {"mean": _mean(histogram, average), "mode": _mode(histogram), "sd": _sd(histogram, average)}
    shares = np.concatenate((_D_SHARES, COMPARED_PERCENTILES / 100))
    values = _quantiles(histogram, shares, rule.shift_nm)
    pairs = zip(values.value[:3].tolist(), values.movable[:3].tolist(), strict=True)
    found |= {name: Recomputed(*pair) for name, pair in zip(("d10", "d50", "d90"), pairs, strict=True)}
    return found, Quantiles(values.value[3:], values.movable[3:])


def within(reported: float, recomputed: float, tolerance: float) -> bool:
    """Whether two numbers differ by no more than ``tolerance``, apart from binary arithmetic."""
    return abs(reported - recomputed) <= tolerance + _ARITHMETIC * max(1.0, abs(reported))


def half_significant_digit(value: float) -> float:
    """Half a unit of the last of the three significant digits that a concentration is printed with."""
    if value == 0:
        return 0.5
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) - CONCENTRATION_DIGITS + 1)


def _mean(h: Histogram, value: float) -> Recomputed:
    return Recomputed(value, _moved(h.centre - value, h))


def _moved(slope: NDArray[np.float64], h: Histogram) -> float:
    """The most that sum(slope c) / sum(c), being 0 as printed, can become when each bin moves within its rounding."""
    up = np.sum(np.where(slope > 0, slope * h.more, -slope * h.less))
    down = np.sum(np.where(slope > 0, slope * h.less, -slope * h.more))
    # It is a weighted mean of the slopes, so that no rounding takes it beyond the steepest.
    return min(float(max(up, down)) / _least(h), float(np.max(np.abs(slope))))


def _least(h: Histogram) -> float:
    return float(np.sum(h.weight - h.less)) or float(np.sum(h.weight))


def _sd(h: Histogram, centre: float) -> Recomputed:
    value = population_sd(h.centre, h.weight)
    variance = value**2
    moved = _moved((h.centre - centre) ** 2 - variance, h)
    lowest = max(variance - moved - _moved(h.centre - centre, h) ** 2, 0.0)
    return Recomputed(value, max(math.sqrt(variance + moved) - value, value - math.sqrt(lowest)))


def _mode(h: Histogram) -> Recomputed:
    value = parabola_mode(h.centre, h.weight)
    k = int(np.argmax(h.weight))
    rivals = h.centre[h.weight + h.more >= h.weight[k] - h.less[k]]
    away = float(np.max(np.abs(rivals - h.centre[k])))
    return Recomputed(value, away + _vertex_moved(h, k))


def _vertex_moved(h: Histogram, k: int) -> float:
    """How far the vertex of the parabola through bins k-1, k, k+1 can move; never more than one bin width."""
    width = float(h.upper[k] - h.lower[k])
    if k in {0, h.weight.size - 1}:
        return width
    left, top, right = (float(h.weight[i]) for i in (k - 1, k, k + 1))
    half = float(h.more[k - 1 : k + 2].max())
    curvature = 2 * top - left - right - 4 * half
    if not curvature > 0:
        return width
    slopes = (top - right) + (top - left) + abs(left - right) + 6 * half
    return min(width, width * (half / curvature) * (slopes / curvature))


def _quantiles(h: Histogram, shares: NDArray[np.float64], shift: float) -> Quantiles:
    values = quantiles(h.lower, h.upper, h.weight, shares)
    lowest, highest = _quantile_bounds(h, shares)
    movable = np.maximum(np.maximum(values - lowest, highest - values), 0.0)
    return Quantiles(values + shift, movable)


def _quantile_bounds(h: Histogram, shares: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The quantiles when all bins below the edge are as full, or as empty, as their print allows."""
    edges = np.append(h.lower, h.upper[-1])
    full, empty = h.weight + h.more, h.weight - h.less
    most = _below(full) / (_below(full) + _above(empty))
    least = _below(empty) / (_below(empty) + _above(full))
    return np.interp(shares, most, edges), np.interp(shares, least, edges)


def _below(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight below each edge, shape (bins + 1,)."""
    return np.concatenate(([0.0], np.cumsum(weight)))


def _above(weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight above each edge, shape (bins + 1,); summed from above, because a difference would lose small weights."""
    return _below(weight[::-1])[::-1]
