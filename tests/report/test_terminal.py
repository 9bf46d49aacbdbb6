"""Assessments, comparisons and marker names as text for the terminal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evqc.criteria.compare import compare_batches, compare_profiles
from evqc.criteria.findings import Assessment, LeftOut, Overridden, Score, Severity, Verdict
from evqc.markers.vocabulary import explain
from evqc.report.assessment_text import assessment_lines
from evqc.report.comparison_text import comparison_lines
from evqc.report.marker_text import explanation_lines
from evqc.report.words import columns, paragraph
from tests.report import batches as b

FAIL, OPEN, PASS, NOT = Verdict.FAIL, Verdict.NOT_ASSESSED, Verdict.PASS, Verdict.NOT_APPLICABLE


def shown(of: Assessment, *, everything: bool = False) -> str:
    return "\n".join(assessment_lines(of, everything=everything))


def one(*findings: object) -> Assessment:
    return b.assessment(b.profile("p", "P", *findings))  # type: ignore[arg-type]  # findings


def test_profiles_stand_in_a_table_with_what_was_assessed_beside_what_is_met() -> None:
    lines = shown(b.realistic_assessment()).splitlines()
    assert lines[2] == "profile       verdict   assessed  met  not met  that block"
    assert lines[3] == "misev2023     ✕ fail    2 of 3      1        1           1"


def test_what_is_met_or_does_not_apply_is_left_to_all() -> None:
    findings = [b.finding("A-01", PASS, because="Fine."), b.finding("A-02", NOT, because="Not here.")]
    assert "Fine." not in shown(one(*findings))
    everything = shown(one(*findings), everything=True)
    assert "✓ pass, review: A-01 of UC-EV 07\n    Fine." in everything
    assert "– not applicable, review: A-02" in everything


def test_blocks_come_before_review_and_fails_before_what_is_open() -> None:
    made = shown(
        one(
            b.finding("R-01", OPEN),
            b.finding("R-02", FAIL),
            b.finding("B-01", OPEN, severity=Severity.BLOCKS),
            b.finding("B-02", FAIL, severity=Severity.BLOCKS),
        )
    )
    assert [made.index(name) for name in ("B-02", "B-01", "R-02", "R-01")] == sorted(
        made.index(name) for name in ("B-02", "B-01", "R-02", "R-01")
    )


def test_what_is_only_noted_is_one_line() -> None:
    note = Severity.NOTE
    findings = [b.finding(name, FAIL, severity=note, because="Long.") for name in ("N-01", "N-02")]
    text = shown(one(*findings, b.finding("N-03", OPEN, severity=note)))
    assert "✕ fail, only noted: N-01, N-02" in text
    assert "? not assessed, only noted: N-03" in text
    assert "Long." not in text


def test_findings_of_one_criterion_over_many_runs_are_one() -> None:
    same = [b.finding("A-01", FAIL, subject=f"run {n}", because="Too few.") for n in range(6)]
    text = shown(one(*same))
    assert text.count("Too few.") == 1
    assert "A-01 of run 0, run 1, run 2, run 3 and 2 more" in text
    other = replace(same[5], because="Fewer still.")
    assert "(1 other likewise, with other numbers)" in shown(one(*same[:5], other))
    assert shown(one(*same), everything=True).count("Too few.") == 6


def test_what_a_laboratory_decided_is_told() -> None:
    own = Overridden(reason="our method sees fewer", by="A. Head", on="2026-01-01", shipped="tracks 200")
    left = LeftOut(criterion="B-01", title="B.", reason="not our matrix", by="A. Head", on="2026-01-02")
    of = replace(
        b.profile("ours", "Ours", b.finding("A-01", FAIL, overridden=own)),
        file="ours.toml", left_out=(left,), score=Score(yes=0, applicable=1, open=0, percent=0),
    )  # fmt: skip
    text = shown(b.assessment(of))
    assert "The laboratory decided otherwise (A. Head, 2026-01-01): our method sees fewer; shipped: tracks 200" in text
    assert "left out: B-01 (not our matrix; A. Head, 2026-01-02)" in text
    assert f"from ours.toml, SHA-256 {'cd' * 32}" in text
    assert "score: 0\N{NO-BREAK SPACE}% (0 of 1 met)" in text


def test_the_first_steps_stand_behind_the_findings() -> None:
    findings = [b.finding(f"A-0{n}", OPEN, needed=f"need {n}") for n in range(7)]
    text = shown(one(*findings))
    assert "What to do next (the first 5 of 7; --all shows every one)" in text
    assert "  1. Need 0\n     answers A-00 (review)" in text
    assert "need 6" in shown(one(*findings), everything=True).lower()
    helped = shown(one(b.finding("A-01", OPEN, needed="x; y"), b.finding("A-02", OPEN, needed="x")))
    assert "answers A-02; A-01 needs more besides (review)" in helped
    assert "A-01 needs this and more (review)" in helped


def test_nothing_asked_is_said() -> None:
    assert "No profile was asked." in shown(b.assessment())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_longer_than_the_terminal(width: int) -> None:
    made = [*assessment_lines(b.realistic_assessment(), width=width, everything=True)]
    assert max(map(len, made)) <= width


def test_a_paragraph_is_broken_between_words_or_not_at_all() -> None:
    assert paragraph("a long-winded text", None, "  ") == ["  a long-winded text"]
    assert paragraph("a long-winded text", 12, "- ", "  ") == ["- a", "  long-winded", "  text"]
    assert paragraph("", 12) == []


def test_columns_of_numbers_stand_to_the_right() -> None:
    assert list(columns([("name", "n"), ("a", "12"), ("longer", "3")])) == ["name     n", "a       12", "longer   3"]


def comparison(*, everything: bool = False) -> str:
    before = one(
        b.finding("A-01", FAIL, because="No blank."),
        b.finding("A-02", PASS, because="20 %."),
        b.finding("A-03", PASS),
        b.finding("A-04", FAIL, because="Gone."),
        b.finding("A-05", PASS, because="Once."),
    )
    after = one(
        b.finding("A-01", PASS, because="One blank."),
        b.finding("A-02", PASS, because="21 %."),
        b.finding("A-03", OPEN, because="Nothing known."),
        b.finding("A-06", NOT, because="Does not apply."),
        b.finding("A-05", NOT, because="No more."),
    )
    return "\n".join(comparison_lines(compare_batches(before, after), everything=everything))


def test_what_got_worse_comes_first_with_both_reasons() -> None:
    text = comparison()
    worse = "  ! worse, pass → not assessed, review: A-03 of UC-EV 07\n"
    better = "  + better, fail → pass, review: A-01 of UC-EV 07\n    before: No blank.\n    after: One blank.\n"
    assert 0 < text.index(worse) < text.index(better) < text.index("  ~ pass → not applicable, review: A-05")
    assert "  ~ asked only before, fail, review: A-04 of UC-EV 07\n    before: Gone." in text
    counted = "1 better, 1 worse, 1 neither, 1 appeared, 1 disappeared, 1 with the same verdict for another reason"
    assert counted in text
    assert "0 as before; assessed 5 of 5 → 2 of 3, met 3 → 2" in text


def test_other_reasons_and_what_does_not_apply_are_left_to_all() -> None:
    assert "21 %." not in comparison()
    assert "A-06" not in comparison()
    text = comparison(everything=True)
    assert "  ~ still pass, review: A-02 of UC-EV 07\n    before: 20 %.\n    after: 21 %." in text
    assert "asked only after, not applicable, review: A-06" in text


def test_a_profile_that_changed_itself_is_told() -> None:
    old = b.profile("p", "P", b.finding("A-01", PASS))
    text = "\n".join(comparison_lines(compare_batches(b.assessment(old), b.assessment(replace(old, sha256="ef" * 32)))))
    assert "the profile itself is not the same on both sides: its SHA-256 differs" in text


def test_a_profile_of_one_side_is_one_line() -> None:
    sides = (b.assessment(b.profile(name, name.upper(), b.finding("A-01", PASS))) for name in "pq")
    text = "\n".join(comparison_lines(compare_batches(*sides)))
    assert "Q [q]\n  asked only after: 1 finding" in text
    assert "P [p]\n  asked only before: 1 finding" in text


def test_two_profiles_are_named_with_an_arrow() -> None:
    made = b.assessment(b.profile("p", "P", b.finding("A-01", PASS)), b.profile("q", "Q", b.finding("B-01", FAIL)))
    text = "\n".join(comparison_lines(compare_profiles(made, {"B-01": ("A-01",)})))
    assert "P [p] → Q [q]" in text
    assert "worse, pass → fail, review: A-01 of UC-EV 07 → B-01 of UC-EV 07" in text


def test_a_name_that_means_one_marker() -> None:
    text = "\n".join(explanation_lines(explain("ALIX")))
    assert text.splitlines()[0] == "'ALIX': ALIX"
    assert "gene           PDCD6IP" in text
    assert "MISEV category 2a" in text


def test_a_name_that_means_more_than_one_thing() -> None:
    text = "\n".join(explanation_lines(explain("AIM")))
    assert text.startswith("'AIM': ambiguous")
    assert "    CD5L: " in text
    assert "    CD69: " in text


def test_a_name_that_nobody_knows() -> None:
    lines = list(explanation_lines(explain("tetraspanine 99")))
    assert lines[0] == "'tetraspanine 99': unknown"
    near = list(explanation_lines(replace(explain("tetraspanine 99"), near=("CD9", "CD63"))))
    assert near[-1] == "  spelled alike  CD9, CD63"
