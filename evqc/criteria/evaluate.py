"""Asks criteria of subjects. Pure: no clock, no files, and never an exception for a fact that is missing."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from evqc.criteria.findings import (
    Evidence,
    Fact,
    Finding,
    ProfileResult,
    Subject,
    SubjectKind,
    Verdict,
)
from evqc.criteria.questions import UNKNOWN, VERDICTS, Asked, asking, prepare, question, sayings
from evqc.criteria.remedies import needed
from evqc.criteria.sentences import does_not_apply, explained, may_apply, sentence
from evqc.criteria.tally import groups, score, tally, worst
from evqc.criteria.words import number
from evqc.records import maker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from evqc.criteria.findings import FactValue
    from evqc.criteria.load import Rulebook
    from evqc.criteria.model import Condition, Criterion, Word
    from evqc.criteria.profiles import Resolved
    from evqc.criteria.questions import Answer, Prepared, Question

    #: What a finding says beside its criterion: the verdict, the answers that decided it, why, and what is needed.
    Conclusion = tuple[Verdict, tuple[Answer, ...], str, str]

_NOT_APPLICABLE = Verdict.NOT_APPLICABLE
_made = maker(Finding)
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
    [prepared] = prepare([criterion], asking(words, day))
    asked = Asked(subject.facts)
    concluded = _select(prepared.applies, asked) or _answer(prepared, asked, justifications or {})
    return _finding(prepared, subject, concluded)


def _select(questions: tuple[Question, ...], of: Asked) -> Conclusion | None:
    """What stands for every criterion that these questions do not let apply to a subject; None where they do."""
    holds, deciding = of.join(questions)
    if holds:
        return None
    if holds is None:
        return VERDICTS[None], deciding, may_apply(deciding), needed(deciding, unknown=True)
    return _NOT_APPLICABLE, deciding, does_not_apply(deciding), ""


def _answer(prepared: Prepared, of: Asked, justifications: Mapping[str, str]) -> Conclusion:
    """Whether a subject meets a criterion that applies to it."""
    holds, deciding = of.join(prepared.requires)
    template = prepared.explain.get(holds)
    because = explained(template, deciding[0]) if template else sentence(deciding)
    if holds:
        return VERDICTS[True], deciding, because, ""
    because += _quoted(prepared, justifications)
    return VERDICTS[holds], deciding, because, needed(deciding, unknown=holds is None)


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
    [result] = judge_each((profile,), subjects, rulebook, day=day, justifications=justifications)
    return result


def judge_each(
    profiles: Iterable[str],
    subjects: Sequence[Subject],
    rulebook: Rulebook,
    *,
    day: date,
    justifications: Mapping[str, str] | None = None,
) -> tuple[ProfileResult, ...]:
    """What ``judge`` gives for each of several profiles; a question that they share is answered once.

    Raises:
        InputError: there is no such profile.
    """
    of_kind = {kind: _Subjects([each for each in subjects if each.kind == kind]) for kind in _NO_SUBJECT}
    return tuple([_judged(each, of_kind, rulebook, day, justifications or {}) for each in profiles])


def _judged(
    profile: str,
    of_kind: Mapping[SubjectKind, _Subjects],
    rulebook: Rulebook,
    day: date,
    justifications: Mapping[str, str],
) -> ProfileResult:
    """The findings of one profile."""
    chosen, criteria = _prepared(rulebook, profile, day)
    found = {each.id: of_kind[each.subject].findings(each, justifications) for each in criteria}
    return _result(chosen, {each.id: each.group for each in criteria}, found, rulebook)


class _Subjects:
    """The subjects of one kind; those that say the same of everything that a criterion asks are asked once."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._subjects = subjects
        self._asked = [Asked(subject.facts) for subject in subjects]
        self._said: dict[str, list[int]] = {}
        self._selections: dict[tuple[Question, ...], list[Conclusion | None]] = {}

    def findings(self, prepared: Prepared, justifications: Mapping[str, str]) -> list[Finding]:
        """Of one criterion for each subject, or that there is none."""
        selected = self._selected(prepared.applies)
        if len(selected) == 1:  # as for most criteria
            concluded = selected[0] or _answer(prepared, self._asked[0], justifications)
            return [_finding(prepared, self._subjects[0], concluded)]
        answered = self._answered(prepared, selected, justifications)
        return [
            _finding(prepared, subject, selected[place] or answered[place])
            for place, subject in enumerate(self._subjects)
        ] or [_without_subject(prepared)]

    def _selected(self, questions: tuple[Question, ...]) -> list[Conclusion | None]:
        """What stands for each subject to which the questions do not let a criterion apply."""
        selected = self._selections.get(questions)
        if selected is None:
            selected = self._selections[questions] = []
            for place, first in enumerate(self._alike(questions)):
                selected.append(selected[first] if first < place else _select(questions, self._asked[place]))
        return selected

    def _answered(
        self, prepared: Prepared, selected: Sequence[Conclusion | None], justifications: Mapping[str, str]
    ) -> dict[int, Conclusion]:
        """Whether the subjects to which a criterion applies meet it, by their place."""
        applying = [place for place, of_selector in enumerate(selected) if of_selector is None]
        alike = self._alike(prepared.requires) if len(applying) > 1 else range(len(selected))
        answers: dict[int, Conclusion] = {}
        for place in applying:
            if alike[place] not in answers:
                answers[alike[place]] = _answer(prepared, self._asked[place], justifications)
        return {place: answers[alike[place]] for place in applying}

    def _alike(self, questions: Sequence[Question]) -> Sequence[int]:
        """For each subject the place of the first that says the same of all that is asked."""
        if len(self._asked) == 1 or not questions:
            return [0] * len(self._asked)
        said = [self._told_apart(question.fact) for question in questions]
        return said[0] if len(said) == 1 else _firsts(zip(*said, strict=True))

    def _told_apart(self, name: str) -> list[int]:
        """For each subject the place of the first that says the same of one fact."""
        said = self._said.get(name)
        if said is None:
            facts = [each.facts.get(name, UNKNOWN) for each in self._subjects]
            said = self._said[name] = _firsts(sayings(facts))
        return said


def _firsts(of: Iterable[object]) -> list[int]:
    """For each the place of the first that is equal to it."""
    first: dict[object, int] = {}
    return [first.setdefault(each, place) for place, each in enumerate(of)]


def applies(profile: Resolved, facts: Mapping[str, Fact], rulebook: Rulebook) -> bool:
    """Whether a profile may apply to a batch: no condition that it has on the batch is known not to hold."""
    return all(each.ask(facts).holds is not False for each in _scope(rulebook, profile.profile.id))


@lru_cache(maxsize=64)
def _scope(rulebook: Rulebook, profile: str) -> tuple[Question, ...]:
    """The conditions that a profile has on the batch."""
    conditions = rulebook.profiles[profile].applies
    return tuple(question(each, rulebook.words, rulebook.newest) for each in conditions)


@lru_cache(maxsize=64)
def _prepared(rulebook: Rulebook, profile: str, day: date) -> tuple[Resolved, tuple[Prepared, ...]]:
    """A profile with its criteria on one day; kept, since a laboratory asks the same of many batches."""
    resolved = rulebook.profile(profile, day)
    return resolved, prepare(resolved.criteria.values(), _asking(rulebook, day))


@lru_cache(maxsize=64)
def _asking(rulebook: Rulebook, day: date) -> Callable[[Condition], Question]:
    """What makes the questions of all profiles on one day."""
    return asking(rulebook.words, day)


def _result(
    chosen: Resolved, of_groups: Mapping[str, str], found: Mapping[str, Sequence[Finding]], rulebook: Rulebook
) -> ProfileResult:
    """What a profile gives, from the group and the findings of each criterion."""
    by_criterion = {criterion: worst([each.verdict for each in findings]) for criterion, findings in found.items()}
    counted = tally(by_criterion)
    findings = [finding for findings in found.values() for finding in findings]
    if chosen.overridden:
        findings = [replace(f, overridden=chosen.overridden.get(f.criterion)) for f in findings]
    return ProfileResult(
        id=chosen.profile.id,
        title=chosen.profile.title,
        edition=chosen.profile.edition,
        about=chosen.profile.about,
        file=rulebook.files.get(chosen.profile.id),
        sha256=rulebook.profile(chosen.profile.id).sha256,
        tally=counted,
        groups=groups(of_groups, by_criterion),
        score=score(counted) if chosen.profile.scored else None,
        left_out=chosen.left_out,
        findings=tuple(findings),
    )


def _quoted(criterion: Prepared, justifications: Mapping[str, str]) -> str:
    reason = justifications.get(criterion.id)
    return f' The record explains: "{reason}"' if reason and criterion.kind == "reporting" else ""


def _finding(criterion: Prepared, subject: Subject, of: Conclusion) -> Finding:
    verdict, deciding, because, needs = of
    question, fact = deciding[0].question, deciding[0].fact
    proof = subject.facts.get(question.fact, UNKNOWN).evidence
    return _made(
        criterion=criterion.id,
        version=criterion.version,
        title=criterion.title,
        group=criterion.group,
        kind=criterion.kind,
        subject=subject.name,
        verdict=verdict,
        severity=criterion.severity,
        observed=fact.value or _observed_of(fact),
        unit=question.unit,
        limit=question.applied,
        because=because,
        source=criterion.source,
        needed=needs,
        evidence=proof if len(deciding) == 1 and len(proof) < 2 else _evidence(deciding, subject.facts),
    )


def _without_subject(criterion: Prepared) -> Finding:
    because, needs = _NO_SUBJECT[criterion.subject]
    return _made(
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
        needed=needs,
    )


def _observed_of(fact: Fact) -> FactValue:
    """Of a value that is nothing or zero: that, without the sign of a zero, or what is known of a number."""
    if fact.value is None:
        return _bound(fact)
    return 0.0 if isinstance(fact.value, float) else fact.value


def _bound(fact: Fact) -> str | None:
    """As text, when that is all that is known of a number."""
    if fact.above is not None:
        return f"> {number(fact.above)}"
    return f"< {number(fact.below)}" if fact.below is not None else None


def _evidence(deciding: Sequence[Answer], facts: Mapping[str, Fact]) -> tuple[Evidence, ...]:
    """Every place of the subject's own facts once, in order; the answers may be those of one that is alike."""
    every = [each for answer in deciding for each in facts.get(answer.question.fact, UNKNOWN).evidence]
    if len(every) < 2:
        return tuple(every)
    return tuple({(e.sha256, e.name, e.where.line, e.where.column, e.where.field): e for e in every}.values())
