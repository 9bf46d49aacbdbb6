"""The vendor's rules by software version, and how far the rounding of the printed bins can move what they give."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.instruments.nanosight._tables import held
from evqc.numerics.distributions import Distributions

if TYPE_CHECKING:
    from evqc.instruments.nanosight._tables import Bins, Of

Floats = NDArray[np.float64]

#: The statistics are printed to one decimal, in nm as in 10⁴ nm²/s; the text may show less, as Excel drops ``.0``.
#: SOURCE: in real files all agree within 0.05, diffusion coefficients within 0.052, which is allowed them here.
HALF_DIGIT = {"diameter": 0.05, "diffusion coefficient": 0.0525}
#: Concentrations are printed to this many significant digits; Excel shows them as whole numbers.
CONCENTRATION_DIGITS = 3
#: Shares of the percentile table that are compared: 0 and 100 are the ends of what was printed, not statistics.
COMPARED_PERCENTILES = np.arange(1, 100)
_SHARES = COMPARED_PERCENTILES / 100
#: The places of D10, D50 and D90 among them.
_D_VALUES = [9, 49, 89]
_AROUND = np.array([-1, 0, 1])
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


@dataclass(frozen=True, eq=False)
class Histograms:
    """The distributions of those videos that have one, with the rounding of their print.

    Attributes:
        videos: their places among all videos, m of them.
        drawn: as printed, m rows over the bins that hold something in any of them.
        rounding: how far each weight can be from the unrounded one, shape (m, bins).
    """

    videos: list[int]
    drawn: Distributions
    rounding: Floats

    @cached_property
    def parts(self) -> list[slice]:
        """Of each video its own bins: those from the first filled one to the last, and an empty one on either side."""
        filled = self.drawn.weight > 0
        first, last = filled.argmax(axis=1), filled[:, ::-1].argmax(axis=1)
        end = filled.shape[1]
        return [slice(max(a - 1, 0), end - max(b - 1, 0)) for a, b in zip(first.tolist(), last.tolist(), strict=True)]

    @cached_property
    def own(self) -> NDArray[np.bool_]:
        """Whether a bin is one of its video's own, shape (m, bins)."""
        found = np.zeros(self.drawn.weight.shape, dtype=np.bool_)
        for row, part in zip(found, self.parts, strict=True):
            row[part] = True
        return found

    @cached_property
    def more(self) -> Floats:
        """How much more than printed each bin can hold, shape (m, bins).

        A bin printed as 0 is empty unless it stands beside a filled one, where it may hold a part of a particle.
        """
        filled = self.drawn.weight > 0
        near = filled.copy()
        near[:, 1:] |= filled[:, :-1]
        near[:, :-1] |= filled[:, 1:]
        return np.where(near, self.rounding, 0.0)

    @cached_property
    def less(self) -> Floats:
        """How much less than printed each bin can hold, shape (m, bins)."""
        return np.minimum(self.drawn.weight, self.rounding)

    def sums(self, terms: Floats) -> Floats:
        """Sums of terms, shape (terms, m, bins), each over the part of its video; shape (terms, m)."""
        return np.array([np.add.reduce(terms[:, i, part], axis=1) for i, part in enumerate(self.parts)]).T

    @cached_property
    def total(self) -> Recomputed:
        """The sum of the bins."""
        summed, more, less = self.sums(np.array((self.drawn.weight, self.more, self.less)))
        return Recomputed(summed, np.maximum(more, less))


def histograms(bins: Bins) -> Histograms | None:
    """The distributions of a block; None when none of its videos has one."""
    if (rows := held(bins.values)) is None:
        return None
    videos = np.flatnonzero(bins.values[rows].any(axis=0))
    part = slice(max(rows.start - 1, 0), rows.stop + 1)
    weight, rounding = (np.ascontiguousarray(table[part, videos].T) for table in (bins.values, bins.rounding))
    return Histograms(videos.tolist(), Distributions(bins.lower[part], bins.upper[part], weight), rounding)


@dataclass(frozen=True, slots=True)
class Recomputed:
    """Statistics by the vendor's rule, and how far the rounding of the bins can move each.

    Both are of shape (m,) for one statistic, and (statistics, m) for several.
    """

    value: Floats
    movable: Floats


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Quantiles by the vendor's rule, and how far the rounding of the bins can move each; both of shape (m, shares)."""

    value: Floats
    movable: Floats


def recompute(histogram: Histograms, rule: Rule) -> tuple[Recomputed, Quantiles]:
    """The six statistics and percentiles 1 to 99 of each video, by the vendor's rule.

    Args:
        histogram: the distributions.
        rule: of the software version.

    Returns:
        Mean, mode, SD, D10, D50 and D90, in this order; and 99 percentiles; in the unit of the edges.
    """
    mean, sd = _mean_and_sd(histogram)
    mode, of = _mode(histogram), _percentiles(histogram, rule.shift_nm)
    value = np.array([mean.value, mode.value, sd.value, *of.value[:, _D_VALUES].T])
    movable = np.array([mean.movable, mode.movable, sd.movable, *of.movable[:, _D_VALUES].T])
    return Recomputed(value, movable), of


def within(reported: Floats, recomputed: Floats, tolerance: Floats) -> NDArray[np.bool_]:
    """Whether numbers differ by no more than ``tolerance``, apart from binary arithmetic; all of one shape."""
    slack = _ARITHMETIC * np.maximum(1.0, np.abs(reported))
    found: NDArray[np.bool_] = np.abs(reported - recomputed) <= tolerance + slack
    return found


def half_significant_digit(value: float) -> float:
    """Half a unit of the last of the three significant digits that a concentration is printed with."""
    if value == 0:
        return 0.5
    return 0.5 * 10.0 ** (math.floor(math.log10(abs(value))) - CONCENTRATION_DIGITS + 1)


def _mean_and_sd(h: Histograms) -> tuple[Recomputed, Recomputed]:
    """Both, of which the rounding moves the one as a sum of distances, the other as one of squared distances."""
    sd = h.drawn.population_sd
    variance = np.array([value**2 for value in sd.tolist()])
    distance = h.drawn.centre - h.drawn.mean[:, np.newaxis]
    excess = distance**2 - variance[:, np.newaxis]
    shifted, stretched = _moved(h, np.array((distance, excess)))
    each = zip(sd.tolist(), variance.tolist(), stretched.tolist(), shifted.tolist(), strict=True)
    return Recomputed(h.drawn.mean, shifted), Recomputed(sd, np.array([_sd_moved(*one) for one in each]))


def _moved(h: Histograms, slopes: Floats) -> Floats:
    """The most that sum(slope c) / sum(c), being 0 as printed, can become when each bin moves within its rounding.

    Args:
        h: the distributions.
        slopes: shape (slopes, m, bins).

    Returns:
        Shape (slopes, m).
    """
    filling, emptying = slopes * h.more, slopes * h.less
    up, down = np.maximum(filling, -emptying), np.maximum(emptying, -filling)
    weight = h.drawn.weight
    summed = h.sums(np.concatenate((up, down, (weight - h.less, weight))))
    least = np.where(summed[-2] > 0, summed[-2], summed[-1])
    furthest = summed[:-2].reshape(2, *summed[: len(slopes)].shape).max(axis=0)
    # It is a weighted mean of the slopes, so that no rounding takes it beyond the steepest.
    found: Floats = np.minimum(furthest / least, np.where(h.own, np.abs(slopes), 0.0).max(axis=2))
    return found


def _sd_moved(value: float, variance: float, stretched: float, shifted: float) -> float:
    lowest = max(variance - stretched - shifted**2, 0.0)
    return max(math.sqrt(variance + stretched) - value, value - math.sqrt(lowest))


def _mode(h: Histograms) -> Recomputed:
    weight, k = h.drawn.weight, np.array(h.drawn.highest)
    rows = np.arange(len(k))
    least = weight[rows, k] - h.less[rows, k]
    rivals = h.own & (weight + h.more >= least[:, np.newaxis])
    away = np.abs(h.drawn.centre - h.drawn.centre[k, np.newaxis])
    return Recomputed(np.array(h.drawn.parabola_mode), np.where(rivals, away, 0.0).max(axis=1) + _vertices_moved(h, k))


def _vertices_moved(h: Histograms, k: NDArray[np.int_]) -> list[float]:
    """How far the vertex of the parabola through bins k-1, k, k+1 of each video can move; a bin width at the ends."""
    widths = (h.drawn.upper[k] - h.drawn.lower[k]).tolist()
    last = h.drawn.centre.size - 1
    # The ends have no neighbour on one side: what stands in its place is not used.
    around = np.arange(len(k))[:, np.newaxis], np.clip(k[:, np.newaxis] + _AROUND, 0, last)
    each = zip(h.drawn.highest, widths, h.drawn.weight[around].tolist(), h.more[around].tolist(), strict=True)
    return [width if at in {0, last} else _vertex_moved(width, three, max(half)) for at, width, three, half in each]


def _vertex_moved(width: float, three: list[float], half: float) -> float:
    """How far the vertex of the parabola through three bins can move; never more than one bin width."""
    left, top, right = three
    curvature = 2 * top - left - right - 4 * half
    if not curvature > 0:
        return width
    slopes = (top - right) + (top - left) + abs(left - right) + 6 * half
    moved: float = min(width, width * (half / curvature) * (slopes / curvature))
    return moved


def _percentiles(h: Histograms, shift: float) -> Quantiles:
    values, (lowest, highest) = h.drawn.percentiles, _percentile_bounds(h)
    movable = np.maximum(np.maximum(values - lowest, highest - values), 0.0)
    return Quantiles(values + shift, movable)


def _percentile_bounds(h: Histograms) -> tuple[Floats, Floats]:
    """The percentiles when all bins below the edge are as full, or as empty, as their print allows."""
    edges = np.concatenate((h.drawn.lower, h.drawn.upper[-1:]))
    full, empty = h.drawn.weight + h.more, h.drawn.weight - h.less
    below, above = _below(np.concatenate((full, empty))), _above(np.concatenate((empty, full)))
    found = np.array([np.interp(_SHARES, shares, edges) for shares in below / (below + above)])
    return found[: len(full)], found[len(full) :]


def _below(weight: Floats) -> Floats:
    """Weight below each edge, shape (m, bins + 1)."""
    found = np.zeros((weight.shape[0], weight.shape[1] + 1))
    np.cumsum(weight, axis=1, out=found[:, 1:])
    return found


def _above(weight: Floats) -> Floats:
    """Weight above each edge; summed from above, because a difference would lose small weights."""
    return _below(weight[:, ::-1])[:, ::-1]
