"""Printed numbers with their rounding, by arithmetic on what they may have been."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import Where
from evqc.instruments._marks import Marks
from evqc.instruments._rounded import Rounded, disagreement, rounded, total

EXACT = st.floats(-1e4, 1e4).filter(lambda x: abs(x) > 0.02)


@pytest.mark.parametrize(
    ("text", "figures", "value", "half"),
    [
        ("168.0", None, 168.0, 0.05),
        ("5,411.3", None, 5411.3, 0.05),
        ("1230", 3, 1230.0, 5.0),
        ("0.720", 3, 0.72, 0.0005),
        ("20", 3, 20.0, 0.5),
        ("0", 3, 0.0, 0.5),
        ("1.449E+0", None, 1.449, 0.0005),
    ],
)
def test_half_a_unit_of_the_last_digit(text: str, figures: int | None, value: float, half: float) -> None:
    found = rounded(text, Marks(".", ","), figures=figures)
    assert found is not None
    assert found.value == value
    assert found.half == pytest.approx(half)


def test_words_are_no_numbers() -> None:
    assert rounded("N/A", Marks()) is None


@given(a=EXACT, b=EXACT)
def test_what_follows_from_rounded_numbers_is_never_called_a_disagreement(a: float, b: float) -> None:
    shown_a, shown_b = (Rounded(round(x, 2), 0.005) for x in (a, b))
    quotient = shown_a.over(shown_b)
    for shown, recomputed in (
        (Rounded(round(a * b, 2), 0.005), shown_a.times(shown_b)),
        (Rounded(round(a / b, 3), 0.0005), quotient),
        (Rounded(round(a + b, 2), 0.005), total([shown_a, shown_b])),
    ):
        assert disagreement("x", shown, recomputed, Where(), "rule") == ()


def test_a_divisor_that_may_be_zero_gives_nothing() -> None:
    assert Rounded(1.0, 0.05).over(Rounded(0.0, 0.05)) is None


def test_a_disagreement_shows_both_numbers() -> None:
    (issue,) = disagreement("ratio", Rounded(1.92, 0.005), Rounded(1.5, 0.001), Where(line=3), "A260 over A280")
    assert (issue.code, issue.severity) == ("PRINTED_DISAGREES", "warning")
    assert "1.92" in issue.found
    assert "1.5 (A260 over A280)" in issue.expected
