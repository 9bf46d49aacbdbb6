"""The VISIONlite reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import visionlite
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/plate_reader") if "visionlite" in p.name]
QUANT = (SAMPLES / "visionlite" / "quant_diluted.csv").read_bytes().decode()


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return visionlite.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=visionlite.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


@pytest.mark.parametrize(
    ("first", "known"),
    [
        ("Sample Name,500 nm   [A]", True),
        ("Sample Name\t500 nm   [A]\t600 nm   [A]", True),
        ("Sample Name,500 nm   [A],280 nm   [A],Result", True),
        ("Sample Name,Dilution factor,Ordinate [A],Concentration [mg/L],Error", True),
        ("Sample Name,Concentration [mg/L]", False),
        ("Sample Name,500 nm   [A],Lot", False),
        ("Sample,500 nm   [A]", False),
    ],
)
def test_only_its_own_headings_are_recognised(first: str, known: bool) -> None:
    assert visionlite.recognises(ExportFile("run.csv", f"{first}\nx,1\n".encode())) is known


def test_a_result_of_unknown_formula_is_an_unnamed_result() -> None:
    reading = read("Sample Name,500 nm   [A],Result\n1,0.027,0.054\n")
    (found,) = quantities(reading, "analyte_result")
    assert (found.value, found.unit, found.settings) == (0.054, "a.u.", {"analyte": None, "column": "Result"})
    assert (reading.unread, len(reading.measurements)) == ((), 2)


RATE = "run.csv,EV batch 7,operator,04/03/2026 09:14:05,Demo,1234,1.00\n{unit},A\n0,0.0266\n0.5,0.0312\n1,0.0355\n"


@pytest.mark.parametrize(("unit", "seconds"), [("min", [0.0, 30.0, 60.0]), ("s", [0.0, 0.5, 1.0])])
def test_a_rate_is_a_series(unit: str, seconds: list[float]) -> None:
    text = RATE.format(unit=unit)
    assert visionlite.recognises(ExportFile("x", text.encode()))
    (series,) = read(text).series
    assert (series.well, series.time_s.tolist(), series.value.tolist()) == (
        "EV batch 7",
        seconds,
        [0.0266, 0.0312, 0.0355],
    )
    assert codes(read(text[:-2])) == ["TRUNCATED"]


def test_a_spectrum_is_refused_by_name() -> None:
    text = RATE.format(unit="nm")
    assert visionlite.recognises(ExportFile("x", text.encode()))
    assert codes(read(text)) == ["SPECTRUM_NOT_READ"]


def test_a_dilution_is_flagged_since_nothing_says_whether_it_was_applied() -> None:
    reading = read(QUANT)
    assert codes(reading) == ["DILUTION_UNCLEAR"]
    assert [m.value for m in quantities(reading, "analyte_concentration")] == [38.12, 60.18]


def test_over_range_is_no_number() -> None:
    (found,) = quantities(read("Sample Name,500 nm   [A]\nx, >3.5\n"), "absorbance")
    assert (found.value, found.bound, found.reason) == (None, 3.5, "above range")


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    _, *rows = csv.reader(path.read_text("utf-8").splitlines())
    reading = read(path.read_bytes())
    assert reading.verdict == "accepted"
    found = quantities(reading, "absorbance")
    assert [(m.sample, m.value) for m in found] == [(row[0], float(row[1])) for row in rows]
    assert {m.settings["wavelength_nm"] for m in found} == {500.0}
