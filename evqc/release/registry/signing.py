"""Signing: the password every time, the rules within the transaction, and the head of the trail in what is signed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evqc.errors import InputError, Where, refusal
from evqc.records import to_plain
from evqc.release import obstacles, roles, states
from evqc.release.registry import passwords
from evqc.release.registry.assembling import at_hand, deviation_of, person_of
from evqc.release.registry.records import Records, known
from evqc.release.registry.tables import ATTESTATIONS, DEVIATIONS, SIGNATURES
from evqc.release.registry.writing import rows
from evqc.release.signature import Signature, signed_bytes, why

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evqc.errors import Issue
    from evqc.release.registry.tables import Row
    from evqc.release.registry.writing import Act
    from evqc.release.release import Person, Release


class Signing(Records):
    """Signatures on records, on attestations, on deviations and on the end of investigations."""

    def sign(self, record_id: str, meaning: str, user: str, password: str, reason: str = "") -> Signature:
        """Signs a record: one of the meanings of its specification, ``rejected`` or ``invalidated``.

        Args:
            record_id: ``BATCH/version``.
            meaning: what the signature says.
            user: id of who signs.
            password: asked for at every signature.
            reason: in words; a rejection and an invalidation need one.

        Raises:
            InputError: ``WRONG_PASSWORD`` or ``LOCKED_OUT`` (nothing changes but the trail); ``NO_REASON``,
                ``MEANING_UNKNOWN``, ``ILLEGAL_TRANSITION``; everything that ``obstacles`` finds; or as ``write``.

        Source:
            21 CFR 11.50, 11.70 and 11.200; DEPENDENCIES, REGULATED B and C.
        """
        action = roles.action_of(meaning)
        if action in {"reject", "invalidate"} and not reason.strip():
            raise refusal(record_id, "NO_REASON", Where(field="reason"), "nothing", "the reason, in words")

        def move(act: Act, release: Release) -> None:
            row = known(act, record_id)
            _may_be_given(release, meaning, record_id)
            new = states.after(action, row["state"], record_id)
            if action in {"review", "release"}:
                found = obstacles.before_meaning(release, meaning, _person(act, user))
                refuse(
                    record_id,
                    (*found, *(obstacles.before_release(release, act.at[:10]) if action == "release" else ())),
                )
            act.put("records", row | {"state": new})

        return self.signed(record_id, meaning, user, password, reason.strip(), move)

    def attest(self, record_id: str, items: Sequence[str], user: str, password: str, note: str = "") -> Signature:
        """Attests items of the checklist, all by one signature.

        Raises:
            InputError: ``NOT_ON_THE_CHECKLIST``, ``ATTESTED_BEFORE``, ``RECORD_ENDED``, or as ``sign``.
        """

        def attest(act: Act, release: Release) -> None:
            still_open(release, record_id, "submitted", "reviewed")
            open_items = obstacles.not_attested(release)
            for item in items:
                if item not in open_items:
                    code = "ATTESTED_BEFORE" if item in release.record.checklist else "NOT_ON_THE_CHECKLIST"
                    raise refusal(record_id, code, Where(field="checklist"), item, "an item that is still open")
                act.put("attestations", _attestation(act, release, record_id, item, note, _next_id(act, record_id)))
            if not items or len(set(items)) < len(items):
                raise refusal(record_id, "NOT_ON_THE_CHECKLIST", Where(field="checklist"), f"{len(items)} items",
                              "one item or more, each once")  # fmt: skip

        return self.signed(record_id, "attested", user, password, "\n".join(items), attest)

    def raise_deviation(self, record_id: str, subject: str, code: str, reason: str, user: str) -> str:
        """Writes down what departs from the rule, for somebody else to accept; returns its id.

        Args:
            record_id: ``BATCH/version``.
            subject: of an ``obstacles.Hold`` of this record.
            code: of ``obstacles.CODES``, as that hold allows.
            reason: in words.
            user: who asks for it.

        Raises:
            InputError: ``NOTHING_TO_EXCUSE``, ``CANNOT_BE_EXCUSED``, ``CODE_UNFIT``, ``RECORD_ENDED``, or as ``write``.
        """

        def put(act: Act) -> str:
            release = at_hand(act.connection, record_id, act.head())
            still_open(release, record_id, *states.OPEN)
            _excusable(release, record_id, subject, code)
            made = f"{record_id}/deviation-{len(release.deviations) + 1}"
            act.put("deviations", _deviation(act, release, record_id, made, subject, code))
            return made

        return self.write(user, "raise deviation", reason, put)

    def accept_deviation(self, deviation: str, user: str, password: str) -> Signature:
        """Accepts a deviation by a signature whose reason is the deviation's own words.

        Raises:
            InputError: ``NO_SUCH_DEVIATION``, ``OWN_DEVIATION``, ``ACCEPTED_BEFORE``, ``RECORD_ENDED``, or as ``sign``.
        """
        with self.reading() as connection:
            row = next(iter(rows(connection, "deviations", DEVIATIONS.c.id == deviation)), None)
        if row is None:
            raise refusal(deviation, "NO_SUCH_DEVIATION", Where(field="deviation"), deviation, "the id of a deviation")

        def accept(act: Act, release: Release) -> None:
            still_open(release, row["record"], "submitted", "reviewed")
            now = act.row("deviations", deviation) or row
            if now["signature"] is not None:
                raise refusal(deviation, "ACCEPTED_BEFORE", Where(field="deviation"), deviation, "one that is open")
            if now["user"] == user:
                raise refusal(deviation, "OWN_DEVIATION", Where(field="user"), user, "somebody who did not ask for it")
            act.put("deviations", now | {"signature": _next_id(act, row["record"])})

        words = states.accepted_words(deviation_of(row, None))
        return self.signed(row["record"], "deviation accepted", user, password, words, accept)

    def signed(
        self,
        record_id: str,
        meaning: str,
        user: str,
        password: str,
        reason: str,
        what: Callable[[Act, Release], None],
    ) -> Signature:
        """One signature and what it is of, in one transaction, after the password was right.

        Args:
            record_id: ``BATCH/version``.
            meaning: what the signature says.
            user: id of who signs.
            password: of the user.
            reason: in words, part of what is signed.
            what: writes what is signed, before the signature, so that the head in the signature covers it.
        """
        before = self.checked(user, password)
        action = roles.action_of(meaning)
        key = private_key(before, password)

        def act_and_sign(act: Act) -> Signature:
            self.confirm(act, before)
            release = at_hand(act.connection, record_id, act.head())
            refuse(record_id, obstacles.before_signing(release, action, person_of(before), act.at[:10]))
            identity = _next_id(act, record_id)
            what(act, release)
            made = _made(act, release, before, meaning, reason, key)
            act.put("signatures", _as_row(identity, record_id, made))
            return made

        return self.write(user, action, why(meaning, reason), act_and_sign)


def private_key(row: Row, password: str) -> Ed25519PrivateKey:
    """The private key of a user, opened by the password.

    Raises:
        InputError: ``PASSWORD_TO_BE_CHANGED`` (there is no key yet), or ``KEY_UNFIT`` (the row was tampered with).
    """
    if row["must_change"] or row["private_key"] is None:
        raise refusal(row["id"], "PASSWORD_TO_BE_CHANGED", Where(field="user"), "a password that somebody else chose",
                      "a password of one's own first")  # fmt: skip
    secret = passwords.unseal(row["private_key"], password, row["id"])
    key = Ed25519PrivateKey.from_private_bytes(secret) if secret else None
    if key is None or key.public_key().public_bytes_raw().hex() != row["public_keys"][-1]:
        raise refusal(row["id"], "KEY_UNFIT", Where(field="private key"), "a key that is not this user's",
                      "the key that was made with this password; verify the registry")  # fmt: skip
    return key


def _made(act: Act, release: Release, user: Row, meaning: str, reason: str, key: Ed25519PrivateKey) -> Signature:
    unsigned = Signature(
        batch=release.record.batch.id,
        record_sha256=release.record_sha256,
        record_version=release.version,
        user=user["id"],
        printed_name=user["printed_name"],
        role=str(roles.role_for(act.action, user["roles"])),
        at=act.at,
        meaning=meaning,
        reason=reason,
        head=act.head(),
        public_key=user["public_keys"][-1],
        signature="",
    )
    return replace(unsigned, signature=key.sign(signed_bytes(unsigned)).hex())


def _as_row(identity: str, record_id: str, made: Signature) -> Row:
    plain = {name: value for name, value in to_plain(made).items() if name != "head"}
    return plain | {
        "id": identity,
        "record": record_id,
        "head_length": made.head.length,
        "head_hash": made.head.hash,
    }


def _next_id(act: Act, record_id: str) -> str:
    return f"{record_id}/signature-{len(act.rows('signatures', SIGNATURES.c.record == record_id)) + 1}"


def _person(act: Act, user: str) -> Person:
    return person_of(act.row("users", user) or {})


def refuse(record_id: str, found: Sequence[Issue]) -> None:
    """Raises InputError with everything found, when anything was."""
    if found:
        raise InputError(record_id, *found)


def _may_be_given(release: Release, meaning: str, record_id: str) -> None:
    asked = (*obstacles.meanings(release), "rejected", "invalidated")
    if meaning not in asked:
        raise refusal(record_id, "MEANING_UNKNOWN", Where(field="meaning"), meaning, ", ".join(asked))


def still_open(release: Release, record_id: str, *allowed: str) -> None:
    """Raises InputError ``RECORD_ENDED`` unless the record is in one of the allowed states."""
    if release.state not in allowed:
        raise refusal(record_id, "RECORD_ENDED", Where(field="state"), release.state, " or ".join(allowed))


def _excusable(release: Release, record_id: str, subject: str, code: str) -> None:
    holds = {hold.subject: hold for hold in obstacles.holds(release.record)}
    if subject not in holds:
        raise refusal(record_id, "NOTHING_TO_EXCUSE", Where(field="subject"), subject, " or ".join(holds) or "nothing")
    codes = holds[subject].codes
    if not codes:
        raise refusal(record_id, "CANNOT_BE_EXCUSED", Where(field=subject), holds[subject].because,
                      "a pass; no deviation excuses a failing test or one that cannot be judged")  # fmt: skip
    if code not in codes:
        raise refusal(record_id, "CODE_UNFIT", Where(field="code"), code, " or ".join(codes))


def _deviation(act: Act, release: Release, record_id: str, identity: str, subject: str, code: str) -> Row:
    return {
        "id": identity,
        "batch": release.record.batch.id,
        "record": record_id,
        "subject": subject,
        "code": code,
        "reason": act.why,
        "user": act.user,
        "at": act.at,
        "signature": None,
    }


def _attestation(act: Act, release: Release, record_id: str, item: str, note: str, signed_by: str) -> Row:
    number = len(act.rows("attestations", ATTESTATIONS.c.record == record_id)) + 1
    return {
        "id": f"{record_id}/attestation-{number}",
        "batch": release.record.batch.id,
        "record": record_id,
        "item": item,
        "user": act.user,
        "printed_name": str((act.row("users", act.user) or {})["printed_name"]),
        "at": act.at,
        "note": note,
        "signature": signed_by,
    }
