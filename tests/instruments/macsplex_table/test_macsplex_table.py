"""Batch tables of a kit's beads: headings of several programs, statistics below, states, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import Call, MarkerPanel, Quantity
from tests.instruments.macsplex_table.synthetic import table
from tests.instruments.macsquantify.synthetic import events, medians, workbook

if TYPE_CHECKING:
    from evqc.reading import Reading

SAMPLES = {
    "Blank 1.fcs": (medians(0, 11), events(11)),
    "Blank 2.fcs": (medians(0, 12), events(12)),
    "EV batch 7.fcs": (medians(1, 13), events(13)),
    "EV batch 8.fcs": (medians(0.4, 14), events(14)),
}
ONLY_MEDIANS = {name: (found, dict[str, int]()) for name, (found, _) in SAMPLES.items()}


def read(content: str | bytes) -> Reading:
    return read_export(ExportFile("x", content.encode() if isinstance(content, str) else content))


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def panels(reading: Reading) -> dict[str | None, MarkerPanel]:
    return {m.sample: m for m in reading.measurements if isinstance(m, MarkerPanel)}


def signals(reading: Reading) -> dict[str | None, list[float | None]]:
    return {name: [m.signal for m in panel.markers] for name, panel in panels(reading).items()}


EXPECTED = {
    name: [value for bead, value in SAMPLES[name][0].items() if "Control" not in bead]
    for name in ("EV batch 7.fcs", "EV batch 8.fcs")
}


def test_each_sample_is_a_panel_and_its_events_are_counted() -> None:
    reading = read(table(SAMPLES))
    assert (reading.verdict, reading.status, reading.unread) == ("accepted", "experimental", ())
    assert signals(reading) == EXPECTED
    counted = [m for m in reading.measurements if isinstance(m, Quantity)]
    assert {(q.sample, q.settings["population"]): q.value for q in counted} == {
        (name, bead): n for name, (_, on) in SAMPLES.items() for bead, n in on.items()
    }
    calls = {m.name: m.call for m in panels(reading)["EV batch 7.fcs"].markers}
    assert {calls[name] for name in ("CD9", "CD63", "CD81", "CD29", "CD44")} == {Call.POSITIVE}
    assert calls["CD19"] is not Call.POSITIVE


@pytest.mark.parametrize(
    "heading",
    [
        "Beads/{} | Median (APC-A)", "Singlets/Beads/{} | Median (Comp-APC-A)", "{} | Median (APC-A :: CD9-APC)",
        "Beads/{},Median,<APC-A>", "Beads/{}|Md R1-A", "Beads/{} | Median : APC-A",
    ],
)  # fmt: skip
def test_headings_of_several_programs(heading: str) -> None:
    assert signals(read(table(ONLY_MEDIANS, heading=heading))) == EXPECTED


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("Beads/{} | Median", "CHANNEL_NOT_STATED"),
        ("Beads/{} | Median (FL4-A)", "CHANNEL_NOT_STATED"),
        ("{}", "STATISTIC_NOT_STATED"),
    ],
)
def test_headings_that_do_not_say_all_are_flagged(heading: str, code: str) -> None:
    reading = read(table(ONLY_MEDIANS, heading=heading))
    assert signals(reading) == EXPECTED
    assert code in codes(reading)


@pytest.mark.parametrize("channel", ["FITC-A", "PE-A", "B1-A"])
def test_medians_of_the_channels_that_tell_beads_apart_are_refused(channel: str) -> None:
    assert codes(read(table(ONLY_MEDIANS, heading=f"{{}} | Median ({channel})"))) == {"CHANNEL_UNKNOWN"}


def test_other_statistics_are_unread() -> None:
    text = table(SAMPLES, events="Beads/{} | Mean (APC-A)")
    reading = read(text)
    assert signals(reading) == EXPECTED
    assert len(reading.unread) == 39
    assert not [m for m in reading.measurements if isinstance(m, Quantity)]


def test_statistics_below_are_no_samples_and_are_recomputed() -> None:
    text = table(SAMPLES)
    mean = next(line for line in text.splitlines() if line.startswith("Mean"))
    assert codes(read(text)) == {"KIT_BY_NAMES"}
    parts = mean.split(",")
    parts[10] = f"{float(parts[10]) + 5:.2f}"
    disagreeing = next(i for i in read(text.replace(mean, ",".join(parts))).issues if i.code == "PRINTED_DISAGREES")
    assert disagreeing.found == "'Mean' of CD14"
    without = "\r\n".join(line for line in text.split("\r\n") if not line.startswith("EV batch 8"))
    assert "PRINTED_DISAGREES" in codes(read(without))
    lines = text.split("\r\n")
    assert codes(read("\r\n".join([*lines[:4], lines[5], lines[4], *lines[6:]]))) == {"STATISTIC_AMONG_SAMPLES"}


@pytest.mark.parametrize("mark", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_separators_and_encodings_change_nothing(mark: str, encoding: str) -> None:
    assert signals(read(table(SAMPLES, mark=mark).encode(encoding))) == EXPECTED


def test_a_workbook_reads_as_the_text_does() -> None:
    names = list(SAMPLES["Blank 1.fcs"][0])
    rows: list[tuple[object, ...]] = [("", *(f"Beads/{name} | Median (APC-A)" for name in names))]
    rows += [(sample, *found.values()) for sample, (found, _) in SAMPLES.items()]
    assert signals(read(workbook({"table": rows}))) == EXPECTED


def test_what_stands_instead_of_a_number_keeps_its_state() -> None:
    lines = table(ONLY_MEDIANS, statistics=False).split("\r\n")
    cells = lines[3].split(",")
    cells[3:7] = ["<0.5", "n/a", "", ">99"]
    reading = read("\r\n".join([*lines[:3], ",".join(cells), *lines[4:]]))
    first = panels(reading)["EV batch 7.fcs"].markers
    assert [m.signal for m in first[:4]] == [None] * 4
    assert first[0].call is Call.NEGATIVE
    assert [m.call for m in first[1:3]] == [Call.NOT_TESTED] * 2
    assert first[1].why.split("; ")[1] == "the file says 'n/a'"
    assert first[2].why.split("; ")[1] == "its cell is empty"
    assert first[3].call is Call.POSITIVE
    assert "MEDIAN_MISSING" in codes(reading)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"', "", "ROW_LENGTH"),
        ("EV batch 7.fcs", "", "SAMPLE_MISSING"),
        ("Beads/CD19 | Median", "Beads/CD9 | Median", "MARKER_TWICE"),
    ],
)
def test_what_is_refused(old: str, new: str, code: str) -> None:
    assert codes(read(table(SAMPLES).replace(old, new))) == {code}


def test_a_row_that_stands_there_twice_is_flagged() -> None:
    lines = table(ONLY_MEDIANS, statistics=False).split("\r\n")
    assert "VALUES_TWICE" in codes(read("\r\n".join([*lines[:4], lines[3], *lines[4:]])))


def test_a_long_table_is_left_to_a_mapping() -> None:
    text = "Sample,Bead,Median APC\r\n" + "".join(f"EV batch 7,{name},1.5\r\n" for name in SAMPLES["Blank 1.fcs"][0])
    assert codes(read(text.replace("HLA-DR,DP,DQ", '"HLA-DR,DP,DQ"'))) == {"UNKNOWN_FORMAT"}
