"""Heads of the audit trail that were kept elsewhere, as they are given on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from evqc.release.chain import Head

Anchors = Annotated[
    list[str] | None,
    typer.Option(
        "--anchor",
        metavar="HASH:LENGTH",
        help="A head of the trail that was kept elsewhere, as a signature, a certificate or a backup prints it.",
    ),
]
_HEAD = re.compile(r"([0-9a-f]{64}):([1-9][0-9]*)")


def heads(texts: list[str] | None) -> list[Head]:
    """The heads that were given.

    Raises:
        InputError: ``ANCHOR_UNFIT``.
    """
    return [_head(text) for text in texts or ()]


def _head(text: str) -> Head:
    from evqc.errors import Where, refusal
    from evqc.release.chain import Head

    found = _HEAD.fullmatch(text.strip().lower())
    if found is None:
        raise refusal("--anchor", "ANCHOR_UNFIT", Where(), text, "HASH:LENGTH: 64 hexadecimal digits and a number")
    return Head(length=int(found[2]), hash=found[1])
