"""How many particles a microgram of protein can hold: bounds from the geometry of a vesicle."""

from __future__ import annotations

import math

from evqc.records import record

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
