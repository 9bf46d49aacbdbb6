"""Rows of the record that give one marker of a sample two answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.assembled import Contradiction
from evqc.batch.assignment import folded
from evqc.batch.join import called_by_hand
from evqc.batch.sections import place_of
from evqc.batch.wording import quoted
from evqc.errors import problem
from evqc.measurement import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.model import BatchRecord
    from evqc.reading import Source

_OTHERWISE = {Call.POSITIVE: Call.NEGATIVE, Call.NEGATIVE: Call.POSITIVE}


def rows_at_odds(record: BatchRecord, source: Source) -> Iterator[Contradiction]:
    """A warning (``MARKER_CALLS_DIFFER``) for every row that answers otherwise than an earlier one of its marker.

    Compared are the answers, positive and negative, of one sample by whatever technique, each by its control where it
    has a number. Exports are not compared: what they hold was measured once.

    Args:
        record: its ``markers``.
        source: the file of the record.
    """
    first: dict[tuple[str, str, Call], int] = {}
    for index, result in sorted(called_by_hand(record, source), key=lambda row: row[0]):
        if result.call not in _OTHERWISE:
            continue
        sample, name = record.markers[index].sample, folded(result.name)
        first.setdefault((sample, name, result.call), index)
        other = first.get((sample, name, _OTHERWISE[result.call]))
        if other is not None:
            earlier = f"{quoted(record.markers[other].marker)} in {_place(other, source)} is {_OTHERWISE[result.call]}"
            found = f"{quoted(result.as_written)} of {sample} is {result.call}, and {earlier}"
            where = place_of(("markers", index, "marker"), source.name)
            issue = problem("warning", "MARKER_CALLS_DIFFER", where, found, "one answer for each marker of a sample")
            yield Contradiction(source=source, issue=issue)


def _place(index: int, source: Source) -> str:
    return str(place_of(("markers", index, "marker"), source.name))
