"""Equations in a fixed order: the answers of a library, and products that no order of adding up changes."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.numerics.linear_equations import (
    backward,
    cholesky,
    dot,
    forward,
    inverse_of_squares,
    least_squares,
    log_determinant,
    rounded,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def rows(shape: tuple[int, int] = (40, 6)) -> Floats:
    """Columns that are independent and of very different lengths."""
    return np.random.default_rng(1).standard_normal(shape) * 10.0 ** np.arange(shape[1])


def positive() -> Floats:
    made = rows()
    return np.asarray(made.T @ made)


def test_least_squares_are_those_of_a_library() -> None:
    design, right = rows(), np.random.default_rng(2).standard_normal(40)
    np.testing.assert_allclose(least_squares(design, right), np.linalg.lstsq(design, right)[0], rtol=1e-11)


def test_least_squares_of_a_polynomial_of_high_degree_find_it() -> None:
    """Where the squares of the rows would have lost every digit: their condition is 10^18."""
    x = np.linspace(0, 1, 60)
    design = np.vander(x, 12, increasing=True)
    assert np.linalg.cond(design.T @ design) > 1e15
    np.testing.assert_allclose(least_squares(design, design @ np.arange(12.0)), np.arange(12.0), rtol=1e-6, atol=1e-6)


def test_the_inverse_of_squares_is_one() -> None:
    design = rows()
    np.testing.assert_allclose(inverse_of_squares(design), np.linalg.inv(design.T @ design), rtol=1e-9)


def test_a_triangle_gives_its_matrix_and_solves_it() -> None:
    matrix = positive()
    lower = cholesky(matrix)
    np.testing.assert_allclose(lower, np.linalg.cholesky(matrix), rtol=1e-11)
    for right in (np.arange(1.0, 7.0), np.arange(18.0).reshape(6, 3)):
        found = backward(lower, forward(lower, right))
        np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-8)
    assert log_determinant(lower) == pytest.approx(np.linalg.slogdet(matrix)[1], rel=1e-12)


def test_what_is_solved_stays_as_it_was() -> None:
    matrix, right = positive(), np.arange(1.0, 7.0)
    before = matrix.copy()
    lower = cholesky(matrix)
    backward(lower, forward(lower, right))
    np.testing.assert_array_equal(matrix, before)
    np.testing.assert_array_equal(right, np.arange(1.0, 7.0))


@pytest.mark.parametrize("least", [0.0, -1.0, float("nan")])
def test_a_matrix_that_is_not_positive_has_no_triangle(least: float) -> None:
    with pytest.raises(np.linalg.LinAlgError):
        cholesky(np.diag([1.0, least]))


@pytest.mark.parametrize("number", [2, 40, 5000])
def test_products_of_rounded_columns_are_exact_in_every_order(number: int) -> None:
    held = rounded(rows((number, 6)), number)
    found = held.T @ held
    mixed = held[np.random.default_rng(3).permutation(number)]
    np.testing.assert_array_equal(mixed.T @ mixed, found)
    a, b = held[:, 1], held[:, 4]
    assert sum(Fraction(x) * Fraction(y) for x, y in zip(a.tolist(), b.tolist(), strict=True)) == Fraction(found[1, 4])


def test_what_is_rounded_keeps_six_digits_of_its_largest() -> None:
    plain = rows((5000, 6))
    assert (np.abs(rounded(plain, 5000) - plain).max(axis=0) < 1e-6 * np.abs(plain).max(axis=0)).all()
    np.testing.assert_array_equal(rounded(np.zeros((3, 2)), 3), np.zeros((3, 2)))


def test_a_sum_of_products_is_rounded_once() -> None:
    assert dot(np.array([1e16, 1.0, -1e16]), np.ones(3)) == 1.0
