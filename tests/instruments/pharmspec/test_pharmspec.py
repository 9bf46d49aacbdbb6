"""The PharmSpec reader on invented reports, on changed ones, and on real files where they are."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from evqc.instruments import pharmspec
from evqc.measurement import State
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/release_misc") if "pharmspec" in p.name]
GOOD = (SAMPLES / "pharmspec" / "first_run_discarded.xlsx").read_bytes()
MASS = "subvisible_particle_concentration"


def changed(cells: dict[str, str | int | None]) -> bytes:
    """The workbook with other cells."""
    book = load_workbook(io.BytesIO(GOOD))
    for place, value in cells.items():
        book.worksheets[0][place] = value
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_runs_are_read_size_by_size_and_the_average_is_no_further_run() -> None:
    reading = read(pharmspec, GOOD)
    assert (reading.verdict, reading.software_version) == ("accepted", "3.0")
    assert values(reading, MASS, size_um=10.0) == [None, 18.0, 20.0, 16.0]
    assert [m.replicate for m in picked(reading, MASS, size_um=10.0)] == ["Run1", "Run2", "Run3", "Run4"]
    assert values(reading, "event_count", size_um=2.0) == [None, 151, 149, 154]


def test_a_discarded_run_is_masked_with_what_it_counted() -> None:
    first = picked(read(pharmspec, GOOD), MASS)[0]
    assert (first.state, first.reason, first.as_written) == (State.MISSING, "masked", "360")
    assert first.settings["discarded"] is True


def test_sample_lot_and_day_come_from_german_keys() -> None:
    found = picked(read(pharmspec, GOOD), MASS)[-1]
    assert (found.sample, found.acquired_at) == ("EV batch 7", "2026-05-21T07:51:50")
    assert (found.settings["ro_number"], found.settings["operator"]) == ("lot 1", "analyst A")
    assert read(pharmspec, GOOD).unread == ("Bemerkungen 1",)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"C29": 115}, {"PRINTED_DISAGREES"}),
        ({"C14": 10}, {"PRINTED_DISAGREES"}),
        ({"C14": 10, "D14": "Run2"}, {"PRINTED_DISAGREES"}),
        ({"C56": 99}, {"PRINTED_DISAGREES"}),
        ({"C33": 900, "D33": 1800}, {"PRINTED_DISAGREES", "COUNTS_RISE"}),
        ({"D60": 90}, {"PRINTED_DISAGREES", "VERDICT_DISAGREES", "COUNTS_RISE"}),
        ({"F12": 5}, {"RUNS_MISSING"}),
        ({"C29": "viele"}, {"NOT_A_NUMBER"}),
        ({"C29": "=1+1"}, {"FORMULA_WITHOUT_VALUE"}),
    ],
)
def test_what_contradicts_itself_is_flagged_or_refused(cells: dict[str, str | int | None], expected: set[str]) -> None:
    assert set(codes(read(pharmspec, changed(cells)))) == expected


@pytest.mark.parametrize("line", ["08.12.2022 µm Counts <= 60 per 1 mL", "10.000 µm Counts <= . per 1 mL"])
def test_a_limit_that_is_no_number_is_flagged_where_it_stands(line: str) -> None:
    """Found by a mutant: it raised a ValueError."""
    reading = read(pharmspec, changed({"C70": line}))
    assert (reading.verdict, codes(reading)) == ("flagged", ["NOT_A_NUMBER"])
    assert (reading.issues[0].where.column, reading.issues[0].found) == ("C70", f"'{line}'")


def test_a_run_counter_test_has_the_same_table() -> None:
    reading = read(pharmspec, (SAMPLES / "pharmspec" / "run_counter_test.xlsx").read_bytes())
    assert (reading.verdict, reading.file_kind, codes(reading)) == ("accepted", "run counter test", [])
    assert values(reading, MASS, size_um=10.0) == [80.0, 84.0]
    found = picked(reading, MASS)[0]
    assert (found.sample, found.acquired_at) == ("EV batch 7", "2026-05-21T07:51:50")
    assert (found.settings["sample_volume_ml"], found.settings["dilution_factor"]) == (0.5, 1.0)


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    """The public report was made anonymous: its counts per mL do not follow from its counts, and that is flagged."""
    sheet = load_workbook(path, data_only=True).worksheets[0]
    second = [row for row in sheet.iter_rows(min_row=31, max_row=39, values_only=True) if row[1] is not None]
    reading = read(pharmspec, path.read_bytes())
    assert set(codes(reading)) == {"PRINTED_DISAGREES", "COUNTS_RISE"}
    kept = [m for m in picked(reading, MASS) if m.replicate == "Run2"]
    assert [(m.settings["size_um"], m.value) for m in kept] == [(float(str(r[1])), float(str(r[3]))) for r in second]
    counts = [m.value for m in picked(reading, "event_count") if m.replicate == "Run2"]
    assert counts == [float(str(r[2])) for r in second]
    assert {m.value for m in picked(reading, MASS) if m.replicate == "Run1"} == {None}
    assert kept[0].acquired_at == "2022-12-08T07:51:50"
