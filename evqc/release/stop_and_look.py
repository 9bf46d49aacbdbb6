"""What a careful person looks at before signing a record, each thing in one sentence; pure, and decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.records import record
from evqc.release import obstacles, states
from evqc.release.chain import AuditEntry
from evqc.release.record import Outcome
from evqc.release.specification import Specification

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from evqc.release.record import ReleaseRecord, TestResult
    from evqc.release.release import Deviation, Investigation, Release
    from evqc.release.signature import Signature

#: Probability of lying outside the limits from which a pass is worth a second look.
_DOUBTFUL = 0.05

Kind = Literal[
    "fail",
    "cannot judge",
    "pending",
    "not tested",
    "finding that blocks",
    "another reason to hold",
    "contradiction",
    "left out",
    "without control",
    "near the limit",
    "not in force",
    "investigation",
    "deviation",
    "instrument",
    "not attested",
    "void signature",
    "key made anew",
    "changed since entry",
    "since the last signature",
]


@record
class Look:
    """One thing to look at.

    Attributes:
        what: one plain sentence.
    """

    kind: Kind
    what: str


def stop_and_look(release: Release, instruments: Sequence[str] = ()) -> tuple[Look, ...]:
    """Everything that would make a careful person stop, the worst first; empty when there is nothing.

    Args:
        release: with the trail of its batch.
        instruments: what the register of instruments has to say of those that made the files, in words.

    Source:
        DEPENDENCIES, REGULATED D2: failed criteria, missing controls, instruments not in the register, what changed
        since the last review.
    """
    of = release.record
    found: list[Look] = [*_outcomes(of), *_holding(of)]
    found += [Look(kind="contradiction", what=each) for each in of.contradictions]
    found += [*_results(of), *_proceedings(release)]
    found += [Look(kind="instrument", what=each) for each in instruments]
    found += [Look(kind="not attested", what=each) for each in obstacles.not_attested(release)]
    found += [Look(kind="void signature", what=_void(each, release)) for each in release.void_signatures]
    found += [Look(kind="key made anew", what=each) for each in keys_made_anew(release)]
    found += [Look(kind="changed since entry", what=each) for each in release.changed_since_entry]
    found += [Look(kind="since the last signature", what=_told(each)) for each in since_last_signature(release)]
    return tuple(found)


def since_last_signature(release: Release) -> tuple[AuditEntry, ...]:
    """What was written of this batch after anybody signed for the last time, in any version.

    Nothing while nobody signed: all of it is new then.
    """
    signed = [each.head.length for each in (*release.signatures, *release.void_signatures)]
    own = (each for each in release.trail if states.concerns(each, release.record.batch.id))
    return tuple(
        each
        for each in own
        if signed and isinstance(each, AuditEntry) and each.sequence > max(signed) and each.table != "signatures"
    )


def keys_made_anew(release: Release) -> tuple[str, ...]:
    """Who signed with a key that was made after an administrator had reset the password, one sentence each.

    Until the user chose a new password, the administrator knew one that could make a key in the user's name.
    """
    resets = {
        each.key: each
        for each in release.trail
        if isinstance(each, AuditEntry) and (each.table, each.action) == ("users", "reset password")
    }
    first = {each.user: each.public_keys[:1] for each in release.people}
    found = (
        f"{each.printed_name} signed '{each.meaning}' with a key made after {reset.user} had reset the password on "
        f"{reset.at[:10]} ({reset.why}); ask {each.printed_name} whether it was so"
        for each in release.signatures
        if (reset := resets.get(each.user)) is not None and each.public_key not in first.get(each.user, ())
    )
    return tuple(dict.fromkeys(found))


def _outcomes(of: ReleaseRecord) -> Iterator[Look]:
    kinds: dict[Outcome, Kind] = {
        Outcome.FAIL: "fail",
        Outcome.CANNOT_JUDGE: "cannot judge",
        Outcome.PENDING: "pending",
        Outcome.NOT_TESTED: "not tested",
    }
    for outcome, kind in kinds.items():
        for result in of.results:
            if result.outcome is outcome and not obstacles.settled(of, result):
                yield Look(kind=kind, what=f"{_named(result)}: {result.because}")


def _holding(of: ReleaseRecord) -> Iterator[Look]:
    """What holds the batch beside its tests."""
    findings = {f"{each.criterion}: {each.subject}" for each in of.blocking_findings}
    tests = {result.test for result in of.results}
    for hold in obstacles.holds(of):
        if hold.subject in findings:
            yield Look(kind="finding that blocks", what=f"{hold.subject}: {hold.because}")
        elif hold.subject not in tests:
            yield Look(kind="another reason to hold", what=hold.because)


def _results(of: ReleaseRecord) -> Iterator[Look]:
    for result in of.results:
        for each in result.determinations:
            if each.left_out and not _not_needed(of, result):
                yield Look(kind="left out", what=f"{_named(result)}: {each.as_measured}: {each.left_out}")
    asked = {test.id: test for test in Specification.model_validate(of.specification.content).tests}
    for result in of.results:
        test = asked.get(result.test)
        if test is not None and not test.control and result.outcome is Outcome.PASS:
            yield Look(kind="without control", what=f"{_named(result)} passes; the specification asks for no control")
    for result in of.results:
        probability = result.probability_outside
        if result.outcome is Outcome.PASS and probability is not None and probability >= _DOUBTFUL:
            said = f"the true value lies outside the limits with a probability of {probability:.2g}"
            yield Look(kind="near the limit", what=f"{_named(result)} passes, and {said}")
    for name in of.not_in_force:
        yield Look(kind="not in force", what=f"{name} is not in force on {of.judged_for}, and was not asked")


def _not_needed(of: ReleaseRecord, result: TestResult) -> bool:
    return result.second_stage_of is not None and result.outcome is not Outcome.PASS and obstacles.settled(of, result)


def _proceedings(release: Release) -> Iterator[Look]:
    for investigation in release.investigations:
        yield Look(kind="investigation", what=_investigation(investigation))
    for deviation in release.deviations:
        yield Look(kind="deviation", what=_deviation(deviation, release))


def _named(result: TestResult) -> str:
    return f"{result.test}, {result.title}{'' if result.mandatory else ' (not mandatory)'}"


def _investigation(each: Investigation) -> str:
    retests = "" if each.retests_planned is None else f", {len(each.retests)} of {each.retests_planned} retests"
    ended = f"concluded: {each.conclusion}" if each.conclusion else f"open, {each.phase} phase"
    return f"{each.id}, {each.original}: {ended}{retests}"


def _deviation(each: Deviation, release: Release) -> str:
    by = each.signature
    state = f"accepted by {by.printed_name}" if by and obstacles.accepted(each, release) else "not accepted"
    return f"{each.id}, {each.subject} ({each.code}), asked by {each.user}: {each.reason} ({state})"


def _void(each: Signature, release: Release) -> str:
    said = f"'{each.meaning}' by {each.printed_name} on {each.at[:10]}"
    if each.record_version == release.version:
        return f"{said} was given before a result was added or an investigation changed, and is void"
    return f"{said} was of version {each.record_version}, and is void for this one"


def _told(each: AuditEntry) -> str:
    return f"entry {each.sequence}, {each.at[:10]}: {each.user}, {each.action}, {each.key}: {each.why}"


def kinds(of: Iterable[Look]) -> tuple[Kind, ...]:
    """The kinds that there are, each once, in their order."""
    return tuple(dict.fromkeys(each.kind for each in of))
