"""The document of a qualification."""

from __future__ import annotations

from typing import Literal

from evqc.records import record

#: ``not assessed`` is never a pass: something could not be asked on this machine, and says why.
Result = Literal["pass", "fail", "not assessed"]


@record
class Case:
    """One thing asked of this installation, with the answer that was expected and the one that came."""

    id: str
    title: str
    expected: str
    got: str
    result: Result


@record
class Part:
    """A group of cases; ``about`` says what they prove."""

    id: str
    title: str
    about: str
    cases: tuple[Case, ...]


@record
class Component:
    """One installed package."""

    name: str
    version: str


@record
class InstalledFile:
    """One file of evqc as it lies on this machine."""

    name: str
    sha256: str


@record
class KeySignature:
    """An Ed25519 signature over the canonical document without this field."""

    public_key: str
    signature: str


@record
class Qualification:
    """The document ``evqc.qualification/1``.

    Attributes:
        dated: ISO date, as it was given.
        python, platform: of the machine.
        components: evqc and every package that it needs, directly or not.
        files: every file of evqc; ``files_sha256`` is of this list.
        passed: whether no case fails.
        sha256: of the canonical document without ``sha256`` and ``signature``; to write beside a signature by hand.
        signature: None when no key was given.
    """

    schema: Literal["evqc.qualification/1"] = "evqc.qualification/1"
    evqc_version: str
    dated: str
    python: str
    platform: str
    components: tuple[Component, ...]
    files: tuple[InstalledFile, ...]
    files_sha256: str
    parts: tuple[Part, ...]
    passed: bool
    sha256: str = ""
    signature: KeySignature | None = None
