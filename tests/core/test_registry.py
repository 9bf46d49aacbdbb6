"""A file is read by exactly one instrument, and what no instrument knows is refused with what was tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import evqc
from evqc.errors import InputError
from evqc.instruments import _many
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import joiners, joiners_of, known, names, read_export
from evqc.reading import Reading, accepted

if TYPE_CHECKING:
    from pathlib import Path


class Claims:
    """An instrument that claims every file."""

    NAME, TITLE, STATUS, READS = "greedy", "Greedy reader", "experimental", ("everything",)

    def recognises(self, _: ExportFile) -> bool:
        return True

    def read(self, file: ExportFile) -> Reading:
        return accepted(file.source, instrument=self.NAME, software_version=None, file_kind="any", measurements=())


def test_an_unknown_file_is_refused_with_what_was_tried() -> None:
    reading = read_export(ExportFile("notes.txt", b"hello, lab\n"))
    assert reading.verdict == "refused"
    assert reading.issues[0].code == "UNKNOWN_FORMAT"
    assert f"one of {len(known())} readers" in reading.issues[0].expected
    assert "evqc instruments" in reading.issues[0].expected


def test_two_readers_that_claim_one_file_are_named() -> None:
    one, two = Claims(), Claims()
    two.NAME = "hungry"
    reading = read_export(ExportFile("a.csv", b"x,y\n"), mapped=(one, two))  # type: ignore[arg-type]  # a class stands in for a module
    assert reading.issues[0].code == "AMBIGUOUS_FORMAT"
    assert "greedy and hungry" in reading.issues[0].found


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "EMPTY_FILE"),
        (bytes(range(256)) * 40, "ENCODING"),
        (b"\x7fELF" * 40, "UNKNOWN_FORMAT"),
        ("Size / nm".encode("utf-16") + b"x", "ENCODING"),
        ("Size / nm".encode("utf-16"), "UNKNOWN_FORMAT"),
    ],
)
def test_bytes_that_are_no_export(data: bytes, code: str) -> None:
    assert read_export(ExportFile("a", data)).issues[0].code == code


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("z.txt", "b/a.txt", "a.txt"):
        (tmp_path / name).write_text("hello")
    readings = evqc.read(tmp_path)
    assert [r.source.name for r in readings.readings] == ["a.txt", "b/a.txt", "z.txt"]


@pytest.mark.parametrize("what", ["missing", "empty"])
def test_nothing_to_read_is_an_error(what: str, tmp_path: Path) -> None:
    path = tmp_path / what
    if what == "empty":
        path.mkdir()
    with pytest.raises(InputError):
        evqc.read(path)


def test_an_instrument_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    with pytest.raises(InputError, match="UNKNOWN_INSTRUMENT"):
        evqc.read(tmp_path, instrument="crystal ball")


def test_a_mapping_among_the_files_is_no_export(tmp_path: Path) -> None:
    for name, data in evqc.simulate("protein").items():
        (tmp_path / name).write_bytes(data)
    readings = evqc.read(tmp_path, mappings=tmp_path.glob("*.toml")).readings
    assert [(r.instrument, r.verdict) for r in readings] == [("table", "accepted")]


def test_two_mappings_that_fit_one_table_are_named_and_one_may_be_chosen(tmp_path: Path) -> None:
    made = evqc.simulate("protein")
    table, mapping = made
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_bytes(made[mapping].replace(b"Simulated", name[:1].encode()))
    (tmp_path / table).write_bytes(made[table])
    mappings = sorted(tmp_path.glob("*.toml"))
    [torn] = _many.read(tmp_path, mappings=mappings).readings
    assert torn.issues[0].code == "AMBIGUOUS_FORMAT"
    assert "table 'a protein assay' and table 'b protein assay'" in torn.issues[0].found
    [clear] = _many.read(tmp_path, mappings=mappings, mappings_of={table: mappings[:1]}).readings
    assert clear.verdict == "accepted"


def test_a_mapping_that_nearly_fits_says_which_heading_it_misses(tmp_path: Path) -> None:
    for name, data in evqc.simulate("protein").items():
        (tmp_path / name).write_bytes(data.replace(b"Dilution", b"Dil.") if name.endswith(".csv") else data)
    [reading] = evqc.read(tmp_path, mappings=tmp_path.glob("*.toml")).readings
    assert reading.issues[0].code == "UNKNOWN_FORMAT"
    assert "'Simulated protein assay' the file lacks the heading 'Dilution'" in reading.issues[0].expected


def test_progress_counts_the_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_text("x")
    seen: list[tuple[int, int, str]] = []
    _many.read(tmp_path, progress=lambda *step: seen.append(step))
    assert seen == [(0, 2, "a"), (1, 2, "b")]


def test_the_names_are_those_of_the_modules() -> None:
    assert list(names()) == sorted(names()) == list(known())


def test_joiners_are_chosen_by_name_in_alphabetical_order() -> None:
    assert joiners_of(names()) == joiners()
    some = ("zetaview", "a table of somebody", "fcs", "nanosight_report", "nanosight")
    assert [reader.NAME for reader in joiners_of(some)] == ["nanosight", "nanosight_report", "zetaview"]
    assert joiners_of([]) == ()


@pytest.mark.parametrize("name", sorted(known()))
def test_a_module_offers_what_the_package_says(name: str) -> None:
    module = known()[name]
    assert name == module.NAME
    assert module.__name__.endswith(f".{name}")  # type: ignore[attr-defined]  # instruments are modules
    assert module.TITLE
    assert module.READS
    assert module.STATUS in {"verified", "experimental"}
