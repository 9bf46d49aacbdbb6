"""The release record of a batch as evqc drafts it: every test judged, and what stands in the way. A person decides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.batch.open import EXPORTS
from evqc.criteria.findings import blocking
from evqc.errors import InputError, Where, refusal
from evqc.records import to_plain
from evqc.release.canonical import digest
from evqc.release.contributors import contributors
from evqc.release.instruments_used import instruments_used
from evqc.release.judging import judge
from evqc.release.obstacles import settled
from evqc.release.record import (
    BatchUsed,
    BlockingFinding,
    Outcome,
    Recommendation,
    ReleaseRecord,
    SpecificationUsed,
    TestResult,
)
from evqc.release.specification import in_force
from evqc.release.specification_check import problems
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Assessment
    from evqc.reading import Source
    from evqc.release.specification import Specification, Test


def draft(
    batch: Batch,
    assessment: Assessment,
    specification: Specification,
    *,
    day: date,
    files: Sequence[Source] | None = None,
) -> ReleaseRecord:
    """Every test of a specification asked of a batch, and what evqc recommends.

    Args:
        batch: opened, with its record.
        assessment: of this very record.
        specification: in force on ``day``.
        day: for which validity, limits and waiting times are judged; never the clock.
        files: everything that the batch was judged from, by its path in the batch folder; the record and its exports
            when nothing more is known.

    Raises:
        InputError: ``NO_RECORD`` or ``OTHER_ASSESSMENT``, and as of ``refuse_unfit``.

    Source:
        STANDARDS 7.7, REL-01 and REL-02: a mandatory test that is not a pass holds the batch; a person decides.
    """
    refuse_unfit(specification, day)
    _refuse_other_batch(batch, assessment)
    tests = [test for test in specification.tests if in_force(test.valid_from, test.valid_until, day)]
    judged = {test.id: judge(batch, specification, test, day=day) for test in tests}
    made = ReleaseRecord(
        evqc_version=__version__,
        judged_for=day.isoformat(),
        batch=_used(batch),
        specification=_as_it_stood(specification),
        files=tuple(files) if files is not None else _files(batch),
        results=tuple(_staged(tests, judged)),
        blocking_findings=tuple(
            BlockingFinding(criterion=each.criterion, subject=each.subject, because=each.because)
            for each in blocking(assessment)
        ),
        checklist=specification.checklist,
        recommendation=Recommendation(verdict="hold", reasons=()),
        not_in_force=tuple(test.id for test in specification.tests if test.id not in judged),
        contradictions=tuple(_contradictions(batch)),
        instruments=instruments_used(batch),
        entered_by=contributors(batch),
    )
    return replace(made, recommendation=recommended(made, tuple(_other_reasons(batch, specification))))


def recommended(record: ReleaseRecord, further: Sequence[str] = ()) -> Recommendation:
    """What follows from a record: it meets the specification only when nothing stands in the way.

    Args:
        record: with its results and blocking findings.
        further: reasons that are no test and no finding, such as a refused file; each holds the batch.

    Source:
        STANDARDS 7.7, REL-01.
    """
    tests = [
        f"{each.test}, {each.title}: {each.outcome}. {each.because}"
        for each in record.results
        if each.mandatory and not settled(record, each)
    ]
    findings = [f"{each.criterion} blocks ({each.subject}): {each.because}" for each in record.blocking_findings]
    reasons = (*tests, *findings, *further)
    return Recommendation(verdict="hold" if reasons else "meets the specification", reasons=reasons)


def refuse_unfit(specification: Specification, day: date) -> None:
    """Refuses a specification that nothing should be judged by, before anything is.

    Raises:
        InputError: ``SPECIFICATION_NOT_IN_FORCE`` for a day outside the days of validity, both included; or everything
            in it that is wrong, such as an endotoxin limit above K/M.
    """
    name = f"{specification.id} version {specification.version}"
    if not in_force(specification.valid_from, specification.valid_until, day):
        until = f" to {specification.valid_until}" if specification.valid_until else " on"
        expected = f"a day on which {name} is in force: from {specification.valid_from}{until}"
        raise refusal(specification.id, "SPECIFICATION_NOT_IN_FORCE", Where(field="valid_from"), str(day), expected)
    if errors := [issue for issue in problems(specification) if issue.severity == "error"]:
        raise InputError(name, *errors)


def _refuse_other_batch(batch: Batch, assessment: Assessment) -> None:
    if batch.record is None or batch.record_source is None:
        expected = "a batch folder with batch.toml or batch.xlsx: only a batch with its record can be released"
        raise refusal(batch.name, "NO_RECORD", Where(), "a folder of exports without a record", expected)
    if assessment.batch.record_sha256 != batch.record_source.sha256:
        found = f"an assessment of the record {assessment.batch.record_sha256}"
        raise refusal(batch.name, "OTHER_ASSESSMENT", Where(), found, f"one of {batch.record_source.sha256}")


def _used(batch: Batch) -> BatchUsed:
    source, record = batch.record_source, batch.record
    return BatchUsed(
        id=batch.name,
        product=record.batch.product if record is not None else None,
        record=source.name if source is not None else None,
        record_sha256=source.sha256 if source is not None else None,
    )


def _as_it_stood(specification: Specification) -> SpecificationUsed:
    return SpecificationUsed(
        id=specification.id,
        version=specification.version,
        title=specification.title,
        sha256=digest(specification),
        content=to_plain(specification),
    )


def _files(batch: Batch) -> tuple[Source, ...]:
    """The record and its exports by their path in the batch folder."""
    record = [batch.record_source] if batch.record_source is not None else []
    exports = [replace(each.source, name=f"{EXPORTS}/{each.source.name}") for each in batch.readings]
    return tuple(sorted([*record, *exports], key=lambda source: source.name))


def _staged(tests: Sequence[Test], judged: Mapping[str, TestResult]) -> Iterator[TestResult]:
    """The results in the order of the specification, those of second stages with what the first one made of them."""
    staged = sorted(tests, key=lambda test: judged[test.id].outcome is Outcome.FAIL)  # a first stage that fails counts
    firsts = {test.second_stage: test.id for test in staged if test.second_stage is not None}
    for test in tests:
        result = judged[test.id]
        if test.id in firsts:
            yield _second_stage(result, judged[firsts[test.id]])
        elif result.outcome is Outcome.FAIL and test.second_stage in judged:
            yield replace(result, because=f"{result.because} The second stage, {test.second_stage}, decides.")
        else:
            yield result


def _second_stage(second: TestResult, first: TestResult) -> TestResult:
    """The second stage decides a first one that fails: without a result it is pending, and needed for nothing else.

    Source:
        USP <788>: what fails by light obscuration is decided by the microscopic count; STANDARDS PART-03 and 10.6.
    """
    made = replace(second, second_stage_of=first.test)
    if second.outcome is not Outcome.NOT_TESTED:
        return made
    if first.outcome is Outcome.FAIL:
        return replace(
            made, outcome=Outcome.PENDING, because=f"{first.test} fails, and this test decides. {made.because}"
        )
    if first.outcome is Outcome.PASS:
        return replace(made, because=f"Not needed, since {first.test} passes.")
    return replace(made, mandatory=False, because=f"Needed only when {first.test} fails. {made.because}")


def _other_reasons(batch: Batch, specification: Specification) -> Iterator[str]:
    """What holds a batch beside its tests and findings: refused files, another product, errors of the record."""
    for reading in batch.readings:
        if reading.verdict == "refused":
            issue = reading.issues[0]
            yield f"The file {reading.source.name} was refused: {issue.code}, {issue.message}"
    product = batch.record.batch.product if batch.record is not None else ""
    if not _names_one_product(product, specification.product):
        yield f"The specification is of '{specification.product}' and the batch is '{product}'."
    for each in batch.contradictions:
        if each.issue.severity == "error":
            yield f"{each.source.name}, {each.issue.where}: {each.issue.code}, {each.issue.message}"


def _names_one_product(batch: str, specification: str) -> bool:
    """Whether one name holds the other, since a record may say more: ``EV product, drug substance``."""
    names = [" ".join(name.casefold().split()) for name in (batch, specification)]
    return names[0] in names[1] or names[1] in names[0]


def _contradictions(batch: Batch) -> Iterator[str]:
    """Whatever in the record an export or another part of the record speaks against, for the reviewer."""
    for each in batch.contradictions:
        yield f"{each.source.name}, {each.issue.where}: {each.issue.code}, {each.issue.message}"
