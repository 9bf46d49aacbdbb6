"""What mutants found in exports of plate readers: each defect as the smallest damage that showed it."""

from __future__ import annotations

import random

import pytest

from evqc.errors import Where
from evqc.instruments._cell import Cell
from evqc.instruments._marks import Marks
from evqc.instruments._plate_curves import curve_of, fit_disagrees
from evqc.instruments._plate_wells import wells
from tests.mutation.damaged import damaged, sample
from tests.mutation.texts import part, with_member


def test_a_row_of_wells_without_one_of_its_cells_is_flagged() -> None:
    verdict, codes = damaged("bmg_mars/absorbance_with_layout.csv", "A,1.053,", "A,")
    assert verdict != "accepted"
    assert codes & {"GRID_SHORT_ROW", "PRINTED_DISAGREES"}


def test_a_row_of_reads_without_one_of_its_cells_is_refused() -> None:
    assert damaged("softmax_pro/time_format_decimal_comma.txt", "\t15,75\t", "\t") == ("refused", {"PLATE_SHAPE"})


def test_a_grid_whose_heading_is_damaged_is_not_passed_over() -> None:
    one = sample("skanit/luminescence_two_plates.xlsx")
    name, text = next(
        (found.packing, found.text)
        for seed in range(200)
        if "RLU" in (found := part(one.file.data, random.Random(seed))).text and "<row" in found.text
    )
    place = text.rfind("RLU")
    end = text.find("</row>", place)
    heading = text[place:end].replace("<v>1</v>", "<v>13</v>", 1)
    reading = one.read(with_member(one.file.data, name, (text[:place] + heading + text[end:]).encode("latin-1")))
    assert reading.verdict != "accepted"


def test_a_group_whose_first_row_names_no_sample_is_flagged() -> None:
    one = sample("softmax_pro/endpoint_groups.txt")
    lines = one.file.text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("EV batch 7\tA3"))
    reading = one.read("\r\n".join([*lines[:number], *lines[number + 1 :], ""]).encode())
    assert (reading.verdict, "SAMPLE_MISSING" in {issue.code for issue in reading.issues}) == ("flagged", True)


def test_a_measurement_without_wavelength_beside_a_note_of_one_raises_nothing() -> None:
    one = sample("magellan/two_wavelengths.xlsx")
    for seed in range(60):
        found = part(one.file.data, random.Random(seed))
        if "nm" in found.text:
            one.read(found.with_text(found.text.replace(" nm", " xx")))


def test_a_grid_without_headings_and_with_a_short_row_raises_nothing() -> None:
    verdict, codes = damaged("envision/luminescence_without_headings.csv", "120,140,160", "120.140.160")
    assert (verdict, bool(codes)) == ("refused", True)


@pytest.mark.parametrize("said", ["---", "*0.356*", ""])
def test_a_reduced_value_that_got_lost_is_flagged_where_the_others_are_the_raw_ones(said: str) -> None:
    """Before, the reduced plate came beside the raw one as if its formula were another."""
    one = sample("softmax_pro/endpoint_groups.txt")
    text = one.file.text()
    assert text.count("1.0631") == 1
    reading = one.read(text.replace("1.0631", said).encode())
    assert (reading.verdict, "PRINTED_DISAGREES" in {issue.code for issue in reading.issues}) == ("flagged", True)
    shown = [issue.found for issue in reading.issues]
    assert "1 of 18 reduced values differ" in shown


def test_a_kinetic_clock_that_leaves_the_interval_of_its_procedure_is_flagged() -> None:
    name = "gen5/two_plates_kinetic_decimal_comma.txt"
    original = sample(name)
    assert b"Interval 0:00:30" in original.file.data
    reading = original.read(original.file.data.replace(b"0:01:04", b"8:01:04"))
    assert [(issue.code, issue.found) for issue in reading.issues if issue.severity == "warning"] == [
        ("PRINTED_DISAGREES", "an interval of 28830 s between two reads")
    ]


def test_standards_that_the_printed_curve_does_not_fit_are_flagged() -> None:
    """Concentrations of two standards exchanged in the layout, as by columns that changed places there."""
    one = sample("gen5/standard_curve.txt")
    first, second = "\t400\t400\t", "\t200\t200\t"
    text = one.file.text()
    assert text.count(first) == text.count(second) == 1
    reading = one.read(text.replace(first, "\t#").replace(second, first).replace("\t#", second).encode())
    assert "PRINTED_DISAGREES" in {issue.code for issue in reading.issues}


def test_a_printed_curve_beside_a_layout_without_standards_raises_nothing() -> None:
    verdict, codes = damaged("gen5/standard_curve.txt", "\tSTD", "\tSPL9", times=99)
    assert (verdict, "PRINTED_DISAGREES" in codes) == ("accepted", False)


@pytest.mark.parametrize(
    ("formula", "parameters"),
    [
        ("Y=A*X+B", {"A": "0.00120", "B": "1e300"}),
        ("Y=(A-D)/(1+(X/C)^B)+D", {"A": "1", "B": "900", "C": "0", "D": "2"}),
    ],
)
def test_a_curve_that_overflows_and_standards_without_spread_raise_nothing(
    formula: str, parameters: dict[str, str]
) -> None:
    curve = curve_of(formula, parameters, Marks())
    assert curve is not None
    names = {"A1": 10.0, "A2": 20.0, "A3": 30.0}
    flat, steep = (
        wells("x", {n: Cell(t, 1) for n, t in zip(names, texts, strict=True)}, "x") for texts in ("111", "129")
    )
    for reads in ([flat], [steep], [flat, steep]):
        fit_disagrees(0.9, Where(), curve, reads, names)
    linear = curve_of("Y=A*X+B", {"A": "0.40", "B": "-4.0"}, Marks())
    assert linear is not None
    assert fit_disagrees(0.842, Where(), linear, [flat, steep], names) == ()
    assert fit_disagrees(0.9, Where(), linear, [flat, steep], names) != ()


def test_a_plate_map_without_one_of_its_columns_is_flagged() -> None:
    one = sample("envision/luminescence_without_headings.csv")
    lines = one.file.text().splitlines()
    top = next(n for n, line in enumerate(lines) if line.startswith("A,ST1"))
    torn = [",".join(line.split(",")[:2] + line.split(",")[3:]) for line in lines[top : top + 4]]
    reading = one.read("\n".join([*lines[:top], *torn, *lines[top + 4 :], ""]).encode())
    assert "GRID_SHORT_ROW" in {issue.code for issue in reading.issues}


def test_a_layout_that_differs_between_two_sheets_is_flagged() -> None:
    """Without its name a well lost role and dilution, though the table of the same workbook states both."""
    one = sample("bmg_smart_control/fluorescence_with_standards.xlsx")
    assert one.read().verdict == "accepted"
    sheets = (p for seed in range(200) if (p := part(one.file.data, random.Random(seed))).text)
    found = next(p for p in sheets if "<t>X1</t>" in p.text)
    reading = one.read(found.with_text(found.text.replace("<t>X1</t>", "", 1)))
    assert "LAYOUT_DIFFERS" in {issue.code for issue in reading.issues}


def exchanged(name: str, first: str, second: str) -> tuple[str, set[str]]:
    """Verdict and codes after the first lines that begin with two texts changed places."""
    one = sample(name)
    lines = one.file.text().splitlines()
    here, there = (next(n for n, line in enumerate(lines) if line.startswith(text)) for text in (first, second))
    lines[here], lines[there] = lines[there], lines[here]
    reading = one.read("\n".join([*lines, ""]).encode())
    return reading.verdict, {issue.code for issue in reading.issues}


@pytest.mark.parametrize("line", ["Results for FITC", "Plate information", "2,1,"])
def test_a_grid_of_results_behind_the_description_of_the_assay_is_not_passed_over(line: str) -> None:
    verdict, codes = exchanged("envision/absorbance_and_fluorescence.csv", line, "Basic assay information")
    assert verdict != "accepted", codes


def test_a_plate_whose_results_stand_below_the_heading_of_the_assay_is_flagged() -> None:
    name, results = "envision/absorbance_and_fluorescence.csv", "Results for FITC(1) - channel 1 (Counts)\n"
    verdict, codes = damaged(name, results, f"{results}Basic assay information\n")
    assert (verdict, "GRID_MISSING" in codes) == ("flagged", True)


def test_rows_behind_an_end_too_many_are_flagged() -> None:
    one = sample("softmax_pro/endpoint_groups.txt")
    lines = one.file.text().splitlines()
    number = next(n for n, line in enumerate(lines) if line.startswith("\t\t2.0639"))
    reading = one.read("\r\n".join([*lines[: number - 1], "~End", *lines[number - 1 :], ""]).encode())
    found = [issue.where.line for issue in reading.issues if issue.code == "BLOCK_INTERRUPTED"]
    assert (reading.verdict, found) == ("flagged", [number + 1])


@pytest.mark.parametrize("junk", ["<", "()", "?"])
def test_a_layout_that_names_a_well_without_letter_or_digit_is_flagged(junk: str) -> None:
    verdict, codes = damaged("bmg_mars/absorbance_with_layout.csv", "D,B,B,,,,", f"D,B,B,,{junk},,")
    assert (verdict, "CONTENT_UNKNOWN" in codes) == ("flagged", True)


def test_a_layout_without_letter_or_digit_in_a_well_is_flagged_in_a_workbook_too() -> None:
    one = sample("bmg_smart_control/fluorescence_with_standards.xlsx")
    sheets = (p for seed in range(200) if (p := part(one.file.data, random.Random(seed))).text)
    found = next(p for p in sheets if "<t>X1</t>" in p.text)
    reading = one.read(found.with_text(found.text.replace("<t>X1</t>", "<t>?</t>")))
    assert "CONTENT_UNKNOWN" in {issue.code for issue in reading.issues}


@pytest.mark.parametrize("between", ["\n", "\nID1: EV batch 9\n", "\nID1: EV batch 9\n\nAbsorbance\n"])
def test_wells_of_a_list_behind_other_lines_are_not_passed_over(between: str) -> None:
    verdict, codes = damaged("bmg_mars/list_of_wells.csv", "A02,Standard", f"{between}A02,Standard")
    assert (verdict, codes) == ("refused", {"LIST_UNEVEN"})


def test_a_list_whose_headings_are_shifted_is_refused() -> None:
    """Before, the corrected values were read as the raw ones."""
    assert damaged("bmg_mars/list_of_wells.csv", "Well,Content", "Well,,Content") == ("refused", {"HEADING_EMPTY"})


def test_a_line_between_a_grid_of_mars_and_its_title_is_flagged() -> None:
    """Before, corrected values stood below ``Raw Data (761)``, and were read as another wavelength's."""
    title = "Blank corrected based on Raw Data (562)"
    verdict, codes = damaged("bmg_mars/absorbance_with_layout.csv", title, f"{title}\nRaw Data (761)")
    assert (verdict, "TITLE_ALONE" in codes) == ("flagged", True)
