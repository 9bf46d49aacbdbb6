"""Thermo Fisher VISIONlite and GENESYS spectrophotometers: absorbance at fixed wavelengths, and quantification."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.calibration import WellSeries
from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import UNKNOWN, in_unit
from evqc.instruments._first_headings import first_headings
from evqc.instruments._marks import marks
from evqc.instruments._numbers import column
from evqc.instruments._rows import delimiter, ends_open, filled, rows
from evqc.instruments._samples import Samples, once, samples, torn
from evqc.reading import Reading, accepted
from evqc.records import array

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "visionlite"
TITLE = "Thermo Fisher VISIONlite spectrophotometer software"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv of Fixed: absorbance of each sample at up to many wavelengths",
    "csv of Quant: absorbance and concentration of each sample, with its dilution factor",
    "csv of Rate: absorbance over time",
    "csv of Scan: refused by name, since a spectrum is no quantity",
)
#: A scan or rate begins with the name of its file; what else is read has a unit of absorbance in a heading.
MENTIONS = (".csv", "[a]")

_SAMPLE = "Sample Name"
_FIXED = re.compile(r"(\d{3,4}(?:[.,]\d+)?) nm \[a\]", re.IGNORECASE)
_QUANT = re.compile(r"concentration \[(.+)\]", re.IGNORECASE)
#: Second and first row of a scan or rate.
_AXIS = re.compile(r"(nm|min|s|sec)[,;\t]A", re.IGNORECASE)
_FILE = re.compile(r"\"?[^,;\t]+\.csv\"?[,;\t]", re.IGNORECASE)
_SECONDS = {"min": 60.0, "s": 1.0, "sec": 1.0}
_ORDINATE, _DILUTION, _RESULT, _ERROR = "Ordinate [A]", "Dilution factor", "Result", "Error"


def recognises(file: ExportFile) -> bool:
    """Whether it is headed ``Sample Name`` before absorbances by wavelength or Ordinate, or is a scan or rate."""
    if file.is_workbook:
        return False
    if _curve(file) is not None:
        return True
    if not file.mentions(_SAMPLE.casefold(), "[a]"):
        return False
    first = next((row for row in first_headings(file) if any(row) and not row[0].startswith("sep=")), [])
    if first[:1] != [_SAMPLE.casefold()]:
        return False
    rest = [heading for heading in first[1:] if heading]
    own = [h for h in rest if _FIXED.fullmatch(h) or h == _ORDINATE.casefold()]
    return bool(own) and all(h in own or _QUANT.fullmatch(h) or h in _OTHERS for h in rest)


def _curve(file: ExportFile) -> str | None:
    """``nm`` of a scan or ``min`` of a rate: the axis that the second row heads, below the file's name and sample."""
    if _FILE.match(file.head.lstrip()) is None:
        return None
    lines = [line.strip() for line in file.head_lines[:2]]
    if len(lines) < 2 or (found := _AXIS.fullmatch(lines[1])) is None or _FILE.match(lines[0]) is None:
        return None
    return found[1].casefold()


_OTHERS = {text.casefold() for text in (_DILUTION, _RESULT, _ERROR)}


def read(file: ExportFile) -> Reading:
    """Absorbances, and concentrations where the software was told how to compute them.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``, ``TRUNCATED`` for a rate
            without its last line end, ``SPECTRUM_NOT_READ`` for a scan.
    """
    if (axis := _curve(file)) is not None:
        return _rate(file, axis)
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    tables = samples(file, (_SAMPLE,), _holds_numbers)
    for table in tables:
        for row in table.rows:
            quantities += _row(table, row)
            issues += _diluted(table, row)
        read_headings = [_SAMPLE, _DILUTION, _ERROR, *filter(_holds_numbers, map(str.casefold, table.table.headings))]
        issues += torn(table, read_headings)
        unread += table.table.unread(read_headings)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="Quant" if tables[0].table.has(_ORDINATE) else "Fixed",
        measurements=tuple(quantities),
        issues=once(issues),
        unread=tuple(dict.fromkeys(unread)),
        status=STATUS,
    )


def _holds_numbers(heading: str) -> bool:
    known = {_ORDINATE.casefold(), _DILUTION.casefold(), _RESULT.casefold()}
    return heading in known or any(p.fullmatch(heading) for p in (_FIXED, _QUANT))


def _rate(file: ExportFile, axis: str) -> Reading:
    """Absorbance of one sample over time, as a series."""
    if axis == "nm":
        expected = "a Fixed or Quant export; a spectrum is not read"
        raise refusal(file.name, "SPECTRUM_NOT_READ", Where(line=2), "a scan of wavelengths", expected)
    lines = rows(file)
    about, body = [cell.text for cell in lines[0]], [row for row in lines[2:] if filled(row)]
    if ends_open(file) or not body:
        raise refusal(file.name, "TRUNCATED", Where(line=len(lines)), "no line end", "a line end behind the last row")
    texts = [[row[i].text if i < len(row) else "" for row in body] for i in (0, 1)]
    decimal = marks(
        (t for column_ in texts for t in column_), file.name, Where(line=3), delimiter=delimiter(file.text())
    )
    first = body[0][0].line
    time, value = (
        column(cells, file.name, first_line=first, name=name, decimal=decimal.decimal)
        for cells, name in zip(texts, (axis, "A"), strict=True)
    )
    series = WellSeries(
        plate=None,
        well=about[1] if len(about) > 1 else about[0],
        signal="absorbance",
        signal_unit="1",
        wavelength_nm=None,
        time_s=array(time * _SECONDS[axis]),
        value=value,
        where=Where(line=first),
    )
    unread = tuple(f"first line: {text}" for text in about[2:] if text)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="Rate",
        measurements=(),
        series=(series,),
        unread=unread,
        status="experimental",
    )


def _row(found: Samples, row: Row) -> list[Quantity]:
    sample = found.text(row, _SAMPLE)
    settings: dict[str, Scalar] = found.settings(row, {_DILUTION: "dilution_factor", _ERROR: "error"})
    quantities = []
    for heading in found.table.headings:
        where = found.where(row, heading)
        if (fixed := _FIXED.fullmatch(heading)) is not None:
            said = {**settings, "wavelength_nm": float(fixed[1].replace(",", "."))}
            amount = found.amount(row, heading)
            quantities.append(quantity(amount, "absorbance", "1", where, sample=sample, settings=said))
        elif heading.casefold() == _ORDINATE.casefold():
            amount = found.amount(row, heading)
            quantities.append(quantity(amount, "absorbance", "1", where, sample=sample, settings=settings))
        elif (quant := _QUANT.fullmatch(heading)) is not None:
            stored = in_unit(found.amount(row, heading), found.file.name, where, quant[1], UNKNOWN.unit)
            said = {**settings, "analyte": None}
            quantities.append(quantity(stored, UNKNOWN.measurand, UNKNOWN.unit, where, sample=sample, settings=said))
        elif heading.casefold() == _RESULT.casefold():
            said = {**settings, "analyte": None, "column": heading}
            amount = found.amount(row, heading)
            quantities.append(quantity(amount, "analyte_result", "a.u.", where, sample=sample, settings=said))
    return quantities


def _diluted(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning for a concentration of a diluted sample: nothing in the file says whether it is of the dilution."""
    if not found.table.has(_DILUTION) or found.number(row, _DILUTION) in {None, 1.0}:
        return ()
    where, shown = found.where(row, _DILUTION), f"dilution factor {found.text(row, _DILUTION)}"
    expected = "1, or a file that says whether the concentration already includes the factor; it is kept as printed"
    return (problem("warning", "DILUTION_UNCLEAR", where, shown, expected),)
