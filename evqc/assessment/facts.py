"""Facts and where they come from, in a few words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.assignment import path_of
from evqc.criteria.findings import Evidence, Fact, FactValue
from evqc.criteria.words import number as shown
from evqc.errors import Where
from evqc.records import maker, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.batch.assembled import Batch, Run
    from evqc.measurement import Quantity
    from evqc.numerics.estimate import Estimate
    from evqc.reading import Source

Facts = dict[str, Fact]
Proof = tuple[Evidence, ...]
_made, _evidence, _place = maker(Fact), maker(Evidence), maker(Where)
_WHOLE_FILE = Where()


def known(value: FactValue, *, proof: Proof = (), remark: str = "") -> Fact:
    """A fact that is a text, a list or a yes or no; None makes it missing."""
    return _made(value=value, evidence=proof, remark=remark)


def listed(values: Iterable[str], *, undecided: Iterable[str] = (), proof: Proof = ()) -> Fact:
    """A fact that is a list; an entry stands in it once, and no decided one among the undecided."""
    decided = tuple(dict.fromkeys(values))
    open_ones = tuple([name for name in dict.fromkeys(undecided) if name not in decided]) if undecided else ()
    return _made(value=decided, undecided=open_ones, evidence=proof)


def unstated(values: Iterable[str], need: str, *, proof: Proof = ()) -> Fact:
    """A fact that lists what is not stated; where it is not empty, ``need`` says what to state."""
    found = listed(values, proof=proof)
    return replace(found, needed=need) if found.value else found


def measured(value: float | None, unit: str, why_missing: str, *, proof: Proof = (), remark: str = "") -> Fact:
    """A fact that is a number in ``unit``, or missing for the reason given."""
    if value is None:
        return _made(value=None, unit=unit, why_missing=why_missing, evidence=proof)
    return _made(value=float(value), unit=unit, evidence=proof, remark=remark)


def missing(why: str, *, proof: Proof = (), unit: str = "") -> Fact:
    """A fact that is not known, and why."""
    return _made(value=None, unit=unit, why_missing=why, evidence=proof)


def estimated(estimate: Estimate | None, unit: str, why_missing: str, *, proof: Proof = (), divisor: float = 1) -> Fact:
    """A fact that is an estimate by ``divisor``; one known only as a bound stays a bound."""
    if estimate is None or estimate.value is None:
        return missing(why_missing, proof=proof, unit=unit)
    value = estimate.value / divisor
    if estimate.relation == "=":
        return _made(value=value, unit=unit, evidence=proof, remark=_interval(estimate, divisor))
    above = value if estimate.relation == ">" else None
    return _made(value=None, unit=unit, evidence=proof, above=above, below=value if above is None else None)


def of_quantity(quantity: Quantity, *, proof: Proof = ()) -> Fact:
    """A fact that is a measured quantity; below or above range it is a bound, where the range is stated."""
    if quantity.value is not None:
        return _made(value=quantity.value, unit=quantity.unit, evidence=proof)
    if quantity.bound is None:
        return missing(f"{quantity.state}, and the range is not stated", proof=proof, unit=quantity.unit)
    side = "below" if quantity.state == "below range" else "above"
    bounds = {side: quantity.bound}
    return _made(value=None, unit=quantity.unit, evidence=proof, above=bounds.get("above"), below=bounds.get("below"))


def unreadable(batch: Batch, sample: str) -> tuple[str, ...]:
    """Names of the exports that the record gives to a sample and that were refused: nobody knows what they hold."""
    relied_on = {path_of(e) for e in batch.record.files if e.sample == sample} if batch.record is not None else set()
    return tuple(r.source.name for r in batch.readings if r.verdict == "refused" and r.source.name in relied_on)


def of_run(*runs: Run) -> Proof:
    """Where runs stand."""
    return tuple([at(run.file, run.distribution.where) for run in runs])


def at(source: Source, where: Where | None = None) -> Evidence:
    """A place in a file."""
    return _evidence(name=source.name, sha256=source.sha256, where=where or _WHOLE_FILE)


def in_record(batch: Batch, field: str) -> Proof:
    """A place in the batch record; nothing when there is no record."""
    return (at(batch.record_source, _place(field=field)),) if batch.record_source is not None else ()


def _interval(estimate: Estimate, divisor: float) -> str:
    """The interval in words; a single value says that it has none."""
    of = f"n = {estimate.n} {estimate.replicates}" if estimate.replicates != "none" else f"n = {estimate.n}"
    if estimate.lower is None or estimate.upper is None:
        return f"no interval, {of}"
    low, high = shown(estimate.lower / divisor), shown(estimate.upper / divisor)
    return f"{estimate.level:.0%} interval {low} to {high}, {of}".replace("%", " %")
