"""What changed between two assessments: of two versions of a batch, or of one batch by two profiles. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from evqc.criteria.findings import BatchName, Severity, Tally, Verdict
from evqc.records import record

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from evqc.criteria.findings import Assessment, Finding, ProfileResult
    from evqc.criteria.model import Criterion

    #: By id of a criterion, those of an earlier edition that it follows.
    Follows = Mapping[str, tuple[str, ...]]
    Pair = tuple[Finding | None, Finding | None]

#: How a criterion stands on both sides. ``reason`` is the same verdict for another reason.
Kind = Literal["verdict", "reason", "appeared", "disappeared"]
#: A fail that can no longer be judged is not better, and one that is judged for the first time is worse.
Direction = Literal["better", "worse", "neither"]
_BETTER = {
    (Verdict.FAIL, Verdict.PASS),
    (Verdict.NOT_ASSESSED, Verdict.PASS),
}


@record
class Stand:
    """How one criterion stands in one assessment; see ``findings.Finding``."""

    criterion: str
    version: int
    title: str
    group: str
    subject: str
    verdict: Verdict
    severity: Severity
    because: str
    needed: str


@record
class Change:
    """One criterion that does not stand as it did.

    Attributes:
        before, after: None where it was not asked.
    """

    kind: Kind
    direction: Direction
    before: Stand | None
    after: Stand | None


@record
class ComparedProfile:
    """A profile as it was asked on one side."""

    id: str
    title: str
    edition: str
    sha256: str
    tally: Tally


@record
class ProfileChanges:
    """What changed in one profile, or from one to another.

    Attributes:
        before, after: None where the profile was not asked.
        changes: in the order of the later profile; then what disappeared.
        unchanged: findings that say the same on both sides.
    """

    before: ComparedProfile | None
    after: ComparedProfile | None
    changes: tuple[Change, ...]
    unchanged: int


@record
class AssessedSide:
    """One of the two assessments."""

    evqc_version: str
    assessed_for: str
    batch: BatchName


@record
class AssessmentComparison:
    """The document ``evqc.assessment-comparison/1``."""

    schema: Literal["evqc.assessment-comparison/1"] = "evqc.assessment-comparison/1"
    before: AssessedSide
    after: AssessedSide
    profiles: tuple[ProfileChanges, ...]


def compare_batches(before: Assessment, after: Assessment) -> AssessmentComparison:
    """What changed from one version of a batch to another, profile by profile.

    Args:
        before: the earlier version.
        after: the later one; each of its profiles is compared with that of the same id.
    """
    old = {profile.id: profile for profile in before.profiles}
    new = {profile.id: profile for profile in after.profiles}
    return AssessmentComparison(
        before=_side(before),
        after=_side(after),
        profiles=tuple(_compared(old.get(name), new.get(name), {}) for name in dict.fromkeys((*new, *old))),
    )


def compare_profiles(assessment: Assessment, follows: Follows) -> AssessmentComparison:
    """What changes when a batch is judged by the second of two profiles instead of the first.

    Args:
        assessment: of exactly two profiles.
        follows: by id of a criterion, those of an earlier edition that it follows.
    """
    first, second = assessment.profiles
    side = _side(assessment)
    return AssessmentComparison(before=side, after=side, profiles=(_compared(first, second, follows),))


def follows_of(criteria: Mapping[str, Criterion]) -> Follows:
    """By id of a criterion, those of an earlier edition that it follows, as the rules say it."""
    return {name: criterion.follows for name, criterion in criteria.items() if criterion.follows}


def _side(of: Assessment) -> AssessedSide:
    return AssessedSide(evqc_version=of.evqc_version, assessed_for=of.assessed_for, batch=of.batch)


def _compared(before: ProfileResult | None, after: ProfileResult | None, follows: Follows) -> ProfileChanges:
    pairs = _pairs(before.findings if before else (), after.findings if after else (), follows)
    changed = [change for old, new in pairs if (change := _change(old, new))]
    return ProfileChanges(
        before=None if before is None else _profile(before),
        after=None if after is None else _profile(after),
        changes=tuple(changed),
        unchanged=len(pairs) - len(changed),
    )


def _profile(of: ProfileResult) -> ComparedProfile:
    return ComparedProfile(id=of.id, title=of.title, edition=of.edition, sha256=of.sha256, tally=of.tally)


def _pairs(before: Sequence[Finding], after: Sequence[Finding], follows: Follows) -> list[Pair]:
    """Findings side by side: of one criterion, or of one and each of those of an earlier edition that it follows."""
    old, new = _by_criterion(before), _by_criterion(after)
    pairs: list[Pair] = []
    followed: set[str] = set()
    for criterion, findings in new.items():
        earlier = [each for each in (criterion, *follows.get(criterion, ())) if each in old]
        followed.update(earlier)
        for each in earlier or [""]:
            pairs += _by_subject(old.get(each, []), findings)
    gone = (finding for criterion, findings in old.items() if criterion not in followed for finding in findings)
    return [*pairs, *((finding, None) for finding in gone)]


def _by_criterion(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.criterion, []).append(finding)
    return found


def _by_subject(old: list[Finding], new: list[Finding]) -> list[Pair]:
    """Findings of the same subject.

    A criterion that is asked of a single subject on both sides is asked of the same one whatever it is called, since
    versions of a batch and of its product may have different names.
    """
    if len(old) == len(new) == 1:
        return [(old[0], new[0])]
    left = list(old)
    pairs: list[Pair] = []
    for finding in new:
        match = next((each for each in left if each.subject == finding.subject), None)
        if match is not None:
            left.remove(match)
        pairs.append((match, finding))
    return [*pairs, *((each, None) for each in left)]


def _change(old: Finding | None, new: Finding | None) -> Change | None:
    kind = _kind(old, new)
    if kind is None:
        return None
    return Change(
        kind=kind,
        direction=_direction(old, new),
        before=None if old is None else _stand(old),
        after=None if new is None else _stand(new),
    )


def _kind(old: Finding | None, new: Finding | None) -> Kind | None:
    if old is None:
        return "appeared"
    if new is None:
        return "disappeared"
    if old.verdict is not new.verdict:
        return "verdict"
    same = (old.because, old.severity) == (new.because, new.severity)
    return None if same else "reason"


def _direction(old: Finding | None, new: Finding | None) -> Direction:
    if old is None or new is None or old.verdict is new.verdict:
        return "neither"
    if (old.verdict, new.verdict) in _BETTER:
        return "better"
    lost = old.verdict is Verdict.PASS and new.verdict is Verdict.NOT_ASSESSED
    return "worse" if lost or new.verdict is Verdict.FAIL else "neither"


def _stand(of: Finding) -> Stand:
    return Stand(
        criterion=of.criterion,
        version=of.version,
        title=of.title,
        group=of.group,
        subject=of.subject,
        verdict=of.verdict,
        severity=of.severity,
        because=of.because,
        needed=of.needed,
    )
