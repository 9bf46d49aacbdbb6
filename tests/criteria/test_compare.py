"""Two assessments side by side: what changed its verdict, what appeared, what disappeared."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.criteria.compare import AssessmentComparison, compare_batches, compare_profiles, follows_of
from evqc.criteria.findings import Verdict
from evqc.criteria.load import shipped
from evqc.records import from_plain, to_plain
from tests.report.batches import assessment, finding, profile

if TYPE_CHECKING:
    from evqc.criteria.findings import Finding

PASS, FAIL, OPEN, NOT = Verdict.PASS, Verdict.FAIL, Verdict.NOT_ASSESSED, Verdict.NOT_APPLICABLE


def compared(before: list[Finding], after: list[Finding]) -> AssessmentComparison:
    return compare_batches(assessment(profile("p", "P", *before)), assessment(profile("p", "P", *after)))


def changes(before: list[Finding], after: list[Finding]) -> list[tuple[str, str]]:
    return [(change.kind, change.direction) for change in compared(before, after).profiles[0].changes]


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        (FAIL, PASS, "better"),
        (OPEN, PASS, "better"),
        (PASS, FAIL, "worse"),
        (PASS, OPEN, "worse"),
        (OPEN, FAIL, "worse"),
        (NOT, FAIL, "worse"),
        (FAIL, OPEN, "neither"),
        (FAIL, NOT, "neither"),
        (PASS, NOT, "neither"),
        (NOT, PASS, "neither"),
    ],
)
def test_what_can_no_longer_be_judged_is_never_better(before: Verdict, after: Verdict, direction: str) -> None:
    assert changes([finding("A-01", before)], [finding("A-01", after)]) == [("verdict", direction)]


def test_the_same_verdict_for_another_reason_is_told_apart() -> None:
    old, new = finding("A-01", FAIL, because="28 %."), finding("A-01", FAIL, because="31 %.")
    assert changes([old], [new]) == [("reason", "neither")]
    assert changes([old], [old]) == []
    assert compared([old], [old]).profiles[0].unchanged == 1


def test_what_appears_and_disappears_is_listed() -> None:
    made = compared([finding("A-01", PASS)], [finding("B-01", FAIL)]).profiles[0].changes
    assert [(c.kind, c.before and c.before.criterion, c.after and c.after.criterion) for c in made] == [
        ("appeared", None, "B-01"),
        ("disappeared", "A-01", None),
    ]


def test_subjects_are_matched_by_name_when_there_are_several() -> None:
    before = [finding("A-01", PASS, subject="run 1"), finding("A-01", FAIL, subject="run 2")]
    after = [finding("A-01", PASS, subject="run 2"), finding("A-01", PASS, subject="run 3")]
    made = compared(before, after).profiles[0].changes
    assert [(c.kind, c.before and c.before.subject, c.after and c.after.subject) for c in made] == [
        ("verdict", "run 2", "run 2"),
        ("appeared", None, "run 3"),
        ("disappeared", "run 1", None),
    ]


def test_a_single_subject_may_be_renamed() -> None:
    old, new = finding("A-01", FAIL, subject="batch 1"), finding("A-01", PASS, subject="batch 1, corrected")
    assert changes([old], [new]) == [("verdict", "better")]


def test_a_profile_of_one_side_only_is_told() -> None:
    one = assessment(profile("p", "P", finding("A-01", PASS)))
    other = assessment(profile("q", "Q", finding("A-01", PASS)))
    made = compare_batches(one, other).profiles
    assert [(p.before and p.before.id, p.after and p.after.id) for p in made] == [(None, "q"), ("p", None)]
    assert [change.kind for p in made for change in p.changes] == ["appeared", "disappeared"]


def test_a_criterion_of_a_later_edition_stands_beside_each_that_it_follows() -> None:
    first = profile("old", "Old", finding("O-01", PASS), finding("O-02", FAIL), finding("O-03", PASS))
    second = profile("new", "New", finding("N-01", FAIL), finding("N-02", PASS), finding("S-01", PASS))
    follows = {"N-01": ("O-01", "O-02"), "N-02": ("O-02",)}
    (made,) = compare_profiles(assessment(first, second), follows).profiles
    assert [(c.before and c.before.criterion, c.after and c.after.criterion, c.kind) for c in made.changes] == [
        ("O-01", "N-01", "verdict"),
        ("O-02", "N-02", "verdict"),
        (None, "S-01", "appeared"),
        ("O-03", None, "disappeared"),
    ]
    assert made.unchanged == 1  # O-02 and N-01 both fail


def test_the_shipped_editions_follow_criteria_that_exist() -> None:
    follows = follows_of(shipped().criteria)
    assert follows
    assert {name for names in follows.values() for name in names} <= set(shipped().criteria)


def test_the_comparison_survives_its_document() -> None:
    made = compared([finding("A-01", FAIL)], [finding("A-01", PASS)])
    assert from_plain(AssessmentComparison, to_plain(made)) == made


VERDICTS = st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), st.sampled_from(list(Verdict))), max_size=9)


def _findings(of: list[tuple[str, int, Verdict]]) -> list[Finding]:
    unique = {(name, subject): verdict for name, subject, verdict in of}
    return [finding(name, verdict, subject=f"run {subject}") for (name, subject), verdict in unique.items()]


@given(VERDICTS, VERDICTS)
def test_every_finding_is_in_one_pair(
    before: list[tuple[str, int, Verdict]], after: list[tuple[str, int, Verdict]]
) -> None:
    old, new = _findings(before), _findings(after)
    made = compared(old, new).profiles[0]
    assert len(new) == sum(c.after is not None for c in made.changes) + made.unchanged
    assert len(old) == sum(c.before is not None for c in made.changes) + made.unchanged


@given(VERDICTS)
def test_nothing_changed_against_itself(of: list[tuple[str, int, Verdict]]) -> None:
    findings = _findings(of)
    assert not compared(findings, [replace(f) for f in findings]).profiles[0].changes
