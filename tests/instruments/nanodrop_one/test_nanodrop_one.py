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
