"""The NanoDrop One reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import nanodrop_one
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/protein_quant") if "nanodrop_one" in p.name]
GOOD = (SAMPLES / "nanodrop_one" / "nucleic_acid.csv").read_bytes().decode()
NAMES = {"A260/A280": "absorbance_ratio_260_280", "A260/A230": "absorbance_ratio_260_230"}


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return nanodrop_one.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=nanodrop_one.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


@pytest.mark.parametrize(
    ("heading", "measurand", "value"),
    [
        ("Nucleic Acid(ng/uL)", "analyte_concentration", 62.48),
        ("RNA (ng/µL)", "rna_concentration", 62480.0),
        ("dsDNA(ng/uL)", "dna_concentration", 62480.0),
    ],
)
def test_the_heading_says_what_is_measured(heading: str, measurand: str, value: float) -> None:
    found = quantities(read(GOOD.replace("Nucleic Acid(ng/uL)", heading)), measurand)
    assert next(m.value for m in found) == value
    assert len(found) == 3


def test_missing_absorbances_are_missing_and_not_zero() -> None:
    found = quantities(read(GOOD), "absorbance")
    assert [(m.value, m.reason) for m in found[-2:]] == [(None, "empty"), (None, "empty")]


def test_an_impurity_and_the_corrected_concentration_are_kept_beside_the_result() -> None:
    found = quantities(read(GOOD), "analyte_concentration")[1]
    assert found.settings["impurity_1"] == "Phenol"
    assert found.settings["corrected_concentration_ng_per_ul"] == 31.2
    assert found.value == 40.12


@pytest.mark.parametrize("change", [("62.480", "26.480"), ("1.950", "1.590"), (",0.801,", ",0.108,")])
def test_ratio_and_concentration_follow_from_the_absorbances(change: tuple[str, str]) -> None:
    assert "PRINTED_DISAGREES" in codes(read(GOOD.replace(*change, 1)))


SPANISH = (
    "Fecha\tNombre de muestra\tÁcido nucleico(ng/uL)\tA260/A280\tA260/A230\tA260\tA280\tFactor de ácido nucleico\t"
    "Corrección de línea base (nm)\tAbsorbancia de línea base\t Corregida (ng/uL)\t % CV corregido\tImpureza 1\r\n"
    "15/01/2026 10:00:00\tEV batch 7\t38,40\t1,82\t2,12\t0,768\t0,422\t50\t340\t0,010\t\t\t\r\n"
    "15/01/2026 10:02:00\tEV batch 8\t61,75\t1,94\t2,04\t1,235\t0,637\t50\t340\t0,020\t{corrected}\t\t\r\n"
)


def test_another_language_is_told_by_the_order_of_its_columns_and_their_units() -> None:
    file = ExportFile("x", SPANISH.format(corrected="").encode("utf-16"))
    assert nanodrop_one.recognises(file)
    reading = nanodrop_one.read(file)
    found = quantities(reading, "analyte_concentration")
    assert [(m.sample, m.value, m.acquired_at) for m in found] == [
        ("EV batch 7", 38.4, "2026-01-15T10:00:00"),
        ("EV batch 8", 61.75, "2026-01-15T10:02:00"),
    ]
    assert [m.value for m in quantities(reading, "absorbance")] == [0.768, 0.422, 1.235, 0.637]
    assert codes(reading) == ["ANALYTE_UNNAMED"]
    assert reading.unread == ("Factor de ácido nucleico", "Corrección de línea base (nm)", "Absorbancia de línea base")


def test_a_corrected_concentration_tells_of_an_impurity_in_any_language() -> None:
    assert "IMPURITY_FOUND" in codes(read(SPANISH.format(corrected="40,1").encode("utf-16")))


def test_a_ratio_where_the_baseline_belongs_is_flagged() -> None:
    assert "NOT_A_WAVELENGTH" not in codes(read(GOOD))
    assert "NOT_A_WAVELENGTH" in codes(read(GOOD.replace(",340,", ",1.95,", 1)))


def test_a_table_of_a_laboratory_is_not_claimed() -> None:
    assert not nanodrop_one.recognises(ExportFile("x", b"Day,Sample,Conc (ng/uL),A260/A280,A280\n1,a,2.0,1.9,0.1\n"))


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    reading = read(path.read_bytes())
    assert reading.verdict == "accepted"
    found = quantities(reading, "analyte_concentration")
    assert [m.value for m in found] == [float(row["Nucleic Acid(ng/uL)"]) for row in rows]
    for heading, measurand in NAMES.items():
        assert [m.value for m in quantities(reading, measurand)] == [float(row[heading]) for row in rows]
    absorbances = [float(row[h]) if row[h] else None for row in rows for h in ("A260", "A280")]
    assert [m.value for m in quantities(reading, "absorbance")] == absorbances
