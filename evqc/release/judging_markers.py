"""Tests of markers: positive against a control, negative only where the lysate of the source cells shows the marker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evqc.assessment.ev_metric import family
from evqc.assessment.facts import at
from evqc.batch.assembled import Panel
from evqc.measurement import Call, MarkerResult
from evqc.release.evidence import (
    accepted_method,
    canonical_marker,
    gathered,
    left_out,
    not_accepted,
    said,
    with_refused,
)
from evqc.release.record import Determination, Outcome
from evqc.release.verdict import Judged, blank, cannot, worst

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.release.evidence import Gathered, LeftOut
    from evqc.release.record import TestResult
    from evqc.release.specification import Specification, Test

_OPEN = {
    Call.INDETERMINATE: Outcome.CANNOT_JUDGE,
    Call.INVALID: Outcome.CANNOT_JUDGE,
    Call.NOT_TESTED: Outcome.NOT_TESTED,
}
#: Of markers of which one has to be positive, what stands for all: an open one may still be the one.
_BEST_FIRST = (Outcome.PASS, Outcome.CANNOT_JUDGE, Outcome.FAIL, Outcome.NOT_TESTED)


@dataclass(frozen=True, slots=True)
class _Called:
    """One marker of one panel."""

    panel: Panel
    result: MarkerResult
    said: Determination


def judge_marker(batch: Batch, specification: Specification, test: Test, sample: str) -> Judged:
    """The verdict on one marker, or on several of which one is enough, such as CD14 or CD11b.

    Positive: one of them positive against a control. Negative: one of them negative, shown by the lysate of the source
    cells, and none of them positive, since a positive one is not made good by another. A result that contradicts itself
    between panels is indeterminate.

    Args:
        batch: whose panels hold the calls.
        specification: that the test is of.
        test: one that asks for markers.
        sample: name in the record.

    Source:
        MISEV2023 (doi:10.1002/jev2.12404) as in ``markers.panel``; STANDARDS 4.1 and 10.6.
    """
    called, others = _called(batch, test, sample)
    found = with_refused(batch, sample, gathered(others)) if not called else gathered(others)
    bare = replace(
        blank(specification, test),
        determinations=(*(each.said for each in called), *found.left_out),
        as_measured=", ".join(each.said.as_measured for each in called),
    )
    if not called:
        return _not_called(test, found, bare)
    by_marker: dict[str, list[_Called]] = {}
    for each in called:
        by_marker.setdefault(canonical_marker(each.result.name), []).append(each)
    judged = [_of_marker(batch, test, several) for several in by_marker.values()]
    return replace(_decided(test, judged), result=bare)


def _not_called(test: Test, found: Gathered, bare: TestResult) -> Judged:
    asked = " or ".join(test.markers)
    if found.faults:
        return cannot("; ".join(found.faults), bare)
    why = "; ".join(dict.fromkeys(each.left_out for each in found.left_out))
    sentence = f"No result of {asked} counts: {why}." if why else f"No panel of the sample lists {asked}."
    return Judged(Outcome.NOT_TESTED, sentence, bare)


def _called(batch: Batch, test: Test, sample: str) -> tuple[list[_Called], list[LeftOut]]:
    """The markers of the test in the panels of a sample, and those of panels by another technique."""
    wanted = {canonical_marker(name) for name in test.markers}
    called: list[_Called] = []
    others: list[LeftOut] = []
    readers = {reading.source.name: reading.instrument for reading in batch.readings}
    for panel in (each for each in batch.panels if each.sample == sample):
        of = panel.panel
        for result in (m for m in of.markers if canonical_marker(m.name) in wanted):
            shown = said(f"{result.name} {result.call}", (at(panel.file, of.where),), method=of.technique)
            if accepted_method(test, of.technique, readers.get(panel.file.name)):
                called.append(_Called(panel, result, shown))
            else:
                others.append(left_out(shown, not_accepted(test, of.technique), fault=False))
    return called, others


def _decided(test: Test, judged: list[Judged]) -> Judged:
    """One verdict over markers of which one is enough; a positive marker that has to be negative is not made good."""
    if test.expected == "positive":
        return min(judged, key=lambda each: _BEST_FIRST.index(each.outcome))
    answered = [each for each in judged if each.outcome in {Outcome.PASS, Outcome.FAIL}]
    return worst(answered or judged)


def _of_marker(batch: Batch, test: Test, several: list[_Called]) -> Judged:
    """The verdict on one marker over its panels."""
    calls = {each.result.call for each in several}
    answers = calls & {Call.POSITIVE, Call.NEGATIVE}
    first = several[0].result
    if len(answers) > 1:
        return cannot(f"{first.name} is positive in one panel and negative in another")
    if not answers:
        call = next(c for c in _OPEN if c in calls)
        why = next(each.result.why for each in several if each.result.call is call).rstrip(".")
        return Judged(_OPEN[call], f"{first.name} is {call}: {why}.")
    decided = [each for each in several if each.result.call in answers]
    return _positive(test, decided) if Call.POSITIVE in answers else _negative(batch, test, decided)


def _positive(test: Test, several: list[_Called]) -> Judged:
    named = f"{several[0].result.name} is positive"
    if test.expected == "negative":
        return Judged(Outcome.FAIL, f"{named}: {several[0].result.why.rstrip('.')}.")
    controlled = [each for each in several if _has_control(each)]
    if test.control and not controlled:
        return cannot(f"{named} by eye, without any control")
    shown = (controlled or several)[0].result
    return Judged(Outcome.PASS, f"{named}: {shown.why.rstrip('.')}.")


def _has_control(each: _Called) -> bool:
    """Whether anything stands beside a positive that could have been negative, or shows that the antibody works."""
    of = each.result
    beside = any(c.marker in {None, of.name} and c.kind != "loading" for c in each.panel.panel.controls)
    return of.background is not None or of.limit_of_detection is not None or beside


def _negative(batch: Batch, test: Test, several: list[_Called]) -> Judged:
    named = f"{several[0].result.name} is negative"
    if test.expected == "positive":
        return Judged(Outcome.FAIL, f"{named}: {several[0].result.why.rstrip('.')}.")
    if not test.control:
        return Judged(Outcome.PASS, f"{named}: {several[0].result.why.rstrip('.')}.")
    if any(_lysate_shows(batch, each) for each in several):
        return Judged(Outcome.PASS, f"{named}, and the lysate of the source cells shows it.")
    why = "no lysate of the source cells shows that the antibody works"
    return cannot(f"{named}, but {why}")


def _lysate_shows(batch: Batch, each: _Called) -> bool:
    """Whether a lysate beside the marker, or a panel of the lysate by the same kind of method, shows it."""
    beside = (c for c in each.panel.panel.controls if c.kind == "lysate" and c.marker == each.result.name)
    if any(control.call is Call.POSITIVE for control in beside):
        return True
    way = family(each.panel.panel.technique)
    lysates = (p.panel for p in batch.panels if p.role == "lysate" and family(p.panel.technique) == way)
    return any(m.name == each.result.name and m.call is Call.POSITIVE for panel in lysates for m in panel.markers)
