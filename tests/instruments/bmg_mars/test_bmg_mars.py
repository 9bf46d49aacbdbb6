"""The MARS reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.instruments._bmg import optics
from evqc.measurement import State
from tests.instruments.plates import by_well, codes, grid, quantities, read, sample
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.measurement import Scalar

GOOD = sample("bmg_mars", "absorbance_with_layout.csv").decode("utf-8-sig")
COMMA = sample("bmg_mars", "fluorescence_semicolons.csv").decode()
REAL = [p for p in corpus_files("markers/plate_reader") if p.name.startswith("bmg_mars")]


def test_a_well_carries_read_layout_and_identity() -> None:
    well = by_well(read("bmg_mars", GOOD))["A1"]
    assert (well.measurand, well.value, well.method, well.acquired_at) == (
        "absorbance", 1.053, "EV BCA", "2026-09-21T14:34:46",
    )  # fmt: skip
    assert well.settings == {
        "well": "A1", "read": "Raw Data (562)", "wavelength_nm": 562.0, "test_run": "12", "id1": "EV batch 7",
        "id2": "BCA", "content": "standard", "group": "S1", "nominal_concentration": 500.0,
        "concentration_unit": "ug/mL",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("well", "role", "name", "dilution"),
    [
        ("A3", "sample", "X1", 10.0),
        ("B5", "sample", "X4", 5.0),
        ("D1", "blank", None, None),
        ("C3", "control", None, None),
    ],
)
def test_the_layout_says_what_is_in_a_well(well: str, role: str, name: str | None, dilution: float | None) -> None:
    found = by_well(read("bmg_mars", GOOD))[well]
    assert (found.settings["content"], found.sample, found.settings.get("dilution")) == (role, name, dilution)


def test_states_and_empty_wells() -> None:
    wells = by_well(read("bmg_mars", GOOD))
    assert (wells["B5"].state, wells["B5"].as_written) == (State.ABOVE_RANGE, "OVER")
    assert len(wells) == 18
    assert "C5" not in wells


def test_semicolons_decimal_comma_and_an_unclear_date() -> None:
    reading = read("bmg_mars", COMMA)
    assert codes(reading) == ["DATE_AMBIGUOUS", "GRID_SHORT_ROW"]
    wells = by_well(reading)
    assert (wells["A1"].value, wells["C6"].value) == (1000.5, 3185.5)
    assert wells["A1"].acquired_at == "3/9/2026 2:34:46 PM"
    assert wells["A1"].settings["excitation_nm"] == 485.0
    assert wells["A1"].settings["emission_bandwidth_nm"] == 30.0


@pytest.mark.parametrize(
    ("text", "method", "expected"),
    [
        ("450", "absorbance", {"wavelength_nm": 450.0}),
        ("450 1", "absorbance", {"wavelength_nm": 450.0}),
        ("580/620", "fluorescence", {"excitation_nm": 580.0, "emission_nm": 620.0}),
        ("No filter", "luminescence", {}),
        ("450", "fluorescence", {}),
        ("580/620", "absorbance", {}),
    ],
)
def test_wavelengths_in_brackets(text: str, method: str, expected: dict[str, Scalar]) -> None:
    assert optics(text, method) == expected


def test_a_changed_number_disagrees_with_the_blank_corrected_one() -> None:
    assert "PRINTED_DISAGREES" in codes(read("bmg_mars", GOOD.replace("A,1.053", "A,1.035")))
    assert "PRINTED_DISAGREES" in codes(read("bmg_mars", GOOD.replace("A,0.961", "A,0.916")))


def test_rows_without_the_empty_cells_at_their_end_are_whole() -> None:
    short = "\r\n".join(line.rstrip(",") for line in GOOD.split("\r\n"))
    assert [q.value for q in quantities(read("bmg_mars", short))] == [
        q.value for q in quantities(read("bmg_mars", GOOD))
    ]


LIST = (
    GOOD[: GOOD.index("Layout")]
    + """Well,Content,Raw Data (562),Blank corrected based on Raw Data (562),Slope,\r
A01,Standard S1,1.100,1.000,7,\r
A02,Sample X1,0.350,0.250,8,\r
B01,Blank B,0.100,0.000,,\r
"""
)


def test_a_list_with_a_well_a_row() -> None:
    reading = read("bmg_mars", LIST)
    wells = by_well(reading)
    assert {name: q.value for name, q in wells.items()} == {"A1": 1.1, "A2": 0.35, "B1": 0.1}
    assert [wells[w].settings["content"] for w in wells] == ["standard", "sample", "blank"]
    assert (wells["A2"].sample, wells["A2"].settings["wavelength_nm"]) == ("X1", 562.0)
    assert (codes(reading), "Slope" in reading.unread) == ([], True)
    assert "PRINTED_DISAGREES" in codes(read("bmg_mars", LIST.replace("0.250", "0.205")))


def test_a_list_with_rows_and_columns_of_wells_apart() -> None:
    text = LIST.replace("Well,", "Well Row,Well Col,").replace("A01", "A,1").replace("A02", "A,2").replace("B01", "B,1")
    assert {name: q.value for name, q in by_well(read("bmg_mars", text)).items()} == {"A1": 1.1, "A2": 0.35, "B1": 0.1}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("0.350,", "", "LIST_UNEVEN"),
        ("A02", "A01", "WELL_TWICE"),
        ("A02", "X", "WELL_UNKNOWN"),
        ("Slope", "Raw Data (562)", "HEADING_TWICE"),
        ("A01,", ",Wavelength [nm],450,460,470,\r\nA01,", "NO_READS"),
    ],
)
def test_a_damaged_list_is_refused(old: str, new: str, code: str) -> None:
    reading = read("bmg_mars", LIST.replace(old, new, 1))
    assert (reading.verdict, reading.issues[0].code) == ("refused", code)


@pytest.mark.parametrize("lines", [1, 2])
def test_a_list_without_its_last_lines_gives_the_first_numbers(lines: int) -> None:
    whole = [q.value for q in quantities(read("bmg_mars", LIST))]
    cut = "\r\n".join(LIST.split("\r\n")[: -1 - lines]) + "\r\n"
    assert [q.value for q in quantities(read("bmg_mars", cut))] == whole[: 3 - lines]


def test_the_average_of_a_scanned_well_and_wells_that_are_said_to_be_empty() -> None:
    text = COMMA.replace("Raw Data (485-12/520-30)", "Well Scan: Average (485-12/520-30)").replace("1000,5;", "empty;")
    reading = read("bmg_mars", text)
    assert ("A1" in by_well(reading), by_well(reading)["A2"].settings["emission_nm"]) == (False, 520.0)
    assert "UNKNOWN_WORD" not in codes(reading)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("A,1.053", "A,1.05E", "NOT_A_NUMBER"),
        ("Raw Data (562)", "Slope", "NO_READS"),
        ("\r\nAbsorbance\r\n", "\r\nPolarisation\r\n", "MODE_MISSING"),
        ("\r\nB,0.571", "\r\nC,0.571", "GRID_ROWS"),
    ],
)
def test_errors_have_a_code(old: str, new: str, code: str) -> None:
    assert old in GOOD
    reading = read("bmg_mars", GOOD.replace(old, new).replace("based on Slope", "based on Raw Data (562)"))
    assert (reading.verdict, reading.issues[0].code) == ("refused", code)


def test_a_file_without_last_line_end_is_refused() -> None:
    assert codes(read("bmg_mars", GOOD.rstrip())) == ["TRUNCATED"]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_file_is_read(path: Path) -> None:
    rows = list(csv.reader(path.read_text("utf-8-sig").splitlines()))
    cells = grid([row[1:] for row in rows if len(row) > 5 and len(row[0]) == 1 and row[0].isupper()])
    found = by_well(read("bmg_mars", path.read_bytes()))
    assert {well: q.value for well, q in found.items()} == {well: float(text) for well, text in cells.items()}


def test_a_well_above_the_headings_of_a_list_is_refused() -> None:
    lines = sample("bmg_mars", "list_of_wells.csv").decode("cp1252").splitlines(keepends=True)
    top = next(n for n, line in enumerate(lines) if line.startswith("Well,Content"))
    [issue] = read("bmg_mars", "".join([*lines[:top], lines[top + 1], lines[top], *lines[top + 2 :]])).issues
    assert (issue.code, issue.where.line) == ("ROWS_ABOVE_HEADINGS", top + 1)


def test_a_well_of_a_list_behind_a_blank_line_is_refused() -> None:
    lines = sample("bmg_mars", "list_of_wells.csv").decode("cp1252").splitlines(keepends=True)
    top = next(n for n, line in enumerate(lines) if line.startswith("Well,Content"))
    assert codes(read("bmg_mars", "".join([*lines[: top + 3], "\r\n", *lines[top + 3 :]]))) == ["LIST_UNEVEN"]
