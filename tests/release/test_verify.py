"""Verification: a sound bundle verifies, and every attack is found and named, also by who recomputes what can be."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from evqc.documents import schema
from evqc.errors import InputError
from evqc.records import from_plain, to_json, to_plain
from evqc.release import bundle, zip_entries
from evqc.release.bundle import MANIFEST, Manifest, contents, manifest
from evqc.release.canonical import digest
from evqc.release.chain import BEGINNING, AuditEntry, hash_of, head_of, sealed
from evqc.release.record import Outcome
from evqc.release.signature import signed_bytes
from evqc.release.verify import container, recomputed, verify
from evqc.release.verify.model import Check
from evqc.release.verify.text import answer, verification_lines
from evqc.release.verify.verify import checks
from tests.release.releases import (
    CHECKLIST,
    EXAMPLE,
    PEOPLE,
    Laboratory,
    drafted,
    key_of,
    public,
    raw_files,
    real_release,
    specification,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evqc.release.release import Release
    from evqc.release.verify.model import Held, Verification


@pytest.fixture(scope="module")
def release() -> Release:
    return real_release()


def bundled(release: Release) -> bytes:
    """The bundle of a release, as somebody makes it who can recompute the manifest and draw the certificate anew."""
    return zip_entries.written(contents(release, raw_files(release)))


def failing(data: bytes) -> list[Check]:
    return [each for _, each in checks(data, "bundle.zip") if each.held == "fails"]


def rechained(release: Release, change: Callable[[AuditEntry], AuditEntry]) -> Release:
    """The release with changed entries, all hashes of the trail and its head made to fit."""
    made: list[Any] = []
    for entry in release.trail:
        new = change(entry) if isinstance(entry, AuditEntry) else entry
        new = replace(new, previous=made[-1].hash if made else BEGINNING)
        made.append(replace(new, hash=hash_of(new)))
    return replace(release, trail=tuple(made), head=head_of(made))


def done(release: Release, folder: Path) -> Verification:
    path = folder / "bundle.zip"
    path.write_bytes(bundled(release))
    return verify(path)


def test_a_sound_bundle_verifies(release: Release, tmp_path: Path) -> None:
    found = done(release, tmp_path)
    assert found.verified, list(verification_lines(found))
    assert all(each.held == "holds" for each in found.checks)
    assert len(found.checks) == 15
    Draft202012Validator(schema("evqc.verification/1")).validate(to_plain(found))
    assert answer(found) == "VERIFIED: 15 of 15 checks hold."
    assert sum(line.startswith("✓ ") for line in verification_lines(found)) == 15


def test_a_record_that_is_not_released_says_so(release: Release, tmp_path: Path) -> None:
    laboratory, record = Laboratory(), release.record
    for person in PEOPLE:
        laboratory.hire(*person)
    laboratory.move(record, "anna", "import record", "draft")
    begun = replace(
        release, state="draft", signatures=(), attestations=(), people=release.people[:1],
        trail=tuple(laboratory.trail), head=head_of(laboratory.trail),
    )  # fmt: skip
    found = done(begun, tmp_path)
    assert found.verified, list(verification_lines(found))
    assert answer(found).endswith("The record is NOT RELEASED: its state is draft.")


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="FILE_MISSING"):
        verify(tmp_path / "nothing.zip")
    for content in (b"", b"text", zip_entries.written({"other.txt": b"x"})):
        (tmp_path / "other.zip").write_bytes(content)
        with pytest.raises(InputError, match="NOT_A_BUNDLE"):
            verify(tmp_path / "other.zip")


@pytest.mark.parametrize(
    "member", ["manifest.json", "release.json", "certificate.pdf", "files/batch.toml", "README.txt"]
)
def test_a_changed_member_is_named(release: Release, member: str) -> None:
    held = contents(release, raw_files(release))
    place = len(held[member]) // 2
    changed = held[member][:place] + bytes([held[member][place] ^ 1]) + held[member][place + 1 :]
    faults = [fault for each in failing(zip_entries.written(held | {member: changed})) for fault in each.faults]
    assert any(member in fault for fault in faults)


@pytest.mark.parametrize(
    "member", ["release.json", "certificate.html", "certificate.xlsx", "files/batch.toml", "README.txt"]
)
def test_a_changed_member_is_named_when_the_manifest_is_made_to_fit(release: Release, member: str) -> None:
    held = contents(release, raw_files(release))
    changed = held | {member: held[member] + b"\n"}
    changed[MANIFEST] = to_json(manifest(release, {k: v for k, v in changed.items() if k != MANIFEST})).encode()
    faults = [fault for each in failing(zip_entries.written(changed)) for fault in each.faults]
    assert any(member in fault for fault in faults)


def test_a_file_more_or_less_is_named(release: Release) -> None:
    held = contents(release, raw_files(release))
    more = held | {"files/exports/new.csv": b"x"}
    more[MANIFEST] = to_json(manifest(release, {k: v for k, v in more.items() if k != MANIFEST})).encode()
    assert any(
        "new.csv is not a file of the record" in f for each in failing(zip_entries.written(more)) for f in each.faults
    )
    less = {name: content for name, content in held.items() if name != "files/batch.toml"}
    assert any("files/batch.toml" in f for each in failing(zip_entries.written(less)) for f in each.faults)


def test_another_version_of_the_drawing_is_only_said(release: Release, monkeypatch: pytest.MonkeyPatch) -> None:
    members = contents(release, raw_files(release))
    drawn = {name: each for name, each in members.items() if name.startswith("certificate.")}
    again = drawn | {"certificate.pdf": b"other"}
    real = bundle.drawn_with()
    monkeypatch.setattr(bundle, "drawn_with", lambda: real | {"typst": "99"})
    monkeypatch.setattr(bundle, "certificates", lambda *_: again)
    found = recomputed.of_certificate(release, members, real)
    assert found.held == "said"
    assert "certificate.pdf cannot be compared: drawn by typst" in found.words
    again["certificate.html"] = b"other"
    assert recomputed.of_certificate(release, members, real).held == "fails"


def test_another_version_of_evqc_shows_what_differs(release: Release) -> None:
    other = replace(release, record=replace(release.record, evqc_version="0.0.9", checklist=("else",)))
    members = {f"files/{each.name}": raw_files(release)[each.sha256] for each in release.record.files}
    found = recomputed.of_findings(other, members)
    assert found.held == "said"
    assert "record.checklist" in found.faults
    same = replace(release, record=replace(release.record, evqc_version="0.0.9"))
    assert recomputed.of_findings(same, members).held == "holds"


@pytest.mark.parametrize("name", ["evqc", "jinja2", "openpyxl", "typst", "zlib"])
def test_a_manifest_that_names_another_version_is_never_verified(release: Release, name: str) -> None:
    """Who writes the manifest anew holds no key: whatever it says, a certificate that was not compared is not sound."""
    members = contents(release, raw_files(release))
    plain = json.loads(members[MANIFEST])
    plain["made_with"][name] = "99"
    plain["evqc_version"] = plain["made_with"]["evqc"]
    changed = members | {MANIFEST: to_json(from_plain(Manifest, plain)).encode()}
    assert container.of_manifest(changed, release).held == "holds"
    found = recomputed.of_certificate(release, changed, container.made_with(changed))
    assert found.held != "holds"
    assert "certificate." in " ".join((found.words, *found.faults))


@pytest.mark.parametrize(("held", "verified"), [("holds", True), ("said", False), ("fails", False)])
def test_what_is_not_decided_is_not_verified(tmp_path: Path, held: Held, verified: bool, monkeypatch: Any) -> None:
    one = Check(id="certificate", title="The certificate", held=held, words="words")
    monkeypatch.setattr(sys.modules["evqc.release.verify.verify"], "checks", lambda *_: [(None, one)])
    (tmp_path / "a.zip").write_bytes(b"")
    found = verify(tmp_path / "a.zip")
    assert found.verified == verified
    assert answer(found).startswith("VERIFIED") == verified


# ---- who holds no key -----------------------------------------------------------------------------------------


def resigned(release: Release, record: Any) -> Release:
    """Another record under the old signatures, with every hash that needs no key made to fit."""
    row = {"record_sha256": digest(record)}
    changed = replace(release, record=record, record_sha256=digest(record))
    return rechained(changed, lambda e: replace(e, new=e.new | row) if e.table == "records" and e.new else e)


def test_a_result_changed_by_somebody_without_a_key(release: Release) -> None:
    first = replace(release.record.results[0], as_measured="9e12 /mL")
    changed = resigned(release, replace(release.record, results=(first, *release.record.results[1:])))
    faults = failing(bundled(changed))
    assert {"signatures", "heads", "findings"} <= {each.id for each in faults}
    (findings,) = [each for each in faults if each.id == "findings"]
    assert "record.results.0.as_measured" in findings.faults[0]


def test_a_copied_signature_fails(release: Release) -> None:
    """21 CFR 11.70: a signature cannot be excised and put under another record."""
    other = real_release(drafted(used=specification(version=4)))
    assert "signatures" in ids_cheap(replace(other, signatures=release.signatures))


def test_a_signature_of_one_version_does_not_hold_for_the_next(release: Release) -> None:
    assert "signatures" in ids_cheap(replace(release, version=2))


def test_a_signature_called_void_is_still_of_this_version(release: Release) -> None:
    changed = replace(release, void_signatures=release.signatures[-1:], signatures=release.signatures[:-1])
    assert {"signatures", "threshold"} <= ids_cheap(changed)


def test_a_signature_left_out_is_missed(release: Release) -> None:
    assert {"heads", "threshold"} <= ids_cheap(replace(release, signatures=release.signatures[:-1]))


@pytest.mark.parametrize("cut", [1, 2, 3, 8])
def test_a_cut_tail_is_found(release: Release, cut: int) -> None:
    trail = release.trail[:-cut]
    assert ids_cheap(replace(release, trail=trail, head=head_of(trail)))


def test_a_trail_written_anew_is_found_by_the_signed_head(release: Release) -> None:
    assert "heads" in ids_cheap(rechained(release, lambda e: replace(e, user="bert") if e.action == "submit" else e))


def test_an_own_entry_sealed_away_is_found(release: Release) -> None:
    for number, entry in enumerate(release.trail):
        if isinstance(entry, AuditEntry) and entry.key != "ada":
            trail = (*release.trail[:number], sealed(entry), *release.trail[number + 1 :])
            assert "chain" in ids_cheap(replace(release, trail=trail)), entry.key


def ids_cheap(release: Release) -> set[str]:
    """Ids of what fails, without drawing the certificate or judging anew."""
    from evqc.release.verify import signatures, trail  # noqa: PLC0415

    every = (
        trail.of_chain, trail.of_acts, trail.of_state, signatures.of_signatures, signatures.of_heads,
        signatures.of_people, signatures.of_threshold,
    )  # fmt: skip
    if trail.malformed(release):
        return {"chain"}
    return {each.id for each in (of(release) for of in every) if each.held == "fails"}


def test_the_cheap_checks_hold_of_a_sound_release(release: Release) -> None:
    assert ids_cheap(release) == set()


def test_a_sealed_entry_cannot_be_of_something_else(release: Release) -> None:
    changed = [replace(e, key="OTHER/1") if e.key == "ANOTHER/1" else e for e in release.trail]
    assert "chain" in ids_cheap(replace(release, trail=tuple(changed)))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("attestations", ()),
        ("people", ()),
        ("state", "reviewed"),
        ("changed_since_entry", ("nothing of note",)),
    ],
)
def test_what_is_left_out_of_the_document_is_missed(release: Release, field: str, value: Any) -> None:
    assert ids_cheap(replace(release, **{field: value}))


# ---- who holds a key but may not ------------------------------------------------------------------------------


def built(
    record: Any,
    reviewer: str = "rita",
    releaser: str = "quinn",
    *,
    maker: str = "anna",
    roles: dict[str, tuple[str, ...]] | None = None,
    trained: dict[str, str] | None = None,
    attest: tuple[str, ...] = CHECKLIST,
) -> Release:
    """A release with every key and hash in order, whatever rules it breaks."""
    laboratory, held, until = Laboratory(), roles or {}, trained or {}
    names = {user: (name, held.get(user, own), until.get(user, limit)) for user, name, own, limit in PEOPLE}
    for user, (name, own, limit) in names.items():
        laboratory.hire(user, name, own, limit)
    laboratory.move(record, maker, "import record", "draft")
    laboratory.move(record, maker, "submit", "submitted")
    attestations = laboratory.attest(record, reviewer, attest) if attest else []
    laboratory.move(record, reviewer, "review", "reviewed")
    laboratory.sign(record, reviewer, names[reviewer][1][0], "reviewed")
    laboratory.move(record, releaser, "release", "released")
    laboratory.sign(record, releaser, names[releaser][1][0], "released")
    base = real_release(record)
    people = tuple(replace(each, roles=names[each.user][1], trained_until=names[each.user][2]) for each in base.people)
    return replace(
        base, signatures=tuple(laboratory.signatures), people=people, attestations=tuple(attestations),
        trail=tuple(laboratory.trail), head=head_of(laboratory.trail),
    )  # fmt: skip


@pytest.fixture(scope="module")
def record(release: Release) -> Any:
    return release.record


def test_the_maker_of_the_tests_builds_what_verifies(record: Any) -> None:
    assert ids_cheap(built(record)) == set()


def test_who_made_the_data_cannot_release_it(record: Any) -> None:
    assert "people" in ids_cheap(built(record, maker="quinn"))


def test_two_signatures_by_one_person_are_one(record: Any) -> None:
    changed = built(record, reviewer="quinn", roles={"quinn": ("reviewer", "QA release")})
    assert "threshold" in ids_cheap(changed)


@pytest.mark.parametrize("own", [("analyst",), ("reviewer",), ("administrator",), ("QA release", "administrator")])
def test_a_role_that_may_not_release(record: Any, own: tuple[str, ...]) -> None:
    assert "people" in ids_cheap(built(record, roles={"quinn": own}))


def test_training_that_had_expired(record: Any) -> None:
    assert "people" in ids_cheap(built(record, trained={"rita": "2026-03-19"}))
    assert ids_cheap(built(record, trained={"rita": "2026-03-20"})) == set()


def test_a_key_that_is_not_the_persons(record: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signed with another key than the trail gives the person."""
    made = built(record)
    forged = replace(made.signatures[-1], public_key=public("mallory"))
    forged = replace(forged, signature=key_of("mallory").sign(signed_bytes(forged)).hex())
    assert {"people", "heads"} <= ids_cheap(replace(made, signatures=(*made.signatures[:-1], forged)))


def test_a_checklist_that_nobody_attested(record: Any) -> None:
    assert "threshold" in ids_cheap(built(record, attest=CHECKLIST[:1]))


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.CANNOT_JUDGE, Outcome.PENDING, Outcome.NOT_TESTED])
def test_a_release_with_a_test_that_is_no_pass(record: Any, outcome: Outcome) -> None:
    changed = replace(record, results=(replace(record.results[0], outcome=outcome), *record.results[1:]))
    assert "threshold" in ids_cheap(built(changed))


# ---- the files, and the record that they give -----------------------------------------------------------------


def test_a_record_of_other_files_is_found_by_judging_anew(tmp_path: Path) -> None:
    """All keys and hashes in order, but the signed results are not those of the raw files."""
    folder = tmp_path / "batch"
    shutil.copytree(EXAMPLE, folder)
    honest = drafted(folder)
    export = folder / "exports" / "protein" / "bca.csv"
    export.write_bytes(export.read_bytes() + b"\n")
    sha256 = hashlib.sha256(export.read_bytes()).hexdigest()
    files = tuple(
        replace(each, sha256=sha256, bytes=each.bytes + 1) if each.name.endswith("bca.csv") else each
        for each in honest.files
    )
    better = replace(honest.results[0], because="it is excellent")
    made = built(replace(honest, files=files, results=(better, *honest.results[1:])))
    data = zip_entries.written(contents(made, raw_files(made, folder)))
    (found,) = failing(data)
    assert found.id == "findings"
    assert any("results.0.because" in fault for fault in found.faults)


def test_a_specification_that_was_not_in_force(release: Release) -> None:
    late = specification(valid_from="2026-06-01")
    used = replace(release.record.specification, content=to_plain(late), sha256=digest(late))
    changed = replace(release, record=replace(release.record, specification=used))
    faults = {each.id: each.faults for each in failing(bundled(changed))}
    assert any("not in force" in fault for fault in faults["specification"])


def test_the_document_is_json_that_a_person_can_read(release: Release) -> None:
    plain = json.loads(contents(release, raw_files(release))["release.json"])
    assert plain["signatures"][0]["printed_name"] == "Rita Reviewer"
    assert plain["signatures"][-1]["meaning"] == "released"
