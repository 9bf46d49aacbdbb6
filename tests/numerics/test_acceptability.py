from __future__ import annotations

import numpy as np
import pytest

from evqc.numerics.acceptability import Acceptability, draw_weights, rank_acceptability
from tests.numerics.test_scoring import D

NAMES = ("one", "two", "three", "four")


def accepted(d: np.ndarray, weights: np.ndarray, names: tuple[str, ...] = NAMES) -> Acceptability:
    return rank_acceptability(names, np.broadcast_to(d, (len(weights), *d.shape)), weights)


def test_weights_alone_decide_as_the_worked_case_says() -> None:
    """First ranks 0, .640, .040 and .320 by a grid and by Monte Carlo; source: METHODS section D."""
    weights = draw_weights(np.random.default_rng(1), 100_000, (1, 1, 1), 3)
    made = accepted(D, weights)
    assert [made.first(name) for name in NAMES] == pytest.approx([0, 0.640, 0.040, 0.320], abs=0.004)
    assert np.sum(made.rank, axis=1) == pytest.approx(1)
    assert np.sum(made.rank, axis=0) == pytest.approx(1)
    assert made.central_weights[0] is None
    assert made.standard_error == pytest.approx(0.00158, abs=1e-5)


def test_the_order_of_alternatives_does_not_matter() -> None:
    weights = draw_weights(np.random.default_rng(2), 5_000, (1, 2, 3), 6)
    turned = accepted(D[::-1], weights, NAMES[::-1])
    assert turned.rank[::-1] == accepted(D, weights).rank


def test_alternatives_that_tie_share_their_ranks() -> None:
    d = np.array([[0.5, 0.5], [0.5, 0.5], [0.1, 0.1]])
    made = accepted(d, np.full((10, 2), 0.5), ("a", "b", "c"))
    assert made.rank == ((0.5, 0.5, 0.0), (0.5, 0.5, 0.0), (0.0, 0.0, 1.0))


def test_a_zero_counts_as_the_floor() -> None:
    d = np.array([[0.0, 1.0], [0.01, 1.0]])
    assert accepted(d, np.full((4, 2), 0.5), ("a", "b")).rank == ((0.5, 0.5), (0.5, 0.5))


def test_central_weights_are_those_under_which_an_alternative_is_first() -> None:
    d = np.array([[1.0, 0.1], [0.1, 1.0]])
    made = accepted(d, np.array([[0.8, 0.2], [0.6, 0.4], [0.1, 0.9]]), ("a", "b"))
    assert np.array(made.central_weights) == pytest.approx(np.array([[0.7, 0.3], [0.1, 0.9]]))


def test_many_draws_are_ranked_in_parts_to_the_same_result() -> None:
    weights = draw_weights(np.random.default_rng(3), 45_000, (1, 1, 1), 3)
    whole = accepted(D, weights)
    parts = [accepted(D, part) for part in np.split(weights, 3)]
    assert np.array(whole.rank) == pytest.approx(np.mean([p.rank for p in parts], axis=0))


def test_drawn_weights_have_the_mean_asked_for() -> None:
    made = draw_weights(np.random.default_rng(4), 20_000, (5, 3, 2), 30)
    assert made.mean(axis=0) == pytest.approx([0.5, 0.3, 0.2], abs=0.005)
    assert made.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize(("around", "concentration"), [((0, 1), 2), ((1, 1), 0), ((-1, 2), 2)])
def test_weights_that_cannot_be_drawn_are_refused(around: tuple[float, ...], concentration: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        draw_weights(np.random.default_rng(0), 10, around, concentration)


def test_what_is_not_known_is_not_ranked() -> None:
    with pytest.raises(ValueError, match="every desirability is known"):
        accepted(np.array([[0.5, np.nan]]), np.full((2, 2), 0.5), ("a",))


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one name for each"):
        accepted(D, np.full((2, 3), 1 / 3), ("a", "b"))
