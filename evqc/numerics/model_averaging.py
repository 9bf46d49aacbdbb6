"""Sizes behind finite tracks by several models at once: a smooth curve and a few populations, each with its weight."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import exp, matrix_product
from evqc.numerics.penalised_likelihood import Smoothed, chosen, fit_path, marginal_likelihood
from evqc.numerics.population_posterior import MOST_OVERLAP
from evqc.numerics.populations import Populations, fit_populations, refit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Models with less weight are not fitted again to other tracks.
_LEAST_REFITTED = 0.01
#: How much weaker than the chosen one the smoothing is, in places of the path, on which the search for populations
#: begins: narrow ones show there only.
_WEAKER = (0, 2, 4)
#: Of a smooth curve, of populations of one width, and of populations each with its own.
_FAMILIES = 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """What a fit is made of, kept for the refits of a bootstrap.

    Attributes:
        edges_nm: of the grid, shape (k + 1,).
        kernel: shape (m, k).
        frames: in which a particle of each cell (and size) was seen, shape (m, 1) or (m, k).
        penalty: shape (k, k).
    """

    edges_nm: Floats
    kernel: Floats
    frames: Floats
    penalty: Floats

    def of_cells(self, held: NDArray[np.bool_]) -> Model:
        """The same with some of the cells only, ``held`` of shape (m,)."""
        return replace(self, kernel=self.kernel[held], frames=self.frames[held])

    @cached_property
    def seen(self) -> Floats:
        """The kernel weighted by frames, shape (m, k)."""
        return self.kernel * self.frames

    def shares(self, counts: Floats, fit: Smoothed | Populations) -> Floats:
        """The fit weighted by frames, shape (k,): Σᵢ yᵢ P(size | cell) frames, brought to 1.

        Source:
            METHODS A: in a slab of finite depth, equal weights put D50 5.5 % low; the posterior weighted by frames,
            after a fit without weights, 0.1 %.
        """
        expected = np.where(counts > 0, fit.expected, 1.0)
        seen = fit.shares * matrix_product(counts / expected, self.seen)
        found: Floats = seen / seen.sum()
        return found


@dataclass(frozen=True, kw_only=True, eq=False)
class ModelWeight:
    """One of the models that were averaged.

    Attributes:
        fit: of the model.
        weight: its posterior probability among the models, given the tracks.
    """

    fit: Smoothed | Populations
    weight: float

    @property
    def name(self) -> str:
        """Such as ``smooth`` or ``2 log-normal populations of one width``."""
        if isinstance(self.fit, Smoothed):
            return "smooth"
        number = len(self.fit.share)
        if number == 1:
            return "1 log-normal population"
        return f"{number} log-normal populations{' of one width' if self.fit.one_width else ''}"


def weighed(model: Model, counts: Floats) -> tuple[ModelWeight, ...]:
    """Every model fitted to the counts, the one of the greatest weight first; the weights sum to 1.

    Args:
        model: of the cells that hold tracks.
        counts: in each of them, above zero, shape (m,).

    Raises:
        NotConvergedError: a fit did not reach its optimum.

    Source:
        Hoeting et al. 1999, Statist. Sci. 14:382; MacKay 1992, Neural Comput. 4:415 (evidence). The prior is by
        reasoning: a third for the smooth curve, averaged over its strengths of smoothing, and a third for each family
        of populations, whose number is Poisson distributed with mean 1, from 1 up. One population is of both families.
    """
    path = fit_path(model.kernel, counts, model.penalty)
    best = chosen(path)
    first = next(place for place, fit in enumerate(path) if fit is best)
    begin = [path[place].shares for place in sorted({min(first + weaker, len(path) - 1) for weaker in _WEAKER})]
    several = fit_populations(model.edges_nm, model.kernel, counts, begin)
    apart = [fit for fit in several if fit.overlap <= MOST_OVERLAP]
    smooth = marginal_likelihood(path, model.kernel, counts, model.penalty) - math.log(_FAMILIES)
    return _weights([best, *apart], np.array([smooth, *(fit.evidence + _log_prior(fit) for fit in apart)]))


def _log_prior(of: Populations) -> float:
    """Of a number of populations from 1 up by Poisson's law of mean 1, in the families that it belongs to."""
    number = len(of.share)
    families = math.log((2 if number == 1 else 1) / _FAMILIES)
    return families - math.lgamma(number + 1) - math.log(math.e - 1)


def _weights(fits: Sequence[Smoothed | Populations], logs: Floats) -> tuple[ModelWeight, ...]:
    raised = exp(logs - logs.max())
    shares = raised / raised.sum()
    return tuple(
        ModelWeight(fit=fits[place], weight=float(shares[place])) for place in np.argsort(-shares, kind="stable")
    )


def averaged(model: Model, counts: Floats, models: Sequence[ModelWeight]) -> Floats:
    """Shares of the particles in the observed volume by all models together, shape (k,), summing to 1.

    Each model is weighted by frames on its own and then averaged: what a model says of the particles is the posterior
    of that model, and the averaged curve of the tracks is no model that has one.

    Args:
        model: of the cells that hold tracks.
        counts: in each of them, shape (m,).
        models: fitted to these counts.

    Source:
        Hoeting et al. 1999, Statist. Sci. 14:382, equation 1.
    """
    total = sum(each.weight for each in models)
    found: Floats = np.sum([each.weight / total * model.shares(counts, each.fit) for each in models], axis=0)
    return found


def refitted(model: Model, counts: Floats, models: Sequence[ModelWeight]) -> tuple[ModelWeight, ...]:
    """The models that carry at least 1 % of the weight fitted to other counts, each with the weight that it had.

    Args:
        model: of the cells that may hold tracks.
        counts: in each of them, shape (m,).
        models: of ``weighed``.

    Raises:
        NotConvergedError: a fit did not reach its optimum.
    """
    carrying = [each for each in models if each.weight >= _LEAST_REFITTED]
    return tuple(replace(each, fit=_again(model, counts, each.fit)) for each in carrying)


def _again(model: Model, counts: Floats, fit: Smoothed | Populations) -> Smoothed | Populations:
    if isinstance(fit, Populations):
        return refit(fit, model.edges_nm, model.kernel, counts)
    start = np.maximum(fit.shares, 1e-12)
    return fit_path(model.kernel, counts, model.penalty, (fit.smoothing,), start / start.sum())[0]
