"""What was observed and what was asked for, as one plain sentence that claims no more than is known."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evqc.criteria.findings import FactValue
    from evqc.criteria.model import LimitValue
    from evqc.criteria.questions import Answer, Question

_MANY = 8
#: What a criterion's own sentence is filled with.
_FILLED = re.compile(r"(\{observed\}|\{remark\}|\{limit\})")
#: Whole numbers below this are written out.
_LONG = 1e6


def sentence(answers: tuple[Answer, ...]) -> str:
    """One sentence over several conditions: what was observed, and how it stands to what was asked for."""
    if len(answers) == 1:
        return _closed(phrase(answers[0]))
    return _closed("; ".join(dict.fromkeys(phrase(answer) for answer in answers)))


def does_not_apply(answers: tuple[Answer, ...]) -> str:
    """One sentence over the conditions by which a criterion does not apply: what was observed instead."""
    said = dict.fromkeys([f"{answer.question.label.rstrip(',')}: {observation(answer)}" for answer in answers])
    return _closed("does not apply; " + "; ".join(said))


def may_apply(answers: tuple[Answer, ...]) -> str:
    """One sentence over the conditions that leave open whether a criterion applies."""
    return _closed("not known whether it applies; " + "; ".join(dict.fromkeys(phrase(answer) for answer in answers)))


def _closed(said: str) -> str:
    return f"{said[:1].upper()}{said[1:].rstrip('.')}."


def phrase(answer: Answer) -> str:
    """One condition without capital and full stop: the observation, and how it stands to what was asked for."""
    if answer.question.undated:
        return f"no limit for {answer.question.label} was in force on that day"
    if answer.holds is None:
        return _open(answer)
    kind = answer.question.test.of
    if kind == "list":
        return _list(answer)
    return _number(answer) if kind == "number" else _text(answer)


def explained(template: str, answer: Answer) -> str:
    """A criterion's own sentence with ``{observed}``, ``{remark}`` and ``{limit}`` filled in."""
    fillings = {
        "{observed}": observation(answer),
        "{remark}": answer.fact.remark or "no reason given",
        "{limit}": asked_for(answer),
    }
    return "".join([fillings.get(part, part) for part in _FILLED.split(template)])


def observation(answer: Answer) -> str:
    """What was observed, with unit and remark."""
    fact = answer.fact
    said = _value(fact.value, answer) if fact.value is not None else _bound(answer)
    rounded = f", rounded {_value(answer.asked.value, answer)}" if answer.asked is not fact else ""
    remark = f" ({fact.remark})" if fact.remark else ""
    return f"{said}{rounded}{remark}"


def asked_for(answer: Answer) -> str:
    """The limit as words: ``at least 20 %``."""
    return _asked_for(answer.question)


@lru_cache(maxsize=4096)
def _asked_for(question: Question) -> str:
    test = question.test
    if question.value is None:
        return test.words
    if isinstance(question.value, tuple):
        joined = (" and " if test.limit == "pair" else ", ").join(_plain(v, question) for v in question.value)
        return f"{test.words} {joined}"
    return f"{test.words} {_plain(question.value, question)}".strip()


@lru_cache(maxsize=4096)
def number(value: float, beside: LimitValue | None = None) -> str:
    """A number in few digits, but never so few that it changes its side of a limit or seems to lie on it."""
    if value.is_integer() and abs(value) < _LONG:
        return f"{value:.0f}"
    limits = [v for v in (beside if isinstance(beside, tuple) else (beside,)) if isinstance(v, float)]
    texts = (f"{value:.{digits}g}" for digits in (4, 6, 9, 17))  # 17 digits are the number itself
    text = next(t for t in texts if all(_side(float(t), limit) == _side(value, limit) for limit in limits))
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-")


def _side(value: float, limit: float) -> int:
    return (value > limit) - (value < limit)


def _open(answer: Answer) -> str:
    """Why a condition could not be answered."""
    fact, label = answer.fact, answer.question.label
    if fact.undecided and isinstance(fact.value, tuple):
        names = ", ".join(fact.undecided)
        return f"{label}: {_value(fact.value, answer)}; undecided: {names}; asked for: {asked_for(answer)}"
    if fact.above is not None or fact.below is not None:
        return f"{label} is {_bound(answer)}, which leaves open whether it is {asked_for(answer)}"
    why = fact.why_missing.rstrip(".")
    return f"{label.rstrip(',')}: {why or 'not known'}"


def _number(answer: Answer) -> str:
    said = f"{answer.question.label} is {observation(answer)}"
    return f"{said}, which is {asked_for(answer)}" if answer.holds else f"{said}; asked for: {asked_for(answer)}"


def _text(answer: Answer) -> str:
    """A text or a yes or no."""
    label, test = answer.question.label, answer.question.condition.test
    if answer.question.test.of == "flag":
        return f"{label}: {observation(answer)}"
    if answer.fact.value == "":
        return f"{label} is not stated"
    if test == "stated":
        return f"{label}: {observation(answer)}"
    said = f"{label} is {observation(answer)}"
    plain = answer.holds or test == "none_of"
    return said if plain else f"{said}; asked for: {asked_for(answer)}"


def _list(answer: Answer) -> str:
    """A list: how many and which, or what is lacking from it."""
    value, label, test = answer.fact.value, answer.question.label, answer.question.condition.test
    assert isinstance(value, tuple)
    if test == "contains_all" and isinstance(answer.question.value, tuple):
        asked = tuple(str(v) for v in answer.question.value)
        lacking = [v for v in asked if v not in value]
        return f"{label}: lacking {', '.join(lacking)}" if lacking else f"{label}: {_joined(asked)}"
    counted = answer.question.test.limit == "number"
    said = f"{label}: {_counted(answer) if counted else observation(answer)}"
    return said if answer.holds or test == "empty" else f"{said}; asked for: {asked_for(answer)}"


def _counted(answer: Answer) -> str:
    value = answer.fact.value
    assert isinstance(value, tuple)
    return f"{len(value)} ({observation(answer)})" if value else observation(answer)


def _joined(value: tuple[str, ...]) -> str:
    more = f" and {len(value) - _MANY} more" if len(value) > _MANY else ""
    mark = "; " if any(", " in text for text in value) else ", "
    return mark.join(value[:_MANY]) + more


def _bound(answer: Answer) -> str:
    """A number of which only a side is known."""
    fact = answer.fact
    sides = [f"above {_plain(fact.above, answer.question)}"] if fact.above is not None else []
    sides += [f"below {_plain(fact.below, answer.question)}"] if fact.below is not None else []
    return " and ".join(sides)


def _value(value: FactValue, answer: Answer) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return _joined(value) or "none"
    return _plain(value, answer.question)


def _plain(value: float | str | None, question: Question) -> str:
    if isinstance(value, (int, float)):
        return f"{number(value, question.value)} {question.unit}".strip()
    return "not stated" if value == "" else str(value)
