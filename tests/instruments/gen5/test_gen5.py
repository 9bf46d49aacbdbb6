"""The Gen5 reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments._cell import Cell
from evqc.instruments.gen5 import _reactions
from evqc.instruments.gen5._procedure import Read, meant
from evqc.measurement import State
from tests.instruments.plates import by_well, codes, quantities, read, sample
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

GOOD = sample("gen5", "standard_curve.txt").decode()
KINETIC = sample("gen5", "two_plates_kinetic_decimal_comma.txt").decode("cp1252")
REAL = [p for p in corpus_files("markers/plate_reader") if p.name.startswith("agilent_gen5")]


# What a good file gives


def test_a_well_carries_read_layout_and_place() -> None:
    well = by_well(read("gen5", GOOD), measurand="absorbance")["A1"]
    assert (well.value, well.unit, well.method, well.acquired_at) == (1.053, "1", "EV BCA", "2026-09-21T21:00:04")
    assert well.settings == {
        "well": "A1", "plate": "Plate 1", "instrument": "Synergy H1", "serial_number": "S-0042", "read": "bca:562",
        "wavelength_nm": 562.0, "temperature_degC": 24.5, "content": "standard", "group": "STD1",
        "nominal_concentration": 800.0, "reading_type": "Reader",
    }  # fmt: skip
    assert well.where.column == "A1"


@pytest.mark.parametrize(
    ("well", "role", "sample_name", "dilution"),
    [
        ("A3", "sample", "SPL1", 2.0),
        ("B3", "sample", "SPL1", 4.0),
        ("B5", "sample", "SPL3", None),
        ("D3", "blank", None, None),
        ("C3", "control", "CTL1", None),
    ],
)
def test_the_layout_says_what_is_in_a_well(
    well: str, role: str, sample_name: str | None, dilution: float | None
) -> None:
    found = by_well(read("gen5", GOOD), measurand="absorbance")[well]
    assert (found.settings["content"], found.sample, found.settings.get("dilution")) == (role, sample_name, dilution)


@pytest.mark.parametrize(
    ("stated", "key", "noted"),
    [
        (("2", "4", "10", "5"), "dilution", []),
        (("1", "0.5", "0.25", "0.125"), "diluted_share", ["DILUTION_AS_SHARE"]),
        (("10000", "100", "1", "0.01"), "concentration_or_dilution", ["DILUTION_UNCLEAR"]),
        (("10000", "100", "1", "0"), "concentration_or_dilution", ["DILUTION_UNCLEAR"]),
    ],
)
def test_the_number_of_a_sample_is_a_dilution_only_where_all_can_be(
    stated: tuple[str, ...], key: str, noted: list[str]
) -> None:
    a, b, c, d = stated
    text = GOOD.replace("\t800\t800\t2\t2\t10\t10", f"\t800\t800\t{a}\t{a}\t{d}\t{d}")
    text = text.replace("\t400\t400\t4\t4", f"\t400\t400\t{b}\t{b}").replace("\t300\t5\t5", f"\t300\t{c}\t{c}")
    reading = read("gen5", text)
    wells = by_well(reading, measurand="absorbance")
    assert [wells[w].settings[key] for w in ("A3", "B3", "C5", "A5")] == [float(s) for s in stated]
    assert codes(reading) == noted


def test_points_read_off_a_curve_are_no_curve() -> None:
    table = "bca Interpolations\r\n\r\nCurve Name\tY Formula\tY\tX\r\nbca\tEC50\t0.5\t100\r\n"
    reading = read("gen5", GOOD.replace("\t432.500\t", "\t423.500\t") + "\r\n" + table)
    assert "PRINTED_DISAGREES" in codes(reading)
    assert "bca Interpolations" in reading.unread


@pytest.mark.parametrize(
    ("measurand", "well", "state", "reason", "bound", "as_written"),
    [
        ("absorbance", "B5", State.ABOVE_RANGE, "above range", None, "OVRFLW"),
        ("absorbance", "C5", State.MISSING, "masked", None, "*0.356*"),
        ("analyte_result", "C5", State.MISSING, "not computed", None, "?????"),
        ("analyte_result", "B5", State.ABOVE_RANGE, "above range", 800.0, ">800.000"),
        ("analyte_result", "D3", State.BELOW_RANGE, "below range", 50.0, "<50.000"),
    ],
)
def test_what_is_no_number_has_its_state(
    measurand: str, well: str, state: State, reason: str, bound: float | None, as_written: str
) -> None:
    found = by_well(read("gen5", GOOD), measurand=measurand)[well]
    assert (found.state, found.reason, found.bound, found.as_written) == (state, reason, bound, as_written)


def test_empty_wells_without_layout_are_not_there() -> None:
    assert len(by_well(read("gen5", GOOD), measurand="absorbance")) == 22


@pytest.mark.parametrize(
    ("label", "measurand", "unit", "value"),
    [
        ("[Concentration]", "analyte_result", "a.u.", 432.5),
        ("Protein conc. ng/mL", "protein_concentration", "ug/mL", 0.4325),
        ("Conc (ug/mL)", "protein_concentration", "ug/mL", 432.5),
        ("DNA concentration ng/uL", "dna_concentration", "ng/mL", 432500.0),
        ("Conc per well", "analyte_result", "a.u.", 432.5),
    ],
)
def test_a_concentration_has_a_unit_only_where_the_file_states_one(
    label: str, measurand: str, unit: str, value: float
) -> None:
    found = by_well(read("gen5", GOOD.replace("[Concentration]", label)), read=label)["A3"]
    assert (found.measurand, found.unit, found.value) == (measurand, unit, value)


def test_two_plates_and_a_reaction() -> None:
    reading = read("gen5", KINETIC.encode("cp1252"))
    first, second = (by_well(reading, plate=f"Plate {n}") for n in (1, 2))
    assert first["A1"].value == second["A6"].value == 15795.0
    assert second["A1"].acquired_at == "2026-09-21T14:40:00"
    assert first["A1"].settings["excitation_nm"] == 485.0
    assert first["A1"].settings["emission_bandwidth_nm"] == 20.0
    series = {one.well: one for one in reading.series}
    assert len(series) == 24
    assert (series["A2"].signal, series["A2"].wavelength_nm, series["A2"].plate) == ("absorbance", 405.0, "Plate 1")
    assert series["A2"].time_s.tolist() == [0.0, 30.0, 60.0]
    assert series["A2"].value.tolist() == [0.1, 0.12, 0.14]


def test_times_without_reads_are_flagged_and_words_are_missing_reads() -> None:
    text = KINETIC.replace("3 Reads", "5 Reads").replace("0,120\t", "OVRFLW\t", 1)
    text = re.sub(r"(\r\n0:01:04\t[^\r]*\r\n)", r"\g<1>0:00:00\r\n0:00:00\r\n", text)
    reading = read("gen5", text.encode("cp1252"))
    assert codes(reading) == ["READS_MISSING", "READS_MISSING"]
    assert next(one for one in reading.series if one.well == "A2").missing == 1


@pytest.mark.parametrize(
    ("label", "meaning"),
    [
        ("od:600", (1, "600", "")),
        ("260:977 [Test]", (2, "977", "Test")),
        ("260:977", None),
        ("Read 3:485/20,528/20", (3, "485/20,528/20", "")),
        ("485/20,528/20 [Parallel]", (3, "485/20,528/20", "Parallel")),
        ("Lum", (4, "Lum", "")),
        ("Read 5:Alpha", (5, "Alpha", "")),
        ("Blank od:600", None),
        ("od:60", None),
        ("600", None),
    ],
)
def test_labels_mean_reads_of_the_procedure(label: str, meaning: tuple[int, str, str] | None) -> None:
    known = [
        Read(number=1, label="od", mode="absorbance", targets=("600",)),
        Read(number=2, label="260", mode="absorbance", targets=("260", "280"), corrections=("977", "900")),
        Read(number=3, label="", mode="fluorescence", targets=("485/20,528/20",)),
        Read(number=4, label="", mode="luminescence", targets=("Full light", "Lum")),
        Read(number=5, label="", mode="luminescence", targets=("Alpha",)),
    ]
    found = meant(label, known)
    assert (None if found is None else (found.read.number, found.target, found.part)) == meaning


def test_lines_that_are_no_read_may_hold_times_and_are_unread() -> None:
    line = "\tbca:562\r\n\t" + "\t".join(["10:10:22"] * 6) + "\ttt at Max V [562]\r\n"
    head, body = GOOD.split("Results\r\n", 1)
    reading = read("gen5", head + "Results\r\n" + body.replace("\tbca:562\r\n", line))
    assert len(by_well(reading, measurand="absorbance")) == 22
    assert "tt at Max V [562]" in reading.unread


@pytest.mark.parametrize("part", ["Parallel", "Perpendicular"])
def test_polarised_light_is_a_read_of_its_own(part: str) -> None:
    text = KINETIC.replace("Read 1:485/20,528/20", f"485/20,528/20 [{part}]")
    well = by_well(read("gen5", text.encode("cp1252")), plate="Plate 1")["A1"]
    assert (well.measurand, well.settings["polarization"]) == ("fluorescence", part)


# What is printed twice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\t0.961\t", "\t0.971\t"),  # blank-corrected
        ("\t432.500\t", "\t423.500\t"),  # concentration
        ("0.00120", "0.00140"),  # slope of the printed curve
        ("\t1.053\t", "\t1.035\t"),  # the read itself
    ],
)
def test_a_changed_number_disagrees_with_the_others(old: str, new: str) -> None:
    assert GOOD.count(old) == 1
    reading = read("gen5", GOOD.replace(old, new))
    assert "PRINTED_DISAGREES" in codes(reading)
    assert reading.verdict == "flagged"


def test_labels_in_another_order_are_followed_and_flagged() -> None:
    lines = GOOD.split("\r\n")
    at = next(n for n, line in enumerate(lines) if line.startswith("B\t0.571"))
    lines[at], lines[at + 1] = "B" + lines[at + 1], lines[at][1:]
    reading = read("gen5", "\r\n".join(lines))
    assert codes(reading).count("LABEL_ORDER") == 1
    assert by_well(reading, measurand="absorbance")["B1"].value == 0.571


# Errors


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("\t1.053\t", "\t1,053\t", "NOT_A_NUMBER"),
        ("\t1.053\t", "\t1.0S3\t", "NOT_A_NUMBER"),
        ("\r\nC\t0.333", "\r\nD\t0.333", "GRID_ROWS"),
        ("\tBlank bca:562\r\n", "\tbca:562\r\n", "GRID_UNEVEN"),
        ("Wavelengths:  562", "Wavelengths:", "PROCEDURE"),
        ("Absorbance Endpoint", "Area Scan", "NO_READS"),
        ("\t800\t", "\t-800\t", "OUT_OF_RANGE"),
    ],
)
def test_errors_have_a_code_and_a_place(old: str, new: str, code: str) -> None:
    assert old in GOOD
    reading = read("gen5", GOOD.replace(old, new, 1))
    assert (reading.verdict, reading.issues[0].code) == ("refused", code)


def test_a_number_of_three_decimals_is_read_as_an_absorbance() -> None:
    plate = GOOD.split("Layout")[0] + "Results\r\n\t1\t2\t3\t4\t5\t6\r\n"
    plate += "".join(f"{letter}\t" + "\t".join(["2.125"] * 6) + "\tbca:562\r\n" for letter in "ABCD")
    assert {q.value for q in quantities(read("gen5", plate))} == {2.125}


def test_a_file_without_last_line_end_is_refused() -> None:
    assert codes(read("gen5", GOOD.rstrip())) == ["TRUNCATED"]


PLATE = GOOD.split("\r\nStdCurve Fitting")[0].rstrip()


def test_a_whole_label_ends_a_file_as_well_as_a_line_end_does() -> None:
    assert len(by_well(read("gen5", PLATE), measurand="absorbance")) == 22


@pytest.mark.parametrize("cut", range(1, 24))
def test_a_file_cut_in_its_last_line_is_refused(cut: int) -> None:
    assert read("gen5", PLATE[:-cut]).verdict == "refused"


def test_a_kinetic_table_without_last_line_end_is_refused() -> None:
    text = KINETIC[: KINETIC.rindex("0:01:04") :].rstrip() + "\r\n0:01:04\t37,0" + "\t0,14" * 24
    assert codes(read("gen5", text.encode("cp1252")))[0] == "TRUNCATED"


def test_a_layout_without_its_title_is_still_the_layout() -> None:
    reading = read("gen5", GOOD.replace("\r\nLayout\r\n", "\r\n"))
    assert [q.value for q in quantities(reading)] == [q.value for q in quantities(read("gen5", GOOD))]


@pytest.mark.parametrize("old", ["\t0,120\t", "\tA2\t"])
@pytest.mark.parametrize("new", ["\t", "{0}{1}"])
def test_a_kinetic_table_with_a_cell_too_few_or_too_many_is_refused(old: str, new: str) -> None:
    text = KINETIC.replace(old, new.format(old, old.lstrip()), 1)
    assert codes(read("gen5", text.encode("cp1252"))) == ["TRUNCATED"]


def test_two_plates_that_have_become_one_are_flagged() -> None:
    text = KINETIC.replace("Plate Number\tPlate 2\r\n", "").replace("\t15795\t", "\t15796\t", 1)
    assert text.count("Plate Number") == 1
    assert "READ_TWICE" in codes(read("gen5", text.encode("cp1252")))


@pytest.mark.parametrize("line", ["Plate Number\tPlate 1", "Plate Number"])
def test_two_plates_of_one_name_are_flagged(line: str) -> None:
    text = KINETIC.replace("Plate Number\tPlate 2", line)
    assert "PLATE_NAME_TWICE" in codes(read("gen5", text.encode("cp1252")))


def test_a_simulated_reader_is_flagged() -> None:
    reading = read("gen5", GOOD.replace("Reading Type\tReader", "Reading Type\tSimulation"))
    assert (reading.verdict, codes(reading)) == ("flagged", ["SIMULATED"])


def test_a_file_with_a_spectrum_alone_is_refused_by_name() -> None:
    reading = read("gen5", sample("gen5", "only_a_spectrum.reject.txt"))
    assert reading.issues[0].found == "nothing but bca:Spectrum"


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_recognition_never_raises(text: str) -> None:
    reading = read("gen5", GOOD + text + "\r\n")
    assert reading.verdict in {"accepted", "flagged", "refused"}


# Real files


def cells(path: Path) -> dict[tuple[str, str], str]:
    """Cells by label and well, by looking at lines alone: a number, a letter and a label behind twelve values."""
    found: dict[tuple[str, str], str] = {}
    letter, results = "", False
    for line in path.read_text("utf-8").splitlines():
        parts = line.split("\t")
        results = results or re.fullmatch(r"Results|[\d/,]+|Conc|Blank .*", line) is not None
        if len(parts) == 14 and results and parts[13]:
            letter = parts[0] or letter
            found |= {(parts[13], f"{letter}{n}"): parts[n] for n in range(1, 13)}
    return found


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_file_is_read(path: Path) -> None:
    reading = read("gen5", path.read_bytes())
    expected = {key: text for key, text in cells(path).items() if not key[0].startswith("Blank ")}
    found = {(str(q.settings["read"]), str(q.settings["well"])): q for q in quantities(reading)}
    assert set(found) == set(expected)
    for key, text in expected.items():
        if found[key].state is State.MEASURED:
            assert found[key].value == float(text)
        else:
            assert found[key].as_written == text
    assert "PRINTED_DISAGREES" not in codes(reading)


@needs_corpus
def test_the_standards_of_a_real_protein_assay_lie_on_its_printed_line() -> None:
    path = next(p for p in REAL if "Lowry" in p.name)
    wells = by_well(read("gen5", path.read_bytes()), measurand="absorbance", content="standard")
    x = [w.settings["nominal_concentration"] for w in wells.values()]
    slope, intercept = np.polyfit(np.array(x, dtype=float), [w.value or np.nan for w in wells.values()], 1)
    assert round(float(slope), 5) == 0.00297
    assert round(float(intercept), 3) == 0.049


@needs_corpus
def test_a_real_file_with_exchanged_values_is_flagged() -> None:
    path = next(p for p in REAL if "Lowry" in p.name)
    text = path.read_text("utf-8").replace("\t0.632\t", "\t0.263\t", 1)
    assert "PRINTED_DISAGREES" in codes(read("gen5", text))


def test_the_reader_refuses_by_input_errors_alone() -> None:
    for cut in range(0, len(GOOD), 37):
        try:
            read("gen5", GOOD[:cut])
        except AssertionError:
            continue
        except InputError:  # pragma: no cover  caught in read
            pytest.fail("escaped")


@pytest.mark.parametrize(
    ("wells", "odd"),
    [
        ("Z1 Z2 AA1 AA2 AB1 AB2", None),
        ("A1 B1 AA1 A2 B2 AA2", None),
        ("A2 A1", "A2"),
    ],
)
def test_wells_of_a_kinetic_table_go_by_rows_or_by_columns(wells: str, odd: str | None) -> None:
    """On a plate of 1536 wells row AA follows row Z."""
    found = [issue.found for issue in _reactions._disordered((Cell("Time", 1),), wells.split())]
    assert found == ([] if odd is None else [f"the well {odd} out of order"])
