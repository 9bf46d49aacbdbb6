"""The interval of the mean of one arm in blocks, against the closed form of complete blocks."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t

from evqc.numerics.blocks import fit_blocks, mean_interval


def test_complete_blocks_have_the_interval_of_the_residual_scatter() -> None:
    values = np.random.default_rng(2).lognormal(0, 0.5, (3, 4))
    arms = [arm for arm in "abc" for _ in range(4)]
    fit = fit_blocks(values.ravel().tolist(), arms, list("1234") * 3)
    assert fit.residual_sd is not None
    assert fit.degrees_of_freedom == 6
    half = t.ppf(0.975, 6) * fit.residual_sd / math.sqrt(4)
    for place, arm in enumerate("abc"):
        middle = float(np.log(values[place]).mean())
        assert mean_interval(fit, arm) == pytest.approx((middle - half, middle + half))


def test_without_scatter_there_is_no_interval() -> None:
    assert mean_interval(fit_blocks([1.0, 2.0], ["a", "b"], ["1", "1"]), "a") is None


def test_a_higher_level_is_wider() -> None:
    fit = fit_blocks([1.0, 2.0, 3.0, 5.0], ["a", "a", "b", "b"], ["1", "2", "1", "2"])
    narrow, wide = mean_interval(fit, "a", 0.9), mean_interval(fit, "a", 0.99)
    assert narrow is not None
    assert wide is not None
    assert wide[0] < narrow[0] < narrow[1] < wide[1]
