"""What a mutation starts from and what it gives."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Original:
    """A file to damage.

    Attributes:
        data: its bytes.
        kin: files of the same reader, to splice with.
        strangers: files of other readers.
    """

    data: bytes
    kin: tuple[bytes, ...] = ()
    strangers: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Mutant:
    """A damaged file.

    Attributes:
        data: its bytes.
        kind: name of the mutation.
        what: what was touched, for a person.
        same_meaning: no number was touched and none may change: another encoding, other line ends, columns that
            change places together with their headings.
        other: the file that it was spliced with.
    """

    data: bytes
    kind: str
    what: str
    same_meaning: bool = False
    other: bytes | None = None
