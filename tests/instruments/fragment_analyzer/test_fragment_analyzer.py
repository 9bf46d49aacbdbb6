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


BLOCKS = (SAMPLES / "fragment_analyzer" / "blocks_by_well.csv").read_text("utf-8")
SMEAR = (SAMPLES / "fragment_analyzer" / "smear_small_rna.csv").read_text("utf-8")
GRADES = (SAMPLES / "fragment_analyzer" / "rna_quality.csv").read_text("utf-8")


def test_blocks_by_well_are_the_same_table() -> None:
    reading = read(BLOCKS)
    assert [(m.sample, m.value) for m in quantities(reading, "dna_concentration")] == [
        ("EV library 7", 1700.0),
        ("EV library 8", 500.0),
    ]
    peaks = quantities(reading, "fragment_length")
    assert [m.value for m in peaks] == [1.0, 70.0, 172.0, 6000.0, 1.0, 70.0, 6000.0]
    assert [m.settings.get("marker") for m in peaks[:4]] == ["lower", None, None, "upper"]
    assert [m.where.line for m in peaks] == [3, 4, 5, 6, 14, 15, 16]
    assert (reading.verdict, reading.status, reading.unread) == ("accepted", "experimental", ())


@pytest.mark.parametrize(
    ("text", "change", "code"),
    [
        (BLOCKS, (",1.6000,", ",6.1000,"), "PRINTED_DISAGREES"),
        (BLOCKS, (",75.0,", ",57.0,"), "PRINTED_DISAGREES"),
        (BLOCKS, (",TIC: ,0.4000, ng/uL,,,\n", ""), "TRUNCATED"),
        (
            BLOCKS,
            ("B2,EV library 8,,,,,\nPeak ID,Size (bp)", "B2,EV library 8,,,,,\nPeak ID,Size (nt)"),
            "HEADING_MISSING",
        ),
        (BLOCKS, ("EV library 8,", "EV library 8"), "ROW_UNEVEN"),
        (BLOCKS, (",TIC: ,0.4000, ng/uL,", ",TIC: ,0.4000, ng/uL"), "ROW_UNEVEN"),
        (SMEAR, (",50.0,", ",5.0,"), "PRINTED_DISAGREES"),
        (SMEAR, ("15 nt to 40 nt", "15 nt to 40"), "NOT_A_RANGE"),
        (SMEAR, ("B2,PBS,", "B2,PBS,15 nt to 40 nt,0.0000,,,,\nB1,EV batch 7,"), "WELL_TWICE"),
        (GRADES, (",9.8,", ",good,"), "NOT_A_NUMBER"),
        (GRADES, ("A3,PBS", "A1,PBS"), "WELL_TWICE"),
    ],
)
def test_the_other_tables_are_checked_too(text: str, change: tuple[str, str], code: str) -> None:
    assert codes(read(text)) == []
    assert set(codes(read(text.replace(*change, 1)))) == {code}


def test_a_well_whose_rows_are_apart_is_refused() -> None:
    lines = DNA.splitlines(keepends=True)
    [issue] = read("".join([*lines[:2], lines[5], *lines[2:5]])).issues
    assert (issue.code, issue.where.line, issue.where.column, issue.found) == ("WELL_TWICE", 4, "Well", "'B1' again")
    assert issue.expected == "all rows of a well together; those of B1 begin in line 2"


def test_older_tables_repeat_a_unit_and_have_mean_sizes() -> None:
    text = DNA.replace("60.0000", "60.0000 nmole/L").replace("From (bp),To (bp)", "Avg. Size,Note")
    reading = read(text)
    assert codes(reading) == codes(read(DNA))
    assert quantities(reading, "fragment_length")[1].settings["mean_length_bp"] == 15.0
    wrong = read(text.replace("60.0000 nmole/L", "90.0000 nmole/L"))
    assert codes(wrong).count("PRINTED_DISAGREES") > codes(reading).count("PRINTED_DISAGREES")


def test_ranges_of_dna_are_mean_lengths() -> None:
    found = quantities(read(SMEAR.replace(" nt", " bp")), "fragment_length")
    assert [(m.value, m.settings["from_bp"], m.settings.get("share_of_total_percent")) for m in found] == [
        (25.0, 15.0, 20.0),
        (92.0, 40.0, 50.0),
        (None, 15.0, None),
    ]


def test_quality_of_rna_and_of_dna() -> None:
    reading = read(GRADES)
    assert [m.value for m in quantities(reading, "rna_integrity_number")] == [2.4, 9.8, None]
    assert [m.value for m in quantities(reading, "rna_concentration")] == [1600.0, 151500.0, 0.0]
    dna = read(GRADES.replace("RQN,28S/18S", "GQN,Threshold"))
    assert [m.settings.get("gqn") for m in quantities(dna, "dna_concentration")] == [2.4, 9.8, None]


def test_a_quality_table_of_another_kind_does_not_stop_a_run() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        target.writestr("run Peak Table.csv", DNA)
        target.writestr("run Quality Table.csv", "Well,Sample ID,GQN,Total Conc. (ng/uL)\nB1,EV batch 7,5.5,1.6\n")
        target.writestr("run Smear Analysis Result.csv", SMEAR.replace(" nt", " bp"))
    reading = read(out.getvalue())
    assert codes(reading) == codes(read(DNA))
    assert [m.value for m in quantities(reading, "dna_concentration")] == [1600.0, 10.0]
    assert reading.unread == ("GQN", "Total Conc. (ng/uL)")
    assert reading.file_kind == "peak table and quality table and smear analysis"


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


def test_headings_among_the_rows_of_a_well_are_refused() -> None:
    lines = DNA.splitlines(keepends=True)
    assert codes(read("".join([*lines[:4], lines[0], *lines[4:]]))) == ["WELL_TWICE"]
    assert "WELL_TWICE" not in codes(read("".join([*lines[:5], lines[0], *lines[5:]])))


def test_blocks_whose_first_line_is_no_well_alone_are_refused() -> None:
    changed = BLOCKS.replace("B1,EV library 7", "x,EV library 7").replace("B2,EV library 8", "x,EV library 8")
    assert codes(read(changed)) in (["HEADING_MISSING"], ["NO_SAMPLE"])
