"""The rows of a workbook become the plain sections of a batch record, and every value keeps its cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evqc.batch.cells import GivenCell, Row, convert
from evqc.batch.fields import FieldOfRecord
from evqc.batch.wording import Path, nearest, quoted
from evqc.errors import Issue, Where, problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.sections import Section

FORM_HEADINGS = ("Field", "Value", "Unit", "What it means")
STEP = FieldOfRecord("step", "Step", "whole", "Number of the step, in order", 1)
CLAIM, PROFILE = "Claim", "Profile"
#: Lists of a form, one entry a row: what their rows are called, with a number.
_LISTED: Mapping[str, str] = {CLAIM: "claims", PROFILE: "profiles"}
PARAMETERS = (
    STEP,
    FieldOfRecord("parameter", "Parameter", "text", "See the Methods sheet", "cutoff_kDa", choices="parameter"),
    FieldOfRecord("value", "Value", "number or text", "In the unit that the parameter's name says", 300),
)
JUSTIFICATIONS = (
    FieldOfRecord("criterion", "Criterion", "text", "Its id, as the report prints it", "MISEV2023-SRC-01"),
    FieldOfRecord("reason", "Reason", "text", "Why it is not met or not done", "no second method on site"),
)
PARAMETER_SHEET, JUSTIFICATION_SHEET = "Isolation parameters", "Justifications"


@dataclass(slots=True)
class Gathered:
    """What the sheets gave so far.

    Attributes:
        plain: sections by key.
        places: the cell of every value, and of every column and row in which one is missing.
        issues: what is wrong with cells and headings.
        listed: lists of a form, one entry a row: what their rows are called, with a number, and the key.
    """

    plain: dict[str, Any] = field(default_factory=dict)
    places: dict[Path, Where] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)
    listed: Mapping[str, str] = field(default_factory=lambda: _LISTED)

    def take(self, cell: GivenCell, field_of_cell: FieldOfRecord) -> Any:
        """The value of a cell; None when it is empty or when what is wrong with it went to ``issues``."""
        value = convert(cell, field_of_cell.kind)
        if isinstance(value, Issue):
            self.issues.append(value)
            return None
        return value

    def refuse(self, code: str, where: Where, found: object, expected: str) -> None:
        """Add an error."""
        self.issues.append(problem("error", code, where, quoted(found), expected))


def gather_form(into: Gathered, section: Section, rows: Sequence[Row]) -> None:
    """Reads a sheet with one field a row: ``Field | Value | Unit | What it means``.

    A unit that differs from the one the field has is refused, because its value would be read in another unit.
    """
    made = into.plain.setdefault(section.key, {})
    into.places[(section.key,)] = Where(field=section.sheet)
    by_label = {folded(f.label): f for f in section.fields}
    for row in below_heading(into, section.sheet, FORM_HEADINGS, rows):
        label, value, unit, *rest = row.padded(4)
        known = by_label.pop(folded(label.value), None)
        if (listed := _list_of(into, label)) is not None:
            _take_listed(into, value, (section.key, listed), made)
        elif known is None:
            _refuse_label(into, label, value, by_label)
            continue
        else:
            _put(into, made, (section.key, known.name), known, value)
        if known is not None and str(unit.value or "").strip() != known.unit:
            into.refuse("UNIT_CHANGED", unit.where, unit.value, known.unit or "no unit")
        refuse_strays(into, rest[1:])


def below_heading(into: Gathered, sheet: str, headings: Sequence[str], rows: Sequence[Row]) -> list[Row]:
    """The rows of a form that hold something; none, and a refusal, when its headings are not these."""
    found = [folded(cell.value) for cell in rows[0].cells[: len(headings)]] if rows else []
    if found != [folded(text) for text in headings]:
        into.refuse("HEADING_CHANGED", Where(line=1, field=sheet), " | ".join(found), " | ".join(headings))
        return []
    return [row for row in rows[1:] if not all(cell.is_empty for cell in row.cells)]


def _refuse_label(into: Gathered, label: GivenCell, value: GivenCell, left: dict[str, FieldOfRecord]) -> None:
    if label.is_empty:
        into.refuse("VALUE_WITHOUT_FIELD", value.where, value.value, "a field's name in column A")
    else:
        names = [f.label for f in left.values()]
        into.refuse("UNKNOWN_KEY", label.where, label.value, nearest(str(label.value), names, "each field once"))


def _list_of(into: Gathered, label: GivenCell) -> str | None:
    return next((key for name, key in into.listed.items() if folded(label.value).startswith(f"{folded(name)} ")), None)


def _take_listed(into: Gathered, cell: GivenCell, path: tuple[str, str], made: dict[str, Any]) -> None:
    if (value := into.take(cell, FieldOfRecord(path[1], path[1], "text", "", ""))) is not None:
        entries = made.setdefault(path[1], [])
        into.places[(*path, len(entries))] = cell.where
        entries.append(value)


def gather_table(into: Gathered, section: Section, rows: Sequence[Row]) -> None:
    """Reads a sheet with one entry a row below its headings; empty rows are passed over."""
    fields = (STEP, *section.fields) if section.key == "isolation" else section.fields
    entries = into.plain.setdefault(section.key, [])
    for row, given in _entries(into, section.sheet, fields, rows):
        index = len(entries)
        made: dict[str, Any] = {}
        into.places[(section.key, index)] = Where(line=row.number, field=section.sheet)
        for known, cell in given:
            _put(into, made, (section.key, index, known.name), known, cell)
        if section.key == "isolation":
            _check_step(into, made.pop("step", None), index, given)
        entries.append(made)


def _put(into: Gathered, made: dict[str, Any], path: Path, known: FieldOfRecord, cell: GivenCell) -> None:
    into.places[path] = cell.where
    if (value := into.take(cell, known)) is not None:
        made[known.name] = value


def _check_step(into: Gathered, step: object, index: int, given: Iterable[tuple[FieldOfRecord, GivenCell]]) -> None:
    where = next((cell.where for known, cell in given if known is STEP), into.places["isolation", index])
    if step != index + 1 and where not in {issue.where for issue in into.issues}:
        into.refuse("STEP_NUMBER", where, step, f"{index + 1}: steps are numbered 1, 2, 3 in their order")


def gather_parameters(into: Gathered, rows: Sequence[Row]) -> None:
    """Reads the parameters of the isolation steps, one a row, into the steps read before."""
    steps = into.plain.get("isolation", [])
    for row, given in _entries(into, PARAMETER_SHEET, PARAMETERS, rows):
        found = _complete(into, PARAMETER_SHEET, PARAMETERS, row, given)
        if found is None:
            continue
        step, name = found["step"], found["parameter"]
        cells = {known.name: cell.where for known, cell in given}
        if not 1 <= step <= len(steps):
            into.refuse("UNKNOWN_STEP", cells["step"], step, f"a step of the sheet Isolation, 1 to {len(steps)}")
            continue
        parameters = steps[step - 1].setdefault("parameters", {})
        if name in parameters:
            into.refuse("DUPLICATE_NAME", cells["parameter"], name, "each parameter of a step once")
        parameters[name] = found["value"]
        place = ("isolation", step - 1, "parameters", name)
        into.places |= {place: cells["parameter"], (*place, "value"): cells["value"]}


def gather_justifications(into: Gathered, rows: Sequence[Row]) -> None:
    """Reads the reasons by criterion, one a row."""
    reasons: dict[str, Any] = {}
    for row, given in _entries(into, JUSTIFICATION_SHEET, JUSTIFICATIONS, rows):
        found = _complete(into, JUSTIFICATION_SHEET, JUSTIFICATIONS, row, given)
        if found is None:
            continue
        if found["criterion"] in reasons:
            into.refuse("DUPLICATE_NAME", given[0][1].where, found["criterion"], "each criterion once")
        reasons[found["criterion"]] = found["reason"]
        into.places["batch", "justifications", found["criterion"]] = given[0][1].where
    if reasons:
        into.plain.setdefault("batch", {})["justifications"] = reasons


def _complete(
    into: Gathered, sheet: str, fields: Sequence[FieldOfRecord], row: Row, given: list[tuple[FieldOfRecord, GivenCell]]
) -> dict[str, Any] | None:
    """The values of a row of which none may be missing."""
    cells = {known.name: cell for known, cell in given}
    found: dict[str, Any] = {}
    for known in fields:
        cell = cells.get(known.name)
        if cell is None or cell.is_empty:
            where = cell.where if cell else Where(line=row.number, field=sheet)
            into.refuse("MISSING_KEY", where, None, f"a value for '{known.label}'")
        elif (value := into.take(cell, known)) is not None:
            found[known.name] = value
    return found if len(found) == len(fields) else None


def _entries(
    into: Gathered, sheet: str, fields: Sequence[FieldOfRecord], rows: Sequence[Row]
) -> list[tuple[Row, list[tuple[FieldOfRecord, GivenCell]]]]:
    """The rows that hold something, each with its cells by field; a step's number alone is nothing."""
    if not rows:
        return []
    columns = _columns(into, fields, rows[0])
    entries = []
    for row in rows[1:]:
        given = [(columns[at], cell) for at, cell in enumerate(row.cells) if at in columns]
        refuse_strays(into, [cell for at, cell in enumerate(row.cells) if at not in columns])
        if any(not cell.is_empty for known, cell in given if known is not STEP or sheet == PARAMETER_SHEET):
            entries.append((row, given))
    return entries


def _columns(into: Gathered, fields: Sequence[FieldOfRecord], heading: Row) -> dict[int, FieldOfRecord]:
    left = {folded(f.heading): f for f in fields}
    columns = {}
    for at, cell in enumerate(heading.cells):
        if (known := left.pop(folded(cell.value), None)) is not None:
            columns[at] = known
        elif not cell.is_empty:
            names = [f.heading for f in left.values()]
            into.refuse("UNKNOWN_COLUMN", cell.where, cell.value, nearest(str(cell.value), names, "each heading once"))
    return columns


def refuse_strays(into: Gathered, cells: Iterable[GivenCell]) -> None:
    """Refuse what stands where nothing is read."""
    for cell in cells:
        if not cell.is_empty:
            into.refuse("VALUE_WITHOUT_FIELD", cell.where, cell.value, "values only below a heading")


def folded(value: object) -> str:
    """A heading or label without differences in case and white space."""
    return " ".join(str(value if value is not None else "").split()).casefold()
