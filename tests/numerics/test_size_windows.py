"""Size windows and the shares in them, against counting by hand and against another rule of interpolation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.numerics.size_windows import SizeWindow, share, shares, shares_of_each, size_window, size_windows
from evqc.numerics.sizing import fraction_between
from evqc.records import array, replace
from tests.assessment.making import run

if TYPE_CHECKING:
    from evqc.measurement import SizeDistribution


def of_counts(lower: list[float], upper: list[float], counts: list[float] | None) -> SizeDistribution:
    made = run()
    bins = type(made.diameter_nm)(lower=array(lower), upper=array(upper))
    weight = None if counts is None else array(counts)
    return replace(made, diameter_nm=bins, count=weight, concentration_per_ml=weight)


def window(low: float, high: float) -> SizeWindow:
    return SizeWindow(id="w", term="t", lower_nm=low, upper_nm=high, source="[design] of a test")


TEN = of_counts([0, 50, 100, 200, 400], [50, 100, 200, 400, 800], [5, 20, 50, 20, 5])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(50, 400, 0.9), (0, 50, 0.05), (0, 800, 1.0), (75, 100, 0.1), (30, 160, 0.02 + 0.2 + 0.3), (900, 1000, 0.0),
     (200, float("inf"), 0.25)],
)  # fmt: skip
def test_share_by_hand(low: float, high: float, expected: float) -> None:
    assert share(TEN, window(low, high)) == pytest.approx(expected, abs=1e-15)


def test_ninety_per_cent_are_exactly_ninety() -> None:
    assert share(TEN, size_window("release-50-400")) == 0.9


def test_without_numbers_or_particles_there_is_no_share() -> None:
    assert share(of_counts([0], [10], None), window(0, 5)) is None
    assert shares(of_counts([0, 1], [1, 2], [0, 0]), size_windows()) == (None,) * len(size_windows())


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=40), st.floats(0, 900), st.floats(0, 900))
def test_the_share_is_that_of_one_window_and_of_the_interpolated_cumulative(
    counts: list[int], one: float, other: float
) -> None:
    edges = np.linspace(10, 800, len(counts) + 1)
    of = of_counts(edges[:-1].tolist(), edges[1:].tolist(), [float(c) for c in counts])
    low, high = sorted((one, other))
    found = share(of, window(low, high))
    if not any(counts):
        assert found is None
        return
    assert of.count is not None
    assert found == fraction_between(of.diameter_nm.lower, of.diameter_nm.upper, of.count, low, high)
    cumulative = np.concatenate([[0.0], np.cumsum(counts)]) / sum(counts)
    expected = np.interp(high, edges, cumulative) - np.interp(low, edges, cumulative)
    assert found == pytest.approx(expected, abs=1e-12)


@given(st.lists(st.tuples(st.booleans(), st.lists(st.integers(0, 1000), min_size=7, max_size=7)), max_size=6))
def test_many_distributions_have_the_shares_that_each_has_alone(rows: list[tuple[bool, list[int]]]) -> None:
    fine, coarse = (np.linspace(low, 800, 8).tolist() for low in (10, 200))
    bins = {wide: of_counts(edges[:-1], edges[1:], [1] * 7) for wide, edges in ((False, fine), (True, coarse))}
    several = [replace(bins[wide], count=array(counts)) for wide, counts in rows]
    assert shares_of_each(several, size_windows()) == tuple(shares(each, size_windows()) for each in several)


def test_windows_have_a_source_with_a_tag_and_run_upwards() -> None:
    assert len({w.id for w in size_windows()}) == len(size_windows()) == 10
    for each in size_windows():
        assert each.source.startswith(("[seed: ", "[src: ", "[2nd: ", "[lit-"))
        assert 0 <= each.lower_nm < each.upper_nm
    ranges = {(w.lower_nm, w.upper_nm) for w in size_windows()}
    assert {(30, 100), (30, 150), (40, 150), (50, 200), (0, 200), (50, 400), (30, 160)} <= ranges


def test_a_window_says_its_range_and_an_unknown_one_names_those_there_are() -> None:
    assert size_window("exosome-30-150").range == "30 to 150 nm"
    assert size_window("small-ev-below-200").range == "below 200 nm"
    assert window(200, float("inf")).range == "from 200 nm"
    with pytest.raises(KeyError, match="exosome-30-100"):
        size_window("exosome")
