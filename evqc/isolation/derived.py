"""A result that is computed from several measurements, or the reason why it could not be."""

from __future__ import annotations

from evqc.numerics.estimate import Estimate
from evqc.records import record


@record
class Derived:
    """A derived result.

    Attributes:
        name: stable name in snake case, such as ``particles_per_protein``.
        title: as a report heads it.
        unit: as spelled in ``measurands.UNITS``.
        estimate: value with its uncertainty; None exactly when ``why_missing`` says why.
        why_missing: one sentence that names what is missing; empty when there is an estimate.
        inputs: what it was, or would be, computed from.
    """

    name: str
    title: str
    unit: str
    estimate: Estimate | None
    why_missing: str = ""
    inputs: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a result without value and reason, one with both, and an estimate in another unit."""
        if (self.estimate is None) != bool(self.why_missing):
            raise ValueError(f"{self.name} has either an estimate or a reason why it has none")
        if self.estimate is not None and (self.estimate.value is None or self.estimate.unit != self.unit):
            raise ValueError(f"the estimate of {self.name} has a value in {self.unit}")


def unusable(what: str, estimate: Estimate | None, *, positive: bool = False) -> str:
    """Why ``estimate`` cannot be computed with, in one sentence; empty when it can.

    Args:
        what: the quantity as it begins a sentence, such as ``The protein concentration``.
        estimate: None when it was not given.
        positive: it stands below the fraction bar, so that zero will not do.
    """
    if estimate is None:
        return f"{what} is missing."
    if estimate.value is None:
        side = "below" if estimate.relation == "<" else "above"
        return f"{what} is {side} the range of its assay and the limit of that range is not stated."
    if positive and not estimate.value > 0:
        return f"{what} is {estimate.value:g}: a ratio to it is not defined."
    if estimate.value < 0:
        return f"{what} is negative ({estimate.value:g}) after subtraction of its blank."
    return ""
