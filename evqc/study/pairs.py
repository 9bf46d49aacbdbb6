"""Two methods at a time on the pools that they share: how many times the one is the other, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from evqc.numerics.comparison import PairedRatio, holm, paired_ratio
from evqc.records import record
from evqc.study.weights import aspects
from evqc.study.words import counted_pools, p_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from evqc.study.columns import Observation
    from evqc.study.model import BatchOfStudy
    from evqc.study.weights import WeightSet


@record
class Pair:
    """Two methods on the same pools, in one aspect.

    Attributes:
        ratio: of ``a`` to ``b``; None when no pool has a value of both.
        p_holm: ``ratio.p_t`` adjusted for the family; None where there is no p.
        family: how many comparisons were adjusted together.
        pools: on which both have a value.
        pools_left_out: that both share, but where a value is a bound, zero or missing.
        sentence: all of it in words.
    """

    aspect: str
    a: str
    b: str
    ratio: PairedRatio | None
    p_holm: float | None
    family: int
    pools: tuple[str, ...]
    pools_left_out: tuple[str, ...]
    sentence: str


def pairs(observations: Sequence[Observation], batches: Sequence[BatchOfStudy], weights: WeightSet) -> tuple[Pair, ...]:
    """Every two methods that share a pool, in every measured aspect of the weights.

    The family of the adjustment is all of them that have a p: what the weights name is what was asked beforehand.

    Args:
        observations: of all batches.
        batches: of the study.
        weights: its aspects are compared, in their order.

    Source:
        METHODS section D: paired t on log ratios, Holm for confirmatory comparisons.
    """
    names = [each.name for each in weights.aspect if not aspects()[each.name].constant]
    pools: dict[str, set[str]] = {}
    for batch in batches:
        pools.setdefault(batch.arm, set()).add(batch.pool)
    made = [pair for name in names for pair in _of_aspect(name, _by_arm_and_pool(observations, name), pools)]
    return _adjusted(made)


def _by_arm_and_pool(observations: Sequence[Observation], aspect: str) -> dict[tuple[str, str], float | None]:
    """Geometric means of the batches of a method on a pool; None where one is a bound or zero."""
    found: dict[tuple[str, str], list[float | None]] = {}
    for o in observations:
        if o.aspect == aspect:
            value = o.exact if o.exact is not None and o.exact > 0 else None
            found.setdefault((o.arm, o.pool), []).append(value)
    return {key: _geometric_mean(values) for key, values in found.items()}


def _geometric_mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.exp(math.fsum(map(math.log, known)) / len(known)) if len(known) == len(values) else None


def _of_aspect(
    aspect: str, values: Mapping[tuple[str, str], float | None], pools: Mapping[str, set[str]]
) -> Iterator[Pair]:
    for a, b in combinations(sorted(pools), 2):
        shared = sorted(pools[a] & pools[b])
        used = [p for p in shared if values.get((a, p)) is not None and values.get((b, p)) is not None]
        if shared:
            left, right = ([values[arm, p] or math.nan for p in used] for arm in (a, b))
            yield Pair(
                aspect=aspect,
                a=a,
                b=b,
                ratio=paired_ratio(left, right) if used else None,
                p_holm=None,
                family=0,
                pools=tuple(used),
                pools_left_out=tuple(p for p in shared if p not in used),
                sentence="",
            )


def _adjusted(made: Sequence[Pair]) -> tuple[Pair, ...]:
    """The pairs with their p adjusted over all of them, and in words."""
    raw = [pair.ratio.p_t for pair in made if pair.ratio is not None and pair.ratio.p_t is not None]
    adjusted = iter(holm(raw))
    found = []
    for pair in made:
        has_p = pair.ratio is not None and pair.ratio.p_t is not None
        done = replace(pair, p_holm=next(adjusted) if has_p else None, family=len(raw))
        found.append(replace(done, sentence=_sentence(done)))
    return tuple(found)


def _sentence(pair: Pair) -> str:
    title, ratio = aspects()[pair.aspect].title, pair.ratio
    if ratio is None:
        shared = counted_pools(len(pair.pools_left_out))
        return f"{title}: on none of the {shared} that {pair.a} and {pair.b} share are both known as a value."
    times = f"{title}: {pair.a} has {ratio.ratio:.3g} times what {pair.b} has"
    if ratio.lower is None or ratio.upper is None:
        return f"{times} on the one pool with values of both; nothing tells how far another pool would lie."
    interval = f"({100 * ratio.level:.0f} % interval {ratio.lower:.3g} to {ratio.upper:.3g}, {counted_pools(ratio.n)})"
    if pair.p_holm is None:
        return f"{times} {interval}; the pools agree in every digit, so that there is no p."
    adjusted = f"adjusted for {pair.family} comparisons" if pair.family > 1 else "the only comparison"
    return f"{times} {interval}; {p_in_words(pair.p_holm)} by the paired t test, {adjusted}.{_exact(ratio)}"


def _exact(ratio: PairedRatio) -> str:
    """What the test without assumptions can say at best, where that is nothing."""
    if ratio.smallest_p <= 0.05:
        return ""
    least = f"{ratio.smallest_p:.2g}"
    return (
        f" Without the assumption that logs scatter normally, {counted_pools(ratio.n)} cannot give a p below {least}."
    )
