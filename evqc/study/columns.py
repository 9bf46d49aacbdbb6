"""What is known of one aspect over the methods: a value within pools, a constant, bounds, or nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from evqc.numerics.blocks import BlockFit, connected, fit_blocks
from evqc.numerics.scoring import desirability
from evqc.records import record
from evqc.study.weights import Weighted, aspects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Floats = NDArray[np.float64]
How = Literal["measured", "constant", "bounds", "missing"]


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


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One aspect over the methods, in their order: what is known, and how it is drawn."""

    weighted: Weighted
    how: tuple[How, ...]
    value: Floats
    lower: Floats
    upper: Floats
    n: tuple[int, ...]
    fit: BlockFit | None

    def scale(self, values: Floats) -> Floats:
        """Desirabilities of values, any shape."""
        w = self.weighted
        return desirability(values, w.worst, w.best, logarithmic=w.scale == "log")

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which methods have a value."""
        return ~np.isnan(self.value)

    def bounds(self) -> tuple[Floats, Floats]:
        """Lowest and highest desirability of each method; 0 and 1 where nothing is known."""
        ends = np.array([self._ends(*each) for each in zip(self.value, self.lower, self.upper, strict=True)])
        return ends.min(axis=1), ends.max(axis=1)

    def _ends(self, value: float, lower: float, upper: float) -> tuple[float, float]:
        if not math.isnan(value):
            lower = upper = value
        worst, best = (lower, upper) if self.weighted.best > self.weighted.worst else (upper, lower)
        least = 0.0 if math.isnan(worst) else float(self.scale(np.array(max(worst, _TINY))))
        most = 1.0 if math.isnan(best) else float(self.scale(np.array(max(best, _TINY))))
        return least, most


#: Stands for zero where a logarithm is taken.
_TINY = 1e-300


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
    own = [o for o in observations if o.aspect == weighted.name]
    fit = _fitted([o for o in own if o.exact is not None], [arm for arm in arms if _all_exact(own, arm)])
    value = [math.exp(fit.mean[fit.index(arm)]) if fit is not None and arm in fit.arms else math.nan for arm in arms]
    ends = [_ends([o for o in own if o.arm == arm]) for arm in arms]
    counted = tuple(sum(o.arm == arm for o in own) for arm in arms)
    how: list[How] = [
        "missing" if not n else "bounds" if math.isnan(v) else "measured" for v, n in zip(value, counted, strict=True)
    ]
    return Column(
        weighted,
        tuple(how),
        np.array(value),
        np.array([e[0] for e in ends]),
        np.array([e[1] for e in ends]),
        counted,
        fit,
    )


def _constant(weighted: Weighted, arms: tuple[str, ...], constants: Mapping[str, Mapping[str, float]]) -> Column:
    given = [constants.get(arm, {}).get(weighted.name) for arm in arms]
    value = np.array([math.nan if v is None else float(v) for v in given])
    how: tuple[How, ...] = tuple("missing" if v is None else "constant" for v in given)
    return Column(weighted, how, value, value, value, tuple(int(v is not None) for v in given), None)


def _all_exact(own: Sequence[Observation], arm: str) -> bool:
    of_arm = [o for o in own if o.arm == arm]
    return bool(of_arm) and all(o.exact is not None and o.exact > 0 for o in of_arm)


def _fitted(exact: Sequence[Observation], arms: Sequence[str]) -> BlockFit | None:
    """The methods whose values are all known, within pools; of several sets that share none the largest."""
    own = [o for o in exact if o.arm in arms]
    if not own:
        return None
    largest = max(connected([o.arm for o in own], [o.pool for o in own]), key=len)
    chosen = [o for o in own if o.arm in largest]
    return fit_blocks([o.exact or 0.0 for o in chosen], [o.arm for o in chosen], [o.pool for o in chosen])


def _ends(own: Sequence[Observation]) -> tuple[float, float]:
    """Geometric means of the lower and of the upper ends; NaN on a side without end."""
    return _side([o.lower for o in own]), _side([o.upper for o in own])


def _side(ends: Sequence[float | None]) -> float:
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return math.nan
    return math.exp(math.fsum(math.log(max(end, _TINY)) for end in known) / len(known))
