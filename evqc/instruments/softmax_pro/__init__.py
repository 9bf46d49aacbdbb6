"""Molecular Devices SoftMax Pro text exports: plates in plate or time format, kinetic reads, groups and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, problem, refusal
from evqc.instruments._rows import filled
from evqc.instruments.softmax_pro._blocks import Block, blocks, outside, rows_of
from evqc.instruments.softmax_pro._computed import concentrations, disagreements, is_used
from evqc.instruments.softmax_pro._descriptors import descriptor_issues
from evqc.instruments.softmax_pro._groups import Group, curve_unit, failed_lines, failures, group, layouts, misnamed
from evqc.instruments.softmax_pro._reads import PlateReads, plate_reads, quantities
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.errors import Issue
    from evqc.instruments._export import ExportFile

NAME = "softmax_pro"
TITLE = "Molecular Devices SoftMax Pro"
FAMILY = "plates"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "text export with ##BLOCKS=: absorbance, fluorescence and luminescence plates, endpoint and kinetic, with groups",
    "the same, saved as csv by a spreadsheet program",
)
MENTIONS = ("##blocks=", "plate:")


_CLOSING = ("Original Filename", "Date Last Saved")


def recognises(file: ExportFile) -> bool:
    """Whether the text begins with ``##BLOCKS=``, or with a plate of version 1.3, as a cut-out of one does."""
    if file.is_workbook:
        return False
    head = file.head.lstrip()
    if not head.startswith(("~End", "Plate:")):
        return head.startswith("##BLOCKS=")
    return any(f"Plate:{mark}" in head and f"{mark}1.3{mark}" in head for mark in "\t,;")


@dataclass(frozen=True, kw_only=True)
class Export:
    """The parts of an export that are read, and what should be known of those that are not."""

    plates: tuple[PlateReads, ...]
    groups: tuple[Group, ...]
    notes: tuple[Block, ...]


def read(file: ExportFile) -> Reading:
    """The wells of every plate of an export, and the concentrations of its groups.

    Raises:
        InputError: ``TRUNCATED``, ``NO_READS`` when the export holds no plate that evqc reads, and what the parts of
            the reader raise.
    """
    rows = rows_of(file)
    found_blocks = blocks(file.name, rows)
    parts = _export(file, found_blocks)
    names = [plate.header.name for plate in parts.plates]
    layout, lost = layouts(parts.groups, names)
    unit = curve_unit(parts.groups)
    found = [one for plate in parts.plates for one in quantities(plate, layout.get(plate.header.name, {}))]
    series = tuple(one for plate in parts.plates for one in plate.series)
    if not found and not series:
        noted = [issue for plate in parts.plates for issue in plate.issues]
        shown = noted[0].found if noted else "no plate"
        raise refusal(file.name, "NO_READS", Where(), shown, "a plate with an endpoint or kinetic read")
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="plate export",
        measurements=(*found, *(q for one in parts.groups for q in concentrations(one, unit, names, layout))),
        issues=(*_issues(parts), *lost, *outside(rows, found_blocks)),
        unread=tuple(dict.fromkeys([*_unread(parts), *_CLOSING])),
        series=series,
        status=STATUS,
    )


def _export(file: ExportFile, found: Sequence[Block]) -> Export:
    delimiter = None if "\t" in file.head else ","
    return Export(
        plates=tuple(plate_reads(file.name, block, delimiter) for block in found if block.kind == "Plate"),
        groups=tuple(group(file.name, block) for block in found if block.kind == "Group"),
        notes=tuple(block for block in found if block.kind == "Note"),
    )


def _issues(parts: Export) -> list[Issue]:
    names = [plate.header.name for plate in parts.plates]
    issues = [issue for plate in parts.plates for issue in plate.issues]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        issues.append(problem("warning", "PLATE_NAME_TWICE", Where(field=twice[0]), twice[0], "a name for each plate"))
    signals = {plate.header.name: plate.signal for plate in parts.plates if plate.signal is not None}
    for one in parts.groups:
        issues += [
            *misnamed(one),
            *descriptor_issues(one),
            *failures(one),
            *(disagreements(one, signals) if not twice else ()),
        ]
    return [*issues, *(issue for note in parts.notes for issue in failed_lines(note.rows))]


def _unread(parts: Export) -> list[str]:
    """What stands in the file and is not used: notes, reductions of kinetic reads, and columns of unknown formulas."""
    names = [f"Note {row[0].text}" for note in parts.notes for row in note.rows if len(row) > 3 and row[0].text]
    texts = ["Note"] if any(filled(row) and len(row) <= 3 for note in parts.notes for row in note.rows) else []
    summaries = [
        f"{one.name}: {row[0].text or row[1].text}" for one in parts.groups for row in one.summaries if len(row) > 1
    ]
    columns = [
        f"{one.name}: {c.heading}" for one in parts.groups if one.body for c in one.columns if not is_used(one, c)
    ]
    return [*texts, *names, *(t for plate in parts.plates for t in plate.unread), *columns, *summaries]
