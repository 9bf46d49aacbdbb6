"""Builds ``study.xlsx``: sheets to fill in, with drop-downs, units in headings and instructions."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from evqc.batch.making import methods
from evqc.batch.workbook_layout import FORMATS, ROWS_WITH_LISTS, fill, font, put, write_headings, write_row
from evqc.batch.workbook_sheets import FORM_HEADINGS
from evqc.study.sections import ARMS_SHEET, SEPARATIONS, SHEETS
from evqc.study.weights import shipped_weights
from evqc.workbooks import put_text, workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.batch.fields import FieldOfRecord
    from evqc.study.model import Study

#: Sheets for people and for the drop-downs; nothing in them is read.
REFERENCE_SHEETS = ("Instructions", "Methods", "Lists")
_OPEN = frozenset({"method", "weights"})


def written_workbook(study: Study | None) -> bytes:
    """The bytes of the workbook; see ``workbook.write_workbook``."""
    import openpyxl  # noqa: PLC0415  loads only when a workbook is written

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    plain = study.model_dump(exclude_none=True) if study is not None else {}
    _write_instructions(book.create_sheet("Instructions"))
    _write_form(book.create_sheet(SHEETS[0].sheet), SHEETS[0].fields, plain.get("study", {}))
    _write_table(book.create_sheet(SHEETS[1].sheet), SHEETS[1].fields, [_arm_row(a) for a in plain.get("arms", ())])
    rows = [batch | batch["numbers"] for batch in plain.get("batches", ())]
    _write_table(book.create_sheet(SHEETS[2].sheet), SHEETS[2].fields, rows)
    _write_methods(book.create_sheet("Methods"))
    _write_lists(book)
    book.active = 0 if study is None else 1
    return workbook_bytes(book)


def _arm_row(arm: Mapping[str, Any]) -> dict[str, Any]:
    separations = {field.name: method for field, method in zip(SEPARATIONS, arm["methods"], strict=False)}
    closed = {"closed": "yes" if arm["closed"] else "no"} if "closed" in arm else {}
    return {**arm, **separations, **closed}


def _write_form(sheet: Worksheet, fields: Sequence[FieldOfRecord], values: Mapping[str, Any]) -> None:
    write_headings(sheet, FORM_HEADINGS, (30, 46, 12, 80))
    for row, known in enumerate(fields, start=2):
        put_text(sheet.cell(row, 1), known.label)
        put(sheet.cell(row, 2), values.get(known.name), known)
        put_text(sheet.cell(row, 3), known.unit)
        put_text(sheet.cell(row, 4), f"{known.meaning}. For example: {_shown(known.example)}")
        fill(sheet.cell(row, 2))
        _offer(sheet, f"B{row}", known)


def _write_table(sheet: Worksheet, fields: Sequence[FieldOfRecord], rows: Iterable[Mapping[str, Any]]) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    write_headings(sheet, [f.heading for f in fields], [_width(f) for f in fields])
    for at, known in enumerate(fields, start=1):
        letter = get_column_letter(at)
        sheet.column_dimensions[letter].number_format = FORMATS[known.kind]
        fill(sheet.column_dimensions[letter])
        _offer(sheet, f"{letter}2:{letter}{ROWS_WITH_LISTS}", known)
    for number, row in enumerate(rows, start=2):
        for at, known in enumerate(fields, start=1):
            put(sheet.cell(number, at), row.get(known.name), known)
            fill(sheet.cell(number, at))


def _width(known: FieldOfRecord) -> float:
    return float(min(max(len(known.heading) + 2, len(str(known.example)) + 4, 12), 44))


def _offer(sheet: Worksheet, cells: str, known: FieldOfRecord) -> None:
    """The drop-down of a field with a list, and the meaning of every field as its prompt."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    rule = DataValidation(allow_blank=True, promptTitle=known.label[:32], prompt=known.meaning[:255])
    rule.showInputMessage = True
    if known.choices:
        rule.type, rule.formula1 = "list", _range(known.choices)
        rule.showErrorMessage = True
        rule.errorStyle = "warning" if known.choices in _OPEN else "stop"
        rule.errorTitle, rule.error = "Not in the list", f"{known.label} is chosen from the list."
    sheet.add_data_validation(rule)
    rule.add(cells)


def _lists() -> dict[str, tuple[str, ...]]:
    return {"weights": tuple(shipped_weights()), "method": tuple(methods()), "yes or no": ("yes", "no")}


def _range(name: str) -> str:
    if name == "arm":
        return f"'{ARMS_SHEET}'!$A$2:$A${ROWS_WITH_LISTS}"
    letter = "ABC"[list(_lists()).index(name)]
    return f"Lists!${letter}$2:${letter}${len(_lists()[name]) + 1}"


def _write_lists(book: Workbook) -> None:
    sheet = book.create_sheet("Lists")
    write_headings(sheet, tuple(_lists()), (30,) * len(_lists()))
    for at, entries in enumerate(_lists().values(), start=1):
        for row, entry in enumerate(entries, start=2):
            put_text(sheet.cell(row, at), entry)
    sheet.sheet_state = "hidden"


def _write_methods(sheet: Worksheet) -> None:
    write_headings(sheet, ("Method", "Separates by", "Also written"), (44, 26, 90))
    for row, method in enumerate(methods().values(), start=2):
        write_row(sheet, row, (method.name, method.separates_by, ", ".join(method.synonyms)))


def _write_instructions(sheet: Worksheet) -> None:
    write_headings(sheet, ("How to fill in this workbook", "", "", ""), (28, 40, 80, 24))
    lines = _instructions()
    for row, (title, text) in enumerate(lines, start=2):
        write_row(sheet, row, (title, text))
        sheet.cell(row, 1).font = font(bold=True)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
        sheet.row_dimensions[row].height = 15.0 * (1 + len(text) // 130)
    first = len(lines) + 3
    write_row(sheet, first, ("Sheet", "Column", "What it means", "Example"))
    glossary = [(section.sheet, field) for section in SHEETS[1:] for field in section.fields]
    for column in range(1, 5):
        sheet.cell(first, column).font = font(bold=True)
    for row, (name, field) in enumerate(glossary, start=first + 1):
        write_row(sheet, row, (name, field.heading, field.meaning, _shown(field.example)))


def _instructions() -> list[tuple[str, str]]:
    """Title and text of each line."""
    text = files("evqc.study").joinpath("instructions.toml").read_text("utf-8")
    return [(line["title"], line["text"]) for line in tomllib.loads(text)["line"]]


def _shown(example: str | float) -> str:
    return f"{example:.3g}" if isinstance(example, float) else str(example)
