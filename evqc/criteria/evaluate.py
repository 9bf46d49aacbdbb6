"""Asks criteria of subjects. Pure: no clock, no files, and never an exception for a fact that is missing."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

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
from evqc.criteria.questions import join, prepare, question
from evqc.criteria.remedies import needed
from evqc.criteria.sentences import does_not_apply, explained, may_apply, number, sentence
from evqc.criteria.tally import groups, score, tally

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from evqc.criteria.load import Rulebook
    from evqc.criteria.model import Criterion, Word
    from evqc.criteria.profiles import Resolved
    from evqc.criteria.questions import Answer, Joint, Prepared

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
    return _ask(prepare(criterion, words, day), subject, justifications or {})


def _ask(prepared: Prepared, subject: Subject, justifications: Mapping[str, str]) -> Finding:
    criterion = prepared.criterion
    selector = join(prepared.applies, subject.facts)
    if selector.verdict is not Verdict.PASS:
        return _unselected(criterion, subject.name, selector)
    test = join(prepared.requires, subject.facts)
    verdict, deciding = test.verdict, test.deciding()
    because = _because(criterion, verdict, deciding) + _quoted(criterion, verdict, justifications)
    return _finding(criterion, subject.name, verdict, deciding, because)


def _unselected(criterion: Criterion, subject: str, selector: Joint) -> Finding:
    """The finding of a criterion that does not apply, or of which it is not known whether it does."""
    deciding = selector.deciding()
    if selector.verdict is Verdict.FAIL:
        return _finding(criterion, subject, Verdict.NOT_APPLICABLE, deciding, does_not_apply(deciding))
    return _finding(criterion, subject, Verdict.NOT_ASSESSED, deciding, may_apply(deciding))


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
    chosen = rulebook.profile(profile)
    findings: list[Finding] = []
    for prepared in _prepared(rulebook, profile, day):
        of_kind = [subject for subject in subjects if subject.kind == prepared.criterion.subject]
        asked = [_ask(prepared, subject, justifications or {}) for subject in of_kind]
        findings += asked or [_without_subject(prepared.criterion)]
    decided = (replace(f, overridden=chosen.overridden.get(f.criterion)) for f in findings)
    return _result(chosen, tuple(decided) if chosen.overridden else tuple(findings), rulebook.files.get(profile))


def applies(profile: Resolved, facts: Mapping[str, Fact], rulebook: Rulebook) -> bool:
    """Whether a profile may apply to a batch: no condition that it has on the batch is known not to hold."""
    questions = (question(each, rulebook.words, rulebook.newest) for each in profile.profile.applies)
    return all(each.holds(facts.get(each.condition.fact, Fact(value=None))) is not False for each in questions)


@lru_cache(maxsize=64)
def _prepared(rulebook: Rulebook, profile: str, day: date) -> tuple[Prepared, ...]:
    """A profile's criteria on one day; kept, since a laboratory asks the same of many batches."""
    return tuple(prepare(each, rulebook.words, day) for each in rulebook.profile(profile).criteria.values())


def _result(chosen: Resolved, findings: tuple[Finding, ...], file: str | None) -> ProfileResult:
    counted = tally(findings)
    return ProfileResult(
        id=chosen.profile.id,
        title=chosen.profile.title,
        edition=chosen.profile.edition,
        about=chosen.profile.about,
        file=file,
        sha256=chosen.sha256,
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
