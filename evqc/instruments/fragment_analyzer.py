"""Agilent Fragment Analyzer: the csv tables that ProSize writes, one by one or together in a zip."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import RNA, UNKNOWN, Analyte, in_unit, unnamed
from evqc.instruments._electrophoresis import LENGTHS, fragment, key, nucleic_acid, share
from evqc.instruments._export import ExportFile
from evqc.instruments._first_headings import first_headings
from evqc.instruments._rounded import Rounded, disagreement, total
from evqc.instruments._samples import Samples, once, samples, torn
from evqc.measurement import Quantity
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.measurement import Scalar

NAME = "fragment_analyzer"
TITLE = "Agilent Fragment Analyzer, ProSize"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "zip of a run's csv tables: peaks, quality (share of microRNA), electropherogram, size calibration",
    "Peak Table csv or Quality Table csv alone",
)

#: Unpacked size of a run's tables, and how many there may be; a real one has far below 1 MiB in four files.
LARGEST_UNPACKED = 32 * 1024 * 1024
MOST_ENTRIES = 64
_KINDS = ("peak table", "quality table", "electropherogram", "size calibration", "smear analysis")
_WELL, _SAMPLE = "Well", "Sample ID"
_LENGTH = re.compile(r"size \((\w+)\)", re.IGNORECASE)
_TOTAL = re.compile(r"total conc\. \((.+)\)", re.IGNORECASE)
_MASS = re.compile(r"[np]g/ul", re.IGNORECASE)
_SHARE = "% microRNA"
_SMALL = re.compile(r"([np]g/ul) \(small ?rna\)", re.IGNORECASE)
_MICRO = re.compile(r"([np]g/ul) \(micro ?rna\)", re.IGNORECASE)
_BROKEN = (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError, OSError, ValueError)


def recognises(file: ExportFile) -> bool:
    """Whether a zip that is no workbook holds a Peak Table csv, or a csv is headed like a peak or quality table."""
    if file.is_workbook:
        return any(_kind(name) == "peak table" for name in _names(file))
    return _is_table(next((row for row in first_headings(file) if any(row)), []))


def _is_table(row: list[str]) -> bool:
    peaks = "peak id" in row and any(map(_LENGTH.fullmatch, row)) and any(map(_TOTAL.fullmatch, row))
    quality = any(map(_SMALL.fullmatch, row)) and _SHARE.casefold() in row
    return row[:2] == [_WELL.casefold(), _SAMPLE.casefold()] and (peaks or quality)


def _names(file: ExportFile) -> list[str]:
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as container:
            return container.namelist()[:MOST_ENTRIES]
    except _BROKEN:
        return []


def _kind(name: str) -> str | None:
    """Which table an entry is by its name in the zip, which ProSize gives it."""
    plain = name.casefold()
    return next((kind for kind in _KINDS if plain.endswith(f"{kind}.csv")), None)


def read(file: ExportFile) -> Reading:
    """Concentration and peaks of each well, then the shares of the quality table.

    Raises:
        InputError: ``BROKEN_ZIP``, ``FILE_TOO_LARGE``, ``NO_SAMPLE``, ``HEADING_MISSING``, ``NOT_A_NUMBER``.
    """
    tables = _unpacked(file) if file.is_workbook else {file.name: file}
    by_kind = {kind: [t for name, t in tables.items() if _kind(name) == kind] for kind in _KINDS}
    if not file.is_workbook:
        headings = next(row for row in first_headings(file) if any(row))
        by_kind = {"peak table" if "peak id" in headings else "quality table": [file]}
    quality = [_quality(table) for table in by_kind.get("quality table", [])]
    peaks = [_peaks(table, RNA if quality else None) for table in by_kind.get("peak table", [])]
    parts = [*peaks, *quality]
    names = [_wells(t) for t in by_kind.get("electropherogram", [])]
    signals = [
        f"{kind} csv" for kind in ("electropherogram", "size calibration", "smear analysis") if by_kind.get(kind)
    ]
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind=" and ".join(kind for kind in _KINDS[:2] if by_kind.get(kind)),
        measurements=tuple(q for part in parts for q in part.quantities),
        issues=once([i for part in parts for i in part.issues] + [i for n in names for i in _other_names(n, parts)]),
        unread=tuple(dict.fromkeys([u for part in parts for u in part.unread] + signals)),
        status=STATUS,
    )


def _unpacked(file: ExportFile) -> dict[str, ExportFile]:
    """The csv files of a zip by name, after a look at how large they claim to be."""
    try:
        with zipfile.ZipFile(io.BytesIO(file.data)) as container:
            entries = container.infolist()
            if len(entries) > MOST_ENTRIES or sum(e.file_size for e in entries) > LARGEST_UNPACKED:
                found, limit = f"{len(entries)} files", f"{MOST_ENTRIES} files of {LARGEST_UNPACKED >> 20} MiB together"
                raise refusal(file.name, "FILE_TOO_LARGE", Where(), found, limit)
            wanted = [e for e in entries if _kind(e.filename) is not None]
            return {e.filename: ExportFile(f"{file.name}/{e.filename}", container.read(e)) for e in wanted}
    except _BROKEN as error:
        raise refusal(file.name, "BROKEN_ZIP", Where(), f"{type(error).__name__}: {error}", "a whole zip") from None


@dataclass(frozen=True)
class _Part:
    """What one table gives.

    Attributes:
        quantities, issues, unread: as in a reading.
        samples: names by well.
    """

    quantities: list[Quantity]
    issues: list[Issue]
    unread: list[str]
    samples: dict[str, str | None]


def _holds_numbers(heading: str) -> bool:
    return heading not in {"well", "sample id", "peak id"}


def _peaks(file: ExportFile, kind: Analyte | None) -> _Part:
    """Total concentration of each well and the length of each of its peaks, in the order of the rows.

    Args:
        file: a Peak Table.
        kind: what was measured where the run's other tables say so; base pairs are DNA otherwise.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    wells: dict[str, str | None] = {}
    for found in samples(file, (_WELL, _SAMPLE, "Peak ID"), _holds_numbers, separator=None):
        of = _PeakColumns.of(found, kind)
        for rows in _by_well(found):
            wells[found.text(rows[0], _WELL) or ""] = found.text(rows[0], _SAMPLE)
            quantities.append(_total(found, rows[0], of))
            quantities += [_peak(found, row, of) for row in rows if found.text(row, "Peak ID") is not None]
            issues += _sums(found, rows, of)
        issues += [*torn(found, found.table.headings), *of.notes(found)]
        unread += found.table.unread([*of.read(), _WELL, _SAMPLE])
    return _Part(quantities, issues, unread, wells)


@dataclass(frozen=True)
class _PeakColumns:
    """Headings of a Peak Table with their units, and what was measured."""

    size: str
    length: str
    concentration: str
    unit: str
    peak: str
    molarity: str | None
    integrated: str | None
    integrated_molarity: str | None
    share: str | None
    ends: dict[str, str]
    kind: Analyte

    @staticmethod
    def of(found: Samples, kind: Analyte | None) -> _PeakColumns:
        headings = found.table.headings
        size = next((m for h in headings if (m := _LENGTH.fullmatch(h))), None)
        whole = next((m for h in headings if (m := _TOTAL.fullmatch(h))), None)
        peak = next((h for h in headings if _MASS.fullmatch(h)), None)
        if size is None or whole is None or peak is None or size[1] not in LENGTHS:
            expected = "columns 'Size (nt)' or 'Size (bp)', 'Total Conc. (ng/ul)' and 'ng/ul'"
            where = Where(line=found.table.header[0].line)
            raise refusal(found.file.name, "HEADING_MISSING", where, str(list(headings)[:20]), expected)

        def named(beginning: str) -> str | None:
            return next((h for h in headings if h.casefold().startswith(beginning)), None)

        ends = {h: f"{side}_{size[1]}" for side in ("from", "to") if (h := named(f"{side} (")) is not None}
        return _PeakColumns(
            size[0], size[1], whole[0], whole[1], peak, named("nmole/l"), named("tic ("), named("tim ("),
            named("% (conc.)"), ends, kind or nucleic_acid(None, size[1]),
        )  # fmt: skip

    def read(self) -> list[str]:
        """The headings that are read."""
        several = (self.molarity, self.integrated, self.integrated_molarity, self.share)
        return [self.size, self.concentration, self.peak, "Peak ID", *filter(None, several), *self.ends]

    def notes(self, found: Samples) -> tuple[Issue, ...]:
        """A note where nothing says what was measured."""
        return (unnamed("", found.where(found.rows[0], self.concentration)),) if self.kind == UNKNOWN else ()


def _by_well(found: Samples) -> list[list[Row]]:
    """Rows that follow each other and are of one well."""
    groups: list[list[Row]] = []
    for row in found.rows:
        if groups and found.text(groups[-1][0], _WELL) == found.text(row, _WELL):
            groups[-1].append(row)
        else:
            groups.append([row])
    return groups


def _total(found: Samples, row: Row, of: _PeakColumns) -> Quantity:
    where = found.where(row, of.concentration)
    stored = in_unit(found.amount(row, of.concentration, minimum=0), found.file.name, where, of.unit, of.kind.unit)
    said: dict[str, Scalar] = {"well": found.text(row, _WELL)}
    if of.integrated is not None:
        said |= found.settings(row, {of.integrated: f"peaks_together_{key(of.unit)}"})
    if of.kind == UNKNOWN:
        said["analyte"] = None
    return quantity(stored, of.kind.measurand, of.kind.unit, where, sample=found.text(row, _SAMPLE), settings=said)


def _peak(found: Samples, row: Row, of: _PeakColumns) -> Quantity:
    names = {"Peak ID": "peak", of.peak: f"concentration_{key(of.unit)}", **of.ends}
    names |= {h: n for h, n in ((of.molarity, "molarity_nmol_per_l"), (of.share, "share_of_total_percent")) if h}
    said = {"well": found.text(row, _WELL), **found.settings(row, names)}
    amount, where = found.amount(row, of.size, minimum=0), found.where(row, of.size)
    return fragment(amount, of.length, where, sample=found.text(row, _SAMPLE), method=None, settings=said)


def _sums(found: Samples, rows: list[Row], of: _PeakColumns) -> list[Issue]:
    """Sums over the peaks that are no marker, and their shares, beside what is printed.

    A marker has no share. Source: found in real files, whose sums and shares all hold.
    """
    issues: list[Issue] = []
    inner = [row for row in rows if of.share is not None and found.printed(row, of.share) is not None]
    for whole, part in ((of.integrated, of.peak), (of.integrated_molarity, of.molarity)):
        if whole is None or part is None or not inner:
            continue
        parts = [p for row in inner if (p := found.printed(row, part)) is not None]
        where = found.where(rows[0], whole)
        issues += disagreement(whole, found.printed(rows[0], whole), total(parts), where, f"sum of '{part}'")
    for row in inner:
        if of.share is not None and of.integrated is not None:
            recomputed = share(found.printed(row, of.peak), found.printed(row, of.integrated))
            where = found.where(row, of.share)
            issues += disagreement(of.share, found.printed(row, of.share), recomputed, where, "share of the peaks")
    return issues + _constant(found, rows, of)


def _constant(found: Samples, rows: list[Row], of: _PeakColumns) -> list[Issue]:
    """A warning for a row whose total is not that of its well's first row."""
    first = found.printed(rows[0], of.concentration) or Rounded(0.0)
    return [
        issue
        for row in rows[1:]
        for issue in disagreement(
            of.concentration,
            found.printed(row, of.concentration),
            first,
            found.where(row, of.concentration),
            "the first row of the well",
        )
    ]


def _quality(file: ExportFile) -> _Part:
    """The share of microRNA in the small RNA of each well."""
    part = _Part([], [], [], {})
    for found in samples(file, (_WELL, _SAMPLE, _SHARE), _holds_numbers):
        small, micro = (
            next((m for h in found.table.headings if (m := p.fullmatch(h))), None) for p in (_SMALL, _MICRO)
        )
        names = {m[0]: f"{n}_{key(m[1])}" for m, n in ((small, "small_rna"), (micro, "micro_rna")) if m is not None}
        for row in found.rows:
            part.samples[found.text(row, _WELL) or ""] = found.text(row, _SAMPLE)
            said = {"well": found.text(row, _WELL), "of": "microRNA of small RNA", **found.settings(row, names)}
            where, sample = found.where(row, _SHARE), found.text(row, _SAMPLE)
            amount = found.amount(row, _SHARE, minimum=0)
            part.quantities.append(quantity(amount, "small_rna_share", "%", where, sample=sample, settings=said))
            if small is not None and micro is not None:
                recomputed = share(found.printed(row, micro[0]), found.printed(row, small[0]))
                shown = found.printed(row, _SHARE)
                part.issues.extend(disagreement(_SHARE, shown, recomputed, where, "microRNA over small RNA"))
        part.issues.extend(torn(found, found.table.headings))
        part.unread.extend(found.table.unread([_WELL, _SAMPLE, _SHARE, *names]))
    return part


def _wells(file: ExportFile) -> dict[str, str]:
    """Sample names by well in the headings of an electropherogram, ``B1: name``."""
    headings = next((row for row in first_headings(file, ",") if any(row)), [])
    pairs = (heading.partition(":") for heading in headings[1:])
    return {well.strip(): name.strip() for well, colon, name in pairs if colon}


def _other_names(signals: dict[str, str], parts: list[_Part]) -> list[Issue]:
    """A warning for a well that a table and the electropherogram name differently: tables of two runs."""
    return [
        problem("warning", "NAMES_DISAGREE", Where(field=well), f"'{name}'", f"'{signals[well.casefold()]}'")
        for part in parts
        for well, name in part.samples.items()
        if signals.get(well.casefold(), (name or "").casefold()) != (name or "").casefold()
    ]
