"""How the cells of the workbook look, what they hold and what they offer to choose from."""

from __future__ import annotations

from datetime import date
from math import ceil
from typing import TYPE_CHECKING, Any

from evqc.batch.references import text_problem
from evqc.batch.sections import OPEN_LISTS, lists
from evqc.errors import Where, refusal
from evqc.workbooks import put_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.batch.fields import FieldOfRecord

#: Down to this row a column of a table has its drop-down.
ROWS_WITH_LISTS = 1000
#: Number format by kind of field.
FORMATS = {
    "text": "@", "number": "General", "whole": "0", "date": "yyyy-mm-dd", "number or text": "General",
    "digits": "@",
}  # fmt: skip
_HEADING_FILL, _INPUT_FILL, _GROUP_FILL = "FF1F4E79", "FFFFF8E1", "FFD6E4F0"
_FIRST_EXCEL_DAY = date(1900, 3, 1)
#: Height of a line, and how many of a column's width units a letter takes with what is lost where a line breaks.
_LINE_POINTS, _LETTER_WIDTHS = 15.0, 1.05


def put(cell: Cell | MergedCell, value: Any, known: FieldOfRecord) -> None:
    """Write a value with the number format of its field.

    Raises:
        InputError: ``TOO_LONG`` or ``CONTROL_CHARACTER`` for a text that no cell can hold.
    """
    cell.number_format = FORMATS[known.kind]
    match value:
        case None:
            return
        case str():
            if wrong := text_problem(value):
                raise refusal("batch.xlsx", wrong[0], Where(field=f"{cell.parent.title}, {known.label}"), *wrong[1:])
            put_text(cell, value)
        case date() if value < _FIRST_EXCEL_DAY:  # Excel counts a day that never was before it
            put_text(cell, value.isoformat())
        case _:
            cell.value = value


def fill(place: Any) -> None:
    """Colour a cell or column that is the user's to fill in."""
    from openpyxl.styles import Alignment, PatternFill  # noqa: PLC0415

    place.fill = PatternFill("solid", start_color=_INPUT_FILL)
    place.alignment = Alignment(vertical="top", wrap_text=True, horizontal="left")


def font(*, bold: bool = False, color: str | None = None) -> Font:
    """The font of the other cells, bold or in a colour (ARGB): a font without a name is drawn in any."""
    from openpyxl.styles import Font  # noqa: PLC0415

    return Font(name="Calibri", size=11, bold=bold, color=color)


def write_headings(sheet: Worksheet, headings: Sequence[str], widths: Sequence[float]) -> None:
    """Write the first row, which stays in sight, and set the widths of the columns in characters."""
    from openpyxl.styles import Alignment, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for at, (heading, width) in enumerate(zip(headings, widths, strict=True), start=1):
        cell = sheet.cell(1, at)
        put_text(cell, heading)
        cell.font = font(bold=True, color="FFFFFFFF")
        cell.fill = PatternFill("solid", start_color=_HEADING_FILL)
        cell.alignment = Alignment(vertical="center", wrap_text=True)
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "A2"


def offer(sheet: Worksheet, cells: str, known: FieldOfRecord) -> None:
    """The drop-down of a field with a closed list, and its meaning as the prompt of every field."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    rule = DataValidation(allow_blank=True, promptTitle=known.label[:32], prompt=known.meaning[:255])
    rule.showInputMessage = True
    if known.choices:
        rule.type = "list"
        rule.formula1 = _list_range(known.choices)
        rule.showErrorMessage = True
        rule.errorStyle = "warning" if known.choices in OPEN_LISTS else "stop"
        rule.errorTitle, rule.error = "Not in the list", f"{known.label} is chosen from the list."
    sheet.add_data_validation(rule)
    rule.add(cells)


def _list_range(name: str) -> str:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    if name == "sample":
        return f"Samples!$A$2:$A${ROWS_WITH_LISTS}"
    known = lists()
    letter = get_column_letter(list(known).index(name) + 1)
    return f"Lists!${letter}$2:${letter}${len(known[name]) + 1}"


def write_row(sheet: Worksheet, row: int, texts: Sequence[str]) -> None:
    """Write a row of texts that wrap, high enough to show them."""
    from openpyxl.styles import Alignment  # noqa: PLC0415

    for at, text in enumerate(texts, start=1):
        cell = sheet.cell(row, at)
        put_text(cell, text)
        cell.alignment = Alignment(vertical="top", wrap_text=True)
    fit_height(sheet, row)


def fit_height(sheet: Worksheet, row: int) -> None:
    """Give a row the height of its longest text, since not every spreadsheet does when it opens the file.

    The height is not marked as chosen by a person, so that the row grows with what is typed into it.
    """
    from openpyxl.utils import get_column_letter  # noqa: PLC0415
    from openpyxl.worksheet.dimensions import RowDimension  # noqa: PLC0415

    class FittedRow(RowDimension):
        customHeight = False  # noqa: N815  the attribute of the file format

    widths = sheet.column_dimensions
    cells = enumerate(sheet[row], start=1)
    lines = [_lines(str(cell.value or ""), widths[get_column_letter(at)].width) for at, cell in cells]
    sheet.row_dimensions[row] = FittedRow(sheet, index=row, ht=_LINE_POINTS * max(lines))


def _lines(text: str, width: float) -> int:
    return sum(max(1, ceil(_LETTER_WIDTHS * len(part) / width)) for part in text.split("\n"))


def write_group(sheet: Worksheet, row: int, title: str, columns: int) -> None:
    """Write a heading over the rows below it, as a band across so many columns."""
    from openpyxl.styles import PatternFill  # noqa: PLC0415

    put_text(sheet.cell(row, 1), title)
    for column in range(1, columns + 1):
        sheet.cell(row, column).fill = PatternFill("solid", start_color=_GROUP_FILL)
    sheet.cell(row, 1).font = font(bold=True)
