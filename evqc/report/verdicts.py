"""What the findings come to: the mark of each profile and of the whole, what to stop at, what could not be judged."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from evqc.criteria.findings import Finding, Severity, Verdict
from evqc.report.format import fact, limit
from evqc.report.model import FindingRow, Gap, Mark, ProfileSummary, Stop
from evqc.report.words import are, counted, subjects, was

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from evqc.batch.assembled import Batch
    from evqc.criteria.findings import Assessment, FactValue, ProfileResult, Score, Tally
    from evqc.report.shown import DerivedRow, SizedSample

VERDICT_MARKS = {Verdict.PASS: "✓", Verdict.FAIL: "✕", Verdict.NOT_ASSESSED: "?", Verdict.NOT_APPLICABLE: "–"}
_ORDER = (Verdict.FAIL, Verdict.NOT_ASSESSED, Verdict.PASS, Verdict.NOT_APPLICABLE)
#: Symbols beside the words of a mark, so that nothing is told by colour alone.
CHIPS: dict[Mark, str] = {
    "fail": "✕",
    "review": "!",
    "incomplete": "?",
    "noted": "·",
    "pass": "✓",
    "nothing asked": "–",
}
MEANINGS: dict[Mark, str] = {
    "fail": "a criterion that blocks is not met",
    "review": "a person must look before deciding",
    "incomplete": "not everything that counts could be assessed",
    "noted": "nothing blocks or asks for a look, but not everything is met or known",
    "pass": "every criterion that applies is met",
    "nothing asked": "no criterion applied",
}
#: The worse comes first.
_WORST: tuple[Mark, ...] = ("fail", "review", "incomplete", "noted", "pass", "nothing asked")


def mark(findings: Sequence[Finding]) -> Mark:
    """The one word for some findings. Not assessed is never a pass, and what is only noted is not either."""
    fails = {f.severity for f in findings if f.verdict is Verdict.FAIL}
    if Severity.BLOCKS in fails:
        return "fail"
    if Severity.REVIEW in fails:
        return "review"
    if any(f.verdict is Verdict.NOT_ASSESSED and f.severity is not Severity.NOTE for f in findings):
        return "incomplete"
    if any(f.verdict in {Verdict.FAIL, Verdict.NOT_ASSESSED} for f in findings):
        return "noted"
    return "pass" if any(f.verdict is Verdict.PASS for f in findings) else "nothing asked"


def profile_summary(profile: ProfileResult) -> ProfileSummary:
    """One profile with its mark and its fractions."""
    found = mark(profile.findings)
    counts = Counter(f.verdict for f in profile.findings)
    noted = sum(f.verdict is Verdict.FAIL and f.severity is Severity.NOTE for f in profile.findings)
    return ProfileSummary(
        id=profile.id,
        title=profile.title,
        edition=profile.edition,
        about=profile.about,
        file=profile.file,
        sha256=profile.sha256,
        mark=found,
        meaning=MEANINGS[found] + (f"; {counted(noted, 'fail')} only noted" if noted else ""),
        counts={verdict.value: counts[verdict] for verdict in _ORDER},
        tally=profile.tally,
        fraction=fraction(profile.tally),
        groups=profile.groups,
        score=profile.score,
        left_out=profile.left_out,
    )


def fraction(of: Tally) -> str:
    """How much was assessed and how much of that is met: ``13 of 14 criteria that apply were assessed, 5 are met``."""
    if not of.applicable:
        return "no criterion applies"
    noun = "criterion that applies" if of.applicable == 1 else "criteria that apply"
    rest = of.criteria - of.applicable
    without = f"; {rest} {'does' if rest == 1 else 'do'} not apply" if rest else ""
    assessed = f"{of.assessed} of {of.applicable} {noun} {was(of.assessed)} assessed"
    return f"{assessed}, {of.passed} {are(of.passed)} met{without}"


def scored(of: Score) -> str:
    """A score with its fraction; without a percentage while something is open."""
    met = f"{of.yes} of {of.applicable} met"
    if of.percent is None:
        return f"{met}, {of.open} not assessed: no percentage yet" if of.open else "nothing applies"
    return f"{of.percent}\N{NO-BREAK SPACE}% ({met})"


def finding_rows(assessment: Assessment) -> tuple[FindingRow, ...]:
    """Every finding, by profile, fails first; within a verdict in the order of the profile."""
    return tuple(
        FindingRow(
            profile=profile.id,
            mark=VERDICT_MARKS[f.verdict],
            observed=fact(f.observed, f.unit),
            limit=limit(f.limit),
            finding=f,
        )
        for profile in assessment.profiles
        for f in sorted(profile.findings, key=lambda f: _ORDER.index(f.verdict))
    )


def overall(profiles: Sequence[ProfileSummary], stops: Sequence[Stop]) -> Mark:
    """The worst mark; a stop that wants a look keeps the whole from passing."""
    marks: list[Mark] = [p.mark for p in profiles if p.mark != "nothing asked"]
    marks += [stop.mark for stop in stops]
    return min(marks, key=_WORST.index) if marks else "nothing asked"


def conclusion(found: Mark, stops: Sequence[Stop], gaps: Sequence[Gap]) -> str:
    """What evqc recommends, in one sentence."""
    blocking = sum(stop.mark == "fail" for stop in stops)
    looks = len(stops) - blocking
    words: dict[Mark, str] = {
        "fail": f"evqc recommends not to use this batch as it stands: {_reasons(blocking, 'blocks', 'block')}",
        "review": f"evqc recommends a review before any decision: {_reasons(looks, 'needs a look', 'need a look')}",
        "incomplete": f"evqc recommends no decision yet: {_open(gaps)} could not be judged",
        "noted": "evqc found nothing that blocks this batch or asks for a look, but some things to note",
        "pass": "evqc found nothing that speaks against this batch in the profiles below",
        "nothing asked": "evqc judged nothing here: no criterion applied",
    }
    told = f", and {_open(gaps)} could not be judged" if gaps and found in {"fail", "review", "noted", "pass"} else ""
    return f"{words[found]}{told}; a person decides."


def _open(gaps: Sequence[Gap]) -> str:
    return counted(sum(len(gap.what) for gap in gaps), "thing")


def _reasons(n: int, one: str, several: str) -> str:
    return f"{counted(n, 'thing')} {one if n == 1 else several}"


def stops_of(batch: Batch, assessment: Assessment, sizes: Sequence[SizedSample]) -> tuple[Stop, ...]:
    """What would make a careful person stop.

    What blocks comes first, then everything that wants a look: whether numbers can be used before what was reported.
    """
    failing = list(_failing(assessment))
    found = [*_failed(each for each in failing if each[1].kind != "reporting"), *_refused(batch)]
    found += [*_contradictions(batch, assessment), *_disagreeing(sizes), *_unassessed(assessment)]
    found += _failed(each for each in failing if each[1].kind == "reporting")
    return tuple(sorted(found, key=lambda stop: stop.mark == "review"))


def _failed(failing: Iterable[tuple[str, Finding]]) -> Iterable[Stop]:
    """One stop a criterion, over all the profiles and subjects that it fails in.

    Criteria of two editions that fail in the same subjects for the same reasons are one stop.
    """
    together: dict[tuple[str, str], list[tuple[str, Finding]]] = {}
    for title, f in failing:
        together.setdefault((f.criterion, f.severity), []).append((title, f))
    twins: dict[tuple[str, frozenset[tuple[str, str]]], list[tuple[str, Finding]]] = {}
    for (_, severity), of in together.items():
        reasons = frozenset((f.subject, f.because) for _, f in of)
        twins.setdefault((severity, reasons), []).extend(of)
    for of in twins.values():
        first = of[0][1]
        yield Stop(
            mark="fail" if first.severity is Severity.BLOCKS else "review",
            what=f"Not met: {_begin(first.title)}",
            subject=subjects([f.subject for _, f in of]),
            because=first.because,
            source="; ".join(_sources(of)),
        )


def _sources(of: Sequence[tuple[str, Finding]]) -> Iterable[str]:
    """Each criterion behind the profiles that ask it."""
    for criterion in dict.fromkeys(f.criterion for _, f in of):
        titles = dict.fromkeys(title for title, f in of if f.criterion == criterion)
        yield f"{'; '.join(titles)}: {criterion}"


def _failing(assessment: Assessment) -> Iterable[tuple[str, Finding]]:
    for profile in assessment.profiles:
        for f in profile.findings:
            if f.verdict is Verdict.FAIL and f.severity is not Severity.NOTE:
                yield profile.title, f


def _begin(title: str) -> str:
    """A criterion's title behind a colon: without its full stop, and small unless it begins with a name."""
    plain = title.removesuffix(".")
    first = plain.partition(" ")[0]
    return plain[:1].lower() + plain[1:] if first[1:].islower() or len(first) == 1 else plain


def _refused(batch: Batch) -> Iterable[Stop]:
    for reading in batch.readings:
        if reading.verdict == "refused":
            errors = [issue for issue in reading.issues if issue.severity == "error"] or list(reading.issues)
            because = f"{errors[0].code}, {errors[0].where}: {errors[0].message}" if errors else "no reason given"
            yield Stop(
                mark="review",
                what="A file was refused, so that nothing in it is judged",
                subject=reading.source.name,
                because=because,
                source="reading",
            )


def _contradictions(batch: Batch, assessment: Assessment) -> Iterable[Stop]:
    """Contradictions that no failed criterion already states, in its reason or among what it observed."""
    stated = [text for _, f in _failing(assessment) for text in (f.because, *_texts(f.observed))]
    for one in batch.contradictions:
        if one.issue.severity == "note" or any(one.issue.found in text for text in stated):
            continue
        yield Stop(
            mark="review",
            what="Record and exports contradict each other" if batch.record else "The exports contradict each other",
            subject=one.source.name,
            because=f"{one.issue.code}, {one.issue.where}: {one.issue.message}",
            source="cross-check",
        )


def _texts(observed: FactValue) -> tuple[str, ...]:
    return observed if isinstance(observed, tuple) else (observed,) if isinstance(observed, str) else ()


def _disagreeing(sizes: Sequence[SizedSample]) -> Iterable[Stop]:
    for sample in sizes:
        runs = [row for row in sample.runs if row.within_rounding is False]
        if runs:
            yield Stop(
                mark="review",
                what="Numbers that the instrument prints do not follow from its own distribution",
                subject=f"{sample.label}, {subjects([row.label for row in runs])}",
                because=f"{runs[0].label}: {runs[0].agreement}.",
                source="vendor agreement",
            )


def _unassessed(assessment: Assessment) -> Iterable[Stop]:
    for profile in assessment.profiles:
        of = [f for f in profile.findings if f.verdict is Verdict.NOT_ASSESSED and f.severity is Severity.BLOCKS]
        if titles := list(dict.fromkeys(f.title for f in of)):
            yield Stop(
                mark="review",
                what=f"{counted(len(titles), 'criterion', 'criteria')} that would block could not be assessed",
                subject=profile.title,
                because=f"Not assessed is not a pass: {'; '.join(_begin(title) for title in titles)}.",
                source=profile.id,
            )


def gaps_of(batch: Batch, assessment: Assessment, derived: Sequence[DerivedRow]) -> tuple[Gap, ...]:
    """What is missing, each need once with all that waits for it, the one that most things wait for first."""
    waiting = [*_folder_gap(batch), *_open_findings(assessment)]
    waiting += [(row.why_missing, row.title, row.sample, "derived values") for row in derived if row.why_missing]
    together: dict[str, list[tuple[str, str, str, str]]] = {}
    for one in waiting:
        together.setdefault(one[0].removesuffix("."), []).append(one)
    gaps = [
        Gap(
            needed=needed,
            what=tuple(dict.fromkeys(what.removesuffix(".") for _, what, _, _ in of)),
            subject=subjects([subject for _, _, subject, _ in of]),
            source="; ".join(dict.fromkeys(source for *_, source in of)),
        )
        for needed, of in together.items()
    ]
    return tuple(sorted(gaps, key=lambda gap: -len(gap.what)))


def _open_findings(assessment: Assessment) -> Iterable[tuple[str, str, str, str]]:
    for profile in assessment.profiles:
        for f in profile.findings:
            if f.verdict is Verdict.NOT_ASSESSED:
                yield f.needed or f.because, f.title, f.subject, profile.title


def _folder_gap(batch: Batch) -> Iterable[tuple[str, str, str, str]]:
    if batch.record is None:
        needed = "a batch record: 'evqc init' makes a folder with a workbook to fill in"
        what = "everything that rests on source, isolation, roles of samples and results entered by hand"
        yield needed, what, batch.name, "folder without a batch record"
