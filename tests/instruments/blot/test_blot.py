from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import mapped_tables, read_export
from evqc.measurement import Call, MarkerPanel

if TYPE_CHECKING:
    from evqc.reading import Reading

HERE = Path(__file__).parent
MAP = (HERE / "imagej_two_samples.mapping.toml").read_text("utf-8")
TABLE = (HERE / "imagej_two_samples.csv").read_text("utf-8")


def read(tmp_path: Path, lanes: str = MAP, table: str = TABLE) -> Reading:
    path = tmp_path / "lanes.toml"
    path.write_text(lanes, "utf-8")
    return read_export(ExportFile("Results.csv", table.encode()), mapped=mapped_tables([path]))


def test_bands_become_a_panel_with_its_controls(tmp_path: Path) -> None:
    reading = read(tmp_path)
    assert (reading.instrument, reading.verdict) == ("blot", "accepted")
    *bands, panel = reading.measurements
    assert len(bands) == 6
    assert isinstance(panel, MarkerPanel)
    assert [(m.name, m.signal, m.call) for m in panel.markers] == [
        ("CD63", 12000.5, Call.INDETERMINATE),
        ("Calnexin", 300.0, Call.INDETERMINATE),
    ]
    assert {(c.kind, c.marker, c.signal) for c in panel.controls} == {
        ("blank", "CD63", 600.125), ("loading", "Beta-actin", 20000.0), ("lysate", "CD63", 9000.25),
        ("lysate", "Calnexin", 8100.0),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("row = 6", "row = 9", "BAND_MISSING"),
        ("row = 6", "row = 5", "BAND_AMBIGUOUS"),
        ("at = { row = 6 }", "at = { statistic = 'peak area' }", "BAND_AMBIGUOUS"),
    ],
)
def test_maps_that_do_not_fit_the_table(tmp_path: Path, old: str, new: str, code: str) -> None:
    assert [issue.code for issue in read(tmp_path, MAP.replace(old, new)).issues] == [code]


def test_bands_that_the_map_does_not_name_are_flagged(tmp_path: Path) -> None:
    reading = read(tmp_path, MAP[: MAP.rindex("[[band]]")])
    assert [issue.code for issue in reading.issues] == ["BANDS_NOT_MAPPED"]


def test_a_torn_table_is_refused_with_a_map_too(tmp_path: Path) -> None:
    assert read(tmp_path, table=TABLE[:-4]).verdict == "refused"


@pytest.mark.parametrize(
    "lanes",
    [
        MAP.replace('instrument = "imagej"', 'instrument = "scanner"'),
        MAP.replace('sample = "EV batch 7"\n', ""),
        MAP.replace("Calnexin", "CD63"),
        MAP.replace("at = { row = 1 }", "at = { }"),
        MAP.replace('role = "blank"', 'role = "empty"'),
    ],
)
def test_faulty_maps_are_refused(tmp_path: Path, lanes: str) -> None:
    with pytest.raises(InputError) as error:
        read(tmp_path, lanes)
    assert {issue.code for issue in error.value.issues} == {"MAPPING"}


def test_without_a_map_the_reader_reads_nothing() -> None:
    reading = read_export(ExportFile("Results.csv", TABLE.encode()), instrument="blot")
    assert [issue.code for issue in reading.issues] == ["MAPPING_MISSING"]
