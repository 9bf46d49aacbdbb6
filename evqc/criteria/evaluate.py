"""Asks criteria of subjects. Pure: no clock, no files, and never an exception for a fact that is missing."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from evqc.criteria.findings import (
    AppliedLimit,
    Evidence,
    Fact,
    FactValue,
    Finding,
    ProfileResult,
    Subject,
    SubjectKind,
    Verdict,
)
from evqc.criteria.questions import Asked, prepare, question
from evqc.criteria.remedies import needed
from evqc.criteria.sentences import does_not_apply, explained, may_apply, number, sentence
from evqc.criteria.tally import groups, score, tally, verdicts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from evqc.criteria.load import Rulebook
    from evqc.criteria.model import Criterion, Word
    from evqc.criteria.profiles import Resolved
    from evqc.criteria.questions import Answer, Prepared, Question

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
    [prepared] = prepare([criterion], words, day)
    asked = Asked(subject)
    return _ask(prepared, asked, _select(prepared.applies, asked), justifications or {})


class _Conclusion(NamedTuple):
    """What a finding says beside its criterion: the verdict, why, and what the answers behind it show."""

    verdict: Verdict
    because: str
    observed: FactValue
    unit: str
    limit: AppliedLimit | None
    needed: str
    evidence: tuple[Evidence, ...]


def _conclude(verdict: Verdict, deciding: tuple[Answer, ...], because: str) -> _Conclusion:
    first = deciding[0]
    return _Conclusion(
        verdict,
        because,
        _observed(first.fact),
        first.question.word.unit,
        first.question.applied,
        needed(verdict, deciding),
        _evidence(deciding),
    )


def _select(questions: tuple[Question, ...], of: Asked) -> _Conclusion | None:
    """What stands for every criterion that these questions do not let apply to a subject; None where they do."""
    verdict, deciding = of.join(questions)
    if verdict is Verdict.PASS:
        return None
    if verdict is Verdict.FAIL:
        return _conclude(Verdict.NOT_APPLICABLE, deciding, does_not_apply(deciding))
    return _conclude(Verdict.NOT_ASSESSED, deciding, may_apply(deciding))


def _ask(prepared: Prepared, of: Asked, selected: _Conclusion | None, justifications: Mapping[str, str]) -> Finding:
    criterion = prepared.criterion
    if selected is not None:
        return _finding(criterion, of.subject.name, selected)
    verdict, deciding = of.join(prepared.requires)
    because = _because(criterion, verdict, deciding) + _quoted(criterion, verdict, justifications)
    return _finding(criterion, of.subject.name, _conclude(verdict, deciding, because))


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
    chosen, criteria = _prepared(rulebook, profile, day)
    reasons = justifications or {}
    by_kind = {kind: [Asked(subject) for subject in subjects if subject.kind == kind] for kind in _NO_SUBJECT}
    selections: dict[tuple[SubjectKind, tuple[Question, ...]], list[_Conclusion | None]] = {}
    findings: list[Finding] = []
    for prepared in criteria:
        of_kind = by_kind[prepared.criterion.subject]
        same = prepared.criterion.subject, prepared.applies
        if same not in selections:
            selections[same] = [_select(prepared.applies, each) for each in of_kind]
        found = [_ask(prepared, *pair, reasons) for pair in zip(of_kind, selections[same], strict=True)]
        findings += found or [_without_subject(prepared.criterion)]
    decided = (replace(f, overridden=chosen.overridden.get(f.criterion)) for f in findings)
    return _result(chosen, tuple(decided) if chosen.overridden else tuple(findings), rulebook)


def applies(profile: Resolved, facts: Mapping[str, Fact], rulebook: Rulebook) -> bool:
    """Whether a profile may apply to a batch: no condition that it has on the batch is known not to hold."""
    questions = (question(each, rulebook.words, rulebook.newest) for each in profile.profile.applies)
    return all(each.ask(facts).holds is not False for each in questions)


@lru_cache(maxsize=64)
def _prepared(rulebook: Rulebook, profile: str, day: date) -> tuple[Resolved, tuple[Prepared, ...]]:
    """A profile with its criteria on one day; kept, since a laboratory asks the same of many batches."""
    resolved = rulebook.profile(profile, day)
    return resolved, prepare(resolved.criteria.values(), rulebook.words, day)


def _result(chosen: Resolved, findings: tuple[Finding, ...], rulebook: Rulebook) -> ProfileResult:
    by_criterion = verdicts(findings)
    counted = tally(by_criterion)
    return ProfileResult(
        id=chosen.profile.id,
        title=chosen.profile.title,
        edition=chosen.profile.edition,
        about=chosen.profile.about,
        file=rulebook.files.get(chosen.profile.id),
        sha256=rulebook.profile(chosen.profile.id).sha256,
        tally=counted,
        groups=groups(findings, by_criterion),
        score=score(counted) if chosen.profile.scored else None,
        left_out=chosen.left_out,
        findings=findings,
    )


def _because(criterion: Criterion, verdict: Verdict, deciding: tuple[Answer, ...]) -> str:
    template = criterion.explain.get(verdict) if verdict is Verdict.PASS or verdict is Verdict.FAIL else None
    return explained(template, deciding[0]) if template else sentence(deciding)


def _quoted(criterion: Criterion, verdict: Verdict, justifications: Mapping[str, str]) -> str:
    reason = justifications.get(criterion.id)
    if not reason or criterion.kind != "reporting" or verdict not in {Verdict.FAIL, Verdict.NOT_ASSESSED}:
        return ""
    return f' The record explains: "{reason}"'


def _finding(criterion: Criterion, subject: str, of: _Conclusion) -> Finding:
    return Finding(
        criterion=criterion.id,
        version=criterion.version,
        title=criterion.title,
        group=criterion.group,
        kind=criterion.kind,
        subject=subject,
        verdict=of.verdict,
        severity=criterion.severity,
        observed=of.observed,
        unit=of.unit,
        limit=of.limit,
        because=of.because,
        source=criterion.source,
        needed=of.needed,
        evidence=of.evidence,
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
    every = [each for answer in deciding for each in answer.fact.evidence]
    return tuple({(e.sha256, e.name, e.where.line, e.where.column, e.where.field): e for e in every}.values())
