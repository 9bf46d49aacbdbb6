from __future__ import annotations

import math

import numpy as np
import pytest

from evqc.numerics.counting import overdispersion, relative_uncertainty, upper_limit


@pytest.mark.parametrize(("count", "relative"), [(100, 0.1), (300, 0.0577350269), (1000, 0.0316227766), (1, 1.0)])
def test_relative_uncertainty_of_a_count(count: float, relative: float) -> None:
    assert relative_uncertainty(count) == pytest.approx(relative)


def test_nothing_counted_has_no_relative_uncertainty() -> None:
    assert relative_uncertainty(0) is None


@pytest.mark.parametrize(("count", "limit"), [(0, 2.995732273553991), (1, 4.743864518), (10, 16.962219), (3, 7.753657)])
def test_upper_limits_are_those_of_the_tables(count: float, limit: float) -> None:
    # B07: none seen, at most 3.00 at 95 %.
    assert upper_limit(count) == pytest.approx(limit, rel=1e-6)


def test_upper_limit_is_where_so_few_become_unlikely() -> None:
    limit = upper_limit(2, level=0.9)
    assert math.exp(-limit) * (1 + limit + limit**2 / 2) == pytest.approx(0.1)


@pytest.mark.parametrize("count", [-1.0, math.nan, math.inf])
def test_what_is_no_count_is_refused(count: float) -> None:
    with pytest.raises(ValueError, match="count"):
        relative_uncertainty(count)
    with pytest.raises(ValueError, match="count"):
        upper_limit(count)


def test_overdispersion_of_b06() -> None:
    made = overdispersion([98.0, 131.0, 104.0, 160.0, 87.0])
    assert made is not None
    assert made.mean == 116.0
    assert made.phi == pytest.approx(7.478448275862069, rel=1e-9)
    assert made.standard_error == pytest.approx(13.171939872319491, rel=1e-9)
    assert made.standard_error_poisson == pytest.approx(4.8166378315169185, rel=1e-9)
    assert (made.lower, made.upper) == pytest.approx((84.63276642245619, 158.99279403006284), rel=1e-9)


def test_the_error_is_never_below_poisson() -> None:
    made = overdispersion([100.0, 100.0, 101.0])
    assert made is not None
    assert made.phi < 1
    assert made.standard_error == made.standard_error_poisson


def test_poisson_counts_have_phi_near_one() -> None:
    made = overdispersion(np.random.default_rng(7).poisson(200, size=2000).astype(float).tolist())
    assert made is not None
    assert made.phi == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("counts", [[5.0], [0.0, 0.0, 0.0]])
def test_without_replicates_or_counts_there_is_no_scatter(counts: list[float]) -> None:
    assert overdispersion(counts) is None


@pytest.mark.parametrize("counts", [[], [1.0, -1.0], [math.nan, 1.0]])
def test_counts_that_make_no_sense_are_refused(counts: list[float]) -> None:
    with pytest.raises(ValueError, match=r"count|finite"):
        overdispersion(counts)
