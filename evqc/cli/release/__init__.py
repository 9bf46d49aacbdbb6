"""The verbs of a release: from a specification to a signed certificate that anyone can verify."""

from __future__ import annotations

import typer

from evqc.cli.release import (
    auditing,
    databases,
    deviations,
    drafting,
    instruments,
    investigations,
    issuing,
    life,
    people,
    specification,
    standing,
)

app = typer.Typer(
    name="release",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Specification, checklist, signatures and certificate of a batch. evqc recommends; a person decides.",
)
app.add_typer(specification.app, name="spec")
app.add_typer(databases.app, name="database")
app.add_typer(people.app, name="user")
app.add_typer(instruments.app, name="instrument")
app.add_typer(investigations.app, name="oos")
app.add_typer(deviations.app, name="deviation")
app.add_typer(auditing.app, name="audit")
for _verb, _name, _examples in (
    (drafting.draft, None, drafting.EXAMPLES),
    (standing.records, None, standing.RECORDS_EXAMPLES),
    (standing.show, None, standing.SHOW_EXAMPLES),
    (standing.status, None, standing.STATUS_EXAMPLES),
    (standing.history, None, standing.HISTORY_EXAMPLES),
    (life.submit, None, life.SUBMIT_EXAMPLE),
    (life.withdraw, None, life.WITHDRAW_EXAMPLE),
    (life.hand_back, "return", life.RETURN_EXAMPLE),
    (life.review, None, life.REVIEW_EXAMPLE),
    (life.sign, None, life.SIGN_EXAMPLES),
    (life.reject, None, life.REJECT_EXAMPLE),
    (life.invalidate, None, life.INVALIDATE_EXAMPLE),
    (drafting.reopen, None, drafting.REOPEN_EXAMPLE),
    (deviations.attest, None, deviations.ATTEST_EXAMPLES),
    (databases.backup, None, databases.BACKUP_EXAMPLES),
    (databases.restore, None, databases.RESTORE_EXAMPLE),
    (issuing.certificate, None, issuing.CERTIFICATE_EXAMPLES),
    (issuing.bundle, None, issuing.BUNDLE_EXAMPLE),
):
    app.command(_name, epilog=_examples)(_verb)
