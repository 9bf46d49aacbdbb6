"""The pictures of a comparison with their words: title, caption, and a text for those who cannot see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from evqc.report.canvas import style, svg
from evqc.report.comparison.draw_pairs import of_leader, ratios
from evqc.report.comparison.draw_plane import drawable, plane
from evqc.report.comparison.draw_ranks import ranks
from evqc.report.comparison.draw_steps import arms_with_steps, known, waterfall
from evqc.report.comparison.draw_weights import weight_map
from evqc.report.comparison.looks import looks
from evqc.report.comparison.titles import amount, aspects_by_name, chance, chances, share, title_of
from evqc.report.format import digits
from evqc.report.words import counted, listed, subjects
from evqc.study.draws import CLAIM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.report.comparison.looks import Look
    from evqc.study.compared_set import ComparedSet
    from evqc.study.comparison import Comparison, WeightedAspect
    from evqc.study.pairs import Pair
    from evqc.study.picture import PurityAndYield
    from evqc.study.scores import MethodScore, Ranking
    from evqc.study.sensitivity import WeightMap
    from evqc.study.steps import StepRecovery


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture with its words.

    Attributes:
        id: unique in the document.
        of: the set of methods it stands under, from 0; None for all.
    """

    id: str
    kind: str
    of: int | None
    title: str
    caption: str
    alt: str
    made: Callable[[], Figure]


def drawn(of: Picture) -> str:
    """The ``<svg>`` element, the same bytes every time."""
    with style():
        return svg(of.made(), of.id)


def pictures(of: Comparison) -> tuple[Picture, ...]:
    """Every picture that the comparison has something to show in."""
    look, aspects = looks(of), aspects_by_name(of)
    made: list[Picture] = []
    for place, one in enumerate(of.sets):
        if one.picture is not None and any(drawable(b) for b in one.picture.batches):
            made.append(_plane(place, one.picture, aspects, look))
        if len(one.arms) > 1:
            made.append(_ranks(place, one.ranking, aspects, look))
        if one.over_weights is not None:
            made.append(_weights(place, one.over_weights, look))
        if pairs := of_leader(of.pairs, one.arms, one.ranking.leader):
            made.append(_ratios(place, one, pairs, aspects, look))
    return (*made, *_waterfall(of.steps, look))


def _plane(place: int, of: PurityAndYield, aspects: dict[str, WeightedAspect], look: dict[str, Look]) -> Picture:
    return Picture(
        id=f"plane-{place + 1}",
        kind="plane",
        of=place,
        title="Purity against yield",
        caption=" ".join(_of_plane(of)),
        alt=f"Purity against yield. {'; '.join(_places(of, aspects, look))}.",
        made=partial(plane, of, aspects, look),
    )


def _of_plane(of: PurityAndYield) -> Iterator[str]:
    yield "Small marks: batches. Numbered rings: geometric means, each method as if it had stood on every pool."
    if any(len(arm.outline_x) for arm in of.arms):
        yield (
            f"Outlines: hold the means with {share(of.level)} confidence, differences between pools removed; where "
            "they run out of the picture they go on outside."
        )
    if any(arm.on_front for arm in of.arms):
        yield "Dashed: the Pareto front, the border of what some method reaches in both; better is right and up."
    if any(b.x_lower != b.x_upper or b.y_lower != b.y_upper for b in of.batches if drawable(b)):
        yield "Hollow marks: bounds; an arrow points to the side without end, a bar spans what is possible."
    placed = [arm for arm in of.arms if arm.x is not None and arm.y is not None]
    if unplaced := [arm.arm for arm in of.arms if arm not in placed]:
        yield f"Without ring, outline and a place on the front, since not both values are known: {listed(unplaced)}."
    for why in dict.fromkeys(arm.why_no_outline for arm in placed if arm.why_no_outline):
        arms = [arm.arm for arm in placed if arm.why_no_outline == why]
        yield f"Without outline: {listed(arms)} ({why[:1].lower()}{why[1:].rstrip('.')})."
    if left := [b.batch for b in of.batches if not drawable(b)]:
        yield f"Not drawn, since one of the two numbers is not known or not above zero: {subjects(left, 8)}."


def _places(of: PurityAndYield, aspects: dict[str, WeightedAspect], look: dict[str, Look]) -> Iterator[str]:
    for arm in of.arms:
        head = f"{look[arm.arm].number} {arm.arm}"
        if arm.x is None or arm.y is None:
            yield f"{head}: not known in both"
        else:
            front = ", on the Pareto front" if arm.on_front else ""
            yield f"{head}: {amount(arm.y, aspects[of.y])} at {amount(arm.x, aspects[of.x])}{front}"


def _ranks(place: int, of: Ranking, aspects: dict[str, WeightedAspect], look: dict[str, Look]) -> Picture:
    known_all = all(method.rank is not None for method in of.methods)
    drawing = f"Share of {digits(of.draws, '1')} draws of data and weights (seed {of.seed})"
    if known_all:
        shown = "in which a method takes each rank, the first rank darkest."
    else:
        shown = (
            "in which a method is first. Filled: in the worst case for what is not known; hatched: up to the best case."
        )
    return Picture(
        id=f"ranks-{place + 1}",
        kind="ranks",
        of=place,
        title="Probability of each rank" if known_all else "Probability of being first",
        caption=f"{drawing} {shown} {_claim(of, aspects)}",
        alt=f"Probability of ranks. {'; '.join(_rank_words(m, look) for m in of.methods)}.",
        made=partial(ranks, of, look),
    )


def _claim(of: Ranking, aspects: dict[str, WeightedAspect]) -> str:
    if not of.without_scatter:
        return f"Dashed: {share(CLAIM)} for the first rank, from which a method is called best."
    names = listed(title_of(name, aspects) for name in of.without_scatter)
    return (
        f"The means are taken as exact, since nothing tells the scatter of {names}: this is how the order depends on "
        "the weights, and not how probable it is."
    )


def _rank_words(of: MethodScore, look: dict[str, Look]) -> str:
    head = f"{look[of.arm].number} {of.arm}"
    if of.rank is None:
        return f"{head}: first in {chances(of.first_lower, of.first_upper)}"
    likely = max(range(len(of.rank)), key=of.rank.__getitem__)
    tail = "" if likely == 0 else f", most often rank {likely + 1} ({chance(of.rank[likely])})"
    return f"{head}: first in {chance(of.rank[0])}{tail}"


def _weights(place: int, of: WeightMap, look: dict[str, Look]) -> Picture:
    groups = listed(of.groups)
    shape = (
        "A corner stands for one group alone, the middle for equal shares"
        if len(of.groups) == 3
        else "From left to right the share of the first group"
    )
    leaders = "; ".join(
        f"{'nobody certainly' if each.arm is None else f'{look[each.arm].number} {each.arm}'} {share(each.share)}"
        for each in of.leaders
    )
    own = ", ".join(f"{g} {share(part)}" for g, part in zip(of.groups, of.own, strict=True))
    unknown = any(each.arm is None for each in of.leaders)
    crosses = " Crosses: what is not known could change who leads, or two are level." if unknown else ""
    return Picture(
        id=f"weights-{place + 1}",
        kind="weights",
        of=place,
        title=f"Who leads, by how much {groups} count",
        caption=(
            f"{shape}; within a group the aspects keep their weights to each other. By the means alone, without the "
            f"scatter of batches. These weights: {own}.{crosses}"
        ),
        alt=f"Who leads over all divisions of the weight between {groups}: {leaders}. These weights: {own}.",
        made=partial(weight_map, of, look),
    )


def _ratios(
    place: int, one: ComparedSet, pairs: list[Pair], aspects: dict[str, WeightedAspect], look: dict[str, Look]
) -> Picture:
    words = [
        f"{title_of(p.aspect, aspects)} {p.a} to {p.b} {digits(p.ratio.ratio)}" for p in pairs if p.ratio is not None
    ]
    alone = any(p.ratio is not None and p.ratio.lower is None for p in pairs)
    hollow = " Hollow: one pool, which has no interval." if alone else ""
    return Picture(
        id=f"ratios-{place + 1}",
        kind="ratios",
        of=place,
        title=f"{one.ranking.leader} against each other method on the same pools",
        caption=(
            "How many times as much: geometric mean of the ratios within pools, with its 95 % t interval of "
            f"logarithms, not adjusted for the number of comparisons; the line is 1, no difference.{hollow}"
        ),
        alt=f"Ratios within pools. {'; '.join(words)}.",
        made=partial(ratios, pairs, aspects, look),
    )


def _waterfall(steps: tuple[StepRecovery, ...], look: dict[str, Look]) -> Iterator[Picture]:
    arms = arms_with_steps(steps)
    if not arms:
        return
    unknown = any(known(step) is None for step in steps if step.arm in arms)
    question = " “?”: from there on a recovery is not known, and the stair ends." if unknown else ""
    ordered = sorted(arms, key=lambda arm: look[arm].number)
    shown = [f"{look[arm].number} {arm}: {'; '.join(_steps_of(steps, arm))}" for arm in ordered]
    yield Picture(
        id="waterfall",
        kind="steps",
        of=None,
        title="Recovery by step",
        caption=(
            "One stair a batch, each step beginning where the one before it ended, so that its last tread is what the "
            "product holds of what entered the first step. Bars: the interval of that step alone. Below: what the "
            f"step kept of what entered it, from the lowest to the highest batch.{question}"
        ),
        alt=f"Recovery by step for {counted(len(arms), 'method')}. {'. '.join(shown)}.",
        made=partial(waterfall, steps, look),
    )


def _steps_of(steps: tuple[StepRecovery, ...], arm: str) -> Iterator[str]:
    keys = dict.fromkeys((s.number, s.method, s.recovered) for s in steps if s.arm == arm)
    for number, method, recovered in keys:
        kept = [
            value
            for s in steps
            if (s.arm, s.number, s.method, s.recovered) == (arm, number, method, recovered)
            and (value := known(s)) is not None
        ]
        span = "not known" if not kept else f"{digits(min(kept), '%')} to {digits(max(kept), '%')} %"
        yield f"step {number} {method}, {recovered} {span}"
