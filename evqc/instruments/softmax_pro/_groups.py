"""Group tables of a SoftMax Pro export: what is in which well, and what the software computed of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Words, amount_in
from evqc.instruments._cell import Cell, Row
from evqc.instruments._plate_wells import WORDS, Content
from evqc.instruments._plates import plate_marks, well
from evqc.instruments._rows import filled, plain
from evqc.measurands import UnknownUnitError, unit
from evqc.measurement import State

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.instruments._amounts import Amount
    from evqc.instruments._marks import Marks
    from evqc.instruments.softmax_pro._blocks import Block

#: What stands in a computed column besides numbers.
COMPUTED: Words = {
    **WORDS,
    "inf": (State.MISSING, "not computed"),
    "-inf": (State.MISSING, "not computed"),
    "fail": (State.MISSING, "invalid"),
    "masked": (State.MISSING, "masked"),
}
#: What a group is, by its name.
_ROLES = (
    ("blank", re.compile(r"blank|(?<![a-z])blk", re.IGNORECASE)),
    ("control", re.compile(r"control|(?<![a-z])(ctrl|ctl|qc)|spike", re.IGNORECASE)),
    ("standard", re.compile(r"standard|calibrat|(?<![a-z])std", re.IGNORECASE)),
    ("sample", re.compile(r"sample|unknown|(?<![a-z])(unk|spl|smp)", re.IGNORECASE)),
)


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a group table.

    Attributes:
        place: from 0.
        heading: as written, which may end with a unit: ``Concentration ng/mL``.
        name: as formulas call it.
        formula: how it was computed; empty when the export does not say.
        decimals: that its numbers are shown with; None when the export does not say.
    """

    place: int
    heading: str
    name: str
    formula: str
    decimals: int | None = None

    @property
    def unit(self) -> str | None:
        """The unit behind the name in the heading; None when there is none that evqc knows."""
        text = self.heading.removeprefix(self.name).strip(" ()[]")
        try:
            return unit(text) if text else None
        except UnknownUnitError:
            return None


@dataclass(frozen=True)
class Group:
    """A group table.

    Attributes:
        source: name of the file.
        name: of the group.
        columns: in order.
        body: its rows; those of one sample follow each other, and only the first names it.
        summaries: names and values of what the software computed of the whole group.
        has_formulas: whether a table of formulas stands below.
    """

    source: str
    name: str
    columns: tuple[Column, ...]
    body: tuple[Row, ...]
    summaries: tuple[Row, ...]
    has_formulas: bool = False

    def column(self, *formulas: str, headings: Sequence[str] = ()) -> Column | None:
        """The column of one of these formulas or, where the export states no formulas, headings."""
        for column in self.columns:
            if column.formula in formulas or (not column.formula and column.heading.casefold() in headings):
                return column
        return None

    def cell(self, row: Row, column: Column) -> Cell:
        """The cell of a row; an empty one where the row is shorter."""
        return row[column.place] if column.place < len(row) else Cell("", row[0].line)

    @cached_property
    def role(self) -> str | None:
        """``standard``, ``blank``, ``control`` or ``sample`` by the group's name; None when it says none of them."""
        return next((role for role, pattern in _ROLES if pattern.search(self.name)), None)

    @cached_property
    def samples(self) -> tuple[str, ...]:
        """The sample that each row belongs to."""
        column = self.column("!SampleNames", headings=("sample", "samples")) or next(iter(self.columns), None)
        found: list[str] = []
        for row in self.body:
            found.append((self.cell(row, column).text if column else "") or (found[-1] if found else ""))
        return tuple(found)

    @cached_property
    def wells(self) -> tuple[str | None, ...]:
        """The well of each row."""
        column = self.column("!WellIDs", headings=("wells", "well"))
        return tuple(well(self.cell(row, column).text) if column else None for row in self.body)

    @cached_property
    def plates(self) -> tuple[str | None, ...]:
        """The plate of each row, where the table names it."""
        column = self.column("!WellPlateName", headings=("wellplatename",))
        return tuple((self.cell(row, column).text or None) if column else None for row in self.body)

    @cached_property
    def marks(self) -> Marks:
        """The marks of the table's numbers, where the columns state three decimals the mark before these.

        Errors as of ``_plates.plate_marks``.
        """
        texts = [cell.text for row in self.body for cell in row]
        three = any(column.decimals == 3 for column in self.columns)
        return plate_marks(texts, self.source, Where(field=self.name), absorbance=three)

    def amounts(self, column: Column) -> list[Amount]:
        """What the cells of a column say; of a value of a whole sample only the first row has one.

        Raises:
            InputError: ``NOT_A_NUMBER``.
        """
        cells = [self.cell(row, column) for row in self.body]
        return [amount_in(cell, column.heading, self.source, self.marks, COMPUTED) for cell in cells]

    def of_samples(self, column: Column) -> list[float | None]:
        """The number of a column for each row, that of a sample's first row standing for all of its rows."""
        first: dict[str, float | None] = {}
        for sample, amount in zip(self.samples, self.amounts(column), strict=True):
            first.setdefault(sample, amount.value)
        return [first[sample] for sample in self.samples]


def group(source: str, block: Block) -> Group:
    """The table of a group block: headings and rows up to a blank line, then formulas, then summaries.

    Raises:
        InputError: ``HEADING_MISSING`` for rows below headings that are all empty.
    """
    rows = list(block.rows)
    parts: list[list[Row]] = [[]]
    for row in rows:
        if filled(row):
            parts[-1].append(row)
        elif parts[-1]:
            parts.append([])
    table, rest = parts[0], [row for part in parts[1:] for row in part]
    formulas = _formulas(rest)
    headings = [cell.text for cell in table[0]] if table else []
    columns = tuple(
        _column(place, plain(heading), formulas.get(place + 1)) for place, heading in enumerate(headings) if heading
    )
    if table[1:] and not columns:
        where, expected = table[0][0].where("Group:"), f"headings of group {block.name}"
        raise refusal(source, "HEADING_MISSING", where, "cells below no heading", expected)
    summaries = tuple(row for row in rest if not row[0].text.isdigit() and row[0].text not in _TITLES)
    return Group(source, block.name, columns, tuple(table[1:]), summaries, bool(formulas))


_LAYOUT = {"sample", "samples", "well", "wells", "wellplatename"}
_PRECISION = re.compile(r"(\d+) decimal places?")
_TITLES = {"Group Column", "Group Summaries"}
#: The headings of the table of formulas, in the order in which the software writes them.
_OF_FORMULAS = ("Group Column", "Formula Name", "Formula", "Precision", "Notation")


def _formulas(rows: Sequence[Row]) -> dict[int, tuple[str, str, int | None]]:
    """Name, formula and decimals of the columns by their number, from 1."""
    places = _places(rows)
    stated = [[row[place].text for place in places] for row in rows if len(row) > max(places)]
    return {
        int(number): (
            plain(name),
            formula if _PRECISION.fullmatch(precision) and notation.isalpha() else "",
            int(m[1]) if (m := _PRECISION.fullmatch(precision)) is not None else None,
        )
        for number, name, formula, precision, notation in stated
        if number.isdigit()
    }


def _places(rows: Sequence[Row]) -> list[int]:
    """Where the columns of the table of formulas stand by its headings; in their usual order when one is not there."""
    for row in rows:
        headings = [plain(cell.text) for cell in row]
        if set(_OF_FORMULAS) <= set(headings):
            return [headings.index(heading) for heading in _OF_FORMULAS]
    return list(range(len(_OF_FORMULAS)))


def _column(place: int, heading: str, said: tuple[str, str, int | None] | None) -> Column:
    name, formula, decimals = said or (heading, "", None)
    return Column(place=place, heading=heading, name=name, formula=formula, decimals=decimals)


def contents(found: Group) -> list[tuple[str | None, str, Content]]:
    """Plate, well and content of every row that names a well.

    A descriptor whose heading speaks of a dilution is one; any other is the nominal concentration of a standard or
    control, in the unit of its heading.

    Raises:
        InputError: ``NOT_A_NUMBER``.
    """
    stated = {"dilution": [None] * len(found.body), "nominal": [None] * len(found.body)}  # type: dict[str, list[float | None]]
    written: str | None = None
    for column in found.columns:
        if column.formula in {"!SampleDescriptor", "!SampleDescriptor2"} or _describes(column):
            kind = "dilution" if "dilut" in column.name.casefold() else "nominal"
            stated[kind] = found.of_samples(column)
            written = column.unit if kind == "nominal" else written
    flags = _flags(found)
    rows = zip(found.plates, found.wells, found.samples, stated["dilution"], stated["nominal"], flags, strict=True)
    return [
        (plate, name, _content(found, sample, dilution, nominal, written, flag))
        for plate, name, sample, dilution, nominal, flag in rows
        if name is not None
    ]


def is_layout(column: Column) -> bool:
    """Whether a column without formula says by its heading what is in which well."""
    return not column.formula and (column.heading.casefold() in _LAYOUT or _describes(column))


def _describes(column: Column) -> bool:
    return not column.formula and column.heading.casefold().split(" ")[0] in {"conc", "concentration", "dilution"}


def _flags(found: Group) -> list[str]:
    column = next((c for c in found.columns if c.name == "R"), None)
    return [found.cell(row, column).text if column else "" for row in found.body]


def _content(
    found: Group, sample: str, dilution: float | None, nominal: float | None, written: str | None, flag: str
) -> Content:
    named = sample if sample and not sample.isdigit() else f"{found.name} {sample}".strip()
    stands = found.role in {"standard", "control"}
    return Content(
        role=found.role,
        group=f"{found.name} {sample}".strip(),
        sample=named,
        nominal=nominal if stands else None,
        unit=written if stands else None,
        dilution=dilution,
        more={"flag": flag} if flag else {},
    )


def misnamed(found: Group) -> tuple[Issue, ...]:
    """Warnings when a row has no well or no sample, and when the table of formulas does not fit the headings.

    The name of a formula is how the heading of its column begins.
    """
    issues = []
    column = found.column("!WellIDs", headings=("wells", "well"))
    lost = [row for row, name in zip(found.body, found.wells, strict=True) if name is None]
    wells = [pair for pair in zip(found.plates, found.wells, strict=True) if pair[1] is not None]
    twice = [pair[1] for n, pair in enumerate(wells) if pair in wells[:n]]
    if twice:
        shown = f"well {twice[0]} twice in group {found.name}"
        issues.append(problem("warning", "WELL_TWICE", Where(field=found.name), shown, "each well once"))
    apart = [] if column is None else [row for row in found.summaries if well(found.cell(row, column).text)]
    if column is not None and apart:
        where, shown = apart[0][0].where(column.heading), f"{len(apart)} rows of group {found.name} behind a blank line"
        issues.append(problem("warning", "GROUP_NOT_READ", where, shown, "all rows right below their headings"))
    if column is None and found.body:
        shown = f"{len(found.body)} rows of group {found.name} without a column of wells"
        issues.append(problem("warning", "GROUP_NOT_READ", found.body[0][0].where("Wells"), shown, "a column of wells"))
    if column is not None and lost:
        shown, expected = f"{len(lost)} rows of group {found.name}", "a well in every row"
        issues.append(problem("warning", "WELL_MISSING", lost[0][0].where(column.heading), shown, expected))
    if found.body and not found.samples[0]:
        shown = f"a first row of group {found.name} without a sample"
        issues.append(problem("warning", "SAMPLE_MISSING", found.body[0][0].where("Sample"), shown, "its name"))
    odd = [
        c for c in found.columns if found.has_formulas and not (c.formula and c.name and c.heading.startswith(c.name))
    ]
    if not odd:
        return tuple(issues)
    where, shown = Where(field=found.name), f"column '{odd[0].heading}' and formula '{odd[0].name}: {odd[0].formula}'"
    expected = "a formula for each column, in their order"
    return (*issues, problem("warning", "FORMULA_MISSING", where, shown, expected))


def failures(found: Group) -> tuple[Issue, ...]:
    """A warning for each column and summary of the group in which the file itself says that a criterion failed."""
    issues = []
    for column in found.columns:
        cells = [found.cell(row, column) for row in found.body]
        failed = {s: c for s, c in zip(found.samples, cells, strict=True) if c.text.casefold() == "fail"}
        if failed:
            first = next(iter(failed.values()))
            shown = f"{column.heading} failed for {', '.join(failed)} of group {found.name}"
            issues.append(problem("warning", "ACCEPTANCE_FAILED", first.where(column.heading), shown, _said(column)))
    return (*issues, *failed_lines(found.summaries))


def _said(column: Column) -> str:
    return f"what the file asks for: {column.formula}" if column.formula else "a pass"


def failed_lines(rows: Sequence[Row]) -> tuple[Issue, ...]:
    """A warning for each line of a note or summary whose value is a failed criterion."""
    failed = [row for row in rows if len(row) > 3 and row[2].text.casefold() == "fail"]
    return tuple(
        problem("warning", "ACCEPTANCE_FAILED", row[0].where("summary"), f"{row[0].text} {row[2].text}", row[3].text)
        for row in failed
    )


def curve_unit(groups: Sequence[Group]) -> str | None:
    """The one unit that the concentrations of standards are stated in; None when there is none or several."""
    units = {
        column.unit
        for one in groups
        if one.role == "standard"
        for column in one.columns
        if column.unit is not None and column.formula == "!SampleDescriptor"
    }
    return units.pop() if len(units) == 1 else None


def layouts(groups: Sequence[Group], plates: Sequence[str]) -> tuple[dict[str, dict[str, Content]], tuple[Issue, ...]]:
    """What is in the wells of each plate, and a warning when a group does not say which of several plates it means.

    Args:
        groups: of the file.
        plates: names of the plates.
    """
    found: dict[str, dict[str, Content]] = {name: {} for name in plates}
    issues: list[Issue] = []
    for one in groups:
        lost = []
        for plate, name, content in contents(one):
            own = plate or (plates[0] if len(plates) == 1 else None)
            if own in found:
                found[own].setdefault(name, content)
            else:
                lost.append(name)
        if lost:
            shown = f"{len(lost)} wells of group {one.name}"
            expected = "the name of the plate beside each well, when there are several plates"
            issues.append(problem("warning", "PLATE_UNKNOWN", Where(field=one.name), shown, expected))
    return found, tuple(issues)


def by_sample(found: Group) -> Mapping[str, list[int]]:
    """The rows of each sample."""
    places: dict[str, list[int]] = {}
    for place, sample in enumerate(found.samples):
        places.setdefault(sample, []).append(place)
    return places
