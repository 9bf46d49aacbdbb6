"""The block of dilution factors: one row a well, with its location, sample and factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.errors import Where, problem, refusal
from evqc.instruments.luminex_xponent._grids import marks_of, other_wells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.errors import Issue
    from evqc.instruments._cell import Cell
    from evqc.instruments._immunoassay import Role
    from evqc.instruments._rows import Table
    from evqc.instruments.luminex_xponent._grids import Grid
    from evqc.instruments.luminex_xponent._sections import Export

_FACTOR = "Dilution Factor"


def factors(export: Export, main: Grid) -> dict[str, float]:
    """Dilution factor by location, where one is stated, by the marks of the other numbers.

    Args:
        export: the parts of the file.
        main: the block of medians.

    Raises:
        InputError: ``SAMPLES_DISAGREE`` when a factor is of another sample than the well.
    """
    table = export.blocks.get("dilutionfactor")
    if table is None or not table.has(_FACTOR):
        return {}
    _refuse_other_sample(table, main)
    by = marks_of(export)
    numbers = {location: by.parse(cell.text) for location, cell in _cells(table).items()}
    return {location: number for location, number in numbers.items() if number is not None}


def factor_issues(export: Export, main: Grid, roles: Sequence[Role]) -> tuple[Issue, ...]:
    """Warnings for a block of other wells, one without its heading, and one without the factor of a sample.

    Args:
        export: the parts of the file.
        main: the block of medians.
        roles: what each of its wells holds.
    """
    table = export.blocks.get("dilutionfactor")
    if table is None:
        return ()
    listed = [text for row in table.body if (text := table.text(row, "Location"))]
    others = tuple(other_wells(_FACTOR, listed, main)) if listed else ()
    if table.has(_FACTOR) and table.has("Location"):
        return (*others, *_lost(table, factors(export, main), main, roles))
    where, found = Where(line=table.header[0].line, field=_FACTOR), f"headings {[h for h in table.headings if h]}"
    lost = problem("warning", "HEADING_MISSING", where, found, f"columns 'Location' and '{_FACTOR}'")
    return (*others, *([lost] if table.body else []))


def _lost(table: Table, known: dict[str, float], main: Grid, roles: Sequence[Role]) -> tuple[Issue, ...]:
    """A warning for the first well whose factor is no number, or that of a sample which is not there."""
    samples = {location for location, role in zip(main.locations, roles, strict=True) if role == "sample"}
    some = any(location in samples for location in known)
    for location, cell in _cells(table).items():
        if location not in known and (cell.text or (some and location in samples)):
            found, expected = (
                f"'{cell.text}' for {location}",
                "a dilution factor, as other samples have; 1 where undiluted",
            )
            return (problem("warning", "DILUTION_UNCLEAR", cell.where(_FACTOR), found, expected),)
    return ()


def _cells(table: Table) -> dict[str, Cell]:
    """The cell of the factor by location."""
    return {location: table.cell(row, _FACTOR) for row in table.body if (location := table.text(row, "Location"))}


def _refuse_other_sample(table: Table, main: Grid) -> None:
    held = dict(zip(main.locations, main.samples, strict=True))
    for row in table.body if table.has("Sample") else ():
        location, sample = table.text(row, "Location") or "", table.text(row, "Sample") or ""
        if held.get(location, sample) != sample:
            where, found = Where(line=row[0].line, column="Sample", field=_FACTOR), f"'{sample}' in {location}"
            raise refusal(table.source, "SAMPLES_DISAGREE", where, found, f"'{held[location]}', as in the medians")
