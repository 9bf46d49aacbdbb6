from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.criteria.findings import Fact
from evqc.criteria.operators import TESTS, holds

NUMBERS = st.floats(allow_nan=False, allow_infinity=False, width=32)
NAMES = st.lists(st.sampled_from(["CD9", "CD63", "CD81", "TSG101"]), unique=True).map(tuple)


@pytest.mark.parametrize(
    ("test", "value", "limit", "expected"),
    [
        ("at_least", 20.0, 20.0, True),
        ("at_least", math.nextafter(20.0, 0), 20.0, False),
        ("at_most", 20.0, 20.0, True),
        ("at_most", math.nextafter(20.0, 99), 20.0, False),
        ("above", 3e10, 3e10, False),
        ("above", 3.1e10, 3e10, True),
        ("below", 2.0, 2.0, False),
        ("below", 1.9, 2.0, True),
        ("between", 10.0, (10.0, 200.0), True),
        ("between", 200.0, (10.0, 200.0), True),
        ("between", 9.9, (10.0, 200.0), False),
        ("between", 200.1, (10.0, 200.0), False),
        ("number_is", 11.0, 11.0, True),
        ("number_is", 10.0, 11.0, False),
        ("is", "positive", "positive", True),
        ("is", "negative", "positive", False),
        ("one_of", "plasma", ("plasma", "serum"), True),
        ("one_of", "urine", ("plasma", "serum"), False),
        ("none_of", "urine", ("plasma", "serum"), True),
        ("none_of", "serum", ("plasma", "serum"), False),
        ("stated", "EV210000", None, True),
        ("stated", "", None, False),
        ("count_at_least", ("a", "b", "c"), 3.0, True),
        ("count_at_least", ("a", "b"), 3.0, False),
        ("count_at_most", ("a",), 1.0, True),
        ("count_at_most", ("a", "b"), 1.0, False),
        ("contains_all", ("a", "b", "c"), ("a", "c"), True),
        ("contains_all", ("a",), ("a", "c"), False),
        ("contains_any", ("c",), ("a", "c"), True),
        ("contains_any", ("b",), ("a", "c"), False),
        ("empty", (), None, True),
        ("empty", ("a",), None, False),
        ("true", True, None, True),
        ("true", False, None, False),
        ("false", False, None, True),
        ("false", True, None, False),
    ],
)
def test_each_test_says_what_it_accepts(test: str, value: Any, limit: Any, expected: bool) -> None:
    assert holds(TESTS[test], Fact(value=value), limit) is expected


def test_every_test_of_the_list_is_in_the_table_above() -> None:
    [mark] = [m for m in test_each_test_says_what_it_accepts.pytestmark if m.name == "parametrize"]
    assert {row[0] for row in mark.args[1]} == set(TESTS)


@pytest.mark.parametrize("test", list(TESTS))
def test_a_missing_fact_is_never_accepted_and_never_refused(test: str) -> None:
    limit = {"number": 1.0, "pair": (0.0, 1.0), "text": "a", "texts": ("a",), "nothing": None}[TESTS[test].limit]
    assert holds(TESTS[test], Fact(value=None), limit) is None


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("test", [name for name, test in TESTS.items() if test.of == "number"])
def test_a_number_that_is_not_finite_is_not_known(test: str, number: float) -> None:
    limit = (0.0, 1.0) if TESTS[test].limit == "pair" else 1.0
    assert holds(TESTS[test], Fact(value=number), limit) is None


@pytest.mark.parametrize(
    ("test", "above", "below", "limit", "expected"),
    [
        ("at_least", 3e9, None, 1e9, True),
        ("at_least", 3e9, None, 4e9, None),
        ("at_least", None, 5.0, 6.0, False),
        ("at_most", None, 0.5, 2.0, True),
        ("at_most", 3.0, None, 2.0, False),
        ("at_most", 1.0, None, 2.0, None),
        ("between", 1e9, None, (1e7, 1e11), None),
        ("between", 1e12, None, (1e7, 1e11), False),
        ("between", None, 1e6, (1e7, 1e11), False),
        ("between", 1.0, 200.0, (10.0, 100.0), None),
        ("between", 20.0, 50.0, (10.0, 100.0), True),
        ("number_is", 5.0, None, 11.0, None),
        ("number_is", 12.0, None, 11.0, False),
    ],
)
def test_a_bound_decides_only_when_its_whole_side_agrees(
    test: str, above: float | None, below: float | None, limit: Any, expected: bool | None
) -> None:
    assert holds(TESTS[test], Fact(value=None, above=above, below=below), limit) is expected


@pytest.mark.parametrize(
    ("test", "value", "undecided", "limit", "expected"),
    [
        ("count_at_least", ("CD63", "TSG101"), ("CD81",), 3.0, None),
        ("count_at_least", ("CD63", "TSG101"), ("CD81",), 4.0, False),
        ("count_at_least", ("CD63", "TSG101"), ("CD81",), 2.0, True),
        ("empty", (), ("image.png",), None, None),
        ("empty", ("other.png",), ("image.png",), None, False),
        ("contains_any", (), ("CD81",), ("CD81",), None),
        ("contains_any", (), ("CD81",), ("CD63",), False),
    ],
)
def test_undecided_entries_leave_open_what_they_would_change(
    test: str, value: tuple[str, ...], undecided: tuple[str, ...], limit: Any, expected: bool | None
) -> None:
    assert holds(TESTS[test], Fact(value=value, undecided=undecided), limit) is expected


@given(NUMBERS, NUMBERS)
def test_each_number_meets_a_limit_or_its_opposite(value: float, limit: float) -> None:
    fact = Fact(value=value)
    assert holds(TESTS["at_least"], fact, limit) is not holds(TESTS["below"], fact, limit)
    assert holds(TESTS["at_most"], fact, limit) is not holds(TESTS["above"], fact, limit)


@given(
    NUMBERS, NUMBERS, st.floats(min_value=0, max_value=1e6), st.sampled_from(["at_least", "at_most", "above", "below"])
)
def test_what_a_bound_decides_no_value_on_its_side_contradicts(
    bound: float, limit: float, distance: float, test: str
) -> None:
    decided = holds(TESTS[test], Fact(value=None, above=bound), limit)
    if decided is not None:
        assert holds(TESTS[test], Fact(value=bound + distance), limit) is decided


@given(NAMES, NAMES, NAMES, st.integers(0, 5))
def test_what_is_decided_stays_so_whatever_becomes_of_the_undecided(
    value: tuple[str, ...], undecided: tuple[str, ...], become: tuple[str, ...], limit: int
) -> None:
    open_ones = tuple(n for n in undecided if n not in value)
    decided = holds(TESTS["count_at_least"], Fact(value=value, undecided=open_ones), limit)
    joined = (*value, *(name for name in become if name in undecided and name not in value))
    if decided is not None:
        assert holds(TESTS["count_at_least"], Fact(value=joined), limit) is decided
