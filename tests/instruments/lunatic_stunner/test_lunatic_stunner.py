"""The Lunatic and Stunner reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import openpyxl
import pytest

from evqc.errors import InputError
from evqc.instruments import lunatic_stunner
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/protein_quant") if "unchained" in p.name]
PROTEIN = (SAMPLES / "lunatic_stunner" / "protein_without_header.csv").read_bytes().decode()
RNA = (SAMPLES / "lunatic_stunner" / "rna_with_header.csv").read_bytes().decode()
REPORT = (SAMPLES / "lunatic_stunner" / "stunner_report.xlsx").read_bytes()


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return lunatic_stunner.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=lunatic_stunner.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


def number(text: object) -> float | None:
    return None if text in {"N/A", ""} or text is None else float(str(text))


def test_a_blank_without_concentration_is_missing() -> None:
    blank, sample = quantities(read(PROTEIN), "protein_concentration")
    assert (blank.value, blank.reason, sample.value) == (None, "not available", 840.0)


def test_light_scattering_of_a_report() -> None:
    reading = read(REPORT)
    assert [m.value for m in quantities(reading, "z_average_diameter")] == [None, 120.4]
    assert [m.value for m in quantities(reading, "polydispersity_index")] == [None, 0.12]
    assert [m.value for m in quantities(reading, "derived_count_rate")] == [25.4, 2058.481]
    assert reading.software_version == "8.2.0.259"


def test_the_block_about_the_run_is_read() -> None:
    found = quantities(read(RNA), "rna_concentration")[0]
    assert (found.value, found.method) == (62400.0, "RNA (Turbidity) (8.2.0.2)")
    assert found.acquired_at == "2026-05-19T10:15:59"
    assert found.settings["operator"] == "ab"


@pytest.mark.parametrize("change", [(",0.84,10.00", ",8.4,10.00"), ("10.00,19", "14.00,19")])
def test_a_concentration_that_is_not_of_its_absorbance_is_flagged(change: tuple[str, str]) -> None:
    assert "PRINTED_DISAGREES" in codes(read(PROTEIN.replace(*change)))


@pytest.mark.parametrize("application", ["dsDNA (Turbidity)", "A260 dsDNA"])
def test_headings_of_nucleic_acids(application: str) -> None:
    heading = "A260 Concentration (ng/ul)" if application.startswith("A260") else "Concentration (ng/ul)"
    text = (
        f"Plate ID,Plate Position,Sample name,Application,Date,Time,{heading},Background (A260),A260,A260/A280\n"
        f"Plate 1,A1,EV batch 7,{application},17/10/2026,07:19:18,-0.1,0.05,-0.00,N/A\n"
    )
    reading = read(text)
    assert [m.value for m in quantities(reading, "dna_concentration")] == [-100.0]
    assert codes(reading) == []


def cells(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".csv":
        return [dict(row) for row in csv.DictReader(path.read_text("utf-8").splitlines())]
    rows = list(openpyxl.load_workbook(path)["Report"].iter_rows(values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] == "Plate ID")
    names = [str(n).replace("\n", " ") for n in rows[top]]
    return [dict(zip(names, row, strict=True)) for row in rows[top + 1 :]]


SPECTRUM = (
    "Plate Position,Sample name,A230 (10mm),A260 (10mm),A280 (10mm),Concentration (ng/ul),A260,Application,A260/A280,"
    "A260/A230\nA1,EV batch 7,0.728,0.583,0.354,29.2,0.58,dsDNA,1.65,0.8\n"
)


def test_a_spectrum_beside_the_single_wavelengths() -> None:
    reading = read(SPECTRUM)
    found = {m.settings["wavelength_nm"]: m.value for m in quantities(reading, "absorbance")}
    assert found == {230.0: 0.728, 260.0: 0.58, 280.0: 0.354}
    assert codes(reading) == []
    assert reading.unread == ("spectrum A230 (10mm) to A280 (10mm)",)


@pytest.mark.parametrize("change", [("0.583", "0.853"), ("1.65", "1.56"), (",0.8\n", ",0.6\n")])
def test_a_spectrum_ties_the_ratios(change: tuple[str, str]) -> None:
    assert "PRINTED_DISAGREES" in codes(read(SPECTRUM.replace(*change)))


def test_dates_of_a_plate_are_doubted_once() -> None:
    rows = "".join(f"A{i},EV {i},1.0,03/04/2026,10:15:0{i}\n" for i in range(1, 9))
    assert (
        codes(read("Plate Position,Sample name,Concentration (mg/ml),Date,Time\n" + rows)).count("DATE_AMBIGUOUS") == 1
    )


def test_a_column_that_stands_there_twice_is_flagged() -> None:
    text = "Plate Position,Sample name,Concentration (mg/ml),Concentration (mg/ml)\nA1,EV,1.0,{}\n"
    assert codes(read(text.format("1.0"))).count("HEADING_TWICE") == 0
    assert codes(read(text.format("2.0"))).count("HEADING_TWICE") == 1


PEAKS = (
    "Plate Position,Sample name,Application,Concentration (mg/ml),"
    "Peak 1 Mean Dia (nm),Peak 1 Intensity (%),Peak 1 Mass (%),"
    "Peak 2 Mean Dia (nm),Peak 2 Intensity (%),Peak 2 Mass (%),Derived intensity (cps)\n"
    "A1,PBS,Protein,0.0,N/A,N/A,N/A,N/A,N/A,N/A,25400.0\n"
    "A2,EV batch 7,Protein,1.0,120.4,91.4,100.0,879.5,8.6,0.0,5272974.5\n"
)


def test_headings_that_stand_over_other_columns_are_flagged_where_a_peak_has_more_than_all() -> None:
    """Found by a mutant: the column of another heading was read as the derived intensity."""
    reading = read(PEAKS)
    assert (reading.verdict, codes(reading)) == ("accepted", [])
    moved = PEAKS.replace("Peak 2 Mass (%),Derived intensity (cps)", "Derived intensity (cps),Peak 2 Mass (%)")
    assert codes(read(moved)) == ["OUT_OF_RANGE"]
    assert (read(moved).issues[0].where.line, read(moved).issues[0].where.column) == (2, "Peak 2 Mass (%)")


@pytest.mark.parametrize(("old", "new"), [("91.4", "100.4"), ("91.4", "-0.1")])
def test_the_share_of_a_peak_is_0_to_100_percent(old: str, new: str) -> None:
    assert codes(read(PEAKS.replace(old, new))) == ["OUT_OF_RANGE"]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    rows = cells(path)
    reading = read(path.read_bytes())
    assert reading.verdict == "accepted"
    concentrations = [m for m in reading.measurements if isinstance(m, Quantity) and m.unit == "ug/mL"]
    expected = [number(row["Concentration (mg/ml)"]) for row in rows]
    assert [m.value for m in concentrations] == [
        None if value is None else pytest.approx(value * 1000, rel=1e-12) for value in expected
    ]
    assert [m.value for m in quantities(reading, "absorbance")] == [number(row["A280"]) for row in rows]
    for measurand, heading, scale in (
        ("z_average_diameter", "Z Ave. Dia (nm)", 1.0),
        ("polydispersity_index", "PdI", 1.0),
        ("derived_count_rate", "Derived intensity (cps)", 1e-3),
    ):
        values = [number(row.get(heading)) for row in rows if heading in row]
        scaled = [None if v is None else pytest.approx(v * scale, rel=1e-12) for v in values]
        assert [m.value for m in quantities(reading, measurand)] == scaled
