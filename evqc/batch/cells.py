"""Reads the cells of a filled-in workbook: values by kind, and what is wrong with a cell."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from datetime import date, datetime, time
from string import ascii_uppercase
from typing import TYPE_CHECKING, NamedTuple

from evqc.batch.wording import quoted
from evqc.errors import InputError, Where, problem, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.batch.fields import Kind
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile

Value = str | int | float | date
#: A record is small: what is larger than this is another workbook, or one made to fill the memory.
LARGEST_UNPACKED = 64 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 10_000, 100
#: What the libraries underneath raise when a container, its XML or a part that it names is damaged.
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError,
    KeyError, IndexError, ValueError, TypeError, AttributeError, SyntaxError,
)  # fmt: skip
_PLAIN_FORMATS = {"General", "0", "@"}
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Row(NamedTuple):
    """One row of a sheet: its number and its cells, in the order of the columns."""

    number: int
    cells: tuple[GivenCell, ...]

    def padded(self, columns: int) -> tuple[GivenCell, ...]:
        """The cells, with empty ones behind them until there are so many; a row has one cell at least."""
        sheet, letters = self.cells[0].sheet, ascii_uppercase[len(self.cells) : columns]
        return (*self.cells, *(GivenCell(sheet, self.number, letter, None) for letter in letters))


class GivenCell(NamedTuple):
    """One cell as a person left it.

    Attributes:
        sheet: name of the sheet.
        row, column: number from 1, and letters.
        value: None when empty.
        number_format: as the workbook names it, such as ``0%``.
        uncalculated: it holds a formula whose value was never saved.
        is_error: it shows ``#N/A`` or another error value.
    """

    sheet: str
    row: int
    column: str
    value: object
    number_format: str = "General"
    uncalculated: bool = False
    is_error: bool = False

    @property
    def where(self) -> Where:
        """Sheet and cell."""
        return Where(line=self.row, column=f"{self.column}{self.row}", field=self.sheet)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands there; white space is nothing."""
        blank = self.value is None or (isinstance(self.value, str) and not self.value.strip())
        return blank and not self.uncalculated


def sheets_of(file: ExportFile, is_read: Callable[[str], bool]) -> dict[str, list[Row]]:
    """All rows of the sheets that are read, by the sheet's name; charts are passed over.

    Args:
        file: an ``.xlsx`` workbook.
        is_read: says by a sheet's name whether it is read.

    Raises:
        InputError: ``NOT_A_WORKBOOK``, ``WORKBOOK_DAMAGED``, ``WORKBOOK_TOO_LARGE``, or ``MERGED_CELLS`` for every
            sheet that has some, because all but the first of them read as empty.
    """
    shown, formulas = _opened(file, data_only=True), _opened(file, data_only=False)
    sheets = {sheet.title: sheet for sheet in shown.worksheets if is_read(sheet.title)}
    issues = [issue for sheet in sheets.values() for issue in _unreadable(sheet)]
    if issues:
        raise InputError(file.name, *issues)
    return {title: list(_rows(sheet, formulas[title])) for title, sheet in sheets.items()}


def convert(cell: GivenCell, kind: Kind) -> Value | Issue | None:
    """What a cell holds, read as ``kind``; None when it is empty, an issue when it holds something else.

    Nothing is converted by guessing: text in a number cell, a number shown as per cent, a time of day in a date cell
    and a date in a text cell (as spreadsheets make of ``1-3``) are refused.
    """
    if cell.uncalculated:
        expected = "a value; open the workbook, let it calculate and save it, or type the value"
        return problem("error", "FORMULA_WITHOUT_VALUE", cell.where, "a formula without a saved value", expected)
    if cell.is_empty:
        return None
    if cell.is_error:
        return problem("error", "CELL_ERROR", cell.where, quoted(cell.value), "a value")
    return _BY_KIND[kind](cell)


def _opened(file: ExportFile, *, data_only: bool) -> Workbook:
    import openpyxl  # noqa: PLC0415  loads only when a workbook is read

    if not file.is_workbook:
        found = "a file that is no .xlsx workbook (old .xls, or protected by a password?)"
        raise refusal(file.name, "NOT_A_WORKBOOK", Where(), found, "an .xlsx workbook without password")
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as container:
            size = sum(entry.file_size for entry in container.infolist())
            # Every part is read, so that a damaged name or sum is seen: openpyxl passes over a sheet it cannot find.
            if size <= LARGEST_UNPACKED and (bad := container.testzip()) is not None:
                raise zipfile.BadZipFile(bad)
        if size > LARGEST_UNPACKED:
            raise _too_large(
                file.name, f"{size / 2**20:.0f} MiB unpacked", f"at most {LARGEST_UNPACKED / 2**20:.0f} MiB"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl names what it does not read: extensions that hold no values
            return openpyxl.load_workbook(io.BytesIO(file.data), data_only=data_only)
    except _DAMAGE as error:
        found = f"a workbook that does not open ({type(error).__name__})"
        raise refusal(file.name, "WORKBOOK_DAMAGED", Where(), found, "a workbook as a spreadsheet saves it") from None


def _too_large(name: str, found: str, expected: str, sheet: str | None = None) -> InputError:
    return refusal(name, "WORKBOOK_TOO_LARGE", Where(field=sheet), found, expected)


def _unreadable(sheet: Worksheet) -> Iterator[Issue]:
    if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
        found = f"{sheet.max_row} rows and {sheet.max_column} columns"
        expected = f"at most {MOST_ROWS} rows and {MOST_COLUMNS} columns"
        yield problem("error", "WORKBOOK_TOO_LARGE", Where(field=sheet.title), found, expected)
    for merged in sorted(sheet.merged_cells.ranges, key=lambda merged: merged.bounds):
        where = Where(line=merged.min_row, column=merged.coord, field=sheet.title)
        yield problem("error", "MERGED_CELLS", where, "merged cells", "one value in each cell")


def _rows(shown: Worksheet, formulas: Worksheet) -> Iterator[Row]:
    rows = zip(shown.iter_rows(), formulas.iter_rows(), strict=True)
    for number, (cells, written) in enumerate(rows, start=1):
        pairs = enumerate(zip(cells, written, strict=True), start=1)
        yield Row(number, tuple(_given(shown.title, number, at, c, w) for at, (c, w) in pairs))


def _given(sheet: str, row: int, column: int, shown: Cell | MergedCell, written: Cell | MergedCell) -> GivenCell:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    return GivenCell(
        sheet=sheet,
        row=row,
        column=get_column_letter(column),
        value=shown.value,
        number_format=str(shown.number_format),
        uncalculated=written.data_type == "f" and shown.value is None,
        is_error=shown.data_type == "e",
    )


def _wrong(cell: GivenCell, expected: str, code: str = "WRONG_TYPE") -> Issue:
    return problem("error", code, cell.where, quoted(cell.value), expected)


def _text(cell: GivenCell) -> Value | Issue:
    match cell.value:
        case str():
            return cell.value.strip()
        case bool() | date() | time():
            return _wrong(cell, "text; format the cell as text and type it again")
        case int() | float() if cell.number_format in _PLAIN_FORMATS:
            return str(cell.value)
    return _wrong(cell, "text; the cell's number format may show something else than it holds")


def _number(cell: GivenCell) -> Value | Issue:
    match cell.value:
        case bool():
            return _wrong(cell, "a number")
        case int() | float() if "%" in cell.number_format:
            expected = "a cell without per-cent format, such as 95 for 95 %"
            return problem("error", "PERCENT_FORMAT", cell.where, f"{cell.value} shown as per cent", expected)
        case int() | float():
            return cell.value
    return _wrong(cell, _number_for(cell.value))


def _number_for(value: object) -> str:
    """What a number cell wants instead of ``value``, in the words that help with the usual slips."""
    if not isinstance(value, str):
        return "a number"
    ratio = re.fullmatch(r"\s*1\s*[:/]\s*(\d+)\s*", value)
    if ratio is not None:
        return f"a number: {ratio[1]} for 1:{ratio[1]}"
    if (share := re.fullmatch(r"\s*([\d.]+)\s*%\s*", value)) is not None:
        return f"a number: {share[1]} for {share[1]} %"
    if re.fullmatch(r"\s*[\d.,]*,[\d.,eE+-]*\s*", value) is not None:
        return "a number; this is text, perhaps for its comma: type it as the spreadsheet takes numbers"
    return "a number without its unit or words" if re.match(r"\s*\d+.*[^\d\s.]", value) else "a number"


def _whole(cell: GivenCell) -> Value | Issue:
    value = _number(cell)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _date(cell: GivenCell) -> Value | Issue:
    match cell.value:
        case datetime() if cell.value.time() == time():
            return cell.value.date()
        case str() if _ISO_DATE.fullmatch(cell.value.strip()):
            try:
                return date.fromisoformat(cell.value.strip())
            except ValueError:
                return _wrong(cell, "a day of the calendar")
        case date() if not isinstance(cell.value, datetime):
            return cell.value
    return _wrong(cell, "a date without time, as a date cell or such as 2024-05-31")


def _number_or_text(cell: GivenCell) -> Value | Issue:
    return cell.value.strip() if isinstance(cell.value, str) else _number(cell)


def _digits(cell: GivenCell) -> Value | Issue:
    """A number kept as text: of a cell that holds a number nobody knows which digits were typed."""
    if isinstance(cell.value, str):
        return cell.value.strip()
    return _wrong(cell, "the number as text, since its digits count; format the cell as text and type it again")


_BY_KIND: dict[Kind, Callable[[GivenCell], Value | Issue]] = {
    "text": _text,
    "number": _number,
    "whole": _whole,
    "date": _date,
    "number or text": _number_or_text,
    "digits": _digits,
}
