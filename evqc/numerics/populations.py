"""A few log-normal populations behind finite tracks, fitted through the blur of the tracks, with their evidence."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import exp, log, matrix_product
from evqc.numerics.linear_equations import cholesky, log_determinant
from evqc.numerics.log_normals import softmax
from evqc.numerics.population_posterior import Posterior, climb, overlap, posterior
from evqc.numerics.population_starts import starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Populations that are tried; the prior of more is 1 in 1700.
MOST = 5
#: How many of the most promising starts are followed; populations of one width find their way less easily.
_OWN_WIDTH_FITS, _ONE_WIDTH_FITS = 2, 3
#: First damping, and the gain in log posterior below which a fit ends: from anywhere, and from a fit to other tracks.
_FROM_ANYWHERE, _FROM_A_FIT = (1e-3, 1e-2), (1e-6, 1e-1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Populations:
    """One fit of k log-normal populations.

    Attributes:
        share, median_nm, sigma_ln: of each population, ascending by median, shape (k,).
        one_width: whether all have one width.
        shares: of each size of the grid in what was counted, shape (g,), summing to 1.
        expected: share of each cell by the fit, shape (m,).
        log_posterior: of the parameters, up to the constant of the multinomial; at its optimum unless they overlap.
        evidence: logarithm of the marginal likelihood (Laplace's approximation), up to the same constant.
        steps: that it took.
    """

    share: Floats
    median_nm: Floats
    sigma_ln: Floats
    one_width: bool
    shares: Floats
    expected: Floats
    log_posterior: float
    evidence: float
    steps: int

    @property
    def overlap(self) -> float:
        """The greatest Bhattacharyya coefficient of two of the populations: 0 apart, 1 the same; 0 of only one."""
        return overlap(log(self.median_nm), self.sigma_ln)


def fit_populations(
    edges_nm: Floats, kernel: Floats, counts: Floats, smooth: Sequence[Floats], most: int = MOST
) -> tuple[Populations, ...]:
    """The most probable one to five populations, with widths of their own and with one width.

    Args:
        edges_nm: of the grid of sizes, shape (g + 1,); the outer bins hold what lies beyond.
        kernel: probability of cell i for a particle of size j, shape (m, g).
        counts: in each cell, above zero, shape (m,).
        smooth: fits without populations, shares of the grid, each of shape (g,), that the search starts from.
        most: populations that are tried.

    Raises:
        NotConvergedError: a fit did not reach its optimum.

    Source:
        Fraley & Raftery 2002, J. Am. Stat. Assoc. 97:611 (families of one width and of widths of their own); MacKay
        1992, Neural Comput. 4:415 (evidence by Laplace's approximation, with the information that the scores of the
        tracks make, as for smooth fits). Priors: ``population_posterior.posterior``. No sigma is below 0.03, where a
        population is a spike on a point of the grid.
    """
    # With one population the two families are the same.
    tried = [(1, True), *((k, one_width) for k in range(2, most + 1) for one_width in (True, False))]
    return tuple(
        _best(posterior(edges_nm, kernel, counts, k, one_width=one_width), edges_nm, smooth, one_width=one_width)
        for k, one_width in tried
    )


def refit(found: Populations, edges_nm: Floats, kernel: Floats, counts: Floats) -> Populations:
    """The same populations of other counts, beginning where ``found`` ended.

    Args:
        found: of ``fit_populations``.
        edges_nm: of the grid, shape (g + 1,).
        kernel: shape (m, g).
        counts: in each cell, which may be empty, shape (m,).

    Raises:
        NotConvergedError: the fit did not reach its optimum.
    """
    of = posterior(edges_nm, kernel, counts, len(found.share), one_width=found.one_width)
    wide = log(np.concatenate([found.share, found.median_nm, found.sigma_ln]))
    return _fitted(of, of.parameters(wide), _FROM_A_FIT, one_width=found.one_width)


def _best(of: Posterior, edges_nm: Floats, smooth: Sequence[Floats], *, one_width: bool) -> Populations:
    """The most probable of the fits from the most promising starts."""
    begun = [of.parameters(wide) for wide in starts(edges_nm, smooth, of.populations, one_width=one_width)]
    begun.sort(key=lambda t: -of.at(t)[0])
    followed = begun[: _ONE_WIDTH_FITS if one_width else _OWN_WIDTH_FITS]
    return max(
        (_fitted(of, t, _FROM_ANYWHERE, one_width=one_width) for t in followed), key=lambda fit: fit.log_posterior
    )


def _fitted(of: Posterior, t: Floats, begin: tuple[float, float], *, one_width: bool) -> Populations:
    top = climb(of, t, *begin)
    wide = matrix_product(of.wide, top.t)
    logits, means, log_sigma = wide.reshape(3, -1)
    order = np.argsort(means, kind="stable")
    volume = (len(t) * math.log(2 * math.pi) - log_determinant(cholesky(top.information))) / 2
    return Populations(
        share=softmax(logits)[order],
        median_nm=exp(means[order]),
        sigma_ln=exp(log_sigma[order]),
        one_width=one_width,
        shares=of.bins.probabilities(wide),
        expected=top.expected,
        log_posterior=top.value,
        # Populations may change places: each of their k! orders holds as much of the posterior.
        evidence=top.value + math.lgamma(len(order) + 1) + float(volume),
        steps=top.steps,
    )
