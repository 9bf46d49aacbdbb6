"""The verbs on what departs from the rule, and on what only a person can attest."""

from __future__ import annotations

from typing import Annotated

import typer

from evqc.cli.output import AsJson, print_document, print_lines, say
from evqc.cli.release.opened import (
    IN_THIS_FOLDER,
    Database,
    PasswordStdin,
    User,
    Why,
    opened,
    password_of,
    sign_in,
)

ATTEST_EXAMPLES = (
    "Examples: `evqc release attest EV-7/1 'the audit trail was reviewed' --user rita` · `evqc release attest EV-7/1 "
    "--all --note 'read on 20 March' --user rita`"
)
app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Departures from the rule: one person asks with a reason, another accepts by signature.",
)
Record = Annotated[str, typer.Argument(metavar="RECORD", help="The id of a record, BATCH/version.")]


@app.command(
    "open",
    epilog="Example: `evqc release deviation open EV-9/1 STERILITY-01 --code RESULT-PENDING --why 'short shelf life; "
    "rapid test negative' --user anna`. `evqc release deviation list EV-9/1` says what may be excused by which code",
)
def open_(
    record: Record,
    subject: Annotated[str, typer.Argument(metavar="SUBJECT", help="What holds the batch, as the list words it.")],
    code: Annotated[str, typer.Option("--code", metavar="CODE", help="The reason, from the closed list.")],
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Ask for a departure from the rule; a failing test is never excused."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        made = registry.raise_deviation(record, subject, code, why, user)
    print(f"{made}: to be accepted by somebody else, evqc release deviation accept {made}")


@app.command(epilog="Example: `evqc release deviation accept EV-9/1/deviation-1 --user quinn`")
def accept(
    id: Annotated[str, typer.Argument(metavar="ID", help="Of the deviation.")],  # noqa: A002  the word of the help
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Accept a departure by your signature over its very words."""
    with opened(database) as registry:
        made = registry.accept_deviation(id, user, password_of(user, stdin=password_stdin))
    print(f"accepted by {made.printed_name}, {made.at}: {made.reason}")


@app.command(
    "list", epilog="Examples: `evqc release deviation list EV-9/1` · `evqc release deviation list EV-9/1 --json`"
)
def list_(record: Record, database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """List the departures of a record, and what holds its batch with the codes that may excuse it."""
    from evqc.release.deviation_text import deviation_lines
    from evqc.release.registry import documents

    with opened(database) as registry:
        found = documents.deviations(registry, record)
    if as_json:
        print_document(found)
    else:
        print_lines(deviation_lines(found))


def attest(
    record: Record,
    user: User,
    item: Annotated[
        list[str] | None, typer.Argument(metavar="[ITEM]...", help="Of the checklist, in its very words.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Every item that is still open.")] = False,
    note: Annotated[str, typer.Option("--note", metavar="WORDS", help="What else is to be said of it.")] = "",
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Attest items of the checklist by your signature, such as that the audit trail was reviewed."""
    from evqc.release import obstacles

    if bool(item) is every:
        raise typer.BadParameter("name items of the checklist, or give --all", param_hint="ITEM")
    with opened(database) as registry:
        items = obstacles.not_attested(registry.export(record)) if every else tuple(item or ())
        for each in items:
            say(f"you attest: {each}")
        made = registry.attest(record, items, user, password_of(user, stdin=password_stdin), note)
    print_lines(f"attested: {each}" for each in items)
    print(f"signed by {made.printed_name}, {made.at}")
