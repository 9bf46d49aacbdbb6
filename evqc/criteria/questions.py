"""Criteria as they are asked on one day: each condition with its word and the limit in force, made once for many."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from evqc.criteria.findings import AppliedLimit, Fact, Subject, Verdict
from evqc.criteria.model import Condition, Criterion, Limit, LimitValue, Word, find_word
from evqc.criteria.operators import TESTS, Operator, holds
from evqc.measurands import shown
from evqc.numerics.limits import round_to_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

_UNKNOWN = Fact(value=None)
#: Values that are never rounded, undecided or a bound, so that the test answers at once.
_PLAIN = (str, bool)
#: The verdict that a single answer gives.
_OF_ONE = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.NOT_ASSESSED}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One condition on one day.

    Attributes:
        fact: name of what is asked for.
        label: what a sentence calls the fact; ``marker.CD9`` takes the label of ``marker.*`` with its name in it.
        unit: as a sentence prints it.
        test: an entry of ``operators.TESTS``.
        row: the limit in force, None where the condition has no dated limits or none was in force.
        value: what the fact is compared with.
        undated: whether the condition has limits and none was in force, so that it cannot be answered.
        applied: the limit as a finding shows it.
    """

    condition: Condition
    word: Word
    fact: str
    label: str
    unit: str
    test: Operator
    row: Limit | None
    value: LimitValue | None
    undated: bool
    applied: AppliedLimit | None

    def ask(self, facts: Mapping[str, Fact]) -> Answer:
        """Whether the condition holds, of the fact as it is compared: rounded where the limit asks for it."""
        fact = facts.get(self.fact, _UNKNOWN)
        if self.undated:
            return Answer(self, fact, fact, None)
        if fact.value.__class__ in _PLAIN:
            return Answer(self, fact, fact, self.test.accepts(fact.value, self.value))
        asked = fact if self.row is None or self.row.places is None else _rounded(fact, self.row)
        return Answer(self, fact, asked, holds(self.test, asked, self.value))


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A criterion with its selector (does it apply?) and its test (is it met?) as questions."""

    criterion: Criterion
    applies: tuple[Question, ...]
    requires: tuple[Question, ...]


def prepare(criteria: Iterable[Criterion], words: Mapping[str, Word], day: date) -> tuple[Prepared, ...]:
    """Criteria with the limits in force on ``day``; those with the same condition share its question."""

    @cache
    def asked(condition: Condition) -> Question:
        return question(condition, words, day)

    return tuple(
        Prepared(
            criterion=criterion,
            applies=tuple(asked(condition) for condition in criterion.applies),
            requires=tuple(asked(condition) for condition in criterion.requires),
        )
        for criterion in criteria
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A subject that many criteria are asked of; a question that several of them share is answered once.

    Attributes:
        answers: those given so far.
    """

    subject: Subject
    answers: dict[Question, Answer] = field(default_factory=dict)

    def join(self, questions: tuple[Question, ...]) -> tuple[Verdict, tuple[Answer, ...]]:
        """Asks several questions together, three-valued.

        Returns:
            Fail when one does not hold, else not assessed when one cannot be answered, else pass; and the answers that
            decided it, all of them for a pass.
        """
        answers = tuple([self.answers.get(each) or self._ask(each) for each in questions])
        if len(answers) == 1:  # as most criteria have
            return _OF_ONE[answers[0].holds], answers
        held = [answer.holds for answer in answers]
        if False in held:
            return Verdict.FAIL, tuple([answer for answer in answers if answer.holds is False])
        if None in held:
            return Verdict.NOT_ASSESSED, tuple([answer for answer in answers if answer.holds is None])
        return Verdict.PASS, answers

    def _ask(self, question: Question) -> Answer:
        answer = self.answers[question] = question.ask(self.subject.facts)
        return answer


def question(condition: Condition, words: Mapping[str, Word], day: date) -> Question:
    """One condition with its word and the limit in force on ``day``."""
    row = limit_on(condition, day)
    value = row.value if row is not None else condition.value
    word = find_word(words, condition.fact)
    return Question(
        condition=condition,
        word=word,
        fact=condition.fact,
        label=word.label.replace("*", condition.fact.rpartition(".")[2]),
        unit=shown(word.unit) if word.unit else "",
        test=TESTS[condition.test],
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
    """The fact rounded to the decimals of its limit; a whole number is as it is."""
    if not isinstance(fact.value, float) or fact.value.is_integer():
        return fact
    rounded = float(round_to_limit(fact.value, f"{row.value:.{row.places}f}"))
    return fact if rounded == fact.value else replace(fact, value=rounded)
