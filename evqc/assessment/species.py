"""Facts of the species: whether every marker of a panel exists in the animal that the vesicles come from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, at, listed, missing
from evqc.markers.vocabulary import resolve

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Fact
    from evqc.markers.vocabulary import Marker


def facts_of_species(batch: Batch, product: str) -> Facts:
    """Markers in the panels of a product for which its species has no gene.

    Args:
        batch: with a record.
        product: name of the sample.
    """
    return {"markers_foreign_to_species": _foreign(batch, product)}


def _foreign(batch: Batch, product: str) -> Fact:
    panels = [panel for panel in batch.panels if panel.sample == product]
    species = batch.record.source.species if batch.record is not None else None
    if not panels:
        return missing("no marker panel of the product")
    if species is None:
        return missing("the record does not state the species")
    if species not in {"human", "mouse", "rat"}:
        return missing(f"which markers exist in {species} is not known to evqc")
    found = (resolve(marker.name) for panel in panels for marker in panel.panel.markers)
    names = (marker.name for marker in found if marker is not None and _lacks(marker, species))
    return listed(names, proof=tuple(at(panel.file, panel.panel.where) for panel in panels))


def _lacks(marker: Marker, species: str) -> bool:
    """Whether a marker with a human gene has no counterpart that is known in the species."""
    symbol = {"mouse": marker.mouse, "rat": marker.rat}.get(species, marker.symbol)
    return marker.symbol is not None and symbol is None
