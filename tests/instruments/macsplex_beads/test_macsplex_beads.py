"""One file a bead: medians and events, names that say bead and sample, folders that become panels."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import Call, MarkerPanel, Quantity
from tests.samples import joined, joined_in_one_folder

if TYPE_CHECKING:
    from evqc.reading import Reading


def events(values: list[float], end: str = "\n") -> bytes:
    return end.join([*map(str, values), ""]).encode()


def read(name: str, data: bytes) -> Reading:
    return read_export(ExportFile(name, data))


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


@given(values=st.lists(st.floats(-1e4, 1e6).map(lambda v: round(v, 2)), min_size=1, max_size=80))
def test_median_and_events_are_those_of_the_column(values: list[float]) -> None:
    reading = read("EV batch 7_53.csv", events(values))
    median, count = reading.measurements
    assert isinstance(median, Quantity)
    assert isinstance(count, Quantity)
    assert median.value == pytest.approx(statistics.median(values))
    assert (count.value, median.sample, median.settings["marker"]) == (len(values), "EV batch 7", "CD9")
    assert reading.verdict == "flagged"
    assert "END_UNMARKED" in codes(reading)


@pytest.mark.parametrize(
    ("name", "sample", "marker"),
    [
        ("EV batch 7_53.csv", "EV batch 7", "CD9"),
        ("run/EV batch 7-33.CSV", "EV batch 7", "HLA-DRDPDQ"),
        ("EV batch A96.csv", "EV batch A", "REA control"),
    ],
)
def test_the_name_says_bead_and_sample(name: str, sample: str, marker: str) -> None:
    median = read(name, events([1.5, 2.5])).measurements[0]
    assert isinstance(median, Quantity)
    assert (median.sample, median.settings["marker"]) == (sample, marker)


def test_a_number_that_could_begin_earlier_is_flagged() -> None:
    assert "BEAD_NUMBER_DOUBTFUL" in codes(read("EV batch 753.csv", events([1.5])))


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("EV batch 7.csv", events([1.5]), "BEAD_NUMBER"),
        ("EV batch 7_12.csv", events([1.5]), "BEAD_NUMBER"),
        ("EV batch 7_53.csv", b"1.5\n2.5", "TRUNCATED"),
        ("EV batch 7_53.csv", b"1.5\n2.5\n1.234,5\n", "DECIMAL_MIXED"),
        ("EV batch 7_53.csv", b"1,234\n", "DECIMAL_AMBIGUOUS"),
        ("EV batch 7_53.csv", b"1.5\n\n2.5\n3.5\n", "UNKNOWN_FORMAT"),
        ("EV batch 7_53.csv", b"1.5\n" * 3000 + b"x\n1\n", "NOT_A_NUMBER"),
    ],
)
def test_what_is_refused(name: str, data: bytes, code: str) -> None:
    assert codes(read(name, data)) == {code}


def test_the_beads_of_a_folder_become_a_panel() -> None:
    readings = joined("macsplex_beads")
    carrying = {name: r for name, r in readings.items() if any(isinstance(m, MarkerPanel) for m in r.measurements)}
    assert list(carrying) == ["EV batch 7_53.csv"]
    panel = next(m for m in carrying["EV batch 7_53.csv"].measurements if isinstance(m, MarkerPanel))
    assert {m.name: m.call for m in panel.markers} == {"CD9": Call.POSITIVE, "CD81": Call.INDETERMINATE}
    assert [(c.kind, c.marker, c.name) for c in panel.controls] == [
        ("isotype", "CD9", "99"), ("isotype", "CD81", "96"), ("blank", "CD9", "Blank 1"), ("blank", "CD9", "Blank 2"),
    ]  # fmt: skip
    assert set(readings["EV batch 7_99.csv"].source.joined) == {f"EV batch 7_{n}.csv" for n in (53, 65, 96)}
    assert {"FEW_EVENTS", "BEAD_MISSING"} <= codes(next(iter(readings.values())))


def test_two_files_of_one_bead_make_no_panel() -> None:
    names = ["EV batch 7_53.csv", "EV batch 7 53.csv", "EV batch 8_53.csv"]
    found = joined_in_one_folder([read(name, events([1.5])) for name in names])
    assert ["BEAD_TWICE" in codes(r) for r in found] == [True, True, False]
    assert [len(r.measurements) for r in found] == [2, 2, 3]
