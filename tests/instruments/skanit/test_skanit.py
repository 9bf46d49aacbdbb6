"""The SkanIt reader on invented workbooks, on changed ones, and on real ones where they are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from evqc.measurement import State
from tests.instruments.plates import by_well, codes, quantities, read, sample
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

GOOD = sample("skanit", "absorbance_with_curve.xlsx")
PLATES = sample("skanit", "luminescence_two_plates.xlsx")
REAL = [p for p in corpus_files("markers/plate_reader") if p.name.startswith("thermo_skanit")]
CURVE, DILUTION = "Standard Curve 1_03", "Dilution Factor 1_04"


def changed(sheet: str, cell: str, value: float | str | None) -> bytes:
    book, out = load_workbook(io.BytesIO(GOOD)), io.BytesIO()
    book[sheet][cell] = value
    book.save(out)
    return out.getvalue()


def below(sheet: str, corner: str, column: int = 2) -> str:
    """The first cell below a heading row whose first cell is ``corner``."""
    rows = load_workbook(io.BytesIO(GOOD))[sheet].iter_rows()
    row = next(row[0].row for row in rows if row[0].value == corner)
    return f"{'ABCDEFG'[column - 1]}{row + 1}"


def test_a_well_carries_read_layout_and_instrument() -> None:
    reading = read("skanit", GOOD)
    well = by_well(reading, measurand="absorbance")["A1"]
    assert (reading.software_version, codes(reading)) == ("7.0.0.50", [])
    assert (well.value, well.acquired_at) == (1.7455, "2026-09-21T18:09:56")
    assert well.settings == {
        "well": "A1", "plate": "Plate 1", "read": "Absorbance 1", "wavelength_nm": 450.0,
        "instrument": "Varioskan LUX", "serial_number": "3020-1", "content": "standard", "group": "Std0001",
        "nominal_concentration": 1.0, "concentration_unit": "ug/ml", "sample_group": "Group 1",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("well", "role", "name", "dilution"),
    [
        ("A3", "sample", "Un0001", 2.0),
        ("B6", "sample", "Un0004", 5.0),
        ("D1", "blank", None, None),
        ("D3", "control", "Ctrl0001", None),
    ],
)
def test_the_layout_says_what_is_in_a_well(well: str, role: str, name: str | None, dilution: float | None) -> None:
    found = by_well(read("skanit", GOOD), measurand="absorbance")[well]
    assert (found.settings["content"], found.sample, found.settings.get("dilution")) == (role, name, dilution)


def test_concentrations_beyond_the_curve_have_no_number() -> None:
    found = by_well(read("skanit", GOOD), measurand="analyte_concentration")
    assert (found["A3"].state, found["A3"].as_written) == (State.BELOW_RANGE, "< Min")
    assert {q.unit for q in found.values()} == {"ug/mL"}
    assert found["C1"].settings["dilution_applied"] is False
    assert "D1" not in found


def test_two_plates_on_a_sheet_without_layout() -> None:
    reading = read("skanit", PLATES)
    one, two = (by_well(reading, plate=f"Plate {n}") for n in (1, 2))
    assert one["A1"].value == two["A6"].value == 100.4
    assert one["B2"].state is State.ABOVE_RANGE
    assert {q.measurand for q in one.values()} == {"luminescence"}
    assert "emission_nm" not in one["A1"].settings


@pytest.mark.parametrize(
    ("sheet", "cell", "value"),
    [
        ("Blank Subtraction 1_02", below("Blank Subtraction 1_02", "Blank subtracted"), 1.645),
        (CURVE, below(CURVE, "Well", 4), 1.689),  # average
        (CURVE, below(CURVE, "Well", 5), 15.9),  # CV
        (CURVE, below(CURVE, "Conc. [microg/ml]", 6), 0.9999),
        (DILUTION, below(DILUTION, "Value", 6), 3.2),
    ],
)
def test_a_changed_number_disagrees_with_the_others(sheet: str, cell: str, value: float) -> None:
    assert set(codes(read("skanit", changed(sheet, cell, value)))) == {"PRINTED_DISAGREES"}


def test_what_a_person_wrote_beside_a_grid_is_noted() -> None:
    assert codes(read("skanit", changed(DILUTION, "R8", "mean 1.2"))) == ["CELLS_BESIDE"]


@pytest.mark.parametrize(
    ("value", "code"), [("0.1 OD", "NOT_A_NUMBER"), ("1,2", "NOT_A_NUMBER"), ("bubble", "UNKNOWN_WORD")]
)
def test_texts_in_wells(value: str, code: str) -> None:
    cell = below("Absorbance 1_01", "Abs")
    reading = read("skanit", changed("Absorbance 1_01", cell, value))
    assert code in codes(reading)
    assert (reading.verdict == "refused") == (code == "NOT_A_NUMBER")


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_workbook_is_read(path: Path) -> None:
    reading = read("skanit", path.read_bytes())
    assert "PRINTED_DISAGREES" not in codes(reading)
    book = load_workbook(path)
    expected: list[tuple[str, object]] = []
    for corner in ("Abs", "RLU", "Conc. [microg/ml]"):
        for sheet in book.worksheets:
            rows = list(sheet.iter_rows(values_only=True))
            for top in (n for n, row in enumerate(rows) if row[0] == corner and row[1] == 1):
                for row in rows[top + 1 : top + 9]:
                    expected += [(f"{row[0]}{n}", row[n]) for n in range(1, 13) if row[n] is not None]
    found = [(str(q.settings["well"]), q) for q in quantities(reading)]
    assert [well for well, _ in found] == [well for well, _ in expected]
    for (_, q), (_, value) in zip(found, expected, strict=True):
        assert q.value == value if q.state is State.MEASURED else q.as_written == str(value).strip()


@pytest.mark.parametrize("lost", ["A", "B"])
def test_a_layout_that_lost_the_line_of_a_row_is_refused(lost: str) -> None:
    book, out = load_workbook(io.BytesIO(sample("skanit", "absorbance_with_curve.xlsx"))), io.BytesIO()
    sheet = book["Layout definitions"]
    row = next(row for row in sheet.iter_rows() if row[0].value == lost)
    sheet.delete_rows(row[0].row or 0)
    book.save(out)
    assert codes(read("skanit", out.getvalue())) == ["LAYOUT_ROWS"]


@pytest.mark.parametrize("said", [None, ""])
def test_a_layout_that_lost_the_name_of_its_plate_is_refused(said: str | None) -> None:
    """Its groups, concentrations and dilutions would be those of no plate, or of the one above it."""
    book, out = load_workbook(io.BytesIO(sample("skanit", "absorbance_with_curve.xlsx"))), io.BytesIO()
    sheet = book["Layout definitions"]
    assert sheet["A1"].value == "Name"
    if said is None:
        sheet.delete_rows(1)
    else:
        sheet["B1"].value = said
    book.save(out)
    assert codes(read("skanit", out.getvalue())) == ["LAYOUT_PLATE"]


@pytest.mark.parametrize(
    ("name", "expected"), [("Plate 2", []), (None, ["LAYOUT_PLATE"]), ("Plate 1", ["LAYOUT_PLATE"])]
)
def test_each_layout_of_a_workbook_has_a_plate_of_its_own(name: str | None, expected: list[str]) -> None:
    book, out = load_workbook(io.BytesIO(sample("skanit", "absorbance_with_curve.xlsx"))), io.BytesIO()
    sheet = book["Layout definitions"]
    again = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    sheet.append([] if name is None else ["Name", name])
    for line in again:
        sheet.append(line)
    book.save(out)
    assert codes(read("skanit", out.getvalue())) == expected
