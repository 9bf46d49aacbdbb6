"""Specifications as TOML and as workbooks: the same content and hash in both, refusals with line or cell."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.release import specification as model
from evqc.release.filing.fields import SHEETS, TESTS, lists
from evqc.release.filing.toml import read_toml, write_toml
from evqc.release.filing.workbook import read_workbook, write_workbook
from evqc.release.specification import Specification
from evqc.release.specification_files import (
    places,
    read_specification,
    specification_bytes,
    specification_hash,
    write_specification,
)
from tests.batch.records import issues_of
from tests.release.specifications import sound, specifications, with_test

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [field.name for field in TESTS]


def of_toml(text: str) -> Specification:
    return read_toml(ExportFile("specification.toml", text.encode()))


def of_workbook(data: bytes) -> Specification:
    return read_workbook(ExportFile("specification.xlsx", data))


@given(specification=specifications())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_toml_says_the_specification(specification: Specification) -> None:
    assert of_toml(write_toml(specification)) == specification


@given(specification=specifications())
@settings(deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow])
def test_workbook_says_the_specification_with_the_same_hash(specification: Specification) -> None:
    again = of_workbook(write_workbook(specification))
    assert again == specification
    assert specification_hash(again) == specification_hash(of_toml(write_toml(again)))


@pytest.mark.parametrize("name", ["a.toml", "a.xlsx"])
def test_the_same_specification_is_the_same_bytes(name: str) -> None:
    assert specification_bytes(sound(), name) == specification_bytes(sound(), name)
    assert specification_bytes(sound(), name) != specification_bytes(sound(dose_ml="11"), name)


@pytest.mark.parametrize("name", ["a.toml", "a.xlsx"])
def test_a_file_is_written_once_and_read_with_its_hash(tmp_path: Path, name: str) -> None:
    write_specification(sound(), tmp_path / name)
    specification, source = read_specification(tmp_path / name)
    assert specification == sound()
    assert (source.name, len(source.sha256)) == (name, 64)
    with pytest.raises(InputError, match="FILE_EXISTS"):
        write_specification(sound(), tmp_path / name)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    for name, code in (("a.json", "UNKNOWN_RECORD"), ("b.toml", "FILE_MISSING")):
        with pytest.raises(InputError, match=code):
            read_specification(tmp_path / name)
    with pytest.raises(InputError, match="UNKNOWN_RECORD"):
        specification_bytes(sound(), "a.json")
    (tmp_path / "c.xlsx").write_bytes(b"no workbook")
    with pytest.raises(InputError, match="NOT_A_WORKBOOK"):
        read_specification(tmp_path / "c.xlsx")


def changed(old: str, new: str) -> tuple[str, int]:
    """The text with something in it replaced, and the line of that."""
    text = write_toml(with_test(sound(), "PUR-02", reportable={"formula": "mean", "determinations": 3}))
    before, found, after = text.partition(old)
    assert found, old
    return before + new + after, before.count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("version = 1", "versio = 1", "MISSING_KEY UNKNOWN_KEY"),
        ("version = 1", "version = 0", "OUT_OF_RANGE"),
        ("version = 1", 'version = "1"', "WRONG_TYPE"),
        ('id = "SPEC-UC-EV-01"', 'id = "SPEC 01"', "NOT_ALLOWED"),
        ('id = "END-01"', 'id = "end 01"', "NOT_ALLOWED"),
        ('id = "END-01"', 'id = "STE-01"', "DUPLICATE_NAME"),
        ('route = "intravenous"', 'route = "by mouth"', "NOT_ALLOWED"),
        ("dose_ml = 10", "dose_ml = -1", "OUT_OF_RANGE"),
        ("dose_ml = 10", "dose_ml = nan", "NOT_FINITE"),
        ('label_particles_per_ml = "1.0e10"', 'label_particles_per_ml = "1,0e10"', "NOT_ALLOWED"),
        ('label_particles_per_ml = "1.0e10"', "label_particles_per_ml = 1.0e10", "WRONG_TYPE"),
        ('limits = ["<= 50"]', 'limits = ["50"]', "NOT_A_VALUE"),
        ('limits = ["<= 50"]', 'limits = ["<= 50 ng"]', "NOT_A_VALUE"),
        ('limits = ["<= 50"]', 'limits = ["=< 50"]', "NOT_A_VALUE"),
        ('limits = ["<= 50"]', 'limits = "<= 50"', "WRONG_TYPE"),
        ('limits = ["<= 50"]', "", "MISSING_KEY"),
        ('measurand = "albumin_concentration"', 'measurand = "albumin"', "UNKNOWN_MEASURAND"),
        ('unit = "mOsm/kg"', 'unit = "mL"', "WRONG_UNIT"),
        ('unit = "mOsm/kg"', 'unit = "furlong"', "UNKNOWN_UNIT"),
        ("window_nm = [50, 400]", "window_nm = [400, 50]", "OUT_OF_RANGE"),
        ("window_nm = [50, 400]", "window_nm = [50]", "WRONG_TYPE"),
        ("determinations = 3", "determinations = 1", "NOT_ALLOWED"),
        ("determinations = 3", "determination = 3", "NOT_ALLOWED UNKNOWN_KEY"),
        ('accepted = ["no growth"]', 'accepted = ["no\\ngrowth"]', "NOT_ALLOWED"),
        ('accepted = ["no growth"]', 'accepted = ["no\\u0001growth"]', "CONTROL_CHARACTER"),
        ("days = 14", "day = 14", "UNKNOWN_KEY"),
        ("valid_from = 2026-01-01", 'valid_from = "2026-01-01"', "WRONG_TYPE"),
        ("[dosage]", "[dose]", "MISSING_KEY UNKNOWN_KEY"),
        ('asks = "endotoxin"', 'asks = "endotoxins"', "NOT_ALLOWED"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_toml_is_refused_with_its_line(old: str, new: str, code: str) -> None:
    text, line = changed(old, new)
    with pytest.raises(InputError) as refused:
        of_toml(text)
    found = issues_of(refused.value)
    assert sorted({issue for issue, _ in found}) == code.split()
    assert not new or line in {place for _, place in found}


def sheet_and_cell(test: str, field: str) -> tuple[str, int, int]:
    row = [each.id for each in sound().tests].index(test) + 2
    return "Tests", row, COLUMNS.index(field) + 1


@pytest.mark.parametrize(
    ("test", "field", "value", "code"),
    [
        ("PUR-02", "limits", "50", "NOT_A_VALUE"),
        ("PUR-02", "limits", 50, "NOT_A_VALUE"),
        ("PUR-02", "measurand", "albumin", "UNKNOWN_MEASURAND"),
        ("OSM-01", "unit", "mL", "WRONG_UNIT"),
        ("STE-01", "mandatory", "maybe", "NOT_ALLOWED"),
        ("STE-01", "days", 1.5, "WRONG_TYPE"),
        ("STE-01", "accepted", None, "MISSING_KEY"),
        ("SVP-10", "settings", "size um: 10", "NOT_A_VALUE"),
        ("SIZ-01", "window_to_nm", None, "WRONG_TYPE"),
        ("SIZ-01", "window_to_nm", 40, "OUT_OF_RANGE"),
        ("PH-01", "determinations", 3, "NOT_ALLOWED"),
        ("CON-01", "tolerance_percent", 0.2, None),
        ("END-01", "id", "STE-01", "DUPLICATE_NAME"),
    ],
)
def test_what_is_wrong_in_a_workbook_is_refused_with_its_cell(
    test: str, field: str, value: object, code: str | None
) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(sound())))
    sheet, row, column = sheet_and_cell(test, field)
    cell = book[sheet].cell(row, column)
    cell.value = value  # type: ignore[assignment]  # whatever a person types
    if not isinstance(value, str):
        cell.number_format = "General"
    raw = io.BytesIO()
    book.save(raw)
    if code is None:
        assert of_workbook(raw.getvalue()) != sound()
        return
    with pytest.raises(InputError) as refused:
        of_workbook(raw.getvalue())
    cells = {place for found, place in issues_of(refused.value) if found == code}
    near = {f"Tests!{book[sheet].cell(row, at).coordinate}" for at in {column, max(column - 1, 1)}}
    assert cells & near, issues_of(refused.value)


def test_a_number_in_the_cell_of_the_label_is_refused_since_its_digits_count() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(sound())))
    row = next(row for row in range(1, 20) if book["Dosage"].cell(row, 1).value == "Content on the label")
    book["Dosage"].cell(row, 2).value = 1e10
    raw = io.BytesIO()
    book.save(raw)
    with pytest.raises(InputError) as refused:
        of_workbook(raw.getvalue())
    assert issues_of(refused.value) == [("WRONG_TYPE", f"Dosage!B{row}")]


@pytest.mark.parametrize(
    ("sheet", "place", "value", "code"),
    [
        ("Tests", (1, 3), "Kind", "UNKNOWN_COLUMN"),
        ("Dosage", (3, 3), "L", "UNIT_CHANGED"),
        ("Specification", (4, 1), "Titel", "UNKNOWN_KEY"),
        ("More", (1, 1), "a", "UNKNOWN_SHEET"),
    ],
)
def test_a_changed_template_is_refused(sheet: str, place: tuple[int, int], value: str, code: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(sound())))
    if sheet not in book.sheetnames:
        book.create_sheet(sheet)
    book[sheet].cell(*place).value = value
    raw = io.BytesIO()
    book.save(raw)
    with pytest.raises(InputError, match=code):
        of_workbook(raw.getvalue())


def test_notes_of_a_person_are_not_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(sound())))
    book.create_sheet("Notes of QA")["A1"] = "to be discussed"
    raw = io.BytesIO()
    book.save(raw)
    assert of_workbook(raw.getvalue()) == sound()


def test_the_empty_workbook_has_instructions_drop_downs_and_units_in_its_headings() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_workbook(None)))
    assert book.sheetnames == ["Instructions", "Specification", "Dosage", "Tests", "Lists"]
    headings = [cell.value for cell in book["Tests"][1]]
    assert "Window from (nm)" in headings
    assert len(headings) == len(TESTS)
    offered = {
        str(rule.sqref): rule.formula1 for rule in book["Tests"].data_validations.dataValidation if rule.formula1
    }
    assert len(offered) == sum(bool(field.choices) for field in TESTS)
    explained = {row[1].value for row in book["Instructions"].iter_rows(min_row=2)}
    assert {field.heading for field in TESTS} <= explained


def test_every_field_of_the_models_is_a_cell() -> None:
    head, dosage, tests = ({field.name for field in section.fields} for section in SHEETS)
    assert head | {"checklist", "signatures", "dosage", "tests", "document"} == set(Specification.model_fields)
    together = {"window_nm": {"window_from_nm", "window_to_nm"}, "weighting": set[str]()}
    made = {"reportable": {"formula", "determinations", "largest_cv_percent"}, **together}
    cells = set().union(*(made.get(name, {name}) for name in model.Test.model_fields))
    assert tests == cells
    assert dosage == set(Specification.model_fields["dosage"].annotation.model_fields)  # type: ignore[union-attr]  # a model


@pytest.mark.parametrize("section", SHEETS, ids=lambda section: section.key)
def test_examples_of_fields_stand_in_their_lists(section: object) -> None:
    from evqc.batch.sections import Section  # noqa: PLC0415  for the type only

    assert isinstance(section, Section)
    for field in section.fields:
        if field.choices in lists():
            assert field.example in lists()[field.choices], field.name


@pytest.mark.parametrize(("name", "place"), [("a.toml", "line"), ("a.xlsx", "column")])
def test_places_are_those_of_the_file(tmp_path: Path, name: str, place: str) -> None:
    write_specification(sound(), tmp_path / name)
    where = places(tmp_path / name)(("tests", 0, "source"))
    assert getattr(where, place) is not None
    assert places(tmp_path / name)(("checklist",)) is not None
