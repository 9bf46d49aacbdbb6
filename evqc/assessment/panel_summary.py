"""What all panels of a sample show together, summarised once for each batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.remembered import remembered
from evqc.markers.summary import summarise

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.markers.summary import PanelSummary


@remembered
def summary_of(batch: Batch, sample: str) -> PanelSummary:
    """The summary of the panels of a sample; that of no panel when it has none."""
    return summarise(*(panel.panel for panel in batch.panels if panel.sample == sample))
