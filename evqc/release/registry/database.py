"""The database itself: SQLite in one file, or PostgreSQL; one writer at a time, and every reader sees one moment."""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL

#: Key of the lock that writers to a PostgreSQL registry hold one after the other; the letters "evqc".
WRITERS_LOCK = 0x65767163
#: How long a writer waits for another one, in seconds.
PATIENCE = 60


def engine_of(url: str) -> Engine:
    """An engine for a SQLite or PostgreSQL address such as ``sqlite:///evqc.db``.

    SQLite writes ahead and syncs in full, so that what was acknowledged survives a loss of power.

    Raises:
        InputError: ``DATABASE_UNKNOWN``; another kind of database, or not an address.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise _unknown(url) from None
    kind = address.get_backend_name()
    if kind == "sqlite" and address.database and address.database != ":memory:":
        return _sqlite(address)
    if kind == "postgresql":
        return _postgresql(address.set(drivername="postgresql+psycopg"))
    raise _unknown(address.render_as_string(hide_password=True))


def _unknown(url: str) -> Exception:
    return refusal(
        "the registry", "DATABASE_UNKNOWN", Where(field="database"), url,
        "sqlite:///FILE or postgresql://USER@HOST/NAME",
    )  # fmt: skip


def _sqlite(address: URL) -> Engine:
    engine = create_engine(address, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin below, not when Python's driver thinks so
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("evqc_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def make_private(engine: Engine) -> None:
    """Makes the file of a SQLite registry that is not there yet, for the account of who makes it and no other.

    What SQLite writes beside it has the same rights. It holds the hashes of passwords, and keys sealed by them. Where
    no file can be made, opening the database says why.

    Source:
        21 CFR 11.10(d).
    """
    if engine.dialect.name == "sqlite" and engine.url.database:
        private(Path(engine.url.database))


def private(path: Path) -> None:
    """Makes an empty file that only its owner reads and writes; leaves one that is there as it is."""
    with suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _postgresql(address: URL) -> Engine:
    try:
        return create_engine(address)
    except ModuleNotFoundError:
        raise refusal("the registry", "DATABASE_UNKNOWN", Where(field="database"), "PostgreSQL without psycopg",
                      "evqc installed with its extra: pip install 'evqc[postgres]'") from None  # fmt: skip


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that is the only one that writes; all of it is committed at its end, or nothing."""
    committed = {"isolation_level": "READ COMMITTED"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(evqc_writes=True, **committed) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL synchronous_commit = on"))  # whatever the server does by default
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITERS_LOCK})
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that sees the database as it was at one moment, while others write."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def revision_of(connection: Connection) -> str | None:
    """The revision of the tables, None in a database that holds no registry.

    Raises:
        InputError: ``NOT_A_REGISTRY``; the database cannot be read, or holds something else.
    """
    try:
        names = inspect(connection).get_table_names()
        if "alembic_version" in names:
            return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none())
    except DatabaseError as error:
        raise _not_a_registry(str(error.orig)) from None
    if names:
        raise _not_a_registry(f"tables {', '.join(sorted(names)[:5])}")
    return None


def _not_a_registry(found: str) -> Exception:
    return refusal("the registry", "NOT_A_REGISTRY", Where(field="database"), found, "a registry of evqc")


def reachable(engine: Engine) -> None:
    """Opens one connection.

    Raises:
        InputError: ``DATABASE_UNREACHABLE``; there is no server, no folder or no permission, with its own words.
        InputError: ``NOT_A_REGISTRY``; the file is no database.
    """
    try:
        engine.connect().close()
    except OperationalError as error:
        raise refusal("the registry", "DATABASE_UNREACHABLE", Where(field="database"), str(error.orig),
                      "a database that can be opened") from None  # fmt: skip
    except DatabaseError as error:
        raise _not_a_registry(str(error.orig)) from None
