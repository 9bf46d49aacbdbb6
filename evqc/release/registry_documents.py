"""What a registry holds, as documents: users, instruments, investigations, deviations, and whether all of it holds."""

from __future__ import annotations

from typing import Literal

from evqc.records import record
from evqc.release.chain import Head
from evqc.release.release import Deviation, Investigation


@record
class ListedUser:
    """A user as everybody may see one.

    Attributes:
        password: ``their own``, or ``to be changed`` while it is the one that an administrator gave.
        locked_until: UTC, after wrong passwords in a row; None when not locked out.
        trained_until: ISO date; None when training does not expire.
        statement_at: UTC, when the statement of accountability was signed; None when it was not.
        public_keys: Ed25519, hexadecimal, the newest last, to compare with those in a bundle.
    """

    id: str
    printed_name: str
    roles: tuple[str, ...]
    active: bool
    password: Literal["their own", "to be changed"]
    locked_until: str | None = None
    trained_until: str | None = None
    statement_at: str | None = None
    public_keys: tuple[str, ...] = ()


@record
class Users:
    """The document ``evqc.users/1``."""

    schema: Literal["evqc.users/1"] = "evqc.users/1"
    users: tuple[ListedUser, ...]


@record
class ListedInstrument:
    """An instrument of the register.

    Attributes:
        software_versions: those that are qualified.
        status: ``in use`` or ``retired``.
    """

    serial: str
    name: str
    software_versions: tuple[str, ...]
    status: str
    note: str = ""


@record
class Instruments:
    """The document ``evqc.instrument-register/1``."""

    schema: Literal["evqc.instrument-register/1"] = "evqc.instrument-register/1"
    instruments: tuple[ListedInstrument, ...]


@record
class Investigations:
    """The document ``evqc.investigations/1``."""

    schema: Literal["evqc.investigations/1"] = "evqc.investigations/1"
    investigations: tuple[Investigation, ...]


@record
class Excusable:
    """What a deviation of a record may be about.

    Attributes:
        codes: of ``obstacles.CODES``; none, and nothing excuses it.
    """

    subject: str
    because: str
    codes: tuple[str, ...]


@record
class Deviations:
    """The document ``evqc.deviations/1``.

    Attributes:
        excusable: everything that holds the batch, with the codes of a deviation that may excuse it.
    """

    schema: Literal["evqc.deviations/1"] = "evqc.deviations/1"
    record: str
    deviations: tuple[Deviation, ...]
    excusable: tuple[Excusable, ...]


@record
class FaultFound:
    """One thing that is not as the audit trail has it, with its place."""

    table: str
    key: str
    column: str
    words: str


@record
class RegistryCheck:
    """The document ``evqc.registry-check/1``.

    Attributes:
        holds: whether nothing was changed, cut or written anew.
        head: of the trail as it was checked; kept elsewhere, it is the anchor of the next check.
        anchors: heads that the trail was asked to run through.
        faults: everything that is wrong.
        remarks: to be looked into, though nothing was changed, such as a clock that went back.
    """

    schema: Literal["evqc.registry-check/1"] = "evqc.registry-check/1"
    holds: bool
    head: Head
    anchors: tuple[Head, ...]
    faults: tuple[FaultFound, ...]
    remarks: tuple[str, ...]
