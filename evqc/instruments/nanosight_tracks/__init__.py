"""Malvern NanoSight ``*_ParticleData.csv`` and ``*_AllTracks.csv``: the particles behind a run, beside its summary."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import column
from evqc.instruments._rows import delimiter, ends_open
from evqc.measurement import Comparison, SizeDistribution, agreement
from evqc.reading import Reading, Summary, accepted, verdict, with_issues

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile

    Floats = NDArray[np.float64]

NAME = "nanosight_tracks"
TITLE = "Malvern NanoSight, lists of particles and tracks"
STATUS: Literal["verified", "experimental"] = "experimental"
READS = (
    "*_ParticleData.csv: one row a particle; how many are included, their sizes, beside the run's summary",
    "*_AllTracks.csv: one row a position; the same, beside the particle list and the run's summary",
)
#: Readings of the summaries that these lists belong to.
JOINS = ("nanosight",)
PARTICLES, TRACKS = "particle list", "track list"
_ID, _SIZE, _DIFFUSION = "Particle ID", "Size/nm", "Diffusion coefficient/nm^2 s^-1"
_LENGTH, _FRAME, _INCLUDED = "Tracklength", "Frame", "Included in distribution?"
_NEEDED = (_ID, _SIZE, _DIFFUSION, _INCLUDED)
_UNREAD = ("Ln(Adjusted intensity)/AU", "Start frame", "X/pixels", "Y/pixels", _FRAME)
_SUFFIX = re.compile(r"_(ParticleData|AllTracks)$", re.IGNORECASE)
_FLAGS = {"true": True, "false": False}
_LARGEST_NM = 1e6
#: Size times diffusion coefficient is kT / (3 pi viscosity), one number in one run; printed digits allow far less.
_STOKES_EINSTEIN = 0.01
ALONE = "NOT_CONFIRMED"
RULE = "particles included beside the summary's valid tracks, and all particles beside its completed tracks"


@dataclass(frozen=True, slots=True)
class Particles:
    """The particles of one list, each array of shape (n,).

    Attributes:
        size: diameter in nm.
        product: diameter times diffusion coefficient, nm3/s.
        length: positions in its track.
        included: the software used it for the distribution.
        line: where it first stands.
    """

    size: Floats
    product: Floats
    length: Floats
    included: NDArray[np.bool_]
    line: NDArray[np.int_]


def recognises(file: ExportFile) -> bool:
    """Whether the first line holds the headings of a list of particles or tracks."""
    if file.is_workbook:
        return False
    first = re.split(r"[\r\n]", file.head, maxsplit=1)[0]
    return set(_cells(first, delimiter(first))) >= {_ID, _SIZE, _INCLUDED}


def read(file: ExportFile) -> Reading:
    """The reading of a list: how many particles are included, how many are not, and the sizes of the included ones.

    It gives no measurement: nothing in a list shows that its last rows are there, and the run's summary holds the
    distribution. Where the summary stands in the same folder the two are compared; see ``join``.

    Raises:
        InputError: ``TRUNCATED``, ``HEADING_MISSING``, ``ROW_LENGTH``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``,
            ``NOT_A_FLAG``, ``TRACKS_DISAGREE``, ``NO_PARTICLES``.
    """
    if ends_open(file):
        found = "the last line has no end, so its last cell may be cut"
        raise refusal(file.name, "TRUNCATED", Where(), found, "a complete list")
    names, rows = _rows(file)
    kind = PARTICLES if _LENGTH in names else TRACKS
    listed = _particles(file.name, names, rows, by_position=kind == TRACKS)
    expected = "the summary of the same run beside it, which shows that the list is whole and holds the distribution"
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind=kind,
        measurements=(),
        issues=(*_off_stokes_einstein(listed), problem("warning", ALONE, Where(), f"a {kind} alone", expected)),
        unread=tuple(name for name in _UNREAD if name in names),
        summary=_summary(listed),
        status=STATUS,
    )


def _cells(line: str, separator: str) -> list[str]:
    cells = [cell.strip(' "') for cell in line.split(separator)]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _rows(file: ExportFile) -> tuple[list[str], list[list[str]]]:
    """The headings, and the cells of every row; blank lines may stand at the end."""
    lines = re.split(r"\r\n|\n|\r", file.text())
    separator = delimiter(lines[0])
    names, rows = _cells(lines[0], separator), [_cells(line, separator) for line in lines[1:]]
    while rows and not rows[-1]:
        rows.pop()
    missing = [name for name in (*_NEEDED, *(() if _LENGTH in names else (_FRAME,))) if name not in names]
    if missing or len(set(names)) < len(names):
        raise refusal(file.name, "HEADING_MISSING", Where(line=1), f"{names}", f"each once: {', '.join(_NEEDED)}")
    wrong = next((i for i, row in enumerate(rows) if len(row) != len(names)), None)
    if wrong is not None:
        where, found = Where(line=wrong + 2), f"{len(rows[wrong])} cells"
        raise refusal(file.name, "ROW_LENGTH", where, found, f"{len(names)} cells, as many as headings")
    if not rows:
        raise refusal(file.name, "NO_PARTICLES", Where(line=1), "headings alone", "a row for each particle")
    return names, rows


def _particles(source: str, names: Sequence[str], rows: Sequence[Sequence[str]], *, by_position: bool) -> Particles:
    texts = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    wanted = [_ID, _SIZE, _DIFFUSION, _FRAME if by_position else _LENGTH]
    used = marks((text for name in wanted[1:3] for text in texts[name]), source, Where(line=2))
    ids, size, diffusion, last = (_column(source, texts[name], name, used) for name in wanted)
    included = _flags(source, texts[_INCLUDED])
    _refuse_unlikely(source, size, ids, last)
    _, first, of = np.unique(ids, return_index=True, return_inverse=True)
    _refuse_other_rows(source, by_position=by_position, first=first[of], size=size, included=included)
    length = np.bincount(of).astype(np.float64) if by_position else last[first]
    order = np.argsort(first)
    at = first[order]
    return Particles(size[at], (size * diffusion)[at], length[order], included[at], at + 2)


def _column(source: str, texts: Sequence[str], name: str, used: Marks) -> Floats:
    """A column of numbers from 0, at once where all are plain and with the place of what is none otherwise."""
    joined = "\n".join(texts)
    if used.decimal == "." and re.fullmatch(r"[0-9eE+.\-\n]*", joined):
        with suppress(ValueError):  # the cell is named below
            found = np.array(texts, dtype=np.float64)
            if np.isfinite(found).all() and (found >= 0).all():
                return found
    return np.asarray(column(texts, source, first_line=2, name=name, decimal=used.decimal, minimum=0))


def _flags(source: str, texts: Sequence[str]) -> NDArray[np.bool_]:
    found = [_FLAGS.get(text.casefold()) for text in texts]
    if None in found:
        at = found.index(None)
        raise refusal(source, "NOT_A_FLAG", Where(line=at + 2, column=_INCLUDED), f"'{texts[at]}'", "True or False")
    return np.array(found, dtype=np.bool_)


def _refuse_unlikely(source: str, size: Floats, ids: Floats, last: Floats) -> None:
    """Raises InputError ``OUT_OF_RANGE`` for a size of 0 or none of a particle, and numbers that are not whole."""
    bad = ~((size > 0) & (size <= _LARGEST_NM)) | (ids != np.floor(ids)) | (last != np.floor(last))
    if bad.any():
        at = int(np.argmax(bad))
        found = f"particle {ids[at]:g}, {size[at]:g} nm, {last[at]:g}"
        expected = f"whole numbers, and a size above 0 and up to {_LARGEST_NM:g} nm"
        raise refusal(source, "OUT_OF_RANGE", Where(line=at + 2), found, expected)


def _refuse_other_rows(
    source: str, *, by_position: bool, first: NDArray[np.int_], size: Floats, included: NDArray[np.bool_]
) -> None:
    """Raises InputError ``TRACKS_DISAGREE`` where rows of a particle differ, or one stands twice in its list."""
    again = first != np.arange(len(first))
    wrong = again & ((size != size[first]) | (included != included[first])) if by_position else again
    if wrong.any():
        at = int(np.argmax(wrong))
        found = f"a particle of line {first[at] + 2} again"
        expected = "the same size and flag in all its rows" if by_position else "each particle once"
        raise refusal(source, "TRACKS_DISAGREE", Where(line=at + 2), found, expected)


def _off_stokes_einstein(found: Particles) -> tuple[Issue, ...]:
    """A warning where size and diffusion coefficient of a few particles do not belong together.

    Source: Stokes-Einstein, d D = kT / (3 pi viscosity); where most disagree the rule is not that of the software.
    """
    middle = float(np.median(found.product))
    off = np.abs(found.product - middle) > _STOKES_EINSTEIN * middle
    if not 0 < np.count_nonzero(off) < len(off) / 2:
        return ()
    at = int(np.argmax(off))
    what = f"size times diffusion coefficient {found.product[at]:.4g} nm3/s ({np.count_nonzero(off)} such particles)"
    where = Where(line=int(found.line[at]), column=_DIFFUSION)
    return (problem("warning", "COLUMNS_DISAGREE", where, what, f"{middle:.4g} nm3/s, as the others give"),)


def _summary(found: Particles) -> Summary:
    """What the list holds, by number: included ones, excluded ones, positions, and the included sizes."""
    size = found.size[found.included]
    numbers = {
        "particles_included": float(found.included.sum()),
        "particles_excluded": float((~found.included).sum()),
        "positions": float(found.length.sum()),
    }
    sizes = {"mean_nm": float(size.mean()), "d50_nm": float(np.median(size))} if len(size) else {}
    sd = {"sd_nm": float(size.std(ddof=1))} if len(size) > 1 else {}
    return Summary(
        runs=1,
        groups=(),
        mixes_samples=False,
        average=numbers | sizes | sd,
        standard_error={},
        agreement=agreement(RULE, ()),
    )


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings, each list compared with the other list and with the summary of its run; same number, same order.

    A list carries no name of its run, so that files belong together by their names, which NTA makes of the run's.
    """
    joined = list(readings)
    lists = [i for i, reading in enumerate(joined) if reading.instrument == NAME]
    for i in lists:
        others = [k for k in lists if k > i and _run_of(joined[k]) == _run_of(joined[i])]
        for k in others:
            _pair(joined, i, k)
        run = _run_in(joined, _run_of(joined[i]))
        if run is not None:
            joined[i] = _compared(joined[i], *run)
    return joined


def _run_of(reading: Reading) -> str:
    return _SUFFIX.sub("", PurePosixPath(reading.source.name).stem)


def _run_in(readings: Sequence[Reading], name: str) -> tuple[Reading, SizeDistribution] | None:
    """The summary that holds a run of this name, and the run; the single analysis before the experiment."""
    found = [
        (reading, run)
        for reading in sorted(readings, key=lambda r: len(r.measurements))
        for run in reading.measurements
        if reading.instrument in JOINS and isinstance(run, SizeDistribution)
        if re.split(r"[\\/]", run.run or "")[-1] == name
    ]
    return found[0] if found else None


def _numbers(reading: Reading) -> dict[str, float]:
    return reading.summary.average if reading.summary is not None else {}


def _pair(joined: list[Reading], i: int, k: int) -> None:
    """The two lists of one run with each other's name, or both with a warning where they do not hold the same."""
    one, two = joined[i], joined[k]
    differing = [name for name, value in _numbers(one).items() if not np.isclose(value, _numbers(two).get(name, -1))]
    if not differing:
        joined[i], joined[k] = _named(one, two), _named(two, one)
        return
    name = differing[0]
    found = f"{name} {_numbers(one)[name]:g} in {one.source.name}"
    issue = problem("warning", "RUN_MISMATCH", Where(), found, f"{_numbers(two).get(name)} as in {two.source.name}")
    joined[i], joined[k] = with_issues(one, issue), with_issues(two, issue)


def _compared(reading: Reading, summary: Reading, run: SizeDistribution) -> Reading:
    """A list beside its run: confirmed when it has as many particles, with a note of each number that differs."""
    said = _numbers(reading)
    included = said["particles_included"]
    pairs = (
        ("valid_tracks", run.validity.valid_tracks, included),
        ("completed_tracks", run.validity.completed_tracks, included + said["particles_excluded"]),
    )
    compared = tuple(_comparison(name, printed, ours) for name, printed, ours in pairs if printed is not None)
    notes = tuple(_differs(reading, c, summary) for c in compared if not c.within)
    confirmed = any(c.within for c in compared)
    kept = tuple(issue for issue in reading.issues if issue.code != ALONE or not confirmed)
    assert reading.summary is not None
    made = replace(reading.summary, agreement=agreement(RULE, compared))
    return with_issues(_named(replace(reading, issues=kept, verdict=verdict(kept), summary=made), summary), *notes)


def _comparison(name: str, printed: int, ours: float) -> Comparison:
    return Comparison(
        statistic=name, reported=float(printed), recomputed=ours, tolerance=0.0, within=float(printed) == ours
    )


def _differs(reading: Reading, compared: Comparison, summary: Reading) -> Issue:
    """A note, no warning: the software is reported to list another number than it prints as valid tracks."""
    found = f"{compared.recomputed:g} particles in {reading.source.name}"
    expected = f"{compared.statistic} {compared.reported:g}, as {summary.source.name} prints"
    return problem("note", "TRACKS_DIFFER", Where(field=compared.statistic), found, expected)


def _named(reading: Reading, other: Reading) -> Reading:
    joined = (*reading.source.joined, other.source.name)
    return replace(reading, source=replace(reading.source, joined=joined))
