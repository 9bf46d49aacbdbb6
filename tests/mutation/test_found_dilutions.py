"""What mutants found of dilutions: each way in which one was lost without a word, as the smallest damage."""

from __future__ import annotations

import random

import pytest

from tests.mutation.damaged import damaged, sample
from tests.mutation.texts import part

MARS, XPONENT = "bmg_mars/absorbance_with_layout.csv", "luminex_xponent/semicolons-and-commas.csv"


def test_a_dilution_stays_beside_a_content_of_another_name() -> None:
    """Before, the dilution of a well whose content is no code such as X3 was dropped."""
    one = sample(MARS)
    reading = one.read(one.file.data.replace(b"S2,S2,X3,", b"S2,S2,XX3,", 1))
    told = {m.settings["well"]: m.settings.get("dilution") for m in reading.measurements if m.kind == "quantity"}
    assert (told["B3"], told["B4"]) == (10, 10)


@pytest.mark.parametrize("said", ["0.1", "0", ""])
def test_a_sample_whose_dilution_is_below_one_or_lost_is_flagged(said: str) -> None:
    verdict, codes = damaged(MARS, "B,1,1,10,", f"B,1,1,{said},")
    assert (verdict, "DILUTION_UNCLEAR" in codes) == ("flagged", True)


def test_a_sample_whose_dilution_is_below_one_is_flagged_in_a_workbook_too() -> None:
    one = sample("bmg_smart_control/fluorescence_with_standards.xlsx")
    sheets = (p for seed in range(200) if (p := part(one.file.data, random.Random(seed))).text)
    found = next(p for p in sheets if "Dilutions" in p.text)
    begin, end = found.text.partition("Dilutions")[::2]
    assert "<v>500</v>" in end
    reading = one.read(found.with_text(f"{begin}Dilutions{end.replace('<v>500</v>', '<v>0.1</v>', 1)}"))
    assert "DILUTION_UNCLEAR" in {issue.code for issue in reading.issues}


@pytest.mark.parametrize("said", ["ctor", "Dilution", ""])
def test_a_block_of_dilution_factors_without_its_heading_is_flagged(said: str) -> None:
    verdict, codes = damaged(XPONENT, '"Sample";"Dilution Factor"', f'"Sample";"{said}"')
    assert (verdict, "HEADING_MISSING" in codes) == ("flagged", True)


@pytest.mark.parametrize("said", ["l", "1:10", "0", "-2", "10 000"])
def test_a_dilution_factor_that_is_none_is_flagged(said: str) -> None:
    verdict, codes = damaged(XPONENT, '"7(1,G1)";"EV batch 7";"1"', f'"7(1,G1)";"EV batch 7";"{said}"')
    assert (verdict, "DILUTION_UNCLEAR" in codes) == ("flagged", True)


def test_a_sample_without_the_dilution_factor_that_others_have_is_flagged() -> None:
    _, codes = damaged(XPONENT, '"7(1,G1)";"EV batch 7";"1"', '"7(1,G1)";"EV batch 7";""')
    assert "DILUTION_UNCLEAR" in codes


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (XPONENT, '"7(1,G1)";"EV batch 7";"1"', '"7(1,G1)";"EV batch 7";"1.000"'),
        ("luminex_xponent/quoted-with-results.csv", '"7(1,G1)","EV batch 7","1"', '"7(1,G1)","EV batch 7","1,000"'),
    ],
)
def test_a_dilution_factor_is_read_by_the_marks_of_the_other_numbers(name: str, old: str, new: str) -> None:
    """Before, ``1.000`` of a file with decimal commas was no dilution at all."""
    one = sample(name)
    reading = one.read(one.file.text().replace(old, new, 1).encode())
    wells = [m.settings for m in reading.measurements if m.kind == "quantity" and "dilution_factor" in m.settings]
    assert {said["dilution_factor"] for said in wells if said["well"] == "G1"} == {1000}


@pytest.mark.parametrize("which", range(4))
def test_a_sample_of_bio_plex_without_the_dilution_that_others_have_is_flagged(which: int) -> None:
    one = sample("bioplex/plate.xml")
    head, *rest = one.file.text().split("<Dilution>")
    cut = [f"<Dilution>{text}" if n != which else text.partition("</Dilution>")[2] for n, text in enumerate(rest)]
    reading = one.read("".join([head, *cut]).encode())
    found = [issue.found for issue in reading.issues if issue.code == "DILUTION_UNCLEAR"]
    assert any("no dilution of" in text for text in found)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("STD1\tSTD1\tSPL1:1", "xSTD1\tSTD1\tSPL1:1", "DILUTION_UNCLEAR"),
        ("STD1\tSTD1\tSPL1:1", "STD1\tSTD1\tSPX1:1", "DILUTION_UNCLEAR"),
        ("STD1\tSTD1\tSPL1:1", "\tSTD1\tSPL1:1", "CONTENT_UNKNOWN"),
        ("STD1\tSTD1\tSPL1:1", "STD1\tSTD1\t", "CONTENT_UNKNOWN"),
        ("800\t800\t2\t2\t", "800\t\t2\t2\t", "LAYOUT_DIFFERS"),
        ("800\t800\t2\t2\t", "800\t800\t2\t\t", "LAYOUT_DIFFERS"),
        ("800\t800\t2\t2\t", "800\t800\t2\t4\t", "LAYOUT_DIFFERS"),
        ("800\t800\t2\t2\t", "\t\t2\t2\t", "CONCENTRATION_MISSING"),
    ],
)
def test_a_layout_of_gen5_that_lost_what_a_number_is_of_says_so(old: str, new: str, code: str) -> None:
    _, codes = damaged("gen5/standard_curve.txt", old, new)
    assert code in codes


def test_a_number_beside_an_id_of_somebodys_choice_is_kept() -> None:
    one = sample("gen5/standard_curve.txt")
    reading = one.read(one.file.text().replace("SPL1:1\tSPL1:1", "EV7\tSPL1:1", 1).encode())
    told = [m.settings for m in reading.measurements if m.kind == "quantity" and m.settings["well"] == "A3"]
    assert {said.get("concentration_or_dilution") for said in told} == {2}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("A,S1,S1,X1,", "A,,S1,X1,", "CONTENT_UNKNOWN"),
        ("A,S1,S1,X1,", "A,xS1,S1,X1,", "CONTENT_UNKNOWN"),
        ("A,S1,S1,X1,", "A,S1,S1,,", "CONTENT_UNKNOWN"),
        ("A,500,500,", "A,,500,", "LAYOUT_DIFFERS"),
        ("A,500,500,", "A,500,250,", "LAYOUT_DIFFERS"),
        ("A,500,500,", "A,,,", "CONCENTRATION_MISSING"),
        ("A,1,1,10,10,", "A,1,1,10,5,", "LAYOUT_DIFFERS"),
    ],
)
def test_a_layout_of_mars_that_lost_what_a_number_is_of_is_flagged(old: str, new: str, code: str) -> None:
    assert damaged(MARS, old, new) == ("flagged", {code})


@pytest.mark.parametrize("said", ["xLocation", ""])
def test_dilution_factors_without_their_locations_are_flagged(said: str) -> None:
    verdict, codes = damaged(XPONENT, '"Location";"Sample";"Dilution Factor"', f'"{said}";"Sample";"Dilution Factor"')
    assert (verdict, "HEADING_MISSING" in codes) == ("flagged", True)


def test_reagents_below_no_type_of_data_are_refused() -> None:
    """Before, the expected concentrations of all standards were gone without a word."""
    assert damaged(XPONENT, '"DataType:";"Standard Expected Concentration"\r\n', "") == ("refused", {"BLOCK_UNTYPED"})


@pytest.mark.parametrize("block", ["Result", "Count", "Standard Expected Concentration"])
def test_a_block_whose_first_heading_is_lost_is_flagged(block: str) -> None:
    """Before, a block of results without the heading of its locations gave no concentration at all."""
    begin = f'"DataType:";"{block}"\r\n'
    text = sample(XPONENT).file.data.decode("utf-8-sig")
    heading = text.partition(begin)[2].partition(";")[0]
    assert "HEADING_EMPTY" in damaged(XPONENT, begin + heading, f'{begin}""')[1]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('"Standard1";"NaN";"NaN";"400";"1000"', ""),
        ('"Standard1";"NaN";"NaN";"400";"1000"', '"x";"NaN";"NaN";"400";"1000"'),
        ('"Control1";"NaN";"NaN";"100";"50"', '"x";"NaN";"NaN";"100";"50"'),
    ],
)
def test_a_standard_or_control_that_lost_its_expected_concentration_is_flagged(row: str, said: str) -> None:
    assert "CONCENTRATION_MISSING" in damaged(XPONENT, row, said)[1]


def test_a_layout_of_gen5_without_its_line_of_ids_raises_nothing() -> None:
    one = sample("gen5/standard_curve.txt")
    lines = one.file.text().splitlines()
    top = next(n for n, line in enumerate(lines) if line.startswith("A\tSTD1"))
    found = [lines[top + k] for k in (1, 3, 5, 7)]
    rows = [letter + line for letter, line in zip("ABCD", found, strict=True)]
    reading = one.read("\r\n".join([*lines[:top], *rows, *lines[top + 8 :], ""]).encode())
    assert (reading.verdict, "CONTENT_UNKNOWN" in {issue.code for issue in reading.issues}) == ("flagged", True)
