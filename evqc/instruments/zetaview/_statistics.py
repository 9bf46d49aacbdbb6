"""Statistics by ZetaView's own rules, and the comparison of what it prints with them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evqc.instruments.zetaview._tables import CONCENTRATION, NUMBER, VOLUME, SizeTable, centres
from evqc.measurement import Comparison, SizeStatistics
from evqc.numerics.distributions import Distributions, held

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

RULE = (
    "ZetaView 8.05 and 8.06: D-values interpolate the cumulative linearly with the printed Size as the right edge of "
    "its class; mean of the printed Size; SD with n - 1 on the counts."
)
#: The columns whose median a file prints.
WITH_MEDIAN = (NUMBER, CONCENTRATION, VOLUME)
#: Two sums of the same numbers in another order differ by this share at most.
_FLOAT = 1e-12


def quantiles(size: Floats, below: Floats, *shares: float) -> list[float]:
    """The diameters below which shares of the weight lie, by ZetaView's rule.

    Args:
        size: the Size column, shape (n,), nm.
        below: share of the Number, Concentration or Volume column up to each class, shape (n,).
        shares: between 0 and 1.

    Source:
        Size taken as the right edge reproduces every D50 of 53 files of three versions within 1e-6 nm; the class
        centre would give 2.5 nm more.
    """
    found: list[float] = np.interp(shares, below, size).tolist()
    return found


def median(size: Floats, below: Floats, shift: float) -> tuple[float, float]:
    """The median, and how far the rounding of the weights can move it, both in nm.

    Args:
        size: as of ``quantiles``.
        below: as of ``quantiles``.
        shift: see ``median_shift``.
    """
    middle, higher, lower = quantiles(size, below, 0.5, 0.5 + shift, 0.5 - shift)
    return middle, max(higher - middle, middle - lower)


def median_shift(total: float, total_half: float) -> float:
    """By how much of the weight the rounding of the weights can move their median.

    Args:
        total: sum of the weights, above 0.
        total_half: sum of half a unit of the last printed digit of each.

    Source:
        With errors of at most h[i] in each weight, the cumulative share F moves by at most
        ((1 - F) sum(h below) + F sum(h above)) / sum(w), which is sum(h) / 2 / sum(w) at the median.
    """
    return min(1.0, total_half / 2 / total + _FLOAT)


@dataclass(frozen=True, eq=False)
class Classes:
    """The classes of a linear table, and the statistics of those columns that hold something by ZetaView's rules.

    Attributes:
        table: of at least one row.
        width: of its classes, nm.
    """

    table: SizeTable
    width: float

    @cached_property
    def centre(self) -> Floats:
        """The centres of the classes without the rounding of the printed sizes, shape (n,), nm."""
        return centres(self.table, self.width)

    @cached_property
    def lower(self) -> Floats:
        """Lower edges, shape (n,), nm."""
        return self.centre - self.width / 2

    @cached_property
    def upper(self) -> Floats:
        """Upper edges, shape (n,), nm."""
        return self.centre + self.width / 2

    @cached_property
    def _below(self) -> dict[str, Floats]:
        """The share of each column that has a median up to each class, shape (n,)."""
        total = self.table.total
        return {name: self.table.value(name).cumsum() / total[name] for name in WITH_MEDIAN if total[name] > 0}

    def d_values(self, name: str) -> list[float]:
        """D10, D50 and D90 of a column; see ``quantiles``."""
        return quantiles(self.centre, self._below[name], 0.1, 0.5, 0.9)

    def median(self, name: str) -> tuple[float, float]:
        """The median of a column, and how far the rounding of its numbers can move it, both in nm."""
        shift = median_shift(self.table.total[name], self.table.total_half[name])
        return median(self.centre, self._below[name], shift)

    @cached_property
    def _drawn(self) -> tuple[tuple[str, ...], Distributions]:
        """The numbers and the volumes, those of them that hold something, over the classes that do."""
        names = tuple(name for name in (NUMBER, VOLUME) if self.table.total[name] > 0)
        weight = np.array([self.table.value(name) for name in names])
        part = held(weight)
        return names, Distributions(self.lower[part], self.upper[part], np.ascontiguousarray(weight[:, part]))

    def mean_and_sds(self, name: str) -> tuple[float, float, float | None]:
        """Mean of a column (Number or Volume), SD by the sum of the weights, and SD by that less 1, all in nm."""
        names, drawn = self._drawn
        row = names.index(name)
        total, squares = float(drawn.total[row]), float(drawn.squares[row])
        of_sample = math.sqrt(squares / (total - 1)) if total > 1 else None
        return float(drawn.mean[row]), math.sqrt(squares / total), of_sample

    @property
    def vendor(self) -> SizeStatistics:
        """Mean, SD and D-values of the counted particles by ZetaView's rules; it defines no mode.

        Source:
            Mean over Size as printed and SD with n - 1 on the counts reproduce the numbers of its PDF reports.
        """
        mean, _, sd = self.mean_and_sds(NUMBER)
        d10, d50, d90 = self.d_values(NUMBER)
        return SizeStatistics(mean_nm=mean, sd_nm=sd, d10_nm=d10, d50_nm=d50, d90_nm=d90)

    @property
    def standard(self) -> SizeStatistics:
        """The statistics of the counted particles by evqc's rule."""
        names, drawn = self._drawn
        return drawn.standard[names.index(NUMBER)]


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
