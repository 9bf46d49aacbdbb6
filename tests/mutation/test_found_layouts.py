"""What mutants found in workbooks of SkanIt: a layout or a table that lost a cell, each as the smallest damage."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace

import pytest

from evqc.errors import Where
from evqc.instruments._plate_layouts import uneven_groups
from evqc.instruments._plate_wells import Content
from tests.mutation.damaged import sample
from tests.mutation.texts import with_member

SKANIT = "skanit/absorbance_with_curve.xlsx"


def edited(mark: str, old: str, new: str) -> tuple[str, set[str]]:
    """Verdict and codes after the first such cell behind a mark was exchanged, on the first sheet that has both."""
    one = sample(SKANIT)
    members = zipfile.ZipFile(io.BytesIO(one.file.data))
    for name in members.namelist():
        text = members.read(name).decode("latin-1")
        begin, found, end = text.partition(mark)
        if found and old in end:
            data = with_member(one.file.data, name, f"{begin}{found}{end.replace(old, new, 1)}".encode("latin-1"))
            reading = one.read(data)
            return reading.verdict, {issue.code for issue in reading.issues}
    raise AssertionError(mark)


@pytest.mark.parametrize("said", ["xA01", ""])
def test_a_table_of_standards_with_a_well_that_is_none_is_flagged(said: str) -> None:
    """Before, an array without rows raised an exception."""
    verdict, codes = edited("Original signal", "<t>A01</t>", f"<t>{said}</t>")
    assert (verdict, "WELL_UNKNOWN" in codes) == ("flagged", True)


@pytest.mark.parametrize("said", ["xA", ""])
def test_a_grid_of_concentrations_without_its_first_row_raises_nothing(said: str) -> None:
    verdict, codes = edited("<t>Conc. [microg/ml]</t>", "<t>A</t>", f"<t>{said}</t>")
    assert verdict != "accepted", codes


LAYOUT = "<t>Plate template</t>"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<t>Plate 1</t>", "<t>Plate l</t>", ("flagged", "LAYOUT_PLATE")),
        ("<v>1</v>", "", ("refused", "LAYOUT_ROWS")),
        ("<v>4</v>", "", ("refused", "LAYOUT_ROWS")),
        ("<v>6</v>", "", ("refused", "LAYOUT_ROWS")),
        ("<t>A</t>", "<t>xA</t>", ("refused", "LAYOUT_ROWS")),
        ("<t>B</t>", "<t>xB</t>", ("refused", "LAYOUT_ROWS")),
        ("<t>C</t>", "<t>xC</t>", ("refused", "LAYOUT_ROWS")),
        ("<t>Std0001</t>", "<t></t>", ("refused", "LAYOUT_ROWS")),
        ("<t>1 microg/ml</t>", "<t>x1 microg/ml</t>", ("flagged", "LAYOUT_DIFFERS")),
        ("<t>1 microg/ml</t>", "<t></t>", ("flagged", "LAYOUT_DIFFERS")),
        ("<t>1:2</t>", "<t>x1:2</t>", ("flagged", "LAYOUT_DIFFERS")),
        ("<t>1:5</t>", "<t></t>", ("flagged", "LAYOUT_DIFFERS")),
    ],
)
def test_a_layout_that_lost_a_cell_is_not_passed_over(old: str, new: str, expected: tuple[str, str]) -> None:
    verdict, codes = edited(LAYOUT if "Plate" not in old else "<t>Name</t>", old, new)
    assert (verdict, expected[1] in codes) == (expected[0], True), codes


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("envision/absorbance_and_fluorescence.csv", "Plate,,,,1\n", "", "GRID_MISSING"),
        ("envision/absorbance_and_fluorescence.csv", "Plate,,,,1\n", "Plate,,,,x1\n", "LAYOUT_PLATE"),
        ("envision/absorbance_and_fluorescence.csv", "Plate,Repeat,", "xPlate,Repeat,", "LAYOUT_PLATE"),
        ("envision/absorbance_and_fluorescence.csv", ",01,02,03,04,05,06,\nA,ST1", "A,ST1", "GRID_MISSING"),
        ("kaleido/absorbance_software_2.csv", "Plate\n,1,2,3,4,5,6\n", "Plate\n", "GRID_MISSING"),
        ("bmg_mars/absorbance_with_layout.csv", ",1,2,3,4,5,6\nA,500", "A,500", "GRID_MISSING"),
        ("msd_workbench/list-of-a-plate.csv", ",Dilution,", ",,", "HEADING_EMPTY"),
        ("luminex_intelliflex/two-reporters.csv", ",B1,B1,", ",B1,,", "WELL_TYPE"),
    ],
)
def test_what_a_text_says_of_its_wells_is_not_lost_without_a_word(name: str, old: str, new: str, code: str) -> None:
    one = sample(name)
    text = one.file.data.decode("utf-8-sig")
    ends = "\r\n" if "\r\n" in text else "\n"
    old, new = (cut.replace("\n", ends) for cut in (old, new))
    assert old in text
    reading = one.read(text.replace(old, new, 1).encode())
    assert (reading.verdict, code in {issue.code for issue in reading.issues}) == ("flagged", True)


@pytest.mark.parametrize("said", ["<t>xA1</t>", "<t></t>"])
def test_a_value_of_magellan_without_a_well_is_flagged(said: str) -> None:
    one = sample("magellan/two_wavelengths.xlsx")
    name = "xl/worksheets/sheet1.xml"
    text = zipfile.ZipFile(io.BytesIO(one.file.data)).read(name).decode()
    assert "<t>A1</t>" in text
    reading = one.read(with_member(one.file.data, name, text.replace("<t>A1</t>", said, 1).encode()))
    assert (reading.verdict, {issue.code for issue in reading.issues}) == ("flagged", {"WELL_UNKNOWN"})


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("\tConcentration ng/mL\t", "\t\t", "HEADING_EMPTY"),
        ("2\tConcentration\t!", "2\t\t!", "FORMULA_MISSING"),
        ("02\t500.000\t", "02\t\t", "CONCENTRATION_MISSING"),
        ("EV batch 8\tB3\t20.000", "EV batch 8\tB3\t", "DILUTION_UNCLEAR"),
    ],
)
def test_a_group_of_softmax_pro_that_lost_what_describes_its_samples_is_flagged(old: str, new: str, code: str) -> None:
    one = sample("softmax_pro/endpoint_groups.txt")
    text = one.file.text()
    assert text.count(old) == 1
    assert code in {issue.code for issue in one.read(text.replace(old, new).encode()).issues}


def test_a_well_of_which_only_some_spots_have_a_dilution_is_flagged() -> None:
    one = sample("msd_workbench/list-of-a-plate.csv")
    text = one.file.text()
    reading = one.read(text.replace("Below Detection Range,2,", "Below Detection Range,,", 1).encode())
    found = [issue.found for issue in reading.issues if issue.code == "DILUTION_UNCLEAR"]
    assert "a dilution of some spots of well C01 only" in found


def test_a_plate_map_above_the_description_of_the_assay_is_flagged() -> None:
    """Before, its dashes were read as results that are missing."""
    one = sample("envision/absorbance_and_fluorescence.csv")
    text = re.sub(r",(ST\d|UN\d|B) ", ",- ", one.file.text())
    head, found, end = text.partition("Basic assay information")
    described, labels, rest = end.partition("Labels:")
    assert found
    assert labels
    reading = one.read(f"{head}{described}{found}\n{labels}{rest}".encode())
    assert (reading.verdict, "PROTOCOL_MISSING" in {issue.code for issue in reading.issues}) == ("flagged", True)


def test_a_series_of_dilutions_of_one_name_is_nothing_to_flag() -> None:
    of = {"A1": Content(role="sample", group="Un1", dilution=2), "A2": Content(role="sample", group="Un1", dilution=4)}
    assert uneven_groups(of, lambda _: Where(), series=True) == ()
    assert [issue.code for issue in uneven_groups(of, lambda _: Where())] == ["LAYOUT_DIFFERS"]
    named = {name: replace(content, role=None) for name, content in of.items()}
    assert uneven_groups(named, lambda _: Where()) == ()
    lost = named | {"A2": replace(named["A2"], dilution=None)}
    assert [issue.code for issue in uneven_groups(lost, lambda _: Where(), series=True)] == ["LAYOUT_DIFFERS"]
