"""What mutants found: each defect as the smallest damage that showed it."""

from __future__ import annotations

import io
import random
import re
import time
import zipfile

import numpy as np
import pytest

from evqc.errors import InputError, Where
from evqc.instruments._dates import acquired, deciding
from evqc.instruments._export import ExportFile
from evqc.instruments._rows import MOST_CELLS, rows, table
from evqc.instruments._samples import samples as tables
from tests.mutation.damaged import damaged, sample, without_line
from tests.mutation.texts import part, with_member
from tests.samples import samples


def cells(text: str) -> ExportFile:
    return ExportFile("x.csv", text.encode())


def test_a_row_without_one_of_its_cells_is_flagged_though_it_is_not_the_last() -> None:
    found = table("x", rows(cells("Name,A,B\nx,1,2\ny,2\nz,1,2\n")), ["Name"])
    assert [(i.code, i.where.line) for i in found.uneven()] == [("SHORT_ROW", 3)]


def test_a_row_with_a_cell_too_many_is_flagged_though_the_last_ones_are_empty() -> None:
    found = table("x", rows(cells("Name,A,B\nx,1,\ny,2,2,\nz,1,\n")), ["Name"])
    assert [(i.code, i.where.line) for i in found.uneven()] == [("LONG_ROW", 3)]


def test_headings_shifted_by_one_are_flagged() -> None:
    found = table("x", rows(cells("Name,,A,B\nx,1,2\ny,2,3\n")), ["Name"])
    assert [i.code for i in found.uneven()] == ["SHORT_ROW"]


def test_columns_left_out_at_the_end_of_all_rows_are_as_some_software_writes_them() -> None:
    found = table("x", rows(cells("Name,A,B,Custom 1,Custom 2,Custom 3\nx,1,2\ny,2,3\n")), ["Name"])
    assert found.uneven() == ()


def test_headings_below_rows_are_refused() -> None:
    with pytest.raises(InputError, match="ROWS_ABOVE_HEADINGS"):
        table("x", rows(cells("x,1,2\ny,3,4\nName,A,B\nz,5,6\n")), ["Name"])


def test_keys_above_headings_are_no_rows() -> None:
    assert len(table("x", rows(cells("Run,7,\nDate,2026-05-19,\nName,A,B\nz,5,6\n")), ["Name"]).body) == 1


def test_more_cells_than_memory_should_hold_are_refused_before_they_are_cut() -> None:
    with pytest.raises(InputError, match="FILE_TOO_LARGE"):
        rows(cells("1," * (MOST_CELLS + 10)))


def test_many_dates_are_read_in_time_that_grows_with_their_number() -> None:
    head = "Run ID,Test Date,Assay Name,Sample Name\n"
    assert deciding(["05/05/2026", "01/02/2026", "13/02/2026", "14/02/2026", "02.03.2026"]) == ("13/02/2026",)
    assert acquired("01/02/2026", Where(), deciding(["01/02/2026", "02/28/2026"]))[0] == "2026-01-02"
    original = sample("qubit4/protein_three_standards.csv").file.text()
    assert head.split(",", maxsplit=1)[0] in original
    first, second = original.splitlines()[:2]
    start = time.process_time()
    sample("qubit4/protein_three_standards.csv").read("\n".join([first, *[second] * 3000, ""]).encode())
    assert time.process_time() - start < 4


def test_a_block_without_its_type_is_refused() -> None:
    name = "luminex_xponent/semicolons-and-commas.csv"
    lines = sample(name).file.data.split(b"\n")
    number = 1 + next(n for n, line in enumerate(lines) if line.startswith(b'"DataType:";"Median"'))
    assert without_line(name, number) == ("refused", {"BLOCK_UNTYPED"})


def test_results_of_another_channel_are_not_passed_over() -> None:
    one = sample("bioanalyzer/chip.xml").file.text()
    step = one[one.index("<DARRIN>") : one.index("</DARRIN>")]
    other = step.replace('<Channel key="1">', '<Channel key="7">')
    assert step != other
    assert damaged("bioanalyzer/chip.xml", step, other) == ("refused", {"MISSING_FIELD"})
    silent = step.replace("<Succeeded>true</Succeeded>", "")
    assert damaged("bioanalyzer/chip.xml", step, silent) == ("refused", {"MISSING_FIELD"})


def test_peaks_below_the_heading_of_regions_are_refused() -> None:
    lines = sample("bioanalyzer/dna_results.csv").file.data.split(b"\n")
    title = next(n for n, line in enumerate(lines) if line.startswith(b"Region Table"))
    moved = [*lines[: title - 2], *lines[title : title + 2], *lines[title - 2 : title], *lines[title + 2 :]]
    reading = sample("bioanalyzer/dna_results.csv").read(b"\n".join(moved))
    assert reading.verdict == "refused"
    assert "NO_REGION" in {issue.code for issue in reading.issues}


def test_a_region_ends_behind_its_beginning() -> None:
    verdict, codes = damaged("bioanalyzer/dna_results.csv", "51.20,91.00", "91.00,51.20")
    assert (verdict, "NO_REGION" in codes) == ("refused", True)


def test_a_peak_below_the_heading_of_regions_is_refused_by_its_name() -> None:
    assert damaged("bioanalyzer/dna_results.csv", '"1,905.3",58', "Lower Marker,58") == ("refused", {"NOT_A_NUMBER"})


def test_a_peak_that_stands_behind_a_later_one_is_flagged() -> None:
    verdict, codes = damaged("bioanalyzer/dna_results.csv", "94.76", "64.76")
    assert (verdict, "TIME_ORDER" in codes) == ("flagged", True)


def test_a_trace_whose_times_go_back_is_refused() -> None:
    assert damaged("bioanalyzer/trace.csv", "32.05,", "31.05,") == ("refused", {"TIME_ORDER"})


def test_a_bin_whose_centre_is_not_its_middle_is_refused() -> None:
    """Rows whose middle is gone make one wide bin, which joins its neighbours."""
    name = "viewsizer/ISOBinning_EV batch 7.dat"
    lines = sample(name).file.data.split(b"\n")
    cells = [line.split(b"\t") for line in lines[39:49]]
    joined = b"\t".join([cells[0][0], *cells[-1][1:]])
    reading = sample(name).read(b"\n".join([*lines[:39], joined, *lines[49:]]))
    assert (reading.verdict, [issue.code for issue in reading.issues]) == ("refused", ["BIN_EDGES"])


def test_a_baseline_that_lost_its_end_is_flagged() -> None:
    """Rows that all lack one empty cell are shifted; their width hides it where headings stand above nothing."""
    one = sample("quantstudio/mycoplasma_with_controls.txt")
    text = one.file.data.decode("utf-8")
    place = text.index("Baseline Start")
    width = text[text.rindex("\n", 0, place) : place].count("\t")
    body = text.index("\n", place) + 1
    rows = text[body:].split("\r\n" if "\r\n" in text else "\n")
    cells = rows[0].split("\t")
    cells[width + 1] = ""
    shifted = text[:body] + "\n".join(["\t".join(cells), *rows[1:]])
    assert "BASELINE" in {issue.code for issue in one.read(shifted.encode()).issues}


def test_a_column_of_gates_below_no_heading_is_flagged() -> None:
    one = sample("macsquantify/gates-of-two-experiments.xlsx")
    name = "xl/worksheets/sheet2.xml"
    with zipfile.ZipFile(io.BytesIO(one.file.data)) as packed:
        text = packed.read(name)
    reading = one.read(with_member(one.file.data, name, text.replace(b"<t>%-#</t>", b"", 1)))
    assert "HEADING_EMPTY" in {issue.code for issue in reading.issues}


def test_a_sheet_beside_the_list_of_sheets_is_refused() -> None:
    one = sample("macsquantify/gates-of-two-experiments.xlsx")
    with zipfile.ZipFile(io.BytesIO(one.file.data)) as packed:
        text = packed.read("xl/workbook.xml")
    begin = text.index(b'<sheet name="day 2"')
    own = text[begin : text.index(b"/>", begin) + 2]
    moved = text.replace(own, b"").replace(b"<sheets>", own + b"<sheets>")
    reading = one.read(with_member(one.file.data, "xl/workbook.xml", moved))
    assert {issue.code for issue in reading.issues} & {"BROKEN_WORKBOOK", "UNKNOWN_FORMAT"}


def test_a_ratio_by_area_that_got_lost_is_flagged() -> None:
    name = next(str(s) for s in samples() if s.instrument == "tapestation" and b"<Ratio28S18SArea>" in s.file.data)
    verdict, codes = damaged(name, "<Ratio28S18SArea>", "<PercentOfTotal>")
    assert verdict != "accepted", codes


def test_sparse_rows_above_the_headings_are_refused_when_rows_below_are_as_sparse() -> None:
    sheet = rows(cells("a,1,,,,,,2\nName,A,B,C,D,E,F,G\nb,3,,,,,,4\n"))
    with pytest.raises(InputError, match="ROWS_ABOVE_HEADINGS"):
        table("x", sheet, ["Name"])


def test_a_sheet_that_is_listed_twice_is_refused() -> None:
    one = sample("qubit4/rna_workbook.xlsx")
    found = next(p for seed in range(200) if "<sheets>" in (p := part(one.file.data, random.Random(seed))).text)
    begin, end = found.text.index("<sheet "), found.text.index("</sheets>")
    twice = found.text[:end] + found.text[begin:end] + found.text[end:]
    reading = one.read(found.with_text(twice))
    assert {issue.code for issue in reading.issues} & {"BROKEN_WORKBOOK", "UNKNOWN_FORMAT"}


def test_a_slope_near_zero_has_no_efficiency_and_raises_nothing() -> None:
    verdict, _ = damaged("quantstudio/mycoplasma_with_controls.txt", "-3.442", "-0.001", times=99)
    assert verdict in {"flagged", "refused"}


def test_a_signalling_nan_among_events_raises_nothing() -> None:
    one = sample("fcs/float_with_volume.fcs")
    data = bytearray(one.file.data)
    data[797:801] = np.array([0x7FA00000], dtype="<u4").tobytes()
    assert "NOT_A_NUMBER" in {issue.code for issue in one.read(bytes(data)).issues}


def test_sparse_rows_of_samples_above_the_headings_are_refused_when_rows_below_are_as_sparse() -> None:
    """A table with many columns that nothing was measured for, its headings moved behind the first rows."""
    sheet = "Sample,Time,A260,A280,E,F,G,H,I,J,K\n", "EV 1,9:00,0.5,0.3,,,,,,,\n", "EV 2,9:01,0.6,0.4,,,,,,,\n"
    moved = cells("".join((sheet[1], sheet[0], sheet[2])))
    with pytest.raises(InputError, match="ROWS_ABOVE_HEADINGS"):
        tables(moved, ["Sample"], lambda heading: heading.startswith("a2"))


def test_a_diameter_that_no_particle_has_is_refused_before_its_bins_fill_the_memory() -> None:
    assert damaged("videodrop/decimal-comma.csv", "102,00", "1,25E+9") == ("refused", {"OUT_OF_RANGE"})


def test_medians_without_locations_are_refused_though_net_medians_have_them() -> None:
    one = sample("luminex_xponent/quoted-with-results.csv")
    text = one.file.text()
    begin = text.index('"DataType:","Median"')
    end = text.index('"DataType:"', begin + 1)
    lines = text[begin:end].splitlines(keepends=True)
    without = re.sub(r'^"(Location|\d+\([^"]*)",', "", "".join(lines), flags=re.MULTILINE)
    assert without.count("\n") == len(lines)
    reading = one.read((text[:begin] + without + text[end:]).encode())
    assert (reading.verdict, {issue.code for issue in reading.issues}) == ("refused", {"NO_WELLS"})


def test_a_lane_with_other_headings_than_the_lane_before_is_flagged() -> None:
    """Without its heading the adjusted volume of one lane gave way to the plain one, beside adjusted ones."""
    one = sample("image_lab/percent_and_volume_contradict.csv")
    before, _, behind = one.file.text().rpartition("Adj. Volume (Int)")
    reading = one.read(f"{before}Adj. Volume  Int){behind}".encode())
    assert "HEADINGS_DIFFER" in {issue.code for issue in reading.issues}


@pytest.mark.parametrize("which", [0, 1, -1])
def test_a_concentration_that_got_lost_is_flagged_where_other_readings_have_one(which: int) -> None:
    lost = re.findall(r"<MWObsConc.*?</MWObsConc>", sample("bioplex/plate.xml").file.text())[which]
    _, codes = damaged("bioplex/plate.xml", lost, "")
    assert "CONCENTRATION_MISSING" in codes


def test_a_sheet_whose_part_is_not_named_is_refused() -> None:
    one = sample("macsquantify/gates-of-two-experiments.xlsx")
    with zipfile.ZipFile(io.BytesIO(one.file.data)) as packed:
        text = packed.read("xl/workbook.xml")
    assert b'r:id="rId1"' in text
    reading = one.read(with_member(one.file.data, "xl/workbook.xml", text.replace(b'r:id="rId1"', b'r:hd="rId1"')))
    assert {issue.code for issue in reading.issues} & {"BROKEN_WORKBOOK", "UNKNOWN_FORMAT"}


def test_a_reading_without_the_name_of_its_analyte_is_refused() -> None:
    text = sample("bioplex/plate.xml").file.text()
    named = re.search(r"<MWAnalyte [^>]*>\s*<AnalyteName>IL-10</AnalyteName>", text)
    assert named is not None
    nameless = named[0].replace("<AnalyteName>IL-10</AnalyteName>", "")
    assert damaged("bioplex/plate.xml", named[0], nameless) == ("refused", {"ANALYTE_MISSING"})


def test_a_second_list_with_another_unit_in_its_headings_is_flagged() -> None:
    one = sample("msd_workbench/list-of-a-plate.csv")
    lines = one.file.text().splitlines()
    top = next(n for n, line in enumerate(lines) if line.startswith("Sample,Assay"))
    assert "Calc. Concentration," in lines[top]
    bare = [lines[top], *(line.replace(",A0", ",G0").replace(",B0", ",H0") for line in lines[top + 1 : top + 9])]
    other = lines[top].replace("Calc. Concentration,", "Calc. Concentration (pg/mL),")
    reading = one.read("\n".join([*lines[:top], *bare, other, *lines[top + 1 :], ""]).encode())
    assert (reading.verdict, "HEADINGS_DIFFER" in {issue.code for issue in reading.issues}) == ("flagged", True)


def test_a_well_that_is_no_place_on_a_plate_or_tape_is_flagged() -> None:
    name = next(str(s) for s in samples() if s.instrument == "tapestation" and b"<WellNumber>B1<" in s.file.data)
    verdict, codes = damaged(name, "<WellNumber>B1<", "<WellNumber>&gt;B1<")
    assert (verdict, "NOT_A_WELL" in codes) == ("flagged", True)


def test_headings_again_among_the_rows_of_a_plate_are_flagged() -> None:
    """The second half of the list was taken for another plate without name, and the blanks of the first were lost."""
    one = sample("msd_workbench/unit-in-the-heading.csv")
    lines = one.file.text().splitlines()
    reading = one.read("\n".join([*lines[:6], lines[1], *lines[6:], ""]).encode())
    found = [(issue.severity, issue.where.line) for issue in reading.issues if issue.code == "PLATE_UNKNOWN"]
    assert (reading.verdict, found) == ("flagged", [("warning", 7)])


@pytest.mark.parametrize("title", ["Plate_EV0043", "Experiment_8: Experiment Data Table"])
def test_headings_below_a_title_begin_another_plate(title: str) -> None:
    one = sample("msd_workbench/unit-in-the-heading.csv")
    lines = one.file.text().splitlines()
    reading = one.read("\n".join([*lines, title, *lines[1:], ""]).encode())
    assert "PLATE_UNKNOWN" not in {issue.code for issue in reading.issues}


@pytest.mark.parametrize("headings", ["Lane,Band No.,Volume (Inume (Int)", "Lane,Band No.,Volume (Int)"])
def test_bands_behind_the_last_heading_are_refused(headings: str) -> None:
    """A lane whose headings got lost was passed over."""
    whole = "Lane,Band No.,Volume (Int),Lane,Band No.,Volume (Int)"
    assert damaged("image_lab/without_adjusted_volume.csv", whole, headings) == ("refused", {"LANE_BLOCK"})


def test_a_document_of_asm_with_a_value_of_its_own_keeps_what_is_in_it() -> None:
    one = sample("asm/quantitative-and-digital-pcr.asm")
    mark = '"measurement identifier": "A1",'
    reading = one.read(one.file.text().replace(mark, f'{mark}\n"value": null,', 1).encode())
    assert len(reading.measurements) == len(one.read().measurements)
