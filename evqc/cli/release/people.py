"""The verbs on people: made, given roles and training, let in again, deactivated; never deleted."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from evqc.cli.output import AsJson, print_document, print_table, say
from evqc.cli.release.opened import (
    IN_THIS_FOLDER,
    Database,
    PasswordStdin,
    User,
    Why,
    new_password_of,
    opened,
    password_of,
    sign_in,
)

if TYPE_CHECKING:
    from evqc.release.registry import Registry
    from evqc.release.registry_documents import ListedUser

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="People: who they are, what they may do, until when they are trained. Ids are never used again.",
)
Id = Annotated[str, typer.Argument(metavar="ID", help="Of the user, in small letters.")]
Roles = Annotated[
    list[str],
    typer.Option("--role", metavar="ROLE", help="analyst, reviewer, 'QA release' or administrator; may be repeated."),
]
_DAY = ["%Y-%m-%d"]


@app.command(
    epilog="Example: `evqc release user add rita --name 'Rita Example' --role reviewer --trained-until 2027-03-31 "
    "--why 'new in the team' --user ada`. Two passwords are asked: yours, and the one to begin with"
)
def add(
    id: Id,  # noqa: A002  the word of the help
    name: Annotated[
        str, typer.Option("--name", metavar="WORDS", help="The printed name, as it stands under signatures.")
    ],
    role: Roles,
    why: Why,
    user: User,
    trained_until: Annotated[
        datetime | None, typer.Option("--trained-until", formats=_DAY, help="Last day of training; none expires never.")
    ] = None,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Make a user, with a password to begin with that has to be changed before anything can be done."""
    day = trained_until.date() if trained_until else None
    with opened(database) as registry:
        _sign_in(registry, user, stdin=password_stdin)
        first = new_password_of(id, stdin=password_stdin)
        registry.create_user(id, name, role, first, by=user, why=why, trained_until=day)
    print(f"{id}: {name}, {', '.join(sorted(role))}; the password has to be changed first: evqc release user password")


@app.command(
    epilog="Example: `evqc release user roles rita --role reviewer --role 'QA release' --why promoted --user ada`"
)
def roles(
    id: Id,  # noqa: A002  the word of the help
    role: Roles,
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Give a user these roles and no others."""
    with opened(database) as registry:
        _sign_in(registry, user, stdin=password_stdin)
        registry.change_user(id, by=user, why=why, held=role)
    print(f"{id}: {', '.join(sorted(role))}")


@app.command(
    epilog="Example: `evqc release user training rita --until 2027-03-31 --why 'course of 20 March' --user ada`"
)
def training(
    id: Id,  # noqa: A002  the word of the help
    until: Annotated[datetime, typer.Option("--until", formats=_DAY, help="Last day on which the user may sign.")],
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Write down until when a user is trained; whose training expired signs nothing."""
    with opened(database) as registry:
        _sign_in(registry, user, stdin=password_stdin)
        registry.change_user(id, by=user, why=why, trained_until=until.date())
    print(f"{id}: trained until {until.date()}")


@app.command(epilog="Example: `evqc release user password --user rita`: the old password, and the new one twice")
def password(user: User, database: Database = IN_THIS_FOLDER, password_stdin: PasswordStdin = False) -> None:
    """Change your own password; the first one that you choose makes the key that signs in your name."""
    with opened(database) as registry:
        old = password_of(user, stdin=password_stdin)
        registry.change_password(user, old, new_password_of(user, stdin=password_stdin))
    print(f"{user}: the password is changed")


@app.command(
    epilog="Example: `evqc release user unlock rita --why 'forgot the password' --user ada`. Two passwords are asked: "
    "yours, and the new one to begin with"
)
def unlock(
    id: Id,  # noqa: A002  the word of the help
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Let a user in again with a new password, which has to be changed first; what was signed before still holds."""
    with opened(database) as registry:
        _sign_in(registry, user, stdin=password_stdin)
        registry.reset_password(id, new_password_of(id, stdin=password_stdin), by=user, why=why)
    print(f"{id}: a new password; it has to be changed first: evqc release user password")


@app.command(epilog="Example: `evqc release user deactivate rita --why 'left on 31 March' --user ada`")
def deactivate(
    id: Id,  # noqa: A002  the word of the help
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Take every right from a user, for good; the id is never used again, and what was signed stays."""
    with opened(database) as registry:
        _sign_in(registry, user, stdin=password_stdin)
        registry.deactivate_user(id, by=user, why=why)
    print(f"{id}: deactivated")


@app.command(epilog="Example: `evqc release user statement --user rita`")
def statement(user: User, database: Database = IN_THIS_FOLDER, password_stdin: PasswordStdin = False) -> None:
    """Sign for yourself what your electronic signature means; it is kept for each user."""
    from evqc.release.statement import TEXT

    say(f"you sign: {TEXT}")
    with opened(database) as registry:
        made = registry.sign_statement(user, password_of(user, stdin=password_stdin))
    print(f"{made.printed_name}, {made.at}: {made.text}")


@app.command("list", epilog="Examples: `evqc release user list` · `evqc release user list --json`")
def list_(database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """List the users, those who are deactivated too, with roles, training and who is locked out."""
    from evqc.release.registry import documents

    with opened(database) as registry:
        found = documents.users(registry)
    if as_json:
        print_document(found)
        return
    table = Table("id", "name", "roles", "state", "trained until", "statement signed")
    for each in found.users:
        signed = each.statement_at[:10] if each.statement_at else "not yet"
        until = each.trained_until or "does not expire"
        table.add_row(each.id, each.printed_name, ", ".join(each.roles), _state(each), until, signed)
    print_table(table)


def _state(of: ListedUser) -> str:
    if not of.active:
        return "deactivated"
    if of.locked_until:
        return f"locked out until {of.locked_until}"
    return "password to be changed" if of.password == "to be changed" else "active"  # noqa: S105  words, no password


def _sign_in(registry: Registry, user: str, *, stdin: bool) -> None:
    """Signs an administrator in, and tells at once who is locked out (21 CFR 11.300(d))."""
    sign_in(registry, user, stdin=stdin)
    for name, until in registry.locked_out().items():
        say(f"{name} is locked out until {until} after wrong passwords in a row; evqc release audit --about {name}")
