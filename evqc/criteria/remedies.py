"""What would answer a criterion: what to supply where nothing is known, what to change where it is not met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.criteria.sentences import observation

if TYPE_CHECKING:
    from evqc.criteria.questions import Answer

#: Between two needs; none of them holds it.
JOINT = "; "


def needed(deciding: tuple[Answer, ...], *, unknown: bool) -> str:
    """What the conditions that left a criterion open, or failed it, would need, each need once, joined by ``JOINT``."""
    of = _supply if unknown else _change
    return JOINT.join(dict.fromkeys([of(answer).replace(JOINT, ", ") for answer in deciding]))


def _supply(answer: Answer) -> str:
    """What to supply for a fact, as the fact itself says it or else its word."""
    return answer.fact.needed or answer.question.needed


def _change(answer: Answer) -> str:
    """What to change about a fact that is known; without what was observed, so that equal needs have equal words."""
    test, label = answer.question.test_name, answer.question.heading
    if answer.fact.needed or test in {"count_at_least", "contains_any", "stated"}:
        return _supply(answer)
    if test == "contains_all":
        return f"{', '.join(_lacking(answer))} ({_supply(answer)})"
    if test == "true":
        return f"see to it that {label}"
    if answer.question.test.of == "number":
        return f"{label} {answer.question.asked_for}"
    if test in {"is", "one_of"}:
        return f"{label}: {answer.question.asked_for}"
    return f"settle {label}: {observation(answer)}"


def _lacking(answer: Answer) -> list[str]:
    asked, value = answer.question.value, answer.fact.value
    assert isinstance(asked, tuple)
    assert isinstance(value, tuple)
    return [str(each) for each in asked if each not in value]
