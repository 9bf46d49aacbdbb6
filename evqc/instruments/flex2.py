"""Nova Biomedical BioProfile FLEX2: cells, pH, gases, osmolality and analytes of a culture, csv."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem
from evqc.instruments._amounts import quantity
from evqc.instruments._cell_counts import UNSTATED, Column, Format, counted
from evqc.instruments._first_headings import has_headings
from evqc.instruments._samples import Samples, dated, once, samples, torn
from evqc.measurands import UNITS, factor, measurand
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "flex2"
TITLE = "Nova Biomedical BioProfile FLEX2"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv (or xlsx saved of it) of sample results, with or without units: cells, pH, gases, osmolality, analytes",)
MENTIONS = "sample type"

_NEEDED = ("Date & Time", "Sample ID", "Sample Type")
_TOTAL, _VIABLE = "Total Density", "Viable Density"
#: Columns whose measurand follows from the heading; the others become one by their unit.
_KNOWN: dict[str, tuple[str, str, dict[str, Scalar]]] = {
    "pH": ("ph", "1", {}),
    "pH @ Temp": ("ph", "1", {"at": "vessel temperature"}),
    "Osm": ("osmolality", "mOsm/kg", {}),
}
_ANALYTES = ("Gln", "Glu", "Gluc", "Lac", "NH4+", "Na+", "K+", "Ca++")
_GASES = ("PO2", "PCO2", "PO2 @ Temp", "PCO2 @ Temp", "O2 Saturation", "CO2 Saturation", "HCO3")
_CHEMISTRY = (*_ANALYTES, *_GASES, *_KNOWN)
#: The row of units as this software spells it, without blanks, by the unit's own name.
_UNITS = {"x10^6cells/ml": "1e6/mL", "mmol/l": "mmol/L", "umol/l": "umol/L", "g/l": "g/L", "mg/l": "mg/L"}
_BY_DIMENSION = {"mass concentration": "analyte_concentration", "molar concentration": "molar_concentration"}


def recognises(file: ExportFile) -> bool:
    """Whether a row of headings has date, sample and type, and the FLEX2's vessel, an analyte or cells."""
    first = tuple(heading.casefold() for heading in _NEEDED)
    if not file.mentions(*first):
        return False
    further = ("vessel id", "gluc", "total density", "ph", "osm")
    return any(has_headings(file, *first, heading) for heading in further)


def read(file: ExportFile) -> Reading:
    """Everything that each sample was measured for.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    measured: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    tables = samples(file, _NEEDED, _holds_numbers)
    parted = [_without_units(table) for table in tables]
    some = any(text for _, units in parted for text in units.values())
    for table, (found, units) in zip(tables, parted, strict=True):
        issues += [*_unit_not_stated(found, units), *(_units_lost(found, units) if some else ())]
        for row in found.rows:
            cells, said = counted(found, row, _FORMAT)
            measured += [*_chemistry(found, row, units), *cells]
            issues += said
        read_headings = (*_NEEDED, *_FORMAT.headings(), *_CHEMISTRY)
        issues += torn(table, read_headings)
        unread += table.table.unread(read_headings)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="sample results",
        measurements=tuple(measured),
        issues=once(issues),
        unread=tuple(dict.fromkeys(unread)),
        status=STATUS,
    )


def _holds_numbers(heading: str) -> bool:
    return _FORMAT.holds_numbers(heading) or heading in {h.casefold() for h in _CHEMISTRY}


def _without_units(found: Samples) -> tuple[Samples, dict[str, str]]:
    """The table without a first row of units, which names neither sample nor time, and the units by heading."""
    first = found.rows[0]
    if any(found.text(first, heading) for heading in _NEEDED):
        return found, {}
    units = {h: (found.text(first, h) or "").replace(" ", "").casefold() for h in found.table.headings if h}
    return replace(found, table=replace(found.table, body=found.rows[1:])), units


def _unit_not_stated(found: Samples, units: dict[str, str]) -> tuple[Issue, ...]:
    """A warning for densities without unit, and for another one than the instrument's only."""
    shown = [h for h in (_TOTAL, _VIABLE) if found.table.has(h) and any(found.table.column(h))]
    other = [h for h in shown if _UNITS.get(units.get(h, "")) != "1e6/mL"]
    if not other:
        return ()
    where = Where(line=found.table.header[0].line, column=other[0])
    expected = "x10^6 cells/mL in a row below the headings; taken as that, the only unit of the instrument"
    return (problem("warning", "UNIT_NOT_STATED", where, f"unit '{units.get(other[0], '')}'", expected),)


def _units_lost(found: Samples, units: dict[str, str]) -> tuple[Issue, ...]:
    """A warning for the first analyte of a table without a unit; for a file that has a row of units."""
    analytes = {heading.casefold() for heading in _CHEMISTRY if heading not in _KNOWN}
    filled = (h for h in found.table.headings if h.casefold() in analytes and any(found.table.column(h)))
    bare = next((heading for heading in filled if not units.get(heading)), None)
    if bare is None:
        return ()
    where, expected = Where(line=found.table.header[0].line + 1, column=bare), "a unit, as other analytes have"
    return (problem("warning", "UNIT_NOT_STATED", where, "no unit", expected),)


def _chemistry(found: Samples, row: Row, units: dict[str, str]) -> list[Quantity]:
    """pH, osmolality, gases and analytes of one sample."""
    when, _ = dated(found, row, *_FORMAT.dates)
    shared = {"sample": found.text(row, "Sample ID"), "acquired_at": when}
    settings = {**found.settings(row, _VESSEL), **found.texts(row, _FORMAT.texts)}
    measured = []
    known = {heading.casefold(): heading for heading in _CHEMISTRY}
    for heading in (h for h in found.table.headings if h.casefold() in known):
        name, unit, own = _meaning(known[heading.casefold()], units.get(heading, ""))
        stored = found.amount(row, heading, minimum=0).times(factor(unit, measurand(name).unit))
        said = {**own, **settings}
        where = found.where(row, heading)
        measured.append(quantity(stored, name, measurand(name).unit, where, **shared, settings=said))
    return measured


def _meaning(heading: str, stated: str) -> tuple[str, str, dict[str, Scalar]]:
    """Measurand, unit and settings of a column; without a unit that converts it is a result in no unit."""
    if heading in _KNOWN:
        return _KNOWN[heading]
    unit = _UNITS.get(stated)
    if unit is None or UNITS[unit].dimension not in _BY_DIMENSION or heading in _GASES:
        return "analyte_result", "a.u.", {"analyte": heading, **({"unit_as_written": stated} if stated else {})}
    return _BY_DIMENSION[UNITS[unit].dimension], unit, {"analyte": heading}


_VESSEL = {"Vessel Temperature (°C)": "vessel_temperature_degc"}
_FORMAT = Format(
    name=NAME,
    status=STATUS,
    file_kind="sample results",
    samples=("Sample ID",),
    dates=("Date & Time",),
    columns=(
        Column("total", _TOTAL, "1e6/mL"),
        Column("viable", _VIABLE, "1e6/mL"),
        Column("viability", "Viability", "%"),
        Column("viable diameter", "Avg. Live Diameter", "um"),
        Column("viable count", "Total Live Count", "1"),
        Column("total count", "Total Cell Count", "1"),
    ),
    settings={**_VESSEL, "Pre-Dilution Multiplier": "pre_dilution_multiplier", "Valid Images": "images_analysed"},
    texts={
        "Sample Type": "sample_type",
        "Vessel ID": "vessel",
        "Batch ID": "batch",
        "Cell Type": "cell_type",
        "Cell Inspection Type": "cell_inspection_type",
        "Cell Density Dilution": "cell_density_dilution",
        "Chemistry Dilution Ratio": "chemistry_dilution_ratio",
        "Sample Time": "sample_time",
        "Operator": "operator",
    },
    stated={"dilution_included": UNSTATED},
    dilution="Pre-Dilution Multiplier",
)
