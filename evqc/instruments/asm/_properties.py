"""What evqc reads of ASM: property names, their measurands, and the units that ASM writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evqc.measurands import UNITS, factor, measurand


@dataclass(frozen=True, slots=True)
class Property:
    """What an ASM property is.

    Attributes:
        measurand: a name of the vocabulary; ``concentration`` when the assay decides which one it is.
        settings: what the property's name says beyond that.
        below: key of a document that it must stand in; None for any.
    """

    measurand: str
    settings: Mapping[str, str] = field(default_factory=dict)
    below: str | None = None


_ANALYTE = "analyte document"
_DISTRIBUTION = "distribution aggregate document"
_POPULATION = "population document"

_DEVIATIONS = ("coefficient of variation", "standard deviation")
#: Which statistic a value is, as the public converter allotropy writes it (and others of the kind); the median is read.
ROLES = {
    f"{name} role"
    for name in (
        "median", "mean", "arithmetic mean", "geometric mean", "trimmed mean", "minimum value", "maximum value",
        "percentile", "median absolute deviation", "median absolute deviation percentile", *_DEVIATIONS,
        *(f"{kind} {name}" for kind in ("robust", "trimmed") for name in _DEVIATIONS),
    )
}  # fmt: skip
#: Properties of a measurement by their plain names (without a qualifier in brackets). Where a name stands twice, the
#: first whose ``below`` holds counts.
PROPERTIES: dict[str, tuple[Property, ...]] = {
    "absorbance": (Property("absorbance"),),
    "fluorescence": (Property("marker_signal", {"statistic": "as reported"}, _ANALYTE), Property("fluorescence")),
    "luminescence": (Property("luminescence"),),
    "mass concentration": (Property("analyte_concentration", {}, _ANALYTE), Property("concentration")),
    "original sample concentration": (Property("concentration"),),
    "molar concentration": (Property("molar_concentration"),),
    "number concentration": (Property("copy_concentration"),),
    "positive partition count": (Property("event_count", {"counted": "positive partitions"}),),
    "total partition count": (Property("event_count", {"counted": "partitions"}),),
    "cycle threshold result": (Property("quantification_cycle"),),
    "viability": (Property("cell_viability"),),
    "viable cell density": (Property("cell_concentration", {"cells": "viable"}),),
    "total cell density": (Property("cell_concentration", {"cells": "total"}),),
    "dead cell density": (Property("cell_concentration", {"cells": "dead"}),),
    "viable cell count": (Property("event_count", {"counted": "viable cells"}),),
    "total cell count": (Property("event_count", {"counted": "cells"}),),
    "dead cell count": (Property("event_count", {"counted": "dead cells"}),),
    "average total cell diameter": (Property("cell_diameter", {"cells": "total"}),),
    "average live cell diameter": (Property("cell_diameter", {"cells": "viable"}),),
    "average viable cell diameter": (Property("cell_diameter", {"cells": "viable"}),),
    "average dead cell diameter": (Property("cell_diameter", {"cells": "dead"}),),
    "cell aggregation percentage": (Property("cell_aggregation"),),
    "aggregate rate": (Property("cell_aggregation"),),
    "ph": (Property("ph"),),
    "osmolality": (Property("osmolality"),),
    "conductivity": (Property("conductivity"),),
    "temperature": (Property("temperature"),),
    "statistical value": (Property("marker_signal", {"statistic": "median"}, _ANALYTE),),
    "assay bead count": (Property("event_count", {"counted": "beads"}, _ANALYTE),),
    "count": (Property("event_count", {"counted": "events"}, _POPULATION),),
    "cumulative particle density": (Property("subvisible_particle_concentration", {}, _DISTRIBUTION),),
    "cumulative count": (Property("event_count", {"counted": "particles at or above the size"}, _DISTRIBUTION),),
    "peak position": (Property("fragment_length", {}, "peak"),),
}

#: Calculated data by name, in lower case. Those without a name here, and those without a unit that fits, stay unread.
CALCULATED: dict[str, Property] = {
    "a260/a280": Property("absorbance_ratio_260_280"),
    "a260/280": Property("absorbance_ratio_260_280"),
    "260/280": Property("absorbance_ratio_260_280"),
    "a260/a230": Property("absorbance_ratio_260_230"),
    "a260/230": Property("absorbance_ratio_260_230"),
    "260/230": Property("absorbance_ratio_260_230"),
    "rine": Property("rna_integrity_number"),
    "rin": Property("rna_integrity_number"),
    "ratio28s18sarea": Property("ribosomal_ratio", {"by": "area"}),
    "z average diameter": Property("z_average_diameter"),
    "polydispersity index": Property("polydispersity_index"),
    "concentration": Property("concentration"),
    "conc": Property("concentration"),
}

#: Units as ASM writes them: the unit of evqc, and what the number is multiplied by to be in it.
ASM_UNITS: dict[str, tuple[str, float]] = {
    "(unitless)": ("1", 1.0), "#": ("1", 1.0), "cell": ("1", 1.0), "Counts": ("1", 1.0), "pH": ("1", 1.0),
    "mAU": ("1", 1e-3), "AU": ("1", 1.0), "%": ("%", 1.0),
    "RFU": ("a.u.", 1.0), "RLU": ("a.u.", 1.0), "MFI": ("a.u.", 1.0),
    "10^6 cells/mL": ("1e6/mL", 1.0), "cells/mL": ("1/mL", 1.0), "Counts/mL": ("1/mL", 1.0),
    "#/μL": ("1/uL", 1.0), "#/mL": ("1/mL", 1.0),
    "ng/μL": ("ng/uL", 1.0), "μg/mL": ("ug/mL", 1.0), "ug/mL": ("ug/mL", 1.0), "mg/mL": ("mg/mL", 1.0),
    "ng/mL": ("ng/mL", 1.0), "pg/mL": ("pg/mL", 1.0), "pg/μL": ("pg/uL", 1.0), "g/L": ("g/L", 1.0),
    "mg/L": ("mg/L", 1.0), "μg/μL": ("mg/mL", 1.0),
    "mmol/L": ("nmol/L", 1e6), "mM": ("nmol/L", 1e6), "nmol/L": ("nmol/L", 1.0), "nM": ("nmol/L", 1.0),
    "pM": ("nmol/L", 1e-3),
    "μmol/L": ("nmol/L", 1e3), "μM": ("nmol/L", 1e3),
    "nm": ("nm", 1.0), "μm": ("um", 1.0), "mm": ("um", 1e3), "bp": ("bp", 1.0), "nt": ("nt", 1.0),
    "degC": ("degC", 1.0), "mosm/kg": ("mOsm/kg", 1.0), "mOsm/kg": ("mOsm/kg", 1.0),
    "mS/cm": ("mS/cm", 1.0), "μS/cm": ("uS/cm", 1.0),
    "mL": ("mL", 1.0), "μL": ("uL", 1.0), "s": ("s", 1.0), "min": ("min", 1.0), "h": ("h", 1.0),
}  # fmt: skip

#: Measurands for which ASM writes a number without unit, and the unit that is meant.
_BARE = {"fluorescence": "a.u.", "luminescence": "a.u.", "marker_signal": "a.u.", "fragment_length": "nt"}


def conversion(written: str | None, name: str) -> float | None:
    """What a number in an ASM unit is multiplied by to be in a measurand's canonical unit; None when it does not fit.

    Args:
        written: the unit as ASM writes it, with either sign for micro; None when it states none.
        name: the measurand.
    """
    canonical = measurand(name).unit
    unit, times = ASM_UNITS.get((written or "").replace("µ", "μ"), (None, 1.0))
    if unit == "1" and canonical != "1" and written in {"(unitless)", "#"}:
        return 1.0 if _BARE.get(name) == canonical else None
    if unit is None or UNITS[unit].dimension != UNITS[canonical].dimension:
        return None
    return times * factor(unit, canonical)


def which_concentration(assay: str | None) -> str:
    """The measurand of a mass concentration, as far as the name of the assay says; an unnamed analyte otherwise."""
    words = assay or ""
    nucleic = [name for mark, name in (("RNA", "rna_concentration"), ("DNA", "dna_concentration")) if mark in words]
    if len(nucleic) == 1:
        return nucleic[0]
    folded = words.casefold()
    protein = any(mark in folded for mark in ("protein", "a280", "bca", "bradford", "lowry"))
    return "protein_concentration" if protein and not nucleic else "analyte_concentration"
