"""The reportable value: how single determinations become the number that is judged, only as it was declared."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import TYPE_CHECKING

from evqc.numerics.estimate import Relation
from evqc.numerics.limits import computed
from evqc.numerics.replicates import moments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.release.evidence import Single
    from evqc.release.specification import Reportable

#: Digits of sums and logarithms, and those that are kept of them: the mean of equal numbers is that number.
_EXACT, _KEPT = Context(prec=60), Context(prec=28)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A number to be judged.

    Attributes:
        number: in the unit of the test; None for a bound whose end is not stated.
        relation: ``<`` and ``>`` when it is only known as a bound.
        uncertainty: standard uncertainty of ``number``; None when it is not known.
        degrees_of_freedom: of it; None when it is taken as known.
        basis: where the uncertainty comes from, in words; empty when there is none.
        of: what the number is, in words, such as ``mean of 3``; empty for a single one.
    """

    number: Decimal | None
    relation: Relation = "="
    uncertainty: float | None = None
    degrees_of_freedom: float | None = None
    basis: str = ""
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What became of the determinations of a test.

    Attributes:
        reported: one number; several when each is judged by itself.
        why_not: why there is none, in one sentence without its full stop; empty otherwise.
        remark: what a reader should know of how they were made.
    """

    reported: tuple[Reported, ...] = ()
    why_not: str = ""
    remark: str = ""


def made_of(singles: Sequence[Single], declared: Reportable) -> Made:
    """The number, or the numbers, that are judged.

    Fewer determinations than declared give none. More are not averaged: each is then judged by itself, so that no
    later value dilutes an earlier one. Scatter above the declared one gives none either.

    Args:
        singles: at least one.
        declared: formula, number of determinations and largest scatter, fixed before anything was measured.

    Source:
        STANDARDS 7.6, OOS-03 and OOS-04: averaging only inside the declared reportable value.
    """
    wanted, there = declared.determinations, len(singles)
    if there == 1 and wanted > 1 and singles[0].replicates >= wanted:
        return _stated(singles[0], declared)
    if there < wanted:
        return Made(why_not=f"{there} of the {wanted} determinations that the reportable value is made of")
    if declared.formula == "each" or there > wanted:
        by_itself = f"{there} determinations where {wanted} {'is' if wanted == 1 else 'are'} declared, "
        remark = "" if declared.formula == "each" else f"{by_itself}which are not averaged: each is judged by itself"
        return Made(reported=tuple(_alone(single) for single in singles), remark=remark)
    if declared.formula == "single":
        return Made(reported=(_alone(singles[0]),))
    return _averaged(singles, declared)


def _alone(single: Single) -> Reported:
    known = single.uncertainty is not None
    return Reported(
        number=single.number,
        relation=single.relation,
        uncertainty=single.uncertainty,
        degrees_of_freedom=single.degrees_of_freedom,
        basis="standard uncertainty of the result" if known else "",
    )


def _stated(single: Single, declared: Reportable) -> Made:
    """A mean that was made before it was entered, held to the declared scatter as far as that can be told."""
    limit, of = declared.largest_cv_percent, f"{single.replicates} determinations, averaged before they were entered"
    if limit is not None and single.relation == "=":
        if single.uncertainty is None or not single.number:
            return Made(why_not=f"the scatter of {of}, is not stated")
        cv = 100 * single.uncertainty * math.sqrt(single.replicates) / abs(float(single.number))
        if not cv <= limit:
            return Made(why_not=_scattered(cv, limit))
    return Made(reported=(_alone(single),), remark=of)


def _averaged(singles: Sequence[Single], declared: Reportable) -> Made:
    numbers = [single.number for single in singles if single.number is not None]
    relations = sorted({single.relation for single in singles} - {"="})
    if why := _outside_range(singles, relations, declared) or _no_scatter(numbers, relations, declared):
        return Made(why_not=why)
    number, of = _FORMULAS[declared.formula](numbers), f"{declared.formula} of {len(singles)}"
    if relations:
        return Made(reported=(Reported(number=number, relation=relations[0], of=of),))
    error = _standard_error(numbers, declared)
    known = Reported(
        number=number,
        uncertainty=error,
        degrees_of_freedom=None if error is None else len(singles) - 1.0,
        basis="" if error is None else f"scatter of {len(singles)} determinations",
        of=of,
    )
    return Made(reported=(known,))


def _outside_range(singles: Sequence[Single], relations: Sequence[Relation], declared: Reportable) -> str:
    """Why determinations outside the range of their method cannot be averaged; empty when they can, as a bound."""
    if len(relations) > 1:
        return "some determinations are below and others above the range of the method"
    if any(single.number is None for single in singles):
        return "a determination is outside the range of its method, whose end is not stated"
    if relations and declared.largest_cv_percent is not None and any(single.relation == "=" for single in singles):
        return "the scatter of determinations of which some are outside the range is not known"
    return ""


def _no_scatter(numbers: Sequence[Decimal], relations: Sequence[Relation], declared: Reportable) -> str:
    """Why numbers cannot be averaged by the formula, or scatter too much for it; empty when they can."""
    if declared.formula == "geometric mean" and not all(number > 0 for number in numbers):
        return "a geometric mean is of positive numbers"
    return "" if relations else _too_scattered(numbers, declared)


def _mean(numbers: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = _EXACT.add(total, number)
    return _KEPT.plus(_EXACT.divide(total, Decimal(len(numbers))))


def _geometric_mean(numbers: Sequence[Decimal]) -> Decimal:
    total = Decimal(0)
    for number in numbers:
        total = _EXACT.add(total, _EXACT.ln(number))
    return _KEPT.plus(_EXACT.exp(_EXACT.divide(total, Decimal(len(numbers)))))


def _median(numbers: Sequence[Decimal]) -> Decimal:
    ordered, half = sorted(numbers), len(numbers) // 2
    return ordered[half] if len(numbers) % 2 else _mean(ordered[half - 1 : half + 1])


_FORMULAS = {"mean": _mean, "geometric mean": _geometric_mean, "median": _median}


def _too_scattered(numbers: Sequence[Decimal], declared: Reportable) -> str:
    """Why determinations scatter too much to be averaged; empty when they do not or no largest scatter is declared."""
    limit = declared.largest_cv_percent
    if limit is None:
        return ""
    cv = _cv_percent(numbers, declared)
    if cv is None:
        return "a coefficient of variation is of numbers above zero"
    return "" if computed(cv) <= computed(limit) else _scattered(cv, limit)


def _scattered(cv: float, limit: float) -> str:
    return f"the determinations scatter by {cv:.3g} %, above the declared {limit:g} %"


def _cv_percent(numbers: Sequence[Decimal], declared: Reportable) -> float | None:
    """SD by mean, or of a geometric mean √(exp(s²) - 1) with s the SD of the logarithms; None for a mean of zero.

    Source:
        METHODS B; geometric CV of a log-normal quantity.
    """
    if declared.formula == "geometric mean":
        spread = moments([math.log(number) for number in numbers]).sd or 0.0
        return 100 * math.sqrt(math.expm1(spread**2))
    of = moments([float(number) for number in numbers])
    return 100 * (of.sd or 0.0) / of.mean if of.mean > 0 else None


def _standard_error(numbers: Sequence[Decimal], declared: Reportable) -> float | None:
    """SD by √n of a mean, of a geometric one on the log scale; None for a median and for numbers that all agree.

    Numbers that agree in every digit are a rounding or a copy, not a perfect measurement.
    """
    if declared.formula == "median":
        return None
    if declared.formula == "geometric mean":
        of = moments([math.log(number) for number in numbers])
        scale = float(_geometric_mean(numbers))
    else:
        of, scale = moments([float(number) for number in numbers]), 1.0
    return scale * of.sd / math.sqrt(of.n) if of.sd else None
