"""The SoftMax Pro reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.measurement import State
from tests.instruments.plates import by_well, codes, grid, quantities, read, sample, values
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = sample("softmax_pro", "endpoint_groups.txt").decode("utf-16")
RESAVED = sample("softmax_pro", "kinetic_resaved.csv").decode("latin-1")
TIMES = sample("softmax_pro", "time_format_decimal_comma.txt").decode()
REAL = [p for p in corpus_files("markers/plate_reader") if p.name.startswith("moldev_softmax_pro")]
LAL = [p for p in corpus_files("markers/endotoxin") if p.name == "Raw_Data_1.csv"]


# What a good file gives


def test_wavelengths_stand_side_by_side_and_reduced_values_below() -> None:
    reading = read("softmax_pro", GROUPS)
    assert by_well(reading, read="Raw", wavelength_nm=450.0)["A1"].value == 2.1041
    assert by_well(reading, read="Raw", wavelength_nm=650.0)["A1"].value == 0.0402
    reduced = by_well(reading, read="Reduced")["A1"]
    assert (reduced.value, reduced.settings["wavelengths_nm"]) == (2.0639, "450 650")


def test_a_well_carries_what_its_group_says() -> None:
    wells = by_well(read("softmax_pro", GROUPS), read="Reduced")
    standard, unknown = wells["B2"], wells["A3"]
    assert standard.settings["content"] == "standard"
    assert standard.settings["group"] == "Standards 02"
    assert (standard.settings["nominal_concentration"], standard.settings["concentration_unit"]) == (500.0, "ng/mL")
    assert (unknown.sample, unknown.settings["content"], unknown.settings["dilution"]) == ("EV batch 7", "sample", 10.0)


def test_concentrations_are_in_the_unit_of_the_standards_with_and_without_dilution() -> None:
    reading = read("softmax_pro", GROUPS)
    result, diluted = (by_well(reading, read=name)["A3"] for name in ("Result", "Adj.Result"))
    assert (result.measurand, result.unit, result.value) == ("analyte_concentration", "ug/mL", 0.391095)
    assert diluted.value == 3.910952
    assert (result.settings["dilution_applied"], diluted.settings["dilution_applied"]) == (False, True)
    assert result.settings["dilution"] == diluted.settings["dilution"] == 10.0


def test_without_a_unit_of_the_standards_a_result_has_none() -> None:
    found = by_well(read("softmax_pro", GROUPS.replace("Concentration ng/mL", "Concentration")), read="Result")["A3"]
    assert (found.measurand, found.unit, found.value) == ("analyte_result", "a.u.", 391.095)


@pytest.mark.parametrize(
    ("wanted", "well", "state", "reason", "as_written"),
    [
        ("Reduced", "B6", State.ABOVE_RANGE, "above range", "#SAT"),
        ("Reduced", "D4", State.MISSING, "not computed", "Path?"),
        ("Result", "D3", State.MISSING, "out of range", "Range?"),
    ],
)
def test_what_is_no_number_has_its_state(wanted: str, well: str, state: State, reason: str, as_written: str) -> None:
    found = by_well(read("softmax_pro", GROUPS), read=wanted)[well]
    assert (found.state, found.reason, found.as_written) == (state, reason, as_written)


def test_criteria_that_the_file_says_failed_are_flagged() -> None:
    reading = read("softmax_pro", GROUPS)
    assert codes(reading) == ["ACCEPTANCE_FAILED", "ACCEPTANCE_FAILED"]
    assert "EV batch 10" in reading.issues[0].found
    assert reading.issues[1].found == "R2 Fail"


def test_reduced_values_that_are_the_raw_ones_are_given_once() -> None:
    lines = GROUPS.split("\r\n")
    lines = [line.replace("2\t450 650 ", "1\t450 ") for line in lines]
    top = next(n for n, line in enumerate(lines) if line.startswith("\tTemperature"))
    for n in range(top, top + 5):
        lines[n] = "\t".join(lines[n].split("\t")[:8]) + "\t"
        if n > top:
            lines[n + 6] = "\t\t" + lines[n].split("\t", 2)[2]
    reading = read("softmax_pro", "\r\n".join(lines))
    assert {q.settings["read"] for q in quantities(reading) if q.measurand == "absorbance"} == {"Raw"}


def test_wells_as_columns_and_a_decimal_comma() -> None:
    reading = read("softmax_pro", TIMES)
    lal = by_well(reading, plate="Lal")
    assert values(lal.values()) == [100.0 + 7 * i for i in range(24)]
    assert {q.measurand for q in lal.values()} == {"luminescence"}
    kin = {(one.well, one.wavelength_nm): one for one in reading.series}
    assert len(kin) == 48
    assert kin["A1", 520.0].value.tolist() == [10.0, 10.5, 11.0]
    assert kin["D6", 590.0].value.tolist() == [20.75, 21.25, 21.75]
    assert kin["D6", 590.0].time_s.tolist() == [0.0, 60.0, 120.0]


def test_times_that_a_spreadsheet_changed_are_read_by_the_stated_interval() -> None:
    reading = read("softmax_pro", RESAVED.encode("latin-1"))
    assert codes(reading) == ["TIME_RESAVED", "READS_MISSING"]
    series = {one.well: one for one in reading.series}
    assert sorted(series) == [f"{row}{column}" for row in "ABCD" for column in (1, 2, 3)]
    assert series["A1"].time_s.tolist() == [0.0, 720.0, 1440.0, 2160.0]
    assert series["A1"].value.tolist() == [0.05, 0.35, 0.65, 0.95]
    assert (series["B2"].missing, series["B2"].time_s.tolist()) == (1, [0.0, 720.0, 2160.0])


def test_times_that_fit_no_interval_are_not_mended() -> None:
    assert codes(read("softmax_pro", RESAVED.replace("36:00:00", "37:00:00").encode("latin-1")))[:1] == ["TIME_RESAVED"]
    assert "PRINTED_DISAGREES" in codes(read("softmax_pro", RESAVED.replace("36:00:00", "37:00:00").encode("latin-1")))
    assert codes(read("softmax_pro", RESAVED.replace("24:00:00", "0:06:00").encode("latin-1"))) == ["TIME"]


# What is printed twice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\t2.064\t", "\t2.046\t"),  # well value
        ("\t2.060\t", "\t2.070\t"),  # mean
        ("\t0.0055\t", "\t0.0065\t"),  # standard deviation
        ("\t3910.952\t", "\t3901.952\t"),  # times dilution
        ("\t2.0639\t", "\t2.0936\t"),  # the reduced value itself
    ],
)
def test_a_changed_number_disagrees_with_the_others(old: str, new: str) -> None:
    assert old in GROUPS
    assert "PRINTED_DISAGREES" in codes(read("softmax_pro", GROUPS.replace(old, new, 1)))


def test_both_decimal_marks_in_a_plate_are_flagged_when_each_number_shows_its_own() -> None:
    reading = read("softmax_pro", GROUPS.replace("\t0.9015\t", "\t0,9015\t", 1))
    assert "DECIMAL_MIXED" in codes(reading)
    assert by_well(reading, read="Raw", wavelength_nm=450.0)["A3"].value == 0.9015
    unclear = read("softmax_pro", GROUPS.replace("\t2.1041\t", "\t2,104\t", 1).replace("0.9015", "0,9015"))
    assert codes(unclear) == ["DECIMAL_AMBIGUOUS"]


# Errors


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("##BLOCKS= 4", "##BLOCKS= 5", "TRUNCATED"),
        ("\t2.1041\t", "\t2.1O41\t", "NOT_A_NUMBER"),
        ("2\t450 650 ", "2\t450 ", "PLATE_SHAPE"),
        ("\t1\t6\t24\t1\t4\t\t", "\t1\t6\t24", "PLATE_HEADER"),
        ("\t1\t6\t24\t1\t4\t\t", "\t1\t6\t96\t1\t8\t\t", "PLATE_SHAPE"),
        ("Endpoint\tAbsorbance", "Spectrum\tAbsorbance", "NO_READS"),
    ],
)
def test_errors_have_a_code(old: str, new: str, code: str) -> None:
    assert old in GROUPS
    reading = read("softmax_pro", GROUPS.replace(old, new, 1))
    assert (reading.verdict, reading.issues[0].code) == ("refused", code)


def part_of_a_plate(last: str = "0.9999") -> str:
    head = "##BLOCKS= 1\nPlate:\tP\t1.3\tPlateFormat\tEndpoint\tAbsorbance\tRaw\tFALSE\t1"
    head += "\t" * 6 + "1\t450 \t1\t2\t96\t1\t8\n"
    lines = ["\tTemperature(C)\t" + "\t".join(str(n) for n in range(1, 13)), "\t26.2\t0.1001\t0.1002"]
    lines += [f"\t\t0.{n}001\t{last if n == 8 else f'0.{n}002'}" for n in range(2, 9)]
    return head + "\n".join(lines) + "\n\n~End\nOriginal Filename: f\n"


def test_a_plate_of_which_the_first_columns_were_read() -> None:
    wells = by_well(read("softmax_pro", part_of_a_plate()))
    assert (len(wells), wells["A2"].value, wells["H2"].value) == (16, 0.1002, 0.9999)
    assert read("softmax_pro", part_of_a_plate("")).verdict == "accepted"
    assert codes(read("softmax_pro", part_of_a_plate().replace("0.5001\t", ""))) == ["PLATE_SHAPE"]


def test_a_line_lost_from_the_last_read_is_flagged() -> None:
    lines = RESAVED.split("\r\n") if "\r\n" in RESAVED else RESAVED.split("\n")
    at = next(n for n, line in enumerate(lines) if line.startswith(",,0.9620"))
    assert "PLATE_PARTIAL" in codes(read("softmax_pro", "\n".join(lines[:at] + lines[at + 1 :])))


def test_the_times_of_two_wavelengths_are_the_same() -> None:
    at = TIMES.rindex("00:01:00")
    assert codes(read("softmax_pro", TIMES[:at] + "00:01:30" + TIMES[at + 8 :])) == ["TIME"]


def test_a_plate_that_is_not_read_is_named() -> None:
    text = part_of_a_plate().replace("Endpoint", "Well Scan")
    assert read("softmax_pro", text).issues[0].found == "plate 'P', Well Scan of Absorbance"


def test_a_group_whose_numbers_all_have_three_decimals() -> None:
    table = "Group: Unknowns\nSample\tWells\tOD\tMean\n01\tA1\t1.100\t1.100\n02\tA2\t1.200\t1.201\n\n"
    table += "Group Column\tFormula Name\n"
    columns = ["Sample\t!SampleNames", "Wells\t!WellIDs", "OD\t!WellValues", "Mean\tAverage(OD)"]
    table += "".join(f"{n}\t{text}\t3 decimal places\tNumeric\n" for n, text in enumerate(columns, start=1)) + "~End\n"
    plate = part_of_a_plate().replace("0.1001\t0.1002", "1.1001\t1.2002").replace("BLOCKS= 1", "BLOCKS= 2")
    reading = read("softmax_pro", plate.replace("Original", table + "Original"))
    assert [(issue.code, issue.found) for issue in reading.issues] == [("PRINTED_DISAGREES", reading.issues[0].found)]
    assert "1.201" in reading.issues[0].found


@pytest.mark.parametrize("formula", ["Average(Result)*Dilution", "Result*!Factor", "Average(Result)*!Factor"])
def test_a_product_with_a_mean_or_the_factor_is_compared(formula: str) -> None:
    text = GROUPS.replace("Result*Dilution", formula)
    assert "Unknowns: Adj.Result" not in read("softmax_pro", text).unread
    changed = text.replace("3910.952", "3190.952", 1)
    assert changed != text
    assert "PRINTED_DISAGREES" in codes(read("softmax_pro", changed))


FORMULAS = "Group Column\tFormula Name\tFormula\tPrecision\tNotation"


def exchanged(text: str, *, headings: bool) -> str:
    """The tables of formulas with formula and precision in each other's place."""
    lines = text.split("\n")
    for n, cells in enumerate(line.split("\t") for line in lines):
        if (headings and lines[n].startswith(FORMULAS)) or (len(cells) > 4 and "decimal places" in cells[3]):
            lines[n] = "\t".join([*cells[:2], cells[3], cells[2], *cells[4:]])
    return "\n".join(lines)


def test_formulas_are_found_by_their_heading() -> None:
    assert FORMULAS in GROUPS
    told, turned = (read("softmax_pro", text) for text in (GROUPS, exchanged(GROUPS, headings=True)))
    assert codes(told) == codes(turned)
    assert [(q.measurand, q.value, q.unit) for q in quantities(told)] == [
        (q.measurand, q.value, q.unit) for q in quantities(turned)
    ]


def test_formulas_that_stand_below_another_heading_are_flagged() -> None:
    assert "FORMULA_MISSING" in codes(read("softmax_pro", exchanged(GROUPS, headings=False)))


def test_a_column_of_an_unknown_term_is_unread() -> None:
    text = GROUPS.replace("Result*Dilution", "Result*Known_Spike@Notes1")
    assert "Unknowns: Adj.Result" in read("softmax_pro", text).unread


def test_fewer_reads_than_stated_are_refused() -> None:
    assert codes(read("softmax_pro", RESAVED.replace("FALSE,4,2160", "FALSE,5,2880").encode("latin-1"))) == [
        "TRUNCATED"
    ]


def test_a_group_without_plate_names_is_flagged_when_there_are_several_plates() -> None:
    lines = GROUPS.replace("##BLOCKS= 4", "##BLOCKS= 5")
    plate = lines[lines.index("Plate:") : lines.index("Group: Standards")]
    reading = read("softmax_pro", lines.replace(plate, plate + plate.replace("Plate1", "Plate2"), 1))
    assert codes(reading).count("PLATE_UNKNOWN") == 2
    assert "content" not in by_well(reading, plate="Plate2", read="Reduced")["A1"].settings


# Real files


def table(path: Path) -> list[list[str]]:
    data = path.read_bytes()
    text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else "latin-1")
    return [line.split("\t") for line in text.splitlines()]


def plates(path: Path) -> dict[tuple[str, str, str], dict[str, str]]:
    """Cells by plate, raw or reduced, and number of the wavelength: plates of eight rows, or wells as columns."""
    rows, found = table(path), dict[tuple[str, str, str], dict[str, str]]()
    for top, row in enumerate(rows):
        if row[0] != "Plate:":
            continue
        for head in range(top + 1, top + 25):
            cells = rows[head]
            if rows[head][0] == "~End":
                break
            kind = "Raw" if len(cells) > 1 and cells[1].startswith("Temperature") else "Reduced"
            if cells[2:5] == ["1", "2", "3"]:
                count = 1 + (cells.count("1") - 1)
                for n in range(count):
                    block = [line[2 + 13 * n : 14 + 13 * n] for line in rows[head + 1 : head + 9]]
                    found[row[1], kind, str(n)] = grid(block)
            elif cells[2:4] == ["A1", "A2"]:
                lines = [line for line in rows[head + 1 : head + 5] if len(line) > 50 and line[2] != "A1"]
                for n in range(2 if kind == "Raw" else 1):
                    found[row[1], kind, str(n)] = dict(zip(cells[2:98], lines[n][2:98], strict=True))
    return found


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_well_of_a_real_file_is_read(path: Path) -> None:
    reading = read("softmax_pro", path.read_bytes())
    # In one of them somebody wrote 0.0 over a raw value, whose reduced value still is 0.25.
    assert ("PRINTED_DISAGREES" in codes(reading)) == ("abs_endpoint_plates" in path.name)
    own = plates(path)
    assert own
    for (plate, kind, n), cells in own.items():
        found = [q for q in quantities(reading) if q.settings["plate"] == plate and q.settings["read"] == kind]
        if kind == "Reduced" and not found:
            assert len([key for key in own if key[:2] == (plate, "Raw")]) == 1
            found = [q for q in quantities(reading) if q.settings["plate"] == plate and q.settings["read"] == "Raw"]
        here = found[int(n) * 96 : int(n) * 96 + 96]
        assert [q.settings["well"] for q in here] == list(cells)
        for q, text in zip(here, cells.values(), strict=True):
            if q.state is State.MEASURED:
                assert q.value == pytest.approx(float(text.replace(",", ".")), rel=1e-12)
            else:
                assert q.as_written == text


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_concentration_of_a_real_file_is_read(path: Path) -> None:
    """Concentrations are the columns whose formula begins with InterpX, found here by the table of formulas alone."""
    rows = table(path)
    expected: list[str] = []
    for top, row in enumerate(rows):
        if not row[0].startswith("Group: "):
            continue
        end = next(n for n in range(top, len(rows)) if not "".join(rows[n]).strip())
        formulas = [line[2] for line in rows[end + 2 :][: len(rows[top + 1]) - 1]]
        columns = [n for n, formula in enumerate(formulas) if formula.startswith("InterpX")]
        expected += [line[n].strip() for line in rows[top + 2 : end] for n in columns]
    found = [
        q for q in quantities(read("softmax_pro", path.read_bytes())) if q.settings.get("dilution_applied") is False
    ]
    assert len(found) == len(expected)
    for q, text in zip(found, expected, strict=True):
        if q.state is State.MEASURED:
            assert q.value is not None
            assert q.value * 1000 == pytest.approx(float(text), rel=1e-12)
        else:
            assert q.as_written == text


@needs_corpus
@pytest.mark.parametrize("path", LAL, ids=lambda p: p.name)
def test_a_real_kinetic_plate_gives_every_read(path: Path) -> None:
    began = time.perf_counter()
    reading = read("softmax_pro", path.read_bytes())
    assert time.perf_counter() - began < 2.0
    rows = [row for row in csv.reader(path.read_text("latin-1").splitlines()) if any(row)]
    first = next(n for n, row in enumerate(rows) if row[0] == "0:00")
    block = [row[2:14] for row in rows[first : first + 201 * 8]]
    cube = np.array([[float(cell) if cell else np.nan for cell in row] for row in block]).reshape(201, 8, 12)
    assert len(reading.series) == int(np.isfinite(cube[0]).sum()) == 32
    for one in reading.series:
        expected = cube[:, "ABCDEFGH".index(one.well[0]), int(one.well[1:]) - 1]
        assert np.array_equal(one.value, expected)
        assert np.array_equal(one.time_s, np.arange(201) * 30.0)
    assert codes(reading) == ["TIME_RESAVED"]


@needs_corpus
def test_a_real_group_with_a_changed_mean_is_flagged() -> None:
    path = next(p for p in REAL if "reduced" in p.name)
    text = path.read_text("latin-1").replace("\t109.152\t", "\t109.512\t")
    assert "PRINTED_DISAGREES" in codes(read("softmax_pro", text))


def test_a_damaged_well_among_columns_is_refused() -> None:
    assert codes(read("softmax_pro", TIMES.replace("\tC4\t", "\tC<\t", 1))) == ["PLATE_SHAPE"]


def test_rows_of_a_group_behind_a_blank_line_are_flagged() -> None:
    place = GROUPS.index("\t", GROUPS.index("Group: Unknowns"))
    line = GROUPS.index("\n", place) + 1
    assert "GROUP_NOT_READ" not in codes(read("softmax_pro", GROUPS))
    assert "GROUP_NOT_READ" in codes(read("softmax_pro", GROUPS[:line] + "\r\n" + GROUPS[line:]))
