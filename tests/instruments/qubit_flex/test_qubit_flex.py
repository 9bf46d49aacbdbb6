"""The Qubit Flex reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import qubit_flex
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/protein_quant") if "qubit_flex" in p.name]
GOOD = (SAMPLES / "qubit_flex" / "outside_core_range.csv").read_text("utf-8")


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return qubit_flex.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=qubit_flex.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


def test_the_core_range_is_inclusive_and_flags_only_what_lies_outside() -> None:
    assert codes(read(GOOD)) == ["OUTSIDE_CORE_RANGE"]
    assert codes(read(GOOD.replace(",0.720,ng/uL,7.20,", ",1.0,ng/uL,10,"))) == []
    assert codes(read(GOOD.replace(",0.720,ng/uL,7.20,", ",120,ng/uL,1200,"))) == ["OUTSIDE_CORE_RANGE"]


def test_headings_directly_below_others_are_refused() -> None:
    above, headings, *body = GOOD.splitlines(keepends=True)
    other = headings.replace("Std 1 RFU,Std 2 RFU", "Std 5 RFU,Std 1 RFU")
    [issue] = read("".join([above, headings, other, *body])).issues
    assert (issue.code, issue.where.line, issue.found) == ("HEADINGS_TWICE", 3, "headings again, with 'Std 5 RFU'")
    assert read("".join([above, headings, headings, *body])).verdict == "flagged"
    assert codes(read("".join([above, headings, headings, *body]))) == codes(read(GOOD))


def test_another_export_below_with_other_headings_is_flagged() -> None:
    above, headings, *body = GOOD.splitlines(keepends=True)
    other = headings.replace("Std 1 RFU,Std 2 RFU", "Std 5 RFU,Std 1 RFU")
    assert "HEADINGS_DIFFER" in codes(read("".join([above, headings, body[0], other, body[1]])))
    assert "HEADINGS_DIFFER" not in codes(read("".join([above, headings, body[0], headings, body[1]])))


@pytest.mark.parametrize(
    ("change", "code"),
    [((",6.40,", ",64.0,"), "PRINTED_DISAGREES"), ((",2,100,", ",4,100,"), "PRINTED_DISAGREES")],
)
def test_what_contradicts_itself_is_flagged(change: tuple[str, str], code: str) -> None:
    assert code in codes(read(GOOD.replace(*change)))


def test_units_convert() -> None:
    found = quantities(read(GOOD.replace("6.40,ng/uL,64.0,ng/mL", "6.40,ug/mL,0.0640,ug/mL")), "rna_concentration")
    assert [m.value for m in found] == [6400.0, 720.0]


def test_lot_well_and_version_come_from_the_file() -> None:
    reading = read(GOOD.replace("02:00:40 PM,,,,,,8", "02:00:40 PM,lot 9,plate 2,B3,id 4,,8"))
    assert reading.software_version == "1.5.0"
    said = quantities(reading, "rna_concentration")[0].settings
    assert [said[k] for k in ("reagent_lot", "plate", "well", "sample_id")] == ["lot 9", "plate 2", "B3", "id 4"]


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("sep=")]
    rows = list(csv.DictReader(lines))
    reading = read(path.read_bytes())
    found = quantities(reading, "rna_concentration")
    assert reading.verdict == "accepted"
    assert len(rows) == len(found) == 6
    for row, quantity in zip(rows, found, strict=True):
        assert quantity.value == float(row["Original Sample Conc."]) * 1000
        assert quantity.settings["tube_concentration_ng_per_ml"] == float(row["Qubit Tube Conc."]) * 1000
        assert quantity.settings["sample_rfu"] == float(row["Sample RFU"])
        assert quantity.settings["dilution_factor"] == 200
        assert quantity.sample == row["Sample Name"]
        assert quantity.acquired_at == "2022-12-13T16:41:09"
