"""The verbs that say what this build knows."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.table import Table

from evqc.cli.output import AsJson, print_document, print_lines, print_table, text_width

CRITERIA_EXAMPLES = (
    "Examples: `evqc criteria` · `evqc criteria misev2023` · `evqc criteria MISEV2018-MRK-02` · "
    "`evqc criteria our-release.toml` · `evqc criteria --markdown > criteria.md`"
)
MARKERS_EXAMPLES = "Examples: `evqc markers | grep -i tspan` · `evqc markers 'anti-human CD41b'`"


def instruments(as_json: AsJson = False) -> None:
    """List the instruments this build reads."""
    from evqc.instruments._registry import catalogue

    listed = catalogue()
    if as_json:
        print_document(listed)
        return
    table = Table("for", "name", "instrument", "status", "reads")
    family = None
    for entry in listed.instruments:
        if family not in {None, entry.family}:
            table.add_section()
        shown = entry.family if entry.family != family else ""
        table.add_row(shown, entry.name, entry.title, entry.status, "\n".join(entry.reads))
        family = entry.family
    print_table(table)


def criteria(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[ID|PROFILE|FILE]", help="One criterion, a profile, or a TOML file of your own."),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="The whole book of rules as Markdown.")] = False,
    as_json: AsJson = False,
) -> None:
    """List the criteria this build judges by, or show one with its source, limits and examples."""
    from evqc.criteria.catalogue import catalogue, catalogue_of
    from evqc.report.criteria_book import criteria_book
    from evqc.report.criterion_text import criterion_lines

    if markdown and as_json:
        raise typer.BadParameter("--markdown and --json are different outputs; ask for one")
    listed = catalogue() if name is None else catalogue_of(name)
    if as_json:
        print_document(listed)
    elif markdown:
        print(criteria_book(listed), end="")
    elif name is not None and name.upper() == listed.criteria[0].id:
        print_lines(criterion_lines(listed.criteria[0]))
    else:
        _show_criteria(listed, whole=name is None)


def _show_criteria(listed: Any, *, whole: bool) -> None:
    from evqc.report.criteria_counts import count_lines
    from evqc.report.criterion_text import entry_lines, profile_lines

    heads = (line for profile in listed.profiles for line in profile_lines(profile, text_width()))
    if not whole:
        print_lines(heads)
        print()
    print_lines(entry_lines(listed.criteria, text_width()))
    print()
    if whole:
        print_lines(heads)
        print()
    print_lines(count_lines(listed))
    print("One with its limits and examples: evqc criteria ID. The whole book: evqc criteria --markdown.")


def markers(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A name as people write it; says what it means.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the markers this build knows, with their synonyms and MISEV categories, or explain one name."""
    from evqc.markers.vocabulary import catalogue, explain
    from evqc.report.marker_text import explanation_lines

    if name is not None:
        if as_json:
            raise typer.BadParameter("--json lists every marker and takes no name")
        print_lines(explanation_lines(explain(name)))
        return
    listed = catalogue()
    if as_json:
        print_document(listed)
        return
    table = Table("marker", "symbol", "UniProt", "MISEV", "role", "also written")
    for entry in listed.markers:
        table.add_row(entry.name, entry.symbol, entry.uniprot, entry.category, entry.role, ", ".join(entry.synonyms))
    print_table(table)
