"""The answer in one sentence with its probability, and what belongs to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from evqc.records import record
from evqc.study.draws import CLAIM, MOST_POOLS
from evqc.study.remarks import remarks_of, rival_of
from evqc.study.weights import aspects
from evqc.study.words import counted_pools, listed, percent, titles

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evqc.study.compared_set import ComparedSet
    from evqc.study.pairs import Pair
    from evqc.study.scores import MethodScore, Ranking
    from evqc.study.weights import Group, WeightSet

_GROUPS: tuple[Group, ...] = ("purity", "yield", "practicality")


#: What the answer comes to: a best method; too few pools; the weights decide; something is not known; nothing tells the
#: scatter; the leader rests on one batch; only one method; methods that never shared a starting pool.
Outcome = Literal[
    "best",
    "more pools needed",
    "weights decide",
    "incomplete",
    "no scatter",
    "one batch",
    "one method",
    "not comparable",
]


@record
class SetAnswer:
    """The answer for methods that share starting pools.

    Attributes:
        arms: by score, the highest first.
        leader: the method most often first.
        first_lower, first_upper: probability that it is first; different where something is not known.
        pools: how many there were.
        pools_needed: how many in all would let the leader be called best; None when that is not known or never.
        sentence: all of it in words.
    """

    arms: tuple[str, ...]
    outcome: Outcome
    leader: str
    first_lower: float
    first_upper: float
    pools: int
    pools_needed: int | None
    sentence: str


@record
class Answer:
    """What to tell who asked.

    Attributes:
        sentence: the answer with its probability, to be read first.
        decided: whether one method may be called best of all.
        sets: one for each set of methods that share pools, in the order of ``Comparison.sets``.
        remarks: further whole sentences that belong to the answer, such as aspects that counted for nobody.
    """

    sentence: str
    outcome: Outcome
    decided: bool
    sets: tuple[SetAnswer, ...]
    remarks: tuple[str, ...] = ()


def answer_of(
    sets: Sequence[ComparedSet], weights: WeightSet, unranked: Sequence[str], pairs: Sequence[Pair]
) -> Answer:
    """What to tell who asked which method is best.

    Args:
        sets: of methods that share pools.
        weights: that they were scored by.
        unranked: methods of which no weighted aspect is known.
        pairs: two methods at a time, whose tests stand beside a claim.
    """
    each = tuple(_of_set(one, weights) for one in sets)
    remarks = tuple(dict.fromkeys(text for one in sets for text in remarks_of(one, pairs)))
    if unranked:
        remarks = (*remarks, f"Not ranked, since no aspect of the weights is known of it: {listed(unranked)}.")
    if not each:
        sentence = "Not decided: the study holds no number by which methods could be compared."
        return Answer(sentence=sentence, outcome="incomplete", decided=False, sets=(), remarks=remarks)
    if len(each) == 1:
        only = each[0]
        decided = only.outcome == "best" and not unranked
        return Answer(sentence=only.sentence, outcome=only.outcome, decided=decided, sets=each, remarks=remarks)
    groups = "; ".join(listed(sorted(one.arms)) for one in sets)
    first = (
        f"Not comparable: these never shared a starting pool, and nothing ranks one group against another: {groups}."
    )
    own = " ".join(f"Among {listed(sorted(s.arms))}: {s.sentence}" for s in each if len(s.arms) > 1)
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
    over = _over(ranking)
    sentences: dict[Outcome, Callable[[], str]] = {
        "one method": lambda: f"There is only one method, {leader.arm}, so that nothing can be compared.",
        "best": lambda: (
            f"{leader.arm} is best with the {weights.id} weights: first in {_share(leader)} of the draws, {over}."
        ),
        "no scatter": lambda: (
            f"Not decided: of {titles(ranking.without_scatter)} there are not enough batches on shared pools to tell "
            "how far another one would lie, or their numbers agree in every digit, as copies would. "
            f"{leader.arm} is ahead with the {weights.id} weights, {over}."
        ),
        "one batch": lambda: (
            f"Not decided: {first}, but of {titles(ranking.leader_once)} it has a single pool, which may be a lucky "
            "one. Repeat it on at least one more."
        ),
        "weights decide": lambda: (
            "Not decided, and if the means stay as they are more batches would not decide: it depends on "
            f"{_conflict(ranking, leader)}. With the {weights.id} weights {leader.arm} is first in {_share(leader)} of "
            f"the draws, {over}."
        ),
        "incomplete": lambda: (
            f"Not decided: some numbers are {_not_known(ranking)}. Depending on them {first}, {over}."
        ),
        "more pools needed": lambda: (
            f"Not decided: with the {weights.id} weights {leader.arm} is first in {_share(leader)} of the draws, "
            f"{over}, and {percent(CLAIM)} are asked for. {_needed(ranking)}"
        ),
    }
    return sentences[outcome]()


def _needed(ranking: Ranking) -> str:
    if ranking.pools_needed is None:
        return f"By the scatter of these batches more than {max(MOST_POOLS, ranking.pools)} pools would be needed."
    needed = f"about {ranking.pools_needed} pools in all, with every method on each, would be needed"
    return f"By the scatter of these batches {needed}."


def _not_known(ranking: Ranking) -> str:
    """In which ways numbers are not known, as the end of a sentence."""
    apart = any(part.how == "apart" for method in ranking.methods for part in method.aspects)
    return f"missing{', ' if apart else ' or '}known only as bounds{' or measured on pools apart' if apart else ''}"


def _share(leader: MethodScore) -> str:
    low, high = percent(leader.first_lower), percent(leader.first_upper)
    if low == high:
        return low
    return f"at least {low}" if leader.first_lower >= CLAIM else f"between {low} and {high}"


def _conflict(ranking: Ranking, leader: MethodScore) -> str:
    """Which sides of the question the two methods most often first win, in words."""
    rival = rival_of(ranking)
    ahead = {group: _of_group(leader, group) - _of_group(rival, group) for group in _GROUPS}
    wins = [group for group in _GROUPS if ahead[group] > 0]
    losses = [group for group in _GROUPS if ahead[group] < 0]
    if wins and losses:
        own = f"{listed(wins)} (where {leader.arm} is ahead) {_count(wins)}"
        return f"how much {own} against {listed(losses)} ({rival.arm})"
    return f"how much each aspect counts ({leader.arm} and {rival.arm} are close)"


def _count(words: Sequence[str]) -> str:
    return "counts" if len(words) == 1 else "count"


def _of_group(method: MethodScore, group: Group) -> float:
    own = [a.desirability_lower for a in method.aspects if aspects()[a.aspect].group == group]
    return math.fsum(own) / len(own) if own else 0.0


def _over(ranking: Ranking) -> str:
    """Over how many pools, and how many each number rests on where these are fewer."""
    counts = sorted({part.pools for method in ranking.methods for part in method.aspects if part.pools})
    if not counts:
        return "by what the study states of the methods, without any measurement"
    text = f"over {counted_pools(ranking.pools)}"
    if counts == [ranking.pools]:
        return text
    few = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    return f"{text} ({few} for each method and aspect)"
