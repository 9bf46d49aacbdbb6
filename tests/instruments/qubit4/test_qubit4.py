"""The Qubit 4 reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
import re
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import qubit4
from evqc.instruments._export import ExportFile
from evqc.instruments._registry import known
from evqc.measurement import Quantity, State
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/protein_quant") if "qubit4" in p.name]
GOOD = (SAMPLES / "qubit4" / "protein_three_standards.csv").read_text("utf-8")
HEADINGS, ROW = GOOD.splitlines(keepends=True)[:2]


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return qubit4.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=qubit4.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


@pytest.mark.parametrize(
    ("written", "state", "bound", "reason"),
    [
        ("Out of range", State.MISSING, None, "out of range"),
        ("<2.50", State.BELOW_RANGE, 2.5, "below range"),
        (">6000", State.ABOVE_RANGE, 6000.0, "above range"),
        ("Out of range <", State.BELOW_RANGE, None, "below range"),
        ("", State.MISSING, None, "empty"),
        ("N/A", State.MISSING, None, "not available"),
        ("NaN", State.MISSING, None, "not a number"),
        ("---", State.MISSING, None, "not reported"),
        ("?????", State.MISSING, None, "not computed"),
        ("*45.2*", State.MISSING, None, "masked"),
    ],
)
def test_what_is_no_number_keeps_its_own_state(written: str, state: State, bound: float | None, reason: str) -> None:
    (found,) = quantities(read(HEADINGS + ROW.replace(",45.2,", f",{written},")), "protein_concentration")
    assert (found.value, found.state, found.bound, found.reason) == (None, state, bound, reason)


@pytest.mark.parametrize(
    ("assay", "measurand", "unit", "value"),
    [
        ("Protein BR", "protein_concentration", "ug/mL", 45.2),
        ("RNA HS", "rna_concentration", "ng/mL", 45200.0),
        ("microRNA", "rna_concentration", "ng/mL", 45200.0),
        ("1x dsDNA High Sensitivity", "dna_concentration", "ng/mL", 45200.0),
        ("ssDNA", "dna_concentration", "ng/mL", 45200.0),
        ("RNA IQ", "analyte_concentration", "ug/mL", 45.2),
        ("My assay", "analyte_concentration", "ug/mL", 45.2),
        ("DNA and RNA", "analyte_concentration", "ug/mL", 45.2),
    ],
)
def test_the_assay_says_what_is_measured(assay: str, measurand: str, unit: str, value: float) -> None:
    reading = read(HEADINGS + ROW.replace(",Protein,", f",{assay},"))
    (found,) = quantities(reading, measurand)
    assert (found.unit, found.value) == (unit, value)
    assert ("ANALYTE_UNNAMED" in codes(reading)) == (measurand == "analyte_concentration")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ((",45.2,", ",54.2,"), "PRINTED_DISAGREES"),
        ((",20,10,", ",20,11,"), "PRINTED_DISAGREES"),
        ((",4.52,", ",Out of range,"), "PRINTED_DISAGREES"),
        (("802.4,4213.7", "4213.7,802.4"), "STANDARDS_DO_NOT_RISE"),
        (("2026-03-04", "2026-03-05"), "DATE_AMBIGUOUS"),
        (("04/03/2026 09:14:05 AM", "2026-04-03 09:14:05"), "DATE_DISAGREES"),
    ],
)
def test_what_contradicts_itself_is_flagged(change: tuple[str, str], code: str) -> None:
    reading = read(HEADINGS + ROW.replace(*change))
    assert code in codes(reading)
    assert reading.verdict == "flagged"


@pytest.mark.parametrize(("tube", "original"), [("123", "1230"), ("123", "1228"), ("4.5", "45")])
def test_three_figures_are_no_disagreement(tube: str, original: str) -> None:
    assert codes(read(HEADINGS + ROW.replace(",4.52,", f",{tube},").replace(",45.2,", f",{original},"))) == []


def test_the_day_of_the_run_tells_day_from_month() -> None:
    (found,) = quantities(read(HEADINGS + ROW), "protein_concentration")
    assert found.acquired_at == "2026-03-04T09:14:05"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_encodings_and_line_ends_change_nothing(encoding: str, end: str) -> None:
    data = GOOD.replace("\n", end).encode(encoding)
    assert [m.value for m in quantities(read(data), "protein_concentration")] == [45.2, None, None]


def test_semicolons_and_decimal_commas() -> None:
    text = GOOD.replace(",", ";").replace(".", ",").replace("conc,", "conc.")
    assert [m.value for m in quantities(read(text), "protein_concentration")] == [45.2, None, None]


def test_columns_in_another_order_and_a_missing_optional_one() -> None:
    names, *rows = csv.reader(GOOD.splitlines())
    order = [7, 6, 5, 4, 3, 2, 1, 0, 8, 9, 10, 15, 16]
    order = [6, 7, 4, 5, *order[4:]]
    text = "".join(",".join(row[i] for i in order) + "\n" for row in (names, *rows))
    assert [m.value for m in quantities(read(text), "protein_concentration")] == [45.2, None, None]


def test_units_may_stand_in_columns_of_their_own_name() -> None:
    names = HEADINGS.replace("Original sample conc.,Units", "Original sample conc.,Original sample conc. units")
    names = re.sub(r"Qubit\S* tube conc\.,Units", "Qubit tube conc.,Qubit tube conc. units", names)
    assert names.count("units") == 2
    file = ExportFile("run", (names + ROW).encode())
    assert [i.NAME for i in known().values() if i.recognises(file)] == ["qubit4"]
    reading = qubit4.read(file)
    assert [m.value for m in quantities(reading, "protein_concentration")] == [45.2]
    assert (reading.verdict, reading.unread) == ("accepted", ())


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    names, *rows = csv.reader(path.read_text("utf-8").splitlines())
    assert names[6:8] == ["Original sample conc.", "Units"]
    reading = read(path.read_bytes())
    found = quantities(reading, "dna_concentration")
    assert reading.verdict == "accepted"
    assert reading.unread == ()
    assert len(found) == len(rows)
    for row, quantity in zip(rows, found, strict=True):
        expected = None if row[6] == "Out of range" else float(Decimal(row[6]) * 1000)
        assert quantity.value == expected
        assert (quantity.sample, quantity.method) == (row[2], row[1])
        assert quantity.settings["tube_concentration_ng_per_ml"] == (row[4] if expected is None else float(row[4]))
        day = datetime.strptime(row[2][8:], "%y%m%d-%H%M%S")  # noqa: DTZ007  files state no zone
        assert quantity.acquired_at == day.isoformat()
