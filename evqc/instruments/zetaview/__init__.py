"""Particle Metrix ZetaView 8.05 and 8.06: size distribution, table of positions and zeta potential profile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.instruments.zetaview import _joining, _positions, _profile, _size
from evqc.instruments.zetaview._position_table import holds_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "zetaview"
TITLE = "Particle Metrix ZetaView"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "*_size_*.txt: size distribution, software 8.05 and 8.06",
    "*_11pos.txt: measuring positions, joined to the size distribution of the same run",
    "*_prof_*.txt: zeta potential profile, software 8.06",
)
MENTIONS = ("original file:", "profile voltage:", "use position")
_FIRST_KEYS = ("Original File:", "Profile Voltage:")


def recognises(file: ExportFile) -> bool:
    """Whether the content begins like a ZetaView export or is its table of positions."""
    head = file.head
    return (head.startswith(_FIRST_KEYS) and ("ZetaView" in head or "zetaview" in head.casefold())) or holds_table(head)


def read(file: ExportFile) -> Reading:
    """The reading of a size file, a table of positions or a profile, told apart by their content.

    Raises:
        InputError: what the reader of that kind raises.
    """
    if _profile.is_profile(file.content):
        return _profile.read(file)
    if holds_table(file.head):
        return _positions.read(file)
    return _size.read(file)


def is_part(file: ExportFile) -> bool:
    """Whether it is a table of positions: a size file alone is joined with nothing."""
    return holds_table(file.head)


def join(readings: Sequence[Reading]) -> list[Reading]:
    """The readings with each table of positions joined to its size file; see ``_joining.join``."""
    return _joining.join(readings)
