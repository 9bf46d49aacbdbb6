"""What belongs to the answer: how sure a claim is, what was scored between bounds, and what counted for nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.study.weights import aspects
from evqc.study.words import listed, p_in_words, titles

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.study.compared_set import ComparedSet
    from evqc.study.pairs import Pair
    from evqc.study.scores import MethodScore, Ranking

#: Level of the paired tests that stand beside a claim.
ALPHA = 0.05
#: Source: simulated studies of this project, tests/study/test_false_claims.py.
_NO_PROOF = (
    "“Best” is a choice by these weights and no proof that methods differ: of two that are alike, one is called best "
    "in about 15 % (two pools) to 35 % (eight pools) of simulated studies."
)
_MOST_RECOVERED = 100.0


def remarks_of(one: ComparedSet, pairs: Sequence[Pair]) -> Iterator[str]:
    """Whole sentences that belong to the answer of one set of methods; none of a single method.

    Args:
        one: the set.
        pairs: of all methods of the study.
    """
    if len(one.arms) < 2:
        return
    if one.ranking.decided:
        yield _NO_PROOF
        yield _tested(one.ranking, pairs)
    if one.ranking.left_out:
        named = titles(one.ranking.left_out)
        yield f"No method has {named}: it counts for nobody, and the other weights are the whole."
    for method in one.ranking.methods:
        yield from _of_method(method)


def rival_of(ranking: Ranking) -> MethodScore:
    """The method that is most often first after the leader; of two methods or more."""
    others = (method for method in ranking.methods if method.arm != ranking.leader)
    return max(others, key=lambda m: (m.first_upper, m.score_upper))


def _tested(ranking: Ranking, pairs: Sequence[Pair]) -> str:
    """In which aspects the paired test finds the leader ahead of the next one or behind it, and in which neither."""
    leader, rival = ranking.leader, rival_of(ranking).arm
    tested = [pair for pair in pairs if {pair.a, pair.b} == {leader, rival} and pair.p_holm is not None]
    if not tested:
        return (
            f"Between {leader} and {rival}, the next, no difference can be tested: no aspect has values that scatter "
            "on two pools which they share."
        )
    found: dict[str, list[str]] = {"ahead": [], "behind": [], "not significantly different": []}
    for pair in tested:
        found[_verdict(pair, leader)].append(f"{aspects()[pair.aspect].title} ({p_in_words(pair.p_holm or 0.0)})")
    parts = [f"{verdict} in {listed(named)}" for verdict, named in found.items() if named]
    count = tested[0].family
    adjusted = f"adjusted by Holm for {count} comparisons" if count > 1 else "the only comparison"
    return f"Against {rival}, the next, the paired t test ({adjusted}) finds {leader} {'; '.join(parts)}."


def _verdict(pair: Pair, leader: str) -> str:
    if pair.ratio is None or pair.p_holm is None or not pair.p_holm <= ALPHA:
        return "not significantly different"
    more = (pair.ratio.ratio > 1) == (pair.a == leader)
    return "ahead" if more == (aspects()[pair.aspect].better == "more") else "behind"


def _of_method(method: MethodScore) -> Iterator[str]:
    span = f"{method.arm} is scored between bounds, {method.score_lower:.2g} and {method.score_upper:.2g}, since"
    if unknown := [a.aspect for a in method.aspects if a.how in {"missing", "bounds"}]:
        verb = "is" if len(unknown) == 1 else "are"
        yield f"{span} {titles(unknown)} {verb} not known as a value of all its batches."
    if apart := [a.aspect for a in method.aspects if a.how == "apart"]:
        yield f"{span} of {titles(apart)} it shares no pool with the methods that it is compared with."
    recovered = next((a.value for a in method.aspects if a.aspect == "particle_recovery"), None)
    if recovered is not None and recovered > _MOST_RECOVERED:
        yield (
            f"{method.arm} seems to recover {recovered:.0f} % of the particles, more than there were: a step adds or "
            "breaks up particles, or the counts are not comparable, and its yield counts for more than it is."
        )
