from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evqc.study.numbers import (
    DERIVED,
    STATED,
    Known,
    computed,
    disagreeing,
    known_number,
    number_fields,
    ratio_of_known,
    stated,
)
from evqc.study.weights import aspects

POSITIVE = st.floats(1e-6, 1e12)


@pytest.mark.parametrize(
    ("numbers", "aspect", "value"),
    [
        ({"particles_total": 2.4e11, "protein_ug": 60}, "particles_per_protein", 4e9),
        ({"albumin_ng": 120, "particles_total": 2.4e11}, "albumin_per_particles", 0.5),
        ({"apolipoprotein_ng": 24, "particles_total": 2.4e11}, "apolipoprotein_per_particles", 0.1),
        ({"particles_total": 2.4e11, "feed_particles": 6e11}, "particle_recovery", 40),
        ({"particles_total": 2.4e11, "source_volume_ml": 48}, "particles_per_ml_source", 5e9),
        ({"particles_total": 2.4e11, "cells": 4e7}, "particles_per_million_cells", 6e9),
        ({"particles_total": 2.4e11, "collection_hours": 48}, "particles_per_day", 1.2e11),
    ],
)
def test_aspects_follow_from_quantities(numbers: dict[str, float], aspect: str, value: float) -> None:
    found = computed(stated(numbers))
    assert list(found) == [aspect]
    assert found[aspect].exact == pytest.approx(value)
    assert STATED in found[aspect].source


@pytest.mark.parametrize(
    ("numbers", "aspect", "ends"),
    [
        ({"particles_total": 1e11, "protein_ug": "<5"}, "particles_per_protein", (2e10, None)),
        ({"particles_total": 1e11, "protein_ug": ">50"}, "particles_per_protein", (None, 2e9)),
        ({"particles_total": "<1e10", "protein_ug": 50}, "particles_per_protein", (None, 2e8)),
        ({"albumin_ng": "<40", "particles_total": 2e11}, "albumin_per_particles", (None, 0.2)),
    ],
)
def test_bounds_stay_bounds(numbers: dict[str, float | str], aspect: str, ends: tuple[float | None, ...]) -> None:
    found = computed(stated(numbers))[aspect]
    assert (found.lower, found.upper) == tuple(pytest.approx(e) if e is not None else None for e in ends)
    assert found.exact is None


def test_two_bounds_that_pull_apart_say_nothing() -> None:
    assert computed(stated({"particles_total": "<1e10", "protein_ug": "<5"})) == {}


@given(POSITIVE, POSITIVE, st.floats(1, 5), st.floats(1, 5))
def test_a_ratio_of_bounds_holds_every_ratio_within(a: float, b: float, wide: float, other: float) -> None:
    found = ratio_of_known(Known(a / wide, a * wide, ""), Known(b / other, b * other, ""), 1.0)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= a / b * (1 + 1e-12)
    assert found.upper >= a / b * (1 - 1e-12)


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ((4.0, 4.0), (4.03, 4.03), False),
        ((4.0, 4.0), (4.2, 4.2), True),
        ((None, 4.0), (4.2, 4.2), True),
        ((None, 4.0), (3.0, 3.0), False),
        ((5.0, None), (4.2, 4.2), True),
        ((5.0, None), (None, 6.0), False),
    ],
)
def test_numbers_disagree_beyond_rounding(
    one: tuple[float | None, float | None], other: tuple[float | None, float | None], apart: bool
) -> None:
    found = list(disagreeing({"x": Known(*one, "")}, {"x": Known(*other, "")}))
    assert bool(found) == apart


@pytest.mark.parametrize(
    ("name", "value"),
    [("protein", 3.0), ("protein_ug", 0.0), ("protein_ug", "<0"), ("marker_positive_fraction", 101.0)],
)
def test_numbers_that_cannot_be_are_refused(name: str, value: float | str) -> None:
    with pytest.raises(ValueError, match=name):
        known_number(name, value)


def test_every_aspect_of_a_batch_can_be_stated() -> None:
    names = [name for name, each in aspects().items() if not each.constant]
    assert set(names) <= set(number_fields())
    assert set(DERIVED) <= set(names)
