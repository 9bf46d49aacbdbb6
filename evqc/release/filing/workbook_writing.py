"""Builds the workbook of a specification: sheets to fill in, with drop-downs, units in headings and instructions."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from evqc.batch.fields import FieldOfRecord
from evqc.batch.toml_text import entry_lines
from evqc.batch.workbook_layout import ROWS_WITH_LISTS
from evqc.batch.workbook_parts import Choices, write_form, write_instructions, write_lists, write_table
from evqc.release.filing.fields import (
    LINES,
    LISTED,
    OPEN_LISTS,
    REPORTABLE,
    SETTINGS,
    SHEETS,
    WINDOW,
    YES_NO,
    lists,
)
from evqc.workbooks import workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from evqc.release.specification import Specification

#: Sheets for people and for the drop-downs; nothing in them is read.
REFERENCE_SHEETS = ("Instructions", "Lists")
#: Rows for the lists of the first sheet, when there are fewer entries.
_ROWS = {"Checklist": 12, "Signature": 3}
_MEANING = {
    "Checklist": ("What a person has to attest beside the tests", "audit trail reviewed"),
    "Signature": ("A meaning that has to be signed, in order, each by another person", "reviewed"),
}


def written_workbook(specification: Specification | None) -> bytes:
    """The bytes of the workbook; see ``workbook.write_workbook``."""
    import openpyxl  # noqa: PLC0415  loads only when a workbook is written

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    plain: dict[str, Any] = specification.model_dump(exclude_none=True) if specification is not None else {}
    head, dosage, tests = SHEETS
    choices = Choices(
        lists=lists(), columns={"second stage": f"{tests.sheet}!$A$2:$A${ROWS_WITH_LISTS}"}, open_lists=OPEN_LISTS
    )
    glossary = [(tests.sheet, known) for known in tests.fields]
    write_instructions(book.create_sheet("Instructions"), _instructions(), glossary)
    write_form(book.create_sheet(head.sheet), *_head(plain), choices)
    write_form(book.create_sheet(dosage.sheet), dosage.fields, plain.get("dosage", {}), choices)
    write_table(book.create_sheet(tests.sheet), tests.fields, [_row(test) for test in plain.get("tests", ())], choices)
    book[tests.sheet].freeze_panes = "C2"
    write_lists(book, choices)
    book.active = 0 if specification is None else 1
    return workbook_bytes(book)


def _head(plain: Mapping[str, Any]) -> tuple[list[FieldOfRecord], dict[str, Any]]:
    """The fields of the first sheet with the rows of its lists, and their values."""
    fields, values = list(SHEETS[0].fields), dict(plain)
    for name, key in LISTED.items():
        entries: Sequence[str] = plain.get(key, ())
        meaning, example = _MEANING[name]
        numbers = range(1, max(len(entries), _ROWS[name]) + 1)
        fields += [FieldOfRecord(f"{key} {n}", f"{name} {n}", "text", meaning, example) for n in numbers]
        values |= {f"{key} {number}": entry for number, entry in enumerate(entries, start=1)}
    return fields, values


def _row(test: Mapping[str, Any]) -> dict[str, Any]:
    """One test as the cells of its row."""
    row = dict(test)
    row |= {key: "\n".join(test[key]) for key in LINES if test[key]}
    row |= {key: None for key in LINES if not test[key]}
    row |= {key: "yes" if test[key] else "no" for key in YES_NO}
    row |= dict(zip(WINDOW, test.get("window_nm", ()), strict=False))
    row |= {key: test["reportable"].get(key) for key in REPORTABLE}
    row[SETTINGS] = "\n".join(entry_lines(test[SETTINGS])) or None
    return row


def _instructions() -> list[tuple[str, str]]:
    """Title and text of each line."""
    text = files("evqc.release.filing").joinpath("instructions.toml").read_text("utf-8")
    return [(line["title"], line["text"]) for line in tomllib.loads(text)["line"]]
