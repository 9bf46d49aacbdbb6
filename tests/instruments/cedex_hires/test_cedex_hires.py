"""The Cedex HiRes reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.instruments import cedex_hires
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/cell_viability") if "cedex" in p.name]
GOOD = (SAMPLES / "cedex_hires" / "with_last_line_end.csv").read_bytes().decode()
OPEN = (SAMPLES / "cedex_hires" / "no_last_line_end.csv").read_bytes().decode()
BOOK = (SAMPLES / "cedex_hires" / "workbook.xlsx").read_bytes()


def test_a_last_number_without_line_end_is_no_measurement() -> None:
    whole, cut = read(cedex_hires, GOOD), read(cedex_hires, OPEN)
    assert codes(cut) == ["END_OPEN"]
    assert values(whole, "cell_aggregation") == [7.412500381, 11.94029808]
    assert values(cut, "cell_aggregation") == [7.412500381]


def test_a_workbook_holds_the_same_numbers() -> None:
    measurands = ("event_count", "cell_concentration", "cell_viability", "cell_diameter", "cell_aggregation")
    for measurand in measurands:
        assert values(read(cedex_hires, BOOK), measurand) == values(read(cedex_hires, GOOD), measurand)


def test_the_printed_share_of_the_sample_is_included_already() -> None:
    found = picked(read(cedex_hires, GOOD), "cell_concentration", cells="viable")[1]
    assert found.value == 503280
    assert (found.settings["dilution_as_share_of_sample"], found.settings["dilution_included"]) == (0.25, True)


@pytest.mark.parametrize("change", [("3610,187,", "3610,178,"), ("95.0750", "90.5750"), ("3785085", "3758085")])
def test_what_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert change[0] in GOOD
    assert codes(read(cedex_hires, GOOD.replace(*change)))[0] == "PRINTED_DISAGREES"


COLUMNS: list[tuple[str, str, dict[str, str]]] = [
    ("Viable Cell Count", "event_count", {"counted": "viable cells"}),
    ("Dead Cell Count", "event_count", {"counted": "dead cells"}),
    ("Total Cell Count", "event_count", {"counted": "cells"}),
    ("Viable Cell Conc.", "cell_concentration", {"cells": "viable"}),
    ("Dead Cell Conc.", "cell_concentration", {"cells": "dead"}),
    ("Total Cell Conc.", "cell_concentration", {"cells": "total"}),
    ("Viability", "cell_viability", {}),
    ("Avg Diameter", "cell_diameter", {}),
]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    text = path.read_text("utf-8")
    rows = list(csv.DictReader(text.splitlines()))
    reading = read(cedex_hires, path.read_bytes())
    assert set(codes(reading)) <= {"END_OPEN"}
    for heading, measurand, which in COLUMNS:
        assert values(reading, measurand, **which) == [float(row[heading]) for row in rows]
    rates = [float(row["Aggregate Rate"]) for row in rows]
    assert values(reading, "cell_aggregation") == (rates if text.endswith("\n") else rates[:-1])
