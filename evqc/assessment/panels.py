"""Facts of the product's markers: a marker counts by its call against its control, not by standing in a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from evqc.assessment.ev_metric import family
from evqc.assessment.facts import Facts, Proof, at, known, listed, missing, unstated
from evqc.assessment.other_cells import not_counted, of_other_cells
from evqc.assessment.panel_summary import one_answer, summary_of, with_contradictions
from evqc.isolation.concentrations import values_of
from evqc.markers.summary import Found, PanelSummary, summarise
from evqc.markers.vocabulary import sets
from evqc.measurement import Call
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.assembled import Batch, Panel
    from evqc.criteria.findings import Fact

_NO_PANEL = "no marker panel of the product"
#: Co-isolated proteins that a lab measures as quantities, by their name in the marker vocabulary.
_AS_QUANTITIES = {
    "albumin_concentration": "Albumin",
    "apolipoprotein_a1_concentration": "ApoA-I",
    "apolipoprotein_b_concentration": "ApoB-100",
}
_TO_WRITE = "the HGNC symbol or the UniProt accession of each of them in place of the name"
_SETS = ("msc-positive", "msc-negative")
#: Starting materials without source cells at hand, of which the material itself is what the product is compared with.
BODY_FLUIDS = ("plasma", "serum", "urine", "other biofluid")


def facts_of_panels(batch: Batch, product: str) -> Facts:
    """What all panels of a product show together, by MISEV category, by marker and by control.

    Indeterminate and invalid markers are undecided: they neither count nor count against. Markers that no panel lists
    are not tested.
    """
    panels = [panel for panel in batch.panels if panel.sample == product]
    lysates = [panel for panel in batch.panels if panel.role == "lysate"]
    coisolated = _coisolated(batch, product)
    if not panels:
        return _without_panel(batch, product, coisolated)
    summary = summary_of(batch, product)
    open_ones = _without_lysate(summary, summary.category("4").negative, panels, lysates)
    on_blots = [name for name in summary.shown_in_lysate if _negative_by(name, panels) == {"blot"}]
    unshown = _without_lysate(summary, on_blots, panels, lysates)
    proof = tuple(at(panel.file, panel.panel.where) for panel in panels)
    facts = {
        **_by_category(batch, summary, proof),
        **_purity_controls(batch, _group(summary, "3"), coisolated, proof),
        "other_compartments_assessed": _compartments(summary, open_ones, proof),
        "negative_without_lysate": _uninterpreted(open_ones, proof),
        "lysate_controls": listed(_lysates(batch, panels, lysates), proof=proof),
        "isotypes_brighter_than_markers": listed(_invalid(panels), proof=proof),
        "ambiguous_markers": listed(summary.ambiguous, proof=proof),
        "unknown_markers": unstated((f"'{name}'" for name in summary.unknown), _TO_WRITE, proof=proof),
    }
    settled = {name: with_contradictions(fact, summary) for name, fact in facts.items()}
    return settled | _by_marker(summary, panels, proof) | _unshown(summary, unshown, proof)


def _by_category(batch: Batch, summary: PanelSummary, proof: Proof) -> Facts:
    return {
        "ev_markers_positive": _of_vesicles(batch, _group(summary, "1", "2"), proof),
        "transmembrane_positive": _of_vesicles(batch, _group(summary, "1"), proof),
        "cytosolic_positive": _positive(_group(summary, "2"), proof),
        "cytosolic_specific_positive": _positive(_group(summary, "2a"), proof),
        "secreted_assessed": _assessed(_group(summary, "5"), (), proof),
        "compartment_markers_negative": _negative(_group(summary, "4"), proof),
    }


def _without_panel(batch: Batch, product: str, coisolated: Sequence[str]) -> Facts:
    names = ("ev_markers_positive", "transmembrane_positive", "cytosolic_positive", "cytosolic_specific_positive",
             "other_compartments_assessed", "secreted_assessed", "compartment_markers_negative",
             "negative_without_lysate", "lysate_controls", "isotypes_brighter_than_markers",
             "ambiguous_markers", "unknown_markers")  # fmt: skip
    summary = summarise()
    proof = _quantity_proof(batch, product)
    controls = _purity_controls(batch, _group(summary, "3"), coisolated, proof) if coisolated else {}
    absent = {name: missing(_NO_PANEL) for name in names}
    open_controls = {name: missing(_NO_PANEL) for name in ("purity_controls_assessed", "purity_controls_fitting")}
    return {**absent, **_with_needs(batch, open_controls), **controls, **_by_marker(summary, (), ())}


@dataclass(frozen=True)
class _Group:
    """Markers of some categories, and the names beside them that may be of these categories and that nobody knows."""

    known: Found
    unknown: Found


def _group(summary: PanelSummary, *categories: str) -> _Group:
    return _Group(summary.category(*categories), summary.of_unknown_category(*categories))


def _of_vesicles(batch: Batch, of: _Group, proof: Proof) -> Fact:
    """Positive EV proteins but those of cells that the vesicles are not of, which the remark names."""
    foreign = of_other_cells(batch, (*of.known.positive, *of.known.undecided))
    own = _Group(of.known.without(foreign), of.unknown)
    found = {name: why for name, why in foreign.items() if name in of.known.positive}
    return replace(_positive(own, proof), remark=not_counted(found))


def _positive(of: _Group, proof: Proof) -> Fact:
    undecided = (*of.known.undecided, *of.unknown.positive, *of.unknown.undecided)
    return listed(of.known.positive, undecided=undecided, proof=proof)


def _negative(of: _Group, proof: Proof) -> Fact:
    undecided = (*of.known.undecided, *of.unknown.negative, *of.unknown.undecided)
    return listed(of.known.negative, undecided=undecided, proof=proof)


def _assessed(of: _Group, more: Iterable[str], proof: Proof) -> Fact:
    """Markers with an answer, positive or negative; those found positive are named, since an answer is no good news."""
    undecided = (*of.known.undecided, *of.unknown.assessed, *of.unknown.undecided)
    fact = listed((*of.known.assessed, *more), undecided=undecided, proof=proof)
    return replace(fact, remark=_said_positive(of.known.positive))


def _said_positive(names: Sequence[str]) -> str:
    return f"found positive: {', '.join(names)}" if names else ""


def _compartments(summary: PanelSummary, open_ones: Sequence[str], proof: Proof) -> Fact:
    """Proteins of other compartments with an answer; a negative one that no lysate shows has none yet."""
    found, unknown = summary.category("4"), summary.of_unknown_category("4")
    decided = [name for name in found.assessed if name not in open_ones]
    undecided = (*found.undecided, *open_ones, *unknown.assessed, *unknown.undecided)
    fact = listed(decided, undecided=undecided, proof=proof)
    fact = replace(fact, remark=_said_positive(found.positive))
    need = f"{_lysate_beside(open_ones)}, or a protein of category 4 that it shows"
    return replace(fact, needed=need) if open_ones else fact


def _uninterpreted(open_ones: Sequence[str], proof: Proof) -> Fact:
    return replace(listed(open_ones, proof=proof), needed=_lysate_beside(open_ones) if open_ones else "")


def _lysate_beside(markers: Sequence[str]) -> str:
    return f"the source-cell lysate beside {' and '.join(markers)} on the same blot or in the same run"


def _purity_controls(batch: Batch, of: _Group, coisolated: Sequence[str], proof: Proof) -> Facts:
    assessed = _assessed(of, coisolated, proof)
    assert isinstance(assessed.value, tuple)
    matrix = batch.record.source.matrix if batch.record is not None else None
    if matrix is None:
        fitting = missing("the record does not say what the vesicles were isolated from")
    else:
        fits = purity_controls().get(matrix)
        chosen = [name for name in assessed.value if fits is None or name in fits]
        undecided = [
            name for name in assessed.undecided if fits is None or name in fits or name not in of.known.undecided
        ]
        fitting = listed(chosen, undecided=undecided, proof=proof)
        fitting = replace(fitting, remark=_said_positive([name for name in of.known.positive if name in chosen]))
    return _with_needs(batch, {"purity_controls_assessed": assessed, "purity_controls_fitting": fitting})


def _with_needs(batch: Batch, facts: Facts) -> Facts:
    """The facts of co-isolated proteins, with the proteins that this starting material calls for."""
    matrix = batch.record.source.matrix if batch.record is not None else None
    fits = purity_controls().get(matrix or "")
    if fits is None:
        return facts
    need = f"{', '.join(fits[:-1])} or {fits[-1]} in the panel of the product, since the starting material is {matrix}"
    said = f"{', '.join(fits[:-1])} or {fits[-1]} would tell something of {matrix}"
    return {name: replace(f, needed=need, remark=said if f.value == () else f.remark) for name, f in facts.items()}


@cache
def purity_controls() -> dict[str, tuple[str, ...]]:
    """Co-isolated proteins that fit, by starting material: the sets of the marker vocabulary that name a matrix."""
    return {one.matrix: one.members for one in sets() if one.matrix}


def _coisolated(batch: Batch, product: str) -> tuple[str, ...]:
    """Co-isolated proteins measured as quantities; below range is a result."""
    return tuple(_AS_QUANTITIES[v.quantity.measurand] for v in values_of(batch, product, tuple(_AS_QUANTITIES)))


def _quantity_proof(batch: Batch, product: str) -> Proof:
    return tuple(at(v.file, v.quantity.where) for v in values_of(batch, product, tuple(_AS_QUANTITIES)))


def _without_lysate(
    summary: PanelSummary, negatives: Iterable[str], panels: Sequence[Panel], lysates: Sequence[Panel]
) -> list[str]:
    """Of negative markers those that no lysate shows: in a lane beside, or in a panel of its own.

    A panel of the lysate counts for what was found negative by the same kind of method, since it is another antibody.
    """
    open_ones = [name for name in negatives if summary.shown_in_lysate.get(name) is not True]
    if not open_ones or not lysates:
        return open_ones
    shown: dict[str, set[str]] = {}
    for lysate in lysates:
        positive = (n for found in summarise(lysate.panel).categories for n in found.positive)
        shown.setdefault(family(lysate.panel.technique), set()).update(positive)
    return [name for name in open_ones if not any(name in shown.get(f, ()) for f in _negative_by(name, panels))]


def _negative_by(marker: str, panels: Sequence[Panel]) -> set[str]:
    """Kinds of method by which a marker was found negative."""
    return {family(p.panel.technique) for p in panels for m in p.panel.markers
            if m.name == marker and m.call is Call.NEGATIVE}  # fmt: skip


def _lysates(batch: Batch, panels: Sequence[Panel], lysates: Sequence[Panel]) -> list[str]:
    """Source-cell lysates beside the product; of a body fluid also the fluid itself, which the first step took in."""
    beside = [control.name for panel in panels for control in panel.panel.controls if control.kind == "lysate"]
    steps = batch.record.isolation if batch.record is not None else ()
    made = {step.sample_out for step in steps}
    fluid = batch.record is not None and batch.record.source.matrix in BODY_FLUIDS
    first = [panel.sample for panel in batch.panels if panel.role == "step sample" and panel.sample not in made]
    return [*beside, *(panel.sample for panel in lysates), *(first if fluid else ())]


def _invalid(panels: Sequence[Panel]) -> list[str]:
    return [marker.name for panel in panels for marker in panel.panel.markers if marker.call is Call.INVALID]


def _by_marker(summary: PanelSummary, panels: Sequence[Panel], proof: Proof) -> Facts:
    """One fact a marker: positive, negative, or missing with the reason."""
    facts: Facts = {}
    groups = (*(summary.of_set(name) for name in _SETS), *summary.categories)
    for found in groups:
        for name in found.not_tested:
            facts.setdefault(f"marker.{name}", missing("not tested"))
        for call in (Call.INDETERMINATE, Call.INVALID):
            for name in getattr(found, call.value):
                facts[f"marker.{name}"] = missing(f"{call}, because {_why(name, call, panels)}", proof=proof)
        for call in (Call.POSITIVE, Call.NEGATIVE):
            for name in getattr(found, call.value):
                facts[f"marker.{name}"] = known(call.value, proof=proof, remark=_why(name, call, panels))
    for name in summary.disagreeing:
        fact = missing("one row calls it positive and another negative", proof=proof)
        facts[f"marker.{name}"] = replace(fact, needed=one_answer([name]))
    return facts


def _unshown(summary: PanelSummary, names: Sequence[str], proof: Proof) -> Facts:
    """Markers that only blots call negative and no lysate shows: nobody knows whether their antibodies work.

    Source:
        MISEV2023-MRK-02, ``[lit-H]``: a negative needs a control that could have shown the protein. The lysate is of
        cells that hold it, which the source cells do not for a marker of other cells.
    """
    facts: Facts = {}
    for found in summary.categories:
        alike = [name for name in found.negative if name in names]
        need = f"a lysate that holds {', '.join(alike)} beside the product on the same blot"
        for name in alike:
            dark = summary.shown_in_lysate.get(name) is False
            why = "the lysate does not show it either" if dark else "no lysate shows that the antibody works"
            fact = missing(f"called negative on a blot, and {why}", proof=proof)
            facts[f"marker.{name}"] = replace(fact, needed=need)
    return facts


def _why(name: str, call: Call, panels: Sequence[Panel]) -> str:
    """The control or limit that decided on a marker, as its panel says it."""
    markers = (marker for panel in panels for marker in panel.panel.markers)
    return next((m.why.rstrip(".") for m in markers if m.name == name and m.call is call), "")
