"""Whether measurements can be used at all: the facts of all methods, gathered by subject."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.assessment.facts import listed
from evqc.assessment.validity_blots import facts_of_blots
from evqc.assessment.validity_counting import (
    facts_of_counting,
    facts_of_detergent,
    facts_of_references,
    facts_of_series,
)
from evqc.assessment.validity_protein import assayed, facts_of_protein
from evqc.assessment.validity_scattering import facts_of_scattering, light_scattering_of_batch, scattered

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.assessment.facts import Facts
    from evqc.batch.assembled import Batch

#: What a run offers beside its other facts.
validity_of_run = facts_of_counting


def validity_of_batch(batch: Batch) -> Facts:
    """Facts of the references of a batch, and whether light scattering measured anything of it."""
    return facts_of_references(batch) | {"light_scattering": light_scattering_of_batch(batch)}


def validity_of_product(batch: Batch, product: str) -> Facts:
    """Facts of the blots, bead panels and detergent control of a product, and whether its protein was measured.

    Args:
        batch: with a record.
        product: name of the sample.
    """
    protein = facts_of_protein(batch, product)["protein_measured"]
    return {
        **facts_of_blots(batch, product),
        **facts_of_detergent(batch, product),
        "protein_measured": protein,
    }


def validity_of_sample(batch: Batch, sample: str) -> Facts:
    """Facts of the dilution series, light scattering and protein of a sample.

    Args:
        batch: with or without a record.
        sample: its name.
    """
    return (
        facts_of_series(batch, sample)
        | facts_of_scattering(batch, sample)
        | facts_of_protein(batch, sample)
        | _unsized(batch, sample)
    )


def measured_otherwise(batch: Batch) -> Iterable[str]:
    """Samples that light scattering or a protein assay measured, whether they were sized or not."""
    return dict.fromkeys((*scattered(batch), *assayed(batch)))


def _unsized(batch: Batch, sample: str) -> Facts:
    """No technique of sizing, for a sample that is here for another measurement and is no product."""
    of_product = batch.record is not None and (s := batch.record.sample(sample)) is not None and s.role == "product"
    sized = any(run.sample == sample and run.bead_nm is None for run in batch.runs)
    return {} if of_product or sized else {"techniques": listed(())}
