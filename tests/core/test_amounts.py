"""Every word that stands instead of a number keeps its own meaning."""

from __future__ import annotations

import pytest

from evqc.errors import InputError, Where
from evqc.instruments._amounts import amount, amount_at, amount_in, quantity
from evqc.instruments._cell import Cell, Fault
from evqc.instruments._marks import Marks
from evqc.measurement import Reason, State


@pytest.mark.parametrize(
    ("text", "state", "reason", "bound"),
    [
        ("<1.0", State.BELOW_RANGE, "below range", 1.0),
        ("< 0.000", State.BELOW_RANGE, "below range", 0.0),
        (">6000", State.ABOVE_RANGE, "above range", 6000.0),
        ("OVRFLW", State.ABOVE_RANGE, "above range", None),
        ("*0.356*", State.MISSING, "masked", None),
        ("?????", State.MISSING, "not computed", None),
        ("*****", State.MISSING, "not computed", None),
        ("#NUM!", State.MISSING, "not computed", None),
        ("N/A", State.MISSING, "not available", None),
        ("Out of range", State.MISSING, "out of range", None),
        ("---", State.MISSING, "not reported", None),
        ("NaN", State.MISSING, "not a number", None),
        ("", State.MISSING, "empty", None),
    ],
)
def test_a_word_is_no_number(text: str, state: State, reason: Reason, bound: float | None) -> None:
    found = amount(text)
    assert found is not None
    assert (found.state, found.reason, found.bound, found.value) == (state, reason, bound, None)
    assert found.as_written == text
    made = quantity(found, "absorbance", "1", Where(), sample=None)
    assert (made.state, made.reason, made.as_written) == (state, reason, text)


def test_the_words_do_not_share_one_null() -> None:
    words = ("*0.356*", "?????", "N/A", "Out of range", "---", "NaN", "")
    assert len({found.reason for word in words if (found := amount(word)) is not None}) == len(words)


@pytest.mark.parametrize("text", ["n.d.", "<", "<x", "1.5 ng", "*abc*", "inf", "1e999", "??", "**", "1,5", "≤1"])
def test_what_is_not_understood(text: str) -> None:
    assert amount(text) is None
    with pytest.raises(InputError) as caught:
        amount_at(text, "a.csv", Where(line=2))
    assert caught.value.issues[0].code == "NOT_A_NUMBER"


def test_numbers_keep_their_marks_bounds_and_factors() -> None:
    found = amount("<1.234,5", Marks(",", "."))
    assert found is not None
    assert found.times(1000).bound == 1234500.0
    measured = amount_at("5,411.3", "a.csv", Where(), Marks(".", ","), minimum=0)
    assert (measured.value, measured.reason, measured.as_written) == (5411.3, None, None)
    with pytest.raises(InputError) as caught:
        amount_at("-1", "a.csv", Where(), minimum=0)
    assert caught.value.issues[0].code == "OUT_OF_RANGE"


def test_cells_of_a_workbook() -> None:
    comma = Marks(",", ".")
    assert amount_in(Cell("1.5", 1, number=1.5), "A", "a.xlsx", comma).value == 1.5
    error = Cell("#DIV/0!", 1, coordinate="B1", fault=Fault("ERROR_CELL", "#DIV/0!", "a value"))
    assert amount_in(error, "A", "a.xlsx").reason == "not computed"
    merged = Cell("1", 1, coordinate="B1", fault=Fault("MERGED_CELL", "merged", "a cell of its own"))
    with pytest.raises(InputError) as caught:
        amount_in(merged, "A", "a.xlsx")
    assert caught.value.issues[0].code == "MERGED_CELL"


def test_a_measured_value_has_no_reason() -> None:
    with pytest.raises(ValueError, match="no reason"):
        quantity(amount_at("1", "a", Where()), "absorbance", "1", Where(), sample=None).__class__(
            measurand="absorbance", value=1.0, unit="1", state=State.MEASURED, sample=None, reason="empty"
        )
