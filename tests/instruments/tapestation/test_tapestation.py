"""The TapeStation reader on invented exports, on changed ones, and on real files where they are."""

from __future__ import annotations

import gzip
import re
from typing import TYPE_CHECKING

import pytest

from evqc.errors import InputError
from evqc.instruments import tapestation
from evqc.instruments._export import ExportFile
from evqc.measurement import Quantity
from evqc.reading import Reading, refused
from tests.places import SAMPLES, corpus_files, needs_corpus

if TYPE_CHECKING:
    from pathlib import Path

REAL = [p for p in corpus_files("markers/rna") if re.search(r"(tapestation.*|16-HS)\w*\.xml|16-RNA\.xml", p.name)]
SIGNALS = [p for p in corpus_files("markers/rna") if "Electropherogram" in p.name]
RNA = (SAMPLES / "tapestation" / "small_rna_region.xml").read_text("utf-8")
DNA = (SAMPLES / "tapestation" / "cfdna_above_range.xml").read_text("utf-8")


def read(data: bytes | str) -> Reading:
    """As the registry does once this reader is chosen: refused when it raises."""
    file = ExportFile("run", data if isinstance(data, bytes) else data.encode())
    try:
        return tapestation.read(file)
    except InputError as error:
        return refused(file.source, error.issues, instrument=tapestation.NAME)


def codes(reading: Reading) -> list[str]:
    return [issue.code for issue in reading.issues]


def quantities(reading: Reading, measurand: str) -> list[Quantity]:
    return [m for m in reading.measurements if isinstance(m, Quantity) and m.measurand == measurand]


def test_the_region_of_an_rna_is_a_share_in_its_window() -> None:
    (found,) = quantities(read(RNA), "small_rna_share")
    assert (found.value, found.settings["from_nt"], found.settings["to_nt"]) == (56.25, 15.0, 200.0)
    assert found.settings["mean_length_nt"] == 95.0


def test_a_dash_is_not_reported_and_a_bound_is_a_bound() -> None:
    assert [m.reason for m in quantities(read(RNA), "rna_concentration")] == [None, "not reported"]
    above = quantities(read(DNA), "fragment_length")[-1]
    assert (above.value, above.bound, above.reason) == (None, 800.0, "above range")


@pytest.mark.parametrize(
    "change",
    [
        ("<CalibratedQuantity>32.0", "<CalibratedQuantity>23.0"),
        ("<Molarity>1050", "<Molarity>1500"),
        ("<PercentIntegratedArea>66.67", "<PercentIntegratedArea>76.67"),
        ("<PercentOfTotal>40.00", "<PercentOfTotal>4.00"),
        ("<PercentOfTotal>56.25", "<PercentOfTotal>65.25"),
        ("<Area>0.800", "<Area>0.080"),
    ],
)
def test_what_contradicts_itself_is_flagged(change: tuple[str, str]) -> None:
    assert "PRINTED_DISAGREES" not in codes(read(RNA))
    assert "PRINTED_DISAGREES" in codes(read(RNA.replace(*change)))


def test_the_ratio_of_ribosomal_rna_is_that_of_its_areas() -> None:
    text = RNA.replace(
        "<Observations></Observations>\n          <PercentIntegratedArea>66",
        "<Observations>28S</Observations>\n          <PercentIntegratedArea>66",
    )
    text = text.replace(
        "<Observations></Observations>\n          <PercentIntegratedArea>33",
        "<Observations>18S</Observations>\n          <PercentIntegratedArea>33",
    )
    assert "PRINTED_DISAGREES" not in codes(read(text.replace("SArea>-", "SArea>2.0")))
    assert "PRINTED_DISAGREES" in codes(read(text.replace("SArea>-", "SArea>1.2")))


def test_entities_are_refused() -> None:
    text = RNA.replace("<File>", "<!DOCTYPE x [<!ENTITY a 'b'>]><File>", 1)
    assert codes(read(text)) == ["XML_DECLARATION"]


def pieces(text: str, name: str) -> list[str]:
    return re.findall(rf"<{name}>\s*(.*?)\s*</{name}>", text, re.DOTALL)


REGIONS = (SAMPLES / "tapestation" / "compact_region_table.csv").read_bytes().decode("cp1252")
PEAKS = (SAMPLES / "tapestation" / "compact_peak_table.csv").read_text("utf-8")
TABLE = (SAMPLES / "tapestation" / "sample_table.csv").read_text("utf-8")


def test_regions_as_csv() -> None:
    reading = read(REGIONS)
    first, second, missing = quantities(reading, "fragment_length")
    assert (first.value, first.settings["concentration_ng_per_ul"], first.settings["share_of_total_percent"]) == (
        312.0,
        23.7,
        95.5,
    )
    assert (second.value, missing.value, missing.reason, missing.sample) == (120.0, None, "empty", "EV library 8")
    assert (reading.verdict, reading.unread, reading.status) == ("accepted", (), "experimental")


def test_regions_of_nucleotides_are_shares_of_rna() -> None:
    reading = read(REGIONS.replace("[bp]", "[nt]"))
    assert [m.value for m in quantities(reading, "small_rna_share")] == [95.5, 4.43, None]
    assert quantities(reading, "small_rna_share")[0].settings["mean_length_nt"] == 312.0


@pytest.mark.parametrize(
    ("text", "change", "code"),
    [
        (REGIONS, ("4.43", "44.3"), "PRINTED_DISAGREES"),
        (REGIONS, (",1.10,", ",11.0,"), "PRINTED_DISAGREES"),
        (PEAKS, ("9220", "2290"), "PRINTED_DISAGREES"),
        (TABLE, (",,,80.0", ",!!,,80.0"), "INSTRUMENT_ALERT"),
        (TABLE, (",2.1,", ",21,"), "INTEGRITY_OUTSIDE"),
        (REGIONS, (",550,312,", ",250,312,"), "LENGTH_OUTSIDE"),
        (PEAKS, ("18;35", "28;35"), "LENGTH_OUTSIDE"),
        (REGIONS, ("A1,EV library 7", "EV library 7,A1"), "NOT_A_WELL"),
    ],
)
def test_tables_that_contradict_themselves_are_flagged(text: str, change: tuple[str, str], code: str) -> None:
    changed = [f"{i.code} {i.found}" for i in read(text.replace(*change)).issues]
    assert [c for c in changed if c.startswith(code)] != [f"{i.code} {i.found}" for i in read(text).issues]


@pytest.mark.parametrize(("encoding", "separator"), [("utf-8-sig", ","), ("utf-16", ";"), ("cp1252", "\t")])
def test_tables_in_other_encodings_and_separators(encoding: str, separator: str) -> None:
    data = REGIONS.replace(",", separator).encode(encoding)
    assert tapestation.recognises(ExportFile("x.csv", data))
    assert [m.value for m in quantities(read(data), "fragment_length")] == [312.0, 120.0, None]


@pytest.mark.parametrize(
    ("headings", "run", "measurand"),
    [
        ("RINe,28S/18S (Area)", "run.RNA", "rna_concentration"),
        ("DIN,Note", "run.gDNA", "dna_concentration"),
        ("Size,Note", "run.HSD5000", "dna_concentration"),
        ("Size,Note", "run.HSRNA", "rna_concentration"),
        ("Size,Note", "run.other", "analyte_concentration"),
    ],
)
def test_what_a_sample_table_measures(headings: str, run: str, measurand: str) -> None:
    text = TABLE.replace("RINe,28S/18S (Area)", headings).replace("run.RNA", run).replace("2.1,0.1", "-,-")
    found = quantities(read(text), measurand)
    assert [m.sample for m in found] == ["Ladder", "EV batch 7", "EV batch 8"]


def test_a_table_without_its_lengths_is_refused() -> None:
    assert codes(read(PEAKS.replace("Size [bp]", "Length"))) == ["HEADING_MISSING"]


def test_lengths_in_a_unit_that_is_none_are_refused() -> None:
    """Before, another capital raised an exception."""
    assert codes(read(PEAKS.replace("Size [bp]", "Size [bP]"))) == ["UNIT_UNKNOWN"]


def test_what_stays_in_the_well_of_a_gel_is_part_of_the_areas() -> None:
    names = "Area Size CalibratedQuantity AssignedQuantity Molarity Number PercentIntegratedArea PercentOfTotal Comment"
    rows = (
        "1.00 100 8.50 8.50 131 - - - Marker",
        "2.33 &gt;60000 19.8 - - 1 98.40 72.91 -",
        "0.04 - - - - 2 - - Sample",
    )
    peaks = "".join(
        "<Peak>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(names.split(), row.split(), strict=True)) + "</Peak>"
        for row in rows
    )
    text = re.sub(r"<Peaks>.*?</Peaks>", f"<Peaks>{peaks}</Peaks>", DNA, count=1, flags=re.DOTALL)
    text = re.sub(r"<Concentration>.*?<", "<Concentration>27.2<", text, count=1)
    assert "PercentIntegratedArea" not in {i.found.split()[0] for i in read(text).issues}
    assert "PercentIntegratedArea" in {i.found.split()[0] for i in read(text.replace("98.40", "89.40")).issues}


@needs_corpus
@pytest.mark.parametrize("path", REAL, ids=lambda p: p.name)
def test_real_files_by_their_text(path: Path) -> None:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    reading = read(data)
    assert reading.verdict in {"accepted", "flagged"}
    samples = pieces(text, "Sample")
    scale = 1000 if "ng/µl" in text else 1
    expected = [float(pieces(s.split("<Peaks>")[0], "Concentration")[0]) * scale for s in samples]
    kind = "dna_concentration" if "DNA</Assay>" in text else "rna_concentration"
    assert [m.value for m in quantities(reading, kind)] == pytest.approx(expected, rel=1e-12)
    rins = [float(v) for s in samples for v in pieces(s, "RINe")]
    assert [m.value for m in quantities(reading, "rna_integrity_number")] == rins
    ratios = [None if v == "-" else float(v) for s in samples for v in pieces(s, "Ratio28S18SArea")]
    assert [m.value for m in quantities(reading, "ribosomal_ratio")] == ratios
    sizes = [v for s in samples for v in re.findall(r"<(?:Size|AverageSize)>(.*?)<", s)]
    lengths = quantities(reading, "fragment_length")
    assert [m.value for m in lengths] == [None if v.startswith("&") or v == "-" else float(v) for v in sizes]


@needs_corpus
@pytest.mark.parametrize("path", [p for p in REAL if p.suffix == ".gz"], ids=lambda p: p.name)
def test_quantity_molarity_and_shares_of_every_real_peak_follow_from_each_other(path: Path) -> None:
    assert "PRINTED_DISAGREES" not in codes(read(path.read_bytes()))


@needs_corpus
@pytest.mark.parametrize("path", SIGNALS, ids=lambda p: p.name)
def test_real_electropherograms_are_refused_by_name(path: Path) -> None:
    data = path.read_bytes()
    assert tapestation.recognises(ExportFile("x.csv", data))
    assert codes(read(data)) == ["SIGNAL_WITHOUT_AXIS"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("<Size>90</Size>", "<Size>90</Size><Size>25</Size>", "FIELD_TWICE"),
        ("<Peaks>", "<Peaks><Peak>", "FIELD_NESTED"),
    ],
)
def test_fields_that_stand_twice_or_within_each_other_are_refused(old: str, new: str, code: str) -> None:
    compact = "".join(line.strip() for line in RNA.splitlines())
    changed = compact.replace(old, new, 1)
    changed = changed.replace("</Peaks>", "</Peak></Peaks>", 1) if code == "FIELD_NESTED" else changed
    assert (codes(read(changed)), changed != compact) == ([code], True)


def test_a_unit_that_an_encoding_damaged_is_flagged() -> None:
    text = (SAMPLES / "tapestation" / "compact_peak_table.csv").read_text("utf-8")
    assert "UNIT_UNKNOWN" not in codes(read(text))
    assert "UNIT_UNKNOWN" in codes(read(text.encode().decode("cp1252")))
