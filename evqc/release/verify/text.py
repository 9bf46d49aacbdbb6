"""A verification as a person reads it: one line a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.verify.model import Held, Verification

#: So that nothing is told by colour alone.
SYMBOLS: dict[Held, str] = {"holds": "✓", "fails": "✕", "said": "!"}
_MOST_FAULTS = 12


def verification_lines(of: Verification) -> Iterator[str]:
    """One line a check, what is at fault below it, and the answer last."""
    yield f"{of.bundle}, SHA-256 {of.sha256}"
    if of.batch is not None:
        yield f"batch {of.batch}, state at export: {of.state}"
    yield ""
    for each in of.checks:
        yield f"{SYMBOLS[each.held]} {each.title}: {each.words}"
        yield from (f"    {fault}" for fault in each.faults[:_MOST_FAULTS])
        if len(each.faults) > _MOST_FAULTS:
            yield f"    and {len(each.faults) - _MOST_FAULTS} more"
    yield ""
    yield answer(of)


def answer(of: Verification) -> str:
    """The answer in one sentence."""
    failed = sum(each.held == "fails" for each in of.checks)
    said = sum(each.held == "said" for each in of.checks)
    if failed:
        return f"DOES NOT VERIFY: {failed} of {len(of.checks)} checks fail."
    if said:
        return f"NOT VERIFIED HERE: {said} of {len(of.checks)} checks cannot be decided by this installation (!)."
    state = "" if of.state == "released" else f" The record is NOT RELEASED: its state is {of.state}."
    return f"VERIFIED: {len(of.checks)} of {len(of.checks)} checks hold.{state}"
