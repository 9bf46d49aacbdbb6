"""Scores and ranks of methods: what decides, what does not, and what must not change anything."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.study.columns import Observation
from evqc.study.scores import MethodScore, Ranking, rankings
from evqc.study.weights import Weighted, WeightSet

if TYPE_CHECKING:
    from collections.abc import Mapping

POOLS = ("d1", "d2", "d3", "d4")
WEIGHTS = WeightSet(
    id="test",
    title="Test",
    dated=date(2026, 11, 21),
    about="For tests.",
    concentration=30,
    aspect=(
        Weighted(
            name="particles_per_protein", weight=0.5, worst=1e8, best=1e11, scale="log", reference="for this test"
        ),
        Weighted(name="particle_recovery", weight=0.5, worst=1, best=100, scale="log", reference="for this test"),
    ),
)
#: True purity in particles per µg and recovery in per cent.
TRUTH = {"SEC": (6e9, 50.0), "precipitation": (4e8, 88.0), "UC": (2e9, 8.0)}


def observed(
    truth: Mapping[str, tuple[float, float]] = TRUTH, *, cv: float = 0.1, pools: tuple[str, ...] = POOLS, seed: int = 1
) -> list[Observation]:
    rng = np.random.default_rng(seed)
    donor = dict(zip(pools, rng.lognormal(0, 0.4, len(pools)), strict=True))
    made = []
    for arm, (purity, recovery) in truth.items():
        for pool in pools:
            purity_found, recovery_found = rng.lognormal(0, cv, 2) * (purity * donor[pool], recovery)
            made += [
                exact(arm, pool, "particles_per_protein", purity_found),
                exact(arm, pool, "particle_recovery", recovery_found),
            ]
    return made


def exact(arm: str, pool: str, aspect: str, value: float) -> Observation:
    return Observation(arm=arm, pool=pool, batch=f"{arm} {pool}", aspect=aspect, lower=value, upper=value)


def ranked(observations: list[Observation], weights: WeightSet = WEIGHTS) -> Ranking:
    (found,) = rankings(observations, {}, weights, draws=20_000)
    return found


def method(of: Ranking, arm: str) -> MethodScore:
    return next(m for m in of.methods if m.arm == arm)


def test_the_true_order_is_found_and_the_best_may_be_called_so() -> None:
    found = ranked(observed())
    assert [m.arm for m in found.methods] == ["SEC", "precipitation", "UC"]
    assert (found.leader, found.decided, found.pools_needed) == ("SEC", True, None)
    first = method(found, "SEC")
    assert first.rank is not None
    assert first.rank[0] > 0.95
    assert first.score_lower == first.score_upper
    assert [m.arm for m in found.methods if m.on_front] == ["SEC", "precipitation"]


def test_the_order_of_methods_and_batches_changes_nothing() -> None:
    given = observed()
    assert ranked(given[::-1]) == ranked(given)
    shuffled = [given[i] for i in np.random.default_rng(3).permutation(len(given))]
    assert ranked(shuffled) == ranked(given)


def test_a_poor_method_more_changes_nobodys_score_and_order() -> None:
    given = observed()
    more = [*given, *(o for o in observed({"cup": (2e8, 2.0)}, seed=9))]
    before, after = ranked(given), ranked(more)
    assert [m.arm for m in after.methods if m.arm != "cup"] == [m.arm for m in before.methods]
    for arm in TRUTH:
        assert method(after, arm).score_lower == pytest.approx(method(before, arm).score_lower, rel=1e-12)


def test_a_poor_method_on_some_pools_only_changes_nobodys_score_and_order() -> None:
    given = observed()
    more = [*given, *(o for o in observed({"cup": (2e8, 2.0)}, cv=0.5, seed=9) if o.pool in POOLS[:2])]
    before, after = ranked(given), ranked(more)
    assert [m.arm for m in after.methods if m.arm != "cup"] == [m.arm for m in before.methods]
    for arm in TRUTH:
        assert method(after, arm).score_lower == pytest.approx(method(before, arm).score_lower, rel=1e-9)


def test_on_incomplete_pools_a_method_more_tells_how_pools_differ() -> None:
    """There it may shift means, and the report does not promise otherwise."""
    given = [o for o in observed(cv=0.3) if not (o.arm == "UC" and o.pool in {"d1", "d2"})]
    more = [*given, *observed({"cup": (2e8, 2.0)}, cv=0.3, seed=9)]
    before, after = (method(ranked(each), "UC").score_lower for each in (given, more))
    assert after != before
    assert after == pytest.approx(before, rel=0.1)


def test_methods_that_never_shared_a_pool_are_not_ranked_against_each_other() -> None:
    given = observed() + observed({"kit": (9e9, 95.0)}, pools=("x1", "x2"), seed=4)
    found = rankings(given, {}, WEIGHTS, draws=2_000)
    assert [{m.arm for m in of.methods} for of in found] == [set(TRUTH), {"kit"}]
    assert not found[1].decided, "one method alone is not the best of anything"


def test_one_lucky_batch_is_not_called_best() -> None:
    """In one of four pools UC gave a hundred times its recovery; that makes the scatter large and nothing sure."""
    given = [
        replace(o, lower=(o.lower or 0) * 40, upper=(o.upper or 0) * 40)
        if o.arm == "UC" and o.pool == "d2" and o.aspect == "particles_per_protein"
        else o
        for o in observed()
    ]
    found = ranked(given)
    assert not (found.leader == "UC" and found.decided)


def test_with_scattering_data_few_pools_do_not_decide_and_more_are_asked_for() -> None:
    close = {"SEC": (6e9, 50.0), "TFF + SEC": (8e9, 62.0)}
    found = ranked(observed(close, cv=0.5, pools=POOLS[:2], seed=2))
    assert not found.decided
    assert found.weights_decide or found.pools_needed is None or found.pools_needed > 2


def test_when_the_weights_decide_no_number_of_batches_is_asked_for() -> None:
    """One is purer, the other yields more, and both count alike."""
    found = ranked(observed({"SEC": (1e10, 10.0), "precipitation": (1.6e9, 60.0)}, cv=0.02))
    assert (found.decided, found.weights_decide, found.pools_needed) == (False, True, None)


def test_one_pool_says_nothing_of_scatter() -> None:
    found = ranked(observed(pools=("d1",)))
    assert not found.decided
    assert found.without_scatter == ("particles_per_protein", "particle_recovery")
    assert found.pools_needed is None


def test_missing_purity_is_not_zero_but_bounds() -> None:
    given = [o for o in observed() if not (o.arm == "precipitation" and o.aspect == "particles_per_protein")]
    found = ranked(given)
    unsure = method(found, "precipitation")
    assert (unsure.score_lower, unsure.rank) == (0.0, None)
    assert unsure.score_upper > method(found, "SEC").score_lower
    assert unsure.first_lower < unsure.first_upper
    assert {a.aspect: a.how for a in unsure.aspects} == {
        "particles_per_protein": "missing",
        "particle_recovery": "measured",
    }
    assert not found.decided, "it may be the best or the worst"


def test_a_bound_that_settles_it_is_enough() -> None:
    """Of UC nothing but an upper bound is known, and that lies far below the others."""
    given = [
        replace(o, lower=None, upper=3e8) if o.arm == "UC" and o.aspect == "particles_per_protein" else o
        for o in observed()
    ]
    found = ranked(given)
    assert (found.leader, found.decided) == ("SEC", True)
    assert method(found, "UC").first_upper < 0.01


def test_an_aspect_that_nobody_has_counts_for_nobody_and_is_named() -> None:
    found = ranked([o for o in observed() if o.aspect != "particle_recovery"])
    assert found.left_out == ("particle_recovery",)
    assert found.leader == "SEC"


def test_constants_of_the_methods_count() -> None:
    hours = Weighted(name="hours", weight=1, worst=48, best=0.5, scale="log", reference="for this test")
    weights = WEIGHTS.model_copy(update={"aspect": (*WEIGHTS.aspect, hours)})
    slow, quick = {"SEC": {"hours": 40.0}}, {"precipitation": {"hours": 1.0}, "UC": {"hours": 20.0}}
    (found,) = rankings(observed(), slow | quick, weights, draws=5_000)
    assert found.leader == "precipitation"
    assert {a.how for m in found.methods for a in m.aspects} == {"measured", "constant"}


@pytest.mark.parametrize("pools", [2, 3, 4])
def test_the_answer_grows_surer_with_pools(pools: int) -> None:
    found = ranked(observed(cv=0.25, pools=POOLS[:pools], seed=7))
    more = ranked(observed(cv=0.25, pools=(*POOLS, "d5", "d6", "d7", "d8"), seed=7))
    assert method(more, "SEC").first_lower >= method(found, "SEC").first_lower - 0.05
    assert more.decided
