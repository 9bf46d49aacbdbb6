"""A table of bins: particles counted in all videos, and the concentration per nanometre that follows from them."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._marks import marks
from evqc.instruments._numbers import LARGEST_COUNT, parse
from evqc.instruments._rows import ends_open
from evqc.measurement import (
    Agreement,
    Bins,
    Comparison,
    Dilution,
    RunValidity,
    SizeDistribution,
    SizeStatistics,
    Statistics,
    TotalConcentration,
    agreement,
)
from evqc.numerics.sizing import standard_statistics
from evqc.reading import Reading, accepted
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments._export import ExportFile

    Floats = NDArray[np.float64]

BIN_TABLE = "bin table"
CORRECTED_TABLE = "corrected bin table"
LOWER, CENTER, UPPER = "LowerBinDiameter_[nm]", "CenterBinDiameter_[nm]", "UpperBinDiameter_[nm]"
COUNT, DENSITY = "TotalParticlesCounted_WithinBin_AllVideosAnalyzed", "PSD_corrected_[counts/mL/nm]"
NEEDED = (LOWER, CENTER, UPPER, COUNT, DENSITY)
RULE = "PSD = particles counted / (videos x observed volume x bin width), without the dilution"
#: Tables reach 20 µm, except two kinds that end where they do in every file seen, and bins that a person chose for
#: display. Source: 22 tables of real files.
REACH_NM = 20000.0
_SHORTER = {(245, 6045.5), (277, 2035.522642)}
#: Bins beyond the first of these that holds every particle are left out, so that runs mostly share their bins.
ENDS_NM = (2000.0, 5000.0, 10000.0)
#: Computed numbers are printed with 15 digits.
_FLOAT = 1e-6
#: More than any count or concentration of a bin; products of two stay finite below it.
_LARGEST = 1e30
_NUMBERS = re.compile(r"[0-9eE+.\-\s]*")


@dataclass(frozen=True, slots=True)
class BinTable:
    """The columns of a table in the order of its rows, each of shape (n,).

    Attributes:
        lower, upper: bin edges in nm.
        count: particles in all videos; of a corrected table weights that are no whole numbers.
        density: particles per mL and nm, as printed.
        per_count: concentration per mL that one particle stands for; None in a table without particles.
        whole: every count is a whole number.
    """

    lower: Floats
    upper: Floats
    count: Floats
    density: Floats
    per_count: float | None
    whole: bool


def begins(head: str) -> bool:
    """Whether a text begins with the headings of a table of bins, that of volumes included."""
    return head.lstrip().startswith("/LowerBin") and "CenterBin" in head[:120]


def read(file: ExportFile) -> Reading:
    """The reading of one table of bins: one size distribution.

    Raises:
        InputError: ``UNSUPPORTED_KIND`` for the table of volumes, ``UNKNOWN_COLUMNS``, ``TRUNCATED``, ``ROW_LENGTH``,
            ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``BIN_EDGES``, ``COLUMNS_SWAPPED``.
    """
    lines = re.split(r"\r\n|\n|\r", file.text())
    names = [cell.strip() for cell in lines[0].strip().lstrip("/").split("\t") if cell.strip()]
    _refuse_other_columns(file.name, names)
    rows = _rows(file, lines[1:], len(names))
    numbers = _numbers(file.name, rows, names)
    table, issues = _table(file.name, dict(zip(names, numbers.T, strict=True)))
    kept, trimmed = _kept(table)
    return accepted(
        file.source,
        instrument="viewsizer",
        software_version=None,
        file_kind=BIN_TABLE if table.whole else CORRECTED_TABLE,
        measurements=(_distribution(table, kept),),
        issues=(*issues, *trimmed, *_corrected(table), *_empty(table)),
        unread=tuple(n for n, v in zip(names, numbers.T, strict=True) if n not in NEEDED and v.any()),
    )


def _refuse_other_columns(source: str, names: Sequence[str]) -> None:
    if "Volume_WithinBin_AllVideosAnalyzed" in names:
        expected = "a table of counts: this one holds volumes, and its headings name mL where nanometres stand"
        raise refusal(source, "UNSUPPORTED_KIND", Where(line=1), "the table of volumes", expected)
    missing = [name for name in NEEDED if name not in names]
    if missing or len(set(names)) < len(names):
        raise refusal(source, "UNKNOWN_COLUMNS", Where(line=1), f"{names}", f"each once: {', '.join(NEEDED)}")


def _rows(file: ExportFile, lines: Sequence[str], width: int) -> list[list[str]]:
    """The cells of every row; a blank line may stand only at the end."""
    if ends_open(file):
        found = "the last line has no end, so its last number may be cut"
        raise refusal(file.name, "TRUNCATED", Where(line=len(lines) + 1), found, "a complete table")
    rows = [line.split() for line in lines]
    while rows and not rows[-1]:
        rows.pop()
    wrong = next((i for i, row in enumerate(rows) if len(row) != width), None)
    if wrong is not None:
        raise refusal(file.name, "ROW_LENGTH", Where(line=wrong + 2), f"{len(rows[wrong])} cells", f"{width} cells")
    if not rows:
        raise refusal(file.name, "TRUNCATED", Where(line=1), "headings alone", "the rows of the bins")
    return rows


def _numbers(source: str, rows: list[list[str]], names: Sequence[str]) -> Floats:
    """The cells as numbers from 0, shape (rows, columns)."""
    flat = [cell for row in rows for cell in row]
    text = "\n".join(flat)
    if "," in text:
        mark = marks(flat, source, Where(line=2)).decimal
        flat = flat if mark == "." else text.replace(",", ".").split("\n")
        text = "\n".join(flat)
    numbers = np.array([np.nan])
    # These characters exclude nan, inf, 1_000 and whatever else float() takes and no instrument prints.
    if _NUMBERS.fullmatch(text):
        with suppress(ValueError):  # the cell is named below
            numbers = np.array(flat, dtype=np.float64)
    if not ((numbers >= 0) & (numbers <= _LARGEST)).all():
        raise _bad_cell(source, flat, names)
    return numbers.reshape(len(rows), -1)


def _bad_cell(source: str, flat: Sequence[str], names: Sequence[str]) -> Exception:
    values = [parse(cell) for cell in flat]
    at = next(i for i, value in enumerate(values) if value is None or not 0 <= value <= _LARGEST)
    code = "NOT_A_NUMBER" if values[at] is None else "OUT_OF_RANGE"
    where = Where(line=at // len(names) + 2, column=names[at % len(names)])
    return refusal(source, code, where, f"'{flat[at]}'", f"a number from 0 to {_LARGEST:g}")


def _table(source: str, columns: dict[str, Floats]) -> tuple[BinTable, tuple[Issue, ...]]:
    lower, upper, count, density = (columns[name] for name in (LOWER, UPPER, COUNT, DENSITY))
    _refuse_edges(source, lower, columns[CENTER], upper)
    whole = bool((count == np.floor(count)).all() and count.sum() <= LARGEST_COUNT)
    per_count, issues = _per_count(source, count, density * (upper - lower))
    return BinTable(lower, upper, count, density, per_count, whole), (*issues, *_short(upper))


def _refuse_edges(source: str, lower: Floats, center: Floats, upper: Floats) -> None:
    """Raises InputError ``BIN_EDGES`` unless bins run upwards, join, and have their centres in the middle."""
    good = (lower < upper) & (np.abs(center - (lower + upper) / 2) <= _FLOAT * (upper - lower))
    good[1:] &= np.abs(lower[1:] - upper[:-1]) <= _FLOAT * (upper - lower)[1:]
    if not good.all():
        at = int(np.argmin(good))
        found = f"a bin from {lower[at]:.10g} to {upper[at]:.10g} with centre {center[at]:.10g}"
        where = Where(line=at + 2, column=LOWER)
        raise refusal(source, "BIN_EDGES", where, found, "bins that begin where the one before ends, and their middles")


def _short(upper: Floats) -> tuple[Issue, ...]:
    """A warning for a table that ends before 20 µm and is not of a kind that does: it may have been cut."""
    end = float(upper[-1])
    if end >= REACH_NM or any(len(upper) == n and abs(end - last) < 1e-3 for n, last in _SHORTER):
        return ()
    found = f"{len(upper)} bins, the last up to {end:.7g} nm"
    expected = f"bins up to {REACH_NM:g} nm; of a table that was cut here, larger particles are missing"
    return (problem("warning", "END_UNMARKED", Where(line=len(upper) + 1), found, expected),)


def _per_count(source: str, count: Floats, concentration: Floats) -> tuple[float | None, tuple[Issue, ...]]:
    """What one particle stands for per mL: the same in every bin, or the columns contradict each other.

    Raises:
        InputError: ``COLUMNS_SWAPPED`` when most bins that hold something contradict.
    """
    filled = (count > 0) | (concentration > 0)
    if not filled.any():
        return None, ()
    per_count = float(np.median(concentration[count > 0] / count[count > 0])) if (count > 0).any() else 0.0
    wrong = np.abs(concentration - per_count * count) > _FLOAT * np.maximum(concentration, per_count * count)
    if not wrong.any():
        return per_count, ()
    at = int(np.argmax(wrong))
    where = Where(line=at + 2, column=DENSITY)
    found = f"{concentration[at]:.6g} per mL for {count[at]:g} particles"
    expected = f"{per_count * count[at]:.6g} per mL, as the other bins give"
    if np.count_nonzero(wrong) > np.count_nonzero(filled) / 2:
        raise refusal(source, "COLUMNS_SWAPPED", where, found, expected)
    return per_count, (problem("warning", "PRINTED_DISAGREES", where, found, expected),)


def _kept(table: BinTable) -> tuple[int, tuple[Issue, ...]]:
    """How many bins are kept, and a note of the empty ones behind them that are not."""
    last = float(table.upper[table.count > 0][-1]) if (table.count > 0).any() else 0.0
    end = next((end for end in ENDS_NM if end >= last), float(table.upper[-1]))
    kept = int(np.count_nonzero(table.lower < end))
    if kept == len(table.lower):
        return kept, ()
    found = f"{len(table.lower) - kept} bins from {table.lower[kept]:.7g} nm on"
    expected = "particles in them; there are none, and the distribution ends before them"
    return kept, (problem("note", "EMPTY_BINS_LEFT_OUT", Where(line=kept + 2), found, expected),)


def _corrected(table: BinTable) -> tuple[Issue, ...]:
    if table.whole:
        return ()
    at = int(np.argmax(table.count != np.floor(table.count)))
    expected = "whole particles: this table is corrected in a way that no file states; its numbers are no counts"
    where = Where(line=at + 2, column=COUNT)
    return (problem("warning", "COUNTS_NOT_WHOLE", where, f"{table.count[at]:g} particles", expected),)


def _empty(table: BinTable) -> tuple[Issue, ...]:
    if table.count.any():
        return ()
    expected = "particles; a run without them has neither a size nor a concentration"
    return (problem("warning", "NO_PARTICLES", Where(line=2, column=COUNT), "no particle in any bin", expected),)


def _distribution(table: BinTable, kept: int) -> SizeDistribution:
    """One distribution of the suspension as measured; no concentration of zero for a run without particles."""
    lower, upper, count = (array(v[:kept]) for v in (table.lower, table.upper, table.count))
    concentration = array((table.density * (table.upper - table.lower))[:kept])
    counted = int(count.sum()) if table.whole else None
    empty = not count.any()
    return SizeDistribution(
        technique="NTA",
        sample=None,
        run=None,
        acquired_at=None,
        diameter_nm=Bins(lower=lower, upper=upper),
        count=count if table.whole else None,
        concentration_per_ml=concentration,
        dilution=Dilution(factor=None, source="not stated", already_applied=False),
        concentration_total_per_ml=TotalConcentration(
            reported=None, recomputed=None if empty else float(concentration.sum()), undiluted=None
        ),
        statistics=Statistics(
            reported=SizeStatistics(), vendor=SizeStatistics(), standard=standard_statistics(lower, upper, count)
        ),
        agreement=_agreement(table),
        validity=RunValidity(
            valid=False if empty else None,
            reasons=("no particle was counted",) if empty else (),
            completed_tracks=counted,
            valid_tracks=counted,
        ),
        settings={"bins_in_table": len(table.lower), "concentration_per_particle_per_mL": table.per_count},
        where=Where(line=2),
    )


def _agreement(table: BinTable) -> Agreement:
    """The printed density of the bin that is furthest off, beside its count; None for a table without particles."""
    if table.per_count is None:
        return agreement(RULE, ())
    expected = table.per_count * table.count / (table.upper - table.lower)
    at = int(np.argmax(np.abs(table.density - expected) - _FLOAT * expected))
    tolerance = _FLOAT * float(expected[at])
    off = abs(float(table.density[at] - expected[at]))
    compared = Comparison(
        statistic=f"PSD of the bin furthest off ({table.lower[at]:.6g} nm)",
        reported=float(table.density[at]),
        recomputed=float(expected[at]),
        tolerance=tolerance,
        within=off <= tolerance,
    )
    return agreement(RULE, (compared,))
