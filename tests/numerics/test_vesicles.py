from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from evqc.numerics.vesicles import (
    DEFAULT_ASSUMPTIONS,
    ProteinByParts,
    VesicleAssumptions,
    particles_per_protein_ceiling,
    particles_per_protein_expected,
    particles_per_protein_floor,
    protein_by_parts_g,
)


@pytest.mark.parametrize(
    ("diameter", "floor"),
    [(50, 11317684842.090334), (100, 1414710605.2612917), (150, 419173512.6700124), (200, 176838825.65766147)],
)
def test_floor_of_c02(diameter: float, floor: float) -> None:
    assert particles_per_protein_floor(diameter**3) == pytest.approx(floor, rel=1e-9)


@pytest.mark.parametrize(
    ("diameter", "ceiling"),
    # Criterion PUR-CEIL-01 prints two digits for a protein share of 0.2.
    [(50, 6.9e10), (60, 4.0e10), (66, 3.0e10), (70, 2.5e10), (100, 8.7e9), (120, 5.0e9), (150, 2.6e9)],
)
def test_ceiling_of_the_printed_table(diameter: float, ceiling: float) -> None:
    assert particles_per_protein_ceiling(diameter**3, protein_fraction=0.2) == pytest.approx(ceiling, rel=0.02)


def test_ceiling_by_hand() -> None:
    # 100 nm: volume 5.236e-16 mL, mass 5.760e-16 g, of which a tenth is protein.
    assert particles_per_protein_ceiling(1e6) == pytest.approx(1e-6 / 5.7596e-17, rel=1e-4)


def test_less_protein_or_lighter_vesicles_raise_the_ceiling() -> None:
    assert particles_per_protein_ceiling(1e6, 0.05) == pytest.approx(2 * particles_per_protein_ceiling(1e6, 0.1))
    assert particles_per_protein_ceiling(1e6, 0.1, 1.0) > particles_per_protein_ceiling(1e6, 0.1, 1.1)


def test_the_floor_lies_below_the_ceiling() -> None:
    assert particles_per_protein_floor(1e6) < particles_per_protein_ceiling(1e6)


@pytest.mark.parametrize(
    ("cubed", "fraction", "density"),
    [(0.0, 0.1, 1.1), (-1.0, 0.1, 1.1), (math.nan, 0.1, 1.1), (1e6, 0.0, 1.1), (1e6, 1.1, 1.1), (1e6, 0.1, 0.0)],
)
def test_geometry_that_makes_no_sense_is_refused(cubed: float, fraction: float, density: float) -> None:
    with pytest.raises(ValueError, match=r"positive|fraction"):
        particles_per_protein_ceiling(cubed, fraction, density)


@pytest.mark.parametrize(
    "changes",
    [
        {"density_g_per_ml": 0.0},
        {"protein_mass_fraction": 0.0},
        {"protein_mass_fraction": 1.5},
        {"protein_density_g_per_ml": -1.0},
    ],
)
def test_assumptions_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"positive|fraction"):
        VesicleAssumptions(**changes)


def test_assumptions_say_that_they_are_assumed() -> None:
    assert DEFAULT_ASSUMPTIONS.source.startswith("assumed, not measured")


def test_protein_by_parts_lies_below_solid_protein() -> None:
    diameters = np.array([8.0, 10.0, 50.0, 100.0, 1000.0])
    grams = protein_by_parts_g(diameters)
    solid = 1e-6 / np.array([particles_per_protein_floor(d**3) for d in diameters])
    assert (grams < solid).all()
    assert grams[:2] == pytest.approx(solid[:2] * 0.5)  # all membrane
    everything = ProteinByParts(lumen_fraction=1, membrane_fraction=1)
    assert protein_by_parts_g(diameters, everything) == pytest.approx(solid)


@pytest.mark.parametrize("diameter", [0.0, -1.0, np.nan, np.inf])
def test_protein_by_parts_needs_a_diameter(diameter: float) -> None:
    with pytest.raises(ValueError, match="positive"):
        protein_by_parts_g(np.array([diameter]))


@pytest.mark.parametrize(
    "parts",
    [{"membrane_nm": -1.0}, {"lumen_fraction": 1.1}, {"membrane_fraction": -0.1}, {"protein_density_g_per_ml": 0}],
)
def test_parts_refused(parts: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"thickness|fraction"):
        ProteinByParts(**parts)  # type: ignore[arg-type]  # its source keeps the default


def test_what_vesicles_of_these_sizes_would_have() -> None:
    sizes, weight = np.array([0.0, 50.0, 100.0]), np.array([0.0, 3.0, 1.0])
    grams = (3 * 3.3773691822417064e-17 + 2.349102344776866e-16) / 4
    assert particles_per_protein_expected(sizes, weight) == pytest.approx(1e-6 / grams)


@pytest.mark.parametrize("weight", [[0.0, 0.0], [1.0], [-1.0, 2.0], [np.nan, 1.0]])
def test_what_cannot_be_expected(weight: list[float]) -> None:
    with pytest.raises(ValueError, match="weights go with diameters"):
        particles_per_protein_expected(np.array([50.0, 100.0]), np.array(weight))
