"""Triggers that refuse to change what is written once, and to delete anything at all, on both databases.

They stop slips and simple tools. Who owns the database can drop them: then ``checking.faults`` finds what was done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from evqc.release.registry.tables import metadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

_REFUSE = """CREATE OR REPLACE FUNCTION evqc_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%: % is refused', TG_TABLE_NAME, lower(TG_OP); END $$"""


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


def expected(connection: Connection) -> Iterator[tuple[str, str]]:
    """Name and table of every trigger that has to be there, for the tables that there are."""
    there = set(_names(connection, "tables"))
    last = "no_truncate" if connection.dialect.name == "postgresql" else "no_replace"
    for table in metadata.tables:
        if table in there:
            yield from ((f"{table}_{kind}", table) for kind in ("no_update", "no_delete", last))


def present(connection: Connection) -> set[str]:
    """Names of the triggers that are in place and switched on."""
    return set(_names(connection, "triggers"))


def _names(connection: Connection, kind: str) -> list[str]:
    found = {
        ("sqlite", "tables"): "SELECT name FROM sqlite_master WHERE type = 'table'",
        ("sqlite", "triggers"): "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        ("postgresql", "tables"): "SELECT tablename FROM pg_tables WHERE schemaname = current_schema()",
        ("postgresql", "triggers"): "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
    }
    return list(connection.execute(text(found[connection.dialect.name, kind])).scalars())
