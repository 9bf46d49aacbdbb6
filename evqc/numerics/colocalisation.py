"""Two markers on the same particles: how often together, against how often by chance."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.estimate import coverage_factor
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    import pandas as pd

#: A cell of the fourfold table is empty: half a particle was added to each.
HALF_ADDED = "half_added_to_each_cell"
#: Everything or nothing carries a marker: together and apart cannot be told.
NO_CONTRAST = "a_marker_is_on_all_particles_or_on_none"


@record
class Colocalisation:
    """A fourfold table of particles by two markers.

    Attributes:
        observed: share of particles that carry both.
        expected: share that would, were the markers independent.
        excess: ``observed`` minus ``expected``.
        odds_ratio: 1 when independent; None without contrast.
        lower, upper: interval of the odds ratio, symmetric on the log scale.
        log_odds_error: standard error of the logarithm of the odds ratio.
        phi: correlation of the two, from -1 to 1; None without contrast.
        n: particles.
    """

    observed: float
    expected: float
    excess: float
    odds_ratio: float | None
    lower: float | None
    upper: float | None
    log_odds_error: float | None
    phi: float | None
    n: int
    level: float
    method: str = "fourfold table, log odds ratio"
    assumptions: tuple[str, ...] = ("particles are independent", "no coincidence of two particles in one spot")
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def colocalised(both: int, first_only: int, second_only: int, neither: int, level: float = 0.95) -> Colocalisation:
    """Whether two markers stand together more often than by chance.

    Args:
        both: particles with both markers.
        first_only: particles with the first only.
        second_only: particles with the second only.
        neither: particles with none of the two, among those that were seen.
        level: two-sided confidence level.

    Raises:
        ValueError: a count is negative or not finite, or there is no particle.

    Source:
        METHODS E; Woolf's standard error of the log odds ratio, half a count added to each cell where one is empty
        (Haldane); reference case E04.
    """
    cells = (both, first_only, second_only, neither)
    if not all(math.isfinite(cell) and cell >= 0 for cell in cells) or not (n := sum(cells)) > 0:
        raise ValueError("a fourfold table holds counts, and at least one particle")
    first, second, observed = (both + first_only) / n, (both + second_only) / n, both / n
    contrast = 0 < first < 1 and 0 < second < 1
    add = 0.0 if all(cells) else 0.5
    a, b, c, d = (cell + add for cell in cells)
    odds, error = a * d / (b * c) if contrast else None, math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    factor = math.exp(coverage_factor(level) * error)
    spread = math.sqrt(first * (1 - first) * second * (1 - second))
    return Colocalisation(
        observed=observed,
        expected=first * second,
        excess=observed - first * second,
        odds_ratio=odds,
        lower=None if odds is None else odds / factor,
        upper=None if odds is None else odds * factor,
        log_odds_error=error if contrast else None,
        phi=(observed - first * second) / spread if contrast else None,
        n=n,
        level=level,
        flags=(*((HALF_ADDED,) if add else ()), *(() if contrast else (NO_CONTRAST,))),
    )
