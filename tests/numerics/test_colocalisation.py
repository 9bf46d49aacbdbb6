from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evqc.numerics.colocalisation import HALF_ADDED, NO_CONTRAST, colocalised

cell = st.integers(1, 5000)


@given(cell, cell, cell, cell)
def test_as_another_library_finds_it(a: int, b: int, c: int, d: int) -> None:
    made, table = colocalised(a, b, c, d), np.array([[a, b], [c, d]])
    other = stats.contingency.odds_ratio(table, kind="sample")
    ends = other.confidence_interval(0.95)
    assert made.odds_ratio == pytest.approx(other.statistic)
    assert (made.lower, made.upper) == pytest.approx((ends.low, ends.high))
    chi = stats.chi2_contingency(table, correction=False).statistic
    assert made.phi == pytest.approx(math.copysign(math.sqrt(chi / table.sum()), made.excess), abs=1e-9)


def test_independent_markers_have_no_excess() -> None:
    made = colocalised(12, 28, 18, 42)
    assert made.excess == pytest.approx(0.0, abs=1e-12)
    assert made.odds_ratio == pytest.approx(1.0)


def test_an_empty_cell_takes_half_a_count() -> None:
    made = colocalised(10, 0, 5, 20)
    assert made.flags == (HALF_ADDED,)
    assert made.odds_ratio == pytest.approx(10.5 * 20.5 / (0.5 * 5.5))


@pytest.mark.parametrize("cells", [(10, 0, 5, 0), (0, 0, 5, 5), (10, 0, 0, 0)])
def test_without_contrast_there_is_no_odds_ratio(cells: tuple[int, int, int, int]) -> None:
    made = colocalised(*cells)
    assert (made.odds_ratio, made.lower, made.phi) == (None, None, None)
    assert NO_CONTRAST in made.flags


@pytest.mark.parametrize("cells", [(0, 0, 0, 0), (-1, 2, 3, 4)])
def test_refused(cells: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="fourfold"):
        colocalised(*cells)


def test_table() -> None:
    assert colocalised(1, 2, 3, 4).to_pandas()["n"].item() == 10
