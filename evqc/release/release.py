"""Everything about one release that anyone needs to check it without database or network: the heart of a bundle."""

from __future__ import annotations

from typing import Literal

from evqc.errors import Where, refusal
from evqc.records import record
from evqc.release.chain import AuditEntry, Head, SealedEntry
from evqc.release.record import ReleaseRecord
from evqc.release.signature import Signature

State = Literal["draft", "submitted", "reviewed", "released", "rejected", "invalidated"]


@record
class Person:
    """Somebody who wrote or signed, as the trail has them at the end of it.

    Attributes:
        public_keys: every Ed25519 key that the user ever had, hexadecimal, the newest last.
        trained_until: ISO date; None when training does not expire.
    """

    user: str
    printed_name: str
    roles: tuple[str, ...]
    public_keys: tuple[str, ...]
    trained_until: str | None = None


@record
class Attestation:
    """One item of the checklist that a person attested."""

    item: str
    user: str
    printed_name: str
    at: str
    note: str = ""


@record
class Deviation:
    """A departure that a person accepted with a reason and a signature.

    Attributes:
        subject: the test, finding or checklist item that it is about.
        code: of the closed list of reasons.
        signature: record-level signature with the meaning ``deviation accepted``; None while it is open.
    """

    id: str
    subject: str
    code: str
    reason: str
    user: str
    at: str
    signature: Signature | None = None


@record
class Retest:
    """One result of a retest, kept and linked whatever it says."""

    number: int
    user: str
    at: str
    value: str
    unit: str
    evidence: str


@record
class Investigation:
    """An out-of-specification record: opened by a failing test, closed by a person with a conclusion.

    Attributes:
        phase: ``laboratory`` first; ``full`` when no laboratory error was found.
        original: the failing value as measured; kept for ever.
        assignable_cause: in words, with evidence; None while none is found.
        retests_planned: fixed before the first retest; None while there is no plan.
        conclusion: ``confirmed``, ``invalidated by assignable cause``, or None while it is open.
    """

    id: str
    test: str
    original: str
    phase: Literal["laboratory", "full"]
    opened_by: str
    at: str
    assignable_cause: str | None = None
    plan: str | None = None
    retests_planned: int | None = None
    retests: tuple[Retest, ...] = ()
    conclusion: str | None = None
    closed_by: str | None = None


@record
class Release:
    """The document ``evqc.release/1``.

    Attributes:
        record_sha256: of the canonical release record, which every signature names.
        version: of the record, from 1.
        signatures: of this version, in their order.
        void_signatures: of earlier versions, and reviews of this one after which a result was added; shown as void.
        trail: every entry from the first one; those of other matters sealed.
        head: of the trail at export.
        changed_since_entry: what was changed after it was first entered, in words, for the certificate.
    """

    schema: Literal["evqc.release/1"] = "evqc.release/1"
    record: ReleaseRecord
    record_sha256: str
    version: int
    state: State
    signatures: tuple[Signature, ...]
    void_signatures: tuple[Signature, ...] = ()
    people: tuple[Person, ...]
    attestations: tuple[Attestation, ...] = ()
    deviations: tuple[Deviation, ...] = ()
    investigations: tuple[Investigation, ...] = ()
    changed_since_entry: tuple[str, ...] = ()
    trail: tuple[AuditEntry | SealedEntry, ...]
    head: Head


def refuse_unreleased(release: Release) -> None:
    """Raises InputError ``NOT_RELEASED`` for a record in any other state than released."""
    if release.state != "released":
        name = f"{release.record.batch.id}/{release.version}"
        raise refusal(name, "NOT_RELEASED", Where(field="state"), release.state,
                      "a released record; any other is only given out when that is asked for")  # fmt: skip
