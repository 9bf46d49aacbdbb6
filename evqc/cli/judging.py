"""The verbs that judge a batch."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

import evqc
from evqc.cli.output import (
    NO,
    REFUSED,
    YES,
    AsJson,
    open_with,
    print_document,
    print_lines,
    progress_bar,
    say_refused,
    text_width,
)

ASSESS_EXAMPLES = (
    "Examples: `evqc assess my-batch` · `evqc assess my-batch --profile misev2023 --all` · "
    "`evqc assess my-batch --profile our-release.toml --json` · `evqc assess my-batch-v1 my-batch-v2` · "
    "`evqc assess my-batch --profile misev2018 --profile misev2023 --compare`"
)
Profiles = Annotated[
    list[str] | None,
    typer.Option("--profile", metavar="ID|FILE", help="A profile, or a TOML file of your own; may be repeated."),
]


def assess(
    batch: Annotated[Path, typer.Argument(metavar="BATCH", help="A batch folder, or a folder of exports.")],
    later: Annotated[
        Path | None, typer.Argument(metavar="[LATER]", help="A later version of it: says what changed.")
    ] = None,
    profile: Profiles = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Limits in force on this day; the newest by default."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every finding, not only those that are not met or open.")
    ] = False,
    compare: Annotated[bool, typer.Option("--compare", help="What changes from the first of two profiles.")] = False,
    methods_text: Annotated[
        bool, typer.Option("--methods-text", help="Paragraphs for a paper and the MISEV table, as Markdown.")
    ] = False,
    ev_track: Annotated[bool, typer.Option("--ev-track", help="Answers in the order in which EV-TRACK asks.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask every criterion of the profiles of everything known about a batch."""
    from evqc.criteria.findings import blocking

    _refuse_both(later, profile, compare=compare, methods_text=methods_text, ev_track=ev_track, json=as_json)
    day = on.date() if on else None
    batches = [_opened(each) for each in (batch, later) if each is not None]
    assessments = [evqc.assess(each, profiles=profile, day=day) for each in batches]
    if later is not None or compare:
        _show_comparison(_compared(assessments, profile), as_json=as_json, everything=everything)
    elif methods_text:
        _show_methods_text(batches[0], assessments[0])
    elif ev_track:
        _show_ev_track(batches[0], assessments[0])
    elif as_json:
        print_document(assessments[0])
    else:
        _show_assessment(assessments[0], everything=everything)
    raise typer.Exit(NO if blocking(assessments[-1]) else YES)


def _refuse_both(later: Path | None, profile: list[str] | None, *, compare: bool, **outputs: bool) -> None:
    """Refuses options that exclude each other."""
    asked = [f"--{name.replace('_', '-')}" for name, wanted in outputs.items() if wanted]
    if len(asked) > 1:
        raise typer.BadParameter(f"{' and '.join(asked)} are different outputs; ask for one")
    if compare and (later is not None or len(profile or ()) != 2):
        raise typer.BadParameter("--compare takes one batch and exactly two profiles")
    if later is not None and asked and asked != ["--json"]:
        raise typer.BadParameter(f"{asked[0]} takes one batch")


def _opened(folder: Path) -> Any:
    with progress_bar("reading") as progress:
        return open_with(folder, progress)


def _compared(assessments: list[Any], profile: list[str] | None) -> Any:
    from evqc.criteria.compare import compare_batches, compare_profiles, follows_of
    from evqc.criteria.load import chosen, shipped

    if len(assessments) == 2:
        return compare_batches(*assessments)
    book, _ = chosen(profile or [], shipped())
    return compare_profiles(assessments[0], follows_of(book.criteria))


def _show_comparison(comparison: Any, *, as_json: bool, everything: bool) -> None:
    from evqc.report.comparison_text import comparison_lines

    if as_json:
        print_document(comparison)
    else:
        print_lines(comparison_lines(comparison, width=text_width(), everything=everything))


def _show_assessment(assessment: Any, *, everything: bool) -> None:
    from evqc.report.assessment_text import assessment_lines

    print_lines(assessment_lines(assessment, width=text_width(), everything=everything))


def _show_methods_text(batch: Any, assessment: Any) -> None:
    from evqc.report import built
    from evqc.report.methods_markdown import methods_markdown

    print(methods_markdown(built(batch, assessment)), end="")


def _show_ev_track(batch: Any, assessment: Any) -> None:
    from evqc.report.ev_track import ev_track_answers, ev_track_text

    print_lines(ev_track_text(ev_track_answers(batch, assessment)).splitlines())


def report(
    batch: Annotated[Path, typer.Argument(metavar="BATCH", help="A batch folder, or a folder of exports.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where the report goes.")],
    profile: Profiles = None,
) -> None:
    """Write report.html, report.xlsx and report.json of a batch."""
    from evqc.batch.open import refuse_among_exports
    from evqc.criteria.findings import blocking
    from evqc.report import built
    from evqc.report.write import write

    refuse_among_exports(batch, out)
    opened = _opened(batch)
    with Console(stderr=True).status("drawing the report"):  # shown only when stderr is a terminal
        assessment = evqc.assess(opened, profiles=profile)
        made = built(opened, assessment)
        written = write(made, out)
    for path in written:
        print(path)
    print(made.conclusion, file=sys.stderr)
    raise typer.Exit(_concluded(opened, blocked=bool(blocking(assessment))))


def _concluded(batch: Any, *, blocked: bool) -> int:
    """The exit code of a report, whose files are written whatever it says; refused files are named on stderr."""
    refused = sum(reading.verdict == "refused" for reading in batch.readings)
    if refused:
        say_refused(refused, len(batch.readings))
    if blocked:
        return NO
    return REFUSED if refused and refused == len(batch.readings) else YES
