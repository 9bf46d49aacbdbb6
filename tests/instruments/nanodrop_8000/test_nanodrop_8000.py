"""The NanoDrop 8000 reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import nanodrop_8000
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/protein_quant") if "nanodrop_8000" in p.name]
RNA = (SAMPLES / "nanodrop_8000" / "rna_with_standards_table.txt").read_bytes().decode()
FORMULA = (SAMPLES / "nanodrop_8000" / "formula_mode.txt").read_bytes().decode()


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return nanodrop_8000.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=nanodrop_8000.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


@pytest.mark.parametrize(
    ("kind", "measurand"),
    [
        ("RNA-40", "rna_concentration"),
        ("DNA-50", "dna_concentration"),
        ("ssDNA-33", "dna_concentration"),
        ("Other", "analyte_concentration"),
    ],
)
def test_the_type_says_what_is_measured(kind: str, measurand: str) -> None:
    assert len(quantities(read(RNA.replace("RNA-40", kind)), measurand)) == 2


def test_the_table_of_standards_is_no_sample() -> None:
    assert len(read(RNA).measurements) == 10


def test_formula_mode_names_no_analyte_and_a_formula_that_is_not_its_quotient_is_flagged() -> None:
    reading = read(FORMULA)
    first, second = quantities(reading, "analyte_concentration")
    assert (first.value, first.settings["formula"], first.settings["formula_value"]) == (338.0, "260/280", 1.813)
    assert second.settings["formula_value"] == "NaN"
    assert codes(reading) == ["ANALYTE_UNNAMED"]
    assert "PRINTED_DISAGREES" in codes(read(FORMULA.replace("1.813E+0", "1.318E+0")))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("0.3380", "3.380"), "PRINTED_DISAGREES"),
        (("\t260\t0.845\t280", "\t0.845\t260\t280"), "OUT_OF_RANGE"),
        (("\t280\t0.000", "\t230\t0.000"), "WAVELENGTHS_DIFFER"),
    ],
)
def test_wavelengths_and_concentration_of_the_formula_mode_are_checked(change: tuple[str, str], code: str) -> None:
    assert code in codes(read(FORMULA.replace(*change, 1)))


def test_a_name_where_a_well_belongs_is_flagged() -> None:
    assert "NOT_A_WELL" not in codes(read(RNA))
    assert "NOT_A_WELL" in codes(read(RNA.replace("A1\tEV batch 7", "EV batch 7\tA1", 1)))


def test_a_name_where_a_date_belongs_is_flagged() -> None:
    assert "NOT_A_DATE" in codes(read(RNA.replace("5/19/2026\t2:01 PM", "EV batch 8\t")))


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    table = lines[: next((i for i, line in enumerate(lines) if not line.strip()), len(lines))]
    rows = [{k.strip().casefold(): v for k, v in row.items()} for row in csv.DictReader(table, delimiter="\t")]
    reading = read(path.read_bytes())
    assert reading.verdict == "accepted"
    found = [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand.endswith("_concentration")]
    assert [m.value for m in found] == pytest.approx([float(row["conc."]) * 1000 for row in rows], rel=1e-12)
    assert [m.settings["well"] for m in found] == [row["well"] for row in rows]
    ratios = [m.value for m in quantities(reading, "absorbance_ratio_260_280")]
    assert ratios == [float(row["260/280"]) for row in rows]
    named = [h for h in ("a260", "a280", "a280 10mm") if h in rows[0]]
    absorbances = [float(row[h]) for row in rows for h in named]
    assert [m.value for m in quantities(reading, "absorbance")] == absorbances


def test_wells_below_the_headings_of_the_standards_are_refused() -> None:
    lines = RNA.splitlines(keepends=True)
    top = next(n for n, line in enumerate(lines) if "Curve Type" in line)
    moved = "".join([*lines[:2], lines[top], *lines[2:top], *lines[top + 1 :]])
    assert codes(read(moved)) == ["ROWS_BELOW_STANDARDS"]
