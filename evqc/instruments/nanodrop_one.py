"""Thermo Fisher NanoDrop One: concentration, purity ratios and absorbances, csv or xlsx."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, problem
from evqc.instruments._absorbance import Assay, Columns, measured
from evqc.instruments._analyte import UNKNOWN, analyte
from evqc.instruments._first_headings import first_headings
from evqc.instruments._samples import Samples, dated, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "nanodrop_one"
TITLE = "Thermo Fisher NanoDrop One"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv or xlsx of results: nucleic acid or protein, ratios, absorbances, corrected concentration",)

_NEEDED = ("Date", "Sample Name")
#: The result's heading: what was measured and the unit. The corrected concentration begins with its own word.
_RESULT = re.compile(r"(?!corrected|impurity)([a-z][a-z0-9 ,/-]*?)\s*\(([nuµ]g/[uµ]l|[mµu]g/ml)\)", re.IGNORECASE)
_CORRECTED = re.compile(r"corrected \((.+)\)", re.IGNORECASE)
_OWN = re.compile(r"a260/a280|a280|a260|baseline correction \(nm\)")
_SETTINGS = {
    "Baseline Correction (nm)": "baseline_wavelength_nm",
    "Baseline Absorbance": "baseline_absorbance",
    "Sample Type": "sample_type",
    "Impurity 1": "impurity_1",
    "Impurity 2": "impurity_2",
    "Impurity 3": "impurity_3",
}
_COLUMNS = Columns(
    sample="Sample Name",
    concentration="",
    ratios={"A260/A280": "A260/A280", "A260/A230": "A260/A230"},
    absorbances={260.0: "A260", 280.0: "A280"},
    factor="Nucleic Acid Factor",
    extinction="E1%",
)


def recognises(file: ExportFile) -> bool:
    """Whether a row begins with Date and Sample Name and goes on with a result with its unit and absorbances."""
    return any(_is_heading(row) for row in first_headings(file))


def _is_heading(row: list[str]) -> bool:
    begins = [text for text in row if text][:2] == ["date", "sample name"]
    return begins and any(map(_RESULT.fullmatch, row)) and any(map(_OWN.fullmatch, row))


def read(file: ExportFile) -> Reading:
    """Concentration, ratios and absorbances of each row.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    for table in samples(file, _NEEDED, _holds_numbers):
        of, assay, corrected = _columns(table)
        for row in table.rows:
            got, said = _row(table, row, of, assay, corrected)
            quantities += got
            issues += said
        read_headings = [*_NEEDED, *of.headings(), *_SETTINGS, *corrected]
        issues += torn(table, read_headings)
        unread += table.table.unread(read_headings)
    return accepted(
        file.source,
        instrument=NAME,
        software_version=None,
        file_kind="results",
        measurements=tuple(quantities),
        issues=once(issues),
        unread=tuple(dict.fromkeys(unread)),
        status=STATUS,
    )


def _holds_numbers(heading: str) -> bool:
    numbers = {"a260", "a280", "a260/a280", "a260/a230", "nucleic acid factor", "e1%", "baseline absorbance"}
    return heading in numbers or any(p.fullmatch(heading) for p in (_RESULT, _CORRECTED))


def _columns(found: Samples) -> tuple[Columns, Assay, dict[str, str]]:
    """The headings of this export, what it measures, and the columns of the corrected concentration."""
    result = next((h for h in found.table.headings if _RESULT.fullmatch(h)), None)
    if result is None:
        found.table.cell(found.rows[0], "Nucleic Acid(ng/uL)")
    named = _RESULT.fullmatch(result or "")
    assert named is not None
    name = _application(found, named[1])
    of = Columns(
        sample=_COLUMNS.sample,
        concentration=named[0],
        ratios=_COLUMNS.ratios,
        absorbances=_COLUMNS.absorbances,
        factor=_COLUMNS.factor,
        extinction=_COLUMNS.extinction,
    )
    corrected = {
        h: "corrected_concentration_" + _in_key(m[1]) for h in found.table.headings if (m := _CORRECTED.fullmatch(h))
    }
    return of, Assay(name, analyte(name), named[2]), corrected


def _in_key(unit: str) -> str:
    return unit.casefold().replace("µ", "u").replace("/", "_per_").replace("%", "")


def _application(found: Samples, result: str) -> str:
    """The application: a workbook's sheet is named after it; else what the result's heading says."""
    sheet = found.table.header[0].sheet
    return sheet if sheet and analyte(sheet) != UNKNOWN and analyte(result) == UNKNOWN else result


def _row(
    found: Samples, row: Row, of: Columns, assay: Assay, corrected: dict[str, str]
) -> tuple[list[Quantity], tuple[Issue, ...]]:
    when, dates = dated(found, row, "Date")
    settings: dict[str, Scalar] = found.settings(row, _SETTINGS | corrected)
    got, issues = measured(found, row, of, assay, when, settings)
    return got, (*dates, *issues, *_impure(found, row, of))


def _impure(found: Samples, row: Row, of: Columns) -> tuple[Issue, ...]:
    """A warning when the instrument found something else that absorbs and corrected the concentration for it."""
    shown = found.text(row, "Impurity 1")
    if shown is None:
        return ()
    expected = f"no impurity; '{of.concentration}' includes its absorbance, the corrected concentration does not"
    return (problem("warning", "IMPURITY_FOUND", found.where(row, "Impurity 1"), f"'{shown}'", expected),)
