"""A verdict with its reason on the way to a result, and how several become one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.release.computed_limits import limits_of
from evqc.release.evidence import unit_text
from evqc.release.record import Outcome, TestResult
from evqc.report.words import sentence_case

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from evqc.release.specification import Specification, Test

#: From the worst to the best: what is known to fail stands before what is not known.
ORDER = (Outcome.FAIL, Outcome.CANNOT_JUDGE, Outcome.NOT_TESTED, Outcome.PENDING, Outcome.PASS)


@dataclass(frozen=True, slots=True)
class Judged:
    """An outcome with one plain sentence, and the result that it belongs to as far as it is known."""

    outcome: Outcome
    because: str
    result: TestResult | None = None


def cannot(why: str, result: TestResult | None = None) -> Judged:
    """What cannot be judged, and why: ``why`` without its full stop."""
    return Judged(Outcome.CANNOT_JUDGE, f"{sentence_case(why)}.", result)


def blank(specification: Specification, test: Test) -> TestResult:
    """The result of a test before anything is known: what is asked, against which limits, rounded by which rule."""
    numeric = test.asks not in {"observation", "marker"}
    limits = limits_of(specification, test) if numeric else None
    return TestResult(
        test=test.id,
        title=test.title,
        category=test.category,
        mandatory=test.mandatory,
        outcome=Outcome.NOT_TESTED,
        because="No result is recorded.",
        limits=tuple(f"{text} {unit_text(limits.unit)}".strip() for text in limits.texts)
        if limits
        else _in_words(test),
        limit_basis=limits.basis if limits else "",
        unit=limits.unit if limits else "",
        rounding=(test.rounding or specification.rounding) if numeric else "",
    )


def _in_words(test: Test) -> tuple[str, ...]:
    """What a test without numbers asks for: ``CD14 or CD11b negative``, ``no growth``."""
    if test.asks == "marker":
        return (f"{' or '.join(test.markers)} {test.expected}",)
    days = f", read after {test.days} days" if test.days is not None else ""
    return (f"{' or '.join(test.accepted)}{days}",)


def worst(each: Sequence[Judged], key: Callable[[Judged], float] = lambda _: 0.0) -> Judged:
    """The worst of several; of those that are as bad the first with the smallest ``key``."""
    return min(each, key=lambda judged: (ORDER.index(judged.outcome), key(judged)))


def joined(by_sample: Mapping[str, Judged]) -> Judged:
    """The verdicts on several samples as one: the worst, its sample named, with the determinations of all."""
    found = worst(list(by_sample.values()))
    if len(by_sample) == 1:
        return found
    name = next(name for name, judged in by_sample.items() if judged is found)
    each = (judged.result.determinations for judged in by_sample.values() if judged.result is not None)
    together = tuple(one for several in each for one in several)
    result = None if found.result is None else replace(found.result, determinations=together)
    return Judged(found.outcome, f"{name}, of {len(by_sample)} samples: {found.because}", result)
