"""PerkinElmer EnVision csv exports in plate format: one or several plates, repeats and channels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._cell import Cell
from evqc.instruments._dates import acquired
from evqc.instruments._plate_wells import Content, read_quantities, wells
from evqc.instruments._plates import LETTERS, ROWS_OF, Grid, grid, heads_grid, lettered, plate_marks, separated, stray
from evqc.instruments._rows import delimiter, filled
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._marks import Marks
    from evqc.measurement import Quantity, Scalar

NAME = "envision"
TITLE = "PerkinElmer EnVision"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv export in plate format: absorbance, fluorescence and luminescence, any number of plates and channels",)
MENTIONS = "plate information"
#: Headings of the parts of the description of the assay.
_DESCRIPTION = {"Protocol:", "Plate type:", "Platemap:", "Operations:", "Labels:", "Filters:", "Instrument:"}
_PLATE = "Plate information"
_LAST = re.compile(r"Exported with EnVision Workstation version\s*(\S*)")
_RESULTS = re.compile(r"Results for (?P<label>.+?)(?:\s+-\s+channel\s+(?P<channel>\d+).*)?")
_CALCULATED = re.compile(r"Calculated results:?.*")
_BEAM = re.compile(r"De=(?P<detector>.*?)\s+Ex=(?P<excitation>.*?)\s+Em=(?P<emission>.*?)\s+Wdw=.*")
_NM = re.compile(r"(\d+(?:\.\d+)?)\s*nm")
_CENTRE = re.compile(r"CWL=(\d+(?:\.\d+)?)nm")
#: What a line of values without letter may begin with: a number, its bound, or a word for none.
_VALUE = re.compile(r"[-+<>*.,]*\d|OVER|N/A|-$")
_QUOTED = re.compile(r'^="?(.*?)"?$')
_REPEAT = re.compile(r"\(\d+\)$")
_FORMULA = "Formula"
#: Letters that a plate map begins its wells with, by what they mean, where no legend below the map says it.
_ROLES = {"B": "blank", "C": "control", "S": "standard", "ST": "standard", "UN": "sample", "U": "sample"}
_ROLES |= {"STD": "standard", "UNK": "sample", "BLK": "blank", "CTL": "control"}
_MAPPED = re.compile(r"([A-Z]+)\d*", re.IGNORECASE)
#: A line of the legend: ``UNK - Unknown``.
_LEGEND = re.compile(r"([A-Za-z]+)\s+-\s+(\S.*)")
_MEANINGS = {"standard": "standard", "calibrator": "standard", "blank": "blank", "control": "control"}
_MEANINGS |= {"unknown": "sample", "sample": "sample"}
#: The temperature of the plate, by the names of several software versions.
_TEMPERATURES = ("Chamber temperature at start", "Inside temperature at start")


def recognises(file: ExportFile) -> bool:
    """Whether the text begins with EnVision's table ``Plate information``."""
    lines = [line for line in file.head_lines[:3] if line.strip(" ,;\t")]
    return (
        not file.is_workbook
        and len(lines) > 1
        and lines[0].strip(" ,;\t") == _PLATE
        and "Barcode" in lines[1]
        and "Measured height" in lines[1]
    )


@dataclass(frozen=True, kw_only=True)
class Part:
    """A grid with the line of its plate information.

    Attributes:
        plate: heading and cell of each column of the plate information.
        grid: the values.
        calculated: the values were computed by a formula.
    """

    plate: Mapping[str, Cell]
    grid: Grid
    calculated: bool

    def text(self, heading: str) -> str | None:
        """A cell of the plate information; None when it is empty or ``N/A``."""
        cell = self.plate.get(heading)
        text = _QUOTED.sub(r"\1", cell.text).strip('"') if cell is not None else ""
        return None if text in {"", "N/A"} else text


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
    parts, lost = _parts(file.name, rows[:end], _shape(rows[end:]))
    reads = [part for part in parts if not part.calculated]
    if not reads:
        raise refusal(file.name, "NO_READS", Where(), f"{len(parts)} grids", "a grid 'Results for …'")
    used = plate_marks(
        (cell.text for part in parts for cell in part.grid.cells().values()), file.name, Where(),
        delimiter=delimiter(file.head), absorbance=True,
    )  # fmt: skip
    maps, torn = _maps(file.name, rows[end:])
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
        unread=tuple(dict.fromkeys([*(p.grid.title for p in parts if p.calculated), *_unread(rows[end:])])),
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
    tops = [row[0] for row in rows[:end] if row[0].text == _PLATE]
    bounds = pairwise([*tops, Cell("", rows[-1][0].line + 1)])
    grids = [part.grid.where.line or 0 for part in parts]
    odd = [top for top, following in bounds if not any(top.line < line < following.line for line in grids)]
    odd += [row[0] for row in rows[end:] if row[0].text == _PLATE or _RESULTS.fullmatch(row[0].text)]
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


def _keys(rows: Sequence[Row]) -> dict[str, str]:
    """Keys and values, the first of each; a value stands some cells behind its key."""
    found: dict[str, str] = {}
    for row in rows:
        values = [cell.text for cell in row[1:] if cell.text]
        if row[0].text and len(values) == 1:
            found.setdefault(row[0].text.rstrip(": "), _QUOTED.sub(r"\1", values[0]))
    return found


def _described(rows: Sequence[Row], section: str) -> dict[str, dict[str, str]]:
    """Keys and values of each label or filter: a paragraph of the section, which begins with its name."""
    start = next((place for place, row in enumerate(rows) if row[0].text == section), len(rows))
    found: dict[str, dict[str, str]] = {}
    place = start + 1
    while place < len(rows) and not (rows[place][0].text.endswith(":") and not filled(rows[place][1:])):
        end = _behind(rows, place)
        if end > place:
            found[rows[place][0].text] = _keys(rows[place:end])
        place = max(end, place + 1)
    return found


def _shape(rows: Sequence[Row]) -> tuple[int, int]:
    """Rows and columns of the plate as the protocol states them; zeros when it does not."""
    keys = _keys(rows)
    stated = [keys.get(name, "0") for name in ("Number of rows", "Number of columns")]
    return tuple(int(text) if text.isdigit() else 0 for text in stated)  # type: ignore[return-value]  # two texts, two numbers


def _parts(source: str, rows: Sequence[Row], shape: tuple[int, int]) -> tuple[list[Part], tuple[Issue, ...]]:
    """The grids in order, and what should be known of them."""
    found: list[Part] = []
    passed: list[Row] = []
    plate: dict[str, Cell] = {}
    title, place = "", 0
    while place < len(rows):
        row = rows[place]
        if row[0].text == _PLATE and place + 2 < len(rows):
            plate = {h.text: c for h, c in zip(rows[place + 1], rows[place + 2], strict=False) if h.text}
            title, place = "", place + 3
        elif row[0].text == "Background information":
            behind = _behind(rows, place)
            passed += [row for row in rows[place + 2 : behind] if not _is_background(row, rows[place + 1])]
            place = behind
        elif heads_grid(row) or (plate and (end := _bare_end(rows, place, shape)) > place):
            one = grid(source, rows, place, title) if heads_grid(row) else _bare(source, rows, place, end, shape, plate)
            found.append(Part(plate=plate, grid=one, calculated=_is_calculated(title, plate)))
            place, title = one.end, ""
        else:
            title = row[0].text if filled(row) else title
            passed.append(row)
            place += 1
    return found, (*(issue for part in found for issue in part.grid.issues), *stray(passed))


def _is_background(row: Row, heading: Row) -> bool:
    """Whether a row is one of the background of a plate: its number first, and the cells of the headings."""
    return row[0].text.isdigit() and len(row) == len(heading)


def _behind(rows: Sequence[Row], place: int) -> int:
    while place < len(rows) and filled(rows[place]):
        place += 1
    return place


def _is_calculated(title: str, plate: Mapping[str, Cell]) -> bool:
    return _CALCULATED.fullmatch(title) is not None or (not title and _FORMULA in plate)


def _is_bare(row: Row, shape: tuple[int, int]) -> bool:
    """Whether a row holds a plate's values without letter, one for each column and an empty cell behind them.

    Wells that were not read are empty, sometimes a whole row of them.
    """
    width, columns = len(row), shape[1]
    whole = width == columns or (width == columns + 1 and not row[-1].text)
    return columns > 1 and whole and (not row[0].text or _VALUE.match(row[0].text) is not None) and not heads_grid(row)


def _bare_end(rows: Sequence[Row], place: int, shape: tuple[int, int]) -> int:
    """The place behind the rows without letter that begin at a place; the place itself where no value is in them."""
    end = next((n for n in range(place, len(rows)) if not _is_bare(rows[n], shape)), len(rows))
    return end if any(filled(row) for row in rows[place:end]) else place


def _bare(
    source: str, rows: Sequence[Row], begin: int, end: int, shape: tuple[int, int], plate: Mapping[str, Cell]
) -> Grid:
    """A grid without headings, whose shape the protocol states.

    Rows of empty wells look like the blank lines around a plate after a spreadsheet program has filled these with
    commas. So either the rows from the first to the last value are as many as the plate has, or all rows are.

    Raises:
        InputError: ``GRID_COLUMNS`` for a row of another length beside it, ``TRUNCATED``.
    """
    values = [place for place in range(begin, end) if filled(rows[place])]
    spans = values[-1] + 1 - values[0] == shape[0]
    top, count = (values[0], shape[0]) if spans else (begin, end - begin)
    title = plate["Label"].text if "Label" in plate else plate[_FORMULA].text if _FORMULA in plate else ""
    where, expected = rows[values[0]][0].where(title), f"{shape[0]} rows of {shape[1]}, as the protocol states"
    uneven = next((rows[n] for n in values if len(rows[n]) != len(rows[values[0]])), None)
    if all(len(rows[n]) == shape[1] and not rows[n][-1].text for n in values):
        raise refusal(source, "GRID_COLUMNS", where, f"{shape[1] - 1} values and nothing behind them", expected)
    odd = uneven or next(
        (rows[n] for n in (begin, end) if 0 < n < len(rows) and filled(rows[n - 1]) and filled(rows[n])), None
    )
    if odd is not None:
        raise refusal(source, "GRID_COLUMNS", odd[0].where(title), f"a row of {len(odd)} cells beside it", expected)
    if count != shape[0] or ROWS_OF.get(shape[1]) != shape[0]:
        raise refusal(source, "TRUNCATED", where, f"{count} rows of values", expected)
    lines = tuple(
        (LETTERS[k], "", {f"{LETTERS[k]}{n + 1}": rows[top + k][n] for n in range(shape[1])}) for k in range(shape[0])
    )
    return Grid(source=source, title=title, where=where, lines=lines, end=end)


def _measured(
    source: str, part: Part, used: Marks, protocol: Sequence[Row], maps: Mapping[str, Mapping[str, Content]]
) -> tuple[list[Quantity], list[Issue]]:
    match = _RESULTS.fullmatch(part.grid.title)
    label = part.text("Label") or (match["label"] if match is not None else part.grid.title)
    channel = int(match["channel"] or 0) if match is not None else 0
    mode, wavelengths = _beam(source, part, _filters(protocol, label), channel)
    values = wells(part.grid.title, part.grid.cells(), source, used)
    plate = part.text("Plate")
    cell = part.plate.get("Measurement date")
    at, doubts = acquired(part.text("Measurement date"), cell.where("Measurement date") if cell else Where())
    degrees, issues = _temperature(part, used)
    keys = _keys(protocol)
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


def _filters(protocol: Sequence[Row], label: str) -> dict[str, float]:
    """The centre wavelengths of the filters of a label, as far as the protocol describes them."""
    described = _described(protocol, "Filters:")
    own = _described(protocol, "Labels:").get(_REPEAT.sub("", label), {})
    found = {use: _CENTRE.search(described.get(name, {}).get("Description", "")) for use, name in own.items()}
    return {use: float(match[1]) for use, match in found.items() if match is not None}


def _temperature(part: Part, used: Marks) -> tuple[float | None, tuple[Issue, ...]]:
    """The chamber's temperature at the start, with a warning when it is no number."""
    heading = next((name for name in _TEMPERATURES if part.text(name)), _TEMPERATURES[0])
    text = part.text(heading)
    found = used.parse(text) if text else None
    if text is None or found is not None:
        return found, ()
    where = part.plate[heading].where(heading)
    return None, (problem("warning", "NOT_A_NUMBER", where, f"'{text}'", "a temperature"),)


def _maps(source: str, rows: Sequence[Row]) -> tuple[dict[str, dict[str, Content]], tuple[Issue, ...]]:
    """What the plate maps put into the wells of each plate, ``-`` for undefined, and warnings for torn maps."""
    found: dict[str, dict[str, Content]] = {}
    issues: list[Issue] = []
    passed: list[Row] = []
    plate, place = "", 0
    while place < len(rows):
        row = rows[place]
        if row[0].text == "Plate":
            plate = next((cell.text for cell in row[1:] if cell.text), "")
        if heads_grid(row) and plate:
            one = grid(source, rows, place, "Platemap")
            roles = _legend(rows[one.end :])
            mapped = {w: _content(c.text, roles) for w, c in one.cells().items() if c.text not in {"", "-"}}
            found[plate] = found.get(plate, {}) | mapped  # a plate has a map for each of its groups
            issues += one.issues
            place = one.end
        else:
            passed.append(row)
            place += 1
    return found, (*issues, *lettered(passed))


def _legend(below: Sequence[Row]) -> dict[str, str]:
    """What the letters of a plate map mean, by the lines below it such as ``UNK - Unknown``."""
    lines = takewhile(lambda row: not heads_grid(row) and row[0].text != "Plate", below)
    said = [m for row in lines if (m := _LEGEND.fullmatch(row[0].text)) is not None]
    return _ROLES | {m[1]: _MEANINGS[m[2].casefold()] for m in said if m[2].casefold() in _MEANINGS}


def _content(text: str, roles: Mapping[str, str]) -> Content:
    match = _MAPPED.fullmatch(text)
    role = roles.get(match[1]) if match is not None else None
    return Content(role=role, group=text, sample=text if role == "sample" else None)


def _unread(rows: Sequence[Row]) -> list[str]:
    used = {
        "Serial#",
        "Protocol Name",
        "Number of rows",
        "Number of columns",
        "Exc. filter",
        "Ems. filter",
        "2nd ems. filter",
    }
    return [key for key in _keys(rows) if key not in used and len(key) < 60]
