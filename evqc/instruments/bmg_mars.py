"""BMG LABTECH MARS csv exports: header lines, and raw data of a plate for each wavelength or filter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._bmg import CORRECTED, RAW, contents, keys, mode, optics, titled, value
from evqc.instruments._dates import acquired
from evqc.instruments._plate_wells import Wells, minus_blank, read_quantities, wells
from evqc.instruments._plates import grid, heads_grid, plate_marks, separated, stray, untitled
from evqc.instruments._rows import delimiter, ends_open, filled
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._marks import Marks
    from evqc.instruments._plate_wells import Content
    from evqc.instruments._plates import Grid
    from evqc.measurement import Quantity

NAME = "bmg_mars"
TITLE = "BMG LABTECH MARS"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv export of a plate: raw data of absorbance, fluorescence or luminescence, layout where it is exported",)
_BEGINS = re.compile(r'"?User:[^\r\n]*Test run no\.:')
_USED = {"Test name", "Test run no.", "Date", "Time", "ID1", "ID2", "ID3"}


def recognises(file: ExportFile) -> bool:
    """Whether the text begins with MARS's line of user, path and number of the test run."""
    return not file.is_workbook and _BEGINS.match(file.head.lstrip()) is not None


def read(file: ExportFile) -> Reading:
    """The wells of every grid of raw data.

    Raises:
        InputError: ``TRUNCATED``, ``MODE_MISSING``, ``NO_READS``, and what the grids raise.
    """
    lines = separated(file)
    if ends_open(file):
        raise refusal(file.name, "TRUNCATED", Where(line=len(lines)), "a last line without line end", "a whole export")
    grids, lost = _grids(file.name, lines)
    top = next((place for place, row in enumerate(lines) if heads_grid(row)), len(lines))
    head, method = keys(lines[:top]), mode(lines[:top], file.name)
    used = plate_marks(
        (cell.text for one in grids for cell in one.cells().values()), file.name, Where(line=top + 1),
        delimiter=delimiter(file.head), absorbance=method == "absorbance",
    )  # fmt: skip
    day = " ".join(filter(None, (value(head, "Date"), value(head, "Time")))) or None
    at, doubts = acquired(day, head["Date"].where("Date") if "Date" in head else Where())
    measured, issues, unread = _measured(file.name, grids, method, used, head, at)
    if not measured:
        raise refusal(file.name, "NO_READS", Where(), f"{len(grids)} grids, none of raw data", "a grid 'Raw Data (…)'")
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="plate export",
        measurements=tuple(measured),
        issues=(*doubts, *lost, *issues),
        unread=(*(key for key in head if key not in _USED), *unread),
        status=STATUS,
    )


def _grids(source: str, lines: Sequence[Row]) -> tuple[list[Grid], tuple[Issue, ...]]:
    """The grids of the file, titled by the last filled line above each, and what should be known of them."""
    found: list[Grid] = []
    passed: list[Row] = []
    place, title = 0, ""
    while place < len(lines):
        if heads_grid(lines[place]):
            found.append(grid(source, lines, place, title))
            place, title = found[-1].end, ""
        else:
            title = titled(lines[place][0].text) if filled(lines[place]) else title
            passed.append(lines[place])
            place += 1
    return found, (*untitled(found), *(issue for one in found for issue in one.issues), *stray(passed))


def _measured(
    source: str, grids: Sequence[Grid], method: str, used: Marks, head: Mapping[str, Cell], at: str | None
) -> tuple[list[Quantity], list[Issue], list[str]]:
    """Quantities, issues and titles of what is not read, in the order of the file.

    A layout counts for the grids below it, so that a file cut behind a grid gives the same numbers for it.
    """
    parts: dict[str, dict[str, Cell]] = {}
    layout: dict[str, Content] = {}
    raw: dict[str, Wells] = {}
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    for one in grids:
        match = RAW.fullmatch(one.title)
        corrected = CORRECTED.fullmatch(one.title)
        if match is not None:
            raw[one.title] = wells(one.title, one.cells(), source, used)
            issues += raw[one.title].issues
            said = {"read": one.title, **optics(match["optics"], method), **_identity(head)}
            name = value(head, "Test name")
            quantities += read_quantities(raw[one.title], method, said, layout, method=name, acquired_at=at)
        elif corrected is not None and corrected["raw"] in raw:
            issues += minus_blank(wells(one.title, one.cells(), source, used), raw[corrected["raw"]], layout)
        else:
            parts[one.title] = one.cells()
            layout = contents(parts, source, used)
    unread = [title for title in parts if not layout]
    return quantities, issues, unread


def _identity(head: Mapping[str, Cell]) -> dict[str, str | None]:
    names = {"Test run no.": "test_run", "ID1": "id1", "ID2": "id2", "ID3": "id3"}
    return {name: value(head, key) for key, name in names.items()}
