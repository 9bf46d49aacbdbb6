"""The sections of a certificate on people: investigations, deviations, attestations, signatures and changes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from evqc.release.certificate.model import Cell, Group, Line, Section, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.release.release import Deviation, Investigation, Release
    from evqc.release.signature import Signature
    from evqc.release.specification import Specification


def fingerprint(public_key: str) -> str:
    """The first 16 bytes of the SHA-256 of a public key, in groups of four digits, as a person compares them."""
    try:
        content = bytes.fromhex(public_key)
    except ValueError:
        return "not a key"
    digits = hashlib.sha256(content).hexdigest()[:32]
    return " ".join(digits[place : place + 4] for place in range(0, 32, 4))


def utc(at: str) -> str:
    """An ISO 8601 time of the trail as it is printed: ``2026-03-05 09:12:44 UTC``."""
    return f"{at[:10]} {at[11:19]} UTC" if at.endswith("+00:00") else at


def _table(heading: tuple[str, ...], widths: tuple[float, ...], rows: Sequence[tuple[Cell, ...]]) -> Table:
    return Table(heading=heading, widths=widths, groups=(Group(title="", rows=tuple(rows)),))


def investigated(release: Release) -> Section:
    """Every result outside its limit, with every retest, whatever it says."""
    rows = [row for each in release.investigations for row in (_investigation(each), *_retests(each))]
    return Section(
        id="investigations",
        title="Results out of specification and retests",
        note="The first result is kept and shown whatever a retest says.",
        table=_table(("Record", "Result", "By", "At", "What was found"), (2, 1.6, 1.4, 2, 4), rows) if rows else None,
        empty="None was opened.",
    )


def _investigation(each: Investigation) -> tuple[Cell, ...]:
    planned = "no retest planned" if each.retests_planned is None else f"{each.retests_planned} retests planned before"
    said = (f"Cause: {each.assignable_cause or 'none found'}", f"Plan: {each.plan or 'none'}; {planned}")
    conclusion = each.conclusion or "open"
    return (
        Cell(text=f"{each.id}, {each.test}", small=(f"{each.phase} phase",)),
        Cell(text=each.original, mark="fail"),
        Cell(text=each.opened_by, small=(f"closed by {each.closed_by}",) if each.closed_by else ()),
        Cell(text=utc(each.at)),
        Cell(text=f"Conclusion: {conclusion}", small=said, mark="" if each.conclusion else "open"),
    )


def _retests(of: Investigation) -> list[tuple[Cell, ...]]:
    return [
        (
            Cell(text=f"{of.id}, retest {each.number}"),
            Cell(text=f"{each.value} {each.unit}".strip()),
            Cell(text=each.user),
            Cell(text=utc(each.at)),
            Cell(text=each.evidence),
        )
        for each in of.retests
    ]


def departures(release: Release) -> Section:
    """Every deviation with its reason, signed or open."""
    rows = [_deviation(each) for each in release.deviations]
    heading = ("Deviation", "About", "Reason", "By", "Signature")
    return Section(
        id="deviations",
        title="Deviations",
        table=_table(heading, (1.4, 2, 4, 1.4, 3), rows) if rows else None,
        empty="None was recorded.",
    )


def _deviation(each: Deviation) -> tuple[Cell, ...]:
    signature = each.signature
    shown = (
        Cell(text="not signed", mark="open")
        if signature is None
        else Cell(
            text=f"{signature.meaning}: {signature.printed_name}, {signature.role}",
            small=(utc(signature.at), f"key {fingerprint(signature.public_key)}"),
        )
    )
    return (
        Cell(text=each.id),
        Cell(text=each.subject),
        Cell(text=each.reason, small=(f"code: {each.code}",)),
        Cell(text=each.user, small=(utc(each.at),)),
        shown,
    )


def attested(release: Release) -> Section:
    """Every item of the checklist with who attested it; an item that nobody attested says so."""
    by_item = {each.item: each for each in release.attestations}
    rows = []
    for item in dict.fromkeys([*release.record.checklist, *by_item]):
        each = by_item.get(item)
        who = (
            Cell(text="not attested", mark="open")
            if each is None
            else Cell(text=f"✓ {each.printed_name} ({each.user})", small=(each.note,) if each.note else (), mark="pass")
        )
        rows.append((Cell(text=item), who, Cell(text=utc(each.at) if each else "–")))
    return Section(
        id="checklist",
        title="Attested by persons",
        table=_table(("Item", "Attested by", "At"), (5, 3, 2.4), rows) if rows else None,
        empty="The specification asks for no attestation.",
    )


def signed(release: Release, specification: Specification) -> Section:
    """The signatures of this version with their meaning, and those that are missing."""
    rows = [_signature(each) for each in release.signatures]
    given = {each.meaning for each in release.signatures}
    rows += [_missing(meaning) for meaning in specification.signatures if meaning not in given]
    return Section(
        id="signatures",
        title="Signatures",
        note=f"Electronic signatures (Ed25519) over the record with the SHA-256 {release.record_sha256}.",
        table=_signatures(rows),
        empty="Nobody has signed.",
    )


def _signatures(rows: Sequence[tuple[Cell, ...]]) -> Table:
    return _table(("Meaning", "Printed name", "Role", "Time", "Fingerprint of the key"), (2.6, 2.4, 1.8, 2, 3.2), rows)


def _signature(each: Signature, *, void: bool = False) -> tuple[Cell, ...]:
    reason = (each.reason,) if each.reason else ()
    of_version = (f"VOID: of version {each.record_version}, changed after it was signed",) if void else ()
    return (
        Cell(text=each.meaning, small=(*of_version, *reason), mark="fail" if void else ""),
        Cell(text=each.printed_name, small=(each.user,)),
        Cell(text=each.role),
        Cell(text=utc(each.at)),
        Cell(text=fingerprint(each.public_key), code=True),
    )


def _missing(meaning: str) -> tuple[Cell, ...]:
    blank = Cell(text="–")
    return (Cell(text=meaning), Cell(text="not signed", mark="open"), blank, blank, blank)


def voided(release: Release) -> tuple[Section, ...]:
    """The signatures that a later change voided; no section where there are none."""
    if not release.void_signatures:
        return ()
    rows = [_signature(each, void=True) for each in release.void_signatures]
    note = "The record or the data of the batch were changed after these signatures. They do not hold any more."
    return (Section(id="void", title="Void signatures", note=note, table=_signatures(rows)),)


def changed(release: Release) -> Section:
    """What was changed after it was first entered."""
    lines = tuple(Line(name=f"Change {n}", text=each) for n, each in enumerate(release.changed_since_entry, start=1))
    empty = "Nothing was changed since it was first entered."
    return Section(id="changes", title="Changed since entry", lines=lines, empty=empty)
