"""Purity by particles per protein: the ratio, its Webber & Clayton band, and what geometry allows."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from evqc.isolation.derived import Derived, unusable
from evqc.numerics.ratios import ratio_of
from evqc.numerics.vesicles import (
    DEFAULT_ASSUMPTIONS,
    VesicleAssumptions,
    particles_per_protein_ceiling,
    particles_per_protein_floor,
)
from evqc.records import record

if TYPE_CHECKING:
    from evqc.numerics.estimate import Estimate

Band = Literal["high", "low", "unpure", "indeterminate"]

BAND_SOURCE = (
    "Webber & Clayton 2013, doi:10.3402/jev.v2i0.19861, as generally quoted: high above 3e10, low from 2e9 to 2e10, "
    "unpure below 1.5e9 particles per µg; between them the paper names no band"
)
#: What a report prints beside the band.
BAND_CAVEATS = (
    "Lipoproteins in the size range raise the ratio: a contaminant can look like purity.",
    "Protein aggregates too small to be counted lower the ratio without any change of the vesicles.",
    "The ratio holds for this particle counter, its settings and this protein assay; laboratories do not compare.",
    "Only particles above the instrument's detection limit are counted.",
    "The bands were drawn up for vesicles of cultured cells; plasma needs limits of its own.",
)

_UNPURE_BELOW = 1.5e9
_LOW_FROM, _LOW_TO = 2e9, 2e10
_HIGH_ABOVE = 3e10
#: From the lowest ratio to the highest; the two gaps are indeterminate.
_SEGMENTS: tuple[Band, ...] = ("unpure", "indeterminate", "low", "indeterminate", "high")


@record
class PurityBand:
    """The Webber & Clayton band of a ratio: a comparison with one paper, not a limit that a sample must meet.

    Attributes:
        band: of the value; ``indeterminate`` in the gaps, and for a bound unless all values on its side share a band.
        bands_of_interval: every band that the interval touches, from low to high; empty when it has no two ends.
        source, caveats: to be printed beside it.
    """

    band: Band
    bands_of_interval: tuple[Band, ...]
    source: str = BAND_SOURCE
    caveats: tuple[str, ...] = BAND_CAVEATS


@record
class PhysicalRange:
    """What the geometry of vesicles of the measured sizes allows.

    Attributes:
        mean_cubed_diameter_nm3: number mean of the cubed diameter.
        ceiling_per_ug: most particles per µg protein, under ``assumptions``.
        floor_per_ug: fewest, each particle being solid protein.
        exceeds_ceiling: the ratio is above the ceiling; None when a bound leaves it open.
        below_floor: the ratio is below the floor; None when a bound leaves it open.
        decided_by_interval: the interval lies wholly on the side that the value does, at ceiling and floor.
    """

    mean_cubed_diameter_nm3: float
    ceiling_per_ug: float
    floor_per_ug: float
    exceeds_ceiling: bool | None
    below_floor: bool | None
    decided_by_interval: bool
    assumptions: VesicleAssumptions


@record
class Purity:
    """Particles per µg protein with what can be said of it.

    Attributes:
        ratio: particles per µg.
        band: None when there is no ratio.
        physical: None when there is no ratio or no size distribution.
        why_no_physical: one sentence; empty when ``physical`` is there.
    """

    ratio: Derived
    band: PurityBand | None
    physical: PhysicalRange | None
    why_no_physical: str = ""


def purity(
    particles: Estimate | None,
    protein: Estimate | None,
    mean_cubed_diameter_nm3: float | None = None,
    assumptions: VesicleAssumptions = DEFAULT_ASSUMPTIONS,
) -> Purity:
    """Ratio, band and physical range of one sample.

    Args:
        particles: concentration of the undiluted sample in 1/mL.
        protein: concentration in the same sample in µg/mL; below the assay's range a bound (relation ``<``).
        mean_cubed_diameter_nm3: of the same sample; None when no size distribution was measured.
        assumptions: on vesicles, for ceiling and floor.

    Raises:
        ValueError: a unit is another one, or the diameter is not positive.
    """
    made = particles_per_protein(particles, protein)
    if made.estimate is None:
        return Purity(ratio=made, band=None, physical=None, why_no_physical="There is no ratio to compare.")
    band = purity_band(made.estimate)
    if mean_cubed_diameter_nm3 is None:
        why = "The size distribution of the sample is missing."
        return Purity(ratio=made, band=band, physical=None, why_no_physical=why)
    return Purity(ratio=made, band=band, physical=physical_range(made.estimate, mean_cubed_diameter_nm3, assumptions))


def particles_per_protein(particles: Estimate | None, protein: Estimate | None) -> Derived:
    """Particles per µg protein.

    Args:
        particles: concentration of the undiluted sample in 1/mL.
        protein: concentration in the same sample in µg/mL.

    Returns:
        Greater than particles / limit for protein below range, never infinite; without estimate, and with the
        reason, when an input is missing or its limit is not stated.

    Raises:
        ValueError: a unit is another one.

    Source:
        Criterion PUR-01.
    """
    _expect_unit(particles, "1/mL")
    _expect_unit(protein, "ug/mL")
    why = unusable("The particle concentration of the undiluted sample", particles) or unusable(
        "The protein concentration", protein, positive=True
    )
    estimate = None if particles is None or protein is None or why else ratio_of(particles, protein, "1/ug")
    if estimate is None and not why:
        why = "Particles and protein are known only as bounds from which no ratio follows."
    return Derived(
        name="particles_per_protein",
        title="Particles per µg protein",
        unit="1/ug",
        estimate=estimate,
        why_missing=why,
        inputs=("particle_concentration", "protein_concentration"),
    )


def purity_band(ratio: Estimate) -> PurityBand:
    """The Webber & Clayton band of a ratio in 1/µg.

    The limits of the paper are compared without rounding: 3.0e10 is not above 3e10.

    Raises:
        ValueError: the ratio has no value or another unit.

    Source:
        STANDARDS 5.2, WC13-01 to WC13-03 and WC13-GAP.
    """
    _expect_unit(ratio, "1/ug")
    if ratio.value is None:
        raise ValueError("a ratio without value has no band")
    if ratio.relation == ">":
        possible = _bands(math.nextafter(ratio.value, math.inf), math.inf)
    elif ratio.relation == "<":
        possible = _bands(0.0, math.nextafter(ratio.value, 0.0))
    else:
        possible = _bands(ratio.value, ratio.value)
    ends = ratio.lower, ratio.upper
    touched = () if ends[0] is None or ends[1] is None else _bands(ends[0], ends[1])
    return PurityBand(band=possible[0] if len(possible) == 1 else "indeterminate", bands_of_interval=touched)


def physical_range(
    ratio: Estimate, mean_cubed_diameter_nm3: float, assumptions: VesicleAssumptions = DEFAULT_ASSUMPTIONS
) -> PhysicalRange:
    """Ceiling and floor of the ratio for the measured sizes, and whether it lies outside.

    Args:
        ratio: in 1/µg.
        mean_cubed_diameter_nm3: number mean of the cubed diameter, not the cube of a mean or median.
        assumptions: on vesicles.

    Raises:
        ValueError: the ratio has no value or another unit, or the diameter is not positive.

    Source:
        Criterion PUR-CEIL-01 and METHODS C.
    """
    _expect_unit(ratio, "1/ug")
    if ratio.value is None:
        raise ValueError("a ratio without value has no place in a range")
    cubed = mean_cubed_diameter_nm3
    ceiling = particles_per_protein_ceiling(cubed, assumptions.protein_mass_fraction, assumptions.density_g_per_ml)
    floor = particles_per_protein_floor(cubed, assumptions.protein_density_g_per_ml)
    return PhysicalRange(
        mean_cubed_diameter_nm3=cubed,
        ceiling_per_ug=ceiling,
        floor_per_ug=floor,
        exceeds_ceiling=_above(ratio, ceiling),
        below_floor=_below(ratio, floor),
        decided_by_interval=not (_straddles(ratio, ceiling) or _straddles(ratio, floor)),
        assumptions=assumptions,
    )


def _segment(ratio: float) -> int:
    """Which of ``_SEGMENTS`` a ratio lies in; the strictness at each limit is the paper's."""
    passed = (ratio >= _UNPURE_BELOW, ratio >= _LOW_FROM, ratio > _LOW_TO, ratio > _HIGH_ABOVE)
    return sum(passed)


def _bands(low: float, high: float) -> tuple[Band, ...]:
    """Every band between two ratios, both included, each once."""
    return tuple(dict.fromkeys(_SEGMENTS[_segment(low) : _segment(high) + 1]))


def _above(ratio: Estimate, limit: float) -> bool | None:
    """Whether the ratio is above ``limit``; None when its bound leaves it open."""
    assert ratio.value is not None
    if ratio.relation == ">":
        return True if ratio.value >= limit else None
    if ratio.relation == "<":
        return False if ratio.value <= limit else None
    return ratio.value > limit


def _below(ratio: Estimate, limit: float) -> bool | None:
    """Whether the ratio is below ``limit``; None when its bound leaves it open."""
    assert ratio.value is not None
    if ratio.relation == "<":
        return True if ratio.value <= limit else None
    if ratio.relation == ">":
        return False if ratio.value >= limit else None
    return ratio.value < limit


def _straddles(ratio: Estimate, limit: float) -> bool:
    """Whether the interval reaches over ``limit``; an end that is not stated reaches everywhere."""
    below = ratio.lower is None or ratio.lower <= limit
    return below and (ratio.upper is None or ratio.upper >= limit)


def _expect_unit(estimate: Estimate | None, unit: str) -> None:
    if estimate is not None and estimate.unit != unit:
        raise ValueError(f"expected an estimate in {unit}, not in {estimate.unit}")
