"""Readers of protein tables: identities, presence, shares, and what a table may hide."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from evqc.instruments._export import ExportFile
from evqc.instruments._proteins import damaged, protein
from evqc.instruments._registry import read_export
from evqc.measurement import Call, MarkerPanel, Quantity, State

if TYPE_CHECKING:
    from evqc.reading import Reading

HERE = Path(__file__).parent


def read(path: str, *changes: tuple[str, str]) -> Reading:
    text = (HERE / path).read_text("utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_export(ExportFile("a", text.encode()))


def panel(reading: Reading, sample: str | None) -> dict[str, Call]:
    found = [m for m in reading.measurements if isinstance(m, MarkerPanel) and m.sample == sample]
    return {m.name: m.call for m in found[0].markers}


def share(reading: Reading, sample: str | None) -> Quantity:
    found = [m for m in reading.measurements if isinstance(m, Quantity) and m.sample == sample]
    assert found[0].measurand == "contaminant_share"
    return found[0]


def codes(reading: Reading) -> set[str]:
    return {issue.code for issue in reading.issues}


@pytest.mark.parametrize(
    ("identity", "genes", "markers", "plasma"),
    [
        ("sp|P21926|CD9_HUMAN", "CD9", ["CD9"], None),
        ("P21926", "", ["CD9"], None),
        ("sp|O00560-2|SDCB1_HUMAN", "", ["Syntenin-1"], None),
        ("sp|P40240|CD9_MOUSE", "CD9", [], None),
        ("sp|P30932|CD9_BOVIN", "CD9", [], None),
        ("contam_sp|P02768|ALBU_HUMAN", "ALB", ["Albumin"], "Albumin"),
        ("CON__P02769", "", [], "Albumin"),
        ("sp|P02769|ALBU_BOVIN", "ALB", [], "Albumin"),
        ("#CONTAM#P15497|APOA1_BOVIN", "", [], "ApoA-I"),
        ("P02787|TRFE_HUMAN", "TF", ["Transferrin"], "Transferrin"),
        ("P13726|TF_HUMAN", "F3", ["CD142"], None),
        ("P04439;P01889", "HLA-A;HLA-B", ["HLA-ABC"], None),
        ("P60033;P08962", "CD81;CD63", ["CD81", "CD63"], None),
        ("P01834|IGKC_HUMAN", "IGKC", [], "immunoglobulins"),
        ("P05019|IGF1_HUMAN", "IGF1", [], None),
        ("rev_sp|P21926|CD9_HUMAN", "CD9", [], None),
        ("REV__P02768", "", [], None),
        ("unknown", "CD63", ["CD63"], None),
        ("", "", [], None),
    ],
)
def test_identities(identity: str, genes: str, markers: list[str], plasma: str | None) -> None:
    found = protein(identity, genes)
    assert [m.name for m in found.markers] == markers
    assert found.plasma == plasma


@pytest.mark.parametrize("gene", ["2-Sep", "1-Mar", "Sep-02", "1. Mrz", "01-Dec", "2026-09-02 00:00:00", "CD9;9-Sep"])
def test_gene_names_that_became_dates(gene: str) -> None:
    assert damaged(gene)


@pytest.mark.parametrize("gene", ["SEPTIN2", "MARCHF1", "DEC1", "CD9", "", "OCT4", "HLA-A"])
def test_gene_names_that_are_whole(gene: str) -> None:
    assert not damaged(gene)


def test_fragpipe_presence() -> None:
    reading = read("fragpipe/two_samples.tsv")
    assert panel(reading, "batch_7") == {
        "CD9": Call.POSITIVE, "CD63": Call.INDETERMINATE, "CD81": Call.INDETERMINATE, "Syntenin-1": Call.POSITIVE,
        "Calnexin": Call.INDETERMINATE, "Albumin": Call.POSITIVE, "ApoA-I": Call.POSITIVE,
        "Immunoglobulin G1": Call.POSITIVE,
    }  # fmt: skip
    assert panel(reading, "lysate")["Calnexin"] is Call.POSITIVE
    assert codes(reading) == {"END_UNMARKED", "DECOYS_LEFT_OUT", "BOVINE_PROTEINS"}


def test_nothing_is_ever_negative() -> None:
    for path in ("fragpipe/two_samples.tsv", "maxquant/protein_groups.txt", "peaks/two_samples.csv"):
        for found in read(path).measurements:
            if isinstance(found, MarkerPanel):
                assert {m.call for m in found.markers} <= {Call.POSITIVE, Call.INDETERMINATE}
                assert all(m.why for m in found.markers)


def test_the_share_computed_with_pandas() -> None:
    table = pd.read_csv(HERE / "fragpipe/two_samples.tsv", sep="\t")
    table = table[~table["Protein"].str.startswith("rev_")]
    plasma = table["Gene"].isin(["ALB", "APOA1", "IGHG1"])
    reading = read("fragpipe/two_samples.tsv")
    for sample in ("batch_7", "lysate"):
        spectra = table[f"{sample} Spectral Count"]
        found = share(reading, sample)
        assert found.value == pytest.approx(100 * spectra[plasma].sum() / spectra.sum())
        assert found.settings["summed_abundance"] == spectra.sum()
        bovine = table["Entry Name"].str.endswith("BOVIN")
        assert found.settings["bovine_percent"] == pytest.approx(100 * spectra[bovine].sum() / spectra.sum())


def test_older_fragpipe_counts_razor_spectra() -> None:
    reading = read("fragpipe/summarized_razor_spectra.tsv")
    assert reading.file_kind == "combined protein table with razor spectra"
    assert share(reading, "batch_7").value == pytest.approx(58)
    assert panel(reading, "batch_7")["Syntenin-1"] is Call.POSITIVE
    assert panel(reading, "lysate")["CD9"] is Call.INDETERMINATE
    assert codes(reading) == {"END_UNMARKED"}
    assert "PRINTED_DISAGREES" in codes(
        read("fragpipe/summarized_razor_spectra.tsv", ("\t11\t10\t10\t", "\t11\t10\t12\t"))
    )


@pytest.mark.parametrize("path", ["fragpipe/two_samples.tsv", "maxquant/protein_groups.txt", "peaks/two_samples.csv"])
def test_headings_alone_are_refused(path: str) -> None:
    head = (HERE / path).read_text("utf-8").splitlines()[0]
    reading = read_export(ExportFile("a", f"{head}\n".encode()))
    assert (reading.verdict, "NO_ROWS" in codes(reading)) == ("refused", True)


def test_half_a_spectrum_is_refused() -> None:
    assert codes(read("fragpipe/one_sample.tsv", ("\t9\t7\t9\t", "\t9\t7\t9.5\t"))) == {"NOT_WHOLE"}


def test_one_sample_of_fragpipe() -> None:
    reading = read("fragpipe/one_sample.tsv")
    calls = panel(reading, None)
    assert (calls["CD9"], calls["CD81"]) == (Call.POSITIVE, Call.INDETERMINATE)
    assert share(reading, None).value == pytest.approx(50)


def test_decoys_and_contaminants_by_their_columns() -> None:
    text = (HERE / "fragpipe/one_sample.tsv").read_text("utf-8")
    head, *lines = text.splitlines()
    marked = [
        line + end for line, end in zip(lines, ("\tfalse\ttrue", "\ttrue\tfalse", *["\tfalse\tfalse"] * 2), strict=True)
    ]
    whole = "\n".join([head + "\tIs Decoy\tIs Contaminant", *marked, ""])
    reading = read_export(ExportFile("a", whole.encode()))
    assert "CD81" not in panel(reading, None)
    assert share(reading, None).value == pytest.approx(100 * 40 / 75)
    assert share(reading, None).settings["search_contaminant_list_percent"] == pytest.approx(100 * 9 / 75)


def test_labels_of_maxquant_are_samples() -> None:
    reading = read("maxquant/labelled.txt")
    samples = [m.sample for m in reading.measurements if isinstance(m, Quantity)]
    assert samples == ["L exp_1", "H exp_1", "L exp_2", "H exp_2"]
    assert [share(reading, s).value for s in samples] == pytest.approx([60, 20, 25, 0])
    assert codes(reading) == {"END_UNMARKED"}


def test_labels_of_one_experiment() -> None:
    text = (HERE / "maxquant/labelled.txt").read_text("utf-8")
    table = pd.DataFrame([line.split("\t") for line in text.splitlines()])
    alone = table.loc[:, ~table.iloc[0].str.contains("exp_")]
    reading = read_export(ExportFile("a", alone.to_csv(sep="\t", header=False, index=False).encode()))
    assert [m.sample for m in reading.measurements if isinstance(m, Quantity)] == ["L", "H"]
    assert share(reading, "L").value == pytest.approx(100 * 65 / 120)


def test_reporter_ions_mix_samples() -> None:
    text = (HERE / "maxquant/protein_groups.txt").read_text("utf-8")
    head, *lines = text.splitlines()
    whole = "\n".join([head + "\tReporter intensity 1 batch_7", *(line + "\t5" for line in lines), ""])
    assert "SAMPLES_MULTIPLEXED" in codes(read_export(ExportFile("a", whole.encode())))


def test_a_protein_that_stands_there_twice_is_flagged() -> None:
    lines = (HERE / "fragpipe/two_samples.tsv").read_text("utf-8").splitlines()
    reading = read_export(ExportFile("a", "\n".join([*lines, lines[1], ""]).encode()))
    assert "PROTEIN_TWICE" in codes(reading)


def test_a_damaged_gene_is_flagged_and_the_accession_decides() -> None:
    reading = read("fragpipe/gene_damaged_and_sum_wrong.tsv")
    assert {"GENE_NAME_DAMAGED", "PRINTED_DISAGREES"} <= codes(reading)
    assert panel(reading, "batch_7")["Syntenin-1"] is Call.POSITIVE


def test_maxquant_presence_by_unique_peptides() -> None:
    reading = read("maxquant/protein_groups.txt")
    assert panel(reading, "b7") == {
        "Syntenin-1": Call.POSITIVE, "Albumin": Call.POSITIVE, "HLA-ABC": Call.POSITIVE, "CD63": Call.POSITIVE,
        "CD9": Call.POSITIVE, "CD81": Call.INDETERMINATE,
    }  # fmt: skip
    assert panel(reading, "b8") == {
        "Syntenin-1": Call.INDETERMINATE, "Albumin": Call.POSITIVE, "HLA-ABC": Call.INDETERMINATE,
        "CD63": Call.INDETERMINATE, "CD9": Call.INDETERMINATE, "CD81": Call.INDETERMINATE,
    }  # fmt: skip
    assert share(reading, "b7").value == pytest.approx(100 * 7e6 / 9.92e6)


def test_maxquant_of_one_experiment_has_columns_without_a_name() -> None:
    text = (HERE / "maxquant/protein_groups.txt").read_text("utf-8").splitlines()
    kept = [i for i, name in enumerate(text[0].split("\t")) if not name.endswith((" b7", " b8"))]
    lines = ["\t".join(line.split("\t")[i] for i in kept) for line in text]
    reading = read_export(ExportFile("a", ("\n".join(lines) + "\n").encode()))
    assert panel(reading, None)["CD9"] is Call.POSITIVE
    assert share(reading, None).settings["abundance"] == "Intensity"


def test_perseus_tables_call_nothing_and_sum_nothing() -> None:
    reading = read("maxquant/perseus_comment_rows.txt")
    assert "PERSEUS_TRANSFORMED" in codes(reading)
    assert set(panel(reading, "b7").values()) == {Call.INDETERMINATE}
    assert (share(reading, "b7").state, share(reading, "b7").reason) == (State.MISSING, "not computed")


def test_a_total_that_is_not_the_sum_is_flagged() -> None:
    assert "PRINTED_DISAGREES" not in codes(read("maxquant/protein_groups.txt"))
    assert "PRINTED_DISAGREES" in codes(read("maxquant/protein_groups.txt", ("1.1E+06", "1.4E+06")))


def test_peaks_presence_and_share() -> None:
    reading = read("peaks/two_samples.csv")
    assert panel(reading, "Batch7") == {"Albumin": Call.POSITIVE, "CD9": Call.POSITIVE, "CD63": Call.INDETERMINATE}
    assert panel(reading, "Batch8") == {
        "Albumin": Call.POSITIVE, "CD9": Call.INDETERMINATE, "CD63": Call.INDETERMINATE,
    }  # fmt: skip
    assert share(reading, "Batch7").value == pytest.approx(100 * 1.5e8 / 1.65e8)


@pytest.mark.parametrize("word", ["", "N/A", "NaN", "-"])
def test_an_abundance_that_is_no_number_is_left_out_and_counted(word: str) -> None:
    reading = read("peaks/two_samples.csv", ("4.5E6", word))
    assert share(reading, "Batch7").settings["rows_without_abundance"] == 1
    assert share(reading, "Batch7").value == pytest.approx(100 * 1.5e8 / 1.605e8)


@pytest.mark.parametrize("path", ["fragpipe/two_samples.tsv", "maxquant/protein_groups.txt", "peaks/two_samples.csv"])
def test_no_table_says_where_it_ends(path: str) -> None:
    assert "END_UNMARKED" in codes(read(path))
