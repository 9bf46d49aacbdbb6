"""Facts of methods that do not see single vesicles, so that nobody takes them for methods that do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, at, listed, of_run
from evqc.isolation.of_batch import values_of

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch

#: Dynamic light scattering, which sees the light of all particles together, and what it measures.
_ENSEMBLE = "DLS"
_OF_DLS = ("z_average_diameter", "polydispersity_index", "derived_count_rate")


def facts_of_single_vesicles(batch: Batch, product: str) -> Facts:
    """Ensemble methods by which a product was sized.

    Source: STANDARDS MISEV-SGL-02 [design]: scattering of the whole sample is no single-vesicle method.
    """
    runs = [run for run in batch.runs if run.sample == product and run.distribution.technique == _ENSEMBLE]
    values = values_of(batch, product, _OF_DLS)
    proof = of_run(*runs) + tuple(at(value.file, value.quantity.where) for value in values)
    return {"ensemble_methods": listed([_ENSEMBLE] if runs or values else [], proof=proof)}
