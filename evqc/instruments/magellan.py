"""Tecan Magellan workbooks in list form: one well a row, one measurement a column, settings below the wells."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._cell import Cell
from evqc.instruments._dates import acquired
from evqc.instruments._numbers import number
from evqc.instruments._plate_wells import read_quantities, wells
from evqc.instruments._plates import well
from evqc.instruments._workbook import workbook_rows
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._plate_wells import Wells
    from evqc.measurement import Quantity, Scalar

NAME = "magellan"
TITLE = "Tecan Magellan"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("xlsx export as a list: a column of well positions and one for each measurement, settings below",)
MENTIONS = "well positions"
_POSITIONS = "Well positions"
_NOT_VALUES = {_POSITIONS, "Plate", "Layout", "Replicate Info", "Sample IDs", "Concentrations", "Dilutions"}
_MODES = {"absorbance", "fluorescence", "luminescence"}
_KEY = re.compile(r"([^:]{1,40}?)\s*:\s*(.*)")
_NUMBERED = re.compile(r"Measurement \d+:?")
_TEMPERATURE = re.compile(r"Meas\. temperature:\s*(.+?):\s*([\d.,]+)\s*°C")
_DEGREES = re.compile(r"([\d.,]+)\s*°C")
_DATE = re.compile(r"Date(?: of measurement)?:\s*([^,/]+?)\s*[,/]\s*Time(?: of measurement)?:\s*(.+)")
_SERIAL = re.compile(r"Instrument serial number:\s*(.+)")
_WAVELENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*nm")


def recognises(file: ExportFile) -> bool:
    """Whether a sheet has a first row with Magellan's heading ``Well positions``."""
    return any(_POSITIONS in row for rows in file.sheets.values() for row in rows[:5])


def read(file: ExportFile) -> Reading:
    """The wells of every measurement column.

    Raises:
        InputError: ``HEADING_MISSING``, ``SETTINGS_MISSING`` when the lines below the wells do not say how each column
            was measured, ``LABELS_DISAGREE`` when they name other columns, ``WELL_TWICE``, ``MODE_UNKNOWN``, and what
            workbook and cells raise.
    """
    rows = workbook_rows(file, _sheet(file))
    top = next((place for place, row in enumerate(rows) if any(cell.text == _POSITIONS for cell in row)), None)
    if top is None:
        raise refusal(file.name, "HEADING_MISSING", Where(), "no row of headings", f"a heading '{_POSITIONS}'")
    heading = rows[top]
    at = next(place for place, cell in enumerate(heading) if cell.text == _POSITIONS)
    body = [row for row in rows[top + 1 :] if well(row[at].text) is not None]
    lines = [line for row in rows[top + 1 :] if well(row[at].text) is None for line in _lines(row[0])]
    columns = _columns(heading, body)
    blocks, unnamed = _measurements(file.name, lines, [heading[place].text for place in columns])
    day, doubts = _acquired(lines)
    measured, issues = _measured(file.name, rows, top, at, columns, blocks, lines, day)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="plate export",
        measurements=tuple(measured),
        issues=(*doubts, *unnamed, *_unplaced(rows[top + 1 :], at, columns), *issues),
        unread=tuple(dict.fromkeys(_unread(lines, rows[: top + 1], columns))),
        status=STATUS,
    )


def _unplaced(below: Sequence[Row], at: int, columns: Sequence[int]) -> tuple[Issue, ...]:
    """A warning for a row with the number of a measurement and without a well: its position is damaged."""
    bare = [row for row in below if well(row[at].text) is None]
    lost = next((row for row in bare if any(row[p].number is not None for p in columns if p < len(row))), None)
    if lost is None:
        return ()
    expected = "a well such as A1 beside each value"
    return (problem("warning", "WELL_UNKNOWN", lost[at].where(_POSITIONS), f"'{lost[at].text}'", expected),)


def _lines(cell: Cell) -> list[Cell]:
    """A cell for each filled line of a cell."""
    return [replace(cell, text=text.strip()) for text in cell.text.splitlines() if text.strip()]


def _sheet(file: ExportFile) -> str | None:
    return next((n for n, rows in file.sheets.items() if any(_POSITIONS in row for row in rows[:5])), None)


def _columns(heading: Row, body: Sequence[Row]) -> list[int]:
    """Places of the columns that hold a value in some well."""
    return [
        place
        for place, cell in enumerate(heading)
        if cell.text and cell.text not in _NOT_VALUES and any(place < len(row) and row[place].text for row in body)
    ]


def _measurements(
    source: str, lines: Sequence[Cell], labels: Sequence[str]
) -> tuple[list[dict[str, Cell]], tuple[Issue, ...]]:
    """The settings of each measurement, in the order of ``labels``; several begin with ``Measurement 1:``.

    Which label a measurement has is told by the order of the temperatures below them. Where there are none, that of the
    columns is taken, and a warning says so when there are several.

    Raises:
        InputError: ``SETTINGS_MISSING``, ``LABELS_DISAGREE``.
    """
    blocks: list[dict[str, Cell]] = [{}]
    for cell in lines:
        if _NUMBERED.fullmatch(cell.text):
            blocks.append({})
        elif (match := _KEY.fullmatch(cell.text)) is not None:
            blocks[-1].setdefault(match[1], cell)
    found = [block for block in blocks if "Measurement mode" in block]
    if len(found) != len(labels):
        expected = f"settings for each of the columns {list(labels)}"
        raise refusal(source, "SETTINGS_MISSING", Where(), f"settings of {len(found)} measurements", expected)
    order = [(m[1], cell) for cell in lines if (m := _TEMPERATURE.fullmatch(cell.text)) is not None]
    named = [label for label, _ in order]
    if sorted(named) == sorted(labels):
        return [found[named.index(label)] for label in labels], ()
    expected = f"a line 'Meas. temperature' for each of {list(labels)}, in the order in which they were measured"
    if order and len(labels) > 1:
        raise refusal(source, "LABELS_DISAGREE", order[0][1].where("Meas. temperature"), f"those of {named}", expected)
    where = Where(column="Meas. temperature")
    unsure = problem("warning", "ORDER_NOT_STATED", where, "none; the order of the columns is taken", expected)
    return found, (unsure,) if len(labels) > 1 else ()


def _value(block: dict[str, Cell], key: str) -> str | None:
    match = _KEY.fullmatch(block[key].text) if key in block else None
    return match[2] or None if match is not None else None


def _acquired(lines: Iterable[Cell]) -> tuple[str | None, tuple[Issue, ...]]:
    found = [(m, cell) for cell in lines if (m := _DATE.fullmatch(cell.text)) is not None]
    if not found:
        return None, ()
    match, cell = found[0]
    return acquired(f"{match[1]} {match[2]}", cell.where("Date"))


def _measured(
    source: str, rows: Sequence[Row], top: int, at: int, columns: Sequence[int], blocks: Sequence[dict[str, Cell]],
    below: Sequence[Cell], day: str | None,
) -> tuple[list[Quantity], list[Issue]]:  # fmt: skip
    body = [row for row in rows[top + 1 :] if well(row[at].text) is not None]
    _refuse_twice(source, body, at)
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    for place, block in zip(columns, blocks, strict=True):
        label = rows[top][place].text
        cells = {str(well(row[at].text)): row[place] if place < len(row) else Cell("", row[0].line) for row in body}
        values = wells(label, cells, source)
        above = [row[place] for row in rows[top + 1 : top + 5] if place < len(row)]
        degrees, noted = _temperature(source, label, above, below)
        issues += [*values.issues, *noted, *_stated_twice(label, block, rows, top)]
        quantities += _quantities(source, values, block, degrees, below, day)
    return quantities, issues


def _refuse_twice(source: str, body: Sequence[Row], at: int) -> None:
    seen: set[str] = set()
    for row in body:
        name = str(well(row[at].text))
        if name in seen:
            raise refusal(source, "WELL_TWICE", row[at].where(_POSITIONS), name, "each well once")
        seen.add(name)


def _quantities(
    source: str, values: Wells, block: dict[str, Cell], degrees: float | None, below: Sequence[Cell], day: str | None
) -> list[Quantity]:
    mode = (_value(block, "Measurement mode") or "").casefold()
    if mode not in _MODES:
        expected = "absorbance, fluorescence or luminescence"
        raise refusal(source, "MODE_UNKNOWN", block["Measurement mode"].where("Measurement mode"), mode, expected)
    serial = next((m[1] for cell in below if (m := _SERIAL.fullmatch(cell.text)) is not None), None)
    said: dict[str, Scalar] = {
        "plate": _value(block, "Plate definition file"),
        "read": values.title,
        **_wavelengths(block),
        "temperature_degC": degrees,
        "serial_number": serial,
    }
    method = next((cell.text for cell in below if cell.text.endswith(".mth") and "\\" not in cell.text), None)
    return read_quantities(values, mode, said, {}, method=method, acquired_at=day)


def _wavelengths(block: dict[str, Cell]) -> dict[str, Scalar]:
    names = {
        "Measurement wavelength": "wavelength_nm",
        "Reference wavelength": "reference_wavelength_nm",
        "Excitation wavelength": "excitation_nm",
        "Emission wavelength": "emission_nm",
    }
    found = {name: _WAVELENGTH.match(_value(block, key) or "") for key, name in names.items()}
    return {name: float(match[1]) for name, match in found.items() if match is not None}


def _temperature(
    source: str, label: str, above: Sequence[Cell], below: Sequence[Cell]
) -> tuple[float | None, tuple[Issue, ...]]:
    """The temperature of a measurement, above its wells and again below all of them; a warning when they differ."""
    first = [(m[1], c) for c in above if (m := _DEGREES.fullmatch(c.text)) is not None]
    again = [(m[2], c) for c in below if (m := _TEMPERATURE.fullmatch(c.text)) is not None and m[1] == label]
    told = [(number(text.replace(",", "."), source, cell.where(label)), cell) for text, cell in (*first, *again)]
    if len({value for value, _ in told}) > 1:
        shown, expected = f"{told[0][0]:g} °C and {told[1][0]:g} °C for {label}", "one temperature"
        return None, (problem("warning", "PRINTED_DISAGREES", told[1][1].where(label), shown, expected),)
    return (told[0][0] if told else None), ()


def _stated_twice(label: str, block: dict[str, Cell], rows: Sequence[Row], top: int) -> tuple[Issue, ...]:
    """A warning when somebody wrote another wavelength beside the heading, such as ``Label1=535``."""
    notes = [cell for row in rows[top : top + 3] for cell in row if cell.text.startswith(f"{label}=")]
    told = _wavelengths(block).get("wavelength_nm")
    if told is None:
        return ()
    wrong = [cell for cell in notes if cell.text.partition("=")[2].strip() != f"{told:g}"]
    expected = f"{label}={told:g}, as the settings of the measurement state"
    return tuple(problem("warning", "PRINTED_DISAGREES", cell.where(label), cell.text, expected) for cell in wrong)


def _unread(lines: Sequence[Cell], above: Sequence[Row], columns: Sequence[int]) -> list[str]:
    used = {"Measurement mode", "Measurement wavelength", "Plate definition file", "Instrument serial number", "Date"}
    used |= {"Reference wavelength", "Excitation wavelength", "Emission wavelength", "Date of measurement"}
    keys = [m[1] for cell in lines if (m := _KEY.fullmatch(cell.text)) is not None and not _NUMBERED.match(cell.text)]
    headings = [c.text for place, c in enumerate(above[-1]) if c.text and place not in columns and c.text != _POSITIONS]
    return [key for key in keys if key not in used and not key.startswith("Meas.") and len(key) > 1] + headings
