"""Results below what their assay can see, as the record states its limit of detection."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, NamedTuple

from evqc.batch.assembled import Contradiction
from evqc.batch.assignment import folded
from evqc.batch.sections import place_of
from evqc.batch.wording import quoted
from evqc.errors import problem
from evqc.measurands import factor
from evqc.measurement import Quantity, SizeDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.assignment import Assignment
    from evqc.batch.measuring import Assay
    from evqc.batch.model import BatchRecord
    from evqc.batch.vocabulary import Role
    from evqc.batch.wording import Path
    from evqc.reading import Source

#: Samples in which nothing is to be found: a number below the limit is what they are measured for.
_BLANKS: frozenset[Role] = frozenset({"process blank", "diluent blank", "reagent blank", "detergent control"})

#: Measurands of which one name stands for many things, each with its own limit.
_OF_MANY = ("analyte_", "marker_", "copy_concentration")


class _Measured(NamedTuple):
    """One number with everything that tells which assay it came from."""

    place: Path
    sample: str | None
    measurand: str
    value: float
    unit: str
    method: str | None


def below_detection(record: BatchRecord, source: Source, assignment: Assignment) -> Iterator[Contradiction]:
    """A warning (``BELOW_DETECTION_LIMIT``) for every number that is smaller than its assay's limit of detection.

    Compared are numbers of the same measurand whose method is that of the assay; where the number names no method, the
    assay must be the only one of its measurand. Concentrations by particle tracking are compared as measured. Blanks
    are passed over, and so is a detergent control, since little is what they are meant to hold.

    Args:
        record: its ``assays`` and ``results``.
        source: the file of the record.
        assignment: quantities and sizing runs of the exports.
    """
    numbers = (*_by_hand(record), *_of_files(assignment))
    for index, assay in enumerate(record.assays):
        for each in numbers:
            found = _too_small(each, assay) if _is_by(record, each, assay) else None
            if found is not None:
                where = place_of(each.place or ("assays", index, "limit_of_detection"), source.name)
                expected = "a bound such as '<0.5', or the limit of the method that was used"
                issue = problem("warning", "BELOW_DETECTION_LIMIT", where, found, expected)
                yield Contradiction(source=source, issue=issue)


def _too_small(measured: _Measured, assay: Assay) -> str | None:
    """The number beside the limit, in the unit of the limit; None when it is not below it."""
    limit = assay.limit_of_detection
    if limit is None or assay.unit is None:
        return None
    number = measured.value * factor(measured.unit, assay.unit)  # both are units of one measurand
    if number >= limit or isclose(number, limit):
        return None
    beside = f"{limit:g} {assay.unit} as limit of detection of {assay.method}"
    return f"{number:.4g} {assay.unit} of {quoted(measured.sample)}, and {beside}"


def _by_hand(record: BatchRecord) -> Iterator[_Measured]:
    for index, of in enumerate(record.results):
        if isinstance(of.value, float):
            yield _Measured(("results", index, "value"), of.sample, of.measurand, of.value, of.unit, of.method)


def _of_files(assignment: Assignment) -> Iterator[_Measured]:
    """Numbers of exports; they have no place in the record."""
    for share in assignment.shares:
        if share.entry.purpose != "measurement":
            continue
        for each in share.measurements:
            match each:
                case Quantity(value=float(number)):
                    yield _Measured((), share.entry.sample, each.measurand, number, each.unit, each.method)
                case SizeDistribution() if (total := _concentration(each)) is not None:
                    yield _Measured((), share.entry.sample, "particle_concentration", total, "1/mL", each.technique)
                case _:
                    pass


def _concentration(run: SizeDistribution) -> float | None:
    """As measured; None of a run that the instrument calls invalid."""
    if run.validity.valid is False:
        return None
    total = run.concentration_total_per_ml
    return total.recomputed if total.reported is None else total.reported


def _is_by(record: BatchRecord, measured: _Measured, assay: Assay) -> bool:
    """Whether a number was measured by this assay, as far as both say."""
    sample = record.sample(measured.sample or "")
    if measured.measurand != assay.measurand or measured.measurand.startswith(_OF_MANY):
        return False
    if sample is not None and sample.role in _BLANKS:
        return False
    if measured.method is None:
        return sum(each.measurand == assay.measurand for each in record.assays) == 1
    return folded(assay.method) in folded(measured.method) or folded(measured.method) in folded(assay.method)
