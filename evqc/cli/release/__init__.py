"""The verbs of a release: from a specification to a signed certificate that anyone can verify."""

from __future__ import annotations

import typer

from evqc.cli.release import drafting, issuing, specification

app = typer.Typer(
    name="release",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Specification, checklist, signatures and certificate of a batch. evqc recommends; a person decides.",
)
app.add_typer(specification.app, name="spec")
app.command(epilog=drafting.EXAMPLES)(drafting.draft)
app.command(epilog=issuing.CERTIFICATE_EXAMPLES)(issuing.certificate)
app.command(epilog=issuing.BUNDLE_EXAMPLE)(issuing.bundle)
