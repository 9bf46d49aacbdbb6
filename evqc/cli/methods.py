"""The verb that says what this build knows of separation methods."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from evqc.cli.output import AsJson, print_document, print_lines, print_table

METHODS_EXAMPLES = (
    "Examples: `evqc methods` · `evqc methods SEC` · `evqc methods --own my-batch/own.toml`. A file of your own holds "
    "one `[[method]]` each, with `name`, `separates_by` and `needed`, the parameters that repeat it; `also`, "
    "`synonyms`, `co_isolates`, `expected`, `recovery`, `scale`, `gmp` and `references` may stand. The record "
    "names the file under `methods`."
)


def methods(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A method as people write it; says all of it.")
    ] = None,
    own: Annotated[
        Path | None, typer.Option("--own", metavar="FILE", help="Methods of your own, in TOML, listed with the others.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the separation methods that a batch record may name, or show one with what comes along and its sources."""
    from evqc.batch.catalogue import catalogue, method_called, method_lines
    from evqc.batch.own_methods import with_own

    known = None if own is None else with_own(own)
    if name is not None:
        if as_json:
            raise typer.BadParameter("--json lists every method and takes no name")
        print_lines(method_lines(method_called(name, known)))
        return
    listed = catalogue(known)
    if as_json:
        print_document(listed)
        return
    table = Table("method", "separates by", "usually comes along", "recovery reported", "also called")
    for entry in listed.methods:
        reported = "\n".join(each.sentence for each in entry.recovery)
        table.add_row(entry.name, entry.separates_by, "\n".join(entry.co_isolates), reported, ", ".join(entry.synonyms))
    print_table(table)
