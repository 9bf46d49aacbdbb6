"""Other ways of scoring, other weights, what the next experiment needs, and the picture."""

from __future__ import annotations

import itertools
import math
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.study.columns import Observation, column_of
from evqc.study.compare import compare
from evqc.study.plan import plan_of
from evqc.study.sensitivity import sensitivity, weight_map
from evqc.study.weights import Weighted, WeightSet
from tests.places import reference_case
from tests.study.making import opened, plain, without

if TYPE_CHECKING:
    from evqc.study.compared_set import ComparedSet


def only_set(given: dict[str, object], weights: str = "research") -> ComparedSet:
    (found,) = compare(opened(given, weights), draws=2_000).sets
    return found


def test_the_reference_case_of_other_scores() -> None:
    """D01: the method that the fixed scales rank last is first by TOPSIS, and PROMETHEE finds them all level."""
    case = reference_case("D01_mcda")
    scales = (("particles_per_protein", 0.5, 1e9, 1e11, "log"), ("particle_recovery", 0.3, 0.1, 0.8, "linear"),
              ("hours", 0.2, 8.0, 1.0, "linear"))  # fmt: skip
    weights = WeightSet(
        id="d01", title="D01", dated=date(2026, 11, 21), about="The reference case.",
        aspect=tuple(
            Weighted(name=n, weight=w, worst=lo, best=hi, scale=s, reference="D01") for n, w, lo, hi, s in scales
        ),
    )  # fmt: skip
    arms = ("1", "2", "3", "4")
    table = dict(zip(arms, case["inputs"]["X"], strict=True))
    seen = [
        Observation(arm=arm, pool="p", batch=arm, aspect=aspect, lower=row[at], upper=row[at])
        for arm, row in table.items()
        for at, aspect in ((0, "particles_per_protein"), (1, "particle_recovery"))
    ]
    constants = {arm: {"hours": row[2]} for arm, row in table.items()}
    found, why = sensitivity([column_of(w, seen, arms, constants) for w in weights.aspect], arms)
    by = {m.arm: m for m in found}
    expected = case["expected"]
    assert why == ""
    for name, key in (("score", "weighted_geometric"), ("topsis_vector", "topsis_vector"),
                      ("topsis_minmax", "topsis_minmax"), ("promethee", "promethee_II_usual"),
                      ("score_rank", "rank_geo"), ("topsis_vector_rank", "rank_topsis_vec")):  # fmt: skip
        assert [getattr(by[arm], name) for arm in arms] == pytest.approx(expected[key], rel=1e-9, abs=1e-12)
    assert [by[arm].promethee_rank for arm in arms] == [2.5] * 4


def test_other_scores_need_every_value() -> None:
    found = only_set(without(plain(), "UC", "albumin_ng"))
    assert found.sensitivity == ()
    assert found.why_no_sensitivity == "Not every method has a value of Albumin per 10⁹ particles."


def test_at_the_corners_of_the_map_one_group_decides() -> None:
    found = only_set(plain()).over_weights
    assert found is not None
    at = {point.shares: point.leader for point in found.points}
    assert found.groups == ("purity", "yield", "practicality")
    assert (at[1.0, 0.0, 0.0], at[0.0, 1.0, 0.0], at[0.0, 0.0, 1.0]) == ("SEC", "precipitation", "precipitation")
    assert len(at) == 231
    assert found.own == pytest.approx((0.6, 0.3, 0.1))
    assert sum(each.share for each in found.leaders) == pytest.approx(1)


def test_the_map_agrees_with_the_score_at_the_weights_themselves() -> None:
    found = only_set(plain())
    assert found.over_weights is not None
    own = min(found.over_weights.points, key=lambda p: math.dist(p.shares, (0.6, 0.3, 0.1)))
    assert own.shares == pytest.approx((0.6, 0.3, 0.1))
    assert own.score == pytest.approx(found.ranking.methods[0].score_lower)


def test_where_missing_numbers_could_change_the_leader_nobody_leads() -> None:
    found = only_set(without(plain(), "UC", "protein_ug", "albumin_ng")).over_weights
    assert found is not None
    at = {point.shares: point.leader for point in found.points}
    assert at[1.0, 0.0, 0.0] is None, "of UC no purity is known"
    assert at[0.0, 1.0, 0.0] == "precipitation"
    assert found.leaders[-1].arm is None


def test_two_groups_are_a_line() -> None:
    given = plain()
    given["arms"] = [{k: v for k, v in arm.items() if "hours" not in k} for arm in given["arms"]]
    found = only_set(given).over_weights
    assert found is not None
    assert (found.groups, len(found.points)) == (("purity", "yield"), 21)


def test_one_group_or_one_method_has_no_map() -> None:
    assert weight_map([], ("a", "b")) is None
    assert only_set(plain({"SEC": (6e9, 50.0, 1.5, 3.0)})).over_weights is None


@pytest.mark.parametrize(
    ("cv", "least"), [(0.15, {1.25: 9, 2.0: 3}), (0.3, {1.25: 29, 2.0: 5}), (0.5, {1.25: 72, 2.0: 9})]
)
def test_the_plan_needs_the_batches_of_the_reference_table(cv: float, least: dict[float, int]) -> None:
    """D02: made with exactly this scatter between the batches of a method."""
    sd = math.sqrt(math.log1p(cv * cv))
    steps = np.array([-1.0, -1.0, 1.0, 1.0]) * sd * math.sqrt(3 / 4)
    seen = [
        Observation(arm=arm, pool=str(i), batch=f"{arm}{i}", aspect="particle_recovery", lower=v, upper=v)
        for arm, order in (("a", (0, 1, 2, 3)), ("b", (2, 1, 0, 3)))
        for i, v in enumerate(20 * np.exp(steps[list(order)]))
    ]
    weighted = Weighted(name="particle_recovery", weight=1, worst=1, best=90, scale="log", reference="here")
    found = plan_of(column_of(weighted, seen, ("a", "b"), {}), seen)
    assert found.cv_of_method == pytest.approx(cv)
    assert {f.fold: f.batches for f in found.folds if f.fold in least} == least


def test_on_shared_pools_a_plan_needs_fewer_where_pools_differ_much() -> None:
    plan = {p.aspect: p for p in only_set(plain(pools=6, cv=0.15)).plan}["particle_recovery"]
    assert plan.cv_within_pools == pytest.approx(0.15, rel=0.5)
    pools = [fold.pools for fold in plan.folds]
    assert all(a is not None and b is not None and a >= b for a, b in itertools.pairwise(pools))


def test_one_pool_plans_nothing_and_says_why() -> None:
    plan = only_set(plain(pools=1)).plan
    assert {(p.folds, p.why_missing != "") for p in plan} == {((), True)}


def test_batches_that_agree_in_every_digit_plan_nothing() -> None:
    plan = only_set(plain(pools=3, cv=0.0)).plan
    assert {(p.folds, p.why_missing.split(":")[0]) for p in plan} == {
        ((), "The batches agree in every digit, as copies would")
    }


def test_the_picture_shows_methods_batches_front_and_outlines() -> None:
    found = only_set(plain()).picture
    assert found is not None
    assert (found.x, found.y) == ("particle_recovery", "particles_per_protein")
    assert len(found.batches) == 12
    assert [a.arm for a in found.arms if a.on_front] == ["SEC", "precipitation"]
    for arm in found.arms:
        assert arm.x is not None
        assert arm.y is not None
        assert arm.outline_x.min() < arm.x < arm.outline_x.max()
        assert arm.outline_y.min() < arm.y < arm.outline_y.max()


def test_outlines_hold_the_truth_as_often_as_they_say() -> None:
    """Of 200 studies the region for SEC over the mean of UC holds the true ratio in about 95 per cent."""
    inside = 0
    for seed in range(200):
        found = only_set_fast(seed)
        inside += found
    assert 0.9 <= inside / 200 <= 0.985


def only_set_fast(seed: int) -> bool:
    from evqc.study.picture import picture  # noqa: PLC0415

    truth = {"a": (6e9, 50.0), "b": (2e9, 8.0)}
    rng = np.random.default_rng(seed)
    pool = rng.normal(0, 0.5, (5, 2))
    noise = {arm: rng.multivariate_normal([0, 0], [[0.04, 0.02], [0.02, 0.03]], 5) for arm in truth}
    seen = [
        Observation(arm=arm, pool=str(p), batch=f"{arm}{p}", aspect=aspect, lower=value, upper=value)
        for arm, means in truth.items()
        for p in range(5)
        for at, aspect in enumerate(("particles_per_protein", "particle_recovery"))
        for value in [float(means[at] * math.exp(pool[p, at] + noise[arm][p, at]))]
    ]
    scale = {"particles_per_protein": (1e8, 3e10), "particle_recovery": (1.0, 90.0)}
    columns = [
        column_of(Weighted(name=n, weight=1, worst=lo, best=hi, scale="log", reference="here"), seen, ("a", "b"), {})
        for n, (lo, hi) in scale.items()
    ]
    drawn = picture(columns, ("a", "b"), seen)
    assert drawn is not None
    arm = drawn.arms[0]
    shift = [pool[:, at].mean() for at in (1, 0)]
    true = [math.log(truth["a"][1]) + shift[0], math.log(truth["a"][0]) + shift[1]]
    curve = np.column_stack([np.log(arm.outline_x), np.log(arm.outline_y)])
    return _inside(curve, np.array(true))


def _inside(curve: np.ndarray, point: np.ndarray) -> bool:
    """Whether a point lies within a convex closed curve."""
    edges, towards = np.diff(curve, axis=0), point - curve[:-1]
    turn = edges[:, 0] * towards[:, 1] - edges[:, 1] * towards[:, 0]
    return bool((turn >= 0).all() or (turn <= 0).all())
