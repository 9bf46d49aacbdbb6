"""Checks on the audit trail, and on whether everything that the release says of people and acts stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.records import to_plain
from evqc.release import chain, roles, states
from evqc.release.canonical import HASH_VERSION
from evqc.release.chain import AuditEntry, SealedEntry
from evqc.release.changes import changes
from evqc.release.verify.model import check

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import UnionType

    from evqc.release.release import Release
    from evqc.release.signature import Signature
    from evqc.release.verify.model import Check

Row = dict[str, Any]
#: Tables of which no row of this batch may be sealed.
_OF_BATCH = (
    "records",
    "contributors",
    "signatures",
    "attestations",
    "deviations",
    "investigations",
    "retests",
    "issued",
)
#: Columns of a row that a release says in another way, or not at all.
_NOT_SAID = {"batch", "record", "signature", "head", "retests", "id", "investigation"}


#: What the checks ask of rows, and the kind of it.
_SHAPES: dict[str, dict[str, type | UnionType]] = {
    "users": {"printed_name": str, "roles": list, "public_keys": list, "active": int, "trained_until": str | None},
    "records": {"batch": str, "version": int, "state": str},
    "contributors": {"batch": str, "record": str, "name": str, "users": list},
    "signatures": {"batch": str, "record": str, "signature": str},
    "attestations": {"batch": str, "record": str},
    "deviations": {"batch": str, "record": str},
    "investigations": {"batch": str, "record": str},
    "retests": {"batch": str, "record": str, "investigation": str},
}


def malformed(release: Release) -> list[str]:
    """Rows in the trail that are no rows of their tables; with one of them the other checks cannot be asked."""
    shown = [entry for entry in release.trail if isinstance(entry, AuditEntry) and entry.table in _SHAPES]
    wrong = {
        entry.sequence: name for entry in shown for row in (entry.old, entry.new) for name in _unfit(entry.table, row)
    }
    return [f"entry {number} of the audit trail holds no row of its table: {name}" for number, name in wrong.items()]


def _unfit(table: str, row: Row | None) -> Iterator[str]:
    for name, kind in _SHAPES[table].items() if row is not None else ():
        value = row.get(name, ...) if row is not None else None
        words = value if isinstance(value, list) else []
        if not isinstance(value, kind) or not all(isinstance(each, str) for each in words):
            yield name


def record_id(release: Release) -> str:
    """The key of the record: ``BATCH/version``."""
    return f"{release.record.batch.id}/{release.version}"


def rows(trail: Sequence[AuditEntry | SealedEntry], table: str, batch: str | None = None) -> dict[str, Row]:
    """The rows of a table as they stand at the end of ``trail``, by key; those of one batch where one is named."""
    found = {}
    for entry in trail:
        row = entry.new if isinstance(entry, AuditEntry) and entry.table == table else None
        if row is not None and batch in {None, row.get("batch")}:
            found[entry.key] = row
    return found


def of_chain(release: Release) -> Check:
    """Whether the trail is one chain from the first entry to the head, and seals away nothing of this batch."""
    sealed = sum(isinstance(entry, SealedEntry) for entry in release.trail)
    words = (
        f"{len(release.trail)} entries, {sealed} of them of other matters and sealed; head {release.head.hash[:16]}…"
    )
    return check("chain", "The audit trail is one unbroken chain", words, _chain_faults(release))


def _chain_faults(release: Release) -> Iterator[str]:
    yield from chain.faults(release.trail)
    yield from malformed(release)
    unknown = [entry.sequence for entry in release.trail if entry.hash_version != HASH_VERSION]
    yield from (f"entry {number} of the audit trail has a hash of another version" for number in unknown)
    if chain.head_of(release.trail) != release.head:
        yield "release.json: head is not the end of the audit trail"
    people = {person.user for person in release.people}
    for entry in release.trail:
        if isinstance(entry, SealedEntry) and _conceals(entry, release.record.batch.id, people):
            yield f"entry {entry.sequence} of the audit trail is of this release ({entry.table} {entry.key}) and sealed"


def _conceals(entry: SealedEntry, batch: str, people: set[str]) -> bool:
    own = entry.table in _OF_BATCH and (entry.key == batch or entry.key.startswith(f"{batch}/"))
    return own or (entry.table == "users" and entry.key in people and entry.action not in roles.UNATTENDED)


def of_state(release: Release) -> Check:
    """Whether the state and the record follow from the trail by ways that exist."""
    words = f"{release.state}, as version {release.version} of the record came to be in the audit trail"
    return check("state", "The state follows from the audit trail", words, _state_faults(release))


def _state_faults(release: Release) -> Iterator[str]:
    if not states.follows(release.trail, record_id(release), release.state):
        yield f"release.json: state: the audit trail does not lead to '{release.state}'"
    row = rows(release.trail, "records").get(record_id(release))
    if row is None:
        yield f"the audit trail does not know the record {record_id(release)}"
        return
    expected = {
        "record_sha256": release.record_sha256,
        "specification_sha256": release.record.specification.sha256,
        "version": release.version,
        "batch": release.record.batch.id,
    }
    yield from (
        f"release.json: {name} is not that of the audit trail"
        for name, value in expected.items()
        if row.get(name) != value
    )
    newer = [key for key, each in rows(release.trail, "records", release.record.batch.id).items()
             if each["version"] > release.version]  # fmt: skip
    yield from (f"release.json: version: the audit trail has a newer one, {key}" for key in newer)


def of_acts(release: Release) -> Check:
    """Whether people, attestations, deviations and investigations are those of the trail, all of them."""
    counts = (
        f"{len(release.people)} people, {len(release.attestations)} attestations, "
        f"{len(release.deviations)} deviations, "
        f"{len(release.investigations)} investigations"
    )
    return check("acts", "What people did stands in the audit trail", counts, _act_faults(release))


def _act_faults(release: Release) -> Iterator[str]:
    users = rows(release.trail, "users")
    for number, person in enumerate(release.people):
        row = users.get(person.user)
        plain = to_plain(person)
        yield from _differences(f"people.{number}", {key: plain[key] for key in plain if key != "user"}, row)
    acted = {each.user for each in _every_signature(release)}
    missing = acted - {person.user for person in release.people}
    yield from (f"release.json: people: {user}, who signed, is not there" for user in sorted(missing))
    for name in ("attestations", "deviations", "investigations"):
        yield from _listed(release, name)
    yield from _retests(release)
    yield from _contributor_faults(release)
    yield from _change_faults(release)


def _contributor_faults(release: Release) -> Iterator[str]:
    """Whether the names under the data are those that the trail keeps signers apart from."""
    of_batch = rows(release.trail, "contributors", release.record.batch.id).values()
    kept = sorted(row["name"] for row in of_batch if row["record"] == record_id(release))
    if kept != sorted(release.record.entered_by):
        yield "release.json: record.entered_by: the names are not those of the audit trail"


def _change_faults(release: Release) -> Iterator[str]:
    """Works out again what was changed.

    Sentences on results and files of earlier versions rest on records that are not in the bundle, and are not checked.
    """
    own = [
        each
        for each in release.trail
        if isinstance(each, AuditEntry) and states.concerns(each, release.record.batch.id)
    ]
    told = changes(own, [release.record], release.record.batch.id)
    said = release.changed_since_entry
    if said[len(said) - len(told) :] != told or (release.version == 1 and said != told):
        yield "release.json: changed_since_entry is not what the audit trail tells"
    if sum(" of the record replaces version " in each for each in said) < release.version - 1:
        yield "release.json: changed_since_entry: an earlier version is not told of"


def _listed(release: Release, table: str) -> Iterator[str]:
    """What differs between the list of this name in the release and the rows of the table that belong to its record."""
    of_batch = rows(release.trail, table, release.record.batch.id)
    whole = table == "investigations"  # those of earlier versions stay with the batch
    own = {key: row for key, row in of_batch.items() if whole or row.get("record") == record_id(release)}
    said = [to_plain(each) for each in getattr(release, table)]
    if len(own) != len(said):
        yield f"release.json: {table}: {len(said)} are listed, the audit trail has {len(own)}"
    for number, (each, row) in enumerate(zip(said, own.values(), strict=False)):
        key = next((key for key, other in own.items() if each.get("id") == key), None)
        yield from _differences(f"{table}.{number}", each, own[key] if key is not None else row)


def _retests(release: Release) -> Iterator[str]:
    held = rows(release.trail, "retests")
    for number, each in enumerate(release.investigations):
        own = [row for row in held.values() if row.get("investigation") == each.id]
        if len(own) != len(each.retests):
            yield f"release.json: investigations.{number}.retests: the audit trail has {len(own)}"
        for place, (retest, row) in enumerate(zip(each.retests, own, strict=False)):
            yield from _differences(f"investigations.{number}.retests.{place}", to_plain(retest), row)


def _differences(where: str, said: Row, row: Row | None) -> Iterator[str]:
    if row is None:
        yield f"release.json: {where} does not stand in the audit trail"
        return
    for name, value in said.items():
        if name not in _NOT_SAID and row.get(name) != value:
            yield f"release.json: {where}.{name} is not that of the audit trail"


def _every_signature(release: Release) -> list[Signature]:
    return [each for _, each in every_signature(release)]


def every_signature(release: Release) -> list[tuple[str, Signature]]:
    """Every signature in the release with the field that it stands in: of this version, void ones, of deviations."""
    found = [(f"signatures.{n}", each) for n, each in enumerate(release.signatures)]
    found += [(f"void_signatures.{n}", each) for n, each in enumerate(release.void_signatures)]
    accepted = [(n, each.signature) for n, each in enumerate(release.deviations)]
    return found + [(f"deviations.{n}.signature", each) for n, each in accepted if each is not None]
