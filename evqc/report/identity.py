"""What the record says of the batch, line by line, and what each input file is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.format import NOT_KNOWN, quantity
from evqc.report.model import FileRow, Statement
from evqc.report.words import listed, plain, setting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.batch.assembled import Batch
    from evqc.batch.model import BatchRecord, SourceMaterial, Step
    from evqc.reading import Reading


def statements(batch: Batch) -> tuple[Statement, ...]:
    """The identity of a batch; what the record does not say stands as not known."""
    if batch.record is None:
        return (
            Statement(name="Folder", text=batch.name),
            Statement(name="Batch record", text="none: samples are named as the files name them"),
            Statement(name="Files", text=str(len(batch.readings))),
        )
    return tuple(Statement(name=name, text=text or NOT_KNOWN) for name, text in _recorded(batch.record))


def _recorded(record: BatchRecord) -> Iterable[tuple[str, str]]:
    of = record.batch
    made = [of.prepared_by or "", of.prepared_on.isoformat() if of.prepared_on else "", of.laboratory or ""]
    yield "Batch", of.id
    yield "Product", of.product
    yield "Called", "; ".join(filter(None, [of.term or "", f"claimed: {listed(of.claims)}" if of.claims else ""]))
    yield "Prepared", ", ".join(filter(None, made))
    yield "Source", origin(record.source)
    yield "Culture", culture(record.source)
    yield "Isolation", "; ".join(f"{n}. {step_text(step)}" for n, step in enumerate(record.isolation, start=1))
    yield "Samples", "; ".join(f"{sample.name} ({sample.role})" for sample in record.samples)


def origin(source: SourceMaterial) -> str:
    """Species, tissue, cell type, bank and passage in one line; empty when none is stated."""
    passage = "" if source.passage is None else f"passage {source.passage}"
    bank = f"bank {source.cell_bank}" if source.cell_bank else ""
    return ", ".join(filter(None, [source.species, source.tissue, source.cell_type, bank, passage]))


def culture(source: SourceMaterial) -> str:
    """Medium, vessel, cells and collection in one line; empty when none is stated."""
    return ", ".join(filter(None, [source.matrix, *medium(source), *harvest(source)]))


def medium(source: SourceMaterial) -> tuple[str, ...]:
    """Medium, supplement and its depletion, vessel, condition and density of the culture, each one that is stated."""
    stated = (
        ("", source.medium),
        ("supplement:", source.supplement),
        ("depletion of EVs:", source.supplement_ev_depletion),
        ("", source.vessel),
        ("", source.condition),
        ("seeded at", source.seeding_density_per_cm2 and f"{plain(source.seeding_density_per_cm2)} cells/cm²"),
        ("confluence", source.confluence_percent and f"{plain(source.confluence_percent)}\N{NO-BREAK SPACE}%"),
    )
    return tuple(f"{what} {text}".strip() for what, text in stated if text)


def harvest(source: SourceMaterial) -> tuple[str, ...]:
    """Cells, viability, hours and volume as they were entered, each one that is stated."""
    cells = source.cells_at_harvest
    stated = (
        ("", None if cells is None else f"{quantity(cells, '1')} cells at harvest"),
        ("viability", source.viability_percent and f"{plain(source.viability_percent)}\N{NO-BREAK SPACE}%"),
        ("collected over", source.collection_hours and f"{plain(source.collection_hours)}\N{NO-BREAK SPACE}h"),
        ("volume", source.volume_ml and f"{plain(source.volume_ml)}\N{NO-BREAK SPACE}mL"),
        ("mycoplasma", source.mycoplasma),
        ("storage:", source.storage),
    )
    return tuple(f"{what} {text}".strip() for what, text in stated if text)


def step_text(step: Step) -> str:
    """One isolation step with its parameters and volumes: ``ultrafiltration (cutoff 100 kDa, to 10 mL)``."""
    parts = [setting(name, (value,)) for name, value in step.parameters.items()]
    volumes = (("from", step.volume_in_ml), ("to", step.volume_out_ml))
    told = [f"{word} {plain(volume)}\N{NO-BREAK SPACE}mL" for word, volume in volumes if volume is not None]
    inside = ", ".join([*parts, *filter(None, [" ".join(told)])])
    return f"{step.method} ({inside})" if inside else step.method


def file_rows(batch: Batch) -> tuple[FileRow, ...]:
    """Every input file with its hash and what was noticed in it, the record first."""
    own = batch.record_source
    head = () if own is None else (_plain_file(own.name, own.sha256, own.bytes, "batch record"),)
    images = tuple(_plain_file(i.file.name, i.file.sha256, i.file.bytes, i.method) for i in batch.images)
    return (*head, *(_file(reading) for reading in batch.readings), *images)


def _plain_file(name: str, sha256: str, size: int, kind: str) -> FileRow:
    return FileRow(
        name=name, sha256=sha256, bytes=size, joined=(), verdict="accepted", instrument="", software="", kind=kind,
        measurements=0, issues=(), unread=(),
    )  # fmt: skip


def _file(of: Reading) -> FileRow:
    return FileRow(
        name=of.source.name,
        sha256=of.source.sha256,
        bytes=of.source.bytes,
        joined=of.source.joined,
        verdict=of.verdict,
        instrument=of.instrument or "not recognised",
        software=of.software_version or "not stated",
        kind=of.file_kind or "not known",
        measurements=len(of.measurements),
        issues=of.issues,
        unread=of.unread,
    )
