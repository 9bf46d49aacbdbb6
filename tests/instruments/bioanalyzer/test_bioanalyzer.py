"""The Bioanalyzer reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import csv
import gzip
import re
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import bioanalyzer
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = corpus_files("markers/rna")
RESULTS = [p for p in REAL if p.name == "ba.results.csv"]
TRACES = [p for p in REAL if p.name in {"ba.sample1.csv", "ba.ladder.csv"}]
CHIPS = [p for p in REAL if "Total RNA" in p.name]
DNA = (SAMPLES / "bioanalyzer" / "dna_results.csv").read_bytes().decode("cp1252")
SMALL = (SAMPLES / "bioanalyzer" / "small_rna_results.csv").read_text("utf-8")
CHIP = (SAMPLES / "bioanalyzer" / "chip.xml").read_text("utf-8")


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return bioanalyzer.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=bioanalyzer.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


def test_quoted_thousands_are_thousands() -> None:
    found = quantities(read(DNA), "fragment_length")
    assert [m.value for m in found] == [35, 344, 1040, 475, 35, 344]
    assert found[0].settings["molarity_pmol_per_l"] == 5411.3
    assert found[3].settings["concentration_pg_per_ul"] == 1020.4


def test_a_sample_that_the_run_had_and_the_file_lacks_is_flagged() -> None:
    assert "SAMPLES_MISSING" not in codes(read(DNA))
    assert "SAMPLES_MISSING" in codes(read(DNA.replace("Samples Run,2", "Samples Run,5")))


def test_overall_results_of_small_rna() -> None:
    reading = read(SMALL)
    assert [m.value for m in quantities(reading, "rna_concentration")] == [1240.5, 512.1]
    assert [m.value for m in quantities(reading, "small_rna_share")] == [41.0]
    (rin,) = quantities(reading, "rna_integrity_number")
    assert (rin.value, rin.reason, rin.settings["remark"]) == (None, "not available", "(B.02.08)")


@pytest.mark.parametrize(
    ("written", "value", "reason", "remark"),
    [
        ("8.6  (B.02.08)", 8.6, None, "(B.02.08)"),
        ("8.6,(B.02.08)", 8.6, None, "(B.02.08)"),
        (
            "7.1  (B.02.08, Anomaly Threshold(s) manually adapted)",
            7.1,
            None,
            "(B.02.08, Anomaly Threshold(s) manually adapted)",
        ),
        ("N/A  (B.02.08)", None, "not available", "(B.02.08)"),
    ],
)
def test_a_rin_may_carry_its_version_and_a_remark(
    written: str, value: float | None, reason: str | None, remark: str
) -> None:
    (rin,) = quantities(read(SMALL.replace("N/A,(B.02.08)", written)), "rna_integrity_number")
    assert (rin.value, rin.reason, rin.settings["remark"]) == (value, reason, remark)


@pytest.mark.parametrize("change", [("<rRNARatio>1.5", "<rRNARatio>2.5"), ("<ResultString>2.4", "<ResultString>4.2")])
def test_a_chip_that_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert codes(read(CHIP)) == []
    assert codes(read(CHIP.replace(*change))) == ["PRINTED_DISAGREES"]


def test_an_anomaly_of_the_rin_is_named() -> None:
    (rin,) = quantities(read(CHIP), "rna_integrity_number")
    assert rin.settings["anomalies"] == "Marker"


def test_a_sample_that_failed_is_flagged() -> None:
    assert codes(read(CHIP.replace("Success<", "Failed<"))) == ["INSTRUMENT_ALERT"]


@needs_corpus
@pytest.mark.parametrize("path", RESULTS, ids=lambda p: p.name)
def test_real_results_by_their_cells(path: Path) -> None:
    rows = list(csv.reader(path.read_text("cp1252").splitlines()))
    reading = read(path.read_bytes())
    assert codes(reading) == []
    peaks = [row for row in rows if len(row) == 10 and re.fullmatch(r"[\d,]+", row[0])]
    regions = [row for row in rows if row[0] == "Region 1"]
    found = quantities(reading, "fragment_length")
    got = [m for m in found if "peak" in m.settings]
    assert [m.value for m in got] == [float(row[0].replace(",", "")) for row in peaks]
    for place, name in ((1, "concentration_pg_per_ul"), (2, "molarity_pmol_per_l"), (4, "area")):
        assert [m.settings[name] for m in got] == [float(row[place].replace(",", "")) for row in peaks]
    mean = [m.value for m in found if "region" in m.settings]
    assert mean == [float(row[5]) for row in regions]
    assert len(found) == len(peaks) + len(regions)


@needs_corpus
@pytest.mark.parametrize("path", TRACES, ids=lambda p: p.name)
def test_real_traces_by_their_lines(path: Path) -> None:
    text = path.read_text("cp1252")
    pairs = [line.split(",") for line in re.findall(r"^[\d.]+,-?[\d.E-]+$", text, re.MULTILINE)]
    (series,) = read(path.read_bytes()).series
    assert len(pairs) == 2121
    assert series.time_s.tolist() == [float(t) for t, _ in pairs]
    assert series.value.tolist() == [float(v) for _, v in pairs]


@needs_corpus
@pytest.mark.parametrize("path", CHIPS, ids=lambda p: p.name)
def test_real_chips_by_their_text(path: Path) -> None:
    text = gzip.decompress(path.read_bytes()).decode()
    reading = read(path.read_bytes())
    assert codes(reading) == []
    samples = re.findall(r'<Sample key="\d+">.*?</Sample>', text, re.DOTALL)
    assert len(samples) == len(quantities(reading, "rna_concentration"))
    scale = 1000 if "<ConcentrationUnit>ng" in text else 1
    totals = [float(re.findall(r"<TotalConcentration>(.*?)<", s)[0]) * scale for s in samples]
    assert [m.value for m in quantities(reading, "rna_concentration")] == pytest.approx(totals, rel=1e-12)
    rins = [float(v) for s in samples for v in re.findall(r"<RIN>(.*?)<", s)[:1]]
    assert [m.value for m in quantities(reading, "rna_integrity_number")] == rins
    ratios = [float(v) for s in samples for v in re.findall(r"<rRNARatio>(.*?)<", s)[:1] if v != "0"]
    assert [m.value for m in quantities(reading, "ribosomal_ratio")] == ratios
    parts = [re.findall(r'<DARIntegrator><Channel key="1">.*?</PeaksMolecular>', s, re.DOTALL)[0] for s in samples]
    sizes = [float(v) for part in parts for v in re.findall(r"<FragmentSize>(.*?)<", part)]
    assert [m.value for m in quantities(reading, "fragment_length")] == sizes


@pytest.mark.parametrize("area", ["<Area>---</Area>", ""])
def test_a_ratio_of_which_one_area_is_no_number_stays_and_is_flagged(area: str) -> None:
    assert "<Area>2</Area>" in CHIP
    reading = read(CHIP.replace("<Area>2</Area>", area))
    assert [m.value for m in quantities(reading, "ribosomal_ratio")] == [1.5]
    assert "NOT_A_NUMBER" in codes(reading)


@pytest.mark.parametrize(
    ("lost", "code"), [("<Name>18S</Name>", "MISSING_FIELD"), ("<SizeUnit>nt</SizeUnit>", "UNIT_UNKNOWN")]
)
def test_results_whose_name_or_unit_is_lost_are_not_passed_over(lost: str, code: str) -> None:
    assert lost in CHIP
    assert codes(read(CHIP.replace(lost, "", 1))) == [code]


def test_a_unit_that_an_encoding_damaged_is_flagged() -> None:
    assert "UNIT_UNKNOWN" not in codes(read(DNA))
    assert "UNIT_UNKNOWN" in codes(read(DNA.replace("[pg/µl]", "[pg/Âµl]")))
