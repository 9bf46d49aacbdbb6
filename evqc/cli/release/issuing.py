"""The verbs that issue a certificate or a bundle from a release document and the folder of its batch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evqc.cli.output import say

if TYPE_CHECKING:
    from evqc.release.release import Release

CERTIFICATE_EXAMPLES = (
    "Examples: `evqc release certificate release.json --batch my-batch -o out` · "
    "`evqc release certificate release.json --batch my-batch -o out --sign qa.p12 --password-file secret.txt`"
)
BUNDLE_EXAMPLE = (
    "Example: `evqc release bundle release.json --batch my-batch -o my-batch.zip`, then `evqc verify my-batch.zip`"
)

Document = Annotated[Path, typer.Argument(metavar="RELEASE", help="The release document, release.json.")]
Folder = Annotated[Path, typer.Option("--batch", metavar="DIR", help="The batch folder, as it was judged.")]


def certificate(
    release: Document,
    batch: Folder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Where the three files go.")],
    sign: Annotated[
        Path | None, typer.Option("--sign", metavar="KEY.p12", help="Also sign the PDF (PAdES); needs evqc[sign].")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option("--password-file", metavar="FILE", help="Holds the password of the key; else it is asked."),
    ] = None,
) -> None:
    """Write the certificate of analysis as PDF/A-3, HTML and XLSX."""
    from evqc.batch.open import refuse_among_exports
    from evqc.release.batch_files import read_files
    from evqc.release.bundle import certificates
    from evqc.release.certificate.signing import NOT_TIMESTAMPED, signed_pdf
    from evqc.report.write import write_files

    refuse_among_exports(batch, out)
    opened = _opened(release)
    made = certificates(opened, read_files(batch, opened.record.files))
    if sign is not None:
        made["certificate-signed.pdf"] = signed_pdf(made["certificate.pdf"], sign, _password(password_file))
        say(NOT_TIMESTAMPED)
    for path in write_files(made, out):
        print(path)
    _say_state(opened)


def bundle(
    release: Document,
    batch: Folder,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="FILE", help="The zip to write.")],
) -> None:
    """Write one zip with everything that anyone needs to verify a release."""
    from evqc.batch.open import refuse_among_exports
    from evqc.release.batch_files import read_files
    from evqc.release.bundle import write_bundle

    refuse_among_exports(batch, out)
    opened = _opened(release)
    print(write_bundle(opened, read_files(batch, opened.record.files), out))
    _say_state(opened)


def _opened(path: Path) -> Release:
    from evqc.release.read import read_release

    return read_release(path)


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
