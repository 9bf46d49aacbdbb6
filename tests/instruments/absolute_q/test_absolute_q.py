"""The Absolute Q reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.instruments import absolute_q
from evqc.measurement import State
from tests.instruments.quantities import codes, picked, read, values
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/release_misc") if "absolute_q" in p.name]
RESULTS = (SAMPLES / "absolute_q" / "averages_and_pools.csv").read_bytes().decode()
SUMMARY = (SAMPLES / "absolute_q" / "dyes_side_by_side.csv").read_bytes().decode()
COMBINED = (SAMPLES / "absolute_q" / "combinations_of_dyes.csv").read_bytes().decode()
UNNAMED = (SAMPLES / "absolute_q" / "averages_without_a_well.csv").read_bytes().decode()


def test_wells_are_read_and_averages_only_compared() -> None:
    reading = read(absolute_q, RESULTS)
    assert values(reading, "copy_concentration", target="mycoplasma 16S") == [40.1, 41.33, 0.0, 0.11]
    assert [m.settings["well"] for m in picked(reading, "copy_concentration")] == ["A1", "B1", "A2", "B2", "A1", "B1"]
    first = picked(reading, "copy_concentration")[0]
    assert (first.settings["partitions"], first.settings["positive_partitions"]) == (20380.0, 350.0)
    assert first.acquired_at == "2026-05-21"


@pytest.mark.parametrize(
    "change",
    [
        (",40.10,", ",41.00,"),
        (",0.61,", ",1.60,"),
        (",1.51,", ",5.11,"),
        ("Pooled,40805", "Pooled,48005"),
        ("Average,20391.00", "Average,20319.00"),
    ],
)
def test_what_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert change[0] in RESULTS
    assert "PRINTED_DISAGREES" in codes(read(absolute_q, RESULTS.replace(*change)))


def test_dyes_side_by_side_are_read_well_by_well() -> None:
    reading = read(absolute_q, SUMMARY)
    assert (reading.file_kind, codes(reading)) == ("summary", ["INSTRUMENT_FLAG"])
    found = picked(reading, "copy_concentration")
    assert [(m.sample, m.settings["dye"]) for m in found[:2]] == [("EV batch 7", "FAM"), ("EV batch 7", "VIC")]
    assert values(reading, "copy_concentration", dye="FAM") == [361.79, 0.0]


def test_combinations_of_dyes_are_read_row_by_row() -> None:
    reading = read(absolute_q, COMBINED)
    assert (reading.verdict, reading.file_kind, codes(reading)) == ("accepted", "combinations of dyes", [])
    assert values(reading, "copy_concentration")[:4] == [None, 276.91, 134.31, 17.08]
    none, only_vic = picked(reading, "copy_concentration")[:2]
    assert (none.state, none.as_written, none.settings["positive_partitions"]) == (State.MISSING, "0.00", 16800.0)
    assert (only_vic.sample, only_vic.settings["dyes"]) == ("EV batch 7", "VIC")


@pytest.mark.parametrize("change", [(",2300,", ",3200,"), (",16800,", ",18600,"), (",134.31,", ",143.31,")])
def test_combinations_that_do_not_make_all_partitions_are_flagged(change: tuple[str, str]) -> None:
    assert change[0] in COMBINED
    assert set(codes(read(absolute_q, COMBINED.replace(*change)))) == {"PRINTED_DISAGREES"}


def test_an_average_without_a_well_is_no_well() -> None:
    reading = read(absolute_q, UNNAMED)
    assert (reading.verdict, codes(reading)) == ("accepted", [])
    assert values(reading, "copy_concentration") == [0.0, 3.85]
    assert codes(read(absolute_q, UNNAMED.replace("Group 1 (2)", "Group 1 (3)"))) == ["TRUNCATED"]


@given(positives=st.integers(0, 20000), partitions=st.integers(20001, 20480))
def test_copies_follow_from_the_share_of_empty_partitions(positives: int, partitions: int) -> None:
    copies = -math.log(1 - positives / partitions) / 4.32e-4
    row = (
        f"EV run 1,5/21/2026,instrument 1,plate 1,G,EV batch 7,A1,{partitions},FAM,target,{copies:.2f},,,1,{positives}"
    )
    text = RESULTS[: RESULTS.index("\r\n")] + f"\n{row}\n"
    assert codes(read(absolute_q, text)) == []


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    rows = [row for row in csv.DictReader(path.read_text("utf-8").splitlines()) if row["Name"]]
    reading = read(absolute_q, path.read_bytes())
    assert (reading.verdict, codes(reading)) == ("accepted", [])
    assert values(reading, "copy_concentration") == [float(row["Conc. cp/uL"]) for row in rows]
    assert [m.settings["positive_partitions"] for m in picked(reading, "copy_concentration")] == [
        float(row["Positives"]) for row in rows
    ]


def test_a_dye_without_one_of_the_columns_of_the_first_is_refused() -> None:
    rows = [line.split(",") for line in SUMMARY.splitlines()]
    place = [n for n, heading in enumerate(rows[1]) if heading == "CV%"][-1]
    shifted = "".join(",".join(row[:place] + row[place + 1 :]) + "\n" for row in rows)
    [issue] = read(absolute_q, shifted).issues
    assert (issue.code, issue.where.line, issue.where.column) == ("HEADING_MISSING", 2, "CV%")
