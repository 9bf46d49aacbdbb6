"""How many particles a microgram of protein can hold: bounds from the geometry of a vesicle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from evqc.numerics.elementary import power
from evqc.records import record

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_NM3_PER_ML = 1e21
_UG_PER_G = 1e6


@record
class VesicleAssumptions:
    """What is assumed of a vesicle; none of it is measured on the sample.

    Attributes:
        density_g_per_ml: of the whole vesicle.
        protein_mass_fraction: share of its mass that is protein; the lower, the higher the ceiling.
        protein_density_g_per_ml: of protein alone, for the floor.
        source: where the numbers come from.
    """

    density_g_per_ml: float = 1.10
    protein_mass_fraction: float = 0.1
    protein_density_g_per_ml: float = 1.35
    source: str = (
        "assumed, not measured: vesicle density 1.10 g/mL, a tenth of the mass protein (a low share, so that the "
        "ceiling is generous), protein density 1.35 g/mL"
    )

    def __post_init__(self) -> None:
        """Refuse densities that are not positive and a protein fraction outside 0 to 1."""
        if not (self.density_g_per_ml > 0 and self.protein_density_g_per_ml > 0):
            raise ValueError("a density is positive")
        if not 0 < self.protein_mass_fraction <= 1:
            raise ValueError(f"a protein fraction lies above 0 and up to 1, not at {self.protein_mass_fraction}")


DEFAULT_ASSUMPTIONS = VesicleAssumptions()


def particles_per_protein_ceiling(
    mean_cubed_diameter_nm3: float,
    protein_fraction: float = DEFAULT_ASSUMPTIONS.protein_mass_fraction,
    density: float = DEFAULT_ASSUMPTIONS.density_g_per_ml,
) -> float:
    """Most particles per µg protein that vesicles of this size can have.

    A higher ratio means that particles without that protein were counted (lipoproteins, buffer), that particles were
    over-counted, or that protein was under-measured.

    Args:
        mean_cubed_diameter_nm3: number mean of the cubed diameter in nm³.
        protein_fraction: share of a vesicle's mass that is protein, above 0 and up to 1.
        density: of a vesicle in g/mL.

    Returns:
        Particles per µg.

    Raises:
        ValueError: an argument is not positive, or the fraction is above 1.

    Source:
        Criterion PUR-CEIL-01: 1 µg / (π/6 <d³> · density · fraction).
    """
    if not 0 < protein_fraction <= 1:
        raise ValueError(f"a protein fraction lies above 0 and up to 1, not at {protein_fraction}")
    return _per_ug(mean_cubed_diameter_nm3, density) / protein_fraction


def particles_per_protein_floor(
    mean_cubed_diameter_nm3: float, protein_density: float = DEFAULT_ASSUMPTIONS.protein_density_g_per_ml
) -> float:
    """Fewest particles per µg protein that a pure sample can have: each particle solid protein.

    Below it there is protein outside the particles that were counted.

    Args:
        mean_cubed_diameter_nm3: number mean of the cubed diameter in nm³.
        protein_density: in g/mL.

    Returns:
        Particles per µg.

    Raises:
        ValueError: an argument is not positive.

    Source:
        METHODS C; reference case C02.
    """
    return _per_ug(mean_cubed_diameter_nm3, protein_density)


def _per_ug(mean_cubed_diameter_nm3: float, density_g_per_ml: float) -> float:
    if not (mean_cubed_diameter_nm3 > 0 and density_g_per_ml > 0):
        raise ValueError("a diameter and a density are positive")
    mass_g = math.pi / 6 * mean_cubed_diameter_nm3 / _NM3_PER_ML * density_g_per_ml
    return 1 / (mass_g * _UG_PER_G)


@record
class ProteinByParts:
    """Protein of a vesicle by membrane and lumen; none of it is measured on the sample.

    Attributes:
        membrane_nm: thickness of the membrane.
        lumen_fraction, membrane_fraction: shares of their volumes that are protein.
        protein_density_g_per_ml: of protein alone.
    """

    membrane_nm: float = 5.0
    lumen_fraction: float = 0.27
    membrane_fraction: float = 0.5
    protein_density_g_per_ml: float = 1.35
    source: str = "assumed, not measured: 5 nm membrane, 27 % of the lumen and 50 % of the membrane protein (METHODS C)"

    def __post_init__(self) -> None:
        """Refuse what is no thickness, density or share."""
        if not (self.membrane_nm >= 0 and self.protein_density_g_per_ml > 0):
            raise ValueError("a membrane has a thickness and protein a density")
        if not (0 <= self.lumen_fraction <= 1 and 0 <= self.membrane_fraction <= 1):
            raise ValueError("a fraction lies between 0 and 1")


DEFAULT_PARTS = ProteinByParts()


def protein_by_parts_g(diameter_nm: Floats, parts: ProteinByParts = DEFAULT_PARTS) -> Floats:
    """Protein in grams of vesicles of given outer diameters, shape (n,).

    Average it over a distribution by number before taking particles per µg: 1 / (mean · 1e6).

    Raises:
        ValueError: a diameter is not positive and finite.

    Source:
        A sphere within a sphere, the inner one thinner by twice the membrane (no lumen where the membrane fills all);
        METHODS C; reference case C02.
    """
    if not (np.isfinite(diameter_nm) & (diameter_nm > 0)).all():
        raise ValueError("a diameter is positive")
    lumen = power(np.maximum(diameter_nm - 2 * parts.membrane_nm, 0.0), 3)
    volume = parts.lumen_fraction * lumen + parts.membrane_fraction * (power(diameter_nm, 3) - lumen)
    protein: Floats = math.pi / 6 * volume / _NM3_PER_ML * parts.protein_density_g_per_ml
    return protein


def particles_per_protein_expected(diameter_nm: Floats, weight: Floats, parts: ProteinByParts = DEFAULT_PARTS) -> float:
    """Particles per µg protein that vesicles of these sizes would have, by protein in membrane and lumen.

    Args:
        diameter_nm: bin centres, shape (n,); a bin without weight may lie anywhere.
        weight: number-weighted count or concentration per bin, not negative, shape (n,).
        parts: what is assumed.

    Raises:
        ValueError: shapes differ, a weight is negative or not finite, nothing has weight, or a diameter with weight is
            not positive.

    Source:
        METHODS C: over the measured sizes, never from D50.
    """
    if diameter_nm.shape != weight.shape or not (np.isfinite(weight) & (weight >= 0)).all() or not weight.any():
        raise ValueError("weights go with diameters, are finite and not negative, and some are above zero")
    held = weight > 0
    grams = math.fsum((weight[held] * protein_by_parts_g(diameter_nm[held], parts)).tolist())
    return math.fsum(weight.tolist()) / (grams * _UG_PER_G)
