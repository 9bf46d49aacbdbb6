"""Batch tables of FlowJo, FlowLogic or Kaluza over the beads of a MACSPlex kit: one row a sample, one column a bead."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments import _macsplex
from evqc.instruments._marks import marks
from evqc.instruments._rows import Table, delimiter, ends_open, filled, refuse_above, rows
from evqc.instruments._workbook import every_sheet
from evqc.instruments.macsplex_table._columns import columns, heads
from evqc.instruments.macsplex_table._samples import Samples, cell_at
from evqc.reading import accepted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments.macsplex_table._columns import Columns
    from evqc.measurement import MarkerPanel, Quantity
    from evqc.reading import Reading

NAME = "macsplex_table"
TITLE = "MACSPlex EV kit, batch table of a flow cytometry program"
FAMILY = "markers"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = (
    "one row a sample, one column a bead: 'Beads/CD9 | Median (APC-A)', counts beside them, Mean and SD below",
    "the same with bare names of beads as headings, both isotype controls among them",
)
#: Beads of every kit, or what stands between gate and statistic.
MENTIONS = ("cd63", "cd9", "| ")


def recognises(file: ExportFile) -> bool:
    """Whether one of the first rows holds headings of a kit's beads."""
    if file.is_workbook:
        return any(next(heads(sheet), None) is not None for sheet in file.sheets.values())
    if not any(map(file.holds, ("CD63", "CD9", "| "))):
        return False
    return next(heads(_head_rows(file.head)), None) is not None


def _head_rows(head: str) -> Iterator[list[str]]:
    import csv  # noqa: PLC0415  the lenient reader is for recognition alone

    lines = head.splitlines()[:10]
    try:
        yield from csv.reader(lines, delimiter=delimiter("\n".join(lines)))
    except csv.Error:
        return


def read(file: ExportFile) -> Reading:
    """A panel for each sample that is no blank, with the events behind its medians where they are exported.

    Raises:
        InputError: ``HEADING_MISSING``, ``SHEET_NOT_CHOSEN``, ``TRUNCATED``, ``ROW_LENGTH``, ``MARKER_TWICE``, or what
            the headings or a cell refuse.
    """
    if not file.is_workbook and ends_open(file):
        raise refusal(file.name, "TRUNCATED", Where(), "no line end behind the last row", "a whole last row")
    sheet, found = _sheet(file)
    refuse_above(file.name, sheet[: found.header], sheet[found.header], sheet[found.header + 1 :])
    table = Table(file.name, sheet[found.header], tuple(row for row in sheet[found.header + 1 :] if filled(row)))
    if not file.is_workbook:
        _macsplex.check_lengths(file.name, table.header, table.body)
    texts = [cell_at(row, place).text for row in table.body for place in _places(found)]
    separator = None if file.is_workbook else delimiter(file.text())
    decimal = marks(texts, file.name, Where(line=found.header + 1), delimiter=separator)
    samples = Samples(file.name, found, decimal, table.body)
    beads = samples.beads()
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="batch table",
        measurements=tuple(_measurements(samples, beads, file.name)),
        issues=_issues(found, table, samples, beads),
        unread=_unread(table, found),
        status=STATUS,
    )


def _sheet(file: ExportFile) -> tuple[Sequence[Row], Columns]:
    sheets = every_sheet(file) if file.is_workbook else [rows(file)]
    texts = [[[cell.text for cell in row] for row in sheet] for sheet in sheets]
    found = [(s, c) for s, t in zip(sheets, texts, strict=True) if (c := columns(file.name, t)) is not None]
    if len(found) != 1:
        code = "SHEET_NOT_CHOSEN" if found else "HEADING_MISSING"
        raise refusal(file.name, code, Where(), f"{len(found)} tables of a kit's beads", "one")
    return found[0]


def _places(found: Columns) -> list[int]:
    return [*(column.place for column in found.signals), *found.events.values()]


def _measurements(samples: Samples, beads: Sequence[_macsplex.Beads], source: str) -> Iterator[MarkerPanel | Quantity]:
    panels = iter(_macsplex.panels(beads, source))
    for row, one in zip(samples.samples(), beads, strict=True):
        yield from samples.counts(row)
        if not one.is_blank:
            yield next(panels)


def _issues(found: Columns, table: Table, samples: Samples, beads: Sequence[_macsplex.Beads]) -> tuple[Issue, ...]:
    doubt = () if found.issue is None else (found.issue,)
    return (*doubt, *table.uneven(), *samples.issues(), *_macsplex.remarks(beads))


def _unread(table: Table, found: Columns) -> tuple[str, ...]:
    """Headings of columns with content that no measurement uses."""
    used = {0, *_places(found)}
    return tuple(
        cell.text or f"column {place + 1}"
        for place, cell in enumerate(table.header)
        if place not in used and any(cell_at(row, place).text for row in table.body)
    )
