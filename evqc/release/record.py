"""The release record: every test of a specification, its verdict, the value that rests on and where it comes from."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from evqc.criteria.findings import Evidence
from evqc.reading import Source
from evqc.records import left_out_when_none, record

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler
    from pydantic_core import CoreSchema


class Outcome(StrEnum):
    """What is true of a test. Only ``pass`` is a pass."""

    PASS = "pass"  # noqa: S105  not a password
    FAIL = "fail"
    PENDING = "pending"
    CANNOT_JUDGE = "cannot judge"
    NOT_TESTED = "not tested"


@record
class Determination:
    """One measured value that a reportable value is made of, or that was left out with its reason.

    Attributes:
        value: in ``unit`` of the undiluted sample; None for a bound or an observation.
        as_measured: the value as a person reads it, such as ``<0.05 EU/mL`` or ``no growth``.
        left_out: why it does not count; empty when it does.
    """

    value: float | None
    unit: str
    as_measured: str
    method: str
    evidence: tuple[Evidence, ...]
    left_out: str = ""


@record
class GuardedLimit:
    """One limit with its guard band: what simple acceptance says, and what the agreed rule says.

    Attributes:
        limit: as filed or as computed, with its relation.
        acceptance_limit: the limit moved inwards, with the same relation; None where no uncertainty is known.
        simple: by the limit itself, rounded; None where the result leaves it open.
        accepted: by the acceptance limit, unrounded; this one decides.
    """

    limit: str
    acceptance_limit: float | None = None
    simple: bool | None
    accepted: bool | None


@record
class GuardBand:
    """The guard band that the specification asks for, as JCGM 106 has it.

    Attributes:
        risk_percent: largest risk of accepting what lies outside a limit.
        standard_uncertainty: of the reportable value, in its unit; None where it is not known, and nothing accepted.
        multiple: standard uncertainties between a limit and its acceptance limit.
        basis: distribution and origin of the uncertainty, in words.
        guard_band_decides: simple acceptance would have said otherwise.
    """

    risk_percent: float
    limits: tuple[GuardedLimit, ...]
    standard_uncertainty: float | None = None
    multiple: float | None = None
    basis: str = ""
    guard_band_decides: bool = False


@record
class TestResult:
    """What became of one test.

    Attributes:
        test: id in the specification.
        limits: as filed or as computed, each with relation and unit.
        limit_basis: how a limit was computed, such as ``K/M = 5 EU/kg/h ...``; empty for a filed one.
        reportable: the value as computed of the determinations, unrounded, in ``unit``; None when there is none.
        as_rounded: the text that was compared with the limits.
        rounding: by which rule.
        probability_outside: that the true value lies outside the limits, given the method's uncertainty; None where
            that is not known.
        because: one plain sentence.
        second_stage_of: id of the test whose fail this one decides.
        guard_band: where the specification asks for one; written only then.
    """

    __test__ = False  # pytest takes classes called Test... for its own

    test: str
    title: str
    category: str
    mandatory: bool
    outcome: Outcome
    because: str
    limits: tuple[str, ...] = ()
    limit_basis: str = ""
    reportable: float | None = None
    unit: str = ""
    as_measured: str = ""
    as_rounded: str = ""
    rounding: str = ""
    probability_outside: float | None = None
    probability_basis: str = ""
    determinations: tuple[Determination, ...] = ()
    second_stage_of: str | None = None
    guard_band: GuardBand | None = None

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Written as before guard bands were known where none is asked for: the hash of records that were signed."""
        return left_out_when_none(handler(source), "guard_band")


@record
class SpecificationUsed:
    """The specification as it stood when the record was made.

    Attributes:
        sha256: of its canonical form.
        content: the whole document.
    """

    id: str
    version: int
    title: str
    sha256: str
    content: dict[str, Any]


@record
class BatchUsed:
    """The batch that the record is of."""

    id: str
    product: str | None
    record: str | None
    record_sha256: str | None


@record
class InstrumentUsed:
    """What made one export, as the export states it.

    Attributes:
        file: its name among the exports.
        read_as: the reader that read it.
        serial_number: of the instrument; None where the file states none.
        software_version: None where the file states none.
    """

    file: str
    sha256: str
    read_as: str
    serial_number: str | None
    software_version: str | None


@record
class Recommendation:
    """What evqc recommends; a person decides.

    Attributes:
        verdict: ``hold`` unless every mandatory test passes and no finding blocks.
        reasons: one sentence for each thing in the way.
    """

    verdict: Literal["hold", "meets the specification"]
    reasons: tuple[str, ...]


@record
class BlockingFinding:
    """A criterion of the assessment that blocks, and did not pass."""

    criterion: str
    subject: str
    because: str


@record
class ReleaseRecord:
    """The document ``evqc.release-record/1``: what is signed. Holds no clock and no path of a machine.

    Attributes:
        evqc_version: that made it.
        judged_for: ISO date for which limits, validity and waiting times were judged; an argument, never the clock.
        files: the record and every export that was read, by SHA-256.
        results: one for each test in force, in the order of the specification.
        checklist: what has to be attested by a person, in the words of the specification.
        not_in_force: ids of tests whose days of validity do not include ``judged_for``.
        contradictions: what the record and the exports say against each other, one sentence each, for the reviewer.
        instruments: serial number and software of what made each export, to be compared with the register.
        entered_by: names of who entered or measured the data, as the record and the exports have them.
    """

    schema: Literal["evqc.release-record/1"] = "evqc.release-record/1"
    evqc_version: str
    judged_for: str
    batch: BatchUsed
    specification: SpecificationUsed
    files: tuple[Source, ...]
    results: tuple[TestResult, ...]
    blocking_findings: tuple[BlockingFinding, ...]
    checklist: tuple[str, ...]
    recommendation: Recommendation
    not_in_force: tuple[str, ...] = ()
    contradictions: tuple[str, ...] = ()
    entered_by: tuple[str, ...] = ()
    instruments: tuple[InstrumentUsed, ...] = ()

    def result(self, test: str) -> TestResult | None:
        """The result of the test with the id ``test``."""
        return next((each for each in self.results if each.test == test), None)
