"""The particles of each block as arrays, with the spot that each belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Where, refusal
from evqc.instruments._marks import Marks, marks
from evqc.instruments._numbers import column as checked_column
from evqc.instruments.exoview._layout import INTERFEROMETRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from evqc.instruments.exoview._layout import Block, Layout

    Floats = NDArray[np.float64]
    Places = NDArray[np.intp]

#: Diameters that the instrument measures by interferometry, in nm.
WINDOW_NM = (50.0, 200.0)
#: Five times the window: no diameter any more, but another column or a damaged number.
LARGEST_NM = 1000.0
_PLAIN = set("0123456789.")
#: Capture spots with an antibody that binds nothing of a vesicle.
_ISOTYPE = re.compile(r"(m|h|r|mouse |human |rat |hamster |rabbit )?igg\s?\d?[a-c]?( control)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Spots:
    """The particles on the spots of one capture antibody.

    Attributes:
        capture: the antibody as written.
        names: the spots, in order.
        count: particles on each spot, shape (spots,).
        signals: by channel, one value a particle, shape (n,); 0 where it was not detected in that channel.
        first_line: line of the first particle or spot.
        open: its last particle stands in the last row of the file, so that nothing shows that it is the last.
    """

    capture: str
    names: tuple[str, ...]
    count: tuple[int, ...]
    signals: dict[str, Floats]
    first_line: int
    open: bool

    @property
    def is_isotype(self) -> bool:
        """Whether the capture antibody is an isotype control."""
        return _ISOTYPE.fullmatch(self.capture) is not None

    @property
    def mean(self) -> float:
        """Mean number of particles on a spot."""
        return float(np.mean(self.count))

    @property
    def cv_percent(self) -> float | None:
        """SD (n - 1) over mean of the spots' counts in percent; None for one spot or without particles."""
        if len(self.count) < 2 or not self.mean > 0:
            return None
        return float(np.std(self.count, ddof=1)) / self.mean * 100


def spots(source: str, columns: Sequence[Sequence[str]], found: Layout, separator: str) -> list[Spots]:
    """The particles of every block.

    Args:
        source: name of the file.
        columns: below the headings, all of one length.
        found: the headings.
        separator: what separates the cells.

    Raises:
        InputError: ``NOT_A_NUMBER``, ``OUT_OF_RANGE``, ``DECIMAL_AMBIGUOUS``, ``DECIMAL_MIXED``,
            ``PARTICLE_INCOMPLETE``, ``BLOCK_INTERRUPTED``, ``COLUMNS_SWAPPED``, ``SPOT_MISSING``, ``SPOT_TWICE``,
            ``NOT_A_PARTICLE``, ``TRUNCATED`` where more than one block reaches the last row: blocks differ in length,
            and a whole file ends with its longest.
    """
    line = found.first_row + 1
    decimal = _marks(source, columns, found, separator)
    read = [_spots(source, columns, block, line, decimal) for block in found.blocks]
    reaching = [s.capture for s in read if s.open]
    if len(reaching) > 1:
        expected = "blocks of different length, of which the longest alone reaches the last row"
        last = Where(line=line + len(columns[0]) - 1)
        raise refusal(source, "TRUNCATED", last, f"blocks {', '.join(reaching)} all end with the file", expected)
    names = [name for s in read for name in s.names]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise refusal(source, "SPOT_TWICE", Where(), f"'{twice}' more than once", "every spot once")
    return read


def _marks(source: str, columns: Sequence[Sequence[str]], found: Layout, separator: str) -> Marks:
    """The file's decimal mark; only the columns of numbers that hold one are looked at."""
    places = [place for block in found.blocks for place in block.places]
    texts = [text for place in places for text in columns[place] if "," in text or "." in text]
    return marks(texts, source, Where(line=found.first_row + 1), delimiter=separator)


def _spots(source: str, columns: Sequence[Sequence[str]], block: Block, line: int, decimal: Marks) -> Spots:
    labels = columns[block.label]
    filled = np.array([[cell != "" for cell in columns[place]] for place in block.places])
    particles = np.flatnonzero(filled.any(axis=0))
    _check_whole(source, block, filled, particles, line)
    named = np.flatnonzero(np.array([label != "" for label in labels], dtype=bool))
    owner = np.searchsorted(named, particles, side="right") - 1
    _check_spots(source, block, named, particles, owner, line)
    top = line + int(particles[0]) if len(particles) else line
    signals = {
        channel: _numbers(source, [columns[place][i] for i in particles.tolist()], block, channel, top, decimal)
        for channel, place in zip(block.channels, block.places, strict=True)
    }
    _check_detected(source, block, signals, particles, line)
    count = np.bincount(owner, minlength=len(named))
    return Spots(
        capture=block.capture,
        names=tuple(labels[i] for i in named.tolist()),
        count=tuple(count.tolist()),
        signals=signals,
        first_line=line + int(named[0]),
        open=bool(max(int(named[-1]), int(particles[-1]) if len(particles) else 0) == len(labels) - 1),
    )


def _check_whole(source: str, block: Block, filled: NDArray[np.bool_], particles: Places, line: int) -> None:
    torn = particles[~filled[:, particles].all(axis=0)]
    if len(torn):
        where = Where(line=line + int(torn[0]), column=block.capture)
        found = f"{int(filled[:, torn[0]].sum())} values"
        expected = f"a value for each of {', '.join(block.channels)}"
        raise refusal(source, "PARTICLE_INCOMPLETE", where, found, expected)


def _check_spots(source: str, block: Block, named: Places, particles: Places, owner: Places, line: int) -> None:
    """Refuse particles without a spot, and rows between particles that hold nothing of the block."""
    if not len(named) or (owner < 0).any():
        where = Where(line=line, column=block.capture)
        expected = "the name of a spot beside its first particle"
        raise refusal(source, "SPOT_MISSING", where, "no spot above the first particle", expected)
    present = np.union1d(named, particles)
    gaps = np.flatnonzero(np.diff(present) != 1)
    # A spot without particles is a row of its own; what follows it needs a name again.
    unnamed = np.setdiff1d(named, particles) + 1
    after = np.setdiff1d(np.intersect1d(unnamed, particles), named)
    if len(gaps) or len(after):
        at = int(present[gaps[0]]) + 1 if len(gaps) else int(after[0])
        where = Where(line=line + at, column=block.capture)
        found = "an empty row" if len(gaps) else "a particle below a spot that holds none"
        raise refusal(source, "BLOCK_INTERRUPTED", where, found, "the particles of a block in rows without a gap")


def _check_detected(source: str, block: Block, signals: dict[str, Floats], particles: Places, line: int) -> None:
    nothing = np.flatnonzero(~np.logical_or.reduce([values > 0 for values in signals.values()]))
    if len(nothing):
        where = Where(line=line + int(particles[nothing[0]]), column=block.capture)
        raise refusal(source, "NOT_A_PARTICLE", where, "0 in every channel", "a particle that one channel detected")
    diameters = signals[INTERFEROMETRY]
    diameters = diameters[diameters > 0]
    outside = (diameters < WINDOW_NM[0]) | (diameters > WINDOW_NM[1])
    if len(diameters) and outside.mean() > 0.5:
        where = Where(line=line, column=f"{block.capture} / {INTERFEROMETRY}")
        found = f"{int(outside.sum())} of {len(diameters)} diameters outside {WINDOW_NM[0]:g} to {WINDOW_NM[1]:g} nm"
        raise refusal(source, "COLUMNS_SWAPPED", where, found, "diameters within the instrument's window")
    if (largest := diameters.max(initial=0)) > LARGEST_NM:
        where = Where(line=line, column=f"{block.capture} / {INTERFEROMETRY}")
        raise refusal(source, "OUT_OF_RANGE", where, f"{largest:g} nm", f"a diameter of at most {LARGEST_NM:g} nm")


def _numbers(source: str, cells: list[str], block: Block, channel: str, line: int, decimal: Marks) -> Floats:
    """The numbers of one column. Plain digits are many and taken at once; whatever else stands there is refused."""
    if decimal.decimal == ",":
        cells = [cell if "." in cell else cell.replace(",", ".") for cell in cells]
    if _PLAIN.issuperset("".join(cells)) and "." not in cells and all(cell.count(".") < 2 for cell in cells):
        values = np.array(cells, dtype=np.float64)
        if np.isfinite(values).all():
            return values
    return checked_column(cells, source, first_line=line, name=f"{block.capture} / {channel}", minimum=0)
