"""The verb that drafts a release record."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

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

EXAMPLES = (
    "Examples: `evqc release draft my-batch --spec release.toml` · "
    "`evqc release draft my-batch --spec release.toml --on 2026-03-20 -o record.json`"
)


def draft(
    batch: Annotated[Path, typer.Argument(metavar="BATCH", help="A batch folder with its record.")],
    spec: Annotated[Path, typer.Option("--spec", metavar="SPEC", help="The specification, TOML or XLSX.")],
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="The day that is judged for; today by default."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Also write the release record as JSON.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every test of a specification of a batch, and recommend: hold, or it meets the specification."""
    import evqc
    from evqc.batch.open import refuse_among_exports
    from evqc.records import to_json
    from evqc.release.batch_files import batch_files
    from evqc.release.checklist_text import checklist_lines
    from evqc.release.draft import draft as drafted
    from evqc.release.draft import refuse_unfit
    from evqc.release.specification_files import read_specification

    if out is not None:
        refuse_among_exports(batch, out)
    day = on.date() if on is not None else _today()
    specification, _ = read_specification(spec)
    refuse_unfit(specification, day)
    with progress_bar("reading") as progress:
        opened = open_with(batch, progress)
    files = None if opened.folder is None else batch_files(opened, opened.folder)
    record = drafted(opened, evqc.assess(opened, day=day), specification, day=day, files=files)
    if out is not None:
        write_text(out, to_json(record))
    if as_json:
        print_document(record)
    else:
        print_lines(checklist_lines(record, width=text_width()))
    raise typer.Exit(YES if record.recommendation.verdict == "meets the specification" else NO)


def _today() -> date:
    """The day of this computer, said aloud: tomorrow the same command may say something else."""
    day = datetime.now().astimezone().date()
    say(f"judged for today, {day}; --on judges for another day.")
    return day
