"""Tables of methods that share starting pools: scores with their parts, ranks, pairs, sensitivity and plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.comparison.draw_ranks import ordinal
from evqc.report.comparison.table import Cell, Head, Table, columns_of, table, unknown
from evqc.report.comparison.titles import (
    amount,
    between,
    chance,
    chances,
    only_currency,
    p_value,
    scored,
    share,
    stated,
    title_of,
    unit_of,
)
from evqc.report.format import digits
from evqc.report.words import counted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.report.comparison.looks import Look
    from evqc.study.compared_set import ComparedSet
    from evqc.study.comparison import Comparison, WeightedAspect
    from evqc.study.pairs import Pair
    from evqc.study.plan import AspectPlan, PoolsForFold
    from evqc.study.scores import AspectScore, MethodScore
    from evqc.study.sensitivity import MethodSensitivity

_SPACE = "\N{NO-BREAK SPACE}"


def method_table(one: ComparedSet, of: Comparison, look: Mapping[str, Look]) -> Table:
    """One row a method: score, probability of being first, and each aspect with interval, n and desirability."""
    aspects = {a.name: a for a in of.weights.aspects}
    counted_ones = [a for a in of.weights.aspects if a.name not in one.ranking.left_out]
    currency = only_currency(of)
    heading = (
        Head("Method"),
        Head("Score", ("0 to 1",), right=True),
        Head("First", ("means taken as exact",) if one.ranking.without_scatter else ("probability",), right=True),
        *(_aspect_head(a, currency) for a in counted_ones),
    )
    return table(heading, [_method(m, aspects, look, currency) for m in one.ranking.methods])


def _aspect_head(of: WeightedAspect, currency: str) -> Head:
    unit = unit_of(of, currency)
    scale = f"0 at {stated(of.worst)}, 1 at {stated(of.best)}"
    return Head(
        f"{of.title}{f', {unit}' if unit else ''}",
        (f"weight {share(of.share)}, {of.better} is better", scale),
        right=True,
    )


def _method(
    of: MethodScore, aspects: Mapping[str, WeightedAspect], look: Mapping[str, Look], currency: str
) -> tuple[Cell, ...]:
    return (
        method_cell(of.arm, look, ("Pareto front",) if of.on_front else ()),
        Cell(scored(of.score_lower, of.score_upper), bar=(of.score_lower, of.score_upper)),
        Cell(chances(of.first_lower, of.first_upper)),
        *(_aspect(part, aspects[part.aspect], currency) for part in of.aspects),
    )


def method_cell(arm: str, look: Mapping[str, Look], small: tuple[str, ...] = ()) -> Cell:
    """The number and name of a method, as the pictures have them."""
    return Cell(f"{look[arm].number}{_SPACE}{_SPACE}{arm}", small)


def _aspect(of: AspectScore, aspect: WeightedAspect, currency: str) -> Cell:
    lower, upper = of.desirability_lower, of.desirability_upper
    bar = (lower, upper)
    part = f"d{_SPACE}={_SPACE}{scored(lower, upper)}"
    if of.how == "missing":
        return Cell("not known", ("taken as anything between worst and best", part), missing=True, bar=bar)
    if of.how == "apart":
        return Cell("not comparable", ("on pools of its own", f"{_n(of)}, {part}"), missing=True, bar=bar)
    if of.how == "bounds":
        return Cell(between(of.lower, of.upper, aspect, currency), ("bounds", f"{_n(of)}, {part}"), bar=bar)
    assert of.value is not None
    if of.how == "constant":
        unit = unit_of(aspect, currency)
        return Cell(stated(of.value) + (f"{_SPACE}{unit}" if unit else ""), ("stated", part), bar=bar)
    return Cell(amount(of.value, aspect, currency), (_interval(of, aspect), f"{_n(of)}, {part}"), bar=bar)


def _n(of: AspectScore) -> str:
    """How many batches, and on how many pools where that is another number."""
    pools = "" if of.pools == of.n else f" on {counted(of.pools, 'pool')}"
    return f"n{_SPACE}={_SPACE}{of.n}{pools}"


def _interval(of: AspectScore, aspect: WeightedAspect) -> str:
    if of.interval_lower is None or of.interval_upper is None:
        return "no interval"
    return f"{digits(of.interval_lower, aspect.unit)} to {digits(of.interval_upper, aspect.unit)}"


def rank_table(one: ComparedSet, look: Mapping[str, Look]) -> Table | None:
    """The probability of each rank of each method; None where something is not known, since then only bounds are."""
    if any(method.rank is None for method in one.ranking.methods):
        return None
    heading = columns_of(["Method"], [ordinal(place + 1) for place in range(len(one.arms))])
    rows = [(method_cell(m.arm, look), *(Cell(_short(part)) for part in m.rank or ())) for m in one.ranking.methods]
    return table(heading, rows)


def _short(probability: float) -> str:
    return chance(probability).replace("less than", "<").replace("more than", ">")


def pair_table(pairs: Sequence[Pair], aspects: Mapping[str, WeightedAspect], look: Mapping[str, Look]) -> Table:
    """Every pair by aspect: the ratio with its interval, n, and its p before and after Holm."""
    heading = columns_of(
        ["Methods"],
        ["Ratio", "95 % interval", "Pools", "p", "p by Holm", "p of exchanged signs", "smallest that can be"],
    )
    names = dict.fromkeys(p.aspect for p in pairs)
    groups = [(title_of(name, aspects), tuple(_pair(p, look) for p in pairs if p.aspect == name)) for name in names]
    return Table(heading, tuple(groups))


def _pair(of: Pair, look: Mapping[str, Look]) -> tuple[Cell, ...]:
    left = f"left out: {', '.join(of.pools_left_out)}"
    name = Cell(f"{look[of.a].number} {of.a} ÷ {look[of.b].number} {of.b}", (left,) if of.pools_left_out else ())
    if of.ratio is None:
        return (name, unknown(), *[Cell("–")] * 6)
    r = of.ratio
    ends = "none: one pool" if r.lower is None or r.upper is None else f"{digits(r.lower)} to {digits(r.upper)}"
    return (
        name,
        Cell(digits(r.ratio)),
        Cell(ends, missing=r.lower is None),
        Cell(str(r.n)),
        Cell(p_value(r.p_t)),
        Cell(p_value(of.p_holm)),
        Cell(p_value(r.p_exact)),
        Cell(p_value(r.smallest_p)),
    )


def sensitivity_table(one: ComparedSet, look: Mapping[str, Look]) -> Table:
    """Scores and ranks by other rules, beside those that count."""
    heading = columns_of(["Method"], ["Score (decides)", "TOPSIS, vector", "TOPSIS, min-max", "PROMETHEE II"])
    return table(heading, [_sensitive(s, look) for s in one.sensitivity])


def _sensitive(of: MethodSensitivity, look: Mapping[str, Look]) -> tuple[Cell, ...]:
    by_rule = (
        (of.score, of.score_rank),
        (of.topsis_vector, of.topsis_vector_rank),
        (of.topsis_minmax, of.topsis_minmax_rank),
        (of.promethee, of.promethee_rank),
    )
    ranked = (Cell(f"{value:.3f}".replace("-", "\N{MINUS SIGN}"), (f"rank {rank:g}",)) for value, rank in by_rule)
    return (method_cell(of.arm, look), *ranked)


def plan_table(plans: Sequence[AspectPlan], aspects: Mapping[str, WeightedAspect]) -> Table:
    """What the next experiment needs to see a difference of so many times, by aspect."""
    folds = list(dict.fromkeys(fold.fold for plan in plans for fold in plan.folds))
    heading = (
        Head("Aspect"),
        Head("CV within pools", ("degrees of freedom",), right=True),
        Head("CV of a method", ("over pools",), right=True),
        *(Head(f"{fold:g}-fold", right=True) for fold in folds),
    )
    return table(heading, [_plan(plan, folds, aspects) for plan in plans])


def _plan(of: AspectPlan, folds: Sequence[float], aspects: Mapping[str, WeightedAspect]) -> tuple[Cell, ...]:
    name = Cell(title_of(of.aspect, aspects), (of.why_missing,) if of.why_missing else ())
    within = (
        unknown("–")
        if of.cv_within_pools is None
        else Cell(_percent(of.cv_within_pools), (f"{of.degrees_of_freedom}",))
    )
    over = unknown("–") if of.cv_of_method is None else Cell(_percent(of.cv_of_method))
    needed = {fold.fold: _needed(fold, over_pools=of.cv_of_method is not None) for fold in of.folds}
    return (name, within, over, *(needed.get(fold, unknown("–")) for fold in folds))


def _percent(cv: float) -> str:
    return f"{digits(round(100 * cv, 1), '%')}{_SPACE}%"


def _needed(of: PoolsForFold, *, over_pools: bool) -> Cell:
    pools = "over 1000 pools" if of.pools is None else counted(of.pools, "pool")
    batches = "over 1000" if of.batches is None else str(of.batches)
    return Cell(pools, (f"or {batches} batches each",) if over_pools else ())
