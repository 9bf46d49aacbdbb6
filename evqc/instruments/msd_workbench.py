"""MSD Discovery Workbench: one row an assay spot of a well, with signal, calculated concentration and its range."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments import _rows
from evqc.instruments._amounts import SAID, Amount, amount_in
from evqc.instruments._cell import Row
from evqc.instruments._dates import acquired
from evqc.instruments._immunoassay import (
    AssayWell,
    Role,
    Signal,
    blank_issues,
    concentration,
    dilution_issues,
    name_issues,
    panels_of,
    refuse_open_end,
    role_of,
    unit_issues,
)
from evqc.instruments._marks import Marks, marks
from evqc.instruments._printed import Printed, disagreement, percent_of, printed, replicates
from evqc.measurement import State
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.instruments._printed import Floats
    from evqc.measurement import Measurement, Quantity, Scalar
    from evqc.reading import Reading

NAME = "msd_workbench"
TITLE = "MSD Discovery Workbench"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("plate export *.csv or *.xlsx with columns Sample, Assay, Well, Signal, Calc. Concentration",)
TECHNIQUE = "electrochemiluminescence immunoassay"

_NEEDED = ("Sample", "Assay", "Well", "Signal")
_TYPICAL = ("calc. conc", "adjusted signal", "detection range", "adj. sig")
_CALCULATED = re.compile(r"Calc\. Concentration(?: \((.+)\))?", re.IGNORECASE)
_UNITS = ("Concentration Unit", "Concentration Units", "Conc. Unit", "Conc. Units", "Units", "Unit")
_NUMBERS = ("Signal", "Adjusted Signal", "Mean", "Adj. Sig. Mean", "CV", "% Recovery", "% Recovery Mean",
            "Calc. Conc. Mean", "Calc. Conc. CV", "Concentration", "Dilution")  # fmt: skip
_READ = (*_NEEDED, *_NUMBERS, *_UNITS, "Spot", "Detection Range", "Fit Statistic: RSquared", "Excluded", "Plate Name")
#: Keys of the sheet of the instrument's own data, by the setting that they become.
_SETTINGS = {"Machine ID": "serial_number", "Run Name": "run", "Plate Type": "plate_type", "Site ID": "site"}
_YES = {"yes", "true", "x", "1", "excluded"}


def recognises(file: ExportFile) -> bool:
    """Whether one of the first rows has the headings of a plate's list."""
    if file.is_workbook:
        return any(_is_heading(row) for rows in file.sheets.values() for row in rows)
    lines = file.head.splitlines()[:12]
    return any(_is_heading(re.split(r"[,;\t]", line.replace('"', ""))) for line in lines)


def _is_heading(texts: Sequence[str]) -> bool:
    plain = [" ".join(text.split()).casefold() for text in texts]
    return {n.casefold() for n in _NEEDED} <= {*plain} and any(t.startswith(_TYPICAL) for t in plain)


@dataclass(frozen=True)
class _Plate:
    """One list of spots.

    Attributes:
        name: of the plate; None when none is stated.
        table: one row a spot.
        by: marks of its numbers.
    """

    name: str | None
    table: _rows.Table
    by: Marks

    @cached_property
    def calculated(self) -> str | None:
        """Heading of the calculated concentration."""
        return next((h for h in self.table.headings if _CALCULATED.fullmatch(h)), None)

    def amount(self, row: Row, heading: str) -> Amount | None:
        """What a number cell says; None when there is no such column."""
        if not self.table.has(heading):
            return None
        return amount_in(self.table.cell(row, heading), heading, self.table.source, self.by, SAID)

    def number(self, row: Row, heading: str) -> float | None:
        found = self.amount(row, heading)
        return None if found is None else found.value

    def numbers(self, heading: str | None) -> Printed | None:
        """The numbers of a column, shape (rows, 1)."""
        if heading is None or not self.table.has(heading):
            return None
        cells = [[self.table.cell(row, heading)] for row in self.table.body]
        return printed(cells, [[amount_in(c, heading, self.table.source, self.by, SAID)] for (c,) in cells])

    def unit(self, row: Row) -> str:
        """Unit of the concentrations as the row or the heading states it; empty when neither does."""
        in_heading = _CALCULATED.fullmatch(self.calculated or "")
        told = next((text for name in _UNITS if (text := self.table.text(row, name))), None)
        return told or (in_heading[1] if in_heading else None) or ""

    def plate_of(self, row: Row) -> str | None:
        return self.table.text(row, "Plate Name") or self.name

    def role(self, row: Row) -> Role:
        """A known concentration makes a standard, one of zero the blank; else the sample's name decides."""
        known, name = self.number(row, "Concentration"), role_of(self.table.text(row, "Sample"))
        if known is None or name == "control":
            return name
        return "standard" if known > 0 else "blank"


def read(file: ExportFile) -> Reading:
    """The reading of all plates of an export: well by well the panel of a sample and the concentration of each spot.

    Raises:
        InputError: ``HEADING_MISSING``, ``TRUNCATED``, ``NOT_A_NUMBER``, ``WELL_MISSING``, ``SAMPLES_DISAGREE``,
            ``SPOT_TWICE``, ``DETECTION_RANGE``, ``NO_SAMPLES``, or what the decimal marks refuse.
    """
    sheets = _sheets(file)
    plates = list(_plates(file, sheets))
    about = _about(sheets)
    date, date_issues = acquired(
        about.get("Read Time"), Where(field="Read Time"), filter(None, [about.get("Export Time")])
    )
    wells = [well for plate in plates for well in _wells(plate)]
    _refuse_ragged(file, wells)
    assays = [cell.text for plate in plates for cell in (plate.table.cell(r, "Assay") for r in plate.table.body)]
    measurements = _measured(wells, about, date)
    if not measurements:
        raise refusal(file.name, "NO_SAMPLES", Where(), f"{len(wells)} wells, all blank", "samples or standards")
    return accepted(
        file.source,
        instrument=NAME,
        software_version=about.get("MSD Read Software Version"),
        file_kind="plate export",
        status=STATUS,
        measurements=tuple(measurements),
        issues=(
            *date_issues,
            *(issue for plate in plates for issue in (*plate.table.uneven(), *_comparisons(plate), *_open(plate))),
            *name_issues(assays, Where(column="Assay")),
            *blank_issues([well.assay for well in wells], Where()),
        ),
        unread=_unread(plates, about),
    )


def _sheets(file: ExportFile) -> list[list[Row]]:
    if not file.is_workbook:
        return [_rows.rows(file)]
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    return every_sheet(file)


def _plates(file: ExportFile, sheets: Sequence[Sequence[Row]]) -> Iterator[_Plate]:
    found = [sheet for sheet in sheets if any(_is_heading([c.text for c in row]) for row in sheet)]
    if not found:
        raise refusal(file.name, "HEADING_MISSING", Where(), "no row of headings", f"headings {', '.join(_NEEDED)}")
    for sheet in found:
        tops = [i for i, row in enumerate(sheet) if _is_heading([c.text for c in row])]
        for top, following in zip(tops, [*tops[1:], None], strict=True):
            yield _plate(file, sheet, top, following)


def _plate(file: ExportFile, sheet: Sequence[Row], top: int, following: int | None) -> _Plate:
    end = None if following is None else _title(sheet, following)[0]
    table = _rows.table(file.name, sheet[top:], _NEEDED, end=None if end is None else end - top)
    if torn := [issue for issue in table.uneven() if issue.severity == "error" and not file.is_workbook]:
        raise InputError(file.name, *torn)
    if following is None and table.body:
        refuse_open_end(file, table.body[-1][-1].text)
    headings = [h for h in table.headings if h in _NUMBERS or _CALCULATED.fullmatch(h)]
    cells = [cell for row in table.body for h in headings if (cell := table.cell(row, h)).number is None]
    separator = None if file.is_workbook else _rows.delimiter(file.text())
    by = marks((cell.text for cell in cells), file.name, Where(line=table.header[0].line), delimiter=separator)
    return _Plate(_title(sheet, top)[1], table, by)


def _title(sheet: Sequence[Row], top: int) -> tuple[int, str | None]:
    """Place and name of the title above a row of headings; the place of the headings when there is none."""
    above = next((i for i in range(top - 1, -1, -1) if _rows.filled(sheet[i])), None)
    if above is None or not sheet[above][0].text.startswith("Plate_"):
        return top, None
    return above, sheet[above][0].text.removeprefix("Plate_")


@dataclass(frozen=True)
class _Well:
    """One well: its plate, its rows and what it is to a panel."""

    plate: _Plate
    rows: tuple[Row, ...]
    assay: AssayWell


def _wells(plate: _Plate) -> list[_Well]:
    rows: dict[tuple[str | None, str], list[Row]] = {}
    for row in plate.table.body:
        well = plate.table.text(row, "Well")
        if well is None:
            where = plate.table.cell(row, "Well").where("Well")
            raise refusal(plate.table.source, "WELL_MISSING", where, "no well", "a well such as A01 in every row")
        rows.setdefault((plate.plate_of(row), well), []).append(row)
    return [_well(plate, name, well, own) for (name, well), own in rows.items()]


def _well(plate: _Plate, name: str | None, well: str, rows: Sequence[Row]) -> _Well:
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


def _signal(plate: _Plate, row: Row) -> Signal:
    found = plate.amount(row, "Signal")
    assert found is not None
    excluded = (plate.table.text(row, "Excluded") or "").casefold() in _YES
    return Signal(plate.table.text(row, "Assay") or "", found, excluded)


def _refuse_ragged(file: ExportFile, wells: Sequence[_Well]) -> None:
    """Wells of one plate hold the same number of spots: a text in which one holds fewer was cut."""
    most: dict[str | None, int] = {}
    for well in wells:
        most[well.assay.plate] = max(most.get(well.assay.plate, 0), len(well.rows))
    few = next((well for well in wells if len(well.rows) < most[well.assay.plate]), None)
    if few is not None and not file.is_workbook:
        found = f"{len(few.rows)} spots in {few.assay.well}"
        expected = f"{most[few.assay.plate]} as in other wells of the plate"
        raise refusal(file.name, "TRUNCATED", few.assay.where, found, expected)


def _measured(wells: Sequence[_Well], about: dict[str, str], date: str | None) -> list[Measurement]:
    measurements: list[Measurement] = []
    for well, panel in zip(wells, panels_of([well.assay for well in wells], TECHNIQUE), strict=True):
        measurements += [panel] if panel is not None else []
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
    common: dict[str, Scalar] = {name: about.get(key) for key, name in _SETTINGS.items()}
    return concentration(
        _in_range(found, cell.text, table.text(row, "Detection Range"), table, row),
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
            "expected_as_printed": plate.number(row, "Concentration"),
            "r_squared": table.text(row, "Fit Statistic: RSquared"),
            **common,
        },
        sample=well.assay.sample,
        replicate=well.assay.well,
        acquired_at=date,
    )


def _in_range(found: Amount, text: str, said: str | None, table: _rows.Table, row: Row) -> Amount:
    """The concentration, or that it lies outside the range: an extrapolated number is kept as text only."""
    word = (said or "").casefold()
    if word.startswith(("below", "above")):
        below = word.startswith("below")
        state = State.BELOW_RANGE if below else State.ABOVE_RANGE
        return Amount(state, reason="below range" if below else "above range", as_written=text or said)
    if word and not word.startswith("in "):
        where = table.cell(row, "Detection Range").where("Detection Range")
        raise refusal(
            table.source, "DETECTION_RANGE", where, f"'{said}'", "In, Above or Below Detection or Fit Curve Range"
        )
    return found


@np.errstate(all="ignore")  # numbers of any size may stand in a file; what overflows agrees with nothing
def _comparisons(plate: _Plate) -> tuple[Issue, ...]:
    """Each printed mean, CV and recovery beside the one of the replicate wells (sample, assay and dilution alike)."""
    table = plate.table
    keys = ("Plate Name", "Sample", "Assay", "Spot", "Dilution", "Concentration")
    groups = [tuple(table.text(row, key) for key in keys) for row in table.body]
    issues: list[Issue] = []
    for mean, cv, of in (
        ("Mean", "CV", "Signal"),
        ("Adj. Sig. Mean", "CV", "Adjusted Signal"),
        ("Calc. Conc. Mean", "Calc. Conc. CV", plate.calculated),
        ("% Recovery Mean", None, "% Recovery"),
    ):
        numbers = plate.numbers(of)
        if numbers is not None:
            issues += _replicate_issues(plate, numbers, groups, mean, cv)
    return (*issues, *_recovery(plate))


def _replicate_issues(
    plate: _Plate, numbers: Printed, groups: Sequence[object], mean: str, cv: str | None
) -> tuple[Issue, ...]:
    average, sd, size = replicates(numbers.value, groups)
    spread = np.where(size > 1, percent_of(sd, average), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        slack = 200 * np.nan_to_num(numbers.rounding / np.abs(average), posinf=0.0)
    return (
        *_disagree(plate, mean, average, np.nan_to_num(numbers.rounding)),
        *(_disagree(plate, cv, spread, slack) if cv is not None else ()),
    )


def _recovery(plate: _Plate) -> tuple[Issue, ...]:
    """% Recovery is 100 times the calculated over the known concentration."""
    calculated, known = plate.numbers(plate.calculated), plate.numbers("Concentration")
    if calculated is None or known is None:
        return ()
    rule = percent_of(calculated.value, known.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = calculated.rounding / np.abs(calculated.value) + known.rounding / np.abs(known.value)
    return _disagree(plate, "% Recovery", rule, np.nan_to_num(rule * share))


def _disagree(plate: _Plate, heading: str, rule: Floats, slack: Floats) -> tuple[Issue, ...]:
    told = plate.numbers(heading)
    if told is None:
        return ()
    body = plate.table.body
    return disagreement(
        heading, told, [rule], lambda i: plate.table.cell(body[i[0]], heading).where(heading), tolerance=slack
    )


def _open(plate: _Plate) -> tuple[Issue, ...]:
    """What the plate leaves open: units of its concentrations, and dilutions that may or may not be in them."""
    table = plate.table
    where = Where(line=table.header[0].line, column=plate.calculated)
    if plate.calculated is None:
        found = "no column 'Calc. Concentration'"
        return (problem("warning", "NO_CONCENTRATIONS", where, found, "concentrations; signals alone are read"),)
    units = {table.text(row, "Assay") or "": plate.unit(row) for row in table.body}
    diluted = [plate.number(row, "Dilution") for row in table.body]
    return (*unit_issues(units, where), *dilution_issues(diluted, where))


def _about(sheets: Sequence[Sequence[Row]]) -> dict[str, str]:
    """Keys and values of the sheet of the instrument's own data: ``Read Time :`` beside its value."""
    found: dict[str, str] = {}
    for row in (row for sheet in sheets for row in sheet if len(row) > 1 and row[0].text.endswith(":")):
        found.setdefault(row[0].text.rstrip(" :"), row[1].text)
    return {key: text for key, text in found.items() if text}


def _unread(plates: Sequence[_Plate], about: dict[str, str]) -> tuple[str, ...]:
    headings = [h for plate in plates for h in plate.table.unread((*_READ, plate.calculated or "Signal"))]
    used = {*_SETTINGS, "Read Time", "Export Time", "MSD Read Software Version"}
    return (*dict.fromkeys(headings), *(key for key in about if key not in used))
