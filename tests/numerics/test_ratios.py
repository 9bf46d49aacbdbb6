from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from evqc.numerics.estimate import (
    LOG_SCALE_UNDEFINED,
    NO_REPLICATION,
    UNBOUNDED,
    Estimate,
    Relation,
    coverage_factor,
)
from evqc.numerics.ratios import fieller, product, ratio, ratio_of, ratio_relation, share_of_sum, summed
from evqc.numerics.replicates import replicate_mean

# Reference case C01: particles 2.0e10 ± 2.5e9 per mL, protein 5.0 ± 0.6 µg/mL.
# The case prints its coverage factor as 1.959964.
Z = coverage_factor(0.95)


def known(value: float, cv: float | None, unit: str = "1/mL", relation: Relation = "=") -> Estimate:
    uncertainty = None if cv is None else cv * value
    return Estimate(
        value=value, lower=None, upper=None, unit=unit, n=3, scale="log", replicates="videos", method="known",
        standard_uncertainty=uncertainty, relation=relation,
    )  # fmt: skip


def test_fieller_of_c01() -> None:
    made = fieller(2e10, 2.5e9, 5.0, 0.6, Z)
    assert made.g == pytest.approx(0.0553170070179954, rel=1e-8)
    assert (made.lower, made.upper) == pytest.approx((2817058557.6939445, 5651390709.8715105), rel=1e-8)


def test_log_interval_of_c01() -> None:
    made = ratio(2e10, 2.5e9, 5.0, 0.6, unit="1/ug", n=3, replicates="videos")
    assert made.value == 4e9
    assert (made.lower, made.upper) == pytest.approx((2848171536.180437, 5617639175.432856), rel=1e-7)
    assert (made.scale, made.flags) == ("log", ())


def test_a_noisy_denominator_goes_to_fieller() -> None:
    made = ratio(2e10, 2.5e9, 5.0, 0.8, unit="1/ug", n=3, replicates="videos")
    expected = fieller(2e10, 2.5e9, 5.0, 0.8, coverage_factor(0.95))
    assert (made.lower, made.upper, made.scale) == (expected.lower, expected.upper, "linear")
    assert "Fieller" in made.method


@pytest.mark.parametrize(("u_b", "scale"), [(0.75, "log"), (0.7500001, "linear")])
def test_fieller_begins_above_fifteen_percent(u_b: float, scale: str) -> None:
    assert ratio(2e10, 1e9, 5.0, u_b, unit="1/ug", n=3, replicates="videos").scale == scale


@pytest.mark.parametrize("u_b", [5.0 / Z + 1e-9, 4.0, 50.0])
def test_a_denominator_that_may_be_zero_leaves_the_ratio_unbounded(u_b: float) -> None:
    made = ratio(2e10, 2.5e9, 5.0, u_b, unit="1/ug", n=3, replicates="videos")
    assert (made.value, made.lower, made.upper) == (4e9, None, None)
    assert made.flags == (UNBOUNDED,)


def test_few_replicates_widen_the_interval() -> None:
    # Student's t for two degrees of freedom with an exact denominator.
    made = ratio(100.0, 10.0, 2.0, 0.0, unit="1/ug", n=3, replicates="videos", df_a=2.0)
    assert made.degrees_of_freedom == pytest.approx(2.0)
    assert made.upper == pytest.approx(50 * math.exp(4.302652729696142 * 0.1))


@pytest.mark.parametrize(("u_a", "u_b"), [(None, 0.6), (2.5e9, None), (None, None)])
def test_half_an_uncertainty_is_none(u_a: float | None, u_b: float | None) -> None:
    made = ratio(2e10, u_a, 5.0, u_b, unit="1/ug", n=1, replicates="videos")
    assert (made.value, made.lower, made.upper, made.flags) == (4e9, None, None, (NO_REPLICATION,))


def test_a_ratio_of_zero_has_no_log_interval() -> None:
    made = ratio(0.0, 1.0, 5.0, 0.1, unit="1/ug", n=3, replicates="videos")
    assert (made.value, made.upper, made.flags) == (0.0, None, (LOG_SCALE_UNDEFINED,))


@pytest.mark.parametrize(("a", "b"), [(-1.0, 1.0), (1.0, 0.0), (1.0, -1.0), (math.nan, 1.0), (1.0, math.nan)])
def test_ratios_that_make_no_sense_are_refused(a: float, b: float) -> None:
    with pytest.raises(ValueError, match="ratio"):
        ratio(a, 0.1, b, 0.1, unit="1/ug", n=3, replicates="videos")


def test_fieller_refuses_a_denominator_that_is_not_positive() -> None:
    with pytest.raises(ValueError, match="denominator"):
        fieller(1.0, 0.1, 0.0, 0.1, Z)


@given(st.floats(1, 1e12), st.floats(0, 0.5), st.floats(0.1, 1e6), st.floats(0, 0.49))
def test_fieller_solves_its_equation(a: float, cv_a: float, b: float, cv_b: float) -> None:
    made = fieller(a, cv_a * a, b, cv_b * b, Z)
    for end in (made.lower, made.upper):
        assert end is not None
        pivot = (a - end * b) ** 2 - Z**2 * ((cv_a * a) ** 2 + (end * cv_b * b) ** 2)
        assert pivot == pytest.approx(0, abs=1e-6 * (a**2 + (end * b) ** 2))


@given(st.floats(0.01, 0.1), st.floats(0.01, 0.1))
def test_without_noise_in_the_denominator_fieller_is_the_linear_interval(cv: float, a: float) -> None:
    made = fieller(a, cv * a, 2.0, 0.0, Z)
    assert made.upper == pytest.approx(a / 2 * (1 + Z * cv))
    assert made.g == 0


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("=", "=", "="), ("=", "<", ">"), ("=", ">", "<"), (">", "=", ">"), ("<", "=", "<"),
        (">", "<", ">"), ("<", ">", "<"), (">", ">", None), ("<", "<", None),
    ],
)  # fmt: skip
def test_relations_of_ratios(a: Relation, b: Relation, expected: Relation | None) -> None:
    assert ratio_relation(a, b) == expected


def test_a_denominator_below_range_makes_the_ratio_greater() -> None:
    made = ratio_of(known(2e10, 0.1), known(5.0, None, "ug/mL", "<"), "1/ug")
    assert made is not None
    assert (made.value, made.relation, made.upper) == (4e9, ">", None)
    assert made.lower == pytest.approx(4e9 * math.exp(-1.959963984540054 * 0.1))
    assert NO_REPLICATION not in made.flags


def test_a_numerator_below_range_makes_the_ratio_less() -> None:
    made = ratio_of(known(2e10, None, relation="<"), known(5.0, 0.1, "ug/mL"), "1/ug")
    assert made is not None
    assert (made.value, made.relation, made.lower) == (4e9, "<", None)
    assert made.upper == pytest.approx(4e9 * math.exp(1.959963984540054 * 0.1))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (known(1.0, 0.1, relation="<"), known(1.0, 0.1, relation="<")),
        (known(1.0, 0.1), known(0.0, None)),
        (known(-1.0, None), known(1.0, 0.1)),
        (known(1e10, 0.1), known(1e-300, 0.1)),
        (known(1.0, 0.1), replace(known(1.0, None, relation="<"), value=None)),
        (replace(known(1.0, None, relation=">"), value=None), known(1.0, 0.1)),
    ],
)
def test_where_nothing_can_be_said_there_is_no_ratio(a: Estimate, b: Estimate) -> None:
    assert ratio_of(a, b, "1/ug") is None


def test_flags_n_and_replicates_of_both_sides_are_kept() -> None:
    a = replace(known(2e10, 0.1), flags=("drift",), n=5)
    b = replace(known(5.0, 0.1), flags=("few_wells", "drift"), n=2, replicates="wells")
    made = ratio_of(a, b, "1/ug")
    assert made is not None
    assert (made.flags, made.n, made.replicates) == (("drift", "few_wells"), 2, "videos / wells")


def test_a_factor_scales_value_and_interval_alike() -> None:
    one, percent = (ratio_of(known(3.0, 0.1), known(4.0, 0.1), "%", f) for f in (1.0, 100.0))
    assert one is not None
    assert percent is not None
    assert one.lower is not None
    assert (percent.value, percent.lower) == pytest.approx((75.0, 100 * one.lower))


def test_product_adds_relative_variances() -> None:
    made = product(1e10, 1e9, 2.0, 0.1, unit="1", n=3, replicates="videos")
    assert made.value == 2e10
    assert made.standard_uncertainty == pytest.approx(2e10 * math.hypot(0.1, 0.05))
    assert made.upper == pytest.approx(2e10 * math.exp(1.959963984540054 * math.hypot(0.1, 0.05)))


def test_product_without_one_uncertainty_has_none() -> None:
    made = product(1e10, None, 2.0, 0.1, unit="1", n=1, replicates="videos")
    assert (made.lower, made.upper, made.flags) == (None, None, (NO_REPLICATION,))


def test_product_of_zero_has_no_log_interval() -> None:
    assert product(0.0, 1.0, 2.0, 0.1, unit="1", n=3, replicates="videos").flags == (LOG_SCALE_UNDEFINED,)


@pytest.mark.parametrize(("a", "b"), [(-1.0, 1.0), (1.0, -1.0), (math.nan, 1.0)])
def test_products_that_make_no_sense_are_refused(a: float, b: float) -> None:
    with pytest.raises(ValueError, match="product"):
        product(a, 0.1, b, 0.1, unit="1", n=3, replicates="videos")


def test_sum_of_the_fractions_of_c03() -> None:
    made = summed([known(4e11, 0.12), known(3e11, 0.15), known(1.5e11, 0.2)])
    assert made is not None
    assert made.value == pytest.approx(8.5e11)
    assert made.standard_uncertainty == pytest.approx(1e12 * math.sqrt(0.048**2 + 0.045**2 + 0.03**2))


def test_a_part_without_uncertainty_leaves_the_sum_without() -> None:
    single = replicate_mean([1e10], "1/mL", "videos")
    made = summed([known(4e11, 0.12), single])
    assert made is not None
    assert (made.value, made.lower, made.flags, made.n) == (4.1e11, None, (NO_REPLICATION,), 1)


def test_a_bound_among_the_parts_bounds_the_sum() -> None:
    made = summed([known(4e11, 0.12), known(1e10, None, relation="<")])
    assert made is not None
    assert (made.value, made.relation, made.lower) == (4.1e11, "<", None)


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [known(1.0, 0.1, relation="<"), known(1.0, 0.1, relation=">")],
        [known(1.0, 0.1), replace(known(1.0, None, relation="<"), value=None)],
    ],
)
def test_what_does_not_add_up_has_no_sum(parts: list[Estimate]) -> None:
    assert summed(parts) is None


def test_different_units_do_not_add_up() -> None:
    with pytest.raises(ValueError, match="units"):
        summed([known(1.0, 0.1), known(1.0, 0.1, "1")])


def test_a_share_of_a_sum_is_narrower_than_a_ratio_of_independent_sums() -> None:
    """3 of 4, each known to 10 %: u = s (1 - s) sqrt(0.1² + 0.1²); as a ratio to the sum it would be 10 % and more."""
    made = share_of_sum([known(3e10, 0.1)], [known(1e10, 0.1)])
    assert made.value == pytest.approx(75.0)
    assert made.standard_uncertainty == pytest.approx(100 * 0.75 * 0.25 * math.hypot(0.1, 0.1))
    assert made.lower is not None
    assert made.upper is not None
    assert made.lower < 75 < made.upper < 100


@example(parts=[(1e6, 0.5)], others=[(1.04e-200, 0.0)])
@given(
    st.lists(st.tuples(st.floats(1e6, 1e12), st.floats(0.0, 0.5)), min_size=1, max_size=4),
    st.lists(st.tuples(st.floats(0.0, 1e12), st.floats(0.0, 0.5)), max_size=4),
)
def test_a_share_and_its_ends_lie_between_nothing_and_all(
    parts: list[tuple[float, float]], others: list[tuple[float, float]]
) -> None:
    made = share_of_sum([known(*each) for each in parts], [known(*each) for each in others])
    assert made.value is not None
    assert 0 < made.value <= 100
    assert made.lower is None or 0 <= made.lower <= made.value
    assert made.upper is None or made.value <= made.upper <= 100


@pytest.mark.parametrize(
    ("parts", "others"),
    [
        ([known(3e10, 0.1)], [known(1e10, None, relation="<")]),
        ([known(3e10, 0.1), known(5e9, None, relation="<")], [known(1e10, 0.1)]),
    ],
)
def test_a_share_with_a_bound_is_at_least_what_is_left_at_worst(parts: list[Estimate], others: list[Estimate]) -> None:
    made = share_of_sum(parts, others)
    assert (made.relation, made.upper) == (">", None)
    assert made.value == pytest.approx(75.0)


@pytest.mark.parametrize("parts", [[], [known(0.0, 0.1)], [known(1e10, None, relation="<")]])
def test_a_share_of_nothing_known_is_refused(parts: list[Estimate]) -> None:
    with pytest.raises(ValueError, match="parts that are there"):
        share_of_sum(parts, [known(1e10, 0.1)])


def test_all_of_a_sum_is_all() -> None:
    assert share_of_sum([known(3e10, 0.1)], []).value == 100.0
