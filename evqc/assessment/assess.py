"""Asks the criteria of every run, sample and product of a batch, and of the batch itself."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from evqc.assessment.ev_metric import facts_of_ev_metric
from evqc.assessment.flow import facts_of_flow, facts_of_flow_of_product
from evqc.assessment.flow_data import acquisitions
from evqc.assessment.msc import facts_of_msc
from evqc.assessment.panels import facts_of_panels
from evqc.assessment.products import facts_of_product
from evqc.assessment.record import SHARED, facts_of_batch
from evqc.assessment.runs import facts_of_runs
from evqc.assessment.samples import facts_of_sample
from evqc.assessment.single_vesicles import facts_of_single_vesicles
from evqc.assessment.size_windows import facts_of_sizes
from evqc.assessment.species import facts_of_species
from evqc.assessment.storage import facts_of_storage
from evqc.assessment.validity import (
    measured_otherwise,
    validity_of_batch,
    validity_of_product,
    validity_of_run,
    validity_of_sample,
)
from evqc.batch.sections import place_of
from evqc.batch.wording import nearest
from evqc.criteria.evaluate import applies, judge_each
from evqc.criteria.findings import Assessment, BatchName, Subject
from evqc.criteria.load import Rulebook, shipped
from evqc.errors import refusal
from evqc.garbage import without_collection
from evqc.isolation.of_batch import products
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from evqc.assessment.facts import Facts
    from evqc.batch.assembled import Batch


@without_collection()
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
        profiles: ids; by default those that the record names, or else all of them, that of mesenchymal stromal cells
            only when the source may be one.
        day: the limits in force on that day; by default the day from which the newest of all limits is in force.
        rulebook: the shipped one by default; with the files that the record names, when it names some.

    Raises:
        InputError: there is no such profile.
    """
    book = rulebook or shipped()
    asked_for = day or book.newest
    of = subjects(batch)
    record = batch.record
    reasons = record.batch.justifications if record is not None else {}
    chosen = profiles if profiles is not None else _of_record(batch, book) or default_profiles(of, book)
    return Assessment(
        evqc_version=__version__,
        assessed_for=asked_for.isoformat(),
        batch=BatchName(
            id=batch.name,
            product=record.batch.product if record is not None else None,
            record=batch.record_source.name if batch.record_source is not None else None,
            record_sha256=batch.record_source.sha256 if batch.record_source is not None else None,
        ),
        profiles=judge_each(dict.fromkeys(chosen), of, book, day=asked_for, justifications=reasons),
    )


def _of_record(batch: Batch, rulebook: Rulebook) -> tuple[str, ...]:
    """Ids of the profiles that the record names, those of a laboratory's file in their order."""
    named = batch.record.batch.profiles if batch.record is not None else ()
    ids: list[str] = []
    for index, name in enumerate(named):
        own = [each for each, file in rulebook.files.items() if file == PurePosixPath(name).name]
        found = [name] if name in rulebook.profiles else own
        if not found:
            record = batch.record_source.name if batch.record_source is not None else batch.name
            expected = nearest(name, [*rulebook.profiles], "a profile")
            raise refusal(record, "UNKNOWN_PROFILE", place_of(("batch", "profiles", index), record), name, expected)
        ids += found
    return tuple(ids)


def default_profiles(of: Sequence[Subject], rulebook: Rulebook) -> tuple[str, ...]:
    """All profiles but those that say of the batch that they do not apply to it, such as flow without a cytometer."""
    facts = next(subject.facts for subject in of if subject.kind == "batch")
    return tuple(each for each in rulebook.profiles if applies(rulebook.profile(each), facts, rulebook))


def subjects(batch: Batch) -> tuple[Subject, ...]:
    """The batch, its products, its samples with sizing runs, and its runs, each with what is known of it."""
    flow = acquisitions(batch)
    of_batch = facts_of_batch(batch) | validity_of_batch(batch) | facts_of_flow(batch, flow)
    shared: Facts = {name: fact for name, fact in of_batch.items() if name in SHARED or name.startswith("statement.")}
    readings = {reading.source.name: reading for reading in batch.readings}
    made = [Subject(kind="batch", name=batch.name, facts=of_batch)]
    for product in products(batch):
        of_product = facts_of_product(batch, product) | facts_of_panels(batch, product.name)
        of_product |= facts_of_single_vesicles(batch, product.name, flow) | validity_of_product(batch, product.name)
        of_product |= facts_of_flow_of_product(batch, flow, product.name) | facts_of_ev_metric(batch, product.name)
        of_product |= facts_of_sizes(batch, product.name, of_batch["term_class"]) | facts_of_storage(batch, product)
        of_product |= facts_of_msc(batch, product.name, of_product) | facts_of_species(batch, product.name)
        made.append(Subject(kind="product", name=product.name, facts=shared | of_product))
    made += [
        Subject(kind="sample", name=each, facts=facts_of_sample(batch, each) | validity_of_sample(batch, each))
        for each in _measured(batch)
    ]
    made += [
        Subject(kind="run", name=name, facts=facts | validity_of_run(run))
        for run, name, facts in zip(batch.runs, _names(batch), facts_of_runs(batch.runs, readings), strict=True)
    ]
    return tuple(made)


def _measured(batch: Batch) -> Iterable[str]:
    """Products, samples with sizing runs that are no bead checks, and those measured by another method of validity."""
    with_runs = (run.sample for run in batch.runs if run.bead_nm is None)
    return dict.fromkeys([*(product.name for product in products(batch)), *with_runs, *measured_otherwise(batch)])


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
