"""Asks criteria of subjects. Pure: no clock, no files, and never an exception for a fact that is missing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

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
from evqc.criteria.model import Condition, Criterion, Limit, Word, find_word
from evqc.criteria.operators import TESTS, holds
from evqc.criteria.sentences import Answer, does_not_apply, explained, may_apply, number, sentence
from evqc.criteria.tally import groups, score, tally
from evqc.numerics.limits import round_to_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from evqc.criteria.load import Rulebook
    from evqc.criteria.profiles import Resolved

_UNKNOWN = Fact(value=None)
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
    applies, answers = (
        tuple(_answer(condition, subject, words, day) for condition in conditions)
        for conditions in (criterion.applies, criterion.requires)
    )
    selected, selecting = _joined(applies)
    if selected is Verdict.FAIL:
        return _finding(criterion, subject.name, Verdict.NOT_APPLICABLE, selecting, does_not_apply(selecting))
    if selected is Verdict.NOT_ASSESSED:
        return _finding(criterion, subject.name, Verdict.NOT_ASSESSED, selecting, may_apply(selecting))
    verdict, deciding = _joined(answers)
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
    chosen = rulebook.profile(profile)
    findings: list[Finding] = []
    for criterion in chosen.criteria.values():
        of_kind = [subject for subject in subjects if subject.kind == criterion.subject]
        asked = [
            ask(criterion, subject, words=rulebook.words, day=day, justifications=justifications) for subject in of_kind
        ]
        findings += asked or [_without_subject(criterion)]
    decided = (replace(f, overridden=chosen.overridden.get(f.criterion)) for f in findings)
    return _result(chosen, tuple(decided) if chosen.overridden else tuple(findings), rulebook.files.get(profile))


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


def limit_on(condition: Condition, day: date) -> Limit | None:
    """The newest limit that was in force on ``day``."""
    in_force = (limit for limit in condition.limits if limit.valid_from <= day)
    return max(in_force, key=lambda limit: limit.valid_from, default=None)


def _answer(condition: Condition, subject: Subject, words: Mapping[str, Word], day: date) -> Answer:
    row = limit_on(condition, day)
    value = row.value if row is not None else condition.value
    fact = subject.facts.get(condition.fact, _UNKNOWN)
    asked = _rounded(fact, row)
    undated = bool(condition.limits) and row is None
    return Answer(
        condition=condition,
        word=find_word(words, condition.fact),
        fact=fact,
        asked=asked,
        value=value,
        row=row,
        holds=None if undated else holds(condition.test, asked, value),
    )


def _rounded(fact: Fact, row: Limit | None) -> Fact:
    """The fact rounded to the decimals of its limit, where the limit asks for it."""
    if row is None or row.places is None or not isinstance(row.value, (int, float)):
        return fact
    if isinstance(fact.value, bool) or not isinstance(fact.value, (int, float)):
        return fact
    rounded = float(round_to_limit(fact.value, f"{row.value:.{row.places}f}"))
    return fact if rounded == fact.value else replace(fact, value=rounded)


def _joined(answers: tuple[Answer, ...]) -> tuple[Verdict, tuple[Answer, ...]]:
    """Verdict of all conditions together, and those that decided it."""
    if failed := tuple(answer for answer in answers if answer.holds is False):
        return Verdict.FAIL, failed
    if unknown := tuple(answer for answer in answers if answer.holds is None):
        return Verdict.NOT_ASSESSED, unknown
    return Verdict.PASS, answers


def _because(criterion: Criterion, verdict: Verdict, deciding: tuple[Answer, ...]) -> str:
    template = criterion.explain.get(verdict) if verdict is Verdict.PASS or verdict is Verdict.FAIL else None
    return explained(template, deciding[0]) if template else sentence(deciding)


def _quoted(criterion: Criterion, verdict: Verdict, justifications: Mapping[str, str] | None) -> str:
    reason = (justifications or {}).get(criterion.id)
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
        limit=_applied(first),
        because=because,
        source=criterion.source,
        needed=_needed(deciding) if verdict is Verdict.NOT_ASSESSED else "",
        evidence=_evidence(deciding),
    )


def _without_subject(criterion: Criterion) -> Finding:
    because, needed = _NO_SUBJECT[criterion.subject]
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
        needed=needed,
    )


def _observed(fact: Fact) -> FactValue:
    """The value, or the bound as text when that is all that is known."""
    if fact.value is not None:
        return fact.value
    if fact.above is not None:
        return f"> {number(fact.above)}"
    return f"< {number(fact.below)}" if fact.below is not None else None


def _applied(answer: Answer) -> AppliedLimit | None:
    if answer.value is None:
        return None
    row = answer.row
    return AppliedLimit(
        test=TESTS[answer.condition.test].words or "is",
        value=answer.value,
        unit=answer.word.unit,
        valid_from=row.valid_from.isoformat() if row else None,
        reference=row.reference if row else "part of the criterion",
    )


def _needed(deciding: tuple[Answer, ...]) -> str:
    return "; ".join(dict.fromkeys(answer.word.needed for answer in deciding))


def _evidence(deciding: Iterable[Answer]) -> tuple[Evidence, ...]:
    """Every place once, in order."""
    found: list[Evidence] = []
    for evidence in (e for answer in deciding for e in answer.fact.evidence):
        if evidence not in found:
            found.append(evidence)
    return tuple(found)
