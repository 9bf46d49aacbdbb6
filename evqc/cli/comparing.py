"""The verb that compares isolation methods over the batches of a study."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from evqc.cli.output import NO, YES, AsJson, print_document, print_lines, progress_bar, say, text_width

COMPARE_EXAMPLES = (
    "Examples: `evqc compare my-study -o out`, then open out/comparison.html · `evqc compare my-study --weights "
    "clinical-grade` · `evqc compare my-study --plan`"
)


def compare(
    study: Annotated[
        Path, typer.Argument(metavar="STUDY", help="A folder with study.toml or study.xlsx, or that file.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", metavar="DIR", help="Write comparison.html, comparison.xlsx and comparison.json."),
    ] = None,
    weights: Annotated[
        str | None,
        typer.Option("--weights", metavar="NAME|FILE", help="Other weights than those that the study names."),
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="What the next experiment needs to see a difference.")] = False,
    as_json: AsJson = False,
) -> None:
    """Compare isolation methods on purity and yield: which is better, and how sure that is."""
    import evqc

    if as_json and plan:
        raise typer.BadParameter("--json and --plan are different outputs; ask for one")
    opened = _opened(study, weights)
    if out is not None:
        _refuse_among_exports(study, opened, out)
    with Console(stderr=True).status("comparing"):  # shown only when stderr is a terminal
        made = evqc.compare(opened)
    if out is not None:
        _write(made, out)
    if as_json:
        print_document(made)
    else:
        _show(made, plan=plan)
    raise typer.Exit(YES if made.answer.decided else NO)


def _opened(study: Path, weights: str | None) -> Any:
    from evqc.instruments._processes import cores
    from evqc.study.open import open_study

    with progress_bar("reading batches") as progress:
        return open_study(study, progress, _from_here(weights), cores())


def _from_here(weights: str | None) -> str | None:
    """A file of weights that is there as seen from here, whole; else the name or the file that the study knows."""
    is_file = weights is not None and weights.endswith(".toml") and Path(weights).is_file()
    return str(Path(weights).resolve()) if is_file and weights is not None else weights


def _refuse_among_exports(study: Path, opened: Any, out: Path) -> None:
    from evqc.batch.open import refuse_among_exports

    below = study if study.is_dir() else study.parent
    for batch in opened.record.batches:
        if batch.folder is not None:
            refuse_among_exports(below / batch.folder, out)


def _write(made: Any, out: Path) -> None:
    from evqc.report.comparison.write import write_comparison

    with Console(stderr=True).status("drawing the comparison"):
        written = write_comparison(made, out)
    for path in written:
        say(f"wrote {path}")


def _show(made: Any, *, plan: bool) -> None:
    from evqc.report.comparison.text import answer_lines, plan_lines

    print_lines(plan_lines(made, text_width()) if plan else answer_lines(made, text_width()))
