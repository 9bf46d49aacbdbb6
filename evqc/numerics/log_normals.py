"""Log-normal populations over bins of size: their shares of each bin, and what those change with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def softmax(logits: Floats) -> Floats:
    """Shares that sum to 1, of logits of any height, shape (k,)."""
    raised = np.exp(logits - logits.max())
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
        share, sigma = softmax(logits), np.exp(log_sigma)
        z = (self.edges[:, np.newaxis] - means) / sigma
        finite = np.isfinite(z)
        density = np.where(finite, np.exp(-(np.where(finite, z, 0.0) ** 2) / 2), 0.0) / math.sqrt(2 * math.pi)
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
        found: Floats = mass @ share
        return found

    def derivatives(self, t: Floats) -> Floats:
        """Of the probabilities of the bins by the parameters, shape (n, 3k).

        Args:
            t: parameters, shape (3k,).
        """
        share, sigma, mass, density, moment = self.parts(t)
        by_logit = share * (mass - (mass @ share)[:, np.newaxis])
        by_mean = -share / sigma * np.diff(density, axis=0)
        by_sigma = -share * np.diff(moment, axis=0)
        return np.concatenate([by_logit, by_mean, by_sigma], axis=1)
