from __future__ import annotations

import io
import time
import zipfile

import openpyxl
import pytest

from evqc.workbooks import fixed_zip, put_text, workbook_bytes

HOSTILE = [
    "=cmd|'/c calc'!A0",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "#N/A",
    "<script>alert(1)</script>",
    "\tx",
    "12",
    "TRUE",
    "2024-01-01",
    "\u202eabc عربى",
    "",
]


def _book(*texts: str) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row, text in enumerate(texts, start=1):
        put_text(sheet.cell(row, 1), text)
    return book


@pytest.mark.parametrize("text", HOSTILE)
def test_text_stays_text(text: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes(_book(text)))).active
    assert sheet is not None
    cell = sheet["A1"]
    assert cell.value == (text or None)
    assert cell.data_type != "f"
    assert text == "" or cell.data_type == "s"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x"])
def test_text_that_editing_would_turn_into_a_formula_has_the_quote_prefix(text: str) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes(_book(text)))).active
    assert sheet is not None
    assert sheet["A1"].quotePrefix


def test_what_a_workbook_cannot_hold_is_marked() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook_bytes(_book("a\x00b\x1bc\ud800d", "x" * 40_000)))).active
    assert sheet is not None
    assert sheet["A1"].value == "a�b�c�d"
    assert len(str(sheet["A2"].value)) == 32_767
    assert str(sheet["A2"].value).endswith("x…")


def test_the_same_cells_are_the_same_bytes_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    first = workbook_bytes(_book("a", "=b"))
    later = time.localtime(time.time() + 10_000_000)
    monkeypatch.setattr(time, "localtime", lambda *_: later)
    assert workbook_bytes(_book("a", "=b")) == first
    assert workbook_bytes(_book("a", "=c")) != first


def test_no_clock_is_left_in_the_file() -> None:
    with zipfile.ZipFile(io.BytesIO(workbook_bytes(_book("a")))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("2000-01-01T00:00:00Z") == 2


def test_fixing_twice_changes_nothing() -> None:
    once = workbook_bytes(_book("a", "b"))
    assert fixed_zip(once) == once


def test_a_file_that_is_no_archive_is_refused() -> None:
    with pytest.raises(zipfile.BadZipFile):
        fixed_zip(b"not a zip")
