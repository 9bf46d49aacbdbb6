"""What a record needs to be released: required, done, missing, and who could do it; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.records import record
from evqc.release import obstacles, roles, states
from evqc.release.stop_and_look import Look, stop_and_look

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.release.release import Investigation, Person, Release


@record
class Requirement:
    """One thing that has to be there before a record is released.

    Attributes:
        kind: ``state`` is that the record was submitted; ``test`` is one that no deviation excuses.
        what: in words.
        by: printed names of who did it.
        who_can: printed names of who could do it now; empty when it is done, and when nobody can.
    """

    kind: Literal["state", "signature", "attestation", "test", "deviation", "investigation", "specification"]
    what: str
    done: bool
    by: tuple[str, ...] = ()
    who_can: tuple[str, ...] = ()


@record
class Status:
    """Where a record stands: the document ``evqc.release-status/1``.

    Attributes:
        record: id.
        recommendation: of evqc; a person decides.
        releasable: released, or nothing but the last signature is missing.
        stop_and_look: what would make a careful person stop before signing.
    """

    schema: Literal["evqc.release-status/1"] = "evqc.release-status/1"
    record: str
    state: str
    recommendation: str
    releasable: bool
    requirements: tuple[Requirement, ...]
    stop_and_look: tuple[Look, ...] = ()


def status(release: Release, people: Sequence[Person], day: str, instruments: Sequence[str] = ()) -> Status:
    """What is required of a record, what of it is done, what is missing and who could do it.

    Args:
        release: with the trail of its batch.
        people: everybody who may act at all.
        day: ISO date, for training and for the specification.
        instruments: what the register has to say of those that made the files, in words.

    Source:
        DEPENDENCIES, REGULATED B: who has not signed.
    """
    requirements = (
        *_submitted(release, people, day),
        *_tests(release, people, day),
        *_attestations(release, people, day),
        *(_investigation(each, release, people, day) for each in release.investigations),
        *_in_force(release, day),
        *_signatures(release, people, day),
    )
    return Status(
        record=f"{release.record.batch.id}/{release.version}",
        state=release.state,
        recommendation=release.record.recommendation.verdict,
        releasable=release.state == "released" or _only_the_last_is_missing(release, requirements),
        requirements=requirements,
        stop_and_look=stop_and_look(release, instruments),
    )


def _only_the_last_is_missing(release: Release, requirements: Sequence[Requirement]) -> bool:
    missing = [each for each in requirements if not each.done]
    last = obstacles.meanings(release)[-1]
    return release.state == "reviewed" and [(each.kind, each.what) for each in missing] == [("signature", last)]


def _able(release: Release, people: Sequence[Person], action: str, day: str) -> tuple[str, ...]:
    """Who could do this now: by role, and for a signature by training and by having had no hand in the data."""
    if action in roles.SIGNING:
        return tuple(p.printed_name for p in people if not obstacles.before_signing(release, action, p, day))
    return tuple(person.printed_name for person in people if roles.allowed(action, person.roles))


def _submitted(release: Release, people: Sequence[Person], day: str) -> tuple[Requirement, ...]:
    done = release.state != "draft"
    who_can = () if done else _able(release, people, "submit", day)
    return (Requirement(kind="state", what="submitted for review", done=done, who_can=who_can),)


def _tests(release: Release, people: Sequence[Person], day: str) -> tuple[Requirement, ...]:
    missing = {hold.subject for hold in obstacles.not_excused(release)}
    able = _able(release, people, "accept deviation", day)
    return tuple(
        Requirement(
            kind="deviation" if hold.codes else "test",
            what=f"{hold.because} ({' or '.join(hold.codes) or 'nothing excuses it'})",
            done=hold.subject not in missing,
            by=_accepted_by(release, hold.subject),
            who_can=able if hold.codes and hold.subject in missing else (),
        )
        for hold in obstacles.holds(release.record)
    )


def _accepted_by(release: Release, subject: str) -> tuple[str, ...]:
    return tuple(
        each.signature.printed_name
        for each in release.deviations
        if each.subject == subject and each.signature is not None
    )


def _attestations(release: Release, people: Sequence[Person], day: str) -> tuple[Requirement, ...]:
    missing = obstacles.not_attested(release)
    able = _able(release, people, "attest", day)
    return tuple(
        Requirement(
            kind="attestation",
            what=item,
            done=item not in missing,
            by=tuple(each.printed_name for each in release.attestations if each.item == item),
            who_can=able if item in missing else (),
        )
        for item in release.record.checklist
    )


def _investigation(each: Investigation, release: Release, people: Sequence[Person], day: str) -> Requirement:
    done = each not in obstacles.not_concluded(release)
    open_still = not obstacles.concluded(each, release)
    return Requirement(
        kind="investigation",
        what=f"{each.id}: {each.conclusion or 'open'}",
        done=done,
        by=(each.closed_by,) if each.closed_by else (),
        who_can=_able(release, people, "conclude investigation", day) if open_still else (),
    )


def _in_force(release: Release, day: str) -> tuple[Requirement, ...]:
    used = release.record.specification
    what = f"the specification {used.id} version {used.version} is in force on {day}"
    return (Requirement(kind="specification", what=what, done=obstacles.in_force(release, day)),)


def _signatures(release: Release, people: Sequence[Person], day: str) -> tuple[Requirement, ...]:
    given = {each.meaning: each for each in obstacles.given(release)}
    signed = {each.user for each in given.values() if each.meaning in obstacles.meanings(release)}
    able = {
        meaning: tuple(
            person.printed_name
            for person in people
            if person.user not in signed
            and not obstacles.before_signing(release, roles.action_of(meaning), person, day)
        )
        for meaning in obstacles.meanings(release)
    }
    return tuple(
        Requirement(
            kind="signature",
            what=meaning,
            done=meaning in given,
            by=(given[meaning].printed_name,) if meaning in given else (),
            who_can=() if meaning in given or release.state not in states.OPEN else able[meaning],
        )
        for meaning in obstacles.meanings(release)
    )
