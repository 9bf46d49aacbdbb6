"""The table of fields and the model of the record are the same."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

import pytest

from evqc.batch.instructions import instructions
from evqc.batch.model import BatchRecord, Identity, Part, methods
from evqc.batch.sections import SECTIONS, Section, lists, place_of, section
from evqc.batch.statements import statements
from evqc.batch.wording import quoted, shown_path


def test_every_section_of_the_record_is_a_sheet() -> None:
    assert [s.key for s in SECTIONS] == [name for name in BatchRecord.model_fields if name != "document"]


def part_of(key: str) -> type[Part]:
    """The model of one entry of a section."""
    annotation = BatchRecord.model_fields[key].annotation
    part = next((each for each in (annotation, *get_args(annotation)) if get_origin(each) is None), None)
    assert isinstance(part, type)
    assert issubclass(part, Part)
    return part


def test_the_model_of_a_section_is_found() -> None:
    assert part_of("batch") is Identity


@pytest.mark.parametrize("each", SECTIONS, ids=lambda s: s.key)
def test_every_field_of_the_model_is_a_field_of_the_sheet(each: Section) -> None:
    known = statements() if each.key == "statements" else part_of(each.key).model_fields
    assert set(each.keys) == set(known)
    assert len({field.heading for field in each.fields}) == len(each.fields)


@pytest.mark.parametrize("each", SECTIONS, ids=lambda s: s.key)
def test_every_field_has_a_meaning_and_an_example_of_its_kind(each: Section) -> None:
    for field in each.fields:
        assert field.meaning[:1].isupper() or field.meaning[:1].isdigit()
        assert not field.meaning.endswith(".")
        assert isinstance(field.example, str) == (field.kind in {"text", "date"}), field.name
        if field.choices in lists():
            assert field.example in lists()[field.choices], field.name


@pytest.mark.parametrize(
    ("path", "toml", "workbook"),
    [
        (("files", 1, "dilution"), "files[2].dilution", "Files, entry 2, Dilution"),
        (("files", 0), "files[1]", "Files, entry 1"),
        (("batch", "prepared_on"), "batch.prepared_on", "Batch, Prepared on"),
        (("isolation", 0, "parameters"), "isolation[1].parameters", "Isolation, entry 1, parameters"),
        (("schema",), "schema", "schema"),
    ],
)
def test_places_speak_the_language_of_the_file(path: tuple[str | int, ...], toml: str, workbook: str) -> None:
    assert place_of(path, "batch.toml").field == toml
    assert place_of(path, "batch.xlsx").field == workbook


@pytest.mark.parametrize("name", lists())
def test_lists_hold_something_once(name: str) -> None:
    assert len(set(lists()[name])) == len(lists()[name]) > 0


@pytest.mark.parametrize(
    ("key", "field", "name"),
    [(s.key, f.name, f.choices) for s in SECTIONS if s.key != "statements" for f in s.fields],
)
def test_lists_of_the_model_are_those_of_the_workbook(key: str, field: str, name: str) -> None:
    """Compared without order: typing gives the members of two equal literals in the order of the first."""
    stated = literals(part_of(key).model_fields[field].annotation)
    assert not stated or stated == set(lists()[name])


def literals(annotation: object) -> set[str]:
    return {
        option
        for each in (annotation, *get_args(annotation))
        if get_origin(each) is Literal
        for option in get_args(each)
    }


def test_literals_of_the_model_are_found() -> None:
    assert literals(part_of("markers").model_fields["call"].annotation) == {"positive", "negative", "not tested"}
    assert literals(part_of("samples").model_fields["role"].annotation) == set(lists()["role"])


def test_field_of_a_section() -> None:
    volume = section("samples").field("volume_ml")
    assert volume is not None
    assert volume.heading == "Volume (mL)"
    assert section("samples").field("nothing") is None
    with pytest.raises(KeyError):
        section("nothing")


def test_every_method_names_what_is_needed_to_repeat_it() -> None:
    for method in methods().values():
        assert method.needed
        assert not set(method.needed) & set(method.also)


def test_instructions_are_whole_lines() -> None:
    assert len(instructions()) > 10
    assert all(title and text.endswith(".") for title, text in instructions())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", "'a'"),
        (True, "true"),
        (None, "nothing"),
        (1.5, "1.5"),
        ([1], "a list"),
        ({}, "a table of keys and values"),
    ],
)
def test_values_as_messages_quote_them(value: object, text: str) -> None:
    assert quoted(value) == text


def test_paths_count_from_one() -> None:
    assert shown_path(("files", 1, "dilution")) == "files[2].dilution"
    assert shown_path(("batch", "claims", 0)) == "batch.claims[1]"
