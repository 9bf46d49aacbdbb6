from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evqc.numerics.comparison import (
    false_discovery,
    groups_needed,
    holm,
    log_sd,
    paired_ratio,
    pairs_needed,
    power_of_groups,
    power_of_pairs,
)
from tests.places import reference_case

A = [4.2e9, 6.1e9, 3.9e9, 5.5e9, 7.0e9]
B = [2.0e9, 2.4e9, 2.1e9, 1.9e9, 4.1e9]


def test_a_paired_ratio_is_the_t_test_of_logs() -> None:
    made = paired_ratio(A, B)
    other = stats.ttest_rel(np.log(A), np.log(B))
    low, high = other.confidence_interval(0.95)
    assert made.p_t == pytest.approx(other.pvalue, rel=1e-9)
    assert [made.lower, made.upper] == pytest.approx([math.exp(low), math.exp(high)])
    assert made.ratio == pytest.approx(float(stats.gmean(np.array(A) / np.array(B))))


def test_the_exact_p_is_that_of_all_exchanges_of_signs() -> None:
    logs = np.log(A) - np.log(B)
    other = stats.permutation_test((logs,), np.sum, permutation_type="samples", n_resamples=10_000)  # all 32 of them
    made = paired_ratio(A, B)
    assert made.p_exact == pytest.approx(float(other.pvalue))
    assert made.p_exact == made.smallest_p == 2 / 2**5


@pytest.mark.parametrize(("n", "smallest"), [(1, 1.0), (2, 0.5), (3, 0.25), (5, 0.0625), (6, 0.03125)])
def test_few_pairs_cannot_be_significant(n: int, smallest: float) -> None:
    made = paired_ratio([2.0, 3.0, 4.0, 5.0, 6.0, 7.0][:n], [1.0] * n)
    assert made.smallest_p == smallest
    assert made.p_exact == pytest.approx(smallest)


def test_one_pair_has_no_interval_and_no_p() -> None:
    made = paired_ratio([3.0], [1.5])
    assert (made.ratio, made.lower, made.upper, made.p_t, made.effect_size) == (2.0, None, None, None, None)


def test_pairs_without_scatter_have_no_t() -> None:
    made = paired_ratio([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    assert (made.p_t, made.effect_size) == (None, None)
    assert made.ratio == pytest.approx(2)


def test_with_many_pairs_signs_are_not_exchanged_one_by_one() -> None:
    rng = np.random.default_rng(1)
    made = paired_ratio(rng.lognormal(1, 0.3, 17).tolist(), rng.lognormal(0, 0.3, 17).tolist())
    assert made.p_exact is None
    assert made.p_t is not None


@pytest.mark.parametrize(("a", "b"), [([1.0], [1.0, 2.0]), ([], []), ([0.0], [1.0]), ([math.nan], [1.0])])
def test_pairs_that_are_none_are_refused(a: list[float], b: list[float]) -> None:
    with pytest.raises(ValueError, match=r"pairs need|positive finite"):
        paired_ratio(a, b)


def test_families_of_tests_are_adjusted_as_the_reference_case_says() -> None:
    p = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205]
    assert holm(p) == pytest.approx((0.008, 0.056, *[0.234] * 6), rel=1e-12)
    assert false_discovery(p) == pytest.approx((0.008, 0.032, *[0.0672] * 3, 0.08, 0.08457142857142856, 0.205))
    turned = list(reversed(p))
    assert holm(turned) == tuple(reversed(holm(p)))
    expected = reference_case("D03_holm_bh")["expected"]
    assert holm(p) == pytest.approx(tuple(expected["holm"]), rel=1e-12)


def test_the_size_of_an_experiment_is_that_of_the_reference_case() -> None:
    expected = reference_case("D02_power_two_group")["expected"]
    assert groups_needed(1.5) == pytest.approx(expected["n_per_group"], rel=1e-6)
    table = expected["min_n_table"]
    got = {
        f"cv{cv}_fold{fold}": math.ceil(groups_needed(math.log(fold) / log_sd(cv)))
        for cv in (0.15, 0.3, 0.5)
        for fold in (1.25, 1.5, 2.0, 3.0)
    }
    assert got == table


def test_power_and_size_are_inverse() -> None:
    assert power_of_groups(1.5, groups_needed(1.5)) == pytest.approx(0.8)
    assert power_of_pairs(0.9, pairs_needed(0.9, 0.9)) == pytest.approx(0.9)
    assert pairs_needed(0.5) < 2 * groups_needed(0.5)


def test_an_overwhelming_effect_still_needs_two() -> None:
    assert groups_needed(50.0) == 2.0


@pytest.mark.parametrize(("effect", "power"), [(0.0, 0.8), (-1.0, 0.8), (1.0, 1.0), (1.0, 0.01)])
def test_an_experiment_that_cannot_be_planned_is_refused(effect: float, power: float) -> None:
    with pytest.raises(ValueError, match="an effect is positive"):
        groups_needed(effect, power)


@pytest.mark.parametrize("cv", [0.0, -0.1, math.inf])
def test_a_coefficient_of_variation_is_positive(cv: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        log_sd(cv)
