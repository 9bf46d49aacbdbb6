"""The certificate as a workbook: one sheet a section, numbers as numbers, the same bytes every time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.report.xlsx import Sheet, workbook_of

if TYPE_CHECKING:
    from evqc.release.certificate.model import Cell, Certificate, Section

_LONGEST_TITLE = 31


def xlsx(of: Certificate) -> bytes:
    """The bytes of ``certificate.xlsx``; every sheet says when it is not released."""
    return workbook_of([_summary(of), *(_sheet(each, of) for each in of.sections)])


def _summary(of: Certificate) -> Sheet:
    state = (("State", of.state), *((("", of.warning),) if of.warning else ()))
    rows = [*state, ("Conclusion", of.conclusion), *(("Reason", each) for each in of.reasons)]
    rows += [(line.name, line.text) for line in of.identity]
    return Sheet(of.title, (of.title, of.batch), rows)


def _sheet(section: Section, of: Certificate) -> Sheet:
    heading = _heading(section)
    above = [(text,) for text in (of.warning, section.note) if text]
    named = [(line.name, line.text) for line in section.lines]
    held = [*named, *_rows(section)] or [(section.empty,)]
    return Sheet(section.id[:_LONGEST_TITLE], heading, [_padded(row, len(heading)) for row in (*above, *held)])


def _padded(row: tuple[str | float, ...], length: int) -> tuple[str | float, ...]:
    return row + ("",) * (length - len(row))


def _heading(section: Section) -> tuple[str, ...]:
    if section.table is None:
        return (section.title, "")
    grouped = any(group.title for group in section.table.groups)
    return ("Category", *section.table.heading) if grouped else section.table.heading


def _rows(section: Section) -> list[tuple[str | float, ...]]:
    groups = () if section.table is None else section.table.groups
    return [(*((group.title,) if group.title else ()), *map(_value, row)) for group in groups for row in group.rows]


def _value(cell: Cell) -> str | float:
    return cell.value if cell.value is not None else "\n".join((cell.text, *cell.small))
