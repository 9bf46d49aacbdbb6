"""What a Gen5 procedure reads, and which of its reads a label in the results means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evqc.errors import Where, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Row
    from evqc.measurement import Scalar

_MODES = {
    "absorbance": "absorbance",
    "fluorescence": "fluorescence",
    "luminescence": "luminescence",
    "alpha": "luminescence",
}
_MODE = re.compile(r"(absorbance|fluorescence|luminescence|alpha)\b", re.IGNORECASE)
_WAVELENGTHS = re.compile(r"Wavelengths?:\s*(.+)")
_PATHLENGTH = re.compile(r"Pathlength Correction:\s*(\d+)\s*/\s*(\d+)")
_FILTERS = re.compile(r"(?:Excitation:\s*(?P<excitation>[^,]+),\s*)?Emission:\s*(?P<emission>[^,]+)")
_BAND = re.compile(r"(\d+(?:\.\d+)?)(?:/(\d+(?:\.\d+)?))?")
_PART = re.compile(r"(.*?)\s*\[([^\]]*)\]")


@dataclass(frozen=True, kw_only=True)
class Read:
    """One read step of a procedure.

    Attributes:
        number: from 1, in the order of the procedure.
        label: its own name; empty when it has none.
        mode: ``absorbance``, ``fluorescence`` or ``luminescence``.
        targets: what it reads at, as results name it: ``630``, ``400/30,460/40``, ``460/40``, ``Lum`` or ``Alpha``.
        corrections: wavelengths that serve the correction of the path length.
    """

    number: int
    label: str
    mode: str
    targets: tuple[str, ...]
    corrections: tuple[str, ...] = ()


def reads(source: str, procedure: Sequence[Row]) -> list[Read]:
    """The read steps of a procedure, in order.

    A step begins with a row ``Read`` whose second cell is its label or, without one, its mode; indented rows follow.

    Raises:
        InputError: ``PROCEDURE`` for an endpoint read whose wavelengths or filters cannot be told.
    """
    steps: list[list[str]] = []
    for row in procedure:
        texts = [cell.text for cell in row if cell.text]
        if texts and row[0].text == "Read":
            steps.append([text for cell in row[1:] if (text := cell.text)])
        elif steps and texts and not row[0].text:
            steps[-1] += texts
    made = [_read(number, lines) for number, lines in enumerate(steps, start=1)]
    for read, lines in zip(made, steps, strict=True):
        if read is not None and not read.targets and any(line.endswith("Endpoint") for line in lines):
            expected = "its wavelengths, or excitation and emission"
            raise refusal(source, "PROCEDURE", Where(field="Procedure Details"), ", ".join(lines[:6]), expected)
    return [read for read in made if read is not None]


def _read(number: int, lines: list[str]) -> Read | None:
    said = next(((place, m[1]) for place, line in enumerate(lines) if (m := _MODE.match(line)) is not None), None)
    if said is None:
        return None
    place, word = said
    word = word.casefold()
    wavelengths, corrections = _wavelengths(lines)
    return Read(
        number=number,
        label=lines[0] if place > 0 else "",
        mode=_MODES[word],
        targets=wavelengths if word == "absorbance" else _filters(lines, word),
        corrections=corrections,
    )


def _wavelengths(lines: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The wavelengths of an absorbance read, and those of its path length correction."""
    found = next((m[1] for line in lines if (m := _WAVELENGTHS.match(line)) is not None), "")
    path = next((m.groups() for line in lines if (m := _PATHLENGTH.match(line)) is not None), ())
    return tuple(w.strip() for w in found.split(",") if w.strip()), tuple(path)


def _filters(lines: Sequence[str], mode: str) -> tuple[str, ...]:
    """What the filter sets of a read are called in results; a read without filter is ``Lum`` or ``Alpha``."""
    sets = [m for line in lines if (m := _FILTERS.match(line)) is not None]
    named = [",".join(part.strip() for part in m.groups() if part) for m in sets]
    free = {"luminescence": "Lum", "alpha": "Alpha"}.get(mode)
    return tuple(dict.fromkeys([*named, *([free] if free else [])]))


@dataclass(frozen=True, kw_only=True)
class Labelled:
    """A label of the results that means a read.

    Attributes:
        read: the step.
        target: which of its wavelengths or filter sets.
        part: ``Parallel``, ``Perpendicular``, ``Test``, ``Ref`` or empty.
    """

    read: Read
    target: str
    part: str = ""

    @property
    def settings(self) -> dict[str, Scalar]:
        """Wavelengths and band widths in nanometres."""
        bands = [_BAND.fullmatch(text.strip()) for text in self.target.split(",")]
        if self.read.mode == "absorbance":
            names = ["wavelength"]
        else:
            names = ["excitation", "emission"] if len(bands) == 2 else ["emission"]
        said: dict[str, Scalar] = {}
        for name, band in zip(names, bands, strict=False):
            if band is not None:
                said[f"{name}_nm"] = float(band[1])
                said |= {f"{name}_bandwidth_nm": float(band[2])} if band[2] else {}
        return said


def meant(label: str, known: Sequence[Read]) -> Labelled | None:
    """The read that a label such as ``630nmAbsRead:630``, ``Read 2:450,490`` or ``Alpha`` means; None for none."""
    found = _PART.fullmatch(label)
    plain, part = (found[1], found[2]) if found is not None else (label, "")
    for read in known:
        targets = read.corrections if part in {"Test", "Ref"} else read.targets
        for target in targets:
            if plain in _names(read, target):
                return Labelled(read=read, target=target, part=part)
    return None


def _names(read: Read, target: str) -> set[str]:
    """How results call a read at a wavelength: with its label, with its number, or bare when it has no label."""
    steps = [read.label] if read.label else ["", f"Read {read.number}"]
    return {f"{step}:{target}" if step else target for step in steps}
