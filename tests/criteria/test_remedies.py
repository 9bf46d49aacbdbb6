"""What a criterion needs, said for people: to supply what is not known, to change what is not met."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from evqc.criteria.evaluate import ask
from evqc.criteria.findings import Fact, Finding, Subject, Verdict
from evqc.criteria.load import shipped
from evqc.criteria.model import Criterion, Word

if TYPE_CHECKING:
    from evqc.criteria.findings import FactValue

WORDS = {
    "cv": Word(of=("run",), holds="number", unit="%", label="scatter of the runs,", needed="two runs"),
    "number": Word(of=("run",), holds="text", label="the EV-TRACK number", needed="the number"),
    "role": Word(of=("run",), holds="text", label="the role", needed="the role"),
    "blanks": Word(of=("run",), holds="list", label="blanks measured", needed="a process blank"),
    "flags": Word(of=("run",), holds="list", label="warnings", needed="an export with warnings; or two"),
    "known": Word(of=("run",), holds="flag", label="the dilution is known", needed="the dilution"),
    "marker.*": Word(of=("run",), holds="text", label="*", needed="* in the panel"),
}


def needed(test: str, fact: str, found: FactValue, asked: Any = None, *, own: str = "") -> tuple[Verdict, str]:
    limits = [{"valid_from": date(2024, 1, 1), "value": asked, "reference": "made up"}] if asked is not None else []
    condition = {"fact": fact, "test": test, "limits": limits}
    criterion = Criterion.model_validate(
        {
            "id": "TST-01", "title": "A test.", "group": "Tests", "kind": "reporting", "severity": "note",
            "subject": "run", "source": "[design] made up", "requires": [condition],
            "examples": [{"expect": each, "facts": _example(fact, asked)} for each in ("pass", "fail", "not assessed")],
        }
    )  # fmt: skip
    subject = Subject(kind="run", name="r", facts={fact: Fact(value=found, needed=own)})
    finding: Finding = ask(criterion, subject, words=WORDS, day=date(2025, 1, 1))
    return finding.verdict, finding.needed


def _example(fact: str, asked: Any) -> dict[str, Any]:
    """Facts that stand on the limit; whether they give the verdict is a test of the rules."""
    if isinstance(asked, float):
        return {fact: ("x",) * int(asked) if fact in {"blanks", "flags"} else asked}
    return {}


@pytest.mark.parametrize(
    ("test", "fact", "found", "asked", "expected"),
    [
        ("at_most", "cv", 30.0, 20.0, "scatter of the runs at most 20 %"),
        ("count_at_least", "blanks", (), 1.0, "a process blank"),
        ("contains_any", "blanks", (), ("process blank",), "a process blank"),
        ("contains_all", "blanks", ("a",), ("a", "b", "c"), "b, c (a process blank)"),
        ("empty", "flags", ("too low", "vibration"), None, "settle warnings: too low, vibration"),
        ("stated", "number", "", None, "the number"),
        ("is", "role", "lysate", "product", "the role: product"),
        ("none_of", "role", "lysate", ("lysate",), "settle the role: lysate"),
        ("true", "known", False, None, "see to it that the dilution is known"),
        ("false", "known", True, None, "settle the dilution is known: yes"),
        ("is", "marker.CD9", "negative", "positive", "CD9: positive"),
    ],
)
def test_what_is_not_met_says_what_to_change(test: str, fact: str, found: FactValue, asked: Any, expected: str) -> None:
    assert needed(test, fact, found, asked) == (Verdict.FAIL, expected)


def test_what_is_not_known_says_what_to_supply() -> None:
    assert needed("stated", "number", None) == (Verdict.NOT_ASSESSED, "the number")
    assert needed("stated", "marker.CD9", None) == (Verdict.NOT_ASSESSED, "CD9 in the panel")


def test_a_fact_may_say_it_better_than_its_word() -> None:
    assert needed("stated", "number", None, own="the number of this study")[1] == "the number of this study"


def test_a_pass_needs_nothing() -> None:
    assert needed("stated", "number", "EV123456") == (Verdict.PASS, "")


def test_one_need_never_looks_like_two() -> None:
    assert needed("empty", "flags", None)[1] == "an export with warnings, or two"


def test_no_shipped_need_holds_the_joint() -> None:
    assert not [name for name, word in shipped().words.items() if "; " in word.needed]
