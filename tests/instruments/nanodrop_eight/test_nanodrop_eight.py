"""The NanoDrop Eight reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import nanodrop_eight
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/protein_quant") if "nanodrop_eight" in p.name]
RNA = (SAMPLES / "nanodrop_eight" / "rna_decimal_comma.txt").read_bytes().decode()
SPECTRUM = (SAMPLES / "nanodrop_eight" / "dsdna_with_spectrum.txt").read_bytes().decode()
COLUMNS = {
    "rna_concentration": "ng/µL",
    "dna_concentration": "ng/µL",
    "absorbance_ratio_260_280": "A260/A280",
    "absorbance_ratio_260_230": "A260/A230",
}


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return nanodrop_eight.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=nanodrop_eight.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


def test_zone_serial_number_and_spectrum() -> None:
    reading = read(SPECTRUM)
    (found,) = quantities(reading, "dna_concentration")
    assert found.acquired_at == "2026-05-19T14:01:07+02:00"
    assert found.settings["serial_number"] == "4711"
    assert reading.unread == ("spectrum 220.0 to 350.0 nm",)


@pytest.mark.parametrize(
    "change", [("\t40.0\t", "\t400\t"), ("\t2.0\t", "\t0.2\t"), ("0.8000", "0.0800"), ("\t1.6\t", "\t2.6\t")]
)
def test_what_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert "PRINTED_DISAGREES" in codes(read(SPECTRUM.replace(*change)))


def test_the_sample_has_its_identifier_whatever_heads_it() -> None:
    assert quantities(read(RNA), "rna_concentration")[0].settings["sample_id"] == "u-1"
    assert quantities(read(SPECTRUM), "dna_concentration")[0].settings["sample_id"] == "id-1"


def test_ambiguous_dates_stay_text_and_are_flagged() -> None:
    reading = read(RNA.replace("19/05/2026", "09/05/2026"))
    assert "DATE_AMBIGUOUS" in codes(reading)
    assert quantities(reading, "rna_concentration")[0].acquired_at == "09/05/2026 14:19"


def test_an_unknown_application_is_no_guess() -> None:
    assert len(quantities(read(RNA.replace("\tRNA\n", "\tUV-Vis\n")), "analyte_concentration")) == 2


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    lines = [line.split("\t") for line in path.read_text("utf-8").splitlines()]
    top = next(i for i, line in enumerate(lines) if "ng/µL" in line)
    rows = [dict(zip(lines[top], line, strict=False)) for line in lines[top + 1 :]]
    reading = read(path.read_bytes())
    assert set(codes(reading)) <= {"DATE_AMBIGUOUS"}
    seen = 0
    for measurand, heading in COLUMNS.items():
        scale = 1000 if heading == "ng/µL" else 1
        got = [m.value for m in quantities(reading, measurand)]
        expected = [float(row[heading].replace(",", ".")) * scale for row in rows]
        assert got in ([], pytest.approx(expected, rel=1e-12))
        seen += len(got)
    absorbances = [float(row[h].replace(",", ".")) for row in rows for h in ("A260", "A280")]
    assert [m.value for m in quantities(reading, "absorbance")] == absorbances
    assert seen == 3 * len(rows)
