"""Where a record stands, and what to look at before signing it, as a person reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.release.checklist_text import counts
from evqc.release.stop_and_look import kinds
from evqc.report.words import are, counted, listed, paragraph, sentence_case

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.release.release import Release
    from evqc.release.status import Requirement, Status
    from evqc.release.stop_and_look import Look

#: How each kind is headed; with a verb where one thing is told of many tests.
_HEADINGS = {
    "fail": "fails",
    "cannot judge": "cannot be judged",
    "not tested": "was not tested",
    "left out": "left out of a result",
    "contradiction": "record and exports say different things",
    "without control": "passes without a control",
    "instrument": "instrument and register",
    "not attested": "not attested yet",
    "void signature": "signatures that are void",
    "key made anew": "signed with a key that was made anew",
    "changed since entry": "changed since it was first entered",
    "since the last signature": "done since the last signature",
}


def look_lines(of: Sequence[Look], width: int | None = None) -> Iterator[str]:
    """What would make a careful person stop, under one heading a kind.

    Args:
        of: the things, in their order.
        width: columns that lines are broken at; None for unbroken lines.
    """
    yield "Stop and look" if of else "Nothing in the record asks for a second look."
    for kind in kinds(of):
        yield f"  {sentence_case(_HEADINGS.get(kind, kind))}"
        for each in of:
            if each.kind == kind:
                yield from paragraph(each.what, width, "    - ", "      ")


def signing_lines(of: Release, meaning: str) -> Iterator[str]:
    """What a signature is going to be of: the results in numbers, what is recommended, and the record by its hash."""
    used = of.record.specification
    what = f"version {of.version} of the record of {of.record.batch.id}, SHA-256 {of.record_sha256}"
    yield f"{counts(of.record)}; evqc recommends: {of.record.recommendation.verdict}."
    yield f"Each result with its limit and reason: evqc release show {of.record.batch.id}/{of.version}"
    yield f"To be signed '{meaning}': {what}, against {used.id} version {used.version}; its state is {of.state}."


def requirement_rows(of: Status) -> Iterator[tuple[str, str, str, str]]:
    """One row a requirement: done or missing, its kind, what it is, and who did it or who could."""
    for each in of.requirements:
        yield "✓ done" if each.done else "○ MISSING", each.kind, each.what, _people(each)


def _people(each: Requirement) -> str:
    if each.done:
        return listed(each.by)
    return f"could: {listed(each.who_can, 'or')}" if each.who_can else ""


def answer(of: Status) -> str:
    """The answer in one sentence."""
    missing = [each for each in of.requirements if not each.done]
    if of.state == "released":
        return f"{of.record} is RELEASED."
    if of.releasable:
        return f"{of.record} is RELEASABLE: only the signature '{missing[0].what}' is missing. A person decides."
    left = f"{len(missing)} of {counted(len(of.requirements), 'requirement')} {are(len(missing))} missing"
    return f"{of.record} is NOT RELEASABLE: its state is {of.state}, and {left}."
