"""The table that a reviewer asks for: every item of MISEV that applies, whether it is met, and what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evqc.criteria.findings import Verdict
from evqc.criteria.tally import verdicts
from evqc.report.model import ReportingItem, ReportingTable
from evqc.report.verdicts import fraction
from evqc.report.words import subjects

if TYPE_CHECKING:
    from evqc.criteria.findings import Assessment, Finding, ProfileResult

_ANSWERS = {
    Verdict.PASS: "met",
    Verdict.FAIL: "not met",
    Verdict.NOT_ASSESSED: "not assessed",
    Verdict.NOT_APPLICABLE: "does not apply",
}


def reporting_table(assessment: Assessment) -> ReportingTable | None:
    """The items of the latest MISEV profile that was asked, a laboratory's own included; None when none was.

    Args:
        assessment: with or without such a profile.
    """
    asked = [profile for profile in assessment.profiles if _items_of_misev(profile)]
    return _table(asked[-1]) if asked else None


def _items_of_misev(of: ProfileResult) -> int:
    return sum(finding.criterion.startswith("MISEV") for finding in of.findings)


def _table(of: ProfileResult) -> ReportingTable:
    found = verdicts(of.findings)
    together: dict[str, list[Finding]] = {}
    for finding in of.findings:
        together.setdefault(finding.criterion, []).append(finding)
    return ReportingTable(
        profile=of.title,
        edition=of.edition,
        fraction=fraction(of.tally),
        items=tuple(_item(findings, found[name]) for name, findings in together.items()),
    )


def _item(findings: list[Finding], verdict: Verdict) -> ReportingItem:
    """One criterion over all its subjects, of which those count that decide."""
    deciding = [finding for finding in findings if finding.verdict is verdict]
    first = deciding[0]
    others = len(findings) - 1
    of = f" ({subjects([f.subject for f in deciding])})" if others else ""
    return ReportingItem(
        criterion=first.criterion, group=first.group, asked=first.title, answer=_ANSWERS[verdict],
        found=first.because + of,
    )  # fmt: skip
