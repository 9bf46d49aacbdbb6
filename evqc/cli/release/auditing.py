"""The audit trail on the command line: a page by role with filters, its export, and whether all of it holds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from evqc.cli.output import NO, YES, AsJson, print_document, print_lines, print_table, say
from evqc.cli.release.anchors import Anchors, heads
from evqc.cli.release.opened import IN_THIS_FOLDER, Database, PasswordStdin, opened, sign_in

if TYPE_CHECKING:
    from evqc.release.audit_page import Asked, AuditPage

app = typer.Typer(
    invoke_without_command=True,
    rich_markup_mode="markdown",
    epilog="Examples: `evqc release audit --user quinn` · `… --about EV-7 --since 2026-03-01` · `… --by anna "
    "--action submit --csv trail.csv --why 'inspection of 12 May'` · `evqc release audit verify --anchor HASH:LENGTH`",
)
_MOMENT = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?)?")
When = Annotated[str | None, typer.Option(metavar="DAY", help="A day or a moment, UTC, included: 2026-03-20T08:30.")]


@app.callback()
def audit(
    context: typer.Context,
    user: Annotated[
        str | None,
        typer.Option("--user", envvar="EVQC_USER", metavar="NAME", help="Who you are; your password is asked."),
    ] = None,
    about: Annotated[
        str | None, typer.Option("--about", "--record", metavar="ID", help="A batch, a record, a user, an instrument.")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="ID", help="Who did it.")] = None,
    action: Annotated[
        str | None, typer.Option("--action", metavar="WORDS", help="What was done, such as submit.")
    ] = None,
    since: When = None,
    until: When = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the entries to a new CSV file.")
    ] = None,
    why: Annotated[
        str, typer.Option("--why", metavar="WORDS", help="What it is read for; it stays in the trail.")
    ] = "",
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Show the audit trail as far as your role may see it; that you read or exported it is an entry itself."""
    if context.invoked_subcommand is not None:
        return
    if user is None:
        raise typer.BadParameter("who reads? --user NAME, or EVQC_USER", param_hint="--user")
    if csv is not None and not why.strip():
        raise typer.BadParameter("an export says what it is for: --why WORDS", param_hint="--why")
    _refuse_there(csv)
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        asked = _asked(about, by, action, since, until)
        found = registry.audit_page(user, asked, why or "read on the command line", exported=csv is not None)
    _show(found, csv, as_json=as_json)


def _asked(about: str | None, by: str | None, action: str | None, since: str | None, until: str | None) -> Asked:
    from evqc.release.audit_page import Asked

    return Asked(about=about, user=by, action=action, since=_moment(since), until=_moment(until))


def _moment(text: str | None) -> str | None:
    """A day or a moment as it was written: ``2026-03-20`` is all of that day."""
    if text is not None and not _MOMENT.fullmatch(text):
        raise typer.BadParameter(f"'{text}' is neither 2026-03-20 nor 2026-03-20T08:30, in UTC")
    return text


def _refuse_there(csv: Path | None) -> None:
    from evqc.errors import Where, refusal

    if csv is not None and csv.exists():
        raise refusal(str(csv), "FILE_EXISTS", Where(), "a file", "the name of a new file")


def _show(found: AuditPage, csv: Path | None, *, as_json: bool) -> None:
    from evqc.cli.output import write_text
    from evqc.release.audit_page import audit_csv, page_lines

    if csv is not None:
        write_text(csv, audit_csv(found))
    if as_json:
        print_document(found)
        return
    if csv is None:
        print_table(_table(found))
    else:
        print(csv)
    print_lines(page_lines(found))


def _table(found: AuditPage) -> Table:
    table = Table("entry", "UTC", "who", "did", "to", "why")
    for each in found.entries:
        of = f"{each.table} {each.key}"
        table.add_row(str(each.sequence), each.at[:19].replace("T", " "), each.user, each.action, of, each.why)
    return table


@app.command(epilog="Examples: `evqc release audit verify` · `evqc release audit verify --anchor HASH:LENGTH --json`")
def verify(anchor: Anchors = None, database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """Check every row, signature and entry of a registry against its audit trail; exit 1 when anything was changed."""
    from evqc.release.registry import documents
    from evqc.report.words import counted

    with opened(database) as registry:
        found = documents.check(registry, heads(anchor))
    if as_json:
        print_document(found)
    else:
        print_lines(f"✕ {each.words}" for each in found.faults)
        print_lines(f"! {each}" for each in found.remarks)
        print(f"head of the trail: {found.head.hash}:{found.head.length}")
        print("HOLDS." if found.holds else f"DOES NOT HOLD: {counted(len(found.faults), 'fault')}.")
    if not anchor and found.holds:
        say("without --anchor: whether the whole of it was written anew, only a head kept elsewhere can tell.")
    raise typer.Exit(YES if found.holds else NO)
