"""What a group table of SoftMax Pro lost of its descriptors: a heading, a concentration, a dilution."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import problem
from evqc.instruments.softmax_pro._groups import by_sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.errors import Issue
    from evqc.instruments.softmax_pro._groups import Group


def descriptor_issues(found: Group) -> Iterator[Issue]:
    """Warnings for cells between the columns of a group that stand below no heading, and for samples without a number.

    The descriptor of a group is a concentration or dilution that the software asks for; where some of its samples have
    one, all of them should.

    Args:
        found: a group table.
    """
    known = {column.place for column in found.columns}
    inner = range(max(known, default=0))
    bare = next((c for row in found.body for n, c in enumerate(row) if c.text and n in inner and n not in known), None)
    if bare is not None:
        shown, expected = f"'{bare.text}' of group {found.name} below no heading", "a heading above every column"
        yield problem("warning", "HEADING_EMPTY", bare.where(found.name), shown, expected)
    yield from _without(found)


def _without(found: Group) -> Iterator[Issue]:
    first = {sample: found.body[places[0]] for sample, places in by_sample(found).items()}
    for column in found.columns:
        if column.formula not in {"!SampleDescriptor", "!SampleDescriptor2"}:
            continue
        cells = {sample: found.cell(row, column) for sample, row in first.items()}
        lost = [sample for sample, cell in cells.items() if not cell.text]
        if lost and len(lost) < len(cells):
            shown, expected = f"no {column.name} of {lost[0]} of group {found.name}", "one, as of the other samples"
            code = "DILUTION_UNCLEAR" if "dilut" in column.name.casefold() else "CONCENTRATION_MISSING"
            yield problem("warning", code, cells[lost[0]].where(column.heading), shown, expected)
