"""PerkinElmer EnVision csv exports in plate format: one or several plates, repeats and channels."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._cell import Cell
from evqc.instruments._dates import acquired
from evqc.instruments._plate_wells import read_quantities, wells
from evqc.instruments._plates import plate_marks, separated
from evqc.instruments._rows import delimiter
from evqc.instruments.envision._description import filters_of, keys_of, shape_of_plate, unread_keys
from evqc.instruments.envision._maps import plate_maps
from evqc.instruments.envision._parts import PLATE, Part, parts_of
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._marks import Marks
    from evqc.instruments._plate_wells import Content
    from evqc.measurement import Quantity, Scalar

NAME = "envision"
TITLE = "PerkinElmer EnVision"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv export in plate format: absorbance, fluorescence and luminescence, any number of plates and channels",)
MENTIONS = "plate information"
#: Headings of the parts of the description of the assay.
_DESCRIPTION = {"Protocol:", "Plate type:", "Platemap:", "Operations:", "Labels:", "Filters:", "Instrument:"}
_LAST = re.compile(r"Exported with EnVision Workstation version\s*(\S*)")
_RESULTS = re.compile(r"Results for (?P<label>.+?)(?:\s+-\s+channel\s+(?P<channel>\d+).*)?")
_BEAM = re.compile(r"De=(?P<detector>.*?)\s+Ex=(?P<excitation>.*?)\s+Em=(?P<emission>.*?)\s+Wdw=.*")
_NM = re.compile(r"(\d+(?:\.\d+)?)\s*nm")
#: The temperature of the plate, by the names of several software versions.
_TEMPERATURES = ("Chamber temperature at start", "Inside temperature at start")


def recognises(file: ExportFile) -> bool:
    """Whether the text begins with EnVision's table ``Plate information``."""
    lines = [line for line in file.head_lines[:3] if line.strip(" ,;\t")]
    return (
        not file.is_workbook
        and len(lines) > 1
        and lines[0].strip(" ,;\t") == PLATE
        and "Barcode" in lines[1]
        and "Measured height" in lines[1]
    )


def read(file: ExportFile) -> Reading:
    """The wells of every grid of results.

    Raises:
        InputError: ``TRUNCATED`` without the closing line with the version, ``MODE_UNKNOWN``, ``NO_READS``, and what
            the grids raise.
    """
    rows = separated(file)
    version = next((m[1] for row in reversed(rows) if (m := _LAST.fullmatch(row[0].text)) is not None), None)
    if version is None:
        shown, expected = "no closing line with the version", "a last line 'Exported with EnVision …'"
        raise refusal(file.name, "TRUNCATED", Where(line=len(rows)), shown, expected)
    end = next((place for place, row in enumerate(rows) if row[0].text == "Basic assay information"), len(rows))
    parts, lost = parts_of(file.name, rows[:end], shape_of_plate(rows[end:]))
    reads = [part for part in parts if not part.calculated]
    if not reads:
        raise refusal(file.name, "NO_READS", Where(), f"{len(parts)} grids", "a grid 'Results for …'")
    used = plate_marks(
        (cell.text for part in parts for cell in part.grid.cells().values()), file.name, Where(),
        delimiter=delimiter(file.head), absorbance=True,
    )  # fmt: skip
    maps, torn = plate_maps(file.name, rows[end:])
    made = [_measured(file.name, part, used, rows[end:], maps) for part in reads]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=version or None,
        file_kind="plate export",
        measurements=tuple(one for quantities, _ in made for one in quantities),
        issues=tuple(
            dict.fromkeys(
                [
                    *_protocol(rows, end),
                    *_astray(rows, end, parts),
                    *_unmapped(reads, maps),
                    *lost,
                    *torn,
                    *(i for _, issues in made for i in issues),
                ]
            )
        ),
        unread=tuple(dict.fromkeys([*(p.grid.title for p in parts if p.calculated), *unread_keys(rows[end:])])),
        status=STATUS,
    )


def _protocol(rows: Sequence[Row], end: int) -> tuple[Issue, ...]:
    """A warning when the description of the assay is not there: wavelengths, plate map and protocol stand in it.

    One, too, when parts of it stand above its beginning, where a plate map would be taken for results.
    """
    above = next((row[0] for row in rows[:end] if row[0].text in _DESCRIPTION), None)
    if end < len(rows) and above is not None:
        shown, expected = f"'{above.text}' among the results", "all of the description of the assay below its heading"
        return (problem("warning", "PROTOCOL_MISSING", Where(line=above.line), shown, expected),)
    if end < len(rows):
        return ()
    where, shown = Where(line=len(rows)), "no section 'Basic assay information'"
    return (problem("warning", "PROTOCOL_MISSING", where, shown, "the description of the assay behind the results"),)


def _astray(rows: Sequence[Row], end: int, parts: Sequence[Part]) -> tuple[Issue, ...]:
    """A warning for a plate without grid, and for results behind the beginning of the description of the assay."""
    tops = [row[0] for row in rows[:end] if row[0].text == PLATE]
    bounds = pairwise([*tops, Cell("", rows[-1][0].line + 1)])
    grids = [part.grid.where.line or 0 for part in parts]
    odd = [top for top, following in bounds if not any(top.line < line < following.line for line in grids)]
    odd += [row[0] for row in rows[end:] if row[0].text == PLATE or _RESULTS.fullmatch(row[0].text)]
    if not odd:
        return ()
    shown, expected = f"'{odd[0].text}' and no values", "the grids of each plate, above the description of the assay"
    return (problem("warning", "GRID_MISSING", Where(line=odd[0].line), shown, expected),)


def _unmapped(reads: Sequence[Part], maps: Mapping[str, Mapping[str, Content]]) -> tuple[Issue, ...]:
    """A warning for a plate without a map beside the map of a plate that was not read: one of the names is damaged."""
    plates = {part.text("Plate") or "": part for part in reads}
    bare, odd = [name for name in plates if name not in maps], [name for name in maps if name not in plates]
    if not (bare and odd):
        return ()
    where, expected = plates[bare[0]].grid.where, f"plate '{odd[0]}', which the plate map is of"
    return (problem("warning", "LAYOUT_PLATE", where, f"plate '{bare[0]}' without a plate map", expected),)


def _measured(
    source: str, part: Part, used: Marks, protocol: Sequence[Row], maps: Mapping[str, Mapping[str, Content]]
) -> tuple[list[Quantity], list[Issue]]:
    match = _RESULTS.fullmatch(part.grid.title)
    label = part.text("Label") or (match["label"] if match is not None else part.grid.title)
    channel = int(match["channel"] or 0) if match is not None else 0
    mode, wavelengths = _beam(source, part, filters_of(protocol, label), channel)
    values = wells(part.grid.title, part.grid.cells(), source, used)
    plate = part.text("Plate")
    cell = part.plate.get("Measurement date")
    at, doubts = acquired(part.text("Measurement date"), cell.where("Measurement date") if cell else Where())
    degrees, issues = _temperature(part, used)
    keys = keys_of(protocol)
    said: dict[str, Scalar] = {
        "plate": plate,
        "barcode": part.text("Barcode"),
        "repeat": part.text("Repeat"),
        "read": part.grid.title or label,
        **wavelengths,
        "temperature_degC": degrees,
        "serial_number": keys.get("Serial#"),
    }
    method = keys.get("Protocol Name")
    made = read_quantities(values, mode, said, maps.get(plate or "", {}), method=method, acquired_at=at)
    return made, [*doubts, *values.issues, *issues]


def _beam(source: str, part: Part, filters: Mapping[str, float], channel: int) -> tuple[str, dict[str, Scalar]]:
    """What was read and at which wavelengths, by the path of light that the plate information states.

    Light that goes in and is seen without emission filter is absorbance, with one it is fluorescence; a detector of
    absorbance or luminescence says so itself.

    Raises:
        InputError: ``MODE_UNKNOWN``.
    """
    text = part.text("Measinfo") or ""
    match = _BEAM.fullmatch(text)
    if match is None:
        cell = part.plate.get("Measinfo", Cell("", 0))
        raise refusal(source, "MODE_UNKNOWN", cell.where("Measinfo"), f"'{text}'", "De=… Ex=… Em=… Wdw=…")
    lit, filtered = match["excitation"] != "N/A", match["emission"] != "N/A"
    if match["detector"] == "Abs" or (lit and not filtered):
        own = _NM.search(match["emission"])
        centre = float(own[1]) if own is not None else filters.get("Exc. filter")
        return "absorbance", {"wavelength_nm": centre}
    if not lit:
        return "luminescence", {"emission_nm": filters.get("Ems. filter")}
    second = "2nd ems. filter" if channel == 2 or match["detector"] == "2nd" else "Ems. filter"
    return "fluorescence", {"excitation_nm": filters.get("Exc. filter"), "emission_nm": filters.get(second)}


def _temperature(part: Part, used: Marks) -> tuple[float | None, tuple[Issue, ...]]:
    """The chamber's temperature at the start, with a warning when it is no number."""
    heading = next((name for name in _TEMPERATURES if part.text(name)), _TEMPERATURES[0])
    text = part.text(heading)
    found = used.parse(text) if text else None
    if text is None or found is not None:
        return found, ()
    where = part.plate[heading].where(heading)
    return None, (problem("warning", "NOT_A_NUMBER", where, f"'{text}'", "a temperature"),)
