"""The verbs that make a batch folder, read exports and make exports of a known truth."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Column, Table

import evqc
from evqc.cli.output import (
    DEFECT,
    REFUSED,
    AsJson,
    print_lines,
    print_table,
    progress_bar,
    say,
    say_refused,
    write_text,
)

if TYPE_CHECKING:
    from evqc.instruments._joined import ReadFile
    from evqc.report.rows import Told

    Write = Callable[[ReadFile[Told]], None]

READ_EXAMPLES = (
    "Examples: `evqc read exports/` · `evqc read run.csv --json` · `evqc read plate.xlsx --mapping bca.toml`"
)
SIMULATE_EXAMPLES = (
    "Examples: `evqc simulate nanosight -o exports --dilution 1000 --component 110:1.35` · "
    "`evqc simulate zetaview -o exports --format 8.06.01 --set zero_runs=[1]` · `evqc simulate markers --options`"
)

#: Files in a table; more are told line by line, names padded to so many characters.
_MOST_IN_TABLE, _WIDEST_NAME = 200, 60


def init(
    folder: Annotated[Path, typer.Argument(help="The new folder.")],
    toml: Annotated[bool, typer.Option("--toml", help="A TOML file to edit instead of a workbook.")] = False,
    study: Annotated[bool, typer.Option("--study", help="A study that compares isolation methods.")] = False,
) -> None:
    """Make a new batch folder with a workbook to fill in and places for exports, images and mappings; or a study."""
    if study:
        _init_study(folder, toml=toml)
        return
    from evqc.batch.create import create

    written = create(folder, "batch.toml" if toml else "batch.xlsx")
    for path in written:
        print(path)
    say(f"fill in {written[0]}, copy exports to {folder / 'exports'}, then: evqc report {folder} -o out")


def _init_study(folder: Path, *, toml: bool) -> None:
    from evqc.study.create import create

    written = create(folder, "study.toml" if toml else "study.xlsx")
    print_lines(str(path) for path in written)
    say(f"fill in {written[0]}, with batch folders in {folder / 'batches'} or numbers, then: evqc compare {folder}")


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
    from evqc.instruments._processes import cores
    from evqc.report.rows import told, told_with_rows

    tasks = _many.tasks_of(paths, instrument=instrument, mappings=mapping or ())
    asked = _many.Asked(tell=told if csv is None else told_with_rows, readings=as_json or asm is not None)
    ended: Counter[str] = Counter()
    with ExitStack() as stack:
        outputs = [stack.enter_context(_readings_json() if as_json else _readings_said([t.name for t in tasks]))]
        if csv is not None:
            outputs.append(stack.enter_context(_readings_csv(csv)))
        if asm is not None:
            outputs.append(stack.enter_context(_readings_asm(asm)))
        progress = stack.enter_context(progress_bar("reading"))
        for file in _many.files_read(tasks, asked, processes=cores(), progress=progress):
            for write in outputs:
                write(file)
            ended.update([file.told.verdict, *["defect"] * file.told.is_defect])
    _conclude(ended, len(tasks))


def _conclude(ended: Counter[str], files: int) -> None:
    """Says how many files were refused, and leaves with the exit code that goes with it."""
    if ended["defect"]:
        say("a reader failed; this is a defect in evqc, not in your files; please report it.")
        raise typer.Exit(DEFECT)
    if ended["refused"]:
        say_refused(ended["refused"], files)
        raise typer.Exit(REFUSED)


def simulate(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND", help="nanosight, nanosight-tracks, zetaview, zetaview-profile, markers or protein."
        ),
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
    print_table(table)


def _readings_said(names: list[str]) -> AbstractContextManager[Write]:
    """What shows readings to a person: a table, or lines where a table would keep him waiting."""
    return _readings_lines(names) if len(names) > _MOST_IN_TABLE else _readings_table()


@contextmanager
def _readings_table() -> Iterator[Write]:
    """A table of all readings on stdout, once the last is there: its widths need them all."""
    table = Table(Column("file", overflow="fold"), "verdict", "instrument", "holds", "what was noticed")

    def add(file: ReadFile[Told]) -> None:
        told = file.told
        table.add_row(told.name, told.verdict, told.instrument, told.holds, "\n".join(told.noticed))

    yield add
    print_table(table)


@contextmanager
def _readings_lines(names: Iterable[str]) -> Iterator[Write]:
    """The same of many files as lines, each when its file was read; what was noticed stands below."""
    width = min(max(len(_on_one_line(name)) for name in names), _WIDEST_NAME)
    print(f"{'file':{width}}  {'verdict':8}  {'instrument':20}  holds")

    def add(file: ReadFile[Told]) -> None:
        told = file.told
        line = f"{_on_one_line(told.name):{width}}  {told.verdict:8}  {told.instrument:20}  {told.holds}".rstrip()
        print_lines([line, *(f"    {text}" for text in told.noticed)])

    yield add


def _on_one_line(name: str) -> str:
    """A file's name in full, without what would begin another line."""
    from evqc.errors import shorten

    return shorten(name, sys.maxsize)


@contextmanager
def _readings_json() -> Iterator[Write]:
    """The JSON document on stdout, reading by reading."""
    from evqc.instruments._processes import cores
    from evqc.report.streams import json_document

    with json_document(sys.stdout.buffer, cores()) as write:
        yield lambda file: write(file.given())
    sys.stdout.flush()


@contextmanager
def _readings_csv(path: Path) -> Iterator[Write]:
    """A CSV file, reading by reading."""
    from evqc.errors import Where, refusal
    from evqc.report.rows import COLUMNS

    try:
        out = path.open("w", encoding="utf-8", newline="")
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(path), "NOT_WRITABLE", Where(), found, "a place to write to") from error
    with out:
        out.write(f"{','.join(COLUMNS)}\n")
        yield lambda file: print(file.told.rows, end="", file=out)


@contextmanager
def _readings_asm(path: Path) -> Iterator[Write]:
    """An ASM file of all size distributions, written when the last reading is there."""
    from evqc.report.asm import asm_text

    files: list[ReadFile[Told]] = []
    yield files.append
    write_text(path, asm_text([file.given().opened() for file in files]))
