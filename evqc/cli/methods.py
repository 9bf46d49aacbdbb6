"""The verb that says what this build knows of separation methods."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from evqc.cli.output import AsJson, print_document, print_lines, print_table

METHODS_EXAMPLES = "Examples: `evqc methods` · `evqc methods SEC`"


def methods(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A method as people write it; says all of it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the separation methods that a batch record may name, or show one with what comes along and its sources."""
    from evqc.batch.catalogue import catalogue, method_called, method_lines

    if name is not None:
        if as_json:
            raise typer.BadParameter("--json lists every method and takes no name")
        print_lines(method_lines(method_called(name)))
        return
    listed = catalogue()
    if as_json:
        print_document(listed)
        return
    table = Table("method", "separates by", "usually comes along", "recovery reported", "also called")
    for entry in listed.methods:
        reported = "\n".join(each.sentence for each in entry.recovery)
        table.add_row(entry.name, entry.separates_by, "\n".join(entry.co_isolates), reported, ", ".join(entry.synonyms))
    print_table(table)
