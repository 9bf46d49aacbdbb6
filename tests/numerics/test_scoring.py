"""Scores of alternatives: reference case D01, missing values, and what a further alternative must not change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.numerics.scoring import (
    desirability,
    pareto_front,
    promethee,
    ranks,
    score_bounds,
    topsis,
    weighted_geometric_mean,
)
from tests.places import reference_case

X = np.array([[1.2e10, 0.35, 4.0], [5e9, 0.8, 1.0], [2.5e10, 0.2, 6.0], [1e10, 0.6, 2.0]])
WEIGHTS = np.array([0.5, 0.3, 0.2])
BENEFIT = np.array([True, True, False])
D = np.column_stack(
    [
        desirability(X[:, 0], 1e9, 1e11, logarithmic=True),
        desirability(X[:, 1], 0.1, 0.8),
        desirability(X[:, 2], 8.0, 1.0),
    ]
)


@pytest.mark.parametrize(
    ("got", "name"),
    [
        (D, "desirability_matrix"),
        (weighted_geometric_mean(D, WEIGHTS), "weighted_geometric"),
        (ranks(weighted_geometric_mean(D, WEIGHTS)), "rank_geo"),
        (topsis(X, WEIGHTS, benefit=BENEFIT), "topsis_vector"),
        (topsis(X, WEIGHTS, benefit=BENEFIT, scaling="minmax"), "topsis_minmax"),
        (ranks(topsis(X, WEIGHTS, benefit=BENEFIT)), "rank_topsis_vec"),
        (promethee(X, WEIGHTS, benefit=BENEFIT), "promethee_II_usual"),
        (promethee(X, np.array([0.4, 0.35, 0.25]), benefit=BENEFIT), "promethee_II_usual_weights_.4_.35_.25"),
    ],
)
def test_the_reference_case(got: Any, name: str) -> None:
    expected = reference_case("D01_mcda")["expected"][name]
    assert got == pytest.approx(np.array(expected), rel=1e-9, abs=1e-12)


def test_the_worked_scores_stand_here_too() -> None:
    """Where the reference cases are not at hand."""
    assert weighted_geometric_mean(D, WEIGHTS) == pytest.approx([0.48225549, 0.59117257, 0.36298297, 0.61980808])


def test_ends_and_beyond() -> None:
    made = desirability(np.array([-1.0, 0.0, 0.25, 1.0, 7.0, np.nan]), 0.0, 1.0)
    assert made[:5].tolist() == [0.0, 0.0, 0.25, 1.0, 1.0]
    assert np.isnan(made[5])


@pytest.mark.parametrize(("worst", "best"), [(1.0, 1.0), (0.0, np.inf), (np.nan, 1.0)])
def test_a_scale_has_two_ends(worst: float, best: float) -> None:
    with pytest.raises(ValueError, match="two different finite ends"):
        desirability(np.array([1.0]), worst, best)


@pytest.mark.parametrize(("values", "worst"), [([0.0], 1.0), ([1.0], 0.0), ([-2.0], 1.0)])
def test_a_logarithmic_scale_refuses_what_is_not_positive(values: list[float], worst: float) -> None:
    with pytest.raises(ValueError, match="positive numbers only"):
        desirability(np.array(values), worst, 10.0, logarithmic=True)


def test_a_zero_cannot_be_bought_back_and_without_weight_does_not_count() -> None:
    assert weighted_geometric_mean(np.array([0.0, 1.0]), np.array([0.1, 0.9])) == 0
    assert weighted_geometric_mean(np.array([0.0, 0.5]), np.array([0.0, 1.0])) == pytest.approx(0.5)


def test_what_is_not_known_leaves_no_score_but_bounds() -> None:
    known, unknown = np.array([0.5, np.nan]), np.array([1.0, 1.0])
    assert np.isnan(weighted_geometric_mean(known, unknown))
    assert weighted_geometric_mean(known, np.array([1.0, 0.0])) == pytest.approx(0.5)
    low, high = score_bounds(known, known, unknown)
    assert low == 0.0
    assert high == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize("weights", [[-1.0, 2.0], [0.0, 0.0], [np.nan, 1.0]])
def test_weights_that_make_no_sense_are_refused(weights: list[float]) -> None:
    with pytest.raises(ValueError, match="weights are finite"):
        weighted_geometric_mean(np.array([0.5, 0.5]), np.array(weights))


def test_the_front_holds_whoever_nobody_beats() -> None:
    points = np.array([[0.9, 0.1], [0.5, 0.5], [0.1, 0.9], [0.4, 0.5], [0.5, 0.5]])
    assert pareto_front(points).tolist() == [True, True, True, False, True]


def test_a_bound_is_beaten_only_when_its_best_is() -> None:
    low = np.array([[0.5, 0.5], [0.0, 0.4]])
    assert pareto_front(low, np.array([[0.5, 0.5], [1.0, 0.4]])).tolist() == [True, True]
    assert pareto_front(low, np.array([[0.5, 0.5], [0.5, 0.4]])).tolist() == [True, False]


def test_equal_scores_share_their_rank() -> None:
    assert ranks(np.array([0.5, 0.9, 0.5])).tolist() == [2.5, 1.0, 2.5]


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=2, max_size=6))
def test_a_further_alternative_changes_nobodys_score(rows: list[list[float]]) -> None:
    all_of_them = weighted_geometric_mean(np.array(rows), WEIGHTS)
    without_last = weighted_geometric_mean(np.array(rows[:-1]), WEIGHTS)
    assert all_of_them[:-1].tolist() == without_last.tolist()


def test_one_criterion_that_is_the_same_for_all_is_no_division_by_zero() -> None:
    same = np.array([[1.0, 0.0], [2.0, 0.0]])
    assert np.isfinite(topsis(same, np.array([0.5, 0.5]), benefit=np.array([True, False]))).all()
    assert np.isfinite(topsis(same, np.array([0.5, 0.5]), benefit=np.array([True, False]), scaling="minmax")).all()
