"""The two tables of a ZetaView size file: linear classes, a row of -1, and the same traces in log classes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments import _scientific
from evqc.instruments._numbers import column, half_unit, parse
from evqc.instruments.zetaview._header import lines_of
from evqc.numerics.elementary import ten_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SIZE, NUMBER, CONCENTRATION, VOLUME, AREA = (
    "Size / nm", "Number", "Concentration / cm-3", "Volume / nm^3", "Area / nm^2",
)  # fmt: skip
COLUMNS = (SIZE, NUMBER, CONCENTRATION, VOLUME, AREA)
_PLACE = {name: place for place, name in enumerate(COLUMNS)}
#: The row between the two tables, in the order of ``COLUMNS``.
_SEPARATOR = [-1.0, -1.0, -1.0, -1.0, 0.0]
#: Classes of the log table in every file seen.
LOG_CLASSES = 200
#: No column of a real file comes near it; squares and cubes stay finite below it.
LARGEST = 1e30
_NATIVE = re.compile(r"-?\d[.,]\d{3}E[+-]\d+")
_EXPECTED = {"OUT_OF_RANGE": f"a number of at most {LARGEST:g}", "NOT_WHOLE": "a whole number of traces"}
#: Sizes exactly half way between two printed numbers may be rounded either way.
_FLOAT = 1e-9


@dataclass(frozen=True, eq=False)
class SizeTable:
    """One of the two tables.

    Attributes:
        first_line: line number of its first row.
        values: the printed columns in the order of ``COLUMNS``, shape (5, n), read-only.
        halves: half a unit of the last printed digit of each; 0 for counts that are printed in full.
        native: every number of the file is printed as ZetaView prints them.
    """

    first_line: int
    values: Floats
    halves: Floats
    native: bool = False

    def __len__(self) -> int:
        return len(self.values[0])

    def value(self, name: str) -> Floats:
        """The numbers of a column, shape (n,)."""
        found: Floats = self.values[_PLACE[name]]
        return found

    def half(self, name: str) -> Floats:
        """Half a unit of the last printed digit, shape (n,); 0 for counts that are printed in full."""
        found: Floats = self.halves[_PLACE[name]]
        return found

    @cached_property
    def total(self) -> dict[str, float]:
        """The sum of each column."""
        return dict(zip(COLUMNS, self.values.sum(axis=1).tolist(), strict=True))

    @cached_property
    def total_half(self) -> dict[str, float]:
        """The sum of each column's halves."""
        return dict(zip(COLUMNS, self.halves.sum(axis=1).tolist(), strict=True))


@dataclass(frozen=True)
class Parted:
    """A file parted at the line that names the columns.

    Attributes:
        source: the file's name.
        above: its lines down to that line.
        below: the text of the others, empty ones at its end included.
    """

    source: str
    above: list[str]
    below: str

    @property
    def first_line(self) -> int:
        """Line number of the first row."""
        return len(self.above) + 1

    @cached_property
    def rows(self) -> list[str]:
        """The lines below."""
        return lines_of(self.below)

    @property
    def end(self) -> Where:
        """The last line of the file."""
        return Where(line=len(self.above) + len(self.rows))


def parted(source: str, text: str) -> Parted:
    """A file at the line that names the columns.

    Raises:
        InputError: ``MISSING_TABLE``, or ``UNKNOWN_COLUMNS`` when the names are not exactly those of the format.
    """
    expected = "the columns " + ", ".join(COLUMNS)
    end = next((end for line, end in _candidates(text) if {SIZE, CONCENTRATION} & set(_cells(line))), None)
    above = lines_of(text if end is None else text[: end + 1])
    if end is None:
        raise refusal(source, "MISSING_TABLE", Where(line=len(above)), "the end of the file", expected)
    if sorted(_cells(above[-1])) != sorted(COLUMNS):
        raise refusal(source, "UNKNOWN_COLUMNS", Where(line=len(above)), above[-1], expected)
    return Parted(source, above, text[end + 1 :])


def _candidates(text: str) -> Iterator[tuple[str, int]]:
    """The lines in which the name of a column stands, and where each ends."""
    end = 0
    while found := [at for name in (SIZE, CONCENTRATION) if (at := text.find(name, end)) >= 0]:
        at = min(found)
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        yield text[text.rfind("\n", 0, at) + 1 : end].removesuffix("\r"), end


def tables(file: Parted, decimal: str) -> tuple[SizeTable, SizeTable]:
    """The linear and the log table; both without rows in a file without traces.

    Args:
        file: the file, parted at the line that names the columns.
        decimal: its decimal mark.

    Raises:
        InputError: ``TRUNCATED``, ``UNEXPECTED_ROW``, ``ROW_LENGTH``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``,
            ``NOT_WHOLE``.
    """
    names = _cells(file.above[-1])
    if (native := _native(file, names, decimal)) is not None:
        return native
    source, first_line, rows = file.source, file.first_line, [_cells(line) for line in file.rows]
    for line, row in enumerate(rows, start=first_line):
        if len(row) != len(names):
            found = f"{len(row)} cells: '{file.rows[line - first_line]}'"
            raise refusal(source, "ROW_LENGTH", Where(line=line), found, f"{len(names)} cells")
    end = _separator(source, rows, names, first_line, decimal)
    linear = _table(source, rows[:end], names, first_line, decimal)
    log = _table(source, rows[end + 1 :], names, first_line + end + 1, decimal)
    expected_rows = LOG_CLASSES if len(linear) else 0
    if len(log) not in {expected_rows, LOG_CLASSES}:
        found, expected = f"{len(log)} rows after the row of -1", f"{expected_rows} log classes"
        raise refusal(source, "TRUNCATED", file.end, found, expected)
    return linear, log


def _native(file: Parted, names: Sequence[str], decimal: str) -> tuple[SizeTable, SizeTable] | None:
    """Both tables, read as a whole; None for anything unusual, which is then read cell by cell and named."""
    printed = _scientific.table(file.below.rstrip(), len(names), decimal)
    if printed is None:
        return None
    order = [names.index(name) for name in COLUMNS]
    values, halves = printed.value[order], printed.half[order]
    ends = np.flatnonzero(values[0] == -1)
    if len(ends) != 1 or values[:, ends[0]].tolist() != _SEPARATOR or not _acceptable(values):
        return None
    end = int(ends[0])
    linear = _size_table(file.first_line, values[:, :end], halves[:, :end], native=True)
    log = _size_table(file.first_line + end + 1, values[:, end + 1 :], halves[:, end + 1 :], native=True)
    return (linear, log) if len(log) in {LOG_CLASSES, LOG_CLASSES if len(linear) else 0} else None


def _acceptable(values: Floats) -> bool:
    """Whether ``_table`` would accept all numbers beside the row of -1; none of this notation is above ``LARGEST``."""
    number = values[_PLACE[NUMBER]]
    return np.count_nonzero(values < 0) == _SEPARATOR.count(-1) and bool((number == np.floor(number)).all())


def _size_table(first_line: int, values: Floats, halves: Floats, *, native: bool = False) -> SizeTable:
    counted = halves[_PLACE[NUMBER]]
    counted[counted <= 0.5] = 0.0
    values.setflags(write=False)
    halves.setflags(write=False)
    return SizeTable(first_line, values, halves, native)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.rstrip("\t ").split("\t")]


def _separator(source: str, rows: Sequence[Sequence[str]], names: Sequence[str], first_line: int, decimal: str) -> int:
    """The index of the one row of -1 between the tables."""
    size = names.index(SIZE)
    found = [i for i, row in enumerate(rows) if parse(row[size], decimal=decimal) == -1]
    if not found:
        where = Where(line=first_line + len(rows) - 1)
        raise refusal(source, "TRUNCATED", where, "the end of the file", "a row of -1 that ends the linear table")
    marks = [parse(rows[found[0]][names.index(name)], decimal=decimal) for name in COLUMNS]
    if len(found) > 1 or marks != _SEPARATOR:
        at = found[-1]
        raise refusal(
            source, "UNEXPECTED_ROW", Where(line=first_line + at), "\t".join(rows[at]), "one row -1 -1 -1 -1 0"
        )
    return found[0]


def _table(
    source: str, rows: Sequence[Sequence[str]], names: Sequence[str], first_line: int, decimal: str
) -> SizeTable:
    found, halves = np.empty((2, len(COLUMNS), len(rows)))
    for i, name in enumerate(names):
        cells = [row[i] for row in rows]
        values = column(cells, source, first_line=first_line, name=name, decimal=decimal, minimum=0)
        half = np.maximum([half_unit(cell) for cell in cells], _half_of_four_digits(values))
        found[_PLACE[name]], halves[_PLACE[name]] = values, half
        _check(source, first_line, name, cells, good=np.maximum(values, half) <= LARGEST, code="OUT_OF_RANGE")
        if name == NUMBER:
            _check(source, first_line, name, cells, good=values == np.floor(values), code="NOT_WHOLE")
    return _size_table(first_line, found, halves)


def _half_of_four_digits(values: Floats) -> Floats:
    """Half a unit of the fourth digit: ZetaView prints no more, though a spreadsheet shows 3.142E+5 as 314200."""
    exponent = np.floor(np.log10(np.where(values > 0, values, 1.0)))
    # A little less, so that the half unit of what is printed decides wherever both are the same.
    return np.where(values > 0, 0.5 * ten_to(exponent - 3) * (1 - _FLOAT), 0.0)


def resaved(file: Parted) -> tuple[Issue, ...]:
    """A warning when a number of the tables is not printed as ZetaView prints them."""
    for i, line in enumerate(file.rows, start=file.first_line):
        if not all(map(_NATIVE.fullmatch, _cells(line))):
            expected = "four digits as ZetaView prints them, such as 1.250E+1: another program saved this file again"
            return (problem("warning", "RESAVED", Where(line=i), f"'{line}'", expected),)
    return ()


def _check(
    source: str, first_line: int, name: str, cells: Sequence[str], *, good: NDArray[np.bool_], code: str
) -> None:
    if not good.all():
        at = int(np.argmin(good))
        raise refusal(source, code, Where(line=first_line + at, column=name), cells[at], _EXPECTED[code])


def class_width(source: str, table: SizeTable) -> float:
    """The width of the linear classes in nm, such that every printed size is the centre of its class.

    Sizes are printed with four digits (5.992E+3), so the width is the roundest number that agrees with all of them.

    Args:
        source: the file's name.
        table: the linear table, of at least one row.

    Raises:
        InputError: ``SIZE_CLASSES`` when no width fits, at the first row that leaves the pattern.
    """
    least, most = _widths(table)
    low, high = float(least.max()) * (1 - _FLOAT), float(most.min()) * (1 + _FLOAT)
    fitting = (w for digits in range(7) if low <= (w := round((low + high) / 2, digits)) <= high and w > 0)
    if (width := next(fitting, None)) is None:
        raise _no_width(source, table)
    return width


def _widths(table: SizeTable) -> tuple[Floats, Floats]:
    """The least and the greatest width of the classes that each printed size allows, shape (n,)."""
    size, half, steps = table.value(SIZE), table.half(SIZE), np.arange(len(table)) + 0.5
    return (size - half) / steps, (size + half) / steps


def _no_width(source: str, table: SizeTable) -> InputError:
    """The refusal of sizes that no width agrees with, at the first row that leaves the pattern."""
    least, most = _widths(table)
    low, high = np.maximum.accumulate(least) * (1 - _FLOAT), np.minimum.accumulate(most) * (1 + _FLOAT)
    at = int(np.argmax(low > high))
    before = max(at - 1, 0)
    expected = f"centres of classes of one width, here {(low[before] + high[before]) / 2 * (at + 0.5):.4g}"
    where = Where(line=table.first_line + at, column=SIZE)
    return refusal(source, "SIZE_CLASSES", where, f"{table.value(SIZE)[at]:g}", expected)


def centres(table: SizeTable, width: float) -> Floats:
    """The centres of the linear classes without the rounding of the printed sizes, shape (n,), nm."""
    return np.asarray((np.arange(len(table)) + 0.5) * width, dtype=np.float64)


def check_log_sizes(source: str, table: SizeTable) -> None:
    """Raises InputError ``SIZE_CLASSES`` unless the sizes of the log table are positive and ascend."""
    size = table.value(SIZE)
    if (wrong := np.flatnonzero(size <= np.concatenate(([0.0], size[:-1])))).size:
        at = int(wrong[0])
        where = Where(line=table.first_line + at, column=SIZE)
        raise refusal(source, "SIZE_CLASSES", where, f"{size[at]:g}", "sizes that ascend")


def column_issues(source: str, table: SizeTable, diameter: Floats) -> tuple[Issue, ...]:
    """Warnings where the columns of the linear table contradict each other.

    Args:
        source: the file's name.
        table: the linear table.
        diameter: centres of its classes in nm, shape (n,).

    Raises:
        InputError: ``COLUMNS_SWAPPED`` when they do so in most classes that hold traces.

    Source:
        Volume = Number pi/6 d³, Area = Number pi/4 d² with d the class centre, and one concentration per trace, in
        every file seen.
    """
    square, filled = diameter**2, np.flatnonzero(table.value(NUMBER) > 0)
    of_one, spread = [np.pi / 6 * square * diameter, np.pi / 4 * square], [0.0, 0.0]
    if filled.size:
        usual, off = _concentration_of_one(table, filled)
        of_one, spread = [np.full(len(table), usual), *of_one], [off, *spread]
    one = np.array(of_one)
    contradicting = _contradicting(table, one, np.array(spread))
    if not contradicting.any():
        return ()
    wrong = dict(zip(COLUMNS[-len(one) :], zip(one, contradicting, strict=True), strict=True))
    for name in (VOLUME, AREA):
        of_trace, places = wrong[name]
        if 2 * np.count_nonzero(places) > filled.size:
            at = int(np.argmax(places))
            where, found = Where(line=table.first_line + at, column=name), f"{table.value(name)[at]:.4g}"
            expected = f"{of_trace[at]:.4g} a trace, as the other columns give"
            raise refusal(source, "COLUMNS_SWAPPED", where, found, expected)
    named = ((name, *wrong[name]) for name in (VOLUME, AREA, CONCENTRATION) if name in wrong)
    return tuple(_column_warning(table, *each) for each in named if each[-1].any())


def _concentration_of_one(table: SizeTable, filled: NDArray[np.intp]) -> tuple[float, float]:
    """The median of the concentrations per trace, and the most that the print can move one of them."""
    count = table.value(NUMBER)[filled]
    each, middle = np.sort(table.value(CONCENTRATION)[filled] / count), (filled.size - 1) // 2
    usual = float(each[middle] + each[filled.size // 2]) / 2
    return usual, float((table.half(CONCENTRATION)[filled] / count).max())


def _contradicting(table: SizeTable, of_one: Floats, spread: Floats) -> NDArray[np.bool_]:
    """Where the last columns are not Number times what one trace has, within the rounding of both.

    Args:
        table: the linear table.
        of_one: what one trace has, a row for each of these columns, shape (k, n).
        spread: how far that can be off, shape (k,).

    Returns:
        Shape (k, n).
    """
    last, count = slice(-len(of_one), None), table.value(NUMBER)
    product = count * of_one
    tolerance = table.halves[last] * (1 + _FLOAT) + table.half(NUMBER) * of_one
    tolerance += count * spread[:, np.newaxis] + _FLOAT * product
    found: NDArray[np.bool_] = np.abs(table.values[last] - product) > tolerance
    return found


def _column_warning(table: SizeTable, name: str, one: Floats, wrong: NDArray[np.bool_]) -> Issue:
    at = int(np.argmax(wrong))
    where = Where(line=table.first_line + at, column=name)
    found = f"{table.value(name)[at]:.4g} for {table.value(NUMBER)[at]:g} traces"
    return problem("warning", "COLUMNS_DISAGREE", where, found, f"{one[at] * table.value(NUMBER)[at]:.4g}")
