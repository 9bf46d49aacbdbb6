"""MSD Discovery Workbench: one row an assay spot of a well, with signal, calculated concentration and its range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, Amount, amount_in
from evqc.instruments._cell import Row
from evqc.instruments._dates import acquired
from evqc.instruments._immunoassay import (
    AssayWell,
    Signal,
    blank_issues,
    concentration,
    measured_in,
    name_issues,
    refuse_blank,
)
from evqc.instruments.msd_workbench._checks import plate_issues
from evqc.instruments.msd_workbench._list import (
    LIMITS,
    NEEDED,
    NUMBERS,
    UNITS,
    Plate,
    is_heading,
    plates,
    sheets,
    top_of,
)
from evqc.measurement import State
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Measurement, Quantity, Scalar
    from evqc.reading import Reading

NAME = "msd_workbench"
TITLE = "MSD Discovery Workbench"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("plate export *.csv or *.xlsx with columns Sample, Assay, Well, Signal, Calc. Concentration",)
MENTIONS = "assay"
TECHNIQUE = "electrochemiluminescence immunoassay"

_READ = (*NEEDED, *NUMBERS, *UNITS, "Spot", "Detection Range", "Fit Statistic: RSquared", "Excluded", "Plate Name",
         "Sample Group")  # fmt: skip
#: Keys above the list, or on the sheet of the instrument's own data, by the setting that they become.
_SETTINGS = {"Machine ID": "serial_number", "Serial #": "serial_number", "Model": "instrument", "User": "operator",
             "Run Name": "run", "Plate Type": "plate_type", "Type": "plate_type", "Site ID": "site"}  # fmt: skip
_DATES = ("Read Time", "Export Time", "Creation Time")
_VERSIONS = ("MSD Read Software Version", "Version")
_ZONE = re.compile(r"\s+[A-Z]{2,5}$")
#: The list begins below so many lines about the plate and the experiment.
_DEEPEST = 80
_YES = {"yes", "true", "x", "1", "excluded"}


def recognises(file: ExportFile) -> bool:
    """Whether one of the first rows has the headings of a plate's list."""
    if file.is_workbook:
        return any(is_heading(row) for rows in file.sheets.values() for row in rows)
    lines = [] if file.head.lstrip().startswith("<") else file.head_lines[:_DEEPEST]
    return file.mentions(*map(str.casefold, NEEDED)) and any(
        is_heading(re.split(r"[,;\t]", line.replace('"', ""))) for line in lines
    )


def read(file: ExportFile) -> Reading:
    """The reading of all plates of an export: well by well the panel of a sample and the concentration of each spot.

    Raises:
        InputError: ``HEADING_MISSING``, ``TRUNCATED``, ``NOT_A_NUMBER``, ``WELL_MISSING``, ``SAMPLES_DISAGREE``,
            ``SPOT_TWICE``, ``DETECTION_RANGE``, ``NO_SAMPLES``, or what the decimal marks refuse.
    """
    rows = sheets(file)
    lists = list(plates(file, rows))
    about = _about(rows)
    date, date_issues = acquired(
        _ZONE.sub("", about.get("Read Time", "")),
        Where(field="Read Time"),
        (_ZONE.sub("", about[k]) for k in _DATES if k in about),
    )
    wells = [well for plate in lists for well in _wells(plate)]
    missing = _spots_missing(file, wells)
    assays = [cell.text for plate in lists for cell in (plate.table.cell(r, "Assay") for r in plate.table.body)]
    refuse_blank([well.assay for well in wells], file.name, Where())
    return accepted(
        file.source,
        instrument=NAME,
        software_version=next((about[key] for key in _VERSIONS if key in about), None),
        file_kind="plate export",
        status=STATUS,
        measurements=tuple(_measured(wells, about, date)),
        issues=(
            *date_issues,
            *missing,
            *_other_headings(lists),
            *_unnamed(lists),
            *(issue for plate in lists for issue in plate_issues(plate)),
            *name_issues(assays, Where(column="Assay")),
            *blank_issues([well.assay for well in wells], Where()),
        ),
        unread=_unread(lists, about),
    )


@dataclass(frozen=True)
class _Well:
    """One well: its plate, its rows and what it is to a panel."""

    plate: Plate
    rows: tuple[Row, ...]
    assay: AssayWell


def _wells(plate: Plate) -> list[_Well]:
    rows: dict[tuple[str | None, str], list[Row]] = {}
    for row in plate.table.body:
        well = plate.table.text(row, "Well")
        if well is None:
            where = plate.table.cell(row, "Well").where("Well")
            raise refusal(plate.table.source, "WELL_MISSING", where, "no well", "a well such as A01 in every row")
        rows.setdefault((plate.plate_of(row), well), []).append(row)
    return [_well(plate, name, well, own) for (name, well), own in rows.items()]


def _well(plate: Plate, name: str | None, well: str, rows: Sequence[Row]) -> _Well:
    table, first = plate.table, rows[0]
    sample, seen = table.text(first, "Sample"), set[tuple[str | None, str | None]]()
    for row in rows:
        spot = table.text(row, "Assay"), table.text(row, "Spot")
        if table.text(row, "Sample") != sample:
            where, found = table.cell(row, "Sample").where("Sample"), f"'{table.text(row, 'Sample')}' in {well}"
            raise refusal(table.source, "SAMPLES_DISAGREE", where, found, f"'{sample}' as in the well's first row")
        if spot in seen:
            where, found = table.cell(row, "Assay").where("Assay"), f"'{spot[0]}' on spot {spot[1]} of {well} again"
            raise refusal(table.source, "SPOT_TWICE", where, found, "each spot of a well once")
        seen.add(spot)
    signals = tuple(_signal(plate, row) for row in rows)
    where = Where(line=first[0].line, field=well)
    return _Well(plate, tuple(rows), AssayWell(sample, plate.role(first), well, where, signals, name))


def _signal(plate: Plate, row: Row) -> Signal:
    found = plate.amount(row, "Signal")
    assert found is not None
    excluded = (plate.table.text(row, "Excluded") or "").casefold() in _YES
    return Signal(plate.table.text(row, "Assay") or "", found, excluded)


def _spots_missing(file: ExportFile, wells: Sequence[_Well]) -> tuple[Issue, ...]:
    """A warning when wells of one plate hold fewer spots than others.

    Raises:
        InputError: ``TRUNCATED`` when a text ends in such a well, or in an assay that such a well lacks.
    """
    most: dict[str | None, int] = {}
    for well in wells:
        most[well.assay.plate] = max(most.get(well.assay.plate, 0), len(well.rows))
    few = [well for well in wells if len(well.rows) < most[well.assay.plate]]
    if not few:
        return ()
    found = f"{len(few[0].rows)} spots in {few[0].assay.well}; {len(few)} wells lack some"
    expected = f"{most[few[0].assay.plate]} as in other wells of the plate"
    last = max(wells, key=lambda well: well.rows[-1][0].line)
    ends = last.plate.table.text(last.rows[-1], "Assay")
    torn = last in few or any(ends not in {s.analyte for s in well.assay.signals} for well in few)
    if torn and not file.is_workbook:
        raise refusal(file.name, "TRUNCATED", few[0].assay.where, found, expected)
    return (problem("warning", "SPOTS_MISSING", few[0].assay.where, found, expected),)


def _other_headings(lists: Sequence[Plate]) -> tuple[Issue, ...]:
    """A warning for a list with other headings than the first: they state the unit of the concentrations."""
    for plate in lists[1:]:
        if odd := sorted(set(plate.table.headings) ^ set(lists[0].table.headings)):
            where, expected = Where(line=plate.table.header[0].line), "the same headings above the list of each plate"
            return (problem("warning", "HEADINGS_DIFFER", where, f"{odd} in one list and not in another", expected),)
    return ()


def _unnamed(lists: Sequence[Plate]) -> tuple[Issue, ...]:
    """A warning for headings again that nothing says to begin another plate: blanks count for their list alone."""
    for plate in lists:
        if not plate.begun and not plate.table.has("Plate Name"):
            where, expected = Where(line=plate.table.header[0].line), "a line 'Plate_…' above the list of each plate"
            return (problem("warning", "PLATE_UNKNOWN", where, "headings again below rows of a list", expected),)
    return ()


def _measured(wells: Sequence[_Well], about: dict[str, str], date: str | None) -> list[Measurement]:
    measurements: list[Measurement] = []
    shown = measured_in([well.assay for well in wells], TECHNIQUE, "luminescence")
    for well, own in zip(wells, shown, strict=True):
        measurements += own
        if well.assay.role != "blank" and well.plate.calculated is not None:
            measurements += [_quantity(well, row, about, date) for row in well.rows]
    return measurements


def _quantity(well: _Well, row: Row, about: dict[str, str], date: str | None) -> Quantity:
    plate, table = well.plate, well.plate.table
    heading = plate.calculated
    assert heading is not None
    cell = table.cell(row, heading)
    found = amount_in(cell, heading, table.source, plate.by, SAID)
    dilution = plate.number(row, "Dilution")
    common: dict[str, Scalar] = {name: about[key] for key, name in _SETTINGS.items() if key in about}
    return concentration(
        _in_range(found, cell.text, plate, row),
        table.text(row, "Assay") or "",
        plate.unit(row),
        cell.where(heading),
        role=well.assay.role,
        settings={
            "plate": well.assay.plate,
            "well": well.assay.well,
            "spot": table.text(row, "Spot"),
            "dilution_factor": dilution,
            "dilution": "as printed; the file does not show whether the factor is in it" if dilution else None,
            "detection_range": table.text(row, "Detection Range"),
            "expected_as_printed": plate.known_of(row),
            "r_squared": table.text(row, "Fit Statistic: RSquared"),
            **common,
        },
        sample=well.assay.sample,
        replicate=well.assay.well,
        acquired_at=date,
    )


def _in_range(found: Amount, text: str, plate: Plate, row: Row) -> Amount:
    """The concentration, or that it lies outside the range: an extrapolated number is kept as text only."""
    table, said = plate.table, plate.table.text(row, "Detection Range")
    word = (said or "").casefold()
    if word.startswith(("below", "above")):
        below = word.startswith("below")
        state = State.BELOW_RANGE if below else State.ABOVE_RANGE
        bound = plate.number(row, LIMITS[state]) if "detection" in word else None
        return Amount(state, bound=bound, reason="below range" if below else "above range", as_written=text or said)
    if word and not word.startswith("in "):
        where = table.cell(row, "Detection Range").where("Detection Range")
        raise refusal(
            table.source, "DETECTION_RANGE", where, f"'{said}'", "In, Above or Below Detection or Fit Curve Range"
        )
    return found


def _about(of_file: Sequence[Sequence[Row]]) -> dict[str, str]:
    """Keys and values above a list, or on a sheet of the instrument's own data: ``Read Time :`` beside its value."""
    found: dict[str, str] = {}
    for sheet in of_file:
        top = top_of(sheet)
        for place, row in enumerate(sheet):
            key, *values = (cell.text for cell in row) if row else ("",)
            above = key.endswith(":") or (top is not None and place < top)
            if key and above and sum(map(bool, values)) == 1 and values[0]:
                found.setdefault(key.rstrip(" :"), values[0])
    return {key: text for key, text in found.items() if text not in {"N/A", "Value"}}


def _unread(lists: Sequence[Plate], about: dict[str, str]) -> tuple[str, ...]:
    headings = [h for plate in lists for h in plate.table.unread((*_READ, plate.calculated or "Signal"))]
    used = {*_SETTINGS, *_DATES, *_VERSIONS}
    return (*dict.fromkeys(headings), *(key for key in about if key not in used))
