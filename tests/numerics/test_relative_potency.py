from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from evqc.numerics.relative_potency import Limits, PotencyRefusedError, relative_potency

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

DOSE: Floats = np.tile([0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0], 3)


def response(dose: Floats, *, bottom: float = 0.1, slope: float = 1.3, middle: float = 5.0, top: float = 2.0) -> Floats:
    return top + (bottom - top) / (1 + (dose / middle) ** slope)


def noisy(values: Floats, seed: int, sd: float = 0.03) -> Floats:
    return values + sd * np.random.default_rng(seed).standard_normal(values.shape)


@pytest.mark.parametrize("potency", [0.5, 1.0, 1.25, 2.0])
def test_without_noise_the_truth_comes_back(potency: float) -> None:
    made = relative_potency((DOSE, response(DOSE)), (DOSE, response(DOSE, middle=5 / potency)))
    assert made.potency.value == pytest.approx(potency, rel=1e-6)
    assert (made.f_not_parallel, made.p_not_parallel) == (None, None)


def test_falling_curves_do_as_well() -> None:
    made = relative_potency(
        (DOSE, response(DOSE, bottom=2.0, top=0.1)), (DOSE, response(DOSE, bottom=2.0, top=0.1, middle=2.5))
    )
    assert made.potency.value == pytest.approx(2.0, rel=1e-6)


def test_exchanged_preparations_have_the_reciprocal_potency() -> None:
    a, b = (DOSE, noisy(response(DOSE), 1)), (DOSE, noisy(response(DOSE, middle=4), 2))
    one, other = relative_potency(a, b).potency, relative_potency(b, a).potency
    assert one.value is not None
    assert one.value == pytest.approx(1 / (other.value or 0), rel=1e-6)
    assert one.lower == pytest.approx(1 / (other.upper or 0), rel=1e-6)


def test_the_interval_covers() -> None:
    inside = 0
    for seed in range(120):
        both = (DOSE, noisy(response(DOSE), seed)), (DOSE, noisy(response(DOSE, middle=4), seed + 1000))
        made = relative_potency(*both, limits=Limits(ratio=2, shift=0.5)).potency
        assert made.lower is not None
        assert made.upper is not None
        inside += made.lower <= 1.25 <= made.upper
    assert inside / 120 >= 0.89


@pytest.mark.parametrize("changed", [{"slope": 2.2}, {"top": 3.0}, {"bottom": 0.6}, {"bottom": 2.0, "top": 0.1}])
def test_curves_that_are_not_parallel_are_refused(changed: dict[str, float]) -> None:
    tested = noisy(response(DOSE, **changed), 2)
    with pytest.raises(PotencyRefusedError, match="not shown to be parallel"):
        relative_potency((DOSE, noisy(response(DOSE), 1)), (DOSE, tested))


def test_scatter_is_no_proof_of_parallel_curves() -> None:
    with pytest.raises(PotencyRefusedError, match="not shown to be parallel"):
        relative_potency((DOSE, noisy(response(DOSE), 1, 0.3)), (DOSE, noisy(response(DOSE), 2, 0.3)))


def test_the_limits_are_the_laboratorys() -> None:
    both = (DOSE, noisy(response(DOSE), 1)), (DOSE, noisy(response(DOSE, slope=1.7), 2))
    with pytest.raises(PotencyRefusedError):
        relative_potency(*both)
    assert relative_potency(*both, limits=Limits(ratio=2.0, shift=0.2)).potency.value is not None


def test_a_missing_asymptote_is_refused() -> None:
    kept = DOSE < 9
    with pytest.raises(PotencyRefusedError, match=r"asymptote of the preparation is missing|not settled"):
        relative_potency((DOSE, noisy(response(DOSE), 1)), (DOSE[kept], noisy(response(DOSE), 2)[kept]))


def test_a_curve_that_is_not_settled_is_refused() -> None:
    with pytest.raises(PotencyRefusedError, match="standard is not settled"):
        relative_potency((DOSE[:3], response(DOSE)[:3]), (DOSE, response(DOSE)))


def test_shapes_and_numbers_are_checked() -> None:
    with pytest.raises(ValueError, match="one length"):
        relative_potency((DOSE, response(DOSE)[:-1]), (DOSE, response(DOSE)))
    with pytest.raises(ValueError, match="finite"):
        relative_potency((DOSE, np.full(DOSE.shape, np.nan)), (DOSE, response(DOSE)))


def test_table() -> None:
    made = relative_potency((DOSE, noisy(response(DOSE), 1)), (DOSE, noisy(response(DOSE), 2)))
    assert made.to_pandas()["potency_value"].item() == made.potency.value
