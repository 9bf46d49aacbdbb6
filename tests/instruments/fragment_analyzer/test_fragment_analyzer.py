"""The Fragment Analyzer reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import fragment_analyzer
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/rna") if p.name.startswith("FA_")]
RUN = (SAMPLES / "fragment_analyzer" / "small_rna_run.zip").read_bytes()
DNA = (SAMPLES / "fragment_analyzer" / "dna_peaks.csv").read_bytes().decode()


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return fragment_analyzer.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=fragment_analyzer.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


def zipped(**changed: tuple[str, str]) -> bytes:
    """The run with a text exchanged in the tables whose names hold a word."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(RUN)) as run, zipfile.ZipFile(out, "w") as target:
        for name in run.namelist():
            text = run.read(name).decode()
            for word, change in changed.items():
                text = text.replace(*change) if word in name else text
            target.writestr(name, text)
    return out.getvalue()


def test_the_quality_table_says_that_rna_was_measured() -> None:
    reading = read(RUN)
    assert [m.value for m in quantities(reading, "rna_concentration")] == [1600.0, 10.0]
    share, missing = quantities(reading, "small_rna_share")
    assert (share.value, missing.value, missing.reason) == (20.0, None, "not available")
    assert codes(reading) == []


def test_nucleotides_alone_name_no_analyte() -> None:
    reading = read(DNA.replace("(bp)", "(nt)"))
    assert len(quantities(reading, "analyte_concentration")) == 2
    assert "ANALYTE_UNNAMED" in codes(reading)


@pytest.mark.parametrize(
    ("table", "change", "code"),
    [
        ("Peak", ("0.3000", "0.4000"), "PRINTED_DISAGREES"),
        ("Peak", ("40.0000", "41.0000"), "PRINTED_DISAGREES"),
        ("Peak", (",,,1.5000,60.0000,1.6000", ",,,1.5000,60.0000,1.7000"), "PRINTED_DISAGREES"),
        ("Quality", (",20.0,", ",70.0,"), "PRINTED_DISAGREES"),
        ("Electropherogram", ("EV batch 7", "EV batch 9"), "NAMES_DISAGREE"),
    ],
)
def test_what_contradicts_itself_is_flagged(table: str, change: tuple[str, str], code: str) -> None:
    assert code in codes(read(zipped(**{table: change})))


def test_zips_that_are_too_large_or_broken_are_refused_early() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("run Peak Table.csv", b"0" * (fragment_analyzer.LARGEST_UNPACKED + 1))
    assert codes(read(out.getvalue())) == ["FILE_TOO_LARGE"]
    assert codes(read(RUN[:-30])) == ["BROKEN_ZIP"]
    assert not fragment_analyzer.recognises(ExportFile("x.zip", RUN[:-30]))


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_cells(path: Path) -> None:
    with zipfile.ZipFile(path) as run:
        tables = {
            kind: list(csv.DictReader(run.read(name).decode().splitlines()))
            for name in run.namelist()
            for kind in ("Peak Table", "Quality Table")
            if kind in name
        }
    reading = read(path.read_bytes())
    assert codes(reading) == []
    rows = tables["Peak Table"]
    unit = "nt" if "Size (nt)" in rows[0] else "bp"
    kind = "rna_concentration" if unit == "nt" else "dna_concentration"
    wells = {row["Well"]: float(row["Total Conc. (ng/ul)"]) * 1000 for row in rows}
    found = quantities(reading, kind)
    assert [m.settings["well"] for m in found] == list(wells)
    assert [m.value for m in found] == pytest.approx(list(wells.values()), rel=1e-12)
    peaks = quantities(reading, "fragment_length")
    assert [m.value for m in peaks] == [float(row[f"Size ({unit})"]) for row in rows if row["Peak ID"]]
    assert [m.settings["concentration_ng_per_ul"] for m in peaks] == [float(r["ng/ul"]) for r in rows if r["Peak ID"]]
    shares = [m.value for m in quantities(reading, "small_rna_share")]
    assert shares == [float(row["% microRNA"]) for row in tables.get("Quality Table", [])]
