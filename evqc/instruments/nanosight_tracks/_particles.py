"""The rows of a list of particles or tracks to one size, diffusion coefficient, length and flag a particle."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import column
from evqc.instruments._rows import delimiter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile

    Floats = NDArray[np.float64]

ID, SIZE, INCLUDED = "Particle ID", "Size/nm", "Included in distribution?"
LENGTH, FRAME = "Tracklength", "Frame"
_DIFFUSION = "Diffusion coefficient/nm^2 s^-1"
_NEEDED = (ID, SIZE, _DIFFUSION, INCLUDED)
_FLAGS = {"true": True, "false": False}
_LARGEST_NM = 1e6
#: Size times diffusion coefficient is kT / (3 pi viscosity), one number in one run; printed digits allow far less.
_STOKES_EINSTEIN = 0.01


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


def cells(line: str, separator: str) -> list[str]:
    """The cells of a line without quotes, and without empty ones at its end."""
    found = [cell.strip(' "') for cell in line.split(separator)]
    while found and not found[-1]:
        found.pop()
    return found


def rows_of(file: ExportFile) -> tuple[list[str], list[list[str]]]:
    """The headings, and the cells of every row; blank lines may stand at the end.

    Raises:
        InputError: ``HEADING_MISSING``, ``ROW_LENGTH``, ``NO_PARTICLES``.
    """
    lines = re.split(r"\r\n|\n|\r", file.text())
    separator = delimiter(lines[0])
    names, rows = cells(lines[0], separator), [cells(line, separator) for line in lines[1:]]
    while rows and not rows[-1]:
        rows.pop()
    missing = [name for name in (*_NEEDED, *(() if LENGTH in names else (FRAME,))) if name not in names]
    if missing or len(set(names)) < len(names):
        raise refusal(file.name, "HEADING_MISSING", Where(line=1), f"{names}", f"each once: {', '.join(_NEEDED)}")
    wrong = next((i for i, row in enumerate(rows) if len(row) != len(names)), None)
    if wrong is not None:
        where, found = Where(line=wrong + 2), f"{len(rows[wrong])} cells"
        raise refusal(file.name, "ROW_LENGTH", where, found, f"{len(names)} cells, as many as headings")
    if not rows:
        raise refusal(file.name, "NO_PARTICLES", Where(line=1), "headings alone", "a row for each particle")
    return names, rows


def particles(source: str, names: Sequence[str], rows: Sequence[Sequence[str]], *, by_position: bool) -> Particles:
    """The particles in the order in which they first stand in the file.

    Args:
        source: name of the file.
        names: its headings.
        rows: its cells, shape (rows, headings).
        by_position: a row is a position of a particle, not a particle.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``NOT_A_FLAG``, ``TRACKS_DISAGREE``.
    """
    texts = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    wanted = [ID, SIZE, _DIFFUSION, FRAME if by_position else LENGTH]
    used = marks((text for name in wanted[1:3] for text in texts[name]), source, Where(line=2))
    ids, size, diffusion, last = (_column(source, texts[name], name, used) for name in wanted)
    included = _flags(source, texts[INCLUDED])
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
        raise refusal(source, "NOT_A_FLAG", Where(line=at + 2, column=INCLUDED), f"'{texts[at]}'", "True or False")
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


def off_stokes_einstein(found: Particles) -> tuple[Issue, ...]:
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
