"""Checks on the bundle as files: the archive, the manifest, the documents in it, and the files of the batch."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from pydantic import ValidationError

from evqc.records import from_plain, to_json
from evqc.release import bundle, zip_entries
from evqc.release.canonical import digest
from evqc.release.release import Release
from evqc.release.verify.model import check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from evqc.release.verify.model import Check


def of_archive(data: bytes, members: Mapping[str, bytes]) -> Check:
    """Whether the archive is byte for byte the one that its files make: nothing between, beside or behind them."""
    place = zip_entries.differing(data, members)
    words = f"{len(members)} files, nothing between or behind them"
    return check("archive", "The archive is as evqc writes it", words, [place] if place else [])


def of_manifest(members: Mapping[str, bytes], release: Release | None) -> Check:
    """Whether every file has the hash and the size of the manifest, and every file stands in it."""
    words = f"{len(members) - 1} files have their SHA-256 and size, and there is no other"
    return check("manifest", "Every file is as the manifest says", words, _manifest_faults(members, release))


def _manifest_faults(members: Mapping[str, bytes], release: Release | None) -> Iterator[str]:
    if bundle.MANIFEST not in members:
        yield f"{bundle.MANIFEST} is not there"
        return
    try:
        manifest = from_plain(bundle.Manifest, json.loads(members[bundle.MANIFEST]))
    except (ValueError, RecursionError) as error:
        yield f"{bundle.MANIFEST} cannot be read: {first_line(error)}"
        return
    listed = {each.name: each for each in manifest.files}
    yield from (f"{name} stands in the manifest and is not there" for name in listed if name not in members)
    yield from (f"{name} is not in the manifest" for name in members if name not in {*listed, bundle.MANIFEST})
    for name, each in listed.items():
        content = members.get(name)
        if content is not None and (hashlib.sha256(content).hexdigest(), len(content)) != (each.sha256, each.bytes):
            yield f"{name} is not the file of the manifest: its SHA-256 or size differs"
    if members[bundle.MANIFEST] != to_json(manifest).encode("utf-8"):
        yield f"{bundle.MANIFEST} is not written as evqc writes it"
    if manifest.evqc_version != manifest.made_with.get("evqc"):
        yield f"{bundle.MANIFEST}: evqc_version is not that of made_with"
    if release is not None and manifest.record_sha256 != release.record_sha256:
        yield f"{bundle.MANIFEST}: record_sha256 is not that of {bundle.RELEASE}"
    if release is not None and manifest.batch != release.record.batch.id:
        yield f"{bundle.MANIFEST}: batch is not that of {bundle.RELEASE}"


def made_with(members: Mapping[str, bytes]) -> dict[str, str]:
    """The versions that the manifest names; none where it cannot be read, which ``of_manifest`` says."""
    try:
        return from_plain(bundle.Manifest, json.loads(members[bundle.MANIFEST])).made_with
    except (KeyError, ValueError, RecursionError):
        return {}


def release_of(members: Mapping[str, bytes]) -> tuple[Release | None, Check]:
    """The release document, None when it cannot be read, and whether it is one, written as evqc writes it."""
    title = "The release document is valid"
    content = members.get(bundle.RELEASE)
    if content is None:
        return None, check("document", title, "", [f"{bundle.RELEASE} is not there"])
    try:
        plain = json.loads(content)
        release = from_plain(Release, plain)
    except ValidationError as error:
        faults = [f"{bundle.RELEASE}: {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:20]]
        return None, check("document", title, "", faults)
    except (ValueError, RecursionError) as error:
        return None, check("document", title, "", [f"{bundle.RELEASE} cannot be read: {first_line(error)}"])
    unlike = (
        [] if to_json(release).encode("utf-8") == content else [f"{bundle.RELEASE} is not written as evqc writes it"]
    )
    return release, check("document", title, release.schema, unlike)


def of_record(release: Release) -> Check:
    """Whether the record has the hash that stands beside it."""
    found = digest(release.record)
    faults = [] if found == release.record_sha256 else [f"{bundle.RELEASE}: record has the SHA-256 {found}"]
    return check("record", "The record has its hash", f"SHA-256 {release.record_sha256}", faults)


def of_files(release: Release, members: Mapping[str, bytes]) -> Check:
    """Whether the files of the batch are those that the record names, all of them and no others."""
    words = f"{len(release.record.files)} files of the batch are those that were judged"
    return check("files", "The raw files are those of the record", words, _file_faults(release, members))


def _file_faults(release: Release, members: Mapping[str, bytes]) -> Iterator[str]:
    wanted = {f"{bundle.FILES}{each.name}": each for each in release.record.files}
    for name, each in wanted.items():
        content = members.get(name)
        if content is None:
            yield f"{name} is not there"
        elif (hashlib.sha256(content).hexdigest(), len(content)) != (each.sha256, each.bytes):
            yield f"{name} is not the file of the record: its SHA-256 or size differs"
    held = [name for name in members if name.startswith(bundle.FILES)]
    yield from (f"{name} is not a file of the record" for name in held if name not in wanted)
    others = {bundle.MANIFEST, bundle.RELEASE, bundle.SPECIFICATION, bundle.README, *bundle.CERTIFICATES, *held}
    yield from (f"{name} does not belong into a bundle" for name in members if name not in others)


def first_line(error: Exception) -> str:
    """The first line of a message."""
    return str(error).partition("\n")[0]
