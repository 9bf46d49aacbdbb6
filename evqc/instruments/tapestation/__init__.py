"""Agilent TapeStation: results of RNA and DNA ScreenTapes with concentration, RINe, peaks and regions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Where, refusal
from evqc.instruments._first_headings import first_headings
from evqc.instruments.tapestation import _results, _tables

if TYPE_CHECKING:
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "tapestation"
TITLE = "Agilent TapeStation"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "XML of results: concentration, RINe, 28S over 18S, peaks and regions of each well",
    "csv of the sample table, the compact peak table or the compact region table",
    "csv of electropherograms: refused by name, since it has neither a time nor a size axis",
)

_LANE = re.compile(r"[a-p]\d{1,2}: ?.*|[a-z]{1,2}\d: ?.*")


def recognises(file: ExportFile) -> bool:
    """Whether it is the XML of TapeStation Analysis, one of its tables, or signals headed ``A1: name``."""
    if file.is_workbook:
        return False
    head = file.head
    if _is_xml(file):
        return "<FileInformation>" in head and "<ScreenTape" in head and "<RunEndDate>" in head
    return _tables.recognises(file) or _is_signals(file)


def _is_xml(file: ExportFile) -> bool:
    return file.head.lstrip().startswith("<")


def _is_signals(file: ExportFile) -> bool:
    first = next(iter(first_headings(file, ",")), []) if ":" in file.head.lstrip(' "')[:4] else []
    return bool(first) and all(map(_LANE.fullmatch, first))


def read(file: ExportFile) -> Reading:
    """The XML results or a table, told apart by content.

    Raises:
        InputError: ``SIGNAL_WITHOUT_AXIS`` for a csv of electropherograms, or what the reader of that kind raises.
    """
    if _is_xml(file):
        return _results.read(file, NAME, STATUS)
    if _tables.recognises(file):
        return _tables.read(file, NAME)
    expected = "the XML results of the same run; a row here is a signal without time or size"
    raise refusal(file.name, "SIGNAL_WITHOUT_AXIS", Where(line=1), "electropherograms", expected)
