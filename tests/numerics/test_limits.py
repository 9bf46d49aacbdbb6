from __future__ import annotations

import math
from decimal import Decimal
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.numerics.limits import (
    RULES,
    Comparison,
    Rule,
    computed,
    decimal,
    meets,
    meets_range,
    relation_of,
    round_to_limit,
    shown,
)

decimals = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6)


@pytest.mark.parametrize(
    ("value", "place", "rounded"),
    [
        ("97.96", "0.1", "98.0"),
        ("97.92", "0.1", "97.9"),
        ("97.95", "0.1", "98.0"),
        ("0.025", "0.01", "0.03"),
        ("0.015", "0.01", "0.02"),
        ("0.027", "0.01", "0.03"),
        ("0.00026", "0.0001", "0.0003"),
        ("0.00025", "0.0001", "0.0003"),
        ("0.00024", "0.0001", "0.0002"),
        ("99.65", "0.1", "99.7"),  # half to even would give 99.6
        ("2.5", "3", "3"),
        ("-2.5", "3", "-3"),
        ("3.4999999", "3", "3"),
        ("98.28568", "100.0", "98.3"),
        ("2.6e10", "3e10", "3E+10"),
        ("2.6e10", "3.0e10", "2.6E+10"),
        ("1e30", "0.01", "1" + 30 * "0" + ".00"),
    ],
)
def test_rounding_of_usp_7_20(value: str, place: str, rounded: str) -> None:
    # F01 and STANDARDS 10.2.
    assert str(round_to_limit(value, place)) == rounded


@pytest.mark.parametrize(
    ("value", "relation", "limit", "passes"),
    [
        ("97.96", ">=", "98.0", True),
        ("97.92", ">=", "98.0", False),
        ("97.95", ">=", "98.0", True),
        ("101.55", "<=", "101.5", False),  # round(101.55, 1) gives 101.5
        ("101.46", "<=", "101.5", True),
        ("101.45", "<=", "101.5", True),
        ("0.025", "<=", "0.02", False),
        ("0.015", "<=", "0.02", True),
        ("0.027", "<=", "0.02", False),
        ("3.5", "<=", "3", False),
        ("3.4", "<=", "3", True),
        ("2.5", "<=", "3", True),
        ("94.9", ">=", "95", True),  # the limit's decimals decide
        ("94.9", ">=", "95.0", False),
        ("95.0", ">=", "95", True),
        ("2.0", "<=", "2", True),
        ("90.0", ">", "90", False),
        ("90.4", ">", "90", False),
        ("90.6", ">", "90", True),
        ("1.5", "<", "1.5", False),
        ("1.44", "<", "1.5", True),
        ("6000", "<=", "6000", True),
        ("6001", "<=", "6000", False),
        ("1.20e10", "<=", "1.20e10", True),
        ("1.21e10", "<=", "1.20e10", False),
    ],
)
def test_comparison_with_a_limit(value: str, relation: Comparison, limit: str, passes: bool) -> None:
    assert meets(value, limit, relation) is passes


@pytest.mark.parametrize(
    ("value", "low", "high", "passes"),
    [
        ("99.617", "95.0", "105.0", True),
        ("98.28568", "100.0", "102.0", False),
        ("94.95", "95.0", "105.0", True),
        ("105.05", "95.0", "105.0", False),
    ],
)
def test_comparison_with_a_range(value: str, low: str, high: str, passes: bool) -> None:
    assert meets_range(value, low, high) is passes


def test_a_float_counts_as_its_shortest_text() -> None:
    assert decimal(101.55) == Decimal("101.55")
    assert decimal(float(np.float64(0.015))) == decimal(np.float64(0.015)) == Decimal("0.015")
    assert not meets(101.55, "101.5", "<=")
    assert meets(3, "3", "<=")
    assert meets(Decimal("2.5"), "3", ">=")


@pytest.mark.parametrize("text", ["", "nan", "inf", "1,5", "<5", "1_000", "0x10", "five", "1 000", "1e9999"])
def test_texts_that_are_no_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        meets(text, "1.0", ">=")
    with pytest.raises(ValueError, match="not a number"):
        meets("1.0", text, ">=")


@pytest.mark.parametrize("value", [math.nan, math.inf, Decimal("NaN"), Decimal("-Infinity")])
def test_nan_meets_nothing(value: float | Decimal) -> None:
    with pytest.raises(ValueError, match="finite"):
        meets(value, "1.0", ">=")


def test_a_value_beyond_every_place_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be rounded"):
        round_to_limit(Decimal("1e5000"), "0.1")


def test_an_unknown_relation_is_refused() -> None:
    with pytest.raises(ValueError, match="none of"):
        meets("1", "1", cast("Any", "=="))


@given(decimals, st.sampled_from(["1", "0.1", "0.001", "1e3"]))
def test_rounding_moves_by_half_a_place_at_most_and_only_once(value: Decimal, place: str) -> None:
    rounded = round_to_limit(value, place)
    assert abs(rounded - value) <= Decimal(place) / 2
    assert round_to_limit(rounded, place) == rounded


@given(decimals, decimals)
def test_a_limit_is_met_or_missed(value: Decimal, limit: Decimal) -> None:
    text = str(limit)
    assert meets(value, text, ">=") is not meets(value, text, "<")
    assert meets(value, text, "<=") is not meets(value, text, ">")


@pytest.mark.parametrize(
    ("value", "limit", "usp", "ph_eur", "astm", "none"),
    [
        ("98.28568", "100.0", "98.3", "98.29", "98.3", "98.28568"),  # STANDARDS 10.2
        ("99.65", "0.1", "99.7", "1E+2", "99.6", "99.65"),
        ("99.65", "95.0", "99.7", "99.7", "99.6", "99.65"),
        ("0.025", "0.02", "0.03", "0.03", "0.02", "0.025"),
        ("0.015", "0.02", "0.02", "0.02", "0.02", "0.015"),
        ("2.5", "3", "3", "3", "2", "2.5"),
        ("3.5", "3", "4", "4", "4", "3.5"),
        ("-2.5", "3", "-3", "-3", "-2", "-2.5"),
        ("2.6e10", "3e10", "3E+10", "3E+10", "3E+10", "2.6E+10"),  # one digit of the mantissa
        ("2.65e10", "3.0e10", "2.7E+10", "2.7E+10", "2.6E+10", "2.65E+10"),
        ("9.55e9", "1.0e10", "1.0E+10", "9.6E+9", "1.0E+10", "9.55E+9"),  # places and figures part below a power of ten
        ("0.4", "0", "0", "0", "0", "0.4"),  # a limit of zero has no significant figures
    ],
)
def test_every_rule_rounds_in_its_own_way(value: str, limit: str, usp: str, ph_eur: str, astm: str, none: str) -> None:
    assert [str(round_to_limit(value, limit, rule)) for rule in RULES] == [usp, ph_eur, astm, none]


@pytest.mark.parametrize(
    ("value", "limit", "relation", "passing"),
    [
        ("98.28568", "100.0", ">=", ()),  # fails by every rule
        ("0.025", "0.02", "<=", ("ASTM E29",)),
        ("2.5", "3", ">=", ("USP", "Ph. Eur.")),
        ("94.96", "95.0", ">=", ("USP", "Ph. Eur.", "ASTM E29")),
        ("95.0", "95.0", ">=", RULES),
        ("101.55", "101.5", "<=", ()),
        ("101.45", "101.5", "<=", RULES),
    ],
)
def test_the_rule_decides_at_the_edge(value: str, limit: str, relation: Comparison, passing: tuple[Rule, ...]) -> None:
    assert tuple(rule for rule in RULES if meets(value, limit, relation, rule)) == passing


def test_an_unknown_rule_is_refused() -> None:
    with pytest.raises(ValueError, match="none of USP"):
        meets("1", "1", ">=", cast("Any", "banker"))


def test_a_computed_number_loses_its_binary_noise() -> None:
    assert computed(1.005 * 1000) == 1005
    assert computed(0.1 + 0.2) == Decimal("0.3")
    assert computed(97.95) == Decimal("97.95")
    with pytest.raises(ValueError, match="finite"):
        computed(math.inf)


@given(st.decimals(-(10**6), 10**6, places=4), st.sampled_from([1000.0, 0.001, 1e6, 1e-6]))
def test_a_printed_number_survives_its_conversion(printed: Decimal, times: float) -> None:
    assert computed(float(printed) * times) == printed * Decimal(repr(times))


def test_a_limit_is_read_with_its_relation() -> None:
    assert relation_of(">= 95.0") == (">=", "95.0")
    assert relation_of("<3e10") == ("<", "3e10")
    for text in ("95", "=> 95", ">= x", ">="):
        with pytest.raises(ValueError, match="not a"):
            relation_of(text)


def test_rounded_numbers_are_shown_with_their_digits() -> None:
    assert shown(round_to_limit("2.95e10", "3.0e10"), "3.0e10") == "3.0e10"
    assert shown(round_to_limit("94.96", "95.0"), "95.0") == "95.0"
    assert shown(round_to_limit("2.6e9", "3e10"), "3e10") == "0"
    assert shown(round_to_limit("6000.4", "6000"), "6000") == "6000"
