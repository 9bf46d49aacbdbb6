"""Agilent Fragment Analyzer: the csv tables that ProSize writes, one by one or together in a zip."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._analyte import RNA
from evqc.instruments._export import ExportFile
from evqc.instruments._first_headings import first_headings, first_row
from evqc.instruments._samples import once
from evqc.instruments._zip import member
from evqc.instruments.fragment_analyzer._blocks import is_blocks
from evqc.instruments.fragment_analyzer._part import SAMPLE, WELL, Part
from evqc.instruments.fragment_analyzer._peaks import is_peaks, peaks
from evqc.instruments.fragment_analyzer._quality import is_quality, is_rna, quality
from evqc.instruments.fragment_analyzer._smears import is_smears, smears
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "fragment_analyzer"
TITLE = "Agilent Fragment Analyzer, ProSize"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "zip of a run's csv tables: peaks, quality, smear analysis, electropherogram, size calibration",
    "Peak Table csv (also in blocks by well), Quality Table csv or Smear Analysis Result csv alone",
)
MENTIONS = ("peak id", "sample id")

#: Unpacked size of a run's tables, and how many there may be; a real one has far below 1 MiB in four files.
LARGEST_UNPACKED = 32 * 1024 * 1024
MOST_ENTRIES = 64
#: What a table's name in a zip ends with, which ProSize gives it, and the table.
_ENDS = {
    "peak table": "peak table",
    "quality table": "quality table",
    "smear analysis result": "smear analysis",
    "smear analysis": "smear analysis",
    "electropherogram": "electropherogram",
    "size calibration": "size calibration",
}
_READ = ("peak table", "quality table", "smear analysis")
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


def recognises(file: ExportFile) -> bool:
    """Whether a zip that is no workbook holds one of the tables, or a csv is headed like one."""
    if file.is_workbook:
        return any(_kind(name) in _READ for name in _names(file))
    return _headed(file) is not None


def _headed(file: ExportFile) -> str | None:
    """Which table a csv is by its first row."""
    if is_blocks(file):
        return "peak table"
    if not file.mentions(WELL.casefold(), SAMPLE.casefold()):
        return None
    row = first_row(file)
    tests = {"peak table": is_peaks, "smear analysis": is_smears, "quality table": is_quality}
    return next((kind for kind, fits in tests.items() if fits(row)), None)


def _names(file: ExportFile) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as container:
            return container.namelist()[:MOST_ENTRIES]
    except _BROKEN:
        return []


def _kind(name: str) -> str | None:
    """Which table an entry of a zip is by its name."""
    plain = name.casefold()
    return next((kind for end, kind in _ENDS.items() if plain.endswith(f"{end}.csv")), None)


def read(file: ExportFile) -> Reading:
    """Concentration and peaks of each well, then its quality, then its ranges of lengths.

    Raises:
        InputError: ``BROKEN_ZIP``, ``FILE_TOO_LARGE``, ``NO_SAMPLE``, ``HEADING_MISSING``, ``NOT_A_NUMBER``,
            ``NOT_A_RANGE``, ``WELL_TWICE``.
    """
    by_kind = _by_kind(file)
    graded = by_kind.get("quality table", [])
    of_rna = any(is_rna(row) for table in graded for row in first_headings(table))
    parts = [
        *(peaks(table, RNA if of_rna else None) for table in by_kind.get("peak table", [])),
        *(quality(table, alone="peak table" not in by_kind) for table in graded),
        *(smears(table) for table in by_kind.get("smear analysis", [])),
    ]
    signals = [kind for kind in ("electropherogram", "size calibration") if kind in by_kind]
    names = [_wells(table) for table in by_kind.get("electropherogram", [])]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind=" and ".join(kind for kind in _READ if kind in by_kind),
        measurements=tuple(q for part in parts for q in part.quantities),
        issues=once([i for part in parts for i in part.issues] + [i for n in names for i in _other_names(n, parts)]),
        unread=tuple(dict.fromkeys([u for part in parts for u in part.unread] + [f"{kind} csv" for kind in signals])),
        status=_status(by_kind),
    )


def _status(by_kind: Mapping[str, list[ExportFile]]) -> Literal["verified", "experimental"]:
    """``experimental`` where no real file was at hand: blocks, ranges, and quality other than that of microRNA."""
    blocks = any(map(is_blocks, by_kind.get("peak table", [])))
    graded = any(not t.mentions("% microrna") for t in by_kind.get("quality table", []))
    return "experimental" if blocks or graded or "smear analysis" in by_kind else STATUS


def _by_kind(file: ExportFile) -> Mapping[str, list[ExportFile]]:
    """The tables of a zip, or a table alone, by what they are."""
    if not file.is_workbook:
        return {_headed(file) or "peak table": [file]}
    by_kind: dict[str, list[ExportFile]] = {}
    for name, table in _unpacked(file).items():
        by_kind.setdefault(_kind(name) or "", []).append(table)
    return by_kind


def _unpacked(file: ExportFile) -> dict[str, ExportFile]:
    """The csv files of a zip by name, after a look at how large they claim to be."""
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as container:
            entries = container.infolist()
            if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > LARGEST_UNPACKED:
                found, limit = f"{len(entries)} files", f"{MOST_ENTRIES} files of {LARGEST_UNPACKED >> 20} MiB together"
                raise refusal(file.name, "FILE_TOO_LARGE", Where(), found, limit)
            wanted = [e for e in entries if _kind(e.filename) is not None]
            return {e.filename: ExportFile(f"{file.name}/{e.filename}", member(container, e)) for e in wanted}
    except _BROKEN as error:
        raise refusal(file.name, "BROKEN_ZIP", Where(), f"{type(error).__name__}: {error}", "a whole zip") from None


def _wells(file: ExportFile) -> dict[str, str]:
    """Sample names by well in the headings of an electropherogram, ``B1: name``."""
    headings = next((row for row in first_headings(file, ",") if any(row)), [])
    pairs = (heading.partition(":") for heading in headings[1:])
    return {well.strip(): name.strip() for well, colon, name in pairs if colon}


def _other_names(signals: dict[str, str], parts: list[Part]) -> list[Issue]:
    """A warning for a well that a table and the electropherogram name differently: tables of two runs."""
    return [
        problem("warning", "NAMES_DISAGREE", Where(field=well), f"'{name}'", f"'{signals[well.casefold()]}'")
        for part in parts
        for well, name in part.samples.items()
        if signals.get(well.casefold(), (name or "").casefold()) != (name or "").casefold()
    ]
