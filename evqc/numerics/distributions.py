"""Several size distributions over the same bins, one a row, and their statistics all at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.measurement import SizeStatistics

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.measurement import Bins, SizeDistribution

Floats = NDArray[np.float64]

#: Shares closer than this to the end of a bin lie on it: 0.1 * 3 is not 0.3 in binary.
_SHARE_TOLERANCE = 1e-12
#: Edges that are computed from printed centres overlap by rounding, up to this share of a bin.
_EDGE_TOLERANCE = 1e-3
#: Above this width of the bins relative to the SD, the spread inside the bins counts. Source: METHODS B.
_WIDE_BINS = 0.3
#: Shares of the percentiles 1 to 99.
_PERCENTILES = np.arange(1, 100) / 100
#: Up to so many numbers in all are quicker one by one.
_FEW = 480
#: Parts that hold the numbers of nearly every row: to look whether one would do costs as much as to take the other.
_USUAL_PARTS = 2
#: Below it the powers of two that numbers are split with are finite.
_SPLITTABLE = 2.0**900
#: Binary digits of a float.
_DIGITS = 53
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Distributions:
    """Distributions over the same bins; ``distributions`` makes and checks them.

    ``sizing`` says of each statistic what it is and where it comes from.

    Attributes:
        lower, upper: bin edges, shape (n,).
        weight: not negative, shape (m, n); every row holds something.
    """

    lower: Floats
    upper: Floats
    weight: Floats

    @cached_property
    def centre(self) -> Floats:
        """Bin centres, shape (n,)."""
        return (self.lower + self.upper) / 2

    @cached_property
    def _totals_and_means(self) -> tuple[Floats, Floats]:
        return totals_and_means(self.centre, self.weight)

    @property
    def total(self) -> Floats:
        """Sum of the weights, exactly rounded, shape (m,)."""
        return self._totals_and_means[0]

    @property
    def mean(self) -> Floats:
        """Weighted mean of the bin centres, shape (m,)."""
        return self._totals_and_means[1]

    @cached_property
    def squares(self) -> Floats:
        """Weighted sum of the squared distances from the mean, shape (m,)."""
        return squares_about(self.mean, self.centre, self.weight)

    @cached_property
    def population_sd(self) -> Floats:
        """Standard deviation about the mean, divisor the sum of the weights, shape (m,)."""
        return np.sqrt(self.squares / self.total)

    def quantiles(self, shares: Floats) -> Floats:
        """Diameters below which ``shares`` (between 0 and 1, shape (k,)) of the weight lie, shape (m, k)."""
        cumulated = np.cumsum(self.weight, axis=1)
        whole = cumulated[:, -1:]
        target, first = shares * whole, np.argmax(self.weight > 0, axis=1)
        reached = zip(cumulated, target - _SHARE_TOLERANCE * whole, strict=True)
        k = np.maximum([row.searchsorted(wanted) for row, wanted in reached], first[:, np.newaxis])
        at = k + np.arange(0, cumulated.size, cumulated.shape[1])[:, np.newaxis]
        height = self.weight.take(at)
        below = cumulated.take(at) - height
        inside = np.minimum(np.maximum((target - below) / height, 0.0), 1.0)
        low = self.lower.take(k)
        found: Floats = low + inside * (self.upper.take(k) - low)
        return found

    @cached_property
    def percentiles(self) -> Floats:
        """Percentiles 1 to 99, shape (m, 99)."""
        return self.quantiles(_PERCENTILES)

    @cached_property
    def d_values(self) -> Floats:
        """D10, D50 and D90, shape (m, 3)."""
        return self.percentiles[:, [9, 49, 89]]

    @cached_property
    def highest(self) -> list[int]:
        """Index of the highest bin of each row, of several the lowest."""
        found: list[int] = np.argmax(self.weight, axis=1).tolist()
        return found

    @cached_property
    def parabola_mode(self) -> list[float]:
        """Vertex of the parabola through the highest bin and its neighbours; its centre at either end of the table."""
        return [vertex_at(self.centre, row, k) for row, k in zip(self.weight, self.highest, strict=True)]

    @cached_property
    def density_mode(self) -> list[float]:
        """Vertex of the parabola through the logarithms of the density; the centre where a neighbour is empty."""
        density = self.weight / (self.upper - self.lower)
        rows = zip(density, np.argmax(density, axis=1).tolist(), strict=True)
        return [_density_mode(self.centre, row, k) for row, k in rows]

    @cached_property
    def standard(self) -> list[SizeStatistics]:
        """Mean, mode, SD and D-values of each row by evqc's rule."""
        rows = zip(self.mean.tolist(), self.density_mode, self._standard_sd, self.d_values.tolist(), strict=True)
        return [
            SizeStatistics(mean_nm=mean, mode_nm=mode, sd_nm=sd, d10_nm=d10, d50_nm=d50, d90_nm=d90)
            for mean, mode, sd, (d10, d50, d90) in rows
        ]

    @property
    def _standard_sd(self) -> list[float]:
        squared_width = (self.upper - self.lower) ** 2
        narrow = math.sqrt(squared_width.max()) * (1 + _ROUNDING) <= _WIDE_BINS * self.population_sd
        found: list[float] = self.population_sd.tolist()
        return found if narrow.all() else list(map(_widened, found, self._mean_of(squared_width)))

    def _mean_of(self, values: Floats) -> list[float]:
        found: list[float] = (exact_sums(self.weight * values) / self.total).tolist()
        return found


def distributions(lower: Floats, upper: Floats, weight: Floats) -> Distributions:
    """Distributions without the empty bins at both ends, but for one on either side, as a mode has neighbours.

    Args:
        lower: lower bin edges in ascending order, shape (n,), any unit of length.
        upper: upper bin edges, shape (n,).
        weight: count or concentration per bin, not negative, one distribution a row, shape (m, n).

    Raises:
        ValueError: the arrays do not fit, a weight is negative or not finite, or a row holds nothing.
    """
    check_bins(lower, upper, weight)
    part = held(weight)
    return Distributions(lower[part], upper[part], np.ascontiguousarray(weight[:, part]))


def of_same_bins(
    of: Sequence[SizeDistribution],
) -> Iterator[tuple[tuple[int, ...], Floats, Floats, Floats]]:
    """Those that hold something, such with the same bins together, since an array operation costs as much for many.

    Args:
        of: sizing runs.

    Yields:
        Their places in ``of``, lower and upper bin edges in nm, shape (n,), and the weight, one a row, shape (m, n):
        the count, or the concentration where there is none.
    """
    by_array: dict[tuple[int, int], list[tuple[int, Bins, Floats]]] = {}
    for place, each in enumerate(of):
        weight = each.count if each.count is not None else each.concentration_per_ml
        if weight is not None and np.count_nonzero(weight > 0):
            bins = each.diameter_nm
            by_array.setdefault((id(bins.lower), id(bins.upper)), []).append((place, bins, weight))
    by_edges: dict[tuple[bytes, bytes], list[tuple[int, Bins, Floats]]] = {}
    for several in by_array.values():
        bins = several[0][1]
        by_edges.setdefault((bins.lower.tobytes(), bins.upper.tobytes()), []).extend(several)
    for several in by_edges.values():
        places, (bins, *_), weights = zip(*several, strict=True)
        yield places, bins.lower, bins.upper, np.stack(weights)


def held(weight: Floats) -> slice:
    """The bins from the first that holds something in any row of shape (m, n) to the last, and one on either side."""
    filled = np.flatnonzero(weight.max(axis=0))
    return slice(max(int(filled[0]) - 1, 0), int(filled[-1]) + 2)


def check_bins(lower: Floats, upper: Floats, weight: Floats, *, may_be_empty: bool = False) -> None:
    """Raises ValueError unless bins run upwards and each row of ``weight``, shape (m, n), is a distribution over them.

    Args:
        lower: lower bin edges.
        upper: upper bin edges.
        weight: one distribution a row.
        may_be_empty: rows without any weight are accepted.
    """
    if lower.shape != upper.shape:
        raise ValueError(f"{lower.size} lower edges do not go with {upper.size} upper edges")
    check_weight(lower, weight, may_be_empty=may_be_empty)
    width = upper - lower
    if not ((width > 0).all() and (lower[1:] - upper[:-1] >= -_EDGE_TOLERANCE * width[:-1]).all()):
        raise ValueError("bins run upwards, have a width and do not overlap")


def check_weight(abscissa: Floats, weight: Floats, *, may_be_empty: bool = False) -> None:
    """Raises ValueError unless each row of ``weight``, shape (m, n), goes with ``abscissa`` and is a distribution.

    Args:
        abscissa: what stands for each bin, shape (n,).
        weight: one distribution a row.
        may_be_empty: rows without any weight are accepted.
    """
    if abscissa.shape != weight.shape[1:]:
        raise ValueError(f"{abscissa.size} bins do not go with {weight.shape[-1]} weights")
    if weight.ndim != 2 or not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("weights are one-dimensional, finite and not negative")
    if not (may_be_empty or (weight > 0).any(axis=1).all()):
        raise ValueError("nothing has weight, so there is no statistic of it")


def totals_and_means(abscissa: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Sum of each row and its weighted mean, both of shape (m,), of exactly rounded sums; the last corrects the mean.

    Args:
        abscissa: what stands for each bin, shape (n,).
        weight: shape (m, n).
    """
    total, moment = exact_sums(np.concatenate((weight, weight * abscissa))).reshape(2, -1)
    first = moment / total
    return total, first + exact_sums(weight * (abscissa - first[:, np.newaxis])) / total


def squares_about(mean: Floats, abscissa: Floats, weight: Floats) -> Floats:
    """Weighted sum of the squared distances from the mean, of each row, exactly rounded, shape (m,)."""
    return exact_sums(weight * (abscissa - mean[:, np.newaxis]) ** 2)


def exact_sums(values: Floats) -> Floats:
    """The sum of each row of finite numbers, shape (m, n), rounded once at the end: every machine gives the same.

    Source:
        Rump, Ogita, Oishi, SIAM J. Sci. Comput. 31 (2008) 189, doi:10.1137/050645671, and for few numbers Shewchuk's
        algorithm in ``math.fsum``; both give the float that is nearest to the sum of the numbers as they are.
    """
    parts = _exact_parts(values) if values.size > _FEW else None
    return np.array(list(map(math.fsum, values.tolist() if parts is None else parts)))


def _exact_parts(values: Floats) -> list[tuple[float, ...]] | None:
    """A few numbers for each row that add up to the same; None where numbers are too large to be split.

    Adding a power of two far above all numbers and taking it off again leaves their leading digits, so few that they
    add up without rounding in any order. What is left is smaller by a known factor, and is split in the same way.
    """
    guard = math.ceil(math.log2(values.shape[1] + 2))
    largest = max(float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    if not largest < _SPLITTABLE:
        return None
    above = math.ldexp(1.0, math.frexp(largest)[1] + guard)
    parts: list[list[float]] = []
    rest = values
    while len(parts) < _USUAL_PARTS or rest.any():
        leading = (above + rest) - above
        parts.append(leading.sum(axis=1).tolist())
        rest = rest - leading
        above = above * 2.0 ** (guard - _DIGITS)
    return list(zip(*parts, strict=True))


def vertex_at(centre: Floats, weight: Floats, highest: int) -> float:
    """Vertex of the parabola through the highest bin and its neighbours; its centre at either end of the table."""
    if highest in {0, weight.size - 1}:
        return float(centre[highest])
    around = slice(highest - 1, highest + 2)
    return _vertex(centre[around].tolist(), weight[around].tolist())


def _density_mode(centre: Floats, density: Floats, densest: int) -> float:
    three = density[max(densest - 1, 0) : densest + 2].tolist()
    if len(three) < 3 or not min(three) > 0:
        return float(centre[densest])
    return _vertex(centre[densest - 1 : densest + 2].tolist(), [math.log(d) for d in three])


def _vertex(x: list[float], y: list[float]) -> float:
    """Abscissa of the extreme of the parabola through three points whose middle one is above the first."""
    left, right = x[1] - x[0], x[2] - x[1]
    rise, fall = y[1] - y[0], y[1] - y[2]
    bend = left * fall + right * rise
    # Three tops that differ by rounding have equal logarithms, and no parabola.
    return x[1] - (left**2 * fall - right**2 * rise) / bend / 2 if bend > 0 else x[1]


def _widened(sd: float, squared_width: float) -> float:
    """The SD with the variance inside the bins where they are wide."""
    return math.sqrt(sd**2 + squared_width / 12) if math.sqrt(squared_width) > _WIDE_BINS * sd else sd
