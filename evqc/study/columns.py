"""What is known of one aspect over the methods: a value within pools, a constant, bounds, or nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.blocks import BlockFit, Scatter, connected, fit_blocks, scatter_within
from evqc.numerics.elementary import exp, log
from evqc.numerics.scoring import desirability
from evqc.records import record
from evqc.study.weights import Weighted, aspects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats = NDArray[np.float64]
How = Literal["measured", "constant", "bounds", "apart", "missing"]
#: With one degree of freedom Student's t reaches beyond every number; there the desirability is 0 or 1 anyway.
LARGEST_LOG = 600.0


@record
class Observation:
    """What is known of one aspect of one batch.

    Attributes:
        arm, pool, batch: which method, on which starting material, which batch.
        aspect: a name of ``aspects.toml``.
        lower, upper: equal where the value is known; None on a side that has no end.
        source: where the number comes from, for a person.
    """

    arm: str
    pool: str
    batch: str
    aspect: str
    lower: float | None
    upper: float | None
    source: str = ""

    @property
    def exact(self) -> float | None:
        """The value where it is known."""
        return self.lower if self.lower is not None and self.lower == self.upper else None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Column:
    """One aspect over the methods, in their order: what is known, and how it is drawn.

    Attributes:
        weighted: the aspect with its weight and scale.
        how: what is known of each method; ``apart`` is measured, but on pools that tie it to no other method here.
        value: NaN where no value is known.
        lower, upper: geometric means of the ends; NaN on a side without end.
        n: batches of which something is known.
        pools: on which they stood.
        fit: of the methods with a value, differences between pools removed; None where there is none.
        scatter: of one batch about its method, for methods known as bounds; None where nothing tells it.
    """

    weighted: Weighted
    how: tuple[How, ...]
    value: Floats
    lower: Floats
    upper: Floats
    n: tuple[int, ...]
    pools: tuple[int, ...]
    fit: BlockFit | None = None
    scatter: Scatter | None = None

    def scale(self, values: Floats) -> Floats:
        """Desirabilities of values, any shape."""
        w = self.weighted
        return desirability(values, w.worst, w.best, logarithmic=w.scale == "log")

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which methods have a value."""
        return ~np.isnan(self.value)

    @property
    def without_scatter(self) -> bool:
        """Whether nothing tells how far another batch would lie, although batches were measured."""
        if self.fit is not None:
            return self.fit.residual_sd is None
        return "bounds" in self.how and self.scatter is None

    def bounds(self, shift: Floats | float = 0.0) -> tuple[Floats, Floats]:
        """Lowest and highest desirability of each method; 0 and 1 where nothing is known.

        Args:
            shift: of the logarithms of all ends, shape (..., methods).
        """
        ends = [np.where(self.known, self.value, end) for end in (self.lower, self.upper)]
        worst, best = ends if self.weighted.best > self.weighted.worst else ends[::-1]
        return self._shifted(worst, shift, 0.0), self._shifted(best, shift, 1.0)

    def _shifted(self, ends: Floats, shift: Floats | float, without: float) -> Floats:
        values = exp(np.clip(log(ends) + shift, -LARGEST_LOG, LARGEST_LOG))
        return np.nan_to_num(self.scale(values), nan=without)

    def draw_shifts(self, rng: np.random.Generator, draws: int) -> Floats:
        """Draws of how far the mean of a method lies from its ends, natural logarithm, shape (draws, methods).

        Bounds are means over a few batches as well, whose pools are not removed: another batch would scatter about them
        as batches do. Student's t with the degrees of freedom of the scatter; zero where nothing tells it.
        """
        counted = np.maximum(np.array(self.n, float), 1.0)
        if self.scatter is None:
            return np.zeros((draws, len(counted)))
        drawn = rng.standard_t(self.scatter.degrees_of_freedom, (draws, len(counted)))
        return np.asarray(drawn * self.scatter.sd / np.sqrt(counted), np.float64)


def column_of(
    weighted: Weighted,
    observations: Sequence[Observation],
    arms: tuple[str, ...],
    constants: Mapping[str, Mapping[str, float]],
) -> Column:
    """What is known of one aspect over the methods.

    Args:
        weighted: the aspect with its scale.
        observations: of all aspects.
        arms: the methods, in the order of the result.
        constants: by method, the aspects that belong to it.
    """
    if aspects()[weighted.name].constant:
        return _constant(weighted, arms, constants)
    of_arm = {arm: [o for o in observations if o.aspect == weighted.name and o.arm == arm] for arm in arms}
    fit = _fitted([arm for arm in arms if _all_exact(of_arm[arm])], of_arm)
    ends = np.array([_ends(own, weighted) if _is_bounds(own) else (math.nan, math.nan) for own in of_arm.values()])
    return Column(
        weighted=weighted,
        how=tuple(_how(arm, own, fit) for arm, own in of_arm.items()),
        value=np.array([math.exp(fit.mean[fit.index(a)]) if fit and a in fit.arms else math.nan for a in arms]),
        lower=ends[:, 0],
        upper=ends[:, 1],
        n=tuple(len(own) for own in of_arm.values()),
        pools=tuple(len({o.pool for o in own}) for own in of_arm.values()),
        fit=fit,
        scatter=_scatter(fit, of_arm),
    )


def _constant(weighted: Weighted, arms: tuple[str, ...], constants: Mapping[str, Mapping[str, float]]) -> Column:
    given = [constants.get(arm, {}).get(weighted.name) for arm in arms]
    value = np.array([math.nan if v is None else float(v) for v in given])
    how: tuple[How, ...] = tuple("missing" if v is None else "constant" for v in given)
    n = tuple(int(v is not None) for v in given)
    return Column(weighted=weighted, how=how, value=value, lower=value, upper=value, n=n, pools=(0,) * len(arms))


def _how(arm: str, own: Sequence[Observation], fit: BlockFit | None) -> How:
    if not own:
        return "missing"
    if _is_bounds(own):
        return "bounds"
    return "measured" if fit is not None and arm in fit.arms else "apart"


def _all_exact(own: Sequence[Observation]) -> bool:
    return bool(own) and all(o.exact is not None and o.exact > 0 for o in own)


def _is_bounds(own: Sequence[Observation]) -> bool:
    return bool(own) and not _all_exact(own)


def _fitted(arms: Sequence[str], of_arm: Mapping[str, Sequence[Observation]]) -> BlockFit | None:
    """The methods whose values are all known, within pools; of several sets that share none the largest.

    Methods of two sets have no common scale in this aspect; of two that are equally large nobody could say which one
    the others are to be measured by, and neither is taken.
    """
    own = [o for arm in arms for o in of_arm[arm]]
    sets = connected([o.arm for o in own], [o.pool for o in own])
    largest = max(map(len, sets), default=0)
    if sum(len(each) == largest for each in sets) != 1:
        return None
    taken = [o for o in own if any(o.arm in each for each in sets if len(each) == largest)]
    # One method alone tells nothing of how pools differ, but how far its batches lie apart over them.
    blocks = [o.pool if largest > 1 else "any pool" for o in taken]
    return fit_blocks([o.exact or 0.0 for o in taken], [o.arm for o in taken], blocks)


def _scatter(fit: BlockFit | None, of_arm: Mapping[str, Sequence[Observation]]) -> Scatter | None:
    """Of one batch about its method, pools not removed: by the methods with values, else by the ends themselves."""
    if fit is not None and fit.residual_sd is not None:
        return Scatter(math.hypot(fit.residual_sd, fit.block_sd or 0.0), fit.degrees_of_freedom)
    sides = [[_positive(getattr(o, side)) for o in own] for own in of_arm.values() for side in ("lower", "upper")]
    return scatter_within([[math.log(end) for end in side if end is not None] for side in sides])


def _positive(end: float | None) -> float | None:
    return end if end is not None and end > 0 else None


def _ends(own: Sequence[Observation], weighted: Weighted) -> tuple[float, float]:
    """Geometric means of the lower and of the upper ends; NaN on a side without end.

    Zero has no logarithm. It bounds nothing from below, and from above it is less than the lower end of the scale,
    beyond which the scale tells nothing apart.
    """
    least = _positive(min(weighted.worst, weighted.best))
    upper = [least if o.upper is not None and o.upper <= 0 else o.upper for o in own]
    return _geometric_mean([_positive(o.lower) for o in own]), _geometric_mean(upper)


def _geometric_mean(ends: Sequence[float | None]) -> float:
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return math.nan
    return math.exp(math.fsum(math.log(end) for end in known) / len(known))
