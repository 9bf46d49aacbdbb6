"""How probable the parameters of a few log-normal populations are, given blurred tracks, and where that is greatest."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import exp, log, matrix_product
from evqc.numerics.linear_equations import backward, cholesky, dot, forward
from evqc.numerics.log_normals import LogNormalBins, softmax
from evqc.numerics.mixtures import LEAST_SIGMA
from evqc.numerics.penalised_likelihood import NotConvergedError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Widths that are likely before anything was measured, between certified beads and vesicles of every origin together:
#: log sigma is normal with its 95 % between them.
_USUAL_SIGMA = (LEAST_SIGMA, 0.6)
#: A wider population is none; the prior leaves nothing there.
_MOST_SIGMA = math.e
#: Populations that overlap more are one population told twice, and Laplace's approximation does not hold for them. From
#: 0.75 to 0.95 the limit made no difference of more than 0.02 nm over twelve simulated sets.
MOST_OVERLAP = 0.88
#: Steps after which populations that overlap are given up: their optimum is a ridge, and they are left out anyway.
_PATIENCE = 12
#: No step moves a parameter by more than ``_FAR``.
_STEPS, _FAR = 300, 1.5
_LEAST_DAMPING, _MOST_DAMPING, _STIFFENED, _EASED = 1e-9, 1e12, 4.0, 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Log posterior density of k - 1 logits (the first is 0), k means of ln size, and one or k logarithms of sigma.

    Attributes:
        bins: of the grid of sizes, g of them; the outer ones hold what lies beyond.
        kernel: probability of cell i for a particle of size j, shape (m, g).
        counts: in each cell, shape (m,).
        wide: that makes k logits, k means and k logarithms of sigma of the p parameters, shape (3k, p).
        usual, precision: of the normal priors of all parameters but the logits, shape (p - k + 1,).
        bounds: of the parameters, each of shape (p,); only sigma has some.
    """

    bins: LogNormalBins
    kernel: Floats
    counts: Floats
    wide: Floats
    usual: Floats
    precision: Floats
    bounds: tuple[Floats, Floats]

    @property
    def populations(self) -> int:
        """How many there are."""
        return len(self.wide) // 3

    def at(self, t: Floats) -> tuple[float, Floats]:
        """The density up to the constant of the multinomial, and the expected shares of the cells, shape (m,)."""
        probabilities = self.bins.probabilities(matrix_product(self.wide, t))
        expected = np.maximum(matrix_product(self.kernel, probabilities), np.finfo(float).tiny)
        k, off = self.populations, t[self.populations - 1 :] - self.usual
        of_shares = math.lgamma(k) + log(softmax(matrix_product(self.wide[:k], t))).sum()
        of_others = (log(self.precision / 2 / math.pi).sum() - dot(self.precision, off**2)) / 2
        return float(dot(self.counts, log(expected)) + of_shares + of_others), expected

    def slope(self, t: Floats, expected: Floats) -> tuple[Floats, Floats, Floats]:
        """Gradient, shape (p,), information by the products of the tracks' scores, and negative curvature, (p, p)."""
        k, wide = self.populations, matrix_product(self.wide, t)
        weight = matrix_product(self.counts / expected, self.kernel)
        first, second = self.bins.slopes(wide, weight)
        slopes = matrix_product(first, self.wide)
        scores = matrix_product(self.kernel, slopes) / expected[:, np.newaxis]
        share, off = softmax(wide[:k]), t[k - 1 :] - self.usual
        gradient = matrix_product(weight, slopes) + np.concatenate([1 - k * share[1:], -self.precision * off])
        information = matrix_product((scores * self.counts[:, np.newaxis]).T, scores)
        information[: k - 1, : k - 1] += k * (np.diag(share) - np.outer(share, share))[1:, 1:]
        information[range(k - 1, len(t)), range(k - 1, len(t))] += self.precision
        return gradient, information, information - matrix_product(matrix_product(self.wide.T, second), self.wide)

    def parameters(self, wide: Floats) -> Floats:
        """The parameters nearest to k logits, k means and k logarithms of sigma, shape (p,)."""
        k = self.populations
        logits = np.clip(wide[1:k] - wide[0], -6, 6)  # a share that begins near nothing stays there
        sigmas = self.wide[2 * k :, 2 * k - 1 :]
        return np.concatenate([logits, wide[k : 2 * k], matrix_product(wide[2 * k :], sigmas) / sigmas.sum(axis=0)])

    def overlap(self, t: Floats) -> float:
        """Of the two populations that overlap most, as ``overlap``."""
        _, means, log_sigma = matrix_product(self.wide, t).reshape(3, -1)
        return overlap(means, exp(log_sigma))


@dataclass(frozen=True, slots=True, eq=False)
class Optimum:
    """Where a posterior is greatest: parameters, density, expected shares of the cells, information, steps taken."""

    t: Floats
    value: float
    expected: Floats
    information: Floats
    steps: int


def posterior(edges_nm: Floats, kernel: Floats, counts: Floats, k: int, *, one_width: bool) -> Posterior:
    """The posterior of k populations under weak priors.

    Args:
        edges_nm: of the grid of sizes, shape (g + 1,).
        kernel: probability of cell i for a particle of size j, shape (m, g).
        counts: in each cell, shape (m,).
        k: how many populations.
        one_width: whether all have one width.

    Source:
        The priors are weak and by reasoning: shares uniform (Dirichlet with 1 for each), means of ln size normal about
        the middle of the grid with the variance of an even spread over it, log sigma normal with its 95 % between 0.03
        and 0.6.
    """
    inner = log(edges_nm[1:-1])
    first, last = inner[[0, -1]]
    narrow, broad = map(math.log, _USUAL_SIGMA)
    widths = 1 if one_width else k
    wide = np.zeros((3 * k, 2 * k - 1 + widths))
    wide[1 : 2 * k, : 2 * k - 1] = np.eye(2 * k - 1)
    wide[2 * k :, 2 * k - 1 :] = 1 if one_width else np.eye(k)
    free, limits = np.full(2 * k - 1, np.inf), (math.log(LEAST_SIGMA), math.log(_MOST_SIGMA))
    return Posterior(
        bins=LogNormalBins(np.concatenate([[-np.inf], inner, [np.inf]])),
        kernel=kernel,
        counts=counts,
        wide=wide,
        usual=np.repeat([(first + last) / 2, (narrow + broad) / 2], [k, widths]),
        precision=np.repeat([12 / (last - first) ** 2, (4 / (broad - narrow)) ** 2], [k, widths]),
        bounds=(np.append(-free, np.full(widths, limits[0])), np.append(free, np.full(widths, limits[1]))),
    )


def overlap(mean: Floats, sigma: Floats) -> float:
    """The greatest Bhattacharyya coefficient of two of k normal laws: 0 apart, 1 the same; 0 where there is one only.

    Args:
        mean: shape (k,).
        sigma: shape (k,).

    Source:
        Bhattacharyya 1943, Bull. Calcutta Math. Soc. 35:99.
    """
    both = sigma[:, np.newaxis] ** 2 + sigma**2
    shape, apart = np.sqrt(2 * np.outer(sigma, sigma) / both), np.subtract.outer(mean, mean)
    return float(np.triu(shape * exp(-(apart**2) / 4 / both), 1).max())


def climb(of: Posterior, t: Floats, damping: float, gain: float) -> Optimum:
    """The optimum uphill of the parameters t, by Newton steps with Levenberg's damping, sigma between its bounds.

    Args:
        of: what is climbed.
        t: parameters to begin with, shape (p,).
        damping: of the first step.
        gain: in log posterior; the step that promises less is the last one.

    Raises:
        NotConvergedError: populations that do not overlap did not reach it.
    """
    low, high = of.bounds
    t = np.clip(t, low, high)
    value, expected = of.at(t)
    for step in range(1, _STEPS + 1):
        gradient, information, curvature = of.slope(t, expected)
        # What lies at a bound and would leave is held.
        free = ~(((t <= low) & (gradient < 0)) | ((t >= high) & (gradient > 0)))
        uphill = np.where(free, gradient, 0.0)
        scale = np.diag(np.diag(information))
        curvature = np.where(np.outer(free, free), curvature, scale)
        promised = _solved(curvature, uphill)
        last = promised is not None and dot(uphill, promised) < 2 * gain
        given_up = step > _PATIENCE and of.overlap(t) > MOST_OVERLAP
        moved = _moved(of, t, value, (uphill, curvature, scale), damping)
        if moved is not None:
            t, value, expected, damping = moved
        if last or given_up:
            return Optimum(t, value, expected, information, step)
        if moved is None:
            break
    raise NotConvergedError(f"the fit of {of.populations} populations did not converge in {step} steps")


def _moved(
    of: Posterior, t: Floats, value: float, hill: tuple[Floats, Floats, Floats], damping: float
) -> tuple[Floats, float, Floats, float] | None:
    """The first step that does not lead down, as damping grows: parameters, density, expected shares, damping."""
    uphill, curvature, scale = hill
    while damping <= _MOST_DAMPING:
        move = _solved(curvature + damping * scale, uphill)
        if move is not None:
            tried = np.clip(t + np.clip(move, -_FAR, _FAR), *of.bounds)
            better, expected = of.at(tried)
            if better >= value:
                return tried, better, expected, max(damping / _EASED, _LEAST_DAMPING)
        damping *= _STIFFENED
    return None


def _solved(curvature: Floats, right: Floats) -> Floats | None:
    """The step to the top of a parabola; None where it has none."""
    try:
        lower = cholesky(curvature)
    except np.linalg.LinAlgError:
        return None
    return backward(lower, forward(lower, right))
