"""The Methodical Mind reader on plate files of known content, on damaged ones, and on real files where they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evqc.errors import InputError
from evqc.instruments import methodical_mind
from evqc.instruments._export import ExportFile, load
from evqc.measurement import Quantity, State
from evqc.reading import Reading, refused
from tests.instruments.methodical_mind.native import SPOTS, Native
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/immunoassay") if p.suffix == ".txt"]
HEAD = "FileName :\tC:\\plate.txt\n"


def read(data: str | bytes) -> Reading:
    file = ExportFile("plate.txt", data if isinstance(data, bytes) else data.encode("utf-8"))
    try:
        return methodical_mind.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=methodical_mind.NAME)


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues if issue.severity != "note"}


def wells(reading: Reading) -> dict[tuple[object, object, object], float | None]:
    found = [m for m in reading.measurements if isinstance(m, Quantity)]
    return {(q.settings["plate"], q.settings["well"], q.settings.get("spot")): q.value for q in found}


def test_wells_and_spots_of_several_plates() -> None:
    reading = read(HEAD + Native().text() + Native(spots=SPOTS, barcode="EV0043", number=2).text())
    found = wells(reading)
    assert (reading.verdict, len(found)) == ("accepted", 18)
    assert found["EV0042", "A3", None] == 15900
    assert (found["EV0043", "B1", 1], found["EV0043", "B1", 2]) == (4154, 546073)


def test_settings_come_from_the_header() -> None:
    first = read(HEAD + Native(assays="CD9").text()).measurements[0]
    assert isinstance(first, Quantity)
    assert (first.measurand, first.unit, first.sample) == ("luminescence", "a.u.", None)
    assert first.acquired_at == "2024-10-17T15:06:11"
    expected = {"instrument": "QuickPlex", "serial_number": "0001", "operator": "night shift", "assay": "CD9"}
    assert expected.items() <= first.settings.items()


@pytest.mark.parametrize(
    ("cell", "state", "reason"),
    [
        ("          ", State.MISSING, "empty"),
        ("       NaN", State.MISSING, "not a number"),
        ("     >9000", State.ABOVE_RANGE, "above range"),
    ],
)
def test_a_well_without_number_has_its_state(cell: str, state: State, reason: str) -> None:
    first = read(HEAD + Native().text().replace("        95", cell)).measurements[0]
    assert isinstance(first, Quantity)
    assert (first.state, first.reason, first.value) == (state, reason, None)


def test_spots_that_are_not_shown_are_not_wells() -> None:
    text = Native(spots=SPOTS).text().replace("      3328  \t      3513  \t    565477  ", "  \t  \t  ")
    found = wells(read(HEAD + text))
    assert ("EV0042", "A1", 2) not in found
    assert found["EV0042", "B1", 2] == 546073


@pytest.mark.parametrize(
    ("old", "new"), [("\t        95", "\t        96"), ("Average  :\t        95", "Average  :\t        99")]
)
def test_an_average_that_is_not_that_of_the_wells_is_flagged(old: str, new: str) -> None:
    text = Native().text()
    assert old in text
    changed = text.replace(old, new, 1)
    assert "PRINTED_DISAGREES" in codes(read(HEAD + changed))


def test_a_plate_without_averages_is_flagged() -> None:
    text = re.sub(r"Average .*\n", "", Native().text())
    assert codes(read(HEAD + text)) == {"STATISTICS_MISSING"}


def test_a_grid_without_its_last_rows_is_flagged() -> None:
    text = Native().text()
    assert codes(read(HEAD + re.sub(r"B \t.*\n", "", text))) == {"ROWS_MISSING"}


def test_a_second_plate_without_wells_is_flagged() -> None:
    empty = re.sub(r"[AB] \t.*\n", "", Native(barcode="EV0043").text())
    reading = read(HEAD + Native().text() + empty)
    assert (codes(reading), len(reading.measurements)) == ({"ROWS_MISSING"}, 6)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("\t2         \t3", "\t3         \t2", "GRID"),
        ("A \t", "C \t", "GRID"),
        ("       216", "      -216", "OUT_OF_RANGE"),
        ("Wells Per Col :\t2", "Wells Per Col :\t", "GRID"),
    ],
)
def test_what_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    text = Native().text()
    if code == "GRID" and "Per Col" in old:
        text = text.replace("Type     :\t6", "Type     :\tother")
        code = "PLATE_TYPE"
    assert codes(read(HEAD + text.replace(old, new))) == {code}


@settings(max_examples=25, deadline=None)
@given(numbers=st.lists(st.integers(0, 2_000_000), min_size=6, max_size=6))
def test_any_wells_come_back_and_agree(numbers: list[int]) -> None:
    spots = ((tuple(numbers[:3]), tuple(numbers[3:])),)
    if sum(numbers) and all(numbers):
        reading = read(HEAD + Native(spots=spots).text())
        assert list(wells(reading).values()) == numbers
        assert "PRINTED_DISAGREES" not in codes(reading)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Peak Vltg:\t4970\t4970\n\n", "Peak Vltg:\t4970\n"),
        ("Peak Vltg:\t4970\t4970\n\n", ""),
        ("Camera Status", "Camera"),
    ],
)
def test_a_last_plate_without_its_end_is_flagged(old: str, new: str) -> None:
    text = HEAD + Native().text() + Native(barcode="EV0043", number=2).text()
    place = text.rindex(old)
    assert codes(read(text[:place] + new + text[place + len(old) :])) == {"TRUNCATED"}


def test_the_gap_before_another_plate_at_the_end_is_flagged() -> None:
    assert codes(read(HEAD + Native().text() + "\n" * 4)) == {"TRUNCATED"}


def test_plates_that_are_missing_or_stand_there_twice_are_flagged() -> None:
    assert codes(read(HEAD + Native(number=2).text())) == {"PLATES_MISSING"}
    assert codes(read(HEAD + Native().text() * 2)) == {"PLATE_TWICE"}


def test_a_note_says_which_plates_were_read() -> None:
    note = next(i for i in read(HEAD + Native().text()).issues if i.severity == "note")
    assert (note.code, note.found) == ("PLATES_READ", "1 grid of wells: EV0042")


@pytest.mark.parametrize(
    ("name", "date"),
    [("EV_2024-03-05-150611.txt", "2024-03-05T15:06:11"), ("EV_2024-05-03-150611.txt", "2024-05-03T15:06:11")],
)
def test_the_name_in_the_file_tells_day_from_month(name: str, date: str) -> None:
    reading = read(f"FileName :\t{name}\n" + Native(read_time="03/05/2024\t15:06:11 EDT").text())
    first = reading.measurements[0]
    assert isinstance(first, Quantity)
    assert (reading.verdict, first.acquired_at) == ("accepted", date)


def test_averages_that_do_not_fit_the_parts_are_flagged() -> None:
    assert codes(read(HEAD + re.sub(r"(Average  :\t) *\d+\t", r"\1", Native().text()))) == {"STATISTICS_UNREADABLE"}


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_well_of_a_real_file_is_read(path: Path) -> None:
    lines = path.read_text("ascii").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("==========Data="))
    end = next(i for i, line in enumerate(lines) if line.startswith("==========Processing"))
    expected = [float(cell) for line in lines[start + 2 : end] for cell in line.split("\t")[1:] if cell.strip()]
    reading = methodical_mind.read(load(path, path.name))
    assert [m.value for m in reading.measurements if isinstance(m, Quantity)] == expected
    assert codes(reading) <= {"ROWS_MISSING"}  # every printed average and CV is the recomputed one
