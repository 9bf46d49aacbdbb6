"""Flow cytometry standard files (FCS 2.0 to 3.2): events counted, and each channel as a median with percentiles.

What is read is what the cytometer stored: no gate, no compensation, no gain applied. Offsets that do not fit the number
of events are refused with both numbers; ``fcs_offset`` reads such a file when a person asks for it.

Decoding events that are integers needs the package ``flowio`` (``pip install 'evqc[fcs]'``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.instruments.fcs._reading import reading

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

__all__ = ["NAME", "READS", "STATUS", "TITLE", "read", "recognises"]

NAME = "fcs"
TITLE = "Flow cytometer, FCS file"
FAMILY = "markers"
STATUS: Literal["verified"] = "verified"
READS = ("FCS 2.0, 3.0, 3.1 and 3.2 list-mode data sets: event count, events per millilitre, medians and percentiles",)
MENTIONS = "fcs"

_SIGNATURE = re.compile(r"FCS\d\.\d[ \d]")


def recognises(file: ExportFile) -> bool:
    """Whether the file begins with the signature of the standard, such as ``FCS3.1`` and blanks."""
    return not file.is_workbook and _SIGNATURE.match(file.head) is not None


def read(file: ExportFile) -> Reading:
    """The whole reading of a data set whose offsets, keywords and size agree.

    Raises:
        InputError: ``FCS_VERSION``, ``FCS_HEADER``, ``FCS_TEXT``, ``FCS_KEYWORD``, ``FCS_OFFSET``, ``FCS_SEVERAL``,
            ``FCS_UNSUPPORTED``, ``TRUNCATED``, ``EXTRA_MISSING`` for integers without ``flowio``.
    """
    return reading(file, NAME, STATUS, lenient=False)
