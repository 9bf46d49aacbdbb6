"""Readers of densitometry tables: what each row says, states, marks, encodings and what the file contradicts."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evqc.instruments._export import ExportFile
from evqc.instruments._registry import read_export
from evqc.measurement import Quantity, State
from tests.instruments.image_lab.native import HEADINGS, LANES, text, workbook
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from evqc.reading import Reading

HERE = Path(__file__).parent
SHAPES = "Image Name,Channel,Name,Signal,Total,Area,Bkgnd.\nblot,700,1,{},12000,800,2\n"
REGION = " ,Area,Mean,IntDen\n1,1200,84.5,{}\n"
PEAKS = " ,Area,Percent\n1,30.5,25.000\n2,91.5,75.000\n"
GRID = ";A;B;C\n1;3100;{};12\n2;2700;5;134\n"


def read(content: str | bytes, encoding: str = "utf-8") -> Reading:
    return read_export(ExportFile("a", content.encode(encoding) if isinstance(content, str) else content))


def sample(path: str) -> Reading:
    return read((HERE / path).read_bytes())


def found(reading: Reading) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity)]


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues if issue.code != "LANE_MAP_MISSING"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("image_studio/western_blot_shapes.csv", [10400, 350, 51200.5, None]),
        ("image_studio/signal_is_not_total_less_background.csv", [10400.5, 3500]),
        ("image_studio/in_cell_western.csv", [4210000, 1.0, 905000, None, 39000, None, 12000, None]),
        ("image_lab/two_lanes.xlsx", [150000, 30000, 50000]),
        ("image_lab/without_adjusted_volume.csv", [5000, 7000.5, None]),
        ("imagej/gel_analyzer_peaks.csv", [12034.258, 5200.125, 2765.617]),
        ("imagej/measured_regions.csv", [101400, 73500, 15000, None]),
        ("imagej/tabs_and_decimal_comma.txt", [212.625, 84]),
        ("array_grid/decimal_comma.csv", [3100.5, None, 12.25, 2700, 5.5, 134]),
        ("array_grid/no_line_end.csv", [3100, None, 12, 2700, 5]),
    ],
)
def test_signals_in_the_order_of_the_file(path: str, expected: list[float | None]) -> None:
    reading = sample(path)
    assert [m.value for m in found(reading)] == expected
    assert {m.measurand for m in found(reading)} == {"marker_signal"}
    assert "LANE_MAP_MISSING" in [issue.code for issue in reading.issues]


@pytest.mark.parametrize(
    ("text", "signals", "unread"),
    [
        (" ,Area,Mean,Type,SR\n1,10,2.5,General,0\n2,20,3.5,Signal ratio,1.4\n", [2.5, 3.5], ("Type", "SR")),
        ("Label,Area,Mean,IntDen\na.tif,10,2.5,25\nb.tif,20,2.5,50\n", [25, 50], ()),
        ("Area\tMean\tMin\n10\t2.5\t1\n20\t3.5\t2\n", [2.5, 3.5], ()),
        (" \tArea\tMean\tXStart\tYStart\n1\t10\t2.5\t668\t458\n", [2.5], ()),
    ],
    ids=["columns of a macro", "labels without row numbers", "no row numbers", "tabs"],
)
def test_imagej_tables_of_other_choices(text: str, signals: list[float], unread: tuple[str, ...]) -> None:
    reading = read(text)
    assert (reading.instrument, reading.verdict, reading.unread) == ("imagej", "accepted", unread)
    assert [m.value for m in found(reading)] == signals
    assert [m.settings["row"] for m in found(reading)] == list(range(1, len(signals) + 1))


@pytest.mark.parametrize(
    "text", [" ,Area,Population\n1,10,2\n", "Name,Area,Mean\na,10,2.5\n", "Area,Mean,Price\n1,2,3\n"]
)
def test_other_tables_with_an_area_are_not_of_imagej(text: str) -> None:
    assert read(text).instrument is None


@pytest.mark.parametrize(
    ("written", "state", "reason"),
    [
        ("", State.MISSING, "empty"),
        ("N/A", State.MISSING, "not available"),
        ("NaN", State.MISSING, "not a number"),
        ("---", State.MISSING, "not reported"),
        ("#NUM!", State.MISSING, "not computed"),
        ("*10400*", State.MISSING, "masked"),
        ("?????", State.MISSING, "not computed"),
        ("Out of range", State.MISSING, "out of range"),
        ("<5.5", State.BELOW_RANGE, "below range"),
        (">60000", State.ABOVE_RANGE, "above range"),
    ],
)
@pytest.mark.parametrize("template", [SHAPES, REGION, GRID])
def test_what_is_no_number_keeps_its_state(template: str, written: str, state: State, reason: str) -> None:
    reading = read(template.format(written))
    (signal,) = [m for m in found(reading) if m.as_written == written]
    assert (signal.state, signal.reason, signal.value) == (state, reason, None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SHAPES.format("10400"), []),
        (SHAPES.format("10900"), ["PRINTED_DISAGREES"]),
        (SHAPES.format("10400").replace("Bkgnd.", "Mean").replace(",2\n", ",15.0\n"), []),
        (SHAPES.format("10400").replace("Bkgnd.", "Mean").replace(",2\n", ",16.0\n"), ["PRINTED_DISAGREES"]),
        (REGION.format("101400"), []),
        (REGION.format("101600"), ["PRINTED_DISAGREES"]),
        (PEAKS, []),
        (PEAKS.replace("75.000", "74.000"), ["PRINTED_DISAGREES"]),
    ],
)
def test_printed_numbers_beside_those_computed(content: str, expected: list[str]) -> None:
    assert codes(read(content)) == expected


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("content", [SHAPES.format("10400"), REGION.format("101400"), PEAKS, GRID.format("7")])
def test_encodings_and_line_ends(content: str, encoding: str) -> None:
    expected = [m.value for m in found(read(content))]
    assert expected
    for end in ("\n", "\r\n", "\r"):
        assert [m.value for m in found(read(content.replace("\n", end), encoding))] == expected


def test_a_first_line_may_name_the_separator() -> None:
    assert [m.value for m in found(read("sep=,\n" + SHAPES.format("10400")))] == [10400]


def test_a_quoted_comma_stays_in_its_cell() -> None:
    assert found(read(SHAPES.format("10400").replace("blot", '"HLA-DR,DP,DQ"')))[0].settings["image"] == "HLA-DR,DP,DQ"


def test_a_zero_spot_lies_below_the_background_and_is_no_zero() -> None:
    zero = found(read(GRID.format("0")))[1]
    assert (zero.state, zero.as_written, zero.settings["spot"]) == (State.BELOW_RANGE, "0", "B1")


def test_image_lab_columns_may_come_in_another_order_and_some_be_missing() -> None:
    order = [0, 5, 1, 3]
    lanes = tuple(tuple(tuple(band[i] for i in order) for band in lane) for lane in LANES)
    reading = read(text(lanes, tuple(HEADINGS[i] for i in order), "\t"))
    assert [m.value for m in found(reading)] == [150000, 30000, 50000]
    assert [m.settings["lane"] for m in found(reading)] == [1, 2, 1]


@pytest.mark.parametrize(
    ("first", "place", "shown"),
    [(True, "Lang", "'Lang'"), (False, "Band No.", "'Band No.' twice in the block of one lane")],
)
def test_an_image_lab_lane_whose_heading_is_damaged_is_not_passed_over(first: bool, place: str, shown: str) -> None:
    begin, _, rest = text(LANES).partition("Lane,Band No.")
    end = rest.replace(",Lane,", ",Lang,")
    reading = read(f"{begin}Lang,Band No.{rest}" if first else f"{begin}Lane,Band No.{end}")
    [issue] = reading.issues
    assert (issue.code, issue.where.line, issue.where.column, issue.found) == ("LANE_BLOCK", 2, place, shown)
    assert reading.measurements == ()


def test_image_lab_volumes_are_told_apart() -> None:
    band = found(sample("image_lab/two_lanes.xlsx"))[0]
    assert band.settings["background_corrected"] is True
    assert band.settings["volume_au"] == 210000
    assert band.settings["molecular_weight_kDa"] == 24.1
    assert band.where.column == "F3"
    plain = found(sample("image_lab/without_adjusted_volume.csv"))[0]
    assert plain.settings["background_corrected"] is False


def test_image_lab_text_and_workbook_say_the_same() -> None:
    values = [m.value for m in found(read(workbook(LANES)))]
    assert values == [m.value for m in found(read(text(LANES)))]


@needs_corpus
@pytest.mark.parametrize("path", [p for p in corpus_files("markers/western_blot") if "Grid" in p.name], ids=str)
def test_real_grids_read_independently(path: Path) -> None:
    with path.open(encoding="ascii", newline="") as file:
        top, *rows = csv.reader(file, delimiter=";")
    expected = {f"{letter}{row[0]}": int(text) for row in rows for letter, text in zip(top[1:], row[1:], strict=True)}
    reading = read(path.read_bytes())
    assert codes(reading) == ["LAST_NUMBER_OPEN"]
    last = expected.popitem()
    assert reading.issues[0].found == f"'{last[1]}' and the end of the file"
    spots = {str(m.settings["spot"]): m for m in found(reading)}
    assert {spot: m.value or 0 for spot, m in spots.items()} == expected
    assert {spot for spot, m in spots.items() if m.state is State.BELOW_RANGE} == {
        s for s, n in expected.items() if not n
    }
