"""A release to what its certificate prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.release.certificate.model import Certificate, Line, Section
from evqc.release.certificate.people import attested, changed, departures, investigated, signed, voided
from evqc.release.certificate.results import determined, files, left_out, results
from evqc.release.specification import Specification

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evqc.release.release import Release

#: On every page of a certificate of a record that is not released.
NOT_RELEASED = "NOT RELEASED"
_DECIDED = {"released": "RELEASED", "rejected": "REJECTED", "invalidated": "INVALIDATED"}


def certificate(release: Release, made_with: Mapping[str, str]) -> Certificate:
    """Everything that the certificate of a release prints.

    Args:
        release: what is certified.
        made_with: versions by name of what draws it, evqc among them.

    Raises:
        pydantic.ValidationError: the specification in the record is none.
    """
    record = release.record
    specification = Specification.model_validate(record.specification.content)
    state = state_of(release)
    return Certificate(
        evqc_version=made_with.get("evqc", "unknown"),
        title="Certificate of analysis",
        product=specification.product,
        batch=record.batch.id,
        state=state,
        warning="" if release.state == "released" else NOT_RELEASED,
        conclusion=_conclusion(release),
        reasons=record.recommendation.reasons,
        dated=dated(release),
        record_sha256=release.record_sha256,
        identity=(*_identity(release, specification), _drawn(made_with)),
        sections=(
            results(record, specification),
            determined(record),
            investigated(release),
            departures(release),
            left_out(record, specification),
            attested(release),
            signed(release, specification),
            *voided(release),
            changed(release),
            files(record),
            _verification(release),
        ),
    )


def state_of(release: Release) -> str:
    """The state in large letters; what is not decided is a draft, or on hold while anything is in its way."""
    if release.state in _DECIDED:
        return _DECIDED[release.state]
    on_hold = release.record.recommendation.verdict == "hold"
    return "HOLD" if on_hold else "DRAFT" if release.state == "draft" else release.state.upper()


def dated(release: Release) -> str:
    """UTC time of the last signature; midnight of the day of judgement where nobody signed."""
    return max([each.at for each in release.signatures], default=f"{release.record.judged_for}T00:00:00+00:00")


def _conclusion(release: Release) -> str:
    said = {
        "released": "This batch was released by the persons named under Signatures.",
        "rejected": "This batch was rejected.",
        "invalidated": "This release was invalidated. What it certified does not hold any more.",
    }
    recommended = f"evqc recommends: {release.record.recommendation.verdict}."
    return f"{said.get(release.state, 'Nobody has decided on this batch. A person decides, not evqc.')} {recommended}"


def _identity(release: Release, specification: Specification) -> tuple[Line, ...]:
    record = release.record
    until = f"until {specification.valid_until}" if specification.valid_until else "without end"
    dosage = specification.dosage
    dose = f", largest dose {dosage.dose_ml:g} mL" if dosage.dose_ml is not None else ""
    return (
        Line(name="Product", text=specification.product),
        Line(name="Batch", text=record.batch.id),
        Line(name="Name in the record", text=record.batch.product or "not stated"),
        Line(name="Stage and route", text=f"{specification.stage}, {dosage.route}{dose}"),
        Line(
            name="Specification",
            text=f"{record.specification.id}, version {record.specification.version}: {record.specification.title}",
        ),
        Line(name="In force", text=f"from {specification.valid_from} {until}, filed by {specification.source}"),
        Line(name="Specification SHA-256", text=record.specification.sha256, code=True),
        Line(name="Judged for", text=record.judged_for),
        Line(name="Record", text=f"version {release.version}, state {release.state}"),
        Line(name="Record SHA-256", text=release.record_sha256, code=True),
        Line(name="Made by", text=f"evqc {record.evqc_version}"),
    )


def _drawn(made_with: Mapping[str, str]) -> Line:
    return Line(name="Drawn with", text=", ".join(f"{name} {made_with[name]}" for name in sorted(made_with)))


def _verification(release: Release) -> Section:
    head = release.head
    lines = (
        Line(name="Command", text="evqc verify BUNDLE.zip", code=True),
        Line(name="Record SHA-256", text=release.record_sha256, code=True),
        Line(name="Audit trail", text=f"{head.length} entries"),
        Line(name="Head of the trail", text=head.hash, code=True),
        Line(name="Timestamp", text="not timestamped: times are those of the laboratory's own computer"),
    )
    note = (
        "The bundle of this release holds the record, the raw files, the signatures and the audit trail. evqc checks "
        "them on any computer, without network or database, and computes the results anew from the raw files. What "
        "happened after the head of the trail named here is not in it: ask the laboratory for the state of today."
    )
    return Section(id="verify", title="How to verify", note=note, lines=lines)
