"""Thermo Fisher SkanIt workbooks: reads, blank subtraction, standard curve and dilution, one sheet a step."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._dates import acquired
from evqc.instruments._plate_layouts import uneven_groups
from evqc.instruments._workbook import every_sheet
from evqc.instruments.skanit._layout import contents
from evqc.instruments.skanit._results import Results
from evqc.instruments.skanit._sheets import Step, beside, lost, pairs, step
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.instruments._plate_wells import Content
    from evqc.measurement import Scalar

NAME = "skanit"
TITLE = "Thermo Fisher SkanIt"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("xlsx export of a session: reads of absorbance, fluorescence and luminescence, and what was computed of them",)
MENTIONS = ".skax"
_BEGINS = "Measurement results"
_VERSION = re.compile(r"ver\.?\s*([\d.]+)")
_USED = {"Name", "Serial number", "Execution time", "Report generated with SW version"}


def recognises(file: ExportFile) -> bool:
    """Whether a sheet begins with ``Measurement results`` and names a SkanIt session (``.skax``) below."""
    return any(
        any(row[:1] == (_BEGINS,) for row in rows[:3]) and any(".skax" in text for row in rows[:5] for text in row[:1])
        for rows in file.sheets.values()
    )


def read(file: ExportFile) -> Reading:
    """The reads of every step of a session, and its concentrations.

    Raises:
        InputError: ``NO_READS``, and what workbook, grids and cells raise.
    """
    sheets = every_sheet(file)
    steps = [found for rows in sheets if (found := step(file.name, rows)) is not None]
    known = {rows[0][0].sheet: pairs(rows) for rows in sheets if rows and rows[0] and _informs(rows)}
    instrument = known.get("Instrument information", {})
    at, doubts = _acquired(known.get("Session information", {}), steps)
    common: dict[str, Scalar] = {"instrument": instrument.get("Name"), "serial_number": instrument.get("Serial number")}
    layouts = contents(file.name, sheets)
    results = Results(file.name, layouts, common, at)
    for one in steps:
        results.add(one)
    if not results.quantities:
        raise refusal(file.name, "NO_READS", Where(), f"{len(steps)} steps without values", "a grid of Abs, RFU or RLU")
    return accepted(
        file.source,
        instrument=NAME,
        software_version=_version(known),
        file_kind="session export",
        measurements=tuple(results.quantities),
        issues=(
            *doubts,
            *_layout_issues(layouts, steps),
            *results.issues,
            *(note for one in steps for note in (*_added(one), *lost(one))),
        ),
        unread=tuple(dict.fromkeys([*results.unread, *_unread(known)])),
        status=STATUS,
    )


def _layout_issues(layouts: Mapping[str, Mapping[str, Content]], steps: Sequence[Step]) -> tuple[Issue, ...]:
    """Warnings for a layout of a plate that was not read where one that was has none, and for wells that disagree."""
    plates = {part.plate for one in steps for part in one.parts if part.plate is not None}
    layout = Where(field="Layout definitions")
    bare, odd = sorted(plates - set(layouts)), [name for name in layouts if name not in plates]
    expected = f"'{bare[0]}', which was read and has no layout" if bare else ""
    strange = [problem("warning", "LAYOUT_PLATE", layout, f"a layout of '{name}'", expected) for name in odd if bare]
    uneven = [
        issue
        for one in layouts.values()
        for issue in uneven_groups(one, lambda well: replace(layout, column=well), series=True)
    ]
    return (*strange, *uneven)


def _informs(rows: Sequence[Row]) -> bool:
    return rows[0][0].text.endswith(("information", "parameters"))


def _acquired(session: dict[str, str], steps: Sequence[Step]) -> tuple[str | None, tuple[Issue, ...]]:
    """The time at which the session ran, else the date in the head of its first sheet."""
    text = session.get("Execution time")
    if text is not None:
        return acquired(text, Where(field="Session information", column="Execution time"))
    if not steps or len(steps[0].head) < 3:
        return None, ()
    return acquired(steps[0].head[2].text, steps[0].head[2].where("date"))


def _version(known: dict[str | None, dict[str, str]]) -> str | None:
    said = known.get("General information", {}).get("Report generated with SW version", "")
    match = _VERSION.search(said)
    return match[1] if match is not None else None


def _added(found: Step) -> tuple[Issue, ...]:
    """A note when somebody wrote beside a grid; it is not read."""
    cell = beside(found)
    if cell is None:
        return ()
    where = Where(column=cell, field=found.sheet)
    return (problem("note", "CELLS_BESIDE", where, f"cells beside the grid, from {cell}", "the export alone"),)


def _unread(known: dict[str | None, dict[str, str]]) -> list[str]:
    return [f"{sheet}: {key}" for sheet, keys in known.items() for key in keys if key not in _USED]
