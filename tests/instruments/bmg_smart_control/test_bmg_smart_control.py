"""The SMART Control reader on invented workbooks, on changed ones, and on a real one where it is."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from tests.instruments.plates import by_well, codes, quantities, read, sample
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

GOOD = sample("bmg_smart_control", "fluorescence_with_standards.xlsx")
REAL = [p for p in corpus_files("markers/plate_reader") if p.name.startswith("bmg_labtech_smart")]
GRIDS, TABLE = "Microplate End point", "Table End point"


def changed(sheet: str, cell: str, value: float | str | None) -> bytes:
    book, out = load_workbook(io.BytesIO(GOOD)), io.BytesIO()
    book[sheet][cell] = value
    book.save(out)
    return out.getvalue()


def without(sheet: str) -> bytes:
    book, out = load_workbook(io.BytesIO(GOOD)), io.BytesIO()
    del book[sheet]
    book.save(out)
    return out.getvalue()


def place(sheet: str, value: float | str) -> str:
    cells = (cell for row in load_workbook(io.BytesIO(GOOD))[sheet].iter_rows() for cell in row)
    return str(next(cell.coordinate for cell in cells if cell.value == value))


def test_a_well_carries_read_layout_and_identity() -> None:
    well = by_well(read("bmg_smart_control", GOOD))["A1"]
    assert (well.measurand, well.value, well.acquired_at) == ("fluorescence", 816802.0, "2026-09-21T13:06:28")
    assert well.settings["excitation_nm"] == 480.0
    assert well.settings["emission_bandwidth_nm"] == 30.0
    assert (well.settings["content"], well.settings["nominal_concentration"]) == ("standard", 1000.0)
    assert well.settings["concentration_unit"] == "ng/mL"
    assert (well.where.field, well.where.column) == (GRIDS, place(GRIDS, 816802))


def test_samples_have_their_dilution_and_blanks_none() -> None:
    wells = by_well(read("bmg_smart_control", GOOD))
    assert (wells["A5"].sample, wells["A5"].settings["dilution"]) == ("X2", 1000.0)
    assert (wells["D5"].settings["content"], wells["D5"].sample) == ("blank", None)
    assert codes(read("bmg_smart_control", GOOD)) == []


def test_the_table_alone_gives_the_same_numbers() -> None:
    alone = by_well(read("bmg_smart_control", without(GRIDS)))
    assert {w: q.value for w, q in alone.items()} == {
        w: q.value for w, q in by_well(read("bmg_smart_control", GOOD)).items()
    }
    assert alone["A1"].settings["nominal_concentration"] == 1000.0


@pytest.mark.parametrize(
    ("sheet", "value", "new"),
    [
        (GRIDS, 816802, 816820),  # not that of the table
        (TABLE, 229529, 229592),
        (GRIDS, 815278, 815287),  # blank-corrected
        (GRIDS, "Blank     1524.000000000", "Blank     1542.000000000"),
        (TABLE, 56593, None),  # a well on one sheet only
    ],
)
def test_a_changed_number_disagrees_with_the_others(sheet: str, value: float | str, new: float | str | None) -> None:
    reading = read("bmg_smart_control", changed(sheet, place(sheet, value), new))
    assert set(codes(reading)) == {"PRINTED_DISAGREES"}


def test_a_text_in_a_well_is_refused_with_its_cell() -> None:
    cell = place(GRIDS, 816802)
    reading = read("bmg_smart_control", changed(GRIDS, cell, "816802 RFU"))
    assert (codes(reading), reading.issues[0].where.column) == (["NOT_A_NUMBER"], cell)


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_workbook_is_that_of_its_table(path: Path) -> None:
    rows = {str(row[0]).strip(): row[1:] for row in load_workbook(path)[TABLE].iter_rows(values_only=True) if row[0]}
    reading = read("bmg_smart_control", path.read_bytes())
    assert codes(reading) == ["DATE_AMBIGUOUS"]
    found = quantities(reading)
    names = [f"{str(name)[0]}{int(str(name)[1:])}" for name in rows["Well"]]
    assert [q.settings["well"] for q in found] == names
    assert [q.value for q in found] == [float(str(v)) for v in rows["Raw Data (480-14/520-30)"]]
    nominal = [None if v is None else float(str(v)) for v in rows["Standard Concentrations [ng/mL]"]]
    assert [q.settings.get("nominal_concentration") for q in found] == nominal
    assert [str(q.settings["group"]) for q in found] == [str(text).split()[-1] for text in rows["Content"]]
