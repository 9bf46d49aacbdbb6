"""What is asked of a registry on its records: which there are, and what was done to one, entry by entry; pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from evqc.records import record
from evqc.release.chain import AuditEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


@record
class Listed:
    """One record of the registry.

    Attributes:
        record: ``BATCH/version``.
        made_by: id of who drafted it.
    """

    record: str
    batch: str
    version: int
    state: str
    made_by: str
    record_sha256: str
    specification_sha256: str


@record
class RecordList:
    """The document ``evqc.release-records/1``."""

    schema: Literal["evqc.release-records/1"] = "evqc.release-records/1"
    records: tuple[Listed, ...]


@record
class History:
    """The document ``evqc.release-history/1``: every entry of the audit trail on a batch, in all its versions."""

    schema: Literal["evqc.release-history/1"] = "evqc.release-history/1"
    record: str
    entries: tuple[AuditEntry, ...]


def record_list(rows: Iterable[Mapping[str, Any]]) -> RecordList:
    """The records of a registry, by batch and version.

    Args:
        rows: as ``Registry.records`` gives them.
    """
    listed = [
        Listed(record=row["id"], **{name: row[name] for name in Listed.__dataclass_fields__ if name != "record"})
        for row in rows
    ]
    return RecordList(records=tuple(sorted(listed, key=lambda each: (each.batch, each.version))))


def what_changed(entry: AuditEntry) -> tuple[str, ...]:
    """What an entry wrote, column by column: the value before and after; of a new row what it holds.

    What belongs to every row of a record (its id, batch and hashes) is left to the document.
    """
    old, new = entry.old or {}, entry.new or {}
    names = [name for name in new if name not in _FAMILIAR and (not entry.old or old.get(name) != new[name])]
    return tuple(_change(name, old.get(name), new[name]) for name in names if new[name] not in (None, "", []))


#: Columns that say where a row belongs, or hold what no person reads.
_FAMILIAR = frozenset(
    {
        *("id", "batch", "record", "version", "record_version", "record_sha256", "specification_sha256"),
        *("user", "printed_name", "role", "made_by", "opened_by", "by", "at", "reason", "investigation", "number"),
        *("head_length", "head_hash", "hash_version", "public_key", "signature"),
    }
)


def _change(name: str, old: Any, new: Any) -> str:
    if isinstance(new, dict):
        return f"{name} changed"
    return f"{name}: {_shown(new)}" if old is None else f"{name}: {_shown(old)} → {_shown(new)}"


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def history_rows(of: History) -> Iterator[tuple[str, ...]]:
    """One row an entry: number, UTC time, who, what, on what, what changed, why."""
    for entry in of.entries:
        at = f"{entry.at[:10]} {entry.at[11:19]}"
        yield (
            str(entry.sequence),
            at,
            entry.user,
            entry.action,
            entry.key,
            "\n".join(what_changed(entry)),
            _reason(entry),
        )


def _reason(entry: AuditEntry) -> str:
    """The reason in a row: of one that has many lines, as that of an attestation, the first."""
    first, *more = entry.why.split("\n")
    return f"{first} (and {len(more)} more)" if more else first
