"""What every verb on a registry shares: which database, which person, and the password, asked where nobody sees it.

Here the registry gets the clock of this computer and its randomness; nothing below knows either.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from getpass import getpass
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.registry import Registry

Database = Annotated[
    str,
    typer.Option(
        "--database",
        envvar="EVQC_DATABASE",
        metavar="URL",
        help="The registry: a file of SQLite, or postgresql://USER@HOST/NAME.",
    ),
]
#: The default of ``--database``: in the current folder.
IN_THIS_FOLDER = "evqc.db"
User = Annotated[
    str,
    typer.Option("--user", envvar="EVQC_USER", metavar="NAME", help="Who you are: your id. Your password is asked."),
]
PasswordStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read each password that is asked for as one line of stdin."),
]
Why = Annotated[str, typer.Option("--why", metavar="WORDS", help="The reason, in words; it stays in the audit trail.")]


def url_of(database: str) -> str:
    """The address of a database: as given, or of the SQLite file with that name."""
    return database if "://" in database else f"sqlite:///{database}"


def now() -> datetime:
    """The time of this computer, in UTC."""
    return datetime.now(UTC)


@contextmanager
def opened(database: str) -> Iterator[Registry]:
    """The registry in a database, open for one command.

    Raises:
        InputError: as ``open_registry``; ``DATABASE_UNREACHABLE`` also for one that may not be written to or stays
            locked.
    """
    from evqc.release.registry import open_registry

    with reaching(), open_registry(url_of(database), now, os.urandom) as registry:
        yield registry


@contextmanager
def reaching() -> Iterator[None]:
    """Says what a database refuses in one sentence.

    Raises:
        InputError: ``DATABASE_UNREACHABLE``; no permission, no room, or another writer who does not end.
    """
    from sqlalchemy.exc import OperationalError

    from evqc.errors import Where, refusal

    try:
        yield
    except OperationalError as error:
        expected = "a database that can be read and written to"
        raise refusal("the registry", "DATABASE_UNREACHABLE", Where(field="database"), str(error.orig), expected) from (
            error
        )


def password_of(user: str, *, stdin: bool) -> str:
    """The password of a user, from the terminal without echo, or one line of stdin.

    Raises:
        InputError: ``NO_PASSWORD``; there is no line, or no terminal to ask at.
    """
    return _asked(f"password of {user}", stdin=stdin)


def new_password_of(user: str, *, stdin: bool) -> str:
    """A password that is chosen now: asked twice at the terminal, one line of stdin.

    Raises:
        InputError: ``NO_PASSWORD``, or ``PASSWORDS_DIFFER``.
    """
    from evqc.errors import Where, refusal

    chosen = _asked(f"new password of {user}", stdin=stdin)
    if not stdin and _asked("the same again", stdin=False) != chosen:
        raise refusal(user, "PASSWORDS_DIFFER", Where(field="password"), "two different passwords", "the same twice")
    return chosen


def sign_in(registry: Registry, user: str, *, stdin: bool) -> None:
    """Asks the password of a user before anything is done in this name, and writes into the trail who signed in.

    What is signed asks for it by itself: ``password_of``, and then the registry checks it.

    Raises:
        InputError: ``NO_PASSWORD``, ``WRONG_PASSWORD`` or ``LOCKED_OUT``.

    Source:
        21 CFR 11.10(d): nobody acts in the name of another.
    """
    registry.authenticate(user, password_of(user, stdin=stdin))


def _asked(what: str, *, stdin: bool) -> str:
    from evqc.errors import Where, refusal

    if not stdin and not sys.stdin.isatty():
        raise refusal(what, "NO_PASSWORD", Where(), "no terminal to ask at", "a terminal, or --password-stdin")
    sys.stdout.flush()  # what there is to look at stands before the question
    given = sys.stdin.readline().rstrip("\r\n") if stdin else _at_terminal(what)
    if not given:
        raise refusal(what, "NO_PASSWORD", Where(), "nothing", "one line a password")
    return given


def _at_terminal(what: str) -> str:
    """What was typed; nothing where the input was closed."""
    try:
        return getpass(f"{what}: ", stream=sys.stderr)
    except KeyboardInterrupt:
        print(file=sys.stderr)  # what comes next begins a line of its own
        raise
    except EOFError:
        print(file=sys.stderr)
        return ""
