"""A comparison as text for the terminal: the answer, a short table, and the plan of the next experiment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.comparison.set_tables import plan_table
from evqc.report.comparison.titles import aspects_by_name, chances, scored
from evqc.report.words import columns, counted, listed, paragraph

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.report.comparison.table import Table
    from evqc.study.compared_set import ComparedSet
    from evqc.study.comparison import Comparison


def answer_lines(of: Comparison, width: int | None = None) -> Iterator[str]:
    """The answer and, for each set of methods that can be compared, its methods by score.

    Args:
        of: what is shown.
        width: columns that lines are broken at; None for unbroken lines.
    """
    yield from _answer(of, width)
    for place, one in enumerate(of.sets):
        yield ""
        yield from _set_title(place, of, width)
        yield from columns(list(_methods(one)))
    if lacking := len({(each.arm, each.aspect) for each in of.missing}):
        yield ""
        told = f"Not known in every batch: {counted(lacking, 'weighted aspect')} of a method"
        yield from paragraph(f"{told}; evqc compare STUDY -o DIR lists what each needs.", width)


def _answer(of: Comparison, width: int | None) -> Iterator[str]:
    yield from paragraph(of.answer.sentence, width)
    for remark in of.answer.remarks:
        yield from paragraph(remark, width)


def _set_title(place: int, of: Comparison, width: int | None) -> Iterator[str]:
    one = of.sets[place]
    pools = f"{counted(len(one.pools), 'starting pool')}, weights {of.weights.id} of {of.weights.dated}"
    if len(of.sets) == 1:
        yield from paragraph(pools, width)
        return
    yield from paragraph(f"Set {place + 1} of {len(of.sets)}: {listed(one.arms)} ({pools})", width)
    yield from paragraph(of.answer.sets[place].sentence, width)


def _methods(one: ComparedSet) -> Iterator[tuple[str, ...]]:
    yield ("method", "score", "first", "batches", "Pareto front")
    for m in one.ranking.methods:
        yield (
            m.arm,
            scored(m.score_lower, m.score_upper),
            chances(m.first_lower, m.first_upper),
            str(max((part.n for part in m.aspects if part.how != "constant"), default=0)),
            "on it" if m.on_front else "",
        )


def plan_lines(of: Comparison, width: int | None = None) -> Iterator[str]:
    """The answer, and what the next experiment needs to see differences of so many times."""
    yield from _answer(of, width)
    for place, one in enumerate(of.sets):
        yield ""
        yield from _set_title(place, of, width)
        if not one.plan:
            yield "No measured aspect is weighted, so that nothing can be planned."
            continue
        first = one.plan[0]
        test = f"power {first.power:g}, two-sided t test at {first.alpha:g}"
        yield from paragraph(f"Pools that show a difference of so many times ({test}):", width)
        yield from columns(_plain(plan_table(one.plan, aspects_by_name(of))))


def _plain(of: Table) -> list[tuple[str, ...]]:
    """The rows of a table with their small lines in brackets."""
    heading = tuple(_with_small(head.text, head.small) for head in of.heading)
    return [heading, *(tuple(_with_small(cell.text, cell.small) for cell in row) for row in of.rows)]


def _with_small(text: str, small: tuple[str, ...]) -> str:
    return f"{text} ({'; '.join(small)})" if small else text
