"""Revvity Kaleido csv exports (EnSight, VICTOR Nivo): plates with their measurements, software 2 and 3."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._dates import acquired
from evqc.instruments._plate_wells import Content, read_quantities, wells
from evqc.instruments._plates import Grid, grid, heads_grid, lettered, plate_marks, separated, stray
from evqc.instruments._rows import delimiter, filled, plain
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._marks import Marks
    from evqc.measurement import Quantity, Scalar

NAME = "kaleido"
TITLE = "Revvity Kaleido"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv export of a plate: absorbance, fluorescence and luminescence, software 2 and 3",)
#: A title of EnSight is enough; behind others stands the program's name or the key of the plate.
MENTIONS = ("ensight results from", "kaleido", "platerepeat:")
_LAST = re.compile(r"Exported with Kaleido\s+(\S+).*")
_RESULT = re.compile(r"Results? for\s+(.+)")
_BEGINS = re.compile(r"(EnSight Results from|Results? for\s)", re.IGNORECASE)
#: Every file is asked for it.
_MAY_BEGIN = re.compile(r"[\s,;\"]*(EnSight\s|Results?\s)", re.IGNORECASE)
_KEY = re.compile(r"([^:]+):\s*(.*)")
_MODES = (
    ("absorbance", re.compile(r"abs", re.IGNORECASE)),
    ("fluorescence", re.compile(r"fluor|(?<![a-z])(fi|trf|fp)(?![a-z])", re.IGNORECASE)),
    ("luminescence", re.compile(r"lum|alpha", re.IGNORECASE)),
)
#: Kaleido writes ten millionths of a second, Python reads millionths.
_FRACTION = re.compile(r"(\.\d{6})\d+")
_ROLES = {"B": "blank", "C": "control", "S": "standard", "U": "sample"}
_MAPPED = re.compile(r"([BCSU])\d*")


def recognises(file: ExportFile) -> bool:
    """Whether the text begins with a title of results, and Kaleido's version or platemap stands near its begin."""
    if file.is_workbook or _MAY_BEGIN.match(file.head) is None:
        return False
    lines = (plain(line.strip(' ,;\t"')) for line in file.head_lines)
    first = next((line for line in lines if line), "")
    if _BEGINS.match(f"{first} ") is None:
        return False
    return first.startswith("EnSight Results from") or "Kaleido" in file.head or "PlateRepeat:" in plain(file.head)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A grid of results: what was measured, and the plate it stands for."""

    title: str
    barcode: str | None
    repeat: str | None
    grid: Grid


def read(file: ExportFile) -> Reading:
    """The wells of every result of an export.

    Raises:
        InputError: ``TRUNCATED`` without the closing line with the version, ``MODE_UNKNOWN``, ``NO_READS``, and what
            the grids raise.
    """
    rows = separated(file)
    last = next((row for row in reversed(rows) if filled(row)), rows[-1])
    version = _LAST.fullmatch(last[0].text)
    if version is None:
        where = Where(line=last[0].line)
        shown, expected = f"'{last[0].text}' at the end", "a last line 'Exported with Kaleido …'"
        raise refusal(file.name, "TRUNCATED", where, shown, expected)
    parts, layout, lost = _parts(file.name, rows)
    if not parts:
        raise refusal(file.name, "NO_READS", Where(), "no grid below 'Results for …'", "an endpoint read")
    other = [part for part in parts if _mode(part.title) is None]
    parts = [part for part in parts if part not in other]
    if not parts:
        expected = "absorbance, fluorescence or luminescence"
        raise refusal(file.name, "MODE_UNKNOWN", other[0].grid.where, other[0].title, expected)
    used = plate_marks(
        (cell.text for part in parts for cell in part.grid.cells().values()), file.name, parts[0].grid.where,
        delimiter=delimiter(file.head),
    )  # fmt: skip
    keys = _keys(rows)
    at, doubts = _acquired(keys)
    made = [_measured(file.name, part, used, rows, layout, keys, at) for part in parts]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=version[1],
        file_kind="plate export",
        measurements=tuple(one for quantities, _ in made for one in quantities),
        issues=(*doubts, *lost, *map(_not_read, other), *(issue for _, issues in made for issue in issues)),
        unread=(*(part.title for part in other), *_unread(keys)),
        status=STATUS,
    )


def _parts(source: str, rows: Sequence[Row]) -> tuple[list[Part], dict[str, Content], tuple[Issue, ...]]:
    """The results in order, what the plate map puts into the wells, and what should be known of them."""
    found: list[Part] = []
    issues: list[Issue] = []
    passed: list[Row] = []
    layout: dict[str, Content] = {}
    title, barcode, repeat, place = "", None, None, 0
    while place < len(rows):
        row = rows[place]
        text = plain(row[0].text)
        if (match := _RESULT.fullmatch(text)) is not None:
            title, barcode, repeat = match[1].strip(), None, None
        elif text.startswith("Platemap"):
            title = "Platemap"
        elif title and title != "Platemap" and text.startswith("Barcode"):
            below = rows[place + 1] if place + 1 < len(rows) else ()
            barcode, repeat = _plate(row, below)
            issues += _uneven(row, below)
        if heads_grid(row) and title:
            one = grid(source, rows, place, title)
            if title == "Platemap":
                layout |= {w: _content(c.text) for w, c in one.cells().items() if c.text not in {"", "-"}}
            else:
                found.append(Part(title=title, barcode=barcode, repeat=repeat, grid=one))
            issues += one.issues
            place, title = one.end, ""
        else:
            passed.append(row)
            place += 1
    return found, layout, (*issues, *(stray(passed) or lettered(passed)))


def _plate(row: Row, below: Row) -> tuple[str | None, str | None]:
    """Barcode and repeat of a plate: ``Barcode: …`` beside each other, or as a table with one row."""
    pairs = [m for cell in row if (m := _KEY.fullmatch(plain(cell.text))) is not None]
    if pairs:
        said = {m[1]: m[2] or None for m in pairs}
        return said.get("Barcode"), said.get("PlateRepeat")
    table = {heading.text: cell.text or None for heading, cell in zip(row, below, strict=False)}
    return table.get("Barcode"), table.get("Repeat")


def _uneven(row: Row, below: Row) -> tuple[Issue, ...]:
    """A warning when the line of a plate has other cells than its headings: a comma came or went."""
    if len(row) == len(below) or any(_KEY.fullmatch(plain(cell.text)) for cell in row):
        return ()
    shown, expected = f"{len(below)} cells", f"{len(row)} cells, as many as headings"
    return (problem("warning", "ROW_UNEVEN", Where(line=row[0].line + 1), shown, expected),)


def _content(text: str) -> Content:
    match = _MAPPED.fullmatch(text)
    role = _ROLES[match[1]] if match is not None else None
    return Content(role=role, group=text, sample=text if role == "sample" else None)


def _keys(rows: Sequence[Row]) -> dict[str, Cell]:
    """The values of keys with a single value behind them, the first of each; barcodes below their heading are none."""
    found: dict[str, Cell] = {}
    for above, row in zip([(), *rows], rows, strict=False):
        values = [cell for cell in row[1:] if cell.text]
        barcode = bool(above) and above[0].text == "Barcode"
        if row[0].text and len(values) == 1 and not barcode:
            found.setdefault(plain(row[0].text).rstrip(":"), values[0])
    return found


def _acquired(keys: Mapping[str, Cell]) -> tuple[str | None, tuple[Issue, ...]]:
    cell = keys.get("Measurement Started") or keys.get("Measurement Date")
    if cell is None:
        return None, ()
    return acquired(_FRACTION.sub(r"\1", cell.text), cell.where("Measurement Started"))


def _mode(title: str) -> str | None:
    return next((mode for mode, pattern in _MODES if pattern.search(title)), None)


def _not_read(part: Part) -> Issue:
    expected = "absorbance, fluorescence or luminescence; images are not read"
    return problem("warning", "READ_NOT_READ", part.grid.where, part.title, expected)


def _measured(
    source: str, part: Part, used: Marks, rows: Sequence[Row], layout: Mapping[str, Content], keys: Mapping[str, Cell],
    at: str | None,
) -> tuple[list[Quantity], list[Issue]]:  # fmt: skip
    settings = _settings(rows, part.title)
    mode = _mode(part.title) or ""
    values = wells(part.title, part.grid.cells(), source, used)
    serial, protocol = keys.get("Instrument Serial Number"), keys.get("Protocol Name")
    said: dict[str, Scalar] = {
        "plate": part.barcode,
        "repeat": part.repeat,
        "read": part.title,
        **_wavelengths(settings, mode, used),
        "serial_number": serial.text if serial is not None else None,
    }
    method = protocol.text if protocol is not None else None
    return read_quantities(values, mode, said, layout, method=method, acquired_at=at), list(values.issues)


def _settings(rows: Sequence[Row], title: str) -> dict[str, str]:
    """Keys and values of the measurement of a title, which its line ``Tech`` or ``Operation`` names."""
    start = next((n for n, row in enumerate(rows) if row[0].text in {"Tech", "Operation"} and _named(row, title)), None)
    if start is None:
        return {}
    end = next((n for n in range(start, len(rows)) if not filled(rows[n])), len(rows))
    return {plain(row[0].text).casefold(): cell.text for row in rows[start:end] for cell in row[1:] if cell.text}


def _named(row: Row, title: str) -> bool:
    return any(plain(cell.text) == title for cell in row[1:])


def _wavelengths(settings: Mapping[str, str], mode: str, used: Marks) -> dict[str, Scalar]:
    """Wavelengths in nanometres; of absorbance the one that the light had."""
    lit, seen = (
        used.parse(settings.get(f"{long} wavelength [nm]") or settings.get(f"{short} filter [nm]", ""))
        for long, short in (("excitation", "exc."), ("emission", "ems."))
    )
    if mode == "absorbance":
        return {"wavelength_nm": lit}
    return {"excitation_nm": lit, "emission_nm": seen}


def _unread(keys: Mapping[str, Cell]) -> tuple[str, ...]:
    used = {"Instrument Serial Number", "Protocol Name", "Measurement Started", "Measurement Date", "Software version"}
    used |= {"Tech", "Operation", "Excitation wavelength [nm]", "Emission wavelength [nm]", "Software Version"}
    return tuple(key for key in keys if key not in used and len(key) < 60 and "Wavelength [nm]" not in key)
