"""The sheet Statements: one row for each thing that a laboratory may state, grouped, with its answer."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evqc.batch.sections import section
from evqc.batch.statements import statements
from evqc.batch.wording import nearest
from evqc.batch.workbook_layout import fill, fit_height, font, offer, put, write_group, write_headings, write_row
from evqc.batch.workbook_sheets import below_heading, folded, refuse_strays
from evqc.errors import Where

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.batch.cells import GivenCell, Row
    from evqc.batch.fields import FieldOfRecord
    from evqc.batch.workbook_sheets import Gathered

_HEADINGS = ("Group", "Statement", "Answer", "What to write", "For example")
_WIDTHS = (30, 40, 50, 60, 44)
_GREY = "FF808080"
_KEY = "statements"


def write_statements(sheet: Worksheet, answers: Mapping[str, str]) -> None:
    """Writes every statement below the heading of its group, with the answers given so far.

    The group stands in every row too, so that filtering and sorting keep the rows whole.

    Args:
        sheet: an empty one.
        answers: by the statement's key.
    """
    from openpyxl.worksheet.properties import PageSetupProperties  # noqa: PLC0415  loads when a workbook is written

    write_headings(sheet, _HEADINGS, _WIDTHS)
    row = 1
    for group, fields in groupby(section(_KEY).fields, key=_group):
        row += 1
        write_group(sheet, row, group, len(_HEADINGS))
        for known in fields:
            row += 1
            _write_statement(sheet, row, known, answers.get(known.name))
    sheet.freeze_panes = "C2"
    sheet.auto_filter.ref = f"A1:E{row}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.fitToHeight = "landscape", 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_statement(sheet: Worksheet, row: int, known: FieldOfRecord, answer: str | None) -> None:
    write_row(sheet, row, (_group(known), known.label, "", known.meaning, str(known.example)))
    sheet.cell(row, 1).font = font(color=_GREY)
    cell = sheet.cell(row, 3)
    put(cell, answer, known)
    fill(cell)
    fit_height(sheet, row)
    if known.choices:
        offer(sheet, f"C{row}", known)


def gather_statements(into: Gathered, rows: Sequence[Row]) -> None:
    """Reads the answers; a statement is known again by its group and its name, in whatever order the rows stand."""
    if not rows:
        return
    sheet = section(_KEY).sheet
    made: dict[str, str] = into.plain.setdefault(_KEY, {})
    into.places[(_KEY,)] = Where(field=sheet)
    left = {(folded(_group(known)), folded(known.label)): known for known in section(_KEY).fields}
    groups = {group for group, _ in left}
    for row in below_heading(into, sheet, _HEADINGS, rows):
        group, label, answer, _, _, *rest = row.padded(len(_HEADINGS))
        refuse_strays(into, rest)
        if label.is_empty and answer.is_empty and folded(group.value) in groups:
            continue
        known = left.pop((folded(group.value), folded(label.value)), None)
        if known is None:
            _refuse(into, (group, label, answer), left.values())
        else:
            into.places[_KEY, known.name] = answer.where
            if (text := into.take(answer, known)) is not None:
                made[known.name] = text


def _refuse(into: Gathered, row: Sequence[GivenCell], left: Collection[FieldOfRecord]) -> None:
    """Refuses a row that is none of the template's, or that stands there twice."""
    group, label, answer, *_ = row
    if label.is_empty and not answer.is_empty:
        into.refuse("VALUE_WITHOUT_FIELD", answer.where, answer.value, "the name of a statement in column B")
        return
    inside = [known.label for known in left if folded(_group(known)) == folded(group.value)]
    names = inside or [known.label for known in left]
    at = group if label.is_empty else label
    expected = nearest(str(at.value), names, "a statement of the template, each once, beside its group")
    into.refuse("UNKNOWN_KEY", at.where, at.value, expected)


def _group(known: FieldOfRecord) -> str:
    return statements()[known.name].group
