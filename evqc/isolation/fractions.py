"""Fractions of one step, as of a column or gradient: what each holds, which to pool, what lies beside the pool."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from evqc.isolation.amounts import PARTICLES, PROTEIN, amount, concentration
from evqc.isolation.concentrations import sample_volume
from evqc.isolation.derived import Derived
from evqc.isolation.purity import particles_per_protein
from evqc.numerics.ratios import ratio_of, share_of_sum, summed
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.batch.assembled import Batch
    from evqc.batch.model import BatchRecord, Sample, Step

#: A pool may be so much less pure than the fraction with most particles. A proposal of evqc, no guideline sets it.
PURITY_SHARE = 0.5
#: No step is collected in more; a larger number is a slip.
_MOST_FRACTIONS = 10_000
_RUN = re.compile(r"F?(\d+)(?:(?:-|–|to)F?(\d+))?", re.IGNORECASE)


@record
class Fraction:
    """One fraction.

    Attributes:
        number: its place in the order of collection, from 1.
        particles, protein: in all of it.
        purity: particles per µg protein.
        share_percent: of the particles of all fractions together.
    """

    sample: str
    number: int
    particles: Derived
    protein: Derived
    purity: Derived
    share_percent: float | None


@record
class Pool:
    """Fractions that are put together.

    Attributes:
        first, last: numbers of its fractions, none between them left out.
        particles: in all of it.
        recovery: of the particles of all fractions, in percent.
        purity: particles per µg protein.
    """

    first: int
    last: int
    particles: Derived
    recovery: Derived
    purity: Derived


@record
class FractionSeries:
    """The fractions of one step.

    Attributes:
        step: its number, from 1.
        fractions: in the order of collection.
        peak: number of the fraction with most particles.
        suggested: the pool by ``rule``; None when ``why_no_pool`` says why.
        pooled: numbers of those that the record says were pooled; empty when it does not say.
        rule: how the pool was found.
        least_purity: particles per µg protein that a pool has to reach by that rule; None when the fraction with most
            particles has no purity.
    """

    step: int
    method: str
    fractions: tuple[Fraction, ...]
    peak: int | None
    suggested: Pool | None
    why_no_pool: str
    pooled: tuple[int, ...]
    rule: str
    least_purity: float | None = None


def fraction_series(batch: Batch, purity_share: float = PURITY_SHARE) -> tuple[FractionSeries, ...]:
    """The fractions of every step that was collected in numbered fractions.

    Args:
        batch: with a record whose samples state ``from_step`` and ``fraction``.
        purity_share: the least purity of a pool as a share of that of the fraction with most particles, 0 to 1.

    Source:
        [design] of evqc: of all unbroken rows of fractions around the one with most particles whose purity together
        is at least that share, the one with most particles; the shortest of several.
    """
    if batch.record is None:
        return ()
    steps = enumerate(batch.record.isolation, start=1)
    return tuple(
        _series(batch, number, step, purity_share) for number, step in steps if _numbered(batch.record, number)
    )


def pooled_numbers(text: object) -> tuple[int, ...]:
    """The fractions that a record says were pooled, such as ``5-8`` or ``F7, F8``; empty when it cannot be read."""
    if isinstance(text, (int, float)):
        return (int(text),) if float(text).is_integer() else ()
    parts = [part for part in re.split(r"[,;+]|\band\b", str(text or "")) if part.strip()]
    found = [_RUN.fullmatch("".join(part.split())) for part in parts]
    if not all(found):
        return ()
    runs = [(int(m[1]), int(m[2] or m[1])) for m in found if m is not None]
    if any(last > _MOST_FRACTIONS for _, last in runs):
        return ()
    return tuple(sorted({number for first, last in runs for number in range(first, last + 1)}))


def beside(record: BatchRecord, number: int) -> tuple[tuple[str, ...], str]:
    """The samples that came out of a step beside its product, and why that is not known; one of the two is empty.

    Numbered fractions that were pooled are in the product already.

    Args:
        record: with samples that state ``from_step``.
        number: of the step, from 1.
    """
    step, numbered = record.isolation[number - 1], _numbered(record, number)
    went_on = {name for each in record.isolation for name in (each.sample_in, each.sample_out)}
    own = [s for s in record.samples if s.from_step == number and s.name not in went_on]
    if not numbered or went_on & {s.name for s in numbered}:
        return tuple(s.name for s in own), ""
    pooled = pooled_numbers(step.parameters.get("fractions_pooled"))
    if not pooled:
        return (), f"The record does not say which fractions of step {number} were pooled (fractions_pooled)."
    return tuple(s.name for s in own if s.fraction not in pooled), ""


def _numbered(record: BatchRecord, number: int) -> list[Sample]:
    own = (s for s in record.samples if s.from_step == number and s.fraction is not None)
    return sorted(own, key=lambda s: s.fraction or 0)


def _series(batch: Batch, number: int, step: Step, purity_share: float) -> FractionSeries:
    assert batch.record is not None
    samples = _numbered(batch.record, number)
    totals = [_amounts(batch, s.name, fraction_volume(batch, s.name, step)) for s in samples]
    whole = summed([p.estimate for p, _ in totals if p.estimate is not None])
    complete = whole is not None and whole.relation == "=" and all(p.estimate is not None for p, _ in totals)
    fractions = tuple(
        _fraction(batch, sample, *of, whole.value if complete and whole is not None else None)
        for sample, of in zip(samples, totals, strict=True)
    )
    peak, pool, why = _suggested(fractions, purity_share)
    fullest = next((f.purity.estimate for f in fractions if f.number == peak), None)
    return FractionSeries(
        step=number,
        method=step.method,
        fractions=fractions,
        peak=peak,
        suggested=pool,
        why_no_pool=why,
        pooled=pooled_numbers(step.parameters.get("fractions_pooled")),
        rule=(
            "most particles in an unbroken row of fractions around the one with most particles, the row being at least "
            f"{100 * purity_share:g} % as pure as that fraction (particles per µg protein; evqc's proposal)"
        ),
        least_purity=None if fullest is None or fullest.value is None else purity_share * fullest.value,
    )


def _amounts(batch: Batch, sample: str, volume: float | None) -> tuple[Derived, Derived]:
    return amount(batch, PARTICLES, sample, volume), amount(batch, PROTEIN, sample, volume)


def fraction_volume(batch: Batch, sample: str, step: Step) -> float | None:
    """The volume of a fraction in mL: its own, else what the step states of every one."""
    stated = step.parameters.get("fraction_volume_ml")
    return sample_volume(batch, sample) or (float(stated) if isinstance(stated, (int, float)) else None)


def _fraction(batch: Batch, sample: Sample, particles: Derived, protein: Derived, whole: float | None) -> Fraction:
    counted, measured = (concentration(batch, each, sample.name) for each in (PARTICLES, PROTEIN))
    value = particles.estimate.value if particles.estimate is not None else None
    return Fraction(
        sample=sample.name,
        number=sample.fraction or 0,
        particles=particles,
        protein=protein,
        purity=particles_per_protein(counted, measured),
        share_percent=None if not whole or value is None else 100 * value / whole,
    )


def _suggested(fractions: Sequence[Fraction], purity_share: float) -> tuple[int | None, Pool | None, str]:
    """Number of the fullest fraction, the pool and why there is none."""
    particles = _ends([f.particles for f in fractions], upper=False)
    protein = _ends([f.protein for f in fractions], upper=True)
    if np.isnan(particles).any():
        missing = next(f for f, value in zip(fractions, particles, strict=True) if np.isnan(value))
        why = missing.particles.why_missing or "they are above the range of their assay."
        return None, None, f"Of fraction {missing.number} the particles are not known: {why}"
    peak = int(np.argmax(particles))
    number, most = fractions[peak].number, int(np.argmax(_ends([f.particles for f in fractions], upper=True)))
    if most != peak:
        why = f"Of fraction {fractions[most].number}, which might hold most particles, only a bound is known."
        return None, None, why
    if not particles[peak] > 0:
        return None, None, "No particles were counted in any fraction, so that none holds most particles."
    if not protein[peak] > 0:
        return number, None, f"Of fraction {number}, which holds most particles, the protein is not known."
    numbers = np.array([f.number for f in fractions])
    first, last = _fullest(particles, protein, numbers, peak, purity_share)
    return number, _pool(fractions, first, last), ""


def _ends(amounts: Sequence[Derived], *, upper: bool) -> NDArray[np.float64]:
    """The least or the most that the amounts are, shape (n,): below range 0 or the limit, NaN what is not known."""
    found = [a.estimate if a.estimate is not None and a.estimate.relation != ">" else None for a in amounts]
    values = [np.nan if e is None or e.value is None else 0.0 if e.relation == "<" and not upper else e.value
              for e in found]  # fmt: skip
    return np.array(values)


def _fullest(
    particles: NDArray[np.float64],
    protein: NDArray[np.float64],
    numbers: NDArray[np.int_],
    peak: int,
    purity_share: float,
) -> tuple[int, int]:
    """Places of the first and last fraction of the pool; a fraction without protein value ends every row."""
    first, last = np.meshgrid(np.arange(peak + 1), np.arange(peak, particles.size), indexing="ij")
    columns = np.stack([particles, np.nan_to_num(protein), np.isnan(protein)])
    sums = np.concatenate([np.zeros((3, 1)), np.cumsum(columns, axis=1)], axis=1)
    inside, together, unknown = sums[:, last + 1] - sums[:, first]
    unbroken = (numbers[last] - numbers[first] == last - first) & (unknown == 0)
    # Rounding of the sums must not keep the fullest fraction itself out.
    pure = inside * protein[peak] >= purity_share * particles[peak] * together * (1 - 1e-12)
    best = np.where(unbroken & pure, inside, -1.0)
    fullest = np.argwhere(best == best.max())
    i, j = min(fullest.tolist(), key=lambda at: (last[tuple(at)] - first[tuple(at)], at))
    return int(first[i, j]), int(last[i, j])


def _pool(fractions: Sequence[Fraction], first: int, last: int) -> Pool:
    chosen = fractions[first : last + 1]
    particles, protein = _together(chosen, "particles"), _together(chosen, "protein")
    return Pool(
        first=chosen[0].number,
        last=chosen[-1].number,
        particles=particles,
        recovery=_share(chosen, [*fractions[:first], *fractions[last + 1 :]]),
        purity=_purity(particles, protein),
    )


def _together(fractions: Sequence[Fraction], key: str) -> Derived:
    parts: list[Derived] = [getattr(f, key) for f in fractions]
    why = next((p.why_missing for p in parts if p.why_missing), "")
    made = None if why else summed([p.estimate for p in parts if p.estimate is not None])
    why = why or ("" if made is not None else "The fractions are known only as bounds from which no sum follows.")
    title = f"{key[:1].upper()}{key[1:]} of the fractions together"
    return Derived(name="amount", title=title, unit=parts[0].unit, estimate=made, why_missing=why, inputs=(key,))


def _share(chosen: Sequence[Fraction], others: Sequence[Fraction]) -> Derived:
    """The particles of a pool in percent of those of all fractions; at least so many where there are bounds."""
    return Derived(
        name="pool_recovery",
        title="Particles of all fractions that the pool holds",
        unit="%",
        estimate=share_of_sum(
            [f.particles.estimate for f in chosen if f.particles.estimate is not None],
            [f.particles.estimate for f in others if f.particles.estimate is not None],
        ),
        inputs=("particle_concentration", "volume"),
    )


def _purity(particles: Derived, protein: Derived) -> Derived:
    why = particles.why_missing or protein.why_missing
    made = None
    if particles.estimate is not None and protein.estimate is not None:
        made = ratio_of(particles.estimate, protein.estimate, "1/ug")
        why = "" if made is not None else "Particles and protein are known only as bounds from which no ratio follows."
    return Derived(
        name="particles_per_protein", title="Particles per µg protein", unit="1/ug", estimate=made, why_missing=why
    )
