"""Malvern Zetasizer: text exports of records, whose columns each laboratory chooses itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._rows import delimiter, ends_open
from evqc.instruments.zetasizer._columns import is_own
from evqc.instruments.zetasizer._records import read_records

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "zetasizer"
TITLE = "Malvern Zetasizer (Nano, Ultra)"
FAMILY = "sizing"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "export of records (.txt, .csv): Z-average, PdI, count rate, size distribution by intensity, volume and number",
    "export of records (.txt, .csv): zeta potential, mobility, conductivity",
)
#: How the headings begin that only this software writes; a laboratory chooses their units.
MENTIONS = (
    "z-average (", "z-ave (", "polydispersity index (pi)", "derived count rate (", "derived mean count rate (",
    "zeta potential (", "zp (", "(μmcm/vs)", "sizes[", "intensities[", "volumes[", "numbers[",
    "undersize by intensity[", "zeta potentials[", "correlation data[", "times[", "phases[",
)  # fmt: skip
#: The first line that holds something, behind one that names the separator.
_FIRST = re.compile(r'\s*(?:"*sep=[^\r\n]*\s+)?([^\r\n]*)')


def recognises(file: ExportFile) -> bool:
    """Whether the first line that holds something has a heading that only the Zetasizer software writes."""
    found = None if file.is_workbook else _FIRST.match(file.head)
    return found is not None and any(is_own(cell.strip(' "')) for cell in set(found[1].split(delimiter(found[1]))))


def read(file: ExportFile) -> Reading:
    """The reading of an export: for each record its quantities and, where exported, its size distribution.

    Light scattering counts nothing: there is neither a count nor a concentration, and no statistic by number is taken
    from it.

    Raises:
        InputError: ``TRUNCATED``, and what the tables and records raise.
    """
    if ends_open(file):
        found = "the last line has no end, so its last number may be cut"
        raise refusal(file.name, "TRUNCATED", Where(), found, "a complete export")
    return read_records(file)
