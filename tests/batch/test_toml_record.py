"""Every way to get a ``batch.toml`` wrong: its code, its line, and all of them in one go."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.batch.toml_record import read_toml
from evqc.batch.toml_text import template_toml
from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from tests.batch.records import changed, full, issues_of, toml

#: One fraction of a step, twice.
TWO_FRACTIONS = """[[samples]]
name = "F1"
role = "step sample"
from_step = 2
fraction = 1
[[samples]]
name = "F2"
role = "step sample"
from_step = 2
fraction = 1
[[samples]]"""

#: Name of the defect; what is replaced in the full record; code, line and a piece of the message.
DEFECTS: dict[str, tuple[tuple[str, str], str, int, str]] = {
    "unknown_section": (('schema = "evqc.batch/1"', "bogus = 1"), "UNKNOWN_KEY", 1, "schema, batch, source"),
    "misspelled_section": (("[[images]]", "[[image]]"), "UNKNOWN_KEY", 78, "near it: images"),
    "misspelled_key": (("product =", 'product = "p"\nprodct ='), "UNKNOWN_KEY", 6, "near it: product"),
    "missing_key": (('product = "MSC-EV"\n', ""), "MISSING_KEY", 3, "a value for 'product'"),
    "empty_text": (('product = "MSC-EV"', 'product = " "'), "MISSING_KEY", 5, "a value for 'product'"),
    "unknown_key_with_empty_text": (('id = "UC-7"', 'id = "UC-7"\nidd = ""'), "UNKNOWN_KEY", 5, "near it: id"),
    "other_schema": (("evqc.batch/1", "evqc.batch/2"), "NOT_ALLOWED", 1, "'evqc.batch/1'"),
    "claim_twice": (('"functional activity"', '"small EV"'), "DUPLICATE_NAME", 6, "each claim once"),
    "claim_not_in_the_list": (('"functional activity"', '"magic"'), "NOT_ALLOWED", 6, "'exosome'"),
    "number_in_quotes": (("volume_ml = 500\nharv", 'volume_ml = "500"\nharv'), "WRONG_TYPE", 17, "found '500'; exp"),
    "true_is_no_number": (("passage = 4", "passage = true"), "WRONG_TYPE", 14, "found true; expected a whole number"),
    "passage_with_decimals": (("passage = 4", "passage = 4.5"), "WRONG_TYPE", 14, "a whole number"),
    "not_a_number": (("volume_ml = 500\nharv", "volume_ml = nan\nharv"), "NOT_FINITE", 17, "a finite number"),
    "infinite": (("volume_ml = 500\nharv", "volume_ml = inf\nharv"), "NOT_FINITE", 17, "a finite number"),
    "negative": (("volume_ml = 500\nharv", "volume_ml = -5\nharv"), "OUT_OF_RANGE", 17, "above 0"),
    "share_above_hundred": (("= 96.5", "= 120"), "OUT_OF_RANGE", 16, "at most 100"),
    "dilution_upside_down": (("dilution = 1000", "dilution = 0.001"), "OUT_OF_RANGE", 50, "at least 1"),
    "date_in_quotes": (("= 2024-05-30", '= "2024-05-30"'), "WRONG_TYPE", 18, "without quotes"),
    "date_with_time": (("= 2024-05-30", "= 2024-05-30T10:00:00"), "WRONG_TYPE", 18, "without time"),
    "date_where_text_belongs": (('id = "UC-7"', "id = 2024-05-30"), "WRONG_TYPE", 4, "found the date 2024-05-30"),
    "tissue_not_in_the_list": (('"umbilical cord"', '"umbilicus"'), "NOT_ALLOWED", 13, "umbilical cord"),
    "method_not_in_the_list": (('"size-exclusion chromatography"', '"magic"'), "NOT_ALLOWED", 28, "immunoaffinity"),
    "parameter_of_another_method": (("cutoff_kDa", "rotor"), "UNKNOWN_KEY", 25, "a parameter of tangential flow"),
    "parameter_true": (("cutoff_kDa = 300", "cutoff_kDa = true"), "WRONG_TYPE", 25, "a number or text"),
    "parameter_infinite": (("cutoff_kDa = 300", "cutoff_kDa = inf"), "NOT_FINITE", 25, "a finite number"),
    "parameters_no_table": (('{ membrane = "PES", cutoff_kDa = 300 }', "3"), "WRONG_TYPE", 25, "a table"),
    "step_of_unknown_sample": (('sample_out = "EV-1"', 'sample_out = "EV-2"'), "UNKNOWN_SAMPLE", 31, "near it: EV-1"),
    "role_not_in_the_list": (('role = "product"', 'role = "prodct"'), "NOT_ALLOWED", 35, "'product'"),
    "role_in_another_case": (('role = "product"', 'role = "Product"'), "NOT_ALLOWED", 35, "'product'"),
    "sample_twice": (('name = "medium"', 'name = "EV-1"'), "DUPLICATE_NAME", 40, "no other sample has"),
    "samples_no_list": (("[[images]]", "[images]"), "WRONG_TYPE", 78, "entries, each under [[images]]"),
    "file_of_unknown_sample": (('sample = "EV-1"\ndil', 'sample = "EV1"\ndil'), "UNKNOWN_SAMPLE", 49, "near it: EV-1"),
    "file_of_no_sample": (('sample = "EV-1"\ndil', "dil"), "MISSING_KEY", 47, "the sample that was measured"),
    "path_out_of_the_folder": (("nta/EV-1.csv", "../EV-1.csv"), "PATH_NOT_ALLOWED", 48, "below the batch folder"),
    "path_out_and_in": (("nta/EV-1.csv", "nta/../../x.csv"), "PATH_NOT_ALLOWED", 48, "without '..'"),
    "path_from_the_root": (("nta/EV-1.csv", "/etc/passwd"), "PATH_NOT_ALLOWED", 48, "below the batch folder"),
    "path_with_a_drive": (("nta/EV-1.csv", "C:/nta/EV-1.csv"), "PATH_NOT_ALLOWED", 48, "below the batch folder"),
    "path_with_backslash": (('"nta/EV-1.csv"', r"'nta\EV-1.csv'"), "PATH_NOT_ALLOWED", 48, "with / between folders"),
    "image_out_of_the_folder": (("images/tem.png", "../tem.png"), "PATH_NOT_ALLOWED", 79, "below the batch folder"),
    "beads_without_size": (("bead_nm = 100\n", ""), "MISSING_KEY", 52, "certified diameter"),
    "certificate_without_beads": (
        ("dilution = 1000", "bead_uncertainty_nm = 1"), "NOT_ALLOWED", 50, "no certificate unless purpose is"
    ),
    "size_without_beads": (("dilution = 1000", "bead_nm = 100"), "NOT_ALLOWED", 50, "unless purpose is 'bead check'"),
    "value_in_words": (("value = 12.5", 'value = "high"'), "NOT_A_VALUE", 60, 'a number, or a bound such as "<0.5"'),
    "value_with_comma": (("value = 12.5", 'value = "12,5"'), "NOT_A_VALUE", 60, "a bound"),
    "value_below_or_equal": (('"<0.05"', '"<=0.05"'), "NOT_A_VALUE", 69, "a bound"),
    "value_true": (("value = 12.5", "value = true"), "WRONG_TYPE", 60, "a bound"),
    "unknown_unit": (('unit = "ug/mL"', 'unit = "furlong"'), "UNKNOWN_UNIT", 61, "ng/uL"),
    "unit_of_something_else": (('unit = "ug/mL"', 'unit = "mL"'), "WRONG_UNIT", 61, "unit of protein_concentration"),
    "unknown_quantity": (('"protein_concentration"', '"protein"'), "UNKNOWN_MEASURAND", 59, "protein_mass"),
    "marker_quantity_without_marker": (
        ('"protein_concentration"\nvalue = 12.5\nunit = "ug/mL"', '"marker_positive_cells"\nvalue = 98\nunit = "%"'),
        "MISSING_KEY",
        57,
        "the marker whose marker_positive_cells this is",
    ),
    "negative_content": (("value = 12.5", "value = -12.5"), "OUT_OF_RANGE", 60, "at least 0 µg/mL, or a bound"),
    "bound_of_a_share_above_hundred": (
        (
            '"endotoxin_concentration"\nvalue = "<0.05"\nunit = "EU/mL"',
            '"cell_viability"\nvalue = "> 961"\nunit = "%"',
        ),
        "OUT_OF_RANGE",
        69,
        "found '> 961'; expected 0 to 100 %.",
    ),
    "result_minus_infinite": (("value = 12.5", "value = -inf"), "NOT_FINITE", 60, "a finite number"),
    "colder_than_can_be": (("storage_degC = -80", "storage_degC = -300"), "OUT_OF_RANGE", 37, "at least -273.15"),
    "negative_uncertainty": (("uncertainty = 0.5", "uncertainty = -0.5"), "OUT_OF_RANGE", 62, "at least 0"),
    "call_not_in_the_list": (('call = "positive"', 'call = "yes"'), "NOT_ALLOWED", 76, "'not tested'"),
    "signal_of_an_untested_marker": (
        ('call = "positive"', 'call = "not tested"\nsignal = 5'),
        "NOT_ALLOWED",
        77,
        "a marker that was not tested",
    ),
    "two_units_in_a_panel": (
        (
            'call = "positive"',
            'unit = "a.u."\n[[markers]]\nsample = "EV-1"\ntechnique = "western blot"\nmarker = "CD9"\nunit = "%"',
        ),
        "WRONG_UNIT",
        81,
        "one unit for the whole panel, as before: a.u.",
    ),
    "antibody_without_technique": (('technique = "western blot"\nclone', "clone"), "MISSING_KEY", 83, "technique"),
    "limit_without_unit": (('2000\nunit = "ug/mL"', "2000"), "MISSING_KEY", 90, "the unit of the limits"),
    "limit_in_another_unit": (('2000\nunit = "ug/mL"', '2000\nunit = "mL"'), "WRONG_UNIT", 96, "protein_concentration"),
    "limit_in_no_unit": (('2000\nunit = "ug/mL"', '2000\nunit = "pints"'), "UNKNOWN_UNIT", 96, "pints"),
    "limit_of_no_quantity": (('"protein_concentration"\nlimit', '"protein"\nlimit'), "UNKNOWN_MEASURAND", 92, "_mass"),
    "limit_negative": (("limit_of_detection = 5", "limit_of_detection = -5"), "OUT_OF_RANGE", 93, "at least 0"),
    "range_the_wrong_way": (("range_upper = 2000", "range_upper = 2"), "OUT_OF_RANGE", 95, "at least 20, where"),
    "assay_twice": (
        ("[statements]", '[[assays]]\nmethod = "BCA"\nmeasurand = "protein_concentration"\n\n[statements]'),
        "DUPLICATE_NAME", 99, "each method, instrument and quantity once",
    ),
    "sample_of_a_step_that_is_not_there": (
        ('role = "product"', 'role = "product"\nfrom_step = 3'), "UNKNOWN_STEP", 36, "a step of the isolation, up to 2"
    ),
    "fraction_of_no_step": (('role = "product"', 'role = "product"\nfraction = 3'), "MISSING_KEY", 33, "is of"),
    "step_from_nought": (('role = "product"', 'role = "product"\nfrom_step = 0'), "OUT_OF_RANGE", 36, "at least 1"),
    "fraction_twice": (
        ("[[samples]]", TWO_FRACTIONS),
        "DUPLICATE_NAME", 42, "each fraction of a step once",
    ),
    "stored_for_less_than_no_time": (("storage_degC = -80", "stored_days = -1"), "OUT_OF_RANGE", 37, "at least 0"),
    "statement_that_is_none": (("growth_surface =", "growth_surfac ="), "UNKNOWN_KEY", 99, "near it: growth_surface"),
    "statement_not_in_its_list": (('"plastic-adherent"', '"on clouds"'), "NOT_ALLOWED", 99, "one of plastic-adherent"),
    "statement_that_states_nothing": (
        ('growth_surface = "plastic-adherent"', 'haemolysis = "N/A"'), "NOT_ALLOWED", 99, "is left out"
    ),
    "statement_that_is_a_number": (('"plastic-adherent"', "3"), "WRONG_TYPE", 99, "found 3; expected text"),
    "statements_no_table": (("[statements]", "[[statements]]"), "WRONG_TYPE", 98, "a table of keys"),
    "profile_twice": (
        ('product = "MSC-EV"', 'product = "p"\nprofiles = ["a", "a"]'), "DUPLICATE_NAME", 6, "each profile once"
    ),
    "profile_out_of_the_folder": (
        ('product = "MSC-EV"', 'product = "p"\nprofiles = ["a", "../b.toml"]'), "PATH_NOT_ALLOWED", 6, "id of a profile"
    ),
    "control_character": (('id = "UC-7"', r'id = "UC\u0007"'), "CONTROL_CHARACTER", 4, "U+0007"),
    "name_too_long": (('id = "UC-7"', f'id = "{"x" * 201}"'), "TOO_LONG", 4, "at most 200 characters"),
    "key_twice": (('id = "UC-7"', 'id = "a"\nid = "b"'), "TOML_SYNTAX", 5, "overwrite"),
    "no_quotes": (('id = "UC-7"', "id = UC-7"), "TOML_SYNTAX", 4, "TOML, such as"),
    "unclosed_quote": (('id = "UC-7"', 'id = "UC-7'), "TOML_SYNTAX", 4, "TOML, such as"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_defect_is_refused_with_its_line(name: str) -> None:
    change, code, line, message = DEFECTS[name]
    with pytest.raises(InputError) as refused:
        toml(changed(change))
    assert (code, line) in issues_of(refused.value)
    assert len(refused.value.issues) == 1 or name == "sample_twice"
    assert message in str(refused.value)


def test_everything_wrong_is_said_in_one_go_and_in_the_order_of_the_lines() -> None:
    names = ("misspelled_key", "share_above_hundred", "method_not_in_the_list", "role_not_in_the_list", "value_true",
             "unknown_unit", "call_not_in_the_list")  # fmt: skip
    text = changed(*(DEFECTS[name][0] for name in names))
    with pytest.raises(InputError) as refused:
        toml(text)
    assert [issue.code for issue in refused.value.issues] == [DEFECTS[name][1] for name in names]
    lines = [issue.where.line for issue in refused.value.issues]
    assert lines == sorted(lines, key=lambda line: line or 0)


def test_place_names_the_entry_counting_from_one() -> None:
    with pytest.raises(InputError) as refused:
        full(("bead_nm = 100", "bead_nm = -1"))
    assert refused.value.issues[0].where.field == "files[2].bead_nm"
    assert str(refused.value) == (
        "OUT_OF_RANGE: batch.toml, line 55, 'files[2].bead_nm': found -1; expected a number above 0."
    )


def test_synonyms_become_the_entry_of_the_list() -> None:
    record = full(('"tangential flow filtration"', '"TFF"'), ('"umbilical cord"', '"uc"'))
    assert (record.isolation[0].method, record.source.tissue) == ("tangential flow filtration", "umbilical cord")


def test_answers_of_a_list_become_its_spelling_and_statements_stand_in_their_order() -> None:
    record = full(('growth_surface = "plastic-adherent"', 'haemolysis = "0.12"\ngrowth_surface = " In  Suspension "'))
    assert [*record.statements.items()] == [("growth_surface", "in suspension"), ("haemolysis", "0.12")]


def test_empty_statement_is_none() -> None:
    assert full(('"plastic-adherent"', '" "')).statements == {}


def test_missing_stays_missing() -> None:
    record = toml('[batch]\nid = "a"\nproduct = "b"\n')
    assert record.source.volume_ml is None
    assert (record.samples, record.files, record.batch.claims) == ((), (), ())


def test_windows_line_ends_and_byte_order_mark_change_nothing() -> None:
    data = b"\xef\xbb\xbf" + changed().replace("\n", "\r\n").encode()
    assert read_toml(ExportFile("batch.toml", data)) == full()
    with pytest.raises(InputError, match="line 16"):
        read_toml(ExportFile("batch.toml", data.replace(b"96.5", b"120")))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FILE"),
        (b"[batch]\nid = 'a\x00'", "NUL_BYTE"),
        ("[batch]\n".encode("utf-16") + b"x", "ENCODING"),
        (b"x = " + b"[" * 5000, "TOML_SYNTAX"),
        (b"x = " + b"1" * 5000 + b"\n", "TOML_SYNTAX"),
        (b"PK\x03\x04 no workbook", "TOML_SYNTAX"),
    ],
)
def test_what_is_no_toml_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        read_toml(ExportFile("batch.toml", data))
    assert refused.value.issues[0].code == code


@given(cut=st.integers(0, len(changed().encode())))
def test_cut_anywhere_it_is_refused_or_says_no_other_value(cut: int) -> None:
    try:
        record = read_toml(ExportFile("batch.toml", changed().encode()[:cut]))
    except InputError:
        return
    whole = full().model_dump(exclude_defaults=True)
    assert [k for k, v in record.batch.model_dump(exclude_defaults=True).items() if v != whole["batch"][k]] == []


@given(data=st.binary(max_size=60))
def test_random_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read_toml(ExportFile("batch.toml", data))


@pytest.mark.parametrize("last", ["passage = 4", "passage = 4\n", "passage = 4  ", 'storage = "4 C"'])
def test_number_at_the_very_end_needs_a_line_end(last: str) -> None:
    text = f'[batch]\nid = "a"\nproduct = "b"\n[source]\n{last}'
    if last == "passage = 4":
        with pytest.raises(InputError, match=r"NO_LINE_END: batch.toml, line 5"):
            toml(text)
    else:
        assert toml(text).source != toml('[batch]\nid = "a"\nproduct = "b"\n').source


def test_template_asks_for_number_and_product_only() -> None:
    with pytest.raises(InputError) as refused:
        toml(template_toml())
    assert [issue.code for issue in refused.value.issues] == ["MISSING_KEY", "MISSING_KEY"]
    assert "'id'" in str(refused.value)
    assert "'product'" in str(refused.value)


def test_template_with_its_comments_taken_away_is_a_record() -> None:
    lines = [
        line.removeprefix("# ") if re.match(r"# (\w+ = |\[\[)", line) and "bead_" not in line else line
        for line in template_toml().splitlines()
    ]
    record = toml("\n".join([*lines, "[[samples]]", 'name = "medium"', 'role = "step sample"', ""]))
    assert record.source.cells_at_harvest == 1.2e8
    assert record.isolation[0].parameters == {"membrane": "PES", "cutoff_kDa": 300.0}
    assert record.batch.claims == ("EV",)
