"""The batch record: who made what from which cells, by which steps, and which file says what of which sample."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat

from evqc.batch.making import Method, SourceMaterial, Step, methods
from evqc.batch.measuring import Antibody, Assay, FileEntry, Image, MarkerEntry, Observation, Result, Sample, Spike
from evqc.batch.part import Name, Part, Particular
from evqc.batch.statements import answer, statements
from evqc.batch.vocabulary import Claim

__all__ = [
    "Antibody", "Assay", "BatchRecord", "FileEntry", "Identity", "Image", "MarkerEntry", "Method", "Name",
    "Observation", "Part", "Result", "Sample", "SourceMaterial", "Spike", "Step", "methods",
]  # fmt: skip


class Identity(Part):
    """What the batch is called and what is claimed of it.

    Attributes:
        id: the batch number.
        term: the word used on label and report, such as ``small EVs``.
        claims: what is said of the preparation; decides which criteria apply.
        size_cutoff_nm: with ``small EV`` or ``large EV``, the cut-off that the term stands for.
        size_cutoff_method: how the cut-off is measured, such as ``NTA, number-weighted median``.
        biogenesis_evidence: what shows the subcellular origin, when a biogenesis term (exosome) is used.
        profiles: the profiles of criteria that the batch is assessed by, each by its id or as a TOML file below the
            batch folder; empty for those that apply.
        methods: a TOML file below the batch folder with separation methods of the laboratory's own.
        justifications: by criterion id, the reason why it is not met or not done ("comply or explain").
    """

    id: Name
    product: Name
    term: Particular = None
    claims: tuple[Claim, ...] = ()
    size_cutoff_nm: PositiveFloat | None = None
    size_cutoff_method: Particular = None
    biogenesis_evidence: str | None = None
    ev_track_id: str | None = None
    laboratory: str | None = None
    prepared_by: str | None = None
    prepared_on: date | None = None
    profiles: tuple[Name, ...] = ()
    methods: Name | None = None
    justifications: dict[str, str] = Field(default={})


def _stated(given: dict[str, str]) -> dict[str, str]:
    """Statements in the order of their list, answers as the closed lists spell them; raises ValueError for others."""
    if unknown := [key for key in given if key not in statements()]:
        raise ValueError(f"no statement is called {', '.join(unknown)}; see 'Statements' in the workbook of evqc init")
    return {key: answer(key, given[key]) for key in statements() if key in given}


class BatchRecord(Part):
    """The document ``evqc.batch/1``: everything about a batch that its exports do not say."""

    document: Literal["evqc.batch/1"] = Field(default="evqc.batch/1", alias="schema")
    batch: Identity
    source: SourceMaterial = SourceMaterial()
    isolation: tuple[Step, ...] = ()
    samples: tuple[Sample, ...] = ()
    files: tuple[FileEntry, ...] = ()
    results: tuple[Result, ...] = ()
    spikes: tuple[Spike, ...] = ()
    markers: tuple[MarkerEntry, ...] = ()
    observations: tuple[Observation, ...] = ()
    images: tuple[Image, ...] = ()
    antibodies: tuple[Antibody, ...] = ()
    assays: tuple[Assay, ...] = ()
    statements: Annotated[dict[str, str], AfterValidator(_stated)] = Field(default={})

    def sample(self, name: str) -> Sample | None:
        """The sample called ``name``."""
        return next((s for s in self.samples if s.name == name), None)
