"""A signature: who, when, with which meaning, over exactly which record and which state of the audit trail."""

from __future__ import annotations

from evqc.records import record, to_plain
from evqc.release.canonical import HASH_VERSION, canonical
from evqc.release.chain import Head


@record
class Signature:
    """One signature of a release record.

    Attributes:
        record_sha256: of the canonical release record.
        record_version: from 1; a re-opened record has the next one.
        user, printed_name, role: as they were when it was signed.
        at: UTC, ISO 8601 with ``+00:00``.
        meaning: such as ``reviewed`` or ``released``.
        reason: in words, where the meaning is a rejection, an invalidation or an override.
        head: of the audit trail, before the entry that records this signature.
        public_key: Ed25519, hexadecimal, of the user at that time.
        signature: Ed25519, hexadecimal, over ``signed_bytes``.
    """

    batch: str
    record_sha256: str
    record_version: int
    user: str
    printed_name: str
    role: str
    at: str
    meaning: str
    reason: str = ""
    head: Head
    hash_version: int = HASH_VERSION
    public_key: str
    signature: str


def signed_bytes(signature: Signature) -> bytes:
    """What the key signs: everything in the signature but the signature itself, in canonical form."""
    return canonical({key: value for key, value in to_plain(signature).items() if key != "signature"})


def holds(signature: Signature) -> bool:
    """Whether the signature was made with the private half of its own public key over its own content."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  loads when something is verified
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.public_key))
        key.verify(bytes.fromhex(signature.signature), signed_bytes(signature))
    except (ValueError, InvalidSignature):
        return False
    return True


def why_of(signature: Signature) -> str:
    """The reason that the entry of the audit trail holds which records a signature: its own, or its meaning."""
    return why(signature.meaning, signature.reason)


def why(meaning: str, reason: str) -> str:
    """The same, of a signature that is not there yet."""
    return reason or f"signed with the meaning '{meaning}'"
