"""What a batch says that was measured after the day that it is judged for: nothing passes by such a value."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from evqc.batch.remembered import remembered
from evqc.batch.sections import place_of
from evqc.release.record import Outcome
from evqc.release.verdict import Judged, cannot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Evidence
    from evqc.errors import Where

Place = tuple[str, "Where"]


def in_time(judged: Judged, batch: Batch, day: date) -> Judged:
    """A pass that rests on something dated after the day cannot be judged; any other verdict stays as it is.

    A value is not left out for its date: whoever chose the day could else do away with one that fails.

    Args:
        judged: with the determinations that count.
        batch: opened.
        day: that the record is judged for.
    """
    if judged.outcome is not Outcome.PASS or judged.result is None:
        return judged
    counted = [each for each in judged.result.determinations if not each.left_out]
    late = [(on, evidence) for each in counted for evidence in each.evidence if (on := _dated(batch, evidence)) > day]
    if not late:
        return judged
    on, evidence = late[0]
    return cannot(f"{evidence.name} is dated {on}, after the day {day} that is judged for", judged.result)


def _dated(batch: Batch, evidence: Evidence) -> date:
    return days_of(batch).get((evidence.sha256, evidence.where), date.min)


@remembered
def days_of(batch: Batch) -> dict[Place, date]:
    """The day of everything that states one, by file and place; the latest where a place states several."""
    found: dict[Place, date] = {}
    for place, on in (*_entered(batch), *_measured(batch)):
        found[place] = max(on, found.get(place, on))
    return found


def _entered(batch: Batch) -> Iterator[tuple[Place, date]]:
    if batch.record is None or batch.record_source is None:
        return
    source = batch.record_source
    for index, result in enumerate(batch.record.results):
        if result.measured_on is not None:
            yield (source.sha256, place_of(("results", index), source.name)), result.measured_on


def _measured(batch: Batch) -> Iterator[tuple[Place, date]]:
    for reading in batch.readings:
        for each in reading.measurements:
            on = _day(getattr(each, "acquired_at", None))
            if on is not None:
                yield (reading.source.sha256, each.where), on


def _day(text: str | None) -> date | None:
    """The day of an ISO time; None for a time that is none, of which the reader speaks."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
