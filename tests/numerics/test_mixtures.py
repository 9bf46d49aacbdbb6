from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import optimize, stats

from evqc.numerics.mixtures import (
    AT_LEAST_SIGMA,
    UNDECIDED,
    MixtureRefusedError,
    fit_mixture,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

EDGES: Floats = np.arange(0.0, 501.0, 5.0)


def counted(parts: Sequence[tuple[int, float, float]], seed: int = 0) -> Floats:
    rng = np.random.default_rng(seed)
    sizes = np.concatenate([np.exp(rng.normal(math.log(m), s, n)) for n, m, s in parts])
    counts: Floats = np.histogram(np.clip(sizes, 0, 499), EDGES)[0].astype(float)
    return counts


@pytest.mark.parametrize(
    "parts",
    [
        [(2000, 110, 0.3)],
        [(1500, 80, 0.12), (500, 160, 0.15)],
        [(1000, 60, 0.06), (1000, 100, 0.06), (1000, 150, 0.06)],
    ],
)
def test_as_many_populations_as_there_are(parts: list[tuple[int, float, float]]) -> None:
    counts = counted(parts)
    made = fit_mixture(EDGES, counts, int(counts.sum()), seed=1)
    total = sum(n for n, _, _ in parts)
    assert made.share_error is not None
    assert made.median_error_nm is not None
    assert made.share.tolist() == pytest.approx([n / total for n, _, _ in parts], abs=0.04)
    for (_, median, sigma), m, e, s in zip(parts, made.median_nm, made.median_error_nm, made.sigma_ln, strict=True):
        assert abs(m - median) < 4 * e
        assert s == pytest.approx(sigma, rel=0.1)
    assert min(made.bic) == made.bic[len(parts) - 1]


def test_the_optimum_is_that_of_another_search() -> None:
    counts = counted([(1500, 80, 0.2), (500, 160, 0.15)])
    made = fit_mixture(EDGES, counts, 2000, seed=1, most=2)

    def minus_log_likelihood(t: Floats) -> float:
        share = 1 / (1 + math.exp(-t[0]))
        edges = np.concatenate([[0.0], EDGES[1:-1], [np.inf]])
        p = share * np.diff(stats.lognorm(math.exp(t[2]), scale=math.exp(t[1])).cdf(edges))
        p += (1 - share) * np.diff(stats.lognorm(math.exp(t[4]), scale=math.exp(t[3])).cdf(edges))
        return -float(counts @ np.log(np.maximum(p, 1e-300)))

    start = np.array([1.0, math.log(80), math.log(0.2), math.log(160), math.log(0.15)])
    best = optimize.minimize(minus_log_likelihood, start, method="Nelder-Mead", options={"maxiter": 5000})
    assert made.log_likelihood == pytest.approx(-best.fun, abs=0.01)
    assert made.log_likelihood >= -best.fun - 1e-3


def test_one_component_has_the_error_of_a_mean() -> None:
    made = fit_mixture(EDGES, counted([(2000, 110, 0.3)]), 2000, seed=1, most=1)
    assert made.median_error_nm is not None
    assert made.median_error_nm[0] == pytest.approx(110 * 0.3 / math.sqrt(2000), rel=0.05)
    assert made.share.tolist() == [1.0]


def test_the_seed_gives_the_same_fit_and_stands_in_it() -> None:
    counts = counted([(300, 80, 0.2), (300, 130, 0.2)])
    one, two = (fit_mixture(EDGES, counts, 600, seed=5) for _ in range(2))
    assert one == two
    assert one.seed == 5
    assert one.starts >= 5


def test_what_hardly_differs_is_not_decided() -> None:
    found = [fit_mixture(EDGES, counted([(400, 80, 0.2), (400, 120, 0.2)], s), 800, seed=1, most=3) for s in range(2)]
    for made in found:
        close = sum(b < min(made.bic) + 2 for b in made.bic) > 1
        assert (UNDECIDED in made.flags) == close


def test_all_in_one_bin_is_a_spike_that_says_so() -> None:
    counts = np.zeros(len(EDGES) - 1)
    counts[20] = 100
    made = fit_mixture(EDGES, counts, 100, seed=1)
    assert len(made.share) == 1
    assert 100 <= made.median_nm[0] <= 105
    assert AT_LEAST_SIGMA in made.flags


@pytest.mark.parametrize("place", [0, -1])
def test_all_in_an_outer_bin_does_not_fail(place: int) -> None:
    counts = np.zeros(len(EDGES) - 1)
    counts[place] = 100
    assert np.isfinite(fit_mixture(EDGES, counts, 100, seed=1).median_nm).all()


@pytest.mark.parametrize("factor", [1234.5, 1000.0, 0.5])
def test_concentrations_are_refused(factor: float) -> None:
    counts = counted([(500, 100, 0.2)])
    with pytest.raises(MixtureRefusedError, match="no counts of 500 tracks"):
        fit_mixture(EDGES, counts * factor, 500, seed=1)


def test_too_few_tracks_are_refused() -> None:
    with pytest.raises(MixtureRefusedError, match="too few"):
        fit_mixture(EDGES, counted([(20, 100, 0.2)]), 20, seed=1)


@pytest.mark.parametrize("edges", [EDGES[:-1], EDGES[::-1], EDGES - 1])
def test_edges_are_checked(edges: Floats) -> None:
    with pytest.raises(ValueError, match="ascending edges"):
        fit_mixture(edges, counted([(50, 100, 0.2)]), 50, seed=1)


def test_table() -> None:
    made = fit_mixture(EDGES, counted([(500, 100, 0.2)]), 500, seed=1, most=1)
    assert made.to_pandas()["median_nm"].item() == made.median_nm[0]
