"""Recovery of a spike."""

from __future__ import annotations

import math

import pytest

from evqc.isolation.spike import SPIKE_TOO_SMALL, spike_recovery
from evqc.isolation.yields import ABOVE_100_PERCENT
from evqc.numerics.estimate import Estimate, Relation
from evqc.numerics.replicates import with_interval


def known(value: float, u: float | None = None, relation: Relation = "=", unit: str = "1/mL") -> Estimate:
    bare = Estimate(
        value=value, lower=None, upper=None, unit=unit, n=3, scale="log", replicates="videos", method="m",
        relation=relation, standard_uncertainty=u, degrees_of_freedom=None if u is None else 2.0,
    )  # fmt: skip
    return with_interval(bare)


def test_the_share_that_is_found_again_and_its_uncertainty() -> None:
    """(9e9 - 1e9) of 1e10: 80 %; u² of the difference 0.5² + 0.1², of the spike 2 %."""
    made = spike_recovery(known(9e9, 5e8), known(1e9, 1e8), known(1e10, 2e8)).estimate
    assert made is not None
    assert made.value == pytest.approx(80.0)
    assert made.standard_uncertainty == pytest.approx(80 * math.hypot(math.hypot(5e8, 1e8) / 8e9, 0.02))
    assert made.flags == ()


@pytest.mark.parametrize(
    ("spiked", "native", "added", "flags"),
    [
        (4e9, 1e9, 3e9, ()),
        (3.9e9, 1e9, 2.9e9, (SPIKE_TOO_SMALL,)),
        (1.2e10, 1e9, 1e10, (ABOVE_100_PERCENT,)),
    ],
)
def test_flags(spiked: float, native: float, added: float, flags: tuple[str, ...]) -> None:
    made = spike_recovery(known(spiked, 1e8), known(native, 1e8), known(added, 1e7)).estimate
    assert made is not None
    assert made.flags == flags


def test_a_native_content_below_range_leaves_a_lower_bound() -> None:
    made = spike_recovery(known(9e9, 1e8), known(1e9, None, "<"), known(1e10, 1e8)).estimate
    assert made is not None
    assert made.relation == ">"
    assert made.value == pytest.approx(80.0)
    assert made.flags == ()


@pytest.mark.parametrize(
    ("given", "matrices", "why"),
    [
        ((None, known(1.0), known(1.0)), (None, None), "The sample with the spike is missing."),
        ((known(1.0), None, known(1.0)), (None, None), "The sample without the spike is missing."),
        ((known(1.0), known(1.0), None), (None, None), "What was added is missing."),
        ((known(1.0), known(1.0), known(0.0)), (None, None), "a ratio to it is not defined"),
        ((known(1.0), known(2.0), known(1.0)), (None, None), "does not hold more"),
        ((known(9.0), known(1.0), known(9.0)), ("plasma", "PBS"), "measured in plasma, without it in PBS"),
        ((known(9.0), known(1.0, None, "<"), known(9.0, None, ">")), (None, None), "no recovery follows"),
    ],
)
def test_why_there_is_none(
    given: tuple[Estimate | None, ...], matrices: tuple[str | None, str | None], why: str
) -> None:
    made = spike_recovery(*given, matrix_spiked=matrices[0], matrix_unspiked=matrices[1])
    assert made.estimate is None
    assert why in made.why_missing


def test_units_have_to_be_the_same() -> None:
    with pytest.raises(ValueError, match="was found"):
        spike_recovery(known(9.0), known(1.0), known(9.0, unit="ug"))
