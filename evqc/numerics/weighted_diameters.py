"""Geometric statistics of a size distribution, and those by surface and by volume."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.distributions import check_bins
from evqc.numerics.elementary import log, power
from evqc.numerics.linear_equations import dot
from evqc.numerics.sizing import quantile, volume_tail_tracks
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Particles that the largest hundredth of the volume has to rest on. Source: METHODS B (judgement, not measured).
LEAST_IN_TAIL = 10
#: Statistics by volume and surface rest on a few large particles and are not stated.
FEW_IN_VOLUME_TAIL = "fewer_than_10_particles_in_the_largest_hundredth_of_the_volume"
#: How many particles the statistics by volume rest on is not known: concentrations are no counts.
COUNTS_NOT_KNOWN = "particles_in_the_volume_tail_not_known"
#: Half widths of bins relative to their centres below which a series is exact to the last digits.
_SERIES = 0.02
_BY_SIZE = ("surface_median_nm", "volume_median_nm", "d32_nm", "d43_nm")


@record
class WeightedDiameters:
    """A distribution by number, surface and volume; the particles of a bin are spread evenly over it.

    Attributes:
        geometric_mean_nm: exponential of the mean logarithm.
        geometric_sd: exponential of the SD of logarithms, a factor.
        surface_median_nm, volume_median_nm: half of all surface or volume lies below.
        d32_nm: mean by surface (Sauter), third moment over second.
        d43_nm: mean by volume (De Brouckere), fourth moment over third.
        tail_particles: particles in the largest hundredth of the volume; None when they were not counted.
        n: particles counted; None when they were not.
    """

    geometric_mean_nm: float
    geometric_sd: float
    surface_median_nm: float | None
    volume_median_nm: float | None
    d32_nm: float | None
    d43_nm: float | None
    tail_particles: float | None
    n: float | None
    method: str = "moments exact within bins"
    assumptions: tuple[str, ...] = ("spherical particles",)
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def weighted_diameters(
    lower: Floats, upper: Floats, weight: Floats, *, counts: Floats | None = None
) -> WeightedDiameters:
    """Geometric statistics, and those by surface and volume where enough particles bear them.

    Args:
        lower: lower bin edges in nm, not negative, ascending, shape (n,).
        upper: upper bin edges, shape (n,).
        weight: by number: counts or concentrations per bin, shape (n,).
        counts: particles counted per bin, shape (n,), where ``weight`` is a concentration; without them nobody knows
            how few particles the volume rests on.

    Returns:
        Nothing by surface or volume where the largest hundredth of the volume rests on fewer than ten particles.

    Raises:
        ValueError: the arrays do not fit, a weight is negative or not finite, or nothing has weight.

    Source:
        METHODS B; Hatch and Choate for the log-normal, reference case B01.
    """
    check_bins(lower, upper, weight[np.newaxis])
    share = weight / math.fsum(weight.tolist())
    centre = math.exp(dot(share, log_moment(lower, upper, 1)))
    # About that centre, so that the difference of squares loses no digits.
    first, second = (dot(share, log_moment(lower / centre, upper / centre, k)) for k in (1, 2))
    tail = None if counts is None else volume_tail_tracks(lower, upper, counts)
    enough = tail is None or tail >= LEAST_IN_TAIL
    found = _by_size(lower, upper, weight) if enough else dict.fromkeys(_BY_SIZE)
    flags = () if enough else (FEW_IN_VOLUME_TAIL,)
    return WeightedDiameters(
        geometric_mean_nm=centre * math.exp(first),
        geometric_sd=math.exp(math.sqrt(max(second - first**2, 0.0))),
        tail_particles=tail,
        n=None if counts is None else math.fsum(counts.tolist()),
        flags=(COUNTS_NOT_KNOWN,) if tail is None else flags,
        **found,
    )


def _by_size(lower: Floats, upper: Floats, weight: Floats) -> dict[str, float | None]:
    surface, volume, fourth = (weight * _moment(lower, upper, k) for k in (2, 3, 4))
    medians = (quantile(lower, upper, surface, 0.5), quantile(lower, upper, volume, 0.5))
    sums = [math.fsum(each.tolist()) for each in (surface, volume, fourth)]
    return dict(zip(_BY_SIZE, (*medians, sums[1] / sums[0], sums[2] / sums[1]), strict=True))


def _moment(lower: Floats, upper: Floats, order: int) -> Floats:
    """Mean of x to the ``order`` over each bin, shape (n,), without cancellation."""
    powers = [power(upper, k) * power(lower, order - k) for k in range(order + 1)]
    found: Floats = np.sum(powers, axis=0) / (order + 1)
    return found


def log_moment(lower: Floats, upper: Floats, order: int) -> Floats:
    """Mean of ln x (order 1), or of its square (order 2), over each bin, shape (n,), x spread evenly over it."""
    centre = (lower + upper) / 2
    logs, half = log(centre), (upper - lower) / (2 * centre)
    first, second = _within(half)
    found: Floats = logs + first if order == 1 else logs**2 + 2 * logs * first + second
    return found


def _within(half: Floats) -> tuple[Floats, Floats]:
    """Means of ln(1 + hu) and of its square over u from -1 to 1, h up to 1; by their series where they would cancel."""
    squared, wide = half**2, np.maximum(half, _SERIES)
    above, below = _integrals(1 + wide), _integrals(1 - wide)
    first, second = ((up - down) / (2 * wide) for up, down in zip(above, below, strict=True))
    narrow = half < _SERIES
    return (
        np.where(narrow, -squared / 6 - squared**2 / 20 - power(squared, 3) / 42, first),
        np.where(narrow, squared / 3 + 11 * squared**2 / 60 + 137 * power(squared, 3) / 1260, second),
    )


def _integrals(x: Floats) -> tuple[Floats, Floats]:
    """Of ln x and of its square, from zero."""
    logs = log(np.where(x > 0, x, 1.0))
    return x * (logs - 1), x * (logs**2 - 2 * logs + 2)
