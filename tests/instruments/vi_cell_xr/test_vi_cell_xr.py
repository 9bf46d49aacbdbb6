"""The Vi-CELL XR reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from evqc.instruments import vi_cell_xr
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/cell_viability") if "vi_cell_xr" in p.name]
TEXT = (SAMPLES / "vi_cell_xr" / "one_sample.txt").read_bytes().decode()
REPORT = (SAMPLES / "vi_cell_xr" / "report_of_one_sample.xlsx").read_bytes()
BOOK = (SAMPLES / "vi_cell_xr" / "two_dilutions.xlsx").read_bytes()


def changed(cells: dict[str, str | int | None]) -> bytes:
    """The workbook with other cells."""
    book = load_workbook(io.BytesIO(BOOK))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_a_summary_holds_every_sample() -> None:
    reading = read(vi_cell_xr, BOOK)
    assert reading.software_version == "2.06.3"
    assert values(reading, "event_count", counted="cells") == [912, 240]
    assert values(reading, "cell_concentration", cells="total") == [10.5e6, 27.6e6]
    first = picked(reading, "cell_viability")[0]
    assert (first.value, first.acquired_at) == (95.0, "2026-05-21T14:11:05")
    assert first.settings["dilution_included"] is True
    assert first.settings["instrument_serial_number"] == "AW1"


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"F7": 921}, {"PRINTED_DISAGREES"}),
        ({"H8": "75.7"}, {"PRINTED_DISAGREES"}),
        ({"I8": "2.76", "J8": "2.14"}, {"DILUTION_NOT_INCLUDED"}),
        ({"K8": "---"}, set()),
        ({"F8": None, "G8": None}, set()),
    ],
)
def test_what_contradicts_itself_is_flagged(cells: dict[str, str | int | None], expected: set[str]) -> None:
    assert set(codes(read(vi_cell_xr, changed(cells)))) == expected


def test_a_row_without_date_and_numbers_is_no_sample_and_said_so() -> None:
    template = {
        "A7": "template",
        "C7": "-",
        "E7": "no date",
        **dict.fromkeys(("F7", "G7", "H7", "I7", "J7", "K7"), "x"),
    }
    reading = read(vi_cell_xr, changed({**template}))
    assert codes(reading) == ["NOT_A_SAMPLE"]
    assert values(reading, "event_count", counted="cells") == [240]


def test_concentration_follows_from_count_volume_and_both_dilutions() -> None:
    assert codes(read(vi_cell_xr, TEXT)) == []
    assert codes(read(vi_cell_xr, TEXT.replace("Internal Dilution : 2.400", "Internal Dilution : 4.200"))) == [
        "PRINTED_DISAGREES"
    ]


@pytest.mark.parametrize(
    "change", [("40,38,42", "40,83,42"), ("100,60,30", "100,60,3"), ("cells : 8\r", "cells : 18\r")]
)
def test_images_and_bins_add_up(change: tuple[str, str]) -> None:
    assert change[0] in TEXT
    assert "PRINTED_DISAGREES" in codes(read(vi_cell_xr, TEXT.replace(*change)))


def test_a_mean_that_is_no_number_refuses_with_its_line() -> None:
    reading = read(vi_cell_xr, TEXT.replace("(microns) : 17.3", "(microns) : 17,3.1"))
    assert codes(reading) == ["NOT_A_NUMBER"]
    assert reading.issues[0].where.line == 22


def test_carriage_returns_alone_end_lines_too() -> None:
    assert read(vi_cell_xr, TEXT.replace("\r\n", "\r")).measurements == read(vi_cell_xr, TEXT).measurements


def test_a_report_of_one_sample_is_read_by_its_keys() -> None:
    reading = read(vi_cell_xr, REPORT)
    assert (reading.verdict, reading.file_kind, codes(reading)) == ("accepted", "report of one sample", [])
    assert values(reading, "event_count") == [920, 805]
    assert values(reading, "cell_concentration") == pytest.approx([975609.4021797180, 853658.1993103027], rel=1e-15)
    viability = picked(reading, "cell_viability")[0]
    assert (viability.value, viability.sample, viability.acquired_at) == (87.5, "EV batch 7", "2026-05-21T14:11:05")
    assert (viability.settings["cell_type"], viability.settings["maximum_diameter_um"]) == ("Default", 50.0)


@needs_corpus
def test_a_real_workbook_by_its_cells() -> None:
    path = next(p for p in REAL if p.suffix == ".xlsx")
    rows = list(load_workbook(path, data_only=True).worksheets[0].iter_rows(min_row=7, values_only=True))
    reading = read(vi_cell_xr, path.read_bytes())
    assert (reading.verdict, len(reading.measurements)) == ("accepted", 6 * len(rows))
    for place, times, measurand, which in [
        (5, 1.0, "event_count", {"counted": "cells"}),
        (6, 1.0, "event_count", {"counted": "viable cells"}),
        (7, 1.0, "cell_viability", {}),
        (8, 1e6, "cell_concentration", {"cells": "total"}),
        (9, 1e6, "cell_concentration", {"cells": "viable"}),
        (10, 1.0, "cell_diameter", {}),
    ]:
        expected = [float(str(row[place])) * times for row in rows]
        assert values(reading, measurand, **which) == pytest.approx(expected, rel=1e-12)
    factors = {m.settings["dilution_factor"] for m in picked(reading, "cell_viability")}
    assert factors == {float(str(row[3])) for row in rows}


@needs_corpus
@pytest.mark.parametrize("path", [p for p in REAL if p.suffix == ".txt"], ids=lambda p: p.name)
def test_a_real_text_by_its_lines(path: Path) -> None:
    text, reading = path.read_text("utf-8"), read(vi_cell_xr, path.read_bytes())

    def line(key: str) -> float:
        found = re.search(rf"^{re.escape(key)} : ([\d.]+)", text, re.MULTILINE)
        assert found is not None
        return float(found[1])

    assert (reading.verdict, codes(reading)) == ("accepted", [])
    assert values(reading, "event_count") == [line(f"{k} cells") for k in ("Total", "Viable", "Nonviable")]
    keys = ("Total cells / ml (x 10^6)", "Total viable cells / ml (x 10^6)")
    assert values(reading, "cell_concentration") == pytest.approx([line(key) * 1e6 for key in keys], rel=1e-12)
    assert values(reading, "cell_viability") == [line("Viability (%)")]
    assert values(reading, "cell_diameter") == [line("Average diameter (microns)")]
