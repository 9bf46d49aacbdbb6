"""Brownian motion of a sphere, and the sizes that finite tracks of one true size show."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from evqc.numerics.tables import as_table
from evqc.records import record

if TYPE_CHECKING:
    import pandas as pd

#: J/K, exact by definition of the kelvin.
BOLTZMANN = 1.380649e-23
_NM, _MPA_S = 1e-9, 1e-3


@record
class ApparentSizes:
    """The inverse-gamma distribution of apparent sizes of one true size, in nm.

    Attributes:
        mean: None for a single step, whose mean has no end.
        sd, cv: None up to two steps.
        mode, d10, d50, d90: always there.
    """

    mean: float | None
    sd: float | None
    cv: float | None
    mode: float
    d10: float
    d50: float
    d90: float

    def to_pandas(self) -> pd.DataFrame:
        """One row."""
        return as_table(self)


def diffusion_coefficient(diameter_nm: float, temperature_k: float, viscosity_mpa_s: float) -> float:
    """Diffusion coefficient of a sphere in m²/s; NanoSight prints nm²/s, which is 1e18 times it.

    Args:
        diameter_nm: hydrodynamic, positive.
        temperature_k: in kelvin, positive.
        viscosity_mpa_s: dynamic, positive.

    Raises:
        ValueError: an argument is not positive and finite.

    Source:
        Stokes and Einstein: kT / (3π η d); reference case A01.
    """
    if not all(x > 0 and math.isfinite(x) for x in (diameter_nm, temperature_k, viscosity_mpa_s)):
        raise ValueError("diameter, temperature and viscosity are positive")
    return BOLTZMANN * temperature_k / (3 * math.pi * viscosity_mpa_s * _MPA_S * diameter_nm * _NM)


def apparent_sizes(diameter_nm: float, steps: float) -> ApparentSizes:
    """How tracks of so many steps spread one true size.

    Args:
        diameter_nm: true size, positive.
        steps: independent steps of a track, at least 1.

    Raises:
        ValueError: an argument is not of its range.

    Source:
        The apparent size is d N / G with G gamma distributed of shape N: inverse gamma; METHODS A, case A02.
    """
    from scipy.special import gammainccinv  # noqa: PLC0415  loads only when quantiles are asked for

    if not (diameter_nm > 0 and math.isfinite(diameter_nm) and steps >= 1 and math.isfinite(steps)):
        raise ValueError("a size is positive, and a track has at least one step")
    scale = diameter_nm * steps
    cv = 1 / math.sqrt(steps - 2) if steps > 2 else None
    mean = scale / (steps - 1) if steps > 1 else None
    d10, d50, d90 = (scale / float(gammainccinv(steps, share)) for share in (0.1, 0.5, 0.9))
    sd = None if mean is None or cv is None else mean * cv
    return ApparentSizes(mean=mean, sd=sd, cv=cv, mode=scale / (steps + 1), d10=d10, d50=d50, d90=d90)
