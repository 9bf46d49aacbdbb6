"""A release document put together from the rows of the registry and its audit trail."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.records import from_plain
from evqc.release import obstacles, states
from evqc.release.chain import AuditEntry, Head, head_of, sealed
from evqc.release.changes import changes
from evqc.release.record import ReleaseRecord
from evqc.release.registry.tables import ATTESTATIONS, AUDIT, DEVIATIONS, INVESTIGATIONS, RECORDS, RETESTS, SIGNATURES
from evqc.release.registry.writing import entries, rows
from evqc.release.release import Attestation, Deviation, Investigation, Person, Release, Retest
from evqc.release.signature import Signature

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.engine import Connection

    from evqc.release.registry.tables import Row


def assembled(connection: Connection, record_id: str) -> Release:
    """The document ``evqc.release/1`` of a record, with the whole trail.

    Entries of other batches, of instruments and of people who had no hand in this batch are sealed.

    Raises:
        InputError: ``NO_SUCH_RECORD``.
    """
    trail = entries(connection)
    return _document(connection, record_id, trail, head_of(trail))


def at_hand(connection: Connection, record_id: str, head: Head) -> Release:
    """The same with only the entries of its own batch, as rules ask for before somebody signs.

    Raises:
        InputError: ``NO_SUCH_RECORD``.
    """
    batch = _row(connection, record_id)["batch"]
    own = entries(connection, AUDIT.c.key.startswith(f"{batch}/", autoescape=True))
    return _document(connection, record_id, own, head)


def _row(connection: Connection, record_id: str) -> Row:
    found = rows(connection, "records", RECORDS.c.id == record_id)
    if not found:
        raise refusal(record_id, "NO_SUCH_RECORD", Where(field="record"), record_id,
                      "the id of a record, BATCH/version")  # fmt: skip
    return found[0]


def _document(connection: Connection, record_id: str, trail: Sequence[AuditEntry], head: Head) -> Release:
    row = _row(connection, record_id)
    versions = rows(connection, "records", RECORDS.c.batch == row["batch"], RECORDS.c.version <= row["version"])
    own = [entry for entry in trail if states.concerns(entry, row["batch"])]
    signed = rows(connection, "signatures", SIGNATURES.c.batch == row["batch"])
    people = _people(connection, own)
    involved = {person.user for person in people}
    signatures = {each["id"]: signature_of(each) for each in signed}
    of_this = tuple(signatures[each["id"]] for each in _ordered(signed) if each["record"] == record_id)
    earlier = tuple(signatures[each["id"]] for each in _ordered(signed) if each["record_version"] < row["version"])
    whole = Release(
        record=record_of(row),
        record_sha256=row["record_sha256"],
        version=row["version"],
        state=row["state"],
        signatures=of_this,
        people=people,
        attestations=_attestations(connection, record_id, own),
        deviations=_deviations(connection, record_id, own, signatures),
        investigations=_investigations(connection, row["batch"], own),
        changed_since_entry=changes(own, [record_of(each) for each in sorted(versions, key=_version)], row["batch"]),
        trail=tuple(entry if _shown(entry, row["batch"], involved) else sealed(entry) for entry in trail),
        head=head,
    )
    late = obstacles.overtaken(whole)
    valid = tuple(each for each in of_this if each not in late)
    return replace(whole, signatures=valid, void_signatures=(*earlier, *late))


def _version(row: Row) -> int:
    return int(row["version"])


def _ordered(signed: Iterable[Row]) -> list[Row]:
    return sorted(signed, key=lambda row: int(row["head_length"]))


def _shown(entry: AuditEntry, batch: str, involved: set[str]) -> bool:
    """Whether an entry is of this batch, or is the row of somebody who had a hand in it."""
    of_person = entry.table == "users" and entry.key in involved and entry.new is not None
    return states.concerns(entry, batch) or of_person


def record_of(row: Row) -> ReleaseRecord:
    """The release record that a row holds."""
    return from_plain(ReleaseRecord, json.loads(row["record"]))


def signature_of(row: Row) -> Signature:
    """The signature that a row holds."""
    fields = {name: value for name, value in row.items() if name not in {"id", "record", "head_length", "head_hash"}}
    return Signature(**fields, head=Head(length=row["head_length"], hash=row["head_hash"]))


def person_of(row: Row) -> Person:
    """The person that a row of users is of."""
    return Person(
        user=row["id"],
        printed_name=row["printed_name"],
        roles=tuple(row["roles"]),
        public_keys=tuple(row["public_keys"]),
        trained_until=row["trained_until"],
    )


def _people(connection: Connection, own: Iterable[AuditEntry]) -> tuple[Person, ...]:
    acted = {entry.user for entry in own}
    return tuple(person_of(row) for row in rows(connection, "users") if row["id"] in acted)


def _without(row: Row, *names: str) -> Row:
    return {name: value for name, value in row.items() if name not in names}


def _in_order(found: Iterable[Row], table: str, own: Iterable[AuditEntry]) -> list[Row]:
    """Rows in the order in which the trail has them for the first time."""
    first: dict[str, int] = {}
    for entry in own:
        if entry.table == table:
            first.setdefault(entry.key, entry.sequence)
    return sorted(found, key=lambda row: first.get(str(row["id"]), 0))


def _attestations(connection: Connection, record_id: str, own: Iterable[AuditEntry]) -> tuple[Attestation, ...]:
    found = rows(connection, "attestations", ATTESTATIONS.c.record == record_id)
    return tuple(
        Attestation(**_without(row, "id", "batch", "record", "signature"))
        for row in _in_order(found, "attestations", own)
    )


def _deviations(
    connection: Connection, record_id: str, own: Iterable[AuditEntry], signatures: dict[str, Signature]
) -> tuple[Deviation, ...]:
    found = rows(connection, "deviations", DEVIATIONS.c.record == record_id)
    return tuple(
        deviation_of(row, signatures.get(row["signature"] or "")) for row in _in_order(found, "deviations", own)
    )


def deviation_of(row: Row, signature: Signature | None) -> Deviation:
    """The deviation that a row holds."""
    return Deviation(**_without(row, "batch", "record", "signature"), signature=signature)


def _investigations(connection: Connection, batch: str, own: Iterable[AuditEntry]) -> tuple[Investigation, ...]:
    """Every investigation of a batch, in all its versions, with all of its retests."""
    found = rows(connection, "investigations", INVESTIGATIONS.c.batch == batch)
    retests = rows(connection, "retests", RETESTS.c.batch == batch)
    return tuple(investigation_of(row, retests) for row in _in_order(found, "investigations", own))


def investigation_of(row: Row, retests: Iterable[Row]) -> Investigation:
    """The investigation that a row holds, with those of ``retests`` that are its own."""
    own = sorted((each for each in retests if each["investigation"] == row["id"]), key=lambda each: int(each["number"]))
    made = tuple(Retest(**_without(each, "id", "batch", "record", "investigation")) for each in own)
    return Investigation(**_without(row, "batch", "record"), retests=made)
