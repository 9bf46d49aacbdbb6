"""The verbs that move a record: submitted, reviewed, signed, handed back, withdrawn, rejected, invalidated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from evqc.cli.output import print_lines, text_width
from evqc.cli.release.opened import (
    IN_THIS_FOLDER,
    Database,
    PasswordStdin,
    User,
    Why,
    opened,
    password_of,
    sign_in,
)
from evqc.cli.release.standing import Record

if TYPE_CHECKING:
    from evqc.release.registry import Registry

SUBMIT_EXAMPLE = "Example: `evqc release submit EV-7/1 --user anna --why 'all results are there'`"
WITHDRAW_EXAMPLE = "Example: `evqc release withdraw EV-7/1 --user anna --why 'the wrong export was drafted'`"
RETURN_EXAMPLE = "Example: `evqc release return EV-7/1 --user rita --why 'the lysate control is missing'`"
REVIEW_EXAMPLE = "Example: `evqc release review EV-7/1 --user rita`"
SIGN_EXAMPLES = (
    "Examples: `evqc release sign EV-7/1 --user quinn` · `evqc release sign EV-7/1 --user quinn --meaning released`"
)
REJECT_EXAMPLE = "Example: `evqc release reject EV-7/1 --user quinn --why 'the content fails, confirmed'`"
INVALIDATE_EXAMPLE = "Example: `evqc release invalidate EV-7/1 --user quinn --why 'complaint 12: the wrong label'`"

Words = Annotated[str, typer.Option("--why", metavar="WORDS", help="Words that become part of what is signed.")]


def submit(
    record: Record,
    user: User,
    why: Why,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Hand a draft over to review."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        registry.submit(record, user, why)
        _say_state(registry, record)


def withdraw(
    record: Record,
    user: User,
    why: Why,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Take one's own record back before it was reviewed."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        registry.withdraw(record, user, why)
        _say_state(registry, record)


def hand_back(
    record: Record,
    user: User,
    why: Why,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Hand a submitted record back to its makers, with what is to be mended."""
    with opened(database) as registry:
        sign_in(registry, user, stdin=password_stdin)
        registry.hand_back(record, user, why)
        _say_state(registry, record)


def review(
    record: Record,
    user: User,
    why: Words = "",
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Sign that a record was reviewed: shows what to look at first, then asks the password."""
    with opened(database) as registry:
        _sign(registry, record, _next_review(registry, record, user), user, why, stdin=password_stdin)


def sign(
    record: Record,
    user: User,
    meaning: Annotated[
        str | None,
        typer.Option("--meaning", help="One that the specification asks for; by default the next that is missing."),
    ] = None,
    why: Words = "",
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Sign a record with the next meaning that its specification asks for: shows what to look at, asks the password."""
    with opened(database) as registry:
        _sign(registry, record, meaning or _next(registry, record), user, why, stdin=password_stdin)


def reject(
    record: Record,
    user: User,
    why: Why,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Reject a submitted or reviewed record, by a signature with its reason."""
    with opened(database) as registry:
        _sign(registry, record, "rejected", user, why, stdin=password_stdin)


def invalidate(
    record: Record,
    user: User,
    why: Why,
    database: Database = IN_THIS_FOLDER,
    password_stdin: PasswordStdin = False,
) -> None:
    """Invalidate a record, even a released one, by a signature with its reason; `reopen` makes a new version of it."""
    with opened(database) as registry:
        _sign(registry, record, "invalidated", user, why, stdin=password_stdin)


def _next(registry: Registry, record: str) -> str:
    from evqc.release.obstacles import next_meaning

    return next_meaning(registry.export(record))


def _next_review(registry: Registry, record: str, user: str) -> str:
    from evqc.errors import Where, refusal
    from evqc.release.roles import action_of, allowed

    held = next((each["roles"] for each in registry.users() if each["id"] == user), ())
    if held and not allowed("review", held):
        raise refusal(record, "NOT_ALLOWED", Where(field="roles"), f"review by {', '.join(held)}", "a role that may")
    meaning = _next(registry, record)
    if action_of(meaning) != "review":
        expected = "a review that is still missing; the next is signed with: evqc release sign"
        raise refusal(record, "OUT_OF_ORDER", Where(field="meaning"), f"'{meaning}' comes next", expected)
    return meaning


def _sign(registry: Registry, record: str, meaning: str, user: str, why: str, *, stdin: bool) -> None:
    from evqc.release.status_text import look_lines, signing_lines

    release = registry.export(record)
    print_lines(look_lines(registry.status(record).stop_and_look, text_width()))
    print_lines(signing_lines(release, meaning))
    made = registry.sign(record, meaning, user, password_of(user, stdin=stdin), why)
    print(f"signed '{made.meaning}' by {made.printed_name}, {made.role}, on {made.at}")
    _say_state(registry, record)


def _say_state(registry: Registry, record: str) -> None:
    print(f"{record} is {registry.export(record).state}.")
