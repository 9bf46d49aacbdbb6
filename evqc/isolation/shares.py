"""Shares of the particles: those that detergent takes away, and those that carry a marker of vesicles."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.isolation.alike import of_role, undiluted
from evqc.isolation.concentrations import about, marker_of, quantity_of, usable_runs
from evqc.isolation.derived import Derived
from evqc.numerics.differences import difference
from evqc.numerics.estimate import Estimate, flagged
from evqc.numerics.ratios import ratio_of
from evqc.numerics.replicates import replicate_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch, Run

#: Markers by which a particle counts as a vesicle. Source: MISEV2018 table 3, category 1, tetraspanins [lit-H].
EV_MARKERS = ("CD9", "CD63", "CD81")
#: The particles of the reagents were not counted, so that micelles of the detergent look like vesicles that stayed.
NO_REAGENT_BLANK = "no_reagent_blank_measured"
_LABILE, _POSITIVE = "detergent_labile_fraction", "marker_positive_particles"
NO_CONTROL = "No detergent control was counted as the product was."


def detergent_labile(batch: Batch, sample: str) -> Derived:
    """The share of a sample's particles that detergent takes away, in percent: counted, else as it was entered.

    Args:
        batch: with a record.
        sample: a product.
    """
    counted, entered = counted_labile(batch, sample), quantity_of(batch, sample, _LABILE)
    if entered is None or entered.value is None or counted.why_missing != NO_CONTROL:
        return counted
    return replace(counted, estimate=entered, why_missing="", inputs=(_LABILE,))


def counted_labile(batch: Batch, sample: str) -> Derived:
    """The share of particles that a counted detergent control lacks, the particles of the reagents taken off.

    Counted before and after by one technique. With several products nothing says of which one a control is.

    Args:
        batch: with a record.
        sample: a product.

    Source:
        STANDARDS PUR-06 and NTA-DET-01: 1 - N(after) / N(before); micelles of the detergent are counted in a blank.
    """
    assert batch.record is not None
    before = usable_runs(batch, sample)
    after, blank = (of_role(batch, role, before) for role in ("detergent control", "reagent blank"))
    several = sum(each.role == "product" for each in batch.record.samples) > 1
    why = "" if after else NO_CONTROL
    why = why or ("Several products, and nothing says of which the detergent control is." if several else "")
    made = None if why else _lost(before, after, blank)
    why = why or ("" if made is not None else "An undiluted concentration before or after is not known.")
    title = "Particles lost to detergent"
    return Derived(
        name=_LABILE, title=title, unit="%", estimate=made, why_missing=why, inputs=("particle_concentration",)
    )


def _lost(before: Sequence[Run], after: Sequence[Run], blank: Sequence[Run]) -> Estimate | None:
    whole, left, reagents = (_mean(runs) for runs in (before, after, blank))
    if whole is None or left is None or (blank and reagents is None):
        return None
    net = left if reagents is None else difference(left, reagents)
    if net is None or net.value is None:
        return None
    net = net if net.value >= 0 else replace(net, value=0.0, lower=None, upper=None, standard_uncertainty=None)
    kept = ratio_of(net, whole, "%", 100.0)
    return None if kept is None else flagged(_complement(kept), *(() if blank else (NO_REAGENT_BLANK,)))


def _mean(runs: Sequence[Run]) -> Estimate | None:
    """Mean undiluted concentration of all runs; None without runs or when one is not known."""
    values = [undiluted(run) for run in runs]
    known = [value for value in values if value is not None]
    return replicate_mean(known, "1/mL", "runs") if known and len(known) == len(values) else None


def _complement(kept: Estimate) -> Estimate:
    """What is missing to 100 %, with the ends turned."""
    assert kept.value is not None
    lower, upper = (None if end is None else 100 - end for end in (kept.upper, kept.lower))
    return replace(kept, value=100 - kept.value, lower=lower, upper=upper, scale="linear", method="one less the ratio")


def marker_positive(batch: Batch, sample: str) -> tuple[Derived, ...]:
    """The share of a sample's particles that carries each marker, and that which carries one of the tetraspanins.

    Of several tetraspanins the share is at least the largest of theirs: nobody knows how often they stand together.

    Args:
        batch: with or without a record.
        sample: name.

    Source:
        STANDARDS PUR-05.
    """
    own = (v for v in batch.values if v.sample == sample and v.quantity.measurand == _POSITIVE and v.of_assay is None)
    markers = dict.fromkeys(name for v in own if (name := marker_of(v)) is not None)
    shares = {marker: quantity_of(about(batch, marker), sample, _POSITIVE) for marker in markers}
    known = {marker: share for marker, share in shares.items() if share is not None and share.value is not None}
    return (*(_positive(marker, share) for marker, share in known.items()), *_any_tetraspanin(known))


def _any_tetraspanin(shares: dict[str, Estimate]) -> tuple[Derived, ...]:
    own = {marker: shares[marker] for marker in EV_MARKERS if marker in shares and shares[marker].relation != "<"}
    if len(own) < 2:
        return ()
    largest = max(own.values(), key=lambda share: share.value or 0.0)
    bound = replace(largest, relation=">", lower=None, upper=None, standard_uncertainty=None)
    *others, last = own
    return (_positive(f"{', '.join(others)} or {last}", bound),)


def _positive(markers: str, share: Estimate) -> Derived:
    return Derived(
        name="marker_positive_fraction",
        title=f"Particles positive for {markers}",
        unit="%",
        estimate=share,
        inputs=(_POSITIVE,),
    )
