"""The workbook: every way to fill it in wrongly, with sheet and cell; and what a person finds when opening it."""

from __future__ import annotations

import io
import warnings
import zipfile
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evqc.batch.sections import SECTIONS, lists, section
from evqc.batch.statements import statements
from evqc.batch.workbook import read_workbook, write_workbook
from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from tests.batch.records import IN_ANY_WORDS, full, issues_of

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

    from evqc.batch.fields import FieldOfRecord
    from evqc.batch.model import BatchRecord

WRITTEN = write_workbook(full())


def opened(data: bytes = WRITTEN) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def statement(key: str) -> FieldOfRecord:
    found = section("statements").field(key)
    assert found is not None
    return found


def saved(book: Workbook) -> ExportFile:
    out = io.BytesIO()
    book.save(out)
    return ExportFile("batch.xlsx", out.getvalue())


def edited(**cells: Any) -> ExportFile:
    """The full workbook with some cells set; a cell is named as ``Sheet__B7``, with ``_`` for a space in the sheet."""
    book = opened()
    for name, value in cells.items():
        sheet, cell = name.split("__")
        book[sheet.replace("_", " ")][cell] = value
    return saved(book)


def test_what_is_edited_here_is_there() -> None:
    assert read_workbook(edited()) == full()
    assert read_workbook(edited(Files__F2=500)).files[0].dilution == 500


#: The row of a statement that is answered in words.
IN_WORDS = next(
    row[1].row for row in opened()["Statements"].iter_rows() if row[1].value == statement(IN_ANY_WORDS).label
)


#: Name of the defect; the cells changed; code, place and a piece of the message.
DEFECTS: dict[str, tuple[dict[str, Any], str, object, str]] = {
    "missing_key": ({"Batch__B3": None}, "MISSING_KEY", "Batch!B3", "a value for 'product' (Product)"),
    "white_space_is_nothing": ({"Batch__B3": "  "}, "MISSING_KEY", "Batch!B3", "a value for 'product'"),
    "field_renamed": ({"Batch__A5": "Claims"}, "UNKNOWN_KEY", "Batch!A5", "each field once: Term used"),
    "field_twice": ({"Source__A4": "Species"}, "UNKNOWN_KEY", "Source!A4", "each field once"),
    "value_without_field": ({"Batch__B30": "x"}, "VALUE_WITHOUT_FIELD", "Batch!B30", "name in column A"),
    "value_beside_the_form": ({"Batch__E3": "x"}, "VALUE_WITHOUT_FIELD", "Batch!E3", "only below a heading"),
    "unit_changed": ({"Source__C18": "L"}, "UNIT_CHANGED", "Source!C18", "found 'L'; expected mL"),
    "unit_taken_away": ({"Source__C18": None}, "UNIT_CHANGED", "Source!C18", "expected mL"),
    "heading_of_a_form_changed": ({"Source__B1": "Wert"}, "HEADING_CHANGED", 1, "Field | Value | Unit"),
    "unit_in_heading_changed": ({"Samples__C1": "Volume (L)"}, "UNKNOWN_COLUMN", "Samples!C1", "Volume (mL)"),
    "column_twice": ({"Samples__C1": "Role"}, "UNKNOWN_COLUMN", "Samples!C1", "each heading once"),
    "value_without_heading": ({"Samples__L2": "x"}, "VALUE_WITHOUT_FIELD", "Samples!L2", "only below a heading"),
    "claim_not_in_the_list": ({"Batch__B5": "magic"}, "NOT_ALLOWED", "Batch!B5", "'exosome'"),
    "claim_twice": ({"Batch__B5": "small EV"}, "DUPLICATE_NAME", "Batch!B5", "each claim once"),
    "text_in_a_number": ({"Source__B18": "500 mL"}, "WRONG_TYPE", "Source!B18", "found '500 mL'; expected a number"),
    "decimal_comma_as_text": (
        {"Source__B18": "500,5"}, "WRONG_TYPE", "Source!B18", "a number; this is text, perhaps for its comma"
    ),
    "unit_in_a_number": ({"Source__B18": "500 mL"}, "WRONG_TYPE", "Source!B18", "a number without its unit or words"),
    "per_cent_in_a_number": ({"Source__B16": "95 %"}, "WRONG_TYPE", "Source!B16", "a number: 95 for 95 %"),
    "dilution_as_a_ratio": ({"Files__F2": "1:1000"}, "WRONG_TYPE", "Files!F2", "a number: 1000 for 1:1000"),
    "dilution_as_a_fraction": ({"Files__F2": "1/200"}, "WRONG_TYPE", "Files!F2", "a number: 200 for 1:200"),
    "share_instead_of_per_cent": ({"Source__B16": 0.95}, "OUT_OF_RANGE", "Source!B16", "per cent: 95 for 95 %"),
    "number_of_a_step_with_unit": (
        {"Isolation_parameters__C3": "300 kDa"}, "WRONG_TYPE", "Isolation parameters!C3", "a number"
    ),
    "number_as_text": ({"Source__B18": "500"}, "WRONG_TYPE", "Source!B18", "found '500'; expected a number"),
    "true_in_a_number": ({"Source__B18": True}, "WRONG_TYPE", "Source!B18", "found true; expected a number"),
    "date_in_a_number": ({"Source__B18": date(2024, 5, 1)}, "WRONG_TYPE", "Source!B18", "a number"),
    "negative": ({"Source__B18": -1}, "OUT_OF_RANGE", "Source!B18", "above 0"),
    "passage_with_decimals": ({"Source__B6": 4.5}, "WRONG_TYPE", "Source!B6", "a whole number"),
    "share_above_hundred": ({"Source__B16": 120}, "OUT_OF_RANGE", "Source!B16", "at most 100"),
    "date_in_a_text": ({"Samples__A2": date(2024, 3, 1)}, "WRONG_TYPE", "Samples!A2", "format the cell as text"),
    "time_in_a_text": ({"Samples__A2": time(7, 30)}, "WRONG_TYPE", "Samples!A2", "format the cell as text"),
    "true_in_a_text": ({"Batch__B3": True}, "WRONG_TYPE", "Batch!B3", "found true; expected text"),
    "date_in_words": ({"Source__B20": "30 May 2024"}, "WRONG_TYPE", "Source!B20", "such as 2024-05-31"),
    "date_that_is_two": ({"Source__B20": "05/06/2024"}, "WRONG_TYPE", "Source!B20", "such as 2024-05-31"),
    "day_that_is_none": ({"Source__B20": "2023-02-29"}, "WRONG_TYPE", "Source!B20", "a day of the calendar"),
    "date_with_time": ({"Source__B20": datetime(2024, 5, 1, 9, 30)}, "WRONG_TYPE", "Source!B20", "without time"),  # noqa: DTZ001  a cell has no zone
    "date_as_number": ({"Source__B20": 45000.5}, "WRONG_TYPE", "Source!B20", "without time"),
    "formula_never_calculated": ({"Source__B18": "=2*250"}, "FORMULA_WITHOUT_VALUE", "Source!B18", "let it calculate"),
    "error_value": ({"Source__B18": "#DIV/0!"}, "CELL_ERROR", "Source!B18", "'#DIV/0!'"),
    "tissue_not_in_the_list": (
        {"Source__B3": "umbilical chord"}, "NOT_ALLOWED", "Source!B3", "a name of the list; near it: umbilical cord"
    ),
    "tissue_like_nothing": ({"Source__B3": "xyz"}, "NOT_ALLOWED", "Source!B3", "one of bone marrow, adipose tissue"),
    "method_not_in_the_list": ({"Isolation__B3": "magic"}, "NOT_ALLOWED", "Isolation!B3", "immunoaffinity"),
    "steps_out_of_order": ({"Isolation__A2": 2}, "STEP_NUMBER", "Isolation!A2", "found 2; expected 1"),
    "step_without_number": ({"Isolation__A2": None}, "STEP_NUMBER", "Isolation!A2", "found nothing; expected 1"),
    "step_of_unknown_sample": ({"Isolation__F3": "EV-2"}, "UNKNOWN_SAMPLE", "Isolation!F3", "near it: EV-1"),
    "parameter_of_no_step": ({"Isolation_parameters__A2": 9}, "UNKNOWN_STEP", "Isolation parameters!A2", "1 to 2"),
    "parameter_of_step_zero": ({"Isolation_parameters__A2": 0}, "UNKNOWN_STEP", "Isolation parameters!A2", "1 to 2"),
    "parameter_without_step": ({"Isolation_parameters__A2": None}, "MISSING_KEY", "Isolation parameters!A2", "'Step'"),
    "parameter_without_value": ({"Isolation_parameters__C2": None}, "MISSING_KEY", "Isolation parameters!C2", "Value"),
    "parameter_of_another_method": (
        {"Isolation_parameters__B3": "rotor"}, "UNKNOWN_KEY", "Isolation parameters!B3", "a parameter of tangential"
    ),
    "parameter_twice": (
        {"Isolation_parameters__B3": "membrane"}, "DUPLICATE_NAME", "Isolation parameters!B3", "of a step once"
    ),
    "justified_twice": (
        {"Justifications__A3": "MISEV2023-SRC-01", "Justifications__B3": "x"},
        "DUPLICATE_NAME", "Justifications!A3", "each criterion once",
    ),
    "justified_without_reason": ({"Justifications__B2": None}, "MISSING_KEY", "Justifications!B2", "'Reason'"),
    "role_not_in_the_list": ({"Samples__B2": "prodct"}, "NOT_ALLOWED", "Samples!B2", "'product'"),
    "sample_twice": ({"Samples__A4": "EV-1"}, "DUPLICATE_NAME", "Samples!A4", "no other sample has"),
    "sample_without_role": ({"Samples__B2": None}, "MISSING_KEY", "Samples!B2", "a value for 'role'"),
    "file_of_unknown_sample": ({"Files__C2": "EV1"}, "UNKNOWN_SAMPLE", "Files!C2", "near it: EV-1"),
    "file_of_no_sample": ({"Files__C2": None}, "MISSING_KEY", "Files!C2", "the sample that was measured"),
    "dilution_upside_down": ({"Files__F2": 0.001}, "OUT_OF_RANGE", "Files!F2", "at least 1"),
    "path_out_of_the_folder": ({"Files__A2": "../x.csv"}, "PATH_NOT_ALLOWED", "Files!A2", "without '..'"),
    "beads_without_size": ({"Files__E3": None}, "MISSING_KEY", "Files!E3", "certified diameter"),
    "value_in_words": ({"Results__C2": "high"}, "NOT_A_VALUE", "Results!C2", 'a bound such as "<0.5"'),
    "negative_content": ({"Results__C2": -12.5}, "OUT_OF_RANGE", "Results!C2", "at least 0 µg/mL, or a bound"),
    "colder_than_can_be": ({"Samples__G2": -300}, "OUT_OF_RANGE", "Samples!G2", "at least -273.15"),
    "unknown_unit": ({"Results__D2": "furlong"}, "UNKNOWN_UNIT", "Results!D2", "ng/uL"),
    "unit_of_something_else": ({"Results__D2": "mL"}, "WRONG_UNIT", "Results!D2", "unit of protein_concentration"),
    "unknown_quantity": (
        {"Results__B2": "protein"}, "UNKNOWN_MEASURAND", "Results!B2", "near it: protein_concentration, protein_mass"
    ),
    "profile_twice": ({"Batch__B18": "a", "Batch__B19": "a"}, "DUPLICATE_NAME", "Batch!B19", "each profile once"),
    "profile_out_of_the_folder": ({"Batch__B18": "/a.toml"}, "PATH_NOT_ALLOWED", "Batch!B18", "the id of a profile"),
    "stored_for_less_than_no_time": ({"Samples__H2": -1}, "OUT_OF_RANGE", "Samples!H2", "at least 0"),
    "antibody_of_no_marker": ({"Antibodies__A2": None}, "MISSING_KEY", "Antibodies!A2", "'marker' (Marker)"),
    "dilution_made_a_time": ({"Antibodies__G2": time(1, 40)}, "WRONG_TYPE", "Antibodies!G2", "format the cell as text"),
    "limit_without_unit": ({"Assays__G2": None}, "MISSING_KEY", "Assays!G2", "the unit of the limits"),
    "limit_as_a_bound": ({"Assays__D2": "<5"}, "WRONG_TYPE", "Assays!D2", "a number"),
    "range_the_wrong_way": ({"Assays__F2": 2}, "OUT_OF_RANGE", "Assays!F2", "where the range begins"),
    "statement_renamed": ({"Statements__B3": "Growth"}, "UNKNOWN_KEY", "Statements!B3", "near it: Growth of"),
    "statement_of_another_group": ({"Statements__A3": "Cells"}, "UNKNOWN_KEY", "Statements!B3", "beside its group"),
    "statement_without_name": ({"Statements__B3": None}, "VALUE_WITHOUT_FIELD", "Statements!C3", "in column B"),
    "group_renamed": ({"Statements__A2": "Cells"}, "UNKNOWN_KEY", "Statements!A2", "beside its group"),
    "statement_not_in_its_list": ({"Statements__C3": "clouds"}, "NOT_ALLOWED", "Statements!C3", "one of plastic"),
    "statement_that_states_nothing": ({f"Statements__C{IN_WORDS}": "n/a"}, "NOT_ALLOWED", f"Statements!C{IN_WORDS}",
                                      "what is not stated is left out"),
    "statement_made_a_date": ({f"Statements__C{IN_WORDS}": date(2024, 3, 1)}, "WRONG_TYPE", f"Statements!C{IN_WORDS}",
                              "format the cell as text"),
    "value_beside_the_statements": ({"Statements__F3": "x"}, "VALUE_WITHOUT_FIELD", "Statements!F3", "below a heading"),
    "value_below_the_statements": ({"Statements__C999": "x"}, "VALUE_WITHOUT_FIELD", "Statements!C999", "in column B"),
    "heading_of_the_statements_changed": ({"Statements__C1": "Antwort"}, "HEADING_CHANGED", 1, "Group | Statement"),
    "call_not_in_the_list": ({"Markers__H2": "yes"}, "NOT_ALLOWED", "Markers!H2", "'not tested'"),
    "image_out_of_the_folder": ({"Images__A2": "/etc/passwd"}, "PATH_NOT_ALLOWED", "Images!A2", "batch folder"),
    "text_with_control_character": ({"Batch__B3": "a\x7fb"}, "CONTROL_CHARACTER", "Batch!B3", "U+007F"),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_defect_is_refused_with_its_cell(name: str) -> None:
    cells, code, place, message = DEFECTS[name]
    with pytest.raises(InputError) as refused:
        read_workbook(edited(**cells))
    assert (code, place) in issues_of(refused.value)
    assert message in str(refused.value)
    assert sum(issue.code == code for issue in refused.value.issues) == 1


def test_everything_wrong_is_said_in_one_go_and_in_the_order_of_the_sheets() -> None:
    names = ("missing_key", "text_in_a_number", "method_not_in_the_list", "role_not_in_the_list",
             "dilution_upside_down", "unknown_unit", "call_not_in_the_list")  # fmt: skip
    cells = {cell: value for name in names for cell, value in DEFECTS[name][0].items()}
    with pytest.raises(InputError) as refused:
        read_workbook(edited(**cells))
    assert issues_of(refused.value) == [(DEFECTS[name][1], DEFECTS[name][2]) for name in names]


@pytest.mark.parametrize(
    ("sheet", "cell", "number_format", "value"),
    [("Source", "B16", "0.0%", 0.965), ("Results", "C2", "0%", 0.98), ("Files", "F2", "0.00%", 10.0)],
)
def test_number_shown_as_per_cent_is_refused(sheet: str, cell: str, number_format: str, value: float) -> None:
    book = opened()
    book[sheet][cell] = value
    book[sheet][cell].number_format = number_format
    with pytest.raises(InputError) as refused:
        read_workbook(saved(book))
    assert issues_of(refused.value) == [("PERCENT_FORMAT", f"{sheet}!{cell}")]


def test_sample_that_is_a_number_is_text_unless_its_format_shows_another() -> None:
    book = opened()
    book["Samples"]["A4"] = 12
    book["Samples"]["A4"].number_format = "General"
    assert read_workbook(saved(book)).samples[2].name == "12"
    book["Samples"]["A4"].number_format = "0000"
    with pytest.raises(InputError, match="number format may show something else"):
        read_workbook(saved(book))


def test_merged_cells_are_refused_since_all_but_one_are_empty() -> None:
    book = opened()
    book["Files"].merge_cells("F2:F3")
    with pytest.raises(InputError) as refused:
        read_workbook(saved(book))
    assert issues_of(refused.value) == [("MERGED_CELLS", "Files!F2:F3")]


def test_calculated_formula_counts_with_its_value() -> None:
    """openpyxl cannot save a formula with its value, so the value is put into the file as a spreadsheet does."""
    data = edited(Source__B18="=2*250").data
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"<f>2*250</f><v></v>", b"<f>2*250</f><v>500</v>").replace(
                b"<f>2*250</f><v />", b"<f>2*250</f><v>500</v>"))  # fmt: skip
    assert read_workbook(ExportFile("batch.xlsx", out.getvalue())).source.volume_ml == 500


@pytest.mark.parametrize("title", ["Results 2", "Tabelle1"])
def test_unknown_sheet_is_refused_unless_it_is_empty_or_for_notes(title: str) -> None:
    book = opened()
    sheet = book.create_sheet(title)
    assert read_workbook(saved(book)) == full()
    sheet["C3"] = "something"
    with pytest.raises(InputError) as refused:
        read_workbook(saved(book))
    assert [issue.code for issue in refused.value.issues] == ["UNKNOWN_SHEET"]
    sheet.title = "Notes of May"
    assert read_workbook(saved(book)) == full()


def test_sheet_taken_away_is_a_missing_section() -> None:
    book = opened()
    del book["Markers"]
    assert read_workbook(saved(book)).markers == ()
    del book["Batch"]
    with pytest.raises(InputError) as refused:
        read_workbook(saved(book))
    assert [(i.code, i.where.field) for i in refused.value.issues] == [("MISSING_KEY", "Batch")]


def test_empty_rows_between_entries_are_no_entries() -> None:
    book = opened()
    book["Files"].insert_rows(3, amount=2)
    assert read_workbook(saved(book)) == full()


def test_columns_may_stand_in_another_order() -> None:
    book = opened()
    sheet = book["Samples"]
    for row in range(1, 5):
        name, role = sheet.cell(row, 1).value, sheet.cell(row, 2).value
        sheet.cell(row, 1).value, sheet.cell(row, 2).value = role, name
    for row in range(1, 5):
        for column in (1, 2):
            sheet.cell(row, column).data_type = "s"
    assert read_workbook(saved(book)) == full()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "NOT_A_WORKBOOK"),
        (b"id,product\n", "NOT_A_WORKBOOK"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 password or old .xls", "NOT_A_WORKBOOK"),
        (b"PK\x03\x04", "WORKBOOK_DAMAGED"),
        (WRITTEN[:-1000], "WORKBOOK_DAMAGED"),
        (WRITTEN[:2000], "WORKBOOK_DAMAGED"),
    ],
)
def test_what_is_no_workbook_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(InputError) as refused:
        read_workbook(ExportFile("batch.xlsx", data))
    assert refused.value.issues[0].code == code


@given(place=st.integers(0, len(WRITTEN) - 1), byte=st.integers(0, 255))
@example(place=WRITTEN.rindex(b"xl/worksheets/sheet7.xml") + 3, byte=0)
@settings(deadline=None, max_examples=25)
def test_one_damaged_byte_is_refused_or_changes_nothing(place: int, byte: int) -> None:
    data = WRITTEN[:place] + bytes([byte]) + WRITTEN[place + 1 :]
    try:
        record = read_workbook(ExportFile("batch.xlsx", data))
    except InputError:
        return
    assert record == full()


def test_zip_without_a_workbook_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as container:
        container.writestr("hello.txt", "hello")
    with pytest.raises(InputError, match="WORKBOOK_DAMAGED"):
        read_workbook(ExportFile("batch.xlsx", out.getvalue()))


def test_small_file_that_unpacks_to_much_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/worksheets/sheet1.xml", b"0" * (65 * 2**20))
    assert len(out.getvalue()) < 200_000
    with pytest.raises(InputError, match="WORKBOOK_TOO_LARGE"):
        read_workbook(ExportFile("batch.xlsx", out.getvalue()))


def test_sheet_of_a_million_rows_is_refused_before_it_is_walked() -> None:
    with pytest.raises(InputError, match="WORKBOOK_TOO_LARGE"):
        read_workbook(edited(Files__A1000000="x"))


def test_text_that_looks_like_a_formula_stays_text() -> None:
    cell = opened()["Samples"]["A4"]
    assert (cell.value, cell.data_type) == ("=cmd|'/c calc'!A0", "s")
    assert cell.quotePrefix


def template() -> Workbook:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return opened(write_workbook(None))


def test_template_has_the_sheets_in_the_order_of_work() -> None:
    book = template()
    assert book.sheetnames == [
        "Instructions", "Batch", "Source", "Isolation", "Isolation parameters", "Samples", "Files", "Results",
            "Spikes", "Markers", "Observations", "Images", "Antibodies", "Assays", "Statements", "Justifications",
            "Methods", "Lists",
    ]  # fmt: skip
    assert book["Lists"].sheet_state == "hidden"
    assert {sheet.title for sheet in book.worksheets if sheet.freeze_panes != "A2"} == {"Statements"}


def test_template_asks_for_number_and_product_only() -> None:
    with pytest.raises(InputError) as refused:
        read_workbook(ExportFile("batch.xlsx", write_workbook(None)))
    assert issues_of(refused.value) == [("MISSING_KEY", "Batch!B2"), ("MISSING_KEY", "Batch!B3")]


def test_template_with_number_and_product_is_an_empty_record() -> None:
    book = template()
    book["Batch"]["B2"], book["Batch"]["B3"] = "UC-7", "MSC-EV"
    record: BatchRecord = read_workbook(saved(book))
    assert (record.batch.id, record.batch.product) == ("UC-7", "MSC-EV")
    assert (record.samples, record.isolation, record.source.volume_ml) == ((), (), None)


def choices_of(book: Workbook, sheet: str, cell: str) -> list[object]:
    """What the drop-down of a cell offers."""
    rules = [rule for rule in book[sheet].data_validations.dataValidation if cell in rule.sqref]
    formulas = [str(rule.formula1) for rule in rules if rule.type == "list"]
    if not formulas:
        return []
    target, area = formulas[0].split("!")
    return [row[0].value for row in book[target][area.replace("$", "")]]


@pytest.mark.parametrize(("sheet", "row"), [(s, r) for s in SECTIONS if s.is_list for r in (2, 900)])
def test_every_closed_list_of_a_table_is_a_drop_down(sheet: Any, row: int) -> None:
    book = template()
    headings = [cell.value for cell in book[sheet.sheet][1]]
    for field in sheet.fields:
        letter = openpyxl.utils.get_column_letter(headings.index(field.heading) + 1)
        offered = choices_of(book, sheet.sheet, f"{letter}{row}")
        if field.choices == "sample":
            assert len(offered) > 500
        else:
            assert offered == list(lists().get(field.choices, ()))


@pytest.mark.parametrize("sheet", [s for s in SECTIONS if not s.is_list and s.key != "statements"])
def test_every_closed_list_of_a_form_is_a_drop_down(sheet: Any) -> None:
    book = template()
    labels = [cell.value for cell in book[sheet.sheet]["A"]]
    for field in sheet.fields:
        offered = choices_of(book, sheet.sheet, f"B{labels.index(field.label) + 1}")
        assert offered == list(lists().get(field.choices, ()))


def test_every_statement_stands_once_below_the_heading_of_its_group_with_its_drop_down() -> None:
    book = template()
    rows = [[cell.value for cell in row] for row in book["Statements"].iter_rows(min_row=2)]
    listed = [(statements()[f.name].group, f.label, None, f.meaning, f.example) for f in section("statements").fields]
    assert [tuple(row) for row in rows if row[1] is not None] == listed
    headings = [(row[0], below[0]) for row, below in pairwise(rows) if row[1] is None]
    assert [name for name, _ in headings] == list(dict.fromkeys(group for group, *_ in listed))
    assert all(name == below for name, below in headings)
    for number, row in enumerate(rows, start=2):
        known = next((f for f in section("statements").fields if (f.label, f.example) == (row[1], row[4])), None)
        assert choices_of(book, "Statements", f"C{number}") == list(lists().get(known.choices, ()) if known else ())


def test_statements_stay_readable() -> None:
    sheet = template()["Statements"]
    assert sheet.freeze_panes == "C2"
    assert sheet.auto_filter.ref == f"A1:E{sheet.max_row}"
    assert all(cell.alignment.wrap_text for row in sheet.iter_rows(min_row=3, max_row=5) for cell in row)


def test_rows_of_text_are_high_enough_and_grow_with_what_is_typed() -> None:
    """Not every spreadsheet fits the height of rows when it opens them; one marked as chosen would never grow."""
    sheet = opened()["Statements"]
    widths = [sheet.column_dimensions[letter].width for letter in "ABCDE"]
    for number, row in enumerate(sheet.iter_rows(min_row=3, values_only=True), start=3):
        needed = max(len(str(text or "")) / width for text, width in zip(row, widths, strict=True))
        height = sheet.row_dimensions[number].height
        assert row[1] is None or (height is not None and height >= 15 * needed)
    with zipfile.ZipFile(io.BytesIO(WRITTEN)) as container:
        names = {sheet.title: f"xl/worksheets/sheet{n}.xml" for n, sheet in enumerate(opened().worksheets, start=1)}
        assert container.read(names["Statements"]).count(b"customHeight") == 1  # that of the heading


def test_sorted_and_shortened_statements_are_read_all_the_same() -> None:
    book = opened()
    sheet = book["Statements"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    kept = sorted((row for row in rows if row[2] or row[1] is None), key=str)
    sheet.delete_rows(2, sheet.max_row)
    for row in kept:
        sheet.append(row)
    assert read_workbook(saved(book)) == full()


def test_statement_twice_is_refused() -> None:
    book = opened()
    book["Statements"].append([cell.value for cell in book["Statements"][3]])
    with pytest.raises(InputError, match="UNKNOWN_KEY"):
        read_workbook(saved(book))


def test_workbook_without_the_newer_sheets_is_still_read() -> None:
    """A workbook of an earlier version."""
    book = opened()
    for title in ("Antibodies", "Assays", "Statements"):
        del book[title]
    record = read_workbook(saved(book))
    assert (record.antibodies, record.assays, record.statements) == ((), (), {})
    assert record.samples == full().samples


def test_profiles_stand_below_the_form_as_many_as_there_are() -> None:
    names = tuple(f"p{n}" for n in range(9))
    record = full(('product = "MSC-EV"', f'product = "MSC-EV"\nprofiles = {list(names)}'))
    assert record.batch.profiles == names
    data = write_workbook(record)
    assert [row[0].value for row in opened(data)["Batch"]["A18:A26"]] == [f"Profile {n}" for n in range(1, 10)]
    assert read_workbook(ExportFile("batch.xlsx", data)) == record
    assert [row[0].value for row in template()["Batch"]["A18:A24"]] == [*(f"Profile {n}" for n in range(1, 7)), None]


def test_drop_down_of_samples_offers_what_the_samples_sheet_holds() -> None:
    assert choices_of(opened(), "Files", "C7")[:3] == ["EV-1", "medium", "=cmd|'/c calc'!A0"]


def test_text_columns_keep_a_spreadsheet_from_making_dates() -> None:
    book = template()
    assert book["Samples"].column_dimensions["A"].number_format == "@"
    assert book["Batch"]["B2"].number_format == "@"
    assert book["Source"]["B20"].number_format == "yyyy-mm-dd"


def test_bytes_hold_no_clock() -> None:
    with zipfile.ZipFile(io.BytesIO(WRITTEN)) as container:
        assert {entry.date_time for entry in container.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert str(datetime.now(tz=UTC).year).encode() not in container.read("docProps/core.xml")


def test_instructions_explain_every_role() -> None:
    titles = [cell.value for cell in template()["Instructions"]["A"]]
    assert [t for t in lists()["role"] if f"Role: {t}" not in titles] == []
