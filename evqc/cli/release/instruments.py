"""The verbs on the register of instruments: what may make the files of a batch, and with which software."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from evqc.cli.output import AsJson, print_document, print_table
from evqc.cli.release.opened import IN_THIS_FOLDER, Database, PasswordStdin, User, Why, opened, sign_in

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="The register of instruments; exports of others, or of other software, are pointed out before anybody signs.",
)
Serial = Annotated[str, typer.Argument(metavar="SERIAL", help="The serial number, as the exports state it.")]


@app.command(
    epilog="Example: `evqc release instrument add 19-412 --model 'ZetaView PMX-130' --software 8.05.12 "
    "--why 'qualified, report 7' --user quinn`"
)
def add(
    serial: Serial,
    model: Annotated[str, typer.Option("--model", metavar="WORDS", help="Make and model, in words.")],
    why: Why,
    user: User,
    software: Annotated[
        list[str] | None,
        typer.Option("--software", metavar="VERSION", help="A version that is qualified; may be repeated."),
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="WORDS", help="Such as its room.")] = "",
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Put an instrument into the register, or say anew what is qualified of it."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        registry.register_instrument(serial, model, software or [], by=user, why=why, note=note)
    print(f"{serial}: {model}, software {', '.join(software or []) or 'of no version yet'}")


@app.command(epilog="Example: `evqc release instrument retire 19-412 --why 'laser below its limit' --user quinn`")
def retire(
    serial: Serial,
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Take an instrument out of use; it stays in the register."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        registry.retire_instrument(serial, by=user, why=why)
    print(f"{serial}: retired")


@app.command("list", epilog="Examples: `evqc release instrument list` · `evqc release instrument list --json`")
def list_(database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """List the instruments of the register, those that are retired too."""
    from evqc.release.registry import documents

    with opened(database) as registry:
        found = documents.instruments(registry)
    if as_json:
        print_document(found)
        return
    table = Table("serial", "model", "software", "status", "note")
    for each in found.instruments:
        table.add_row(each.serial, each.name, ", ".join(each.software_versions), each.status, each.note)
    print_table(table)
