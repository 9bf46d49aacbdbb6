"""The workbook of a specification: read back to the specification, or written to be filled in."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from evqc.batch.cells import sheets_of
from evqc.batch.problems import once_a_place
from evqc.batch.wording import nearest
from evqc.batch.workbook_sheets import Gathered, gather_form, gather_table
from evqc.errors import InputError, Where
from evqc.release.filing.faults import check
from evqc.release.filing.fields import LINES, LISTED, REPORTABLE, SETTINGS, SHEETS, WINDOW, YES_NO
from evqc.release.filing.workbook_writing import REFERENCE_SHEETS, written_workbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.batch.cells import Row
    from evqc.batch.wording import Locate, Path
    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile
    from evqc.release.specification import Specification

_SHEETS = tuple(section.sheet for section in SHEETS)
_SAID = {"yes": True, "no": False}


def read_workbook(file: ExportFile) -> Specification:
    """The specification that a filled-in workbook holds.

    Args:
        file: name and bytes of an ``.xlsx`` that ``write_workbook`` made and a person filled in.

    Raises:
        InputError: everything wrong, in the order of the sheets and rows, each with sheet and cell.
    """
    gathered = _gathered(file)
    specification, issues = check(gathered.plain, _locator(gathered.places))
    issues = once_a_place([*gathered.issues, *issues])
    if specification is None or issues:
        raise InputError(file.name, *sorted(issues, key=_sheet_and_row))
    return specification


def places_in_workbook(file: ExportFile) -> Locate:
    """The cell of every value of a workbook that ``read_workbook`` accepts."""
    return _locator(_gathered(file).places)


def write_workbook(specification: Specification | None) -> bytes:
    """The workbook of a specification, or the empty one to fill in; the same bytes for the same specification.

    Args:
        specification: None for the empty one. Reading what was written gives an equal specification.

    Raises:
        InputError: ``TOO_LONG`` or ``CONTROL_CHARACTER`` for a text that no cell can hold.
    """
    return written_workbook(specification)


def _is_read(sheet: str) -> bool:
    return sheet not in REFERENCE_SHEETS and not sheet.casefold().startswith("notes")


def _gathered(file: ExportFile) -> Gathered:
    gathered = Gathered(listed=LISTED)
    sheets: Mapping[str, Sequence[Row]] = sheets_of(file, _is_read)
    for section in SHEETS:
        if section.sheet in sheets:
            (gather_table if section.is_list else gather_form)(gathered, section, sheets[section.sheet])
    for name, rows in sheets.items():
        if name not in _SHEETS and any(not cell.is_empty for row in rows for cell in row.cells):
            expected = nearest(name, _SHEETS, "a sheet of the template, or one named Notes")
            gathered.refuse("UNKNOWN_SHEET", Where(field=name), name, expected)
    for index, test in enumerate(gathered.plain.get("tests", ())):
        _gather_test(gathered, ("tests", index), test)
    head = SHEETS[0].key
    gathered.plain |= gathered.plain.pop(head, {})
    gathered.places |= {path[1:]: where for path, where in gathered.places.items() if path[0] == head and path[1:]}
    return gathered


def _gather_test(into: Gathered, path: Path, test: dict[str, Any]) -> None:
    """The cells of a row become lists, tables and yes or no."""
    for key in LINES:
        if key in test:
            test[key] = [entry.strip() for entry in test[key].split("\n") if entry.strip()]
            into.places |= {(*path, key, at): into.places[*path, key] for at in range(len(test[key]))}
    for key in YES_NO:
        _gather_answer(into, (*path, key), test)
    if SETTINGS in test:
        test[SETTINGS] = _settings(into, (*path, SETTINGS), test[SETTINGS])
    _gather_together(into, path, test, WINDOW, "window_nm")
    _gather_together(into, path, test, REPORTABLE, "reportable")


def _gather_answer(into: Gathered, path: Path, test: dict[str, Any]) -> None:
    given = test.pop(str(path[-1]), None)
    if given is None:
        return
    if (said := _SAID.get(given.casefold())) is None:
        into.refuse("NOT_ALLOWED", into.places[path], given, "yes or no")
    else:
        test[str(path[-1])] = said


def _settings(into: Gathered, path: Path, text: str) -> dict[str, Any]:
    """Lines such as ``size_um = 10`` or ``counted = "at or above"``."""
    try:
        return tomllib.loads(text)
    except ValueError:
        into.refuse("NOT_A_VALUE", into.places[path], text, 'one name = value a line, such as size_um = 10 or a = "b"')
        return {}


def _gather_together(into: Gathered, path: Path, test: dict[str, Any], columns: Sequence[str], key: str) -> None:
    """Columns that stand for one field of the model: a list of the window's ends, or a table."""
    given = {column: test.pop(column) for column in columns if column in test}
    if given:
        test[key] = [given.get(column) for column in columns] if key == "window_nm" else given
    first = next((column for column in columns if column in given), columns[0])
    cells = {column: into.places[*path, column] for column in columns if (*path, column) in into.places}
    into.places |= {(*path, key, column): where for column, where in cells.items()}
    into.places[*path, key] = cells.get(first, into.places[path])


def _locator(places: Mapping[Path, Where]) -> Locate:
    sheets = {section.key: Where(field=section.sheet) for section in SHEETS}

    def locate(path: Path) -> Where:
        known = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in places), None)
        return places[known] if known else sheets.get(str(path[0]) if path else "", sheets[SHEETS[0].key])

    return locate


def _sheet_and_row(issue: Issue) -> tuple[int, int]:
    place = issue.where.field
    return _SHEETS.index(place) if place in _SHEETS else len(_SHEETS), issue.where.line or 0
