"""The two editions of MISEV: what follows what, and that what changed is said for everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evqc.criteria.catalogue import catalogue
from evqc.criteria.findings import Severity
from evqc.criteria.load import shipped
from evqc.errors import InputError
from tests.criteria.books import RULE, book

if TYPE_CHECKING:
    from pathlib import Path

    from evqc.criteria.model import Criterion

BOOK = shipped()
OLD, NEW = ([c for c in BOOK.criteria.values() if c.id.startswith(name)] for name in ("MISEV2018", "MISEV2023"))
#: Topics of the table of differences, each with a criterion of 2023 that carries it and a word of what it says.
CHANGES = [
    ("Terms", "MISEV2023-NOM-01", "non-vesicular"),
    ("Marker counts", "MISEV2023-MRK-01", "no fixed set"),
    ("Negative controls", "MISEV2023-MRK-02", "control that could have shown it"),
    ("Reasons for markers", "MISEV2023-MRK-08", "needs its reason"),
    ("Separation", "MISEV2023-SEP-01", "strengths and weaknesses"),
    ("Combined methods", "MISEV2023-SEP-03", "combining methods"),
    ("Documentation", "MISEV2023-SEP-04", "documentation"),
    ("Detection limits", "MISEV2023-QNT-04A", "Emphasised"),
    ("Solid tissue", "MISEV2023-SRC-05D", "solid tissue"),
    ("Release and uptake", "MISEV2023-FUN-04", "release and uptake"),
    ("In vivo", "MISEV2023-FUN-05", "in vivo"),
    ("Numeric thresholds", "MISEV2023-QNT-02", "neither edition sets a numeric threshold"),
]


@pytest.mark.parametrize("criterion", NEW, ids=[c.id for c in NEW])
def test_every_criterion_of_2023_says_what_changed(criterion: Criterion) -> None:
    assert criterion.changed
    assert criterion.changed.startswith("New") or criterion.follows, "what is not new follows something"
    assert all(name.startswith("MISEV2018") for name in criterion.follows)


@pytest.mark.parametrize("criterion", OLD, ids=[c.id for c in OLD])
def test_every_criterion_of_2018_is_followed_by_one_of_2023_and_follows_none(criterion: Criterion) -> None:
    assert [c.id for c in NEW if criterion.id in c.follows], "dropped in silence"
    assert (criterion.follows, criterion.changed) == ((), "")


def test_nothing_is_followed_twice() -> None:
    followed = [name for c in NEW for name in c.follows]
    assert len(followed) == len(set(followed))


@pytest.mark.parametrize("criterion", NEW, ids=[c.id for c in NEW])
def test_a_criterion_and_its_predecessor_are_of_one_group_and_subject(criterion: Criterion) -> None:
    for old in (BOOK.criteria[name] for name in criterion.follows):
        assert (old.group, old.subject, old.kind) == (criterion.group, criterion.subject, criterion.kind)


@pytest.mark.parametrize(("topic", "identity", "says"), CHANGES)
def test_the_table_of_differences_is_told_by_the_criteria(topic: str, identity: str, says: str) -> None:
    assert says in BOOK.criteria[identity].changed, topic


@pytest.mark.parametrize("criterion", [*OLD, *NEW], ids=[c.id for c in (*OLD, *NEW)])
def test_nothing_of_misev_blocks_and_everything_is_reporting(criterion: Criterion) -> None:
    assert criterion.severity is not Severity.BLOCKS
    assert criterion.kind == "reporting"


@pytest.mark.parametrize("criterion", [*OLD, *NEW], ids=[c.id for c in (*OLD, *NEW)])
def test_no_edition_speaks_of_a_share_of_agreement(criterion: Criterion) -> None:
    said = f"{criterion.title} {criterion.source} {criterion.changed}"
    assert "consensus" not in said
    assert "%" not in said or criterion.id.endswith("SRC-03"), "per-item consensus is not known"


def test_the_catalogue_names_the_predecessor_and_the_change() -> None:
    entry = catalogue("MISEV2023-QNT-04A").criteria[0]
    assert entry.follows == ("MISEV2018-QNT-03A",)
    assert entry.changed.startswith("Emphasised")
    assert catalogue("MISEV2018-QNT-03A").criteria[0].follows == ()


SECOND = RULE.replace("TST-01", "TST-02")


def with_lines(rule: str, lines: str) -> str:
    return rule.replace("given =", f"{lines}\ngiven =")


def test_a_criterion_may_follow_another_of_any_file(tmp_path: Path) -> None:
    made = book(tmp_path, rules=RULE + with_lines(SECOND, 'follows = ["TST-01"]\nchanged = "Kept."'), profiles=LISTED)
    assert made.criteria["TST-02"].follows == ("TST-01",)


LISTED = (
    '[[profile]]\nid = "test"\ntitle = "A test"\nedition = "1"\nabout = "Nothing."\ncriteria = ["TST-01", "TST-02"]\n'
)


@pytest.mark.parametrize(
    ("lines", "code", "says"),
    [
        ('follows = ["TST-01"]', "FAULTY_RULE", "needs 'changed'"),
        ('follows = ["TST-02"]\nchanged = "Kept."', "FAULTY_RULE", "cannot follow itself"),
        ('follows = ["TST-09"]\nchanged = "Kept."', "UNKNOWN_CRITERION", "a criterion of the rules"),
        ('follows = ["TST-01"]\nchanged = "kept"', "FAULTY_RULE", "should match"),
    ],
)
def test_a_faulty_succession_is_refused(tmp_path: Path, lines: str, code: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        book(tmp_path, rules=RULE + with_lines(SECOND, lines), profiles=LISTED)
    (issue,) = caught.value.issues
    assert issue.code == code
    assert "TST-02" in (issue.where.field or "")
    assert says in issue.expected
