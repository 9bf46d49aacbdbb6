"""FCS files whose data offsets are off by one, read on request only.

Some cytometers state the byte behind the last data byte as the last one. The events are then whole, but nothing in the
file proves it, so ``fcs`` refuses it, and a person who knows the instrument asks for this reader by name:
``evqc read --instrument fcs_offset FILE``. Every such reading is flagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.instruments.fcs._reading import reading

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "fcs_offset"
TITLE = "Flow cytometer, FCS file with data offsets off by one (only with --instrument fcs_offset)"
FAMILY = "markers"
STATUS: Literal["verified"] = "verified"
READS = ("FCS files that 'fcs' refuses with FCS_OFFSET, taken from the first data byte on and flagged",)
#: Never chosen by content: a person asks for it by name.
ON_REQUEST = True
MENTIONS = ()


def recognises(file: ExportFile) -> bool:  # noqa: ARG001  the signature of every instrument
    """Never: by its content the file belongs to ``fcs``."""
    return False


def read(file: ExportFile) -> Reading:
    """The reading of a data set whose data segment is said to be one byte longer than its events.

    Raises:
        InputError: as ``fcs.read``; ``FCS_OFFSET`` when the offsets are wrong in any other way.
    """
    return reading(file, NAME, STATUS, lenient=True)
