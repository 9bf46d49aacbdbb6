"""The verbs on results outside their limits: every step kept, and the number of retests fixed beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from evqc.cli.output import AsJson, print_document, print_lines
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

if TYPE_CHECKING:
    from evqc.release.release import Investigation

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Results outside their limits (OOS): the laboratory first, then the cause, retests under a plan, and the end.",
)
Id = Annotated[str, typer.Argument(metavar="ID", help="Of the investigation: evqc release oos list.")]
Evidence = Annotated[str, typer.Option("--evidence", metavar="WORDS", help="What shows it: a file, a logbook page.")]


@app.command(
    "open", epilog="Example: `evqc release oos open EV-8/1 CONTENT-01 --why 'the first stage fails too' --user rita`"
)
def open_(
    record: Annotated[str, typer.Argument(metavar="RECORD", help="The id of a record, BATCH/version.")],
    test: Annotated[str, typer.Argument(metavar="TEST", help="The id of a test that fails.")],
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Open the investigation of a failing test that has none; those that hold a batch are opened by themselves."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        _print(registry.open_investigation(record, test, user, why))


@app.command(
    epilog="Example: `evqc release oos cause EV-8/1/OOS-CONTENT --kind analyst --what 'diluted 10 and not 100 times' "
    "--evidence 'logbook 12, page 7' --why 'laboratory phase' --user rita`"
)
def cause(
    id: Id,  # noqa: A002  the word of the help
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="Of the closed list that a wrong one prints.")],
    what: Annotated[str, typer.Option("--what", metavar="WORDS", help="What happened.")],
    evidence: Evidence,
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Write down the cause that made the result, with what shows it; a test for outliers is none."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        _print(registry.find_cause(id, kind=kind, words=what, evidence=evidence, user=user, why=why))


@app.command(
    epilog="Example: `evqc release oos full EV-8/1/OOS-CONTENT --why 'no cause in the laboratory' --user rita`"
)
def full(
    id: Id,  # noqa: A002  the word of the help
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Go beyond the laboratory, where it found no cause."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        _print(registry.go_full_scale(id, user, why))


@app.command(
    epilog="Example: `evqc release oos plan EV-8/1/OOS-CONTENT --plan 'SOP-9, section 4' --retests 3 "
    "--why 'as the procedure asks' --user rita`"
)
def plan(
    id: Id,  # noqa: A002  the word of the help
    plan: Annotated[str, typer.Option("--plan", metavar="WORDS", help="Which plan, and what it says.")],
    retests: Annotated[int, typer.Option("--retests", metavar="N", help="How many; never changed afterwards.")],
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Fix how many retests there will be, before the first of them."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        _print(registry.plan_retests(id, plan=plan, retests=retests, user=user, why=why))


@app.command(
    epilog="Example: `evqc release oos retest EV-8/1/OOS-CONTENT 2.1e9 --unit /mL --evidence exports/retest-1.csv "
    "--why 'retest 1 of 3' --user abel`"
)
def retest(
    id: Id,  # noqa: A002  the word of the help
    value: Annotated[str, typer.Argument(metavar="VALUE", help="As measured.")],
    evidence: Evidence,
    why: Why,
    user: User,
    unit: Annotated[str, typer.Option("--unit", metavar="UNIT", help="Of the value; none for words.")] = "",
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Write down one retest by another analyst, kept whatever it says."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        _print(registry.retest(id, value=value, unit=unit, evidence=evidence, user=user, why=why))


@app.command(
    epilog="Example: `evqc release oos close EV-8/1/OOS-CONTENT 'invalidated by assignable cause' "
    "--why 'the logbook shows the dilution' --user quinn`"
)
def close(
    id: Id,  # noqa: A002  the word of the help
    conclusion: Annotated[
        str, typer.Argument(metavar="CONCLUSION", help="'confirmed', or 'invalidated by assignable cause'.")
    ],
    why: Why,
    user: User,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Conclude an investigation by your signature; neither who opened it nor who retested may."""
    with opened(database) as registry:
        password = password_of(user, stdin=password_stdin)
        registry.conclude_investigation(id, conclusion, user, password, why)
        _print(registry.investigation(id))


@app.command("list", epilog="Examples: `evqc release oos list` · `evqc release oos list EV-8/1 --json`")
def list_(
    record: Annotated[
        str | None, typer.Argument(metavar="[RECORD]", help="Only those of the batch of this record.")
    ] = None,
    database: Database = IN_THIS_FOLDER,
    as_json: AsJson = False,
) -> None:
    """List the investigations with every step and every retest, those of earlier versions too."""
    from evqc.release.registry import documents

    with opened(database) as registry:
        found = documents.investigations(registry, record)
    if as_json:
        print_document(found)
    else:
        print_lines(line for each in found.investigations for line in _lines(each))


def _print(of: Investigation) -> None:
    print_lines(_lines(of))


def _lines(of: Investigation) -> Iterator[str]:
    from evqc.release.investigation_text import investigation_lines

    return investigation_lines(of)
