"""Arms compared within blocks, such as isolation methods on the same pools: an additive model of logarithms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.elementary import log, matrix_product
from evqc.numerics.estimate import coverage_factor
from evqc.numerics.linear_equations import cholesky, dot, inverse_of_squares, least_squares
from evqc.records import Array, record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Floats = NDArray[np.float64]
#: Scatter of logarithms that is rounding and nothing else.
NO_SCATTER = 1e-9


class Scatter(NamedTuple):
    """Standard deviation of natural logarithms with its degrees of freedom."""

    sd: float
    degrees_of_freedom: int


def scatter_within(groups: Sequence[Sequence[float]]) -> Scatter | None:
    """Standard deviation of numbers about the mean of their group, all groups taken together; None without any two.

    Args:
        groups: logarithms, any number of them in each.
    """
    degrees = sum(len(own) - 1 for own in groups if own)
    squares = math.fsum((x - math.fsum(own) / len(own)) ** 2 for own in groups for x in own)
    return Scatter(math.sqrt(squares / degrees), degrees) if degrees else None


@record
class BlockFit:
    """Arms with their block removed.

    Attributes:
        arms: in the order of their first value.
        mean: of each arm, natural logarithm, as if it had stood in every block; shape (arms,).
        covariance: of ``mean`` by the scatter within blocks, for a residual variance of 1; shape (arms * arms,), row
            by row.
        residual_sd: scatter of logs within blocks; None without degrees of freedom.
        degrees_of_freedom: of ``residual_sd``.
        block_sd: scatter of logs between blocks; None with one block.
        blocks: how many blocks there are.
    """

    arms: tuple[str, ...]
    mean: Array
    covariance: Array
    residual_sd: float | None
    degrees_of_freedom: int
    block_sd: float | None
    blocks: int

    def index(self, arm: str) -> int:
        """The place of an arm; raises ValueError when it is none of them."""
        return self.arms.index(arm)

    def to_pandas(self) -> pd.DataFrame:
        """One row an arm: its mean logarithm and the standard error by the scatter within blocks."""
        import pandas as pd  # noqa: PLC0415  pandas loads when a table is asked for

        scale = self.residual_sd if self.residual_sd is not None else math.nan
        variance = np.diag(self.covariance.reshape(len(self.arms), -1))
        return pd.DataFrame({"arm": self.arms, "mean_log": self.mean, "standard_error": scale * np.sqrt(variance)})


def connected(arms: Sequence[str], blocks: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Sets of arms that blocks tie together, directly or through other arms; arms of two sets cannot be compared.

    Args:
        arms: of each value, shape (n,).
        blocks: of each value, shape (n,).

    Returns:
        The sets, each in the order of first occurrence, the set of the first arm first.
    """
    found: list[tuple[set[str], set[str]]] = []
    for arm, block in zip(arms, blocks, strict=True):
        touched = [pair for pair in found if arm in pair[0] or block in pair[1]]
        merged = ({arm}.union(*(p[0] for p in touched)), {block}.union(*(p[1] for p in touched)))
        found = [pair for pair in found if pair not in touched] + [merged]
    order = list(dict.fromkeys(arms))
    sets = [tuple(arm for arm in order if arm in pair[0]) for pair in found]
    return tuple(sorted(sets, key=lambda s: order.index(s[0])))


def fit_blocks(values: Sequence[float], arms: Sequence[str], blocks: Sequence[str]) -> BlockFit:
    """Least squares of ``log(value) = arm + block``, the blocks summing to zero.

    With blocks as fixed effects the comparison of arms is the within-block one, which needs no assumption on how blocks
    are spread; for complete blocks it equals the mixed model with block as a random effect.

    Args:
        values: positive, shape (n,), one for an arm in a block; repeated ones count as further values.
        arms: of each value.
        blocks: of each value; all arms must be connected.

    Raises:
        ValueError: a value is not positive and finite, there is none, or the arms are not connected.

    Source:
        Additive two-way layout, Searle, Linear Models; METHODS section D (below five batches the batch is fixed).
    """
    y = _logs(values)
    if len(connected(arms, blocks)) != 1:
        raise ValueError("arms that never shared a block, not even through others, have no common scale")
    names, pools = list(dict.fromkeys(arms)), list(dict.fromkeys(blocks))
    design = _design([names.index(a) for a in arms], [pools.index(b) for b in blocks], (len(names), len(pools)))
    solution = least_squares(design, y)
    degrees = len(y) - design.shape[1]
    residual = y - matrix_product(design, solution)
    inverse = inverse_of_squares(design)[: len(names), : len(names)]
    return BlockFit(
        arms=tuple(names),
        mean=solution[: len(names)],
        covariance=inverse.ravel(),
        residual_sd=math.sqrt(dot(residual, residual) / degrees) if degrees else None,
        degrees_of_freedom=degrees,
        block_sd=_block_sd(solution[len(names) :]),
        blocks=len(pools),
    )


def _logs(values: Sequence[float]) -> Floats:
    given = np.asarray(values, float)
    if not len(given) or not (np.isfinite(given).all() and (given > 0).all()):
        raise ValueError("logarithms need positive finite values, and at least one")
    made: Floats = log(given)
    return made


def _design(arm: list[int], block: list[int], counts: tuple[int, int]) -> Floats:
    """One column an arm, and one a block but the last, which is minus the sum of the others."""
    of_arm = np.eye(counts[0])[arm]
    coded = np.vstack([np.eye(counts[1] - 1), -np.ones(counts[1] - 1)])
    return np.hstack([of_arm, coded[block]])


def _block_sd(effects: Floats) -> float | None:
    """Scatter of all block effects, the last of which follows from the others."""
    if not len(effects):
        return None
    every = np.append(effects, -effects.sum())
    return float(np.sqrt((every**2).sum() / (len(every) - 1)))


def mean_interval(fit: BlockFit, arm: str, level: float = 0.95) -> tuple[float, float] | None:
    """Interval of the mean of one arm, natural logarithm, differences between blocks removed; None without scatter.

    Args:
        fit: of any blocks.
        arm: one of its arms.
        level: two-sided confidence level.

    Source:
        t interval of a coefficient of least squares (Searle, Linear Models).
    """
    if fit.residual_sd is None:
        return None
    at = fit.index(arm)
    variance = float(fit.covariance[at * len(fit.arms) + at])
    half = coverage_factor(level, fit.degrees_of_freedom) * fit.residual_sd * math.sqrt(variance)
    return float(fit.mean[at]) - half, float(fit.mean[at]) + half


def draw_means(fit: BlockFit, rng: np.random.Generator, draws: int) -> Floats:
    """Draws of what the arms would average over many blocks, natural logarithm.

    The scatter within blocks enters by Student's t with its degrees of freedom, for each draw one common scale; the
    scatter between blocks shifts all arms of a draw alike, so that it widens numbers and leaves comparisons alone.

    Args:
        fit: with degrees of freedom.
        rng: seeded.
        draws: how many.

    Returns:
        Shape (draws, arms).

    Raises:
        ValueError: without degrees of freedom nothing says how far another batch would lie.

    Source:
        Posterior of a linear model with the reference prior (Gelman, Bayesian Data Analysis, chapter 14).
    """
    if fit.residual_sd is None:
        raise ValueError("one value for an arm in a block leaves no scatter to draw from")
    count = len(fit.arms)
    root = cholesky(fit.covariance.reshape(count, count))
    scale = fit.residual_sd * np.sqrt(fit.degrees_of_freedom / rng.chisquare(fit.degrees_of_freedom, draws))
    drawn = fit.mean + scale[:, None] * matrix_product(rng.standard_normal((draws, count)), root.T)
    if fit.block_sd is None:
        return drawn
    common = fit.block_sd / math.sqrt(fit.blocks) * rng.standard_t(fit.blocks - 1, draws)
    shifted: Floats = drawn + common[:, None]
    return shifted
