"""What every verb of the command line shares: options, tables, documents, messages, progress."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

YES, NO, REFUSED, DEFECT = 0, 1, 2, 70
#: As shells show a program that SIGPIPE ended: nobody read the answer, so that it is neither yes nor no.
UNREAD = 141

AsJson = Annotated[bool, typer.Option("--json", help="Write the whole document as JSON to stdout.")]


def open_with(folder: Path, progress: Callable[[int, int, str], None]) -> Any:
    """The batch of a folder, telling ``progress`` of each file."""
    from evqc.batch.open import open_batch

    return open_batch(folder, progress=progress)


@contextmanager
def progress_bar(what: str) -> Iterator[Callable[[int, int, str], None]]:
    """A progress bar on stderr for what takes longer than a second, when stderr is a terminal."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    started = time.monotonic()
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[name]}"))
    # While the bar is shown, what is printed goes above it by way of stderr: into a file it has to go by itself.
    above = sys.stdout.isatty()
    shown = Progress(*columns, console=console, transient=True, disable=not console.is_terminal, redirect_stdout=above)
    with shown as bar:
        task = bar.add_task(what, visible=False, name="")

        def step(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, name=name, visible=time.monotonic() - started > 1)

        yield step


def print_table(table: Table) -> None:
    """A table on stdout: as wide as the terminal, or unwrapped when stdout is not one; no word is ever cut off."""
    for column in table.columns:
        column.overflow = "fold"
    console = Console(markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        console = Console(markup=False, highlight=False, emoji=False, width=240)
    console.print(table)


def print_document(document: Any) -> None:
    """A document as JSON on stdout."""
    from evqc.records import to_json

    sys.stdout.buffer.write(to_json(document).encode("utf-8"))


def print_lines(lines: Iterable[str]) -> None:
    """Lines of text on stdout."""
    for line in lines:
        print(line)


def text_width() -> int | None:
    """Columns of the terminal; None when stdout is not one, so that lines stay whole."""
    return get_terminal_size().columns if sys.stdout.isatty() else None


def say_refused(refused: int, of: int) -> None:
    """How many files were refused, on stderr."""
    say(f"{refused} of {of} {'file' if of == 1 else 'files'} refused.")


def say(message: str) -> None:
    """A message on stderr."""
    print(f"evqc: {message}", file=sys.stderr)


def write_text(path: Path, text: str) -> None:
    """Writes a file; raises InputError when it cannot be written."""
    from evqc.errors import Where, refusal

    try:
        path.write_text(text, "utf-8", newline="")
    except OSError as error:
        found = error.strerror or str(error)
        raise refusal(str(path), "NOT_WRITABLE", Where(), found, "a place to write to") from error
