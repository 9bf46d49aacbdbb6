"""The comparison as a workbook: numbers as numbers, text as text, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.comparison.draw_ranks import ordinal
from evqc.report.comparison.html import identity
from evqc.report.comparison.looks import looks
from evqc.report.comparison.titles import aspects_by_name, between, only_currency, title_of, unit_of
from evqc.report.xlsx import Sheet, workbook_of
from evqc.study.weights import aspects as all_aspects

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.report.xlsx import Cell
    from evqc.study.compared_set import ComparedSet
    from evqc.study.comparison import Comparison
    from evqc.study.pairs import Pair
    from evqc.study.scores import AspectScore


def xlsx(of: Comparison) -> bytes:
    """The bytes of ``comparison.xlsx``."""
    return workbook_of(sheets(of))


def sheets(of: Comparison) -> tuple[Sheet, ...]:
    """The sheets of the workbook, in their order."""
    return (
        _answer(of),
        _scores(of),
        _ranks(of),
        _pairs(of),
        _sensitivity(of),
        _leaders(of),
        _plan(of),
        _numbers(of),
        _steps(of),
        _weights(of),
        _methods(of),
        _missing(of),
        _noticed(of),
    )


def _sets(of: Comparison) -> Iterator[tuple[int, ComparedSet]]:
    yield from enumerate(of.sets, start=1)


def _answer(of: Comparison) -> Sheet:
    rows: list[tuple[Cell, ...]] = [("Answer", of.answer.outcome, of.answer.sentence, None, None, None, None)]
    rows += [
        (f"Set {place}", a.outcome, a.sentence, a.first_lower, a.first_upper, a.pools, a.pools_needed)
        for place, a in enumerate(of.answer.sets, start=1)
    ]
    rows += [("Remark", "", remark, None, None, None, None) for remark in of.answer.remarks]
    rows += [(name, "", text, None, None, None, None) for name, text in identity(of)]
    source = of.study.source
    rows.append(("evqc", "", of.evqc_version, None, None, None, None))
    if source is not None:
        rows.append(("SHA-256 of the study", "", source.sha256, None, None, None, None))
    heading = ("Part", "Outcome", "Text", "First, at least", "First, at most", "Pools", "Pools needed")
    return Sheet("Answer", heading, rows)


def _scores(of: Comparison) -> Sheet:
    """One row a method and aspect; what belongs to the method alone stands in its first row, ``all``."""
    heading = (
        "Set", "Number", "Method", "Aspect", "Unit", "Weight", "Known as", "Value", "95 % lower", "95 % upper",
        "Bound, lower", "Bound, upper", "n", "Pools", "Score or desirability, at least", "At most", "Pareto front",
    )  # fmt: skip
    look, known, currency = looks(of), aspects_by_name(of), only_currency(of)
    rows: list[tuple[Cell, ...]] = []
    for place, one in _sets(of):
        for m in one.ranking.methods:
            head = (place, look[m.arm].number, m.arm)
            rows.append((*head, "all", "", 1.0, *[None] * 8, m.score_lower, m.score_upper, m.on_front))
            for part in m.aspects:
                aspect = known[part.aspect]
                rows.append((*head, aspect.title, unit_of(aspect, currency), aspect.share, *_part(part), None))
    return Sheet("Scores", heading, rows)


def _part(of: AspectScore) -> tuple[Cell, ...]:
    return (
        of.how, of.value, of.interval_lower, of.interval_upper, of.lower, of.upper, of.n, of.pools,
        of.desirability_lower, of.desirability_upper,
    )  # fmt: skip


def _ranks(of: Comparison) -> Sheet:
    most = max((len(one.arms) for one in of.sets), default=0)
    heading = ("Set", "Method", "First, at least", "First, at most", *(ordinal(place + 1) for place in range(most)))
    rows = [
        (place, m.arm, m.first_lower, m.first_upper, *_padded(m.rank or (), most))
        for place, one in _sets(of) for m in one.ranking.methods
    ]  # fmt: skip
    return Sheet("Ranks", heading, rows)


def _padded(values: tuple[float, ...], length: int) -> tuple[float | None, ...]:
    return (*values, *[None] * (length - len(values)))


def _pairs(of: Comparison) -> Sheet:
    heading = (
        "Aspect", "A", "B", "Ratio A/B", "Lower", "Upper", "Level", "Pools", "p", "p by Holm", "Comparisons",
        "p of exchanged signs", "Smallest that can be", "Effect size", "On pools", "Left out", "In words",
    )  # fmt: skip
    known = aspects_by_name(of)
    rows = [
        (title_of(p.aspect, known), p.a, p.b, *_ratio(p), ", ".join(p.pools), ", ".join(p.pools_left_out), p.sentence)
        for p in of.pairs
    ]
    return Sheet("Pairs", heading, rows)


def _ratio(of: Pair) -> tuple[Cell, ...]:
    r = of.ratio
    if r is None:
        return ("not known", *[None] * 10)
    return (
        r.ratio, r.lower, r.upper, r.level, r.n, r.p_t, of.p_holm, of.family, r.p_exact, r.smallest_p, r.effect_size,
    )  # fmt: skip


def _sensitivity(of: Comparison) -> Sheet:
    heading = (
        "Set", "Method", "Score (decides)", "Rank", "TOPSIS, vector", "Rank", "TOPSIS, min-max", "Rank", "PROMETHEE II",
        "Rank", "Why not",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for place, one in _sets(of):
        rows += [
            (
                place, s.arm, s.score, s.score_rank, s.topsis_vector, s.topsis_vector_rank, s.topsis_minmax,
                s.topsis_minmax_rank, s.promethee, s.promethee_rank, "",
            )
            for s in one.sensitivity
        ]  # fmt: skip
        if one.why_no_sensitivity:
            rows.append((place, "", *[None] * 8, one.why_no_sensitivity))
    return Sheet("Sensitivity only", heading, rows)


def _leaders(of: Comparison) -> Sheet:
    """Each point of the maps of weights."""
    heading = ("Set", "Share of purity", "Share of yield", "Share of practicality", "Leads", "Score", "Ahead by")
    rows: list[tuple[Cell, ...]] = []
    for place, one in _sets(of):
        of_map = one.over_weights
        for point in of_map.points if of_map is not None else ():
            assert of_map is not None
            shares = dict(zip(of_map.groups, point.shares, strict=True))
            by_group = (shares.get(group) for group in ("purity", "yield", "practicality"))
            rows.append((place, *by_group, point.leader or "nobody certainly", point.score, point.lead))
    return Sheet("Who leads", heading, rows)


def _plan(of: Comparison) -> Sheet:
    heading = (
        "Set", "Aspect", "CV within pools", "Degrees of freedom", "CV of a method over pools", "Power", "Alpha",
        "Fold", "Pools", "or batches of each", "Why not",
    )  # fmt: skip
    known = aspects_by_name(of)
    rows: list[tuple[Cell, ...]] = []
    for place, one in _sets(of):
        for p in one.plan:
            head = (
                place, title_of(p.aspect, known), p.cv_within_pools, p.degrees_of_freedom, p.cv_of_method, p.power,
                p.alpha,
            )  # fmt: skip
            rows += [(*head, f.fold, _many(f.pools), _many(f.batches), "") for f in p.folds]
            if not p.folds:
                rows.append((*head, None, None, None, p.why_missing))
    return Sheet("Plan", heading, rows)


def _many(needed: int | None) -> Cell:
    return "over 1000" if needed is None else needed


def _numbers(of: Comparison) -> Sheet:
    heading = ("Method", "Pool", "Batch", "Aspect", "Unit", "Value", "At least", "At most", "As text", "From")
    currency = only_currency(of)
    rows: list[tuple[Cell, ...]] = []
    for o in of.observations:
        aspect = all_aspects()[o.aspect]
        ends = (None, None) if o.exact is not None else (o.lower, o.upper)
        rows.append(
            (
                o.arm, o.pool, o.batch, aspect.title, unit_of(aspect, currency), o.exact, *ends,
                between(o.lower, o.upper, aspect, currency), o.source,
            )
        )  # fmt: skip
    return Sheet("Every number", heading, rows)


def _steps(of: Comparison) -> Sheet:
    heading = (
        "Method", "Pool", "Batch", "Step", "Step's method", "What", "Relation", "Kept, %", "Lower, %", "Upper, %", "n",
        "Repeated", "How", "Why not",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for s in of.steps:
        e = s.percent
        kept: tuple[Cell, ...] = (
            (None,) * 7 if e is None else (e.relation, e.value, e.lower, e.upper, e.n, e.replicates, e.method)
        )
        rows.append((s.arm, s.pool, s.batch, s.number, s.method, s.recovered, *kept, s.why_missing))
    return Sheet("Steps", heading, rows)


def _weights(of: Comparison) -> Sheet:
    heading = (
        "Set of weights", "Dated", "Aspect", "Side", "Unit", "Weight", "Desirability 0 at", "1 at", "Scale", "Better",
        "Of", "Where the ends come from",
    )  # fmt: skip
    w, currency = of.weights, only_currency(of)
    rows = [
        (
            w.id, str(w.dated), a.title, a.group, unit_of(a, currency), a.share, a.worst, a.best, a.scale, a.better,
            "method" if a.constant else "batch", a.reference,
        )
        for a in w.aspects
    ]  # fmt: skip
    return Sheet("Weights", heading, rows)


def _methods(of: Comparison) -> Sheet:
    heading = (
        "Number", "Method", "Steps of separation", "Batches", "Pools", "Time, h", "Hands-on, h", "Cost of a batch",
        "Currency", "Capacity, mL", "Closed", "Note",
    )  # fmt: skip
    look = looks(of)
    rows = [
        (
            look[a.name].number, a.name, ", then ".join(a.methods), a.batches, ", ".join(a.pools), a.hours,
            a.hands_on_hours, a.cost_per_batch, a.currency, a.capacity_ml, a.closed, a.note,
        )
        for a in of.arms
    ]  # fmt: skip
    return Sheet("Methods", heading, rows)


def _missing(of: Comparison) -> Sheet:
    heading = ("Method", "Pool", "Batch", "What is not known", "Needed", "Why")
    rows = [(m.arm, m.pool, m.batch, title_of(m.aspect, all_aspects()), m.needed, m.because) for m in of.missing]
    return Sheet("Missing", heading, rows)


def _noticed(of: Comparison) -> Sheet:
    heading = ("Severity", "Code", "Of", "Where", "Found", "Expected", "Message")
    rows = [
        (n.issue.severity, n.issue.code, n.source, str(n.issue.where), n.issue.found, n.issue.expected, n.issue.message)
        for n in of.noticed
    ]
    return Sheet("Noticed", heading, rows)
