from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from evqc.numerics.comparison import holm
from evqc.study.compare import compare
from evqc.study.model import Study
from evqc.study.pairs import pairs
from evqc.study.values import gather
from tests.study.making import opened, plain, without

if TYPE_CHECKING:
    from evqc.study.pairs import Pair


def of(given: dict[str, object]) -> tuple[Pair, ...]:
    study = opened(given)
    return pairs(gather(study).observations, study.record.batches, study.weights)


def one(found: tuple[Pair, ...], aspect: str, a: str, b: str) -> Pair:
    return next(p for p in found if (p.aspect, p.a, p.b) == (aspect, a, b))


def test_every_pair_in_every_measured_aspect_of_the_weights() -> None:
    found = of(plain())
    assert len(found) == 9
    assert {p.aspect for p in found} == {"particles_per_protein", "albumin_per_particles", "particle_recovery"}
    assert {p.family for p in found} == {9}


def test_the_ratio_is_that_within_pools() -> None:
    found = one(of(plain(cv=0.0)), "particle_recovery", "SEC", "UC")
    assert found.ratio is not None
    assert found.ratio.ratio == pytest.approx(50 / 8)
    assert found.p_holm is None, "no scatter, no p"
    assert "agree in every digit" in found.sentence


def test_p_are_adjusted_over_the_family() -> None:
    found = of(plain())
    raw = [p.ratio.p_t for p in found if p.ratio is not None and p.ratio.p_t is not None]
    assert [p.p_holm for p in found] == list(holm(raw))
    assert all(p.p_holm is not None and p.p_holm >= r for p, r in zip(found, raw, strict=True))


def test_what_so_few_pools_cannot_show_is_said() -> None:
    found = one(of(plain()), "particle_recovery", "SEC", "UC")
    assert found.ratio is not None
    assert found.ratio.smallest_p == 0.125
    assert "4 pools cannot give a p below 0.12" in found.sentence
    many = one(of(plain(pools=6)), "particle_recovery", "SEC", "UC")
    assert "cannot" not in many.sentence


def test_one_shared_pool_has_a_ratio_and_no_interval() -> None:
    found = one(of(plain(pools=1)), "particle_recovery", "SEC", "UC")
    assert found.ratio is not None
    assert (found.ratio.lower, found.p_holm, found.family) == (None, None, 0)
    assert "one pool" in found.sentence


def test_pools_where_a_value_is_missing_or_a_bound_are_named() -> None:
    given = without(plain(), "UC", "feed_particles")
    assert one(of(given), "particle_recovery", "SEC", "UC").pools_left_out == ("d1", "d2", "d3", "d4")
    given = plain()
    given["batches"][0]["numbers"]["albumin_ng"] = "<1"
    found = one(of(given), "albumin_per_particles", "SEC", "UC")
    assert (found.pools, found.pools_left_out) == (("d2", "d3", "d4"), ("d1",))


def test_two_batches_of_a_method_on_a_pool_are_one_pair() -> None:
    given = plain(cv=0.0)
    again = given["batches"][0]
    twice = {
        **again,
        "name": "again",
        "numbers": {**again["numbers"], "protein_ug": again["numbers"]["protein_ug"] / 4},
    }
    given["batches"].append(twice)
    found = one(of(given), "particles_per_protein", "SEC", "UC")
    assert found.ratio is not None
    assert found.ratio.n == 4
    assert found.ratio.ratio == pytest.approx(3 * math.exp(math.log(2) / 4))


def test_methods_without_a_common_pool_are_no_pair() -> None:
    given = plain()
    for batch in given["batches"]:
        if batch["arm"] == "UC":
            batch["pool"] = "elsewhere " + batch["pool"]
    assert {(p.a, p.b) for p in of(given)} == {("SEC", "precipitation")}
    assert isinstance(opened(given).record, Study)
    assert compare(opened(given), draws=100).answer.outcome == "not comparable"
