"""What usually lies behind a recovery above 100 % or a balance that does not close, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.isolation.process_results import BALANCE_TOO_HIGH, BALANCE_TOO_LOW
from evqc.isolation.yields import ABOVE_100_PERCENT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.isolation.amounts import Analyte
    from evqc.isolation.derived import Derived
    from evqc.numerics.estimate import Estimate

#: Less of the material went into a step than the one before gave, so that the rest counts as lost.
PART_NOT_PROCESSED = "part_of_the_material_not_processed"
#: Product and named streams hold less liquid than went in, so that the balance lacks what was in the rest.
LIQUID_LACKING = "part_of_the_liquid_not_measured"
#: What makes more of it come out than went in. Source: [design] of evqc; no guideline lists them.
MORE_PARTICLES = (
    "particles of the feed too small or too faint to be counted, or too many in one view (coincidence, swarm)",
    "aggregates that came apart",
    "particles that the step added (buffer, resin, membrane)",
    "a dilution or volume that is not as written down",
)
MORE_MASS = (
    "something in the product that the assay takes for it (buffer, detergent, polymer, gradient medium)",
    "something in the feed that hinders the assay",
    "a dilution or volume that is not as written down",
)
#: What makes less of it turn up than went in.
LESS = (
    "something that was not collected or not measured (flush, dead volume, pellet, later fractions)",
    "what stuck to membrane, resin or tubes",
    "a dilution or volume that is not as written down",
)
LESS_PARTICLES = ("particles that clumped, burst or fell below what the instrument counts", *LESS)


def remarks_on(
    analyte: Analyte, recovery: Derived, balance: Derived, volumes_ml: Sequence[float | None] = ()
) -> tuple[str, ...]:
    """What is noticed of a step and what usually causes it, as whole sentences.

    Args:
        analyte: what was followed.
        recovery: in percent, flagged.
        balance: in percent, flagged.
        volumes_ml: of what went in, of the product, and of everything beside it.
    """
    counted = analyte.unit == "1"
    more, less = (MORE_PARTICLES, LESS_PARTICLES) if counted else (MORE_MASS, LESS)
    found = []
    if _has(recovery, ABOVE_100_PERCENT) and recovery.estimate is not None:
        found.append(_sentence(f"More {analyte.name} came out than went in", recovery.estimate, more))
    if _has(balance, BALANCE_TOO_HIGH) and balance.estimate is not None:
        found.append(_sentence(f"All fractions together hold more {analyte.name} than went in", balance.estimate, more))
    if _has(balance, BALANCE_TOO_LOW) and balance.estimate is not None:
        found.append(_sentence(f"Part of the {analyte.name} was not found again", balance.estimate, less))
    if _has(balance, LIQUID_LACKING):
        went_in, *came_out = [volume or 0.0 for volume in volumes_ml]
        held = f"{sum(came_out):g} of {went_in:g} mL"
        found.append(f"Product and what is named beside it are {held}: the balance lacks what was in the rest.")
    if _has(recovery, PART_NOT_PROCESSED):
        found.append("Between these steps some of the material was kept back, which counts as lost here.")
    return tuple(found)


def _has(of: Derived, flag: str) -> bool:
    return of.estimate is not None and flag in of.estimate.flags


def _sentence(what: str, of: Estimate, causes: Sequence[str]) -> str:
    """The number, whether its interval allows for 100 %, and the causes."""
    open_below, open_above = of.relation == "<", of.relation == ">"
    if (of.lower is None and not open_below) or (of.upper is None and not open_above):
        what_is = "Single measurements do" if of.relation == "=" else "A bound does"
        doubt = f"{what_is} not tell whether that is more than scatter."
    elif (of.lower is None or of.lower <= 100) and (of.upper is None or of.upper >= 100):
        doubt = f"Its {100 * of.level:g} % interval holds 100 %, so that the scatter of the measurements may be all."
    else:
        doubt = f"Its {100 * of.level:g} % interval does not hold 100 %."
    sign = "" if of.relation == "=" else f"{of.relation} "
    return f"{what} ({sign}{of.value:.0f} %). {doubt} Usual causes: {'; '.join(causes)}."
