"""A bundle: one deterministic zip from which the batch folder can be built again, and archives that are refused."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING

import pytest
from jsonschema import Draft202012Validator

from evqc.batch.open import open_batch
from evqc.documents import schema
from evqc.errors import InputError
from evqc.release import zip_entries
from evqc.release.bundle import contents, write_bundle
from tests.release.releases import EXAMPLE, raw_files, real_release

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.release.release import Release


@pytest.fixture(scope="module")
def release() -> Release:
    return real_release()


@pytest.fixture(scope="module")
def members(release: Release) -> dict[str, bytes]:
    return contents(release, raw_files(release))


def test_the_same_release_gives_the_same_bytes(release: Release, tmp_path: Path) -> None:
    one = write_bundle(release, raw_files(release), tmp_path / "one.zip").read_bytes()
    assert write_bundle(release, raw_files(release), tmp_path / "two.zip").read_bytes() == one


def test_the_manifest_names_every_other_file(members: dict[str, bytes]) -> None:
    manifest = json.loads(members["manifest.json"])
    Draft202012Validator(schema("evqc.bundle/1")).validate(manifest)
    assert [each["name"] for each in manifest["files"]] == list(members)[1:]
    for each in manifest["files"]:
        assert hashlib.sha256(members[each["name"]]).hexdigest() == each["sha256"]
        assert len(members[each["name"]]) == each["bytes"]


def test_the_documents_fit_their_schemas(members: dict[str, bytes]) -> None:
    Draft202012Validator(schema("evqc.release/1")).validate(json.loads(members["release.json"]))
    assert json.loads(members["specification.json"])["id"] == "EV-DS-01"
    assert "evqc verify BUNDLE.zip" in members["README.txt"].decode()


def test_the_batch_folder_can_be_built_again(members: dict[str, bytes], tmp_path: Path) -> None:
    for name, content in members.items():
        if name.startswith("files/"):
            target = tmp_path / name.removeprefix("files/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    again, before = open_batch(tmp_path), open_batch(EXAMPLE)
    assert again.record == before.record
    assert again.readings == before.readings
    assert again.images == before.images


def test_a_missing_or_changed_file_is_refused(release: Release) -> None:
    files = raw_files(release)
    first = release.record.files[0]
    with pytest.raises(InputError, match="FILE_MISSING"):
        contents(release, {key: value for key, value in files.items() if key != first.sha256})
    with pytest.raises(InputError, match="FILE_CHANGED"):
        contents(release, files | {first.sha256: b"other"})


def archive(name: str, content: bytes = b"x", *, mode: int = 0o100644, packed: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as new:
        entry = zipfile.ZipInfo(name)
        entry.external_attr, entry.compress_type = mode << 16, packed
        new.writestr(entry, content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (archive("../outside"), "UNSAFE_NAME"),
        (archive("files/../../outside"), "UNSAFE_NAME"),
        (archive("/etc/passwd"), "UNSAFE_NAME"),
        (archive("C:/windows"), "UNSAFE_NAME"),
        (archive("files\\outside"), "UNSAFE_NAME"),
        (archive("files//twice"), "UNSAFE_NAME"),
        (archive("files/./same"), "UNSAFE_NAME"),
        (archive("link", b"/etc/passwd", mode=0o120777), "NOT_A_FILE"),
        (archive("folder/", b""), "NOT_A_FILE"),
        (archive("device", b"", mode=0o020666), "NOT_A_FILE"),
        (archive("bomb", b"\0" * 10_000_000, packed=zipfile.ZIP_DEFLATED), "PACKED"),
        (archive("small", b"\0" * 1000, packed=zipfile.ZIP_BZIP2), "PACKED"),
        (b"", "NOT_A_ZIP"),
        (b"no zip at all", "NOT_A_ZIP"),
    ],
)
def test_unsafe_archives_are_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError, match=code):
        zip_entries.read(data, "bundle.zip")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused_also_in_other_capitals() -> None:
    for second in ("a.txt", "A.TXT"):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as new:
            new.writestr("a.txt", "1")
            new.writestr(second, "2")
        with pytest.raises(InputError, match="TWICE"):
            zip_entries.read(made.getvalue(), "bundle.zip")


def test_a_size_that_lies_is_refused() -> None:
    data = bytearray(archive("a.txt", b"0123456789"))
    place = data.index(b"PK\x01\x02")
    data[place + 20 : place + 28] = (2**31 + 1).to_bytes(4, "little") * 2
    with pytest.raises(InputError, match="TOO_LARGE"):
        zip_entries.read(bytes(data), "bundle.zip")


def test_what_was_written_is_read() -> None:
    held = {"a": b"1", "files/µ.csv": b"", "b": bytes(range(256))}
    data = zip_entries.written(held)
    assert zip_entries.read(data, "bundle.zip") == held
    assert zip_entries.differing(data, held) is None
    assert zip_entries.differing(data + b"x", held) is not None
    assert "behind the end" in str(zip_entries.differing(data + b"x", held))
