"""Agilent 2100 Bioanalyzer: results and traces as csv, and the whole chip as XML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.instruments.bioanalyzer import _chip, _results, _trace

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "bioanalyzer"
TITLE = "Agilent 2100 Bioanalyzer, 2100 Expert"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv of results: peaks, regions and overall results of each sample",
    "csv of one trace: fluorescence over time",
    "XML of a chip (also gzip): concentration, RIN, 28S over 18S, peaks and regions",
)
MENTIONS = ("data file name,", "<chipset")
_CSV = "Data File Name,"


def recognises(file: ExportFile) -> bool:
    """Whether it begins with 2100 Expert's ``Data File Name`` or with the element ``Chipset``."""
    if file.is_workbook:
        return False
    head = file.head.lstrip()
    if head.startswith(_CSV):
        return "Version Created," in head and "Assay Name," in head
    return "<Chipset" in head[:400]


def read(file: ExportFile) -> Reading:
    """The results, the trace or the chip, told apart by content.

    Raises:
        InputError: what the reader of that kind raises.
    """
    if not file.head.lstrip().startswith(_CSV):
        return _chip.read(file, NAME, STATUS)
    if _trace.is_trace(file):
        return _trace.read(file, NAME, STATUS)
    return _results.read(file, NAME, STATUS)
