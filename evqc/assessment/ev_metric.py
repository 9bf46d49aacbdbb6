"""Facts of EV-METRIC: what the record and the exports of a product report, component by component."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, Proof, at, in_record, listed, missing, of_run, unstated
from evqc.assessment.other_cells import not_counted, of_other_cells
from evqc.assessment.panel_summary import summary_of, with_contradictions
from evqc.criteria.words import number as shown
from evqc.isolation.concentrations import particle_concentration, usable_runs, values_of
from evqc.markers.presence import shows_presence_only
from evqc.markers.vocabulary import resolve
from evqc.measurands import shown as unit_shown
from evqc.measurement import Call
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.batch.assembled import Batch, Panel
    from evqc.batch.measuring import Antibody
    from evqc.batch.model import BatchRecord
    from evqc.criteria.findings import Fact
    from evqc.measurement import Quantity

BLOT = "western blot"
GRADIENT = "density gradient ultracentrifugation"
#: Separations in an ultracentrifuge, and what EV-METRIC asks of each.
ULTRACENTRIFUGATION = ("differential ultracentrifugation", GRADIENT, "density cushion ultracentrifugation")
_SPECIFICS = {"g_force": "g-force", "time_min": "duration", "rotor": "rotor"}
DENSITY = "density_measured_g_per_ml"
_BUOYANT = "buoyant_density"
_NUMBERS = ("particle_concentration", "particle_count")
_COISOLATED = {
    "albumin_concentration": "Albumin",
    "apolipoprotein_a1_concentration": "ApoA-I",
    "apolipoprotein_b_concentration": "ApoB-100",
}
#: Techniques as people write them, by the family whose antibodies serve them.
_FAMILIES = (
    ("blot", re.compile(r"blot|\bwb\b|\bwes\b", re.IGNORECASE)),
    ("flow cytometry", re.compile(r"flow|cytometr|facs|macsplex|bead", re.IGNORECASE)),
    ("immunoassay", re.compile(r"elisa|immunoassay|luminex|\bmsd\b|simoa", re.IGNORECASE)),
    ("interferometry", re.compile(r"sp-?iris|exoview|interferometr|leprechaun", re.IGNORECASE)),
)
_TO_STATE_OF_SPINS = "g_force, time_min and rotor of every ultracentrifugation among the isolation steps of the record"
_TO_STATE_OF_ANTIBODIES = (
    "an entry for each of them, or one for the kit, among the antibodies of the record, with clone or catalogue_number "
    "and with dilution"
)
#: An entry for a whole kit stands for each of its antibodies.
_KIT = re.compile(r"\bkit\b|\bpanel\b", re.IGNORECASE)


def facts_of_ev_metric(batch: Batch, product: str) -> Facts:
    """What the nine components of EV-METRIC ask of a product.

    It is a measure of reporting: what a record does not report is not reported, so that lists are empty and not
    missing. Only where the isolation is not recorded nothing says whether an ultracentrifuge was used.

    Args:
        batch: with a record.
        product: name of a sample whose role is ``product``.
    """
    assert batch.record is not None
    panels = [panel for panel in batch.panels if panel.sample == product]
    return {
        "particles_pictured": _pictured(batch, product),
        "particle_numbers": _counted(batch, product),
        "electron_microscopy_both_views": _electron_microscopy(batch, product),
        **_separation(batch, batch.record, product),
        **_proteins(batch, panels, product),
        **_antibodies(batch, batch.record, panels),
        "blots": _blots(batch, panels, product),
    }


def family(technique: str) -> str:
    """The family of a technique as written, such as ``blot`` for ``Western Blot`` or ``WB``; else as written."""
    return next((name for name, way in _FAMILIES if way.search(technique)), technique.casefold())


def lacking_specifics(record: BatchRecord) -> tuple[str, ...]:
    """What the ultracentrifugation steps lack of g-force, duration and rotor, each with its step."""
    return tuple(
        f"step {number}, {step.method}: {name}"
        for number, step in enumerate(record.isolation, start=1)
        if step.method in ULTRACENTRIFUGATION
        for key, name in _SPECIFICS.items()
        if key not in step.parameters
    )


def densities(batch: Batch, product: str) -> tuple[str, ...]:
    """Buoyant densities in words: those measured in gradient steps, and the product's results."""
    assert batch.record is not None
    stated = (step.parameters[DENSITY] for step in batch.record.isolation if DENSITY in step.parameters)
    found = [f"{value:g} g/mL" if isinstance(value, float) else f"{value} g/mL" for value in stated]
    return (*found, *(_in_words(value.quantity) for value in values_of(batch, product, (_BUOYANT,))))


def lacking_of(antibody: Antibody) -> tuple[str, ...]:
    """What EV-METRIC misses of an antibody: clone or catalogue number, and dilution."""
    named = antibody.clone or antibody.catalogue_number
    return (*(() if named else ("clone or catalogue number",)), *(() if antibody.dilution else ("dilution",)))


def _in_words(of: Quantity) -> str:
    if of.value is not None:
        return f"{shown(of.value)} {unit_shown(of.unit)}"
    return f"{of.state} {shown(of.bound)} {unit_shown(of.unit)}" if of.bound is not None else str(of.state)


def _pictured(batch: Batch, product: str) -> Fact:
    """Methods by which particles were imaged."""
    images = [image for image in batch.images if image.sample == product and image.method != BLOT]
    return listed((image.method for image in images), proof=tuple(at(image.file) for image in images))


def _counted(batch: Batch, product: str) -> Fact:
    """Numbers of particles of the undiluted product; runs of unknown dilution and bounds give none."""
    values = [v for v in values_of(batch, product, _NUMBERS) if v.quantity.value is not None]
    runs = usable_runs(batch, product)
    mean = particle_concentration(batch, product) if runs else None
    counted = [] if mean is None or mean.value is None else [f"{shown(mean.value)} {unit_shown(mean.unit)}"]
    return listed(
        (*counted, *(_in_words(v.quantity) for v in values)),
        proof=of_run(*runs) + tuple(at(v.file, v.quantity.where) for v in values),
    )


def _electron_microscopy(batch: Batch, product: str) -> Fact:
    """Kinds of electron microscopy with wide-field and close-up; undecided where a view is not stated."""
    images = [image for image in batch.images if image.sample == product and "electron" in image.method]
    views: dict[str, set[str | None]] = {}
    for image in images:
        views.setdefault(image.method, set()).add(image.view)
    both = [method for method, seen in views.items() if {"wide-field", "close-up"} <= seen]
    unsaid = [method for method, seen in views.items() if None in seen]
    return listed(both, undecided=unsaid, proof=tuple(at(image.file) for image in images))


def _separation(batch: Batch, record: BatchRecord, product: str) -> Facts:
    proof = in_record(batch, "isolation")
    gradients = [step.method for step in record.isolation if step.method == GRADIENT]
    stated = record.statements.get("gradient_validation")
    spun = [step.method for step in record.isolation if step.method in ULTRACENTRIFUGATION]
    return {
        "density_gradients": listed((*gradients, *([f"validation: {stated}"] if stated else [])), proof=proof),
        "buoyant_densities": listed(densities(batch, product), proof=proof),
        "ultracentrifugation_steps": listed(spun, proof=proof)
        if record.isolation
        else missing("the record names no isolation step", proof=proof),
        "ultracentrifugation_not_specified": unstated(lacking_specifics(record), _TO_STATE_OF_SPINS, proof=proof),
    }


def _proteins(batch: Batch, panels: Sequence[Panel], product: str) -> Facts:
    """Proteins with an answer, positive or negative.

    What is indeterminate or invalid is undecided, and so is a name that nobody knows. Markers of cells that the
    vesicles are not of are among neither: they are controls of the source.
    """
    summary = summary_of(batch, product)
    enriched, others = summary.category("1", "2a"), summary.category("3", "4")
    unknown = (summary.of_unknown_category("1", "2a"), summary.of_unknown_category("3", "4"))
    open_enriched, open_others = ((*names.assessed, *names.undecided) for names in unknown)
    foreign = of_other_cells(batch, (*enriched.assessed, *enriched.undecided))
    own = enriched.without(foreign)
    values = values_of(batch, product, tuple(_COISOLATED))
    coisolated = (_COISOLATED[v.quantity.measurand] for v in values)
    proof = _of_panels(panels) + tuple(at(v.file, v.quantity.where) for v in values)
    analysed = listed(own.assessed, undecided=(*own.undecided, *open_enriched), proof=proof)
    beside = listed((*others.assessed, *coisolated), undecided=(*others.undecided, *open_others), proof=proof)
    return {
        "enriched_proteins_analysed": with_contradictions(replace(analysed, remark=not_counted(foreign)), summary),
        "other_proteins_analysed": with_contradictions(beside, summary),
    }


def _of_panels(panels: Iterable[Panel]) -> Proof:
    return tuple(at(panel.file, panel.panel.where) for panel in panels)


def _antibodies(batch: Batch, record: BatchRecord, panels: Sequence[Panel]) -> Facts:
    """Techniques that rest on antibodies, and what is not stated of the antibodies behind them."""
    used = [panel for panel in panels if not shows_presence_only(panel.panel.technique)]
    lacking = dict.fromkeys(text for panel in used for text in _not_specified(record.antibodies, panel))
    proof = in_record(batch, "antibodies")
    return {
        "antibody_techniques": listed((panel.panel.technique for panel in used), proof=_of_panels(used)),
        "antibodies_not_specified": unstated(lacking, _TO_STATE_OF_ANTIBODIES, proof=proof),
    }


def _not_specified(antibodies: Sequence[Antibody], panel: Panel) -> Iterator[str]:
    """Markers of a panel without an antibody, and its antibodies that lack something."""
    technique = panel.panel.technique
    families = {each: family(each) for each in {technique, *(antibody.technique for antibody in antibodies)}}
    serving = [antibody for antibody in antibodies if families[antibody.technique] == families[technique]]
    kit = any(_KIT.search(antibody.marker) for antibody in serving)
    named = {_canonical(antibody.marker) for antibody in serving}
    tested = [marker.name for marker in panel.panel.markers if marker.call is not Call.NOT_TESTED]
    if unnamed := [name for name in tested if not kit and _canonical(name) not in named]:
        yield f"no antibody for {', '.join(dict.fromkeys(unnamed))} ({technique})"
    for antibody in serving:
        if lacking := lacking_of(antibody):
            yield f"{antibody.marker} ({technique}): {' and '.join(lacking)}"


def _canonical(name: str) -> str:
    found = resolve(name)
    return found.name if found is not None else name.casefold()


def _blots(batch: Batch, panels: Sequence[Panel], product: str) -> Fact:
    """Western blots of the product: panels and images."""
    of_panels = [panel for panel in panels if family(panel.panel.technique) == "blot"]
    images = [image for image in batch.images if image.sample == product and image.method == BLOT]
    names = (*(panel.panel.technique for panel in of_panels), *(image.method for image in images))
    return listed(names, proof=_of_panels(of_panels) + tuple(at(image.file) for image in images))
