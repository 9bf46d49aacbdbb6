"""The cells of an XLSX sheet: values as last calculated, and every cell whose value would be a guess marked."""

from __future__ import annotations

import io
import math
import re
import warnings
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from evqc.errors import InputError, Where, refusal
from evqc.instruments._cell import Cell, Fault, Row
from evqc.instruments._workbook_parts import damage, lists_wrongly
from evqc.instruments._zip import member, rewritten

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


#: Unpacked size of a workbook; a plate or a panel has far below 1 MiB, a zip bomb more.
LARGEST_UNPACKED = 16 * 1024 * 1024
#: Cells of all sheets together, empty ones between filled ones counted too; a larger workbook takes minutes to read.
LARGEST_CELLS = 500_000
#: Columns that recognition looks at.
_WIDEST = 256
_WHOLE = "a whole XLSX workbook without password"
#: Text inside a number format: 0"%" only writes the sign, while 0% shows a hundredfold.
_LITERAL = re.compile(r'"[^"]*"|\\.')
_CELL_OR_ROW = (b"<c ", b"<c>", b"<c/", b":c ", b":c>", b":c/", b"<row", b":row")
#: Ranges that openpyxl writes out cell by cell when it opens a sheet.
_SPREAD = re.compile(rb"""<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref\s*=\s*["']([^"']*)["']""")
#: What openpyxl is known to raise on workbooks that are damaged inside; SyntaxError is that of broken XML, whose kind
#: depends on whether lxml is installed.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, SyntaxError, EOFError, OSError,
    ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError,
)  # fmt: skip


class Container(Protocol):
    """What is read here: an ``ExportFile``, which this module need not know."""

    @property
    def name(self) -> str:
        """As messages show it."""
        ...

    @property
    def data(self) -> bytes:
        """The zip container."""
        ...


def workbook_rows(file: Container, sheet: str | None) -> list[Row]:
    """All rows of one sheet.

    Args:
        file: the workbook.
        sheet: its name; None takes the only sheet.

    Raises:
        InputError: ``BROKEN_WORKBOOK``, ``WORKBOOK_TOO_LARGE``, ``SHEET_MISSING``, ``SHEET_NOT_CHOSEN``.
    """
    values, formulas = _books(file)
    name = _chosen(file, [s.title for s in values.worksheets], sheet)
    return _rows(values[name], formulas[name])


def every_sheet(file: Container) -> list[list[Row]]:
    """All rows of all sheets. Errors as of ``workbook_rows``."""
    values, formulas = _books(file)
    return [_rows(sheet, formulas[sheet.title]) for sheet in values.worksheets]


def first_rows(file: Container, most: int = 40) -> dict[str, tuple[tuple[str, ...], ...]]:
    """The texts of the first ``most`` rows of each sheet by its name; empty when the workbook is broken."""
    from openpyxl import load_workbook  # noqa: PLC0415  loads only for workbooks

    try:
        _check_container(file)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            book = load_workbook(io.BytesIO(_plain(file.data)), read_only=True, data_only=True, keep_links=False)
            return {
                sheet.title: tuple(
                    tuple(_as_text(value) for value in row)
                    for row in sheet.iter_rows(max_row=most, max_col=_WIDEST, values_only=True)
                )
                for sheet in book.worksheets
            }
    except (InputError, *_BROKEN):
        return {}


def _books(file: Container) -> tuple[Workbook, Workbook]:
    """The workbook with values as last calculated, and with formulas."""
    _check_container(file)
    try:
        values = _opened(file, data_only=True)
        if (found := _too_many(sum(sheet.max_row * sheet.max_column for sheet in values.worksheets))) is not None:
            raise refusal(file.name, found[0], Where(), found[1], found[2])
        return values, _opened(file, data_only=False)
    except _BROKEN as error:
        raise _broken(file, f"{type(error).__name__}: {error}") from None


def _rows(values: Worksheet, formulas: Worksheet) -> list[Row]:
    hidden = _hidden_by_merge(values)
    pairs = zip(values.iter_rows(), formulas.iter_rows(), strict=True)
    return [tuple(_cell(v, f, values.title, hidden) for v, f in zip(*pair, strict=True)) for pair in pairs]


def _opened(file: Container, *, data_only: bool) -> Workbook:
    from openpyxl import load_workbook  # noqa: PLC0415  loads only for workbooks

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of styles and drop-downs, which hold no value
        return load_workbook(io.BytesIO(_plain(file.data)), data_only=data_only, keep_links=False)


def _broken(file: Container, found: str) -> InputError:
    return refusal(file.name, "BROKEN_WORKBOOK", Where(), found, _WHOLE)


def _check_container(file: Container) -> None:
    """Refuse a broken, huge or entity-defining container before anything is unpacked by a library."""
    if (found := _objection(file.data)) is not None:
        raise refusal(file.name, found[0], Where(), found[1], found[2])


@lru_cache(maxsize=1)  # asked by every reader of workbooks about the same file
def _objection(data: bytes) -> tuple[str, str, str] | None:
    """Code, what was found and what was expected of a container that is not to be opened; None for a good one."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as container:
            size = sum(entry.file_size for entry in container.infolist())
            if size > LARGEST_UNPACKED:
                found, limit = f"{size / 2**20:.0f} MiB unpacked", f"at most {LARGEST_UNPACKED / 2**20:.0f} MiB"
                return "WORKBOOK_TOO_LARGE", found, limit
            # Every part is read, so that a damaged name or sum is seen: openpyxl passes over a sheet it cannot find.
            parts = {entry.filename: member(container, entry) for entry in container.infolist()}
            named = {n: part.replace(b"\x00", b"") for n, part in parts.items() if n.endswith((".xml", ".rels"))}
            texts = list(named.values())
            if any(mark in text for text in texts for mark in (b"<!DOCTYPE", b"<!ENTITY")):
                return "BROKEN_WORKBOOK", "a document type declaration inside the workbook", _WHOLE
            if lists_wrongly(named):
                found = "a sheet listed twice, without its part, beside the list, or not at all"
                return "BROKEN_WORKBOOK", found, _WHOLE
            if (many := _too_many(max((_cells(text) for text in texts), default=0))) is not None:
                return many
            damaged = next((odd for text in texts if b"sheetData" in text and (odd := damage(text))), None)
            return None if damaged is None else ("BROKEN_WORKBOOK", *damaged)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError) as error:
        return "BROKEN_WORKBOOK", f"{type(error).__name__}: {error}", _WHOLE


@lru_cache(maxsize=1)
def _plain(data: bytes) -> bytes:
    return rewritten(data)


def _cells(part: bytes) -> int:
    """Cells and rows that a part writes out, or that opening it would."""
    return max(_spread(part), sum(part.count(tag) for tag in _CELL_OR_ROW))


def _too_many(cells: int) -> tuple[str, str, str] | None:
    if cells <= LARGEST_CELLS:
        return None
    return "WORKBOOK_TOO_LARGE", f"{cells:,} cells, empty ones among them", f"at most {LARGEST_CELLS:,}"


def _spread(part: bytes) -> int:
    """Cells of the ranges that opening a sheet writes out; raises ValueError for what is no range."""
    from openpyxl.utils import range_boundaries  # noqa: PLC0415  loads only for workbooks

    total = 0
    for ref in _SPREAD.findall(part):
        left, top, right, bottom = (edge or 1 for edge in range_boundaries(ref.decode("ascii", "replace")))
        total += (right - left + 1) * (bottom - top + 1)
    return total


def _chosen(file: Container, names: list[str], sheet: str | None) -> str:
    if sheet is None:
        if len(names) == 1:
            return names[0]
        raise refusal(
            file.name, "SHEET_NOT_CHOSEN", Where(), f"sheets {names}", "one sheet, or 'sheet' in the mapping's [table]"
        )
    if sheet in names:
        return sheet
    raise refusal(file.name, "SHEET_MISSING", Where(field=sheet), f"sheets {names}", f"a sheet '{sheet}'")


def _hidden_by_merge(sheet: Worksheet) -> dict[str, str]:
    """Coordinates of the cells that a merged range hides, each with its range."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  loads only for workbooks

    return {
        f"{get_column_letter(column)}{row}": span.coord
        for span in sheet.merged_cells.ranges
        for row, column in span.cells
        if (row, column) != (span.min_row, span.min_col)
    }


def _cell(value: Any, formula: Any, sheet: str, hidden: dict[str, str]) -> Cell:
    number = float(value.value) if _is_number(value.value) else None
    return Cell(
        text=_as_text(value.value),
        line=value.row,
        number=number,
        coordinate=value.coordinate,
        sheet=sheet,
        fault=_fault(value, formula, hidden),
        percent=number is not None and "%" in _LITERAL.sub("", value.number_format),
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _as_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()


def _fault(value: Any, formula: Any, hidden: dict[str, str]) -> Fault | None:
    if value.coordinate in hidden:
        return Fault("MERGED_CELL", f"a cell merged in {hidden[value.coordinate]}", "a cell of its own")
    if value.data_type == "e":
        return Fault("ERROR_CELL", str(value.value), "a value")
    if value.value is None and formula.data_type == "f":
        expected = "a value; open the workbook in a spreadsheet program and save it"
        return Fault("FORMULA_WITHOUT_VALUE", "a formula that was never calculated", expected)
    if isinstance(value.value, (date, datetime, time, timedelta)):
        return Fault("DATE_CELL", f"the date or time {value.value}", "no date; a spreadsheet may have made one")
    if _is_number(value.value) and not math.isfinite(value.value):
        return Fault("NOT_A_NUMBER", str(value.value), "a finite number")
    return None
