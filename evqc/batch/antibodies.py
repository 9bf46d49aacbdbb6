"""Antibodies in the record of markers that nothing in the batch tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.batch.assembled import Contradiction
from evqc.batch.assignment import folded, same_name
from evqc.batch.sections import place_of
from evqc.errors import problem
from evqc.markers.vocabulary import resolve
from evqc.measurement import MarkerPanel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.assignment import Assignment
    from evqc.batch.measuring import Antibody
    from evqc.batch.model import BatchRecord
    from evqc.reading import Source

#: Controls and second antibodies, which are of no marker.
_OF_NO_MARKER = re.compile(
    r"isotype|secondary|second antibody|\big[gma]\d?[abc]?\b|\banti[- ](mouse|rabbit|goat|rat|sheep|donkey|chicken)\b",
    re.IGNORECASE,
)


def antibodies_of_nothing(record: BatchRecord, source: Source, assignment: Assignment) -> Iterator[Contradiction]:
    """A note (``ANTIBODY_NOT_USED``) for every antibody of a marker that no panel, marker entry or result is of.

    Isotype controls and second antibodies are of no marker; an antibody that captures in an isolation step, or that
    labels what an image shows, is used there.

    Args:
        record: its ``antibodies``, and everything that may use them.
        source: the file of the record.
        assignment: the panels of the exports.
    """
    tested = _tested(record, assignment)
    for index, antibody in enumerate(record.antibodies):
        marker = resolve(antibody.marker)
        if _known_as(antibody.marker) in tested or _labels_an_image(record, antibody):
            continue
        if marker is not None or not _OF_NO_MARKER.search(antibody.marker):
            found = f"an antibody to '{antibody.marker}' for {antibody.technique}, and nothing that tests it"
            where = place_of(("antibodies", index, "marker"), source.name)
            expected = "a panel, an entry of markers or a result of this marker"
            yield Contradiction(source=source, issue=problem("note", "ANTIBODY_NOT_USED", where, found, expected))


def _tested(record: BatchRecord, assignment: Assignment) -> set[str]:
    panels = [m for share in assignment.shares for m in share.measurements if isinstance(m, MarkerPanel)]
    names = [name for panel in panels for marker in panel.markers for name in (marker.name, marker.as_written)]
    names += [control.name for panel in panels for control in panel.controls]
    names += [entry.marker for entry in record.markers]
    names += [result.marker for result in record.results if result.marker is not None]
    names += [str(step.parameters["target"]) for step in record.isolation if "target" in step.parameters]
    return {_known_as(name) for name in names}


def _labels_an_image(record: BatchRecord, antibody: Antibody) -> bool:
    return any(same_name(antibody.technique, image.method) for image in record.images)


def _known_as(name: str) -> str:
    marker = resolve(name)
    return folded(marker.name if marker is not None else name)
