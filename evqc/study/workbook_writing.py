"""Builds ``study.xlsx``: sheets to fill in, with drop-downs, units in headings and instructions."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from evqc.batch.making import methods
from evqc.batch.workbook_layout import ROWS_WITH_LISTS, write_headings, write_row
from evqc.batch.workbook_parts import Choices, write_form, write_instructions, write_lists, write_table
from evqc.study.sections import ARMS_SHEET, SEPARATIONS, SHEETS
from evqc.study.weights import shipped_weights
from evqc.workbooks import workbook_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from openpyxl.worksheet.worksheet import Worksheet

    from evqc.study.model import Study

#: Sheets for people and for the drop-downs; nothing in them is read.
REFERENCE_SHEETS = ("Instructions", "Methods", "Lists")


def written_workbook(study: Study | None) -> bytes:
    """The bytes of the workbook; see ``workbook.write_workbook``."""
    import openpyxl  # noqa: PLC0415  loads only when a workbook is written

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    plain = study.model_dump(exclude_none=True) if study is not None else {}
    arms = [_arm_row(arm) for arm in plain.get("arms", ())]
    batches = [batch | batch["numbers"] for batch in plain.get("batches", ())]
    glossary = [(section.sheet, field) for section in SHEETS[1:] for field in section.fields]
    choices = _choices()
    write_instructions(book.create_sheet("Instructions"), _instructions(), glossary, (28, 40, 80, 24))
    write_form(book.create_sheet(SHEETS[0].sheet), SHEETS[0].fields, plain.get("study", {}), choices)
    write_table(book.create_sheet(SHEETS[1].sheet), SHEETS[1].fields, arms, choices)
    write_table(book.create_sheet(SHEETS[2].sheet), SHEETS[2].fields, batches, choices)
    _write_methods(book.create_sheet("Methods"))
    write_lists(book, choices)
    book.active = 0 if study is None else 1
    return workbook_bytes(book)


def _arm_row(arm: Mapping[str, Any]) -> dict[str, Any]:
    separations = {field.name: method for field, method in zip(SEPARATIONS, arm["methods"], strict=False)}
    closed = {"closed": "yes" if arm["closed"] else "no"} if "closed" in arm else {}
    return {**arm, **separations, **closed}


def _choices() -> Choices:
    return Choices(
        lists={"weights": tuple(shipped_weights()), "method": tuple(methods()), "yes or no": ("yes", "no")},
        columns={"arm": f"'{ARMS_SHEET}'!$A$2:$A${ROWS_WITH_LISTS}"},
        open_lists=frozenset({"method", "weights"}),
    )


def _write_methods(sheet: Worksheet) -> None:
    write_headings(sheet, ("Method", "Separates by", "Also written"), (44, 26, 90))
    for row, method in enumerate(methods().values(), start=2):
        write_row(sheet, row, (method.name, method.separates_by, ", ".join(method.synonyms)))


def _instructions() -> list[tuple[str, str]]:
    """Title and text of each line."""
    text = files("evqc.study").joinpath("instructions.toml").read_text("utf-8")
    return [(line["title"], line["text"]) for line in tomllib.loads(text)["line"]]
