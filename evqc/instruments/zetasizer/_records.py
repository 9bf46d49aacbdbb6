"""Records to quantities and size distributions; a record that stands in two tables is measured once."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from evqc.errors import Issue, Where, problem
from evqc.instruments._amounts import Amount, quantity
from evqc.instruments._dates import acquired
from evqc.instruments._numbers import half_unit
from evqc.instruments.zetasizer._checks import printed
from evqc.instruments.zetasizer._columns import (
    DATE,
    NOTHING_AS_ZERO,
    NUMBERS,
    POSITIVE,
    QUANTITIES,
    SAMPLE,
    SOFTWARE,
    TEXTS,
    TYPE,
    Measured,
    is_of_xplorer,
    replicate,
)
from evqc.instruments.zetasizer._sizes import distribution
from evqc.instruments.zetasizer._tables import Record, records
from evqc.measurands import MEASURANDS, factor
from evqc.measurement import REPLICATE_OF, State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments._export import ExportFile
    from evqc.measurement import Comparison, Measurement, Scalar

#: What tells a record again in another table of the file: type, sample, time, and which of those that are alike.
Key = tuple[str | None, str | None, str | None, int]


def read_records(file: ExportFile) -> Reading:
    """The reading of an export. Errors as of ``records``, and ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``COLUMNS_DISAGREE``.

    Args:
        file: the export.
    """
    rows, misfits, unread = records(file)
    dates = [text for row in rows if (text := row.text(DATE)) is not None]
    known: dict[tuple[Key, str], tuple[float, float] | None] = {}
    found: list[Measurement] = []
    issues: list[Issue] = list(misfits)
    keys = list(_keys(rows))
    for row, key in zip(rows, keys, strict=True):
        made, said = _measured(row, key, dates, known)
        found += made
        issues += said
    issues += [*_untold(rows), *_unmatched(rows, keys)]
    headings = {h for row in rows for h in row.columns.table.headings}
    return accepted(
        file.source,
        instrument="zetasizer",
        software_version=", ".join(dict.fromkeys(v for row in rows if (v := row.text(SOFTWARE)))) or None,
        file_kind="records",
        measurements=tuple(found),
        issues=tuple(sorted(dict.fromkeys(issues), key=lambda issue: issue.where.line or 0)),
        unread=unread,
        status="experimental" if any(is_of_xplorer(h) for h in headings) else "verified",
    )


def _keys(rows: Sequence[Record]) -> Iterator[Key]:
    """What tells each record: in another table the n-th of those that are alike is the same record."""
    seen = Counter[tuple[object, ...]]()
    for row in rows:
        alike = row.text(TYPE), row.text(SAMPLE), row.text(DATE)
        yield *alike, seen[row.number, alike]
        seen[row.number, alike] += 1


def _untold(rows: Sequence[Record]) -> Iterator[Issue]:
    """A warning for a type of record that is no word, or holds digits: its column was exchanged with another one."""
    for row in rows:
        kind = row.text(TYPE)
        if kind is not None and (not any(map(str.isalpha, kind)) or any(map(str.isdigit, kind))):
            where = Where(line=row.line, column=TYPE[0])
            yield problem("warning", "NOT_A_TYPE", where, f"'{kind}'", "a type of record, such as 'Size'")


def _unmatched(rows: Sequence[Record], keys: Sequence[Key]) -> Iterator[Issue]:
    """A warning for a record that may stand in two tables, but not under the same type, name and time in both.

    It has the name or the time of a record of another table, and the same numbers wherever both state one.
    """
    tables: dict[Key, set[int]] = {}
    for row, key in zip(rows, keys, strict=True):
        tables.setdefault(key, set()).add(row.number)
    alone = [row for row, key in zip(rows, keys, strict=True) if len(tables[key]) == 1]
    before: dict[tuple[int, str], list[Record]] = {}
    for row in alone:
        names = [(n, name) for n, headings in enumerate((SAMPLE, DATE)) if (name := row.text(headings)) is not None]
        others = [o for name in names for o in before.get(name, ()) if o.number != row.number and _same(row, o)]
        if others:
            shown = f"the numbers of line {others[0].line}, of another type, name or time"
            expected = "a record of its own, or the same type, name and time in both tables; it is given twice"
            yield problem("warning", "RECORD_TWICE", Where(line=row.line), shown, expected)
        for known in names:
            before.setdefault(known, []).append(row)


def _same(one: Record, other: Record) -> bool:
    """Whether two records state the same numbers, at least one that is not 0."""
    both = [(one.value(q.headings), other.value(q.headings)) for q in QUANTITIES]
    known = [(a, b) for a, b in both if a is not None and b is not None]
    return any(a[0] for a, _ in known) and all(abs(a[0] - b[0]) <= a[1] + b[1] for a, b in known)


def _measured(
    row: Record, key: Key, dates: Sequence[str], known: dict[tuple[Key, str], tuple[float, float] | None]
) -> tuple[list[Measurement], list[Issue]]:
    """What one row measures that no row before it did, and what has to be said of it."""
    time, issues = acquired(row.text(DATE), Where(line=row.line, column=DATE[0]), dates)
    settings = _settings(row)
    checks = printed(row)
    made: list[Measurement] = []
    said = [*issues, *_disagreements(row, checks)]
    for one in QUANTITIES:
        amount = row.amount(one.headings, one.minimum)
        if amount is None or not _belongs(one, amount, key[0]):
            continue
        if (key, one.measurand) in known:
            said += _printed_again(row, one, known[key, one.measurand])
            continue
        known[key, one.measurand] = row.value(one.headings)
        amount, doubts = _positive(row, one, amount)
        said += doubts
        made.append(_quantity(row, one, amount, time, settings))
    sizes = distribution(row, time, settings, checks) if (key, "distribution") not in known else None
    if sizes is not None:
        known[key, "distribution"] = None
        made.append(sizes.run)
        said += sizes.issues
    return made, said


def _belongs(one: Measured, amount: Amount, kind: str | None) -> bool:
    """Whether a record of this type has the quantity; software fills columns of other types with nothing or 0."""
    return (kind is not None and kind.casefold() in one.types) or bool(amount.value)


def _positive(row: Record, one: Measured, amount: Amount) -> tuple[Amount, tuple[Issue, ...]]:
    """The amount, or none where 0 stands for a diameter that was not found."""
    if one.measurand not in POSITIVE or amount.value != 0:
        return amount, ()
    where, expected = Where(line=row.line, column=one.headings[0]), "a diameter; 0 stands where none was found"
    missing = Amount(State.MISSING, reason="invalid", as_written="0")
    return missing, (problem("warning", "NO_RESULT", where, "0", expected),)


def _quantity(row: Record, one: Measured, amount: Amount, time: str | None, settings: dict[str, Scalar]) -> Measurement:
    found = row.cell(one.headings)
    assert found is not None
    unit = MEASURANDS[one.measurand].unit
    sample = row.text(SAMPLE)
    shared, number = replicate(sample)
    named: dict[str, Scalar] = {} if shared is None else {REPLICATE_OF: shared}
    return quantity(
        amount.times(factor(one.unit, unit)),
        one.measurand,
        unit,
        found[1].where(found[0]),
        sample=sample,
        replicate=number,
        method="DLS" if "size" in one.types else "ELS",
        acquired_at=time,
        settings=settings | named,
    )


def _settings(row: Record) -> dict[str, Scalar]:
    """Every setting whose column is there and filled; 0 that stands for nothing is left out."""
    texts = {key: row.text(headings) for key, headings in TEXTS.items()}
    numbers = {key: said.value for key, h in NUMBERS.items() if (said := row.amount(h)) is not None}
    every: dict[str, Scalar] = {**texts, **numbers}
    nothing = {key for key, value in every.items() if value is None or (value == 0 and key in NOTHING_AS_ZERO)}
    return {key: value for key, value in every.items() if key not in nothing}


def _disagreements(row: Record, compared: Sequence[Comparison]) -> Iterator[Issue]:
    for c in compared:
        if not c.within:
            expected = f"{c.recomputed:.6g} within {c.tolerance:.2g}, as the same record gives"
            where = Where(line=row.line, column=c.statistic)
            yield problem("warning", "PRINTED_DISAGREES", where, f"{c.reported:.6g}", expected)


def _printed_again(row: Record, one: Measured, first: tuple[float, float] | None) -> Iterator[Issue]:
    """A warning when another table of the file prints another number for the same record."""
    again, found = row.value(one.headings), row.cell(one.headings)
    if again is None or first is None or found is None:
        return
    if abs(again[0] - first[0]) > first[1] + half_unit(found[1].text):
        expected = f"{first[0]:g}, as another row of this file prints for the same record"
        yield problem("warning", "PRINTED_DISAGREES", found[1].where(found[0]), found[1].text, expected)
