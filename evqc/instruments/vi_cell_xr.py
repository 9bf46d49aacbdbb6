"""Beckman Coulter Vi-CELL XR: viability and cell concentration, xlsx of many samples or text of one."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import amount_in
from evqc.instruments._cell_counts import UNSTATED, Column, Format, reading
from evqc.instruments._dates import acquired
from evqc.instruments._key_values import one_row, pairs
from evqc.instruments._marks import marks
from evqc.instruments._numbers import parse
from evqc.instruments._rounded import Rounded, disagreement
from evqc.instruments._rows import Table, ends_open, filled, plain
from evqc.instruments._samples import Samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.instruments._cell import Cell, Row
    from evqc.instruments._export import ExportFile
    from evqc.reading import Reading

NAME = "vi_cell_xr"
TITLE = "Beckman Coulter Vi-CELL XR cell viability analyser"
FAMILY = "cells and safety"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "xlsx of the run data summary: counts, concentrations, viability and diameter of each sample",
    "xlsx of the report of one sample (of third-party code only)",
    "text of one sample with its images; the xls of before 2007 has to be saved as xlsx",
)
MENTIONS = "vi-cell xr"

_MODEL = re.compile(r"Vi-?CELL XR\s+(\d[\d.]*)", re.IGNORECASE)
_SERIAL = re.compile(r"Unit S/N:\s*(.+)")
_COUNT, _VIABLE, _PER_ML, _DILUTION = "Total cells", "Viable cells", "Total cells /ml (x10^6)", "Dilution factor"
_VIABILITY, _PROBE, _IMAGES, _INTERNAL = "Viability (%)", "Probe volume (ml x 10^-6)", "Images", "Internal Dilution"
#: Counts of the images or bins that add up to a printed count.
_SUMS = {"CountData": _COUNT, "SizeData": _COUNT, "ViableCellsData": _VIABLE, "ViableSizeData": _VIABLE}
#: The last key of every text, and of what is read.
_LAST = "ImageBaseName"
#: Ratios of concentration and count that lie this close come from one volume.
_ALIKE = 1.1


def recognises(file: ExportFile) -> bool:
    """Whether the first line or cell is ``Vi-CELL XR`` with a version."""
    if not file.is_workbook:
        return _MODEL.match(file.head.lstrip()) is not None
    begins = [next((row[0] for row in sheet if row and row[0]), "") for sheet in file.sheets.values()]
    return any(_MODEL.match(text) for text in begins[:1])


def read(file: ExportFile) -> Reading:
    """Counts, concentrations, viability and diameter of each sample.

    Raises:
        InputError: ``HEADING_MISSING``, ``KEY_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``OUT_OF_RANGE``,
            ``TRUNCATED``.
    """
    if not file.is_workbook:
        return _read_text(file)
    from evqc.instruments._workbook import every_sheet  # noqa: PLC0415  loads openpyxl only for workbooks

    sheet = [row for row in every_sheet(file)[0] if filled(row)]
    keys = _report_keys(sheet)
    return _read_report(file, sheet, keys) if keys else _read_summary(file, sheet)


def _report_keys(sheet: Sequence[Row]) -> list[tuple[Cell, Cell]]:
    """Keys and values of a report, each value in the next filled cell of its row; none for a summary.

    A summary has its headings side by side, a report one or two keys a row.
    """
    found = []
    for row in sheet:
        cells = [cell for cell in row if cell.text.strip(" :")]
        known = [_REPORT_KEYS.get(_bare(cell.text)) for cell in cells]
        if len(known) - known.count(None) > 2:
            return []
        pairs_of_row = zip(known, cells, known[1:], cells[1:], strict=False)
        found += [(replace(key, text=name), value) for name, key, other, value in pairs_of_row if name and not other]
    return found if _VIABILITY in {key.text for key, _ in found} else []


def _bare(text: str) -> str:
    return "".join(text.casefold().split()).rstrip(":")


def _read_report(file: ExportFile, sheet: Sequence[Row], keys: Sequence[tuple[Cell, Cell]]) -> Reading:
    found = one_row(file, keys, ("Sample ID", _VIABILITY, _PER_ML), _REPORT.holds_numbers)
    read_texts = {cell.text for pair in keys for cell in pair}
    left = [c.text for row in sheet[1:] for c in row if c.text.strip(" :") and _bare(c.text) not in _REPORT_KEYS]
    unread = [text for text in left if text not in read_texts]
    return reading(file, [found], _REPORT, software_version=_version(sheet[0][0]), unread=unread)


def _read_summary(file: ExportFile, sheet: Sequence[Row]) -> Reading:
    top = next((i for i, row in enumerate(sheet) if row[0].text == "Sample ID"), None)
    if top is None or len(sheet) <= top + 1:
        raise refusal(file.name, "HEADING_MISSING", Where(), "no row with this heading", "a column 'Sample ID'")
    body = sheet[top + 2 :]
    if not body:
        raise refusal(file.name, "NO_SAMPLE", sheet[top][0].where(""), "headings only", "a row for each sample")
    table = Table(file.name, _headings(sheet[top], sheet[top + 1]), tuple(body))
    table.cell(body[0], _VIABILITY)
    places = [i for i, h in enumerate(table.headings) if _SUMMARY.holds_numbers(h.casefold())]
    texts = [row[i].text for row in body for i in places if i < len(row) and row[i].number is None]
    every = Samples(file, tuple(sheet[:top]), table, marks(texts, file.name, Where(line=sheet[top][0].line)))
    found, left_out = _without_others(every)
    serial = next((m[1] for row in found.above for cell in row if (m := _SERIAL.match(cell.text))), None)
    of = replace(_SUMMARY, stated={**_SUMMARY.stated, **({"instrument_serial_number": serial} if serial else {})})
    return reading(file, [found], of, software_version=_version(sheet[0][0]), issues=(*left_out, *_not_included(found)))


def _without_others(found: Samples) -> tuple[Samples, tuple[Issue, ...]]:
    """The rows that are samples; one with neither a date nor any number is none, and a warning says so.

    Such a row, hidden, stands first in some exports of this software.
    """
    others = [row for row in found.rows if not _is_sample(found, row)]
    expected = "a sample with its date and numbers; the row is left out"
    issues = (problem("warning", "NOT_A_SAMPLE", row[0].where(""), f"'{row[0].text}'", expected) for row in others)
    body = tuple(row for row in found.rows if row not in others)
    return replace(found, table=replace(found.table, body=body)), tuple(issues)


def _is_sample(found: Samples, row: Row) -> bool:
    headings = [column.heading for column in _SUMMARY.columns if found.table.has(column.heading)]
    if any(found.printed(row, heading) is not None for heading in headings):
        return True
    day, issues = acquired(next((d for h in _SUMMARY.dates if (d := found.text(row, h))), None), Where())
    return day is not None and not issues


def _headings(upper: Row, lower: Row) -> Row:
    """The two rows of headings as one."""
    names = [plain(f"{a.text} {b.text}") for a, b in zip(upper, lower, strict=True)]
    return tuple(replace(cell, text=name) for cell, name in zip(upper, names, strict=True))


def _version(cell: Cell) -> str | None:
    found = _MODEL.match(cell.text)
    return None if found is None else found[1]


def _not_included(found: Samples) -> tuple[Issue, ...]:
    """A warning when rows of different dilution show that the concentrations are not multiplied by it.

    Source: concentration over count is the counted volume's reciprocal, times the dilution when that is included; in
    real files it is proportional to the dilution.
    """
    headings = (_PER_ML, _COUNT, _DILUTION)
    if not all(found.table.has(heading) for heading in headings):
        return ()
    columns = [[found.number(row, h) or np.nan for row in found.rows] for h in headings]
    concentration, count, dilution = np.array(columns, dtype=float)
    known = np.isfinite(concentration * count * dilution)
    ratio, factor = (concentration / count)[known], dilution[known]
    if not len(ratio) or factor.max() < 2 * factor.min() or ratio.max() > _ALIKE * ratio.min():
        return ()
    where = found.table.cell(found.rows[0], _PER_ML).where(_PER_ML)
    shown = f"the same concentration per cell at dilutions {factor.min():g} and {factor.max():g}"
    return (problem("warning", "DILUTION_NOT_INCLUDED", where, shown, "concentrations multiplied by the dilution"),)


def _read_text(file: ExportFile) -> Reading:
    found = one_row(file, pairs(file.text(), ":"), ("Sample ID", _VIABILITY, _TEXT_PER_ML), _TEXT.holds_numbers)
    row, last = found.rows[0], found.table.header[-1]
    if last.text != _LAST or ends_open(file):
        raise refusal(file.name, "TRUNCATED", Where(line=last.line), f"'{last.text}' last", f"'{_LAST}' at the end")
    said = _MODEL.match(file.text().lstrip("\ufeff \r\n"))
    issues = (*_sums(found, row), *_from_volume(found, row))
    return reading(file, [found], _TEXT, software_version=None if said is None else said[1], issues=issues)


def _sums(found: Samples, row: Row) -> tuple[Issue, ...]:
    """Warnings when the counts of images or bins do not add up to the printed count."""
    issues: list[Issue] = []
    for key, heading in _SUMS.items():
        shown = found.printed(row, heading)
        if found.text(row, key) is None or shown is None:
            continue
        added = Rounded(float(np.sum(_numbers(found, row, key))))
        issues += disagreement(heading, shown, added, found.where(row, heading), f"sum of {key}")
    return tuple(issues)


def _numbers(found: Samples, row: Row, key: str) -> Sequence[float]:
    values = [parse(text) for text in (found.text(row, key) or "").split(",")]
    if None in values:
        amount_in(found.table.cell(row, key), key, found.file.name)
    return [value for value in values if value is not None]


def _from_volume(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning when the concentration is not what count, images, probe volume and both dilutions give.

    Source: count over images and probe volume, times the dilution of the sample and the one inside the instrument;
    found by recomputing real files, in which both are included.
    """
    factors = [found.printed(row, key) for key in (_COUNT, "Dilution", _INTERNAL)]
    parts = [found.printed(row, key) for key in (_IMAGES, _PROBE)]
    shown = found.printed(row, _TEXT_PER_ML)
    if shown is None or None in factors or None in parts:
        return ()
    count, dilution, internal = (f for f in factors if f is not None)
    images, volume = (p for p in parts if p is not None)
    expected = count.times(dilution).times(internal).over(images.times(volume))
    rule = f"'{_COUNT}' times 'Dilution' times '{_INTERNAL}' over '{_IMAGES}' and '{_PROBE}'"
    return disagreement(_TEXT_PER_ML, shown, expected, found.where(row, _TEXT_PER_ML), rule)


_SUMMARY = Format(
    name=NAME,
    status=STATUS,
    file_kind="run data summary",
    samples=("Sample ID",),
    dates=("Sample date/time", "Sample date"),
    columns=(
        Column("total count", _COUNT, "1"),
        Column("viable count", _VIABLE, "1"),
        Column("viability", _VIABILITY, "%"),
        Column("total", _PER_ML, "1e6/mL"),
        Column("viable", "Viable cells /ml (x10^6)", "1e6/mL"),
        Column("diameter", "Avg. diam. (microns)", "um"),
    ),
    settings={
        _DILUTION: "dilution_factor",
        "Avg. circ.": "circularity",
        "Avg. bg intensity": "background_intensity",
    },
    texts={"Cell type": "cell_type", "File name": "file_name", "Comment": "comment"},
    stated={"dilution_included": True},
    figures=3,
)
_TEXT_PER_ML = "Total cells / ml (x 10^6)"
_TEXT = replace(
    _SUMMARY,
    file_kind="one sample",
    end="marked",
    dates=("RunDate",),
    columns=(
        Column("total count", _COUNT, "1"),
        Column("viable count", _VIABLE, "1"),
        Column("dead count", "Nonviable cells", "1"),
        Column("viability", _VIABILITY, "%"),
        Column("total", _TEXT_PER_ML, "1e6/mL"),
        Column("viable", "Total viable cells / ml (x 10^6)", "1e6/mL"),
        Column("diameter", "Average diameter (microns)", "um"),
    ),
    settings={
        "Dilution": "dilution_factor",
        _INTERNAL: "internal_dilution_factor",
        _IMAGES: "images_analysed",
        _PROBE: "probe_volume_nl",
        "Average circularity": "circularity",
        "Average cells / image": "cells_per_image",
        "Minimum diameter (microns)": "minimum_diameter_um",
        "Maximum diameter (microns)": "maximum_diameter_um",
        "Minimum circularity": "minimum_circularity",
        "Cell brightness (%)": "cell_brightness_percent",
        "Viable cell spot brightness (%)": "viable_spot_brightness_percent",
        "Viable spot area": "viable_spot_area_percent",
        "Cell sharpness": "cell_sharpness",
        "Aspirate cycles": "aspiration_cycles",
        "Trypan blue mixing cycles": "mixing_cycles",
        "Decluster degree": "decluster_degree",
    },
    texts={
        "Cell type": "cell_type",
        "File name": "file_name",
        "Comment": "comment",
        "Unit S/N": "instrument_serial_number",
        "User": "operator",
        "Analysis version": "analysis_version",
    },
)
_REPORT = replace(
    _SUMMARY,
    file_kind="report of one sample",
    end="marked",
    settings={**_SUMMARY.settings, **_TEXT.settings},
    texts={**_SUMMARY.texts, **_TEXT.texts},
    stated={"dilution_included": UNSTATED},
    dilution=_DILUTION,
)
_REPORT_KEYS = {_bare(heading): heading for heading in _REPORT.headings()} | {
    "rundate": "Sample date",
    "samplerundate": "Sample date",
    "date": "Sample date",
    "totalviablecells/ml(x10^6)": "Viable cells /ml (x10^6)",
    "averagediameter(microns)": "Avg. diam. (microns)",
    "averagecircularity": "Avg. circ.",
    "avg.backgroundintensity": "Avg. bg intensity",
    "averagebackgroundintensity": "Avg. bg intensity",
    "viablecellspotarea(%)": "Viable spot area",
    "dilution": _DILUTION,
}
