from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from evqc.numerics.dilution_series import linearity
from evqc.numerics.equivalence import equivalent_means, equivalent_ratio, equivalent_value
from evqc.numerics.estimate import IDENTICAL_REPLICATES, NO_REPLICATION

groups = st.lists(st.floats(-100, 100), min_size=2, max_size=8).filter(lambda v: np.std(v) > 1e-3)


@given(groups, groups, st.floats(0.1, 50))
def test_two_one_sided_tests_are_those_of_another_library(a: list[float], b: list[float], margin: float) -> None:
    found = equivalent_means(a, b, margin)
    high = stats.ttest_ind(a, np.array(b) + margin, equal_var=False, alternative="less").pvalue
    low = stats.ttest_ind(a, np.array(b) - margin, equal_var=False, alternative="greater").pvalue
    assert found.p == pytest.approx(max(high, low), rel=1e-6, abs=1e-12)


@given(groups, groups, st.floats(0.1, 50))
def test_p_and_interval_say_the_same(a: list[float], b: list[float], margin: float) -> None:
    found = equivalent_means(a, b, margin)
    assert found.lower is not None
    assert found.upper is not None
    inside = min(found.lower + margin, margin - found.upper)
    if abs(inside) > 1e-9 * margin:
        assert found.equivalent is (inside > 0)


def test_scatter_is_not_rewarded() -> None:
    quiet = equivalent_means([10.0, 10.1, 9.9], [10.0, 10.1, 9.9], 1.0)
    noisy = equivalent_means([10.0, 14.0, 6.0], [10.0, 14.0, 6.0], 1.0)
    assert quiet.equivalent is True
    assert noisy.equivalent is False


def test_one_value_leaves_the_question_open() -> None:
    found = equivalent_means([10.0], [10.0, 10.2], 5.0)
    assert (found.equivalent, found.p, found.lower, found.flags) == (None, None, None, (NO_REPLICATION,))


@pytest.mark.parametrize(("b", "equal"), [(10.0, True), (12.0, False), (11.0, False)])
def test_without_scatter_the_margin_alone_decides(b: float, equal: bool) -> None:
    found = equivalent_means([10.0, 10.0], [b, b], 1.0)
    assert (found.equivalent, found.flags) == (equal, (IDENTICAL_REPLICATES,))


def test_ratios_are_compared_by_factor() -> None:
    found = equivalent_ratio([110.0, 112, 108, 111], [100.0, 101, 99, 100], factor=1.25)
    other = equivalent_ratio([100.0, 101, 99, 100], [110.0, 112, 108, 111], factor=1.25)
    assert found.estimate == pytest.approx(1 / other.estimate)
    assert found.p == pytest.approx(other.p)
    assert (found.margin_lower, found.margin_upper, found.scale) == (0.8, 1.25, "log")
    assert found.equivalent is True
    assert found.lower is not None
    assert other.upper is not None
    assert found.lower == pytest.approx(1 / other.upper)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: equivalent_means([], [1.0], 1), "at least one value"),
        (lambda: equivalent_means([math.nan, 1], [1.0, 2], 1), "finite"),
        (lambda: equivalent_means([1.0, 2], [1.0, 2], 0), "upwards"),
        (lambda: equivalent_means([1.0, 2], [1.0, 2], -1), "upwards"),
        (lambda: equivalent_value(0.0, 1.0, None, (-1, 1), n=3, alpha=0.5), "level"),
        (lambda: equivalent_ratio([1.0, 0.0], [1.0, 2.0]), "positive"),
        (lambda: equivalent_ratio([1.0, 2.0], [1.0, 2.0], factor=1.0), "factor"),
    ],
)
def test_refused(call: object, said: str) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match=said):
        call()


def test_a_known_uncertainty_has_a_normal_test() -> None:
    found = equivalent_value(0.0, 1.0, None, (-1.96, 1.96), n=3)
    assert found.p == pytest.approx(0.025, abs=1e-4)


def test_a_noisy_dilution_series_is_not_linear_though_its_interval_contains_one() -> None:
    found = linearity((100, 200, 400, 800), [8e8, 3e8, 2.6e8, 0.9e8])
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < 1 < found.upper
    assert found.equivalent is False
    assert linearity((100, 200, 400, 800), [8.1e8, 4e8, 2.02e8, 1e8]).equivalent is True


def test_a_saturated_series_is_not_linear() -> None:
    assert linearity((100, 200, 400, 800), [4.1e8, 2.9e8, 2.02e8, 1.41e8]).equivalent is False


def test_two_dilutions_leave_the_question_open() -> None:
    assert linearity((100, 200), [8e8, 4e8]).equivalent is None


def test_tables() -> None:
    table = equivalent_means([1.0, 2.0], [1.5, 2.5], 3.0).to_pandas()
    assert table.shape[0] == 1
    assert table["n"].item() == 2
