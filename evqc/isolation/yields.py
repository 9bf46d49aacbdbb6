"""What an isolation yielded: total particles, yields per cells, medium and time, and recoveries of steps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.isolation.derived import Derived, unusable
from evqc.numerics.estimate import Estimate, flagged, scaled
from evqc.numerics.ratios import ratio_of, summed

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The number below the fraction bar carries no uncertainty and was taken as exact.
TAKEN_AS_EXACT = "denominator_taken_as_exact"
#: More came out than went in: an artefact of the measurement, or particles that the step added.
ABOVE_100_PERCENT = "recovery_above_100_percent"
#: Beyond what replicates usually scatter. Source: METHODS C, a judgement of ours and not measured.
ABOVE_120_PERCENT = "recovery_above_120_percent"
BELOW_80_PERCENT = "recovery_below_80_percent"


def total_particles(concentration: Estimate | None, volume_ml: float | None) -> Derived:
    """Particles in the whole sample: concentration of the undiluted sample times its volume.

    Args:
        concentration: in 1/mL.
        volume_ml: taken as exact.

    Raises:
        ValueError: the concentration has another unit.
    """
    if concentration is not None and concentration.unit != "1/mL":
        raise ValueError(f"expected a concentration in 1/mL, not in {concentration.unit}")
    why = unusable("The particle concentration of the undiluted sample", concentration)
    why = why or _not_positive("The volume of the sample", volume_ml)
    found = None if why or concentration is None or volume_ml is None else scaled(concentration, volume_ml, "1")
    return Derived(
        name="particle_count",
        title="Particles in the whole sample",
        unit="1",
        estimate=found,
        why_missing=why,
        inputs=("particle_concentration", "volume"),
    )


def particles_per_million_cells(total: Derived, cells: Estimate | float | None) -> Derived:
    """Particles per 10⁶ cells at harvest.

    Args:
        total: particles of the whole isolate.
        cells: the producing cells; an estimate in unit ``1``, or a bare number, which is taken as exact and flagged.

    Source:
        Criterion YLD-01.
    """
    found, why = _divided(total, cells, "The number of cells at harvest", "1/1e6 cells", 1e6)
    return Derived(
        name="particles_per_million_cells",
        title="Particles per 10⁶ cells",
        unit="1/1e6 cells",
        estimate=found,
        why_missing=why,
        inputs=(total.name, "cell_count"),
    )


def particles_per_ml_medium(total: Derived, medium_ml: float | None) -> Derived:
    """Particles per millilitre of conditioned medium that went into the isolation.

    Args:
        total: particles of the whole isolate.
        medium_ml: taken as exact and flagged.

    Source:
        Criterion YLD-02.
    """
    found, why = _divided(total, medium_ml, "The volume of conditioned medium", "1/mL", 1.0)
    return Derived(
        name="particles_per_ml_medium",
        title="Particles per mL of medium",
        unit="1/mL",
        estimate=found,
        why_missing=why,
        inputs=(total.name, "medium_volume"),
    )


def particles_per_day(total: Derived, collection_hours: float | None) -> Derived:
    """Particles per 24 h of collection.

    Args:
        total: particles of the whole isolate.
        collection_hours: taken as exact and flagged.

    Source:
        Criterion YLD-01.
    """
    found, why = _divided(total, collection_hours, "The time of collection", "1/24h", 24.0)
    return Derived(
        name="particles_per_day",
        title="Particles per 24 h",
        unit="1/24h",
        estimate=found,
        why_missing=why,
        inputs=(total.name, "collection_hours"),
    )


def particles_per_million_cells_per_day(per_million_cells: Derived, collection_hours: float | None) -> Derived:
    """Particles per 10⁶ cells and 24 h of collection.

    Args:
        per_million_cells: as of ``particles_per_million_cells``.
        collection_hours: taken as exact and flagged.

    Source:
        Criterion YLD-01.
    """
    found, why = _divided(per_million_cells, collection_hours, "The time of collection", "1/1e6 cells/24h", 24.0)
    return Derived(
        name="particles_per_million_cells_per_day",
        title="Particles per 10⁶ cells per 24 h",
        unit="1/1e6 cells/24h",
        estimate=found,
        why_missing=why,
        inputs=(*per_million_cells.inputs, "collection_hours"),
    )


def step_recovery(feed: Derived, product: Derived, *, wanted: bool = True) -> Derived:
    """Share of the feed that a step delivered in its product, in percent.

    Feed and product count as independent; that the same instrument measured both would make the true interval
    narrower. The recovery of several steps is that of the last product from the first feed, not their product.

    Args:
        feed: total before the step.
        product: total of the same measurand after it.
        wanted: the step is to keep it; of an impurity, little left is no fault.

    Returns:
        Flagged above 100 %, above 120 %, and below 80 % when it was wanted.

    Source:
        Criterion YLD-03.
    """
    found, why = _recovered(feed, product.estimate, product.why_missing, wanted=wanted)
    return Derived(
        name="step_recovery",
        title="Recovery of the step",
        unit="%",
        estimate=found,
        why_missing=why,
        inputs=(f"feed {feed.name}", f"product {product.name}"),
    )


def mass_balance(feed: Derived, fractions: Sequence[Derived]) -> Derived:
    """Share of the feed that is found again in all fractions of a step together, waste included, in percent.

    Args:
        feed: total before the step.
        fractions: totals of the same measurand after it; every one must be known, none is taken as zero.

    Returns:
        Flagged as ``step_recovery``.

    Source:
        Criterion YLD-03; reference case C03.
    """
    parts = [f.estimate for f in fractions if f.estimate is not None]
    why = next((f.why_missing for f in fractions if f.why_missing), "" if fractions else "No fraction is given.")
    together = None if why else summed(parts)
    if together is None and not why:
        why = "The fractions are known only as bounds from which no sum follows."
    found, why = _recovered(feed, together, why)
    return Derived(
        name="mass_balance",
        title="Mass balance of the step",
        unit="%",
        estimate=found,
        why_missing=why,
        inputs=(f"feed {feed.name}", *(f"fraction {f.name}" for f in fractions)),
    )


def _divided(
    total: Derived, by: Estimate | float | None, what: str, unit: str, factor: float
) -> tuple[Estimate | None, str]:
    """``total`` times ``factor`` by a number, with the reason when that cannot be."""
    why = total.why_missing
    if isinstance(by, Estimate):
        why = why or unusable(what, by, positive=True)
        return _ratio(total.estimate, by, unit, factor, why)
    why = why or _not_positive(what, by)
    if why or total.estimate is None or by is None:
        return None, why
    return flagged(scaled(total.estimate, factor / by, unit), TAKEN_AS_EXACT), ""


def _recovered(feed: Derived, out: Estimate | None, why: str, *, wanted: bool = True) -> tuple[Estimate | None, str]:
    """``out`` in percent of ``feed``, flagged, with the reason when that cannot be."""
    if feed.estimate is not None and out is not None and feed.estimate.unit != out.unit:
        raise ValueError(f"{out.unit} is not recovered from {feed.estimate.unit}")
    why = feed.why_missing or why or unusable("The feed", feed.estimate, positive=True)
    found, why = _ratio(out, feed.estimate, "%", 100.0, why)
    return (None, why) if found is None else (flagged(found, *_recovery_flags(found, wanted=wanted)), "")


def _recovery_flags(recovery: Estimate, *, wanted: bool) -> tuple[str, ...]:
    """Flags of a recovery in percent; a bound is flagged only when everything on its side would be."""
    value = recovery.value
    assert value is not None
    flags = []
    if recovery.relation != "<" and value > 100:
        flags.append(ABOVE_100_PERCENT)
    if recovery.relation != "<" and value > 120:
        flags.append(ABOVE_120_PERCENT)
    if wanted and recovery.relation != ">" and value < 80:
        flags.append(BELOW_80_PERCENT)
    return tuple(flags)


def _ratio(a: Estimate | None, b: Estimate | None, unit: str, factor: float, why: str) -> tuple[Estimate | None, str]:
    if why or a is None or b is None:
        return None, why
    found = ratio_of(a, b, unit, factor)
    return found, "" if found else "Both sides are known only as bounds from which no ratio follows."


def _not_positive(what: str, value: float | None) -> str:
    """Why ``value`` cannot be divided or multiplied by, in one sentence; empty when it can."""
    if value is None:
        return f"{what} is missing."
    return "" if value > 0 and math.isfinite(value) else f"{what} is {value:g} and would have to be positive."
