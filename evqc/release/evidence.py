"""Which numbers of a batch answer a test of its specification, in the test's unit, and why others do not."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from evqc.assessment.facts import at, unreadable
from evqc.isolation.light_scattering import is_no_count
from evqc.markers.vocabulary import resolve
from evqc.measurands import UnknownUnitError, factor
from evqc.measurands import shown as unit_shown
from evqc.measurement import State
from evqc.numerics.estimate import Relation
from evqc.numerics.limits import computed, shown
from evqc.release.amounts_given import Scale, scale_of
from evqc.release.computed_limits import concentration_unit, unit_of
from evqc.release.record import Determination

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.assembled import Batch, Value
    from evqc.criteria.findings import Evidence
    from evqc.measurement import Quantity, Scalar
    from evqc.release.specification import Specification, Test

#: Digits of a number as measured; the reportable value is kept in full.
_DIGITS = 8
_RELATIONS: dict[State, Relation] = {
    State.MEASURED: "=",
    State.BELOW_RANGE: "<",
    State.ABOVE_RANGE: ">",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Single:
    """One determination that counts.

    Attributes:
        number: in the unit of the test; None for a bound whose end is not stated.
        relation: ``<`` and ``>`` for results outside the range of the method.
        uncertainty: standard uncertainty of ``number``, stated with the evidence; None when it is not known.
        degrees_of_freedom: of it; None when it is taken as known.
        replicates: how many determinations the number is the mean of.
        said: as the record shows it.
    """

    number: Decimal | None
    relation: Relation = "="
    uncertainty: float | None = None
    degrees_of_freedom: float | None = None
    replicates: int = 1
    said: Determination


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What answers a test of one sample.

    Attributes:
        singles: that count, in their order.
        left_out: everything else of the same kind, each with its reason.
        faults: why the evidence cannot be judged, such as an invalid run; a result by another method is no fault,
            since it is no result of this test.
        remarks: what a reader should know of the evidence, in words.
    """

    singles: tuple[Single, ...] = ()
    left_out: tuple[Determination, ...] = ()
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def determinations(self) -> tuple[Determination, ...]:
        """All of them, those that count first."""
        return (*(single.said for single in self.singles), *self.left_out)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A result that does not count; ``fault`` when it should have and something is wrong with it."""

    said: Determination
    fault: bool


def gathered(found: Iterable[Single | LeftOut], *faults: str, remarks: tuple[str, ...] = ()) -> Gathered:
    """Results sorted into those that count and those that do not."""
    each = list(found)
    out = [one for one in each if isinstance(one, LeftOut)]
    return Gathered(
        singles=tuple(one for one in each if isinstance(one, Single)),
        left_out=tuple(one.said for one in out),
        faults=tuple(dict.fromkeys((*faults, *(one.said.left_out for one in out if one.fault)))),
        remarks=remarks,
    )


def left_out(said: Determination, why: str, *, fault: bool) -> LeftOut:
    """A result that does not count, and why."""
    return LeftOut(replace(said, left_out=why), fault)


def values_for(batch: Batch, specification: Specification, test: Test, sample: str, measurand: str) -> Gathered:
    """The quantities of a sample that answer a test: by measurand, marker, settings, method and unit.

    Quantities of another marker or size class belong to other tests. Those of another method, without the size class,
    without value or in a unit that does not convert are left out with that reason.

    Args:
        batch: opened.
        specification: whose dosage turns concentrations into amounts per dose, container or 10⁹ particles.
        test: of it.
        sample: name in the record.
        measurand: what is asked for.
    """
    scale = scale_of(batch, specification.dosage, test.per, sample)
    own = (v for v in batch.values if v.sample == sample and v.quantity.measurand == measurand and v.of_assay is None)
    asked = (v for v in own if _of_marker(v, test) and not _of_another_class(v.quantity, test))
    return with_refused(batch, sample, gathered(_answer(batch, test, v, scale) for v in asked))


def with_refused(batch: Batch, sample: str, found: Gathered) -> Gathered:
    """``found`` with the refused files of the sample where nothing counts: nobody knows what they hold."""
    if found.singles:
        return found
    names = unreadable(batch, sample)
    readings = [reading for reading in batch.readings if reading.source.name in names]
    refused = [
        said("not readable", (at(each.source),), why=f"the file {each.source.name} was refused: {each.issues[0].code}")
        for each in readings
    ]
    faults = (*found.faults, *(each.left_out for each in refused))
    return replace(found, left_out=(*found.left_out, *refused), faults=faults)


def said(
    as_measured: str, evidence: tuple[Evidence, ...], *, method: str = "", unit: str = "", why: str = ""
) -> Determination:
    """A determination without a number of its own."""
    return Determination(value=None, unit=unit, as_measured=as_measured, method=method, evidence=evidence, left_out=why)


def with_number(
    number: Decimal, unit: str, evidence: tuple[Evidence, ...], *, method: str, as_measured: str = ""
) -> Determination:
    """A determination with its number in the unit of the test."""
    return Determination(
        value=float(number),
        unit=unit,
        as_measured=as_measured or with_unit(number, unit),
        method=method,
        evidence=evidence,
    )


def with_unit(number: Decimal, unit: str, relation: str = "=") -> str:
    """A number as a person reads it, to eight digits: ``<0.05 EU/mL``, ``4.2e10 /mL``, ``91.3 %``."""
    short = computed(float(format(float(number), f".{_DIGITS}g")))
    power = bool(short) and not -4 < short.adjusted() < 6
    text = shown(short.normalize(), "1e9") if power else shown(short)
    return f"{'' if relation == '=' else relation}{text} {unit_text(unit)}".strip()


def unit_text(unit: str) -> str:
    """A unit as reports print it; what is no unit of evqc, such as ``ng/dose``, as it is."""
    try:
        return unit_shown(unit)
    except UnknownUnitError:
        return unit.removeprefix("1") if unit.startswith("1/") else unit


def accepted_method(test: Test, *names: str | None) -> bool:
    """Whether one of the names of a method is one that the test accepts; every method is where it names none."""
    wanted = {_plain(name) for name in test.method}
    return not wanted or any(_plain(name) in wanted for name in names if name)


def not_accepted(test: Test, method: str) -> str:
    """Why a result by another method does not count."""
    return f"by {method or 'a method that nobody states'}; the specification asks for {' or '.join(test.method)}"


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _of_marker(value: Value, test: Test) -> bool:
    """Whether a quantity is of the marker, or of one of the markers of which one is enough; any where none is asked."""
    names = [part for name in (test.marker or "", *test.markers) for part in name.split(" or ") if part]
    if not names:
        return True
    stated = value.marker or str(value.quantity.settings.get("marker") or "")
    return canonical_marker(stated) in {canonical_marker(name) for name in names}


def canonical_marker(name: str) -> str:
    """The canonical name of a marker, or the name as written when the vocabulary does not know it."""
    known = resolve(name)
    return known.name if known is not None else _plain(name)


def _of_another_class(quantity: Quantity, test: Test) -> bool:
    """Whether the settings of a quantity say another thing than the test asks for, such as another size class."""
    stated = {key: quantity.settings[key] for key in test.settings if quantity.settings.get(key) is not None}
    return any(not _same(stated[key], test.settings[key]) for key in stated)


def _same(stated: Scalar, wanted: str | float) -> bool:
    if isinstance(stated, str) or isinstance(wanted, str):
        return _plain(str(stated)) == _plain(str(wanted))
    return stated is not None and math.isclose(float(stated), float(wanted), rel_tol=1e-9)


def _answer(batch: Batch, test: Test, value: Value, scale: Scale | str) -> Single | LeftOut:
    """A quantity as a determination in the unit of the test, or the reason why it is none."""
    quantity = value.quantity
    reader = next((r.instrument for r in batch.readings if r.source.name == value.file.name), None)
    bare = said(_as_measured(quantity), (at(value.file, quantity.where),), method=quantity.method or reader or "")
    if why := _of_another_method(batch, test, value, reader):
        return left_out(bare, why, fault=False)
    if lacking := [key for key in test.settings if quantity.settings.get(key) is None]:
        return left_out(bare, f"does not state {' and '.join(lacking)}", fault=True)
    if quantity.state is State.MISSING:
        return left_out(bare, f"no value: {quantity.reason or 'none is given'}", fault=True)
    if isinstance(scale, str):
        return left_out(bare, scale, fault=True)
    try:
        times = computed(factor(quantity.unit, concentration_unit(test)))
    except UnknownUnitError as error:
        return left_out(bare, f"wrong unit: {error}", fault=True)
    return _scaled(value, times, scale, replace(bare, unit=unit_of(test)))


def _of_another_method(batch: Batch, test: Test, value: Value, reader: str | None) -> str:
    """Why the method of a value is not the one that is asked for; empty when it is."""
    if not accepted_method(test, value.quantity.method, reader):
        return not_accepted(test, value.quantity.method or reader or "")
    return "light scattering counts no particles" if is_no_count(batch, value) else ""


def _as_measured(quantity: Quantity) -> str:
    number = quantity.value if quantity.value is not None else quantity.bound
    if number is None:
        return quantity.as_written or str(quantity.state)
    return with_unit(computed(number), quantity.unit, _RELATIONS[quantity.state])


def _scaled(value: Value, times: Decimal, scale: Scale, bare: Determination) -> Single | LeftOut:
    """A value, or its bound, times everything exact and by what it is per, with its uncertainty."""
    quantity = value.quantity
    relation = scale.relation(_RELATIONS[quantity.state])
    if relation is None:
        return left_out(bare, "a bound by a bound: nothing follows", fault=True)
    measured = quantity.value if quantity.value is not None else quantity.bound
    if measured is None:
        return Single(number=None, relation=relation, said=bare)
    number = computed(measured) * times * scale.times
    own = None if value.uncertainty is None or not measured else value.uncertainty / abs(measured)
    relative = scale.relative(own)
    return Single(
        number=number,
        relation=relation,
        uncertainty=None if relative is None else relative * abs(float(number)),
        degrees_of_freedom=value.replicates - 1.0 if value.replicates > 1 else None,
        replicates=value.replicates,
        said=replace(bare, value=float(number) if relation == "=" else None),
    )


def samples_of(batch: Batch, test: Test) -> Sequence[str]:
    """The samples that a test is of: the one that it names, or all of its role."""
    if batch.record is None:
        return ()
    return [s.name for s in batch.record.samples if test.sample == s.name or (not test.sample and s.role == test.role)]
