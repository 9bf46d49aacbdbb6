"""How much of something a sample holds: particles, protein, contaminants and marker-positive particles in all of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.isolation.concentrations import (
    about,
    marker_of,
    particle_concentration,
    protein_concentration,
    quantity_of,
    sample_volume,
)
from evqc.isolation.derived import Derived, unusable
from evqc.numerics.estimate import Estimate, flagged, merged_flags, scaled
from evqc.numerics.ratios import product

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.numerics.estimate import Relation

_SHARE = "marker_positive_particles"


@dataclass(frozen=True, slots=True)
class Analyte:
    """Something that is followed through a process.

    Attributes:
        name: in lower case, as it stands within a sentence.
        measurand: its concentration.
        unit: of its amount in a whole sample.
        is_impurity: less of it is better, so that a clearance is stated.
        marker: for particles that carry one, its canonical name.
    """

    name: str
    measurand: str
    unit: str
    is_impurity: bool = False
    marker: str | None = None

    @property
    def concentration_unit(self) -> str:
        """The unit of its concentration."""
        return f"{self.unit}/mL"

    @property
    def whole(self) -> str:
        """The stable name of its amount in a whole sample, such as ``particle_count`` or ``protein_mass``."""
        return self.measurand.replace("_concentration", "_count" if self.unit == "1" else "_mass")


PARTICLES = Analyte("particles", "particle_concentration", "1")
#: Protein stands among the impurities though vesicles hold some: with pure vesicles its clearance has an end.
PROTEIN = Analyte("protein", "protein_concentration", "ug", is_impurity=True)
ANALYTES = (
    PARTICLES,
    PROTEIN,
    Analyte("albumin", "albumin_concentration", "ng", is_impurity=True),
    Analyte("apolipoprotein A-I", "apolipoprotein_a1_concentration", "ng", is_impurity=True),
    Analyte("apolipoprotein B", "apolipoprotein_b_concentration", "ng", is_impurity=True),
    Analyte("DNA", "dna_concentration", "ng", is_impurity=True),
)


def analytes(batch: Batch) -> tuple[Analyte, ...]:
    """What can be followed in a batch: particles, and whatever was measured of any sample."""
    measured = {value.quantity.measurand for value in batch.values}
    measured |= {PROTEIN.measurand} if "protein_mass" in measured else set()
    own = [each for each in ANALYTES if each is PARTICLES or each.measurand in measured]
    shares = (v for v in batch.values if v.quantity.measurand == _SHARE)
    markers = dict.fromkeys(name for v in shares if (name := marker_of(v)) is not None)
    return (*own, *(Analyte(f"{m}-positive particles", _SHARE, "1", marker=m) for m in markers))


def concentration(batch: Batch, analyte: Analyte, sample: str) -> Estimate | None:
    """The concentration of an analyte in an undiluted sample; None when it was not measured."""
    if analyte.marker is not None and analyte.measurand == _SHARE:
        return _positive(batch, analyte.marker, sample)
    if analyte.marker is not None:
        return quantity_of(about(batch, analyte.marker), sample, analyte.measurand)
    if analyte.measurand == PARTICLES.measurand:
        return particle_concentration(batch, sample)
    if analyte.measurand == PROTEIN.measurand:
        return protein_concentration(batch, sample)
    return quantity_of(batch, sample, analyte.measurand)


def amount(batch: Batch, analyte: Analyte, sample: str, volume_ml: float | None) -> Derived:
    """All of an analyte in a sample, whose volume in mL is taken as exact."""
    found = concentration(batch, analyte, sample)
    why = unusable(f"{sample}: the concentration of {analyte.name}", found)
    why = why or (f"{sample}: the volume is missing." if volume_ml is None else "")
    made = None if why or found is None or volume_ml is None else scaled(found, volume_ml, analyte.unit)
    title = f"{analyte.name[:1].upper()}{analyte.name[1:]} in the whole sample"
    inputs = (analyte.measurand, "volume")
    return Derived(name=analyte.whole, title=title, unit=analyte.unit, estimate=made, why_missing=why, inputs=inputs)


def volume_into(batch: Batch, number: int, sample: str | None = None) -> float | None:
    """The volume in mL that goes into a step: its own, else that of the sample, else for the first step the source's.

    Args:
        batch: with a record.
        number: of the step, from 1.
        sample: what goes in, where the step does not name it.
    """
    assert batch.record is not None
    step = batch.record.isolation[number - 1]
    given = sample or step.sample_in
    if step.volume_in_ml is not None:
        return step.volume_in_ml
    found = sample_volume(batch, given) if given is not None else None
    return batch.record.source.volume_ml if found is None and number == 1 else found


def volume_out_of(batch: Batch, number: int, sample: str | None = None) -> float | None:
    """The volume in mL that a step gives: its own, else that of the sample after it.

    Args:
        batch: with a record.
        number: of the step, from 1.
        sample: what comes out, where the step does not name it.
    """
    assert batch.record is not None
    step = batch.record.isolation[number - 1]
    given = sample or step.sample_out
    if step.volume_out_ml is not None:
        return step.volume_out_ml
    return sample_volume(batch, given) if given is not None else None


def _positive(batch: Batch, marker: str, sample: str) -> Estimate | None:
    """Particles per mL that carry a marker: the share of those counted by the technique that tells markers apart."""
    particles, share = particle_concentration(batch, sample), quantity_of(about(batch, marker), sample, _SHARE)
    if particles is None or share is None or particles.value is None or share.value is None:
        return None
    if {particles.relation, share.relation} not in ({"="}, {"=", "<"}, {"<"}, {"=", ">"}, {">"}):
        return None
    relation: Relation = particles.relation if particles.relation != "=" else share.relation
    made = product(
        particles.value, _known(particles), share.value / 100, _scaled_uncertainty(share), unit="1/mL",
        n=min(particles.n, share.n), replicates=particles.replicates, df_a=particles.degrees_of_freedom,
        df_b=share.degrees_of_freedom,
    )  # fmt: skip
    made = flagged(made, *merged_flags(particles.flags, share.flags))
    return made if relation == "=" else replace(made, relation=relation, lower=None, upper=None)


def _known(estimate: Estimate) -> float | None:
    return estimate.standard_uncertainty if estimate.relation == "=" else None


def _scaled_uncertainty(share: Estimate) -> float | None:
    known = _known(share)
    return None if known is None else known / 100
