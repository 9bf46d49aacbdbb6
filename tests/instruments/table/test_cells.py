from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from evqc.instruments._amounts import Amount
from evqc.instruments.table._cells import amount
from evqc.instruments.table.mapping import TableOptions
from evqc.measurands import MEASURANDS, UNITS, factor
from evqc.measurement import State

POINT = TableOptions(
    below_range_words=("Too low",), above_range_words=("Out of range",), missing_words=("N/A", "-", "n.d.")
)
COMMA = TableOptions(delimiter="semicolon", decimal=",")
PLAIN = TableOptions()


@pytest.mark.parametrize(
    ("text", "options", "expected"),
    [
        ("1.5", PLAIN, Amount(State.MEASURED, 1.5)),
        ("-0.25", PLAIN, Amount(State.MEASURED, -0.25)),
        ("1.2E+09", PLAIN, Amount(State.MEASURED, 1.2e9)),
        ("0", PLAIN, Amount(State.MEASURED, 0.0)),
        ("1,5", COMMA, Amount(State.MEASURED, 1.5)),
        ("", PLAIN, Amount(State.MISSING, reason="empty", as_written="")),
        ("<1.0", PLAIN, Amount(State.BELOW_RANGE, bound=1.0, reason="below range", as_written="<1.0")),
        ("< 1.0", PLAIN, Amount(State.BELOW_RANGE, bound=1.0, reason="below range", as_written="< 1.0")),
        (">600", PLAIN, Amount(State.ABOVE_RANGE, bound=600.0, reason="above range", as_written=">600")),
        ("<1,0", COMMA, Amount(State.BELOW_RANGE, bound=1.0, reason="below range", as_written="<1,0")),
        ("too low", POINT, Amount(State.BELOW_RANGE, reason="below range", as_written="too low")),
        ("OUT OF RANGE", POINT, Amount(State.ABOVE_RANGE, reason="above range", as_written="OUT OF RANGE")),
        ("n/a", POINT, Amount(State.MISSING, reason="not available", as_written="n/a")),
        ("-", POINT, Amount(State.MISSING, reason="not available", as_written="-")),
        ("n.d.", POINT, Amount(State.MISSING, reason="not available", as_written="n.d.")),
        # words count only when the mapping declares them
        ("too low", PLAIN, None),
        ("N/A", PLAIN, None),
        ("-", PLAIN, None),
        ("n.d.", PLAIN, None),
        # the other mark, thousands, units, signs and nonsense are never guessed
        ("1,5", PLAIN, None),
        ("1.5", COMMA, None),
        ("1,234.5", PLAIN, None),
        ("1.234,5", COMMA, None),
        ("1 234", PLAIN, None),
        ("1\u202f234", PLAIN, None),
        ("1'234", PLAIN, None),
        ("12 ng", PLAIN, None),
        ("95 %", PLAIN, None),
        ("<", PLAIN, None),
        ("<=1", PLAIN, None),
        ("<<1", PLAIN, None),
        ("≤1", PLAIN, None),
        ("<n.d.", PLAIN, None),
        ("nan", PLAIN, None),
        ("inf", PLAIN, None),
        ("1e999", PLAIN, None),
        ("٣", PLAIN, None),
        ("1_000", PLAIN, None),
        ("=1+1", PLAIN, None),
    ],
)
def test_what_a_cell_says(text: str, options: TableOptions, expected: Amount | None) -> None:
    assert amount(text, options) == expected


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_comes_back_exactly(value: float) -> None:
    assert amount(repr(value), PLAIN) == Amount(State.MEASURED, value)
    assert amount(repr(value).replace(".", ","), COMMA) == Amount(State.MEASURED, value)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_with_a_fraction_is_refused_under_the_other_mark(value: float) -> None:
    assume("." in repr(value))
    assert amount(repr(value), COMMA) is None
    assert amount(repr(value).replace(".", ","), PLAIN) is None


@given(st.floats(0, 1e300), st.sampled_from("<>"))
def test_a_bound_is_never_a_value(value: float, sign: str) -> None:
    found = amount(f"{sign}{value!r}", PLAIN)
    assert found is not None
    assert found.value is None
    assert found.bound == value
    assert found.state is (State.BELOW_RANGE if sign == "<" else State.ABOVE_RANGE)


@given(st.text(max_size=20))
def test_a_value_exists_exactly_when_measured(text: str) -> None:
    found = amount(text, POINT)
    if found is not None:
        assert (found.value is not None) == (found.state is State.MEASURED)
        assert found.value is None or math.isfinite(found.value)


@pytest.mark.parametrize("one", UNITS)
def test_units_convert_there_and_back(one: str) -> None:
    for other in (name for name, unit in UNITS.items() if unit.dimension == UNITS[one].dimension):
        assert factor(one, other) * factor(other, one) == pytest.approx(1.0, rel=1e-15), other


@given(st.floats(1e-9, 1e12), st.sampled_from([n for n, u in UNITS.items() if u.dimension == "mass concentration"]))
def test_an_amount_survives_its_conversion(value: float, unit: str) -> None:
    there = Amount(State.MEASURED, value).times(factor(unit, MEASURANDS["protein_concentration"].unit))
    back = there.times(factor("ug/mL", unit))
    assert back.value == pytest.approx(value, rel=1e-12)


def test_a_bound_is_converted_as_well() -> None:
    assert Amount(State.BELOW_RANGE, bound=0.5).times(1000) == Amount(State.BELOW_RANGE, bound=500.0)
    assert Amount(State.MISSING).times(1000) == Amount(State.MISSING)
