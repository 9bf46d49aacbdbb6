from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from evqc.assessment import assess, subjects
from evqc.batch.open import open_batch
from evqc.criteria.findings import Assessment, Verdict, blocking
from evqc.criteria.load import shipped
from evqc.errors import InputError
from evqc.records import from_plain, to_json
from tests.assessment import making
from tests.cases.test_cases import CASES, SOUND, described
from tests.places import CORPUS, needs_corpus

BOOK = shipped()
EVERY = [{}, *CASES]


@pytest.mark.parametrize("case", EVERY, ids=["sound", *(case["name"] for case in CASES)])
def test_every_fact_is_a_word_of_its_subject_with_its_kind_and_unit(case: dict[str, Any]) -> None:
    kinds: dict[str, type] = {"number": float, "text": str, "list": tuple, "flag": bool}
    for subject in subjects(described(case)):
        for name, fact in subject.facts.items():
            word = BOOK.word(name)
            assert subject.kind in word.of, name
            assert fact.value is None or type(fact.value) is kinds[word.holds], (name, fact.value)
            assert fact.value is None or fact.unit == word.unit, name


def test_every_word_is_a_fact_of_the_sound_batch() -> None:
    """A word that no fact answers would leave its criteria not assessed for ever."""
    found: dict[str, set[str]] = {}
    for subject in subjects(described({})):
        found.setdefault(subject.kind, set()).update(subject.facts)
    for name, word in BOOK.words.items():
        for kind in word.of:
            family = name.removesuffix("*")
            assert any(fact == name or (name.endswith(".*") and fact.startswith(family)) for fact in found[kind]), name


def test_every_fact_that_a_rule_asks_for_by_name_can_be_known() -> None:
    known = {name for subject in subjects(described({})) for name in subject.facts}
    asked = {c.fact for criterion in BOOK.criteria.values() for c in (*criterion.applies, *criterion.requires)}
    assert asked <= known


@pytest.mark.parametrize("case", EVERY[::9], ids=[case.get("name", "sound") for case in EVERY[::9]])
def test_an_assessment_survives_its_document(case: dict[str, Any]) -> None:
    assessment = assess(described(case))
    document = to_json(assessment)
    assert from_plain(Assessment, json.loads(document)) == assessment
    assert "NaN" not in document
    assert to_json(assess(described(case))) == document


@pytest.mark.parametrize("case", EVERY, ids=["sound", *(case["name"] for case in CASES)])
def test_what_is_not_assessed_says_what_is_needed(case: dict[str, Any]) -> None:
    for profile in assess(described(case)).profiles:
        for finding in profile.findings:
            assert (finding.needed != "") == (finding.verdict in {Verdict.NOT_ASSESSED, Verdict.FAIL})
            assert finding.because.strip()


@pytest.mark.parametrize(("cell_type", "asked"), [("UC-MSC", True), ("dermal fibroblast", False), (None, True)])
def test_the_profile_of_msc_is_left_out_for_other_cells_only(cell_type: str | None, asked: bool) -> None:
    source = {"cell_type": "absent" if cell_type is None else cell_type}
    assessment = assess(described({"record": {"source": source}}))
    assert ("msc-ev" in [profile.id for profile in assessment.profiles]) is asked


def test_a_folder_without_record_is_asked_everything() -> None:
    assessment = assess(making.batch(None, SOUND["exports"]))
    expected = [p for p in BOOK.profiles if p != "dls-validity"]  # the exports show that no light was scattered
    assert [p.id for p in assessment.profiles] == expected
    assert assessment.batch.record is None
    assert blocking(assessment) == ()


def test_profiles_can_be_chosen_and_are_asked_once() -> None:
    assessment = assess(described({}), profiles=["record", "record"])
    assert [profile.id for profile in assessment.profiles] == ["record"]
    with pytest.raises(InputError, match="UNKNOWN_PROFILE"):
        assess(described({}), profiles=["gmp"])


def test_the_day_is_the_newest_limits_and_can_be_another() -> None:
    assert assess(described({})).assessed_for == BOOK.newest.isoformat()
    early = assess(described({}), day=date(2010, 1, 1))
    assert early.assessed_for == "2010-01-01"
    dated = [f for p in early.profiles for f in p.findings if f.criterion == "MISEV2018-MRK-01"]
    assert {f.verdict for f in dated} == {Verdict.NOT_ASSESSED}
    isct = [f for p in early.profiles for f in p.findings if f.criterion == "ISCT-MSC-02"]
    assert {f.verdict for f in isct} == {Verdict.PASS}


def test_runs_that_are_called_the_same_are_told_apart() -> None:
    described_runs = [
        {"name": "a.csv", "runs": [{"name": "x"}, {"name": "x"}, {"name": "y"}]},
        {"name": "b.csv", "runs": [{"name": "x"}, {"name": "z"}]},
    ]
    names = [s.name for s in subjects(making.batch(None, described_runs)) if s.kind == "run"]
    assert names == ["x (a.csv), 1", "x (a.csv), 2", "y", "x (b.csv)", "z"]


def test_the_batch_is_named_with_the_hash_of_its_record() -> None:
    name = assess(described({})).batch
    assert (name.id, name.product, name.record) == ("UC-07", "UC-MSC-EV", "batch.toml")
    assert name.record_sha256 == making.source("batch.toml").sha256


def test_numbers_carry_the_file_that_they_come_from() -> None:
    assessment = assess(described({}))
    scatter = next(
        f for p in assessment.profiles for f in p.findings if f.criterion == "NTA-REP-02" and f.subject == "eluate"
    )
    assert {e.name for e in scatter.evidence} == {"eluate.csv"}
    assert {e.sha256 for e in scatter.evidence} == {making.source("eluate.csv").sha256}


def test_an_empty_folder_is_assessed_as_knowing_nothing() -> None:
    assessment = assess(making.batch(None, []))
    verdicts = {f.verdict for p in assessment.profiles for f in p.findings}
    assert verdicts == {Verdict.NOT_ASSESSED}


@needs_corpus
@pytest.mark.parametrize("folder", ["nanosight", "zetaview"])
def test_real_exports_are_assessed_and_never_blocked_without_a_record(folder: str) -> None:
    assessment = assess(open_batch(CORPUS / "nta" / folder))
    validity = next(p for p in assessment.profiles if p.id == "nta-validity")
    agreement = [f.verdict for f in validity.findings if f.criterion == "NTA-AGR-01"]
    assert Verdict.FAIL not in agreement
    assert agreement.count(Verdict.PASS) > 0
    assert blocking(assessment) == ()


@pytest.mark.parametrize(
    ("results", "asked"),
    [
        ([], False),
        ([{"measurand": "z_average_diameter", "value": 120, "unit": "nm", "method": "DLS"}], True),
        ([{"measurand": "particle_concentration", "value": 1e10, "unit": "1/mL", "method": "MADLS"}], True),
        ([{"measurand": "particle_concentration", "value": 1e10, "unit": "1/mL", "method": "TRPS"}], False),
        ([{"measurand": "particle_concentration", "value": 1e10, "unit": "1/mL"}], True),
    ],
)
def test_the_validity_of_light_scattering_is_asked_where_it_may_have_been_used(
    results: list[dict[str, Any]], asked: bool
) -> None:
    """A profile that passes for want of anything to judge would read as if light scattering had been found sound."""
    assessment = assess(described({"results": [{"sample": "eluate", **each} for each in results]}))
    assert ("dls-validity" in [profile.id for profile in assessment.profiles]) is asked
