"""Myriade Videodrop (interferometric light microscopy): ``*-Results.csv`` with RESULTS, SETTINGS and TRACKING.

Rests on third-party code only: the keys of RESULTS are known from it, the columns of TRACKING are not, so that the one
whose heading speaks of a diameter is taken and a file with several is read without a distribution.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import amount_at
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import half_unit
from evqc.instruments._rows import Table, ends_open, filled, nameless, plain, rows
from evqc.measurands import UnknownUnitError, factor
from evqc.measurement import (
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
from evqc.reading import accepted
from evqc.records import array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Scalar
    from evqc.reading import Reading

NAME = "videodrop"
TITLE = "Myriade Videodrop"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = ("*-Results.csv: results, settings and the tracked particles of a sample",)
MENTIONS = "tracked particles"

_SECTIONS = ("RESULTS", "SETTINGS", "TRACKING")
_SIZES = {
    "mean_nm": "Mean diameter", "mode_nm": "Modal diameter", "d10_nm": "D10", "d50_nm": "Median diameter",
    "d90_nm": "D90",
}  # fmt: skip
_CONCENTRATION, _PER_FRAME = "Concentration", "Average counted particles"
_TRACKED, _VIDEOS = "Tracked particles", "Number of videos"
_KEYS = (*_SIZES.values(), _CONCENTRATION, _PER_FRAME, _TRACKED, _VIDEOS)
#: Bins of 1 nm reach up to the largest particle: what is a thousand times too large is no diameter, and fills memory.
_LARGEST_NM = 1e6
_TITLE = re.compile(r"\W*(RESULTS|SETTINGS|TRACKING)\W*")
_RULE = (
    "mean and median of the tracked diameters; D10 and D90 lie between the two particles at that share, since the "
    "software's interpolation is not known; a mode needs its bins and is not compared"
)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A key of RESULTS: its number, its unit as written, the rounding of its print, and its place."""

    value: float | None
    unit: str
    rounding: float
    where: Where


def recognises(file: ExportFile) -> bool:
    """Whether the file begins with the section RESULTS, before SETTINGS, and its keys."""
    if not file.holds(_PER_FRAME, _TRACKED):
        return False
    titles = [hit[1] for line in file.head_lines if (hit := _TITLE.fullmatch(line)) is not None]
    return titles[:2] == ["RESULTS", "SETTINGS"]


def read(file: ExportFile) -> Reading:
    """Reads one size distribution: the tracked particles in bins of 1 nm, beside what the software prints.

    Raises:
        InputError: a section or key is missing, the table of particles is not whole (``TRUNCATED``), a number is none
            or no diameter (``OUT_OF_RANGE``), or a unit is not known.
    """
    sections = _sections(file)
    decimal = _marks(sections, file.name)
    entries = _entries(sections["RESULTS"], decimal, file.name)
    table = _table(sections["TRACKING"], entries, file)
    diameters = _diameters(table, decimal, file.name)
    run = _distribution(entries, diameters, _settings(sections["SETTINGS"]), file.name)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="results",
        measurements=(run,),
        issues=(*_issues(run, table, entries), *nameless([*sections["RESULTS"], *sections["SETTINGS"]])),
        unread=_unread(sections, table),
        status=STATUS,
    )


def _sections(file: ExportFile) -> dict[str, list[Row]]:
    """The filled rows below each title."""
    found: dict[str, list[Row]] = {}
    current: list[Row] | None = None
    for row in rows(file, ";"):
        title = _TITLE.fullmatch(row[0].text) if row else None
        if title is not None and title[1] not in found:
            current = found.setdefault(title[1], [])
        elif current is not None and filled(row):
            current.append(row)
    missing = [title for title in _SECTIONS if title not in found]
    if missing:
        raise refusal(file.name, "TRUNCATED", Where(), f"sections {list(found)}", f"the section {missing[0]} too")
    return found


def _split(text: str) -> tuple[str, str]:
    """A number and its unit: ``1.2E+10 particles/mL``."""
    number, _, unit = text.strip().partition(" ")
    return number, unit.strip()


def _marks(sections: dict[str, list[Row]], source: str) -> Marks:
    results = [_split(row[1].text)[0] for row in sections["RESULTS"] if len(row) > 1]
    tracked = [cell.text for row in sections["TRACKING"][1:] for cell in row]
    return marks([*results, *tracked], source, Where(field="RESULTS and TRACKING"), delimiter=";")


def _entries(section: Sequence[Row], decimal: Marks, source: str) -> dict[str, _Entry]:
    """The known keys of RESULTS.

    Raises:
        InputError: ``KEY_TWICE``, ``KEY_MISSING``, ``NOT_A_NUMBER``.
    """
    found: dict[str, _Entry] = {}
    for row in section:
        key = plain(row[0].text).rstrip(" :")
        if key not in _KEYS:
            continue
        where = Where(line=row[0].line, field=key)
        if key in found:
            raise refusal(source, "KEY_TWICE", where, f"'{key}' a second time", "each key once")
        text, unit = _split(row[1].text if len(row) > 1 else "")
        said = amount_at(text, source, where, decimal, minimum=0.0)
        found[key] = _Entry(said.value, unit, half_unit(text) if said.value is not None else 0.0, where)
    missing = [key for key in (_CONCENTRATION, _TRACKED) if key not in found]
    if missing:
        raise refusal(source, "KEY_MISSING", Where(field="RESULTS"), f"keys {list(found)}", f"the key '{missing[0]}'")
    return found


def _table(section: Sequence[Row], entries: dict[str, _Entry], file: ExportFile) -> Table:
    """The tracked particles; refused when rows are missing or the last one may be cut."""
    if not section:
        raise refusal(file.name, "TRUNCATED", Where(field="TRACKING"), "no headings", "the table of particles")
    header = section[0][:-1] if section[0] and not section[0][-1].text else section[0]
    table = Table(file.name, header, tuple(section[1:]))
    tracked, count = entries[_TRACKED], len(table.body)
    short = [row for row in table.body if len(row) < len(header)]
    if short or (count and ends_open(file)):
        where = Where(line=(short or [table.body[-1]])[0][0].line)
        raise refusal(file.name, "TRUNCATED", where, "a row that may be cut", "whole rows and a line end")
    if tracked.value is not None and count < tracked.value:
        found, expected = f"{count} particles in TRACKING", f"{tracked.value:g}, as '{_TRACKED}' says"
        raise refusal(file.name, "TRUNCATED", tracked.where, found, expected)
    return table


def _diameters(table: Table, decimal: Marks, source: str) -> NDArray[np.float64] | None:
    """Diameters of the particles in nm, shape (n,); None when no column, or more than one, speaks of a diameter."""
    named = [heading for heading in table.headings if "diameter" in heading.casefold()]
    if len(named) != 1:
        return None
    hit = re.search(r"[(\[]\s*([^)\]]+?)\s*[)\]]", named[0])
    times = _factor(hit[1] if hit else "nm", "nm", source, Where(field=named[0]))
    cells = [table.cell(row, named[0]) for row in table.body]
    return array([_diameter(cell, named[0], decimal, source, times) for cell in cells])


def _diameter(cell: Cell, heading: str, decimal: Marks, source: str, times: float) -> float:
    where = cell.where(heading)
    value = amount_at(cell.text, source, where, decimal, minimum=0.0).value
    if value is None:
        raise refusal(source, "NOT_A_NUMBER", where, f"'{cell.text}'", "the diameter of a particle")
    if value * times > _LARGEST_NM:
        raise refusal(source, "OUT_OF_RANGE", where, f"'{cell.text}'", f"a diameter of at most {_LARGEST_NM:g} nm")
    return value * times


def _factor(unit: str, target: str, source: str, where: Where) -> float:
    try:
        return factor(unit, target)
    except UnknownUnitError as error:
        raise refusal(source, "UNIT_UNKNOWN", where, f"unit '{unit}'", str(error)) from None


def _in(entries: dict[str, _Entry], key: str, target: str, source: str) -> tuple[float | None, float]:
    """A key's number and rounding in a unit; a key without unit is in that unit, as the software prints sizes."""
    entry = entries.get(key)
    if entry is None or entry.value is None:
        return None, 0.0
    times = _factor(entry.unit.replace("part/", "particles/") or target, target, source, entry.where)
    return entry.value * times, entry.rounding * times


def _settings(section: Sequence[Row]) -> dict[str, Scalar]:
    """Settings as written, under their own names."""
    pairs = [(plain(row[0].text).rstrip(" :"), row[1].text if len(row) > 1 else "") for row in section]
    return {key: value for key, value in pairs if key and value}


def _distribution(
    entries: dict[str, _Entry], diameters: NDArray[np.float64] | None, settings: dict[str, Scalar], source: str
) -> SizeDistribution:
    printed = {name: _in(entries, key, "nm", source) for name, key in _SIZES.items()}
    sizes = np.array([]) if diameters is None else diameters
    lower, count = _binned(sizes)
    total, _ = _in(entries, _CONCENTRATION, "1/mL", source)
    tracked, per_frame = entries[_TRACKED].value, entries.get(_PER_FRAME)
    valid = None if diameters is None else bool(sizes.size)
    videos = entries[_VIDEOS].value if _VIDEOS in entries else None
    return SizeDistribution(
        technique="ILM",
        sample=None,
        run=None,
        acquired_at=None,
        diameter_nm=Bins(lower=array(lower), upper=array(lower + 1)),
        count=None if diameters is None else array(count),
        concentration_per_ml=None,
        dilution=Dilution(factor=None, source="not stated", already_applied=False),
        concentration_total_per_ml=TotalConcentration(
            reported=total, recomputed=None, undiluted=None, as_printed=total
        ),
        statistics=Statistics(
            reported=SizeStatistics(**{name: value for name, (value, _) in printed.items()}),
            vendor=SizeStatistics(),
            standard=standard_statistics(lower, lower + 1, count) if valid else SizeStatistics(),
        ),
        agreement=agreement(_RULE, _compared(printed, sizes)),
        validity=RunValidity(
            valid=valid,
            reasons=() if valid is not False else ("no particle was tracked",),
            particles_per_frame=None if per_frame is None else per_frame.value,
            completed_tracks=None if tracked is None else int(tracked),
        ),
        settings=settings | ({} if videos is None else {"videos": int(videos)}),
    )


def _binned(sizes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lower edges of bins of 1 nm and the particles in each, both of shape (bins,)."""
    if not sizes.size:
        return np.array([]), np.array([])
    first, last = math.floor(sizes.min()), math.floor(sizes.max()) + 1
    edges = np.arange(first, last + 1, dtype=np.float64)
    return edges[:-1], np.histogram(sizes, edges)[0].astype(np.float64)


def _compared(printed: dict[str, tuple[float | None, float]], sizes: NDArray[np.float64]) -> tuple[Comparison, ...]:
    """What is printed beside the same of the tracked particles; of a quantile the nearest value that it can be."""
    if not sizes.size:
        return ()
    shares = {"d10_nm": 0.1, "d50_nm": 0.5, "d90_nm": 0.9}
    found = []
    for name, (value, rounding) in printed.items():
        if value is None or name == "mode_nm":
            continue
        low = high = float(sizes.mean())
        if name in shares:
            low, high = (float(np.quantile(sizes, shares[name], method=how)) for how in ("lower", "higher"))
        ours, tolerance = min(max(value, low), high), rounding + 1e-9 * high
        found.append(
            Comparison(
                statistic=name, reported=value, recomputed=ours, tolerance=tolerance,
                within=abs(value - ours) <= tolerance,
            )
        )  # fmt: skip
    return tuple(found)


def _of_dilution(run: SizeDistribution) -> Issue:
    """A warning for a dilution of which the file does not say whether the concentration includes it, else a note."""
    where = Where(field="SETTINGS")
    stated = next(((key, text) for key, text in run.settings.items() if "dilution" in key.casefold()), None)
    if stated is None:
        expected = "a dilution factor; the concentration is taken as that of the sample as it was measured"
        return problem("note", "DILUTION_NOT_STATED", where, "no dilution", expected)
    expected = (
        "a word on whether the concentration is multiplied by it; it is taken as printed, and the dilution as text"
    )
    return problem("warning", "DILUTION_UNVERIFIED", where, f"'{stated[0]}' {stated[1]}", expected)


def _issues(run: SizeDistribution, table: Table, entries: dict[str, _Entry]) -> tuple[Issue, ...]:
    issues = [_of_dilution(run)]
    tracked = entries[_TRACKED].value
    if tracked is not None and len(table.body) > tracked:
        found, expected = f"{len(table.body)} particles in TRACKING", f"{tracked:g}, as '{_TRACKED}' says"
        issues.append(problem("warning", "PRINTED_DISAGREES", entries[_TRACKED].where, found, expected))
    if run.count is None:
        expected = "one column of diameters; without it no distribution is made"
        issues.append(problem("warning", "NO_DIAMETERS", Where(field="TRACKING"), f"{table.headings}", expected))
    for c in run.agreement.compared:
        if not c.within:
            where, found = Where(field=f"RESULTS / {_SIZES[c.statistic]}"), f"{c.reported:.10g}"
            issues.append(
                problem("warning", "PRINTED_DISAGREES", where, found, f"{c.recomputed:.10g}, as TRACKING gives")
            )
    return tuple(issues)


def _unread(sections: dict[str, list[Row]], table: Table) -> tuple[str, ...]:
    keys = [plain(row[0].text).rstrip(" :") for row in sections["RESULTS"]]
    diameters = [heading for heading in table.headings if "diameter" in heading.casefold()]
    return (*(key for key in keys if key not in _KEYS), *table.unread(diameters if len(diameters) == 1 else ()))
