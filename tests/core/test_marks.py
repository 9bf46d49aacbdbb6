"""The decimal mark is decided by evidence, and where there is none both readings are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.errors import InputError, Where
from evqc.instruments._marks import Marks, marks

COMMA, POINT = Marks(","), Marks()


@pytest.mark.parametrize(
    ("texts", "decimal"),
    [
        (["1", "20"], "."),
        (["0.5"], "."),
        (["0,5"], ","),
        (["12,34"], ","),
        (["1.234,5"], ","),
        (["5,411.3"], "."),
        (["1,234,567"], "."),
        (["1.234.567"], ","),
        (["1,234", "0.5"], "."),
        (["1,234", "0,5"], ","),
        (["0.123"], "."),
        (["1234.567"], "."),
        (["2,500E+0", "1,5E+3"], ","),
        (["274 000", "1,5"], ","),
        (["-1.5", "N/A", "", "<0.1"], "."),
        ([".5"], "."),
    ],
)
def test_the_decimal_mark_that_numbers_show(texts: list[str], decimal: str) -> None:
    assert marks(texts, "a.txt", Where()).decimal == decimal


@pytest.mark.parametrize("text", ["1,234", "1.234", "12.345", "123,456", "-1.234"])
def test_two_possible_readings_are_refused_with_both(text: str) -> None:
    with pytest.raises(InputError) as caught:
        marks([text], "a.txt", Where(line=3))
    issue = caught.value.issues[0]
    assert (issue.code, issue.where) == ("DECIMAL_AMBIGUOUS", Where(line=3))
    assert text.replace(",", ".") in issue.found
    assert text.replace(",", "").replace(".", "") in issue.found


def test_cells_separated_by_commas_hold_decimal_points() -> None:
    assert marks(["1.234"], "a.csv", Where(), delimiter=",").decimal == "."
    assert marks(["1.234", "0,5"], "a.csv", Where(), delimiter=",").decimal == ","


def test_numbers_that_contradict_each_other_are_refused() -> None:
    with pytest.raises(InputError) as caught:
        marks(["0.5", "0,5"], "a.txt", Where())
    assert caught.value.issues[0].code == "DECIMAL_MIXED"


@pytest.mark.parametrize(
    ("text", "of", "value"),
    [
        ("5,411.3", Marks(".", ","), 5411.3),
        ("1.234,5", Marks(",", "."), 1234.5),
        ("274 000", Marks(".", " "), 274000.0),
        ("274\u2009000", marks(["1.5"], "", Where()), 274000.0),
        ("-1,234,567", Marks(".", ","), -1234567.0),
        ("1,23", Marks(".", ","), None),
        ("12,34,567", Marks(".", ","), None),
        ("1,234 567", marks(["1.5"], "", Where()), None),
        ("1.5", COMMA, None),
        ("1,5", POINT, None),
        ("1,5", COMMA, 1.5),
        ("1,234e3", Marks(".", ","), 1234000.0),
        ("", POINT, None),
    ],
)
def test_parse(text: str, of: Marks, value: float | None) -> None:
    assert of.parse(text) == value


@given(value=st.floats(-1e12, 1e12), decimals=st.integers(1, 6).filter(lambda n: n != 3))
def test_a_number_written_in_either_locale_comes_back(value: float, decimals: int) -> None:
    english = f"{value:,.{decimals}f}"
    german = english.translate(str.maketrans(".,", ",."))
    expected = float(english.replace(",", ""))
    for text in (english, german):
        found = marks([text], "a.txt", Where())
        assert found.parse(text) == expected
