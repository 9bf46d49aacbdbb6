"""Blocks of numbers: one row a well, a sample or a reagent, one column an analyte."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, Amount, amount, amount_in
from evqc.instruments._cell import Cell
from evqc.instruments._immunoassay import role_of
from evqc.instruments._marks import marks
from evqc.instruments._printed import Printed, printed
from evqc.measurement import Reason, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._amounts import Words
    from evqc.instruments._immunoassay import Role
    from evqc.instruments._marks import Marks
    from evqc.instruments._printed import Place
    from evqc.instruments._rows import Table
    from evqc.instruments.luminex_xponent._sections import Export

#: Blocks that are read as numbers, by key, in the order in which they are checked.
NUMBERS = (
    "median", "netmfi", "count", "result", "avgnetmfi", "avgresult", "%cvreplicates", "%recovery", "mean", "stddev",
    "%cv", "trimmedmean", "trimmedstandarddeviation", "trimmedstddev", "trimmed%cv", "standardexpectedconcentration",
    "controlexpectedconcentration",
)  # fmt: skip
_NO_ANALYTES = {"plate", "location", "sample", "reagent", "total events", "notes", "note"}
_LOCATION = re.compile(r"(\d+)\((\d+)[,.;]\s*([A-Z]{1,2}\d{1,2})\)")
_WORDS: Words = {
    **SAID,
    "oor <": (State.BELOW_RANGE, "below range"),
    "oor >": (State.ABOVE_RANGE, "above range"),
    "infinity": (State.MISSING, "not computed"),
    "-infinity": (State.MISSING, "not computed"),
}

_UNREADABLE: tuple[State, Reason] = (State.MISSING, "not a number")


@dataclass(frozen=True)
class Grid:
    """One block of numbers.

    Attributes:
        name: of the block, as written.
        locations: such as ``1(1,A1)``, one a row; empty texts when the block has one row a sample.
        samples: sample or reagent of each row.
        analytes: one a column.
        cells, amounts: rows of columns: what stands there and what it says.
        events: total events of each row, as a number; None where there is none.
        unreadable: places and texts that are no numbers, in a block that serves for checks only.
    """

    name: str
    locations: tuple[str, ...]
    samples: tuple[str, ...]
    analytes: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]
    amounts: tuple[tuple[Amount, ...], ...]
    events: tuple[float | None, ...]
    unreadable: tuple[tuple[Where, str], ...] = ()

    @cached_property
    def printed(self) -> Printed:
        """The numbers and their rounding, shape (rows, analytes)."""
        return printed(self.cells, self.amounts)

    def beside(self, main: Grid) -> Printed:
        """The numbers at the wells and analytes of ``main``; NaN where this block lacks one."""
        columns = {name: i for i, name in enumerate(self.analytes)}
        return self.printed.at(self._rows_beside(main), [columns.get(n, -1) for n in main.analytes])

    def _rows_beside(self, main: Grid) -> list[int]:
        """This block's row for each well of ``main``, -1 where it has none.

        A block by sample may have one row for all wells of a sample, or one for each of them in order.
        """
        if any(self.locations):
            rows = {location: i for i, location in reversed(list(enumerate(self.locations)))}
            return [rows.get(location, -1) for location in main.locations]
        own: dict[str, list[int]] = {}
        for i, sample in enumerate(self.samples):
            own.setdefault(sample, []).append(i)
        wells, before = Counter(main.samples), Counter[str]()
        found = []
        for sample in main.samples:
            rows_of = own.get(sample, [])
            each = len(rows_of) == wells[sample]
            found.append(rows_of[before[sample]] if each else rows_of[0] if len(rows_of) == 1 else -1)
            before[sample] += 1
        return found

    def at(self, location: str, analyte: str) -> tuple[Cell, Amount] | None:
        """Cell and amount of a well and analyte; None when the block lacks them."""
        if location not in self.locations or analyte not in self.analytes:
            return None
        row, column = self.locations.index(location), self.analytes.index(analyte)
        return self.cells[row][column], self.amounts[row][column]

    def place(self, main: Grid) -> Place:
        """From an index in ``main`` to the place of this block's number for the same well and analyte."""
        rows = self._rows_beside(main)
        return lambda index: self.where((rows[index[0]], self.analytes.index(main.analytes[index[1]])))

    def where(self, index: tuple[int, ...]) -> Where:
        """The place of one number."""
        return Where(line=self.cells[index[0]][index[1]].line, column=self.analytes[index[1]], field=self.name)


def place_of(location: str) -> tuple[str | None, str]:
    """Plate and well of a location such as ``1(2,A1)``; without plate when it is written in another way."""
    found = _LOCATION.fullmatch(location)
    return (found[2], found[3]) if found else (None, location)


def grids(export: Export) -> dict[str, Grid]:
    """All blocks of numbers by key, all by one decimal mark.

    Raises:
        InputError: ``DECIMAL_AMBIGUOUS``, ``DECIMAL_MIXED``, ``NOT_A_NUMBER``, ``WELL_TWICE``.
    """
    tables = _tables(export)
    by = marks_of(export)
    strict = {"result", "median" if "median" in tables else "netmfi"}
    return {key: _grid(export.names[key], table, by, strict=key in strict) for key, table in tables.items()}


def marks_of(export: Export) -> Marks:
    """The marks that the numbers of all blocks are written with. Errors as of ``_marks.marks``."""
    texts = (cell.text for table in _tables(export).values() for row in table.body for cell in row[1:])
    return marks(texts, export.name, Where(field="Results"), delimiter=export.separator)


def _tables(export: Export) -> dict[str, Table]:
    return {key: export.blocks[key] for key in NUMBERS if key in export.blocks}


def _grid(name: str, table: Table, by: Marks, *, strict: bool) -> Grid:
    """A block of numbers; a cell that is none is refused where measurements come from it, else kept aside."""
    analytes = tuple(h for h in table.headings if h and h.casefold() not in _NO_ANALYTES)
    cells = tuple(tuple(table.cell(row, analyte) for analyte in analytes) for row in table.body)
    unreadable = tuple(
        (Where(line=c.line, column=a, field=name), c.text)
        for row in (() if strict else cells)
        for c, a in zip(row, analytes, strict=True)
        if amount(c.text, by, _WORDS) is None
    )
    words = {**_WORDS, **{text.casefold(): _UNREADABLE for _, text in unreadable}}
    amounts = tuple(
        tuple(amount_in(c, a, table.source, by, words) for c, a in zip(row, analytes, strict=True)) for row in cells
    )
    locations = tuple(table.text(row, "Location") or "" for row in table.body)
    _refuse_twice(table, locations, name)
    samples = tuple(table.text(row, "Sample") or table.text(row, "Reagent") or "" for row in table.body)
    events = tuple(by.parse(table.text(row, "Total Events") or "") for row in table.body)
    return Grid(name, locations, samples, analytes, cells, amounts, events, unreadable)


def _refuse_twice(table: Table, locations: tuple[str, ...], name: str) -> None:
    seen: set[str] = set()
    for location, row in zip(locations, table.body, strict=True):
        if location and location in seen:
            where = Where(line=row[0].line, column="Location", field=name)
            raise refusal(table.source, "WELL_TWICE", where, f"'{location}' again", "each well once in a block")
        seen.add(location)


def roles(main: Grid, others: dict[str, Grid]) -> tuple[Role, ...]:
    """What each well of ``main`` holds: by its name, or since a block of expected concentrations names it."""
    named: dict[str, Role] = {
        sample: role
        for role, key in _EXPECTED.items()
        for sample in (others[key].samples if key in others else ())
    }  # fmt: skip
    return tuple(named.get(sample) or role_of(sample) for sample in main.samples)


_EXPECTED: dict[Role, str] = {"standard": "standardexpectedconcentration", "control": "controlexpectedconcentration"}


def expected(grids: dict[str, Grid], role: Role, sample: str, analyte: str) -> Amount | None:
    """The concentration that a standard or control is known to have; None when the file does not say."""
    grid = grids.get(_EXPECTED.get(role, ""))
    if grid is None or sample not in grid.samples or analyte not in grid.analytes:
        return None
    return grid.amounts[grid.samples.index(sample)][grid.analytes.index(analyte)]


def expected_missing(main: Grid, others: dict[str, Grid]) -> tuple[Issue, ...]:
    """A warning for the first standard or control of the plate that is not among those of its expected concentrations.

    The block of these lists what the protocol has, so that it may hold more than the plate does, and not less.
    """
    for role, key in _EXPECTED.items():
        known = set(others[key].samples) if key in others else set()
        lost = next((s for s in main.samples if known and role_of(s) == role and s not in known), None)
        if lost is not None:
            name, expected = others[key].name, f"a row of every {role} of the plate"
            return (_differs("CONCENTRATION_MISSING", name, f"no row '{lost}' in '{name}'", expected),)
    return ()


def expected_of_a_sample(others: dict[str, Grid]) -> tuple[Issue, ...]:
    """A warning for the first name among expected concentrations that is unlike the others, which the software gives.

    Where a laboratory names its own standards, all are unlike, and nothing is said.
    """
    for role, key in _EXPECTED.items():
        names = others[key].samples if key in others else ()
        odd = next((name for name in names if role_of(name) != role), None)
        if odd is not None and any(role_of(name) == role for name in names):
            found = f"'{odd}' in '{others[key].name}', so that it is taken for a {role}"
            return (_differs("ROLE_UNCLEAR", others[key].name, found, f"names alike, as of every other {role} there"),)
    return ()


def alignment_issues(main: Grid, others: dict[str, Grid], source: str) -> tuple[Issue, ...]:
    """Whether all blocks speak of the same wells, samples and analytes; a warning for each that does not.

    Raises:
        InputError: ``SAMPLES_DISAGREE`` when a well holds one sample in one block and another in the next.
    """
    samples = dict(zip(main.locations, main.samples, strict=True))
    events = dict(zip(main.locations, main.events, strict=True))
    # The blocks of expected concentrations list what the protocol has, on this plate or not.
    reagents = {name for key in _EXPECTED.values() for name in (others[key].samples if key in others else ())}
    issues = []
    for grid in others.values():
        issues += [*_other_analytes(grid, main), *_unreadable(grid)]
        if any(grid.locations):
            _refuse_other_sample(grid, samples, source)
            issues += [*other_wells(grid.name, grid.locations, main), *_other_events(grid, events)]
        elif strange := [sample for sample in grid.samples if sample not in (*main.samples, *reagents)]:
            issues.append(
                _differs("SAMPLES_DIFFER", grid.name, f"'{strange[0]}' in '{grid.name}'", f"a sample of '{main.name}'")
            )
    return tuple(issues)


def other_wells(name: str, locations: Sequence[str], main: Grid) -> list[Issue]:
    """A warning when a block has other wells than ``main``."""
    if set(locations) == set(main.locations):
        return []
    odd = min(set(locations) ^ set(main.locations))
    found = f"{len(locations)} wells in '{name}', {odd} in one block only"
    return [_differs("WELLS_DIFFER", name, found, f"the {len(main.locations)} wells of '{main.name}'")]


def _other_analytes(grid: Grid, main: Grid) -> list[Issue]:
    odd = [name for name in (*grid.analytes, *main.analytes) if (name in grid.analytes) != (name in main.analytes)]
    if not odd or not grid.cells:
        return []
    found = f"'{odd[0]}' in one of '{grid.name}' and '{main.name}' only"
    return [_differs("ANALYTES_DIFFER", grid.name, found, "the same analytes in all blocks")]


def _unreadable(grid: Grid) -> list[Issue]:
    """One warning for the cells of a block that are no numbers: a spreadsheet makes ``20.lip`` of 20.07."""
    if not grid.unreadable:
        return []
    where, text = grid.unreadable[0]
    found = f"'{text}'; {len(grid.unreadable)} cells of '{grid.name}' are no numbers"
    expected = "numbers; this block serves for checks only, but a spreadsheet may have changed others too"
    return [problem("warning", "NOT_A_NUMBER", where, found, expected)]


def _differs(code: str, block: str, found: str, expected: str) -> Issue:
    return problem("warning", code, Where(field=block), found, expected)


def _refuse_other_sample(grid: Grid, samples: dict[str, str], source: str) -> None:
    for i, (location, sample) in enumerate(zip(grid.locations, grid.samples, strict=True)):
        if samples.get(location, sample) != sample:
            where = Where(line=_line(grid, i), column="Sample", field=grid.name)
            raise refusal(source, "SAMPLES_DISAGREE", where, f"'{sample}' in {location}", f"'{samples[location]}'")


def _other_events(grid: Grid, events: dict[str, float | None]) -> list[Issue]:
    """The first well whose total number of events is not that of the main block, where this block has them."""
    if all(number is None for number in grid.events):
        return []
    for i, (location, number) in enumerate(zip(grid.locations, grid.events, strict=True)):
        other = events.get(location)
        if other is not None and number != other:
            where = Where(line=_line(grid, i), column="Total Events", field=grid.name)
            found = f"{'none' if number is None else f'{number:g}'} in {location}"
            return [problem("warning", "EVENTS_DIFFER", where, found, f"{other:g} as in the first block")]
    return []


def _line(grid: Grid, row: int) -> int | None:
    return grid.cells[row][0].line if grid.cells[row] else None
