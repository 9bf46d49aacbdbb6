"""Thermo Fisher NanoDrop 8000: tab-separated results of the nucleic acid, protein A280 and formula modes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from evqc.errors import Issue, refusal
from evqc.instruments._absorbance import Assay, Columns, measured
from evqc.instruments._analyte import PROTEIN, Analyte, analyte
from evqc.instruments._first_headings import has_headings
from evqc.instruments._rounded import Rounded, disagreement
from evqc.instruments._rows import rows
from evqc.instruments._samples import Samples, dated, misplaced, once, samples, torn
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from evqc.instruments._cell import Row
    from evqc.instruments._export import ExportFile
    from evqc.measurement import Quantity, Scalar

NAME = "nanodrop_8000"
TITLE = "Thermo Fisher NanoDrop 8000"
FAMILY = "protein and RNA"
STATUS: Literal["verified", "experimental"] = "verified"
READS = ("tab-separated results: nucleic acid, protein A280 and formula modes, by well",)
MENTIONS = "user id"

_WELL = re.compile(r"[A-H]\d{1,2}")
_NEEDED = ("Well", "Sample ID", "User ID", "Conc.", "Units")
_FORMULA = ("Formula Name 1", "Formula 1", "Formula Value 1")
_TEXTS = {"Plate ID": "plate", "Well": "well", "User ID": "operator", "NA Type": "nucleic_acid_type"}
_SETTINGS = {
    "Cursor Pos.": "cursor_nm",
    "Cursor nm": "cursor_nm",
    "Cursor abs.": "cursor_absorbance",
    "340 raw": "raw_absorbance_340",
    "Ext. Coeff x10e3": "extinction_coefficient_x10e3",
    "Ext.C. (L/(mol*cm))": "extinction_coefficient_l_per_mol_cm",
    "Mol. Wt. kDa": "molar_mass_kda",
    "M.W. (g/mol)": "molar_mass_g_per_mol",
}
_COLUMNS = Columns(
    sample="Sample ID",
    concentration="Conc.",
    ratios={"A260/A280": "260/280", "A260/A230": "260/230"},
    absorbances={260.0: "A260", 280.0: "A280"},
    factor="Conc. Factor (ng/ul)",
    extinction="E 1%",
)
_A280_MODE = "A280 10mm"


def recognises(file: ExportFile) -> bool:
    """Whether a tab-separated row of headings has well, sample and user before concentration and its units."""
    wanted = ("plate id", "well", "sample id", "user id", "conc.", "units")
    return not file.is_workbook and has_headings(file, *wanted, separator="\t")


def read(file: ExportFile) -> Reading:
    """Concentration, ratios and absorbances of each well.

    Raises:
        InputError: ``HEADING_MISSING``, ``NO_SAMPLE``, ``NOT_A_NUMBER``, ``ROWS_BELOW_STANDARDS``, ``UNIT_UNKNOWN``.
    """
    _refuse_below_standards(file)
    quantities: list[Quantity] = []
    issues: list[Issue] = []
    unread: list[str] = []
    for table in samples(file, _NEEDED, _holds_numbers, separator="\t", ends=_is_standards):
        of = _columns(table)
        for row in table.rows:
            got, said = _row(table, row, of)
            quantities += got
            issues += said
        read_headings = [*_NEEDED, "Date", "Time", *of.headings(), *_TEXTS, *_SETTINGS, *_formula(table)]
        issues += [*misplaced(table, "Well"), *torn(table, read_headings)]
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


def _is_standards(row: Row) -> bool:
    """Whether a row heads the table of standards, which only the modes with a standard curve fill."""
    return any(cell.text == "Curve Type" for cell in row)


def _refuse_below_standards(file: ExportFile) -> None:
    """Raises InputError ``ROWS_BELOW_STANDARDS`` for a well below the headings of the standards, which have none."""
    below = False
    for row in rows(file, "\t"):
        below = (below or _is_standards(row)) and not any(cell.text.casefold() == "well" for cell in row)
        if below and len(row) > 1 and _WELL.fullmatch(row[1].text):
            where, expected = row[1].where("Well"), "all wells above the table of standards"
            raise refusal(file.name, "ROWS_BELOW_STANDARDS", where, f"well {row[1].text}", expected)


def _holds_numbers(heading: str) -> bool:
    numbers = {h.casefold() for h in [*_COLUMNS.headings(), *_SETTINGS, _A280_MODE, "Formula Value 1"]} - {"sample id"}
    return heading in numbers or heading.startswith("abs ")


def _columns(found: Samples) -> Columns:
    """The headings of this mode: A280 of the protein mode, pairs of wavelength and absorbance of the formula mode."""
    absorbances = dict(_COLUMNS.absorbances)
    if found.table.has(_A280_MODE):
        absorbances = {280.0: _A280_MODE}
    elif found.table.has("nm 1"):
        absorbances = _pairs(found)
    return Columns(
        sample=_COLUMNS.sample,
        concentration=_COLUMNS.concentration,
        ratios=_COLUMNS.ratios,
        absorbances=absorbances,
        factor=_COLUMNS.factor,
        extinction=_COLUMNS.extinction,
    )


def _pairs(found: Samples) -> dict[float, str]:
    """Absorbance columns by the wavelength beside them, which is the same in all rows.

    Raises:
        InputError: ``WAVELENGTHS_DIFFER``, or ``OUT_OF_RANGE`` for a number that is no wavelength of 190 to 840 nm.
    """
    pairs: dict[float, str] = {}
    for i in range(1, 5):
        heading = f"nm {i}"
        if not (found.table.has(heading) and found.table.has(f"Abs {i}")):
            continue
        waves = sorted({wave for row in found.rows if (wave := found.number(row, heading)) is not None})
        where, shown = found.where(found.rows[0], heading), ", ".join(f"{wave:g}" for wave in waves)
        if waves and not 190 <= waves[0] <= waves[-1] <= 840:
            raise refusal(found.file.name, "OUT_OF_RANGE", where, shown, "a wavelength of 190 to 840 nm")
        if len(waves) > 1:
            raise refusal(found.file.name, "WAVELENGTHS_DIFFER", where, shown, "one wavelength in all rows")
        pairs |= dict.fromkeys(waves, f"Abs {i}")
    return pairs


def _formula(found: Samples) -> list[str]:
    return [*_FORMULA, "nm 1", "nm 2", "nm 3", "nm 4"] if found.table.has(_FORMULA[0]) else []


def _row(found: Samples, row: Row, of: Columns) -> tuple[list[Quantity], tuple[Issue, ...]]:
    when, dates = dated(found, row, "Date", "Time")
    settings: dict[str, Scalar] = {**found.texts(row, _TEXTS), **found.settings(row, _SETTINGS), **_said(found, row)}
    assay = _assay(found, row)
    got, issues = measured(found, row, of, assay, when, settings)
    return got, (*dates, *issues, *_formula_disagrees(found, row, of), *_extinct(found, row, of))


def _assay(found: Samples, row: Row) -> Assay:
    """Kind of nucleic acid as the row states it; the mode with an extinction coefficient measures protein."""
    unit = found.text(row, "Units") or ""
    if found.table.has(_A280_MODE):
        return Assay("Protein A280", PROTEIN, unit)
    name = found.text(row, "NA Type")
    kind: Analyte = analyte(name)
    return Assay(name, kind, unit)


def _said(found: Samples, row: Row) -> dict[str, Scalar]:
    """A formula with its name and value."""
    name, value = (found.setting(row, heading) for heading in (_FORMULA[0], _FORMULA[2]))
    return {} if name is None else {"formula": str(name), "formula_value": value}


def _formula_disagrees(found: Samples, row: Row, of: Columns) -> tuple[Issue, ...]:
    """The formula of two absorbances, recomputed."""
    if (found.text(row, _FORMULA[1]) or "").replace(" ", "") != "A(260)/A(280)":
        return ()
    if not {260.0, 280.0} <= of.absorbances.keys():
        return ()
    a260, a280 = (found.printed(row, of.absorbances[w]) for w in (260.0, 280.0))
    recomputed = None if a260 is None or a280 is None else a260.over(a280)
    where = found.where(row, _FORMULA[2])
    return disagreement(_FORMULA[2], found.printed(row, _FORMULA[2]), recomputed, where, "A260 over A280")


def _extinct(found: Samples, row: Row, of: Columns) -> tuple[Issue, ...]:
    """The concentration in mg/mL beside absorbance (of 1 mm) over the extinction coefficient, for a molar mass of one.

    Source: Beer-Lambert; the path ties every row of real files, which state a molar mass of one.
    """
    mass, unit = found.printed(row, "M.W. (g/mol)"), found.text(row, "Units") or ""
    extinction, wave = found.printed(row, "Ext.C. (L/(mol*cm))"), found.number(row, "Cursor nm")
    heading = of.absorbances.get(wave or 0.0)
    if mass is None or mass.value != 1.0 or extinction is None or heading is None or unit.casefold() != "mg/ml":
        return ()
    absorbance = found.printed(row, heading)
    recomputed = None if absorbance is None else absorbance.by(10.0).over(Rounded(extinction.value))
    where = found.where(row, of.concentration)
    return disagreement(
        of.concentration, found.printed(row, of.concentration), recomputed, where, f"10 {heading} / Ext.C."
    )
