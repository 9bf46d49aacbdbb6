"""The truth: what it refuses, and that draws follow it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.simulation.truth import (
    Component,
    Truth,
    component,
    concentration_of_run,
    diameters_of_run,
    generator,
    stem_of,
    true_quantile_nm,
    true_share_below,
)


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"particle_concentration_per_ml": -1.0}, "particle_concentration_per_ml"),
        ({"particle_concentration_per_ml": math.nan}, "particle_concentration_per_ml"),
        ({"dilution": 0.5}, "dilution"),
        ({"dilution": math.inf}, "dilution"),
        ({"replicate_cv": -0.1}, "replicate_cv"),
        ({"runs": 0}, "runs"),
        ({"runs": 100_000}, "runs"),
        ({"seed": -1}, "seed"),
        ({"components": ()}, "components"),
        ({"components": (Component(median_nm=-5.0),)}, "components 0 / median_nm"),
        ({"components": (Component(median_nm=90.0, geometric_sd=0.9),)}, "components 0 / geometric_sd"),
        ({"components": (Component(median_nm=90.0, weight=0.0),)}, "components 0 / weight"),
        ({"zero_runs": (5,)}, "zero_runs"),
        ({"low_runs": (-1,)}, "low_runs"),
        ({"sample": ""}, "sample"),
        ({"sample": "a\nb"}, "sample"),
        ({"sample": 'a"b'}, "sample"),
        ({"sample": "{n}"}, "sample"),
        ({"sample": "試料"}, "sample"),
    ],
)
def test_nonsense_is_refused_with_its_field(options: dict[str, Any], field: str) -> None:
    with pytest.raises(InputError) as caught:
        Truth(**options)
    assert [(i.code, i.where.field) for i in caught.value.issues] == [("OPTION", field)]


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(InputError) as caught:
        Truth(dilution=0.0, runs=0, components=())
    assert {i.where.field for i in caught.value.issues} == {"dilution", "runs", "components"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("110", Component(median_nm=110.0)),
        ("110:1.2", Component(median_nm=110.0, geometric_sd=1.2)),
        ("25:1.3:0.4", Component(median_nm=25.0, geometric_sd=1.3, weight=0.4)),
    ],
)
def test_a_component_is_read_from_text(text: str, expected: Component) -> None:
    assert component(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "1:2:3:4", "110:", "110;1.3", "nan"])
def test_a_component_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="components"):
        component(text)


def test_the_quantile_of_one_population_is_its_median() -> None:
    truth = Truth(components=(Component(median_nm=120.0, geometric_sd=1.4),))
    assert true_quantile_nm(truth, 0.5) == pytest.approx(120.0, rel=1e-3)
    # ln D90 = ln 120 + 1.2816 ln 1.4, by hand 184.7 nm
    assert true_quantile_nm(truth, 0.9) == pytest.approx(184.7, rel=1e-3)


def test_the_share_below_is_of_the_whole_mixture() -> None:
    truth = Truth(components=(Component(median_nm=50.0, weight=3.0), Component(median_nm=500.0, weight=1.0)))
    assert true_share_below(truth, 150.0) == pytest.approx(0.75, abs=1e-3)


def test_particles_of_one_size_are_a_step() -> None:
    truth = Truth(components=(Component(median_nm=100.0, geometric_sd=1.0),), size_cv=0.0)
    assert true_share_below(truth, np.array([99.9, 100.0])).tolist() == [0.0, 1.0]
    assert diameters_of_run(truth, 0, 3) == pytest.approx([100.0] * 3)


@given(
    median=st.floats(30, 300),
    spread=st.floats(1.05, 1.8),
    seed=st.integers(0, 2**32),
    share=st.sampled_from([0.1, 0.5, 0.9]),
)
def test_draws_follow_the_truth(median: float, spread: float, seed: int, share: float) -> None:
    truth = Truth(components=(Component(median_nm=median, geometric_sd=spread),), size_cv=0.0, seed=seed)
    below = float(np.mean(diameters_of_run(truth, 0, 4000) <= true_quantile_nm(truth, share)))
    assert abs(below - share) < 5 * math.sqrt(share * (1 - share) / 4000)  # five standard errors


def test_concentrations_vary_by_the_replicate_cv_about_the_truth() -> None:
    truth = Truth(runs=200, replicate_cv=0.2, particle_concentration_per_ml=1e11, dilution=100.0)
    drawn = np.array([concentration_of_run(truth, run) for run in range(200)])
    assert drawn.mean() == pytest.approx(1e9, rel=5 * 0.2 / math.sqrt(200))
    assert drawn.std(ddof=1) / drawn.mean() == pytest.approx(0.2, rel=0.25)


def test_without_scatter_the_concentration_is_the_truth() -> None:
    truth = Truth(replicate_cv=0.0)
    assert concentration_of_run(truth, 3) == pytest.approx(2e8)


def test_zero_and_low_runs() -> None:
    truth = Truth(replicate_cv=0.0, zero_runs=(0,), low_runs=(1,))
    assert [concentration_of_run(truth, run) for run in range(3)] == pytest.approx([0.0, 2e6, 2e8])


def test_each_run_has_its_own_stream() -> None:
    short, long = Truth(runs=2, seed=7), Truth(runs=5, seed=7)
    assert concentration_of_run(short, 1) == concentration_of_run(long, 1)
    assert np.array_equal(diameters_of_run(short, 1, 50), diameters_of_run(long, 1, 50))
    assert concentration_of_run(long, 1) != concentration_of_run(long, 2)


def test_the_stream_is_fixed_for_ever() -> None:
    # Examples and fixtures rest on it: PCG64 seeded by SeedSequence(1, spawn_key=(0,)).
    assert generator(Truth(), 0).integers(0, 1000, 4).tolist() == [15, 699, 828, 174]


@pytest.mark.parametrize(
    ("sample", "stem"),
    [("WJ-MSC EV 3", "WJ-MSC_EV_3"), ("a/b\\c", "a_b_c"), ("=cmd|'/c calc'!A0", "cmd_c_calc_A0"), ("µ", "sample")],
)
def test_stems_are_safe_file_names(sample: str, stem: str) -> None:
    assert stem_of(sample) == stem
