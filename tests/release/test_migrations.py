"""Migrations are entries of the trail; they touch no time and no hash, and the chain verifies before and after each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from evqc.errors import InputError
from evqc.release.registry import Registry, checking, opening, upgrade_registry
from evqc.release.registry.database import engine_of, reading, writing
from evqc.release.registry.tables import REVISION, metadata
from evqc.release.registry.writing import Act, stored
from tests.release.conftest import LATER
from tests.release.registries import ADMINISTRATOR, Clock, created, database, opened, raw, released, seeded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evqc.release.chain import AuditEntry


#: Every step from the first revision on.
STEPS = [("0001", "0002"), ("0002", "0003")]


@pytest.fixture
def old_url(kind: str, tmp_path: Path) -> Iterator[tuple[str, tuple[AuditEntry, ...]]]:
    """A registry at the first revision, with data in it, and its trail."""
    with database(kind, tmp_path) as url:
        with created(url, revision="0001") as registry:
            released(registry)
            assert registry.faults() == ()
            trail = registry.trail()
        yield url, trail


def test_upgrade_of_a_registry_with_data(old_url: tuple[str, tuple[AuditEntry, ...]]) -> None:
    url, before = old_url
    later = Clock()
    later.now = later.now.replace(day=22)
    assert upgrade_registry(url, later, by=ADMINISTRATOR, why="evqc was updated") == "0001"
    with opened(url, later) as registry:
        after = registry.trail()
        assert registry.faults() == ()
        assert after[: len(before)] == before
        assert [(entry.action, entry.user, entry.old, entry.new) for entry in after[len(before) :]] == [
            ("migrate", ADMINISTRATOR, {"version_num": old}, {"version_num": new}) for old, new in STEPS
        ]
        assert registry.issue("EV-7/1", "bundle", "0" * 64, "quinn", "for the archive") == "EV-7/1/bundle-1"
        assert registry.faults() == ()


def test_the_chain_verifies_before_and_after_each_step(old_url: tuple[str, tuple[AuditEntry, ...]]) -> None:
    """Every row of every table is the same before and after, times and hashes included."""
    url, before = old_url
    engine = engine_of(url)
    for number, (_, revision) in enumerate(STEPS, start=1):
        with writing(engine) as connection:
            rows = {table.name: list(stored(connection, table)) for table in metadata.sorted_tables}
            act = partial(Act, connection, ADMINISTRATOR, "migrate", "one step", Clock(now=LATER))
            opening.migrate(connection, revision, act)
        with reading(engine) as connection:
            assert checking.faults(connection) == ()
            after = {table.name: list(stored(connection, table)) for table in metadata.sorted_tables}
        assert after.pop("audit")[:-1] == rows.pop("audit")
        assert after == rows
        with Registry(engine_of(url), Clock(), seeded()) as registry:
            assert registry.trail()[: len(before)] == before
            assert len(registry.trail()) == len(before) + number
    engine.dispose()


@pytest.mark.parametrize("statement", ["UPDATE audit SET at = '2026-01-01'", "UPDATE records SET record_sha256 = 'x'"])
def test_a_step_that_touches_a_time_or_a_hash_is_found(
    old_url: tuple[str, tuple[AuditEntry, ...]], statement: str
) -> None:
    """What the tests above would say of such a step."""
    engine = engine_of(old_url[0])
    with engine.connect() as connection, connection.begin() as transaction:
        raw(connection)
        connection.execute(text(statement))
        assert {"audit", "records"} & {
            each.table for each in checking.faults(connection) if "trigger" not in each.words
        }
        transaction.rollback()
    engine.dispose()


def test_an_older_registry_is_not_opened_before_it_is_upgraded(old_url: tuple[str, tuple[AuditEntry, ...]]) -> None:
    with pytest.raises(InputError, match="REGISTRY_TO_BE_UPGRADED"):
        opened(old_url[0])


def test_only_an_administrator_upgrades(old_url: tuple[str, tuple[AuditEntry, ...]]) -> None:
    for user in ("anna", "rita", "quinn"):
        with pytest.raises(InputError, match="NOT_ALLOWED"):
            upgrade_registry(old_url[0], Clock(), by=user, why="evqc was updated")


def test_an_upgrade_of_a_registry_that_is_up_to_date_changes_nothing(url: str) -> None:
    with opened(url) as registry:
        before = registry.trail()
        assert upgrade_registry(url, Clock(), by=ADMINISTRATOR, why="to be sure") == REVISION
        assert registry.trail() == before


def test_a_registry_of_a_newer_version_is_left_alone(url: str) -> None:
    engine = engine_of(url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(InputError, match="REGISTRY_TOO_NEW"):
        opened(url)
    with pytest.raises(InputError, match="REGISTRY_TOO_NEW"):
        upgrade_registry(url, Clock(), by=ADMINISTRATOR, why="to be sure")


def test_the_migrations_make_the_tables_that_the_code_knows(url: str) -> None:
    engine = engine_of(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_revision_of_the_code_is_the_newest() -> None:
    config = Config()
    config.set_main_option("script_location", str(opening._MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET why = 'x'",
        "UPDATE signatures SET reason = 'x'",
        "UPDATE files SET bytes = 0",
        "UPDATE attestations SET note = 'x'",
        "UPDATE retests SET value = 'x'",
        "UPDATE issued SET kind = 'x'",
        "UPDATE contributors SET name = 'x'",
        "UPDATE records SET record = '{}'",
        "UPDATE records SET made_by = 'x'",
        "UPDATE investigations SET original = 'x'",
        "UPDATE deviations SET reason = 'x'",
        "UPDATE users SET id = 'x'",
        *[f"DELETE FROM {table.name}" for table in metadata.sorted_tables],
    ],
)
def test_the_database_itself_refuses(full_url: str, statement: str) -> None:
    engine = engine_of(full_url)
    with pytest.raises(Exception, match=r"is refused"), writing(engine) as connection:
        connection.execute(text(statement))
    engine.dispose()


def test_the_database_itself_refuses_to_empty_or_replace(full_url: str, kind: str) -> None:
    engine = engine_of(full_url)
    statements = {
        "sqlite": "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE sequence = 1",
        "postgresql": "TRUNCATE audit",
    }
    with pytest.raises(Exception, match=r"is refused"), writing(engine) as connection:
        connection.execute(text(statements[kind]))
    engine.dispose()


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    engine = engine_of(f"sqlite:///{file}")
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE recipes (name text)"))
    engine.dispose()
    with pytest.raises(InputError, match="NOT_A_REGISTRY"):
        opened(f"sqlite:///{file}")
    file.write_bytes(b"no database at all, but long enough to be read as one" * 20)
    with pytest.raises(InputError, match="NOT_A_REGISTRY"):
        opened(f"sqlite:///{file}")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("sqlite:////nowhere/at/all.db", "NO_REGISTRY"),
        ("sqlite://", "DATABASE_UNKNOWN"),
        ("mysql://server/evqc", "DATABASE_UNKNOWN"),
        ("not an address", "DATABASE_UNKNOWN"),
        ("postgresql://nobody@127.0.0.1:1/evqc", "DATABASE_UNREACHABLE"),
    ],
)
def test_what_cannot_be_opened(url: str, code: str) -> None:
    with pytest.raises(InputError, match=code):
        opened(url)


def test_a_registry_is_created_once(url: str) -> None:
    with pytest.raises(InputError, match="REGISTRY_EXISTS"):
        created(url)


def test_opening_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="NO_REGISTRY"):
        opened(f"sqlite:///{tmp_path / 'evqc.db'}")
    assert not list(tmp_path.iterdir())
