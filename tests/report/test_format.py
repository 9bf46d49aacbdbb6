from __future__ import annotations

import math
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.criteria.findings import AppliedLimit, FactValue
from evqc.numerics.estimate import Estimate
from evqc.report.format import bound, digits, estimated, excel_format, fact, interval, limit, missing, number, quantity

NARROW = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (112.34, "nm", "112.3"),
        (112.25, "nm", "112.3"),  # half away from zero, where Python's own rounding gives 112.2
        (0.05, "nm", "0.1"),
        (0.0, "nm", "0.0"),
        (-0.04, "nm", "0.0"),
        (-31.26, "mV", "−31.3"),
        (2.314e10, "1/mL", "2.31×10¹⁰"),
        (9.999e9, "1/mL", "1.00×10¹⁰"),
        (2.315e10, "1/mL", "2.32×10¹⁰"),
        (0.0, "1/mL", "0"),
        (1802.0, "1", "1802"),
        (12345.0, "1", "12345"),
        (2.4e8, "1", "2.40×10⁸"),
        (42.71, "", "42.7"),
        (3.0, "", "3"),
        (1234.5, "", "1235"),
        (0.00012, "", "1.20×10⁻⁴"),
        (0.0123, "", "0.0123"),
        (8.2, "ug/mL", "8.20"),
        (24.14, "%", "24.1"),
        (0.96, "%", "0.96"),
        (0.04, "%", "0.040"),
        (0.0, "%", "0.0"),
    ],
)
def test_digits(value: float, unit: str, text: str) -> None:
    assert digits(value, unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.05, "EU/mL", "0.05 EU/mL"),
        (0.001, "EU/mL", "0.001 EU/mL"),
        (0.0005, "EU/mL", "5.00×10⁻⁴ EU/mL"),
        (600.0, "ng/mL", "600 ng/mL"),
        (0.0, "ng/mL", "0 ng/mL"),
        (99999.0, "1/mL", "99999 /mL"),
        (3e10, "1/mL", "3.00×10¹⁰ /mL"),
        (0.5, "1", "0.5"),
    ],
)
def test_a_bound_has_no_digits_that_nobody_stated(value: float, unit: str, text: str) -> None:
    assert bound(value, unit).replace(NARROW, " ") == text


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_never_shown(value: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        digits(value)


def as_a_spreadsheet_shows(value: float, form: str) -> str:
    """What a number format of ours shows: decimals rounded half away from zero, or scientific notation."""
    exact = Decimal(repr(value))
    places = len(form.removesuffix("E+00").partition(".")[2])
    if not form.endswith("E+00"):
        text = f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
        return text.removeprefix("-") if not text.strip("-0.") else text
    exponent = exact.adjusted()
    mantissa = exact.scaleb(-exponent).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    if abs(mantissa) == 10:
        mantissa, exponent = (mantissa / 10).quantize(Decimal(1).scaleb(-places)), exponent + 1
    return f"{mantissa}E{exponent}"


def as_number(text: str) -> str:
    plain = text.replace("−", "-")
    mantissa, _, power = plain.partition("×10")
    return mantissa + ("E" + power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) if power else "")


@given(
    st.floats(min_value=-1e15, max_value=1e15).filter(lambda v: v == 0 or abs(v) > 1e-12),
    st.sampled_from(["nm", "1/mL", "1", "%", "", "ug/mL", "1/ug"]),
)
def test_workbook_and_text_show_the_same_digits(value: float, unit: str) -> None:
    assert as_number(digits(value, unit)) == as_a_spreadsheet_shows(value, excel_format(value, unit))


def test_number_and_unit_do_not_break_apart() -> None:
    assert quantity(112.34, "nm") == f"112.3{NARROW}nm"
    assert quantity(2.3e10, "1/mL") == f"2.30×10¹⁰{NARROW}/mL"
    assert quantity(3.0, "MFI of channel 3") == f"3.00{NARROW}MFI of channel 3"
    assert quantity(7.0, "1") == "7"


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("", "not known"),
        ("not printed", "not known: not printed"),
        ("The volume of the sample is missing.", "not known: the volume of the sample is missing"),
        ("UV was off", "not known: UV was off"),
    ],
)
def test_missing(why: str, text: str) -> None:
    assert missing(why) == text
    assert number(None, "nm", why).text == text
    assert number(None, "nm", why).value is None


ESTIMATE = Estimate(
    value=4.2e10, lower=3.8e10, upper=4.7e10, unit="1/mL", n=4, scale="log", replicates="runs", method="mean"
)


@pytest.mark.parametrize(
    ("changed", "text", "words"),
    [
        ({}, "4.20×10¹⁰ /mL", "95 % interval 3.80×10¹⁰ to 4.70×10¹⁰ /mL, n = 4 runs"),
        ({"lower": None, "upper": None, "n": 1}, "4.20×10¹⁰ /mL", "n = 1 runs, no uncertainty can be stated"),
        ({"upper": None}, "4.20×10¹⁰ /mL", "95 % interval from 3.80×10¹⁰ /mL without upper end, n = 4 runs"),
        ({"lower": None}, "4.20×10¹⁰ /mL", "95 % interval without lower end up to 4.70×10¹⁰ /mL, n = 4 runs"),
        ({"relation": ">"}, "greater than 4.20×10¹⁰ /mL", "95 % interval 3.80×10¹⁰ to 4.70×10¹⁰ /mL, n = 4 runs"),
        ({"relation": "<", "replicates": "none"}, "less than 4.20×10¹⁰ /mL",
         "95 % interval 3.80×10¹⁰ to 4.70×10¹⁰ /mL, n = 4"),
        ({"level": 0.9}, "4.20×10¹⁰ /mL", "90 % interval 3.80×10¹⁰ to 4.70×10¹⁰ /mL, n = 4 runs"),
    ],
)  # fmt: skip
def test_estimates(changed: dict[str, object], text: str, words: str) -> None:
    of = replace(ESTIMATE, **changed)  # type: ignore[arg-type]  # the table holds fields of several types
    shown = estimated(of)
    assert shown.text.replace(NARROW, " ") == text
    assert interval(of).replace(NARROW, " ") == words
    assert (shown.value, shown.relation, shown.n) == (of.value, of.relation, of.n)


def test_a_bound_without_limit_shows_no_number() -> None:
    shown = estimated(replace(ESTIMATE, value=None, lower=None, upper=None, relation="<"))
    assert shown.value is None
    assert not any(c.isdigit() for c in shown.text)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "nm", "not known"),
        (True, "", "yes"),
        (False, "", "no"),
        ("human", "", "human"),
        (("CD9", "CD63"), "", "CD9, CD63"),
        ((), "", "none"),
        (24.14, "%", "24.1 %"),
    ],
)
def test_facts(value: FactValue, unit: str, text: str) -> None:
    assert fact(value, unit).replace(NARROW, " ") == text


def _limit(
    test: str, value: float | tuple[float, float] | str | tuple[str, ...] | None, unit: str = ""
) -> AppliedLimit:
    return AppliedLimit(test=test, value=value, unit=unit, valid_from=None, reference="")


@pytest.mark.parametrize(
    ("applied", "text"),
    [
        (None, ""),
        (_limit("present", None), "present"),
        (_limit("at most", 20.0, "%"), "at most 20.0 %"),
        (_limit("between", (50.0, 200.0), "nm"), "between 50.0 nm and 200.0 nm"),
        (_limit("one of", ("human", "mouse")), "one of human, mouse"),
        (_limit("one of", ("human", "mouse", "rat")), "one of human, mouse, rat"),
        (_limit("equals", "negative"), "equals negative"),
    ],
)
def test_limits(applied: AppliedLimit | None, text: str) -> None:
    assert limit(applied).replace(NARROW, " ") == text
