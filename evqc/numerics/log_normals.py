"""Log-normal populations over bins of size: their shares of each bin, and what those change with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import exp, matrix_product
from evqc.numerics.linear_equations import dot

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def softmax(logits: Floats) -> Floats:
    """Shares that sum to 1, of logits of any height, shape (k,)."""
    raised = exp(logits - logits.max())
    found: Floats = raised / raised.sum()
    return found


@dataclass(frozen=True, slots=True, eq=False)
class LogNormalBins:
    """The bins that log-normal populations are counted in; parameters are k logits, k means and k logs of sigma.

    Attributes:
        edges: of the logarithm of size, shape (n + 1,), ascending; the outer two may be infinite.
    """

    edges: Floats

    def parts(self, t: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Shares (k,), sigma (k,), probability of each bin by component (n, k), densities and z times it at edges.

        Args:
            t: parameters, shape (3k,).
        """
        from scipy.special import ndtr  # noqa: PLC0415  loads only when a mixture is fitted

        logits, means, log_sigma = t.reshape(3, -1)
        share, sigma = softmax(logits), exp(log_sigma)
        z = (self.edges[:, np.newaxis] - means) / sigma
        finite = np.isfinite(z)
        density = np.where(finite, exp(-(np.where(finite, z, 0.0) ** 2) / 2), 0.0) / math.sqrt(2 * math.pi)
        # In the upper half the complement is differenced, whose small numbers keep their digits.
        below, above = np.diff(ndtr(z), axis=0), -np.diff(ndtr(-z), axis=0)
        mass = np.where(z[:-1] > 0, above, below)
        return share, sigma, mass, density, np.where(finite, z, 0.0) * density

    def probabilities(self, t: Floats) -> Floats:
        """Of each bin, shape (n,).

        Args:
            t: parameters, shape (3k,).
        """
        share, _, mass, _, _ = self.parts(t)
        return matrix_product(mass, share)

    def derivatives(self, t: Floats) -> Floats:
        """Of the probabilities of the bins by the parameters, shape (n, 3k).

        Args:
            t: parameters, shape (3k,).
        """
        return _first(*self.parts(t))

    def slopes(self, t: Floats, weight: Floats) -> tuple[Floats, Floats]:
        """The same, and the second derivatives of the weighted sum of the probabilities, shape (3k, 3k).

        Args:
            t: parameters, shape (3k,).
            weight: of each bin, shape (n,).
        """
        parts = self.parts(t)
        return _first(*parts), _second(weight, *parts)


def _first(share: Floats, sigma: Floats, mass: Floats, density: Floats, moment: Floats) -> Floats:
    by_logit = share * (mass - matrix_product(mass, share)[:, np.newaxis])
    by_mean = -share / sigma * np.diff(density, axis=0)
    by_sigma = -share * np.diff(moment, axis=0)
    return np.concatenate([by_logit, by_mean, by_sigma], axis=1)


def _second(weight: Floats, share: Floats, sigma: Floats, mass: Floats, density: Floats, moment: Floats) -> Floats:
    rest = 1 - (moment / np.maximum(density, np.finfo(float).tiny)) ** 2
    at_edges = np.stack([-density / sigma, -moment, -moment / sigma**2, density * rest / sigma, moment * rest])
    held = np.einsum("n,snk->sk", weight, np.diff(at_edges, axis=1))
    of_mean, of_sigma, mean_mean, mean_sigma, sigma_sigma = share * held
    of_mass = matrix_product(weight, mass)
    of_logit = share * (of_mass - dot(of_mass, share))
    logit_mean, logit_sigma = (np.diag(each) - np.outer(share, each) for each in (of_mean, of_sigma))
    crossed = np.outer(share, of_logit)
    found = np.zeros((3, len(share), 3, len(share)))
    found[0, :, 0] = np.diag(of_logit) - crossed - crossed.T
    found[0, :, 1], found[0, :, 2] = logit_mean, logit_sigma
    found[1, :, 0], found[2, :, 0] = logit_mean.T, logit_sigma.T
    found[1, :, 1], found[2, :, 2] = np.diag(mean_mean), np.diag(sigma_sigma)
    found[1, :, 2] = found[2, :, 1] = np.diag(mean_sigma)
    return found.reshape(3 * len(share), -1)
