"""The answer in one sentence with its probability, and what belongs to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.study.comparison import Answer, ComparedSet, Outcome, SetAnswer
from evqc.study.draws import CLAIM, MOST_POOLS
from evqc.study.weights import aspects

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evqc.study.scores import MethodScore, Ranking
    from evqc.study.weights import Group, WeightSet

_GROUPS: tuple[Group, ...] = ("purity", "yield", "practicality")


def answer_of(sets: Sequence[ComparedSet], weights: WeightSet, unranked: Sequence[str]) -> Answer:
    """What to tell who asked which method is best.

    Args:
        sets: of methods that share pools.
        weights: that they were scored by.
        unranked: methods of which no weighted aspect is known.
    """
    each = tuple(_of_set(one, weights) for one in sets)
    remarks = tuple(dict.fromkeys(text for one in sets for text in _remarks(one)))
    if unranked:
        remarks = (*remarks, f"Not ranked, since no aspect of the weights is known of it: {_and(unranked)}.")
    if not each:
        sentence = "Not decided: the study holds no number by which methods could be compared."
        return Answer(sentence=sentence, outcome="incomplete", decided=False, sets=(), remarks=remarks)
    if len(each) == 1:
        only = each[0]
        decided = only.outcome == "best" and not unranked
        return Answer(sentence=only.sentence, outcome=only.outcome, decided=decided, sets=each, remarks=remarks)
    groups = "; ".join(_and(sorted(one.arms)) for one in sets)
    first = (
        f"Not comparable: these never shared a starting pool, and nothing ranks one group against another: {groups}."
    )
    own = " ".join(f"Among {_and(sorted(s.arms))}: {s.sentence}" for s in each if len(s.arms) > 1)
    sentence = f"{first} {own}".strip()
    return Answer(sentence=sentence, outcome="not comparable", decided=False, sets=each, remarks=remarks)


def _of_set(one: ComparedSet, weights: WeightSet) -> SetAnswer:
    ranking = one.ranking
    leader = next(m for m in ranking.methods if m.arm == ranking.leader)
    outcome = _outcome(ranking, leader)
    return SetAnswer(
        arms=one.arms,
        outcome=outcome,
        leader=leader.arm,
        first_lower=leader.first_lower,
        first_upper=leader.first_upper,
        pools=ranking.pools,
        pools_needed=ranking.pools_needed,
        sentence=_sentence(outcome, ranking, leader, weights),
    )


def _outcome(ranking: Ranking, leader: MethodScore) -> Outcome:
    if len(ranking.methods) == 1:
        return "one method"
    if ranking.decided:
        return "best"
    if ranking.without_scatter:
        return "no scatter"
    if ranking.leader_once:
        return "one batch"
    if leader.rank is None:
        return "incomplete"
    return "weights decide" if ranking.weights_decide else "more pools needed"


def _sentence(outcome: Outcome, ranking: Ranking, leader: MethodScore, weights: WeightSet) -> str:
    first = f"{leader.arm} is first in {_share(leader)} of the draws with the {weights.id} weights"
    pools = _pools(ranking.pools)
    sentences: dict[Outcome, Callable[[], str]] = {
        "one method": lambda: f"There is only one method, {leader.arm}, so that nothing can be compared.",
        "best": lambda: (
            f"{leader.arm} is best with the {weights.id} weights: first in {_share(leader)} of the draws, over {pools}."
        ),
        "no scatter": lambda: (
            f"Not decided: of {_titles(ranking.without_scatter)} there are not enough batches on shared pools to tell "
            f"how far another one would lie. {leader.arm} is ahead with the {weights.id} weights, over {pools}."
        ),
        "one batch": lambda: (
            f"Not decided: {first}, but of {_titles(ranking.leader_once)} it has a single pool, and one batch may be a "
            "lucky one. Repeat it on at least one more pool."
        ),
        "weights decide": lambda: (
            "Not decided, and if the means stay as they are more batches would not decide: it depends on "
            f"{_conflict(ranking, leader)}. With the {weights.id} weights {leader.arm} is first in {_share(leader)} of "
            f"the draws, over {pools}."
        ),
        "incomplete": lambda: (
            f"Not decided: some numbers are missing or known only as bounds. Depending on them {first}, over {pools}."
        ),
        "more pools needed": lambda: (
            f"Not decided: with the {weights.id} weights {leader.arm} is first in {_share(leader)} of the draws, over "
            f"{pools}, and {percent(CLAIM)} are asked for. {_needed(ranking)}"
        ),
    }
    return sentences[outcome]()


def _titles(names: Sequence[str]) -> str:
    return _and([aspects()[name].title for name in names])


def _needed(ranking: Ranking) -> str:
    if ranking.pools_needed is None:
        return f"By the scatter of these batches more than {max(MOST_POOLS, ranking.pools)} pools would be needed."
    return f"By the scatter of these batches about {ranking.pools_needed} pools in all would be needed."


def _share(leader: MethodScore) -> str:
    low, high = percent(leader.first_lower), percent(leader.first_upper)
    if low == high:
        return low
    return f"at least {low}" if leader.first_lower >= CLAIM else f"between {low} and {high}"


def percent(share: float) -> str:
    """A share of draws in whole per cent, rounded down so that 79.9 never reads as 80; draws are never certain."""
    whole = math.floor(100 * share + 1e-9)
    return "less than 1 %" if whole < 1 else "more than 99 %" if whole >= 99 else f"{whole} %"


def _conflict(ranking: Ranking, leader: MethodScore) -> str:
    """Which sides of the question the two methods most often first win, in words."""
    rival = max((m for m in ranking.methods if m is not leader), key=lambda m: (m.first_lower, m.score_lower))
    ahead = {group: _of_group(leader, group) - _of_group(rival, group) for group in _GROUPS}
    wins = [group for group in _GROUPS if ahead[group] > 0]
    losses = [group for group in _GROUPS if ahead[group] < 0]
    if wins and losses:
        return (
            f"how much {_and(wins)} (where {leader.arm} is ahead) {_count(wins)} against {_and(losses)} ({rival.arm})"
        )
    return f"how much each aspect counts ({leader.arm} and {rival.arm} are close)"


def _count(words: Sequence[str]) -> str:
    return "counts" if len(words) == 1 else "count"


def _of_group(method: MethodScore, group: Group) -> float:
    own = [a.desirability_lower for a in method.aspects if aspects()[a.aspect].group == group]
    return math.fsum(own) / len(own) if own else 0.0


def _remarks(one: ComparedSet) -> list[str]:
    ranking, made = one.ranking, []
    if ranking.left_out and len(one.arms) > 1:
        named = _and([aspects()[name].title for name in ranking.left_out])
        made.append(f"No method has {named}: it counts for nobody, and the other weights are the whole.")
    for method in ranking.methods:
        unknown = [aspects()[a.aspect].title for a in method.aspects if a.how in {"missing", "bounds"}]
        if unknown and len(one.arms) > 1:
            made.append(
                f"{method.arm} is scored between bounds, {method.score_lower:.2g} and {method.score_upper:.2g}, since "
                f"{_and(unknown)} {'is' if len(unknown) == 1 else 'are'} not known as a value of all its batches."
            )
    return made


def _and(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _pools(count: int) -> str:
    return f"{count} pool" if count == 1 else f"{count} pools"
