"""Triggers that refuse to change what is written once, and to delete anything at all, on both databases.

They stop slips and simple tools. Who owns the database can drop them: then ``checking.faults`` finds what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from evqc.release.registry.tables import key_column, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

_REFUSE = """CREATE OR REPLACE FUNCTION evqc_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%: % is refused', TG_TABLE_NAME, lower(TG_OP); END $$"""

#: What never changes in those tables of which other columns do, as the migrations made the triggers.
FIXED: dict[str, tuple[str, ...]] = {
    "users": ("id",),
    "instruments": ("serial",),
    "records": ("id", "batch", "version", "record", "record_sha256", "specification_sha256", "made_by"),
    "deviations": ("id", "batch", "record", "subject", "code", "reason", "user", "at"),
    "investigations": ("id", "batch", "record", "test", "original", "opened_by", "at"),
}


def create(connection: Connection, table: str, key: str, fixed: Sequence[str] = ()) -> None:
    """Makes the triggers of one table: no update, no delete, no emptying.

    Args:
        connection: within the migration that makes the table.
        table: its name.
        key: its primary key.
        fixed: the columns that never change; all of them when empty.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(_REFUSE))
    for statement in _statements(connection.dialect.name, table, key, fixed):
        connection.exec_driver_sql(statement)


def _statements(dialect: str, table: str, key: str, fixed: Sequence[str]) -> Iterator[str]:
    of = " OF " + ", ".join(f'"{name}"' for name in fixed) if fixed else ""
    events = {f"{table}_no_update": f"UPDATE{of}", f"{table}_no_delete": "DELETE"}
    if dialect == "postgresql":
        for name, event in events.items():
            yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION evqc_refuse()"
        refuse = "FOR EACH STATEMENT EXECUTE FUNCTION evqc_refuse()"
        yield f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} {refuse}"
        return
    for name, event in events.items():
        yield f"CREATE TRIGGER {name} BEFORE {event} ON {table} {_abort(table, event.split()[0])}"
    # INSERT OR REPLACE deletes without asking the trigger above.
    when = f'WHEN EXISTS (SELECT 1 FROM {table} WHERE "{key}" = NEW."{key}")'  # noqa: S608  names of our own tables, no text of a user
    yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {when} {_abort(table, 'REPLACE')}"


def _abort(table: str, verb: str) -> str:
    return f"BEGIN SELECT RAISE(ABORT, '{table}: {verb.lower()} is refused'); END"


def expected(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Name, table and definition of every trigger that has to be there, for the tables that there are."""
    there = set(inspect(connection).get_table_names())
    for name, table in metadata.tables.items():
        if name in there:
            for statement in _statements(connection.dialect.name, name, key_column(table).name, FIXED.get(name, ())):
                yield statement.split()[2], name, _plain(statement)


def present(connection: Connection) -> dict[str, str]:
    """The definition of every trigger that is in place, is switched on and refuses, by name."""
    found = connection.execute(text(_PRESENT[connection.dialect.name]), _BODY[connection.dialect.name])
    return {name: _plain(definition) for name, definition in found}


def _plain(definition: str) -> str:
    """A definition without the quotes that PostgreSQL leaves out where it can."""
    return definition.replace('"', "")


_PRESENT = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """SELECT tgname, pg_get_triggerdef(pg_trigger.oid, true) FROM pg_trigger
        JOIN pg_class ON pg_class.oid = tgrelid AND relnamespace = current_schema()::regnamespace
        JOIN pg_proc ON pg_proc.oid = tgfoid AND prosrc = :body
        WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')""",
}
_BODY: dict[str, dict[str, str]] = {"sqlite": {}, "postgresql": {"body": _REFUSE.split("$$")[1]}}
