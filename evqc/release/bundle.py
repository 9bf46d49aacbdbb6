"""A bundle: one zip with the record, raw files, specification, signatures, keys, trail and certificate of a release."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.records import record, to_json
from evqc.release.certificate.build import certificate
from evqc.release.certificate.html import html
from evqc.release.certificate.pdf import pdf
from evqc.release.certificate.xlsx import xlsx
from evqc.release.zip_entries import written
from evqc.report.write import write_files
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from evqc.reading import Source
    from evqc.release.release import Release

#: Where the files of the batch stand, with the paths that they have in its folder.
FILES = "files/"
MANIFEST, RELEASE, SPECIFICATION, README = "manifest.json", "release.json", "specification.json", "README.txt"
CERTIFICATES = ("certificate.pdf", "certificate.html", "certificate.xlsx")


@record
class Member:
    """One file of a bundle."""

    name: str
    sha256: str
    bytes: int


@record
class Manifest:
    """The document ``evqc.bundle/1``: every other file of the bundle, in its order.

    Attributes:
        record_sha256: of the release record.
        made_with: version of what drew the certificate, by name.
    """

    schema: Literal["evqc.bundle/1"] = "evqc.bundle/1"
    evqc_version: str
    batch: str
    record_sha256: str
    made_with: dict[str, str]
    files: tuple[Member, ...]


def drawn_with() -> dict[str, str]:
    """The versions of the libraries that decide on the bytes of a certificate."""
    from importlib.metadata import version  # noqa: PLC0415  asked when a bundle is made

    libraries = {name: version(name) for name in ("jinja2", "openpyxl", "typst")}
    return {"evqc": __version__, **libraries, "zlib": zlib.ZLIB_RUNTIME_VERSION}


def certificates(
    release: Release, files: Mapping[str, bytes], made_with: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """The three renderings of the certificate by name.

    Args:
        release: what is certified.
        files: content by SHA-256, embedded into the PDF under its name.
        made_with: what the certificate says it was drawn with; ``drawn_with`` by default.
    """
    of = certificate(release, drawn_with() if made_with is None else made_with)
    document = to_json(release).encode("utf-8")
    sources = {source.name: files[source.sha256] for source in release.record.files if source.sha256 in files}
    drawn = (pdf(of, document, sources), html(of), xlsx(of))
    return dict(zip(CERTIFICATES, drawn, strict=True))


def contents(release: Release, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a bundle by name, the manifest first.

    Raises:
        InputError: ``FILE_MISSING`` or ``FILE_CHANGED``; a file of the record is not among ``files`` as it was.
    """
    raw = {f"{FILES}{source.name}": _content(source, files) for source in release.record.files}
    held = {
        README: read_me(release).encode("utf-8"),
        RELEASE: to_json(release).encode("utf-8"),
        SPECIFICATION: specification_json(release),
        **certificates(release, files),
        **dict(sorted(raw.items())),
    }
    return {MANIFEST: to_json(manifest(release, held)).encode("utf-8"), **held}


def _content(source: Source, files: Mapping[str, bytes]) -> bytes:
    if source.sha256 not in files:
        raise refusal(
            source.name, "FILE_MISSING", Where(), f"no file with SHA-256 {source.sha256}", "every file of the record"
        )
    content = files[source.sha256]
    if (found := hashlib.sha256(content).hexdigest()) != source.sha256:
        raise refusal(source.name, "FILE_CHANGED", Where(), f"SHA-256 {found}", source.sha256)
    return content


def specification_json(release: Release) -> bytes:
    """The specification as it stood, as a file of its own."""
    text = json.dumps(release.record.specification.content, indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def manifest(release: Release, held: Mapping[str, bytes]) -> Manifest:
    """Hash and size of every file, in order."""
    listed = tuple(
        Member(name=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
        for name, content in held.items()
    )
    return Manifest(
        evqc_version=__version__,
        batch=release.record.batch.id,
        record_sha256=release.record_sha256,
        made_with=drawn_with(),
        files=listed,
    )


def write_bundle(release: Release, files: Mapping[str, bytes], out: Path) -> Path:
    """Writes one zip that anyone with evqc can check, without network or database; the same bytes every time.

    Args:
        release: everything but the raw files.
        files: their content by SHA-256.
        out: the file to write; replaced whole or not at all.

    Raises:
        InputError: a file is missing or changed, or ``out`` cannot be written.
    """
    return write_files({out.name: written(contents(release, files))}, out.parent)[0]


def read_me(release: Release, evqc_version: str = __version__) -> str:
    """What the bundle is and how to check it, for a person who opens it."""
    record = release.record
    return f"""Release bundle of batch {record.batch.id}

State at export: {release.state}. Specification {record.specification.id}, version {record.specification.version}.
Record SHA-256:  {release.record_sha256}
Audit trail:     {release.head.length} entries, head {release.head.hash}

How to verify, on any computer, without network:

    pip install evqc=={evqc_version}
    evqc verify BUNDLE.zip

Exit 0: everything holds. Exit 1: something does not, or cannot be decided there, and its line says what. Compare the
two hashes above with those that the laboratory gives you by another way: they say that this bundle is the one it made.

manifest.json       every file with its SHA-256 and size
release.json        record, signatures, public keys, attestations, deviations, audit trail
specification.json  the specification as it stood
certificate.*       the certificate of analysis: PDF/A-3, HTML, XLSX with the same numbers
files/              the batch folder as it was read
"""
