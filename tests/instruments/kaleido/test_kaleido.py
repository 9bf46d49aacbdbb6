"""The Kaleido reader on invented exports, on changed ones, and on a real file where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.measurement import State
from tests.instruments.plates import by_well, codes, grid, quantities, read, sample
from tests.places import corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

TWO = sample("kaleido", "absorbance_software_2.csv").decode()
THREE = sample("kaleido", "fluorescence_software_3.csv").decode()
REAL = [p for p in corpus_files("markers/plate_reader") if p.name.startswith("revvity_kaleido")]


def test_software_2() -> None:
    reading = read("kaleido", TWO)
    well = by_well(reading)["A1"]
    assert (reading.software_version, codes(reading)) == ("2.0.3058.126", [])
    assert (well.measurand, well.value) == ("absorbance", 2.207569499529886)
    assert (well.method, well.acquired_at) == ("EV BCA", "2026-09-21T16:16:18.228455-04:00")
    assert well.settings == {
        "well": "A1", "plate": "EV-7", "repeat": "1", "read": "ABS mono 1", "wavelength_nm": 562.0,
        "serial_number": "1234567", "content": "standard", "group": "S1",
    }  # fmt: skip


def test_software_3() -> None:
    reading = read("kaleido", THREE)
    well = by_well(reading)["D6"]
    assert (reading.software_version, well.measurand, well.value) == ("3.0.3067.117", "fluorescence", 3755.0)
    assert (well.settings["excitation_nm"], well.settings["emission_nm"]) == (550.0, 580.0)
    assert (well.settings["plate"], well.acquired_at) == ("EV-8", "2026-09-21T16:21:30")


def test_states_plate_map_and_empty_wells() -> None:
    wells = by_well(read("kaleido", TWO))
    assert (wells["A2"].state, wells["A2"].as_written) == (State.ABOVE_RANGE, "OVER")
    assert (wells["B3"].sample, wells["C1"].settings["content"]) == ("U2", "blank")
    assert len(wells) == 23


def test_a_filter_gives_the_wavelength_where_no_monochromator_does() -> None:
    text = TWO.replace("Excitation wavelength [nm],,,,562", "Excitation wavelength [nm],,,,")
    text = text.replace("Exc. filter [nm],,,,", "Exc. filter [nm],,,,450")
    assert by_well(read("kaleido", text))["A1"].settings["wavelength_nm"] == 450.0


def test_images_beside_a_read_are_flagged_and_the_read_is_there() -> None:
    text = THREE.replace(
        "\nMeasurement Information",
        "\nResult for IMG 1\n\n,1,2,3,4,5,6,\n"
        + "".join(f"{letter}" + ",a.tiff" * 6 + ",\n" for letter in "ABCD")
        + "\n\nMeasurement Information",
    )
    reading = read("kaleido", text)
    assert (codes(reading), "IMG 1" in reading.unread) == (["READ_NOT_READ"], True)
    assert [q.value for q in quantities(reading)] == [q.value for q in quantities(read("kaleido", THREE))]


def test_a_barcode_is_no_key() -> None:
    assert not [key for key in read("kaleido", THREE).unread if key.startswith("EV-")]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("A,2.20", "A,2.2O", "NOT_A_NUMBER"),
        ("ABS mono 1", "Label-free 1", "MODE_UNKNOWN"),
        ("Exported with Kaleido", "Exported by", "TRUNCATED"),
        ("\r\nC,", "\r\nD,", "GRID_ROWS"),
        ("Results for\u00a0 ABS mono 1", "Results for\u00a0", "NO_READS"),
    ],
)
def test_errors_have_a_code(old: str, new: str, code: str) -> None:
    assert old in TWO
    reading = read("kaleido", TWO.replace(old, new))
    assert (reading.verdict, reading.issues[0].code) == ("refused", code)


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_file_is_read(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    top = next(n for n, line in enumerate(lines) if line.startswith(",1,2,3"))
    cells = grid([line.split(",")[1:] for line in lines[top + 1 : top + 9]])
    found = by_well(read("kaleido", path.read_bytes()), wavelength_nm=450.0)
    assert {well: q.value for well, q in found.items()} == {well: float(text) for well, text in cells.items()}


def test_the_line_of_a_plate_that_lost_a_comma_is_flagged() -> None:
    assert "\nEV-8,1,," in THREE
    assert codes(read("kaleido", THREE.replace("\nEV-8,1,,", "\nEV-8(1,,"))) == ["ROW_UNEVEN"]
