"""The command line: one sub-command a verb, results to stdout, messages and progress to stderr, no logic."""

from __future__ import annotations

import os
import sys
import traceback
from typing import Annotated, NoReturn

import typer

import evqc
from evqc.cli import comparing, judging, known, methods, reading, verifying
from evqc.cli import release as releasing
from evqc.cli.output import DEFECT, REFUSED, UNREAD, YES
from evqc.errors import EvqcError

# Fits run on one thread, so that their last digits are the same everywhere; to start the others of numpy's library
# takes a tenth of a second of every command.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(
    name="evqc",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    help="From the instrument exports of an extracellular-vesicle laboratory to a batch QC decision.",
    epilog="Exit: 0 done, the answer is yes · 1 done, the answer is no · 2 refused, with one message a problem.",
)


def main() -> NoReturn:
    """Runs the command line; every way out has its exit code and no traceback for what the user can mend."""
    try:
        app(standalone_mode=True)
    except EvqcError as error:
        for line in str(error).splitlines():
            print(f"evqc: {line}", file=sys.stderr)
        sys.exit(REFUSED)
    except SystemExit as ended:
        sys.exit(UNREAD if _reader_left(ended) else ended.code)
    except Exception:  # noqa: BLE001  the one place where a defect of ours is shown as one
        traceback.print_exc()
        print("evqc: this is a defect in evqc, not in your files; please report the lines above.", file=sys.stderr)
        sys.exit(DEFECT)
    sys.exit(YES)


def _reader_left(ended: SystemExit) -> bool:
    """Whether what the results were to go to, such as ``head``, has closed its pipe; typer then ends with 1, our no."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left in the buffer goes nowhere, or Python would try once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return isinstance(ended.__context__, BrokenPipeError)


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


for _verb, _examples in (
    (reading.init, "Example: `evqc init my-batch`"),
    (reading.read, reading.READ_EXAMPLES),
    (judging.assess, judging.ASSESS_EXAMPLES),
    (judging.report, "Example: `evqc report my-batch -o out`, then open out/report.html"),
    (comparing.compare, comparing.COMPARE_EXAMPLES),
    (reading.simulate, reading.SIMULATE_EXAMPLES),
    (known.instruments, None),
    (known.criteria, known.CRITERIA_EXAMPLES),
    (known.markers, known.MARKERS_EXAMPLES),
    (methods.methods, methods.METHODS_EXAMPLES),
    (verifying.verify, verifying.VERIFY_EXAMPLES),
    (verifying.selftest, verifying.SELFTEST_EXAMPLES),
):
    app.command(epilog=_examples)(_verb)
app.add_typer(releasing.app, name="release")
