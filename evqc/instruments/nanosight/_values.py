"""One value a video from a row, and the Average and Standard Error behind them; a ragged row never shifts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import InputError, Where, refusal
from evqc.instruments._numbers import LARGEST_COUNT, number, parse, parse_all, whole
from evqc.instruments.nanosight._grids import LARGEST

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized

    from evqc.instruments.nanosight._sections import Row

#: Cells behind the videos in the rows that have them.
AVERAGE_COLUMNS = ("Average", "Standard Error")


@dataclass(frozen=True, slots=True)
class Printed:
    """A row of numbers.

    Attributes:
        name: section and key, for messages.
        line: line number.
        values: one a video, n of them.
        average, standard_error: the two cells behind them; None where the row has none.
    """

    name: str
    line: int
    values: tuple[float, ...]
    average: float | None = None
    standard_error: float | None = None

    def where(self, video: int) -> Where:
        """The place of one video's value; column 1 holds the key."""
        return Where(line=self.line, column=str(video + 2), field=self.name)


def _wrong_width(source: str, line: int, name: str, found: int, expected: str) -> InputError:
    where = Where(line=line, field=name)
    return refusal(source, "WRONG_WIDTH", where, f"{found} values", expected)


def texts(row: Row, videos: int, source: str, name: str) -> list[str | None]:
    """The texts of a row, one a video; None where a cell is empty, as all are in a row of any width without text.

    Raises:
        InputError: ``WRONG_WIDTH`` when the row ends before the last video or goes on after it.
    """
    cells = row.cells[1:]
    own: list[str | None] = [*cells[:videos]]
    if len(own) == videos and all(own) and not any(cells[videos:]):
        return own
    if not any(cells):
        return [None] * videos
    if len(cells) < videos or any(cells[videos:]):
        found = len(cells) if len(cells) < videos else len(row.filled) - 1
        raise _wrong_width(source, row.line, name, found, f"{videos} values, one a video")
    return [cell or None for cell in cells[:videos]]


def numbers(row: Row, videos: int, source: str, name: str) -> Printed:
    """The numbers of a row that has one value a video and nothing behind.

    Raises:
        InputError: ``WRONG_WIDTH``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    cells = row.filled[1:]
    refuse_unless_one_each(cells, row.line, videos, source, name)
    return Printed(name, row.line, _values(cells, row, source, name, -LARGEST))


def counts(row: Row, videos: int, source: str, name: str) -> Printed:
    """Whole numbers from 0, one a video; ``5111.0`` is one.

    Raises:
        InputError: ``WRONG_WIDTH``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``NOT_WHOLE``.
    """
    found = numbers(row, videos, source, name)
    if not all(0 <= value <= LARGEST_COUNT and value.is_integer() for value in found.values):
        for k, cell in enumerate(row.filled[1:]):
            whole(cell, source, found.where(k))
    return found


def averaged(row: Row, videos: int, source: str, name: str) -> Printed:
    """The numbers (from 0) of a row that ends in Average and Standard Error.

    Raises:
        InputError: ``WRONG_WIDTH``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``.
    """
    cells = row.filled[1:]
    refuse_unless_averaged(cells, row.line, videos, source, name)
    if videos > 1 and (plain := parse_all(cells)) is not None and min(plain) >= 0 and max(plain) <= LARGEST:
        return Printed(name, row.line, tuple(plain[:videos]), *plain[videos:])
    values = _values(cells[:videos], row, source, name, 0)
    average, error = tail(cells[videos:], row, videos, source, name)
    return Printed(name, row.line, values, average, error)


def refuse_unless_one_each(cells: Sized, line: int, videos: int, source: str, name: str) -> None:
    """Raises InputError ``WRONG_WIDTH`` unless there is one cell a video."""
    if len(cells) != videos:
        raise _wrong_width(source, line, name, len(cells), f"{videos} values, one a video")


def refuse_other_title(title: Row, videos: int, source: str) -> None:
    """Raises InputError ``WRONG_HEADINGS`` unless ``[Results]`` names Average and Standard Error behind the videos."""
    behind = title.filled[videos + 1 :]
    if behind != [*AVERAGE_COLUMNS] and not (videos == 1 and behind == [*AVERAGE_COLUMNS][: len(behind)]):
        where = Where(line=title.line, column=str(videos + 2), field=title.key)
        expected = f"{' and '.join(AVERAGE_COLUMNS)} behind {videos} videos"
        raise refusal(source, "WRONG_HEADINGS", where, title.text, expected)


def refuse_unless_averaged(cells: Sized, line: int, videos: int, source: str, name: str) -> None:
    """Raises InputError ``WRONG_WIDTH`` unless the cells are one a video, then Average and Standard Error.

    One video has no standard error, and what the instrument prints for it was never seen: there it may be missing.
    """
    if len(cells) != videos + 2 and not (videos == 1 and 1 <= len(cells) <= 3):
        raise _wrong_width(source, line, name, len(cells), f"{videos} values, then Average and Standard Error")


def tail(cells: Sequence[str], row: Row, videos: int, source: str, name: str) -> tuple[float | None, float | None]:
    """Average and Standard Error of a row; for one video a cell that is no number counts as absent."""
    if videos == 1:
        average, error, *_ = *(parse(cell) for cell in cells), None, None
        return average, error
    column = [Where(line=row.line, column=str(videos + k), field=name) for k in (2, 3)]
    average, error = (_number(cell, source, where, 0) for cell, where in zip(cells, column, strict=True))
    return average, error


def _values(cells: Sequence[str], row: Row, source: str, name: str, minimum: float) -> tuple[float, ...]:
    values = parse_all(cells)
    if values is None or not (minimum <= min(values) and max(values) <= LARGEST):
        places = [Where(line=row.line, column=str(k), field=name) for k in range(2, len(cells) + 2)]
        values = [_number(c, source, w, minimum) for c, w in zip(cells, places, strict=True)]
    return tuple(values)


def _number(cell: str, source: str, where: Where, minimum: float) -> float:
    value = number(cell, source, where, minimum=minimum)
    if not value <= LARGEST:
        raise refusal(source, "OUT_OF_RANGE", where, cell, f"a number of at most {LARGEST:g}")
    return value
