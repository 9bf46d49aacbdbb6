from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.assessment import assess
from evqc.criteria.findings import Finding, Severity, Verdict
from evqc.errors import InputError, Where, problem
from evqc.records import from_plain, to_json, to_plain
from evqc.release.canonical import digest
from evqc.release.checklist_text import checklist_lines
from evqc.release.draft import draft, recommended
from evqc.release.record import Outcome, ReleaseRecord
from evqc.release.specification import Specification
from tests.assessment import making
from tests.release.asking import DAY, asked, batch, result, specification, with_runs

PROTEIN = [result("protein_concentration", 50, "ug/mL")]
ONE = asked("quantity", id="PROT-1")
ACIDITY = asked(
    "quantity", id="PH-1", title="Acidity", category="pH", measurand="ph", unit="1", limits=[">= 6.8", "<= 7.6"]
)


def drafted(of: Any, *tests: dict[str, Any], day: date = DAY, **fields: Any) -> ReleaseRecord:
    return draft(of, assess(of, profiles=["misev2023"]), specification(*tests, **fields), day=day)


def without_findings(record: ReleaseRecord) -> ReleaseRecord:
    bare = replace(record, blocking_findings=())
    return replace(bare, recommendation=recommended(bare))


def test_a_batch_that_passes_everything_meets_its_specification() -> None:
    found = without_findings(drafted(batch(results=PROTEIN), ONE))
    assert found.recommendation.verdict == "meets the specification"
    assert found.recommendation.reasons == ()


@pytest.mark.parametrize(
    ("results", "outcome"),
    [
        ([result("protein_concentration", 500, "ug/mL")], Outcome.FAIL),
        ([result("protein_concentration", "<500", "ug/mL")], Outcome.CANNOT_JUDGE),
        ([], Outcome.NOT_TESTED),
    ],
)
def test_a_mandatory_test_that_is_no_pass_holds(results: list[dict[str, Any]], outcome: Outcome) -> None:
    # STANDARDS 7.7, REL-01.
    found = without_findings(drafted(batch(results=results), ONE))
    assert found.results[0].outcome is outcome
    assert found.recommendation.verdict == "hold"
    assert found.recommendation.reasons[0].startswith(f"PROT-1, A test of quantity: {outcome}. ")
    passing = [*results, result("ph", 7, "1")]
    optional = without_findings(drafted(batch(results=passing), ONE | {"mandatory": False}, ACIDITY))
    assert optional.recommendation.verdict == "meets the specification"


def test_sterility_that_is_pending_holds() -> None:
    seen = {"sample": "it", "test": "sterility", "outcome": "no growth", "control": "no growth",
            "started_on": "2026-03-25"}  # fmt: skip
    found = without_findings(drafted(batch(observations=[seen]), asked("observation", days=14)))
    assert found.results[0].outcome is Outcome.PENDING
    assert found.recommendation.verdict == "hold"


def blocking_finding() -> Finding:
    return Finding(
        criterion="VAL-01", version=1, title="Something has to hold", group="validity", kind="measurement validity",
        subject="it", verdict=Verdict.FAIL, severity=Severity.BLOCKS, observed=None, unit="", limit=None,
        because="It does not hold.", source="[design]",
    )  # fmt: skip


def test_a_blocking_finding_holds() -> None:
    of = batch(results=PROTEIN)
    assessment = assess(of, profiles=["misev2023"])
    profiles = (replace(assessment.profiles[0], findings=(blocking_finding(),)),)
    found = draft(of, replace(assessment, profiles=profiles), specification(ONE), day=DAY)
    assert found.blocking_findings[0].criterion == "VAL-01"
    assert found.recommendation.reasons == ("VAL-01 blocks (it): It does not hold.",)


def test_a_refused_file_holds_by_its_name() -> None:
    of = batch([{"name": "torn.csv", "refused": True}], results=PROTEIN)
    reasons = drafted(of, ONE).recommendation.reasons
    assert any(reason.startswith("The file torn.csv was refused: TRUNCATED") for reason in reasons)


def test_the_specification_of_another_product_holds() -> None:
    found = drafted(batch(results=PROTEIN), ONE, product="Something else")
    assert "The specification is of 'Something else' and the batch is 'P'." in found.recommendation.reasons


def test_contradictions_are_named_and_errors_hold() -> None:
    of = batch([{"name": "stray.csv", "runs": [{}]}], results=PROTEIN)
    found = drafted(of, ONE)
    assert any("FILE_NOT_LISTED" in each for each in found.contradictions)
    assert not any("FILE_NOT_LISTED" in each for each in found.recommendation.reasons)
    first = of.contradictions[0]
    worse = replace(of, contradictions=(replace(first, issue=problem("error", "WORSE", Where(), "x", "y")),))
    assert any("WORSE" in each for each in drafted(worse, ONE).recommendation.reasons)


@pytest.mark.parametrize(
    ("valid", "day", "in_force"),
    [
        ({}, date(2025, 12, 31), False),
        ({}, date(2026, 1, 1), True),
        ({"valid_until": "2026-03-31"}, date(2026, 3, 31), True),
        ({"valid_until": "2026-03-31"}, date(2026, 4, 1), False),
    ],
)
def test_a_specification_that_is_not_in_force_is_refused(valid: dict[str, str], day: date, in_force: bool) -> None:
    of = batch(results=PROTEIN)
    if in_force:
        assert drafted(of, ONE, day=day, **valid).judged_for == day.isoformat()
        return
    with pytest.raises(InputError, match="SPECIFICATION_NOT_IN_FORCE"):
        drafted(of, ONE, day=day, **valid)


def test_a_specification_with_an_error_judges_nothing() -> None:
    # STANDARDS 10.3: "< 100 EU/mL" exceeds K/M for 10 mL/h at 70 kg.
    dosage = {"route": "intravenous", "dose_ml": 10, "body_weight_kg": 70}
    with pytest.raises(InputError, match="ENDOTOXIN_ABOVE_KM"):
        drafted(batch(), asked("endotoxin", limits=["< 100"]), dosage=dosage)
    assert drafted(batch(), asked("endotoxin", limits=["< 35"]), dosage=dosage).results


def test_tests_that_are_not_in_force_are_named_and_not_judged() -> None:
    later = ACIDITY | {"id": "LATER-1", "valid_from": "2026-06-01"}
    gone = ACIDITY | {"id": "GONE-1", "valid_until": "2026-02-01"}
    found = drafted(batch(results=PROTEIN), later, ONE, gone)
    assert [each.test for each in found.results] == ["PROT-1"]
    assert found.not_in_force == ("LATER-1", "GONE-1")


def test_an_assessment_of_another_record_or_of_none_is_refused() -> None:
    of = batch(results=PROTEIN)
    other = replace(assess(of, profiles=["misev2023"]), batch=replace(assess(of).batch, record_sha256="0"))
    with pytest.raises(InputError, match="OTHER_ASSESSMENT"):
        draft(of, other, specification(ONE), day=DAY)
    bare = making.batch(None, [{"name": "it.csv", "runs": [{}]}])
    with pytest.raises(InputError, match="NO_RECORD"):
        drafted(bare, ONE)


def test_the_specification_stands_in_the_record_as_it_was() -> None:
    # REGULATED B, senaite.core#1514, #1388; senaite.impress#77.
    made = specification(ONE)
    of = batch(results=PROTEIN)
    found = draft(of, assess(of), made, day=DAY).specification
    assert (found.id, found.version, found.sha256) == ("SPEC-1", 1, digest(made))
    assert Specification.model_validate(found.content) == made
    assert digest(Specification.model_validate(found.content)) == found.sha256


def light(per_ml: float) -> dict[str, Any]:
    return result("subvisible_particle_concentration", per_ml, "1/mL", size_um=10, method="light obscuration")


def seen(per_ml: float) -> dict[str, Any]:
    return result("subvisible_particle_concentration", per_ml, "1/mL", size_um=10, method="microscopic")


COUNTED = {
    "measurand": "subvisible_particle_concentration",
    "unit": "1",
    "per": "container",
    "settings": {"size_um": 10},
}
FIRST = asked(
    "quantity", **COUNTED, id="SVP-10", limits=["<= 6000"], method=["light obscuration"], second_stage="SVP-10-M"
)
SECOND = asked("quantity", **COUNTED, id="SVP-10-M", limits=["<= 3000"], method=["microscopic"])


@pytest.mark.parametrize(
    ("results", "first", "second", "verdict"),
    [
        ([light(3000)], Outcome.PASS, Outcome.NOT_TESTED, "meets the specification"),  # 6000 in a vial of 2 mL
        ([light(3000.5)], Outcome.FAIL, Outcome.PENDING, "hold"),  # 6001: stage 2, and no result of it
        ([light(3000.5), seen(1500)], Outcome.FAIL, Outcome.PASS, "meets the specification"),
        ([light(3000.5), seen(1501)], Outcome.FAIL, Outcome.FAIL, "hold"),
        ([light(3000), seen(1501)], Outcome.PASS, Outcome.FAIL, "hold"),  # a fail that is known is never passed over
        ([], Outcome.NOT_TESTED, Outcome.NOT_TESTED, "hold"),
        ([seen(100)], Outcome.NOT_TESTED, Outcome.PASS, "hold"),
    ],
)
def test_the_second_stage_decides(results: list[dict[str, Any]], first: Outcome, second: Outcome, verdict: str) -> None:
    # STANDARDS PART-01 to PART-03 and 10.6.
    found = without_findings(drafted(batch(results=results), FIRST, SECOND))
    assert [each.outcome for each in found.results] == [first, second]
    assert found.results[1].second_stage_of == "SVP-10"
    assert found.recommendation.verdict == verdict


def test_one_reason_for_a_count_that_nobody_made() -> None:
    found = without_findings(drafted(batch(), FIRST, SECOND))
    assert len(found.recommendation.reasons) == 1


def test_same_input_same_bytes_and_back() -> None:
    of = with_runs({}, {}, results=PROTEIN)
    tests = (ONE, asked("size share", id="SIZE-1"), asked("particles per protein", id="PUR-1"))
    once, again = drafted(of, *tests), drafted(of, *tests)
    assert to_json(once) == to_json(again)
    assert from_plain(ReleaseRecord, to_plain(once)) == once
    assert digest(once) == digest(from_plain(ReleaseRecord, to_plain(once)))


def test_files_are_the_record_and_its_exports_by_their_path() -> None:
    of = with_runs({}, results=PROTEIN)
    assert [each.name for each in drafted(of, ONE).files] == ["batch.toml", "exports/it.csv"]


@given(st.lists(st.tuples(st.sampled_from(Outcome), st.booleans()), min_size=1, max_size=8))
def test_only_passes_of_all_mandatory_tests_meet_a_specification(found: list[tuple[Outcome, bool]]) -> None:
    record = without_findings(_PASSING)
    one = record.results[0]
    results = tuple(
        replace(one, test=f"T-{n}", outcome=outcome, mandatory=mandatory)
        for n, (outcome, mandatory) in enumerate(found)
    )
    verdict = recommended(replace(record, results=results)).verdict
    all_pass = all(outcome is Outcome.PASS for outcome, mandatory in found if mandatory)
    assert (verdict == "meets the specification") is all_pass


_PASSING = drafted(batch(results=PROTEIN), ONE)


def test_the_checklist_reads_as_a_person_reads_it() -> None:
    of = batch([{"name": "torn.csv", "refused": True}], results=[*PROTEIN, result("ph", 9.13, "1")])
    old = asked("size share", id="OLD-1", valid_until="2026-02-01")
    made = drafted(of, ONE, ACIDITY, old, checklist=["Trail reviewed"])
    text = "\n".join(checklist_lines(made))
    for part in (
        "2 tests: 1 pass, 1 fail",
        "✓ pass          PROT-1  A test of quantity",
        "✗ FAIL          PH-1  Acidity",
        "measured 9.13 · rounded 9.1 (USP)",
        "limit >= 6.8 and <= 7.6",
        "9.1 does not meet <= 7.6.",
        "Not in force on that day\n  - OLD-1",
        "To be attested by a person\n  - Trail reviewed",
        "HOLD, for",
        "torn.csv was refused",
    ):
        assert part in text, part
    assert text.endswith("evqc recommends; a person decides.")
    assert all(len(line) <= 90 for line in checklist_lines(made, width=90) if " " in line.strip())
