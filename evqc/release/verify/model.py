"""What comes of verifying a bundle: a checklist, one line a check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable

#: ``said`` is neither: this copy of evqc cannot decide it, such as another version's drawing. It does not verify.
Held = Literal["holds", "fails", "said"]


@record
class Check:
    """One check.

    Attributes:
        id: stable.
        held: what came of it.
        words: one sentence on what was found.
        faults: each thing that does not hold, with the file or field at fault.
    """

    id: str
    title: str
    held: Held
    words: str
    faults: tuple[str, ...] = ()


@record
class Verification:
    """The document ``evqc.verification/1``.

    Attributes:
        bundle: name of the file; ``sha256`` of its bytes.
        batch, state, record_sha256: as the bundle says; None where it cannot be read so far.
        verified: whether every check holds; one that cannot be decided here does not.
    """

    schema: Literal["evqc.verification/1"] = "evqc.verification/1"
    evqc_version: str
    bundle: str
    sha256: str
    batch: str | None
    state: str | None
    record_sha256: str | None
    verified: bool
    checks: tuple[Check, ...]


def check(identity: str, title: str, words: str, faults: Iterable[str] = ()) -> Check:
    """A check that holds unless there are faults."""
    found = tuple(dict.fromkeys(faults))
    said = f"{len(found)} {'fault' if len(found) == 1 else 'faults'}" if found else words
    return Check(id=identity, title=title, held="fails" if found else "holds", words=said, faults=found)
