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
    assert damaged(MARS, "B,1,1,10,", f"B,1,1,{said},") == ("flagged", {"DILUTION_UNCLEAR"})


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
