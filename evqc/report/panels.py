"""The marker part of a report: each panel by MISEV2018 category, every call with its symbol and its control."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.markers.vocabulary import resolve
from evqc.measurement import Call
from evqc.report.format import number
from evqc.report.shown import MarkerGroup, MarkerRow, PanelView

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch, Panel
    from evqc.measurement import Control, MarkerResult

#: The symbol that stands beside the word of each call, so that no call is told by colour alone.
CALL_MARKS = {
    Call.POSITIVE: "●",
    Call.NEGATIVE: "○",
    Call.INDETERMINATE: "◐",
    Call.NOT_TESTED: "–",
    Call.INVALID: "×",
}
#: Categories of MISEV2018, table 3, in the words of this report.
CATEGORIES = {
    "1a": "Transmembrane or GPI-anchored, not specific to a cell type",
    "1b": "Transmembrane or GPI-anchored, specific to cells or tissues",
    "2a": "Cytosolic, with binding to lipids or membranes",
    "2b": "Cytosolic, found in vesicles by association",
    "3a": "Non-vesicular, often co-isolated",
    "3b": "Non-vesicular, by medium or process",
    "4a": "Nucleus",
    "4b": "Mitochondria",
    "4c": "Secretory pathway",
    "4d": "Cytoskeleton, autophagosome and others",
    "5a": "Secreted, with a receptor on vesicles",
    "5b": "Secreted, adhesion and extracellular matrix",
    "": "Outside the marker vocabulary",
}


def panel_views(batch: Batch) -> tuple[PanelView, ...]:
    """Every marker panel of a batch, its markers by category and, within one, in the order of the panel."""
    return tuple(_view(panel) for panel in batch.panels)


def _view(panel: Panel) -> PanelView:
    of = panel.panel
    placed = [(_category(marker), _row(marker)) for marker in of.markers]
    groups = (
        MarkerGroup(category=category, title=title, markers=tuple(row for at, row in placed if at == category))
        for category, title in CATEGORIES.items()
    )
    return PanelView(
        sample=panel.sample,
        technique=of.technique,
        file=panel.file.name,
        controls=tuple(_control(control) for control in of.controls),
        groups=tuple(group for group in groups if group.markers),
    )


def _category(marker: MarkerResult) -> str:
    known = resolve(marker.name)
    return (known.category or "") if known else ""


def _row(marker: MarkerResult) -> MarkerRow:
    unit = marker.unit or ""
    known = resolve(marker.name)
    return MarkerRow(
        name=marker.name,
        symbol=marker.symbol,
        as_written=marker.as_written,
        role=known.role if known else "not in the vocabulary",
        call=marker.call,
        mark=CALL_MARKS[marker.call],
        signal=number(marker.signal, unit, "no number was given"),
        control=number(marker.background, unit, "no control signal was given"),
        limit_of_detection=number(marker.limit_of_detection, unit, "not stated"),
        why=marker.why,
    )


def _control(control: Control) -> str:
    of = f" of {control.marker}" if control.marker else ""
    shown = number(control.signal, control.unit or "", "no number was given").text
    if control.signal is None and control.call is not None:
        shown = control.call.value
    return f"{control.kind} control{of} ({control.name}): {shown}"
