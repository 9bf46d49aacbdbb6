"""What emptied and exchanged cells found: each defect as the smallest damage."""

from __future__ import annotations

import random

import pytest

from tests.mutation.damaged import damaged, sample
from tests.mutation.texts import part


@pytest.mark.parametrize(
    ("name", "heading", "left"),
    [
        ("bioanalyzer/dna_results.csv", ",Average Size [bp],", ",,"),
        ("image_studio/in_cell_western.csv", ",ICW Relative,", ",,"),
        ("imagej/tabs_and_decimal_comma.txt", "\tIntDen", "\t"),
        ("luminex_intelliflex/one-reporter-signed.csv", ",PLATE NAME,", ",,"),
        ("luminex_intelliflex/one-reporter-signed.csv", ",WELL TYPE,", ",,"),
        ("maxquant/perseus_comment_rows.txt", "\tIntensity b8\t", "\t\t"),
        ("peaks/two_samples.csv", ",#Spec Batch8,", ",,"),
        ("quantstudio/control_amplified.txt", "\tBaseline Start\t", "\t\t"),
        ("nucleoview/diluted_without_metadata.csv", "Dilution Volume (ul)", ""),
        ("bioanalyzer/small_rna_results.csv", "RNA Integrity Number (RIN):", ""),
        ("videodrop/decimal-comma.csv", "Mean diameter", ""),
        ("videodrop/decimal-point.csv", "Dilution", ""),
        ("nc_view/one_sample.txt", "Diameter (um):", ""),
    ],
)
def test_what_stands_below_or_behind_a_name_that_was_lost_is_flagged(name: str, heading: str, left: str) -> None:
    """Before, a value, a dilution or a plate was gone without a word, or another column became the signal."""
    verdict, codes = damaged(name, heading, left)
    assert (verdict, "HEADING_EMPTY" in codes) == ("flagged", True)


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("flex2/with_units.csv", ",g / L,", ",,", "UNIT_NOT_STATED"),
        ("fragment_analyzer/dna_peaks.csv", "B1,EV batch 7,,", ",EV batch 7,,", "CELL_EMPTY"),
        ("fragment_analyzer/dna_peaks.csv", "7,2,22,", "7,,22,", "CELL_EMPTY"),
        ("luminex_intelliflex/one-reporter-signed.csv", ",Plate 12,", ",,", "CELL_EMPTY"),
        ("msd_workbench/unit-in-the-heading.csv", ",Below Detection Range,2,,47,", ",,2,,47,", "CELL_EMPTY"),
        ("qubit4/protein_three_standards.csv", ",20,10,", ",20,,", "DILUTION_UNCLEAR"),
        (
            "quantstudio/mycoplasma_with_controls.txt",
            "\tSTANDARD\tFAM\tNFQ-MGB\t21",
            "\t\tFAM\tNFQ-MGB\t21",
            "CELL_EMPTY",
        ),
    ],
)
def test_a_cell_that_every_other_row_fills_is_missed(name: str, old: str, new: str, code: str) -> None:
    """Before, a standard became a sample, a value below the range a measured one, and blanks were another plate's."""
    verdict, codes = damaged(name, old, new)
    assert (verdict, code in codes) == ("flagged", True)


def test_temperatures_of_softmax_pro_below_no_heading_are_refused() -> None:
    """Before, raw values passed for reduced ones."""
    name = "softmax_pro/time_format_decimal_comma.txt"
    assert damaged(name, "\tTemperature(°C)\t", "\t\t") == ("refused", {"PLATE_SHAPE"})


def exchanged(name: str, one: str, other: str) -> tuple[str, set[str]]:
    """Verdict and codes after the first places of two texts were exchanged, the one that stands first given first."""
    text = sample(name).file.data.decode("utf-8-sig", errors="surrogateescape")
    before, rest = text.split(one, 1)
    between, behind = rest.split(other, 1)
    return damaged(name, text, f"{before}{other}{between}{one}{behind}")


@pytest.mark.parametrize(
    ("name", "one", "other", "code"),
    [
        ("gen5/two_plates_kinetic_decimal_comma.txt", "\tA3\t", "\tD2\t", "WELL_ORDER"),
        ("gen5/two_plates_kinetic_decimal_comma.txt", "T\udcb0 Read 2:405", "B3", "WELL_ORDER"),
        ("image_studio/in_cell_western.csv", "Well Name", "ICW Type", "NOT_A_WELL"),
        ("zetasizer/size_without_result.txt", "Type", "Sample Name", "NOT_A_TYPE"),
        ("vi_cell_blu/three_days.csv", "Average circularity", "Average background intensity", "OUT_OF_RANGE"),
    ],
)
def test_headings_that_stand_above_other_columns_are_flagged(name: str, one: str, other: str, code: str) -> None:
    """Before, temperatures were the signal of a well, and a type of sample was its name."""
    verdict, codes = exchanged(name, one, other)
    assert (verdict, code in codes) == ("flagged", True)


@pytest.mark.parametrize(
    ("name", "cell", "code"),
    [
        ("pharmspec/run_counter_test.xlsx", "Dilution Factor", "HEADING_EMPTY"),
        ("pharmspec/first_run_discarded.xlsx", "Dilution Factor", "HEADING_EMPTY"),
        ("pharmspec/first_run_discarded.xlsx", ":", "KEY_UNREAD"),
    ],
)
def test_a_key_of_pharmspec_that_was_lost_is_flagged(name: str, cell: str, code: str) -> None:
    """Before, the dilution was gone without a word."""
    one = sample(name)
    sheets = (p for seed in range(200) if "Dilution Factor" in (p := part(one.file.data, random.Random(seed))).text)
    text = (found := next(sheets)).text
    begin, key, end = text.partition("<t>Dilution Factor</t>")
    ends = f"{key}{end.replace('<t>:</t>', '<t></t>', 1)}", f"<t></t>{end}"
    text = begin + ends[cell != ":"]
    reading = one.read(found.with_text(text))
    assert (reading.verdict, code in {issue.code for issue in reading.issues}) == ("flagged", True)


def test_a_viability_beside_viable_cells_alone_raises_nothing() -> None:
    """A heading that changed places with another one had left neither all cells nor the dead ones."""
    one = sample("vi_cell_xr/two_dilutions.xlsx")
    sheets = (p for seed in range(200) if "<t>Avg. diam.</t>" in (p := part(one.file.data, random.Random(seed))).text)
    text = (found := next(sheets)).text.replace("<t>Total</t>", "<t>?</t>").replace("<t>Avg. diam.</t>", "<t>Total</t>")
    text = text.replace("<t>Viable cells</t>", "<t>Avg. diam.</t>")
    reading = one.read(found.with_text(text.replace("<t>?</t>", "<t>Viable cells</t>")))
    assert "Total (microns)" in reading.unread


def test_a_block_whose_type_runs_into_its_headings_is_refused() -> None:
    """The medians had no type of their own, so that net MFI stood for them."""
    headings = '"Median"\r\n"Location"'
    assert damaged("luminex_xponent/quoted-with-results.csv", headings, '"M"') == ("refused", {"BLOCK_UNTYPED"})


def test_a_statistic_of_a_role_that_is_none_is_flagged() -> None:
    """A median whose role was misspelt was left out."""
    verdict, codes = damaged("asm/bead-assay.asm", '"median role"', '"median sole"')
    assert verdict == "flagged"
    assert "ROLE_UNKNOWN" in codes


def test_headings_again_without_their_units_are_flagged() -> None:
    """Analytes below them had no unit, and so were others than those above."""
    text = sample("flex2/with_units.csv").file.text()
    first, third = text.splitlines()[0], text.splitlines()[2]
    verdict, codes = damaged("flex2/with_units.csv", third, f"{third}\r\n{first}")
    assert (verdict, codes) == ("flagged", {"UNIT_NOT_STATED"})
