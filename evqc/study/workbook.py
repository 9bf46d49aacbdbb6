"""The workbook ``study.xlsx``: read back to a study, or written to be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.batch.cells import sheets_of
from evqc.batch.problems import once_a_place
from evqc.batch.wording import nearest
from evqc.batch.workbook_sheets import Gathered, gather_form, gather_table
from evqc.errors import InputError, Where
from evqc.study.check import check
from evqc.study.sections import CLOSED, NUMBERS, SEPARATIONS, SHEETS
from evqc.study.workbook_writing import REFERENCE_SHEETS, written_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.batch.cells import Row
    from evqc.batch.fields import FieldOfRecord
    from evqc.batch.wording import Locate, Path
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile
    from evqc.study.check import Surroundings
    from evqc.study.model import Study

_SHEETS = tuple(section.sheet for section in SHEETS)
_YES_NO = {"yes": True, "no": False}


def read_workbook(file: ExportFile, around: Surroundings) -> Study:
    """The study that a filled-in workbook holds.

    Args:
        file: name and bytes of an ``.xlsx`` that ``write_workbook`` made and a person filled in.
        around: what it is checked against.

    Raises:
        InputError: everything wrong, in the order of the sheets and rows, each with sheet and cell.
    """
    gathered = _gathered(sheets_of(file, _is_read))
    study, issues = check(gathered.plain, _locator(gathered.places), around=around)
    issues = once_a_place([*gathered.issues, *issues])
    if study is None or issues:
        raise InputError(file.name, *sorted(issues, key=_sheet_and_row))
    return study


def write_workbook(study: Study | None) -> bytes:
    """The workbook of a study, or the empty one to fill in; the same bytes for the same study.

    Args:
        study: None for the template. Reading what was written gives an equal study.

    Raises:
        InputError: ``TOO_LONG`` or ``CONTROL_CHARACTER`` for a text that no cell can hold.
    """
    return written_workbook(study)


def _is_read(sheet: str) -> bool:
    return sheet not in REFERENCE_SHEETS and not sheet.casefold().startswith("notes")


def _gathered(sheets: Mapping[str, Sequence[Row]]) -> Gathered:
    gathered = Gathered()
    for section in SHEETS:
        if section.sheet in sheets:
            (gather_table if section.is_list else gather_form)(gathered, section, sheets[section.sheet])
    for name, rows in sheets.items():
        if name not in _SHEETS and any(not cell.is_empty for row in rows for cell in row.cells):
            expected = nearest(name, _SHEETS, "a sheet of the template, or one named Notes")
            gathered.refuse("UNKNOWN_SHEET", Where(field=name), name, expected)
    for index, entry in enumerate(gathered.plain.get("arms", ())):
        _gather_methods(gathered, ("arms", index), entry)
        _gather_closed(gathered, ("arms", index, "closed"), entry)
    for index, entry in enumerate(gathered.plain.get("batches", ())):
        _gather_numbers(gathered, ("batches", index), entry, NUMBERS)
    return gathered


def _gather_methods(into: Gathered, path: Path, entry: dict[str, Any]) -> None:
    """The columns of separations become one list, each keeping its cell."""
    named = [(field.name, entry.pop(field.name)) for field in SEPARATIONS if field.name in entry]
    if named:
        entry["methods"] = [method for _, method in named]
    into.places |= {(*path, "methods", at): into.places[*path, column] for at, (column, _) in enumerate(named)}
    into.places[*path, "methods"] = into.places.get((*path, SEPARATIONS[0].name), into.places[path])


def _gather_closed(into: Gathered, path: Path, entry: dict[str, Any]) -> None:
    given = entry.pop("closed", None)
    if given is None:
        return
    if (said := _YES_NO.get(given.casefold())) is None:
        into.refuse("NOT_ALLOWED", into.places[path], given, " or ".join(CLOSED.choices.split(" or ")))
    else:
        entry["closed"] = said


def _gather_numbers(into: Gathered, path: Path, entry: dict[str, Any], fields: Sequence[FieldOfRecord]) -> None:
    numbers = {field.name: entry.pop(field.name) for field in fields if field.name in entry}
    if numbers:
        entry["numbers"] = numbers
    into.places |= {
        (*path, "numbers", field.name): into.places[*path, field.name]
        for field in fields
        if (*path, field.name) in into.places
    }


def _locator(places: Mapping[Path, Where]) -> Locate:
    sheets = {section.key: Where(field=section.sheet) for section in SHEETS}

    def locate(path: Path) -> Where:
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in places), None)
        return places[known] if known else sheets.get(str(path[0]), Where())

    return locate


def _sheet_and_row(issue: Issue) -> tuple[int, int]:
    place = issue.where.field
    return _SHEETS.index(place) if place in _SHEETS else len(_SHEETS), issue.where.line or 0
