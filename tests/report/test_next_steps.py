"""What to do next: what unlocks most comes first, and what only gets noted comes last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from evqc.assessment import assess
from evqc.criteria.findings import Severity, Verdict
from evqc.report.next_steps import next_steps
from evqc.report.words import sentence_case
from tests.cases.test_cases import CASES, described
from tests.report import batches as b

if TYPE_CHECKING:
    from evqc.criteria.findings import Finding
    from evqc.report.model import NextStep

FAIL, OPEN, PASS = Verdict.FAIL, Verdict.NOT_ASSESSED, Verdict.PASS


def steps(*findings: Finding) -> tuple[NextStep, ...]:
    return next_steps(b.assessment(b.profile("p", "P", *findings)))


def test_one_action_names_every_criterion_that_it_answers() -> None:
    need = "albumin or apolipoproteins in the panel"
    (step,) = steps(b.finding("MISEV2018-MRK-02", FAIL, needed=need), b.finding("MISEV2023-MRK-01", OPEN, needed=need))
    assert step.action == need
    assert step.answers == ("MISEV2018-MRK-02", "MISEV2023-MRK-01")
    assert step.helps == ()


def test_what_answers_most_comes_first_and_notes_come_last() -> None:
    note = Severity.NOTE
    made = steps(
        *(b.finding(f"N-0{n}", FAIL, needed="a number", severity=note) for n in range(5)),
        b.finding("R-01", FAIL, needed="an image"),
        *(b.finding(f"R-1{n}", OPEN, needed="a blank") for n in range(2)),
        b.finding("B-01", FAIL, needed="a dilution", severity=Severity.BLOCKS),
    )
    assert [step.action for step in made] == ["a dilution", "a blank", "an image", "a number"]


def test_needs_that_only_one_criterion_has_are_one_step() -> None:
    (step,) = steps(b.finding("A-01", OPEN, needed="CD73; CD90; CD105"))
    assert step.action == "CD73; CD90; CD105"
    assert step.answers == ("A-01",)


def test_a_step_says_what_needs_more_besides() -> None:
    made = steps(b.finding("A-01", OPEN, needed="a panel; a lysate"), b.finding("A-02", OPEN, needed="a lysate"))
    assert [(s.action, s.answers, s.helps) for s in made] == [
        ("a lysate", ("A-02",), ("A-01",)),
        ("a panel", (), ("A-01",)),
    ]


def test_a_criterion_of_several_profiles_and_subjects_counts_once() -> None:
    findings = [b.finding("A-01", OPEN, needed="a blank", subject=f"run {n}") for n in range(6)]
    made = next_steps(b.assessment(b.profile("p", "P", *findings), b.profile("q", "Q", *findings)))
    assert [step.answers for step in made] == [("A-01",)]
    assert made[0].subjects == "run 0, run 1, run 2, run 3 and 2 more"


def test_the_heaviest_severity_of_a_criterion_counts() -> None:
    one = b.profile("p", "P", b.finding("A-01", FAIL, needed="x", severity=Severity.NOTE))
    own = b.profile("q", "Q", b.finding("A-01", FAIL, needed="x", severity=Severity.REVIEW))
    assert next_steps(b.assessment(one, own))[0].severity is Severity.REVIEW


def test_nothing_to_do_where_all_is_met() -> None:
    assert steps(b.finding("A-01", PASS), b.finding("A-02", Verdict.NOT_APPLICABLE, needed="x")) == ()


def test_a_step_begins_with_a_capital_unless_it_begins_with_a_name() -> None:
    assert sentence_case("wide-field images") == "Wide-field images"
    assert sentence_case("size_cutoff_nm in the record") == "size_cutoff_nm in the record"
    assert sentence_case("CD73 in the panel") == "CD73 in the panel"
    assert sentence_case("") == ""


NEEDS = st.lists(st.tuples(st.sampled_from("ABCDE"), st.sets(st.sampled_from("uvwxyz"), min_size=1)), max_size=8)


@given(NEEDS)
def test_every_need_is_one_step_and_all_steps_together_answer_everything(of: list[tuple[str, set[str]]]) -> None:
    made = steps(*(b.finding(name, OPEN, needed="; ".join(sorted(needs))) for name, needs in of))
    actions = [need for step in made for need in step.action.split("; ")]
    assert sorted(actions) == sorted({need for _, needs in of for need in needs})
    assert {name for step in made for name in (*step.answers, *step.helps)} == {name for name, _ in of}
    assert all(step.answers or step.helps for step in made)


def test_medium_with_platelet_lysate_asks_for_albumin_or_an_apolipoprotein_by_name() -> None:
    case = next(case for case in CASES if case["name"].startswith("Positive markers alone"))
    made = {step.action: step for step in next_steps(assess(described(case)))}
    (action,) = (action for action in made if "ApoB-100" in action)
    assert action == (
        "Albumin, ApoA-I, ApoA-II, ApoB-100 or ApoE in the panel of the product, since the starting material is "
        "conditioned medium with human platelet lysate"
    )
    assert "MISEV2018-MRK-02" in made[action].answers
