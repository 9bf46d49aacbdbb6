"""An investigation as a person reads it: what was found, every step and every result."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.release import Investigation


def investigation_lines(of: Investigation) -> Iterator[str]:
    """One line for the investigation, and one below it for each thing that came of it."""
    state = f"closed by {of.closed_by}: {of.conclusion}" if of.conclusion else f"open, {of.phase} phase"
    yield f"{of.id}: {state}"
    yield f"    original result of {of.test}: {of.original}; opened by {of.opened_by}, {of.at[:10]}"
    yield f"    cause: {of.assignable_cause or 'none found'}"
    if of.retests_planned is not None:
        yield f"    plan: {of.plan}; {len(of.retests)} of {of.retests_planned} retests made"
    for each in of.retests:
        value = f"{each.value} {each.unit}".strip()
        yield f"    retest {each.number}: {value} by {each.user}, {each.at[:10]} ({each.evidence})"
