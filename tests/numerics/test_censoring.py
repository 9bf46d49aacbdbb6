from __future__ import annotations

import pytest

from evqc.measurement import Quantity, State
from evqc.numerics.censoring import MISSING_REPLICATES, OUT_OF_RANGE, estimate_quantity
from evqc.numerics.estimate import NO_REPLICATION

MEASURED, BELOW, ABOVE, MISSING = State.MEASURED, State.BELOW_RANGE, State.ABOVE_RANGE, State.MISSING


def protein(state: State, number: float | None = None, sample: str = "S1") -> Quantity:
    return Quantity(
        measurand="protein_concentration",
        value=number if state is MEASURED else None,
        bound=None if state is MEASURED else number,
        unit="ug/mL",
        state=state,
        sample=sample,
    )


def test_measured_replicates_give_their_mean() -> None:
    made = estimate_quantity([protein(MEASURED, v) for v in (4.0, 5.0, 6.0)], replicates="wells")
    assert made is not None
    assert (made.value, made.n, made.replicates, made.unit, made.flags) == (5.0, 3, "wells", "ug/mL", ())
    assert made.standard_uncertainty == pytest.approx(1 / 3**0.5)


@pytest.mark.parametrize(
    ("replicates", "value", "relation"),
    [
        ([(BELOW, 2.0)], 2.0, "<"),
        ([(BELOW, 2.0), (BELOW, 4.0)], 3.0, "<"),
        ([(MEASURED, 5.0), (BELOW, 4.0)], 4.5, "<"),
        ([(ABOVE, 2000.0), (MEASURED, 1900.0)], 1950.0, ">"),
        ([(BELOW, None)], None, "<"),
        ([(BELOW, None), (BELOW, 2.0)], None, "<"),
        ([(ABOVE, None)], None, ">"),
    ],
)
def test_outside_the_range_an_estimate_is_a_bound(
    replicates: list[tuple[State, float | None]], value: float | None, relation: str
) -> None:
    made = estimate_quantity([protein(*r) for r in replicates], replicates="wells")
    assert made is not None
    assert (made.value, made.relation, made.lower, made.upper) == (value, relation, None, None)
    assert made.flags == (OUT_OF_RANGE,)


@pytest.mark.parametrize(
    "replicates", [[], [(MISSING, None)], [(BELOW, 2.0), (ABOVE, 2000.0)], [(MISSING, None), (MISSING, None)]]
)
def test_missing_is_no_estimate_and_no_zero(replicates: list[tuple[State, float | None]]) -> None:
    assert estimate_quantity([protein(*r) for r in replicates], replicates="wells") is None


def test_a_missing_replicate_is_left_out_and_told() -> None:
    made = estimate_quantity([protein(MEASURED, 5.0), protein(MISSING)], replicates="wells")
    assert made is not None
    assert (made.value, made.n, made.flags) == (5.0, 1, (NO_REPLICATION, MISSING_REPLICATES))


def test_replicates_of_different_samples_do_not_mix() -> None:
    with pytest.raises(ValueError, match="one measurand"):
        estimate_quantity([protein(MEASURED, 5.0), protein(MEASURED, 5.0, "S2")], replicates="wells")
