"""What changed between two assessments, as text for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.words import counted, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.criteria.compare import AssessedSide, AssessmentComparison, Change, ProfileChanges, Stand

_MARKS = {"better": "+", "worse": "!", "neither": "~"}
_ORDER = ("worse", "better", "neither")
_ONLY = {"appeared": "asked only after", "disappeared": "asked only before"}


def comparison_lines(
    comparison: AssessmentComparison, *, width: int | None = None, everything: bool = False
) -> Iterator[str]:
    """The comparison, line by line; what got worse first.

    Args:
        comparison: what is shown.
        width: columns that lines are broken at; None for unbroken lines.
        everything: also what has the same verdict for another reason, or is asked on one side and does not apply.
    """
    yield f"before: {_side(comparison.before)}"
    yield f"after:  {_side(comparison.after)}"
    for profile in comparison.profiles:
        yield ""
        yield from _profile(profile, width, everything=everything)


def _side(of: AssessedSide) -> str:
    record = f", record {of.batch.record} {(of.batch.record_sha256 or '')[:12]}" if of.batch.record else ""
    return f"{of.batch.id}{record}, evqc {of.evqc_version}, limits in force on {of.assessed_for}"


def _profile(of: ProfileChanges, width: int | None, *, everything: bool) -> Iterator[str]:
    yield from paragraph(_title(of), width)
    if of.before is None or of.after is None:
        side = "after" if of.before is None else "before"
        yield f"  asked only {side}: {counted(len(of.changes), 'finding')}"
        return
    yield from paragraph(_counted(of), width, "  ")
    if of.before.id == of.after.id and of.before.sha256 != of.after.sha256:
        yield from paragraph("the profile itself is not the same on both sides: its SHA-256 differs", width, "  ")
    shown = [change for change in of.changes if everything or _matters(change)]
    for change in sorted(shown, key=lambda change: (_ORDER.index(change.direction), change.kind == "reason")):
        yield from _change(change, width)


def _matters(of: Change) -> bool:
    """Not the same verdict for another reason, nor what is asked on one side only and does not apply there."""
    alone = of.before or of.after if of.kind in _ONLY else None
    return of.kind != "reason" and (alone is None or alone.verdict != "not applicable")


def _title(of: ProfileChanges) -> str:
    titles = [f"{side.title} [{side.id}]" for side in (of.before, of.after) if side is not None]
    return " → ".join(dict.fromkeys(titles))


def _counted(of: ProfileChanges) -> str:
    assert of.before is not None
    assert of.after is not None
    kinds = [change.direction for change in of.changes if change.kind == "verdict"]
    parts = [f"{kinds.count('better')} better", f"{kinds.count('worse')} worse", f"{kinds.count('neither')} neither"]
    appeared = sum(change.kind == "appeared" for change in of.changes)
    disappeared = sum(change.kind == "disappeared" for change in of.changes)
    reasons = sum(change.kind == "reason" for change in of.changes)
    parts += [f"{appeared} appeared"] if appeared else []
    parts += [f"{disappeared} disappeared"] if disappeared else []
    parts += [f"{reasons} with the same verdict for another reason"] if reasons else []
    old, new = of.before.tally, of.after.tally
    tallies = f"assessed {old.assessed} of {old.applicable} → {new.assessed} of {new.applicable}"
    return f"{', '.join(parts)}, {of.unchanged} as before; {tallies}, met {old.passed} → {new.passed}"


def _change(of: Change, width: int | None) -> Iterator[str]:
    stand = of.after or of.before
    assert stand is not None
    names = dict.fromkeys(f"{side.criterion} of {side.subject}" for side in (of.before, of.after) if side is not None)
    told = f"{_MARKS[of.direction]} {_what(of)}, {stand.severity}: {' → '.join(names)}"
    yield from paragraph(told, width, "  ", "    ")
    if of.before is not None:
        yield from paragraph(_reason("before", of.before), width, "    ", "    ")
    if of.after is not None:
        yield from paragraph(_reason("after", of.after), width, "    ", "    ")


def _what(of: Change) -> str:
    if of.before is None or of.after is None:
        stand = of.before or of.after
        assert stand is not None
        return f"{_ONLY[of.kind]}, {stand.verdict}"
    if of.kind == "reason":
        return f"still {of.after.verdict}"
    of_direction = "" if of.direction == "neither" else f"{of.direction}, "
    return f"{of_direction}{of.before.verdict} → {of.after.verdict}"


def _reason(side: str, of: Stand) -> str:
    return f"{side}: {of.because}"
