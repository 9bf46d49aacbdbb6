"""What mutants found in tables of samples, in the seeds that followed: each defect as the smallest damage."""

from __future__ import annotations

import random

import pytest

from tests.mutation.damaged import sample
from tests.mutation.texts import part


def test_a_heading_of_scattering_in_another_unit_is_flagged() -> None:
    """Pieces of two headings had changed places, so that those between them stood above other columns."""
    one = sample("lunatic_stunner/stunner_report.xlsx")
    found = next(p for seed in range(200) if "Z Ave. Dia" in (p := part(one.file.data, random.Random(seed))).text)
    begin, end = found.text.partition("Z Ave. Dia")[::2]
    assert "(nm)" in end[:20]
    reading = one.read(found.with_text(f"{begin}Z Ave. Dia{end.replace('(nm)', '(%)', 1)}"))
    assert (reading.verdict, "UNIT_UNKNOWN" in {issue.code for issue in reading.issues}) == ("flagged", True)


def test_a_heading_of_flex2_in_other_capitals_keeps_its_column() -> None:
    """Before, the partial pressure below ``pO2`` was neither read nor named as unread."""
    one = sample("flex2/without_units.csv")
    reading = one.read(one.file.data.replace(b'"PO2"', b'"pO2"'))
    assert [m.value for m in reading.measurements if m.kind == "quantity" and m.settings.get("analyte") == "PO2"] == [
        168.3
    ]


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("fragment_analyzer/rna_quality.csv", ",28S/18S"),
        ("visionlite/fixed_two_wavelengths.csv", ",750 nm   [A]"),
        ("zetasizer/size_decimal_comma.txt", "\tZ-Ave (d.nm)"),
        ("zetasizer/size_two_tables.txt", "\tPdI"),
        ("zetasizer/size_without_result.txt", "\tZ-Ave (d.nm)"),
    ],
)
def test_a_column_that_lost_its_heading_is_flagged(name: str, heading: str) -> None:
    """Before, the results below it were gone without a word."""
    one = sample(name)
    assert heading.encode() in one.file.data
    reading = one.read(one.file.data.replace(heading.encode(), heading[:1].encode(), 1))
    assert (reading.verdict, "HEADING_EMPTY" in {issue.code for issue in reading.issues}) == ("flagged", True)


def test_a_well_of_softmax_pro_below_no_heading_is_refused() -> None:
    one = sample("softmax_pro/time_format_decimal_comma.txt")
    text = one.file.text()
    assert "\tB2\t" in text
    reading = one.read(text.replace("\tB2\t", "\t\t", 1).encode())
    assert (reading.verdict, {issue.code for issue in reading.issues}) == ("refused", {"PLATE_SHAPE"})


def test_a_quantity_without_a_cycle_is_flagged() -> None:
    one = sample("quantstudio/mycoplasma_with_controls.txt")
    old, new = "NFQ-MGB\tUndetermined\t\t\t\ttrue", "NFQ-MGB\tUndetermined\t\t\t28.508\ttrue"
    text = one.file.text()
    assert old in text
    reading = one.read(text.replace(old, new, 1).encode())
    assert "PRINTED_DISAGREES" in {issue.code for issue in reading.issues}


def test_a_temperature_of_zetaview_that_no_water_has_is_flagged() -> None:
    """Exchanged with the conductivity, it was read as it stood."""
    one = sample("zetaview/decimal_comma.txt")
    text = one.file.data.decode("latin-1")
    assert "Temperature:\t24,640000" in text
    reading = one.read(text.replace("Temperature:\t24,640000", "Temperature:\t14912,000000", 1).encode("latin-1"))
    assert (reading.verdict, "OUT_OF_RANGE" in {issue.code for issue in reading.issues}) == ("flagged", True)


@pytest.mark.parametrize("name", ["nanodrop_one/nucleic_acid.csv", "qubit4/protein_three_standards.csv"])
def test_a_sample_that_was_measured_twice_in_one_second_is_flagged(name: str) -> None:
    """The instrument measures one after the other, so that the row was copied; before, its numbers counted twice."""
    one = sample(name)
    lines = one.file.data.splitlines(keepends=True)
    reading = one.read(b"".join([*lines[:2], lines[1], *lines[2:]]))
    assert (reading.verdict, "ROW_TWICE" in {issue.code for issue in reading.issues}) == ("flagged", True)


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("luminex_xponent/semicolons-and-commas.csv", '8";"---";"---";">6000";', '8";', "EVENTS_DIFFER"),
        ("softmax_pro/kinetic_resaved.csv", "36:00:00,", "36:00:30,", "PRINTED_DISAGREES"),
        ("flowjo/nested_populations.wsp", '<Keyword name="TUBE NAME"', '<Keiword name="TUBE NAME"', "NO_KEYWORD"),
    ],
    ids=["a row of xPONENT that lost three cells", "seconds that no spreadsheet makes", "a keyword that is none"],
)  # fmt: skip
def test_what_a_damaged_line_says_is_flagged(name: str, old: str, new: str, code: str) -> None:
    """Before, an analyte had the number of events, 36:00:30 was 2160.5 s, and a tube had the name of its file."""
    one = sample(name)
    assert old.encode() in one.file.data
    assert code not in {issue.code for issue in one.read().issues}
    reading = one.read(one.file.data.replace(old.encode(), new.encode(), 1))
    assert (reading.verdict, code in {issue.code for issue in reading.issues}) == ("flagged", True), reading.issues


def test_a_spot_above_the_headings_of_its_list_is_refused() -> None:
    """Before, wells above the headings were gone without a word."""
    one = sample("msd_workbench/unit-in-the-heading.csv")
    title, headings, first, *rest = one.file.data.splitlines(keepends=True)
    reading = one.read(b"".join([title, first, headings, *rest]))
    assert (reading.verdict, {issue.code for issue in reading.issues}) == ("refused", {"ROW_ABOVE_HEADINGS"})


def test_a_block_behind_the_end_of_an_xponent_export_is_refused() -> None:
    """Before, it was gone, and what is read where there are no medians was read instead."""
    one = sample("luminex_xponent/semicolons-and-commas.csv")
    text = one.file.text()
    begin, end = text.index('"DataType:";"Median"'), text.index('"DataType:"', text.index('"DataType:";"Median"') + 9)
    reading = one.read((text[:begin] + text[end:].rstrip() + "\n" + text[begin:end]).encode())
    assert (reading.verdict, {issue.code for issue in reading.issues}) == ("refused", {"BLOCK_BEHIND_END"})


def test_a_table_of_the_bioanalyzer_that_lost_its_headings_is_flagged() -> None:
    """Before, its one region was taken for headings and gone."""
    one = sample("bioanalyzer/dna_results.csv")
    lines = one.file.data.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if line.startswith(b"Region Table")) + 1
    reading = one.read(b"".join(lines[:at] + lines[at + 1 :]))
    assert (reading.verdict, "HEADING_MISSING" in {issue.code for issue in reading.issues}) == ("flagged", True)


@pytest.mark.parametrize("heading", [b"WellId", b"Conc. ["])
def test_further_headings_of_a_tapestation_table_without_one_of_them_are_refused(heading: bytes) -> None:
    """Before, they raised an exception that was none of ours."""
    one = sample("tapestation/sample_table.csv")
    again = b"".join(one.file.data.splitlines(keepends=True))
    assert heading in again
    reading = one.read(one.file.data.rstrip() + b"\n" + again.replace(heading, b"x", 1))
    assert (reading.verdict, {issue.code for issue in reading.issues}) == ("refused", {"HEADING_MISSING"})


def test_xml_with_text_between_its_elements_is_refused() -> None:
    """Before, the end of one peak and the begin of another were one, when what stood between them was gone."""
    one = sample("tapestation/small_rna_region.xml")
    reading = one.read(one.file.data.replace(b"<Peak>", b"<Peak>unDistance>", 1))
    assert b"<Peak>" in one.file.data
    assert (reading.verdict, {issue.code for issue in reading.issues}) == ("refused", {"XML_TEXT_BETWEEN"})
