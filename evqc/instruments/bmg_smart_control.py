"""BMG LABTECH SMART Control workbooks: the plate as grids and once more as a table, and the protocol."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._bmg import CORRECTED, RAW, contents, keys, layout_issues, mode, optics, titled, value
from evqc.instruments._dates import acquired
from evqc.instruments._marks import Marks
from evqc.instruments._plate_wells import blank_disagrees, minus_blank, read_quantities, wells
from evqc.instruments._plates import grid, heads_grid, untitled, well
from evqc.instruments._printed import disagreement
from evqc.instruments._rows import filled
from evqc.instruments._workbook import every_sheet
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue
    from evqc.instruments._amounts import Amount
    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._plate_wells import Content, Wells
    from evqc.measurement import Quantity, Scalar

NAME = "bmg_smart_control"
TITLE = "BMG LABTECH SMART Control"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("xlsx export of an endpoint read: sheets with the plate as grids, as a table, and the protocol",)
MENTIONS = "test name:"
_USED = {"Test ID", "Test Name", "Date", "Time", "ID1", "ID2", "ID3", "Microplate name", "Plate"}
_BLANK = re.compile(r"Blank\s+([\d.,E+-]+)")

Parts = dict[str, dict[str, "Cell"]]


def recognises(file: ExportFile) -> bool:
    """Whether a sheet of the workbook begins with SMART Control's lines ``Test ID:`` and ``Test Name:``."""
    return any(_begins(rows) for rows in file.sheets.values())


def _begins(rows: Sequence[Sequence[str]]) -> bool:
    first = [row[0] for row in rows[:12] if row]
    return all(any(text.startswith(key) for text in first) for key in ("User:", "Test ID:", "Test Name:"))


def read(file: ExportFile) -> Reading:
    """The wells of every grid of raw data, each compared with the table of the same workbook.

    Raises:
        InputError: ``MODE_MISSING``, ``NO_READS``, and what workbook and grids raise.
    """
    sheets = every_sheet(file)
    grids = [_parts(file.name, rows) for rows in sheets]
    parts = [found for found, _ in grids]
    main = next((p for p in parts if any(RAW.fullmatch(title) for title in p)), None)
    if main is None:
        raise refusal(file.name, "NO_READS", Where(), "no raw data on any sheet", "a grid or row 'Raw Data (…)'")
    head = keys(row for rows in sheets for row in rows)
    method = mode((row for rows in sheets for row in rows), file.name)
    layout = contents(main, file.name, Marks())
    day = " ".join(filter(None, (value(head, "Date"), value(head, "Time")))) or None
    at, doubts = acquired(day, head["Date"].where("Date") if "Date" in head else Where())
    measured, issues = _measured(file.name, main, layout, method, head, at)
    others = [other for other in parts if other is not main]
    again = [issue for other in others for issue in _compared(file.name, main, other)]
    again += [issue for other in others for issue in _other_layout(file.name, layout, other)]
    plain = Marks()
    again += [i for one in parts for i in layout_issues(contents(one, file.name, plain), one, file.name, plain)]
    blanks = _printed_blanks(file.name, sheets, main, layout)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="plate export",
        measurements=tuple(measured),
        issues=(*doubts, *(issue for _, noted in grids for issue in noted), *issues, *again, *blanks),
        unread=tuple(dict.fromkeys(_unread(sheets, head))),
        status=STATUS,
    )


def _parts(source: str, rows: Sequence[Row]) -> tuple[Parts, tuple[Issue, ...]]:
    """Grids of a sheet, or the rows of its table of wells, by title, and what should be known of them."""
    found: Parts = {}
    issues: list[Issue] = []
    place, title = 0, ""
    while place < len(rows):
        row = rows[place]
        if heads_grid(row):
            one = grid(source, rows, place, title)
            found[title], place, title = one.cells(), one.end, ""
            issues += [*one.issues, *untitled([one])]
            continue
        if row[0].text == "Well" and len(row) > 1 and well(row[1].text):
            return _table(rows[place:]), ()
        title = titled(next((cell.text for cell in row if cell.text), title))
        place += 1
    return found, tuple(issues)


def _table(rows: Sequence[Row]) -> Parts:
    """A table with a well a column and a title at the beginning of each row."""
    names = {place: name for place, cell in enumerate(rows[0]) if (name := well(cell.text)) is not None}
    titles = [row for row in rows[1:] if row[0].text]
    return {titled(row[0].text): {name: row[place] for place, name in names.items()} for row in titles}


def _measured(
    source: str, main: Parts, layout: Mapping[str, Content], method: str, head: Mapping[str, Cell], at: str | None
) -> tuple[list[Quantity], list[Issue]]:
    raw: dict[str, Wells] = {}
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    for title, cells in main.items():
        match, corrected = RAW.fullmatch(title), CORRECTED.fullmatch(title)
        if match is not None:
            raw[title] = wells(title, cells, source)
            issues += raw[title].issues
            said: dict[str, Scalar] = {"read": title, **optics(match["optics"], method), **_identity(head)}
            name = value(head, "Test Name")
            quantities += read_quantities(raw[title], method, said, layout, method=name, acquired_at=at)
        elif corrected is not None and corrected["raw"] in raw:
            issues += minus_blank(wells(title, cells, source), raw[corrected["raw"]], layout)
    return quantities, issues


def _identity(head: Mapping[str, Cell]) -> dict[str, str | None]:
    names = {"Test ID": "test_id", "ID1": "id1", "ID2": "id2", "ID3": "id3", "Plate": "plate_type"}
    return {name: value(head, key) for key, name in names.items()}


def _compared(source: str, main: Parts, other: Parts) -> tuple[Issue, ...]:
    """Warnings where two sheets of the workbook hold different numbers, or numbers of different wells."""
    issues: list[Issue] = []
    for title in (t for t in main if t in other and (RAW.fullmatch(t) or CORRECTED.fullmatch(t))):
        one, two = wells(title, main[title], source), wells(title, other[title], source)
        names = [name for name in two.cells if name in one.cells]
        told, again = two.numbers(names), one.numbers(names)
        issues += disagreement(title, told, [again.value], two.place(names))
        lost = sorted(set(_filled(one.amounts)) ^ set(_filled(two.amounts)))
        if lost:
            where = next(iter(two.cells.values())).where(title)
            shown = f"well {lost[0]} on one sheet only; {len(lost)} such wells of '{title}'"
            issues.append(problem("warning", "PRINTED_DISAGREES", where, shown, "the same wells on every sheet"))
    return tuple(issues)


def _other_layout(source: str, layout: Mapping[str, Content], other: Parts) -> tuple[Issue, ...]:
    """A warning where another sheet says that something else is in a well that it lists."""
    again = contents(other, source, Marks())
    listed = {name: None for cells in other.values() for name in cells} if again else {}
    odd = next((name for name in listed if layout.get(name) != again.get(name)), None)
    if odd is None:
        return ()
    first, second = (of[odd].settings if odd in of else "nothing" for of in (layout, again))
    where, shown = Where(field="Layout"), f"{first} and {second} in well {odd}"
    return (problem("warning", "LAYOUT_DIFFERS", where, shown, "the same contents on every sheet"),)


def _filled(amounts: Mapping[str, Amount]) -> list[str]:
    return [name for name, amount in amounts.items() if amount.reason != "empty"]


def _printed_blanks(
    source: str, sheets: Sequence[Sequence[Row]], main: Parts, layout: Mapping[str, Content]
) -> tuple[Issue, ...]:
    """A warning when the mean of the blanks that a workbook prints is not that of its blank wells."""
    found = [(m[1], cell) for rows in sheets for row in rows for cell in row if (m := _BLANK.fullmatch(cell.text))]
    raw = [title for title in main if RAW.fullmatch(title)]
    told = Marks().parse(found[0][0]) if len(found) == len(raw) == 1 else None
    if told is None:
        return ()
    return blank_disagrees(told, found[0][1].where("Blank"), wells(raw[0], main[raw[0]], source), layout)


def _unread(sheets: Sequence[Sequence[Row]], head: Mapping[str, Cell]) -> list[str]:
    """Keys of header and protocol that no measurement uses."""
    keys_of_header = [key for key in head if key not in _USED]
    protocol = [
        row[0].text.rstrip(":") for rows in sheets for row in rows if filled(row[1:2]) and row[0].text.endswith(":")
    ]
    return [key for key in (*keys_of_header, *protocol) if key not in _USED]
