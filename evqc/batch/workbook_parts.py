"""Forms, tables and closed lists of a workbook to fill in, for any kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from evqc.batch.workbook_layout import FORMATS, ROWS_WITH_LISTS, fill, font, put, write_headings, write_row
from evqc.batch.workbook_sheets import FORM_HEADINGS
from evqc.workbooks import put_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.batch.fields import FieldOfRecord

_FORM_WIDTHS = (30, 46, 12, 80)
_LARGE = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the drop-downs of a workbook offer.

    Attributes:
        lists: by name; they stand on the hidden sheet ``Lists``.
        columns: lists that are a column of another sheet, such as the names of samples, by their range.
        open_lists: names of lists beside whose entries others may stand.
    """

    lists: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, str]
    open_lists: frozenset[str]

    def range(self, name: str) -> str:
        """The cells that hold a list."""
        from openpyxl.utils import get_column_letter  # noqa: PLC0415  loads when a workbook is written

        if name in self.columns:
            return self.columns[name]
        letter = get_column_letter(list(self.lists).index(name) + 1)
        return f"Lists!${letter}$2:${letter}${len(self.lists[name]) + 1}"

    def offer(self, sheet: Worksheet, cells: str, known: FieldOfRecord) -> None:
        """The drop-down of a field with a list, and the meaning of every field as its prompt."""
        from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

        rule = DataValidation(allow_blank=True, promptTitle=known.label[:32], prompt=known.meaning[:255])
        rule.showInputMessage = True
        if known.choices:
            rule.type, rule.formula1 = "list", self.range(known.choices)
            rule.showErrorMessage = True
            rule.errorStyle = "warning" if known.choices in self.open_lists else "stop"
            rule.errorTitle, rule.error = "Not in the list", f"{known.label} is chosen from the list."
        sheet.add_data_validation(rule)
        rule.add(cells)


def write_form(sheet: Worksheet, fields: Sequence[FieldOfRecord], values: Mapping[str, Any], choices: Choices) -> None:
    """Writes one field a row: ``Field | Value | Unit | What it means``."""
    write_headings(sheet, FORM_HEADINGS, _FORM_WIDTHS)
    for row, known in enumerate(fields, start=2):
        put_text(sheet.cell(row, 1), known.label)
        put(sheet.cell(row, 2), values.get(known.name), known)
        put_text(sheet.cell(row, 3), known.unit)
        put_text(sheet.cell(row, 4), f"{known.meaning}. For example: {shown_example(known.example)}")
        fill(sheet.cell(row, 2))
        choices.offer(sheet, f"B{row}", known)


def write_table(
    sheet: Worksheet, fields: Sequence[FieldOfRecord], rows: Iterable[Mapping[str, Any]], choices: Choices
) -> None:
    """Writes one entry a row below the headings of its fields."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    write_headings(sheet, [f.heading for f in fields], [_width(f) for f in fields])
    for at, known in enumerate(fields, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].number_format = FORMATS[known.kind]
        fill(sheet.column_dimensions[letter])
        choices.offer(sheet, f"{letter}2:{letter}{ROWS_WITH_LISTS}", known)
    for number, row in enumerate(rows, start=2):
        for at, known in enumerate(fields, start=1):
            put(sheet.cell(number, at), row.get(known.name), known)
            fill(sheet.cell(number, at))


def write_lists(book: Workbook, choices: Choices) -> None:
    """Writes the hidden sheet that the drop-downs choose from."""
    sheet = book.create_sheet("Lists")
    write_headings(sheet, tuple(choices.lists), (30,) * len(choices.lists))
    for at, entries in enumerate(choices.lists.values(), start=1):
        for row, entry in enumerate(entries, start=2):
            put_text(sheet.cell(row, at), entry)
    sheet.sheet_state = "hidden"


def write_instructions(
    sheet: Worksheet,
    lines: Sequence[tuple[str, str]],
    glossary: Iterable[tuple[str, FieldOfRecord]],
    widths: Sequence[float] = (24, 36, 80, 34),
) -> None:
    """Writes how to fill in the workbook, and below it every column with its meaning and an example.

    Args:
        sheet: an empty one.
        lines: title and text of each paragraph.
        glossary: name of the sheet and field of each column.
        widths: of the four columns, in characters.
    """
    write_headings(sheet, ("How to fill in this workbook", "", "", ""), widths)
    for row, (title, text) in enumerate(lines, start=2):
        write_row(sheet, row, (title, text))
        sheet.cell(row, 1).font = font(bold=True)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
        sheet.row_dimensions[row].height = 15.0 * (1 + len(text) // 130)
    first = len(lines) + 3
    write_row(sheet, first, ("Sheet", "Column", "What it means", "Example"))
    for column in range(1, 5):
        sheet.cell(first, column).font = font(bold=True)
    for row, (name, known) in enumerate(glossary, start=first + 1):
        write_row(sheet, row, (name, known.heading, known.meaning, shown_example(known.example)))


def shown_example(example: str | float) -> str:
    """An example as a person would type it: whole numbers without a point, large ones as powers of ten."""
    if isinstance(example, float) and abs(example) >= _LARGE:
        return f"{example:.3g}"
    return f"{example:.0f}" if isinstance(example, float) and example.is_integer() else str(example)


def _width(known: FieldOfRecord) -> float:
    longest = max(len(known.heading) + 2, len(str(known.example)) + 4)
    return float(min(max(longest, 12), 44))
