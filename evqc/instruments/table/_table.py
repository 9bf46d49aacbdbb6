"""Finds the mapped columns in a sheet and the rows below them, and makes sure that the table is whole."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments._cell import Cell, Row
from evqc.instruments.table._cells import each, text_of
from evqc.instruments.table._sheet import possible_sheets, rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.instruments.table.mapping import Mapping, SampleColumn

_MOST_SHOWN = 20
#: How spreadsheets call the rows below a table that are no samples.
_STATISTICS = {
    "mean", "average", "avg", "median", "sd", "std", "stdev", "std dev", "standard deviation", "se", "sem", "cv", "%cv",
    "cv %", "cv%", "min", "max", "sum", "total", "n", "mittelwert", "summe", "moyenne", "media",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the table: its sample, and its cells by heading as the mapping writes it."""

    line: int
    sample: str
    cells: dict[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that a mapping reads.

    Attributes:
        entries: in the order of the file, without skipped samples.
        unread: headings that the mapping does not name, and lines outside the table.
        issues: what should be known of the table.
    """

    entries: tuple[Entry, ...]
    unread: tuple[str, ...]
    issues: tuple[Issue, ...]


def has_headings(file: ExportFile, mapping: Mapping) -> bool:
    """Whether a row of the file holds every heading of the mapping; False for what is no table at all."""
    try:
        sheets = possible_sheets(file, mapping.table)
    except InputError:
        return False
    return any(_missing(row, mapping) == [] for sheet in sheets for row in sheet)


def nearest_row(file: ExportFile, mapping: Mapping) -> list[str]:
    """The headings of the mapping that the row with most of them lacks; all of them when no row has any."""
    try:
        sheets = possible_sheets(file, mapping.table)
    except InputError:
        sheets = []
    lacking = [_missing(row, mapping) for sheet in sheets for row in sheet]
    return min(lacking, key=len, default=list(mapping.headings))


def table(file: ExportFile, mapping: Mapping) -> Table:
    """The table of a file.

    Raises:
        InputError: ``HEADING_MISSING``, ``HEADING_TWICE``, ``SHORT_ROW``, ``LONG_ROW``, ``NO_ROWS``, ``TRUNCATED``,
            ``END_NOT_MARKED``, ``EMPTY_CELL`` for a row without sample, or what ``rows`` refuses.
    """
    sheet = rows(file, mapping.table)
    top = _header(file, sheet, mapping)
    names = _named(sheet[top])
    open_end = _ends_open(file, mapping, names)
    _check_line_end(file, mapping, open_end=open_end)
    body, after = _body(file, sheet[top + 1 :], mapping)
    whole = each(file.name, body, lambda row: _full(row, len(names), file.name))
    entries = each(file.name, whole, lambda row: _entry(row, names, mapping, file.name))
    kept = [entry for entry in entries if entry.sample not in mapping.sample.skip]
    _check_end(file, mapping, entries, kept)
    outside = [row for row in (*sheet[:top], *after) if _filled(row)]
    unread = _unread(sheet[top], names, mapping, outside)
    issues = (
        *_end_issues(file, mapping, open_end=open_end),
        *_skipped(entries, mapping.sample),
        *_summaries(kept, mapping.sample),
    )
    return Table(tuple(kept), unread, issues)


def by_sample(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """The rows of each sample, samples in the order of their first row."""
    samples: dict[str, list[Entry]] = {}
    for entry in entries:
        samples.setdefault(entry.sample, []).append(entry)
    return samples


def _plain(heading: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", heading).split())


def _named(row: Row) -> list[str]:
    """Headings of a row; those that stand there more than once as ``Units [1]``, ``Units [2]``."""
    texts = [_plain(cell.text) for cell in row]
    counts, seen = Counter(texts), Counter[str]()
    names = []
    for text in texts:
        seen[text] += 1
        names.append(f"{text} [{seen[text]}]" if counts[text] > 1 and text else text)
    return names


def _missing(row: Row, mapping: Mapping) -> list[str]:
    names = set(_named(row))
    return [heading for heading in mapping.headings if _plain(heading) not in names]


def _header(file: ExportFile, sheet: Sequence[Row], mapping: Mapping) -> int:
    """Place of the first row that holds every mapped heading."""
    lacking = [_missing(row, mapping) for row in sheet]
    if [] in lacking:
        return lacking.index([])
    best = min(range(len(sheet)), key=lambda i: (len(lacking[i]), -len(sheet[i])), default=None)
    if best is None:
        raise refusal(file.name, "NO_ROWS", Where(), "no row", "a table with headings")
    missing, names = lacking[best], [name for name in _named(sheet[best]) if name][:_MOST_SHOWN]
    where = Where(line=best + 1)
    if twice := [h for h in missing if f"{_plain(h)} [2]" in names]:
        expected = f"'{twice[0]} [1]' or '{twice[0]} [2]' in the mapping"
        raise refusal(file.name, "HEADING_TWICE", where, f"several columns '{twice[0]}'", expected)
    raise refusal(file.name, "HEADING_MISSING", where, f"headings {names}", f"the headings {missing} beside the others")


def _filled(row: Row) -> bool:
    return any(cell.text or cell.fault for cell in row)


def _body(file: ExportFile, below: Sequence[Row], mapping: Mapping) -> tuple[list[Row], Sequence[Row]]:
    """The filled rows of the table, and the rows from its end mark on."""
    end = mapping.table.stop_at
    if end is None:
        return [row for row in below if _filled(row)], ()
    for i, row in enumerate(below):
        if row and row[0].text == end:
            return [r for r in below[:i] if _filled(r)], below[i:]
    raise refusal(file.name, "TRUNCATED", Where(), "the end of the file", f"a row that begins with '{end}'")


def _full(row: Row, width: int, source: str) -> Row:
    where, found = Where(line=row[0].line), f"{len(row)} cells"
    if len(row) < width:
        raise refusal(source, "SHORT_ROW", where, found, f"{width} cells, as many as headings")
    if any(cell.text for cell in row[width:]):
        raise refusal(source, "LONG_ROW", where, found, f"{width} cells, as many as headings")
    return row[:width]


def _entry(row: Row, names: Sequence[str], mapping: Mapping, source: str) -> Entry:
    by_name = dict(zip(names, row, strict=True))
    cells = {heading: by_name[_plain(heading)] for heading in mapping.headings}
    column = mapping.sample.column
    sample = str(mapping.sample.name) if column is None else text_of(cells[column], column, source)
    return Entry(row[0].line, sample, cells)


def _ends_open(file: ExportFile, mapping: Mapping, names: Sequence[str]) -> bool:
    """Whether the last number may be cut: no line end follows it. A cut before the last column leaves a short row."""
    if file.is_workbook or mapping.table.stop_at is not None or file.data.endswith((b"\n", b"\r")):
        return False
    return names[-1] in {_plain(heading) for heading in mapping.headings}


def _check_line_end(file: ExportFile, mapping: Mapping, *, open_end: bool) -> None:
    """Refuse a table whose last cell may be cut: ``120`` would become ``12``."""
    if open_end and mapping.table.final_line_end:
        expected = "a line end, as exported (or 'final_line_end = false' in the mapping, and a flag)"
        raise refusal(file.name, "TRUNCATED", Where(), "no line end after the last number", expected)


def _check_end(file: ExportFile, mapping: Mapping, entries: Sequence[Entry], kept: Sequence[Entry]) -> None:
    """Refuse a table that may be cut between rows, which changes a panel or distribution and shows nowhere."""
    options = mapping.table
    if not kept:
        raise refusal(file.name, "NO_ROWS", Where(), "headings without rows", "at least one row")
    if options.rows is not None and len(entries) != options.rows:
        raise refusal(file.name, "TRUNCATED", Where(), f"{len(entries)} rows", f"{options.rows} rows")
    per_sample = mapping.rows_per_sample
    for sample, own in by_sample(kept).items() if per_sample is not None else ():
        if len(own) != per_sample:
            where = Where(line=own[0].line)
            raise refusal(
                file.name, "TRUNCATED", where, f"{len(own)} rows of '{sample}'", f"{per_sample} rows a sample"
            )
    if not (file.is_workbook or mapping.column or _end_is_known(mapping) or options.unmarked_end):
        expected = "'rows' or 'stop_at' in the mapping, or 'unmarked_end = true' and a flag"
        raise refusal(file.name, "END_NOT_MARKED", Where(), "a table that may be cut between rows", expected)


def _end_is_known(mapping: Mapping) -> bool:
    return any((mapping.table.rows, mapping.table.stop_at, mapping.rows_per_sample))


def _end_issues(file: ExportFile, mapping: Mapping, *, open_end: bool) -> list[Issue]:
    between = not (file.is_workbook or mapping.column or _end_is_known(mapping))
    if not (between or open_end):
        return []
    found, expected = "nothing that shows the end of the table", "a table whose end can be told"
    return [problem("warning", "END_NOT_MARKED", Where(), found, expected)]


def _skipped(entries: Sequence[Entry], sample: SampleColumn) -> list[Issue]:
    left_out = [entry for entry in entries if entry.sample in sample.skip]
    if not left_out:
        return []
    found = f"{len(left_out)} rows of {', '.join(by_sample(left_out))}"
    return [problem("note", "ROWS_SKIPPED", Where(line=left_out[0].line), found, "samples that the mapping reads")]


def _summaries(entries: Sequence[Entry], sample: SampleColumn) -> list[Issue]:
    """A warning for every row whose sample is called as spreadsheets call a statistic."""
    if (heading := sample.column) is None:
        return []
    expected = "a sample; name it under 'skip' or 'stop_at' in the mapping when it is none"
    suspicious = [entry for entry in entries if entry.sample.casefold().rstrip(".:") in _STATISTICS]
    wheres = [(entry.sample, entry.cells[heading].where(heading)) for entry in suspicious]
    return [problem("warning", "SUMMARY_ROW", where, f"'{name}'", expected) for name, where in wheres]


def _unread(header: Row, names: Sequence[str], mapping: Mapping, outside: Sequence[Row]) -> tuple[str, ...]:
    """Headings that the mapping does not name, as written, and the lines outside the table."""
    read = {_plain(heading) for heading in mapping.headings}
    columns = [cell.text for cell, name in zip(header, names, strict=True) if name and name not in read]
    return (*columns, *(f"line {row[0].line}" for row in outside))
