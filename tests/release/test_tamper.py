"""Tampering: every class of byte of every member of a bundle, and every field of its release document, in turn."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from evqc.errors import InputError
from evqc.records import from_plain, to_json, to_plain
from evqc.release import zip_entries
from evqc.release.bundle import MANIFEST, RELEASE, contents, manifest
from evqc.release.canonical import digest
from evqc.release.chain import BEGINNING, AuditEntry, hash_of, head_of
from evqc.release.release import Release
from evqc.release.verify import container
from evqc.release.verify.verify import checks
from tests.release.releases import raw_files, real_release
from tests.release.test_verify import ids_cheap

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def release() -> Release:
    return real_release()


@pytest.fixture(scope="module")
def held(release: Release) -> dict[str, bytes]:
    return contents(release, raw_files(release))


def classes_of_bytes(data: bytes) -> Iterator[tuple[str, int]]:
    """A name and a place for every byte of every header and name, and for three bytes of every content."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries, directory = archive.infolist(), archive.start_dir
    place = directory
    for entry in entries:
        name, header = entry.filename.encode(), entry.header_offset
        content = header + 30 + len(name)
        yield from ((f"{entry.filename} header", header + n) for n in range(30 + len(name)))
        if entry.file_size:
            for n in {0, entry.file_size // 2, entry.file_size - 1}:
                yield f"{entry.filename} content", content + n
        yield from ((f"{entry.filename} directory", place + n) for n in range(46 + len(name)))
        place += 46 + len(name)
    yield from (("end record", place + n) for n in range(22))
    assert place + 22 == len(data)


def first_fault(data: bytes) -> list[str]:
    """What the first failing check says, cheap checks first; the refusal where it is no bundle any more."""
    try:
        for _, each in checks(data, "bundle.zip"):
            if each.held == "fails":
                return list(each.faults)
    except InputError as error:
        return [str(error)]
    return []


@pytest.mark.slow
def test_every_class_of_byte_of_a_bundle(held: dict[str, bytes]) -> None:
    data = zip_entries.written(held)
    tried = unfound = 0
    for name, place in classes_of_bytes(data):
        changed = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        tried += 1
        faults = first_fault(changed)
        unfound += not faults
        if name.endswith("content"):
            member = name.removesuffix(" content")
            assert any(member in fault for fault in faults), (name, place, faults)
    print(f"bytes of a bundle changed: {tried}, not found: {unfound}")  # noqa: T201  the figure
    assert tried > 3000
    assert unfound == 0


def test_bytes_before_behind_and_in_the_comment(held: dict[str, bytes]) -> None:
    data = zip_entries.written(held)
    for changed in (data + b"\0", b"\0" + data, data[:-2] + b"\x01\x00x", data[:-1], data[1:], data + data):
        assert first_fault(changed)


def test_members_in_another_order(held: dict[str, bytes]) -> None:
    changed = dict(reversed(held.items()))
    assert first_fault(zip_entries.written(changed)) == [] or container.of_manifest(changed, None)


def test_a_packed_copy_is_not_taken(held: dict[str, bytes]) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in held.items():
            new.writestr(name, content)
    assert first_fault(made.getvalue())


def leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value that holds no others, and of every list and object that can lose one."""
    if isinstance(value, dict | list) and value:
        yield path
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def changed_value(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if isinstance(value, str):
        return value[:-1] + ("0" if value[-1:] != "0" else "1")
    if isinstance(value, list):
        return value[:-1] if value else ["x"]
    if isinstance(value, dict):
        return {key: value[key] for key in list(value)[:-1]} if value else {"x": 1}
    return "x"


def tampered(plain: Any, path: tuple[str | int, ...]) -> Any:
    made = json.loads(json.dumps(plain))
    place = made
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = changed_value(place[path[-1]])
    return made


def named(path: tuple[str | int, ...], faults: list[str]) -> bool:
    """Whether a fault names the file, or the entry of the trail that the field is in."""
    return any("release.json" in fault or (path[0] == "trail" and "audit trail" in fault) for fault in faults)


@pytest.mark.slow
def test_every_field_of_the_release_document(release: Release, held: dict[str, bytes]) -> None:
    """The attacker makes the manifest fit."""
    plain = to_plain(release)
    tried, unfound, unnamed = 0, [], []
    for path in leaves(plain):
        if not path:
            continue
        tried += 1
        content = (json.dumps(tampered(plain, path), indent=2, ensure_ascii=False) + "\n").encode()
        changed = held | {RELEASE: content}
        rest = {name: each for name, each in changed.items() if name != MANIFEST}
        changed[MANIFEST] = to_json(manifest(release, rest)).encode()
        faults = first_fault(zip_entries.written(changed))
        if not faults:
            unfound.append(path)
        elif not named(path, faults):
            unnamed.append((path, faults[:2]))
    print(f"fields of a release document changed: {tried}, not found: {len(unfound)}")  # noqa: T201  the figure
    assert tried > 700
    assert unfound == []
    assert unnamed == []


def strong(plain: Any, path: tuple[str | int, ...]) -> Release | None:
    """The changed document with all hashes made to fit that need no key; None where it is no document any more."""
    try:
        made = from_plain(Release, tampered(plain, path))
    except ValueError:
        return None
    made = replace(made, record_sha256=digest(made.record))
    trail: list[Any] = []
    for entry in made.trail:
        fitting: Any = entry
        if isinstance(entry, AuditEntry) and entry.table == "records" and "record_sha256" in (entry.new or {}):
            fitting = replace(entry, new=(entry.new or {}) | {"record_sha256": made.record_sha256})
        fitting = replace(fitting, previous=trail[-1].hash if trail else BEGINNING)
        trail.append(replace(fitting, hash=hash_of(fitting)))
    return replace(made, trail=tuple(trail), head=head_of(trail))


@pytest.mark.slow
def test_every_field_against_somebody_who_recomputes_every_hash(release: Release) -> None:
    """Without a key; hashes that are only recomputed back to what they were change nothing."""
    plain = to_plain(release)
    tried, unfound = 0, []
    for path in leaves(plain):
        made = strong(plain, path) if path else None
        if made is None or made == release:
            continue
        tried += 1
        if not ids_cheap(made):
            unfound.append(path)
    print(f"fields changed with every hash recomputed: {tried}, unfound: {len(unfound)}")  # noqa: T201  the figure
    assert unfound == []
