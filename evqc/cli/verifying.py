"""The verbs that check a bundle, and evqc itself, on any computer."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from evqc.cli.output import NO, YES, AsJson, print_document, print_lines, progress_bar

VERIFY_EXAMPLES = "Examples: `evqc verify UC-MSC-EV-2026-014.zip` · `evqc verify BUNDLE.zip --json`"
SELFTEST_EXAMPLES = (
    "Examples: `evqc selftest` · `evqc selftest -o qualification` · `evqc selftest -o qualification --key qa.pem` · "
    "`evqc selftest --traceability`. A key is made once: `openssl genpkey -algorithm ed25519 -out qa.pem`"
)


def verify(
    bundle: Annotated[Path, typer.Argument(metavar="BUNDLE", help="The zip that `evqc release bundle` wrote.")],
    as_json: AsJson = False,
) -> None:
    """Check a release bundle: signatures, people, trail, files, and the results worked out anew. No network needed."""
    from evqc.release.verify import verify as verified
    from evqc.release.verify.text import verification_lines

    done = verified(bundle)
    if as_json:
        print_document(done)
    else:
        print_lines(verification_lines(done))
    raise typer.Exit(YES if done.verified else NO)


def selftest(
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Also write qualification.html and .json there.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", metavar="FILE", help="Sign the report with this Ed25519 private key (PEM).")
    ] = None,
    on: Annotated[
        datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The date of the report; today by default.")
    ] = None,
    traceability: Annotated[
        bool, typer.Option("--traceability", help="Only the table of requirements and the tests that prove them.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Qualify this installation: versions, files, known cases, and whether tampering is found."""
    from evqc.release.qualification import report, requirements, run

    if traceability:
        print_lines(requirements.table_lines())
        return
    day = on.date() if on else date.today()  # noqa: DTZ011  the day of the person who runs it, at the edge
    with progress_bar("checking") as progress:
        done = run.qualify(day, progress)
    if key is not None:
        done = report.signed(done, key)
    if out is not None:
        report.write(done, out)
    if as_json:
        print_document(done)
    else:
        print_lines(report.lines(done))
    raise typer.Exit(YES if done.passed else NO)
