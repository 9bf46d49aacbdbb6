"""A qualification as text, as one HTML file, and signed with a key."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal
from evqc.records import to_json
from evqc.release.canonical import canonical
from evqc.release.qualification.model import KeySignature, Result
from evqc.release.qualification.run import content_hash
from evqc.report.write import write_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from evqc.release.qualification.model import Case, Qualification

SYMBOLS: dict[Result, str] = {"pass": "✓", "fail": "✕", "not assessed": "–"}
_CLASSES: dict[Result, str] = {"pass": "pass", "fail": "fail", "not assessed": "open"}


def counts(of: Qualification) -> dict[Result, int]:
    """How many cases have each result."""
    every = [case.result for part in of.parts for case in part.cases]
    return {result: every.count(result) for result in SYMBOLS}


def conclusion(of: Qualification) -> str:
    """One sentence."""
    found = counts(of)
    total = sum(found.values())
    verdict = "QUALIFIED" if of.passed else "NOT QUALIFIED"
    rest = f", {found['not assessed']} could not be assessed" if found["not assessed"] else ""
    return f"{verdict}: {found['pass']} of {total} cases as expected, {found['fail']} not{rest}."


def lines(of: Qualification) -> Iterator[str]:
    """One line a part, with every case that is not as expected, and the answer last."""
    yield f"evqc {of.evqc_version}, Python {of.python}, {of.platform}, {of.dated}"
    yield f"{len(of.files)} files of evqc, SHA-256 {of.files_sha256}"
    yield ""
    for part in of.parts:
        wrong = [case for case in part.cases if case.result != "pass"]
        symbol = SYMBOLS["fail" if any(case.result == "fail" for case in wrong) else "pass"]
        yield f"{symbol} {part.title}: {len(part.cases) - len(wrong)} of {len(part.cases)}"
        yield from (_line(case) for case in wrong)
    yield ""
    yield f"report SHA-256 {of.sha256}"
    yield conclusion(of)


def _line(case: Case) -> str:
    return f"    {SYMBOLS[case.result]} {case.id} {case.title}: expected {case.expected}; got {case.got}"


def html(of: Qualification) -> bytes:
    """The report as one file that needs nothing else, with a block to sign by hand."""
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415  loads when a report is made
    from markupsafe import Markup  # noqa: PLC0415

    folder = files("evqc.release.qualification") / "templates"
    looks = (
        files("evqc.report") / "templates" / "report.css",
        files("evqc.release.certificate") / "templates" / "certificate.css",
        folder / "qualification.css",
    )
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((folder / "qualification.html.j2").read_text("utf-8"))
    css = Markup("".join(each.read_text("utf-8") for each in looks))  # noqa: S704  ours
    made = template.render(of=of, css=css, symbols=SYMBOLS, classes=_CLASSES, conclusion=conclusion(of))
    return made.encode("utf-8", "replace")


def write(of: Qualification, folder: Path) -> list[Path]:
    """Writes ``qualification.html`` and ``qualification.json``.

    Raises:
        InputError: ``CANNOT_WRITE``.
    """
    made = {"qualification.html": html(of), "qualification.json": to_json(of).encode("utf-8")}
    return write_files(made, folder)


def signed(of: Qualification, key: Path) -> Qualification:
    """The document with an Ed25519 signature over its hash, version and date.

    Raises:
        InputError: ``KEY_UNUSABLE``; the file is no Ed25519 private key in PEM without a password.
    """
    private = _private_key(key)
    public = private.public_key().public_bytes_raw().hex()
    return replace(of, signature=KeySignature(public_key=public, signature=private.sign(_signed(of)).hex()))


def _private_key(file: Path) -> Ed25519PrivateKey:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415  loads when something is signed
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    expected = "an Ed25519 private key in PEM, without a password"
    try:
        key = load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise refusal(str(file), "KEY_UNUSABLE", Where(), str(error), expected) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise refusal(str(file), "KEY_UNUSABLE", Where(), type(key).__name__, expected)
    return key


def _signed(of: Qualification) -> bytes:
    return canonical({"schema": of.schema, "sha256": of.sha256})


def holds(of: Qualification) -> bool:
    """Whether the hash is that of the document and the signature, where there is one, was made over it."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    if of.sha256 != content_hash(of) or of.signature is None:
        return of.sha256 == content_hash(of)
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(of.signature.public_key))
        key.verify(bytes.fromhex(of.signature.signature), _signed(of))
    except (ValueError, InvalidSignature):
        return False
    return True
