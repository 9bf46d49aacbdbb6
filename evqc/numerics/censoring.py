"""Replicate quantities, some of which may be below or above the range of their assay, as one estimate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.measurement import State
from evqc.numerics.estimate import Estimate, Scale, flagged
from evqc.numerics.replicates import replicate_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.measurement import Quantity

#: Some replicates have no result at all; the estimate rests on the others.
MISSING_REPLICATES = "missing_replicates"
#: Some or all replicates lie outside the assay's range; the estimate is a bound.
OUT_OF_RANGE = "out_of_range"


def estimate_quantity(
    quantities: Sequence[Quantity], *, replicates: str, scale: Scale = "log", level: float = 0.95
) -> Estimate | None:
    """One estimate of replicate quantities. A value outside the range is never replaced by half its limit.

    Args:
        quantities: of one measurand, unit and sample.
        replicates: what was repeated, such as ``wells``.
        scale: of the interval.
        level: two-sided confidence level.

    Returns:
        The mean with its interval when all are measured. With some below range a bound (``<``): the mean with the
        limits in their place, or without a value when a limit is not stated; above range likewise (``>``).
        None when nothing was measured, or when some are below and others above range.

    Raises:
        ValueError: the measurands, units or samples differ.

    Source:
        METHODS C: censored values stay bounds.
    """
    if len({(q.measurand, q.unit, q.sample) for q in quantities}) > 1:
        raise ValueError("replicates are of one measurand, unit and sample")
    present = [q for q in quantities if q.state is not State.MISSING]
    states = {q.state for q in present} - {State.MEASURED}
    if not present or len(states) > 1:
        return None
    flags = (MISSING_REPLICATES,) if len(present) < len(quantities) else ()
    if not states:
        values = [q.value for q in present if q.value is not None]
        return flagged(replicate_mean(values, present[0].unit, replicates, scale, level), *flags)
    bounds = [q.bound if q.value is None else q.value for q in present]
    known = [b for b in bounds if b is not None]
    return Estimate(
        value=math.fsum(known) / len(known) if len(known) == len(bounds) else None,
        lower=None,
        upper=None,
        unit=present[0].unit,
        n=len(present),
        level=level,
        scale=scale,
        replicates=replicates,
        method="mean with the limits of the range in place of values outside it",
        flags=(*flags, OUT_OF_RANGE),
        relation="<" if State.BELOW_RANGE in states else ">",
    )
