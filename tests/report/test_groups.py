from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evqc.criteria.findings import Verdict
from evqc.report.groups import finding_groups
from evqc.report.verdicts import finding_rows
from tests.report import batches as b

if TYPE_CHECKING:
    from evqc.report.model import FindingRow


def rows(*findings: Any) -> tuple[FindingRow, ...]:
    return finding_rows(b.assessment(b.profile("p", "P", *findings)))


def test_up_to_three_findings_of_a_criterion_stand_in_full() -> None:
    made = rows(*(b.finding("a", Verdict.PASS, subject=f"run {n}") for n in range(3)))
    assert [len(group.rows) for group in finding_groups(made)] == [1, 1, 1]


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
    assert [g.first.finding.criterion for g in finding_groups(made)] == ["z", "z", "a", "a", "m"]


def test_nothing_makes_no_group() -> None:
    assert finding_groups(()) == ()
