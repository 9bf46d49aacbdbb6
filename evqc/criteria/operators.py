"""The closed list of tests that a rule may use. Each says what it accepts, so NaN and None are never accepted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from evqc.criteria.findings import Fact

#: What kind of value a fact holds.
FactKind = Literal["number", "text", "list", "flag"]
#: What a test compares with.
LimitKind = Literal["number", "pair", "text", "texts", "nothing"]


@dataclass(frozen=True, slots=True)
class Operator:
    """One test of the list.

    Attributes:
        of: the kind of fact it can be asked of.
        limit: what it is compared with.
        words: how a sentence says it, before the limit.
        accepts: ``(value, limit) -> bool``.
    """

    of: FactKind
    limit: LimitKind
    words: str
    accepts: Callable[[Any, Any], bool]


TESTS: dict[str, Operator] = {
    "at_least": Operator("number", "number", "at least", lambda value, limit: value >= limit),
    "at_most": Operator("number", "number", "at most", lambda value, limit: value <= limit),
    "above": Operator("number", "number", "above", lambda value, limit: value > limit),
    "below": Operator("number", "number", "below", lambda value, limit: value < limit),
    "between": Operator("number", "pair", "between", lambda value, limit: limit[0] <= value <= limit[1]),
    "number_is": Operator("number", "number", "equal to", lambda value, limit: value == limit),
    "is": Operator("text", "text", "", lambda value, limit: value == limit),
    "one_of": Operator("text", "texts", "one of:", lambda value, limit: value in limit),
    "none_of": Operator("text", "texts", "none of:", lambda value, limit: value not in limit),
    "stated": Operator("text", "nothing", "stated", lambda value, _: value != ""),
    "count_at_least": Operator("list", "number", "at least", lambda value, limit: len(value) >= limit),
    "count_at_most": Operator("list", "number", "at most", lambda value, limit: len(value) <= limit),
    "contains_all": Operator("list", "texts", "all of:", lambda value, limit: set(limit) <= set(value)),
    "contains_any": Operator("list", "texts", "any of:", lambda value, limit: not set(limit).isdisjoint(value)),
    "empty": Operator("list", "nothing", "none", lambda value, _: len(value) == 0),
    "true": Operator("flag", "nothing", "yes", lambda value, _: value is True),
    "false": Operator("flag", "nothing", "no", lambda value, _: value is False),
}


def holds(test: Operator, fact: Fact, limit: Any) -> bool | None:
    """Whether ``fact`` meets ``test``, over everything that the fact leaves possible.

    A list with undecided entries is asked without and with them; a number known only to lie above or below a bound is
    asked over its whole range. The answer counts only when it is the same everywhere.

    Returns:
        None when the fact is missing, is not a finite number, or its possibilities disagree.
    """
    accepts, value = test.accepts, fact.value
    if value is None and fact.above is None and fact.below is None:
        return None
    if value is not None and not fact.undecided:
        return accepts(value, limit) if not isinstance(value, float) or isfinite(value) else None
    answers = {accepts(value, limit) for value in _possible(fact, limit)}
    return answers.pop() if len(answers) == 1 else None


def _possible(fact: Fact, limit: Any) -> tuple[Any, ...]:
    """The values to ask: a list without and with what is undecided, or the ends of a range and each limit inside it."""
    if isinstance(fact.value, tuple):
        return (fact.value, (*fact.value, *fact.undecided))
    low = -inf if fact.above is None else fact.above
    high = inf if fact.below is None else fact.below
    limits = limit if isinstance(limit, tuple) else (limit,)
    return (low, *(value for value in limits if low < value < high), high)
