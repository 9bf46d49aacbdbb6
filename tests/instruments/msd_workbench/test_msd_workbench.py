"""The Discovery Workbench reader on lists of known content, on damaged ones, and on real files where they are."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest

from evqc.errors import InputError
from evqc.instruments import msd_workbench
from evqc.instruments._export import ExportFile, load
from evqc.measurement import Call, MarkerPanel, Quantity, State
from evqc.reading import Reading, refused
from tests.instruments.msd_workbench.native import BELOW, SPOTS, below_about, rows, text, with_units
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/immunoassay") if "msd_workbench" in p.name]


def read(data: str | bytes) -> Reading:
    file = ExportFile("plate.csv", data if isinstance(data, bytes) else data.encode("utf-8"))
    try:
        return msd_workbench.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=msd_workbench.NAME)


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


def panels(reading: Reading) -> list[MarkerPanel]:
    return [m for m in reading.measurements if isinstance(m, MarkerPanel)]


def quantities(reading: Reading) -> dict[tuple[object, object], Quantity]:
    found = [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand != "luminescence"]
    return {(q.settings["well"], q.settings["analyte"]): q for q in found}


PLATE = text(rows())


def test_wells_of_samples_are_panels_with_the_zero_standard_as_blank() -> None:
    found = panels(read(PLATE))
    assert [(p.sample, p.where.field) for p in found] == [
        ("EV batch 7", "C01"), ("EV batch 7", "C02"), ("EV batch 8", "D01"), ("EV batch 8", "D02"),
    ]  # fmt: skip
    cd81 = found[0].markers[0]
    assert (cd81.name, cd81.signal, cd81.background, cd81.call) == ("CD81", 9513.0, 63.0, Call.POSITIVE)
    assert [c.signal for c in found[0].controls if c.marker == "CD81"] == [61.0, 65.0]


@pytest.mark.parametrize(
    ("well", "analyte", "state", "value", "written", "role"),
    [
        ("C01", "CD81", State.MEASURED, 15.25, None, "sample"),
        ("C01", "IL-8", State.BELOW_RANGE, None, "0.015", "sample"),
        ("C02", "IL-8", State.BELOW_RANGE, None, "NaN", "sample"),
        ("D01", "CD81", State.ABOVE_RANGE, None, "NaN", "sample"),
        ("B01", "CD81", State.MEASURED, 51.0, None, "standard"),
    ],
)
def test_a_number_outside_the_range_is_text_only(
    well: str, analyte: str, state: State, value: float, written: str, role: str
) -> None:
    found = quantities(read(PLATE))[well, analyte]
    assert (found.state, found.value, found.as_written) == (state, value, written)
    assert (found.measurand, found.unit, found.settings["role"]) == ("analyte_result", "a.u.", role)


def test_the_blank_has_no_concentration() -> None:
    assert not any(q.sample == "Blank" for q in quantities(read(PLATE)).values())


@pytest.mark.parametrize("heading", ["in heading", "in column"])
def test_a_stated_unit_converts(heading: str) -> None:
    table = with_units(rows()) if heading == "in heading" else [
        [*row, "Conc. Unit" if i == 0 else "pg/mL"] for i, row in enumerate(rows())
    ]  # fmt: skip
    found = quantities(read(text(table)))["C01", "CD81"]
    assert (found.measurand, found.unit) == ("analyte_concentration", "ug/mL")
    assert found.value == pytest.approx(15.25e-6)
    assert "UNIT_UNKNOWN" not in codes(read(text(table)))


def test_a_plate_that_agrees_with_itself_has_no_disagreement() -> None:
    assert codes(read(PLATE)) == {"UNIT_NOT_STATED", "DILUTION_UNCLEAR"}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (",9513,9513,", ",9523,9513,", "PRINTED_DISAGREES"),
        (",102,", ",112,", "PRINTED_DISAGREES"),  # recovery of S001: 100 * 51 / 50
        (",49.75,", ",59.75,", "PRINTED_DISAGREES"),  # mean of 51 and 48.5
        ("CD81,C02,1", "CD81,C02,3", "SPOTS_DIFFER"),
        ("Calc. Concentration,", "Calculated,", "NO_CONCENTRATIONS"),
    ],
)
def test_a_contradiction_is_flagged(old: str, new: str, code: str) -> None:
    assert old in PLATE
    assert code in codes(read(PLATE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("EV batch 7,CD81,C02", "EV batch 7,CD81,C01", "SPOT_TWICE"),
        ("EV batch 7,CD81,C02", "EV batch 7,CD81,", "WELL_MISSING"),
        (",9513,9513,", ",much,9513,", "NOT_A_NUMBER"),
        ("Sample,Assay", "Name,Assay", "HEADING_MISSING"),
    ],
)
def test_what_cannot_be_read_is_refused(old: str, new: str, code: str) -> None:
    assert codes(read(PLATE.replace(old, new))) == {code}


def test_only_blanks_are_refused() -> None:
    assert codes(read(text(rows(SPOTS[:4])))) == {"NO_SAMPLES"}


def test_several_plates_keep_their_blanks_apart() -> None:
    brighter = tuple(replace(s, signal=s.signal * 10) for s in SPOTS)
    both = read(PLATE + text(rows(brighter), "Plate_EV0043"))
    blanks = [{c.signal for c in p.controls if c.marker == "CD81"} for p in panels(both)]
    assert blanks == [{61.0, 65.0}] * 4 + [{610.0, 650.0}] * 4
    assert {q.settings["plate"] for q in both.measurements if isinstance(q, Quantity)} == {"EV0042", "EV0043"}


def test_semicolons_and_decimal_commas_change_no_number() -> None:
    table = [[cell.replace(".", ",") if cell.replace(".", "").isdigit() else cell for cell in row] for row in rows()]
    german = "\r\n".join(";".join(row) for row in [["Plate_EV0042"], *table]) + "\r\n"
    assert read(german).measurements == read(PLATE).measurements or [
        (q.value, q.state) for q in quantities(read(german)).values()
    ] == [(q.value, q.state) for q in quantities(read(PLATE)).values()]


def test_lines_about_the_plate_may_stand_above_the_list() -> None:
    file = ExportFile("plate.csv", below_about(rows()).encode())
    reading = msd_workbench.read(file)
    found = quantities(reading)["C01", "CD81"]
    assert msd_workbench.recognises(file)
    assert (found.value, found.acquired_at, found.settings["operator"]) == (15.25, "2026-01-20T13:40:36", "night shift")
    assert (reading.software_version, reading.unread) == ("4.0.12", ("Layout",))


def test_a_title_of_an_experiment_ends_the_list_above() -> None:
    second = text(rows()).replace("EV batch", "EV batch 1").replace("Plate_EV0042", "Plate_EV0043")
    assert len(panels(read(PLATE + "\r\nExperiment 7: Data\r\n" + second))) == 2 * len(panels(read(PLATE)))


def test_ends_of_the_range_are_bounds_and_groups_are_roles() -> None:
    limits = [["Detection Limits: Calc. Low", "Sample Group"], *(["0.02", _group(row[0])] for row in rows()[1:])]
    table = [[*row, *more] for row, more in zip(rows(), limits, strict=True)]
    table[0][table[0].index("Concentration")] = "Standard Concentration"
    found = quantities(read(text(table)))
    assert (found["C01", "IL-8"].state, found["C01", "IL-8"].bound) == (State.BELOW_RANGE, 0.02)
    assert found["D01", "CD81"].settings["role"] == "control"
    assert found["B01", "CD81"].settings["expected_as_printed"] == 50.0


def _group(sample: str) -> str:
    return {"Blank": "Blanks", "S001": "Standards", "EV batch 8": "Controls"}.get(sample, "Unknowns")


@pytest.mark.parametrize(("sd", "flagged"), [("130.8147545", False), ("13.08", True)])
def test_printed_standard_deviations_are_compared(sd: str, *, flagged: bool) -> None:
    table = [[*row, "Std. Deviation" if i == 0 else sd if row[0] == "EV batch 7" and row[1] == "CD81" else "NaN"]
             for i, row in enumerate(rows())]  # fmt: skip
    assert ("PRINTED_DISAGREES" in codes(read(text(table)))) is flagged


def test_wells_with_fewer_assays_are_flagged_when_the_file_goes_on() -> None:
    lacking = [row for row in rows() if (row[0], row[1]) != ("S001", "CD81")]
    assert "SPOTS_MISSING" in codes(read(text(lacking)))


def test_a_workbook_reads_like_the_text_and_knows_the_reader() -> None:
    path = SAMPLES / "msd_workbench" / "workbook-of-a-plate.xlsx"
    reading = msd_workbench.read(load(path, path.name))
    assert [p.markers for p in panels(reading)] == [p.markers for p in panels(read(PLATE))]
    found = quantities(reading)["C01", "CD81"]
    assert (found.value, found.settings["serial_number"]) == (15.25, "SN0001")
    assert reading.software_version == "MMPR 2.0.10"


def _listed(path: Path) -> list[dict[str, Any]]:
    """Rows by heading, by openpyxl or csv alone."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path)["Workbench data"]
        told = [list(row) for row in sheet.iter_rows(values_only=True)]
    else:
        told = [[cell or None for cell in row] for row in csv.reader(path.read_text("utf-8").splitlines())]
    return [dict(zip(map(str, told[1]), row, strict=True)) for row in told[2:]]


def _number(cell: Any) -> float | None:
    return None if cell is None or math.isnan(float(cell)) else float(cell)


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_every_number_of_a_real_file_is_read(path: Path) -> None:
    reading, listed = msd_workbench.read(load(path, path.name)), _listed(path)
    found = quantities(reading)
    assert len(found) == len(listed)
    signals = {(p.where.field, m.as_written): m.signal for p in panels(reading) for m in p.markers}
    for row in listed:
        one = found[row["Well"], row["Assay"]]
        outside = "In" not in str(row.get("Detection Range", "In"))
        assert one.value == (None if outside else _number(row["Calc. Concentration"]))
        assert one.state is not State.MEASURED or not outside
        if row["Concentration"] is None:
            assert signals[row["Well"], row["Assay"]] == float(row["Signal"])
        else:
            assert one.settings["expected_as_printed"] == float(row["Concentration"])


@needs_corpus
def test_the_statistics_of_a_real_file_are_the_printed_ones() -> None:
    path = next(p for p in REAL if p.suffix == ".csv")
    assert "PRINTED_DISAGREES" not in codes(msd_workbench.read(load(path, path.name)))
    assert BELOW.startswith("Below")
