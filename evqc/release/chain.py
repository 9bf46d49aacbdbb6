"""The audit trail as a chain: every entry holds the hash of the one before it, so that no entry can change unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.records import record, to_plain
from evqc.release.canonical import HASH_VERSION, digest

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the first entry names as the one before it.
BEGINNING = "0" * 64


@record
class AuditEntry:
    """One write.

    Attributes:
        sequence: from 1, without gaps.
        at: UTC, ISO 8601 with ``+00:00``.
        user: id of who wrote.
        action: what was done, a verb of ``roles.ACTIONS``.
        table, key: what was written; the key is the text of its primary key.
        old, new: the row before and after; None for a row that was not there.
        why: the reason, in words.
        previous: hash of the entry before.
        hash: of all of the above.
    """

    sequence: int
    at: str
    user: str
    action: str
    table: str
    key: str
    old: dict[str, Any] | None
    new: dict[str, Any] | None
    why: str
    hash_version: int = HASH_VERSION
    previous: str
    hash: str


@record
class Head:
    """The end of a chain: how many entries, and the hash of the last one. Part of every signature."""

    length: int
    hash: str


@record
class SealedEntry:
    """An entry of something else, without its content: what was done to what, and the hash of the rest.

    Action, table and key stand under the entry's hash, so that nobody can seal away an entry of the record itself.
    Keys of whatever belongs to a record begin with the id of that record, ``BATCH/version``.

    Attributes:
        content: SHA-256 of what is not shown: user, time, old, new and why.
    """

    sequence: int
    action: str
    table: str
    key: str
    hash_version: int = HASH_VERSION
    previous: str
    content: str
    hash: str


_PLACE = ("sequence", "action", "table", "key", "hash_version", "previous")


def _content(entry: AuditEntry) -> str:
    return digest({key: value for key, value in to_plain(entry).items() if key not in {*_PLACE, "hash"}})


def hash_of(entry: AuditEntry | SealedEntry) -> str:
    """The hash that an entry must hold: SHA-256 over its place and the SHA-256 of everything else in it."""
    content = entry.content if isinstance(entry, SealedEntry) else _content(entry)
    return digest({name: getattr(entry, name) for name in _PLACE} | {"content": content})


def sealed(entry: AuditEntry) -> SealedEntry:
    """``entry`` without its content, with the same hash."""
    place = {name: getattr(entry, name) for name in _PLACE}
    return SealedEntry(**place, content=_content(entry), hash=entry.hash)


def head_of(entries: Sequence[AuditEntry | SealedEntry]) -> Head:
    """The end of a chain; of an empty one the beginning."""
    return Head(length=len(entries), hash=entries[-1].hash if entries else BEGINNING)


def faults(entries: Sequence[AuditEntry | SealedEntry]) -> list[str]:
    """What is wrong with a whole chain, one sentence a fault; empty when it holds.

    Args:
        entries: from the first one on, in order.
    """
    found, previous, last_at = [], BEGINNING, ""
    for index, entry in enumerate(entries, start=1):
        if entry.sequence != index:
            found.append(f"entry {index} of the audit trail has the number {entry.sequence}")
        if entry.previous != previous:
            found.append(f"entry {index} of the audit trail does not follow the one before it")
        if entry.hash != hash_of(entry):
            found.append(f"entry {index} of the audit trail was changed after it was written")
        at = last_at if isinstance(entry, SealedEntry) else entry.at
        if at < last_at:
            found.append(f"entry {index} of the audit trail is dated before the one before it: the clock went back")
        previous, last_at = entry.hash, max(last_at, at)
    return found
