"""Marker names that mean more than one thing: whatever reader met them, the reading says so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.errors import Where, problem
from evqc.markers.vocabulary import candidates, doubt, resolve
from evqc.measurement import MarkerPanel
from evqc.reading import verdict

if TYPE_CHECKING:
    from evqc.reading import Reading

CODE = "MARKER_AMBIGUOUS"
EXPECTED = "a name that means one marker of the vocabulary; its result is kept as written and counts for none"


def with_ambiguous_names(reading: Reading) -> Reading:
    """The reading with one warning for each ambiguous marker name that its reader did not warn of itself."""
    said = [issue.found for issue in reading.issues if issue.code == CODE]
    places = {name: where for name, where in _doubtful(reading).items() if str(doubt(name)) not in said}
    if not places:
        return reading
    added = (problem("warning", CODE, where, str(doubt(name)), EXPECTED) for name, where in places.items())
    issues = (*reading.issues, *added)
    return replace(reading, issues=issues, verdict=verdict(issues))


def _doubtful(reading: Reading) -> dict[str, Where]:
    """Ambiguous names as written, each with where its first panel begins."""
    found: dict[str, Where] = {}
    for panel in (m for m in reading.measurements if isinstance(m, MarkerPanel)):
        for marker in panel.markers:
            if resolve(marker.name) is None and resolve(marker.as_written) is None and candidates(marker.as_written):
                found.setdefault(marker.as_written, panel.where)
    return found
