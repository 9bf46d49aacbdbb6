"""Draws of data and weights: how often each method is first, over what is not known, and what more pools would tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.acceptability import Acceptability, draw_weights, first_bounds, log_scores, rank_acceptability
from evqc.numerics.blocks import draw_means
from evqc.numerics.elementary import exp
from evqc.study.columns import LARGEST_LOG, Column

if TYPE_CHECKING:
    from evqc.numerics.blocks import BlockFit

Floats = NDArray[np.float64]

#: A method is called best only when it is first in at least this share of the draws. Source: METHODS section D.
CLAIM = 0.8
DRAWS = 50_000
#: The most pools that are asked for; beyond them another experiment is needed.
MOST_POOLS = 60
#: So many pools that their scatter no longer matters.
_UNLIMITED = 10**8


@dataclass(frozen=True, slots=True)
class Found:
    """Acceptabilities over everything that is not known; ``central`` where all is."""

    central: Acceptability | None
    first_lower: tuple[float, ...]
    first_upper: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What more pools would tell.

    Attributes:
        pools: how many in all would let the leader be called best; None when that is more than ``MOST_POOLS``.
        weights_decide: whether no number would, since the leader changes with the weights.
    """

    pools: int | None
    weights_decide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Draws of data and weights."""

    columns: Sequence[Column]
    shares: Floats
    concentration: float
    arms: tuple[str, ...]

    def bounds(self) -> tuple[Floats, Floats]:
        """Lowest and highest desirability, shape (methods, aspects) each."""
        ends = [column.bounds() for column in self.columns]
        return np.column_stack([low for low, _ in ends]), np.column_stack([high for _, high in ends])

    def acceptability(self, seed: int, draws: int) -> Found:
        """Ranks over draws; where something is not known, each method at its worst among the best, and the reverse.

        Bounds scatter as the means do: a bound is that of a few batches, and others would lie elsewhere.
        """
        data, weights = self._data(seed, draws, None), self._weights(seed, draws)
        unknown = np.column_stack([~column.known for column in self.columns])
        if not unknown.any():
            central = rank_acceptability(self.arms, data, weights)
            first = tuple(row[0] for row in central.rank)
            return Found(central, first, first)
        lower, upper = (log_scores(self._filled(data, unknown, side, seed), weights) for side in (0, 1))
        return Found(None, *first_bounds(lower, upper))

    def _filled(self, data: Floats, unknown: NDArray[np.bool_], side: int, seed: int) -> Floats:
        """The draws with what is not known at its lowest (side 0) or highest, bounds with the scatter of batches."""
        filled = data.copy()
        for j, column in enumerate(self.columns):
            missing = unknown[:, j]
            if missing.any():
                shifts = column.draw_shifts(np.random.default_rng([seed, j + 1, 1]), len(data))
                filled[:, missing, j] = column.bounds(shifts)[side][:, missing]
        return filled

    def _weights(self, seed: int, draws: int) -> Floats:
        return draw_weights(np.random.default_rng([seed, 0]), draws, self.shares.tolist(), self.concentration)

    def _data(self, seed: int, draws: int, pools: int | None) -> Floats:
        """Desirabilities, shape (draws, methods, aspects); with ``pools``, as if there had been that many."""
        made = np.empty((draws, len(self.arms), len(self.columns)))
        for j, column in enumerate(self.columns):
            fit = column.fit if pools is None or column.fit is None else _with_pools(column.fit, pools)
            values = np.broadcast_to(np.where(column.known, column.value, 1.0), (draws, len(self.arms))).copy()
            if fit is not None and fit.residual_sd is not None:
                logs = draw_means(fit, np.random.default_rng([seed, j + 1]), draws)
                drawn = exp(np.clip(logs, -LARGEST_LOG, LARGEST_LOG))
                values[:, [self.arms.index(arm) for arm in fit.arms]] = drawn
            made[:, :, j] = column.scale(values)
        return made

    def plan(self, leader: int, pools: int, seed: int) -> Plan:
        """How many pools would let the leader be called best, if means and scatter stayed as they are."""
        draws = DRAWS // 5
        weights = self._weights(seed, draws)

        def first(many: int) -> float:
            return rank_acceptability(self.arms, self._data(seed, draws, many), weights).rank[leader][0]

        if first(_UNLIMITED) < CLAIM:
            return Plan(None, weights_decide=True)
        enough = next((many for many in range(pools + 1, MOST_POOLS + 1) if first(many) >= CLAIM), None)
        return Plan(enough, weights_decide=False)


def _with_pools(fit: BlockFit, pools: int) -> BlockFit:
    """The fit as it would be with another number of complete pools of the same means and scatter."""
    shrunk = fit.covariance * (fit.blocks / pools)
    degrees = max(1, (len(fit.arms) - 1) * (pools - 1))
    return replace(fit, covariance=shrunk, blocks=pools, degrees_of_freedom=degrees)
