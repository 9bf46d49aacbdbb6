"""The parts of the page in their order: words, pictures and tables under headings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.report.comparison.looks import looks
from evqc.report.comparison.pictures import Picture, pictures
from evqc.report.comparison.set_tables import method_table, pair_table, plan_table, rank_table, sensitivity_table
from evqc.report.comparison.study_tables import (
    arm_table,
    missing_table,
    noticed_table,
    number_table,
    step_table,
    weight_table,
)
from evqc.report.comparison.table import Table
from evqc.report.comparison.titles import aspects_by_name, title_of
from evqc.report.words import counted, listed
from evqc.study.weights import aspects as all_aspects

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evqc.report.comparison.looks import Look
    from evqc.study.compared_set import ComparedSet
    from evqc.study.comparison import Comparison

#: Longer tables are folded on the page; in print they stand open.
_LONG = 14
#: Still longer ones stand in the workbook only.
_MOST = 120


@dataclass(frozen=True, slots=True)
class Part:
    """Words, a picture and a table, each of which may be absent.

    Attributes:
        title: empty for what belongs to the heading above.
        notes: paragraphs before the table.
        folded: what a reader opens the table with; empty when it stands open.
    """

    title: str = ""
    notes: tuple[str, ...] = ()
    picture: Picture | None = None
    table: Table | None = None
    folded: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its parts."""

    id: str
    title: str
    parts: tuple[Part, ...]


def sections(of: Comparison) -> tuple[Section, ...]:
    """The page below its head."""
    look = looks(of)
    drawn = pictures(of)
    several = len(of.sets) > 1
    made = [
        Section(
            id=f"set-{place + 1}",
            title=f"Set {place + 1} of {len(of.sets)}: {listed(one.arms)}" if several else "The methods compared",
            parts=tuple(_of_set(place, one, of, look, [p for p in drawn if p.of == place])),
        )
        for place, one in enumerate(of.sets)
    ]
    return (*made, *_of_study(of, look, [p for p in drawn if p.of is None]))


def _of_set(
    place: int, one: ComparedSet, of: Comparison, look: Mapping[str, Look], drawn: Sequence[Picture]
) -> Iterator[Part]:
    by_kind = {picture.kind: picture for picture in drawn}
    if len(of.sets) > 1:
        yield Part(notes=(of.answer.sets[place].sentence, f"Starting pools: {listed(one.pools)}."))
    if "plane" in by_kind:
        yield Part(picture=by_kind["plane"])
    yield Part("Scores with their parts", _score_notes(one, of), table=method_table(one, of, look))
    if "ranks" in by_kind:
        table = rank_table(one, look)
        yield Part("How sure the ranks are", picture=by_kind["ranks"], table=table, folded="Every probability")
    if "weights" in by_kind:
        yield Part("How the answer changes with the weights", picture=by_kind["weights"])
    yield from _pairs(one, of, look, by_kind.get("ratios"))
    yield from _sensitivity(one, look)
    if one.plan:
        yield Part(
            "What the next experiment needs", (_plan_note(one),), table=plan_table(one.plan, aspects_by_name(of))
        )


_SCORES = (
    "The score is the weighted geometric mean of the desirabilities d, which run from 0 to 1 between ends that are "
    "fixed beforehand and not taken from the methods: where all stand on every pool, another method changes no score. "
    "Values are geometric means over pools with 95 % intervals, differences between pools removed; n counts batches. "
    "Pareto front: no other method is certainly at least as good in every aspect and better in one."
)
_SPANS = (
    "Where something is a bound, not known or measured on pools apart from the others, score and probability are "
    "spans: from the worst that it can be to the best. Missing is not zero."
)


def _score_notes(one: ComparedSet, of: Comparison) -> tuple[str, ...]:
    """How to read the table of scores, and what did not enter it."""
    known, ranking = aspects_by_name(of), one.ranking
    left_out = listed(title_of(name, known) for name in ranking.left_out)
    exact = listed(title_of(name, known) for name in ranking.without_scatter)
    unsure = any(m.score_lower != m.score_upper for m in ranking.methods)
    notes = (
        _SCORES,
        f"No method has a number for {left_out}: it counts for nobody, and the other weights keep their proportions."
        if left_out
        else "",
        f"Nothing tells the scatter of {exact}: there are too few batches on shared pools. The draws take these means "
        "as exact, and therefore no method is called best."
        if exact
        else "",
        _SPANS if unsure else "",
    )
    return tuple(note for note in notes if note)


def _pairs(one: ComparedSet, of: Comparison, look: Mapping[str, Look], picture: Picture | None) -> Iterator[Part]:
    own = [p for p in of.pairs if p.a in one.arms and p.b in one.arms]
    if not own:
        return
    family = max(p.family for p in own)
    tested = (
        f"p: two-sided paired t test of logarithms; by Holm: adjusted for {counted(family, 'comparison')} of the study "
        "together. "
    )
    note = (
        f"Ratios within pools. {tested if family else 'One pool has no p of a t test. '}p of exchanged signs needs no "
        "distribution, and with so few pools it cannot fall below the last column."
    )
    table = pair_table(own, aspects_by_name(of), look)
    yield _limited(Part("Method against method", (note,), picture, table), f"All {len(own)} comparisons")


def _limited(part: Part, folded: str, long: int = _LONG) -> Part:
    """The part with its table folded when it is long, and left to the workbook when it is very long."""
    rows = 0 if part.table is None else len(part.table.rows)
    if rows > _MOST:
        return replace(part, notes=(*part.notes, f"{folded} stand in comparison.xlsx."), table=None)
    return replace(part, folded=folded if rows > long else "")


def _sensitivity(one: ComparedSet, look: Mapping[str, Look]) -> Iterator[Part]:
    title = "Sensitivity only: other ways of scoring"
    if not one.sensitivity:
        if one.why_no_sensitivity and len(one.arms) > 1:
            yield Part(title, (one.why_no_sensitivity,))
        return
    note = (
        "TOPSIS and PROMETHEE score methods against each other, so that leaving one out can turn the order of the "
        "rest. They decide nothing here; where they disagree with the score, look at the parts of the score."
    )
    yield Part(title, (note,), table=sensitivity_table(one, look))


def _plan_note(one: ComparedSet) -> str:
    first = one.plan[0]
    return (
        f"Pools on which every method stands (below: batches of each of two methods on pools of their own) that show a "
        f"difference of so many times with a power of {100 * first.power:.0f} % in a two-sided t test at "
        f"{first.alpha:g}, by the scatter of this study."
    )


def _of_study(of: Comparison, look: Mapping[str, Look], drawn: Sequence[Picture]) -> Iterator[Section]:
    if of.steps:
        part = Part(picture=drawn[0] if drawn else None, table=step_table(of, look))
        yield Section("steps", "Recovery by step", (_limited(part, f"All {len(of.steps)} recoveries", 0),))
    yield Section("missing", "What is missing", (_missing(of, look),))
    if of.noticed:
        part = _limited(Part(table=noticed_table(of)), f"All {len(of.noticed)} remarks")
        yield Section("noticed", "What was noticed", (part,))
    yield Section("weights", f"Weights: {of.weights.title}", (Part(notes=(_weights(of),), table=weight_table(of)),))
    yield Section("methods", "Methods as stated", (Part(table=arm_table(of, look)),))
    yield Section("numbers", "Every number", (_numbers(of, look),))


def _missing(of: Comparison, look: Mapping[str, Look]) -> Part:
    if not of.missing:
        parts = (part for one in of.sets for method in one.ranking.methods for part in method.aspects)
        if any(part.how in {"bounds", "apart"} for part in parts):
            note = "Something is known of every weighted aspect; the scores above say where it is no value."
            return Part(notes=(note,))
        return Part(notes=("Every weighted aspect of every method is known.",))
    table = missing_table(of, look)
    note = "What is missing is never counted as zero."
    return _limited(Part(notes=(note,), table=table), f"All {len(table.rows)} lines")


def _weights(of: Comparison) -> str:
    w = of.weights
    return (
        f"{w.about} Set “{w.id}” of {w.dated}. In the draws the weights scatter around these (Dirichlet, "
        f"concentration {w.concentration:g})."
    )


def _numbers(of: Comparison, look: Mapping[str, Look]) -> Part:
    table = number_table(of, look)
    unweighted = {o.aspect for o in of.observations} - {a.name for a in of.weights.aspects}
    names = listed(title_of(name, all_aspects()) for name in all_aspects() if name in unweighted)
    notes = (f"Without weight, and shown only: {names}.",) if names else ()
    folded = f"The numbers of {counted(len(table.rows), 'batch', 'batches')}"
    return _limited(Part(notes=notes, table=table), folded, 0)
