"""A record written and read again is the same record, and the same bytes every time."""

from __future__ import annotations

import tomllib
from datetime import date

import pytest
from hypothesis import given, settings

from evqc.batch.model import BatchRecord
from evqc.batch.toml_text import write_toml
from evqc.batch.workbook import read_workbook, write_workbook
from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from tests.batch.records import FULL, full, records, toml


@given(record=records())
@settings(deadline=None, max_examples=60)
def test_toml_says_the_record(record: BatchRecord) -> None:
    assert toml(write_toml(record)) == record


@given(record=records())
@settings(deadline=None, max_examples=12)
def test_workbook_says_the_record(record: BatchRecord) -> None:
    assert read_workbook(ExportFile("batch.xlsx", write_workbook(record))) == record


@given(record=records())
@settings(deadline=None, max_examples=6)
def test_workbook_and_toml_say_the_same(record: BatchRecord) -> None:
    through_both = read_workbook(ExportFile("batch.xlsx", write_workbook(toml(write_toml(record)))))
    assert write_toml(through_both) == write_toml(record)


def test_same_record_gives_same_bytes() -> None:
    assert write_workbook(full()) == write_workbook(full())
    assert write_workbook(None) == write_workbook(None)
    assert write_toml(full()) == write_toml(full())


def test_another_record_gives_other_bytes() -> None:
    assert write_workbook(full()) != write_workbook(full(("viability_percent = 96.5", "viability_percent = 96.4")))


def test_written_toml_reads_like_one_written_by_hand() -> None:
    assert tomllib.loads(write_toml(toml(FULL))) == tomllib.loads(FULL)
    assert "cells_at_harvest = 120000000\n" in write_toml(toml(FULL))
    assert 'parameters = { membrane = "PES", cutoff_kDa = 300 }\n' in write_toml(toml(FULL))


@pytest.mark.parametrize("day", [date(1800, 1, 1), date(1900, 2, 28), date(1900, 3, 1), date(2024, 2, 29)])
def test_days_that_spreadsheets_count_wrongly_stay_the_same(day: date) -> None:
    record = full(("harvested_at = 2024-05-30", f"harvested_at = {day}"))
    assert read_workbook(ExportFile("batch.xlsx", write_workbook(record))).source.harvested_at == day


@pytest.mark.parametrize(
    ("note", "code"), [("x" * 32_768, "TOO_LONG"), ("a\x01b", "CONTROL_CHARACTER"), ("\ufffe", "CONTROL_CHARACTER")]
)
def test_text_that_no_cell_holds_is_not_written_in_part(note: str, code: str) -> None:
    record = BatchRecord.model_validate({"batch": {"id": "a", "product": "b", "term": note}})
    with pytest.raises(InputError, match=code):
        write_workbook(record)
