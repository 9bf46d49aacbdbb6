"""The example process, whose truth is known: what went in is found again, or said to be lost."""

from __future__ import annotations

from functools import cache

import pytest

import evqc
from evqc.isolation.process import Fate, Process, process_of
from tests.example_tff import STREAMS
from tests.places import ROOT

#: By quantity, where in ``STREAMS`` its concentration stands.
WHICH = {"particles": 1, "protein": 2, "albumin": 3}
STEPS = {(1, 1): ("feed", "concentrate", "permeate"), (2, 2): ("concentrate", "retentate", "wash")}


@cache
def process() -> Process:
    return process_of(evqc.open_batch(ROOT / "examples" / "tff-process"))


def held(stream: str, quantity: str) -> float:
    row = STREAMS[stream]
    return row[0] * row[WHICH[quantity]]


def ends(made: object) -> tuple[float, float]:
    estimate = getattr(made, "estimate", None)
    assert estimate is not None
    return estimate.lower, estimate.upper


def fates() -> list[Fate]:
    return [*process().steps, *process().overall]


def test_every_stream_is_followed() -> None:
    expected = [(quantity, *step) for quantity in WHICH for step in STEPS]
    assert [(f.quantity, f.first, f.last) for f in process().steps] == expected
    assert [(f.quantity, f.first, f.last) for f in process().overall] == [(quantity, 1, 2) for quantity in WHICH]


@pytest.mark.parametrize("quantity", WHICH)
@pytest.mark.parametrize("step", STEPS)
def test_recovery_and_balance_hold_the_truth(quantity: str, step: tuple[int, int]) -> None:
    feed, product, beside = STEPS[step]
    fate = next(f for f in process().steps if (f.quantity, f.first, f.last) == (quantity, *step))
    assert [f.sample for f in (fate.feed, fate.product, *fate.beside)] == [feed, product, beside]
    lower, upper = ends(fate.recovery)
    assert lower <= 100 * held(product, quantity) / held(feed, quantity) <= upper
    lower, upper = ends(fate.balance)
    truth = 100 * (held(product, quantity) + held(beside, quantity)) / held(feed, quantity)
    assert 0.92 * lower <= truth <= 1.08 * upper
    assert 70 <= (lower * upper) ** 0.5 <= 130


def test_the_mass_balance_closes_without_remarks() -> None:
    assert not [remark for fate in fates() for remark in fate.remarks]


def test_albumin_is_cleared_by_two_and_a_half_orders_and_more() -> None:
    albumin = process().overall[2]
    assert albumin.clearance is not None
    lower, _ = ends(albumin.clearance)
    assert lower > 2.5


def test_particles_concentrate_less_than_the_volume() -> None:
    first = process().steps[0]
    lower, upper = ends(first.concentration_factor)
    assert lower < 17.6 < upper < 20
    assert first.volumetric_factor.estimate is not None
    assert first.volumetric_factor.estimate.value == 20.0
