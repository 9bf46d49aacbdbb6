"""From a concentration to what a dose, a container or 10⁹ particles of the product hold."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from evqc.isolation.concentrations import particle_concentration
from evqc.numerics.estimate import Estimate, Relation
from evqc.numerics.limits import computed
from evqc.numerics.ratios import ratio_relation

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.release.specification import Dosage, Per


@dataclass(frozen=True, slots=True)
class Scale:
    """What a concentration is multiplied by.

    Attributes:
        times: the factor.
        divisor: the estimate that it is divided by, when there is one; its value is in ``times``.
    """

    times: Decimal = Decimal(1)
    divisor: Estimate | None = None

    def relation(self, of: Relation) -> Relation | None:
        """How the product stands to the true one; None when two bounds pull apart."""
        return of if self.divisor is None else ratio_relation(of, self.divisor.relation)

    def relative(self, own: float | None) -> float | None:
        """The relative standard uncertainty of the product; None when a part of it is not known.

        Source:
            First-order propagation, METHODS C.
        """
        if self.divisor is None or own is None:
            return own
        value, uncertainty = self.divisor.value, self.divisor.standard_uncertainty
        return None if not value or uncertainty is None else math.hypot(own, uncertainty / value)


def scale_of(batch: Batch, dosage: Dosage, per: Per, sample: str) -> Scale | str:
    """What turns a concentration of a sample into an amount, or one sentence that says what is missing.

    Args:
        batch: whose particle concentration a number per 10⁹ particles needs.
        dosage: nominal volumes of dose and container, exact.
        per: what the amount is per.
        sample: name in the record.
    """
    if per == "as measured":
        return Scale()
    if per == "1e9 particles":
        return _per_particles(particle_concentration(batch, sample))
    volume = dosage.dose_ml if per == "dose" else dosage.container_ml
    return f"the volume of a {per} is not filed" if volume is None else Scale(computed(volume))


def _per_particles(particles: Estimate | None) -> Scale | str:
    if particles is None or particles.value is None:
        return "the particle concentration of the undiluted sample is not known"
    if not particles.value > 0:
        return "the sample holds no particles that an amount could be per"
    return Scale(10**9 / computed(particles.value), particles)
