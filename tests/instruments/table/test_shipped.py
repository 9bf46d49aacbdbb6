"""Mappings that come with evqc: found by name, named when they fit, never applied by themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from evqc.errors import InputError
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import catalogue, identify, mapped_tables
from evqc.instruments.table import shipped
from evqc.measurement import SizeDistribution


def table(name: str, *, last: str = "\n") -> ExportFile:
    mapping = shipped.tables()[name].mapping
    d = mapping.distribution
    assert d is not None
    heads = [mapping.sample.column, d.lower, d.upper, d.count, d.concentration, d.dilution]
    rows = [("EV batch 7", 60, 80, 120, 2.4e7, 100), ("EV batch 7", 80, 100, 300, 6e7, 100)]
    lines = [",".join(map(str, row)) for row in [heads, *rows]]
    return ExportFile("table.csv", ("\n".join(lines) + last).encode())


@pytest.mark.parametrize("name", shipped.names())
def test_a_table_with_its_headings_is_read_when_it_is_named(name: str) -> None:
    (reader,) = mapped_tables([Path(name)])
    reading = reader.read(table(name))
    (run,) = reading.measurements
    assert isinstance(run, SizeDistribution)
    assert run.count is not None
    assert (run.count.tolist(), run.diameter_nm.lower.tolist()) == ([120.0, 300.0], [60.0, 80.0])
    assert run.concentration_total_per_ml.undiluted == pytest.approx(8.4e9)
    assert (reading.status, reading.verdict) == ("experimental", "flagged")


@pytest.mark.parametrize("name", shipped.names())
def test_without_a_name_it_is_refused_and_told(name: str) -> None:
    with pytest.raises(InputError, match=f"UNKNOWN_FORMAT(.|\n)*--mapping {name}"):
        identify(table(name))


@pytest.mark.parametrize("name", shipped.names())
def test_a_torn_table_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="TRUNCATED"):
        shipped.tables()[name].read(table(name, last=""))


def test_each_fits_its_own_headings_only() -> None:
    assert {name: shipped.fitting(table(name)) for name in shipped.names()} == {n: (n,) for n in shipped.names()}
    assert shipped.fitting(ExportFile("x.csv", b"a,b\n1,2\n")) == ()


def test_the_name_of_a_file_that_is_there_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nanofcm").write_text('title = "own"\n[sample]\nname = "x"\n', "utf-8")
    monkeypatch.chdir(tmp_path)
    assert shipped.path_of(Path("nanofcm")) == Path("nanofcm")
    assert shipped.path_of(Path("trps-izon")) == shipped.FOLDER / "trps-izon.toml"


def test_the_catalogue_lists_them_as_experimental() -> None:
    (listed,) = [entry for entry in catalogue().instruments if entry.name == "table"]
    assert [line for line in listed.reads if "(experimental)" in line] == list(shipped.reads())
