"""What stands between a record and a signature: pure rules over a release document, each broken one named.

The registry asks them before it lets anybody sign, and whoever verifies a bundle can ask them again.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.records import record
from evqc.release import roles, signature, states
from evqc.release.out_of_specification import INVALIDATED
from evqc.release.record import Outcome

if TYPE_CHECKING:
    from evqc.release.record import ReleaseRecord, TestResult
    from evqc.release.release import Deviation, Investigation, Person, Release
    from evqc.release.signature import Signature

#: The closed list of reasons for a deviation, and what each says.
CODES: dict[str, str] = {
    "RESULT-PENDING": "the result is not there yet, and a rule for releasing without it was followed",
    "NOT-TESTED": "the test was not done, for a reason that is given",
    "FINDING-JUSTIFIED": "a finding of the assessment, justified for this batch",
    "FILE-REPLACED": "a file could not be read, and other evidence stands for it",
    "OTHER": "anything else that holds the batch, but for a failing test",
}
#: Outcomes of a mandatory test that a signed deviation may excuse, with the only code that does.
EXCUSABLE: dict[Outcome, str] = {Outcome.PENDING: "RESULT-PENDING", Outcome.NOT_TESTED: "NOT-TESTED"}


@record
class Hold:
    """One thing that holds a batch.

    Attributes:
        subject: what a deviation names: a test, a criterion with its subject, or the reason as the record words it.
        because: one plain sentence.
        codes: reasons with which a signed deviation excuses it; none, and nothing does.
    """

    subject: str
    because: str
    codes: tuple[str, ...]


def holds(document: ReleaseRecord) -> tuple[Hold, ...]:
    """Everything that holds a batch, whatever was recommended: tests first, then findings, then any other reason.

    A failing test, or one that cannot be judged, is never excused: what it says is not known to be good. A result that
    is pending or a test that was not done is, by a deviation with the code of its own. A reason of the recommendation
    that is worded as neither a test nor a finding (``draft.recommended``) stands for itself, so that none gets lost.
    """
    tests = [_held(result) for result in document.results if result.mandatory and not settled(document, result)]
    findings = [
        Hold(subject=f"{each.criterion}: {each.subject}", because=each.because, codes=("FINDING-JUSTIFIED",))
        for each in document.blocking_findings
    ]
    told = [f"{each.test}, {each.title}: " for each in document.results]
    told += [f"{each.criterion} blocks ({each.subject}): " for each in document.blocking_findings]
    other = [
        Hold(subject=reason, because=reason, codes=("FILE-REPLACED", "OTHER"))
        for reason in document.recommendation.reasons
        if document.recommendation.verdict == "hold" and not reason.startswith(tuple(told))
    ]
    return (*tests, *findings, *other)


def settled(document: ReleaseRecord, result: TestResult) -> bool:
    """Whether a test is passed, or another stage decides instead of it.

    A first stage that fails is decided by the second one when that passes; a second stage whose first passes is not
    needed.
    """
    if result.outcome is Outcome.PASS:
        return True
    if result.second_stage_of is not None:
        first = document.result(result.second_stage_of)
        return result.outcome is not Outcome.FAIL and first is not None and first.outcome is Outcome.PASS
    second = [each for each in document.results if each.second_stage_of == result.test]
    return result.outcome is Outcome.FAIL and any(each.outcome is Outcome.PASS for each in second)


def out_of_specification(document: ReleaseRecord) -> tuple[TestResult, ...]:
    """The failing tests, mandatory or not, that no second stage decides: each opens an investigation.

    Source:
        FDA, Investigating Out-of-Specification Test Results, 2022 (STANDARDS 7.6, OOS-01).
    """
    return tuple(each for each in document.results if each.outcome is Outcome.FAIL and not settled(document, each))


def _held(result: TestResult) -> Hold:
    because = f"{result.title}: {result.outcome.value}. {result.because}".strip()
    code = EXCUSABLE.get(result.outcome)
    return Hold(subject=result.test, because=because, codes=(code,) if code else ())


def given(release: Release) -> tuple[Signature, ...]:
    """The signatures that hold, are of this very record and version, and of everything that is known of the batch."""
    late = overtaken(release)
    return tuple(each for each in release.signatures if _of_this(each, release) and each not in late)


def overtaken(release: Release) -> tuple[Signature, ...]:
    """The reviews and attestations of this version after which a result was added or an investigation changed: void.

    Source:
        DEPENDENCIES, REGULATED B: any change voids what was signed before it, visibly.
    """
    changed, asked = states.last_change(release.trail, release.record.batch.id), {*meanings(release), "attested"}
    return tuple(
        each
        for each in (*release.signatures, *release.void_signatures)
        if each.record_version == release.version and each.meaning in asked and each.head.length < changed
    )


def _of_this(each: Signature, release: Release) -> bool:
    same = (each.record_sha256, each.record_version) == (release.record_sha256, release.version)
    return same and signature.holds(each)


def meanings(release: Release) -> tuple[str, ...]:
    """The meanings that the specification asks to be signed, in their order."""
    return tuple(release.record.specification.content.get("signatures", ("reviewed", "released")))


def missing_signatures(release: Release) -> tuple[str, ...]:
    """The meanings that nobody signed yet."""
    signed = {each.meaning for each in given(release)}
    return tuple(meaning for meaning in meanings(release) if meaning not in signed)


def next_meaning(release: Release) -> str:
    """The meaning that has to be signed next.

    Raises:
        InputError: ``OUT_OF_ORDER``; everything that the specification asks for is signed.
    """
    missing = missing_signatures(release)
    if not missing:
        name = f"{release.record.batch.id}/{release.version}"
        raise refusal(name, "OUT_OF_ORDER", Where(field="meaning"), "every signature is given", "no further signature")
    return missing[0]


def not_attested(release: Release) -> tuple[str, ...]:
    """The items of the checklist without an attestation that a signature of this version is of."""
    items = {item for each in given(release) if each.meaning == "attested" for item in states.attested(each.reason)} & {
        each.item for each in release.attestations
    }
    return tuple(item for item in release.record.checklist if item not in items)


def accepted(deviation: Deviation, release: Release) -> bool:
    """Whether another person accepted a deviation by a signature of this version that carries its very words."""
    by = deviation.signature
    return (
        by is not None
        and by.meaning == "deviation accepted"
        and by.reason == states.accepted_words(deviation)
        and by.user != deviation.user
        and _of_this(by, release)
    )


def not_excused(release: Release) -> tuple[Hold, ...]:
    """What holds the batch and no accepted deviation excuses."""
    excused = {(each.subject, each.code) for each in release.deviations if accepted(each, release)}
    return tuple(
        hold for hold in holds(release.record) if not any((hold.subject, code) in excused for code in hold.codes)
    )


def not_concluded(release: Release) -> tuple[Investigation, ...]:
    """Investigations in the way: those without a signed conclusion, and a confirmed fail of a mandatory test.

    Those of earlier versions count: a record that is imported again does not do away with a result.
    """
    return tuple(each for each in release.investigations if _in_the_way(each, release))


def _in_the_way(each: Investigation, release: Release) -> bool:
    result = release.record.result(each.test)
    mandatory = result is None or result.mandatory
    return not concluded(each, release) or (mandatory and each.conclusion != INVALIDATED)


def concluded(each: Investigation, release: Release) -> bool:
    """Whether the conclusion of an investigation is signed, in this version of the record or in an earlier one."""
    return each.conclusion is not None and any(
        by.meaning == "investigation concluded"
        and by.user == each.closed_by
        and by.reason.startswith(states.concluded_words(each.id, each.conclusion))
        and signature.holds(by)
        for by in (*release.signatures, *release.void_signatures)
    )


def in_force(release: Release, day: str) -> bool:
    """Whether the specification is in force on an ISO date."""
    content = release.record.specification.content
    return bool(content.get("valid_from", day) <= day <= (content.get("valid_until") or day))


def is_later(judged_for: str, day: str) -> bool:
    """Whether a record was judged for a day that is still to come anywhere: more than one day after the UTC one."""
    return date.fromisoformat(judged_for) > date.fromisoformat(day) + timedelta(days=1)


def before_signing(release: Release, action: str, person: Person, day: str) -> tuple[Issue, ...]:
    """What forbids this person to sign anything of this record on this day.

    Args:
        release: with the whole trail of the batch unsealed.
        action: of ``roles.SIGNING``.
        person: who wants to sign.
        day: ISO date.

    Source:
        21 CFR 11.10(g) and (i); DEPENDENCIES, REGULATED B (retester not counted).
    """
    found = []
    if not roles.allowed(action, person.roles):
        found.append(_issue("NOT_ALLOWED", "roles", f"{action} by {', '.join(person.roles)}", "a role that may"))
    if person.trained_until is not None and person.trained_until < day:
        found.append(_issue("TRAINING_EXPIRED", "training", f"trained until {person.trained_until}", "valid training"))
    if states.made_by(release.trail, release.record.batch.id, person.user, person.printed_name):
        said = f"{person.printed_name} made, changed or retested data of this batch"
        found.append(_issue("OWN_DATA", "user", said, "a person who did not"))
    return tuple(found)


def before_meaning(release: Release, meaning: str, person: Person) -> tuple[Issue, ...]:
    """What forbids this person to give one of the signatures that the specification asks for: order and second person.

    Source:
        DEPENDENCIES, REGULATED B (two verifications by one person).
    """
    found = []
    missing = missing_signatures(release)
    if meaning not in missing[:1]:
        expected = f"'{missing[0]}'" if missing else "no further signature"
        found.append(_issue("OUT_OF_ORDER", "meaning", f"'{meaning}'", f"{expected}, as the specification has it"))
    if person.user in {each.user for each in given(release) if each.meaning in meanings(release)}:
        found.append(_issue("SIGNED_BEFORE", "user", f"a second signature of {person.printed_name}", "another person"))
    return tuple(found)


def before_release(release: Release, day: str) -> tuple[Issue, ...]:
    """What forbids anybody to release this record on this day; empty when nothing does."""
    found = [
        _issue("HELD", hold.subject, hold.because, f"an accepted deviation with the code {' or '.join(hold.codes)}")
        if hold.codes
        else _issue("NOT_A_PASS", hold.subject, hold.because, "a pass; no deviation excuses it")
        for hold in not_excused(release)
    ]
    found += [_issue("NOT_ATTESTED", "checklist", item, "an attestation") for item in not_attested(release)]
    found += [
        _issue("INVESTIGATION_OPEN", each.test, f"{each.id}: {each.conclusion or 'open'}", f"'{INVALIDATED}'")
        for each in not_concluded(release)
    ]
    if is_later(release.record.judged_for, day):
        found.append(_issue("JUDGED_FOR_LATER_DAY", "judged_for", release.record.judged_for, f"{day} or before"))
    if not in_force(release, day):
        found.append(
            _issue("SPECIFICATION_NOT_IN_FORCE", "specification", f"released on {day}", "a day it is in force")
        )
    return tuple(found)


def _issue(code: str, field: str, found: str, expected: str) -> Issue:
    return problem("error", code, Where(field=field), found, expected)
