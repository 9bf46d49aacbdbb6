"""The verbs of release specifications: check one, compare two, begin one from a template."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from evqc.cli.output import NO, YES, AsJson, print_document, print_lines, say

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Release specifications as TOML or XLSX: check, compare, begin from a template.",
)
File = Annotated[Path, typer.Argument(metavar="FILE", help="A specification, .toml or .xlsx.")]


@app.command(epilog="Examples: `evqc release spec check specification.toml` · `… check specification.xlsx --json`")
def check(file: File, as_json: AsJson = False) -> None:
    """Say everything that is wrong or doubtful in a specification; exit 1 when no batch should be judged by it."""
    from evqc.release.specification_check import checked
    from evqc.release.specification_files import places, read_specification
    from evqc.release.specification_text import check_lines

    specification, _ = read_specification(file)
    found = checked(specification, places(file))
    if as_json:
        print_document(found)
    else:
        print_lines(check_lines(found))
    raise typer.Exit(YES if found.fit else NO)


@app.command(epilog="Examples: `evqc release spec diff v1.toml v2.toml` · `… diff v1.toml v1.xlsx --json`")
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="The earlier specification, .toml or .xlsx.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The later one.")],
    as_json: AsJson = False,
) -> None:
    """Say what differs between two specifications and what gets stricter or laxer; exit 1 when anything does."""
    from evqc.release.specification_difference import difference
    from evqc.release.specification_files import read_specification
    from evqc.release.specification_text import difference_lines

    found = difference(read_specification(old)[0], read_specification(new)[0])
    if as_json:
        print_document(found)
    else:
        print_lines(difference_lines(found))
    raise typer.Exit(YES if found.identical else NO)


@app.command(
    "from-template",
    epilog="Example: `evqc release spec from-template msc-ev-drug-product -o spec.xlsx --set route=intravenous …`; "
    "`evqc release spec templates` lists what each template takes",
)
def from_template(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of a template; `evqc release spec templates`.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The new file, .toml or .xlsx.")],
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="KEY=VALUE", help="What only the product decides.")
    ] = None,
) -> None:
    """Begin a specification from a template; what is missing is asked for, never filled in."""
    from evqc.release.specification_check import problems
    from evqc.release.specification_files import write_specification
    from evqc.release.templates.making import from_template as made_of

    specification = made_of(name, dict(_pair(text) for text in set_ or ()))
    write_specification(specification, out)
    print(out)
    doubts = len(problems(specification))
    say(f"{len(specification.tests)} tests; {doubts} remarks to read before it is filed: evqc release spec check {out}")


@app.command(epilog="Example: `evqc release spec templates`")
def templates(as_json: AsJson = False) -> None:
    """List the templates with the values that each takes and a command to begin with."""
    from evqc.release.specification_text import template_lines
    from evqc.release.templates.making import templates as listed

    if as_json:
        print_document(listed())
    else:
        print_lines(template_lines(listed()))


def _pair(text: str) -> tuple[str, str]:
    key, mark, value = text.partition("=")
    if not mark:
        raise typer.BadParameter(f"'{text}' is not key=value", param_hint="--set")
    return key.strip(), value
