"""Grids of spots on a membrane array: letters across, numbers down, one signal a spot.

The grid does not say what was spotted where, nor which spots are duplicates. A spot of 0 lies at or below the
background that the software took off: it was cut off there, and is no measured zero. Real grids end without a line end;
the last spot is then left out with a warning, since nothing shows that its number is whole.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import Amount, amount_in
from evqc.instruments._bands import signal, without_map
from evqc.instruments._first_headings import first_filled
from evqc.instruments._marks import Marks, marks
from evqc.instruments._rows import delimiter, ends_open, filled, rows
from evqc.measurement import Quantity, State
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile

NAME = "array_grid"
TITLE = "Grid of spots of a membrane array"
FAMILY = "markers"
STATUS: Literal["verified"] = "verified"
READS = ("Grid measurements table: letters across, numbers down, one signal a spot",)

_FEWEST_COLUMNS = 3


def recognises(file: ExportFile) -> bool:
    """Whether the first line is an empty corner and the letters from A on, and the second begins with 1."""
    if file.head[:1].isalpha() and file.head[:4].casefold() != "sep=":
        return False
    lines = first_filled(file, 2)
    if len(lines) < 2 or lines[0][0]:
        return False
    letters = lines[0][1:]
    return len(letters) >= _FEWEST_COLUMNS and _from_a(letters) and lines[1][0] == "1"


def read(file: ExportFile) -> Reading:
    """The whole reading of a grid.

    Raises:
        InputError: ``GRID`` for letters or row numbers that do not follow each other and rows of unequal length,
            ``NOT_A_NUMBER``, ``DECIMAL_AMBIGUOUS``.
    """
    top, *body = (row for row in rows(file) if filled(row))
    letters = [cell.text for cell in top[1:]]
    _refuse_gaps(file.name, letters, body)
    texts = (cell.text for row in body for cell in row[1:])
    found = marks(texts, file.name, Where(line=2), delimiter=delimiter(file.text()))
    spots = [q for row in body for q in _spots(file.name, row, letters, found)]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="grid of spots",
        measurements=tuple(spots[:-1] if ends_open(file) else spots),
        issues=(
            *([_open_end(spots[-1])] if ends_open(file) else ()),
            without_map("which spot is which marker, and which sample the array saw"),
        ),
        status=STATUS,
    )


def _from_a(letters: Sequence[str]) -> bool:
    return list(letters) == list(string.ascii_uppercase[: len(letters)])


def _refuse_gaps(source: str, letters: Sequence[str], body: Sequence[Row]) -> None:
    if not _from_a(letters) or not body:
        raise refusal(source, "GRID", Where(line=1), f"columns {list(letters)}", "letters from A on, and rows below")
    for number, row in enumerate(body, start=1):
        if row[0].text != str(number) or len(row) != len(letters) + 1:
            found = f"row '{row[0].text}' of {len(row) - 1} spots"
            raise refusal(source, "GRID", Where(line=row[0].line), found, f"row {number} of {len(letters)} spots")


def _spots(source: str, row: Row, letters: Sequence[str], found: Marks) -> tuple[Quantity, ...]:
    return tuple(
        signal(
            _cut_off(amount_in(cell, letter, source, found)),
            cell.where(letter),
            None,
            {"spot": f"{letter}{row[0].text}", "column": letter, "row": int(row[0].text)},
            "membrane array",
        )
        for letter, cell in zip(letters, row[1:], strict=True)
    )


def _open_end(spot: Quantity) -> Issue:
    """The warning for the last spot of a file without a line end: its number may be the beginning of a longer one."""
    stands = spot.as_written if spot.value is None else f"{spot.value:g}"
    expected = (
        "a line end behind the last spot, which is left out, as its number may be cut; saved again with one it is read"
    )
    return problem("warning", "LAST_NUMBER_OPEN", spot.where, f"'{stands}' and the end of the file", expected)


def _cut_off(found: Amount) -> Amount:
    """A signal of 0 as below range; anything else as it is."""
    return Amount(State.BELOW_RANGE, reason="below range", as_written="0") if found.value == 0 else found
