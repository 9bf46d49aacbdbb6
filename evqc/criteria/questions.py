"""Criteria as they are asked on one day: each condition with its word and the limit in force, made once for many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from evqc.criteria.findings import AppliedLimit, Fact, Verdict
from evqc.criteria.model import Condition, Criterion, Limit, LimitValue, Word, find_word
from evqc.criteria.operators import TESTS, holds
from evqc.measurands import shown
from evqc.numerics.limits import round_to_limit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

_UNKNOWN = Fact(value=None)
#: Values that are never rounded, undecided or a bound, so that the test answers at once.
_PLAIN = (str, bool)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One condition on one day.

    Attributes:
        label: what a sentence calls the fact; ``marker.CD9`` takes the label of ``marker.*`` with its name in it.
        unit: as a sentence prints it.
        accepts: the test.
        row: the limit in force, None where the condition has no dated limits or none was in force.
        value: what the fact is compared with.
        undated: whether the condition has limits and none was in force, so that it cannot be answered.
        applied: the limit as a finding shows it.
    """

    condition: Condition
    word: Word
    label: str
    unit: str
    accepts: Callable[[Any, Any], bool]
    row: Limit | None
    value: LimitValue | None
    undated: bool
    applied: AppliedLimit | None

    def asked(self, fact: Fact) -> Fact:
        """The fact as it is compared: rounded where the limit asks for it."""
        return fact if self.row is None or self.row.places is None else _rounded(fact, self.row)

    def holds(self, fact: Fact) -> bool | None:
        """Whether the condition holds; None when it cannot be said."""
        if self.undated:
            return None
        if fact.value.__class__ in _PLAIN:
            return self.accepts(fact.value, self.value)
        return holds(self.condition.test, self.asked(fact), self.value)


class Answer(NamedTuple):
    """One question asked of one subject.

    Attributes:
        fact: as it was found.
        asked: the fact as it was compared, rounded where the limit says so.
        holds: None when it cannot be said.
    """

    question: Question
    fact: Fact
    asked: Fact
    holds: bool | None

    @property
    def condition(self) -> Condition:
        """What was asked."""
        return self.question.condition

    @property
    def word(self) -> Word:
        """What the fact is called."""
        return self.question.word

    @property
    def value(self) -> LimitValue | None:
        """What it was compared with; None where nothing is, or no limit was in force."""
        return self.question.value

    @property
    def row(self) -> Limit | None:
        """The limit in force on the day, where the condition has dated limits."""
        return self.question.row

    @property
    def label(self) -> str:
        """What a sentence calls the fact."""
        return self.question.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A criterion with its selector (does it apply?) and its test (is it met?) as questions."""

    criterion: Criterion
    applies: tuple[Question, ...]
    requires: tuple[Question, ...]


def prepare(criterion: Criterion, words: Mapping[str, Word], day: date) -> Prepared:
    """The criterion with the limits in force on ``day``."""
    return Prepared(
        criterion=criterion,
        applies=tuple(question(condition, words, day) for condition in criterion.applies),
        requires=tuple(question(condition, words, day) for condition in criterion.requires),
    )


class Joint(NamedTuple):
    """What several questions asked together come to.

    Attributes:
        verdict: fail when one does not hold; else not assessed when one cannot be answered; else pass.
        facts: the fact that each question met.
        held: whether each holds.
    """

    questions: tuple[Question, ...]
    verdict: Verdict
    facts: tuple[Fact, ...]
    held: tuple[bool | None, ...]

    def deciding(self) -> tuple[Answer, ...]:
        """The answers that decided the verdict; all of them for a pass."""
        wanted = _DECIDES[self.verdict]
        asked = zip(self.questions, self.facts, self.held, strict=True)
        return tuple([Answer(q, fact, q.asked(fact), holds) for q, fact, holds in asked if holds is wanted])


def join(questions: tuple[Question, ...], facts: Mapping[str, Fact]) -> Joint:
    """Asks several questions together, three-valued."""
    met = tuple([facts.get(question.condition.fact, _UNKNOWN) for question in questions])
    held = tuple([question.holds(fact) for question, fact in zip(questions, met, strict=True)])
    return Joint(questions, _verdict(held), met, held)


def _verdict(held: tuple[bool | None, ...]) -> Verdict:
    if False in held:
        return Verdict.FAIL
    return Verdict.NOT_ASSESSED if None in held else Verdict.PASS


#: Which answers decide a verdict.
_DECIDES = {Verdict.FAIL: False, Verdict.NOT_ASSESSED: None, Verdict.PASS: True}


def question(condition: Condition, words: Mapping[str, Word], day: date) -> Question:
    """One condition with its word and the limit in force on ``day``."""
    row = limit_on(condition, day)
    value = row.value if row is not None else condition.value
    word = find_word(words, condition.fact)
    return Question(
        condition=condition,
        word=word,
        label=word.label.replace("*", condition.fact.rpartition(".")[2]),
        unit=shown(word.unit) if word.unit else "",
        accepts=TESTS[condition.test].accepts,
        row=row,
        value=value,
        undated=bool(condition.limits) and row is None,
        applied=None if value is None else _applied(condition, value, row, word.unit),
    )


def limit_on(condition: Condition, day: date) -> Limit | None:
    """The newest limit that was in force on ``day``."""
    in_force = (limit for limit in condition.limits if limit.valid_from <= day)
    return max(in_force, key=lambda limit: limit.valid_from, default=None)


def _applied(condition: Condition, value: LimitValue, row: Limit | None, unit: str) -> AppliedLimit:
    return AppliedLimit(
        test=TESTS[condition.test].words or "is",
        value=value,
        unit=unit,
        valid_from=row.valid_from.isoformat() if row else None,
        reference=row.reference if row else "part of the criterion",
    )


def _rounded(fact: Fact, row: Limit) -> Fact:
    """The fact rounded to the decimals of its limit, where the limit asks for it."""
    if not isinstance(fact.value, float):
        return fact
    rounded = float(round_to_limit(fact.value, f"{row.value:.{row.places}f}"))
    return fact if rounded == fact.value else replace(fact, value=rounded)
