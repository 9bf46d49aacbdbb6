"""The one way into the database: a row and its entry in the audit trail are written together, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, select, text

from evqc.errors import Where, refusal
from evqc.records import to_plain
from evqc.release.canonical import HASH_VERSION
from evqc.release.chain import BEGINNING, AuditEntry, Head, hash_of
from evqc.release.registry.tables import (
    AUDIT,
    Row,
    decoded,
    encoded,
    for_trail,
    key_column,
    metadata,
    refuse_unwritable,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection
    from sqlalchemy.sql.elements import ColumnElement


def utc(moment: datetime) -> str:
    """A time as the trail holds it: UTC, to the microsecond, with ``+00:00``; raises ValueError without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a clock of the registry tells its zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Act:
    """What one person does at one moment, within one transaction.

    Attributes:
        connection: of a transaction that alone may write.
        user, action, why: of every entry that this act appends.
        at: UTC, of every entry.
    """

    def __init__(self, connection: Connection, user: str, action: str, why: str, clock: Callable[[], datetime]) -> None:
        self.connection = connection
        self.user = user
        self.action = action
        self.why = refuse_unwritable("audit", "why", why.strip())
        self.moment = clock()
        self.at = utc(self.moment)
        if not self.why:
            raise refusal(action, "NO_REASON", Where(field="why"), "nothing", "the reason, in words")

    def rows(self, table: str, *where: ColumnElement[bool]) -> list[Row]:
        """The rows of a table for which ``where`` holds, in the order of their keys."""
        return rows(self.connection, table, *where)

    def row(self, table: str, key: object) -> Row | None:
        """The row with this key; None where there is none."""
        column = key_column(metadata.tables[table])
        sought = refuse_unwritable(table, column.name, key) if isinstance(key, str) else key
        return next(iter(self.rows(table, column == sought)), None)

    def has(self, table: str, key: str) -> bool:
        """Whether there is a row with this key, without reading it."""
        column = key_column(metadata.tables[table])
        return self.connection.execute(select(column).where(column == key)).first() is not None

    def put(self, table: str, row: Row) -> AuditEntry:
        """Writes a whole row, new or changed, and appends its entry. Nothing else in evqc writes a row.

        Raises:
            InputError: ``NOT_TEXT``; a text that no database can hold.
        """
        target = metadata.tables[table]
        key = key_column(target)
        stored = encoded(target, row)
        old = self.row(table, row[key.name])
        if old is None:
            self.connection.execute(target.insert().values(stored))
        elif changes := {name: stored[name] for name, before in encoded(target, old).items() if stored[name] != before}:
            self.connection.execute(target.update().where(key == row[key.name]).values(changes))
        return self._append(table, str(row[key.name]), old and for_trail(target, old), for_trail(target, row))

    def note(self, table: str, key: str, old: Row | None = None, new: Row | None = None) -> AuditEntry:
        """Appends an entry without a row of its own, such as a password that was wrong."""
        return self._append(table, key, old, new)

    def head(self) -> Head:
        """The end of the trail as it is now, within this act."""
        return head(self.connection)

    def _append(self, table: str, key: str, old: Row | None, new: Row | None) -> AuditEntry:
        head = self.head()
        said: dict[str, Any] = {
            "sequence": head.length + 1,
            "at": self.at,
            "user": self.user,
            "action": self.action,
            "table": table,
            "key": key,
            "old": old,
            "new": new,
            "why": self.why,
            "hash_version": HASH_VERSION,
            "previous": head.hash,
        }
        entry = AuditEntry(**said, hash=hash_of(AuditEntry(**said, hash="")))
        self.connection.execute(AUDIT.insert().values(encoded(AUDIT, to_plain(entry))))
        return entry


def rows(connection: Connection, table: str, *where: ColumnElement[bool]) -> list[Row]:
    """The rows of a table for which ``where`` holds, in the order of their keys."""
    target = metadata.tables[table]
    found = connection.execute(select(target).where(*where).order_by(key_column(target))).mappings()
    return [decoded(target, dict(row)) for row in found]


def head(connection: Connection) -> Head:
    """The end of the trail as the database holds it."""
    last = connection.execute(select(AUDIT.c.sequence, AUDIT.c.hash).order_by(AUDIT.c.sequence.desc()).limit(1)).first()
    return Head(length=last.sequence, hash=last.hash) if last else Head(length=0, hash=BEGINNING)


def entries(connection: Connection, *where: ColumnElement[bool]) -> list[AuditEntry]:
    """The entries of the trail for which ``where`` holds, in their order."""
    return [AuditEntry(**row) for row in rows(connection, "audit", *where)]


def stored(connection: Connection, table: Table) -> Iterator[Row]:
    """The rows of a table as the database holds them, one after the other, in the order of their keys.

    None where the table is not there: a verification then misses its rows.
    """
    if not inspect(connection).has_table(table.name):
        return
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    read = text(f'SELECT {columns} FROM "{table.name}" ORDER BY "{key_column(table).name}"')  # noqa: S608  names of our own tables, no text of a user
    for row in connection.execute(read.execution_options(stream_results=True, max_row_buffer=16)).mappings():
        yield dict(row)
