"""Recovery of what was added on purpose: the measured share of a spike, and whether the spike was large enough."""

from __future__ import annotations

from evqc.isolation.derived import Derived, unusable
from evqc.isolation.yields import ABOVE_100_PERCENT
from evqc.numerics.differences import difference
from evqc.numerics.estimate import Estimate, flagged
from evqc.numerics.ratios import ratio_of

#: The spike is less than ``LEAST_SPIKE`` times what was there before, so that its recovery is a small difference.
SPIKE_TOO_SMALL = "spike_below_three_times_native"
#: Times the native content that is to be added. Source: METHODS C.
LEAST_SPIKE = 3.0


def spike_recovery(
    spiked: Estimate | None,
    unspiked: Estimate | None,
    added: Estimate | None,
    *,
    matrix_spiked: str | None = None,
    matrix_unspiked: str | None = None,
) -> Derived:
    """The share of an added amount that is found again, in percent.

    Args:
        spiked: amount (or concentration) found in the sample with the spike.
        unspiked: found in the same sample without it, in the same unit.
        added: what was added, in the same unit.
        matrix_spiked: what the sample with the spike was measured in, when stated.
        matrix_unspiked: what the one without it was measured in; has to be the same.

    Returns:
        Flagged when the spike is below three times the native content, and above 100 %.

    Raises:
        ValueError: the units differ.

    Source:
        (spiked - unspiked) / added, spike at least three times the native content, in the same matrix: METHODS C,
        criterion YLD-04.
    """
    why = _why_not(spiked, unspiked, added, matrix_spiked, matrix_unspiked)
    net = None if why or spiked is None or unspiked is None else difference(spiked, unspiked)
    if not why and (net is None or net.value is None or net.value < 0):
        why = "The sample with the spike does not hold more than the one without it, or only bounds are known."
    found = None if why or net is None or added is None else ratio_of(net, added, "%", 100.0)
    if not why and found is None:
        why = "The amounts are known only as bounds from which no recovery follows."
    made = (
        None if found is None or unspiked is None or added is None else flagged(found, *_flags(found, unspiked, added))
    )
    return Derived(
        name="spike_recovery",
        title="Recovery of the spike",
        unit="%",
        estimate=made,
        why_missing=why,
        inputs=("spiked", "unspiked", "added"),
    )


def _why_not(
    spiked: Estimate | None,
    unspiked: Estimate | None,
    added: Estimate | None,
    matrix_spiked: str | None,
    matrix_unspiked: str | None,
) -> str:
    why = unusable("The sample with the spike", spiked) or unusable("The sample without the spike", unspiked)
    why = why or unusable("What was added", added, positive=True)
    if not why and matrix_spiked is not None and matrix_unspiked is not None and matrix_spiked != matrix_unspiked:
        why = f"With the spike it was measured in {matrix_spiked}, without it in {matrix_unspiked}."
    if not why and spiked is not None and added is not None and spiked.unit != added.unit:
        raise ValueError(f"{added.unit} was added and {spiked.unit} was found")
    return why


def _flags(recovery: Estimate, native: Estimate, added: Estimate) -> tuple[str, ...]:
    assert recovery.value is not None
    assert native.value is not None
    assert added.value is not None
    small = native.relation != "<" and not added.value >= LEAST_SPIKE * native.value
    above = recovery.relation != "<" and recovery.value > 100
    return (*((SPIKE_TOO_SMALL,) if small else ()), *((ABOVE_100_PERCENT,) if above else ()))
