from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.isolation.derived import Derived
from evqc.isolation.yields import (
    ABOVE_100_PERCENT,
    ABOVE_120_PERCENT,
    BELOW_80_PERCENT,
    TAKEN_AS_EXACT,
    mass_balance,
    particles_per_day,
    particles_per_million_cells,
    particles_per_million_cells_per_day,
    particles_per_ml_medium,
    step_recovery,
    total_particles,
)
from evqc.measurands import UNITS
from evqc.numerics.estimate import NO_REPLICATION, Estimate, Relation
from evqc.numerics.replicates import replicate_mean
from evqc.records import from_plain, to_plain

CONCENTRATION = replicate_mean([4.8e10, 5.0e10, 5.2e10], "1/mL", "videos")
TOTAL = total_particles(CONCENTRATION, 2.0)
MISSING = total_particles(None, 2.0)


def total(value: float, cv: float | None, relation: Relation = "=") -> Derived:
    made = Estimate(
        value=value, lower=None, upper=None, unit="1", n=3, scale="log", replicates="videos", method="known",
        standard_uncertainty=None if cv is None else cv * value, relation=relation,
    )  # fmt: skip
    return Derived(name="particle_count", title="Particles", unit="1", estimate=made)


def value_of(made: Derived) -> float:
    assert made.estimate is not None
    assert made.estimate.value is not None
    return made.estimate.value


def test_total_particles() -> None:
    assert value_of(TOTAL) == pytest.approx(1.0e11)
    assert TOTAL.estimate is not None
    assert TOTAL.estimate.standard_uncertainty == pytest.approx(1e11 * 0.04 / math.sqrt(3))
    assert (TOTAL.unit, TOTAL.estimate.n) == ("1", 3)


@pytest.mark.parametrize(
    ("concentration", "volume", "why"),
    [
        (None, 2.0, "The particle concentration of the undiluted sample is missing."),
        (CONCENTRATION, None, "The volume of the sample is missing."),
        (CONCENTRATION, 0.0, "The volume of the sample is 0 and would have to be positive."),
        (CONCENTRATION, -1.0, "The volume of the sample is -1"),
        (CONCENTRATION, math.inf, "The volume of the sample is inf"),
        (CONCENTRATION, math.nan, "The volume of the sample is nan"),
        (replicate_mean([-2.0], "1/mL", "videos"), 2.0, "negative"),
    ],
)
def test_what_is_missing_for_a_total_is_named(concentration: Estimate | None, volume: float | None, why: str) -> None:
    made = total_particles(concentration, volume)
    assert made.estimate is None
    assert why in made.why_missing


def test_a_concentration_in_another_unit_is_refused() -> None:
    with pytest.raises(ValueError, match="1/mL"):
        total_particles(replicate_mean([1.0], "ug/mL", "wells"), 2.0)


@pytest.mark.parametrize(
    ("made", "value", "unit"),
    [
        (particles_per_million_cells(TOTAL, 5e7), 2.0e9, "1/1e6 cells"),
        (particles_per_ml_medium(TOTAL, 500.0), 2.0e8, "1/mL"),
        (particles_per_day(TOTAL, 48.0), 5.0e10, "1/24h"),
        (particles_per_million_cells_per_day(particles_per_million_cells(TOTAL, 5e7), 48.0), 1.0e9, "1/1e6 cells/24h"),
    ],
)
def test_yields(made: Derived, value: float, unit: str) -> None:
    assert value_of(made) == pytest.approx(value)
    assert made.unit == unit
    assert unit in UNITS
    assert made.estimate is not None
    assert made.estimate.flags == (TAKEN_AS_EXACT,)
    assert made.estimate.standard_uncertainty == pytest.approx(value * 0.04 / math.sqrt(3))


def test_andriolo_2018_yields_at_least_that_per_ml() -> None:
    # More than 1e13 particles of 8 L medium.
    made = particles_per_ml_medium(total(1e13, None, ">"), 8000.0)
    assert value_of(made) == pytest.approx(1.25e9)
    assert made.estimate is not None
    assert made.estimate.relation == ">"


def test_the_uncertainty_of_a_cell_count_counts() -> None:
    cells = replicate_mean([4.5e7, 5.0e7, 5.5e7], "1", "counts")
    made = particles_per_million_cells(TOTAL, cells)
    assert made.estimate is not None
    assert TAKEN_AS_EXACT not in made.estimate.flags
    assert made.estimate.standard_uncertainty == pytest.approx(2e9 * math.hypot(0.04, 0.1) / math.sqrt(3))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (particles_per_million_cells(TOTAL, None), "The number of cells at harvest is missing."),
        (particles_per_million_cells(TOTAL, 0.0), "The number of cells at harvest is 0"),
        (particles_per_million_cells(TOTAL, replicate_mean([0.0], "1", "counts")), "a ratio to it is not defined"),
        (particles_per_ml_medium(TOTAL, None), "The volume of conditioned medium is missing."),
        (particles_per_day(TOTAL, None), "The time of collection is missing."),
        (particles_per_million_cells(MISSING, 5e7), "The particle concentration of the undiluted sample is missing."),
        (particles_per_million_cells_per_day(particles_per_million_cells(TOTAL, None), 48.0), "cells at harvest"),
    ],
)
def test_what_is_missing_for_a_yield_is_named(made: Derived, why: str) -> None:
    assert made.estimate is None
    assert why in made.why_missing


@pytest.mark.parametrize(
    ("out", "percent", "flags"),
    [
        (0.4e12, 40.0, (BELOW_80_PERCENT,)),
        (0.8e12, 80.0, ()),
        (1.0e12, 100.0, ()),
        (1.1e12, 110.0, (ABOVE_100_PERCENT,)),
        (1.2e12, 120.0, (ABOVE_100_PERCENT,)),
        (1.3e12, 130.0, (ABOVE_100_PERCENT, ABOVE_120_PERCENT)),
    ],
)
def test_step_recovery_and_its_flags(out: float, percent: float, flags: tuple[str, ...]) -> None:
    made = step_recovery(total(1e12, 0.1), total(out, 0.12))
    assert value_of(made) == pytest.approx(percent)
    assert made.estimate is not None
    assert made.estimate.flags == flags
    assert made.estimate.standard_uncertainty == pytest.approx(percent * math.hypot(0.1, 0.12))


@pytest.mark.parametrize(
    ("out", "relation", "flags"),
    [(1.3e12, "<", ()), (0.4e12, "<", (BELOW_80_PERCENT,)), (0.4e12, ">", ()), (1.1e12, ">", (ABOVE_100_PERCENT,))],
)
def test_a_bound_is_flagged_only_when_sure(out: float, relation: Relation, flags: tuple[str, ...]) -> None:
    made = step_recovery(total(1e12, 0.1), total(out, None, relation))
    assert made.estimate is not None
    assert (made.estimate.flags, made.estimate.relation) == (flags, relation)


def test_mass_balance_of_c03() -> None:
    made = mass_balance(total(1e12, 0.1), [total(4e11, 0.12), total(3e11, 0.15), total(1.5e11, 0.2)])
    assert value_of(made) == pytest.approx(85.0, rel=1e-12)
    assert made.estimate is not None
    assert made.estimate.standard_uncertainty == pytest.approx(85.0 * 0.13129116589555648, rel=1e-12)
    assert made.estimate.flags == ()


@pytest.mark.parametrize(
    ("feed", "fractions", "why"),
    [
        (total(1e12, 0.1), [], "No fraction is given."),
        (total(1e12, 0.1), [total(1e11, 0.1), MISSING], "undiluted sample is missing"),
        (MISSING, [total(1e11, 0.1)], "undiluted sample is missing"),
        (total(0.0, None), [total(1e11, 0.1)], "The feed is 0"),
        (total(1e12, 0.1), [total(1e11, None, "<"), total(1e11, None, ">")], "no sum follows"),
        (total(1e12, None, "<"), [total(1e11, None, "<")], "no ratio follows"),
    ],
)
def test_a_missing_fraction_is_not_taken_as_zero(feed: Derived, fractions: list[Derived], why: str) -> None:
    made = mass_balance(feed, fractions)
    assert made.estimate is None
    assert why in made.why_missing


def test_a_single_measurement_leaves_the_recovery_without_uncertainty() -> None:
    single = total_particles(replicate_mean([5e10], "1/mL", "videos"), 2.0)
    made = step_recovery(total(1e12, 0.1), single)
    assert made.estimate is not None
    assert (made.estimate.lower, made.estimate.flags) == (None, (NO_REPLICATION, BELOW_80_PERCENT))


def test_protein_is_not_recovered_from_particles() -> None:
    protein = replace(TOTAL, unit="ug", estimate=replicate_mean([5.0], "ug", "wells"))
    with pytest.raises(ValueError, match="recovered"):
        step_recovery(TOTAL, protein)


@given(st.floats(1e6, 1e13), st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_pouring_together_and_splitting_conserves(concentration: float, volume: float, factor: float) -> None:
    made = replicate_mean([concentration, 1.1 * concentration], "1/mL", "videos")
    thinner = replicate_mean([concentration / factor, 1.1 * concentration / factor], "1/mL", "videos")
    recovery = step_recovery(total_particles(made, volume), total_particles(thinner, volume * factor))
    assert value_of(recovery) == pytest.approx(100.0)


@pytest.mark.parametrize(
    "changes",
    [
        {"why_missing": "Because."},
        {"estimate": None},
        {"unit": "1/mL"},
    ],
)
def test_a_derived_result_has_a_value_or_a_reason(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="particle_count"):
        replace(TOTAL, **changes)


def test_a_derived_result_survives_its_document() -> None:
    assert from_plain(Derived, to_plain(TOTAL)) == TOTAL
    assert from_plain(Derived, to_plain(MISSING)) == MISSING
