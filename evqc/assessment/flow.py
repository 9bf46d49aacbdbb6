"""Facts of flow cytometry: what was measured, controlled and stated, and whether its numbers can be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, at, in_record, known, listed, measured, missing, unstated
from evqc.assessment.flow_data import ALL_EVENTS, BEADS, NANO_FLOW, SINGLE, assay_of, is_flow, widest
from evqc.assessment.flow_series import facts_of_series, proof_of
from evqc.batch.assignment import path_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.assessment.flow_data import Acquisition, Assay
    from evqc.batch.assembled import Batch, Panel
    from evqc.batch.vocabulary import Role
    from evqc.criteria.findings import Fact

#: Samples whose flow cytometry is of vesicles, not of a control.
_OF_VESICLES: tuple[Role, ...] = ("product", "step sample")
_NONE_OF_PRODUCT = "no single vesicles of the product were measured by flow cytometry"
#: Cytometers that a threshold was published for, by how their files name them.
_KNOWN_CYTOMETERS = (
    ("NanoFCM", re.compile(r"nano\s?fcm|nano\s?analy[sz]er", re.IGNORECASE)),
    ("Apogee A60-Micro", re.compile(r"apogee|\ba60\b", re.IGNORECASE)),
)


def facts_of_flow(batch: Batch, found: Sequence[Acquisition]) -> Facts:
    """What the criteria may ask of the flow cytometry of a batch.

    Args:
        batch: with a record; without one all of it is missing.
        found: every acquisition of the batch.
    """
    if batch.record is None:
        return {}
    panels = [panel for panel in batch.panels if is_flow(panel.panel.technique)]
    return {
        "flow_assays": _assays(batch, found, panels),
        "flow_conditions_not_stated": _conditions(batch),
        "flow_dilution_not_stated": _without_dilution(batch, found),
        "flow_buffer_controls": _controls(batch, found, panels, "diluent blank"),
        "flow_reagent_controls": _controls(batch, found, panels, "reagent blank", kind="blank"),
        "flow_isotype_controls": _controls(batch, found, panels, "isotype control", kind="isotype"),
        "flow_procedural_controls": _controls(batch, found, panels, "process blank"),
        "flow_detergent_controls": _controls(batch, found, panels, "detergent control"),
        "flow_trigger": _stated(batch, found, "flow_trigger", ("trigger", "threshold")),
        "flow_rate": _stated(batch, found, "flow_rate", ("flow_rate", "volume_nL")),
    }


def facts_of_flow_of_product(batch: Batch, found: Sequence[Acquisition], product: str) -> Facts:
    """What the criteria may ask of the flow cytometry of one product.

    Args:
        batch: with a record.
        found: every acquisition of the batch.
        product: its name.
    """
    own = [a for a in found if a.sample == product and a.assay == SINGLE]
    return {
        **facts_of_series(found, product),
        "flow_diameter": _diameter(batch, product),
        "flow_concentrations": _concentrations(own),
        "flow_brightness": _brightness(batch, found, product),
        "flow_cytometer": _cytometer(own),
        "flow_fewest_events": _fewest(own),
        "flow_not_counted": _not_counted(own),
        "flow_event_rate": _rate(own, fastest=True),
        "flow_event_rate_slowest": _rate(own, fastest=False),
        "flow_saturated": _saturated(own),
    }


def _assays(batch: Batch, found: Sequence[Acquisition], panels: Sequence[Panel]) -> Fact:
    """What the events were, as the record states it or else as the files show.

    Files of a cytometer beside a panel of beads may be of those beads: whether single vesicles were measured is then
    undecided until the record says so.
    """
    assert batch.record is not None
    used = [a for a in found if a.role in _OF_VESICLES]
    of_vesicles = [panel for panel in panels if panel.role in _OF_VESICLES]
    proof = proof_of(used) + tuple(at(p.file, p.panel.where) for p in of_vesicles)
    if stated := batch.record.statements.get("flow_assay"):
        both: tuple[Assay, ...] = (SINGLE, BEADS)
        return listed(both if stated == "both" else (stated,), proof=in_record(batch, "statements.flow_assay"))
    kinds = {a.assay for a in used} | {assay_of(p.panel.technique) for p in of_vesicles}
    sure = {a.assay for a in used if a.settings.get("cytometer") == "NanoFCM"}
    doubtful = SINGLE in kinds and BEADS in kinds and SINGLE not in sure
    return listed(sorted(kinds - {SINGLE} if doubtful else kinds), undecided=[SINGLE] if doubtful else [], proof=proof)


def _conditions(batch: Batch) -> Fact:
    """Of the variables before the measurement those that the record leaves open."""
    assert batch.record is not None
    products = [sample for sample in batch.record.samples if sample.role == "product"]
    there = {
        "starting material": batch.record.source.matrix is not None,
        "isolation steps": bool(batch.record.isolation),
        "storage of the product": bool(products) and all(sample.storage_degC is not None for sample in products),
    }
    lacking = [name for name, stated in there.items() if not stated]
    return unstated(lacking, f"{', '.join(lacking)} in the record", proof=in_record(batch, "source"))


def _without_dilution(batch: Batch, found: Sequence[Acquisition]) -> Fact:
    """Files of vesicles for which neither record nor export states a dilution."""
    assert batch.record is not None
    listed_files = {path_of(entry) for entry in batch.record.files}
    measured_ = {a.file.name: a for a in found if a.role in _OF_VESICLES and a.file.name in listed_files}
    panels = {p.file.name for p in batch.panels if p.role in _OF_VESICLES and is_flow(p.panel.technique)}
    panels &= listed_files
    stated = {path_of(entry) for entry in batch.record.files if entry.dilution is not None}
    stated |= {name for name, a in measured_.items() if a.dilution is not None}
    names = [name for name in dict.fromkeys((*measured_, *sorted(panels))) if name not in stated]
    need = f"dilution of {', '.join(names)} among the files of the record"
    return unstated(names, need, proof=proof_of(measured_.values()) or in_record(batch, "files"))


def _controls(
    batch: Batch, found: Sequence[Acquisition], panels: Sequence[Panel], role: Role, *, kind: str = ""
) -> Fact:
    """Samples of a role of which there is a file of a cytometer, and controls of a kind inside panels.

    A number or panel entered by hand shows no control that anyone could look at.
    """
    measured_ = [a for a in found if a.role == role and not a.by_hand]
    own = [panel for panel in panels if panel.role == role and panel.file != batch.record_source]
    inside = [(p, c) for p in panels if p.role in _OF_VESICLES for c in p.panel.controls if kind and c.kind == kind]
    proof = proof_of(measured_) + tuple(at(p.file, p.panel.where) for p in (*own, *(p for p, _ in inside)))
    names = (*(a.sample for a in measured_), *(p.sample for p in own), *(control.name for _, control in inside))
    return listed(names, proof=proof)


def _stated(batch: Batch, found: Sequence[Acquisition], statement: str, keys: Sequence[str]) -> Fact:
    """What the record states, or else what the files of vesicles do."""
    assert batch.record is not None
    if text := batch.record.statements.get(statement):
        return known(text, proof=in_record(batch, f"statements.{statement}"))
    own = [a for a in found if a.role in _OF_VESICLES and any(a.settings.get(key) is not None for key in keys)]
    texts = (f"{_spoken(key)} {a.settings[key]}" for a in own for key in keys if a.settings.get(key) is not None)
    return known("; ".join(dict.fromkeys(texts)), proof=proof_of(own))


def _spoken(key: str) -> str:
    return key.replace("_nL", " in nL").replace("_", " ")


def _diameter(batch: Batch, product: str) -> Fact:
    """By what the diameter of single vesicles is known: a nano-flow distribution, or what the record states."""
    runs = [r for r in batch.runs if r.sample == product and r.distribution.technique == NANO_FLOW]
    if any(r.distribution.statistics.standard.d50_nm is not None for r in runs):
        return known("size distribution", proof=tuple(at(r.file, r.distribution.where) for r in runs))
    stated = batch.record.statements.get("flow_diameter", "") if batch.record is not None else ""
    return known(stated, proof=in_record(batch, "statements.flow_diameter"))


def _concentrations(own: Sequence[Acquisition]) -> Fact:
    """Gates of which the file states, or allows to compute, events per millilitre."""
    names = (gate for a in own for gate in a.amounts()[0][1])
    return listed(names, proof=proof_of(own))


def _brightness(batch: Batch, found: Sequence[Acquisition], product: str) -> Fact:
    """Channels and markers of which a signal is reported."""
    own = [a for a in found if a.sample == product and a.medians]
    panels = [p for p in batch.panels if p.sample == product and is_flow(p.panel.technique)]
    names = [name for a in own for name in a.medians]
    names += [m.name for p in panels for m in p.panel.markers if m.signal is not None]
    return listed(names, proof=proof_of(own) + tuple(at(p.file, p.panel.where) for p in panels))


def _cytometer(own: Sequence[Acquisition]) -> Fact:
    """The cytometer, by the name that thresholds go by where there are any."""
    names = {str(a.settings["cytometer"]) for a in own if a.settings.get("cytometer")}
    spelled = {next((name for name, way in _KNOWN_CYTOMETERS if way.search(text)), text) for text in names}
    if len(spelled) != 1:
        why = "the files do not name the cytometer" if not spelled else f"several: {', '.join(sorted(spelled))}"
        return missing(why if own else _NONE_OF_PRODUCT, proof=proof_of(own))
    return known(spelled.pop(), proof=proof_of(own))


def _fewest(own: Sequence[Acquisition]) -> Fact:
    """Events of the file that has fewest, in its widest gate."""
    filed = [a for a in own if a.events and not a.by_hand]
    counted = [(a.events[gate], gate, a) for a in filed for gate in [widest(list(a.events))]]
    if not counted:
        return missing("no file of the product states a number of events" if own else _NONE_OF_PRODUCT, unit="1")
    events, gate, of = min(counted, key=lambda each: each[0])
    remark = f"{gate}, {of.file.name}; Poisson CV {100 / events**0.5:.1f} %" if events else f"{gate}, {of.file.name}"
    return measured(events, "1", "", proof=proof_of([of]), remark=remark)


def _not_counted(own: Sequence[Acquisition]) -> Fact:
    """Events aborted or lost in per cent of all that reached the cytometer, of the worst acquisition."""
    stated = (a for a in own if ALL_EVENTS in a.events)
    both = [(a, a.not_counted, a.events[ALL_EVENTS]) for a in stated if a.not_counted is not None]
    shares = [(100 * lost / (lost + counted), a) for a, lost, counted in both if lost + counted > 0]
    if not shares:
        why = "no file of the product states both all its events and those aborted or lost" if own else _NONE_OF_PRODUCT
        return missing(why, unit="%", proof=proof_of(own))
    share, of = max(shares, key=lambda each: each[0])
    return measured(share, "%", "", proof=proof_of([of]), remark=of.file.name)


def _rate(own: Sequence[Acquisition], *, fastest: bool) -> Fact:
    """Events per minute of the fastest or slowest acquisition."""
    rates = [(60 * a.events[ALL_EVENTS] / a.seconds, a) for a in own if a.seconds and ALL_EVENTS in a.events]
    if not rates:
        why = "no file of the product states all events with begin and end" if own else _NONE_OF_PRODUCT
        return missing(why, unit="1", proof=proof_of(own))
    rate, of = (max if fastest else min)(rates, key=lambda each: each[0])
    return measured(rate, "1", "", proof=proof_of([of]), remark=of.file.name)


def _saturated(own: Sequence[Acquisition]) -> Fact:
    """Per cent of the events at the top of a channel's range, of the worst channel."""
    shares = [(share, channel, a) for a in own for channel, share in a.saturated.items()]
    if not shares:
        why = "no file of the product holds events with the range of their channels" if own else _NONE_OF_PRODUCT
        return missing(why, unit="%", proof=proof_of(own))
    share, channel, of = max(shares, key=lambda each: each[0])
    return measured(share, "%", "", proof=proof_of([of]), remark=f"{channel}, {of.file.name}")
