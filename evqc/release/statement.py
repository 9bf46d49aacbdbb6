"""The statement of accountability that everybody signs once for oneself: what an electronic signature here means."""

from __future__ import annotations

from dataclasses import replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evqc.records import record
from evqc.release.canonical import canonical

#: What stands in the trail as the table of a statement; there is no such table, since nothing of it ever changes.
STATEMENTS = "statements"
TEXT = (
    "My electronic signature in evqc is the legally binding equivalent of my signature by hand. I answer for whatever "
    "is done with my id and my password, tell nobody what the password is, and use those of nobody else."
)


@record
class Statement:
    """A statement as somebody signed it.

    Attributes:
        text: that was shown, word by word.
        at: UTC, ISO 8601.
        public_key, signature: Ed25519, hexadecimal, over the canonical form without ``signature``.
    """

    user: str
    printed_name: str
    at: str
    text: str
    public_key: str
    signature: str


def signed_bytes(statement: Statement) -> bytes:
    """What the signature is over."""
    return canonical(replace(statement, signature=""))


def holds(statement: Statement) -> bool:
    """Whether the signature is that of the key in the statement."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(statement.public_key))
        key.verify(bytes.fromhex(statement.signature), signed_bytes(statement))
    except (ValueError, InvalidSignature):
        return False
    return True
