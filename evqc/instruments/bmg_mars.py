"""BMG LABTECH MARS csv exports: header lines, and raw data of a plate by wavelength or filter, as grids or a list."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._bmg import (
    CORRECTED,
    DILUTIONS,
    LAYOUT,
    RAW,
    STANDARDS,
    contents,
    keys,
    layout_issues,
    mode,
    optics,
    titled,
    value,
)
from evqc.instruments._cell import Cell
from evqc.instruments._dates import acquired
from evqc.instruments._plate_wells import Wells, minus_blank, read_quantities, wells
from evqc.instruments._plates import Grid, grid, heads_grid, lettered, plate_marks, separated, stray, untitled, well
from evqc.instruments._rows import delimiter, ends_open, filled
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._marks import Marks
    from evqc.instruments._plate_wells import Content
    from evqc.measurement import Quantity

NAME = "bmg_mars"
TITLE = "BMG LABTECH MARS"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv export of a plate as grids: raw data of absorbance, fluorescence or luminescence, layout where it is exported",
    "the same as a list with a well a row",
)
MENTIONS = "test run no.:"
_BEGINS = re.compile(r'"?User:[^\r\n]*Test run no\.:')
#: Titles of the grids that say what is in the wells, and of all that are read.
_OF_CONTENT = (LAYOUT, STANDARDS, DILUTIONS)
_TITLES = (RAW, CORRECTED, *_OF_CONTENT)
_SERIES = re.compile(r"Time|Wavelength", re.IGNORECASE)
#: How the headings of a list begin.
_WELL = ("Well", "Well Row")
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
    top = next((place for place, row in enumerate(lines) if heads_grid(row) or _heads_list(row)), len(lines))
    head, method = keys(lines[:top]), mode(lines[:top], file.name)
    used = plate_marks(
        (cell.text for one in grids for cell in one.cells().values()), file.name, Where(line=top + 1),
        delimiter=delimiter(file.head), absorbance=method == "absorbance",
    )  # fmt: skip
    day = " ".join(filter(None, (value(head, "Date"), value(head, "Time")))) or None
    at, doubts = acquired(day, head["Date"].where("Date") if "Date" in head else Where())
    measured, issues, unread = _measured(file.name, grids, method, used, head, at)
    if not measured:
        shown = lost[0].found if lost else f"{len(grids)} grids, none of raw data"
        raise refusal(file.name, "NO_READS", Where(), shown, "a grid or column 'Raw Data (…)' of an endpoint read")
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="plate export",
        measurements=tuple(sorted(measured, key=lambda one: one.where.line or 0)),
        issues=(*doubts, *lost, *issues),
        unread=(*(key for key, cell in head.items() if key not in _USED and RAW.match(cell.text) is None), *unread),
        status=STATUS,
    )


def _grids(source: str, lines: Sequence[Row]) -> tuple[list[Grid], tuple[Issue, ...]]:
    """The grids of the file, titled by the last filled line above each, and what should be known of them."""
    found: list[Grid] = []
    passed: list[Row] = []
    issues: list[Issue] = []
    above: Row = ()
    place = 0
    while place < len(lines):
        if _heads_list(lines[place]):
            columns, noted, place = _list(source, lines, place)
            found, above = [*found, *columns], ()
            issues += noted
        elif heads_grid(lines[place]):
            found.append(grid(source, lines, place, titled(above[0].text) if above else ""))
            place, above = found[-1].end, ()
        else:
            if filled(lines[place]):
                issues += _without_grid(above)
                above = lines[place]
            passed.append(lines[place])
            place += 1
    return found, (
        *issues,
        *untitled(found),
        *(issue for one in found for issue in one.issues),
        *(stray(passed) or lettered(passed)),
    )


def _without_grid(above: Row) -> tuple[Issue, ...]:
    """A warning for the title of a grid below which stands another line: the grid has another title now."""
    if not above or not any(known.fullmatch(titled(above[0].text)) for known in _TITLES):
        return ()
    expected = "a grid below its title; what stands between them is taken for its title"
    return (problem("warning", "TITLE_ALONE", above[0].where("title"), f"'{above[0].text}'", expected),)


def _heads_list(row: Row) -> bool:
    """Whether a row is the heading of a list: the well, or its row and column, and what is in it."""
    return row[0].text in _WELL and any(cell.text == "Content" for cell in row)


def _list(source: str, lines: Sequence[Row], top: int) -> tuple[list[Grid], tuple[Issue, ...], int]:
    """The columns of a list as grids, what should be known of them, and the place behind the list.

    A list of times or wavelengths below the headings is a kinetic read or a spectrum, which is not read.

    Raises:
        InputError: ``ROWS_ABOVE_HEADINGS``, ``LIST_UNEVEN`` for a row with other cells than the first, ``WELL_TWICE``,
            ``HEADING_EMPTY``, ``HEADING_TWICE``.
    """
    above = lines[top - 1] if top else ()
    if above and well(above[0].text) is not None:
        where, expected = above[0].where("Well"), "headings above all wells of a list"
        raise refusal(source, "ROWS_ABOVE_HEADINGS", where, f"well {above[0].text}", expected)
    heading, end = lines[top], next((n for n in range(top, len(lines)) if not filled(lines[n])), len(lines))
    below = takewhile(lambda row: row[0].text not in _WELL, lines[end:])
    apart = next((row[0] for row in below if well(row[0].text) is not None), None)
    if apart is not None:
        where, expected = apart.where("Well"), "all wells of a list right below its headings"
        raise refusal(source, "LIST_UNEVEN", where, f"well {apart.text} behind a blank line", expected)
    if any(_SERIES.match(cell.text) for row in lines[top + 1 : top + 2] for cell in row):
        expected = "one value a well; a spectrum or kinetic list is not read"
        shown = " ".join(cell.text for cell in lines[top + 1] if _SERIES.match(cell.text))
        return [], (problem("warning", "READ_NOT_READ", heading[0].where("Well"), f"a list by {shown}", expected),), end
    wells_of = {str(_well(source, row, heading)): row for row in lines[top + 1 : end]}
    _refuse_uneven(source, lines[top:end], wells_of)
    places = [place for place, cell in enumerate(heading) if cell.text and cell.text not in {*_WELL, "Well Col"}]
    order = sorted(places, key=lambda place: heading[place].text != "Content")
    return [_column(source, heading[place], place, wells_of, end) for place in order], (), end


def _well(source: str, row: Row, heading: Row) -> str:
    """The well of a row of a list. Raises InputError ``WELL_UNKNOWN``."""
    text = "".join(cell.text for cell in row[: 2 if heading[0].text == "Well Row" else 1])
    found = well(text)
    if found is None:
        raise refusal(source, "WELL_UNKNOWN", row[0].where("Well"), f"'{text}'", "a well such as A01")
    return found


def _refuse_uneven(source: str, rows: Sequence[Row], wells_of: Mapping[str, Row]) -> None:
    heading, body = rows[0], rows[1:]
    odd = next((row for row in body if len(row) != len(body[0])), None)
    if odd is not None:
        raise refusal(
            source, "LIST_UNEVEN", odd[0].where("Well"), f"{len(odd)} cells", f"{len(body[0])} cells in each row"
        )
    bare = next(
        (cell for row in body for head, cell in zip(heading, row, strict=False) if cell.text and not head.text), None
    )
    if bare is not None:
        where, expected = bare.where("heading"), "a heading above each column"
        raise refusal(source, "HEADING_EMPTY", where, f"'{bare.text}' below no heading", expected)
    if len(wells_of) != len(body):
        raise refusal(source, "WELL_TWICE", heading[0].where("Well"), "a well in two rows", "each well once")
    names = [titled(cell.text) for cell in heading if cell.text]
    if len(set(names)) != len(names):
        raise refusal(source, "HEADING_TWICE", heading[0].where("Well"), f"headings {names}", "each heading once")


def _column(source: str, heading: Cell, place: int, rows: Mapping[str, Row], end: int) -> Grid:
    empty = Cell("", heading.line)
    cells = {name: row[place] if place < len(row) else empty for name, row in rows.items()}
    title = titled(heading.text)
    return Grid(source=source, title=title, where=heading.where(title), lines=(("", "", cells),), end=end)


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
    issues += layout_issues(layout, parts, source, used)
    unread = [title for title in parts if not layout or not _says_content(title)]
    return quantities, issues, unread


def _says_content(title: str) -> bool:
    return any(known.fullmatch(title) for known in _OF_CONTENT)


def _identity(head: Mapping[str, Cell]) -> dict[str, str | None]:
    names = {"Test run no.": "test_run", "ID1": "id1", "ID2": "id2", "ID3": "id3"}
    return {name: value(head, key) for key, name in names.items()}
