"""Builds ``batch.xlsx``: sheets to fill in, with drop-downs, units in headings and instructions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.batch.fields import FieldOfRecord
from evqc.batch.instructions import instructions
from evqc.batch.making import methods
from evqc.batch.sections import SECTIONS, Section, lists
from evqc.batch.workbook_layout import (
    FORMATS,
    ROWS_WITH_LISTS,
    fill,
    font,
    offer,
    put,
    write_headings,
    write_row,
)
from evqc.batch.workbook_sheets import (
    CLAIM,
    FORM_HEADINGS,
    JUSTIFICATION_SHEET,
    JUSTIFICATIONS,
    PARAMETER_SHEET,
    PARAMETERS,
    PROFILE,
    STEP,
)
from evqc.batch.workbook_statements import write_statements
from evqc.workbooks import put_text, workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.batch.model import BatchRecord

#: Sheets for people and for the drop-downs; nothing in them is read.
REFERENCE_SHEETS = ("Instructions", "Methods", "Lists")
_NUMBERED_STEPS, _PROFILE_ROWS = 12, 6


def written_workbook(record: BatchRecord | None) -> bytes:
    """The bytes of the workbook; see ``workbook.write_workbook``."""
    import openpyxl  # noqa: PLC0415  loads only when a workbook is written

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    plain = record.model_dump(exclude_none=True) if record is not None else {}
    _write_instructions(book.create_sheet("Instructions"))
    for section in SECTIONS:
        _write_section(book.create_sheet(section.sheet), section, plain.get(section.key, {}))
        if section.key == "isolation":
            _write_table(book.create_sheet(PARAMETER_SHEET), PARAMETERS, _parameter_rows(plain.get("isolation", ())))
    reasons = plain.get("batch", {}).get("justifications", {})
    rows = [{"criterion": criterion, "reason": reason} for criterion, reason in reasons.items()]
    _write_table(book.create_sheet(JUSTIFICATION_SHEET), JUSTIFICATIONS, rows)
    _write_methods(book.create_sheet("Methods"))
    _write_lists(book)
    book.active = 0 if record is None else 1
    return workbook_bytes(book)


def _write_section(sheet: Worksheet, section: Section, plain: Any) -> None:
    if section.key == "statements":
        write_statements(sheet, plain)
        return
    if not section.is_list:
        _write_form(sheet, section, plain)
        return
    fields = (STEP, *section.fields) if section.key == "isolation" else section.fields
    rows = [dict(entry) for entry in plain]
    if section.key == "isolation":
        rows += [{} for _ in range(_NUMBERED_STEPS - len(rows))]
        rows = [{"step": number} | row for number, row in enumerate(rows, start=1)]
    _write_table(sheet, fields, rows)


def _parameter_rows(steps: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"step": number, "parameter": name, "value": value}
        for number, step in enumerate(steps, start=1)
        for name, value in step["parameters"].items()
    ]


def _write_form(sheet: Worksheet, section: Section, values: Mapping[str, Any]) -> None:
    write_headings(sheet, FORM_HEADINGS, (30, 46, 12, 80))
    fields = list(section.fields)
    entries = dict(values)
    if section.key == "batch":
        profiles = values.get("profiles", ())
        fields[2:2] = _claim_fields()
        fields += _profile_fields(max(_PROFILE_ROWS, len(profiles)))
        entries |= {f"claim {n}": claim for n, claim in enumerate(values.get("claims", ()), start=1)}
        entries |= {f"profile {n}": profile for n, profile in enumerate(profiles, start=1)}
    for row, known in enumerate(fields, start=2):
        put_text(sheet.cell(row, 1), known.label)
        put(sheet.cell(row, 2), entries.get(known.name), known)
        put_text(sheet.cell(row, 3), known.unit)
        put_text(sheet.cell(row, 4), f"{known.meaning}. For example: {_shown(known.example)}")
        fill(sheet.cell(row, 2))
        offer(sheet, f"B{row}", known)


def _claim_fields() -> list[FieldOfRecord]:
    meaning = "What is said of the preparation; decides which criteria apply"
    claims = lists()["claim"]
    numbers = range(1, len(claims) + 1)
    return [
        FieldOfRecord(f"claim {n}", f"{CLAIM} {n}", "text", meaning, claim, choices="claim")
        for n, claim in zip(numbers, claims, strict=True)
    ]


def _profile_fields(rows: int) -> list[FieldOfRecord]:
    meaning = "Id of a profile, or its file in this folder; all that apply when empty"
    return [FieldOfRecord(f"profile {n}", f"{PROFILE} {n}", "text", meaning, "misev2023") for n in range(1, rows + 1)]


def _write_table(sheet: Worksheet, fields: Sequence[FieldOfRecord], rows: Iterable[Mapping[str, Any]]) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    write_headings(sheet, [f.heading for f in fields], [_width(f) for f in fields])
    for at, known in enumerate(fields, start=1):
        letter = get_column_letter(at)
        column = sheet.column_dimensions[letter]
        column.number_format = FORMATS[known.kind]
        fill(column)
        offer(sheet, f"{letter}2:{letter}{ROWS_WITH_LISTS}", known)
    for number, row in enumerate(rows, start=2):
        for at, known in enumerate(fields, start=1):
            cell = sheet.cell(number, at)
            put(cell, row.get(known.name), known)
            fill(cell)


def _width(known: FieldOfRecord) -> float:
    longest = max(len(known.heading) + 2, len(str(known.example)) + 4)
    return float(min(max(longest, 12), 44))


def _write_lists(book: Workbook) -> None:
    sheet = book.create_sheet("Lists")
    write_headings(sheet, tuple(lists()), (30,) * len(lists()))
    for at, entries in enumerate(lists().values(), start=1):
        for row, entry in enumerate(entries, start=2):
            put_text(sheet.cell(row, at), entry)
    sheet.sheet_state = "hidden"


def _write_methods(sheet: Worksheet) -> None:
    write_headings(sheet, ("Method", "Separates by", "Parameters needed", "May also stand"), (38, 26, 60, 60))
    for row, method in enumerate(methods().values(), start=2):
        texts = (method.name, method.separates_by, ", ".join(method.needed), ", ".join(method.also))
        write_row(sheet, row, texts)


def _write_instructions(sheet: Worksheet) -> None:
    """How to fill in the workbook, and below it every column with its meaning and an example."""
    write_headings(sheet, ("How to fill in this workbook", "", "", ""), (24, 36, 80, 34))
    lines = instructions()
    for row, (title, text) in enumerate(lines, start=2):
        write_row(sheet, row, (title, text))
        sheet.cell(row, 1).font = font(bold=True)
        sheet.merge_cells(start_row=row, start_column=2, end_row=row, end_column=4)
        sheet.row_dimensions[row].height = 15.0 * (1 + len(text) // 130)
    first = len(lines) + 3
    write_row(sheet, first, ("Sheet", "Column", "What it means", "Example"))
    for column in range(1, 5):
        sheet.cell(first, column).font = font(bold=True)
    for row, texts in enumerate(_glossary(), start=first + 1):
        write_row(sheet, row, texts)


def _glossary() -> list[tuple[str, str, str, str]]:
    tables = [(s.sheet, s.fields) for s in SECTIONS if s.is_list]
    tables += [(PARAMETER_SHEET, PARAMETERS), (JUSTIFICATION_SHEET, JUSTIFICATIONS)]
    return [(sheet, f.heading, f.meaning, _shown(f.example)) for sheet, fields in tables for f in fields]


def _shown(example: str | float) -> str:
    """An example as a person would type it, whole numbers without a point."""
    return f"{example:.0f}" if isinstance(example, float) and example.is_integer() else str(example)
