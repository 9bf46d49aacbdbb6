"""The verbs that issue a certificate or a bundle: of a record of the registry, or of a release document."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from evqc.cli.output import say
from evqc.cli.release.opened import IN_THIS_FOLDER, Database, PasswordStdin, opened, sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.registry import Registry
    from evqc.release.release import Release

CERTIFICATE_EXAMPLES = (
    "Examples: `evqc release certificate --record EV-7/1 -o out --user quinn --why 'for the hospital'` · "
    "`evqc release certificate release.json --batch my-batch -o out` · "
    "`… --sign qa.p12 --password-file secret.txt`"
)
BUNDLE_EXAMPLE = (
    "Examples: `evqc release bundle --record EV-7/1 -o EV-7.zip --user quinn --why 'for the hospital'`, then "
    "`evqc verify EV-7.zip` · `evqc release bundle release.json --batch my-batch -o EV-7.zip`"
)

Document = Annotated[
    Path | None, typer.Argument(metavar="[RELEASE]", help="A release document, release.json, instead of --record.")
]
Folder = Annotated[
    Path | None, typer.Option("--batch", metavar="DIR", help="With RELEASE: the batch folder, as it was judged.")
]
Record = Annotated[
    str | None, typer.Option("--record", metavar="ID", help="A record of the registry, BATCH/version, with its files.")
]
Issuer = Annotated[
    str | None,
    typer.Option("--user", envvar="EVQC_USER", metavar="NAME", help="With --record: who gives it out. Password asked."),
]
Purpose = Annotated[
    str, typer.Option("--why", metavar="WORDS", help="With --record: to whom, or what for; it stays in the trail.")
]
AsItStands = Annotated[
    bool, typer.Option("--as-it-stands", help="Also of a record that is not released; every page says NOT RELEASED.")
]


class _Issue(NamedTuple):
    """What is issued, and where that is written down; ``registry`` is None for a release document."""

    release: Release
    files: dict[str, bytes]
    registry: Registry | None = None
    user: str = ""
    why: str = ""

    def written_down(self, kind: str, content: bytes) -> None:
        """Writes into the registry that a file is given out, before it is, and says its number."""
        if self.registry is not None:
            record = f"{self.release.record.batch.id}/{self.release.version}"
            number = self.registry.issue(record, kind, hashlib.sha256(content).hexdigest(), self.user, self.why)
            say(f"issued as {number}")


def certificate(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where the three files go.")],
    release: Document = None,
    batch: Folder = None,
    record: Record = None,
    user: Issuer = None,
    why: Purpose = "",
    database: Database = IN_THIS_FOLDER,
    as_it_stands: AsItStands = False,
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY.p12", help="Also sign the PDF (PAdES); needs evqc[sign].")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="FILE", help="Holds the password of the key; else it is asked."),
    ] = None,
    password_stdin: PasswordStdin = False,
) -> None:
    """Write the certificate of analysis as PDF/A-3, HTML and XLSX."""
    from evqc.release.bundle import certificates
    from evqc.release.certificate.signing import NOT_TIMESTAMPED, signed_pdf
    from evqc.report.write import write_files

    own = _of_registry(record, user, why, database, anyhow=as_it_stands, stdin=password_stdin)
    with own if _is_of_registry(release, record) else _of_document(release, batch, out) as of:
        made = certificates(of.release, of.files)
        if sign is not None:
            made["certificate-signed.pdf"] = signed_pdf(made["certificate.pdf"], sign, _password(password_file))
            say(NOT_TIMESTAMPED)
        for content in made.values():
            of.written_down("certificate", content)
        for path in write_files(made, out):
            print(path)
    _say_state(of.release)


def bundle(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The zip to write.")],
    release: Document = None,
    batch: Folder = None,
    record: Record = None,
    user: Issuer = None,
    why: Purpose = "",
    database: Database = IN_THIS_FOLDER,
    as_it_stands: AsItStands = False,
    password_stdin: PasswordStdin = False,
) -> None:
    """Write one zip with everything that anyone needs to verify a release."""
    from evqc.release.bundle import contents
    from evqc.release.zip_entries import written
    from evqc.report.write import write_files

    own = _of_registry(record, user, why, database, anyhow=as_it_stands, stdin=password_stdin)
    with own if _is_of_registry(release, record) else _of_document(release, batch, out) as of:
        made = written(contents(of.release, of.files))
        of.written_down("bundle", made)
        print(write_files({out.name: made}, out.parent)[0])
    _say_state(of.release)


def _is_of_registry(release: Path | None, record: str | None) -> bool:
    if (release is None) == (record is None):
        raise typer.BadParameter("give either RELEASE or --record", param_hint="--record")
    return record is not None


@contextmanager
def _of_document(path: Path | None, batch: Path | None, out: Path) -> Iterator[_Issue]:
    """A release document with the folder of its batch."""
    from evqc.batch.open import refuse_among_exports
    from evqc.release.batch_files import read_files
    from evqc.release.read import read_release

    if path is None or batch is None:
        raise typer.BadParameter("a release document needs the folder of its batch", param_hint="--batch")
    refuse_among_exports(batch, out)
    release = read_release(path)
    yield _Issue(release, read_files(batch, release.record.files))


@contextmanager
def _of_registry(
    record: str | None, user: str | None, why: str, database: str, *, anyhow: bool, stdin: bool
) -> Iterator[_Issue]:
    """A record of the registry with its files, for somebody who gave the password."""
    from evqc.release.release import refuse_unreleased

    if record is None or not user or not why.strip():
        raise typer.BadParameter("a record of the registry needs --user and --why", param_hint="--record")
    with opened(database) as registry:
        release = registry.export(record)
        if not anyhow:
            refuse_unreleased(release)
        sign_in(registry, user, stdin=stdin)
        yield _Issue(release, registry.files_of(record), registry, user, why)


def _password(file: Path | None) -> str:
    from evqc.errors import Where, refusal

    if file is None:
        return str(typer.prompt("password of the key", hide_input=True, err=True))
    try:
        return file.read_text("utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise refusal(str(file), "CANNOT_READ", Where(), str(error), "a text file with the password") from error


def _say_state(release: Release) -> None:
    if release.state != "released":
        say(f"the record is {release.state}: the certificate says NOT RELEASED on every page.")
