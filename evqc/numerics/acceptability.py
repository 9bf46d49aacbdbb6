"""Stochastic acceptability: how often each alternative takes each rank when data and weights are drawn."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.elementary import log, matrix_product
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

Floats = NDArray[np.float64]

#: Desirability below which a draw does not count as worse: one draw at zero would decide every rank. Source: METHODS D.
FLOOR = 0.01
#: Draws that are ranked at a time, so that memory stays bounded.
_AT_A_TIME = 20_000


@record
class Acceptability:
    """Shares of draws in which alternatives take ranks.

    Attributes:
        names: of the alternatives.
        rank: by alternative, the share of draws in which it takes the first, second, … rank; every row sums to 1, and
            alternatives that tie share their ranks.
        central_weights: by alternative, the mean weights of the draws in which it is first; None when it never is.
        draws: how many there were.
        standard_error: the largest that any of the shares can have.
    """

    names: tuple[str, ...]
    rank: tuple[tuple[float, ...], ...]
    central_weights: tuple[tuple[float, ...] | None, ...]
    draws: int
    standard_error: float

    def first(self, name: str) -> float:
        """The share of draws in which an alternative is first."""
        return self.rank[self.names.index(name)][0]

    def to_pandas(self) -> pd.DataFrame:
        """One row an alternative: the share of draws in which it takes each rank."""
        import pandas as pd  # noqa: PLC0415  pandas loads when a table is asked for

        ranks = [f"rank_{place}" for place in range(1, len(self.names) + 1)]
        return pd.DataFrame(self.rank, index=pd.Index(self.names, name="name"), columns=ranks).reset_index()


def draw_weights(rng: np.random.Generator, draws: int, around: Sequence[float], concentration: float) -> Floats:
    """Weights from a Dirichlet distribution whose mean is the weights given.

    Args:
        rng: seeded.
        draws: how many.
        around: mean weights, positive; scaled to the sum 1.
        concentration: sum of the parameters; the number of criteria with equal ``around`` draws all weights alike,
            more keeps them nearer to ``around``.

    Returns:
        Shape (draws, criteria); rows sum to 1.

    Raises:
        ValueError: a weight or the concentration is not positive.
    """
    mean = np.asarray(around, float)
    if not (mean > 0).all() or not concentration > 0:
        raise ValueError("mean weights and concentration are positive")
    made: Floats = rng.dirichlet(concentration * mean / mean.sum(), size=draws)
    return made


def rank_acceptability(names: Sequence[str], desirabilities: Floats, weights: Floats) -> Acceptability:
    """How often each alternative takes each rank of the weighted geometric mean.

    Args:
        names: of the alternatives.
        desirabilities: shape (draws, alternatives, criteria), between 0 and 1; ``FLOOR`` is the least that counts.
        weights: shape (draws, criteria).

    Raises:
        ValueError: a desirability is not known, or shapes do not fit.

    Source:
        SMAA-2, Lahdelma and Salminen 2001; METHODS section D.
    """
    draws, alternatives, criteria = desirabilities.shape
    if weights.shape != (draws, criteria) or len(names) != alternatives:
        raise ValueError("one name for each alternative and one set of weights for each draw")
    if not np.isfinite(desirabilities).all():
        raise ValueError("every desirability is known when ranks are drawn; draw what is not known between its bounds")
    counts = np.zeros((alternatives, alternatives))
    central = np.zeros((alternatives, criteria))
    scores = log_scores(desirabilities, weights)
    for part in _parts(draws):
        first = _count_ranks(scores[part], counts)
        central += matrix_product(first.T, weights[part])
    return Acceptability(
        names=tuple(names),
        rank=tuple(tuple(float(x) for x in row) for row in counts / draws),
        central_weights=tuple(_mean_weights(c, counts[i, 0]) for i, c in enumerate(central)),
        draws=draws,
        standard_error=math.sqrt(0.25 / draws),
    )


def log_scores(desirabilities: Floats, weights: Floats) -> Floats:
    """Logarithms of the weighted geometric means of draws, ``FLOOR`` being the least that counts.

    Args:
        desirabilities: shape (draws, alternatives, criteria), between 0 and 1.
        weights: shape (draws, criteria); rows sum to 1.

    Returns:
        Shape (draws, alternatives).
    """
    scores = np.empty(desirabilities.shape[:2])
    for part in _parts(len(scores)):
        logs = log(np.maximum(desirabilities[part], FLOOR))
        scores[part] = np.einsum("dac,dc->da", logs, weights[part])
    return scores


def _parts(draws: int) -> list[slice]:
    return [slice(start, start + _AT_A_TIME) for start in range(0, draws, _AT_A_TIME)]


def first_bounds(lower: Floats, upper: Floats) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """How often each alternative is first at its lowest among the others at their highest, and the reverse.

    Args:
        lower: lowest scores of draws, shape (draws, alternatives).
        upper: highest ones, same shape.

    Returns:
        Two shares of draws for each alternative; those that tie share the first rank.
    """
    return _first_among(lower, upper), _first_among(upper, lower)


def _first_among(own: Floats, others: Floats) -> tuple[float, ...]:
    """The share of draws in which each alternative, at ``own``, is first among the rest at ``others``."""
    draws, alternatives = own.shape
    if alternatives == 1:
        return (1.0,)
    best = others.argmax(axis=1)
    second, top = np.partition(others, -2, axis=1)[:, -2:].T
    shares = []
    for i in range(alternatives):
        rest = np.where(best == i, second, top)
        level = own[:, i] == rest
        tied = (np.delete(others[level], i, axis=1) == own[level, i, None]).sum(axis=1)
        shares.append(float(((own[:, i] > rest).sum() + (1 / (1 + tied)).sum()) / draws))
    return tuple(shares)


def _count_ranks(scores: Floats, counts: Floats) -> Floats:
    """Adds the ranks of some draws to ``counts``, shape (alternatives, ranks); the shares of the first rank by draw."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(scores, order, axis=1)
    tied = (ranked[:, 1:] == ranked[:, :-1]).any(axis=1)
    alternatives = scores.shape[1]
    for rank in range(alternatives):
        counts[:, rank] += np.bincount(order[~tied, rank], minlength=alternatives)
    shared = _tied_shares(scores[tied])
    counts += shared.sum(axis=0)
    first = np.zeros_like(scores)
    first[~tied, order[~tied, 0]] = 1.0
    first[tied] = shared[:, :, 0]
    return first


def _tied_shares(scores: Floats) -> Floats:
    """Shape (draws, alternatives, ranks): 1 at the rank taken, or equal shares of the ranks that a tie takes."""
    above = (scores[:, None, :] > scores[:, :, None]).sum(axis=2)
    tied = (scores[:, None, :] == scores[:, :, None]).sum(axis=2)
    rank = np.arange(scores.shape[1])
    taken = (rank >= above[..., None]) & (rank < (above + tied)[..., None])
    made: Floats = taken / tied[..., None]
    return made


def _mean_weights(summed: Floats, firsts: float) -> tuple[float, ...] | None:
    return tuple(float(x) for x in summed / firsts) if firsts > 0 else None
