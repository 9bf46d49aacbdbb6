from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.isolation.purity import (
    Band,
    Purity,
    particles_per_protein,
    physical_range,
    purity,
    purity_band,
)
from evqc.measurement import Quantity, State
from evqc.numerics.censoring import estimate_quantity
from evqc.numerics.estimate import NO_REPLICATION, Estimate, Relation
from evqc.numerics.replicates import replicate_mean
from evqc.numerics.vesicles import VesicleAssumptions
from evqc.records import from_plain, to_json, to_plain

if TYPE_CHECKING:
    from collections.abc import Callable

PARTICLES = replicate_mean([4.8e10, 5.0e10, 5.2e10], "1/mL", "videos")
PROTEIN = replicate_mean([490.0, 500.0, 510.0], "ug/mL", "wells")
HUNDRED_NM = 100.0**3


def ratio(value: float, relation: Relation = "=", lower: float | None = None, upper: float | None = None) -> Estimate:
    return Estimate(
        value=value, lower=lower, upper=upper, unit="1/ug", n=3, scale="log", replicates="videos", method="ratio",
        relation=relation,
    )  # fmt: skip


def below_range(limit: float | None) -> Estimate:
    made = estimate_quantity(
        [
            Quantity(
                measurand="protein_concentration", value=None, unit="ug/mL", state=State.BELOW_RANGE, sample="S",
                bound=limit,
            )
        ],
        replicates="wells",
    )  # fmt: skip
    assert made is not None
    return made


def test_particles_per_protein_with_its_uncertainty() -> None:
    made = particles_per_protein(PARTICLES, PROTEIN)
    assert made.estimate is not None
    assert made.estimate.value == pytest.approx(1.0e8)
    # Relative standard errors 0.04/√3 and 0.02/√3, degrees of freedom (0.04² + 0.02²)² / ((0.04⁴ + 0.02⁴) / 2).
    relative = math.hypot(0.04, 0.02) / math.sqrt(3)
    assert made.estimate.standard_uncertainty == pytest.approx(1e8 * relative)
    assert made.estimate.degrees_of_freedom == pytest.approx(2 * 25 / 17)
    assert made.estimate.lower is not None
    assert made.estimate.upper is not None
    assert made.estimate.lower < 1e8 < made.estimate.upper
    assert (made.unit, made.estimate.n, made.estimate.replicates) == ("1/ug", 3, "videos / wells")
    assert made.inputs == ("particle_concentration", "protein_concentration")


@pytest.mark.parametrize(
    ("particles", "protein", "why"),
    [
        (None, PROTEIN, "The particle concentration of the undiluted sample is missing."),
        (PARTICLES, None, "The protein concentration is missing."),
        (PARTICLES, below_range(None), "below the range of its assay and the limit of that range is not stated"),
        (PARTICLES, replicate_mean([0.0], "ug/mL", "wells"), "The protein concentration is 0"),
        (PARTICLES, replicate_mean([-3.0], "ug/mL", "wells"), "The protein concentration is -3"),
        (PARTICLES, replicate_mean([1e-300], "ug/mL", "wells"), "no ratio follows"),
        (replicate_mean([-1.0], "1/mL", "videos"), PROTEIN, "is negative (-1) after subtraction of its blank"),
        (replace(PARTICLES, relation="<", lower=None), below_range(2.0), "known only as bounds"),
    ],
)
def test_where_there_is_no_ratio_a_sentence_says_why(
    particles: Estimate | None, protein: Estimate | None, why: str
) -> None:
    made = particles_per_protein(particles, protein)
    assert made.estimate is None
    assert why in made.why_missing
    assert made.why_missing.endswith(".")


def test_protein_below_range_gives_greater_than_and_never_infinity() -> None:
    made = purity(PARTICLES, below_range(1.0), HUNDRED_NM)
    assert made.ratio.estimate is not None
    assert made.ratio.estimate.value == pytest.approx(5e10)
    assert (made.ratio.estimate.relation, made.ratio.estimate.upper) == (">", None)
    assert made.band is not None
    assert made.band.band == "high"
    assert "Infinity" not in to_json(made)


def test_a_single_protein_reading_leaves_the_ratio_without_uncertainty() -> None:
    made = particles_per_protein(PARTICLES, replicate_mean([500.0], "ug/mL", "wells"))
    assert made.estimate is not None
    assert made.estimate.value == pytest.approx(1e8)
    assert made.estimate.lower is None
    assert NO_REPLICATION in made.estimate.flags


@pytest.mark.parametrize("swapped", [(PROTEIN, PROTEIN), (PARTICLES, PARTICLES)])
def test_a_wrong_unit_is_refused(swapped: tuple[Estimate, Estimate]) -> None:
    with pytest.raises(ValueError, match="expected an estimate in"):
        particles_per_protein(*swapped)


@pytest.mark.parametrize(
    ("value", "band"),
    [
        # STANDARDS 10.5
        (3.0e10, "indeterminate"), (3.1e10, "high"), (2.5e10, "indeterminate"), (2.0e10, "low"), (2.0e9, "low"),
        (1.7e9, "indeterminate"), (1.5e9, "indeterminate"), (1.4e9, "unpure"), (1.0e8, "unpure"),
        # the strictness of each limit, one step beside it
        (math.nextafter(3e10, math.inf), "high"), (math.nextafter(2e10, math.inf), "indeterminate"),
        (math.nextafter(2e9, 0), "indeterminate"), (math.nextafter(1.5e9, 0), "unpure"), (0.0, "unpure"),
    ],
)  # fmt: skip
def test_bands_and_their_gaps(value: float, band: Band) -> None:
    assert purity_band(ratio(value)).band == band


@pytest.mark.parametrize(
    ("value", "relation", "band"),
    [
        (3.0e10, ">", "high"),  # everything greater than 3e10 is above it
        (2.9e10, ">", "indeterminate"),
        (1.0e9, ">", "indeterminate"),  # may be in any band
        (2.0e9, ">", "indeterminate"),
        (1.5e9, "<", "unpure"),
        (1.6e9, "<", "indeterminate"),
        (5.0e10, "<", "indeterminate"),
    ],
)
def test_a_bound_has_a_band_only_when_all_it_allows_is_in_it(value: float, relation: Relation, band: Band) -> None:
    assert purity_band(ratio(value, relation)).band == band


@given(st.floats(1e6, 1e13), st.floats(1.0, 1e3))
def test_a_bound_agrees_with_every_value_it_allows(value: float, factor: float) -> None:
    stated = purity_band(ratio(value, ">")).band
    allowed = purity_band(ratio(math.nextafter(value, math.inf) * factor)).band
    assert stated in {allowed, "indeterminate"}


@pytest.mark.parametrize(
    ("lower", "upper", "bands"),
    [
        (4e9, 9e9, ("low",)),
        (1e9, 9e9, ("unpure", "indeterminate", "low")),
        (1e9, 9e10, ("unpure", "indeterminate", "low", "high")),
        (1e9, None, ()),
        (None, None, ()),
    ],
)
def test_the_bands_that_the_interval_touches(lower: float | None, upper: float | None, bands: tuple[Band, ...]) -> None:
    assert purity_band(ratio(5e9, lower=lower, upper=upper)).bands_of_interval == bands


def test_the_band_carries_its_source_and_its_critics() -> None:
    made = purity_band(ratio(5e9))
    assert "10.3402/jev.v2i0.19861" in made.source
    assert any("Lipoproteins" in caveat for caveat in made.caveats)


@pytest.mark.parametrize(
    ("value", "relation", "exceeds", "below"),
    [
        # 100 nm: ceiling 1.736e10 at a protein share of 0.1, floor 1.415e9.
        (2.0e10, "=", True, False),
        (5.0e9, "=", False, False),
        (1.0e9, "=", False, True),
        (2.0e10, ">", True, False),
        (5.0e9, ">", None, False),
        (1.0e9, ">", None, None),
        (1.0e9, "<", False, True),
        (5.0e9, "<", False, None),
        (2.0e10, "<", None, None),
    ],
)
def test_physical_range(value: float, relation: Relation, exceeds: bool | None, below: bool | None) -> None:
    made = physical_range(ratio(value, relation), HUNDRED_NM)
    assert made.ceiling_per_ug == pytest.approx(1.736e10, rel=1e-3)
    assert made.floor_per_ug == pytest.approx(1414710605.2612917)
    assert (made.exceeds_ceiling, made.below_floor) == (exceeds, below)


@pytest.mark.parametrize(
    ("lower", "upper", "decided"),
    [(1.8e10, 2.2e10, True), (1.6e10, 2.2e10, False), (1.0e9, 2.2e10, False), (None, None, False)],
)
def test_the_interval_decides_or_does_not(lower: float | None, upper: float | None, decided: bool) -> None:
    assert physical_range(ratio(2e10, lower=lower, upper=upper), HUNDRED_NM).decided_by_interval is decided


def test_the_assumptions_are_the_callers() -> None:
    made = physical_range(ratio(2e10), HUNDRED_NM, VesicleAssumptions(protein_mass_fraction=0.05))
    assert made.exceeds_ceiling is False
    assert made.assumptions.protein_mass_fraction == 0.05


def test_a_high_band_above_the_ceiling_says_both() -> None:
    protein = replicate_mean([1.0, 1.02, 0.98], "ug/mL", "wells")
    made = purity(PARTICLES, protein, 120.0**3)
    assert made.band is not None
    assert made.physical is not None
    assert (made.band.band, made.physical.exceeds_ceiling) == ("high", True)
    assert made.physical.decided_by_interval


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (purity(PARTICLES, PROTEIN), "The size distribution of the sample is missing."),
        (purity(PARTICLES, None, HUNDRED_NM), "There is no ratio to compare."),
    ],
)
def test_without_sizes_or_ratio_there_is_no_physical_range(made: Purity, why: str) -> None:
    assert (made.physical, made.why_no_physical) == (None, why)


@pytest.mark.parametrize("judge", [purity_band, lambda r: physical_range(r, HUNDRED_NM)])
@pytest.mark.parametrize("given", [PARTICLES, replace(ratio(1.0, "<"), value=None)])
def test_only_ratios_with_a_value_are_judged(judge: Callable[[Estimate], object], given: Estimate) -> None:
    with pytest.raises(ValueError, match=r"expected an estimate|without value"):
        judge(given)


def test_a_size_of_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        physical_range(ratio(1e9), 0.0)


def test_a_purity_survives_its_document() -> None:
    made = purity(PARTICLES, PROTEIN, HUNDRED_NM)
    assert from_plain(Purity, to_plain(made)) == made
