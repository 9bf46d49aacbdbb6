"""Whatever is changed past the registry is found and named: every column of every table, the chain, the signatures."""

from __future__ import annotations

import inspect
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Integer, LargeBinary, delete, insert, select, text, update

from evqc.records import to_plain
from evqc.release.chain import BEGINNING, AuditEntry, Head, hash_of
from evqc.release.registry import checking, writing
from evqc.release.registry.database import engine_of
from evqc.release.registry.tables import AUDIT, decoded, encoded, key_column, metadata
from tests.release.registries import opened, raw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Column, Table
    from sqlalchemy.engine import Connection

    from evqc.release.registry import Registry
    from evqc.release.registry.checking import Fault

COLUMNS = [(table.name, column.name) for table in metadata.sorted_tables for column in table.columns]


def tampered(url: str, change: Callable[[Connection], Any], anchors: Sequence[Head] = ()) -> tuple[Fault, ...]:
    """What is found after the owner of the database changed something, without a trace but the change itself."""
    engine = engine_of(url)
    with engine.connect() as connection, connection.begin() as transaction:
        raw(connection)
        change(connection)
        found = checking.faults(connection, anchors)
        transaction.rollback()
    engine.dispose()
    return tuple(fault for fault in found if "trigger" not in fault.words)


def other(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, Integer):
        return value + 1000 if value is not None else 1
    if isinstance(column.type, LargeBinary):
        return bytes([value[0] ^ 1, *value[1:]])
    return "x" if value is None else f"{value}x"


def changes(column: Column[Any], value: Any) -> list[Any]:
    """Values that a column may be changed to: another one, none where it may be, and one that is nearly equal."""
    made = [other(column, value)]
    if value is not None and column.nullable:
        made.append(None)
    if column.info["form"] == "json" and value is not None:
        made.append(f" {value}")
    return made


@pytest.mark.parametrize(("table", "column"), COLUMNS)
def test_each_column_of_each_row(with_everything: str, table: str, column: str) -> None:
    target, key = metadata.tables[table], key_column(metadata.tables[table])
    engine = engine_of(with_everything)
    with engine.connect() as connection:
        rows = connection.execute(select(target).order_by(key.desc())).mappings().all()
    engine.dispose()
    row = rows[0] if table != "audit" else rows[len(rows) // 2]
    for value in changes(target.c[column], row[column]):
        found = tampered(with_everything, _set(target, row[key.name], column, value))
        assert found, f"{table}.{column} = {value!r}"
        assert _named(found, table, column, str(row[key.name]), str(value)), [fault.words for fault in found]


def _set(table: Table, key: Any, column: str, value: Any) -> Callable[[Connection], None]:
    def change(connection: Connection) -> None:
        done = connection.execute(update(table).where(key_column(table) == key).values({column: value}))
        assert done.rowcount == 1

    return change


def _named(found: tuple[Fault, ...], table: str, column: str, key: str, value: str) -> bool:
    """Whether the row is named, and the column where there is something to compare it with."""
    of_row = [fault for fault in found if fault.table == table and fault.key in {key, value}]
    is_key = column == key_column(metadata.tables[table]).name
    return bool(of_row) if table == "audit" or is_key else any(fault.column == column for fault in of_row)


def test_the_revision(with_everything: str) -> None:
    found = tampered(with_everything, lambda c: c.execute(text("UPDATE alembic_version SET version_num = '0001'")))
    assert [(fault.table, fault.column) for fault in found] == [("alembic_version", "version_num")]


@pytest.mark.parametrize("table", [table.name for table in metadata.sorted_tables])
def test_a_row_that_is_deleted(with_everything: str, table: str) -> None:
    target = metadata.tables[table]
    first = select(key_column(target)).order_by(key_column(target)).limit(1).scalar_subquery()
    found = tampered(with_everything, lambda c: c.execute(delete(target).where(key_column(target) == first)))
    assert any(fault.table == table for fault in found)


@pytest.mark.parametrize("table", [table.name for table in metadata.sorted_tables if table.name != "audit"])
def test_a_row_that_is_added(with_everything: str, table: str) -> None:
    target, key = metadata.tables[table], key_column(metadata.tables[table]).name

    def add(connection: Connection) -> None:
        row = dict(connection.execute(select(target).limit(1)).mappings().one())
        more = {"version": 99} if table == "records" else {}
        connection.execute(insert(target).values(row | {key: f"{row[key]}9"} | more))

    assert any(fault.table == table and "no such row" in fault.words for fault in tampered(with_everything, add))


def test_a_table_that_is_dropped(with_everything: str) -> None:
    assert any(
        fault.table == "issued" for fault in tampered(with_everything, lambda c: c.execute(text("DROP TABLE issued")))
    )


def trail(connection: Connection) -> list[AuditEntry]:
    rows = connection.execute(select(AUDIT).order_by(AUDIT.c.sequence)).mappings()
    return [AuditEntry(**decoded(AUDIT, dict(row))) for row in rows]


def written_anew(connection: Connection, entries: list[AuditEntry]) -> None:
    """The audit trail replaced, with every number and hash computed again: a chain that holds by itself."""
    previous = BEGINNING
    connection.execute(delete(AUDIT))
    for number, entry in enumerate(entries, start=1):
        unsealed = replace(entry, sequence=number, previous=previous, hash="")
        whole = replace(unsealed, hash=hash_of(unsealed))
        connection.execute(insert(AUDIT).values(encoded(AUDIT, to_plain(whole))))
        previous = whole.hash


def test_a_chain_written_anew_does_not_run_through_the_signed_heads(with_everything: str) -> None:
    def rewrite(connection: Connection) -> None:
        entries = trail(connection)
        written_anew(connection, [replace(entries[0], why="another reason"), *entries[1:]])

    found = tampered(with_everything, rewrite)
    assert {fault.table for fault in found} == {"signatures"}
    assert len(found) == 5
    assert all("cut or written anew" in fault.words for fault in found)


def test_a_tail_that_is_cut_with_its_rows_is_found_by_the_signature_behind_it(with_everything: str) -> None:
    def cut(connection: Connection) -> None:
        last = connection.execute(text("SELECT max(head_length) FROM signatures")).scalar_one()
        connection.execute(delete(AUDIT).where(AUDIT.c.sequence >= last))

    found = tampered(with_everything, cut)
    assert any(fault.table == "signatures" and "cut or written anew" in fault.words for fault in found)


def test_a_cut_after_the_last_signature_is_found_by_a_head_kept_elsewhere(with_everything: str) -> None:
    with opened(with_everything) as registry:
        entries = registry.trail()
        head = Head(length=len(entries), hash=entries[-1].hash)
        assert registry.faults([head]) == ()

    def cut(connection: Connection) -> None:
        connection.execute(delete(AUDIT).where(AUDIT.c.sequence == head.length))
        connection.execute(delete(metadata.tables["issued"]))

    assert tampered(with_everything, cut) == ()
    assert ["does not run through" in fault.words for fault in tampered(with_everything, cut, [head])] == [True]


def test_a_signature_copied_to_another_record(with_everything: str) -> None:
    signatures = metadata.tables["signatures"]

    def copy(connection: Connection) -> None:
        row = dict(connection.execute(select(signatures).where(signatures.c.meaning == "released")).mappings().one())
        there = {"id": "EV-9/1/signature-2", "batch": "EV-9", "record": "EV-9/1"}
        connection.execute(insert(signatures).values(row | there))

    found = [fault for fault in tampered(with_everything, copy) if fault.key == "EV-9/1/signature-2"]
    words = " ".join(fault.words for fault in found)
    assert "the audit trail knows no such row" in words
    assert "the signature does not hold" in words
    assert "it is not of the record EV-9/1" in words


def test_a_signature_copied_whole_with_an_entry_in_a_chain_written_anew(with_everything: str) -> None:
    """The attacker owns the database, and recomputes whatever has no key."""
    signatures = metadata.tables["signatures"]

    def forge(connection: Connection) -> None:
        row = dict(connection.execute(select(signatures).where(signatures.c.meaning == "released")).mappings().one())
        forged = row | {"id": "EV-9/1/signature-2", "batch": "EV-9", "record": "EV-9/1"}
        connection.execute(insert(signatures).values(forged))
        entries = trail(connection)
        last = next(entry for entry in reversed(entries) if entry.table == "signatures")
        written_anew(connection, [*entries, replace(last, key=forged["id"], new=forged)])

    words = " ".join(fault.words for fault in tampered(with_everything, forge))
    assert "EV-9/1/signature-2: the signature does not hold" in words


def test_a_state_set_by_an_entry_of_somebody_without_the_right(with_everything: str) -> None:
    records = metadata.tables["records"]

    def promote(connection: Connection) -> None:
        connection.execute(update(records).where(records.c.id == "EV-9/1").values(state="released"))
        entries = trail(connection)
        last = next(entry for entry in reversed(entries) if entry.key == "EV-9/1")
        assert last.new is not None
        forged = replace(last, user="anna", action="release", old=last.new, new=last.new | {"state": "released"})
        written_anew(connection, [*entries, forged])

    words = " ".join(fault.words for fault in tampered(with_everything, promote))
    assert "anna had no right to release" in words
    assert "release of a record that is submitted" in words


WRITES = re.compile(r"\.(insert|update|delete)\(\)|\b(INSERT INTO|UPDATE \w+ SET|DELETE FROM)\b")


def test_every_write_goes_through_one_function() -> None:
    """``Act`` writes rows with their entries; a restored copy is put in whole, with its trail, and verified."""
    folder = Path(str(checking.__file__)).parent
    found = {
        str(file.relative_to(folder)): len(WRITES.findall(file.read_text("utf-8"))) for file in folder.rglob("*.py")
    }
    assert {name: number for name, number in found.items() if number} == {"writing.py": 3, "copies.py": 1}
    body = inspect.getsource(writing.Act.put) + inspect.getsource(writing.Act._append)
    assert len(WRITES.findall(body)) == 3


def test_the_registry_as_it_is_has_no_fault(full: Registry) -> None:
    assert full.faults() == ()


DEFUSED = {
    "sqlite": [
        "DROP TRIGGER audit_no_delete; CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT 1; END",
        "DROP TRIGGER audit_no_delete; CREATE TRIGGER audit_no_delete BEFORE DELETE ON issued BEGIN SELECT 1; END",
    ],
    "postgresql": [
        "ALTER TABLE audit DISABLE TRIGGER audit_no_delete",
        "ALTER TABLE audit ENABLE REPLICA TRIGGER audit_no_delete",
        "CREATE OR REPLACE FUNCTION evqc_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$",
    ],
}


@pytest.mark.parametrize("way", range(3))
def test_a_trigger_that_is_there_and_does_nothing(full_url: str, kind: str, way: int) -> None:
    if way >= len(DEFUSED[kind]):
        pytest.skip("fewer ways on this database")
    engine = engine_of(full_url)
    with engine.begin() as connection:
        head, _, rest = DEFUSED[kind][way].partition("audit_no_delete; ")
        for statement in (f"{head}audit_no_delete", rest) if rest else (head,):
            connection.exec_driver_sql(statement)
    engine.dispose()
    with opened(full_url) as registry:
        assert "the trigger audit_no_delete is gone or was changed" in str([each.words for each in registry.faults()])


def test_a_trigger_that_is_gone(full_url: str) -> None:
    engine = engine_of(full_url)
    table = " ON audit" if engine.dialect.name == "postgresql" else ""
    with engine.begin() as connection:
        connection.execute(text(f"DROP TRIGGER audit_no_delete{table}"))
    engine.dispose()
    with opened(full_url) as registry:
        assert [fault.words for fault in registry.faults()] == [
            "audit: the trigger audit_no_delete is gone or was changed; rows could be, too"
        ]
