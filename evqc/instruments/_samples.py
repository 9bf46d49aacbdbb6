"""Tables with one sample a row, in a text or a workbook: cells as amounts, settings and printed numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import SAID, Amount, Words, amount_in
from evqc.instruments._cell import Row
from evqc.instruments._dates import acquired, deciding
from evqc.instruments._export import ExportFile
from evqc.instruments._marks import Marks, marks
from evqc.instruments._rounded import Rounded, rounded
from evqc.instruments._rows import Table, delimiter, ends_open, filled, plain, refuse_above, rows, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from evqc.instruments._cell import Cell
    from evqc.measurement import Scalar


#: Three numbers, or a number with letters between two, as every date has in whatever language.
_TO_THE_SECOND = re.compile(r"\d:\d\d:\d\d")
_DAY = re.compile(r"\d+\D+\d+\D+\d+|\d+\W+\w+\W+\d{2,}|\d{8}")
#: A place on a plate, a strip or a tape: a few letters and digits.
_PLACE = re.compile(r"[a-z]{0,3}\d{1,3}[a-z]?\d{0,2}", re.IGNORECASE)
#: How ``Table.headings`` names the further columns of one heading.
_SECOND = re.compile(r".+ \[\d+\]")


@dataclass(frozen=True)
class Samples:
    """A table with one sample a row.

    Attributes:
        file: the export.
        above: rows above the headings of the first table of a sheet.
        table: headings and rows.
        marks: decimal and thousands marks of its number columns.
        words: what stands there instead of a number.
        first: headings of the first table of the file or sheet; None for that one itself.
    """

    file: ExportFile
    above: tuple[Row, ...]
    table: Table
    marks: Marks
    words: Words = field(default_factory=lambda: SAID)
    first: Row | None = None

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows that hold a sample."""
        return self.table.body

    def deciding_dates(self, headings: tuple[str, ...]) -> tuple[str, ...]:
        """Of the dates of all rows those that tell day from month; found once for all rows that ask."""
        if headings not in self._dates:
            every = (" ".join(self.text(row, heading) or "" for heading in headings) for row in self.rows)
            self._dates[headings] = deciding(every)
        return self._dates[headings]

    @cached_property
    def _dates(self) -> dict[tuple[str, ...], tuple[str, ...]]:
        return {}

    def where(self, row: Row, heading: str) -> Where:
        """The place of a cell."""
        return self.table.cell(row, heading).where(heading)

    def text(self, row: Row, heading: str) -> str | None:
        """The text of a cell; None when the column is not there or the cell empty."""
        return self.table.text(row, heading)

    def amount(self, row: Row, heading: str, *, minimum: float | None = None) -> Amount:
        """What a number cell says. Errors as of ``_amounts.amount_in``, and ``HEADING_MISSING``."""
        cell = self.table.cell(row, heading)
        return amount_in(cell, heading, self.file.name, self.marks, self.words, minimum=minimum)

    def printed(self, row: Row, heading: str, *, figures: int | None = None) -> Rounded | None:
        """A printed number with its rounding; None when there is no such column or no number."""
        if not self.table.has(heading):
            return None
        cell = self.table.cell(row, heading)
        return rounded(*_spelled(cell, self.marks), figures=figures)

    def number(self, row: Row, heading: str) -> float | None:
        """A number that may be missing; None then. Errors as of ``amount``."""
        return self.amount(row, heading).value if self.table.has(heading) else None

    def setting(self, row: Row, heading: str) -> Scalar:
        """A cell as a number where it is one, else as text; None when it is empty or not there."""
        text = self.text(row, heading)
        if text is None:
            return None
        number = self.table.cell(row, heading).number
        value = self.marks.parse(text) if number is None else number
        return text if value is None else value

    def settings(self, row: Row, names: dict[str, str]) -> dict[str, Scalar]:
        """The filled cells of some columns under the names that settings give them.

        Headings of several versions may share a name: the one that this file has counts.
        """
        found = ((name, self.setting(row, heading)) for heading, name in names.items())
        return {name: value for name, value in found if value is not None}

    def texts(self, row: Row, names: dict[str, str]) -> dict[str, Scalar]:
        """Like ``settings``, for columns of names and numbers of lots, which stay as written."""
        found = ((name, self.text(row, heading)) for heading, name in names.items())
        return {name: value for name, value in found if value is not None}


def _spelled(cell: Cell, by: Marks) -> tuple[str, Marks]:
    return (cell.text, by) if cell.number is None else (repr(cell.number), Marks())


def samples(
    file: ExportFile,
    needed: Iterable[str],
    holds_numbers: Callable[[str], bool],
    *,
    separator: str | None = None,
    ends: Callable[[Row], bool] | None = None,
    words: Words = SAID,
) -> list[Samples]:
    """Every table of a file whose headings are there, in the order of the file; appended exports are several tables.

    Args:
        file: the export, a text or a workbook.
        needed: headings that every table has.
        holds_numbers: whether a column of this heading (in one spelling, lower case) holds numbers.
        separator: what separates cells; found out when None.
        ends: whether a row below the headings begins something else.
        words: what stands in number columns instead of a number.

    Raises:
        InputError: ``HEADING_MISSING``, ``HEADINGS_TWICE``, ``NO_SAMPLE``, or what reading rows and marks refuses.
    """
    sheets = _sheets(file, separator)
    found = [one for sheet in sheets for one in _tables(file.name, sheet, list(needed), ends)]
    if not found:
        table(file.name, [row for sheet in sheets for row in sheet], needed)
    if not any(t.body for _, t, _ in found):
        raise refusal(file.name, "NO_SAMPLE", found[0][1].header[0].where(""), "headings only", "a row for each sample")
    used = marks(
        (cell.text for _, t, _ in found for cell in _number_cells(t, holds_numbers)),
        file.name,
        Where(line=found[0][1].header[0].line),
        delimiter=_comma(file, separator),
    )
    return [Samples(file, above, t, used, words, first) for above, t, first in found if t.body]


def _sheets(file: ExportFile, separator: str | None) -> list[list[Row]]:
    if not file.is_workbook:
        return [rows(file, separator)]
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    return every_sheet(file)


def _tables(
    source: str, sheet: Sequence[Row], needed: list[str], ends: Callable[[Row], bool] | None
) -> list[tuple[tuple[Row, ...], Table, Row | None]]:
    """Rows above, headings with rows, and the headings of the sheet's first table where this is a further one."""
    wanted = {plain(heading).casefold() for heading in needed}
    tops = [i for i, row in enumerate(sheet) if wanted <= {plain(cell.text).casefold() for cell in row}]
    if tops:
        refuse_above(source, sheet[: tops[0]], sheet[tops[0]], sheet[tops[0] + 1 :])
    _refuse_other_headings(source, sheet, tops)
    found = []
    for top, following in zip(tops, [*tops, len(sheet)][1:], strict=True):
        stop = next((i for i in range(top + 1, following) if ends is not None and ends(sheet[i])), following)
        above = tuple(row for row in sheet[:top] if filled(row)) if top == tops[0] else ()
        first = None if top == tops[0] else sheet[tops[0]]
        found.append((above, table(source, sheet[top:stop], needed), first))
    return found


def _refuse_other_headings(source: str, sheet: Sequence[Row], tops: Sequence[int]) -> None:
    """Raises InputError ``HEADINGS_TWICE`` for headings directly above others: which of the two count cannot be told.

    The same headings again are an export without rows, to which another one was appended.
    """
    for top, other in pairwise(tops):
        first, second = ([plain(cell.text) for cell in sheet[i]] for i in (top, other))
        if first != second and not any(filled(row) for row in sheet[top + 1 : other]):
            odd = next(b for a, b in zip_longest(first, second, fillvalue="") if a != b)
            where, found = Where(line=sheet[other][0].line), f"headings again, with '{odd}'"
            expected = f"rows below the headings of line {sheet[top][0].line}"
            raise refusal(source, "HEADINGS_TWICE", where, found, expected)


def _number_cells(of: Table, holds_numbers: Callable[[str], bool]) -> list[Cell]:
    places = [i for i, heading in enumerate(of.headings) if holds_numbers(heading.casefold())]
    return [row[i] for row in of.body for i in places if i < len(row) and row[i].number is None]


def _comma(file: ExportFile, separator: str | None) -> str | None:
    """``,`` when commas separate the cells: a bare ``1,234`` cannot stand there then."""
    if file.is_workbook:
        return None
    return separator or delimiter(file.text())


def torn(found: Samples, read: Iterable[str]) -> tuple[Issue, ...]:
    """What speaks for a cut or uneven table: an error when the last row may lack part of what is read.

    Args:
        found: the table.
        read: its headings that are read. A last row without line end is whole only when it has all its cells and the
            last of them, which a cut may have shortened, is not among them.
    """
    body, names = found.table, {plain(heading).casefold() for heading in read}
    issues = (*found.table.uneven(), *_twice(found, names), *_other_headings(found), *found.table.unnamed())
    if not body.body:
        return issues
    last, width = body.body[-1], len(body.header)
    if found.file.is_workbook or not ends_open(found.file) or any(i.code == "TRUNCATED" for i in issues):
        return issues
    if len(last) >= width and body.headings[-1].casefold() not in names:
        return issues
    expected = "a line end behind the last row"
    return (*issues, problem("error", "TRUNCATED", Where(line=last[0].line), f"'{last[-1].text}'", expected))


def _twice(found: Samples, names: set[str]) -> list[Issue]:
    """A warning for a column that stands there again with other cells: nothing says which of the two counts."""
    issues = []
    for heading in found.table.headings:
        first = heading.rpartition(" [")[0]
        if heading.casefold() in names or first.casefold() not in names or not found.table.has(first):
            continue
        if _SECOND.fullmatch(heading) and found.table.column(heading) != found.table.column(first):
            expected = "one column of that heading; the first one is read"
            where = Where(line=found.table.header[0].line, column=heading)
            issues.append(problem("warning", "HEADING_TWICE", where, f"'{first}' twice", expected))
    return issues


def _other_headings(found: Samples) -> tuple[Issue, ...]:
    """A warning for a further table of a sheet that has other headings than the first one."""
    if found.first is None:
        return ()
    own, first = ({plain(cell.text) for cell in row} for row in (found.table.header, found.first))
    if own == first:
        return ()
    odd = next(iter(sorted(own - first)), None)
    shown = f"headings again, without '{min(first - own)}'" if odd is None else f"headings again, with '{odd}'"
    expected = f"those of line {found.first[0].line}, as in exports that were appended to each other"
    return (problem("warning", "HEADINGS_DIFFER", Where(line=found.table.header[0].line), shown, expected),)


def dated(found: Samples, row: Row, *headings: str) -> tuple[str | None, tuple[Issue, ...]]:
    """Date and time of a row, in one column or in two; the dates of all rows together tell day from month.

    A workbook's date cell is taken as the workbook holds it. Text that is no date in any language is flagged.
    """
    present = [heading for heading in headings if found.table.has(heading)]
    if not present:
        return None, ()
    every = found.deciding_dates(tuple(present))
    written = " ".join(filter(None, (found.text(row, h) for h in present)))
    when, issues = acquired(written, found.where(row, present[0]), every)
    if any(issue.code == "DATE_UNKNOWN" for issue in issues) and _DAY.search(written) is None:
        expected = "a date; the columns may be exchanged"
        return when, (problem("warning", "NOT_A_DATE", found.where(row, present[0]), f"'{written}'", expected),)
    return when, issues


def measured_twice(found: Samples, date: str, sample: str) -> tuple[Issue, ...]:
    """A warning for each row with the sample and the second of a row above, of what measures one at a time."""
    first: dict[tuple[str | None, str], Row] = {}
    issues: list[Issue] = []
    for row in found.rows:
        when = found.text(row, date)
        if when is None or _TO_THE_SECOND.search(when) is None:
            continue
        before = first.setdefault((found.text(row, sample), when), row)
        if before is not row:
            shown = f"'{found.text(row, sample)}' at '{when}' again, as in line {before[0].line}"
            expected = "a time of its own for each measurement; a row may stand here twice"
            issues.append(problem("warning", "ROW_TWICE", found.where(row, date), shown, expected))
    return tuple(issues)


def misplaced(found: Samples, heading: str) -> tuple[Issue, ...]:
    """A warning for the first cell of a column of wells that is no place on a plate, or empty as no other one is."""
    if not found.table.has(heading):
        return ()
    if gap := found.table.gap(heading, "the well of every row"):
        return gap
    wrong = [row for row in found.rows if (text := found.text(row, heading)) is not None and not _PLACE.fullmatch(text)]
    if not wrong:
        return ()
    shown, where = f"'{found.text(wrong[0], heading)}'", found.where(wrong[0], heading)
    return (problem("warning", "NOT_A_WELL", where, shown, "a well such as 'A1'; the columns may be exchanged"),)


#: Said once for a column, whatever stands in its rows: the dates of a plate differ by their seconds.
_OF_COLUMN = {"DATE_AMBIGUOUS", "DATE_UNKNOWN"}


def once(issues: Iterable[Issue]) -> tuple[Issue, ...]:
    """Issues of rows, those of one code and finding (or of one column's dates) kept once, at their first place."""
    kept: dict[tuple[str, str, str | None], Issue] = {}
    for issue in issues:
        column = (issue.where.column or "").rstrip("0123456789") if issue.where.field else issue.where.column
        found = "" if issue.code in _OF_COLUMN else issue.found
        kept.setdefault((issue.code, found, column), issue)
    return tuple(kept.values())
