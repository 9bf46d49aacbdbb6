"""What comes of asking criteria of facts: findings, and the assessment document that holds them."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from evqc.errors import Where
from evqc.records import record


class Verdict(StrEnum):
    """What is true. Not assessed is never a pass."""

    PASS = "pass"  # noqa: S105  not a password
    FAIL = "fail"
    NOT_ASSESSED = "not assessed"
    NOT_APPLICABLE = "not applicable"


class Severity(StrEnum):
    """What follows from a fail: it blocks, a person must look at it, or it is only noted."""

    BLOCKS = "blocks"
    REVIEW = "review"
    NOTE = "note"


#: What a criterion is about; the three never mix.
Kind = Literal["reporting", "measurement validity", "specification"]
#: What a criterion can be asked of. A product is a sample whose role is ``product``.
SubjectKind = Literal["run", "sample", "product", "batch"]
#: What a fact may hold.
FactValue = bool | float | str | tuple[str, ...] | None


@record
class Evidence:
    """Where a fact comes from.

    Attributes:
        name: the file.
        sha256: of its bytes.
        where: the place in it.
    """

    name: str
    sha256: str
    where: Where


@record
class Fact:
    """One thing known (or known to be missing) about a subject.

    Attributes:
        value: None when it is not known; then ``why_missing`` says what would be needed.
        unit: canonical unit of a number, empty for texts, lists and booleans.
        undecided: what may or may not belong into a list, such as a marker that is indeterminate.
        above, below: what is known of a number that has no value: it lies above, or below, this.
        remark: said after the observation, such as over how many runs.
        needed: what would answer a criterion here, where that can be said better than in general.
    """

    value: FactValue
    unit: str = ""
    why_missing: str = ""
    evidence: tuple[Evidence, ...] = ()
    undecided: tuple[str, ...] = ()
    above: float | None = None
    below: float | None = None
    remark: str = ""
    needed: str = ""


@record
class Subject:
    """What a criterion is asked of: a run, the replicates of a sample, a product sample or the batch.

    Attributes:
        name: as the report shows it.
        facts: by name.
    """

    kind: SubjectKind
    name: str
    facts: dict[str, Fact]


@record
class AppliedLimit:
    """The limit in force on the day of the assessment.

    Attributes:
        test: name of the test, such as ``at least``.
        value: one number, a pair for ``between``, or texts.
        valid_from: ISO date.
        reference: who set it.
    """

    test: str
    value: float | tuple[float, float] | str | tuple[str, ...] | None
    unit: str
    valid_from: str | None
    reference: str


@record
class Overridden:
    """A criterion that a laboratory holds to another limit or severity than it was shipped with.

    Attributes:
        reason, by, on: why, who decided, and the ISO date from which it counts.
        shipped: the limit or severity that it had.
    """

    reason: str
    by: str
    on: str
    shipped: str


@record
class Finding:
    """One criterion asked of one subject.

    Attributes:
        subject: the run, sample or batch.
        observed: what was found, None when nothing is known.
        limit: None when the criterion has none (present or absent).
        because: one plain sentence.
        source: where the criterion comes from, with its tag of verification.
        needed: what would be needed to judge it, when it is not assessed, or to meet it, when it fails.
        overridden: None for a criterion as it was shipped.
    """

    criterion: str
    version: int
    title: str
    group: str
    kind: Kind
    subject: str
    verdict: Verdict
    severity: Severity
    observed: FactValue
    unit: str
    limit: AppliedLimit | None
    because: str
    source: str
    needed: str = ""
    evidence: tuple[Evidence, ...] = ()
    overridden: Overridden | None = None


@record
class Tally:
    """Criteria counted by their verdict over all subjects, of which one that fails or is open decides."""

    criteria: int
    applicable: int
    assessed: int
    passed: int
    failed: int


@record
class GroupTally:
    """The tally of one group of criteria."""

    group: str
    tally: Tally


@record
class Score:
    """Criteria met of those that apply.

    Attributes:
        open: of those that apply or may apply, how many are not assessed.
        percent: whole per cent; None while anything is open or nothing applies.
    """

    yes: int
    applicable: int
    open: int
    percent: int | None


@record
class LeftOut:
    """A criterion that a profile leaves out of one it extends, with the reason, who decided it and since when."""

    criterion: str
    title: str
    reason: str
    by: str
    on: str


@record
class ProfileResult:
    """The findings of one profile, in the profile's order and then by subject.

    Attributes:
        about: what a pass means and what it does not.
        file: name of the laboratory's file that holds the profile; None for one that comes with evqc.
        sha256: of the profile with the whole content of its criteria.
        score: for profiles that are given as a percentage.
        left_out: what a profile that it extends asks and it does not.
    """

    id: str
    title: str
    edition: str
    about: str
    file: str | None = None
    sha256: str
    tally: Tally
    groups: tuple[GroupTally, ...]
    score: Score | None = None
    left_out: tuple[LeftOut, ...] = ()
    findings: tuple[Finding, ...]


@record
class BatchName:
    """Which batch was assessed: its number or folder name, and the hash of its record."""

    id: str
    product: str | None
    record: str | None
    record_sha256: str | None


@record
class Assessment:
    """The document ``evqc.assessment/1``."""

    schema: Literal["evqc.assessment/1"] = "evqc.assessment/1"
    evqc_version: str
    assessed_for: str
    batch: BatchName
    profiles: tuple[ProfileResult, ...]


def blocking(assessment: Assessment) -> tuple[Finding, ...]:
    """The findings that stop a batch: a fail of a criterion that blocks."""
    return tuple(
        finding
        for profile in assessment.profiles
        for finding in profile.findings
        if finding.verdict is Verdict.FAIL and finding.severity is Severity.BLOCKS
    )
