"""Checks on signatures: whether they hold, are of this record, by people who may, and all that are needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.records import to_plain
from evqc.release import obstacles, roles, signature, states
from evqc.release.chain import BEGINNING, AuditEntry
from evqc.release.verify.model import check
from evqc.release.verify.trail import every_signature, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.release import Release
    from evqc.release.signature import Signature
    from evqc.release.verify.model import Check


def of_signatures(release: Release) -> Check:
    """Whether every signature was made with its key over its content, and is of this record and this version."""
    every = every_signature(release)
    words = f"{len(every)} Ed25519 signatures, each over the SHA-256 of its record" if every else "nobody has signed"
    return check("signatures", "Every signature holds and is of this record", words, _signature_faults(release))


def _signature_faults(release: Release) -> Iterator[str]:
    late = obstacles.overtaken(release)
    for where, each in every_signature(release):
        if not signature.holds(each):
            yield f"release.json: {where}: the signature of {each.printed_name} does not hold"
        if each.batch != release.record.batch.id:
            yield f"release.json: {where} is of the batch {each.batch}"
        void = where.startswith("void")
        if not void and each.record_sha256 != release.record_sha256:
            yield f"release.json: {where} is of another record, {each.record_sha256[:16]}…"
        if not void and each.record_version != release.version:
            yield f"release.json: {where} is of version {each.record_version}, not {release.version}"
        if void and each.record_version >= release.version and each not in late:
            yield f"release.json: {where} is called void and is of version {each.record_version}"
        if not void and each in late:
            yield f"release.json: {where} is void: the data of the batch were changed after it"


def of_heads(release: Release) -> Check:
    """Whether each signature saw the trail as it is, and stands in it: a trail cut or written anew does not hold."""
    words = "each signature names a head that lies in the chain, and is itself recorded behind it"
    return check("heads", "The signed heads lie in the audit trail", words, _head_faults(release))


def _head_faults(release: Release) -> Iterator[str]:
    recorded = _recorded(release)
    every = every_signature(release)
    for where, each in every:
        if not _lies_in(each, release):
            yield f"release.json: {where}: the audit trail is not the one that {each.printed_name} signed"
        entry = recorded.get(each.signature)
        if entry is None:
            yield f"release.json: {where} is not recorded in the audit trail"
        else:
            yield from (f"release.json: {where}: {fault}" for fault in _record_faults(each, entry))
    known = {each.signature for _, each in every}
    unknown = [entry for key, entry in recorded.items() if key not in known]
    yield from (f"release.json: signatures: that of entry {entry.sequence} is not there" for entry in unknown)


def _recorded(release: Release) -> dict[str, AuditEntry]:
    """The entries that record a signature of this batch, by the signature."""
    return {
        str((entry.new or {}).get("signature")): entry
        for entry in release.trail
        if isinstance(entry, AuditEntry)
        and entry.table == "signatures"
        and states.concerns(entry, release.record.batch.id)
    }


def _lies_in(each: Signature, release: Release) -> bool:
    length = each.head.length
    if not 0 <= length <= len(release.trail):
        return False
    return each.head.hash == (release.trail[length - 1].hash if length else BEGINNING)


def _record_faults(each: Signature, entry: AuditEntry) -> Iterator[str]:
    row = entry.new or {}
    said: dict[str, Any] = {key: value for key, value in to_plain(each).items() if key != "head"}
    said |= {"head_length": each.head.length, "head_hash": each.head.hash}
    yield from (f"{name} is not as recorded" for name, value in said.items() if row.get(name) != value)
    if row.get("record") != f"{each.batch}/{each.record_version}" or entry.key != row.get("id"):
        yield f"entry {entry.sequence} of the audit trail is of another record"
    if entry.sequence <= each.head.length:
        yield "it is recorded before the head that it names"
    as_signed = (each.user, each.at, roles.action_of(each.meaning), signature.why_of(each), None)
    if (entry.user, entry.at, entry.action, entry.why, entry.old) != as_signed:
        yield f"entry {entry.sequence} of the audit trail is not the record of this signature"


def of_people(release: Release) -> Check:
    """Whether each signer had the key, the name, the role and the training then, and did not make the data."""
    words = "each key, name and role is that of its person then, training was valid, and no signer made the data"
    return check("people", "Signed by people who may", words, _people_faults(release))


def _people_faults(release: Release) -> Iterator[str]:
    for where, each in every_signature(release):
        before = release.trail[: max(each.head.length, 0)]
        row = rows(before, "users").get(each.user)
        if row is None:
            yield f"release.json: {where}.user: the audit trail does not know {each.user} at that time"
            continue
        yield from (f"release.json: {where}.{fault}" for fault in _person_faults(each, row))
        if states.made_by(before, release.record.batch.id, each.user, each.printed_name):
            yield f"release.json: {where}.user: {each.printed_name} made, changed or retested data of this batch"


def _person_faults(each: Signature, row: dict[str, Any]) -> Iterator[str]:
    held = row.get("roles") or []
    if each.public_key not in (row.get("public_keys") or []):
        yield f"public_key: it is no key of {each.user}"
    if each.printed_name != row.get("printed_name"):
        yield f"printed_name: {each.user} is {row.get('printed_name')}"
    if each.role not in held:
        yield f"role: {each.user} had the roles {', '.join(held)}"
    if not row.get("active", 1):
        yield f"user: {each.user} was deactivated"
    if not set(held) <= set(roles.ROLES) or not roles.may_sign(each.meaning, held):
        yield f"meaning: nobody with the roles {', '.join(held)} may sign '{each.meaning}'"
    if (row.get("trained_until") or each.at) < each.at[:10]:
        yield f"at: the training of {each.user} ended on {row.get('trained_until')}"


def of_threshold(release: Release) -> Check:
    """Whether all meanings that are asked for are signed, by as many people, and nothing was in the way."""
    title = "All signatures that are needed, by different people"
    needed = obstacles.meanings(release)
    if release.state != "released":
        signed = [each.meaning for each in obstacles.given(release)]
        words = f"not released; signed so far: {', '.join(signed) or 'nothing'}, needed: {', '.join(needed)}"
        return check("threshold", title, words)
    words = f"{', '.join(needed)}, and nothing stood in the way of a release"
    return check("threshold", title, words, _threshold_faults(release))


def _threshold_faults(release: Release) -> Iterator[str]:
    yield from (
        f"release.json: signatures: '{meaning}' is missing" for meaning in obstacles.missing_signatures(release)
    )
    needed = obstacles.meanings(release)
    by = [each.user for each in obstacles.given(release) if each.meaning in needed]
    if len(set(by)) < len(needed):
        yield f"release.json: signatures: {len(needed)} people are needed, {len(set(by))} signed"
    days = [each.at[:10] for each in obstacles.given(release) if each.meaning == "released"]
    for issue in obstacles.before_release(release, days[-1] if days else release.record.judged_for):
        yield f"{issue.where.field}: {issue.message}"
