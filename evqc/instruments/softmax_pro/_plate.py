"""A plate of a SoftMax Pro export: its header, and its values in plate or time format, raw and reduced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import InputError, Issue, problem, refusal
from evqc.instruments._cell import Cell, Row
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import parse, whole
from evqc.instruments._plates import LETTERS, ROWS_OF, plate_marks, well
from evqc.instruments._rows import filled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Where
    from evqc.instruments.softmax_pro._blocks import Block

_WELLS_TO_COLUMNS = {rows * columns: columns for columns, rows in ROWS_OF.items()}
#: Place of the number of rows, counted from the type of data.
_ROWS_PLACE = {"Absorbance": 14, "Fluorescence": 23, "Luminescence": 23}


@dataclass(frozen=True, kw_only=True)
class Header:
    """What the first line of a plate states.

    Attributes:
        name: of the plate.
        plate_format: the values stand as plates; otherwise a well is a column.
        kind: ``Endpoint``, ``Kinetic``, ``Spectrum``, ``Well Scan``.
        mode: ``absorbance``, ``fluorescence`` or ``luminescence``; empty for another.
        reads: number of reads of a well.
        interval_s: between the reads of a kinetic run; None when not stated.
        wavelengths_nm: of absorbance, or of emission; None for one that is no number.
        excitation_nm: of fluorescence.
        rows, columns: of the plate, and of the part that was read.
        first_row: of those that were read, from 0.
        narrow: cells of a row that holds the columns that were read and no others; 0 when a row has all columns.
    """

    name: str
    plate_format: bool
    kind: str
    mode: str
    reads: int
    interval_s: float | None
    wavelengths_nm: tuple[float | None, ...]
    excitation_nm: tuple[float | None, ...]
    rows: tuple[int, int]
    columns: tuple[int, int]
    first_row: int
    narrow: int = 0


def header(source: str, block: Block) -> Header:
    """The header of a plate block.

    Raises:
        InputError: ``PLATE_HEADER`` when it is shorter than its mode asks for, ``NOT_A_NUMBER``.
    """
    texts = [cell.text for cell in block.head]
    mode = texts[5] if len(texts) > 5 else ""
    base = 7 if mode == "Fluorescence" else 6
    last = base + _ROWS_PLACE.get(mode, 12)
    where = block.head[0].where("Plate:")
    if len(texts) <= last:
        raise refusal(
            source, "PLATE_HEADER", where, f"{len(texts)} cells", f"at least {last + 1} for {mode or 'a plate'}"
        )
    read_columns = whole(texts[base + 11] or "0", source, where)
    from_first = texts[base + 10] == "1" and len(_numbers(texts[base + 9])) < 2
    plate_columns = _WELLS_TO_COLUMNS.get(whole(texts[base + 12], source, where), 0)
    return Header(
        name=block.name,
        plate_format=texts[3] == "PlateFormat",
        kind=texts[4],
        mode=mode.casefold() if mode in _ROWS_PLACE else "",
        reads=whole(texts[base + 2] or "1", source, where),
        interval_s=parse(texts[base + 4]),
        wavelengths_nm=_numbers(texts[base + 9]) or (None,),
        excitation_nm=_numbers(texts[base + 13]) if mode == "Fluorescence" else (),
        rows=(ROWS_OF.get(plate_columns, 0), whole(texts[last] or "0", source, where)),
        columns=(plate_columns, read_columns),
        narrow=2 + read_columns if from_first and read_columns < plate_columns else 0,
        first_row=max(whole(texts[last - 1] or "1", source, where), 1) - 1,
    )


def _numbers(text: str) -> tuple[float | None, ...]:
    return tuple(parse(part) for part in text.split())


@dataclass(frozen=True, kw_only=True)
class Read:
    """All wells of a plate, read once.

    Attributes:
        time, temperature: cells beside it.
        wells: cells by well, for each wavelength.
    """

    time: Cell
    temperature: Cell
    wells: tuple[dict[str, Cell], ...]

    @property
    def cells(self) -> list[Cell]:
        """The cells of all wavelengths."""
        return [cell for wells in self.wells for cell in wells.values()]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Values below one heading row.

    Attributes:
        reduced: computed from the raw ones by the formula of the plate.
        reads: in the order of the file.
    """

    reduced: bool
    reads: tuple[Read, ...]


def tables(source: str, block: Block, head: Header) -> list[Table]:
    """The tables of a plate: raw values, reduced values, or both.

    Raises:
        InputError: ``PLATE_SHAPE`` when a table does not have the rows or columns that the header states, or a row not
            the cells of its heading.
    """
    found, place = [], 0
    while (place := _next_filled(block.rows, place)) < len(block.rows):
        row = block.rows[place]
        if not _is_heading(row, plate_format=head.plate_format):
            expected = "a heading row with columns 1, 2, … or wells A1, A2, …"
            raise refusal(source, "PLATE_SHAPE", row[0].where("Plate:"), _shown(row), expected)
        reads, place = _reads(source, block.rows, place, head)
        _refuse_unnamed(source, row, reads)
        found.append(Table(reduced=not row[1].text, reads=tuple(reads)))
    return found


def _refuse_unnamed(source: str, row: Row, reads: Sequence[Read]) -> None:
    """Raises InputError ``PLATE_SHAPE`` for temperatures below no heading: reduced values, without one, have none."""
    if not row[1].text and (cell := next((read.temperature for read in reads if read.temperature.text), None)):
        expected = "a heading above the temperature"
        raise refusal(source, "PLATE_SHAPE", cell.where("Plate:"), f"'{cell.text}' below no heading", expected)


def _shown(row: Row) -> str:
    return "\t".join(cell.text for cell in row[:6])


def _next_filled(rows: Sequence[Row], place: int) -> int:
    while place < len(rows) and not filled(rows[place]):
        place += 1
    return place


def _is_heading(row: Row, *, plate_format: bool) -> bool:
    first = ["1", "2", "3"] if plate_format else ["A1", "A2", "A3"]
    texts = [cell.text for cell in row[2:5]]
    return texts == first or (not plate_format and bool(texts) and all(well(text) for text in texts))


def _reads(source: str, rows: Sequence[Row], top: int, head: Header) -> tuple[list[Read], int]:
    """The reads below a heading row, and the place behind them."""
    take = _plate_read if head.plate_format else _time_reads
    parts: list[list[Read]] = []
    place = top + 1
    while (place := _next_filled(rows, place)) < len(rows):
        if _is_heading(rows[place], plate_format=head.plate_format):
            break
        part, place = take(source, rows, top, place, head)
        parts.append(part)
    return [_joined(source, part) for part in (parts if head.plate_format else zip(*parts, strict=False))], place


def _joined(source: str, parts: Sequence[Read]) -> Read:
    """One read of what was read at the same time at several wavelengths. Raises InputError ``TIME``."""
    odd = next((part.time for part in parts if part.time.text != parts[0].time.text), None)
    if odd is not None:
        raise refusal(source, "TIME", odd.where("Time"), odd.text, f"{parts[0].time.text}, as at the first wavelength")
    wells = tuple(cells for part in parts for cells in part.wells)
    return Read(time=parts[0].time, temperature=parts[0].temperature, wells=wells)


def _plate_read(source: str, rows: Sequence[Row], top: int, place: int, head: Header) -> tuple[list[Read], int]:
    """One read of a plate that stands as a plate, its wavelengths side by side."""
    height = next((n for n in head.rows if n and _is_read(rows, place, n)), 0)
    if not height:
        where, expected = rows[place][0].where("Plate:"), f"{head.rows[0]} rows and a blank one"
        raise refusal(source, "PLATE_SHAPE", where, f"'{_shown(rows[place])}' and what follows", expected)
    columns_of = _columns(rows[top])
    if any(len(columns) not in head.columns for columns in columns_of):
        where, shown = rows[top][0].where("Plate:"), f"{[len(columns) for columns in columns_of]} columns"
        raise refusal(source, "PLATE_SHAPE", where, shown, f"{head.columns[0]} columns for each wavelength")
    for row in rows[place : place + height]:
        _refuse_width(source, row, rows[top], head.narrow)
    first = 0 if height == head.rows[0] else head.first_row
    wells = tuple(
        {
            f"{LETTERS[first + k]}{n}": _at(rows[place + k], column)
            for k in range(height)
            for n, column in enumerate(columns, start=1)
        }
        for columns in columns_of
    )
    return [Read(time=rows[place][0], temperature=_at(rows[place], 1), wells=wells)], place + height


def _is_read(rows: Sequence[Row], place: int, height: int) -> bool:
    """Whether the next rows are one read: time and temperature at most in the first, and nothing right behind them."""
    inner = rows[place + 1 : place + height]
    behind = rows[place + height] if place + height < len(rows) else ()
    alone = all(not _at(row, 0).text and not _at(row, 1).text for row in inner)
    there = all(len(row) > 2 for row in rows[place : place + height])  # a row of empty wells still has its cells
    return len(inner) == height - 1 and alone and there and not filled(behind)


def _columns(heading: Row) -> list[list[int]]:
    """Places of columns 1, 2, … of each wavelength in the heading row."""
    found: list[list[int]] = []
    for place, cell in enumerate(heading):
        if place > 1 and cell.text == "1":
            found.append([])
        if found and cell.text == str(len(found[-1]) + 1):
            found[-1].append(place)
    return found


def _time_reads(source: str, rows: Sequence[Row], top: int, place: int, head: Header) -> tuple[list[Read], int]:
    """All reads of one wavelength where a well is a column."""
    places = {column: name for column, cell in enumerate(rows[top]) if (name := well(cell.text)) is not None}
    _refuse_disorder(source, rows[top], list(places.values()))
    odd = next((cell for n, cell in enumerate(rows[top]) if n > 1 and n not in places and cell.text), None)
    if odd is not None:
        raise refusal(source, "PLATE_SHAPE", odd.where("Plate:"), f"'{odd.text}' among the wells", "a well")
    found = []
    while place < len(rows) and filled(rows[place]) and not _is_heading(rows[place], plate_format=False):
        row = rows[place]
        _refuse_width(source, row, rows[top])
        _refuse_unheaded(source, row, places)
        wells = {name: _at(row, column) for column, name in places.items()}
        found.append(Read(time=row[0], temperature=_at(row, 1), wells=(wells,)))
        place += 1
    wanted = head.reads if head.kind == "Kinetic" and rows[top][1].text else 1
    if len(found) != wanted:
        where = rows[top][0].where("Plate:")
        raise refusal(source, "PLATE_SHAPE", where, f"{len(found)} reads of a wavelength", f"{wanted} reads")
    return found, place


def _refuse_width(source: str, row: Row, heading: Row, narrow: int = 0) -> None:
    """Refuse a row of more or fewer cells than its heading: the software writes all of them, empty ones too.

    Args:
        source: name of the file.
        row: below the heading.
        heading: of the table.
        narrow: cells of a row that holds the columns that were read and no others.
    """
    if len(row) not in {len(heading), narrow}:
        where = row[0].where("Plate:")
        raise refusal(source, "PLATE_SHAPE", where, f"{len(row)} cells", f"{len(heading)} cells, as in the heading")


def _refuse_unheaded(source: str, row: Row, places: Mapping[int, str]) -> None:
    """Refuse a value below a heading that is empty: the name of its well is lost."""
    bare = next((cell for n, cell in enumerate(row) if n > 1 and n not in places and cell.text), None)
    if bare is not None:
        raise refusal(source, "PLATE_SHAPE", bare.where("Plate:"), f"'{bare.text}' below no well", "a well above it")


def _refuse_disorder(source: str, heading: Row, names: Sequence[str]) -> None:
    """Refuse wells as columns that do not follow each other row by row."""
    order = [
        (LETTERS.index(name.rstrip("0123456789")), int(name.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))) for name in names
    ]
    odd = next((n for n in range(1, len(order)) if order[n] <= order[n - 1]), None)
    if odd is not None:
        where, shown = heading[0].where("Plate:"), f"{names[odd]} behind {names[odd - 1]}"
        raise refusal(source, "PLATE_SHAPE", where, shown, "wells in the order of the plate, each once")


def _at(row: Row, place: int) -> Cell:
    return row[place] if place < len(row) else Cell("", row[0].line if row else 0)


def unmixed(
    source: str, found: Sequence[Table], where: Where, *, delimiter: str | None, absorbance: bool
) -> tuple[list[Table], Marks, tuple[Issue, ...]]:
    """The tables, the marks of their numbers, and a warning when some are written with a point and some with a comma.

    A mixed plate is read only when every single number shows which of its marks is the decimal one; the commas of its
    decimals are points in the tables that come back.

    Args:
        source: name of the file.
        found: tables of one plate.
        where: of the plate.
        delimiter: what separates the cells.
        absorbance: the plate holds absorbances.

    Raises:
        InputError: as ``_plates.plate_marks``.
    """
    texts = [cell.text for table in found for read in table.reads for cell in (read.temperature, *read.cells)]
    try:
        return list(found), plate_marks(texts, source, where, delimiter=delimiter, absorbance=absorbance), ()
    except InputError as error:
        if error.issues[0].code != "DECIMAL_MIXED":
            raise
        shown = error.issues[0].found
    for text in texts:
        marks([text], source, where)
    expected = "one decimal mark throughout; each number by itself shows which mark it uses"
    return [_pointed(t) for t in found], Marks(), (problem("warning", "DECIMAL_MIXED", where, shown, expected),)


def _pointed(found: Table) -> Table:
    def point(cell: Cell) -> Cell:
        return Cell(cell.text.replace(",", "."), cell.line)

    turned = tuple(
        Read(
            time=read.time,
            temperature=point(read.temperature),
            wells=tuple({name: point(cell) for name, cell in wells.items()} for wells in read.wells),
        )
        for read in found.reads
    )
    return Table(reduced=found.reduced, reads=turned)
