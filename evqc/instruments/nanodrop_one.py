"""Thermo Fisher NanoDrop One: concentration, purity ratios and absorbances, csv or xlsx."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, Where, problem, refusal
from evqc.instruments._absorbance import Assay, Columns, measured
from evqc.instruments._analyte import UNKNOWN, analyte
from evqc.instruments._first_headings import first_headings
from evqc.instruments._samples import Samples, dated, measured_twice, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "nanodrop_one"
TITLE = "Thermo Fisher NanoDrop One"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("csv or xlsx of results: nucleic acid or protein, ratios, absorbances, corrected concentration",)
#: How the heading of a result ends in every language; of the signs for micro the one that others are spelled as.
MENTIONS = ("g/ul)", "g/μl)", "g/ml)")

_NEEDED = ["date", "sample name"]
#: A concentration's heading: what was measured and the unit. The first one is the result, in whatever language; a
#: second one is the concentration corrected for impurities.
_RESULT = re.compile(r"([^\W\d_][\w ,/-]*?)\s*\(([nuµμ]g/[uµμ]l|[mµμu]g/ml)\)", re.IGNORECASE)
_CORRECTED = re.compile(r"corrected \(.+\)", re.IGNORECASE)
_OWN = re.compile(r"a260/a280|a280|a260|baseline correction \(nm\)")
#: The baseline's wavelength, which every language heads with the unit.
_BASELINE = re.compile(r".+ \(nm\)")
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
    """Whether headings begin with date and sample (in any language), the result with its unit and absorbances."""
    if not file.mentions("a260/a280", "(") and not file.mentions(*_NEEDED):
        return False
    return any(map(_is_heading, first_headings(file)))


def _is_heading(row: list[str]) -> bool:
    named = [text for text in row if text]
    if named[:2] == _NEEDED:
        return any(map(_RESULT.fullmatch, named)) and any(map(_OWN.fullmatch, named))
    third = len(named) > 2 and _RESULT.fullmatch(named[2]) is not None
    plain = not any(mark in text for text in named[:2] for mark in "()/%")
    return third and plain and {"a260/a280", "a280"} <= set(named) and any(map(_BASELINE.fullmatch, named))


def _leading(file: ExportFile) -> tuple[str, str]:
    """The headings of date and sample in the language of the export.

    Raises:
        InputError: ``HEADING_MISSING``.
    """
    row = next((row for row in first_headings(file) if _is_heading(row)), None)
    if row is None:
        expected = "Date, Sample Name, a result with its unit, and absorbances"
        raise refusal(file.name, "HEADING_MISSING", Where(), "no row with these headings", expected)
    date, sample = [text for text in row if text][:2]
    return date, sample


def read(file: ExportFile) -> Reading:
    """Concentration, ratios and absorbances of each row.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``UNIT_UNKNOWN``.
    """
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    date, sample = _leading(file)
    for table in samples(file, (date, sample), _holds_numbers):
        of, assay, corrected = _columns(table, sample)
        for row in table.rows:
            got, said = _row(table, row, date, of, assay, corrected)
            quantities += got
            issues += said
        read_headings = [date, *of.headings(), *_SETTINGS, *corrected]
        issues += [*torn(table, read_headings), *measured_twice(table, date, sample)]
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
    return heading in numbers or _RESULT.fullmatch(heading) is not None


def _columns(found: Samples, sample: str) -> tuple[Columns, Assay, dict[str, str]]:
    """The headings of this export, what it measures, and the columns of the corrected concentration."""
    named = [m for h in found.table.headings if (m := _RESULT.fullmatch(h)) and not _CORRECTED.fullmatch(h)]
    if not named:
        found.table.cell(found.rows[0], "Nucleic Acid(ng/uL)")
    result = named[0]
    name = _application(found, result[1])
    of = replace(_COLUMNS, sample=sample, concentration=result[0])
    others = [m for h in found.table.headings if (m := _RESULT.fullmatch(h)) and m[0] != result[0]]
    corrected = {m[0]: "corrected_concentration_" + _in_key(m[2]) for m in others}
    return of, Assay(name, analyte(name), result[2]), corrected


def _in_key(unit: str) -> str:
    return unit.casefold().replace("µ", "u").replace("μ", "u").replace("/", "_per_")


def _application(found: Samples, result: str) -> str:
    """The application: a workbook's sheet is named after it; else what the result's heading says."""
    sheet = found.table.header[0].sheet
    return sheet if sheet and analyte(sheet) != UNKNOWN and analyte(result) == UNKNOWN else result


def _row(
    found: Samples, row: Row, date: str, of: Columns, assay: Assay, corrected: dict[str, str]
) -> tuple[list[Quantity], tuple[Issue, ...]]:
    when, dates = dated(found, row, date)
    settings: dict[str, Scalar] = found.settings(row, _SETTINGS | corrected)
    got, issues = measured(found, row, of, assay, when, settings)
    return got, (*dates, *issues, *_impure(found, row, of, corrected), *_baseline(found, row))


def _impure(found: Samples, row: Row, of: Columns, corrected: dict[str, str]) -> tuple[Issue, ...]:
    """A warning when the instrument found something else that absorbs and corrected the concentration for it."""
    heading = next((h for h in ("Impurity 1", *corrected) if found.text(row, h) is not None), None)
    if heading is None:
        return ()
    shown = f"{heading} '{found.text(row, heading)}'"
    expected = f"no impurity; '{of.concentration}' includes its absorbance, the corrected concentration does not"
    return (problem("warning", "IMPURITY_FOUND", found.where(row, heading), shown, expected),)


def _baseline(found: Samples, row: Row) -> tuple[Issue, ...]:
    """A warning for a baseline that is no wavelength of the instrument (190 to 850 nm): columns may be exchanged."""
    heading = "Baseline Correction (nm)"
    shown = found.printed(row, heading)
    if shown is None or shown.value == 0 or 190 <= shown.value <= 850:
        return ()
    expected = "a wavelength of 190 to 850 nm; the columns may be exchanged"
    return (problem("warning", "NOT_A_WAVELENGTH", found.where(row, heading), f"{shown.value:g}", expected),)
