"""Tables of instruments that evqc does not know, read by a mapping that the laboratory writes once in TOML.

A mapping says which column is which measurand in which unit and which is the sample; ``MappedTable`` is then an
instrument like any other. Without a mapping no table is recognised and none is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments.table import shipped

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

__all__ = ["FAMILY", "NAME", "READS", "STATUS", "TITLE", "read", "recognises"]

NAME = "table"
TITLE = "Table described by a mapping of the laboratory"
FAMILY = "any"
STATUS: Literal["verified"] = "verified"
READS = (
    "CSV, TSV and XLSX tables of quantities, of a marker panel or of a size distribution, each with its mapping",
    *shipped.reads(),
)
MENTIONS = ()


def recognises(file: ExportFile) -> bool:  # noqa: ARG001  the signature of every instrument
    """Never: without a mapping nothing says what the columns mean."""
    return False


def read(file: ExportFile) -> Reading:
    """Refuses every file, since a mapping is missing.

    Raises:
        InputError: ``MAPPING_MISSING``.
    """
    raise refusal(file.name, "MAPPING_MISSING", Where(), "a table without a mapping", "a mapping (--mapping FILE.toml)")
