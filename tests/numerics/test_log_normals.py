from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from evqc.numerics.log_normals import LogNormalBins, softmax

EDGES = np.concatenate([[-np.inf], np.linspace(3, 6, 20), [np.inf]])
PARAMETERS = np.concatenate([[0.3, -0.4, 0.1], [4.0, 4.5, 5.2], np.log([0.1, 0.3, 0.2])])


def test_probabilities_are_those_of_the_normal_law() -> None:
    share, mean, sigma = softmax(PARAMETERS[:3]), PARAMETERS[3:6], np.exp(PARAMETERS[6:])
    expected = np.diff(norm.cdf((EDGES[:, np.newaxis] - mean) / sigma), axis=0) @ share
    found = LogNormalBins(EDGES).probabilities(PARAMETERS)
    assert found == pytest.approx(expected, abs=1e-14)
    assert found.sum() == pytest.approx(1)


def test_derivatives_are_what_small_changes_make() -> None:
    bins, step, weight = LogNormalBins(EDGES), 1e-5, np.random.default_rng(1).standard_normal(len(EDGES) - 1)
    first, second = bins.slopes(PARAMETERS, weight)
    either = [(PARAMETERS + step * each, PARAMETERS - step * each) for each in np.eye(9)]
    by_difference = np.array([(bins.probabilities(up) - bins.probabilities(down)) / 2 / step for up, down in either]).T
    twice = np.array([weight @ (bins.derivatives(up) - bins.derivatives(down)) / 2 / step for up, down in either])
    assert np.array_equal(first, bins.derivatives(PARAMETERS))
    assert first == pytest.approx(by_difference, abs=1e-8)
    assert second == pytest.approx(twice, abs=1e-6)


def test_a_population_far_from_every_edge_has_no_slope() -> None:
    far = np.array([0.0, 60.0, np.log(0.03)])
    first, second = LogNormalBins(EDGES).slopes(far, np.ones(len(EDGES) - 1))
    assert not first.any()
    assert not second.any()
