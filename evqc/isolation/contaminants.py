"""Co-isolated proteins beside the vesicles: per particles, by mass spectrometry, and by signals of marker panels."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.batch.remembered import remembered
from evqc.isolation.concentrations import about, particle_concentration, protein_concentration, quantity_of
from evqc.isolation.derived import Derived, unusable
from evqc.isolation.shares import EV_MARKERS
from evqc.measurement import Call
from evqc.numerics.estimate import Estimate, scaled
from evqc.numerics.ratios import ratio_of, summed
from evqc.numerics.replicates import replicate_mean

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.assembled import Batch
    from evqc.measurement import MarkerPanel, MarkerResult

_UNIT = "ng/1e9"
_ANALYTE = "analyte_concentration"
_NG_PER_UG = 1e3
#: Of ng/mL by µg/mL, in percent.
_PERCENT = 0.1


@dataclass(frozen=True, slots=True)
class Contaminant:
    """A protein that vesicles do not hold, or hardly.

    Attributes:
        marker: its canonical name in the vocabulary of markers.
        name: as it begins a title.
        key: as stable names begin with it.
        measurand: of its own concentration; None where it is a named analyte only.
    """

    marker: str
    name: str
    key: str
    measurand: str | None = None


#: What the index sums up. Source: STANDARDS PUR-07; MISEV2018 table 3, category 3 [lit-H].
INDEX = (
    Contaminant("Albumin", "Albumin", "albumin", "albumin_concentration"),
    Contaminant("ApoA-I", "Apolipoprotein A-I", "apolipoprotein_a1", "apolipoprotein_a1_concentration"),
    Contaminant("ApoB-100", "Apolipoprotein B", "apolipoprotein_b", "apolipoprotein_b_concentration"),
)
#: From burst cells, which says something else than plasma. Source: MISEV2018 table 3, category 4 [lit-H].
CONTAMINANTS = (*INDEX, Contaminant("Calnexin", "Calnexin", "calnexin"))


def contaminants(batch: Batch, sample: str) -> tuple[Derived, ...]:
    """Every contaminant of a sample that was measured, per particles and in the protein, and their index.

    Args:
        batch: with or without a record.
        sample: name.
    """
    return (*_by_amount(batch, sample), *_by_abundance(batch, sample), *_by_signal(batch, sample))


@remembered
def mass_concentration(batch: Batch, of: Contaminant, sample: str) -> Estimate | None:
    """A contaminant in ng/mL of the undiluted sample; None when it was not measured."""
    own = None if of.measurand is None else quantity_of(batch, sample, of.measurand)
    if own is not None:
        return own
    if not _names_analytes(batch):
        return None
    named = quantity_of(about(batch, of.marker), sample, _ANALYTE)
    return None if named is None else scaled(named, _NG_PER_UG, "ng/mL")


@remembered
def _names_analytes(batch: Batch) -> bool:
    return any(value.quantity.measurand == _ANALYTE for value in batch.values)


def _by_amount(batch: Batch, sample: str) -> Iterator[Derived]:
    measured = {of: mass_concentration(batch, of, sample) for of in CONTAMINANTS}
    particles, protein = particle_concentration(batch, sample), protein_concentration(batch, sample)
    for of, found in measured.items():
        if found is not None:
            yield _per_particles(of.key, of.name, found, particles)
        if found is not None and protein is not None:
            yield _share_of_protein(of, found, protein)
    parts = [measured[of] for of in INDEX]
    if any(part is not None for part in parts):
        total, why = _together(parts)
        index = _per_particles("contaminant", "Albumin and apolipoproteins A-I and B", total, particles, why)
        title = f"Contaminant index: {index.title[:1].lower()}{index.title[1:]}"
        yield replace(index, name="contaminant_index", title=title)


def measured_by_amount(batch: Batch, sample: str) -> tuple[str, ...]:
    """Names of the contaminants of a sample whose amount was measured.

    Args:
        batch: with or without a record.
        sample: name.
    """
    return tuple(of.name for of in CONTAMINANTS if mass_concentration(batch, of, sample) is not None)


def shares_of_protein(batch: Batch, sample: str) -> Iterator[Derived]:
    """Every contaminant of a sample whose amount was measured, in per cent of its protein by mass.

    Args:
        batch: with or without a record.
        sample: name.
    """
    protein = protein_concentration(batch, sample)
    for of in CONTAMINANTS if protein is not None else ():
        found = mass_concentration(batch, of, sample)
        if found is not None and protein is not None:
            yield _share_of_protein(of, found, protein)


def _share_of_protein(of: Contaminant, found: Estimate, protein: Estimate) -> Derived:
    made, why = _ratio(of.name, found, "The protein concentration", protein, "%", _PERCENT)
    return Derived(
        name=f"{of.key}_share_of_protein", title=f"{of.name} in the protein", unit="%", estimate=made, why_missing=why,
        inputs=(f"{of.key}_concentration", "protein_concentration"),
    )  # fmt: skip


def _together(parts: Sequence[Estimate | None]) -> tuple[Estimate | None, str]:
    """The sum; of parts that nobody measured it is at least the others, and a part below range is between 0 and it."""
    known = [part for part in parts if part is not None and part.value is not None]
    exact = [part for part in known if part.relation == "="]
    if len(known) == len(parts):
        total = summed(known)
        return total, "" if total is not None else "Only bounds are known, from which no sum follows."
    least = summed([*exact, *(part for part in known if part.relation == ">")])
    if least is None:
        return None, "Not all of them were measured, and those that were are below the range of their assay."
    return replace(least, relation=">", lower=None, upper=None, standard_uncertainty=None), ""


def _per_particles(key: str, name: str, found: Estimate | None, particles: Estimate | None, why: str = "") -> Derived:
    made = None
    if not why:
        made, why = _ratio(name, found, "The particle concentration", particles, _UNIT, 1e9)
    return Derived(
        name=f"{key}_per_particles", title=f"{name} per particles", unit=_UNIT, estimate=made, why_missing=why,
        inputs=(f"{key}_concentration", "particle_concentration"),
    )  # fmt: skip


def _ratio(
    name: str, a: Estimate | None, below: str, b: Estimate | None, unit: str, factor: float
) -> tuple[Estimate | None, str]:
    why = unusable(f"The concentration of {name[:1].lower()}{name[1:]}", a) or unusable(below, b, positive=True)
    made = None if why or a is None or b is None else ratio_of(a, b, unit, factor)
    return made, why or ("" if made is not None else "Only bounds are known, from which no ratio follows.")


def _by_abundance(batch: Batch, sample: str) -> Iterator[Derived]:
    """The share of plasma proteins in the summed abundance of a protein table; calnexin stands among the signals."""
    plasma = quantity_of(batch, sample, "contaminant_share")
    if plasma is not None and plasma.value is not None:
        title = "Plasma and serum proteins by mass spectrometry"
        yield Derived(name="contaminant_share", title=title, unit="%", estimate=plasma, inputs=("contaminant_share",))


def _by_signal(batch: Batch, sample: str) -> Iterator[Derived]:
    """Signals of contaminants in percent of those of the tetraspanins of the same panel, both less their controls."""
    panels: dict[str, list[MarkerPanel]] = {}
    for each in batch.panels:
        if each.sample == sample:
            panels.setdefault(each.panel.technique, []).append(each.panel)
    for technique, own in panels.items():
        for of in CONTAMINANTS:
            made = [share for panel in own for share in _relative(of, panel)]
            if made:
                title = f"{of.name} by {technique}, of the tetraspanins"
                estimate = replace(_mean(made), method="signals: compare within one assay and lot")
                yield Derived(
                    name=f"{of.key}_signal", title=title, unit="%", estimate=estimate, inputs=("marker_signal",)
                )


def _mean(shares: Sequence[tuple[float, bool]]) -> Estimate:
    """The mean of shares over panels; with some below their limit of detection a bound, with the limits in place."""
    mean = replicate_mean([value for value, _ in shares], "%", "panels")
    if not any(below for _, below in shares):
        return mean
    return replace(mean, relation="<", lower=None, upper=None, standard_uncertainty=None, flags=())


def _tetraspanins(panel: MarkerPanel) -> float | None:
    """Mean signal of those tetraspanins that are positive, less their controls; None when none is."""
    own = [m for m in panel.markers if m.name in EV_MARKERS and m.call is Call.POSITIVE]
    values = [value for m in own if (value := _net(m)) is not None and value > 0]
    return sum(values) / len(values) if values else None


def _net(of: MarkerResult) -> float | None:
    """The signal less its control; the abundance of mass spectrometry has none."""
    return None if of.signal is None else of.signal - (of.background or 0.0)


def _relative(of: Contaminant, panel: MarkerPanel) -> Iterator[tuple[float, bool]]:
    """The signal in percent of the tetraspanins', and whether only its limit of detection is known to be above it."""
    reference = _tetraspanins(panel)
    row = next((m for m in panel.markers if m.name == of.marker), None)
    if row is None or reference is None or row.call in {Call.NOT_TESTED, Call.INVALID}:
        return
    limit, net = row.limit_of_detection, _net(row)
    below = limit is not None and (row.signal is None or row.signal <= limit)
    if limit is not None and below:
        net = limit - (row.background or 0.0)
    if net is not None and net > 0:
        yield 100 * net / reference, below
