"""Facts of the parent cells as mesenchymal stromal cells: markers, growth, differentiation and named tissue."""

from __future__ import annotations

import re
from math import inf, isfinite
from typing import TYPE_CHECKING, get_args

from evqc.assessment.facts import Facts, at, in_record, known, listed, missing, of_quantity
from evqc.assessment.other_cells import holds_platelet_lysate
from evqc.batch.vocabulary import Role
from evqc.criteria.findings import Fact
from evqc.markers.vocabulary import resolve
from evqc.measurement import State
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from evqc.batch.assembled import Batch, Value
    from evqc.batch.model import BatchRecord, SourceMaterial
    from evqc.measurement import Quantity

#: Parent-cell markers of ISCT 2006: name of the fact, members by vocabulary, and which of several shares counts.
_PARENT = (
    ("CD105", ("CD105",), min),
    ("CD73", ("CD73",), min),
    ("CD90", ("CD90",), min),
    ("CD45", ("CD45",), max),
    ("CD34", ("CD34",), max),
    ("CD14 or CD11b", ("CD14", "CD11b"), max),
    ("CD79a or CD19", ("CD79a", "CD19"), max),
    ("HLA-DR", ("HLA-DRDPDQ",), max),
)
_LINEAGES = {
    "osteogenic": "osteogenic_differentiation",
    "adipogenic": "adipogenic_differentiation",
    "chondrogenic": "chondrogenic_differentiation",
}
_INTERFERON = re.compile(r"interferon|\bIFN", re.IGNORECASE)
#: Roles of samples whose cells, if any, are not those that the vesicles come from.
_OTHER_CELLS = frozenset(get_args(Role)) - {"product", "step sample", "lysate"}
#: A tissue before MSC or SC, as ISCT 2019 names them: BM-MSC, AT-MSC, UC-MSC, WJ-MSC, and what people make of it.
_PREFIXED = re.compile(r"\b(hu?)?(BM|AD|AT|UC|UCB|CB|WJ|DP|PL|AM|Men|G|P|A|ES|iPSC|i)[- ]?(MSC|SC)s?\b")


def facts_of_cells(batch: Batch, record: BatchRecord) -> Facts:
    """What is known of the parent cells; a marker or test that nobody reports is missing, not negative."""
    shares = _shares(batch) if record.source.species in {None, "human"} else _of_another_species(record.source)
    shares["parent_cells.HLA-DR"] = _with_caveat(shares["parent_cells.HLA-DR"], record.source)
    return shares | {
        "plastic_adherent": _adherent(batch, record),
        "differentiation_shown": _differentiation(batch, record),
        "tissue_of_msc": _tissue(batch, record.source),
    }


def _shares(batch: Batch) -> Facts:
    facts: Facts = {}
    own = (v for v in batch.values if v.role not in _OTHER_CELLS)
    shares = [(v, marker) for v in own if (marker := _share_of(v)) is not None]
    for name, members, decisive in _PARENT:
        facts[f"parent_cells.{name}"] = _worst([v for v, marker in shares if marker in members], decisive)
    return facts


def _of_another_species(source: SourceMaterial) -> Facts:
    """Missing, for ISCT 2006 says which markers human cells carry and lack, and nothing of other animals' cells."""
    why = f"ISCT 2006 is of human cells, and these are of the species {source.species}"
    return {f"parent_cells.{name}": missing(why, unit="%") for name, *_ in _PARENT}


def _worst(found: Sequence[Value], decisive: Callable[[Iterable[float]], float]) -> Fact:
    """The lowest or highest of several shares; where one lies beyond its range, what that leaves possible.

    Args:
        found: the shares, in per cent.
        decisive: which of several counts: ``min`` or ``max``.
    """
    if not found:
        return missing("not tested", unit="%")
    ends = [_ends(v.quantity) for v in found]
    low, high = (decisive(side) for side in zip(*ends, strict=True))
    chosen = next((v for v, possible in zip(found, ends, strict=True) if possible == (low, high)), None)
    if chosen is not None:
        return of_quantity(chosen.quantity, proof=(at(chosen.file, chosen.quantity.where),))
    proof = tuple(at(v.file, v.quantity.where) for v in found)
    above, below = (end if isfinite(end) else None for end in (low, high))
    return Fact(value=None, unit="%", above=above, below=below, evidence=proof)


def _ends(of: Quantity) -> tuple[float, float]:
    """The lowest and the highest that a share can be, in per cent; infinite where its range is not stated."""
    if of.value is not None:
        return of.value, of.value
    below = of.state is State.BELOW_RANGE
    low = of.bound if of.bound is not None and not below else -inf
    return low, of.bound if of.bound is not None and below else inf


def _share_of(value: Value) -> str | None:
    """The marker that a share of cells is positive for; None for what is no such share."""
    of = value.quantity
    if of.measurand != "marker_positive_cells" or of.state is State.MISSING or value.marker is None:
        return None
    marker = resolve(value.marker)
    return marker.name if marker is not None else value.marker


def _with_caveat(fact: Fact, source: SourceMaterial) -> Fact:
    """What induces HLA-DR on stromal cells without making other cells of them, where the record states it.

    Source:
        Known from the literature, ``[lit-H]``: interferon gamma and platelet lysate induce HLA-DR.
    """
    said = ["with platelet lysate"] if holds_platelet_lysate(source) else []
    said += [f"under '{source.condition}'"] if _INTERFERON.search(source.condition or "") else []
    if not said or (fact.value is None and fact.above is None and fact.below is None):
        return fact
    return replace(fact, remark=f"the cells grew {' and '.join(said)}, which can induce it")


def _adherent(batch: Batch, record: BatchRecord) -> Fact:
    said = record.statements.get("growth_surface")
    if said is None:
        return missing("the record does not state how the cells grow")
    return known(said == "plastic-adherent", proof=in_record(batch, "statements.growth_surface"), remark=said)


def _differentiation(batch: Batch, record: BatchRecord) -> Fact:
    """Lineages into which the cells were shown to differentiate; those that nobody states are undecided."""
    stated = {lineage: record.statements.get(key) for lineage, key in _LINEAGES.items()}
    shown = [lineage for lineage, said in stated.items() if said == "shown"]
    unsaid = [lineage for lineage, said in stated.items() if said is None]
    if len(unsaid) == len(stated):
        return missing("the record states no test of differentiation")
    return listed(shown, undecided=unsaid, proof=in_record(batch, "statements"))


def _tissue(batch: Batch, source: SourceMaterial) -> Fact:
    """The tissue that the cells are named after, by the record's tissue or by a prefix such as UC-MSC."""
    if source.tissue is not None:
        return known(source.tissue, proof=in_record(batch, "source.tissue"))
    named = _PREFIXED.search(source.cell_type or "")
    return known(named[0] if named else "", proof=in_record(batch, "source"))
