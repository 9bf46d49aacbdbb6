"""Facts of methods that measure single vesicles, and of those that do not, so that nobody takes one for the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, at, listed, of_run, unreadable
from evqc.assessment.flow_data import SINGLE
from evqc.isolation.concentrations import COUNTING, is_usable, values_of
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.assessment.flow_data import Acquisition
    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Fact

#: Dynamic light scattering, which sees the light of all particles together, and what it measures.
_ENSEMBLE = "DLS"
_OF_DLS = ("z_average_diameter", "polydispersity_index", "derived_count_rate")
#: Techniques that measure many single particles; the chip (SP-IRIS) counts those that it captured, not how many per mL.
_SINGLE = (*COUNTING, "SP-IRIS")
_FLOW = "flow cytometry"
_SAY_WHAT_IT_IS = "'what an event of the cytometer is' (Flow cytometry) among the statements of the batch record"


def facts_of_single_vesicles(batch: Batch, product: str, flow: Sequence[Acquisition] = ()) -> Facts:
    """Methods by which single vesicles of a product were measured, and ensemble methods by which it was sized.

    Args:
        batch: with a record.
        product: name of the sample.
        flow: every acquisition of the batch by a flow cytometer.

    Source: STANDARDS MISEV2018-SGL-01 [2nd] for the kinds of methods, MISEV-SGL-02 [design]: scattering of the whole
    sample is no single-vesicle method.
    """
    runs = [run for run in batch.runs if run.sample == product and run.distribution.technique == _ENSEMBLE]
    values = values_of(batch, product, _OF_DLS)
    proof = of_run(*runs) + tuple(at(value.file, value.quantity.where) for value in values)
    return {
        "other_single_vesicle_methods": _single(batch, product, flow),
        "ensemble_methods": listed([_ENSEMBLE] if runs or values else [], proof=proof),
    }


def _single(batch: Batch, product: str, flow: Sequence[Acquisition]) -> Fact:
    """Methods with a file behind them that hold particles.

    Events of a cytometer are vesicles one by one where the record says so, or the cytometer is made for them.
    """
    own = [run for run in batch.runs if run.sample == product and run.bead_nm is None]
    runs = [run for run in own if run.distribution.technique in _SINGLE and is_usable(run.distribution)]
    counted = {run.file.name for run in runs}
    of_product = (a for a in flow if a.sample == product and not a.by_hand and a.file.name not in counted)
    events = [a for a in of_product if any(n > 0 for n in a.events.values())]
    said = batch.record.statements.get("flow_assay", "") if batch.record is not None else ""
    sure = [_FLOW] if events and said in (SINGLE, "both") else []
    flow_open = [_FLOW] if not said and any(a.assay == SINGLE for a in events) else []
    refused = [f"what {name} holds" for name in unreadable(batch, product)]
    techniques = [run.distribution.technique for run in runs]
    proof = of_run(*runs) + tuple(at(a.file, a.where) for a in events)
    fact = listed((*techniques, *sure), undecided=(*flow_open, *refused), proof=proof)
    return replace(fact, needed=_SAY_WHAT_IT_IS) if flow_open else fact
