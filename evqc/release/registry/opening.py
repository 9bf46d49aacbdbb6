"""A registry is created, opened and migrated here; a database that is not as it should be is refused."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evqc.errors import Where, refusal
from evqc.release.registry import database
from evqc.release.registry.people import INSTALLATION, first_administrator
from evqc.release.registry.registry import Registry
from evqc.release.registry.store import TRIES, authorise
from evqc.release.registry.tables import REVISION
from evqc.release.registry.writing import Act

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.engine import Connection, Engine

    from evqc.release.registry.passwords import Cost

_CREATED = "the registry is created"
_MIGRATIONS = Path(__file__).parent / "migrations"


def open_registry(
    url: str,
    clock: Callable[[], datetime],
    random: Callable[[int], bytes],
    *,
    cost: Cost | None = None,
    tries: int = TRIES,
) -> Registry:
    """The registry in a database.

    Args:
        url: such as ``sqlite:///evqc.db`` or ``postgresql://qa@server/evqc``.
        clock: the time, with its zone.
        random: ``n`` bytes that nobody can guess, such as ``os.urandom``.
        cost: of one password; by default what RFC 9106 recommends.
        tries: wrong passwords in a row after which a user is locked out.

    Raises:
        InputError: ``NO_REGISTRY``, ``REGISTRY_TO_BE_UPGRADED``, ``REGISTRY_TOO_NEW``, ``NOT_A_REGISTRY``,
            ``DATABASE_UNKNOWN`` or ``DATABASE_UNREACHABLE``.
    """
    with ExitStack() as unless_opened:
        engine = database.engine_of(url)
        unless_opened.callback(engine.dispose)
        refuse_absent(engine)
        _refuse_other_revision(revision_in(engine))
        unless_opened.pop_all()
        return Registry(engine, clock, random, cost=cost, tries=tries)


def create_registry(
    url: str,
    clock: Callable[[], datetime],
    random: Callable[[int], bytes],
    *,
    user: str,
    printed_name: str,
    password: str,
    cost: Cost | None = None,
    tries: int = TRIES,
    revision: str = REVISION,
) -> Registry:
    """A new registry in an empty database, with its first administrator, in one transaction.

    Args:
        url: of an empty database.
        clock: the time, with its zone.
        random: ``n`` bytes that nobody can guess.
        user: id of the administrator who installs it.
        printed_name: of the administrator.
        password: which the administrator chose.
        cost: of one password.
        tries: wrong passwords in a row after which a user is locked out.
        revision: of the tables; an older one only in tests of migrations.

    Raises:
        InputError: ``REGISTRY_EXISTS``, ``USER_ID_UNFIT``, ``WEAK_PASSWORD``, or as ``open_registry``.
    """
    with ExitStack() as unless_made:
        engine = database.engine_of(url)
        unless_made.callback(engine.dispose)
        made = Registry(engine, clock, random, cost=cost, tries=tries)
        database.make_private(engine)
        refuse_used(engine)
        with database.writing(engine) as connection:
            migrate(connection, revision, lambda: Act(connection, INSTALLATION, "migrate", _CREATED, clock))
            act = Act(connection, INSTALLATION, "create registry", _CREATED, clock)
            first_administrator(act, made, user, printed_name, password)
        unless_made.pop_all()
        return made


def authenticate_before_upgrade(
    url: str, clock: Callable[[], datetime], random: Callable[[int], bytes], *, user: str, password: str
) -> None:
    """Checks a password in a registry of this or an older revision, and writes into the trail that the user signed in.

    Raises:
        InputError: ``WRONG_PASSWORD``, ``LOCKED_OUT``, ``NO_REGISTRY``, ``REGISTRY_TOO_NEW``, or as ``open_registry``.
    """
    engine = database.engine_of(url)
    with Registry(engine, clock, random) as registry:
        refuse_absent(engine)
        _refuse_unknown_revision(revision_in(engine))
        registry.authenticate(user, password)


def upgrade_registry(url: str, clock: Callable[[], datetime], *, by: str, why: str) -> str:
    """Brings the tables of a registry to the revision of this version of evqc; returns the revision it had before.

    No time and no hash of an earlier entry is touched. Each step is an entry of the trail, in one transaction with it.

    Args:
        url: of the registry.
        clock: the time, with its zone.
        by: an administrator.
        why: the reason, in words.

    Raises:
        InputError: ``NO_REGISTRY``, ``REGISTRY_TOO_NEW``, ``NOT_ALLOWED``, or as ``open_registry``.
    """
    engine = database.engine_of(url)
    try:
        refuse_absent(engine)
        with database.writing(engine) as connection:
            before = database.revision_of(connection)
            _refuse_unknown_revision(before)
            act = Act(connection, by, "migrate", why, clock)
            authorise(act.row("users", by), by, "migrate")
            migrate(connection, REVISION, lambda: Act(connection, by, "migrate", why, clock))
            return str(before)
    finally:
        engine.dispose()


def migrate(connection: Connection, revision: str, act: Callable[[], Act] | None) -> None:
    """Runs the steps up to a revision on a connection that writes.

    Args:
        connection: of a transaction, which all steps become part of.
        revision: to end with.
        act: makes the act that appends the entry of one step; None when a copy brings its own trail.
    """
    from alembic import command  # noqa: PLC0415  alembic loads when a database is made
    from alembic.config import Config  # noqa: PLC0415  alembic loads when a database is made

    def note(*, step: Any, **_: object) -> None:
        old = {"version_num": step.source_revision_ids[0]} if step.source_revision_ids else None
        new = {"version_num": step.destination_revision_ids[0]}
        if act is not None:
            act().note("alembic_version", "revision", old, new)

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes.update(connection=connection, note=note)
    command.upgrade(config, revision)


def refuse_used(engine: Engine) -> None:
    """Raises InputError ``REGISTRY_EXISTS`` where a registry is, and ``NOT_A_REGISTRY`` where other tables are."""
    if revision_in(engine) is not None:
        raise refusal("the registry", "REGISTRY_EXISTS", Where(field="database"), "a registry", "an empty database")


def revision_in(engine: Engine) -> str | None:
    """The revision of the tables in a database; None in an empty one."""
    database.reachable(engine)
    with database.reading(engine) as connection:
        return database.revision_of(connection)


def refuse_absent(engine: Engine) -> None:
    """Raises InputError ``NO_REGISTRY`` for a file that is not there, which SQLite would make."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and not Path(str(file)).is_file():
        raise _no_registry(str(file))


def _refuse_unknown_revision(revision: str | None) -> None:
    if revision is None:
        raise _no_registry("an empty database")
    if revision > REVISION:
        raise refusal("the registry", "REGISTRY_TOO_NEW", Where(field="revision"), revision,
                      f"{REVISION} or older; a newer version of evqc wrote it")  # fmt: skip


def _refuse_other_revision(revision: str | None) -> None:
    _refuse_unknown_revision(revision)
    if revision != REVISION:
        raise refusal("the registry", "REGISTRY_TO_BE_UPGRADED", Where(field="revision"), str(revision),
                      f"{REVISION}; an administrator upgrades it, after a backup")  # fmt: skip


def _no_registry(found: str) -> Exception:
    return refusal("the registry", "NO_REGISTRY", Where(field="database"), found,
                   "a registry; evqc release database init makes one")  # fmt: skip
