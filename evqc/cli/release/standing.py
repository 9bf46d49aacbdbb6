"""The verbs that ask a registry and change nothing: a record, where it stands, what was done to it, which there are."""

from __future__ import annotations

from typing import Annotated

import typer

from evqc.cli.output import NO, YES, AsJson, print_document, print_lines, print_table, text_width
from evqc.cli.release.opened import IN_THIS_FOLDER, Database, opened

STATUS_EXAMPLES = "Examples: `evqc release status EV-7/1` · `evqc release status EV-7/1 --json`"
SHOW_EXAMPLES = "Examples: `evqc release show EV-7/1` · `evqc release show EV-7/1 --json`"
HISTORY_EXAMPLES = "Examples: `evqc release history EV-7/1` · `evqc release history EV-7/1 --json`"
RECORDS_EXAMPLES = "Examples: `evqc release records` · `evqc release records --json`"

Record = Annotated[str, typer.Argument(metavar="RECORD", help="The id of a record, BATCH/version.")]


def status(record: Record, database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """Say what a record needs to be released: done by whom, missing, who could; exit 1 while it is not releasable."""
    from rich.table import Table

    from evqc.release.status_text import answer, look_lines, requirement_rows

    with opened(database) as registry:
        found = registry.status(record)
    if as_json:
        print_document(found)
    else:
        table = Table("", "kind", "required", "by")
        for row in requirement_rows(found):
            table.add_row(*row)
        print_table(table)
        print_lines(look_lines(found.stop_and_look, text_width()))
        print(answer(found))
    raise typer.Exit(YES if found.releasable else NO)


def show(record: Record, database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """Show every result of a record as it is to be signed: value, rounding, limit, verdict, reason and file."""
    from evqc.release.checklist_text import checklist_lines

    with opened(database) as registry:
        found = registry.export(record)
    if as_json:
        print_document(found.record)
        return
    print_lines(checklist_lines(found.record, width=text_width()))
    print(f"{record} is {found.state}, SHA-256 {found.record_sha256}.")


def history(record: Record, database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """Say everything that was done to a batch, in all its versions: who, when, what before and after, and why."""
    from rich.table import Table

    from evqc.release.listing import History, history_rows

    with opened(database) as registry:
        found = History(record=record, entries=registry.history(record))
    if as_json:
        print_document(found)
        return
    table = Table("entry", "at (UTC)", "who", "what", "on", "changed", "why")
    for row in history_rows(found):
        table.add_row(*row)
    print_table(table)


def records(database: Database = IN_THIS_FOLDER, as_json: AsJson = False) -> None:
    """List the records of a registry with their states."""
    from rich.table import Table

    from evqc.release.listing import record_list

    with opened(database) as registry:
        found = record_list(registry.records())
    if as_json:
        print_document(found)
        return
    table = Table("record", "state", "made by", "record SHA-256", "specification SHA-256")
    for each in found.records:
        hashes = (each.record_sha256[:16], each.specification_sha256[:16])
        table.add_row(each.record, each.state, each.made_by, *hashes)
    print_table(table)
