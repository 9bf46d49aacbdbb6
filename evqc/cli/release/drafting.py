"""The verbs that draft a release record, and take it into a registry when a person says so."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evqc.cli.output import (
    NO,
    YES,
    AsJson,
    open_with,
    print_document,
    print_lines,
    progress_bar,
    say,
    text_width,
    write_text,
)
from evqc.cli.release.opened import IN_THIS_FOLDER, Database, PasswordStdin, User, Why, opened, sign_in
from evqc.cli.release.standing import Record

if TYPE_CHECKING:
    from evqc.release.record import ReleaseRecord
    from evqc.release.registry import Registry
    from evqc.release.specification import Specification

EXAMPLES = (
    "Examples: `evqc release draft my-batch --spec release.toml` · "
    "`evqc release draft my-batch --spec release.toml --on 2026-03-20 -o record.json` · "
    "`evqc release draft my-batch --spec release.toml --user anna --why 'all results are there'`"
)
REOPEN_EXAMPLE = (
    "Example: `evqc release reopen EV-7/1 my-batch --user anna --why 'the label was corrected'`, after "
    "`evqc release reject` or `evqc release invalidate`"
)

Folder = Annotated[Path, typer.Argument(metavar="BATCH", help="A batch folder with its record.")]
Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], help="The day that is judged for; today by default."),
]
Out = Annotated[Path | None, typer.Option("-o", "--out", metavar="FILE", help="Also write the release record as JSON.")]


def draft(
    batch: Folder,
    spec: Annotated[Path, typer.Option("--spec", metavar="SPEC", help="The specification, TOML or XLSX.")],
    user: Annotated[
        str | None,
        typer.Option("--user", metavar="NAME", help="Take the draft into the registry as this person; else only show."),
    ] = None,
    why: Annotated[str, typer.Option("--why", metavar="WORDS", help="The reason, in words; needed with --user.")] = "",
    database: Database = IN_THIS_FOLDER,
    on: Day = None,
    out: Out = None,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Ask every test of a specification of a batch, and recommend: hold, or it meets the specification."""
    from evqc.release.specification_files import read_specification

    if user is not None and not why.strip():
        raise typer.BadParameter("the reason, in words, is needed with --user", param_hint="--why")
    if user is None:
        record = _drafted(batch, read_specification(spec)[0], on, out, as_json=as_json)
    else:
        with opened(database) as registry:
            record = _drafted(batch, read_specification(spec)[0], on, out, as_json=as_json)
            _take_in(registry, record, batch, user, why, stdin=password_stdin)
    raise typer.Exit(_answer(record))


def reopen(
    record: Record,
    batch: Folder,
    user: User,
    why: Why,
    spec: Annotated[
        Path | None,
        typer.Option("--spec", metavar="SPEC", help="Another specification; by default the one of that record."),
    ] = None,
    database: Database = IN_THIS_FOLDER,
    on: Day = None,
    out: Out = None,
    password_stdin: PasswordStdin = False,
    as_json: AsJson = False,
) -> None:
    """Draft a rejected or invalidated record anew, as the next version: what was signed before is void for it."""
    from evqc.release.reopening import refuse_other_batch, refuse_unended
    from evqc.release.specification import Specification
    from evqc.release.specification_files import read_specification

    with opened(database) as registry:
        ended = registry.export(record)
        refuse_unended(ended, registry.records())
        used = Specification.model_validate(ended.record.specification.content)
        made = _drafted(batch, used if spec is None else read_specification(spec)[0], on, out, as_json=as_json)
        refuse_other_batch(ended, made)
        _take_in(registry, made, batch, user, why, stdin=password_stdin)
    raise typer.Exit(_answer(made))


def _drafted(
    batch: Path, specification: Specification, on: datetime | None, out: Path | None, *, as_json: bool
) -> ReleaseRecord:
    """The release record of a batch folder, shown and written as it was asked for."""
    import evqc
    from evqc.batch.open import refuse_among_exports
    from evqc.records import to_json
    from evqc.release.batch_files import batch_files
    from evqc.release.checklist_text import checklist_lines
    from evqc.release.draft import draft as drafted
    from evqc.release.draft import refuse_unfit

    if out is not None:
        refuse_among_exports(batch, out)
    day = on.date() if on is not None else _today()
    refuse_unfit(specification, day)
    with progress_bar("reading") as progress:
        read = open_with(batch, progress)
    files = None if read.folder is None else batch_files(read, read.folder)
    record = drafted(read, evqc.assess(read, day=day), specification, day=day, files=files)
    if out is not None:
        write_text(out, to_json(record))
    if as_json:
        print_document(record)
    else:
        print_lines(checklist_lines(record, width=text_width()))
    return record


def _take_in(registry: Registry, record: ReleaseRecord, batch: Path, user: str, why: str, *, stdin: bool) -> None:
    """Imports a record with the files that it was made from, which have to be the same still."""
    from evqc.release.batch_files import read_files

    sign_in(registry, user, stdin=stdin)
    drafts = [row["id"] for row in registry.records() if (row["batch"], row["state"]) == (record.batch.id, "draft")]
    name = registry.import_record(record, read_files(batch, record.files), user, why)
    say(f"taken into the registry as {name}, a draft.")
    for earlier in drafts:
        say(f"{earlier}, the draft before it, is invalidated by it.")


def _answer(record: ReleaseRecord) -> int:
    return YES if record.recommendation.verdict == "meets the specification" else NO


def _today() -> date:
    """The day of this computer, said aloud: tomorrow the same command may say something else."""
    day = datetime.now().astimezone().date()
    say(f"judged for today, {day}; --on judges for another day.")
    return day
