"""What the columns of an export are called, and what each one is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from evqc.instruments._rows import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A column of an array: ``Sizes[12] (d.nm)``.
ARRAY = re.compile(r"(?P<name>[A-Za-z ]*[A-Za-z])\[(?P<place>\d+)\](?: \((?P<unit>[^)]*)\))?(?: \[\d+\])?")
_REPLICATE = re.compile(r"(.*\S) (\d{1,3})")
_AGAIN = re.compile(r" \[\d+\]$")
_UNIT = re.compile(r" \((?P<unit>[^()]*)\)$")
#: Units that a laboratory may have chosen instead of the usual one: the usual one, and what a number is multiplied by.
_OTHER_UNITS: Mapping[str, tuple[str, float]] = {
    "r.nm": ("d.nm", 2.0), "d.um": ("d.nm", 1e3), "r.um": ("d.nm", 2e3), "us/cm": ("ms/cm", 1e-3),
    "v": ("mv", 1e3), "cps": ("kcps", 1e-3), "mcps": ("kcps", 1e3), "pa.s": ("cp", 1e3), "mpa.s": ("cp", 1.0),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A column that becomes a quantity.

    Attributes:
        measurand: a name of ``measurands.MEASURANDS``.
        unit: that of the column.
        types: the types of record that have it.
        minimum: the least number that makes sense; None for a signed one.
        headings: what the column is called.
    """

    measurand: str
    unit: str
    types: tuple[str, ...]
    minimum: float | None
    headings: tuple[str, ...]


QUANTITIES = (
    Measured("z_average_diameter", "nm", ("size",), 0, ("Z-Average (d.nm)", "Z-Ave (d.nm)", "Z-Average (nm)")),
    Measured("polydispersity_index", "1", ("size",), 0, ("PdI", "Polydispersity Index (PI)")),
    Measured(
        "derived_count_rate", "kcps", ("size", "zeta"), 0,
        ("Derived Count Rate (kcps)", "Derived Mean Count Rate (kcps)"),
    ),
    Measured("zeta_potential", "mV", ("zeta",), None, ("Zeta Potential (mV)", "ZP (mV)")),
    Measured("electrophoretic_mobility", "um.cm/V/s", ("zeta",), None, ("Mobility (µmcm/Vs)", "Mob (µmcm/Vs)")),
    Measured("conductivity", "mS/cm", ("zeta",), 0, ("Conductivity (mS/cm)", "Cond (mS/cm)")),
)  # fmt: skip

#: Printed as 0 where nothing was found.
POSITIVE = frozenset({"z_average_diameter"})
TYPE, SAMPLE = ("Type", "Measurement Type"), ("Sample Name",)
DATE = ("Measurement Date and Time", "Measurement Start Date And Time", "Measurement Date/Time")
SOFTWARE = ("S/W Version", "Software Version")
#: Further columns, by the key that they get in the settings; the unit is in it.
NUMBERS: Mapping[str, tuple[str, ...]] = {
    "temperature_degC": ("Temperature (°C)", "T (°C)"),
    "viscosity_mPa_s": ("Viscosity (cP)",),
    "dispersant_viscosity_mPa_s": ("Dispersant Viscosity (cP)",),
    "dispersant_refractive_index": ("Dispersant RI",),
    "material_refractive_index": ("Material RI",),
    "material_absorption": ("Material Absorption",),
    "attenuator": ("Attenuator",),
    "attenuation_factor": ("Attenuation Factor",),
    "mean_count_rate_kcps": ("Mean Count Rate (kcps)",),
    "size_runs": ("Size Runs",),
    "zeta_runs": ("Zeta Runs",),
    "duration_s": ("Duration (s)",),
    "duration_used_s": ("Duration Used (s)",),
    "measurement_position_mm": ("Measurement Position (mm)",),
    "scattering_angle_deg": ("Scattering Angle (°)", "Scattering Collection (°)"),
    "intercept": ("Intercept",),
    "measured_intercept": ("Measured Intercept",),
    "quality_factor": ("Quality Factor",),
    "zeta_deviation_mV": ("Zeta Deviation (mV)",),
    "pdi_width_nm": ("PdI Width (d.nm)",),
    "intensity_mean_nm": ("Intensity Mean (d.nm)",),
    "volume_mean_nm": ("Volume Mean (d.nm)",),
    "number_mean_nm": ("Number Mean (d.nm)",),
    **{f"intensity_peak_{k}_nm": (f"Intensity Peak {k} (d.nm)",) for k in (1, 2, 3)},
    **{f"intensity_width_peak_{k}_nm": (f"Intensity Width Peak {k} (d.nm)",) for k in (1, 2, 3)},
    **{f"pd_peak_{k}_percent": (f"%Pd Peak {k} (Percent)", f"Pd Peak {k} (Percent)") for k in (1, 2, 3)},
}
TEXTS: Mapping[str, tuple[str, ...]] = {
    "software_version": SOFTWARE,
    "serial_number": ("Serial Number",),
    "record": ("Record", "Record Number"),
    "result_origin": ("Result Origin",),
    "dispersant": ("Dispersant Name",),
    "material": ("Material Name",),
    "cell_type": ("Cell Type", "Cell Name"),
    "analysis_date": ("Analysis Date",),
    "measurement_status": ("Measurement Status",),
    "zeta_analysis_version": ("Zeta Analysis Version",),
}
#: Printed as 0 where there is none: a second peak, or the quality factor of zeta potentials in a record of sizes.
NOTHING_AS_ZERO = frozenset({"quality_factor", *(key for key in NUMBERS if "_peak_" in key)})
SIZES = "Sizes"
#: Arrays of a size distribution by what they weight by, with the column of their printed mean.
WEIGHTINGS: Mapping[str, tuple[Literal["intensity", "volume", "number"], str]] = {
    "Intensities": ("intensity", "intensity_mean_nm"),
    "Volumes": ("volume", "volume_mean_nm"),
    "Numbers": ("number", "number_mean_nm"),
}
UNDERSIZE = "Undersize By Intensity"
ZETAS, ZETA_WEIGHTS = "Zeta Potentials", "Intensities"
_OWN_ARRAYS = {SIZES, *WEIGHTINGS, UNDERSIZE, ZETAS, "Correlation Data", "Correlation Delay Times", "Times", "Phases"}
_COMMON = {"conductivity (ms/cm)", "pdi", "cond (ms/cm)"}


def spelled(heading: str) -> str:
    """A heading without what marks its repetition and with the usual unit, in the spelling that lookups use."""
    bare = plain(_AGAIN.sub("", plain(heading))).casefold()
    usual = _OTHER_UNITS.get(unit_of(bare))
    return bare if usual is None else _UNIT.sub(f" ({usual[0]})", bare)


def scale(heading: str) -> float:
    """What a number below a heading is multiplied by to be in the usual unit: 2 for a radius (``r.nm``), else 1."""
    return _OTHER_UNITS.get(unit_of(heading), ("", 1.0))[1]


def unit_of(heading: str) -> str:
    """The unit in brackets at the end of a heading, in lower case and with ``u`` for micro; empty without one."""
    found = _UNIT.search(_AGAIN.sub("", plain(heading)))
    return "" if found is None else found["unit"].casefold().replace("μ", "u")


def is_size_unit(unit: str) -> bool:
    """Whether a size can be made a diameter in nanometres from it; an export need not name the unit."""
    return unit in {"", "nm", "d.nm"} or _OTHER_UNITS.get(unit, ("",))[0] == "d.nm"


_OWN = {spelled(h) for one in QUANTITIES for h in one.headings} - _COMMON


@lru_cache(maxsize=256)  # every file is asked for its first cells, and files of one kind begin with the same
def is_own(heading: str) -> bool:
    """Whether only the Zetasizer software calls a column so."""
    array = ARRAY.fullmatch(plain(heading))
    return spelled(heading) in _OWN if array is None else array["name"] in _OWN_ARRAYS


def is_array(heading: str) -> bool:
    """Whether a column is one of an array."""
    return ARRAY.fullmatch(plain(heading)) is not None


def is_of_xplorer(heading: str) -> bool:
    """Whether the heading is one of ZS Xplorer, of which no real text export was seen."""
    return spelled(heading) in {"z-average (nm)", "polydispersity index (pi)", "derived mean count rate (kcps)"}


def replicate(sample: str | None) -> tuple[str | None, str | None]:
    """The name that repeats of one sample share, and the number that the software puts behind it."""
    hit = _REPLICATE.fullmatch(sample or "")
    return (hit[1], hit[2]) if hit is not None else (None, None)
