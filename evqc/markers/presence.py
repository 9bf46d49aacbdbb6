"""Techniques that show what is there and never what is not: an absence in them is no negative."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.measurement import Call

if TYPE_CHECKING:
    from evqc.measurement import MarkerPanel, MarkerResult

_PRESENCE_ONLY = re.compile(r"mass spec|proteom|\bLC[-/ ]?MS|\bMS[-/]?MS\b", re.IGNORECASE)
_WHY = "called negative; mass spectrometry that does not find a protein does not show that it is absent"


def shows_presence_only(technique: str) -> bool:
    """Whether a technique, as written, is one whose missing signal says nothing."""
    return _PRESENCE_ONLY.search(technique) is not None


def as_evidence(panel: MarkerPanel) -> MarkerPanel:
    """The panel with each negative of mass spectrometry as indeterminate; any other panel as it is.

    Source:
        Promise 3, missing is not negative: what a search finds depends on depth, database and digestion.
    """
    if not shows_presence_only(panel.technique):
        return panel
    return replace(panel, markers=tuple(_undecided(marker) for marker in panel.markers))


def _undecided(marker: MarkerResult) -> MarkerResult:
    return replace(marker, call=Call.INDETERMINATE, why=_WHY) if marker.call is Call.NEGATIVE else marker
