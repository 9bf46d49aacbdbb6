"""The workbook ``batch.xlsx``: read back to a record, or written to be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.batch.cells import sheets_of
from evqc.batch.problems import check, once_a_place
from evqc.batch.sections import SECTIONS
from evqc.batch.wording import nearest
from evqc.batch.workbook_sheets import (
    JUSTIFICATION_SHEET,
    PARAMETER_SHEET,
    Gathered,
    gather_form,
    gather_justifications,
    gather_parameters,
    gather_table,
)
from evqc.batch.workbook_statements import gather_statements
from evqc.batch.workbook_writing import REFERENCE_SHEETS, written_workbook
from evqc.errors import InputError, Where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.batch.cells import Row
    from evqc.batch.model import BatchRecord
    from evqc.batch.own_methods import Own
    from evqc.batch.wording import Locate, Path
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile

_SHEETS = (*(section.sheet for section in SECTIONS), PARAMETER_SHEET, JUSTIFICATION_SHEET)


def read_workbook(file: ExportFile, own: Own | None = None) -> BatchRecord:
    """The batch record that a filled-in workbook holds.

    Args:
        file: name and bytes of an ``.xlsx`` that ``write_workbook`` made and a person filled in.
        own: finds files of a laboratory's own separation methods.

    Raises:
        InputError: everything wrong, in the order of the sheets and rows, each with sheet and cell: the codes of
            ``read_toml``, and ``UNKNOWN_SHEET``, ``UNKNOWN_COLUMN``, ``HEADING_CHANGED``, ``UNIT_CHANGED``,
            ``VALUE_WITHOUT_FIELD``, ``FORMULA_WITHOUT_VALUE``, ``CELL_ERROR``, ``PERCENT_FORMAT``, ``STEP_NUMBER``,
            ``UNKNOWN_STEP``; or what ``sheets_of`` raises.
    """
    sheets = sheets_of(file, _is_read)
    gathered = _gathered(sheets)
    record, issues = check(gathered.plain, _locator(gathered.places), own)
    issues = once_a_place([*gathered.issues, *issues])
    if record is None or issues:
        order = {name: place for place, name in enumerate(_SHEETS)}
        raise InputError(file.name, *sorted(issues, key=lambda i: _sheet_and_row(i, order)))
    return record


def write_workbook(record: BatchRecord | None) -> bytes:
    """The workbook of a record, or the empty one to fill in; the same bytes for the same record.

    Args:
        record: None for the template. Reading what was written gives an equal record; of a number, a workbook keeps
            16 significant digits.

    Raises:
        InputError: ``TOO_LONG`` or ``CONTROL_CHARACTER`` for a text that no cell can hold.
    """
    return written_workbook(record)


def _is_read(sheet: str) -> bool:
    return sheet not in REFERENCE_SHEETS and not sheet.casefold().startswith("notes")


def _gathered(sheets: Mapping[str, Sequence[Row]]) -> Gathered:
    gathered = Gathered()
    for section in SECTIONS:
        gather = gather_table if section.is_list else gather_form
        if section.sheet in sheets and section.key != "statements":
            gather(gathered, section, sheets[section.sheet])
    gather_parameters(gathered, sheets.get(PARAMETER_SHEET, ()))
    gather_statements(gathered, sheets.get("Statements", ()))
    gather_justifications(gathered, sheets.get(JUSTIFICATION_SHEET, ()))
    for name, rows in sheets.items():
        if name not in _SHEETS and any(not cell.is_empty for row in rows for cell in row.cells):
            expected = nearest(name, _SHEETS, "a sheet of the template, or one named Notes")
            gathered.refuse("UNKNOWN_SHEET", Where(field=name), name, expected)
    return gathered


def _locator(places: Mapping[Path, Where]) -> Locate:
    sheets = {section.key: Where(field=section.sheet) for section in SECTIONS}

    def locate(path: Path) -> Where:
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in places), None)
        return places[known] if known else sheets.get(str(path[0]), Where())

    return locate


def _sheet_and_row(issue: Issue, order: Mapping[str, int]) -> tuple[int, int]:
    return order.get(issue.where.field or "", len(order)), issue.where.line or 0
