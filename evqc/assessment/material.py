"""Facts of the material itself: whether its medium was shown to be free of vesicles, and how the product was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.assessment.facts import Facts, in_record, listed

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.batch.model import BatchRecord, Sample
    from evqc.criteria.findings import Fact


def facts_of_material(batch: Batch, record: BatchRecord, process_blanks: Fact) -> Facts:
    """What shows how many vesicles the medium brings along: a blank that was measured, or the record's own words.

    Args:
        batch: with a record.
        record: of the batch.
        process_blanks: the process blanks that were measured.
    """
    assert isinstance(process_blanks.value, tuple)
    said = record.statements.get("depletion_verification", "")
    proof = process_blanks.evidence + in_record(batch, "statements.depletion_verification")
    return {"depletion_verified_by": listed((*process_blanks.value, *([said] if said else [])), proof=proof)}


def facts_of_keeping(batch: Batch, product: Sample) -> Facts:
    """Which particulars of its storage the record states of a product."""
    particulars = {
        "temperature": product.storage_degC,
        "time": product.stored_days,
        "buffer": product.buffer,
        "tube": product.tube,
        "freeze-thaw cycles": product.freeze_thaw_cycles,
    }
    stated = (name for name, value in particulars.items() if value is not None)
    return {"keeping_stated": listed(stated, proof=in_record(batch, "samples"))}
