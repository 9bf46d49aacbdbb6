"""Comparing alternatives over batches: paired ratios, families of tests, and how many batches a claim needs."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.elementary import log, matrix_product
from evqc.numerics.estimate import coverage_factor
from evqc.numerics.replicates import moments
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

Floats = NDArray[np.float64]

#: Noncentrality from which the wrong tail of the test holds less than 1e-9, and scipy's number for it may be NaN.
_ONE_SIDED = 6.0
#: Relative to the differences, the scatter of logs that is rounding and nothing else.
_NO_SCATTER = 1e-12
#: Up to this number of pairs every exchange of signs is counted; 2 to the 16th are 65 536.
_MOST_EXACT = 16


@record
class PairedRatio:
    """How many times a is b, over pairs such as two methods on the same pools.

    Attributes:
        ratio: geometric mean of a / b.
        lower, upper: interval of confidence ``level``, symmetric on the log scale; None with one pair.
        n: number of pairs.
        p_t: two-sided p of the paired t test on logs; None with one pair or no scatter.
        p_exact: two-sided p of all exchanges of signs; None with more than 16 pairs.
        smallest_p: the smallest that ``p_exact`` can be with so many pairs.
        effect_size: mean difference of logs by its standard deviation; None with one pair or no scatter.
    """

    ratio: float
    lower: float | None
    upper: float | None
    n: int
    level: float
    p_t: float | None
    p_exact: float | None
    smallest_p: float
    effect_size: float | None

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def paired_ratio(a: Sequence[float], b: Sequence[float], level: float = 0.95) -> PairedRatio:
    """The ratio of a to b over pairs, with t interval on logs and the exact p of exchanged signs.

    Args:
        a: positive, shape (n,), one value a pair and never a technical replicate.
        b: positive, in the same unit and order.
        level: two-sided confidence level.

    Raises:
        ValueError: the lengths differ, there is no pair, or a value is not positive and finite.

    Source:
        METHODS section D: paired t on log ratios; Fisher's exchange of signs for small samples.
    """
    differences = _log_differences(a, b)
    n = len(differences)
    found = moments(differences.tolist())
    spread = 0.0 if found.sd is None else found.sd
    half = None if n < 2 else coverage_factor(level, n - 1) * spread / math.sqrt(n)
    scatters = n > 1 and spread > _NO_SCATTER * max(1.0, float(np.abs(differences).max()))
    statistic = found.mean / (spread / math.sqrt(n)) if scatters else None
    return PairedRatio(
        ratio=math.exp(found.mean),
        lower=None if half is None else math.exp(found.mean - half),
        upper=None if half is None else math.exp(found.mean + half),
        n=n,
        level=level,
        p_t=None if statistic is None else _two_sided(statistic, n - 1),
        p_exact=_sign_exchange(differences) if n <= _MOST_EXACT else None,
        smallest_p=min(1.0, 2.0 ** (1 - n)),
        effect_size=None if statistic is None else found.mean / spread,
    )


def _log_differences(a: Sequence[float], b: Sequence[float]) -> Floats:
    left, right = np.asarray(a, float), np.asarray(b, float)
    if left.shape != right.shape or left.ndim != 1 or not len(left):
        raise ValueError("pairs need as many values on both sides, and at least one")
    both = np.concatenate([left, right])
    if not (np.isfinite(both).all() and (both > 0).all()):
        raise ValueError("ratios need positive finite values")
    made: Floats = log(left) - log(right)
    return made


def _two_sided(statistic: float, degrees: float) -> float:
    from scipy.special import stdtr  # noqa: PLC0415  loads only when a p is made

    return float(2 * stdtr(degrees, -abs(statistic)))


def _sign_exchange(differences: Floats) -> float:
    """Share of all 2^n exchanges of signs whose sum lies as far from zero as the one observed, or further."""
    sums = np.abs(matrix_product(_signs(len(differences)), differences))
    observed = abs(float(differences.sum()))
    tolerance = 1e-12 * float(np.abs(differences).sum())
    return float((sums >= observed - tolerance).mean())


@lru_cache(maxsize=2)
def _signs(n: int) -> Floats:
    """Every exchange of ``n`` signs but for those that only turn all of them round, shape (2^(n-1), n)."""
    return np.array([(1.0, *others) for others in product((1.0, -1.0), repeat=n - 1)])


def holm(p: Sequence[float]) -> tuple[float, ...]:
    """P values adjusted for a family of confirmatory tests, in their order.

    Source:
        Holm 1979, step down; reference case D03.
    """
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate((len(order) - np.arange(len(order))) * np.asarray(p, float)[order])
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(stepped, 1.0)
    return tuple(float(x) for x in adjusted)


def false_discovery(p: Sequence[float]) -> tuple[float, ...]:
    """P values adjusted for exploratory tests, in their order.

    Source:
        Benjamini and Hochberg 1995, by ``scipy.stats.false_discovery_control``; reference case D03.
    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415  loads only when a family is adjusted

    return tuple(float(x) for x in false_discovery_control(p))


def log_sd(cv: float) -> float:
    """Standard deviation of the logarithm of a log-normal quantity with the coefficient of variation ``cv``."""
    if not (cv > 0 and math.isfinite(cv)):
        raise ValueError(f"a coefficient of variation is positive, not {cv}")
    return math.sqrt(math.log1p(cv * cv))


def power_of_groups(effect_size: float, n: float, alpha: float = 0.05) -> float:
    """Power of the two-sided t test of two groups of ``n`` each, whose means lie ``effect_size`` SD apart.

    Args:
        effect_size: positive, in standard deviations.
        n: of each group, above 1; need not be whole.
        alpha: two-sided level of the test.

    Source:
        Noncentral t distribution; reference case D02.
    """
    degrees = 2 * (n - 1)
    return _power(effect_size * math.sqrt(n / 2), degrees, alpha)


def power_of_pairs(effect_size: float, n: float, alpha: float = 0.05) -> float:
    """Power of the two-sided paired t test of ``n`` pairs whose differences average ``effect_size`` SD.

    Source:
        Noncentral t distribution.
    """
    return _power(effect_size * math.sqrt(n), n - 1, alpha)


def _power(noncentrality: float, degrees: float, alpha: float) -> float:
    from scipy.special import stdtrit  # noqa: PLC0415  loads only when an experiment is planned
    from scipy.stats import nct  # noqa: PLC0415

    critical = float(stdtrit(degrees, 1 - alpha / 2))
    beyond = float(nct.sf(critical, degrees, noncentrality))
    below = float(nct.cdf(-critical, degrees, noncentrality)) if noncentrality < _ONE_SIDED else 0.0
    return beyond + below


def groups_needed(effect_size: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """How many batches each of two groups needs, not rounded; at least 2 by the design of the test.

    Raises:
        ValueError: the effect is not positive, or ``power`` does not lie between ``alpha`` and 1.
    """
    return _needed(power_of_groups, effect_size, power, alpha)


def pairs_needed(effect_size: float, power: float = 0.8, alpha: float = 0.05) -> float:
    """How many pairs are needed, not rounded; at least 2.

    Raises:
        ValueError: the effect is not positive, or ``power`` does not lie between ``alpha`` and 1.
    """
    return _needed(power_of_pairs, effect_size, power, alpha)


def _needed(power_of: Callable[[float, float, float], float], effect_size: float, power: float, alpha: float) -> float:
    from scipy.optimize import brentq  # noqa: PLC0415  loads only when an experiment is planned

    if not effect_size > 0 or not alpha < power < 1:
        raise ValueError("an effect is positive, and power lies between alpha and 1")
    least = most = 2.0
    if power_of(effect_size, least, alpha) >= power:
        return least
    while power_of(effect_size, most, alpha) < power:
        most *= 2
    return float(brentq(lambda n: power_of(effect_size, n, alpha) - power, least, most, xtol=1e-12))
