"""Criteria as they are asked on one day: each condition with its word and the limit in force, made once for many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, partial
from math import isfinite
from operator import attrgetter
from typing import TYPE_CHECKING

from evqc.criteria.findings import AppliedLimit, Fact, Kind, Severity, SubjectKind, Verdict
from evqc.criteria.model import Condition, Criterion, Limit, LimitValue, Word, find_word
from evqc.criteria.operators import TESTS, Operator, holds
from evqc.criteria.words import in_words
from evqc.measurands import shown
from evqc.numerics.limits import computed, round_to_limit
from evqc.records import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import date

#: The verdict on a criterion whose conditions hold, do not, or cannot be answered.
VERDICTS = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.NOT_ASSESSED}
#: What stands for a fact that nobody knows of.
UNKNOWN = Fact(value=None)
#: A number that lies no further from a limit, of itself, lies on it: what parts them is what binary arithmetic left.
#: 110 nm are 10.000000000000009 % above 100 nm to a computer, and 10 % to everybody else.
_NOISE = 1e-12
#: A number that is written in no more characters holds no noise.
_DIGITS = 15
#: Values that are never rounded, undecided or a bound, so that the test answers at once.
_PLAIN = (str, bool)


_value = attrgetter("value")
#: All that a fact says, but not where it stands.
_said = attrgetter("value", "undecided", "above", "below", "remark", "why_missing", "needed", "unit")


def sayings(of: Sequence[Fact]) -> Iterable[object]:
    """What each fact says, to be compared: ``True`` and ``1.0`` are equal, but not the same."""
    return zip(map(type, map(_value, of)), map(_said, of), strict=True)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Question:
    """One condition on one day, as plain values: those of the models of rule files take several times as long to read.

    Attributes:
        fact: name of what is asked for.
        label: what a sentence calls the fact; ``marker.CD9`` takes the label of ``marker.*`` with its name in it.
        heading: the label as it stands before a colon.
        needed: what to supply when the fact is missing.
        unit: canonical unit of the fact.
        unit_shown: as a sentence prints it.
        test: an entry of ``operators.TESTS``.
        test_name: its name there.
        rounded_to: the limit in force with the decimals to which an observation is rounded; None where it says none.
        value: what the fact is compared with.
        edges: the numbers among it that a number is compared with.
        asked_for: that in words: ``at least 20 %``.
        undated: whether the condition has limits and none was in force, so that it cannot be answered.
        applied: the limit as a finding shows it.
    """

    fact: str
    label: str
    heading: str
    needed: str
    unit: str
    unit_shown: str
    test: Operator
    test_name: str
    rounded_to: Decimal | None
    value: LimitValue | None
    edges: tuple[float, ...]
    asked_for: str
    undated: bool
    applied: AppliedLimit | None

    def ask(self, facts: Mapping[str, Fact]) -> Answer:
        """Whether the condition holds, of the fact as it is compared: rounded where the limit asks for it."""
        fact = facts.get(self.fact, UNKNOWN)
        value = fact.value
        if self.undated:
            return Answer(self, fact, fact, None)
        if isinstance(value, _PLAIN):
            return Answer(self, fact, fact, self.test.accepts(value, self.value))
        if self.edges and isinstance(value, float) and not value.is_integer():
            fact = self._without_noise(fact, value)
        asked = fact if self.rounded_to is None else _rounded(fact, self.rounded_to)
        return Answer(self, fact, asked, holds(self.test, asked, self.value))

    def _without_noise(self, fact: Fact, value: float) -> Fact:
        """The fact, on the limit where nothing but arithmetic parts it from that."""
        for edge in self.edges:
            if 0 < abs(value - edge) <= _NOISE * abs(edge):
                return replace(fact, value=edge)
        return fact


@dataclass(slots=True)
class Answer:
    """One question asked of one subject, or of all that are alike; not frozen, for thousands are made, none given out.

    Attributes:
        fact: as it was found; also of a subject that says the same, whose evidence is another.
        asked: the fact as it was compared, rounded where the limit says so.
        holds: None when it cannot be said.
    """

    question: Question
    fact: Fact
    asked: Fact
    holds: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A criterion with its selector (does it apply?) and its test (is it met?) as questions.

    Attributes:
        subject: what it is asked of.
        id, version, title, group, kind, severity, source: what a finding repeats of it.
        explain: the criterion's own sentences by whether it is met.
    """

    subject: SubjectKind
    id: str
    version: int
    title: str
    group: str
    kind: Kind
    severity: Severity
    source: str
    applies: tuple[Question, ...]
    requires: tuple[Question, ...]
    explain: Mapping[bool | None, str]


def asking(words: Mapping[str, Word], day: date) -> Callable[[Condition], Question]:
    """What makes a question of a condition, with the limits in force on ``day``; of the same condition the same one."""
    return cache(partial(question, words=words, day=day))


def prepare(criteria: Iterable[Criterion], asked: Callable[[Condition], Question]) -> tuple[Prepared, ...]:
    """Criteria with their conditions as the questions that ``asked`` makes of them."""
    return tuple(
        Prepared(
            subject=criterion.subject,
            id=criterion.id,
            version=criterion.version,
            title=criterion.title,
            group=criterion.group,
            kind=criterion.kind,
            severity=criterion.severity,
            source=criterion.source,
            applies=tuple(asked(condition) for condition in criterion.applies),
            requires=tuple(asked(condition) for condition in criterion.requires),
            explain={verdict is Verdict.PASS: words for verdict, words in criterion.explain.items()},
        )
        for criterion in criteria
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """The facts of a subject that many criteria are asked of; a question that several share is answered once.

    Attributes:
        answers: those given so far.
    """

    facts: Mapping[str, Fact]
    answers: dict[Question, Answer] = field(default_factory=dict)

    def join(self, questions: tuple[Question, ...]) -> tuple[bool | None, tuple[Answer, ...]]:
        """Asks several questions together, three-valued.

        Returns:
            False when one does not hold, else None when one cannot be answered, else True; and the answers that
            decided it, all of them for what holds.
        """
        if len(questions) == 1:  # as most criteria have
            only = self._answer(questions[0])
            return only.holds, (only,)
        answers = tuple(map(self._answer, questions))
        held = [answer.holds for answer in answers]
        if all(held):
            return True, answers
        decisive = False if False in held else None
        return decisive, tuple([answer for answer in answers if answer.holds is decisive])

    def _answer(self, question: Question) -> Answer:
        given = self.answers.get(question)
        if given is None:
            given = self.answers[question] = question.ask(self.facts)
        return given


def verdict(of: Prepared, facts: Mapping[str, Fact]) -> Verdict:
    """The verdict on a criterion by these facts, without the words of a finding."""
    asked = Asked(facts)
    applies, _ = asked.join(of.applies)
    if applies is False:
        return Verdict.NOT_APPLICABLE
    return VERDICTS[applies and asked.join(of.requires)[0]]


def question(condition: Condition, words: Mapping[str, Word], day: date) -> Question:
    """One condition with its word and the limit in force on ``day``."""
    row = limit_on(condition, day)
    value = row.value if row is not None else condition.value
    word = find_word(words, condition.fact)
    name, test = condition.fact.rpartition(".")[2], TESTS[condition.test]
    label, unit_shown = word.label.replace("*", name), shown(word.unit) if word.unit else ""
    return Question(
        fact=condition.fact,
        label=label,
        heading=label.rstrip(","),
        needed=word.needed.replace("*", name),
        unit=word.unit,
        unit_shown=unit_shown,
        test=test,
        test_name=condition.test,
        rounded_to=None if row is None or row.places is None else Decimal(f"{row.value:.{row.places}f}"),
        value=value,
        edges=_numbers(value) if test.of == "number" else (),
        asked_for=in_words(test, value, unit_shown),
        undated=bool(condition.limits) and row is None,
        applied=None if value is None else _applied(condition, value, row, word.unit),
    )


def _numbers(value: LimitValue | None) -> tuple[float, ...]:
    return tuple(each for each in (value if isinstance(value, tuple) else (value,)) if isinstance(each, float))


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


def _rounded(fact: Fact, limit: Decimal) -> Fact:
    """The fact rounded to the decimals of its limit; a whole number, or what is no finite one, is as it is."""
    if not isinstance(fact.value, float) or fact.value.is_integer() or not isfinite(fact.value):
        return fact
    value = computed(fact.value) if len(repr(fact.value)) > _DIGITS else fact.value
    rounded = float(round_to_limit(value, limit))
    return fact if rounded == fact.value else replace(fact, value=rounded)
