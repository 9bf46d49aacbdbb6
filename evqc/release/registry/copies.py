"""Backup and restore: a copy is verified before anybody relies on it, and goes into any kind of database."""

from __future__ import annotations

import base64
import json
import sqlite3
import zipfile
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sqlalchemy import LargeBinary, inspect

from evqc.errors import InputError, Where, problem, refusal
from evqc.release.canonical import canonical
from evqc.release.registry import checking, database
from evqc.release.registry.opening import migrate, refuse_absent, refuse_used
from evqc.release.registry.people import INSTALLATION
from evqc.release.registry.registry import Registry
from evqc.release.registry.tables import REVISION, metadata
from evqc.release.registry.writing import Act, stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy.engine import Connection
    from sqlalchemy.schema import Table

    from evqc.release.chain import Head
    from evqc.release.registry.checking import Fault
    from evqc.release.registry.tables import Row

_MANIFEST = "manifest.json"
_FORMAT = "evqc.registry-copy/1"
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def backup(registry: Registry, target: Path, *, portable: bool = False) -> tuple[Fault, ...]:
    """Copies a registry while others work in it, and verifies the copy.

    A SQLite registry becomes a file of SQLite by its online backup; a PostgreSQL one, or any with ``portable``, a zip
    of one file of JSON lines a table, which can be restored into either kind.

    Args:
        registry: to be copied.
        target: a file that is not there yet.
        portable: the zip, whatever the database is.

    Returns:
        What is wrong with the registry that was copied; empty when all of it holds.

    Raises:
        InputError: ``FILE_EXISTS``.
    """
    if target.exists():
        raise refusal(str(target), "FILE_EXISTS", Where(), "a file", "the name of a new file")
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    database.private(part)
    if registry.engine.dialect.name == "sqlite" and not portable:
        found = _online(registry, part)
    else:
        found = _dump(registry, part)
    part.replace(target)
    return found


def _online(registry: Registry, part: Path) -> tuple[Fault, ...]:
    with registry.engine.connect() as connection, closing(sqlite3.connect(part)) as copy:
        own: Any = connection.connection.driver_connection
        own.backup(copy)
    engine = database.engine_of(f"sqlite:///{part}")
    try:
        with database.reading(engine) as connection:
            return checking.faults(connection)
    finally:
        engine.dispose()


def _dump(registry: Registry, part: Path) -> tuple[Fault, ...]:
    with registry.reading() as connection, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        revision = database.revision_of(connection)
        _member(archive, _MANIFEST, [canonical({"schema": _FORMAT, "revision": revision})])
        for table in _tables(connection):
            lines = (canonical(_portable(row)) for row in stored(connection, table))
            _member(archive, f"{table.name}.jsonl", lines)
        return checking.faults(connection)


def _member(archive: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> None:
    entry = zipfile.ZipInfo(name, _FIXED_TIME)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as member:
        for line in lines:
            member.write(line + b"\n")


def _tables(connection: Connection) -> list[Table]:
    """The tables that there are at the revision of a database, those first that others point at."""
    there = set(inspect(connection).get_table_names())
    return [table for table in metadata.sorted_tables if table.name in there]


def _portable(row: Row) -> Row:
    return {
        name: base64.b64encode(value).decode("ascii") if isinstance(value, bytes) else value
        for name, value in row.items()
    }


def restore(
    source: Path,
    url: str,
    clock: Callable[[], datetime],
    random: Callable[[int], bytes],
    *,
    why: str,
    anchors: Iterable[Head] = (),
) -> Registry:
    """Puts a copy into an empty database, after all of it was verified, and writes into the trail that it was restored.

    Everything happens in one transaction: a copy with a fault leaves the database empty. That the clock once went back
    is no fault of the copy.

    Args:
        source: a file that ``backup`` wrote.
        url: of an empty database.
        clock: the time, with its zone.
        random: ``n`` bytes that nobody can guess.
        why: the reason, in words.
        anchors: heads of the trail that were kept elsewhere.

    Raises:
        InputError: ``NOT_A_COPY``, ``COPY_DAMAGED`` (with everything that is wrong), ``REGISTRY_EXISTS``, or as
            ``open_registry``.
    """
    engine = database.engine_of(url)
    try:
        database.make_private(engine)
        refuse_used(engine)
        with database.writing(engine) as connection:
            _fill(connection, source)
            _verified(connection, source, tuple(anchors))
            act = Act(connection, INSTALLATION, "restore", why, clock)
            head = act.head()
            act.note("registry", "restored", None, {"head_length": head.length, "head_hash": head.hash})
    finally:
        engine.dispose()
    return Registry(database.engine_of(url), clock, random)


def _verified(connection: Connection, source: Path, anchors: tuple[Head, ...]) -> None:
    found = [each for each in checking.faults(connection, anchors) if not checking.is_of_the_clock(each)]
    if found:
        issues = [
            problem("error", "COPY_DAMAGED", Where(field=each.table), each.words, "what the audit trail has")
            for each in found
        ]
        raise InputError(source.name, *issues)


def _fill(connection: Connection, source: Path) -> None:
    if zipfile.is_zipfile(source):
        _from_zip(connection, source)
    else:
        _from_sqlite(connection, source)


def _from_sqlite(connection: Connection, source: Path) -> None:
    engine = database.engine_of(f"sqlite:///{source}")
    try:
        refuse_absent(engine)
        database.reachable(engine)
        with database.reading(engine) as old:
            migrate(connection, _known_revision(database.revision_of(old), source), None)
            for table in metadata.sorted_tables:
                _insert(connection, table, stored(old, table))
    finally:
        engine.dispose()


def _from_zip(connection: Connection, source: Path) -> None:
    try:
        with zipfile.ZipFile(source) as archive:
            manifest = json.loads(archive.read(_MANIFEST))
            migrate(connection, _known_revision(manifest["revision"], source), None)
            for table in _tables(connection):
                with archive.open(f"{table.name}.jsonl") as lines:
                    _insert(connection, table, (_row(table, json.loads(line)) for line in lines))
    except (KeyError, ValueError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        raise _not_a_copy(source, str(error)) from None


def _row(table: Table, plain: Row) -> Row:
    return {
        column.name: base64.b64decode(plain[column.name], validate=True)
        if isinstance(column.type, LargeBinary)
        else plain[column.name]
        for column in table.columns
    }


def _insert(connection: Connection, table: Table, found: Iterator[Row]) -> None:
    for row in found:
        connection.execute(table.insert().values(row))


def _known_revision(revision: object, source: Path) -> str:
    if not isinstance(revision, str) or not revision.isdigit() or revision > REVISION:
        raise _not_a_copy(source, f"revision {revision}")
    return revision


def _not_a_copy(source: Path, found: str) -> InputError:
    expected = "a copy that evqc made, by this version or an older one"
    return refusal(source.name, "NOT_A_COPY", Where(), found, expected)
