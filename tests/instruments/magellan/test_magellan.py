"""The Magellan reader on invented workbooks, on changed ones, and on real ones where they are."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from evqc.measurement import State
from tests.instruments.plates import by_well, codes, read, sample
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

GOOD = sample("magellan", "two_wavelengths.xlsx")
TURNED = sample("magellan", "columns_in_other_order.xlsx")
REAL = [p for p in corpus_files("markers/immunoassay") if p.name.startswith("tecan_magellan")]


def changed(**cells: float | str) -> bytes:
    book, out = load_workbook(io.BytesIO(GOOD)), io.BytesIO()
    for cell, value in cells.items():
        book.worksheets[0][cell] = value
    book.save(out)
    return out.getvalue()


def test_a_well_carries_its_measurement() -> None:
    well = by_well(read("magellan", GOOD), read="Label1")["A1"]
    assert (well.measurand, well.value, well.method, well.acquired_at) == (
        "absorbance", 0.052, "EV_BCA.mth", "2026-09-21T15:01:21",
    )  # fmt: skip
    assert well.settings == {
        "well": "A1", "plate": "EV24.pdf", "read": "Label1", "wavelength_nm": 562.0, "temperature_degC": 24.8,
        "serial_number": "1290",
    }  # fmt: skip
    assert by_well(read("magellan", GOOD), read="Label2")["A1"].settings["wavelength_nm"] == 700.0


def test_a_well_above_range() -> None:
    well = by_well(read("magellan", GOOD), read="Label1")["B3"]
    assert (well.state, well.as_written) == (State.ABOVE_RANGE, "OVER")


def test_columns_in_another_order_keep_their_wavelengths() -> None:
    for label in ("Label1", "Label2"):
        one, two = (by_well(read("magellan", data), read=label) for data in (GOOD, TURNED))
        assert {w: (q.value, q.settings) for w, q in one.items()} == {w: (q.value, q.settings) for w, q in two.items()}


def below(*, without: tuple[str, ...]) -> bytes:
    """The workbook whose columns stand in another order, without the temperatures of some labels below the wells."""
    book, out = load_workbook(io.BytesIO(TURNED)), io.BytesIO()
    for row in book.worksheets[0].iter_rows():
        if any(str(row[0].value).startswith(f"Meas. temperature: {label}:") for label in without):
            row[0].value = None
    book.save(out)
    return out.getvalue()


def test_settings_without_the_label_of_one_column_are_refused() -> None:
    [issue] = read("magellan", below(without=("Label1",))).issues
    assert (issue.code, issue.severity, issue.found) == ("LABELS_DISAGREE", "error", "those of ['Label2']")
    assert "Label1" in issue.expected


def test_settings_without_labels_are_taken_in_the_order_of_the_columns_and_flagged() -> None:
    reading = read("magellan", below(without=("Label1", "Label2")))
    assert (reading.verdict, codes(reading)) == ("flagged", ["ORDER_NOT_STATED"])
    assert by_well(reading, read="Label2")["A1"].settings["wavelength_nm"] == 562.0


def test_a_temperature_that_differs_from_the_one_below_is_flagged_and_not_used() -> None:
    reading = read("magellan", changed(B3="25.9 °C"))
    assert codes(reading) == ["PRINTED_DISAGREES"]
    assert "temperature_degC" not in by_well(reading, read="Label1")["A1"].settings


def test_a_wavelength_beside_the_heading_that_differs_is_flagged() -> None:
    assert codes(read("magellan", changed(E1="Label1=562"))) == []
    assert codes(read("magellan", changed(E1="Label1=450"))) == ["PRINTED_DISAGREES"]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"A5": "A1"}, "WELL_TWICE"),
        ({"B5": "0.1 OD"}, "NOT_A_NUMBER"),
        ({"B3": "25.1.9 °C"}, "NOT_A_NUMBER"),
        ({"D1": "Label3", "D4": 0.3}, "SETTINGS_MISSING"),
    ],
)
def test_errors_have_a_code(cells: dict[str, float | str], code: str) -> None:
    assert codes(read("magellan", changed(**cells))) == [code]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_workbook_is_read(path: Path) -> None:
    rows = list(load_workbook(path).worksheets[0].iter_rows(values_only=True))
    heading = [str(value) for value in rows[0]]
    at = heading.index("Well positions")
    body = [row for row in rows if re.fullmatch(r"[A-P]\d+", str(row[at]))]
    nm = [int(m[1]) for row in rows if (m := re.match(r"Measurement wavelength: (\d+)", str(row[0])))]
    reading = read("magellan", path.read_bytes())
    for label, wavelength in zip(("Label1", "Label2"), nm, strict=True):
        found = by_well(reading, read=label, wavelength_nm=float(wavelength))
        assert {w: q.value for w, q in found.items()} == {str(row[at]): row[heading.index(label)] for row in body}
        assert len(found) == 384
