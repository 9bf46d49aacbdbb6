"""What sizing runs say to a test: how many particles, how large, which share in a window, how many by protein."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.assessment.facts import at
from evqc.isolation.concentrations import COUNTING, is_usable, usable_runs, values_taken
from evqc.isolation.of_batch import purity_of
from evqc.measurands import UnknownUnitError, factor
from evqc.numerics.limits import computed
from evqc.numerics.size_windows import SizeWindow, share
from evqc.release.amounts_given import scale_of
from evqc.release.computed_limits import concentration_unit, unit_of
from evqc.release.evidence import (
    Gathered,
    LeftOut,
    Single,
    accepted_method,
    gathered,
    left_out,
    not_accepted,
    said,
    values_for,
    with_number,
    with_refused,
    with_unit,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from decimal import Decimal

    from evqc.batch.assembled import Batch, Run, Value
    from evqc.criteria.findings import Evidence
    from evqc.numerics.estimate import Estimate
    from evqc.release.amounts_given import Scale
    from evqc.release.record import Determination
    from evqc.release.specification import Specification, Test

#: Measurands that every run has in its statistics, by evqc's own rule.
SIZES = {
    "mean_diameter": "mean_nm",
    "mode_diameter": "mode_nm",
    "median_diameter": "d50_nm",
    "d10_diameter": "d10_nm",
    "d90_diameter": "d90_nm",
}
PARTICLES = "particle_concentration"
_UNDILUTED_UNKNOWN = "diluted before it was measured, and by which factor nobody states"
_NO_CONCENTRATION = "states no concentration"


def has_runs(batch: Batch, sample: str) -> bool:
    """Whether a sample was measured by a sizing instrument that counts particles."""
    return any(_counts(run) for run in _own(batch, sample))


def concentrations(batch: Batch, specification: Specification, test: Test, sample: str) -> Gathered:
    """Particles per millilitre of the undiluted sample, one determination a run; what was entered by hand without runs.

    Args:
        batch: opened.
        specification: whose dosage turns them into particles per dose or container.
        test: in a unit of particles per volume, or per dose or container.
        sample: name in the record.
    """
    by_hand = values_for(batch, specification, test, sample, PARTICLES)
    if not has_runs(batch, sample):
        return by_hand
    scale = scale_of(batch, specification.dosage, test.per, sample)
    found = _of_runs(batch, test, sample, lambda run: _concentration(run, test, scale))
    why = "entered by hand, and there are runs of the instrument"
    entered = tuple(
        each if each.left_out else replace(each, value=None, left_out=why) for each in by_hand.determinations
    )
    return replace(found, left_out=(*found.left_out, *entered))


def sizes(batch: Batch, test: Test, sample: str) -> Gathered:
    """A diameter of every run by evqc's own rule, in the unit of the test."""
    assert test.measurand is not None
    name = SIZES[test.measurand]

    def of(run: Run) -> Single | str:
        value = getattr(run.distribution.statistics.standard, name)
        return "has no such statistic" if value is None else _single(run, test, computed(value), "nm")

    return _of_runs(batch, test, sample, of)


def shares(batch: Batch, test: Test, sample: str) -> Gathered:
    """The share of the particles by number that lies in the window of the test, one determination a run, in per cent.

    Source:
        ``numerics.size_windows.shares``: half-open window, bins at its ends split linearly.
    """
    assert test.window_nm is not None
    lower, upper = test.window_nm
    window = SizeWindow(id=test.id, term=test.title, lower_nm=lower, upper_nm=upper, source=test.source)

    def of(run: Run) -> Single | str:
        part = share(run.distribution, window)
        return "has no numbers by bin" if part is None else _single(run, test, 100 * computed(part), "%")

    return _of_runs(batch, test, sample, of)


def per_protein(batch: Batch, test: Test, sample: str) -> Gathered:
    """Particles per µg protein of a sample as one derived determination, with everything that it rests on.

    Source:
        ``isolation.of_batch.purity_of``.
    """
    runs = usable_runs(batch, sample)
    proteins, other_proteins = values_taken(batch, sample, "protein_concentration")
    counts = () if runs else values_taken(batch, sample, PARTICLES)[0]
    values = (*counts, *proteins)
    evidence = (*(_at(run) for run in runs), *(at(v.file, v.quantity.where) for v in values))
    methods = (*(run.distribution.technique for run in runs), *(v.quantity.method or "" for v in values))
    rest = [*_not_in_ratio(batch, test, sample, runs), *map(_other_protein, other_proteins)]
    bare = said("particles and protein", evidence, method=" and ".join(dict.fromkeys(filter(None, methods))))
    return with_refused(
        batch, sample, gathered([*(_ratio(batch, test, sample, bare, methods) if evidence else ()), *rest])
    )


def _ratio(
    batch: Batch, test: Test, sample: str, bare: Determination, methods: Sequence[str]
) -> Iterator[Single | LeftOut]:
    """The ratio, or why there is none."""
    ratio = purity_of(batch, sample).ratio
    unwanted = [method for method in dict.fromkeys(methods) if not accepted_method(test, method)]
    if unwanted:
        yield left_out(bare, not_accepted(test, " and ".join(unwanted)), fault=False)
    elif ratio.estimate is None:
        yield left_out(bare, ratio.why_missing.rstrip("."), fault=True)
    else:
        yield _of_estimate(ratio.estimate, test, bare)


def _other_protein(value: Value) -> LeftOut:
    quantity = value.quantity
    number = quantity.value if quantity.value is not None else quantity.bound
    shown = str(quantity.state) if number is None else with_unit(computed(number), quantity.unit)
    bare = said(shown, (at(value.file, quantity.where),), method=quantity.method or "")
    return left_out(bare, "by another protein assay than the one with most determinations", fault=False)


def _of_estimate(estimate: Estimate, test: Test, bare: Determination) -> Single | LeftOut:
    """An estimate in the unit of the test as one determination."""
    try:
        times = computed(factor(estimate.unit, unit_of(test)))
    except UnknownUnitError as error:
        return left_out(bare, f"wrong unit: {error}", fault=True)
    if estimate.value is None:
        return Single(number=None, relation=estimate.relation, said=bare)
    number, u = computed(estimate.value) * times, estimate.standard_uncertainty
    return Single(
        number=number,
        relation=estimate.relation,
        uncertainty=None if u is None else u * float(times),
        degrees_of_freedom=estimate.degrees_of_freedom,
        replicates=estimate.n,
        said=replace(
            bare,
            unit=unit_of(test),
            value=float(number) if estimate.relation == "=" else None,
            as_measured=with_unit(number, unit_of(test), estimate.relation),
        ),
    )


def _not_in_ratio(batch: Batch, test: Test, sample: str, runs: Sequence[Run]) -> Sequence[LeftOut]:
    """The runs of a sample that its mean concentration does not hold."""
    taken = [id(run) for run in runs]
    return [_out(run, test, accepted=None) for run in _own(batch, sample) if id(run) not in taken]


def _own(batch: Batch, sample: str) -> list[Run]:
    return [run for run in batch.runs if run.sample == sample and run.bead_nm is None]


def _counts(run: Run) -> bool:
    return run.distribution.technique in COUNTING


def _of_runs(batch: Batch, test: Test, sample: str, of: Callable[[Run], Single | str]) -> Gathered:
    """One determination for each usable run by an accepted method; every other run with its reason."""
    readers = {reading.source.name: reading.instrument for reading in batch.readings}
    own = _own(batch, sample)
    accepted = [r for r in own if accepted_method(test, r.distribution.technique, readers.get(r.file.name))]
    taken = [id(run) for run in usable_runs(replace(batch, runs=tuple(accepted)), sample)]
    wanted = [id(run) for run in accepted]
    found: list[Single | LeftOut] = []
    for run in own:
        if id(run) not in taken:
            found.append(_out(run, test, accepted=id(run) in wanted))
            continue
        made = of(run)
        found.append(left_out(_said(run), made, fault=True) if isinstance(made, str) else made)
    return with_refused(batch, sample, gathered(found))


def _out(run: Run, test: Test, *, accepted: bool | None) -> LeftOut:
    """A run that is not taken, with its reason."""
    of = run.distribution
    if accepted is False:
        return left_out(_said(run), not_accepted(test, of.technique), fault=False)
    if not _counts(run):
        return left_out(_said(run), f"{of.technique} counts no particles", fault=False)
    if not is_usable(of):
        reasons = ", ".join(of.validity.reasons) or "it holds no particles"
        return left_out(_said(run), f"invalid run: {reasons}", fault=True)
    return left_out(_said(run), "by another technique, instrument or filter than the runs that count", fault=False)


def _name(run: Run) -> str:
    return run.distribution.run or run.file.name


def _at(run: Run) -> Evidence:
    return at(run.file, run.distribution.where)


def _said(run: Run) -> Determination:
    return said(f"run {_name(run)}", (_at(run),), method=run.distribution.technique)


def _concentration(run: Run, test: Test, scale: Scale | str) -> Single | str:
    if isinstance(scale, str):
        return scale
    total = run.distribution.concentration_total_per_ml
    if total.undiluted is None:
        stated = total.reported is not None or total.recomputed is not None
        return _UNDILUTED_UNKNOWN if stated else _NO_CONCENTRATION
    return _single(run, test, computed(total.undiluted) * scale.times, "1/mL", concentration=True)


def _single(run: Run, test: Test, number: Decimal, unit: str, *, concentration: bool = False) -> Single | str:
    """A number of a run in the unit of the test, or why it cannot be in it."""
    wanted = unit_of(test) if test.asks != "quantity" else concentration_unit(test) if concentration else test.unit
    try:
        times = computed(factor(unit, wanted or unit))
    except UnknownUnitError as error:
        return f"wrong unit: {error}"
    made = with_number(number * times, unit_of(test), (_at(run),), method=run.distribution.technique)
    return Single(number=number * times, said=made)
