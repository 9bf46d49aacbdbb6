"""All checks of a bundle, in their order."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from evqc.errors import InputError, Where, refusal
from evqc.release import bundle, zip_entries
from evqc.release.verify import container, recomputed, signatures, trail
from evqc.release.verify.model import Check, Verification, check
from evqc.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from evqc.release.release import Release

#: How a zip archive begins, and how its end is marked; a file with neither is no bundle, damaged or not.
_MARKS = (b"PK\x03\x04", b"PK\x05\x06")


def verify(path: Path) -> Verification:
    """Checks everything that a bundle claims.

    Args:
        path: the zip file.

    Raises:
        InputError: ``FILE_MISSING``, ``TOO_LARGE`` or ``NOT_A_BUNDLE``; what is a bundle and damaged does not verify.
    """
    data = _content(path)
    done = list(checks(data, path.name))
    release = next((release for release, _ in done if release is not None), None)
    return _made(path, data, release, [each for _, each in done])


def checks(data: bytes, source: str) -> Iterator[tuple[Release | None, Check]]:
    """Every check in its order, the cheap ones first, each when it is asked for, with the release as far as it is read.

    Args:
        data: the whole bundle.
        source: its name, for messages.

    Raises:
        InputError: ``NOT_A_BUNDLE``.
    """
    try:
        members = zip_entries.read(data, source)
    except InputError as error:
        if error.issues[0].code == "NOT_A_ZIP" and not _was_a_zip(data):
            raise _no_bundle(source, error.issues[0].found) from error
        yield None, check("archive", "The archive can be read", "", [str(error)])
        return
    if not {bundle.MANIFEST, bundle.RELEASE} & members.keys():
        raise _no_bundle(source, f"a zip archive without {bundle.MANIFEST}")
    release, document = container.release_of(members)
    yield release, container.of_archive(data, members)
    yield release, container.of_manifest(members, release)
    yield release, document
    if release is not None:
        yield from ((release, each) for each in _of_release(release, members))


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise refusal(str(path), "FILE_MISSING", Where(), "no such file", "a bundle, such as BATCH.zip")
    if (size := path.stat().st_size) > zip_entries.LARGEST_BYTES:
        raise refusal(str(path), "TOO_LARGE", Where(), f"{size} bytes", f"at most {zip_entries.LARGEST_BYTES} bytes")
    return path.read_bytes()


def _was_a_zip(data: bytes) -> bool:
    return data.startswith(_MARKS) or _MARKS[1] in data


def _no_bundle(source: str, found: str) -> InputError:
    return refusal(source, "NOT_A_BUNDLE", Where(), found, "a zip written by 'evqc release bundle'")


def _of_release(release: Release, members: Mapping[str, bytes]) -> Iterator[Check]:
    """Each group of checks where what it rests on is sound enough to be asked; what is not was named by then."""
    specification = recomputed.of_specification(release, members)
    files = container.of_files(release, members)
    yield from (container.of_record(release), specification, files, trail.of_chain(release))
    if not trail.malformed(release):
        yield from (signatures.of_signatures(release), signatures.of_heads(release), signatures.of_people(release))
        yield from (trail.of_acts(release), trail.of_state(release))
        if specification.held == "holds":
            yield signatures.of_threshold(release)
    if files.held == "holds" and specification.held == "holds":
        yield recomputed.of_findings(release, members)
        yield recomputed.of_certificate(release, members, container.made_with(members))


def _made(path: Path, data: bytes, release: Release | None, checks: list[Check]) -> Verification:
    return Verification(
        evqc_version=__version__,
        bundle=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        batch=release.record.batch.id if release is not None else None,
        state=release.state if release is not None else None,
        record_sha256=release.record_sha256 if release is not None else None,
        verified=all(each.held == "holds" for each in checks),
        checks=tuple(checks),
    )
