"""Days of validity, tests that ask the same twice, and second stages that lead nowhere."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from evqc.measurands import UnknownUnitError, unit
from evqc.release.checks.doubt import Doubt, marker_called, tests_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evqc.batch.wording import Path
    from evqc.errors import Severity
    from evqc.release.specification import Specification, Test


def doubts_of_validity(specification: Specification) -> Iterator[Doubt]:
    """``VALIDITY_ENDS_EARLY`` (before it begins), ``NEVER_IN_FORCE``, ``TEST_BEGINS_LATER``, ``TEST_LAPSES``,
    ``TESTS_OVERLAP`` and what is wrong with second stages.
    """  # noqa: D205  the codes are the summary
    if specification.valid_until is not None and specification.valid_until < specification.valid_from:
        yield _ends_early(("valid_until",), specification.valid_from, specification.valid_until)
    for path, test in tests_of(specification):
        yield from _of_test(specification, path, test)
    yield from _overlaps(specification)
    yield from _second_stages(specification)


def _ends_early(path: Path, since: date, until: date) -> Doubt:
    return Doubt(path, "error", "VALIDITY_ENDS_EARLY", f"valid to {until}", f"a day from {since} on, where it begins")


def _of_test(of: Specification, path: Path, test: Test) -> Iterator[Doubt]:
    """A test whose days do not cover those of the specification, with nothing that asks the same in its place."""
    if test.valid_until is not None and test.valid_until < test.valid_from:
        yield _ends_early((*path, "valid_until"), test.valid_from, test.valid_until)
        return
    outside = of.valid_until is not None and test.valid_from > of.valid_until
    if outside or (test.valid_until is not None and test.valid_until < of.valid_from):
        found, expected = f"{test.id} from {_days(test)}", f"a day on which the specification is: from {_days(of)}"
        yield Doubt((*path, "valid_from"), "warning", "NEVER_IN_FORCE", found, expected)
        return
    others = [each for each in of.tests if each is not test and _asks_the_same(each, test)]
    if test.valid_from > of.valid_from and not any(_covers(each, test.valid_from - timedelta(1)) for each in others):
        found, expected = f"{test.id} from {test.valid_from} on", f"{of.valid_from}, as the specification, or a reason"
        yield Doubt((*path, "valid_from"), "note", "TEST_BEGINS_LATER", found, expected)
    if test.valid_until is None or (of.valid_until is not None and test.valid_until >= of.valid_until):
        return
    if not any(_covers(each, test.valid_until + timedelta(1)) for each in others):
        found, expected = f"{test.id} to {test.valid_until}", "a test that asks the same from the next day on"
        yield Doubt((*path, "valid_until"), "warning", "TEST_LAPSES", found, expected)


def _days(of: Specification | Test) -> str:
    return f"{of.valid_from} to {of.valid_until}" if of.valid_until else f"{of.valid_from} on"


def _covers(test: Test, day: date) -> bool:
    return test.valid_from <= day and (test.valid_until is None or day <= test.valid_until)


def _overlaps(of: Specification) -> Iterator[Doubt]:
    """Two tests that put the same question to the same evidence on the same day: which one decides is open."""
    stages = {frozenset((test.id, test.second_stage)) for test in of.tests if test.second_stage}
    for (_, first), (path, second) in combinations(tests_of(of), 2):
        same_day = _covers(first, second.valid_from) or _covers(second, first.valid_from)
        if same_day and _asks_the_same(first, second) and frozenset((first.id, second.id)) not in stages:
            severity: Severity = "error" if first.mandatory and second.mandatory else "note"
            found = f"{second.id} asks what {first.id} asks, on the same days"
            expected = "one test for a question, or a difference in sample, method, settings or days"
            yield Doubt((*path, "id"), severity, "TESTS_OVERLAP", found, expected)


def _asks_the_same(one: Test, other: Test) -> bool:
    if _question(one) != _question(other):
        return False
    methods = [{" ".join(name.casefold().split()) for name in test.method} for test in (one, other)]
    markers = [{marker_called(name) for name in test.markers} for test in (one, other)]
    return bool(not all(methods) or methods[0] & methods[1]) and bool(not all(markers) or markers[0] & markers[1])


def _question(test: Test) -> tuple[object, ...]:
    """Everything that decides on which evidence a test looks at, but for methods and markers."""
    marker = marker_called(test.marker) if test.marker else None
    settings = tuple(sorted((key, str(value)) for key, value in test.settings.items()))
    observed = (test.observation or "").casefold()
    return (test.asks, test.role, test.sample, test.measurand, marker, settings, test.window_nm, observed, test.per,
            _unit(test))  # fmt: skip


def _unit(test: Test) -> str:
    """The unit, where it says what kind of number is asked for."""
    try:
        return unit(test.unit or "1") if test.asks == "endotoxin" else ""
    except UnknownUnitError:
        return ""


def _second_stages(of: Specification) -> Iterator[Doubt]:
    """``SECOND_STAGE_UNKNOWN``, ``SECOND_STAGE_LOOP``, ``SECOND_STAGE_SHARED`` and ``SECOND_STAGE_LAPSES``."""
    decided: dict[str, str] = {}
    for path, test in tests_of(of):
        if test.second_stage is None:
            continue
        place, second = (*path, "second_stage"), of.test(test.second_stage)
        if second is None:
            expected = f"the id of another test: {', '.join(each.id for each in of.tests if each is not test)}"
            yield Doubt(place, "error", "SECOND_STAGE_UNKNOWN", f"'{test.second_stage}'", expected)
        elif test.id in _chain(of, test.second_stage):
            found = f"{test.id} is decided by {' by '.join(_chain(of, test.second_stage))}"
            yield Doubt(place, "error", "SECOND_STAGE_LOOP", found, "a last stage that decides")
        elif test.second_stage in decided:
            found = f"{test.second_stage}, which decides {decided[test.second_stage]} already"
            yield Doubt(place, "error", "SECOND_STAGE_SHARED", found, "a second stage for each test")
        elif not (_covers(second, test.valid_from) and _ends(second) >= _ends(test)):
            found = f"{second.id} from {_days(second)}"
            yield Doubt(place, "warning", "SECOND_STAGE_LAPSES", found, f"in force as long as {test.id}: {_days(test)}")
        decided.setdefault(test.second_stage, test.id)


def _ends(test: Test) -> date:
    return test.valid_until or date.max


def _chain(of: Specification, begin: str) -> list[str]:
    """The stages that follow from one on, each once."""
    found: list[str] = []
    following: str | None = begin
    while following is not None and following not in found:
        found.append(following)
        test = of.test(following)
        following = test.second_stage if test is not None else None
    return found
