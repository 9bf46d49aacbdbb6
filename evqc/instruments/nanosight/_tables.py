"""The two tables of a distribution block, bins and percentiles: found by their headings, checked, then numbers."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from evqc.errors import InputError, Issue, Where, problem, refusal
from evqc.instruments._numbers import half_unit, parse
from evqc.instruments.nanosight._grids import BIN_HEADING, BINS, CENTRES, LARGEST, PERCENTILE_HEADING, PERCENTILES
from evqc.instruments.nanosight._values import AVERAGE_COLUMNS, refuse_unless_averaged, refuse_unless_one_each
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.instruments.nanosight._sections import Row

Of = Literal["diameter", "diffusion coefficient"]
By = Literal["number", "surface area", "volume"]

_UNIT = {"diameter": r"\(nm\)", "diffusion coefficient": r"\(E4 nm\S{1,2}/s\)"}
#: What the bins of diameters hold, in lower case; another unit would make another number of the same digits.
_VALUE: dict[By, str] = {
    "number": r"concentration \(particles / ml\)",
    "surface area": r"surface area conc\. \(nm\S+ / ml\)",
    "volume": r"volume conc\. \(nm\S+ / ml\)",
}
#: How far a whole number can be from the unrounded one: what is printed as 0, and any other; see ``_rounding``.
_WHOLE = (1.0, 0.5)
#: Edges of the usual bins.
_USUAL = array(CENTRES - 0.5), array(CENTRES + 0.5)
_NUMBER_CHARACTERS = re.compile(r"[0-9eE+.\-\n]*")


@dataclass(frozen=True, slots=True)
class Bins:
    """The bins of one block.

    Attributes:
        line: of the first bin.
        lower, upper: edges in the unit of the abscissa (nm, or 10⁴ nm²/s), shape (bins,).
        values: as printed, shape (bins, videos).
        rounding: how far each value can be from the unrounded one, shape (bins, videos).
        behind: the columns Average and Standard Error, shape (bins, 2); None for a file of one video.
        behind_rounding: how far each of them can be from the unrounded one, shape (bins, 2).
        whole: whether no number can be further than 1 from the unrounded one.
    """

    line: int
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    values: NDArray[np.float64]
    rounding: NDArray[np.float64]
    behind: NDArray[np.float64] | None
    behind_rounding: NDArray[np.float64]
    whole: bool


@dataclass(frozen=True, slots=True)
class Percentiles:
    """The percentile table of one block: line of percentile 0, and values of shape (101, videos)."""

    line: int
    values: NDArray[np.float64]


def read_bins(rows: list[Row], of: Of, by: By, videos: int, source: str, name: str) -> Bins:
    """The bins of a block.

    Args:
        rows: the rows of the block.
        of: what the abscissa is.
        by: what each bin counts.
        videos: number of videos, n.
        source: name of the file.
        name: the block as messages call it.

    Raises:
        InputError: ``TRUNCATED``, ``WRONG_HEADINGS``, ``WRONG_WIDTH``, ``BIN_COUNT``, ``NOT_A_NUMBER``,
            ``OUT_OF_RANGE``, ``BIN_CENTRES``.
    """
    title = f"{name} / Graph Data"
    head, body = _table(rows, BIN_HEADING)
    if head is None or (head.grid is None and not body):
        where = Where(line=rows[-1].line, field=title)
        raise refusal(source, "TRUNCATED", where, "no bins", f"{BINS} bins")
    if not _is_bin_heading(head.filled, of, videos) or (of == "diameter" and not _holds(head.filled[1], by)):
        raise _wrong_headings(head, source, title)
    whole = _whole_bins(head, videos, source, title)
    table, rounding = whole if whole is not None else _bin_table(body, videos, source, title)
    line = head.line + 1
    lower, upper = _edges(table[:, 0], line, source, title)
    return Bins(
        line=line,
        lower=lower,
        upper=upper,
        values=table[:, 1 : videos + 1],
        rounding=rounding[:, :videos],
        behind=table[:, videos + 1 :] if videos > 1 else None,
        behind_rounding=rounding[:, videos:],
        whole=whole is not None or bool(rounding.max() <= 1),
    )


def held(table: NDArray[np.float64]) -> slice | None:
    """The rows from the first that holds something to the last, of shape (rows, columns); None when none does."""
    filled, columns = (table > 0).ravel(), table.shape[1]
    first = int(filled.argmax())
    if not filled[first]:
        return None
    last = filled.size - 1 - int(filled[::-1].argmax())
    return slice(first // columns, last // columns + 1)


def read_percentiles(rows: list[Row], of: Of, videos: int, source: str, name: str) -> Percentiles | None:
    """The percentile table of a block; None when it has none. Arguments and errors as in ``read_bins``."""
    title = f"{name} / {PERCENTILE_HEADING}"
    head, body = _table(rows, PERCENTILE_HEADING)
    if head is None:
        return None
    if not _is_percentile_heading(head.filled, of, videos):
        raise _wrong_headings(head, source, title)
    if head.grid is not None:
        refuse_unless_one_each(head.grid[0, 1:], head.line + 1, videos, source, title)
        return Percentiles(head.line + 1, head.grid[:, 1:])
    texts = [row.filled for row in body]
    if [row.key for row in body] != [str(p) for p in range(PERCENTILES)]:
        where, last = Where(line=(body or [head])[-1].line, field=title), body[-1].key if body else "none"
        raise refusal(source, "TRUNCATED", where, f"{len(body)} rows, the last {last}", "percentiles 0 to 100")
    for cells, row in zip(texts, body, strict=True):
        refuse_unless_one_each(cells[1:], row.line, videos, source, title)
    return Percentiles(body[0].line, _numeric(texts, body, source, title)[:, 1:])


def _table(rows: list[Row], heading: str) -> tuple[Row | None, list[Row]]:
    """The heading row and the rows below it up to a blank one or the next table."""
    at = next((i for i, row in enumerate(rows) if heading in row.text and row.key.startswith(heading)), None)
    if at is None:
        return None, []
    return rows[at], list(takewhile(_is_of_table, rows[at + 1 :]))


def _is_of_table(row: Row) -> bool:
    return row.text[:1].isdigit() or not (row.blank or row.key == PERCENTILE_HEADING)


def _wrong_headings(head: Row, source: str, name: str) -> InputError:
    expected = "the headings of this table: one a video, all the same, then average and standard error of bins"
    return refusal(source, "WRONG_HEADINGS", Where(line=head.line, field=name), head.text, expected)


def _is_bin_heading(cells: list[str], of: Of, videos: int) -> bool:
    first, runs, behind = cells[0], cells[1 : videos + 1], cells[videos + 1 :]
    ends = len(behind) == 2 and behind[0].endswith("average") and behind[1] == AVERAGE_COLUMNS[1]
    named = re.fullmatch(f"{BIN_HEADING} {_UNIT[of]}", first) is not None
    return named and _one_each(runs, videos) and (ends or (videos == 1 and len(behind) < 2))


def _holds(heading: str, by: By) -> bool:
    return re.fullmatch(_VALUE[by], heading.lower()) is not None


def _is_percentile_heading(cells: list[str], of: Of, videos: int) -> bool:
    return _one_each(cells[1:], videos) and re.search(f"{_UNIT[of]}$", cells[1]) is not None


def _one_each(headings: list[str], videos: int) -> bool:
    return len(headings) == videos and len(set(headings)) == 1 and "average" not in headings[0]


def _whole_bins(
    head: Row, videos: int, source: str, name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Bins that were read as a whole, with the rounding of whole numbers."""
    if head.grid is None:
        return None
    refuse_unless_averaged(head.grid[0, 1:], head.line + 1, videos, source, name)
    table = head.grid[:, :2] if videos == 1 else head.grid
    return table, np.where(table[:, 1:] == 0, *_WHOLE)


def _bin_table(rows: list[Row], videos: int, source: str, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if len(rows) != BINS:
        where = Where(line=rows[-1].line, field=name)
        raise refusal(source, "BIN_COUNT", where, f"{len(rows)} bins", f"{BINS} bins, as every export has")
    texts = [row.filled for row in rows]
    for cells, row in zip(texts, rows, strict=True):
        refuse_unless_averaged(cells[1:], row.line, videos, source, name)
    if videos == 1:
        texts = [cells[:2] for cells in texts]
    table = _numeric(texts, rows, source, name)
    return table, _rounding([cells[1:] for cells in texts], table[:, 1:])


def _numeric(texts: list[list[str]], rows: list[Row], source: str, name: str) -> NDArray[np.float64]:
    """A table of numbers from 0, read-only, shape (rows, columns)."""
    flat = [cell for cells in texts for cell in cells]
    table = np.array([np.nan])
    # These characters exclude nan, inf, 1_000 and whatever else float() takes and no instrument prints.
    if _NUMBER_CHARACTERS.fullmatch("\n".join(flat)):
        with suppress(ValueError):  # the cells are named below
            table = np.array(flat, dtype=np.float64)
    if ((table >= 0) & (table <= LARGEST)).all():
        table = table.reshape(len(texts), -1)
        table.setflags(write=False)
        return table
    raise InputError(source, *list(_bad_cells(texts, rows, name))[:10])


def _bad_cells(texts: list[list[str]], rows: list[Row], name: str) -> Iterator[Issue]:
    for cells, row in zip(texts, rows, strict=True):
        for k, cell in enumerate(cells, start=1):
            value, where = parse(cell), Where(line=row.line, column=str(k), field=name)
            if value is None:
                yield problem("error", "NOT_A_NUMBER", where, f"'{cell}'", "a number with decimal point")
            elif not 0 <= value <= LARGEST:
                yield problem("error", "OUT_OF_RANGE", where, cell, f"a number from 0 to {LARGEST:g}")


def _rounding(texts: list[list[str]], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far printed values can be from the unrounded ones, shape as ``values``.

    Half a unit of the last digit; but what is below 1 is printed as 0. SOURCE: real files, where averages of bins up
    to 1.0 print as 0 while all others are rounded, and where 1 is as rare as if it stood for 1.0 to 1.5 only.
    """
    flat = [cell for cells in texts for cell in cells]
    if "".join(flat).isdigit():
        return np.where(values == 0, *_WHOLE)
    pairs = zip(flat, values.ravel().tolist(), strict=True)
    return np.array([half_unit(cell) if value else 1.0 for cell, value in pairs]).reshape(values.shape)


def _edges(
    centres: NDArray[np.float64], line: int, source: str, name: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if np.array_equal(centres, CENTRES):
        return _USUAL
    width = centres[1] - centres[0]
    off = np.abs(centres - width * (np.arange(len(centres)) + 0.5)) > 1e-6 * max(width, 1e-6)
    if not width > 0 or off.any():
        first = int(np.argmax(off))
        where = Where(line=line + first, column="1", field=name)
        raise refusal(source, "BIN_CENTRES", where, f"{centres[first]:g}", "centres that rise from 0 in equal steps")
    return centres - width / 2, centres + width / 2
