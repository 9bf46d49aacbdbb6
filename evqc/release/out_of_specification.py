"""What an investigation of a failing test may become, as pure rules: every result kept, nothing tested into compliance.

Laboratory phase first. An assignable cause needs its kind, words and evidence; a statistical test is none. Retests
follow a plan whose number was fixed before the first of them, by another analyst. Without an assignable cause the
result stands, whatever the retests say.

Source:
    FDA, Investigating Out-of-Specification (OOS) Test Results, revision 1, May 2022, as in STANDARDS 7.6.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.errors import InputError, Where, refusal
from evqc.release.record import Outcome, TestResult
from evqc.release.release import Investigation, Retest

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from evqc.release.specification import Reportable

#: What may be found to have made a result; the closed list of an investigation.
CAUSES = (
    "analyst",
    "calculation",
    "instrument",
    "reagent or standard",
    "sample handling",
    "equipment or facility",
    "manufacturing",
)
CONFIRMED, INVALIDATED = "confirmed", "invalidated by assignable cause"
CONCLUSIONS = (CONFIRMED, INVALIDATED)
#: Fewest letters of a reason that anybody can follow later.
_LEAST_WORDS = 10
#: Tests for outliers by their names; OOS-05: they cannot invalidate a result.
_OUTLIER = re.compile(
    r"outlier|grubbs|dixon|q[- ]test|peirce|chauvenet|tukey|\bIQR\b|standard deviations?", re.IGNORECASE
)


def opened(result: TestResult, *, number: str, by: str, at: str) -> Investigation:
    """The investigation of a failing test, in its laboratory phase.

    Args:
        result: a fail; its value as measured is kept for ever.
        number: of the investigation.
        by: id of who opens it.
        at: UTC, ISO 8601.

    Raises:
        InputError: ``NOT_A_FAIL``.

    Source:
        OOS-01 and OOS-02.
    """
    if result.outcome is not Outcome.FAIL:
        raise _refused(number, "NOT_A_FAIL", "test", f"{result.test}: {result.outcome}", "a test that fails")
    original = f"{result.as_measured} (rounded {result.as_rounded})" if result.as_rounded else result.as_measured
    return Investigation(
        id=number, test=result.test, original=original or result.because, phase="laboratory", opened_by=by, at=at
    )


def cause_found(investigation: Investigation, *, kind: str, words: str, evidence: str) -> Investigation:
    """The investigation with the cause that made the result.

    Args:
        investigation: open, without a cause.
        kind: of ``CAUSES``.
        words: what happened.
        evidence: what shows it, such as a logbook entry, a file or a photograph.

    Raises:
        InputError: ``INVESTIGATION_CLOSED``, ``CAUSE_STANDS``, ``UNKNOWN_CAUSE``, ``CAUSE_WITHOUT_WORDS``,
            ``CAUSE_WITHOUT_EVIDENCE`` or ``OUTLIER_IS_NO_CAUSE``.

    Source:
        OOS-05 and OOS-06.
    """
    _refuse_closed(investigation)
    number = investigation.id
    if investigation.assignable_cause is not None:
        raise _refused(number, "CAUSE_STANDS", "cause", investigation.assignable_cause, "no cause yet: it is kept")
    if kind not in CAUSES:
        raise _refused(number, "UNKNOWN_CAUSE", "kind", kind or "nothing", f"one of {', '.join(CAUSES)}")
    if len(words.strip()) < _LEAST_WORDS:
        raise _refused(number, "CAUSE_WITHOUT_WORDS", "cause", words or "nothing", "what happened, in words")
    if not evidence.strip():
        raise _refused(number, "CAUSE_WITHOUT_EVIDENCE", "evidence", "nothing", "what shows that it happened")
    if _OUTLIER.search(f"{words} {evidence}"):
        expected = "what happened: a statistical test shows that a value lies apart, not why"
        raise _refused(number, "OUTLIER_IS_NO_CAUSE", "cause", words, expected)
    return replace(investigation, assignable_cause=f"{kind}: {words.strip()} (evidence: {evidence.strip()})")


def to_full_scale(investigation: Investigation) -> Investigation:
    """The investigation beyond the laboratory, once the laboratory phase found no cause.

    Raises:
        InputError: ``INVESTIGATION_CLOSED``, ``ALREADY_FULL_SCALE`` or ``CAUSE_STANDS``.

    Source:
        OOS-02.
    """
    _refuse_closed(investigation)
    if investigation.phase == "full":
        raise _refused(investigation.id, "ALREADY_FULL_SCALE", "phase", "full", "the laboratory phase")
    if investigation.assignable_cause is not None:
        raise _refused(
            investigation.id, "CAUSE_STANDS", "phase", investigation.assignable_cause, "no cause in the laboratory"
        )
    return replace(investigation, phase="full")


def planned(investigation: Investigation, *, plan: str, retests: int) -> Investigation:
    """The investigation with its plan of retests, whose number can never be changed afterwards.

    Args:
        investigation: open, without plan and without retests.
        plan: id of the plan, and what it says.
        retests: how many, at least one.

    Raises:
        InputError: ``INVESTIGATION_CLOSED``, ``PLAN_STANDS``, ``PLAN_WITHOUT_WORDS`` or ``NO_RETEST_PLANNED``.

    Source:
        OOS-03.
    """
    _refuse_closed(investigation)
    if investigation.retests_planned is not None or investigation.retests:
        found = f"{investigation.retests_planned} retests, planned"
        raise _refused(investigation.id, "PLAN_STANDS", "plan", found, "no plan yet: its number is fixed once")
    if not plan.strip():
        raise _refused(investigation.id, "PLAN_WITHOUT_WORDS", "plan", "nothing", "the plan and its number")
    if retests < 1:
        raise _refused(investigation.id, "NO_RETEST_PLANNED", "retests", str(retests), "one or more")
    return replace(investigation, plan=plan.strip(), retests_planned=retests)


def retested(
    investigation: Investigation,
    *,
    by: str,
    at: str,
    value: str,
    unit: str,
    evidence: str,
    analysts: Collection[str],
) -> Investigation:
    """The investigation with one more retest, kept whatever it says.

    Args:
        investigation: open, with a plan that is not used up.
        by: id of the analyst of the retest.
        at: UTC, ISO 8601.
        value: as measured.
        unit: of the value.
        evidence: the file or record that shows it.
        analysts: ids of those who made the original result, from the audit trail.

    Raises:
        InputError: ``INVESTIGATION_CLOSED``, ``RETEST_WITHOUT_PLAN``, ``MORE_RETESTS_THAN_PLANNED``,
            ``SAME_ANALYST`` or ``RETEST_WITHOUT_RESULT``.

    Source:
        OOS-03; DEPENDENCIES, REGULATED B: a retest is a new linked result, both are kept.
    """
    _refuse_closed(investigation)
    there, most = len(investigation.retests), investigation.retests_planned
    if most is None:
        raise _refused(
            investigation.id, "RETEST_WITHOUT_PLAN", "retests", "no plan", "a plan whose number was fixed before"
        )
    if there >= most:
        raise _refused(
            investigation.id, "MORE_RETESTS_THAN_PLANNED", "retests", f"retest {there + 1}", f"at most {most}"
        )
    if by in analysts:
        raise _refused(investigation.id, "SAME_ANALYST", "user", by, "another analyst than that of the original result")
    if not value.strip() or not evidence.strip():
        raise _refused(
            investigation.id, "RETEST_WITHOUT_RESULT", "value", value or "nothing", "a value and its evidence"
        )
    made = Retest(number=there + 1, user=by, at=at, value=value.strip(), unit=unit, evidence=evidence.strip())
    return replace(investigation, retests=(*investigation.retests, made))


def concluded(
    investigation: Investigation, conclusion: str, *, by: str, investigators: Collection[str] = ()
) -> Investigation:
    """The investigation as it ends.

    ``confirmed`` needs the laboratory phase to be over without a cause; ``invalidated by assignable cause`` needs the
    cause. Passing retests alone conclude nothing. Neither is allowed while planned retests are missing, or to somebody
    who opened the investigation, retested or found the cause.

    Args:
        investigation: open.
        conclusion: of ``CONCLUSIONS``.
        by: id of who concludes.
        investigators: ids of those who found the cause, from the audit trail.

    Raises:
        InputError: ``INVESTIGATION_CLOSED``, ``UNKNOWN_CONCLUSION``, ``RETESTS_MISSING``, ``NO_ASSIGNABLE_CAUSE``,
            ``CAUSE_STANDS``, ``LABORATORY_PHASE_OPEN`` or ``OWN_INVESTIGATION``.

    Source:
        OOS-02, OOS-03 and OOS-06.
    """
    _refuse_closed(investigation)
    if conclusion not in CONCLUSIONS:
        raise _refused(investigation.id, "UNKNOWN_CONCLUSION", "conclusion", conclusion, " or ".join(CONCLUSIONS))
    if refused := _not_yet(investigation, conclusion):
        raise refused
    if by in {investigation.opened_by, *(retest.user for retest in investigation.retests), *investigators}:
        expected = "somebody who neither opened it nor retested nor found the cause"
        raise _refused(investigation.id, "OWN_INVESTIGATION", "user", by, expected)
    return replace(investigation, conclusion=conclusion, closed_by=by)


def _not_yet(investigation: Investigation, conclusion: str) -> InputError | None:
    """Why a conclusion does not follow yet; None when it does."""
    number, cause = investigation.id, investigation.assignable_cause
    there, planned_ones = len(investigation.retests), investigation.retests_planned or 0
    if there < planned_ones:
        return _refused(number, "RETESTS_MISSING", "retests", f"{there} of {planned_ones}", "every planned retest")
    if conclusion == INVALIDATED:
        expected = "a cause with evidence; passing retests do not invalidate a result"
        return None if cause else _refused(number, "NO_ASSIGNABLE_CAUSE", "cause", "none", expected)
    if cause is not None:
        return _refused(number, "CAUSE_STANDS", "conclusion", cause, f"'{INVALIDATED}'")
    if investigation.phase == "laboratory":
        return _refused(number, "LABORATORY_PHASE_OPEN", "phase", "laboratory", "the full-scale phase, or a cause")
    return None


def refuse_averaging(declared: Reportable, values: Sequence[str]) -> None:
    """Refuses a mean that the specification did not declare; nothing else may be averaged.

    Args:
        declared: the reportable value of the test.
        values: of one series; the original and its retests are no series.

    Raises:
        InputError: ``AVERAGING_NOT_DECLARED``.

    Source:
        OOS-04.
    """
    averaged = declared.formula in {"mean", "geometric mean", "median"}
    if averaged and len(values) == declared.determinations:
        return
    stated = f"the {declared.formula} of {declared.determinations}" if averaged else "every value judged by itself"
    raise _refused("reportable value", "AVERAGING_NOT_DECLARED", "values", f"a mean of {len(values)} values", stated)


def _refuse_closed(investigation: Investigation) -> None:
    if investigation.conclusion is not None:
        found = f"concluded: {investigation.conclusion}"
        raise _refused(investigation.id, "INVESTIGATION_CLOSED", "conclusion", found, "an open investigation")


def _refused(number: str, code: str, field: str, found: str, expected: str) -> InputError:
    return refusal(f"investigation {number}", code, Where(field=field), found, expected)
