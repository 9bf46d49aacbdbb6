"""A number with what must travel with it: interval, unit, number and kind of replicates, method and flags."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from evqc.numerics.tables import as_table
from evqc.records import record, replace

if TYPE_CHECKING:
    import pandas as pd

Scale = Literal["linear", "log"]
Relation = Literal["=", ">", "<"]

#: One observation: nothing says how far another one would lie.
NO_REPLICATION = "no_replication"
#: The interval has no end (Fieller with g >= 1, or a relative uncertainty too large for a number).
UNBOUNDED = "unbounded"
#: A log scale was asked for and the value is not positive, so that no interval is stated.
LOG_SCALE_UNDEFINED = "log_scale_undefined"
#: Replicates that agree in every digit: rounding or a copy, rather than perfect precision.
IDENTICAL_REPLICATES = "identical_replicates"


@record
class Estimate:
    """An estimate of one quantity.

    Attributes:
        value: in ``unit``; None when only a side of a range is known and the source does not state the limit.
        lower, upper: interval of confidence ``level`` in ``unit``; None when there is none or that side has no end.
        unit: as spelled in ``measurands.UNITS``.
        n: number of replicates behind ``value``; of a ratio the smaller of the two.
        level: two-sided confidence level of the interval.
        scale: on which scale the interval is symmetric.
        replicates: what was repeated, such as ``videos``, ``positions``, ``batches``, or ``none``.
        method: how value and interval were obtained, in words.
        flags: what a reader should know, as stable names.
        relation: ``>`` says that the quantity is greater than ``value``, ``<`` that it is less.
        standard_uncertainty: of ``value`` in ``unit``; None when there is none (n = 1).
        degrees_of_freedom: of ``standard_uncertainty``; None when it is taken as known.
        assumptions: what the interval rests on and the numbers cannot show, in words.
    """

    value: float | None
    lower: float | None
    upper: float | None
    unit: str
    n: int
    level: float = 0.95
    scale: Scale
    replicates: str
    method: str
    flags: tuple[str, ...] = ()
    relation: Relation = "="
    standard_uncertainty: float | None = None
    degrees_of_freedom: float | None = None
    assumptions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that are not finite, an interval that misses its value and an equality without value."""
        numbers = (self.value, self.lower, self.upper, self.standard_uncertainty, self.degrees_of_freedom)
        if not all(x is None or math.isfinite(x) for x in numbers):
            raise ValueError("an estimate holds finite numbers only; what has no end is None")
        if self.value is None and self.relation == "=":
            raise ValueError("an estimate without value is a bound whose limit is not known")
        if self.value is not None and not (
            (self.lower is None or self.lower <= self.value) and (self.upper is None or self.value <= self.upper)
        ):
            raise ValueError(f"the interval {self.lower} to {self.upper} misses its value {self.value}")
        if not 0 < self.level < 1:
            raise ValueError(f"a confidence level lies between 0 and 1, not at {self.level}")

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def coverage_factor(level: float, degrees_of_freedom: float | None = None) -> float:
    """Two-sided quantile of Student's t, or of the normal distribution when the uncertainty is taken as known.

    Args:
        level: confidence level, such as 0.95.
        degrees_of_freedom: need not be whole; None stands for infinitely many.

    Source:
        JCGM 100:2008 (GUM), annex G.
    """
    from scipy.special import ndtri, stdtrit  # noqa: PLC0415  loads only when an interval is made

    share = (1 + level) / 2
    return float(ndtri(share) if degrees_of_freedom is None else stdtrit(degrees_of_freedom, share))


def linear_interval(value: float, half_width: float) -> tuple[float, float]:
    """``value`` minus and plus ``half_width``, in the unit of ``value``."""
    return value - half_width, value + half_width


def log_interval(value: float, half_width: float) -> tuple[float | None, float | None]:
    """The interval that is symmetric on the log scale: ``value`` divided and multiplied by exp(half_width / value).

    Args:
        value: positive.
        half_width: coverage factor times standard uncertainty, in the unit of ``value``.

    Returns:
        Both ends, or (None, None) when the upper one is too large for a number.

    Raises:
        ValueError: ``value`` is not positive.

    Source:
        First-order propagation to ln(value); reference case B06.
    """
    if not value > 0:
        raise ValueError(f"the log scale knows positive values only, not {value}")
    relative = half_width / value
    limit = math.log(1e300) - math.log(value)
    if not relative <= limit:
        return None, None
    return value * math.exp(-relative), value * math.exp(relative)


def scaled(estimate: Estimate, factor: float, unit: str) -> Estimate:
    """``estimate`` times a positive factor that is exact (a unit, a volume as stated); its flags and n stay.

    Raises:
        ValueError: ``factor`` is not positive and finite.
    """
    if not (factor > 0 and math.isfinite(factor)):
        raise ValueError(f"a scale factor is positive and finite, not {factor}")

    def times(value: float | None) -> float | None:
        return None if value is None else value * factor

    return replace(
        estimate,
        value=times(estimate.value),
        lower=times(estimate.lower),
        upper=times(estimate.upper),
        standard_uncertainty=times(estimate.standard_uncertainty),
        unit=unit,
    )


def flagged(estimate: Estimate, *flags: str) -> Estimate:
    """``estimate`` with further flags, each once, in their order."""
    return replace(estimate, flags=merged_flags(estimate.flags, flags)) if flags else estimate


def assuming(estimate: Estimate, *assumptions: str) -> Estimate:
    """``estimate`` with further assumptions, each once, in their order."""
    return replace(estimate, assumptions=merged_flags(estimate.assumptions, assumptions))


def merged_flags(*several: tuple[str, ...]) -> tuple[str, ...]:
    """Flags of several estimates, each once, in their order."""
    return tuple(dict.fromkeys(flag for flags in several for flag in flags))
