"""Tests without a number, such as sterility, mycoplasma and appearance: outcome, control, and the days it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from evqc.assessment.facts import at
from evqc.batch.sections import place_of
from evqc.release.evidence import Gathered, accepted_method, gathered, left_out, not_accepted, said
from evqc.release.record import Outcome
from evqc.release.verdict import Judged, blank, cannot, worst

if TYPE_CHECKING:
    from evqc.batch.assembled import Batch
    from evqc.batch.measuring import Observation
    from evqc.release.evidence import LeftOut
    from evqc.release.record import Determination
    from evqc.release.specification import Specification, Test

#: Categories whose negative outcome says nothing without a negative control; STANDARDS STER-01.
CONTROLLED = frozenset({"sterility", "mycoplasma", "adventitious agents"})
#: Outcomes of a negative control in which nothing was found, whatever the test accepts.
_NOTHING_FOUND = frozenset({"negative", "no growth", "not detected"})
#: Outcomes that are none, as people write them.
_NOT_DONE = frozenset({"not tested", "not done", "n.t."})
_NO_ANSWER = frozenset({"invalid", "indeterminate", "inconclusive", "not readable", "not evaluable"})


def judge_observation(batch: Batch, specification: Specification, test: Test, sample: str, day: date) -> Judged:
    """The verdict on a test that was read rather than measured.

    An outcome that is not accepted fails on whatever day it was read. One that is accepted counts only with its
    negative control, and when it was read ``days`` after the start and not later than the day that is judged for.

    Args:
        batch: whose record holds the observations.
        specification: that the test is of.
        test: one that asks for an observation.
        sample: name in the record.
        day: that the record is judged for.

    Source:
        STANDARDS 4.5 STER-01 and MYC-01, 10.6.
    """
    found, others = _observations(batch, test, sample)
    determinations = (*(each for _, each in found), *others.left_out)
    bare = replace(blank(specification, test), determinations=determinations)
    needed = test.reportable.determinations
    if not found:
        why = "; ".join(dict.fromkeys(each.left_out for each in others.left_out))
        return Judged(Outcome.NOT_TESTED, f"No result counts: {why}." if why else "No result is recorded.", bare)
    as_measured = ", ".join(each.as_measured for _, each in found)
    judged = worst([_judged(test, observation, day) for observation, _ in found])
    if judged.outcome is Outcome.PASS and len(found) < needed:
        judged = cannot(f"{len(found)} of the {needed} results that are needed")
    return replace(judged, result=replace(bare, as_measured=as_measured))


def _observations(batch: Batch, test: Test, sample: str) -> tuple[list[tuple[Observation, Determination]], Gathered]:
    """The observations that answer, each as the record shows it, and those by another method."""
    assert batch.record is not None
    assert batch.record_source is not None
    found: list[tuple[Observation, Determination]] = []
    others: list[LeftOut] = []
    for index, each in enumerate(batch.record.observations):
        if each.sample != sample or plain(each.test) != plain(test.observation or ""):
            continue
        evidence = (at(batch.record_source, place_of(("observations", index), batch.record_source.name)),)
        shown = said(_in_words(each), evidence, method=each.method or "")
        if accepted_method(test, each.method):
            found.append((each, shown))
        else:
            others.append(left_out(shown, not_accepted(test, each.method or ""), fault=False))
    return found, gathered(others)


def _in_words(each: Observation) -> str:
    """``no growth (started 2026-03-01, read 2026-03-15, negative control: no growth)``."""
    more = [
        f"started {each.started_on}" if each.started_on else "",
        f"read {each.read_on}" if each.read_on else "",
        f"negative control: {each.control}" if each.control else "",
        f"{each.containers_positive} of {each.containers_tested or '?'} containers positive"
        if each.containers_positive is not None
        else "",
    ]
    told = ", ".join(filter(None, more))
    return f"{each.outcome} ({told})" if told else each.outcome


def _judged(test: Test, each: Observation, day: date) -> Judged:
    outcome, accepted = plain(each.outcome), {plain(name) for name in test.accepted}
    if outcome in _NOT_DONE and outcome not in accepted:
        return Judged(Outcome.NOT_TESTED, f"The record says '{each.outcome}'.")
    if outcome in _NO_ANSWER and outcome not in accepted:
        return cannot(f"the outcome is '{each.outcome}'")
    if outcome not in accepted:
        accepts = " or ".join(f"'{name}'" for name in test.accepted)
        return Judged(Outcome.FAIL, f"The outcome is '{each.outcome}'; the specification accepts {accepts}.")
    if each.containers_positive:
        found = f"{each.containers_positive} positive containers"
        return Judged(Outcome.FAIL, f"The outcome is '{each.outcome}', but the record counts {found}.")
    return _uncontrolled(test, each, accepted) or _too_early(test, each, day) or _passed(each)


def _passed(each: Observation) -> Judged:
    read = f", read on {each.read_on}" if each.read_on else ""
    return Judged(Outcome.PASS, f"The outcome is '{each.outcome}'{read}.")


def _uncontrolled(test: Test, each: Observation, accepted: set[str]) -> Judged | None:
    """What a missing or growing negative control leaves of an outcome; None when the control is as it has to be."""
    if not test.control or test.category not in CONTROLLED:
        return None
    if each.control is None:
        return cannot("no outcome of the negative control is recorded")
    if plain(each.control) not in accepted | _NOTHING_FOUND:
        return cannot(f"the negative control is '{each.control}'")
    return None


def _too_early(test: Test, each: Observation, day: date) -> Judged | None:
    """Why an accepted outcome does not count yet; None when it does."""
    for word, on in (("Started", each.started_on), ("Read", each.read_on)):
        if on is not None and on > day:
            return Judged(Outcome.PENDING, f"{word} on {on}, after the day {day} that is judged for.")
    if each.started_on is not None and each.read_on is not None and each.read_on < each.started_on:
        return cannot(f"read on {each.read_on}, before it was started on {each.started_on}")
    if test.days is None:
        return None
    if each.started_on is None:
        return cannot(f"no day of the start of the {test.days} days is recorded")
    ready = each.started_on + timedelta(days=test.days)
    if each.read_on is None or each.read_on < ready or day < ready:
        at_day = (min(each.read_on, day) if each.read_on else day) - each.started_on
        word = "read on" if each.read_on else "on"
        return Judged(
            Outcome.PENDING,
            f"'{each.outcome}' {word} day {at_day.days} of {test.days}; counts when read from {ready} on.",
        )
    return None


def plain(text: str) -> str:
    """A text as it is compared: without case and further spaces."""
    return " ".join(text.casefold().split())
