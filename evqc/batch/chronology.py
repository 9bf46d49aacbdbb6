"""Dates that cannot all be right: measured before it was harvested, prepared before it was there, stored too long."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from evqc.batch.assembled import Contradiction
from evqc.batch.sections import place_of
from evqc.errors import problem
from evqc.measurement import SizeDistribution

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.batch.assignment import Assignment
    from evqc.batch.model import BatchRecord
    from evqc.batch.vocabulary import Role
    from evqc.batch.wording import Path
    from evqc.reading import Source

#: Samples made from this harvest. Blanks and references may be older than it.
_FROM_HARVEST: frozenset[Role] = frozenset({"product", "step sample", "detergent control", "lysate"})
#: Quantities of the cells, which are often measured on the bank, long before the harvest.
_OF_CELLS = frozenset({"marker_positive_cells", "cell_count", "cell_concentration", "cell_viability"})

#: A day of the calendar is a day more or less in hours.
_PART_OF_A_DAY = 1


def dates_out_of_order(record: BatchRecord, source: Source, assignment: Assignment) -> Iterator[Contradiction]:
    """Measurements before harvest or preparation, and a preparation before its harvest.

    Args:
        record: ``source.harvested_at``, ``batch.prepared_on`` and the results' ``measured_on``.
        source: the file of the record.
        assignment: the exports, with the times that they state.

    Returns:
        ``PREPARED_BEFORE_HARVEST``, ``MEASURED_BEFORE_HARVEST`` and ``MEASURED_BEFORE_PREPARATION`` (of products), and
        as a note ``STORED_DAYS_DIFFER`` (a product was measured on no day that fits its time stored).
    """
    harvest, prepared = record.source.harvested_at, record.batch.prepared_on
    if harvest is not None and prepared is not None and prepared < harvest:
        yield _early(source, ("batch", "prepared_on"), "PREPARED_BEFORE_HARVEST", prepared, ("harvest", harvest))
    measured = (*_of_files(assignment), *_of_results(record))
    for path, sample, day in measured:
        known = record.sample(sample)
        role = known.role if known else None
        if harvest is not None and role in _FROM_HARVEST and day < harvest:
            yield _early(source, path, "MEASURED_BEFORE_HARVEST", day, ("harvest", harvest))
        elif prepared is not None and role == "product" and day < prepared:
            yield _early(source, path, "MEASURED_BEFORE_PREPARATION", day, ("preparation", prepared))
    if prepared is not None:
        yield from _stored(record, source, [(sample, (day - prepared).days) for _, sample, day in measured])


def _stored(record: BatchRecord, source: Source, after: Sequence[tuple[str, int]]) -> Iterator[Contradiction]:
    """Products whose days of storage lie outside of those on which they were measured after their preparation."""
    for index, sample in enumerate(record.samples):
        days = [each for name, each in after if name == sample.name]
        stored = sample.stored_days
        if sample.role != "product" or stored is None or not days:
            continue
        if not min(days) - _PART_OF_A_DAY <= stored <= max(days) + _PART_OF_A_DAY:
            found = f"{stored:g} days stored, and measured {_span(days)} days after the preparation"
            where = place_of(("samples", index, "stored_days"), source.name)
            issue = problem("note", "STORED_DAYS_DIFFER", where, found, "the days from preparation to measurement")
            yield Contradiction(source=source, issue=issue)


def _span(days: Sequence[int]) -> str:
    return str(min(days)) if min(days) == max(days) else f"{min(days)} to {max(days)}"


def _of_files(assignment: Assignment) -> Iterator[tuple[Path, str, date]]:
    """The days on which each listed file was acquired, a day once."""
    for share in assignment.shares:
        if share.entry.purpose != "measurement" or share.entry.sample is None:
            continue
        times = [m.acquired_at for m in share.measurements if isinstance(m, SizeDistribution)]
        for day in dict.fromkeys(_day(text) for text in times):
            if day is not None:
                yield ("files", share.index), share.entry.sample, day


def _of_results(record: BatchRecord) -> Iterator[tuple[Path, str, date]]:
    for index, result in enumerate(record.results):
        if result.measured_on is not None and result.measurand not in _OF_CELLS:
            yield ("results", index, "measured_on"), result.sample, result.measured_on


def _day(text: str | None) -> date | None:
    """The day of an ISO time; None for a time that is none, of which the reader speaks."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def _early(source: Source, path: Path, code: str, day: date, event: tuple[str, date]) -> Contradiction:
    found = f"{day}, before the {event[0]} on {event[1]}"
    where = place_of(path, source.name)
    return Contradiction(source=source, issue=problem("warning", code, where, found, f"a day from {event[1]} on"))
