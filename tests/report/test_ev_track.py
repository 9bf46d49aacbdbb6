"""The answers for EV-TRACK: their order, what they say, and that nothing is made up where nothing is stated."""

from __future__ import annotations

from typing import Any

import pytest

from evqc.assessment import assess
from evqc.report.ev_track import EvTrackAnswer, ev_track_answers, ev_track_text
from tests.assessment import making
from tests.cases.test_cases import described

SECTIONS = [
    "Study", "Sample", "Separation", "Characterisation: protein analysis", "Characterisation: RNA analysis",
    "Characterisation: lipid analysis", "Characterisation: particle analysis", "Characterisation: electron microscopy",
    "EV-METRIC",
]  # fmt: skip


def answers(case: dict[str, Any] | None = None) -> tuple[EvTrackAnswer, ...]:
    batch = described(case or {})
    return ev_track_answers(batch, assess(batch))


def by_question(of: tuple[EvTrackAnswer, ...]) -> dict[str, str]:
    return {each.question: each.answer for each in of}


def test_sections_stand_in_the_order_of_a_public_record() -> None:
    assert list(dict.fromkeys(each.section for each in answers())) == SECTIONS


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("EV-TRACK number", "EV210000"),
        ("experiment", "1/1: UC-07, eluate"),
        ("species", "human"),
        ("sample type", "Cell culture supernatant"),
        ("EV-producing cells", "UC-MSC"),
        ("cell viability", "96 %"),
        ("isolation protocol in short", "TFF + SEC"),
        ("step 2, resin", "Sepharose CL-2B"),
        ("western blot, non-EV-enriched proteins not detected", "Albumin and Calnexin"),
        ("western blot, non-EV-enriched proteins detected", "none"),
        ("western blot, EV-enriched proteins not detected", "none"),
        ("western blot, markers of other cells detected", "none"),
        (
            "western blot, markers of other cells not detected",
            "HLA-DRDPDQ, CD45, CD34, CD14, CD11b and CD19",
        ),
        ("protein, BCA", "3.00\N{NO-BREAK SPACE}µg/mL"),
        ("NTA, NanoSight (Malvern Panalytical): EV concentration", "1.20×10¹⁰\N{NO-BREAK SPACE}/mL"),
        ("transmission electron microscopy, image type", "wide-field and close-up"),
        ("EV density", ""),
        ("RNA", ""),
        ("EV-METRIC", "75 % (6 of 8)"),
    ],
)
def test_an_answer_of_the_sound_batch(question: str, answer: str) -> None:
    assert by_question(answers())[question] == answer


def test_ultracentrifugation_is_asked_for_speed_duration_rotor_and_k_factor() -> None:
    step = {
        "method": "differential ultracentrifugation",
        "parameters": {"g_force": 100000, "time_min": 70, "temperature_degC": 4},
    }
    said = by_question(answers({"record": {"isolation": [step]}}))
    assert said["isolation protocol in short"] == "dUC"
    assert said["step 1, speed (g)"] == "100000"
    assert said["step 1, duration (min)"] == "70"
    assert said["step 1, rotor type"] == ""
    assert said["step 1, k-factor"] == ""


def test_a_gradient_answers_with_the_density_that_was_measured() -> None:
    step = {
        "method": "density gradient ultracentrifugation",
        "parameters": {"gradient_medium": "iodixanol", "density_measured_g_per_ml": 1.1},
    }
    said = by_question(answers({"record": {"isolation": [step]}}))
    assert said["isolation protocol in short"] == "DG"
    assert said["EV density"] == "1.1 g/mL"


def test_an_antibody_is_told_with_what_it_lacks() -> None:
    antibodies = [
        {"marker": "CD63", "technique": "western blot", "clone": "MX-49", "supplier": "A", "dilution": "1:500"},
        {"marker": "CD9", "technique": "WB"},
    ]
    said = by_question(answers({"record": {"antibodies": antibodies}}))
    expected = "CD63 (clone MX-49, A, 1:500); CD9 (clone or catalogue number not stated, dilution not stated)"
    assert said["western blot, antibodies"] == expected


def test_proteins_without_an_answer_are_named_and_mass_spectrometry_needs_no_antibodies() -> None:
    lanes = [
        {"sample": "eluate", "technique": "mass spectrometry", "marker": "CD63", "call": "positive"},
        {"sample": "eluate", "technique": "mass spectrometry", "marker": "Calnexin", "call": "negative"},
    ]
    said = by_question(answers({"blots": {"eluate": "absent"}, "markers": lanes}))
    assert said["mass spectrometry, EV-enriched proteins detected"] == "CD63"
    assert said["mass spectrometry, non-EV-enriched proteins not detected"] == "none"
    assert said["mass spectrometry, without an answer"] == "Calnexin"
    assert "mass spectrometry, antibodies" not in said


def test_of_a_source_whose_cells_are_not_known_no_marker_is_one_of_other_cells() -> None:
    said = by_question(answers({"record": {"source": {"cell_type": "absent", "matrix": "absent"}}}))
    assert "CD45" in said["western blot, EV-enriched proteins not detected"]
    assert "western blot, markers of other cells detected" not in said


def test_an_unknown_dilution_gives_no_concentration() -> None:
    said = by_question(answers({"files": [{"path": "eluate.csv", "sample": "eluate"}]}))
    assert said["NTA, NanoSight (Malvern Panalytical): EV concentration"] == ""
    assert said["NTA, NanoSight (Malvern Panalytical): reported size"] != ""


def test_a_concentration_by_hand_stands_beside_the_sizing() -> None:
    result = {
        "sample": "eluate",
        "measurand": "particle_concentration",
        "value": 2e10,
        "unit": "1/mL",
        "method": "TRPS",
    }
    assert by_question(answers({"results": [result]}))["EV concentration, TRPS"] == "2.00×10¹⁰\N{NO-BREAK SPACE}/mL"


def test_without_anything_measured_every_section_says_what_is_missing() -> None:
    record = {"batch": {"id": "B", "product": "EV"}, "samples": [{"name": "P", "role": "product"}]}
    batch = making.batch(record, [])
    found = ev_track_answers(batch, assess(batch))
    assert list(dict.fromkeys(each.section for each in found)) == SECTIONS
    text = ev_track_text(found)
    assert "protein analysis: NOT STATED (a marker panel of the product)" in text
    assert "image type: NOT STATED (wide-field and close-up images of the product)" in text
    assert "EV-METRIC:" not in text
    assert "None" not in text
    assert all(each.answer or each.where for each in found)


def test_two_products_are_two_experiments() -> None:
    found = answers({"samples": [{"name": "second eluate", "role": "product"}]})
    assert {each.experiment for each in found} == {"eluate", "second eluate"}
    said = [each.answer for each in found if each.question == "experiment"]
    assert said == ["1/2: UC-07, eluate", "2/2: UC-07, second eluate"]


def test_the_section_of_ev_metric_needs_its_profile() -> None:
    batch = described({})
    found = ev_track_answers(batch, assess(batch, ["record"]))
    assert "EV-METRIC" not in {each.section for each in found}


def test_without_record_there_is_no_experiment() -> None:
    batch = described({"without_record": True})
    assert ev_track_answers(batch, assess(batch)) == ()
    assert "no experiment" in ev_track_text(())


def test_the_text_repeats_every_answer_once() -> None:
    found = answers()
    lines = ev_track_text(found).splitlines()
    assert len([line for line in lines if line.startswith("  ")]) == len(found)
    assert lines[0] == "eluate - Study"
    assert "  species: human" in lines
