"""Recovery of what was added on purpose: the measured share of a spike, and whether the spike was large enough."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.isolation.amounts import Analyte, amount
from evqc.isolation.concentrations import sample_volume
from evqc.isolation.derived import Derived, unusable
from evqc.isolation.yields import ABOVE_100_PERCENT
from evqc.markers.vocabulary import resolve
from evqc.measurands import factor, measurand
from evqc.numerics.differences import difference
from evqc.numerics.estimate import Estimate, flagged, scaled
from evqc.numerics.ratios import ratio_of

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.batch.measuring import Spike

#: The spike is less than ``LEAST_SPIKE`` times what was there before, so that its recovery is a small difference.
SPIKE_TOO_SMALL = "spike_below_three_times_native"
#: The amount added is stated without uncertainty and was taken as exact.
ADDED_AS_EXACT = "amount_added_taken_as_exact"
#: Times the native content that is to be added. Source: METHODS C.
LEAST_SPIKE = 3.0


def recovered_spike(batch: Batch, spike: Spike) -> Derived:
    """The recovery of a spike that the record of a batch states, with its uncertainty or why there is none.

    Both concentrations are taken times the volume of the sample with the spike: what the same volume without it holds
    is what was there before.

    Args:
        batch: with a record.
        spike: of the record.
    """
    assert batch.record is not None
    of, without = _followed(spike), spike.without
    volume = sample_volume(batch, spike.sample)
    spiked = amount(batch, of, spike.sample, volume)
    native = None if without is None else amount(batch, of, without, volume)
    why = spiked.why_missing or ("The sample without the spike is missing." if native is None else native.why_missing)
    buffers = [s.buffer if s is not None else None for s in map(batch.record.sample, (spike.sample, without or ""))]
    made = spike_recovery(
        spiked.estimate, None if native is None else native.estimate, _added(spike, of.unit),
        matrix_spiked=buffers[0], matrix_unspiked=buffers[1],
    )  # fmt: skip
    found = made.estimate
    if found is not None and spiked.estimate is not None:
        found = replace(found, n=spiked.estimate.n, replicates=spiked.estimate.replicates)
    place = f"before step {spike.before_step}" if spike.before_step is not None else "to the sample"
    return replace(
        made,
        title=f"Recovery of a spike, {spike.material}, added {place}",
        estimate=None if why else found,
        why_missing=why or made.why_missing,
        inputs=(spike.measurand, "volume", "amount added"),
    )


def _followed(spike: Spike) -> Analyte:
    known = resolve(spike.marker) if spike.marker is not None else None
    concentration = "1/mL" if spike.measurand == "marker_positive_particles" else measurand(spike.measurand).unit
    name = known.name if known is not None else spike.marker
    return Analyte("the spike", spike.measurand, concentration.removesuffix("/mL"), marker=name)


def _added(spike: Spike, unit: str) -> Estimate:
    """What was added, in ``unit``; without a stated uncertainty it is taken as exact and flagged."""
    known = spike.uncertainty
    stated = Estimate(
        value=spike.amount, lower=None, upper=None, unit=spike.unit, n=1, scale="log", replicates="none",
        method="as stated", standard_uncertainty=0.0 if known is None else known,
        flags=(ADDED_AS_EXACT,) if known is None else (),
    )  # fmt: skip
    return scaled(stated, factor(spike.unit, unit), unit)


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
