"""The parts of the methods paragraph that only the record states: storage, antibodies, assays and statements."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evqc.batch.statements import statements
from evqc.report.format import quantity
from evqc.report.words import counted, listed, measurand_in_words, plain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evqc.batch.model import Antibody, Assay, BatchRecord, Sample


def stated(record: BatchRecord | None) -> Iterable[str]:
    """Sentences on storage of the product, antibodies, assays and whatever else the record states.

    Args:
        record: None for a folder without a record, which states nothing.
    """
    if record is None:
        return
    yield from (text for sample in record.samples if sample.role == "product" for text in _stored(sample))
    if record.antibodies:
        yield f"Antibodies: {'; '.join(_antibody(each) for each in record.antibodies)}."
    yield from (f"{_assay(each)}." for each in record.assays)
    yield from _statements(record)


def _stored(of: Sample) -> Iterable[str]:
    told = [
        f"in {of.buffer}" if of.buffer else "",
        f"in {of.tube}" if of.tube else "",
        f"at {plain(of.storage_degC)}\N{NO-BREAK SPACE}°C" if of.storage_degC is not None else "",
        f"for {plain(of.stored_days)} days until measured" if of.stored_days is not None else "",
        f"with {counted(of.freeze_thaw_cycles, 'freeze-thaw cycle')}" if of.freeze_thaw_cycles is not None else "",
    ]
    if any(told):
        yield f"{of.name} was kept {', '.join(filter(None, told))}."


def _antibody(of: Antibody) -> str:
    parts = [
        of.technique,
        f"clone {of.clone}" if of.clone else "clone not stated",
        " ".join(filter(None, [of.supplier, of.catalogue_number])) or "supplier not stated",
        f"lot {of.lot}" if of.lot else "",
        of.dilution or "",
    ]
    return f"{of.marker} ({', '.join(filter(None, parts))})"


def _assay(of: Assay) -> str:
    unit = of.unit or ""
    numbers = (("limit of detection", of.limit_of_detection), ("range from", of.range_lower), ("to", of.range_upper))
    parts = [f"on {of.instrument}"] if of.instrument else []
    parts += [f"{what} {quantity(value, unit)}" for what, value in numbers if value is not None]
    words = (("calibration", of.calibration), ("blank", of.blank), ("settings", of.settings))
    parts += [f"{what}: {text}" for what, text in words if text]
    subject = f"{of.method} of {measurand_in_words(of.measurand)}" if of.measurand else of.method
    return f"{subject}: {', '.join(parts)}" if parts else f"{subject} was used"


def _statements(record: BatchRecord) -> Iterable[str]:
    """One sentence a group, in the order of the closed list."""
    known = statements()
    given = [(known[key], text.rstrip(".")) for key, text in record.statements.items() if text]
    for group, of in groupby(sorted(given, key=lambda each: list(known.values()).index(each[0])), lambda e: e[0].group):
        yield f"On {group}: {listed(f'{statement.label} ({text})' for statement, text in of)}."
