"""Facts of blots and bead panels: what stands beside a band or bead so that it says something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, in_record, known, listed, missing, unstated
from evqc.batch.assembled import Batch, Panel
from evqc.markers.limits import limits
from evqc.markers.summary import PanelSummary, summarise
from evqc.markers.vocabulary import resolve
from evqc.measurement import Call, MarkerResult, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.criteria.findings import Fact
    from evqc.measurement import Control
    from evqc.reading import Reading

_BLOT = re.compile(r"blot|\bWB\b|\bwes\b|simple western", re.IGNORECASE)
#: Panels of antibody beads; immunoassays on beads have two antibodies and standards, and no isotype control.
_BEADS = re.compile(r"macsplex|\bbeads?\b(?!.*immunoassay)", re.IGNORECASE)
_BLOT_IMAGE = "western blot"
_MAXIMUM = "maximum_au"
_NO_BLOT, _NO_BEADS = "no blot of the product", "no bead panel of the product"
#: Proteins of other compartments, which the source cells hold: their own lysate has to show them.
_COMPARTMENTS = "4"


@dataclass(frozen=True)
class _Panels:
    """The panels of one product by one kind of technique, and those of lysates beside them."""

    batch: Batch
    own: tuple[Panel, ...]
    lysates: tuple[Panel, ...]

    @cached_property
    def proof(self) -> Proof:
        return tuple(at(panel.file, panel.panel.where) for panel in self.own)

    @cached_property
    def summary(self) -> PanelSummary:
        return summarise(*(panel.panel for panel in self.own))

    @cached_property
    def readings(self) -> tuple[Reading, ...]:
        """The exports behind the panels; none for panels entered by hand."""
        names = {panel.file.name for panel in self.own}
        return tuple(reading for reading in self.batch.readings if reading.source.name in names)

    def controls(self, kind: str) -> list[Control]:
        return [control for panel in self.own for control in panel.panel.controls if control.kind == kind]

    def markers(self) -> Iterable[MarkerResult]:
        return (marker for panel in self.own for marker in panel.panel.markers)


def facts_of_blots(batch: Batch, product: str) -> Facts:
    """What the criteria may ask of the blots and bead panels of a product.

    Args:
        batch: with a record.
        product: name of the sample.
    """
    blots, beads = _chosen(batch, product, _BLOT), _chosen(batch, product, _BEADS)
    return {
        "blotted": known(bool(blots.own), proof=blots.proof),
        "blot_read_by_densitometry": known(bool(blots.readings), proof=blots.proof),
        "bead_panel": known(bool(beads.own), proof=beads.proof),
        **(_of_blots(blots, product) if blots.own else _absent(_OF_BLOTS, _NO_BLOT)),
        **(_of_beads(beads) if beads.own else _absent(_OF_BEADS, _NO_BEADS)),
    }


_OF_BLOTS = ("blot_lysates", "blot_negatives_without_lysate", "blot_negatives_foreign_to_the_source", "blot_images",
             "saturated_bands", "bands_below_background", "blot_markers_without_antibody")  # fmt: skip
_OF_BEADS = ("bead_isotypes", "bead_blanks", "isotypes_above_blank", "beads_with_few_events")


def _absent(names: Iterable[str], why: str) -> Facts:
    return {name: missing(why) for name in names}


def _chosen(batch: Batch, product: str, technique: re.Pattern[str]) -> _Panels:
    alike = [panel for panel in batch.panels if technique.search(panel.panel.technique)]
    own = tuple(panel for panel in alike if panel.sample == product)
    return _Panels(batch, own, tuple(panel for panel in alike if panel.role == "lysate"))


def _of_blots(blots: _Panels, product: str) -> Facts:
    pictures = [i for i in blots.batch.images if i.sample == product and i.method == _BLOT_IMAGE]
    compartments, others = _unshown(blots)
    return {
        "blot_lysates": listed(_lysates(blots), proof=blots.proof),
        "blot_negatives_without_lysate": listed(compartments, proof=blots.proof),
        "blot_negatives_foreign_to_the_source": listed(others, proof=blots.proof),
        "blot_images": listed((i.file.name for i in pictures), proof=tuple(at(i.file) for i in pictures)),
        "saturated_bands": _saturated(blots),
        "bands_below_background": _below_background(blots),
        "blot_markers_without_antibody": _without_antibody(blots),
    }


def _lysates(blots: _Panels) -> list[str]:
    """Lysates that show some marker; one that shows nothing shows no antibody at work."""
    lanes = [c.name for c in blots.controls("lysate") if c.call is Call.POSITIVE]
    showing = (p.sample for p in blots.lysates if any(m.call is Call.POSITIVE for m in p.panel.markers))
    return [*lanes, *showing]


def _unshown(blots: _Panels) -> tuple[list[str], list[str]]:
    """Negative markers that no lysate shows: proteins of other compartments, and all others."""
    shown = {name for f in summarise(*(p.panel for p in blots.lysates)).categories for name in f.positive}
    by_lane = blots.summary.shown_in_lysate
    open_ones = [name for name, lane in by_lane.items() if lane is not True and name not in shown]
    compartments = blots.summary.category(_COMPARTMENTS).negative
    return [n for n in open_ones if n in compartments], [n for n in open_ones if n not in compartments]


def _saturated(blots: _Panels) -> Fact:
    """Bands whose highest pixel is the highest that their image can hold, where an export states it."""
    bands = [m for r in blots.readings for m in r.measurements if isinstance(m, Quantity)]
    if not any(band.settings.get(_MAXIMUM) is not None for band in bands):
        return missing("no export of the densitometry states the highest pixel of a band", proof=blots.proof)
    found = [(r.source, i) for r in blots.readings for i in r.issues if i.code == "SATURATED"]
    proof = tuple(at(source, issue.where) for source, issue in found) or blots.proof
    return listed((f"{source.name}, {issue.where}" for source, issue in found), proof=proof)


def _below_background(blots: _Panels) -> Fact:
    """Markers not called negative whose band is no stronger than their background, where there are numbers."""
    numbered = [m for m in blots.markers() if m.signal is not None]
    if not numbered:
        return missing("the bands were read by eye, without a number", proof=blots.proof)
    weak = [m.name for m in numbered if m.call not in {Call.NEGATIVE, Call.NOT_TESTED} and _is_weak(m)]
    return listed(weak, proof=blots.proof)


def _is_weak(marker: MarkerResult) -> bool:
    assert marker.signal is not None
    return marker.signal <= 0 or (marker.background is not None and marker.signal <= marker.background)


def _without_antibody(blots: _Panels) -> Fact:
    """Markers of the blots for which the record lists no antibody with its clone or catalogue number."""
    record = blots.batch.record
    assert record is not None
    stated = [a for a in record.antibodies if _BLOT.search(a.technique) and (a.clone or a.catalogue_number)]
    probed = {_canonical(a.marker) for a in stated}
    tested = dict.fromkeys(m.name for m in blots.markers() if m.call is not Call.NOT_TESTED)
    need = "an entry for each of them among the antibodies of the record, with clone or catalogue_number"
    return unstated((n for n in tested if n not in probed), need, proof=in_record(blots.batch, "antibodies"))


def _canonical(name: str) -> str:
    found = resolve(name)
    return found.name if found is not None else name


def _of_beads(beads: _Panels) -> Facts:
    return {
        "bead_isotypes": listed((c.name for c in beads.controls("isotype")), proof=beads.proof),
        "bead_blanks": listed((c.name for c in beads.controls("blank")), proof=beads.proof),
        "isotypes_above_blank": _isotypes_above_blank(beads),
        "beads_with_few_events": _few_events(beads),
    }


def _isotypes_above_blank(beads: _Panels) -> Fact:
    """Isotype controls above the limit of detection of the blanks of their own markers, which need two at least."""
    limits_of = cache(limits)  # most isotype controls share their blanks
    judged: list[str] = []
    above: list[str] = []
    for panel in beads.own:
        for isotype in (c for c in panel.panel.controls if c.kind == "isotype" and c.signal is not None):
            found = limits_of(_blanks(panel.panel.controls, isotype.marker))
            if found is not None and isotype.signal is not None:
                judged.append(isotype.name)
                above += [isotype.name] if isotype.signal > found.detection else []
    if not judged:
        return missing("fewer than two blanks beside an isotype control", proof=beads.proof)
    return listed(above, proof=beads.proof)


def _blanks(controls: Sequence[Control], marker: str | None) -> tuple[float, ...]:
    """Signals of the blanks of a marker, else of those of the whole panel."""
    blanks = [c for c in controls if c.kind == "blank" and c.signal is not None]
    own = [c for c in blanks if c.marker == marker] or [c for c in blanks if c.marker is None]
    return tuple([c.signal for c in own if c.signal is not None])


def _few_events(beads: _Panels) -> Fact:
    """What the reading says of beads behind whose median few events stand; open where no export states events."""
    counted = any(isinstance(m, Quantity) and m.measurand == "event_count" for m in _measurements(beads))
    found = [(r.source, i) for r in beads.readings for i in r.issues if i.code == "FEW_EVENTS"]
    if not counted and not found:
        return missing("no export states how many events stand behind a bead", proof=beads.proof)
    proof = tuple(at(source, issue.where) for source, issue in found) or beads.proof
    return listed((issue.found for _, issue in found), proof=proof)


def _measurements(beads: _Panels) -> Iterable[object]:
    return (m for reading in beads.readings for m in reading.measurements)
