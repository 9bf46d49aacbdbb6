"""What the checks and comparisons of specifications say, as lines that a person reads."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from evqc.errors import Where
from evqc.release.templates.making import command_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evqc.errors import Issue
    from evqc.release.specification_check import SpecificationCheck
    from evqc.release.specification_difference import FieldChange, NamedTest, SpecificationDifference
    from evqc.release.templates.making import Templates

_SIGNS = {"error": "✕", "warning": "!", "note": "·"}
_KINDS = {"error": ("error", "errors"), "warning": ("warning", "warnings"), "note": ("note", "notes")}
_ARROWS = {"stricter": "▲ stricter", "laxer": "▼ laxer", "changed": "· changed", "same": "· same meaning"}


def check_lines(check: SpecificationCheck) -> Iterator[str]:
    """A check: which specification, each problem with its place, and the sum of it."""
    yield f"{check.id} version {check.version}: {check.title}"
    yield f"sha256 {check.sha256}"
    for severity, issues in groupby(check.issues, key=lambda issue: issue.severity):
        yield ""
        yield from (f"{_SIGNS[severity]} {severity}: {_said(issue)}" for issue in issues)
    yield ""
    verdict = "A batch can be judged by it" if check.fit else "No batch should be judged by it"
    yield f"{verdict}: {_counted(check.issues)}."


def _said(issue: Issue) -> str:
    place = "" if issue.where == Where() else f" ({issue.where})"
    return f"{issue.code}{place}: {issue.message}"


def _counted(issues: Sequence[Issue]) -> str:
    numbers = {severity: sum(issue.severity == severity for issue in issues) for severity in _KINDS}
    told = [f"{number} {_KINDS[severity][number > 1]}" for severity, number in numbers.items() if number]
    return ", ".join(told) or "nothing to remark"


def difference_lines(found: SpecificationDifference) -> Iterator[str]:
    """A comparison: tests added and removed, then each field that changed and what that does."""
    for mark, of in (("old", found.old), ("new", found.new)):
        yield f"{mark}: {of.id} version {of.version}, {of.title} (sha256 {of.sha256})"
    if found.identical:
        yield ""
        yield "Both say the same."
        return
    if found.same_version:
        yield ""
        yield "! Both are the same version and differ: a version in force is never edited, a change is a new version."
    yield from _tests("Added", found.added)
    yield from _tests("Removed", found.removed)
    for test, changes in groupby(found.changes, key=lambda change: change.test):
        yield ""
        yield "The specification" if test is None else test
        yield from (_changed(change) for change in changes)
    yield ""
    yield _summed(found)


def _tests(heading: str, tests: Sequence[NamedTest]) -> Iterator[str]:
    if tests:
        yield ""
        yield heading
        yield from (f"  {_ARROWS[each.effect]:<14}  {each.test}: {each.title}" for each in tests)


def _changed(change: FieldChange) -> str:
    return f"  {_ARROWS[change.effect]:<14}  {change.field}: {change.old or 'nothing'} → {change.new or 'nothing'}"


def _summed(found: SpecificationDifference) -> str:
    effects = [each.effect for each in (*found.added, *found.removed)] + [each.effect for each in found.changes]
    told = [f"{effects.count(effect)} {effect}" for effect in ("stricter", "laxer", "changed") if effect in effects]
    return f"{len(effects)} differences: {', '.join(told) or 'none in meaning'}."


def template_lines(listed: Templates) -> Iterator[str]:
    """Every template with the values that it takes and the command that makes a specification of it."""
    for index, each in enumerate(listed.templates):
        if index:
            yield ""
        yield f"{each.name}: {each.title}"
        yield f"  {each.about}"
        yield f"  {len(each.tests)} tests: {', '.join(each.tests)}"
        yield "  takes, with --set key=value:"
        width = max(len(need.key) for need in each.takes)
        for need in each.takes:
            more = f"{need.needed or 'otherwise ' + str(need.default)}"
            yield f"    {need.key:<{width}}  {need.meaning}; such as {need.example} ({more})"
        yield "  for example:"
        yield f"    {command_for(each)}"
