"""What all panels of a sample show together, summarised once for each batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.remembered import remembered
from evqc.markers.summary import summarise
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Fact
    from evqc.markers.summary import PanelSummary


@remembered
def summary_of(batch: Batch, sample: str) -> PanelSummary:
    """The summary of the panels of a sample; that of no panel when it has none."""
    return summarise(*(panel.panel for panel in batch.panels if panel.sample == sample))


def with_contradictions(fact: Fact, summary: PanelSummary) -> Fact:
    """A list of markers; where rows that contradict each other leave it open, what it needs is one answer."""
    at_odds = [name for name in summary.disagreeing if name in fact.undecided]
    return replace(fact, needed=one_answer(at_odds)) if at_odds else fact


def one_answer(markers: Sequence[str]) -> str:
    """What markers need that one row or panel calls positive and another negative."""
    return f"one answer for {', '.join(markers)}, which one row calls positive and another negative"
