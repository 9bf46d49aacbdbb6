"""Log-normal mixtures of counted particles: how many populations the counts speak for, and where they lie."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import EvqcError
from evqc.numerics.elementary import exp, log, matrix_product
from evqc.numerics.linear_equations import backward, cholesky, dot, forward
from evqc.numerics.log_normals import LogNormalBins, softmax
from evqc.numerics.tables import as_table
from evqc.records import Array, array, record

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: A narrower component is a spike on one bin. Source: METHODS B.
LEAST_SIGMA = 0.03
#: Starts for each number of components; METHODS B asks for five.
STARTS = 8
#: A component is as narrow as is allowed: it may be one bin and not a population.
AT_LEAST_SIGMA = "a_component_is_as_narrow_as_allowed"
#: The next number of components is hardly worse: within 2 of the criterion nothing is decided.
UNDECIDED = "number_of_components_not_decided"
#: The information matrix of the fit is singular: parameters trade against each other and have no errors.
NO_ERRORS = "parameters_without_errors"
_LEAST_LOG = math.log(LEAST_SIGMA)
_EM_STEPS, _NEWTON_STEPS, _GAIN = 60, 200, 1e-6


class MixtureRefusedError(EvqcError):
    """What was given is no count of particles, or too few of them; the message says which."""


@record
class Mixture:
    """A log-normal mixture.

    Attributes:
        share: of each component, ascending by median, shape (k,), summing to 1.
        median_nm: of each component, shape (k,).
        sigma_ln: SD of the logarithms of each, shape (k,).
        share_error, median_error_nm, sigma_error: standard errors, shape (k,); None when the fit does not settle them.
        log_likelihood: of the counts, up to the constant of the multinomial.
        bic: Bayesian information criterion with n = tracks, of 1, 2, … components.
        tracks: particles counted.
        seed, starts: of the search.
    """

    share: Array
    median_nm: Array
    sigma_ln: Array
    share_error: Array | None
    median_error_nm: Array | None
    sigma_error: Array | None
    log_likelihood: float
    bic: tuple[float, ...]
    tracks: int
    seed: int
    starts: int
    method: str = "binned maximum likelihood, EM and then Fisher scoring, number of components by BIC"
    assumptions: tuple[str, ...] = (
        "components are log-normal; a component is a description, not a population",
        "what was counted in the outer bins lies there or beyond",
    )
    flags: tuple[str, ...] = ()

    def to_pandas(self) -> pd.DataFrame:
        """One row a component."""
        return as_table(self)


def fit_mixture(edges_nm: Floats, counts: Floats, tracks: int, *, seed: int, most: int = 4) -> Mixture:
    """The log-normal mixture that counts speak for by the Bayesian information criterion.

    Args:
        edges_nm: of the bins, ascending, not negative, shape (n + 1,).
        counts: particles counted in each bin, whole numbers, shape (n,).
        tracks: how many particles the instrument says it counted; has to be the sum of the counts, so that
            concentrations, which are no counts, cannot pass.
        seed: of the starts.
        most: components that are tried.

    Raises:
        MixtureRefusedError: the weights are no counts of so many tracks, or fewer than 30 (then every criterion is
            noise).
        ValueError: shapes differ, edges do not ascend, or no component is asked for.

    Source:
        METHODS B: binned likelihood with BIC on real counts only.
    """
    if counts.shape != (edges_nm.size - 1,) or not (np.diff(edges_nm) > 0).all() or edges_nm[0] < 0 or most < 1:
        raise ValueError("counts go with ascending edges from zero, and at least one component is asked for")
    if not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all() or counts.sum() != tracks:
        raise MixtureRefusedError(
            f"these are no counts of {tracks} tracks: BIC needs particles counted; scaled concentrations are none"
        )
    if tracks < 30:
        raise MixtureRefusedError(f"{tracks} tracks are too few for a mixture; it needs 30")
    problem = _Problem(LogNormalBins(np.concatenate([[-np.inf], log(edges_nm[1:-1]), [np.inf]])), counts)
    rng = np.random.default_rng(seed)
    fits = [_best(problem, k, rng) for k in range(1, min(most, int((counts > 0).sum())) + 1)]
    bic = tuple((len(fit) - 1) * math.log(tracks) - 2 * problem.at(fit)[0] for fit in fits)
    chosen = int(np.argmin(bic))
    made = _made(problem, fits[chosen], bic, tracks, seed)
    close = sum(each < bic[chosen] + 2 for each in bic) > 1
    return replace(made, flags=(*made.flags, UNDECIDED)) if close else made


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """Counts between edges of ln size; parameters are k logits of shares, k means and k logarithms of sigma."""

    bins: LogNormalBins
    counts: Floats

    def at(self, t: Floats) -> tuple[float, Floats]:
        """Log-likelihood and the probability of each bin, shape (n,)."""
        p = np.maximum(self.bins.probabilities(t), np.finfo(float).tiny)
        return dot(self.counts, log(p)), p


def _best(problem: _Problem, k: int, rng: np.random.Generator) -> Floats:
    """The parameters of the greatest likelihood over several starts."""
    tried = [_scored(problem, _em(problem, start)) for start in _starts(problem, k, rng)]
    return max(tried, key=lambda t: problem.at(t)[0])


def _starts(problem: _Problem, k: int, rng: np.random.Generator) -> list[Floats]:
    """Equal shares at sizes drawn from the counts, as narrow as k components side by side; the first at quantiles."""
    inner = np.concatenate([problem.bins.edges[1:2], problem.bins.edges[1:-1], problem.bins.edges[-2:-1]])
    centre, weight = (inner[:-1] + inner[1:]) / 2, problem.counts / problem.counts.sum()
    mean = dot(centre, weight)
    sd = max(math.sqrt(dot((centre - mean) ** 2, weight)), 2 * LEAST_SIGMA)
    cumulated = np.cumsum(weight)
    places = [(np.arange(k) + 0.5) / k, *rng.uniform(0.02, 0.98, (STARTS - 1, k))]
    sigma = np.full(k, max(math.log(sd / k), _LEAST_LOG))
    means = [centre[np.minimum(np.searchsorted(cumulated, each), len(centre) - 1)] for each in places]
    return [np.concatenate([np.zeros(k), at, sigma]) for at in means]


def _em(problem: _Problem, t: Floats) -> Floats:
    """Some steps of expectation and maximisation, which find their way from anywhere."""
    for _ in range(_EM_STEPS):
        share, sigma, mass, density, moment = problem.bins.parts(t)
        ratio = problem.counts / np.maximum(matrix_product(mass, share), np.finfo(float).tiny)
        taken = share * matrix_product(ratio, mass)
        held = np.maximum(taken, 1e-12)
        shift = -sigma * share * matrix_product(ratio, np.diff(density, axis=0)) / held
        spread = sigma**2 * share * matrix_product(ratio, mass - np.diff(moment, axis=0)) / held
        width = np.sqrt(np.maximum(spread - shift**2, LEAST_SIGMA**2))
        t = np.concatenate([log(held / held.sum()), t.reshape(3, -1)[1] + shift, log(width)])
    return t


def _scored(problem: _Problem, t: Floats) -> Floats:
    """Damped Fisher scoring to the optimum, sigma never below its least."""
    value, p = problem.at(t)
    damping = 1e-3
    for _ in range(_NEWTON_STEPS):
        jacobian = problem.bins.derivatives(t)
        gradient = matrix_product(problem.counts / p, jacobian)
        information = matrix_product((jacobian / p[:, np.newaxis]).T, jacobian) * problem.counts.sum()
        diagonal = np.diag(information) + 1e-9 * problem.counts.sum()
        tried = _uphill(t, information + damping * np.diag(diagonal), gradient)
        new, new_p = problem.at(tried) if tried is not None else (-math.inf, p)
        if tried is None or new < value:
            damping *= 10
            if damping > 1e12:
                return t
            continue
        gained, t, value, p, damping = new - value, tried, new, new_p, max(damping / 10, 1e-9)
        if gained < _GAIN:
            return t
    return t


def _uphill(t: Floats, information: Floats, gradient: Floats) -> Floats | None:
    """The parameters a step further, sigma never below its least; None where the information has no root."""
    try:
        lower = cholesky(information)
    except np.linalg.LinAlgError:
        return None
    tried, k = t + backward(lower, forward(lower, gradient)), len(t) // 3
    tried[2 * k :] = np.clip(tried[2 * k :], _LEAST_LOG, 2.0)
    tried[:k] -= tried[:k].max()
    return tried


def _made(problem: _Problem, t: Floats, bic: tuple[float, ...], tracks: int, seed: int) -> Mixture:
    logits, means, log_sigma = t.reshape(3, -1)
    order, share = np.argsort(means, kind="stable"), softmax(logits)
    errors = _errors(problem, t)
    medians, sigma = exp(means), exp(log_sigma)
    made = Mixture(
        share=array(share[order]), median_nm=array(medians[order]), sigma_ln=array(sigma[order]),
        share_error=None, median_error_nm=None, sigma_error=None,
        log_likelihood=problem.at(t)[0], bic=bic, tracks=tracks, seed=seed, starts=STARTS,
        flags=(AT_LEAST_SIGMA,) if (sigma <= LEAST_SIGMA * 1.001).any() else (),
    )  # fmt: skip
    if errors is None:
        return replace(made, flags=(*made.flags, NO_ERRORS))
    of_share, of_mean, of_sigma = errors
    return replace(
        made,
        share_error=array(of_share[order]),
        median_error_nm=array((medians * of_mean)[order]),
        sigma_error=array((sigma * of_sigma)[order]),
    )


def _errors(problem: _Problem, t: Floats) -> tuple[Floats, Floats, Floats] | None:
    """Standard errors of shares, mean logarithms and log sigma; None when the information is singular."""
    k, (_, p) = len(t) // 3, problem.at(t)
    jacobian = problem.bins.derivatives(t)
    information = matrix_product((jacobian / p[:, np.newaxis]).T, jacobian) * problem.counts.sum()
    # One logit is free: shares sum to 1.
    kept = np.arange(1, 3 * k)
    part = information[np.ix_(kept, kept)]
    if not np.isfinite(part).all() or np.linalg.cond(part) > 1e12:
        return None
    covariance = np.zeros((3 * k, 3 * k))
    lower = cholesky(part)
    covariance[np.ix_(kept, kept)] = backward(lower, forward(lower, np.eye(len(part))))
    share = softmax(t[:k])
    by_logit = np.diag(share) - np.outer(share, share)
    of_share = np.sqrt(np.maximum(np.diag(matrix_product(matrix_product(by_logit, covariance[:k, :k]), by_logit)), 0.0))
    own = np.sqrt(np.maximum(np.diag(covariance), 0.0))
    return of_share, own[k : 2 * k], own[2 * k :]
