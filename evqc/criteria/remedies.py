"""What would answer a criterion: what to supply where nothing is known, what to change where it is not met."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.criteria.findings import Verdict
from evqc.criteria.sentences import asked_for, observation

if TYPE_CHECKING:
    from evqc.criteria.questions import Answer

#: Between two needs; none of them holds it.
JOINT = "; "


def needed(verdict: Verdict, deciding: tuple[Answer, ...]) -> str:
    """What the conditions that decided would need, each need once, joined by ``JOINT``; empty where nothing is."""
    if verdict is Verdict.PASS or verdict is Verdict.NOT_APPLICABLE:
        return ""
    of = _change if verdict is Verdict.FAIL else _supply
    return JOINT.join(dict.fromkeys(of(answer).replace(JOINT, ", ") for answer in deciding))


def _supply(answer: Answer) -> str:
    """What to supply for a fact, as the fact itself says it or else its word; ``*`` stands for its name."""
    name = answer.question.condition.fact.rpartition(".")[2]
    return answer.fact.needed or answer.question.word.needed.replace("*", name)


def _change(answer: Answer) -> str:
    """What to change about a fact that is known; without what was observed, so that equal needs have equal words."""
    test, label = answer.question.condition.test, answer.question.label.rstrip(",")
    if answer.fact.needed or test in {"count_at_least", "contains_any", "stated"}:
        return _supply(answer)
    if test == "contains_all":
        return f"{', '.join(_lacking(answer))} ({_supply(answer)})"
    if test == "true":
        return f"see to it that {label}"
    kind = answer.question.test.of
    if kind == "number":
        return f"{label} {asked_for(answer)}"
    return f"{label}: {asked_for(answer)}" if test in {"is", "one_of"} else f"settle {label}: {observation(answer)}"


def _lacking(answer: Answer) -> list[str]:
    asked, value = answer.question.value, answer.fact.value
    assert isinstance(asked, tuple)
    assert isinstance(value, tuple)
    return [str(each) for each in asked if each not in value]
