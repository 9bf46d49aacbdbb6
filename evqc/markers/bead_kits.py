"""Multiplex bead kits: which bead carries which antibody, its isotype, and the control bead that belongs to it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from evqc.markers.vocabulary import resolve

#: What evqc calls the kits of ``bead_kits.csv``.
TITLES = {"macsplex-ev-human-37": "MACSPlex Exosome (EV) Kit, human, 37 antibodies and two isotype controls"}
REA_CONTROL, MOUSE_CONTROL = "REA control", "mIgG1 control"
_NUMBERED = re.compile(r"(?:bead)?[\s_#-]*(\d{1,3})(?:[\s_:.-]+(\D.*))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bead:
    """One bead population of a kit.

    Attributes:
        kit: id of the kit.
        number: as gates name it.
        marker: canonical name of the antibody's target, or of the control.
        isotype: of the antibody on the bead.
    """

    kit: str
    number: int
    marker: str
    isotype: str

    @property
    def is_control(self) -> bool:
        """Whether it is one of the kit's two isotype controls."""
        return self.marker in {REA_CONTROL, MOUSE_CONTROL}

    @property
    def control(self) -> str:
        """The control bead that this bead's background is taken from.

        Source: bead panel of MPAPASS (PMC9017130): REA beads have the REA control, mouse IgG1 beads the mIgG1 control;
        mouse IgG2a and IgG2b beads have none of their own and take mIgG1 by convention.
        """
        return REA_CONTROL if self.isotype == "REA" else MOUSE_CONTROL

    @property
    def control_is_matched(self) -> bool:
        """Whether the control bead has the same isotype; kappa is the light chain and changes nothing."""
        return self.isotype.removesuffix("k") in {"REA", "mIgG1"}


@cache
def kits() -> dict[str, tuple[Bead, ...]]:
    """The beads of every kit that evqc knows, in the order of ``bead_kits.csv``."""
    lines = (files("evqc.markers") / "bead_kits.csv").read_text(encoding="utf-8").splitlines()
    beads = [Bead(r["kit"], int(r["bead"]), r["marker"], r["isotype"]) for r in csv.DictReader(lines)]
    return {name: tuple(b for b in beads if b.kit == name) for name in dict.fromkeys(b.kit for b in beads)}


@cache
def bead(text: str) -> Bead | None:
    """The bead that a gate or column is named after: by marker (``CD133-1``), number (``53``) or both (``53 CD9``).

    ``P53`` is no bead: cytometers number their own gates so.

    Args:
        text: the name as somebody wrote it.

    Returns:
        The bead; None when no kit has it, or when number and marker name two different beads.
    """
    numbered = _NUMBERED.fullmatch(text.strip())
    if numbered is None:
        return _by_marker(text)
    found = _by_number(int(numbered[1]))
    return found if numbered[2] is None or found == _by_marker(numbered[2]) else None


def _by_number(number: int) -> Bead | None:
    return next((b for beads in kits().values() for b in beads if b.number == number), None)


def _by_marker(text: str) -> Bead | None:
    found = resolve(text)
    if found is None:
        return None
    return next((b for beads in kits().values() for b in beads if b.marker == found.name), None)
