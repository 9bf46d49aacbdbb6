"""What was observed and what was asked for, as one plain sentence that claims no more than is known."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.criteria.words import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from evqc.criteria.findings import FactValue
    from evqc.criteria.questions import Answer

_MANY = 8
#: What a criterion's own sentence is filled with.
_FILLED = re.compile(r"(\{observed\}|\{remark\}|\{limit\})")


def sentence(answers: tuple[Answer, ...]) -> str:
    """One sentence over several conditions: what was observed, and how it stands to what was asked for."""
    said = _each(phrase, answers)
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."


def does_not_apply(answers: tuple[Answer, ...]) -> str:
    """One sentence over the conditions by which a criterion does not apply: what was observed instead."""
    return f"Does not apply; {_each(_instead, answers).rstrip('.')}."


def may_apply(answers: tuple[Answer, ...]) -> str:
    """One sentence over the conditions that leave open whether a criterion applies."""
    return f"Not known whether it applies; {_each(phrase, answers).rstrip('.')}."


def _each(said: Callable[[Answer], str], answers: tuple[Answer, ...]) -> str:
    """What is said of the answers, each phrase once."""
    return said(answers[0]) if len(answers) == 1 else "; ".join(dict.fromkeys(map(said, answers)))


def _instead(answer: Answer) -> str:
    return f"{answer.question.heading}: {observation(answer)}"


def phrase(answer: Answer) -> str:
    """One condition without capital and full stop: the observation, and how it stands to what was asked for."""
    if answer.holds is None:
        return _open(answer)
    kind = answer.question.test.of
    if kind == "number":
        return _number(answer)
    return _list(answer) if kind == "list" else _text(answer)


def explained(template: str, answer: Answer) -> str:
    """A criterion's own sentence with ``{observed}``, ``{remark}`` and ``{limit}`` filled in."""
    fillings = {
        "{observed}": observation(answer),
        "{remark}": answer.fact.remark or "no reason given",
        "{limit}": answer.question.asked_for,
    }
    return "".join([fillings.get(part, part) for part in _FILLED.split(template)])


def observation(answer: Answer) -> str:
    """What was observed, with unit and remark."""
    fact, value = answer.fact, answer.fact.value
    said = _bound(answer) if value is None else _value(value, answer)
    if answer.asked is not fact:
        said = f"{said}, rounded {_value(answer.asked.value, answer)}"
    return f"{said} ({fact.remark})" if fact.remark else said


def _open(answer: Answer) -> str:
    """Why a condition could not be answered."""
    fact, label = answer.fact, answer.question.label
    if answer.question.undated:
        return f"no limit for {label} was in force on that day"
    if fact.undecided and isinstance(fact.value, tuple):
        names = ", ".join(fact.undecided)
        return f"{label}: {_value(fact.value, answer)}; undecided: {names}; asked for: {answer.question.asked_for}"
    if fact.above is not None or fact.below is not None:
        return f"{label} is {_bound(answer)}, which leaves open whether it is {answer.question.asked_for}"
    why = fact.why_missing.rstrip(".")
    return f"{answer.question.heading}: {why or 'not known'}"


def _number(answer: Answer) -> str:
    question = answer.question
    how = ", which is" if answer.holds else "; asked for:"
    return f"{question.label} is {observation(answer)}{how} {question.asked_for}"


def _text(answer: Answer) -> str:
    """A text or a yes or no."""
    label, test = answer.question.label, answer.question.test_name
    if answer.question.test.of == "flag":
        return f"{label}: {observation(answer)}"
    if answer.fact.value == "":
        return f"{label} is not stated"
    if test == "stated":
        return f"{label}: {observation(answer)}"
    said = f"{label} is {observation(answer)}"
    plain = answer.holds or test == "none_of"
    return said if plain else f"{said}; asked for: {answer.question.asked_for}"


def _list(answer: Answer) -> str:
    """A list: how many and which, or what is lacking from it."""
    value, label, test = answer.fact.value, answer.question.label, answer.question.test_name
    assert isinstance(value, tuple)
    if test == "contains_all" and isinstance(answer.question.value, tuple):
        asked = tuple(str(v) for v in answer.question.value)
        lacking = [v for v in asked if v not in value]
        return f"{label}: lacking {', '.join(lacking)}" if lacking else f"{label}: {_joined(asked)}"
    counted = answer.question.test.limit == "number"
    said = f"{label}: {_counted(answer) if counted else observation(answer)}"
    return said if answer.holds or test == "empty" else f"{said}; asked for: {answer.question.asked_for}"


def _counted(answer: Answer) -> str:
    value = answer.fact.value
    assert isinstance(value, tuple)
    return f"{len(value)} ({observation(answer)})" if value else observation(answer)


def _joined(value: tuple[str, ...]) -> str:
    more = f" and {len(value) - _MANY} more" if len(value) > _MANY else ""
    mark = "; " if ", " in "\n".join(value) else ", "
    return mark.join(value[:_MANY]) + more


def _bound(answer: Answer) -> str:
    """A number of which only a side is known."""
    fact, unit, limit = answer.fact, answer.question.unit_shown, answer.question.value
    sides = [f"above {plain(fact.above, unit, limit)}"] if fact.above is not None else []
    sides += [f"below {plain(fact.below, unit, limit)}"] if fact.below is not None else []
    return " and ".join(sides)


def _value(value: FactValue, answer: Answer) -> str:
    if isinstance(value, str):
        return value or "not stated"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return _joined(value) or "none"
    return plain(value, answer.question.unit_shown, answer.question.value)
