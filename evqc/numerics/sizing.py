"""Statistics of one binned size distribution: quantiles, mean, SD, mode, fractions and moments."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from evqc.measurement import SizeStatistics
from evqc.numerics.distributions import (
    Distributions,
    check_bins,
    check_weight,
    distributions,
    exact_sums,
    held,
    squares_about,
    totals_and_means,
    vertex_at,
)

Floats = NDArray[np.float64]


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
    one = _one(lower, upper, weight)
    if not ((shares >= 0) & (shares <= 1)).all():
        raise ValueError("a share lies between 0 and 1")
    found: Floats = one.quantiles(shares)[0]
    return found


def cumulative(weight: Floats) -> Floats:
    """Share of the weight up to the upper edge of each bin, shape (n,), the last being 1.

    Raises:
        ValueError: a weight is negative or not finite, or nothing has weight.
    """
    check_weight(weight, weight[np.newaxis])
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
    return _moments(centre, weight)[1]


def population_sd(centre: Floats, weight: Floats) -> float:
    """Standard deviation of the distribution about its mean (divisor: the sum of the weights), by two passes.

    Arguments and errors as of ``mean``. Source: reference cases B02 and F14 (NIST NumAcc4).
    """
    return mean_and_population_sd(centre, weight)[1]


def mean_and_population_sd(centre: Floats, weight: Floats) -> tuple[float, float]:
    """Both at once; see ``mean`` and ``population_sd``."""
    total, average, squares = _moments(centre, weight)
    return average, math.sqrt(squares / total)


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
    return mean_and_sample_sd(centre, counts)[1]


def mean_and_sample_sd(centre: Floats, counts: Floats) -> tuple[float, float | None]:
    """Both at once; see ``mean`` and ``sample_sd``."""
    total, average, squares = _moments(centre, counts)
    return average, math.sqrt(squares / (total - 1)) if total > 1 else None


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
    check_weight(centre, weight[np.newaxis])
    return vertex_at(centre, weight, int(np.argmax(weight)))


def density_mode(lower: Floats, upper: Floats, weight: Floats) -> float:
    """The most frequent diameter: vertex of a parabola through the logarithm of the density.

    Density is weight by bin width, so that unequal bins do not decide. Of several densest bins the lowest counts (see
    ``mode_is_tied``). The centre of the bin stands when a neighbour is empty or missing.

    Arguments and errors as of ``quantiles``. Source: METHODS B; reference cases B01 and B02.
    """
    return _one(lower, upper, weight).density_mode[0]


def mode_is_tied(lower: Floats, upper: Floats, weight: Floats) -> bool:
    """Whether more than one bin has the highest density. Arguments and errors as of ``quantiles``."""
    check_bins(lower, upper, weight[np.newaxis])
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
    if weight.any():
        return _one(lower, upper, weight).standard[0]
    check_bins(lower, upper, weight[np.newaxis], may_be_empty=True)
    return SizeStatistics()


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
    check_bins(lower, upper, weight[np.newaxis], may_be_empty=True)
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
    return float(mean_cubed_diameters(lower, upper, weight[np.newaxis])[0])


def mean_cubed_diameters(lower: Floats, upper: Floats, weight: Floats) -> Floats:
    """The ``mean_cubed_diameter`` of each row of ``weight``, shape (m, n); shape (m,)."""
    check_bins(lower, upper, weight)
    part = held(weight)
    lower, upper, weight = lower[part], upper[part], weight[:, part]
    cubes = (lower + upper) * (lower**2 + upper**2) / 4
    return exact_sums(weight * cubes) / exact_sums(weight)


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
    check_bins(lower, upper, counts[np.newaxis])
    volume = counts * (lower + upper) * (lower**2 + upper**2)
    edge = quantile(lower, upper, volume, 1 - tail)
    return _weight_between(lower, upper, counts, edge, math.inf)


def _weight_between(lower: Floats, upper: Floats, weight: Floats, low: float, high: float) -> float:
    inside = np.minimum(upper, high) - np.maximum(lower, low)
    return _exact_sum(weight * np.clip(inside / (upper - lower), 0.0, 1.0))


def _one(lower: Floats, upper: Floats, weight: Floats) -> Distributions:
    return distributions(lower, upper, weight[np.newaxis])


def _exact_sum(values: Floats) -> float:
    return float(exact_sums(values[np.newaxis])[0])


def _moments(centre: Floats, weight: Floats) -> tuple[float, float, float]:
    """Sum of the weights, mean, and sum of the squares about it."""
    row = weight[np.newaxis]
    check_weight(centre, row)
    total, average = totals_and_means(centre, row)
    return float(total[0]), float(average[0]), float(squares_about(average, centre, row)[0])
