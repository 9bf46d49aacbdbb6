from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from evqc.assessment.record import claimed_by, facts_of_batch
from evqc.assessment.separation import PARTICULARS, separation_class
from evqc.batch.model import Method, Step, methods
from evqc.criteria.load import shipped
from tests.assessment import making

if TYPE_CHECKING:
    from evqc.assessment.facts import Facts

UC: dict[str, Any] = {"method": "UC", "parameters": {"g_force": 1e5, "time_min": 70, "temperature_degC": 4}}
ROTOR: dict[str, Any] = {
    "method": "UC",
    "parameters": UC["parameters"] | {"rotor": "SW 28", "rpm": 28000, "tube": "38 mL"},
}
SEC: dict[str, Any] = {"method": "SEC", "parameters": {"resin": "CL-2B"}}
OPEN_TFF: dict[str, Any] = {"method": "TFF", "parameters": {"cutoff_kDa": 300}}
TIGHT_UF: dict[str, Any] = {"method": "UF", "parameters": {"cutoff_kDa": 10}}


def facts(steps: list[dict[str, Any]], **tables: Any) -> Facts:
    record = {"batch": {"id": "B", "product": "P"}, "samples": [{"name": "it", "role": "product"}], "isolation": steps}
    return facts_of_batch(making.batch(record | tables, []))


def stated(steps: list[dict[str, Any]], method: str) -> set[str]:
    found = facts(steps)[f"parameters_stated.{method}"].value
    assert isinstance(found, tuple)
    return set(found)


def test_a_particular_is_stated_when_one_of_its_parameters_is() -> None:
    found = stated([ROTOR], "differential ultracentrifugation")
    assert found == {
        "g-force", "g-force or pressure", "rotor", "k-factor or speed", "duration", "temperature",
        "tube or volume in it",
    }  # fmt: skip


def test_a_particular_that_one_of_several_steps_lacks_is_not_stated() -> None:
    found = stated([ROTOR, UC], "differential ultracentrifugation")
    assert found == {"g-force", "g-force or pressure", "duration", "temperature"}


@pytest.mark.parametrize(
    ("step", "particular", "told"),
    [
        (TIGHT_UF | {"volume_in_ml": 40, "volume_out_ml": 8}, "concentration factor", True),
        (TIGHT_UF | {"volume_in_ml": 40}, "concentration factor", False),
        (SEC | {"volume_in_ml": 25}, "volume loaded", True),
        (SEC | {"volume_out_ml": 25}, "volume loaded", False),
    ],
)
def test_volumes_of_a_step_tell_what_no_parameter_states(step: dict[str, Any], particular: str, told: bool) -> None:
    method = Step.model_validate(step).method
    assert (particular in stated([step], method)) is told


def test_a_step_that_is_not_recorded_states_nothing_and_says_so() -> None:
    fact = facts([UC])["parameters_stated.precipitation"]
    assert (fact.value, fact.why_missing) == (None, "the record has no such step")


def test_every_particular_is_a_parameter_of_some_method() -> None:
    known = {key for method in methods().values() for key in (*method.needed, *method.also)}
    assert {key for keys in PARTICULARS.values() for key in keys} <= known


def test_every_method_has_a_criterion_in_both_editions_that_asks_what_it_knows() -> None:
    """A criterion that asks for a particular without parameter could never be met."""
    for edition in ("MISEV2018", "MISEV2023"):
        asked = {
            condition.fact.partition(".")[2]: condition.value
            for criterion in shipped().criteria.values()
            for condition in criterion.requires
            if criterion.id.startswith(edition) and condition.fact.startswith("parameters_stated.")
        }
        assert set(asked) == set(methods())
        for name, particulars in asked.items():
            assert isinstance(particulars, tuple)
            known = {*methods()[name].needed, *methods()[name].also}
            assert all(not known.isdisjoint(PARTICULARS[str(each)]) for each in particulars), name


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([], ""),
        ([{"method": "filtration"}], ""),
        ([{"method": "AEX"}], ""),
        ([{"method": "cushion"}], ""),
        ([{"method": "PEG"}], "high recovery, low specificity"),
        ([TIGHT_UF], "high recovery, low specificity"),
        ([{"method": "UF"}], "high recovery, low specificity"),
        ([{"method": "UF", "parameters": {"cutoff_kDa": 99}}], "high recovery, low specificity"),
        ([{"method": "UF", "parameters": {"cutoff_kDa": 100}}], "intermediate recovery, intermediate specificity"),
        ([OPEN_TFF], "intermediate recovery, intermediate specificity"),
        ([UC], "intermediate recovery, intermediate specificity"),
        ([UC, ROTOR], "intermediate recovery, intermediate specificity"),
        ([{"method": "filtration"}, UC], "intermediate recovery, intermediate specificity"),
        ([TIGHT_UF, SEC], "intermediate recovery, intermediate specificity"),
        ([{"method": "PEG"}, SEC], "intermediate recovery, intermediate specificity"),
        ([OPEN_TFF, SEC], "low recovery, high specificity"),
        ([UC, SEC], "low recovery, high specificity"),
        ([{"method": "density gradient"}], "low recovery, high specificity"),
        ([{"method": "PEG"}, {"method": "magnetic beads"}], "low recovery, high specificity"),
        ([{"method": "AF4"}], "low recovery, high specificity"),
    ],
)
def test_class_of_recovery_and_specificity(steps: list[dict[str, Any]], expected: str) -> None:
    assert separation_class([Step.model_validate(step) for step in steps]) == expected


def test_the_class_comes_with_the_recoveries_of_a_review() -> None:
    fact = facts([OPEN_TFF, SEC, SEC])["separation_class"]
    assert fact.remark == "tangential flow filtration, size-exclusion chromatography: 40 to 80 %"
    assert facts([])["separation_class"].remark == "no step is recorded"


def test_the_recovery_is_that_of_the_format_of_the_step() -> None:
    beads = {"method": "magnetic beads", "parameters": {"format": "magnetic bead"}}
    assert facts([beads])["separation_class"].remark == "immunoaffinity: 80 % and more (magnetic bead)"
    every = facts([{"method": "immunoaffinity"}])["separation_class"].remark
    assert every == "immunoaffinity: 90 % and more (column), 80 % and more (magnetic bead), 40 to 90 % (microfluidic)"


def test_a_method_of_the_laboratory_has_the_class_that_it_states() -> None:
    own = Method.model_validate({
        "name": "acoustic trapping", "separates_by": "sound", "needed": ["frequency_MHz"],
        "expected": [{"recovery": "intermediate", "specificity": "intermediate"}],
        "recovery": [{"low": 55, "high": 70, "source": "own data"}],
    })  # fmt: skip
    step = Step.model_validate({"method": "acoustic trapping"}, context={"methods": {own.name: own}})
    assert separation_class([step]) == "intermediate recovery, intermediate specificity"
    assert separation_class([step, Step.model_validate(SEC)]) == "low recovery, high specificity"


def test_steps_without_volumes_are_named_by_their_number() -> None:
    steps = [OPEN_TFF | {"volume_in_ml": 500, "volume_out_ml": 20}, SEC | {"volume_in_ml": 20}, SEC]
    assert facts(steps)["steps_without_volumes"].value == (
        "step 2, size-exclusion chromatography",
        "step 3, size-exclusion chromatography",
    )


@pytest.mark.parametrize("words", ["the gold standard", "Gold-standard", "a goldstandard method"])
def test_a_gold_standard_is_found_wherever_it_is_written(words: str) -> None:
    assert facts([UC | {"note": words}])["gold_standards"].value == ("note of step 1",)
    said = facts([UC], statements={"separation_rationale": words})
    assert said["gold_standards"].value == ("separation_rationale",)
    assert facts([UC | {"note": "gold particles"}])["gold_standards"].value == ()


@pytest.mark.parametrize(
    ("term", "claimed"),
    [
        ("small EVs", ("small EV",)),
        ("lEVs", ("large EV",)),
        ("MSC exosomes", ("exosome",)),
        ("microvesicles", ()),
        ("exosome-like vesicles", ()),
        ("EVs", ()),
        (None, ()),
    ],
)
def test_a_term_claims_by_itself(term: str | None, claimed: tuple[str, ...]) -> None:
    assert claimed_by(term) == claimed
    assert facts([], batch={"id": "B", "product": "P", "term": term})["claims"].value == claimed


def test_a_claim_that_the_term_repeats_stands_once() -> None:
    identity = {"id": "B", "product": "P", "term": "sEVs", "claims": ["functional activity", "small EV"]}
    assert facts([], batch=identity)["claims"].value == ("functional activity", "small EV")


@pytest.mark.parametrize(
    ("term", "definition", "kind"),
    [
        ("CD73+ particles", None, "other term"),
        ("CD73+ particles", "particles captured by an antibody to CD73", "defined operational term"),
        ("small EVs", "below 200 nm", "small EV"),
    ],
)
def test_a_term_of_ones_own_counts_when_it_is_defined(term: str, definition: str | None, kind: str) -> None:
    said = {} if definition is None else {"term_definition": definition}
    made = facts([], batch={"id": "B", "product": "P", "term": term}, statements=said)
    assert made["term_class"].value == kind
