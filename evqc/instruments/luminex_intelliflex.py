"""Luminex INTELLIFLEX: the wide export with one row a well and one group of columns a bead region and reporter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments import _rows
from evqc.instruments._amounts import amount_in
from evqc.instruments._immunoassay import (
    FEWEST_BEADS,
    AssayWell,
    Role,
    Signal,
    bead_issues,
    blank_issues,
    measured_in,
    name_issues,
    refuse_blank,
    refuse_open_end,
    role_of,
)
from evqc.instruments._marks import Marks, marks
from evqc.instruments._printed import SINGLE_PRECISION, Printed, disagreement, percent_of, printed, replicates
from evqc.reading import accepted

if TYPE_CHECKING:
    from evqc.instruments._amounts import Amount
    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._printed import Floats
    from evqc.reading import Reading

NAME = "luminex_intelliflex"
TITLE = "Luminex INTELLIFLEX"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("plate export *.csv or *.xlsx with columns 'R25: RP1 MEDIAN', software 2.0 to 2.2",)
MENTIONS = "well location"

_NEEDED = ("INSTRUMENT TYPE", "WELL LOCATION")
_COLUMN = re.compile(r"(R\d+): (RP\d) (.+)")
_SIGNATURE = "--DOCUMENT SIGNATURE--"
_BUNDLE = re.compile(r"Bundle - ([\d.]+)")
#: The letter of a well type such as ``U1``.
_TYPES: dict[str, Role] = {"U": "sample", "B": "blank", "S": "standard", "C": "control"}
_READ = ("INSTRUMENT TYPE", "SOFTWARE VERSION", "PLATE NAME", "WELL LOCATION", "WELL TYPE", "WELL STATUS", "SAMPLE ID",
         "TOTAL ACTIVE EVENTS", "TOTAL EVENTS")  # fmt: skip
_STATISTICS = ("ANALYTE NAME", "REGION", "MEDIAN", "BACKGROUND", "NET MEDIAN", "MEAN", "TRIMMED MEAN", "COUNT", "%CV",
               "TRIMMED %CV", "STANDARD DEVIATION", "TRIMMED STANDARD DEVIATION", "AVERAGE MFI")  # fmt: skip


def recognises(file: ExportFile) -> bool:
    """Whether a first row has the plate's headings and columns by bead region and reporter."""
    if file.is_workbook:
        return any(_is_heading(rows[0]) for rows in file.sheets.values() if rows)
    lines = file.head_lines[:2] if file.holds(_NEEDED[0]) and not file.head.lstrip().startswith("<") else []
    return any(_is_heading(re.split(r"[,;\t]", line.replace('"', ""))) for line in lines)


def _is_heading(texts: tuple[str, ...] | list[str]) -> bool:
    plain = [text.strip() for text in texts]
    return {*_NEEDED} <= {*plain} and any(_COLUMN.fullmatch(text) or text.startswith("R") for text in plain)


@dataclass(frozen=True)
class _Reporter:
    """The columns of one reporter.

    Attributes:
        name: ``RP1`` or ``RP2``.
        regions: bead regions such as ``R25``, in the order of the file.
        table: all rows.
        by: marks of its numbers.
    """

    name: str
    regions: tuple[str, ...]
    table: _rows.Table
    by: Marks

    def heading(self, region: str, statistic: str) -> str:
        return f"{region}: {self.name} {statistic}"

    def has(self, statistic: str) -> bool:
        """Whether every region has this statistic."""
        return all(self.table.has(self.heading(region, statistic)) for region in self.regions)

    def cells(self, statistic: str) -> list[list[Cell]]:
        """Cells of a statistic, one row a well, one column a region."""
        return [[self.table.cell(row, self.heading(r, statistic)) for r in self.regions] for row in self.table.body]

    def amounts(self, statistic: str) -> list[list[Amount]]:
        """What these cells say."""
        return [
            [amount_in(c, self.heading(r, statistic), self.table.source, self.by) for c, r in self._beside(row)]
            for row in self.cells(statistic)
        ]

    def _beside(self, row: list[Cell]) -> list[tuple[Cell, str]]:
        return list(zip(row, self.regions, strict=True))

    def numbers(self, statistic: str) -> Printed:
        """The numbers of a statistic, shape (wells, regions)."""
        return printed(self.cells(statistic), self.amounts(statistic))

    def where(self, statistic: str, index: tuple[int, ...]) -> Where:
        heading = self.heading(self.regions[index[1]], statistic)
        return self.table.cell(self.table.body[index[0]], heading).where(heading)

    @cached_property
    def analytes(self) -> tuple[str, ...]:
        """Name of the analyte on each region; the region itself where none is stated.

        Raises:
            InputError: ``ANALYTE_DIFFERS`` for two names in one column, ``REGION_DIFFERS`` for another region's number.
        """
        return tuple(self._analyte(region) for region in self.regions)

    def _analyte(self, region: str) -> str:
        self._one(region, "REGION", "REGION_DIFFERS", {region.removeprefix("R")})
        return self._one(region, "ANALYTE NAME", "ANALYTE_DIFFERS", set()) or region

    def _one(self, region: str, statistic: str, code: str, allowed: set[str]) -> str | None:
        """The one text that a column of texts holds; None when it holds none."""
        heading = self.heading(region, statistic)
        found = [text for text in self._texts(heading) if text.casefold() not in {"", "nan", "n/a"}]
        expected = allowed or set(found[:1])
        other = next((text for text in found if text not in expected), None)
        if other is not None:
            where, said = Where(column=heading), f"'{other}'"
            raise refusal(self.table.source, code, where, said, f"'{next(iter(expected))}' in every row")
        return found[0] if found else None

    def _texts(self, heading: str) -> list[str]:
        return self.table.column(heading) if self.table.has(heading) else []


def read(file: ExportFile) -> Reading:
    """The reading of a plate: for each well and reporter the panel of a sample, or the signals of what else it holds.

    Raises:
        InputError: ``HEADING_MISSING``, ``TRUNCATED``, ``NOT_A_NUMBER``, ``WELL_TWICE``, ``NO_SAMPLES``, what the
            analytes' columns refuse, or what the decimal marks refuse.
    """
    table = _table(file)
    reporters = _reporters(table, None if file.is_workbook else _rows.delimiter(file.text()))
    _refuse_twice(table)
    plates = [_wells(reporter) for reporter in reporters]
    refuse_blank(plates[0], file.name, Where())
    by_reporter = [
        measured_in(wells, _technique(reporter), "fluorescence")
        for reporter, wells in zip(reporters, plates, strict=True)
    ]
    names = [name for reporter in reporters for name in reporter.analytes]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=_version(table),
        file_kind="plate export",
        status=STATUS,
        measurements=tuple(one for of_well in zip(*by_reporter, strict=True) for own in of_well for one in own),
        issues=(
            *table.uneven(),
            *table.unnamed(),
            *table.gap("PLATE NAME", "the plate of every well: blanks count for the samples of their plate"),
            *_column_issues(table),
            *_type_issues(table),
            *_status_issues(table),
            *name_issues(names, Where(line=table.header[0].line)),
            *blank_issues(plates[0], Where()),
            *(issue for reporter in reporters for issue in _comparisons(reporter)),
        ),
        unread=_unread(table),
    )


def _table(file: ExportFile) -> _rows.Table:
    """The wells: the rows between the headings and the signature."""
    rows = _sheet(file)
    end = next((i for i, row in enumerate(rows) if row and row[0].text.startswith(_SIGNATURE)), None)
    table = _rows.table(file.name, rows, _NEEDED, end=end)
    if torn := [issue for issue in table.uneven() if issue.severity == "error"]:
        raise InputError(file.name, *torn)
    if end is None and table.body:
        refuse_open_end(file, table.body[-1][-1].text)
    return table


def _sheet(file: ExportFile) -> list[Row]:
    if not file.is_workbook:
        return _rows.rows(file)
    from evqc.instruments._workbook import workbook_rows  # noqa: PLC0415  loads openpyxl only for workbooks

    name = next((name for name, rows in file.sheets.items() if rows and _is_heading(rows[0])), None)
    return workbook_rows(file, name)


def _reporters(table: _rows.Table, separator: str | None) -> list[_Reporter]:
    found: dict[str, list[str]] = {}
    for match in (_COLUMN.fullmatch(heading) for heading in table.headings):
        if match is not None and match[3] == "MEDIAN":
            found.setdefault(match[2], []).append(match[1])
    if not found:
        where = Where(line=table.header[0].line)
        raise refusal(table.source, "HEADING_MISSING", where, "no column of medians", "columns 'R25: RP1 MEDIAN'")
    headings = [f"{region}: {name} MEDIAN" for name, regions in found.items() for region in regions]
    texts = (cell.text for row in table.body for h in headings if (cell := table.cell(row, h)).number is None)
    by = marks(texts, table.source, Where(line=table.header[0].line), delimiter=separator)
    return [_Reporter(name, tuple(regions), table, by) for name, regions in sorted(found.items())]


def _refuse_twice(table: _rows.Table) -> None:
    seen: set[tuple[str | None, str | None]] = set()
    for row in table.body:
        key = table.text(row, "PLATE NAME"), table.text(row, "WELL LOCATION")
        if key in seen:
            where = table.cell(row, "WELL LOCATION").where("WELL LOCATION")
            raise refusal(table.source, "WELL_TWICE", where, f"'{key[1]}' again", "each well of a plate once")
        seen.add(key)


def _wells(reporter: _Reporter) -> list[AssayWell]:
    table, amounts = reporter.table, reporter.amounts("MEDIAN")
    return [_well(table, row, reporter, own) for row, own in zip(table.body, amounts, strict=True)]


def _well(table: _rows.Table, row: Row, reporter: _Reporter, amounts: list[Amount]) -> AssayWell:
    signals = tuple(Signal(name, amount) for name, amount in zip(reporter.analytes, amounts, strict=True))
    sample, well = table.text(row, "SAMPLE ID"), table.text(row, "WELL LOCATION") or ""
    where = Where(line=row[0].line, field=well)
    return AssayWell(sample, _role(table, row, sample), well, where, signals, table.text(row, "PLATE NAME"))


def _role(table: _rows.Table, row: Row, sample: str | None) -> Role:
    kind = re.fullmatch(r"([A-Z])\d*", table.text(row, "WELL TYPE") or "")
    told = _TYPES.get(kind[1], "sample") if kind else "sample"
    return role_of(sample) if told == "sample" else told


def _technique(reporter: _Reporter) -> str:
    return "bead-based immunoassay" if reporter.name == "RP1" else f"bead-based immunoassay, reporter {reporter.name}"


def _version(table: _rows.Table) -> str | None:
    text = table.text(table.body[0], "SOFTWARE VERSION") if table.body else None
    bundle = _BUNDLE.search(text or "")
    return bundle[1] if bundle else text


def _column_issues(table: _rows.Table) -> tuple[Issue, ...]:
    """A warning when one region and reporter lacks a column that others have: its heading may be damaged."""
    found: dict[str, set[str]] = {}
    for match in (_COLUMN.fullmatch(heading) for heading in table.headings):
        if match is not None:
            found.setdefault(f"{match[1]}: {match[2]}", set()).add(match[3])
    every = set().union(*found.values())
    odd = next(((group, name) for name in sorted(every) for group in found if name not in found[group]), None)
    if odd is None:
        return ()
    where, expected = Where(line=table.header[0].line), "the same columns for all regions and reporters"
    return (problem("warning", "COLUMNS_DIFFER", where, f"no column '{odd[0]} {odd[1]}'", expected),)


def _type_issues(table: _rows.Table) -> tuple[Issue, ...]:
    """A warning for a type of well that is not known, or not there; such a well is taken by its sample's name."""
    if not table.has("WELL TYPE"):
        return ()
    some = any(table.column("WELL TYPE"))
    strange = next((row for row in table.body if some and (table.text(row, "WELL TYPE") or " ")[0] not in _TYPES), None)
    if strange is None:
        return ()
    cell = table.cell(strange, "WELL TYPE")
    expected = "U for a sample, B for background, S for a standard or C for a control"
    return (problem("warning", "WELL_TYPE", cell.where("WELL TYPE"), f"'{cell.text}'", expected),)


def _status_issues(table: _rows.Table) -> tuple[Issue, ...]:
    """A warning for each state of a well other than completed."""
    if not table.has("WELL STATUS"):
        return ()
    wells: dict[str, list[str]] = {}
    for row in table.body:
        wells.setdefault(table.text(row, "WELL STATUS") or "empty", []).append(table.text(row, "WELL LOCATION") or "?")
    return tuple(
        problem("warning", "WELL_STATUS", Where(column="WELL STATUS"), f"'{state}' in {', '.join(own)}", "Completed")
        for state, own in wells.items()
        if state != "Completed"
    )


@np.errstate(all="ignore")  # numbers of any size may stand in a file; what overflows agrees with nothing
def _comparisons(reporter: _Reporter) -> tuple[Issue, ...]:
    return (
        *_few_beads(reporter),
        *_net(reporter),
        *_cv(reporter, "%CV", "MEAN", "STANDARD DEVIATION"),
        *_cv(reporter, "TRIMMED %CV", "TRIMMED MEAN", "TRIMMED STANDARD DEVIATION"),
        *_average(reporter),
        *_events(reporter),
    )


def _few_beads(reporter: _Reporter) -> tuple[Issue, ...]:
    if not reporter.has("COUNT"):
        return ()
    value = reporter.numbers("COUNT").value
    low = [(int(row), int(column)) for row, column in np.argwhere(value < FEWEST_BEADS)]
    wells = reporter.table.column("WELL LOCATION")
    few = [(wells[row], reporter.analytes[column], float(value[row, column])) for row, column in low]
    where = reporter.where("COUNT", low[0]) if low else Where()
    return bead_issues(few, int(np.isfinite(value).sum()), where)


def _net(reporter: _Reporter) -> tuple[Issue, ...]:
    """Net median is the median minus the background."""
    if not all(reporter.has(name) for name in ("BACKGROUND", "NET MEDIAN")):
        return ()
    median, background = reporter.numbers("MEDIAN"), reporter.numbers("BACKGROUND")
    rule = median.value - background.value
    slack = median.rounding + background.rounding + _single(median)
    return _disagree(reporter, "NET MEDIAN", [rule], slack)


def _cv(reporter: _Reporter, cv: str, mean: str, sd: str) -> tuple[Issue, ...]:
    """%CV of the beads is 100 SD over the mean."""
    if not all(reporter.has(name) for name in (cv, mean, sd)):
        return ()
    whole, part = reporter.numbers(mean), reporter.numbers(sd)
    rule = percent_of(part.value, whole.value)
    with np.errstate(invalid="ignore", divide="ignore"):
        slack = rule * (part.rounding / np.abs(part.value) + whole.rounding / np.abs(whole.value))
    return _disagree(reporter, cv, [rule], np.nan_to_num(slack))


def _average(reporter: _Reporter) -> tuple[Issue, ...]:
    """Average MFI is the mean median of the wells of one sample and dilution, or that of the well alone."""
    if not reporter.has("AVERAGE MFI"):
        return ()
    table, median = reporter.table, reporter.numbers("MEDIAN")
    groups = [tuple(table.text(row, h) for h in ("PLATE NAME", "SAMPLE ID", "DILUTION")) for row in table.body]
    mean, _, _ = replicates(median.value, groups)
    return _disagree(reporter, "AVERAGE MFI", [median.value, mean], median.rounding + _single(median))


def _events(reporter: _Reporter) -> tuple[Issue, ...]:
    """The active events of a well are the beads of all its regions."""
    table, heading = reporter.table, "TOTAL ACTIVE EVENTS"
    if not reporter.has("COUNT") or not table.has(heading):
        return ()
    cells = [[table.cell(row, heading)] for row in table.body]
    told = printed(cells, [[amount_in(cell, heading, table.source, reporter.by)] for (cell,) in cells])
    beads = reporter.numbers("COUNT").value.sum(axis=1, keepdims=True)
    return disagreement(heading.capitalize(), told, [beads], lambda index: cells[index[0]][0].where(heading))


def _disagree(reporter: _Reporter, statistic: str, rules: list[Floats], slack: Floats) -> tuple[Issue, ...]:
    told, name = reporter.numbers(statistic), f"{reporter.name} {statistic}"
    return disagreement(name, told, rules, lambda i: reporter.where(statistic, i), tolerance=np.nan_to_num(slack))


def _single(numbers: Printed) -> Floats:
    return np.abs(numbers.value) * 2 * SINGLE_PRECISION


def _unread(table: _rows.Table) -> tuple[str, ...]:
    """Headings that hold something and are not used; a statistic of many regions stands once."""
    found: dict[str, None] = {}
    for heading in table.unread(_READ):
        match = _COLUMN.fullmatch(heading)
        if match is None:
            found[heading] = None
        elif match[3] not in _STATISTICS:
            found[f"{match[2]} {match[3]}"] = None
    return tuple(found)
