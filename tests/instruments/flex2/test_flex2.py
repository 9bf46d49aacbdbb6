"""The FLEX2 reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from evqc.instruments import flex2
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity, State
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/cell_viability") if "flex2" in p.name]
UNITS = (SAMPLES / "flex2" / "with_units.csv").read_bytes().decode()
BARE = (SAMPLES / "flex2" / "without_units.csv").read_bytes().decode()
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def without(text: str, *headings: str) -> str:
    """The export with these columns left out."""
    rows = list(csv.reader(text.splitlines()))
    kept = [i for i, heading in enumerate(rows[0]) if heading not in headings]
    file = io.StringIO()
    csv.writer(file).writerows([[row[i] for i in kept if i < len(row)] for row in rows])
    return file.getvalue()


def saved_as_a_workbook(text: str) -> bytes:
    """What a spreadsheet makes of the export."""
    book = Workbook()
    for row in csv.reader(text.splitlines()):
        book.worksheets[0].append([float(cell) if NUMBER.fullmatch(cell) else cell for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_row_of_units_decides_what_an_analyte_is() -> None:
    reading = read(flex2, UNITS)
    assert values(reading, "molar_concentration", analyte="Gln") == [2.14e6, None]
    assert values(reading, "analyte_concentration", analyte="Gluc") == [3400.0, None]
    assert values(reading, "osmolality") == [301.0, 298.0]
    assert values(reading, "cell_concentration", cells="viable") == [3.95e6, None]


def test_without_units_an_analyte_is_a_result_in_no_unit_and_a_density_is_flagged() -> None:
    reading = read(flex2, BARE)
    assert values(reading, "analyte_result", analyte="Gln") == [2.14]
    assert picked(reading, "molar_concentration") == []
    assert codes(reading) == ["UNIT_NOT_STATED"]
    assert values(reading, "cell_concentration", cells="total") == [4.12e6]


def test_what_is_no_number_has_its_own_state() -> None:
    reading = read(flex2, UNITS)
    glutamine = picked(reading, "molar_concentration", analyte="Gln")[1]
    assert glutamine.state is State.BELOW_RANGE
    assert glutamine.bound == pytest.approx(2e5)
    assert picked(reading, "analyte_concentration", analyte="Gluc")[1].reason == "not reported"
    assert picked(reading, "cell_viability")[1].reason == "empty"


def test_both_forms_of_date_in_one_row_are_read_by_their_own_column() -> None:
    found = picked(read(flex2, UNITS), "osmolality")[0]
    assert found.acquired_at == "2026-05-21T10:15:20"
    assert found.settings["sample_time"] == "21-5-2026  10:15:20"
    both = UNITS.replace("5-21-2026", "5-6-2026").replace("5-22-2026", "5-7-2026")
    assert "DATE_AMBIGUOUS" in codes(read(flex2, both))
    assert picked(read(flex2, both), "osmolality")[0].acquired_at == "5-6-2026 10:15:20"


@pytest.mark.parametrize("change", [("4.12,3.95", "4.12,3.59"), ("1850,1930", "1580,1930"), (",95.9,", ",99.5,")])
def test_what_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert "PRINTED_DISAGREES" in codes(read(flex2, UNITS.replace(*change)))


def test_optional_columns_may_be_left_out_and_a_spreadsheet_may_have_saved_it() -> None:
    short = without(UNITS, "Vessel ID", "Batch ID", "Total Density", "Viable Density")
    assert flex2.recognises(ExportFile("run.csv", short.encode()))
    assert values(read(flex2, short), "osmolality") == [301.0, 298.0]
    book = saved_as_a_workbook(UNITS)
    assert flex2.recognises(ExportFile("run.xlsx", book))
    numbers = [
        [(m.value, m.state) for m in read(flex2, of).measurements if isinstance(m, Quantity)] for of in (UNITS, book)
    ]
    assert numbers[0] == numbers[1]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    reading = read(flex2, path.read_bytes())
    assert reading.verdict == "accepted"
    for analyte in ("Gln", "Glu", "Gluc", "Lac", "NH4+", "Na+", "K+", "Ca++", "PO2", "PCO2", "O2 Saturation", "HCO3"):
        assert values(reading, "analyte_result", analyte=analyte) == [float(row[analyte]) for row in rows]
    assert values(reading, "ph") == [float(row[key]) for row in rows for key in ("pH", "pH @ Temp")]


def test_a_comma_too_many_is_flagged_though_the_last_cell_is_empty() -> None:
    assert ",1:1,7.385," in BARE
    assert "LONG_ROW" in codes(read(flex2, BARE.replace(",1:1,7.385,", ",1:1,,7.385,")))
