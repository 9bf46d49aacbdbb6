"""Thermo Fisher VISIONlite and GENESYS spectrophotometers: absorbance at fixed wavelengths, and quantification."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, problem
from evqc.instruments._amounts import quantity
from evqc.instruments._analyte import UNKNOWN, in_unit
from evqc.instruments._first_headings import first_headings
from evqc.instruments._samples import Samples, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "visionlite"
TITLE = "Thermo Fisher VISIONlite spectrophotometer software"
STATUS: Literal["verified", "experimental"] = "verified"
READS = (
    "csv of Fixed: absorbance of each sample at up to many wavelengths",
    "csv of Quant: absorbance and concentration of each sample, with its dilution factor",
)

_SAMPLE = "Sample Name"
_FIXED = re.compile(r"(\d{3,4}(?:[.,]\d+)?) nm \[a\]", re.IGNORECASE)
_QUANT = re.compile(r"concentration \[(.+)\]", re.IGNORECASE)
_ORDINATE, _DILUTION, _RESULT, _ERROR = "Ordinate [A]", "Dilution factor", "Result", "Error"


def recognises(file: ExportFile) -> bool:
    """Whether the first row is ``Sample Name`` followed by absorbances named after their wavelength, or by Ordinate."""
    if file.is_workbook:
        return False
    first = next((row for row in first_headings(file) if any(row) and not row[0].startswith("sep=")), [])
    if first[:1] != [_SAMPLE.casefold()]:
        return False
    rest = [heading for heading in first[1:] if heading]
    own = [h for h in rest if _FIXED.fullmatch(h) or h == _ORDINATE.casefold()]
    return bool(own) and all(h in own or _QUANT.fullmatch(h) or h in _OTHERS for h in rest)


_OTHERS = {text.casefold() for text in (_DILUTION, _RESULT, _ERROR)}


def read(file: ExportFile) -> Reading:
    """Absorbances, and concentrations where the software was told how to compute them.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    tables = samples(file, (_SAMPLE,), _holds_numbers)
    for table in tables:
        for row in table.rows:
            quantities += _row(table, row)
            issues += _diluted(table, row)
        read_headings = [_SAMPLE, _DILUTION, _ERROR, *filter(_holds_numbers, map(str.casefold, table.table.headings))]
        read_headings = [h for h in read_headings if h != _RESULT.casefold()]
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
    return quantities


def _diluted(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning for a concentration of a diluted sample: nothing in the file says whether it is of the dilution."""
    if not found.table.has(_DILUTION) or found.number(row, _DILUTION) in {None, 1.0}:
        return ()
    where, shown = found.where(row, _DILUTION), f"dilution factor {found.text(row, _DILUTION)}"
    expected = "1, or a file that says whether the concentration already includes the factor; it is kept as printed"
    return (problem("warning", "DILUTION_UNCLEAR", where, shown, expected),)
