"""Facts of blots and bead panels: what stands beside a band or bead so that it says something."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, in_record, known, listed, missing, unstated
from evqc.batch.assembled import Batch, Panel
from evqc.markers.limits import Limits, limits
from evqc.markers.summary import PanelSummary, summarise
from evqc.markers.vocabulary import resolve
from evqc.measurement import Call, MarkerPanel, MarkerResult, Quantity
from evqc.records import replace

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
_NO_SPREAD = "the blanks do not scatter, so that no limit follows from them"
_MORE_BLANKS = "blanks that differ from one another: more of them, or exported with more digits"
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
    """Isotype controls above the limit of detection of the blanks of their own markers; open where none follows."""
    isotypes = [(p.panel, c) for p in beads.own for c in p.panel.controls if c.kind == "isotype"]
    places = [(c.name, *_against_blanks(c.signal, c.marker, panel)) for panel, c in isotypes if c.signal is not None]
    whys = dict.fromkeys(why for _, is_above, why in places if is_above is None)
    if all(is_above is None for _, is_above, _ in places):
        fact = missing("; ".join(whys) or "no isotype control has a number", proof=beads.proof)
    else:
        above = (name for name, is_above, _ in places if is_above)
        unknown = (f"{name} since {why}" for name, is_above, why in places if is_above is None)
        fact = listed(above, undecided=unknown, proof=beads.proof)
    return replace(fact, needed=_MORE_BLANKS) if _NO_SPREAD in whys and not fact.value else fact


@lru_cache(maxsize=64)
def _limits(blanks: tuple[float, ...]) -> Limits | None:
    """The limits of blanks, made once since most isotype controls share theirs."""
    return limits(blanks)


def _against_blanks(signal: float, marker: str | None, panel: MarkerPanel) -> tuple[bool | None, str]:
    """Whether an isotype control is above the limit of detection of its blanks, None and why where none follows.

    Any limit of detection lies at equal blanks or higher: a control that is no brighter than they are is not above it.
    """
    blanks = _blanks(panel.controls, marker)
    if not _has_signal(panel):
        return None, "there is no signal anywhere in the panel"
    if (found := _limits(blanks)) is not None:
        return signal > found.detection, ""
    if not blanks:
        return None, "no blank was measured beside the isotype controls"
    if signal <= max(blanks):
        return False, ""
    return None, _NO_SPREAD if len(blanks) > 1 else "one blank has no spread, so that no limit follows from it"


def _has_signal(panel: MarkerPanel) -> bool:
    """Whether anything in a panel is not exactly zero; where the assay gave nothing, no control of it is quiet."""
    return any(m.signal for m in panel.markers) or any(c.signal for c in panel.controls)


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
