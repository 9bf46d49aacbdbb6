"""Every shipped rule against its own examples, and what every rule owes its reader."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from evqc.criteria.evaluate import ask
from evqc.criteria.findings import Finding, Severity, Subject, Verdict
from evqc.criteria.load import shipped
from evqc.criteria.model import STRONG, Criterion, Example, Limit, example_facts

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOK = shipped()
CASES = [(criterion, example) for criterion in BOOK.criteria.values() for example in criterion.examples]


def judged(criterion: Criterion, example: Example) -> Finding:
    subject = Subject(kind=criterion.subject, name="example", facts=example_facts(criterion, example))
    return ask(criterion, subject, words=BOOK.words, day=BOOK.newest)


@pytest.mark.parametrize(("criterion", "example"), CASES, ids=[c.id for c, _ in CASES])
def test_every_example_gives_its_verdict(criterion: Criterion, example: Example) -> None:
    finding = judged(criterion, example)
    assert finding.verdict is example.expect, finding.because


def weakened(criterion: Criterion) -> Iterator[tuple[str, Criterion]]:
    """The criterion without one of its conditions, or without one end of a range, and what it then lacks."""
    for place, condition in enumerate(criterion.requires):
        before, behind = criterion.requires[:place], criterion.requires[place + 1 :]
        if len(criterion.requires) > 1:
            yield condition.fact, criterion.model_copy(update={"requires": (*before, *behind)})
        if condition.test == "between":
            for end, open_end in enumerate((-math.inf, math.inf)):
                rows = [row.model_copy(update={"value": ended(row, end, open_end)}) for row in condition.limits]
                without = condition.model_copy(update={"limits": tuple(rows)})
                yield (
                    f"{condition.fact}, end {end}",
                    criterion.model_copy(update={"requires": (*before, without, *behind)}),
                )


def ended(row: Limit, end: int, value: float) -> tuple[float, ...]:
    assert isinstance(row.value, tuple)
    low, high = (float(number) for number in row.value)
    return (value, high) if end == 0 else (low, value)


WEAKENED = [(criterion, lacks, weaker) for criterion in BOOK.criteria.values() for lacks, weaker in weakened(criterion)]


@pytest.mark.parametrize(
    ("criterion", "lacks", "weaker"), WEAKENED, ids=[f"{c.id} {lacks}" for c, lacks, _ in WEAKENED]
)
def test_every_condition_and_both_ends_of_a_range_decide_an_example(
    criterion: Criterion, lacks: str, weaker: Criterion
) -> None:
    """A rule that lost one of them would otherwise pass its own examples."""
    assert any(judged(weaker, example).verdict is not example.expect for example in criterion.examples), lacks


@pytest.mark.parametrize(("criterion", "example"), CASES, ids=[c.id for c, _ in CASES])
def test_every_example_gives_a_sentence_a_person_can_read(criterion: Criterion, example: Example) -> None:
    finding = judged(criterion, example)
    assert finding.because[0].isupper()
    assert finding.because.endswith(".")
    assert not re.search(r"\{|\}|None|\bnan\b|\binf\b| ;|:;|,:|\.\.|  ", finding.because), finding.because
    assert (finding.needed != "") == (finding.verdict in {Verdict.NOT_ASSESSED, Verdict.FAIL})


@pytest.mark.parametrize("criterion", BOOK.criteria.values(), ids=list(BOOK.criteria))
def test_without_any_fact_a_criterion_is_not_assessed(criterion: Criterion) -> None:
    subject = Subject(kind=criterion.subject, name="unknown", facts={})
    finding = ask(criterion, subject, words=BOOK.words, day=BOOK.newest)
    assert finding.verdict is Verdict.NOT_ASSESSED
    assert finding.needed


@pytest.mark.parametrize("criterion", BOOK.criteria.values(), ids=list(BOOK.criteria))
def test_a_title_is_a_sentence_and_a_source_says_more_than_its_tag(criterion: Criterion) -> None:
    assert criterion.title[0].isupper()
    assert criterion.title.endswith(".")
    assert len(criterion.title.split()) >= 4
    assert len(criterion.source.partition("]")[2].split()) >= 4 or criterion.tag == "src"


def test_only_verified_rules_block() -> None:
    blocking = [c for c in BOOK.criteria.values() if c.severity is Severity.BLOCKS]
    assert {c.id for c in blocking} == {"NTA-RUN-03", "REC-DIL-01", "REC-FIL-01", "REC-FIL-02"}
    assert all(c.tag in STRONG for c in blocking)
    assert not any(c.kind == "reporting" for c in blocking), "a reporting standard does not fail a batch"


def test_misev_sets_no_numeric_limit() -> None:
    """Counts of markers, methods and quantities apart; the one threshold beside them says that it is evqc's own."""
    numeric = [
        c.id
        for c in BOOK.criteria.values()
        if c.id.startswith("MISEV") and any(BOOK.word(condition.fact).holds == "number" for condition in c.requires)
    ]
    assert numeric == ["MISEV2018-SRC-03", "MISEV2023-SRC-03"]
    assert all(BOOK.criteria[name].tag == "design" for name in numeric)


@pytest.mark.parametrize("profile", ["misev2018", "misev2023"])
def test_no_rule_of_misev_names_a_tetraspanin(profile: str) -> None:
    for identity in BOOK.profile(profile).criteria:
        criterion = BOOK.criteria[identity]
        asked = [*criterion.applies, *criterion.requires]
        assert not any(condition.fact.startswith("marker.") for condition in asked), identity


def test_the_editions_of_misev_share_no_rule_of_their_own() -> None:
    own = [{i for i in BOOK.profile(p).criteria if i.startswith("MISEV")} for p in ("misev2018", "misev2023")]
    assert not own[0] & own[1]
    assert all(i.startswith("MISEV2018") for i in own[0])
    assert all(i.startswith("MISEV2023") for i in own[1])


def test_every_criterion_stands_in_a_profile_and_every_word_in_a_criterion() -> None:
    listed = {identity for name in BOOK.profiles for identity in BOOK.profile(name).criteria}
    assert set(BOOK.criteria) == listed
    asked = {condition.fact for c in BOOK.criteria.values() for condition in (*c.applies, *c.requires)}
    families = {f"{fact.partition('.')[0]}.*" for fact in asked if "." in fact}
    informative = {"temperature", "term"}
    assert {word for word in set(BOOK.words) - asked - families if not word.startswith("statement.")} == informative


DATED = [c for c in BOOK.criteria.values() if any(condition.limits for condition in c.requires)]


@pytest.mark.parametrize("criterion", DATED, ids=[c.id for c in DATED])
def test_before_a_limit_was_in_force_nothing_passes_it(criterion: Criterion) -> None:
    rows = [limit for condition in criterion.requires for limit in condition.limits]
    before = min(row.valid_from for row in rows) - timedelta(days=1)
    passing = next(example for example in criterion.examples if example.expect is Verdict.PASS)
    subject = Subject(kind=criterion.subject, name="early", facts=example_facts(criterion, passing))
    assert ask(criterion, subject, words=BOOK.words, day=before).verdict is not Verdict.PASS
