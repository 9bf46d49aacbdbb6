"""What a person should know of a chip: background on isotype spots, spread of spots, cut-offs, names of dyes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from evqc.errors import Issue, Where, problem
from evqc.instruments.exoview._layout import INTERFEROMETRY
from evqc.instruments.exoview._particles import WINDOW_NM
from evqc.instruments.exoview._results import cutoffs, is_marker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.instruments.exoview._particles import Spots

#: Spots of one antibody whose counts differ by more are usually looked at; no published limit, evqc's choice.
LARGEST_CV_PERCENT = 30.0
#: Share of a capture's particles that stand on isotype spots too; no published limit, evqc's choice.
HIGHEST_BACKGROUND_PERCENT = 25.0


def remarks(read: Sequence[Spots], line: int) -> tuple[Issue, ...]:
    """Warnings and notes on a chip, in the order of the file.

    Args:
        read: the spots of every capture antibody.
        line: where the antibodies are named.
    """
    return (*_headings(read, line), *_background(read), *(i for spots in read for i in _of(spots)), *_spots(read, line))


def _headings(read: Sequence[Spots], line: int) -> Iterator[Issue]:
    stated = ", ".join(f"{channel} {value:g}" for channel, value in cutoffs(read).items())
    yield problem(
        "note", "CUTOFF_NOT_STATED", Where(line=line + 1), f"lowest signals {stated or 'none'}",
        "the fluorescence cut-offs; the file holds what lay above them only, and counts depend on them",
    )  # fmt: skip
    for channel in read[0].signals:
        if channel != INTERFEROMETRY and not is_marker(channel):
            expected = "a marker; what it detects is counted under this name and in no marker"
            where = Where(line=line + 1, column=channel)
            yield problem("note", "CHANNEL_NOT_A_MARKER", where, f"'{channel}'", expected)


def _background(read: Sequence[Spots]) -> Iterator[Issue]:
    isotypes = [s for s in read if s.is_isotype]
    if not isotypes:
        expected = "spots of an isotype control, without which no capture has a background"
        yield problem("warning", "NO_ISOTYPE_SPOTS", Where(), "no block of an isotype antibody", expected)
    for control in isotypes:
        shares = {s.capture: control.mean / s.mean * 100 for s in read if not s.is_isotype and s.mean > 0}
        high = [f"{share:.0f} % of {name}" for name, share in shares.items() if share > HIGHEST_BACKGROUND_PERCENT]
        if high:
            yield problem(
                "warning", "ISOTYPE_HIGH", Where(line=control.first_line, column=control.capture),
                f"{control.mean:.0f} particles on a {control.capture} spot, {', '.join(high)}",
                f"at most {HIGHEST_BACKGROUND_PERCENT:g} % of a capture's particles (evqc's own limit)",
            )  # fmt: skip


def _of(spots: Spots) -> Iterator[Issue]:
    where = Where(line=spots.first_line, column=spots.capture)
    cv = spots.cv_percent
    if cv is not None and cv > LARGEST_CV_PERCENT:
        counted = ", ".join(f"{name} {count}" for name, count in zip(spots.names, spots.count, strict=True))
        expected = f"spots of one antibody within {LARGEST_CV_PERCENT:g} % (evqc's own limit)"
        yield problem("warning", "SPOTS_DIFFER", where, f"CV {cv:.0f} %: {counted}", expected)
    if len(spots.names) == 1:
        yield problem("warning", "SINGLE_SPOT", where, f"'{spots.names[0]}' alone", "replicate spots")
    diameters = spots.signals[INTERFEROMETRY]
    outside = int(np.sum((diameters > 0) & ((diameters < WINDOW_NM[0]) | (diameters > WINDOW_NM[1]))))
    if outside:
        expected = f"diameters from {WINDOW_NM[0]:g} to {WINDOW_NM[1]:g} nm, the instrument's window"
        yield problem("warning", "DIAMETER_OUTSIDE_WINDOW", where, f"{outside} particles", expected)


def _spots(read: Sequence[Spots], line: int) -> Iterator[Issue]:
    numbers = {spots.capture: len(spots.names) for spots in read}
    if len(set(numbers.values())) > 1:
        found = ", ".join(f"{capture} {count}" for capture, count in numbers.items())
        yield problem("warning", "SPOTS_MISSING", Where(line=line), found, "as many spots for each antibody")
    for spots in read:
        if spots.open:
            expected = f"a row below the last particle of {spots.names[-1]}; nothing else shows that it is the last"
            yield problem("warning", "END_UNMARKED", Where(column=spots.capture), "the end of the file", expected)
