"""Asks criteria of subjects. Pure: no clock, no files, and never an exception for a fact that is missing."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from evqc.criteria.findings import (
    Evidence,
    Fact,
    FactValue,
    Finding,
    ProfileResult,
    Subject,
    SubjectKind,
    Verdict,
)
from evqc.criteria.questions import Answer, join, prepare, question
from evqc.criteria.remedies import needed
from evqc.criteria.sentences import does_not_apply, explained, may_apply, number, sentence
from evqc.criteria.tally import groups, score, tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from evqc.criteria.load import Rulebook
    from evqc.criteria.model import Condition, Criterion, Word
    from evqc.criteria.profiles import Resolved
    from evqc.criteria.questions import Prepared, Question

#: What to say of criteria whose subject the batch does not have.
_NO_SUBJECT: dict[SubjectKind, tuple[str, str]] = {
    "run": ("There is no sizing run.", "an export of a sizing instrument"),
    "sample": ("There is no sample with a measurement.", "exports, or a batch record that names the samples"),
    "product": ("No sample is known to be the product.", "a batch record that names the product sample"),
    "batch": ("There is no batch.", "a batch folder"),
}


def ask(
    criterion: Criterion,
    subject: Subject,
    *,
    words: Mapping[str, Word],
    day: date,
    justifications: Mapping[str, str] | None = None,
) -> Finding:
    """Asks one criterion of one subject.

    Does it apply? comes before Is it met? Both join their conditions three-valued: one that does not hold decides,
    else one that cannot be answered leaves the criterion not assessed, else it is met.

    Args:
        criterion: the rule.
        subject: with the facts known of it.
        words: what facts are called, for the sentence.
        day: the limits in force on that day count.
        justifications: by criterion id, why a reporting criterion is not met; quoted, and changes no verdict.
    """
    prepared = prepare(criterion, words, day)
    return _ask(prepared, subject, _select(prepared.applies, subject), justifications or {})


class _Selected(NamedTuple):
    """Whether what several criteria ask first lets them apply to a subject, and the sentence when it does not."""

    verdict: Verdict
    deciding: tuple[Answer, ...] = ()
    because: str = ""


_APPLIES = _Selected(Verdict.PASS)


def _select(questions: tuple[Question, ...], subject: Subject) -> _Selected:
    joint = join(questions, subject.facts)
    if joint.verdict is Verdict.PASS:
        return _APPLIES
    deciding = joint.deciding()
    if joint.verdict is Verdict.FAIL:
        return _Selected(Verdict.NOT_APPLICABLE, deciding, does_not_apply(deciding))
    return _Selected(Verdict.NOT_ASSESSED, deciding, may_apply(deciding))


def _ask(prepared: Prepared, subject: Subject, selected: _Selected, justifications: Mapping[str, str]) -> Finding:
    criterion = prepared.criterion
    if selected is not _APPLIES:
        return _finding(criterion, subject.name, selected.verdict, selected.deciding, selected.because)
    test = join(prepared.requires, subject.facts)
    verdict, deciding = test.verdict, test.deciding()
    because = _because(criterion, verdict, deciding) + _quoted(criterion, verdict, justifications)
    return _finding(criterion, subject.name, verdict, deciding, because)


def judge(
    profile: str,
    subjects: Sequence[Subject],
    rulebook: Rulebook,
    *,
    day: date,
    justifications: Mapping[str, str] | None = None,
) -> ProfileResult:
    """Asks every criterion of a profile of every subject of its kind, in the profile's order and then the subjects'.

    A criterion whose kind of subject the batch does not have gives one finding that it was not assessed.

    Raises:
        InputError: there is no such profile.
    """
    chosen, asked_of = _prepared(rulebook, profile, day)
    reasons = justifications or {}
    by_kind = {kind: [subject for subject in subjects if subject.kind == kind] for kind in _NO_SUBJECT}
    selections: dict[tuple[SubjectKind, int], list[_Selected]] = {}
    findings: list[Finding] = []
    for prepared in asked_of:
        of_kind = by_kind[prepared.criterion.subject]
        same = prepared.criterion.subject, id(prepared.applies)
        if same not in selections:
            selections[same] = [_select(prepared.applies, each) for each in of_kind]
        asked = [_ask(prepared, *pair, reasons) for pair in zip(of_kind, selections[same], strict=True)]
        findings += asked or [_without_subject(prepared.criterion)]
    decided = (replace(f, overridden=chosen.overridden.get(f.criterion)) for f in findings)
    return _result(chosen, tuple(decided) if chosen.overridden else tuple(findings), rulebook)


def applies(profile: Resolved, facts: Mapping[str, Fact], rulebook: Rulebook) -> bool:
    """Whether a profile may apply to a batch: no condition that it has on the batch is known not to hold."""
    questions = (question(each, rulebook.words, rulebook.newest) for each in profile.profile.applies)
    return all(each.holds(facts.get(each.condition.fact, Fact(value=None))) is not False for each in questions)


@lru_cache(maxsize=64)
def _prepared(rulebook: Rulebook, profile: str, day: date) -> tuple[Resolved, tuple[Prepared, ...]]:
    """A profile with its criteria on one day; kept, since a laboratory asks the same of many batches.

    Criteria of one kind of subject that apply under the same conditions share the questions, which are asked once.
    """
    shared: dict[tuple[SubjectKind, tuple[Condition, ...]], tuple[Question, ...]] = {}
    resolved = rulebook.profile(profile, day)
    made = [prepare(each, rulebook.words, day) for each in resolved.criteria.values()]
    return resolved, tuple(
        replace(p, applies=shared.setdefault((p.criterion.subject, p.criterion.applies), p.applies)) for p in made
    )


def _result(chosen: Resolved, findings: tuple[Finding, ...], rulebook: Rulebook) -> ProfileResult:
    counted = tally(findings)
    return ProfileResult(
        id=chosen.profile.id,
        title=chosen.profile.title,
        edition=chosen.profile.edition,
        about=chosen.profile.about,
        file=rulebook.files.get(chosen.profile.id),
        sha256=rulebook.profile(chosen.profile.id).sha256,
        tally=counted,
        groups=groups(findings),
        score=score(counted) if chosen.profile.scored else None,
        left_out=chosen.left_out,
        findings=findings,
    )


def _because(criterion: Criterion, verdict: Verdict, deciding: tuple[Answer, ...]) -> str:
    template = criterion.explain.get(verdict) if verdict is Verdict.PASS or verdict is Verdict.FAIL else None
    return explained(template, deciding[0]) if template else sentence(deciding)


def _quoted(criterion: Criterion, verdict: Verdict, justifications: Mapping[str, str]) -> str:
    reason = justifications.get(criterion.id)
    unmet = verdict in {Verdict.FAIL, Verdict.NOT_ASSESSED}
    return f' The record explains: "{reason}"' if reason and unmet and criterion.kind == "reporting" else ""


def _finding(
    criterion: Criterion, subject: str, verdict: Verdict, deciding: tuple[Answer, ...], because: str
) -> Finding:
    first = deciding[0]
    return Finding(
        criterion=criterion.id,
        version=criterion.version,
        title=criterion.title,
        group=criterion.group,
        kind=criterion.kind,
        subject=subject,
        verdict=verdict,
        severity=criterion.severity,
        observed=_observed(first.fact),
        unit=first.word.unit,
        limit=first.question.applied,
        because=because,
        source=criterion.source,
        needed=needed(verdict, deciding),
        evidence=_evidence(deciding),
    )


def _without_subject(criterion: Criterion) -> Finding:
    because, subject = _NO_SUBJECT[criterion.subject]
    return Finding(
        criterion=criterion.id,
        version=criterion.version,
        title=criterion.title,
        group=criterion.group,
        kind=criterion.kind,
        subject=f"no {criterion.subject}",
        verdict=Verdict.NOT_ASSESSED,
        severity=criterion.severity,
        observed=None,
        unit="",
        limit=None,
        because=because,
        source=criterion.source,
        needed=subject,
    )


def _observed(fact: Fact) -> FactValue:
    """The value, or the bound as text when that is all that is known."""
    if fact.value is not None:
        return fact.value
    if fact.above is not None:
        return f"> {number(fact.above)}"
    return f"< {number(fact.below)}" if fact.below is not None else None


def _evidence(deciding: Sequence[Answer]) -> tuple[Evidence, ...]:
    """Every place once, in order."""
    if len(deciding) == 1 and len(deciding[0].fact.evidence) < 2:
        return deciding[0].fact.evidence
    return tuple({(e.sha256, e.name, e.where): e for answer in deciding for e in answer.fact.evidence}.values())
