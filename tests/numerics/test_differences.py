"""Differences and logarithms of estimates."""

from __future__ import annotations

import numpy as np
import pytest

from evqc.numerics.differences import decimal_logarithm, difference
from evqc.numerics.estimate import NO_REPLICATION, Estimate, Relation
from evqc.numerics.ratios import ratio
from evqc.numerics.replicates import with_interval


def known(value: float, u: float | None = None, relation: Relation = "=", unit: str = "ng") -> Estimate:
    bare = Estimate(
        value=value, lower=None, upper=None, unit=unit, n=4, scale="linear", replicates="wells", method="m",
        relation=relation, standard_uncertainty=u, degrees_of_freedom=None if u is None else 3.0,
    )  # fmt: skip
    return with_interval(bare)


def test_variances_add() -> None:
    """5 - 3 with 0.3 and 0.4: 2 ± 0.5, degrees of freedom 0.25² / (0.09²/3 + 0.16²/3)."""
    made = difference(known(5.0, 0.3), known(3.0, 0.4))
    assert made is not None
    assert made.value == 2.0
    assert made.standard_uncertainty == pytest.approx(0.5)
    assert made.degrees_of_freedom == pytest.approx(0.25**2 / (0.09**2 / 3 + 0.16**2 / 3))
    assert made.lower is not None
    assert made.lower < 2.0


def test_a_difference_may_be_negative() -> None:
    made = difference(known(3.0, 0.1), known(5.0, 0.1))
    assert made is not None
    assert made.value == -2.0


@pytest.mark.parametrize(
    ("a", "b", "relation"),
    [
        ("=", "<", ">"),
        ("=", ">", "<"),
        ("<", "=", "<"),
        (">", "=", ">"),
        ("<", ">", "<"),
        ("<", "<", None),
        (">", ">", None),
    ],
)
def test_bounds(a: Relation, b: Relation, relation: Relation | None) -> None:
    made = difference(known(5.0, None, a), known(3.0, None, b))
    assert (made.relation if made is not None else None) == relation
    assert made is None or (made.lower, made.upper) == (None, None)


def test_without_scatter_there_is_no_interval() -> None:
    made = difference(known(5.0), known(3.0, 0.1))
    assert made is not None
    assert (made.lower, made.flags) == (None, (NO_REPLICATION,))


def test_units_have_to_be_the_same() -> None:
    with pytest.raises(ValueError, match="not taken from"):
        difference(known(5.0), known(3.0, unit="ug"))
    with pytest.raises(ValueError, match="only a number"):
        decimal_logarithm(known(5.0))


def test_the_logarithm_carries_the_interval() -> None:
    """Against a simulation: log10 of 1000/10 with 5 % and 8 %."""
    made = decimal_logarithm(ratio(1000.0, 50.0, 10.0, 0.8, unit="1", n=3, replicates="wells"))
    assert made is not None
    assert made.value == pytest.approx(2.0)
    rng = np.random.default_rng(1)
    drawn = np.log10(
        1000 * np.exp(0.05 * rng.standard_normal(10**5)) / (10 * np.exp(0.08 * rng.standard_normal(10**5)))
    )
    assert made.standard_uncertainty == pytest.approx(float(drawn.std()), rel=0.02)
    assert made.lower == pytest.approx(float(np.quantile(drawn, 0.025)), abs=0.005)
    assert made.upper == pytest.approx(float(np.quantile(drawn, 0.975)), abs=0.005)


def test_nothing_has_no_logarithm() -> None:
    assert decimal_logarithm(known(0.0, unit="1")) is None
    bound = decimal_logarithm(known(100.0, None, ">", unit="1"))
    assert bound is not None
    assert bound.value == pytest.approx(2.0)
    assert bound.relation == ">"
