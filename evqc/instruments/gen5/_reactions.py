"""Kinetic reads of a Gen5 export: a table of times by wells."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evqc.errors import Issue, problem, refusal
from evqc.instruments._cell import Cell
from evqc.instruments._plate_series import off_interval, read_numbers, seconds, well_series
from evqc.instruments._plates import well
from evqc.instruments._rows import filled
from evqc.instruments.gen5._procedure import meant

if TYPE_CHECKING:
    from evqc.calibration import WellSeries
    from evqc.instruments._cell import Row
    from evqc.instruments.gen5._results import Context

_INTERVAL = re.compile(r"Interval (\d+:[0-5]\d:[0-5]\d)")
_READS = re.compile(r"(\d+) Reads")


def reactions(of: Context) -> tuple[list[WellSeries], list[Issue], list[str]]:
    """Every reaction of a plate, with what should be known and the titles of tables that are no read.

    Raises:
        InputError: ``TRUNCATED`` for fewer rows than reads, ``NOT_A_NUMBER``, ``TIME``.
    """
    found: list[WellSeries] = []
    issues: list[Issue] = []
    unread: list[str] = []
    for title, head, body in of.plate.reactions:
        kind = meant(title, of.reads)
        if kind is None or kind.part:
            unread.append(title)
            continue
        series, noted = _series(of, kind.read.mode, kind.settings.get("wavelength_nm"), head, body)
        found += series
        issues += noted
    return found, issues, unread


def _series(
    of: Context, mode: str, wavelength: object, head: Row, body: tuple[Row, ...]
) -> tuple[list[WellSeries], list[Issue]]:
    _refuse_cut(of, head, body)
    places = {place: name for place, cell in enumerate(head) if (name := well(cell.text)) is not None}
    rows = [row for row in body if any(place < len(row) and row[place].text for place in places)]
    if not rows:
        expected = "a read for at least one time"
        return [], [problem("warning", "READS_MISSING", head[0].where("Time"), "no reads at all", expected)]
    values, worded = read_numbers(
        [[row[place] for place in places if place < len(row)] for row in rows], of.source, of.used
    )
    times, where = [seconds(row[0], of.source) for row in rows], head[0].where("Time")
    noted = [
        *worded,
        *_disordered(head, list(places.values())),
        *off_interval(times, _interval(of), "as the procedure states", where),
    ]
    series = well_series(
        of.plate.text("Plate Number"),
        list(places.values()),
        times,
        values,
        mode,
        wavelength if isinstance(wavelength, float) else None,
        where,
        of.source,
    )
    empty = len(body) - len(rows)
    if empty:
        expected = "a read for every time; the run ended before its last read"
        noted.append(problem("warning", "READS_MISSING", where, f"{empty} times without reads", expected))
    return series, noted


def _disordered(head: Row, wells: list[str]) -> tuple[Issue, ...]:
    """A warning for wells that go neither by rows nor by columns, as those of an export do: headings were moved."""
    by_row = sorted(wells, key=lambda name: (len(_letters(name)), _letters(name), _column(name)))
    if wells in (by_row, sorted(by_row, key=_column)):
        return ()
    odd = next(b for a, b in zip(by_row, wells, strict=True) if a != b)
    return (problem("warning", "WELL_ORDER", head[0].where(odd), f"the well {odd} out of order", "wells in order"),)


def _letters(name: str) -> str:
    return name.rstrip("0123456789")


def _column(name: str) -> int:
    return int(name.removeprefix(_letters(name)))


def _interval(of: Context) -> float | None:
    """The interval of the one kinetic run of a procedure in seconds; None when it states none, or several."""
    cells = [cell for row in of.plate.procedure for cell in row]
    stated = [Cell(m[1], cell.line) for cell in cells if (m := _INTERVAL.search(cell.text)) is not None]
    return seconds(stated[0], of.source) if len(stated) == 1 else None


def _refuse_cut(of: Context, head: Row, body: tuple[Row, ...]) -> None:
    """Refuse a table with fewer rows than the procedure states reads, or with a row of other cells than its heading."""
    stated = [int(m[1]) for row in of.plate.procedure for cell in row if (m := _READS.search(cell.text))]
    where = head[0].where("Time")
    if len(stated) == 1 and len(body) < stated[0]:
        raise refusal(
            of.source, "TRUNCATED", where, f"{len(body)} reads", f"{stated[0]} reads, as the procedure states"
        )
    odd = [row for row in body if filled(row[1:]) and len(row) != len(head)]
    if odd:
        shown = f"{len(odd[0])} cells"
        raise refusal(of.source, "TRUNCATED", odd[0][0].where("Time"), shown, f"{len(head)} cells, as many as headings")
