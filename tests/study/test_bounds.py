"""Bounds, zeros and numbers that pools do not tie together: nothing of them becomes a value in silence."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import numpy as np
import pytest

from evqc.numerics.acceptability import first_bounds, rank_acceptability
from evqc.study.columns import Column, Observation, column_of
from evqc.study.compare import compare
from evqc.study.weights import Weighted
from tests.study.making import arm_batches, opened, plain
from tests.study.test_scores import TRUTH, exact, method, observed, ranked

ALBUMIN = Weighted(name="albumin_per_particles", weight=1, worst=1000, best=0.1, scale="log", reference="for this test")
PURITY = "particles_per_protein"


def albumin(values: dict[str, tuple[tuple[float | None, float | None], ...]]) -> Column:
    """What is known of methods by ends, one batch a pool."""
    made = [
        replace(exact(arm, f"d{at}", "albumin_per_particles", 1.0), lower=lower, upper=upper)
        for arm, ends in values.items() for at, (lower, upper) in enumerate(ends)
    ]  # fmt: skip
    return column_of(ALBUMIN, made, tuple(values), {})


def test_a_zero_does_not_make_the_other_batches_zero() -> None:
    """Three batches full of albumin, and one of which the assay said 0.0: the mean is no zero, and not known."""
    column = albumin({"A": ((900.0, 900.0), (800.0, 800.0), (950.0, 950.0), (0.0, 0.0)), "B": ((5.0, 5.0),) * 4})
    assert column.how == ("bounds", "measured")
    least, most = (float(side[0]) for side in column.bounds())
    assert (round(least, 2), most) == (0.26, 1.0)
    assert column.upper[0] == pytest.approx((900 * 800 * 950 * 0.1) ** 0.25), "beyond 0.1 the scale tells nothing apart"
    assert math.isnan(column.lower[0])


def test_of_nothing_but_zeros_the_best_of_the_scale_is_known_where_less_is_better() -> None:
    column = albumin({"A": ((0.0, 0.0), (0.0, 0.0)), "B": ((5.0, 5.0), (6.0, 6.0))})
    assert [float(side[0]) for side in column.bounds()] == [1.0, 1.0]


def test_on_a_scale_that_begins_at_zero_a_zero_bounds_nothing() -> None:
    linear = Weighted(
        name="marker_positive_fraction", weight=1, worst=0, best=100, scale="linear", reference="for this test"
    )
    made = [exact("A", "d1", linear.name, 80.0), replace(exact("A", "d2", linear.name, 1.0), lower=0.0, upper=0.0)]
    assert [float(side[0]) for side in column_of(linear, made, ("A",), {}).bounds()] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("ends", "spans"),
    [
        (((None, 10.0), (None, 10.0)), (0.5, 1.0)),
        (((10.0, None), (10.0, None)), (0.0, 0.5)),
        (((10.0, None), (None, 10.0)), (0.0, 1.0)),
        (((1.0, 100.0), (10.0, 10.0)), (0.375, 0.625)),
        (((-0.3, -0.3), (10.0, 10.0)), (0.75, 1.0)),
    ],
)
def test_spans_hold_every_value_between_the_ends(
    ends: tuple[tuple[float | None, float | None], ...], spans: tuple[float, float]
) -> None:
    assert [float(side[0]) for side in albumin({"A": ends}).bounds()] == pytest.approx(spans)


def test_methods_that_share_no_pool_in_one_aspect_are_not_compared_in_it() -> None:
    """UC and SEC have purity on d1 and d2, precipitation on d3 and d4: nothing ties these numbers together."""
    apart = {"precipitation": ("d3", "d4"), "SEC": ("d1", "d2"), "UC": ("d1", "d2")}
    found = ranked([o for o in observed() if o.aspect != PURITY or o.pool in apart[o.arm]])
    parts = {m.arm: m.aspects[0] for m in found.methods}
    assert {arm: part.how for arm, part in parts.items()} == {
        "SEC": "measured",
        "UC": "measured",
        "precipitation": "apart",
    }
    part = parts["precipitation"]
    assert (part.value, part.n, part.pools, part.desirability_lower, part.desirability_upper) == (None, 2, 2, 0.0, 1.0)


def test_of_two_sets_of_equal_size_neither_has_values() -> None:
    two = {"SEC": TRUTH["SEC"], "UC": TRUTH["UC"]}
    given = [o for o in observed(two) if o.aspect != PURITY or (o.arm == "SEC") == (o.pool in {"d1", "d2"})]
    assert {m.aspects[0].how for m in ranked(given).methods} == {"apart"}


def test_what_is_measured_apart_is_said() -> None:
    study = plain()
    for batch in study["batches"]:
        if (batch["arm"] == "precipitation") == (batch["pool"] in {"d1", "d2"}):
            del batch["numbers"]["albumin_ng"]
    found = compare(opened(study), draws=500)
    assert (
        "precipitation is scored between bounds, 0 and 0.51, since of Albumin per 10⁹ particles it shares no pool with "
        "the methods that it is compared with."
    ) in found.answer.remarks


def bounded(observations: list[Observation], arm: str) -> list[Observation]:
    """The purity of a method as lower ends just below its values."""
    return [
        replace(o, lower=(o.lower or 0) * 0.999, upper=None) if o.arm == arm and o.aspect == PURITY else o
        for o in observations
    ]


def test_bounds_scatter_as_batches_do() -> None:
    """A claim that rests on bounds is no surer than one that rests on the values themselves."""
    truth = {"SEC": (6e9, 50.0), "UC": (4e9, 45.0), "precipitation": (2e8, 20.0)}
    given = observed(truth, cv=0.9, pools=("d1", "d2", "d3"), seed=5)
    of_values, of_bounds = ranked(given), ranked(bounded(given, "SEC"))
    assert method(of_bounds, "SEC").first_lower <= method(of_values, "SEC").first_lower + 0.02
    assert 0 < method(of_bounds, "SEC").first_lower < 1


def test_where_one_method_alone_has_values_its_batches_tell_the_scatter() -> None:
    """Of two methods on four pools one has a bound: the other one scatters over pools all the same."""
    given = observed({"SEC": (6e9, 50.0), "UC": (2e8, 8.0)})
    found = ranked([
        replace(o, lower=None) if (o.arm, o.pool, o.aspect) == ("UC", "d1", PURITY) else o for o in given
    ])  # fmt: skip
    assert (found.leader, found.decided, found.without_scatter) == ("SEC", True, ())
    part = method(found, "SEC").aspects[0]
    assert part.interval_lower is not None
    assert part.interval_lower < (part.value or 0) < (part.interval_upper or 0)


def test_bounds_of_single_batches_tell_no_scatter() -> None:
    given = [o for o in observed({"SEC": (9e9, 90.0), "UC": (2e8, 3.0)}) if o.aspect != PURITY or o.pool == "d1"]
    found = ranked(bounded(bounded(given, "SEC"), "UC"))
    assert PURITY in found.without_scatter
    assert not found.decided


def test_the_first_rank_between_bounds_is_that_of_the_worst_and_the_best_case() -> None:
    rng = np.random.default_rng(3)
    lower = rng.uniform(0.1, 0.6, (400, 4, 1)).round(1)
    upper = lower + rng.uniform(0, 0.4, (400, 4, 1)).round(1)
    weights = np.ones((400, 1))
    least, most = first_bounds(np.log(lower[..., 0]), np.log(upper[..., 0]))
    for i in range(4):
        worst, best = upper.copy(), lower.copy()
        worst[:, i], best[:, i] = lower[:, i], upper[:, i]
        assert least[i] == pytest.approx(rank_acceptability("abcd", worst, weights).rank[i][0])
        assert most[i] == pytest.approx(rank_acceptability("abcd", best, weights).rank[i][0])


def test_sixty_methods_with_one_bound_take_seconds() -> None:
    rng = np.random.default_rng(4)
    truth = {f"m{i:02d}": (float(10 ** rng.uniform(8.5, 10.2)), float(rng.uniform(5, 90)), 3.0, 3.0) for i in range(60)}
    study = plain(truth, pools=2, cv=0.3)
    arm_batches(study, "m00")[0]["numbers"]["protein_ug"] = "<5"
    started = time.process_time()
    assert compare(opened(study), draws=20_000).answer.outcome != "best"
    assert time.process_time() - started < 10
