from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from evqc.numerics.blocks import connected, draw_means, fit_blocks
from evqc.numerics.comparison import paired_ratio

A = [4.2e9, 6.1e9, 3.9e9, 5.5e9]
B = [2.0e9, 2.4e9, 2.1e9, 1.9e9]
POOLS = ["p1", "p2", "p3", "p4"]


def test_two_arms_in_complete_blocks_are_the_paired_t_test() -> None:
    fit = fit_blocks(A + B, ["a"] * 4 + ["b"] * 4, POOLS * 2)
    paired = paired_ratio(A, B)
    assert math.exp(fit.mean[0] - fit.mean[1]) == pytest.approx(paired.ratio)
    covariance = fit.covariance.reshape(2, 2)
    assert fit.residual_sd is not None
    se = fit.residual_sd * math.sqrt(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1])
    t = (fit.mean[0] - fit.mean[1]) / se
    assert 2 * stats.t.sf(abs(t), fit.degrees_of_freedom) == pytest.approx(paired.p_t)
    assert (fit.degrees_of_freedom, fit.blocks) == (3, 4)


def test_the_means_are_those_of_every_block_where_an_arm_missed_a_good_one() -> None:
    """b never saw the rich pool; without blocks it would look half as good as it is."""
    values = [1.0, 2.0, 8.0, 1.0, 2.0]
    fit = fit_blocks(values, ["a", "a", "a", "b", "b"], ["p1", "p2", "p3", "p1", "p2"])
    assert fit.mean[0] == pytest.approx(fit.mean[1])
    assert fit.residual_sd == pytest.approx(0, abs=1e-12)


def test_one_block_has_no_scatter() -> None:
    fit = fit_blocks([1.0, 2.0], ["a", "b"], ["p", "p"])
    assert (fit.residual_sd, fit.degrees_of_freedom, fit.block_sd) == (None, 0, None)
    with pytest.raises(ValueError, match="no scatter"):
        draw_means(fit, np.random.default_rng(0), 3)


@pytest.mark.parametrize(
    ("arms", "blocks", "sets"),
    [
        ("ab", "11", (("a", "b"),)),
        ("ab", "12", (("a",), ("b",))),
        ("abbc", "1122", (("a", "b", "c"),)),
        ("abcd", "1122", (("a", "b"), ("c", "d"))),
        ("acbdc", "11223", (("a", "c"), ("b", "d"))),
        ("abcdb", "11223"[:5], (("a", "b"), ("c", "d"))),
    ],
)
def test_arms_are_tied_together_by_blocks(arms: str, blocks: str, sets: tuple[tuple[str, ...], ...]) -> None:
    assert connected(list(arms), list(blocks)) == sets


def test_arms_that_never_met_have_no_common_scale() -> None:
    with pytest.raises(ValueError, match="never shared a block"):
        fit_blocks([1.0, 2.0], ["a", "b"], ["p", "q"])


@pytest.mark.parametrize("values", [[0.0, 1.0], [math.inf, 1.0], []])
def test_values_without_a_logarithm_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="positive finite"):
        fit_blocks(values, ["a", "b"][: len(values)], ["p", "p"][: len(values)])


def test_draws_have_the_means_and_the_interval_of_the_t_distribution() -> None:
    fit = fit_blocks(A + B, ["a"] * 4 + ["b"] * 4, POOLS * 2)
    drawn = draw_means(fit, np.random.default_rng(5), 200_000)
    ratio = np.exp(np.quantile(drawn[:, 0] - drawn[:, 1], [0.025, 0.5, 0.975]))
    paired = paired_ratio(A, B)
    assert ratio == pytest.approx([paired.lower, paired.ratio, paired.upper], rel=0.02)


def test_what_differs_between_blocks_moves_all_arms_alike() -> None:
    rich = [10 * x for x in A[:2]] + A[2:]
    poorer = [10 * x for x in B[:2]] + B[2:]
    plain = fit_blocks(A + B, ["a"] * 4 + ["b"] * 4, POOLS * 2)
    spread = fit_blocks(rich + poorer, ["a"] * 4 + ["b"] * 4, POOLS * 2)
    assert spread.block_sd is not None
    assert plain.block_sd is not None
    assert spread.block_sd > 3 * plain.block_sd
    apart = [np.diff(draw_means(fit, np.random.default_rng(6), 1000), axis=1).std() for fit in (plain, spread)]
    assert apart[0] == pytest.approx(apart[1])
