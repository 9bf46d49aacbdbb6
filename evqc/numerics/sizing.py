"""Statistics of one binned size distribution: quantiles, mean, SD, mode, fractions and moments."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from evqc.measurement import SizeStatistics

Floats = NDArray[np.float64]

#: Shares closer than this to the end of a bin lie on it: 0.1 * 3 is not 0.3 in binary.
_SHARE_TOLERANCE = 1e-12
#: Edges that are computed from printed centres overlap by rounding, up to this share of a bin.
_EDGE_TOLERANCE = 1e-3
#: Above this width of the bins relative to the SD, the spread inside the bins counts. Source: METHODS B.
_WIDE_BINS = 0.3


def quantile(lower: Floats, upper: Floats, weight: Floats, share: float) -> float:
    """The diameter below which ``share`` of the weight lies; see ``quantiles``."""
    return float(quantiles(lower, upper, weight, np.array([share]))[0])


def quantiles(lower: Floats, upper: Floats, weight: Floats, shares: Floats) -> Floats:
    """Diameters below which the given shares of the weight lie.

    The cumulative is interpolated linearly between bin edges. Where it is flat, the lowest diameter counts. Share 0 is
    the lower edge of the first bin that holds anything, share 1 the upper edge of the last.

    Args:
        lower: lower bin edges in ascending order, shape (n,), any unit of length.
        upper: upper bin edges, shape (n,).
        weight: count or concentration per bin, not negative, shape (n,).
        shares: between 0 and 1, shape (m,).

    Returns:
        Shape (m,), in the unit of the edges.

    Raises:
        ValueError: the arrays do not fit, a weight is negative or not finite, nothing has weight, a share is outside.

    Source:
        Linear interpolation at edges, which NanoSight 3.3 and later print to the last digit; reference case B02.
    """
    _check_bins(lower, upper, weight)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError("a share lies between 0 and 1")
    filled = weight > 0
    low, high, height = lower[filled], upper[filled], weight[filled]
    cumulated = np.cumsum(height)
    target = shares * cumulated[-1]
    k = np.searchsorted(cumulated, target - _SHARE_TOLERANCE * cumulated[-1])
    inside = np.clip((target - (cumulated[k] - height[k])) / height[k], 0.0, 1.0)
    found: Floats = low[k] + inside * (high[k] - low[k])
    return found


def cumulative(weight: Floats) -> Floats:
    """Share of the weight up to the upper edge of each bin, shape (n,), the last being 1.

    Raises:
        ValueError: a weight is negative or not finite, or nothing has weight.
    """
    _check_weight(weight)
    summed = np.cumsum(weight)
    return np.asarray(summed / summed[-1])


def mean(centre: Floats, weight: Floats) -> float:
    """Weighted mean of the bin centres, in their unit.

    The second sum corrects the rounding of the first; both are exactly rounded, so that every machine gives the same.

    Args:
        centre: bin centres, shape (n,).
        weight: count or concentration per bin, not negative, shape (n,).

    Raises:
        ValueError: the shapes differ, a weight is negative or not finite, or nothing has weight.
    """
    _check_pair(centre, weight)
    total = _exact_sum(weight)
    first = _exact_sum(weight * centre) / total
    return first + _exact_sum(weight * (centre - first)) / total


def population_sd(centre: Floats, weight: Floats) -> float:
    """Standard deviation of the distribution about its mean (divisor: the sum of the weights), by two passes.

    Arguments and errors as of ``mean``. Source: reference cases B02 and F14 (NIST NumAcc4).
    """
    return math.sqrt(_squares_about_mean(centre, weight) / _exact_sum(weight))


def sample_sd(centre: Floats, counts: Floats) -> float | None:
    """Standard deviation of counted particles with divisor n - 1, as ZetaView prints it.

    Args:
        centre: the abscissa that stands for each bin, shape (n,).
        counts: particles per bin, not concentrations, shape (n,).

    Returns:
        None for a single particle.

    Raises:
        ValueError: as of ``mean``.
    """
    squares = _squares_about_mean(centre, counts)
    degrees_of_freedom = _exact_sum(counts) - 1
    return math.sqrt(squares / degrees_of_freedom) if degrees_of_freedom > 0 else None


def parabola_mode(centre: Floats, weight: Floats) -> float:
    """The vertex of the parabola through the highest bin and its two neighbours, as NanoSight prints the mode.

    Of several highest bins the lowest counts; a highest bin at either end gives its centre.

    Args:
        centre: bin centres in ascending order, shape (n,).
        weight: as plotted, shape (n,).

    Raises:
        ValueError: as of ``mean``.

    Source:
        x[k] + h/2 (w[k-1] - w[k+1]) / (w[k-1] - 2 w[k] + w[k+1]) in bins of equal width h, read off 881 videos.
    """
    _check_pair(centre, weight)
    k = int(np.argmax(weight))
    if k in {0, weight.size - 1}:
        return float(centre[k])
    return _vertex(centre[k - 1 : k + 2], weight[k - 1 : k + 2])


def density_mode(lower: Floats, upper: Floats, weight: Floats) -> float:
    """The most frequent diameter: vertex of a parabola through the logarithm of the density.

    Density is weight by bin width, so that unequal bins do not decide. Of several densest bins the lowest counts (see
    ``mode_is_tied``). The centre of the bin stands when a neighbour is empty or missing.

    Arguments and errors as of ``quantiles``. Source: METHODS B; reference cases B01 and B02.
    """
    _check_bins(lower, upper, weight)
    density, centre = weight / (upper - lower), (lower + upper) / 2
    k = int(np.argmax(density))
    three = density[max(k - 1, 0) : k + 2]
    if three.size < 3 or not three.min() > 0:
        return float(centre[k])
    return _vertex(centre[k - 1 : k + 2], np.array([math.log(d) for d in three]))


def mode_is_tied(lower: Floats, upper: Floats, weight: Floats) -> bool:
    """Whether more than one bin has the highest density. Arguments and errors as of ``quantiles``."""
    _check_bins(lower, upper, weight)
    density = weight / (upper - lower)
    return int(np.count_nonzero(density == density.max())) > 1


def standard_statistics(lower: Floats, upper: Floats, weight: Floats) -> SizeStatistics:
    """Mean, mode, SD and D-values by evqc's rule, the one that is used downstream.

    Args:
        lower: lower bin edges in nanometres, ascending, shape (n,).
        upper: upper bin edges, shape (n,).
        weight: count or concentration per bin, not negative, shape (n,).

    Returns:
        Nanometres; all None when nothing has weight (a video without tracks has no size).

    Raises:
        ValueError: the arrays do not fit, or a weight is negative or not finite.

    Source:
        METHODS B: D-values at bin edges, mode of the density, population SD; where the bins are wide
        (root mean square width above 0.3 SD) the variance inside a bin, width squared by 12, is added.
    """
    _check_bins(lower, upper, weight, may_be_empty=True)
    if not (weight > 0).any():
        return SizeStatistics()
    mode = density_mode(lower, upper, weight)
    filled = weight > 0
    lower, upper, weight = lower[filled], upper[filled], weight[filled]
    d10, d50, d90 = quantiles(lower, upper, weight, np.array([0.1, 0.5, 0.9])).tolist()
    return SizeStatistics(
        mean_nm=mean((lower + upper) / 2, weight),
        mode_nm=mode,
        sd_nm=_standard_sd(lower, upper, weight),
        d10_nm=d10,
        d50_nm=d50,
        d90_nm=d90,
    )


def span(d10: float, d50: float, d90: float) -> float:
    """Relative width of a distribution, (D90 - D10) / D50; raises ValueError when D50 is not positive."""
    if not d50 > 0:
        raise ValueError(f"the span needs a positive D50, not {d50}")
    return (d90 - d10) / d50


def fraction_between(
    lower: Floats, upper: Floats, weight: Floats, low: float, high: float, *, floor: float | None = None
) -> float | None:
    """Share of the weight from ``low`` up to, not including, ``high``; bins are split linearly.

    Args:
        lower: lower bin edges, ascending, shape (n,).
        upper: upper bin edges, shape (n,).
        weight: count or concentration per bin, not negative, shape (n,).
        low: beginning of the window, in the unit of the edges.
        high: end of the window; may be infinite.
        floor: detection floor of the instrument: the share is of the particles at or above it, and a window that
            begins below it is cut there, because nothing is known of smaller ones.

    Returns:
        Between 0 and 1; None when nothing lies above the floor, or the window does not.

    Raises:
        ValueError: as of ``quantiles``, or ``low`` is above ``high``.

    Source:
        METHODS A (never extrapolate below the floor) and B (half-open windows); reference cases B01 and B02.
    """
    _check_bins(lower, upper, weight, may_be_empty=True)
    if not low <= high:
        raise ValueError(f"a window runs upwards, not from {low} to {high}")
    start = -math.inf if floor is None else floor
    observed = _weight_between(lower, upper, weight, start, math.inf)
    if not (observed > 0 and high > start):
        return None
    return min(_weight_between(lower, upper, weight, max(low, start), high) / observed, 1.0)


def mean_cubed_diameter(lower: Floats, upper: Floats, weight: Floats) -> float:
    """Number mean of the cubed diameter, the particles of a bin being spread evenly over it.

    Args:
        lower: lower bin edges, ascending, shape (n,).
        upper: upper bin edges, shape (n,).
        weight: number-weighted count or concentration per bin, not negative, shape (n,).

    Returns:
        The cube of the unit of the edges (nm³ for nm). It is not the cube of D50, which is smaller.

    Raises:
        ValueError: as of ``quantiles``.

    Source:
        The integral of x³ over a bin from a to b by its width: (b⁴ - a⁴) / (4 (b - a)) = (a + b)(a² + b²) / 4.
    """
    _check_bins(lower, upper, weight)
    cubes = (lower + upper) * (lower**2 + upper**2) / 4
    return _exact_sum(weight * cubes) / _exact_sum(weight)


def volume_tail_tracks(lower: Floats, upper: Floats, counts: Floats, tail: float = 0.01) -> float:
    """Number of particles that carry the largest ``tail`` of the volume.

    Below ten, moments by volume (such as the mean cubed diameter) rest on a handful of large particles.

    Args:
        lower: lower bin edges, ascending, shape (n,).
        upper: upper bin edges, shape (n,).
        counts: particles (not concentrations) per bin, shape (n,).
        tail: share of the volume.

    Raises:
        ValueError: as of ``quantiles``.

    Source:
        METHODS B; the limit of ten is a judgement of ours, not measured.
    """
    _check_bins(lower, upper, counts)
    volume = counts * (lower + upper) * (lower**2 + upper**2)
    edge = quantile(lower, upper, volume, 1 - tail)
    return _weight_between(lower, upper, counts, edge, math.inf)


def _weight_between(lower: Floats, upper: Floats, weight: Floats, low: float, high: float) -> float:
    inside = np.minimum(upper, high) - np.maximum(lower, low)
    return _exact_sum(weight * np.clip(inside / (upper - lower), 0.0, 1.0))


def _standard_sd(lower: Floats, upper: Floats, weight: Floats) -> float:
    sd = population_sd((lower + upper) / 2, weight)
    squared_width = _exact_sum(weight * (upper - lower) ** 2) / _exact_sum(weight)
    if math.sqrt(squared_width) > _WIDE_BINS * sd:
        return math.sqrt(sd**2 + squared_width / 12)
    return sd


def _exact_sum(values: Floats) -> float:
    """The sum, rounded once at the end; empty bins, usually most of them, are left out."""
    return math.fsum(values[values != 0].tolist())


def _squares_about_mean(centre: Floats, weight: Floats) -> float:
    return _exact_sum(weight * (centre - mean(centre, weight)) ** 2)


def _vertex(x: Floats, y: Floats) -> float:
    """Abscissa of the extreme of the parabola through three points whose middle one is above the first."""
    left, right = float(x[1] - x[0]), float(x[2] - x[1])
    rise, fall = float(y[1] - y[0]), float(y[1] - y[2])
    return float(x[1]) - (left**2 * fall - right**2 * rise) / (left * fall + right * rise) / 2


def _check_bins(lower: Floats, upper: Floats, weight: Floats, *, may_be_empty: bool = False) -> None:
    if lower.shape != upper.shape:
        raise ValueError(f"{lower.size} lower edges do not go with {upper.size} upper edges")
    _check_pair(lower, weight, may_be_empty=may_be_empty)
    width = upper - lower
    if not ((width > 0).all() and (lower[1:] - upper[:-1] >= -_EDGE_TOLERANCE * width[:-1]).all()):
        raise ValueError("bins run upwards, have a width and do not overlap")


def _check_pair(abscissa: Floats, weight: Floats, *, may_be_empty: bool = False) -> None:
    if abscissa.shape != weight.shape:
        raise ValueError(f"{abscissa.size} bins do not go with {weight.size} weights")
    _check_weight(weight, may_be_empty=may_be_empty)


def _check_weight(weight: Floats, *, may_be_empty: bool = False) -> None:
    if weight.ndim != 1 or not (np.isfinite(weight) & (weight >= 0)).all():
        raise ValueError("weights are one-dimensional, finite and not negative")
    if not (may_be_empty or (weight > 0).any()):
        raise ValueError("nothing has weight, so there is no statistic of it")
