"""Tables of the whole study: methods as stated, weights, steps, every number, what is missing and what was noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.comparison.set_tables import method_cell
from evqc.report.comparison.table import Cell, Head, Table, columns_of, table, unknown
from evqc.report.comparison.titles import between, only_currency, share, stated, title_of, unit_of
from evqc.report.format import estimated
from evqc.report.words import subjects
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.report.comparison.looks import Look
    from evqc.study.comparison import ArmShown, Comparison, Missing, Noticed, WeightedAspect
    from evqc.study.steps import StepRecovery

_SPACE = "\N{NO-BREAK SPACE}"


def arm_table(of: Comparison, look: Mapping[str, Look]) -> Table:
    """The methods as the study states them."""
    heading = columns_of(
        ["Method", "Steps of separation", "Closed", "Starting pools"],
        ["Batches", "Time", "Hands-on", "Cost of a batch", "Capacity"],
    )
    return table(heading, [_arm(arm, look) for arm in sorted(of.arms, key=lambda arm: look[arm.name].number)])


def _arm(of: ArmShown, look: Mapping[str, Look]) -> tuple[Cell, ...]:
    closed = unknown("not stated") if of.closed is None else Cell("yes" if of.closed else "no")
    return (
        method_cell(of.name, look, (of.note,) if of.note else ()),
        Cell(", then ".join(method.replace("_", " ") for method in of.methods)),
        closed,
        Cell(subjects(of.pools, 6)),
        Cell(str(of.batches)),
        _stated(of.hours, "h"),
        _stated(of.hands_on_hours, "h"),
        _stated(of.cost_per_batch, of.currency or ""),
        _stated(of.capacity_ml, "mL"),
    )


def _stated(value: float | None, unit: str) -> Cell:
    return unknown("not stated") if value is None else Cell(f"{stated(value)}{f'{_SPACE}{unit}' if unit else ''}")


def weight_table(of: Comparison) -> Table:
    """Each aspect with its weight, the fixed ends of its scale and where they come from."""
    heading = (
        *columns_of(["Aspect", "Side"], ["Weight", "Desirability 0 at", "1 at"]),
        Head("Scale"),
        Head("Where the ends come from"),
    )
    currency = only_currency(of)
    return table(heading, [_weight(aspect, currency) for aspect in of.weights.aspects])


def _weight(of: WeightedAspect, currency: str) -> tuple[Cell, ...]:
    unit = unit_of(of, currency)
    tail = f"{_SPACE}{unit}" if unit else ""
    kind = "of the method" if of.constant else "of each batch"
    return (
        Cell(of.title, (f"{kind}, {of.better} is better",)),
        Cell(of.group),
        Cell(share(of.share)),
        Cell(stated(of.worst) + tail),
        Cell(stated(of.best) + tail),
        Cell("logarithmic" if of.scale == "log" else "linear"),
        Cell(of.reference),
    )


def step_table(of: Comparison, look: Mapping[str, Look]) -> Table:
    """What each step of each batch kept: a row a step, a column for each thing recovered."""
    kinds = list(dict.fromkeys(step.recovered for step in of.steps))
    rows: dict[tuple[str, str, int], dict[str, StepRecovery]] = {}
    for step in sorted(of.steps, key=lambda step: look[step.arm].number):
        rows.setdefault((step.arm, step.batch, step.number), {})[step.recovered] = step
    heading = columns_of(["Method", "Batch", "Step"], [f"{kind} kept".capitalize() for kind in kinds])
    return table(heading, [_step(own, kinds, look) for own in rows.values()])


def _step(of: Mapping[str, StepRecovery], kinds: Sequence[str], look: Mapping[str, Look]) -> tuple[Cell, ...]:
    first = next(iter(of.values()))
    return (
        method_cell(first.arm, look),
        Cell(first.batch, (first.pool,)),
        Cell(f"{first.number}. {first.method.replace('_', ' ')}"),
        *(_kept(of.get(kind)) for kind in kinds),
    )


def _kept(of: StepRecovery | None) -> Cell:
    if of is None:
        return unknown("–")
    number = estimated(of.percent, of.why_missing)
    return Cell(number.text, (number.interval,) if number.interval else (), missing=of.percent is None)


def number_table(of: Comparison, look: Mapping[str, Look]) -> Table:
    """One row a batch, one column an aspect."""
    names = [name for name in aspects() if any(o.aspect == name for o in of.observations)]
    heading = (*columns_of(["Method", "Pool", "Batch"]), *(_number_head(name) for name in names))
    found = {(o.arm, o.pool, o.batch, o.aspect): o for o in of.observations}
    rows = []
    batches = dict.fromkeys((o.arm, o.pool, o.batch) for o in of.observations)
    for arm, pool, batch in sorted(batches, key=lambda key: look[key[0]].number):
        own = [found.get((arm, pool, batch, name)) for name in names]
        cells = (unknown("–") if o is None else Cell(between(o.lower, o.upper, aspects()[o.aspect])) for o in own)
        rows.append((method_cell(arm, look), Cell(pool), Cell(batch), *cells))
    return table(heading, rows)


def _number_head(name: str) -> Head:
    return Head(title_of(name, aspects()), right=True)


def missing_table(of: Comparison, look: Mapping[str, Look]) -> Table:
    """What is not known, once for all batches of which it is true."""
    together: dict[tuple[str, str, str, str], list[Missing]] = {}
    for each in sorted(of.missing, key=lambda each: look[each.arm].number):
        together.setdefault((each.arm, each.aspect, each.needed, each.because), []).append(each)
    heading = columns_of(["Method", "What is not known", "Of", "Needed"])
    return table(heading, [_missing(each, look) for each in together.values()])


def _missing(of: list[Missing], look: Mapping[str, Look]) -> tuple[Cell, ...]:
    first = of[0]
    batches = [each.batch for each in of if each.batch is not None]
    return (
        method_cell(first.arm, look),
        Cell(title_of(first.aspect, aspects())),
        Cell(subjects(batches, 6) if batches else "the method"),
        Cell(first.needed, (first.because,) if first.because else ()),
    )


def noticed_table(of: Comparison) -> Table:
    """What a person should look at."""
    heading = columns_of(["Severity", "Of", "What was noticed"])
    return table(heading, [_noticed(each) for each in of.noticed])


def _noticed(of: Noticed) -> tuple[Cell, ...]:
    return Cell(of.issue.severity, (of.issue.code,)), Cell(of.source), Cell(of.issue.message, (str(of.issue.where),))
