"""The EnVision reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.measurement import State
from tests.instruments.plates import by_well, codes, grid, quantities, read, sample
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

GOOD = sample("envision", "absorbance_and_fluorescence.csv").decode()
BARE = sample("envision", "luminescence_without_headings.csv").decode()
REAL = [p for p in corpus_files("markers/plate_reader") if p.name.startswith("perkin_elmer_envision")]


def test_a_plate_of_absorbance_and_one_of_fluorescence() -> None:
    reading = read("envision", GOOD)
    assert reading.software_version == "1.14.3049.1642"
    one, two = (by_well(reading, plate=n)["A1"] for n in ("1", "2"))
    assert (one.measurand, one.value, one.settings["wavelength_nm"]) == ("absorbance", 0.1, 562.0)
    assert (two.measurand, two.value) == ("fluorescence", 1500.0)
    assert (two.settings["excitation_nm"], two.settings["emission_nm"]) == (485.0, 535.0)
    assert (one.settings["barcode"], one.settings["serial_number"]) == ("EV1", "1050242")
    assert (one.method, one.acquired_at, one.settings["temperature_degC"]) == (
        "EV protein",
        "2026-09-21T10:30:00",
        22.0,
    )


def test_the_plate_map_and_empty_wells() -> None:
    wells = by_well(read("envision", GOOD), plate="1")
    assert (wells["A1"].settings["content"], wells["A1"].settings["group"]) == ("standard", "ST1")
    assert (wells["A3"].settings["content"], wells["A3"].sample) == ("sample", "UN1")
    assert wells["C1"].settings["content"] == "blank"
    assert len(wells) == 19


def test_a_well_above_range() -> None:
    well = by_well(read("envision", GOOD), plate="2")["B2"]
    assert (well.state, well.as_written) == (State.ABOVE_RANGE, "OVER")


def test_values_without_letters_and_columns() -> None:
    wells = by_well(read("envision", BARE))
    assert (wells["A1"].value, wells["D6"].value, len(wells)) == (40.0, 260.0, 24)
    assert {q.measurand for q in wells.values()} == {"luminescence"}


FIRST, LAST = "40,60,80,100,120,140,\n", "160,180,200,220,240,260,\n"


@pytest.mark.parametrize(
    ("row", "missing"),
    [
        (",60,80,100,120,140,\n", ["A1"]),
        ("-0.001,60,80,100,120,140,\n", []),
        (",,,,,,\n", ["A1", "A2", "A3", "A4"]),
    ],
)
def test_a_plate_without_letters_may_begin_with_wells_that_were_not_read(row: str, missing: list[str]) -> None:
    wells = by_well(read("envision", BARE.replace(FIRST, row)))
    assert [name for name, q in wells.items() if q.state is State.MISSING] == missing
    assert (wells["B1"].value, wells["D6"].value) == (80.0, 260.0)


def test_the_last_rows_of_a_plate_without_letters_may_be_empty() -> None:
    reading = read("envision", BARE.replace(LAST, ",,,,,,\n"))
    assert (len(by_well(reading)), by_well(reading)["C6"].value, codes(reading)) == (18, 220.0, [])


@pytest.mark.parametrize("text", [GOOD, BARE], ids=["letters", "bare"])
def test_blank_lines_that_a_spreadsheet_program_filled_with_commas(text: str) -> None:
    padded = "\n".join(line or ",,,,,," for line in text.split("\n"))
    assert [q.value for q in quantities(read("envision", padded))] == [
        q.value for q in quantities(read("envision", text))
    ]


@pytest.mark.parametrize("rows", [(FIRST, ",,,,,,\n"), (LAST, ",,,,,,\n"), (FIRST, "40,60,80,100,120\n"), (FIRST, "")])
def test_rows_of_a_plate_without_letters_that_cannot_be_told_are_refused(rows: tuple[str, str]) -> None:
    padded = "\n".join(line or ",,,,,," for line in BARE.replace(*rows).split("\n"))
    assert codes(read("envision", padded))[0] in {"TRUNCATED", "GRID_COLUMNS"}
    assert read("envision", padded).verdict == "refused"


def test_the_legend_below_a_plate_map_says_what_its_letters_mean() -> None:
    text = BARE.replace("ST1 ,ST1 ,UN1 ,UN1 ,", "STD1,QC1 ,UNK1,XY1 ,")
    wells = by_well(read("envision", text.replace(" - - Undefined", " - - Undefined\n QC - Control\n XY - Anything")))
    assert [wells[w].settings.get("content") for w in ("A1", "A2", "A3", "A4")] == [
        "standard",
        "control",
        "sample",
        None,
    ]
    assert (wells["A3"].sample, wells["A4"].settings["group"]) == ("UNK1", "XY1")


def test_a_plate_has_a_map_for_each_group() -> None:
    more = (
        "Group,,,,2\n\n,01,02,03,04,05,06,\n"
        + "".join(f"{x},- ,- ,- ,- ,- ,- \n" for x in "ABC")
        + "D,- ,- ,- ,- ,- ,UN9\n"
    )
    wells = by_well(read("envision", BARE.replace("\nLabels:\n", f"\nPlate,,,,1\n{more}\nLabels:\n")))
    assert (wells["A1"].settings["group"], wells["D6"].sample) == ("ST1", "UN9")


def test_the_temperature_of_older_software() -> None:
    old = read("envision", GOOD.replace("Chamber temperature", "Inside temperature"))
    assert by_well(old, plate="1")["A1"].settings["temperature_degC"] == 22.0


def test_the_second_detector_sees_through_the_second_filter() -> None:
    text = GOOD.replace("De=1st Ex=Top Em=Top", "De=2nd Ex=Top Em=Top").replace(
        "Ems. filter,,,,M535", "Ems. filter,,,,X485\n2nd ems. filter,,,,M535"
    )
    assert by_well(read("envision", text), plate="2")["A1"].settings["emission_nm"] == 535.0


@pytest.mark.parametrize(
    ("beam", "mode"),
    [
        ("De=Abs Ex=N/A Em=450 nm Wdw=N/A", "absorbance"),
        ("De=1st Ex=Btm Em=N/A Wdw=N/A (8)", "absorbance"),
        ("De=1st Ex=Top Em=Top Wdw=1 (14)", "fluorescence"),
        ("De=USLum Ex=N/A Em=N/A Wdw=N/A (12)", "luminescence"),
        ("De=2nd Ex=N/A Em=Top Wdw=N/A (12)", "luminescence"),
    ],
)
def test_the_path_of_light_says_what_was_read(beam: str, mode: str) -> None:
    text = BARE.replace("De=USLum Ex=N/A Em=N/A Wdw=N/A (12)", beam)
    assert {q.measurand for q in quantities(read("envision", text))} == {mode}


def test_calculated_results_are_no_reads() -> None:
    first = GOOD[: GOOD.index("\nPlate information\nPlate,Repeat", 20) + 1]
    formula = first.replace("Group,Label,ScanX,ScanY,Measinfo,Kinetics,", "Formula,").replace(
        "Results for A562(1) - channel 1 (A)", "Calculated results: Calc 1: A = 2"
    )
    reading = read("envision", formula + GOOD)
    assert len(quantities(reading)) == len(quantities(read("envision", GOOD)))
    assert "Calculated results: Calc 1: A = 2" in reading.unread


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("A,0.1000", "A,0.1OOO", "NOT_A_NUMBER"),
        ("A,0.1000", "A,01000.5.1", "NOT_A_NUMBER"),
        ("\nB,0.2300", "\nC,0.2300", "GRID_ROWS"),
        ("Exported with EnVision Workstation version", "Exported", "TRUNCATED"),
        ("De=1st Ex=Btm", "Ex=Btm", "MODE_UNKNOWN"),
    ],
)
def test_errors_have_a_code(old: str, new: str, code: str) -> None:
    assert old in GOOD
    reading = read("envision", GOOD.replace(old, new))
    assert (reading.verdict, reading.issues[0].code) == ("refused", code)


def test_fewer_rows_than_the_protocol_states_are_refused() -> None:
    assert codes(read("envision", BARE.replace("160,180,200,220,240,260,\n", ""))) == ["TRUNCATED"]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_file_is_read(path: Path) -> None:
    rows = list(csv.reader(path.read_text("utf-8").splitlines()))
    tops = [n for n, row in enumerate(rows) if row and row[0].startswith("Results for ")]
    plates = [grid([row[1:13] for row in rows[top + 2 : top + 10]]) for top in tops]
    reading = read("envision", path.read_bytes())
    assert codes(reading) == []
    for n, cells in enumerate(plates, start=1):
        found = by_well(reading, plate=str(n), wavelength_nm=450.0)
        assert {well: q.value for well, q in found.items()} == {well: float(text) for well, text in cells.items()}


def test_a_grid_that_lost_its_title_in_the_background_table_is_not_passed_over() -> None:
    begin, end = GOOD.index(".000,De=1st"), GOOD.index("0.1000")
    assert "NUMBERS_NOT_READ" in codes(read("envision", GOOD[:begin] + "," + GOOD[end:]))
    row = GOOD[GOOD.index("B,0.23") : GOOD.index("C,0.36")]
    place = GOOD.index("\nResults for A562")
    assert "NUMBERS_NOT_READ" in codes(read("envision", GOOD[:place] + row + GOOD[place:]))


def test_results_without_the_description_of_the_assay_are_flagged() -> None:
    begin, end = GOOD.index("Basic assay information"), GOOD.index("Exported with")
    assert "PROTOCOL_MISSING" in codes(read("envision", GOOD[:begin] + GOOD[end:]))


def test_values_without_headings_that_lost_a_column_are_refused() -> None:
    begin = BARE.index(FIRST)
    end = BARE.index("\n\n", begin)
    rows = [line.split(",") for line in BARE[begin:end].split("\n")]
    lost = "\n".join(",".join(row[:3] + row[4:]) for row in rows)
    assert codes(read("envision", BARE[:begin] + lost + BARE[end:])) == ["GRID_COLUMNS"]
