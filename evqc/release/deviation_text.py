"""Deviations of a record as a person reads them, and what may still be excused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.release.registry_documents import Deviations


def deviation_lines(of: Deviations) -> Iterator[str]:
    """Each deviation with who asked and who accepted, then everything that holds the batch."""
    for each in of.deviations:
        by = each.signature
        accepted = f"accepted by {by.printed_name}, {by.at[:10]}" if by else "NOT ACCEPTED yet"
        yield f"{each.id}: {each.subject}, {each.code}; {accepted}"
        yield f"    asked by {each.user}, {each.at[:10]}: {each.reason}"
    for hold in of.excusable:
        yield f"holds {of.record}: {hold.because}"
        yield f"    {hold.subject}: {' or '.join(hold.codes) or 'nothing excuses it'}"
    if not of.deviations and not of.excusable:
        yield f"{of.record}: no deviation, and nothing to excuse"
