from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import rel_entr

from evqc.numerics.distances import (
    SINGLE_BATCH,
    Distance,
    compare_groups,
    distances,
    similarity_factor,
)
from evqc.numerics.drift import CANNOT_REACH_005

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EDGES: Floats = np.array([0.0, 10, 20, 40, 80])
weights = hnp.arrays(np.float64, 4, elements=st.just(0.0) | st.floats(0.01, 100)).filter(lambda w: w.max() > 0)


@given(weights, weights)
def test_as_other_routes_find_them(a: Floats, b: Floats) -> None:
    made, fine = distances(EDGES, a, b), np.linspace(0, 80, 80_001)
    p, q = (np.interp(fine, EDGES, np.concatenate([[0], np.cumsum(w) / w.sum()])) for w in (a, b))
    assert made.wasserstein == pytest.approx(np.trapezoid(np.abs(p - q), fine), rel=1e-4, abs=1e-4)
    assert made.ks == pytest.approx(np.abs(p - q).max(), abs=1e-6)
    shares = a / a.sum(), b / b.sum()
    nats = sum(rel_entr(share, (shares[0] + shares[1]) / 2).sum() for share in shares) / 2
    assert made.jensen_shannon == pytest.approx(nats / math.log(2), abs=1e-9)


@given(weights, weights, weights)
def test_they_are_distances(a: Floats, b: Floats, c: Floats) -> None:
    ab, ba, ac, cb = (distances(EDGES, x, y) for x, y in ((a, b), (b, a), (a, c), (c, b)))
    assert ab.wasserstein == pytest.approx(ba.wasserstein, abs=1e-9)
    assert ab.wasserstein <= ac.wasserstein + cb.wasserstein + 1e-9
    assert ab.ks <= ac.ks + cb.ks + 1e-9
    assert math.sqrt(ab.jensen_shannon) <= math.sqrt(ac.jensen_shannon) + math.sqrt(cb.jensen_shannon) + 1e-6
    assert 0 <= ab.jensen_shannon <= 1
    assert distances(EDGES, a, 7 * a).wasserstein == pytest.approx(0, abs=1e-9)


def test_distributions_apart_are_a_bit_apart() -> None:
    made = distances(EDGES, np.array([1.0, 0, 0, 0]), np.array([0.0, 0, 0, 3]))
    assert (made.jensen_shannon, made.ks, made.wasserstein) == pytest.approx((1.0, 1.0, 55.0))


@pytest.mark.parametrize("kind", ["wasserstein", "jensen_shannon", "ks"])
def test_three_against_three_never_reach_five_percent(kind: Distance) -> None:
    a, b = np.tile([1.0, 0, 0, 0], (3, 1)), np.tile([0.0, 0, 0, 1], (3, 1))
    made = compare_groups(EDGES, a, b, seed=1, kind=kind)
    assert made.p == pytest.approx(0.1)
    assert (made.smallest_p, made.exact, made.draws) == (0.1, True, 20)
    assert made.flags == (CANNOT_REACH_005,)


@pytest.mark.parametrize(("k", "m", "least"), [(4, 4, 2 / 70), (3, 5, 1 / 56), (1, 19, 1 / 20)])
def test_the_smallest_p(k: int, m: int, least: float) -> None:
    a, b = np.tile([1.0, 0, 0, 0], (k, 1)), np.tile([0.0, 0, 0, 1], (m, 1))
    made = compare_groups(EDGES, a, b, seed=1)
    assert made.smallest_p == pytest.approx(least)
    assert made.p == pytest.approx(least)
    assert (SINGLE_BATCH in made.flags) == (k == 1)


def test_groups_of_one_kind_have_even_p() -> None:
    rng = np.random.default_rng(2)
    found = [compare_groups(EDGES, rows[:4], rows[4:], seed=1).p for rows in rng.dirichlet(np.ones(4), (300, 8))]
    assert np.mean(np.array(found) <= 0.1) == pytest.approx(0.1, abs=0.05)
    assert np.mean(found) == pytest.approx(0.51, abs=0.06)


def test_many_batches_are_drawn_with_the_seed() -> None:
    rows = np.random.default_rng(3).dirichlet(np.ones(4), 24)
    one, two = (compare_groups(EDGES, rows[:12], rows[12:], seed=4) for _ in range(2))
    assert one == two
    assert (one.exact, one.seed, one.smallest_p) == (False, 4, 1e-4)


def test_videos_do_not_weigh_by_their_particles() -> None:
    rows = np.random.default_rng(3).dirichlet(np.ones(4), 6)
    scaled = rows * np.array([[1.0], [5], [10], [100], [3], [2]])
    one, two = (compare_groups(EDGES, r[:3], r[3:], seed=1) for r in (rows, scaled))
    assert one.distance == pytest.approx(two.distance)


@pytest.mark.parametrize(
    ("edges", "a", "b"),
    [
        (EDGES[:-1], [1.0, 0, 0, 0], [1.0, 0, 0, 0]),
        (EDGES[::-1], [1.0, 0, 0, 0], [1.0, 0, 0, 0]),
        (EDGES, [0.0, 0, 0, 0], [1.0, 0, 0, 0]),
        (EDGES, [1.0, -1, 0, 0], [1.0, 0, 0, 0]),
        (EDGES, [1.0, math.nan, 0, 0], [1.0, 0, 0, 0]),
    ],
)
def test_refused(edges: Floats, a: list[float], b: list[float]) -> None:
    with pytest.raises(ValueError, match="distributions"):
        distances(edges, np.array(a), np.array(b))


def test_groups_refused() -> None:
    one = np.ones((2, 4))
    with pytest.raises(ValueError, match="none of"):
        compare_groups(EDGES, one, one, seed=1, kind="energy")  # type: ignore[arg-type]  # what is refused
    with pytest.raises(ValueError, match="at least one"):
        compare_groups(EDGES, one[:0], one, seed=1)


def test_one_bin() -> None:
    made = distances(np.array([0.0, 1.0]), np.array([2.0]), np.array([5.0]))
    assert (made.wasserstein, made.jensen_shannon, made.ks) == (0.0, 0.0, 0.0)


def test_the_similarity_factor() -> None:
    assert similarity_factor([10, 50, 100], [10, 50, 100]) == 100
    assert similarity_factor([10, 50, 100], [20, 60, 100]) == pytest.approx(50 * math.log10(100 / math.sqrt(101)))
    for a, b in (([1.0], [1.0]), ([1.0, 2.0], [1.0, 2.0, 3.0]), ([1.0, 200.0], [1.0, 2.0])):
        with pytest.raises(ValueError, match="f2"):
            similarity_factor(a, b)


def test_tables() -> None:
    assert distances(EDGES, np.ones(4), np.ones(4)).to_pandas()["ks"].item() == 0
    assert compare_groups(EDGES, np.ones((2, 4)), np.ones((2, 4)), seed=1).to_pandas()["n_a"].item() == 2
