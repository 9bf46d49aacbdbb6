"""Asks the criteria of every run, sample and product of a batch, and of the batch itself."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from evqc.assessment.panels import facts_of_panels
from evqc.assessment.products import facts_of_product
from evqc.assessment.record import SHARED, facts_of_batch
from evqc.assessment.runs import facts_of_run
from evqc.assessment.samples import facts_of_sample
from evqc.criteria.evaluate import judge
from evqc.criteria.findings import Assessment, BatchName, Subject
from evqc.criteria.load import Rulebook, shipped
from evqc.isolation.of_batch import products
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from evqc.assessment.facts import Facts
    from evqc.batch.assembled import Batch

_MSC = "msc-ev"


def assess(
    batch: Batch,
    profiles: Sequence[str] | None = None,
    day: date | None = None,
    *,
    rulebook: Rulebook | None = None,
) -> Assessment:
    """Asks the criteria of the profiles of everything known about a batch.

    Args:
        batch: opened, with or without a record.
        profiles: ids; by default all of them, that of mesenchymal stromal cells only when the source may be one.
        day: the limits in force on that day; by default the day from which the newest of all limits is in force.
        rulebook: the shipped one by default.

    Raises:
        InputError: there is no such profile.
    """
    book = rulebook or shipped()
    asked_for = day or book.newest
    of = subjects(batch)
    record = batch.record
    reasons = record.batch.justifications if record is not None else {}
    chosen = profiles if profiles is not None else default_profiles(of, book)
    return Assessment(
        evqc_version=__version__,
        assessed_for=asked_for.isoformat(),
        batch=BatchName(
            id=batch.name,
            product=record.batch.product if record is not None else None,
            record=batch.record_source.name if batch.record_source is not None else None,
            record_sha256=batch.record_source.sha256 if batch.record_source is not None else None,
        ),
        profiles=tuple(judge(each, of, book, day=asked_for, justifications=reasons) for each in dict.fromkeys(chosen)),
    )


def default_profiles(of: Sequence[Subject], rulebook: Rulebook) -> tuple[str, ...]:
    """All profiles, but that of mesenchymal stromal cells only where the record does not name another cell."""
    other_cells = any(subject.kind == "batch" and subject.facts["source_is_msc"].value is False for subject in of)
    return tuple(each for each in rulebook.profiles if each != _MSC or not other_cells)


def subjects(batch: Batch) -> tuple[Subject, ...]:
    """The batch, its products, its samples with sizing runs, and its runs, each with what is known of it."""
    of_batch = facts_of_batch(batch)
    shared: Facts = {name: fact for name, fact in of_batch.items() if name in SHARED or name.startswith("statement.")}
    readings = {reading.source.name: reading for reading in batch.readings}
    instruments = {name: reading.instrument for name, reading in readings.items()}
    made = [Subject(kind="batch", name=batch.name, facts=of_batch)]
    for product in products(batch):
        of_product = facts_of_product(batch, product, instruments) | facts_of_panels(batch, product.name)
        made.append(Subject(kind="product", name=product.name, facts=shared | of_product))
    made += [Subject(kind="sample", name=each, facts=facts_of_sample(batch, each)) for each in _sized(batch)]
    made += [
        Subject(kind="run", name=name, facts=facts_of_run(run, readings.get(run.file.name)))
        for run, name in zip(batch.runs, _names(batch), strict=True)
    ]
    return tuple(made)


def _sized(batch: Batch) -> Iterable[str]:
    """Products, and every other sample with sizing runs that are no bead checks."""
    with_runs = (run.sample for run in batch.runs if run.bead_nm is None)
    return dict.fromkeys([*(product.name for product in products(batch)), *with_runs])


def _names(batch: Batch) -> list[str]:
    """A name for each run: as the file calls it, with the file and a number where that does not tell them apart."""
    plain = [run.distribution.run or run.file.name for run in batch.runs]
    several = Counter(plain)
    fuller = [
        name if several[name] == 1 or name == run.file.name else f"{name} ({run.file.name})"
        for name, run in zip(plain, batch.runs, strict=True)
    ]
    repeated, seen = Counter(fuller), Counter[str]()
    names = []
    for name in fuller:
        seen[name] += 1
        names.append(name if repeated[name] == 1 else f"{name}, {seen[name]}")
    return names
