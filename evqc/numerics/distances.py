"""How far size distributions lie apart, and whether groups of batches differ more than chance would have it."""

from __future__ import annotations

import math
from itertools import combinations
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from evqc.numerics.drift import CANNOT_REACH_005
from evqc.numerics.elementary import log, matrix_product
from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Distance = Literal["wasserstein", "jensen_shannon", "ks"]
_KINDS: tuple[Distance, ...] = get_args(Distance)
#: Up to so many ways to divide the batches every one is counted; otherwise so many are drawn.
_MOST_EXACT, _DRAWS = 20_000, 9_999
#: Rows that are compared at a time, so that memory stays bounded.
_AT_A_TIME = 500
#: One group holds a single batch: its own scatter is not known.
SINGLE_BATCH = "a_group_of_one_batch"


@record
class Distances:
    """Distances of two distributions over the same bins.

    Attributes:
        wasserstein: mean way that particles would have to move, in the unit of the edges.
        jensen_shannon: divergence to base 2, from 0 to 1 bit; its root is a metric.
        ks: largest difference of the cumulatives; no p value belongs to it, since nobody knows of how many particles
            a concentration is made.
    """

    wasserstein: float
    jensen_shannon: float
    ks: float
    method: str = "cumulatives interpolated linearly within bins; Jensen-Shannon between bins"
    assumptions: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


@record
class GroupComparison:
    """Two groups of distributions, one a batch, compared by exchanging their labels.

    Attributes:
        distance: of the mean curves of both groups.
        kind: which distance.
        p: share of divisions into groups of these sizes whose distance is at least as large.
        smallest_p: the least that ``p`` can be with so many batches: 0.10 for three against three.
        exact: every division was counted; otherwise ``draws`` were drawn with ``seed``.
        n_a, n_b: batches of either group.
    """

    distance: float
    kind: Distance
    p: float
    smallest_p: float
    exact: bool
    seed: int | None
    draws: int
    n_a: int
    n_b: int
    method: str = "permutation of batches, distance of the means of normalised curves"
    assumptions: tuple[str, ...] = ("without a difference batches are exchangeable", "one curve a batch, not a video")
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def distances(edges: Floats, a: Floats, b: Floats) -> Distances:
    """Distances of two distributions.

    Args:
        edges: of the bins, ascending, shape (n + 1,), any unit of length.
        a: weight in each bin, not negative, shape (n,).
        b: the same of the other.

    Raises:
        ValueError: shapes differ, edges do not ascend, or a distribution is negative, not finite or empty.

    Source:
        METHODS B, case B08; the Wasserstein distance is the area between the cumulatives.
    """
    p, q = _shapes(edges, np.stack([a, b]))
    way, divergence, ks = (float(_between(kind, edges, p[np.newaxis], q[np.newaxis])[0]) for kind in _KINDS)
    return Distances(wasserstein=way, jensen_shannon=divergence, ks=ks)


def compare_groups(
    edges: Floats, a: Floats, b: Floats, *, seed: int, kind: Distance = "wasserstein"
) -> GroupComparison:
    """Whether two groups of batches have distributions that differ more than by chance.

    Args:
        edges: of the bins, ascending, shape (n + 1,).
        a: one batch a row (the mean of its videos), shape (k, n).
        b: the other group, shape (m, n).
        seed: of the divisions drawn where there are too many to count.
        kind: which distance.

    Raises:
        ValueError: as of ``distances``, or no such distance.

    Source:
        METHODS B: the unit of replication is the batch; p by exchanging labels, with the smallest that can be had.
    """
    if kind not in _KINDS:
        raise ValueError(f"'{kind}' is none of {', '.join(_KINDS)}")
    if a.ndim != 2 or b.ndim != 2 or not len(a) or not len(b):
        raise ValueError("each group holds one distribution a row, and at least one")
    rows, k = _shapes(edges, np.concatenate([a, b])), len(a)
    exact = math.comb(len(rows), k) <= _MOST_EXACT
    chosen = _divisions(len(rows), k) if exact else _drawn(len(rows), k, np.random.default_rng(seed))
    found = _all_distances(kind, edges, rows, chosen)
    observed = found[0]
    tolerance = 1e-12 * max(float(found.max()), 1e-300)
    p = float((found >= observed - tolerance).mean())
    # Where both groups are alike in size, exchanging them gives the same distance.
    least = (2 if k == len(b) else 1) / math.comb(len(rows), k) if exact else 1 / len(found)
    flags = (CANNOT_REACH_005,) if least > 0.05 else ()
    return GroupComparison(
        distance=float(observed), kind=kind, p=p, smallest_p=least, exact=exact, seed=None if exact else seed,
        draws=len(chosen), n_a=k, n_b=len(b), flags=(*flags, *((SINGLE_BATCH,) if min(k, len(b)) == 1 else ())),
    )  # fmt: skip


def similarity_factor(a: Sequence[float], b: Sequence[float]) -> float:
    """The factor f2 of two cumulative curves in percent, 100 for equal ones; descriptive only.

    Args:
        a: cumulative percentages at the same sizes, shape (n,); the last, where both end at 100 %, is left out here.
        b: the same of the other.

    Raises:
        ValueError: shapes differ, there are fewer than two points, or a number is not between 0 and 100.

    Source:
        50 log10(100 / √(1 + mean squared difference)); Moore and Flanner 1996; METHODS B.
    """
    first, second = np.asarray(a, float), np.asarray(b, float)
    both = np.concatenate([first, second])
    if first.shape != second.shape or len(first) < 2 or not ((both >= 0) & (both <= 100)).all():
        raise ValueError("f2 compares two curves of percentages at the same two or more sizes")
    squared = float(((first - second)[:-1] ** 2).mean())
    return 50 * math.log10(100 / math.sqrt(1 + squared))


def _shapes(edges: Floats, rows: Floats) -> Floats:
    """Distributions that sum to 1, shape (m, n)."""
    if edges.ndim != 1 or rows.shape[1:] != (edges.size - 1,) or not (np.diff(edges) > 0).all():
        raise ValueError("distributions go with ascending edges, one more than there are bins")
    if not (np.isfinite(rows) & (rows >= 0)).all() or not (rows > 0).any(axis=1).all():
        raise ValueError("distributions are finite, not negative and not empty")
    shapes: Floats = rows / rows.sum(axis=1, keepdims=True)
    return shapes


def _between(kind: Distance, edges: Floats, p: Floats, q: Floats) -> Floats:
    """Distance of each row of ``p`` to that of ``q``, shape (m,)."""
    if kind == "jensen_shannon":
        middle = (p + q) / 2
        found: Floats = np.maximum((_information(p, middle) + _information(q, middle)) / 2, 0.0)
        return found
    apart = np.cumsum(p - q, axis=1)
    apart[:, -1] = 0.0
    return np.asarray(np.abs(apart).max(axis=1) if kind == "ks" else _area(edges, apart))


def _information(p: Floats, middle: Floats) -> Floats:
    """Sum of p log2(p / middle), shape (m,)."""
    ratio = np.divide(p, middle, out=np.ones_like(p), where=p > 0)
    found: Floats = (p * log(ratio)).sum(axis=1) / math.log(2)
    return found


def _area(edges: Floats, apart: Floats) -> Floats:
    """Area between cumulatives that run linearly within bins, given their difference at upper edges, shape (m,)."""
    right = np.abs(apart)
    left = np.concatenate([np.zeros((len(apart), 1)), right[:, :-1]], axis=1)
    before = np.concatenate([np.zeros((len(apart), 1)), apart[:, :-1]], axis=1)
    total = left + right
    crossing = apart * before < 0
    squares = np.divide(left**2 + right**2, total, out=np.zeros_like(total), where=total > 0)
    found: Floats = (np.where(crossing, squares, total) / 2 * np.diff(edges)).sum(axis=1)
    return found


def _divisions(n: int, k: int) -> NDArray[np.bool_]:
    """Every way to choose ``k`` of ``n``, the first being the first ``k``; shape (ways, n)."""
    chosen = np.zeros((math.comb(n, k), n), dtype=bool)
    for row, members in zip(chosen, combinations(range(n), k), strict=True):
        row[list(members)] = True
    return chosen


def _drawn(n: int, k: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """The division observed, and others drawn; shape (draws + 1, n)."""
    observed = np.arange(n) < k
    drawn = rng.permuted(np.tile(observed, (_DRAWS, 1)), axis=1)
    return np.concatenate([observed[np.newaxis], drawn])


def _all_distances(kind: Distance, edges: Floats, rows: Floats, chosen: NDArray[np.bool_]) -> Floats:
    parts = []
    for start in range(0, len(chosen), _AT_A_TIME):
        one = chosen[start : start + _AT_A_TIME].astype(float)
        k = one.sum(axis=1, keepdims=True)
        parts.append(
            _between(kind, edges, matrix_product(one, rows) / k, matrix_product(1 - one, rows) / (len(rows) - k))
        )
    return np.concatenate(parts)
