"""The command line: one sub-command a verb, results to stdout, messages and progress to stderr, no logic."""

from __future__ import annotations

import io
import os
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table

import evqc
from evqc.errors import EvqcError

app = typer.Typer(
    name="evqc",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="From the instrument exports of an extracellular-vesicle laboratory to a batch QC decision.",
    epilog="Exit: 0 done, the answer is yes · 1 done, the answer is no · 2 refused, with one message a problem.",
)

YES, NO, REFUSED, DEFECT = 0, 1, 2, 70

AsJson = Annotated[bool, typer.Option("--json", help="Write the whole document as JSON to stdout.")]
Profiles = Annotated[list[str] | None, typer.Option("--profile", help="A profile to judge by; may be repeated.")]


def main() -> NoReturn:
    """Runs the command line; every way out has its exit code and no traceback for what the user can mend."""
    try:
        app(standalone_mode=True)
    except EvqcError as error:
        for line in str(error).splitlines():
            print(f"evqc: {line}", file=sys.stderr)
        sys.exit(REFUSED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(YES)
    except Exception:  # noqa: BLE001  the one place where a defect of ours is shown as one
        traceback.print_exc()
        print("evqc: this is a defect in evqc, not in your files; please report the lines above.", file=sys.stderr)
        sys.exit(DEFECT)
    sys.exit(YES)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"evqc {evqc.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From the instrument exports of an extracellular-vesicle laboratory to a batch QC decision."""


@app.command(epilog="Example: `evqc init my-batch`")
def init(
    folder: Annotated[Path, typer.Argument(help="The new folder.")],
    toml: Annotated[bool, typer.Option("--toml", help="A batch.toml to edit instead of a workbook.")] = False,
) -> None:
    """Make a new batch folder with a workbook to fill in and places for exports, images and mappings."""
    from evqc.batch.create import create

    written = create(folder, "batch.toml" if toml else "batch.xlsx")
    for path in written:
        print(path)
    _say(f"fill in {written[0]}, copy exports to {folder / 'exports'}, then: evqc report {folder} -o out")


@app.command(
    epilog="Examples: `evqc read exports/` · `evqc read run.csv --json` · `evqc read plate.xlsx --mapping bca.toml`"
)
def read(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Export files or folders of them.")],
    instrument: Annotated[
        str | None,
        typer.Option("--instrument", metavar="NAME", help="Use this reader instead of detection by content."),
    ] = None,
    mapping: Annotated[
        list[Path] | None, typer.Option("--mapping", help="TOML that says what the columns of your own table are.")
    ] = None,
    as_json: AsJson = False,
    csv: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write one number a row to FILE.")] = None,
    asm: Annotated[
        Path | None, typer.Option("--asm", metavar="FILE", help="Write size distributions as ASM JSON to FILE.")
    ] = None,
) -> None:
    """Read instrument exports and say of each file: accepted, flagged or refused, and why."""
    from evqc.instruments import _many

    tasks = _many.tasks_of(paths, instrument=instrument, mappings=mapping or ())
    verdicts: list[str] = []
    with ExitStack() as stack:
        outputs = [stack.enter_context(_readings_table() if not as_json else _readings_json())]
        if csv is not None:
            outputs.append(stack.enter_context(_readings_csv(csv)))
        if asm is not None:
            outputs.append(stack.enter_context(_readings_asm(asm)))
        progress = stack.enter_context(_progress("reading"))
        for reading in _many.readings_of(tasks, processes=os.cpu_count() or 1, progress=progress):
            for write in outputs:
                write(reading)
            verdicts += [reading.verdict, *(i.code for i in reading.issues if i.code == "DEFECT")]
    _conclude(verdicts)


def _conclude(verdicts: list[str]) -> None:
    """Says how many files were refused, and leaves with the exit code that goes with it."""
    if "DEFECT" in verdicts:
        _say("a reader failed; this is a defect in evqc, not in your files; please report it.")
        raise typer.Exit(DEFECT)
    if refused := verdicts.count("refused"):
        _say_refused(refused, len(verdicts))
        raise typer.Exit(REFUSED)


@app.command(epilog="Examples: `evqc assess my-batch` · `evqc assess my-batch --profile misev2023 --json`")
def assess(
    batch: Annotated[Path, typer.Argument(metavar="BATCH", help="A batch folder, or a folder of exports.")],
    profile: Profiles = None,
    on: Annotated[
        datetime | None,
        typer.Option("--on", formats=["%Y-%m-%d"], help="Limits in force on this day; the newest by default."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Ask every criterion of the profiles of everything known about a batch."""
    from evqc.criteria.findings import blocking

    with _progress("reading") as progress:
        opened = _opened(batch, progress)
    assessment = evqc.assess(opened, profiles=profile, day=on.date() if on else None)
    if as_json:
        _json(assessment)
    else:
        _show_assessment(assessment)
    raise typer.Exit(NO if blocking(assessment) else YES)


@app.command(epilog="Example: `evqc report my-batch -o out`, then open out/report.html")
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
    with _progress("reading") as progress:
        opened = _opened(batch, progress)
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
        _say_refused(refused, len(batch.readings))
    if blocked:
        return NO
    return REFUSED if refused and refused == len(batch.readings) else YES


_SIMULATE_EPILOG = (
    "Examples: `evqc simulate nanosight -o exports --dilution 1000 --component 110:1.35` · "
    "`evqc simulate zetaview -o exports --format 8.06.01 --set zero_runs=[1]` · `evqc simulate markers --options`"
)


@app.command(epilog=_SIMULATE_EPILOG)
def simulate(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="nanosight, zetaview, zetaview-profile, markers or protein.")
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="PATH", help="The folder that the files go to.")
    ] = None,
    sample: Annotated[str | None, typer.Option(help="Name of the sample.")] = None,
    concentration: Annotated[
        float | None, typer.Option(metavar="PER_ML", help="Particles per mL of the undiluted sample.")
    ] = None,
    dilution: Annotated[float | None, typer.Option(metavar="FACTOR", help="1000 for 1:1000.")] = None,
    component: Annotated[
        list[str] | None,
        typer.Option(metavar="MEDIAN:GSD:WEIGHT", help="A population, such as 110:1.35:0.9; may be repeated."),
    ] = None,
    runs: Annotated[int | None, typer.Option(help="Videos or measurements.")] = None,
    replicate_cv: Annotated[float | None, typer.Option(metavar="FRACTION", help="Spread of the concentration.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed gives the same bytes.")] = None,
    version: Annotated[str | None, typer.Option("--format", metavar="VERSION", help="Software version.")] = None,
    decimal: Annotated[str | None, typer.Option(help="Decimal mark: . or ,")] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="OPTION=VALUE", help="Any other option; see --options.")
    ] = None,
    options: Annotated[bool, typer.Option("--options", help="List the options of this kind and stop.")] = False,
) -> None:
    """Write native instrument exports of a known truth, to check an installation or make examples."""
    from evqc.simulation import options_of
    from evqc.simulation.command import parsed, write

    if options:
        _show_options(options_of(kind))
        return
    named = {
        "sample": sample,
        "particle_concentration_per_ml": concentration,
        "dilution": dilution,
        "components": component,
        "runs": runs,
        "replicate_cv": replicate_cv,
        "seed": seed,
        "version": version,
        "decimal": decimal,
    }
    chosen = {name: value for name, value in named.items() if value is not None}
    files = evqc.simulate(kind, **chosen, **parsed(kind, set_ or ()))
    for path in write(files, out):
        print(path)


def _show_options(options: dict[str, Any]) -> None:
    table = Table("option", "default")
    for name, default in options.items():
        table.add_row(name, repr(default) if isinstance(default, str) and not default.isprintable() else str(default))
    _print(table)


@app.command()
def instruments(as_json: AsJson = False) -> None:
    """List the instruments this build reads."""
    from evqc.instruments._registry import catalogue

    listed = catalogue()
    if as_json:
        _json(listed)
        return
    table = Table("for", "name", "instrument", "status", "reads")
    family = None
    for entry in listed.instruments:
        if family not in {None, entry.family}:
            table.add_section()
        shown = entry.family if entry.family != family else ""
        table.add_row(shown, entry.name, entry.title, entry.status, "\n".join(entry.reads))
        family = entry.family
    _print(table)


@app.command(epilog="Examples: `evqc criteria` · `evqc criteria MISEV2018-MRK-02`")
def criteria(
    identifier: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="One criterion, with source and examples.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the criteria this build judges by, or show one with its source and examples."""
    from evqc.criteria.catalogue import catalogue
    from evqc.report.criterion_text import criterion_lines

    listed = catalogue(identifier)
    if as_json:
        _json(listed)
        return
    if len(listed.criteria) == 1:
        print("\n".join(criterion_lines(listed.criteria[0])))
        return
    table = Table("id", "severity", "title", "source")
    for entry in listed.criteria:
        table.add_row(entry.id, str(entry.severity), entry.title, entry.tag)
    _print(table)
    print("What a tag of a source means, limits and examples: evqc criteria ID.")


@app.command(epilog="Example: `evqc markers | grep -i tspan`")
def markers(as_json: AsJson = False) -> None:
    """List the markers this build knows, with their synonyms and MISEV categories."""
    from evqc.markers.vocabulary import catalogue

    listed = catalogue()
    if as_json:
        _json(listed)
        return
    table = Table("marker", "symbol", "UniProt", "MISEV", "role", "also written")
    for entry in listed.markers:
        table.add_row(entry.name, entry.symbol, entry.uniprot, entry.category, entry.role, ", ".join(entry.synonyms))
    _print(table)


def _opened(folder: Path, progress: Callable[[int, int, str], None]) -> Any:
    from evqc.batch.open import open_batch

    return open_batch(folder, progress=progress)


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on stderr for what takes longer than a second, when stderr is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    started = time.monotonic()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[name]}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, visible=False, name="")

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, name=name, visible=time.monotonic() - started > 1)

        yield step


@contextmanager
def _readings_table() -> Iterator[Callable[[Any], None]]:
    """A table of all readings on stdout, once the last is there: its widths need them all."""
    from evqc.report.rows import headline

    table = Table(Column("file", overflow="fold"), "verdict", "instrument", "holds", "what was noticed")

    def add(reading: Any) -> None:
        noticed = "\n".join(f"{i.code} ({i.where}): {i.message}" for i in reading.issues if i.severity != "note")
        table.add_row(reading.source.name, reading.verdict, reading.instrument or "none", headline(reading), noticed)

    yield add
    _print(table)


@contextmanager
def _readings_json() -> Iterator[Callable[[Any], None]]:
    """The JSON document on stdout, reading by reading."""
    from evqc.report.streams import json_document

    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="\n", write_through=True)
    try:
        with json_document(out) as write:
            yield write
    finally:
        out.detach()


@contextmanager
def _readings_csv(path: Path) -> Iterator[Callable[[Any], None]]:
    """A CSV file, reading by reading."""
    from evqc.errors import Where, refusal
    from evqc.report.streams import csv_table

    try:
        file = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(path), "NOT_WRITABLE", Where(), found, "a place to write to") from error
    with file as out, csv_table(out) as write:
        yield write


@contextmanager
def _readings_asm(path: Path) -> Iterator[Callable[[Any], None]]:
    """An ASM file of all size distributions, written when the last reading is there."""
    from evqc.report.asm import asm_text

    readings: list[Any] = []
    yield readings.append
    _write(path, asm_text(readings))


def _show_assessment(assessment: Any) -> None:
    for profile in assessment.profiles:
        table = Table("criterion", "verdict", "severity", "of", "because", title=f"{profile.title} ({profile.edition})")
        for finding in profile.findings:
            table.add_row(
                finding.criterion, str(finding.verdict), str(finding.severity), finding.subject, finding.because
            )
        _print(table)


def _print(table: Table) -> None:
    """A table on stdout: as wide as the terminal, or unwrapped when stdout is not one."""
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(markup=False, highlight=False, emoji=False, width=240)
    console.print(table)


def _json(document: Any) -> None:
    from evqc.records import to_json

    sys.stdout.buffer.write(to_json(document).encode("utf-8"))


def _say_refused(refused: int, of: int) -> None:
    _say(f"{refused} of {of} {'file' if of == 1 else 'files'} refused.")


def _say(message: str) -> None:
    print(f"evqc: {message}", file=sys.stderr)


def _write(path: Path, text: str) -> None:
    from evqc.errors import Where, refusal

    try:
        path.write_text(text, "utf-8", newline="")
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(path), "NOT_WRITABLE", Where(), found, "a place to write to") from error
