from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evqc.criteria.findings import AppliedLimit, Verdict
from evqc.report.groups import by_group, finding_groups, short_limit
from evqc.report.verdicts import finding_rows
from tests.report import batches as b

if TYPE_CHECKING:
    from evqc.report.model import FindingRow


def rows(*findings: Any) -> tuple[FindingRow, ...]:
    return finding_rows(b.assessment(b.profile("p", "P", *findings)))


def test_up_to_three_findings_of_a_criterion_stand_in_full() -> None:
    made = rows(*(b.finding("a", Verdict.PASS, subject=f"run {n}", because=f"{n}.") for n in range(3)))
    assert [len(group.rows) for group in finding_groups(made)] == [1, 1, 1]


def test_findings_that_say_the_same_stand_together_however_few() -> None:
    (group,) = finding_groups(rows(*(b.finding("a", Verdict.PASS, subject=f"run {n}") for n in range(2))))
    assert group.alike
    assert len(group.rows) == 2


def test_many_with_reasons_of_their_own_stand_together_and_are_not_alike() -> None:
    made = rows(*(b.finding("a", Verdict.PASS, subject=f"run {n}", because=f"{n}.") for n in range(4)))
    (group,) = finding_groups(made)
    assert not group.alike


def test_a_long_list_is_shown_by_its_beginning() -> None:
    limit = AppliedLimit(
        test="all of:", value=tuple("abcdef"), unit="", valid_from=None, reference="part of the criterion"
    )
    (row,) = rows(b.finding("a", Verdict.FAIL, observed=tuple("uvwxyz"), unit="", limit=limit))
    (group,) = finding_groups((row,))
    assert group.observed == "u, v, w, x and 2 more"
    assert short_limit(row) == "all of: a, b, c, d and 2 more"
    assert short_limit(replace(row, finding=replace(row.finding, limit=None))) == row.limit


def test_findings_stand_under_the_groups_of_their_criteria() -> None:
    groups = ("Source", "Markers", "Source")
    made = rows(*(b.finding(f"c{n}", Verdict.PASS, group=group) for n, group in enumerate(groups)))
    together = {name: [row.finding.criterion for row in of] for name, of in by_group(made).items()}
    assert together == {"Source": ["c0", "c2"], "Markers": ["c1"]}


def test_more_stand_together_with_the_range_observed() -> None:
    made = rows(*(b.finding("a", Verdict.PASS, subject=f"run {n}", observed=20.0 + n, unit="%") for n in range(5)))
    (group,) = finding_groups(made)
    assert group.observed.replace("\N{NO-BREAK SPACE}", " ") == "20.0 % to 24.0 %"
    assert [row.finding.subject for row in group.rows] == [f"run {n}" for n in range(5)]


def test_the_same_number_everywhere_stands_once() -> None:
    (group,) = finding_groups(rows(*(b.finding("a", Verdict.PASS, observed=1.0, unit="nm") for _ in range(4))))
    assert group.observed == "1.0\N{NO-BREAK SPACE}nm"


def test_texts_stand_once_and_not_too_many() -> None:
    observed = ["yes", "no", "yes", "perhaps", "never", "always"]
    (group,) = finding_groups(rows(*(b.finding("a", Verdict.FAIL, observed=o, unit="") for o in observed)))
    assert group.observed == "yes; no; perhaps; and 2 others"


def test_verdicts_never_mix_and_no_finding_is_lost() -> None:
    verdicts = [Verdict.PASS, Verdict.FAIL] * 4
    made = rows(*(b.finding("a", v, subject=str(n)) for n, v in enumerate(verdicts)), b.finding("b", Verdict.FAIL))
    groups = finding_groups(made)
    assert [(g.first.finding.verdict, g.first.finding.criterion, len(g.rows)) for g in groups] == [
        (Verdict.FAIL, "a", 4),
        (Verdict.FAIL, "b", 1),
        (Verdict.PASS, "a", 4),
    ]
    assert sum(len(g.rows) for g in groups) == len(made)


def test_criteria_keep_the_order_of_the_profile() -> None:
    criteria = ["z", "a", "z", "m", "a"]
    made = rows(*(b.finding(c, Verdict.PASS, subject=str(n)) for n, c in enumerate(criteria)))
    assert [g.first.finding.criterion for g in finding_groups(made)] == ["z", "a", "m"]


def test_nothing_makes_no_group() -> None:
    assert finding_groups(()) == ()
