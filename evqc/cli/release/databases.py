"""The verbs on the registry as a whole: made, brought to this version, copied, and put back from a copy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from evqc.cli.output import NO, YES, print_lines, say
from evqc.cli.release.anchors import Anchors, heads
from evqc.cli.release.opened import (
    IN_THIS_FOLDER,
    Database,
    PasswordStdin,
    User,
    Why,
    new_password_of,
    now,
    opened,
    password_of,
    reaching,
    url_of,
)

BACKUP_EXAMPLES = (
    "Examples: `evqc release backup 2026-03-20.db` · `evqc release backup 2026-03-20.zip --portable`, which can "
    "also be restored into PostgreSQL. Keep the head that it prints elsewhere: "
    "`evqc release audit verify --anchor HASH:LENGTH`. No password is asked: who can read the database can copy it"
)
RESTORE_EXAMPLE = (
    "Example: `evqc release restore 2026-03-20.db --database restored.db --why 'the disk failed' --anchor HASH:LENGTH`"
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The registry itself: make one, bring an older one to this version.",
)


@app.command(
    epilog="Example: `evqc release database init --user ada --name 'Ada Example'`. Then make a second administrator, "
    "since nobody unlocks oneself: `evqc release user add`. Only the account that makes evqc.db can read it"
)
def init(
    user: User,
    name: Annotated[str, typer.Option("--name", metavar="WORDS", help="Your printed name.")],
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Make a registry with its first administrator, who chooses a password."""
    from evqc.release.registry import create_registry

    chosen = new_password_of(user, stdin=password_stdin)
    with (
        reaching(),
        create_registry(url_of(database), now, os.urandom, user=user, printed_name=name, password=chosen) as made,
    ):
        head = made.head()
    print(f"{database}: a registry with the administrator {user}")
    print(f"head of the trail: {head.hash}:{head.length}")
    say("make a second administrator: nobody can unlock oneself, and a registry without one cannot be mended.")


@app.command(
    epilog="Example: `evqc release database upgrade --user ada --why 'evqc 1.2 installed'`, after `evqc release backup`"
)
def upgrade(user: User, why: Why, database: Database = IN_THIS_FOLDER, password_stdin: PasswordStdin = False) -> None:
    """Bring the tables of a registry to this version of evqc; no time and no hash of what is written changes."""
    from evqc.release.registry import authenticate_before_upgrade, upgrade_registry
    from evqc.release.registry.tables import REVISION

    with reaching():
        password = password_of(user, stdin=password_stdin)
        authenticate_before_upgrade(url_of(database), now, os.urandom, user=user, password=password)
        before = upgrade_registry(url_of(database), now, by=user, why=why)
    changed = "is of this version already" if before == REVISION else f"upgraded from revision {before}"
    print(f"{database}: {changed} (revision {REVISION})")


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A new file; nothing is ever overwritten.")],
    portable: Annotated[
        bool, typer.Option("--portable", help="A zip that goes into either kind of database, whatever this one is.")
    ] = False,
    database: Database = IN_THIS_FOLDER,
) -> None:
    """Copy the registry while others work in it, and verify the copy; exit 1 when what was copied does not hold."""
    from evqc.release.registry import backup as copied
    from evqc.release.registry.checking import is_of_the_clock

    with opened(database) as registry:
        head = registry.head()
        found = copied(registry, file, portable=portable)
        registry.log("installation", "backup", "registry", file.name, f"a copy of {head.length} entries or more")
    print(file)
    print(f"head of the trail before the copy: {head.hash}:{head.length}")
    for each in filter(is_of_the_clock, found):
        say(each.words)
    wrong = [each.words for each in found if not is_of_the_clock(each)]
    if wrong:
        say("the registry does not hold, and neither does its copy: evqc release audit verify")
        print_lines(wrong)
    raise typer.Exit(NO if wrong else YES)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `evqc release backup` wrote.")],
    why: Why,
    anchor: Anchors = None,
    database: Database = IN_THIS_FOLDER,
) -> None:
    """Put a copy into an empty database after all of it was verified; a registry that is there is never overwritten."""
    from evqc.release.registry import restore as restored

    with reaching(), restored(file, url_of(database), now, os.urandom, why=why, anchors=heads(anchor)) as registry:
        head = registry.head()
    print(f"{database}: restored from {file.name}; every row, signature and entry of the trail holds")
    print(f"head of the trail: {head.hash}:{head.length}")
    if not anchor:
        say("no --anchor was given: that the copy is whole is not shown, only that it is sound.")
