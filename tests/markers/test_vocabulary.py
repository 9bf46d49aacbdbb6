from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.markers.vocabulary import (
    Catalogue,
    ambiguous,
    candidates,
    catalogue,
    doubt,
    known,
    marker,
    marker_set,
    resolve,
    sets,
)
from evqc.records import from_plain, to_json, to_plain

NAMES = {m.name for m in known()}


def resolved(text: str) -> str | None:
    found = resolve(text)
    return found.name if found else None


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("CD9", "CD9"),
        ("cd9", "CD9"),
        (" CD 9 ", "CD9"),
        ("Cd-9", "CD9"),
        ("hCD63", "CD63"),
        ("HuCD63", None),
        ("human CD9", "CD9"),
        ("anti-CD81", "CD81"),
        ("Anti-human CD63-APC", "CD63"),
        ("α-CD63", "CD63"),
        ("CD9-APC", "CD9"),
        ("CD9 PE", "CD9"),
        ("CD9-PE-Cy7", "CD9"),
        ("CD81 Alexa Fluor 647", "CD81"),
        ("CD63_BV421", "CD63"),
        ("CD63 (PE)", "CD63"),
        ("CD63 (clone H5C6)", "CD63"),
        ("CD63 clone H5C6", "CD63"),
        ("CD63 [clone MEM-259]", "CD63"),
        ("GM130 (130 kDa)", "GM130"),
        ("CD81/TAPA-1", "CD81"),
        ("ALIX (PDCD6IP)", "ALIX"),
        ("Alix", "ALIX"),
        ("PDCD6IP", "ALIX"),
        ("Syntenin-1", "Syntenin-1"),
        ("syntenin", "Syntenin-1"),
        ("SDCBP", "Syntenin-1"),
        ("Calnexin", "Calnexin"),
        ("calnexin antibody", "Calnexin"),
        ("TSG-101", "TSG101"),
        ("HLA-DR", "HLA-DRDPDQ"),
        ("HLA-DR,DP,DQ", "HLA-DRDPDQ"),
        ("HLA-DR/DP/DQ", "HLA-DRDPDQ"),
        ("HLADRDPDQ", "HLA-DRDPDQ"),
        ("HLA_DRDPDQ", "HLA-DRDPDQ"),
        ("HLA ABC", "HLA-ABC"),
        ("HLA-A,B,C", "HLA-ABC"),
        ("CD133/1", "CD133/1"),
        ("CD133-1", "CD133/1"),
        ("CD133", "CD133/1"),
        ("NG2", "MCSP"),
        ("SSEA4", "SSEA-4"),
        ("CD41", "CD41b"),
        ("mIgG1", "mIgG1 control"),
        ("MIgG1", "mIgG1 control"),
        ("REA Control", "REA control"),
        ("CD79α", "CD79a"),
        ("CD3ε", "CD3"),
        ("TGF-β1", "TGF-beta-1"),
        ("β-actin", "Beta-actin"),
        ("α-tubulin", "Alpha-tubulin"),
        ("5'-NT", "CD73"),
        ("collagen alpha-1(I)", "Collagen I"),
        ("p150,95 alpha", "CD11c"),
        ("ApoA1", "ApoA-I"),
        ("Apolipoprotein B", "ApoB-100"),
        ("P21926", "CD9"),
        ("TF (CD142)", "CD142"),
        ("CD63/LAMP-3", "CD63"),
        ("CD24/HSA", "CD24"),
    ],
)
def test_names_that_people_write(written: str, name: str | None) -> None:
    assert resolved(written) == name


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "/", "()", "-", "CD", "9", "h", "anti", "CD99", "CD91", "CD 90 9", "XYZ1", "CD8-1", "CD13 3", "CD8,1",
        "CD9+", "CD45-", "CD45 −", "CD9+/CD81-", "CD9%", "CD9 | Median", "no CD9", "CD9 isotype", "CD9?",
        "CD11b/CD18", "CD9neg", "CD1011", "mCD63", "HSP60", "CD9 #2", "CD9\x00", "sample 9",
    ],
)  # fmt: skip
def test_what_is_no_marker_resolves_to_nothing(written: str) -> None:
    assert resolve(written) is None
    assert candidates(written) == ()
    assert "not in the marker vocabulary" in str(doubt(written))


def test_cd9_is_not_cd90_nor_the_other_way_round() -> None:
    assert (resolved("CD9"), resolved("CD90")) == ("CD9", "CD90")
    assert (resolved("CD8"), resolved("CD81")) == ("CD8", "CD81")


@pytest.mark.parametrize(
    ("written", "may_be"),
    [
        ("TF", {"CD142", "Transferrin"}),
        ("AIM", {"CD69", "CD5L"}),
        ("HSA", {"CD24", "Albumin"}),
        ("HSP90B", {"HSP90AB1", "GRP94"}),
        ("HSP90", {"HSP90AA1", "HSP90AB1"}),
        ("LAMP-3", {"CD63"}),
        ("LAMP3", {"CD63"}),
        ("AIP1", {"ALIX"}),
        ("MRP1", {"CD9"}),
        ("LAP", {"TGF-beta-1", "CD13"}),
        ("IgG", {"Immunoglobulin G1", "mIgG1 control"}),
        ("flotillin", {"Flotillin-1", "Flotillin-2"}),
        ("anti-HSA", {"CD24", "Albumin"}),
        ("CD9/CD63", {"CD9", "CD63"}),
        ("CD9 (CD63)", {"CD9", "CD63"}),
        ("CD63 (isotype)", {"CD63", "mIgG1 control", "REA control"}),
    ],
)
def test_ambiguous_names_resolve_to_nothing_and_name_their_candidates(written: str, may_be: set[str]) -> None:
    assert resolve(written) is None
    assert {m.name for m in candidates(written)} == may_be
    for name in may_be:
        assert name in str(doubt(written))


def test_doubt_is_silent_about_clear_names() -> None:
    assert doubt("CD63") is None
    assert doubt("LAMP3") == "'LAMP3' may mean CD63 or the gene LAMP3 (DC-LAMP)"


def test_there_are_143_markers_and_no_name_belongs_to_two() -> None:
    assert len(known()) == len(NAMES) == 143
    for m in known():
        for name in (m.name, *m.synonyms, *(m.symbol or "").split(";"), *(m.uniprot or "").split(";")):
            if name and name != "TF":
                assert resolved(name) == m.name, name


def test_accessions_have_the_form_of_accessions() -> None:
    form = re.compile(r"[OPQ]\d[A-Z0-9]{3}\d|[A-NR-Z]\d([A-Z][A-Z0-9]{2}\d){1,2}")
    for m in known():
        for accession in filter(None, (m.uniprot or "").split(";")):
            assert form.fullmatch(accession), (m.name, accession)


def test_only_controls_have_no_category() -> None:
    assert {m.name for m in known() if m.category is None} == {"mIgG1 control", "REA control"}
    assert {m.role for m in known() if m.category is None} == {"isotype control"}


@pytest.mark.parametrize(
    ("name", "category", "symbol"),
    [
        ("CD9", "1b", "CD9"),
        ("CD63", "1a", "CD63"),
        ("TSG101", "2a", "TSG101"),
        ("HSP70", "2b", "HSPA1A"),
        ("ApoA-I", "3a", "APOA1"),
        ("Argonaute-2", "3b", "AGO2"),
        ("Histone H3", "4a", "H3C1"),
        ("TOMM20", "4b", "TOMM20"),
        ("Calnexin", "4c", "CANX"),
        ("ATG9A", "4d", "ATG9A"),
        ("VEGF-A", "5a", "VEGFA"),
        ("Fibronectin", "5b", "FN1"),
        ("SSEA-4", "1b", None),
    ],
)
def test_categories_by_hand(name: str, category: str, symbol: str | None) -> None:
    assert (marker(name).category, marker(name).symbol) == (category, symbol)


def test_gapdh_is_promiscuous_and_calnexin_negative_never_one_contaminant_set() -> None:
    assert marker("GAPDH").role == "promiscuous"
    assert marker("Calnexin").role == "negative"
    assert marker("Albumin").role == "contaminant"


def test_sets_hold_known_markers_and_have_a_source() -> None:
    for one in sets():
        assert set(one.members) <= NAMES
        assert one.source
        assert all(set(group) <= set(one.members) for group in one.one_of)
    assert marker_set("msc-positive").members == ("CD73", "CD90", "CD105", "CD44", "CD29")
    assert set(marker_set("msc-negative").members) == {"CD14", "CD34", "CD45", "CD11b", "CD19", "CD79a", "HLA-DRDPDQ"}
    assert marker_set("tetraspanins").members == ("CD9", "CD63", "CD81")


def test_an_unknown_set_or_marker_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="msc-positive"):
        marker_set("msc")
    with pytest.raises(KeyError):
        marker("LAMP-3")


def test_ambiguous_names_point_at_markers() -> None:
    for name in ambiguous():
        assert set(name.markers) <= NAMES
        assert len(name.markers) > 1 or name.others, name


def test_the_document_comes_back() -> None:
    document = catalogue()
    assert from_plain(Catalogue, json.loads(to_json(document))) == document
    assert to_plain(document)["schema"] == "evqc.markers/1"


@given(st.sampled_from(sorted(NAMES)), st.sampled_from(["{}", " {}", "{} ", "anti-{}", "anti-human {}", "{}-FITC"]))
def test_decorations_do_not_change_the_marker(name: str, form: str) -> None:
    assert resolved(form.format(name)) == name
    assert resolved(form.format(name).upper()) == name


@given(st.text(max_size=30))
def test_any_text_is_answered(text: str) -> None:
    found = resolve(text)
    assert (found is None) == (doubt(text) is not None)
    assert found is None or found.name in {m.name for m in candidates(text)}


@given(st.integers(1, 400))
def test_a_cd_number_is_that_number_or_nothing(number: int) -> None:
    found = resolve(f"CD{number}")
    if found is not None:
        said = {found.name, *found.synonyms, *(found.symbol or "").split(";")}
        assert any(re.fullmatch(rf"CD{number}([a-z/].*)?", name, re.IGNORECASE) for name in said)
