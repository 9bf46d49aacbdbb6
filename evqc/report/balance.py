"""The mass balance along the process and the fractions of a step, as a report shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.records import record
from evqc.report.format import estimated, number
from evqc.report.shown import Number

if TYPE_CHECKING:
    from evqc.isolation.derived import Derived
    from evqc.isolation.fractions import Fraction, FractionSeries
    from evqc.isolation.process import Fate, Found, Process


@record
class StreamRow:
    """How much of something one stream holds."""

    sample: str
    amount: Number


@record
class BalanceRow:
    """What became of one thing between two samples.

    Attributes:
        quantity: such as ``particles``.
        steps: their numbers and methods, in words.
        whole: from the first to the last sample, and not one of the stretches in between.
        lost_title: what ``lost`` means: not found again, or only not in the product.
        enrichment: per protein, out by in; None for what is no vesicle.
        clearance: decimal logarithm; None for what is no impurity.
        remarks: whole sentences.
    """

    quantity: str
    steps: str
    whole: bool
    feed: StreamRow
    product: StreamRow
    beside: tuple[StreamRow, ...]
    lost_title: str
    lost: Number
    recovery: Number
    balance: Number
    volumetric_factor: Number
    concentration_factor: Number
    enrichment: Number | None
    clearance: Number | None
    remarks: tuple[str, ...]


@record
class FractionRow:
    """One fraction; ``place`` says whether it was pooled, and whether the suggested pool holds it."""

    sample: str
    number: int
    particles: Number
    share: Number
    protein: Number
    purity: Number
    pooled: bool
    suggested: bool


@record
class FractionTable:
    """The fractions of one step with the pool suggested.

    Attributes:
        suggestion: the pool in words, or why there is none.
        rule: how it was found.
        least_purity: particles per µg protein that a pool has to reach by that rule.
        pool_purity: those of the suggested pool.
    """

    step: int
    method: str
    rows: tuple[FractionRow, ...]
    suggestion: str
    rule: str
    least_purity: Number | None = None
    pool_purity: Number | None = None


def balance_rows(of: Process) -> tuple[BalanceRow, ...]:
    """The mass balance: of every thing its stretches and then the whole; empty when of none both ends were measured."""
    fates = [*of.steps, *of.overall]
    if not any(_has_ends(fate) for fate in fates):
        return ()
    quantities = dict.fromkeys(fate.quantity for fate in fates)
    ordered = [
        (fate, whole) for quantity in quantities for whole in (False, True)
        for fate in (of.overall if whole else of.steps) if fate.quantity == quantity
    ]  # fmt: skip
    return tuple(_row(fate, whole=whole) for fate, whole in ordered)


def _has_ends(fate: Fate) -> bool:
    """Whether something is known before and after: amounts, or without volumes at least concentrations."""
    ends = (fate.feed.amount.estimate, fate.product.amount.estimate)
    return fate.concentration_factor.estimate is not None or None not in ends


def _row(fate: Fate, *, whole: bool) -> BalanceRow:
    return BalanceRow(
        quantity=fate.quantity,
        steps=_steps(fate),
        whole=whole,
        feed=_stream(fate.feed),
        product=_stream(fate.product),
        beside=tuple(_stream(found) for found in fate.beside),
        lost_title=fate.lost.title,
        lost=_shown(fate.lost),
        recovery=_shown(fate.recovery),
        balance=_shown(fate.balance),
        volumetric_factor=_shown(fate.volumetric_factor),
        concentration_factor=_shown(fate.concentration_factor),
        enrichment=None if fate.enrichment is None else _shown(fate.enrichment),
        clearance=None if fate.clearance is None else _shown(fate.clearance),
        remarks=fate.remarks,
    )


def _steps(fate: Fate) -> str:
    if fate.first == fate.last:
        return f"{fate.first}, {fate.methods[0]}"
    return f"{fate.first} to {fate.last}, {', '.join(dict.fromkeys(fate.methods))}"


def _stream(found: Found) -> StreamRow:
    return StreamRow(sample=found.sample, amount=_shown(found.amount))


def _shown(derived: Derived) -> Number:
    return estimated(derived.estimate, derived.why_missing)


def fraction_tables(of: tuple[FractionSeries, ...]) -> tuple[FractionTable, ...]:
    """One table for each step that was collected in fractions."""
    return tuple(
        FractionTable(
            step=series.step,
            method=series.method,
            rows=tuple(_fraction(each, series) for each in series.fractions),
            suggestion=_suggestion(series),
            rule=series.rule,
            least_purity=None if series.least_purity is None else number(series.least_purity, "1/ug"),
            pool_purity=None if series.suggested is None else _shown(series.suggested.purity),
        )
        for series in of
    )


def _fraction(of: Fraction, series: FractionSeries) -> FractionRow:
    pool = series.suggested
    return FractionRow(
        sample=of.sample,
        number=of.number,
        particles=_shown(of.particles),
        share=number(of.share_percent, "%"),
        protein=_shown(of.protein),
        purity=_shown(of.purity),
        pooled=of.number in series.pooled,
        suggested=pool is not None and pool.first <= of.number <= pool.last,
    )


def _suggestion(series: FractionSeries) -> str:
    pool = series.suggested
    if pool is None:
        return f"No pool is suggested. {series.why_no_pool}"
    named = f"fraction {pool.first}" if pool.first == pool.last else f"fractions {pool.first} to {pool.last}"
    held, purity = _shown(pool.recovery), _shown(pool.purity)
    return f"Suggested pool: {named}, with {held.text} of the particles of all fractions and {purity.text} of protein."
