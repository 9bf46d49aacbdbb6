"""Verification of a whole database: every row against the replayed audit trail, every signature against both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, text

from evqc.errors import InputError
from evqc.records import record
from evqc.release import chain, roles, statement, states
from evqc.release.chain import AuditEntry, SealedEntry
from evqc.release.registry import triggers
from evqc.release.registry.assembling import signature_of
from evqc.release.registry.tables import AUDIT, decoded, encoded, hashed, key_column, metadata
from evqc.release.registry.writing import stored
from evqc.release.signature import holds
from evqc.release.statement import STATEMENTS, Statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.engine import Connection
    from sqlalchemy.schema import Column, Table

    from evqc.release.chain import Head
    from evqc.release.registry.tables import Row

#: Rows by table and key, as the trail has them at its end.
State = dict[str, dict[str, "Row"]]


@record
class Fault:
    """One thing that is not as the audit trail has it.

    Attributes:
        table, key, column: where; the column is empty where a whole row is meant, the key where a whole table is.
        words: one plain sentence.
    """

    table: str
    key: str = ""
    column: str = ""
    words: str


def faults(connection: Connection, anchors: Sequence[Head] = ()) -> tuple[Fault, ...]:
    """Everything that is wrong with a registry; empty when all of it holds.

    Args:
        connection: that sees one moment.
        anchors: heads of the trail that were kept elsewhere, such as in a bundle: the trail has to run through them.

    Source:
        21 CFR 11.10(a) and (e); DEPENDENCIES 4: a chain without an anchor outside it proves little.
    """
    kept = list(stored(connection, AUDIT))
    found = [*_unreadable(kept)]
    trail = [entry for entry in (_entry(row) for row in kept) if entry is not None]
    found += [Fault(table="audit", key=_number(sentence), words=sentence) for sentence in chain.faults(trail)]
    replayed = replay(trail)
    for name, table in metadata.tables.items():
        if name != "audit":
            found += _differences(connection, table, replayed.get(name, {}))
    found += [*_schema(connection, replayed), *_authority(trail), *_states(trail)]
    found += [*_signatures(connection, trail, replayed), *_statements(trail, replayed), *_anchored(trail, anchors)]
    return tuple(found)


def is_of_the_clock(fault: Fault) -> bool:
    """Whether a fault says no more than that the clock once went back: to be looked into, but nothing was changed."""
    return fault.words.endswith("the clock went back")


def replay(trail: Iterable[AuditEntry | SealedEntry]) -> State:
    """The rows of every table as the trail has them at its end; pure."""
    state: State = {}
    for entry in trail:
        if isinstance(entry, AuditEntry) and entry.new is not None:
            state.setdefault(entry.table, {})[entry.key] = entry.new
    return state


def _number(sentence: str) -> str:
    return sentence.split()[1]


def _entry(row: Row) -> AuditEntry | None:
    plain = decoded(AUDIT, row)
    fits = all(isinstance(plain[name], (dict, type(None))) for name in ("old", "new"))
    return AuditEntry(**plain) if fits and _typed(row) else None


def _typed(row: Row) -> bool:
    whole = {"sequence", "hash_version"}
    return all(isinstance(value, int if name in whole else (str, type(None))) for name, value in row.items())


def _unreadable(kept: Iterable[Row]) -> Iterator[Fault]:
    for row in kept:
        if _entry(row) is None:
            key = str(row["sequence"])
            yield Fault(table="audit", key=key, words=f"entry {key} of the audit trail cannot be read")


def _differences(connection: Connection, table: Table, replayed: dict[str, Row]) -> Iterator[Fault]:
    key = key_column(table).name
    seen = set()
    for row in stored(connection, table):
        name = str(row[key])
        seen.add(name)
        if name in replayed:
            yield from _columns(table, name, row, replayed[name])
        else:
            yield Fault(table=table.name, key=name, words=f"{table.name} {name}: the audit trail knows no such row")
    for name in replayed.keys() - seen:
        yield Fault(table=table.name, key=name, words=f"{table.name} {name}: the row is gone")


def _columns(table: Table, key: str, row: Row, expected: Row) -> Iterator[Fault]:
    for column in table.columns:
        known = expected.get(column.name)
        secret = column.info["form"] == "hashed"
        same = _same_hash(column, row, known) if secret else _same(table, column.name, row, known)
        if not same:
            said = "is not the one" if secret else f"is {row[column.name]!r} and not {known!r}, the one"
            words = f"{table.name} {key}: {column.name} {said} that the audit trail has"
            yield Fault(table=table.name, key=key, column=column.name, words=words)


def _same(table: Table, name: str, row: Row, known: Any) -> bool:
    value = row[name]
    as_stored = encoded(table, dict.fromkeys(table.columns.keys()) | {name: known})[name]
    return type(value) is type(as_stored) and bool(value == as_stored)


def _same_hash(column: Column[Any], row: Row, known: Any) -> bool:
    value = row[column.name]
    kind = bytes if isinstance(column.type, LargeBinary) else str
    return (value is None or isinstance(value, kind)) and hashed(value) == known


def _schema(connection: Connection, replayed: State) -> Iterator[Fault]:
    """Whether the tables are of the revision that the trail tells of, and all triggers in their place."""
    revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    expected = [row["version_num"] for row in replayed.get("alembic_version", {}).values()]
    if list(revision) != expected:
        words = f"alembic_version: version_num is {', '.join(revision)} and not {', '.join(expected)}"
        yield Fault(table="alembic_version", key="revision", column="version_num", words=words)
    there = triggers.present(connection)
    for name, table, definition in triggers.expected(connection):
        if there.get(name) != definition:
            words = f"{table}: the trigger {name} is gone or was changed; rows could be, too"
            yield Fault(table=table, words=words)


def _authority(trail: Iterable[AuditEntry]) -> Iterator[Fault]:
    """Whether everybody who wrote had a role for it at that time, as the trail itself tells."""
    users: dict[str, Row] = {}
    for entry in trail:
        user = users.get(entry.user)
        if entry.action not in roles.UNATTENDED and not _allowed(entry.action, user):
            words = f"entry {entry.sequence} of the audit trail: {entry.user} had no right to {entry.action}"
            yield Fault(table="audit", key=str(entry.sequence), words=words)
        if entry.table == "users" and entry.new is not None:
            users[entry.key] = entry.new


def _allowed(action: str, user: Row | None) -> bool:
    return (
        user is not None and action in roles.ACTIONS and bool(user["active"]) and roles.allowed(action, user["roles"])
    )


def _states(trail: Sequence[AuditEntry]) -> Iterator[Fault]:
    for key in dict.fromkeys(entry.key for entry in trail if entry.table == "records"):
        try:
            states.state_of(trail, key)
        except InputError as error:
            yield Fault(table="records", key=key, column="state", words=f"records {key}: {error.issues[0].message}")


def _signatures(connection: Connection, trail: Sequence[AuditEntry], replayed: State) -> Iterator[Fault]:
    """Whether each signature holds, is of its record, by a key of its user, and over a state that the trail had."""
    users, documents = replayed.get("users", {}), replayed.get("records", {})
    for row in stored(connection, metadata.tables["signatures"]):
        for words in _signature(row, users.get(row["user"]), documents.get(row["record"]), trail):
            yield Fault(table="signatures", key=str(row["id"]), words=f"signatures {row['id']}: {words}")


def _signature(row: Row, user: Row | None, document: Row | None, trail: Sequence[AuditEntry]) -> Iterator[str]:
    try:
        made = signature_of(row)
        whole = holds(made)
    except (TypeError, ValueError, AttributeError):
        whole = False
    if not whole:
        yield "the signature does not hold"
    if user is None or row["public_key"] not in user["public_keys"]:
        yield f"the key is none of {row['user']}"
    said = (row["record_sha256"], row["record_version"], row["batch"])
    if document is None or said != (document["record_sha256"], document["version"], document["batch"]):
        yield f"it is not of the record {row['record']}"
    if not _on(trail, row["head_length"], row["head_hash"]):
        yield "the head of the audit trail that was signed is not in the trail: it was cut or written anew"


def _statements(trail: Iterable[AuditEntry], replayed: State) -> Iterator[Fault]:
    """Whether each statement of accountability is signed by a key of the user whom it is of."""
    for entry in trail:
        if entry.table == STATEMENTS and not _stated(entry, replayed.get("users", {}).get(entry.user)):
            words = f"entry {entry.sequence} of the audit trail: the statement of {entry.key} does not hold"
            yield Fault(table="audit", key=str(entry.sequence), words=words)


def _stated(entry: AuditEntry, user: Row | None) -> bool:
    try:
        made = Statement(**(entry.new or {}))
        signed = statement.holds(made)
    except (TypeError, AttributeError):
        return False
    own = user is not None and made.public_key in user["public_keys"]
    return signed and own and entry.user == entry.key == made.user


def _on(trail: Sequence[AuditEntry], length: Any, digest: str) -> bool:
    if not isinstance(length, int) or not 0 <= length <= len(trail):
        return False
    return (trail[length - 1].hash if length else chain.BEGINNING) == digest


def _anchored(trail: Sequence[AuditEntry], anchors: Iterable[Head]) -> Iterator[Fault]:
    for head in anchors:
        if not _on(trail, head.length, head.hash):
            words = f"the audit trail does not run through its head {head.hash[:16]}… of {head.length} entries"
            yield Fault(table="audit", words=f"{words}: it was cut or written anew")
