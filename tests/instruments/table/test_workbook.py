from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.instruments.table._mapped import MappedTable
from evqc.instruments.table.mapping import read_mapping
from evqc.measurement import Quantity, State
from tests.instruments.table.workbooks import BCA, as_file, book, repacked

if TYPE_CHECKING:
    from evqc.reading import Reading

MAPPING = """
title = "BCA plate"
{table}
[sample]
column = "Sample"
[[column]]
heading = "Result (µg/mL)"
measurand = "protein_concentration"
unit = "µg/mL"
"""


def reader(table: str = "") -> MappedTable:
    return MappedTable(read_mapping(MAPPING.format(table=table), "bca.toml"))


def read(file: ExportFile, table: str = "") -> Reading:
    return reader(table).read(file)


def refused(file: ExportFile, table: str = "") -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read(file, table)
    return [(issue.code, str(issue.where)) for issue in caught.value.issues]


def test_a_bca_plate() -> None:
    reading = read(as_file(book(Results=BCA)))
    assert reading.verdict == "accepted"
    assert reading.unread == ("Well", "A562", "line 1")
    got = [m for m in reading.measurements if isinstance(m, Quantity)]
    assert [(q.sample, q.replicate, q.state.value, q.value, q.bound) for q in got] == [
        ("UC-EV-07", "1", "measured", 118.25, None),
        ("UC-EV-07", "2", "measured", 115.5, None),
        ("process blank", "1", "below range", None, 20.0),
        ("wash 2", "1", "missing", None, None),
        ("12", "1", "measured", 240.0, None),
    ]
    assert (got[0].where.field, got[0].where.column, got[0].where.line) == ("Results", "D4", 4)


def test_recognised_by_headings_only() -> None:
    assert reader().recognises(as_file(book(Results=BCA)))
    assert not reader().recognises(as_file(book(Results=BCA[3:])))
    assert not reader('[table]\nsheet = "Other"').recognises(as_file(book(Results=BCA)))


def test_several_sheets_need_a_choice() -> None:
    file = as_file(book(Layout=[("a",)], Results=BCA))
    assert reader().recognises(file)
    assert refused(file) == [("SHEET_NOT_CHOSEN", "the whole file")]
    assert refused(file, '[table]\nsheet = "Plate"') == [("SHEET_MISSING", "'Plate'")]
    assert read(file, '[table]\nsheet = "Results"').verdict == "accepted"


def test_a_workbook_number_needs_no_decimal_mark_but_its_text_does() -> None:
    lines = [*BCA[:3], ("A1", "S", 0.1, 118.25), ("A2", "S", 0.1, "118.25")]
    comma = '[table]\ndelimiter = "semicolon"\ndecimal = ","'
    assert refused(as_file(book(Results=lines)), comma) == [("NOT_A_NUMBER", "line 5, column D5, 'Results'")]
    assert read(as_file(book(Results=lines[:4])), comma).measurements[0].value == 118.25  # type: ignore[union-attr]  # a quantity


def with_cell(value: object) -> list[tuple[object, ...]]:
    return [*BCA[:3], ("A1", "UC-EV-07", 0.4, value)]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("=A1*2", "FORMULA_WITHOUT_VALUE"),
        (datetime(2026, 3, 4, tzinfo=UTC).replace(tzinfo=None), "DATE_CELL"),
        (True, "NOT_A_NUMBER"),
        ("n.d.", "NOT_A_NUMBER"),
        ("118,25", "NOT_A_NUMBER"),
        (-4.0, "OUT_OF_RANGE"),
        ("#DIV/0!", "ERROR_CELL"),
        ("#N/A", "ERROR_CELL"),
    ],
)
def test_cells_that_are_refused(value: object, code: str) -> None:
    assert refused(as_file(book(Results=with_cell(value)))) == [(code, "line 4, column D4, 'Results'")]


def test_a_sample_that_a_spreadsheet_made_a_date() -> None:
    lines = [*BCA[:3], ("A1", datetime(2026, 2, 1), 0.4, 10.0)]  # noqa: DTZ001  workbooks know no zone
    assert refused(as_file(book(Results=lines))) == [("DATE_CELL", "line 4, column B4, 'Results'")]


def test_a_cached_formula_value_is_read() -> None:
    file = as_file(book(Results=with_cell("=100+18")))
    sheet = "xl/worksheets/sheet1.xml"
    for empty in (b"<v></v>", b"<v />", b"<v/>"):
        file = repacked(file, sheet, b"<f>100+18</f>" + empty, b"<f>100+18</f><v>118</v>")
    assert [m.value for m in read(file).measurements if isinstance(m, Quantity)] == [118.0]


def test_a_merged_cell_is_not_missing() -> None:
    made = book(Results=[*BCA[:3], ("A1", "UC-EV-07", 0.4, 10.0), ("A2", "UC-EV-07", 0.4, None)])
    made["Results"].merge_cells("D4:D5")
    assert refused(as_file(made)) == [("MERGED_CELL", "line 5, column D5, 'Results'")]


def test_a_fault_in_a_column_that_nobody_reads_does_no_harm() -> None:
    lines = [*BCA[:3], ("A1", "UC-EV-07", "=1/0", 10.0)]
    assert read(as_file(book(Results=lines))).verdict == "accepted"


def test_broken_workbooks_are_refused_with_a_code() -> None:
    file = as_file(book(Results=BCA))
    for cut in range(4, len(file.data), 97):
        assert refused(ExportFile("cut.xlsx", file.data[:cut])) == [("BROKEN_WORKBOOK", "the whole file")]
        assert not reader().recognises(ExportFile("cut.xlsx", file.data[:cut]))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "[Content_Types].xml"])
def test_damaged_parts_are_refused(part: str) -> None:
    file = as_file(book(Results=BCA))
    assert refused(repacked(file, part, b"<", b"<<")) == [("BROKEN_WORKBOOK", "the whole file")]


def test_a_document_type_declaration_is_refused() -> None:
    made = repacked(
        as_file(book(Results=BCA)), "xl/workbook.xml", b"<workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><workbook'
    )
    assert refused(made) == [("BROKEN_WORKBOOK", "the whole file")]


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as container:
        container.writestr("xl/workbook.xml", b"0" * (20 * 1024 * 1024))
    assert refused(ExportFile("bomb.xlsx", raw.getvalue())) == [("WORKBOOK_TOO_LARGE", "the whole file")]


def test_a_zip_that_is_no_workbook() -> None:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as container:
        container.writestr("hello.txt", b"hello")
    assert refused(ExportFile("hello.xlsx", raw.getvalue())) == [("BROKEN_WORKBOOK", "the whole file")]


def test_an_old_or_protected_workbook_says_so() -> None:
    file = ExportFile("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)
    assert refused(file) == [("NOT_A_TABLE", "the whole file")]
    assert not reader().recognises(file)


def test_an_empty_sheet_has_no_headings() -> None:
    assert [code for code, _ in refused(as_file(book(Results=[])))] == ["NO_ROWS"]


def test_the_state_of_the_blank_is_kept() -> None:
    quantities = [m for m in read(as_file(book(Results=BCA))).measurements if isinstance(m, Quantity)]
    assert quantities[2].state is State.BELOW_RANGE


VIABILITY = MAPPING.replace("protein_concentration", "cell_viability").replace('"µg/mL"', '"{unit}"')
VIABILITY = VIABILITY.replace("Result (µg/mL)", "Viable")


@pytest.mark.parametrize(
    ("shown_as", "unit", "expected"),
    [
        ("0%", "%", "PERCENT_CELL"),  # 0.95 is shown as 95 %: read as 0.95 % it would be a hundredth
        ("0.0%", "%", "PERCENT_CELL"),
        ("0%", "fraction", 95.0),
        ("0.00", "fraction", 95.0),
        ("0.00", "%", 0.95),
        ('0.00"%"', "%", 0.95),  # only the sign is written behind the number
        (r"0.00\%", "%", 0.95),
    ],
)
def test_a_number_shown_as_a_percentage_is_not_taken_for_per_cent(
    shown_as: str, unit: str, expected: str | float
) -> None:
    made = book(Cells=[("Sample", "Viable"), ("UC-MSC", 0.95)])
    made["Cells"]["B2"].number_format = shown_as
    table = MappedTable(read_mapping(VIABILITY.format(table="", unit=unit), "cells.toml"))
    if isinstance(expected, str):
        with pytest.raises(InputError, match=expected):
            table.read(as_file(made))
        return
    found = table.read(as_file(made)).measurements[0]
    assert isinstance(found, Quantity)
    assert found.value == pytest.approx(expected)


def test_a_panel_takes_no_percentage_for_its_unit() -> None:
    made = book(Panel=[("Sample", "Marker", "Positive"), ("UC-EV", "CD63", 0.42)])
    made["Panel"]["C2"].number_format = "0%"
    panel = '[sample]\ncolumn = "Sample"\n[panel]\ntechnique = "flow"\nmarker = "Marker"\nsignal = "Positive"\n'
    table = MappedTable(read_mapping(f'title = "Panel"\n{panel}unit = "%"\n', "panel.toml"))
    with pytest.raises(InputError, match="PERCENT_CELL"):
        table.read(as_file(made))
