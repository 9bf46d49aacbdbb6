"""Rows of a table to quantities in canonical units."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from evqc.errors import refusal
from evqc.instruments.table._cells import amount_of, each, number_of, refuse_percent, text_of
from evqc.measurands import UnknownUnitError, factor, measurand
from evqc.measurement import Quantity, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._amounts import Amount
    from evqc.instruments.table._table import Entry
    from evqc.instruments.table.mapping import Mapping, QuantityColumn, TableOptions
    from evqc.measurement import Scalar

#: Measurands that may be negative; every other one is an amount.
_SIGNED = {
    "zeta_potential", "zeta_potential_25_degC", "electrophoretic_mobility", "temperature", "absorbance", "fluorescence",
    "marker_signal", "specific_activity",
}  # fmt: skip


def quantities(entries: Sequence[Entry], mapping: Mapping, source: str) -> tuple[Quantity, ...]:
    """One quantity a row and mapped column, in the order of the file.

    Rows of one sample are replicates: they stay apart and are numbered by the mapped column, or from 1 in their order.

    Args:
        entries: the rows.
        mapping: says which column is which measurand in which unit.
        source: name of the file, for messages.

    Raises:
        InputError: every cell that cannot be read, up to ten.
    """
    replicates = _replicates(entries, mapping, source)
    cells = [(e, r, c) for e, r in zip(entries, replicates, strict=True) for c in mapping.column]
    return tuple(each(source, cells, lambda cell: _quantity(*cell, mapping, source)))


def _replicates(entries: Sequence[Entry], mapping: Mapping, source: str) -> list[str]:
    heading = mapping.sample.replicate
    if heading is not None:
        return each(source, entries, lambda entry: text_of(entry.cells[heading], heading, source))
    seen = Counter[str]()
    numbered = []
    for entry in entries:
        seen[entry.sample] += 1
        numbered.append(str(seen[entry.sample]))
    return numbered


def _quantity(entry: Entry, replicate: str, column: QuantityColumn, mapping: Mapping, source: str) -> Quantity:
    wanted = measurand(column.measurand)
    cell = entry.cells[column.heading]
    low = None if wanted.name in _SIGNED else 0.0
    found = amount_of(cell, column.heading, mapping.table, source, minimum=low)
    settings: dict[str, Scalar] = {}
    if found.state is not State.MISSING:
        refuse_percent(cell, column.heading, _unit(entry, column), source)
        dilution = _dilution(entry, column, mapping.table, source)
        found = found.times(_unit_factor(entry, column, source) * dilution)
        settings = {} if column.dilution_column is None else {"dilution": dilution, "dilution_applied": True}
    _check_share(found, wanted.unit, entry, column, source)
    return Quantity(
        measurand=wanted.name,
        value=found.value,
        unit=wanted.unit,
        state=found.state,
        sample=entry.sample,
        bound=found.bound,
        replicate=replicate,
        method=mapping.method or mapping.title,
        settings=settings,
        where=cell.where(column.heading),
    )


def _unit(entry: Entry, column: QuantityColumn) -> str:
    return column.unit if column.unit is not None else entry.cells[str(column.unit_column)].text


def _unit_factor(entry: Entry, column: QuantityColumn, source: str) -> float:
    canonical = measurand(column.measurand).unit
    if column.unit is not None:
        return factor(column.unit, canonical)
    assert column.unit_column is not None
    cell = entry.cells[column.unit_column]
    try:
        return factor(text_of(cell, column.unit_column, source), canonical)
    except UnknownUnitError as error:
        expected = f"a unit that converts to {canonical}"
        raise refusal(source, "UNIT", cell.where(column.unit_column), str(error), expected) from None


def _dilution(entry: Entry, column: QuantityColumn, options: TableOptions, source: str) -> float:
    if column.dilution_column is None:
        return 1.0
    cell = entry.cells[column.dilution_column]
    stated = number_of(cell, column.dilution_column, options, source, minimum=1.0)
    if stated is None:
        where = cell.where(column.dilution_column)
        raise refusal(source, "DILUTION_NOT_STATED", where, "nothing", "a dilution factor of at least 1")
    return stated


def _check_share(found: Amount, unit: str, entry: Entry, column: QuantityColumn, source: str) -> None:
    if unit == "%" and found.value is not None and not found.value <= 100.0:
        cell = entry.cells[column.heading]
        raise refusal(source, "OUT_OF_RANGE", cell.where(column.heading), cell.text, "a share of at most 100 %")
