"""The example study, whose truth is known: it adds up, the ranking is found, and little data decides nothing."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

import pytest

from evqc.isolation.process import process_of
from evqc.isolation.process_results import BALANCE_TOO_HIGH, BALANCE_TOO_LOW
from evqc.study.compare import compare
from evqc.study.open import open_study
from evqc.study.scores import Ranking, rankings
from evqc.study.values import gather
from evqc.study.weights import shipped_weights
from tests.example_comparison import PRODUCT, streams
from tests.places import ROOT
from tests.study.truth import BATCH_SD, CONSTANTS, DONORS, TRUTH, batch_of, observations

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evqc.study.columns import Observation
    from evqc.study.open import OpenStudy

FOLDER = ROOT / "examples" / "isolation-comparison"
BEST = TRUTH[0].name
ORDER = [method.name for method in TRUTH]


@cache
def study() -> OpenStudy:
    return open_study(FOLDER)


@cache
def measured() -> tuple[Observation, ...]:
    return gather(study()).observations


def ranked(of: Sequence[Observation], draws: int = 20_000) -> Ranking:
    (made,) = rankings(of, CONSTANTS, shipped_weights()["research"], seed=1, draws=draws)
    return made


def first_share(of: Ranking) -> float:
    return next(method.first_lower for method in of.methods if method.arm == of.leader)


def of_donors(of: Sequence[Observation], count: int) -> list[Observation]:
    return [each for each in of if int(each.pool.split()[-1]) <= count]


def test_the_folder_is_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.rglob("*") if file.is_file()) < 1_600_000


def test_the_mass_balance_of_every_batch_closes() -> None:
    flags = {BALANCE_TOO_LOW, BALANCE_TOO_HIGH}
    for name, batch in study().folders.items():
        found = process_of(batch)
        assert {fate.quantity for fate in found.steps} == {"particles", "protein", "albumin"}
        for fate in (*found.steps, *found.overall):
            assert fate.balance.estimate is not None, (name, fate.balance.why_missing)
            assert not flags & set(fate.balance.estimate.flags), (name, fate.quantity, fate.balance.estimate)


def test_the_truth_is_recovered_within_its_uncertainty() -> None:
    """Of 60 intervals of 95 %, some three miss; ten would be a defect."""
    missed = 0
    for method in TRUTH:
        for donor in range(1, DONORS + 1):
            known = streams(method, donor)
            found = process_of(study().folders[f"{method.key}-{donor}"])
            for fate in (*found.overall, *found.steps)[:3]:
                assert (fate.feed.sample, fate.product.sample) == ("pool", PRODUCT)
                which = {"particles": "particles", "protein": "protein_ug", "albumin": "albumin_ng"}[fate.quantity]
                truth = 100 * getattr(known[PRODUCT], which) / getattr(known["pool"], which)
                made = fate.recovery.estimate
                assert made is not None
                assert made.value == pytest.approx(truth, rel=0.35)
                assert made.lower is not None
                assert made.upper is not None
                missed += not made.lower <= truth <= made.upper
    assert missed <= 9


def test_the_measured_aspects_are_the_true_ones() -> None:
    for each in measured():
        if each.aspect == "particle_recovery":
            method = next(m for m in TRUTH if m.name == each.arm)
            truth = 100 * batch_of(method, int(each.pool.split()[-1])).recovery
            assert each.exact == pytest.approx(truth, rel=0.25)


def test_the_true_ranking_is_found() -> None:
    made = compare(study(), draws=20_000)
    assert made.answer.decided
    assert BEST in made.answer.sentence
    assert [method.arm for method in made.sets[0].ranking.methods] == ORDER
    assert not made.missing
    assert not made.noticed


def test_half_the_batches_do_not_decide() -> None:
    """Two donors of four: the same leader, and more pools are asked for."""
    made = ranked(of_donors(measured(), DONORS // 2))
    assert made.leader == BEST
    assert not made.decided
    assert made.pools_needed is not None
    assert made.pools_needed > DONORS // 2


@pytest.mark.parametrize(("donors", "decided"), [(2, False), (3, False), (4, True), (8, True)])
def test_the_answer_at_two_three_four_and_eight_pools(donors: int, decided: bool) -> None:
    """By the true values of the batches, which scatter by 40 %: 0.72, 0.76, 0.90, 0.95."""
    made = ranked(observations(donors))
    assert (made.leader, made.decided) == (BEST, decided)
    assert [method.arm for method in made.methods] == ORDER


def test_more_pools_make_the_leader_surer() -> None:
    shares = [first_share(ranked(observations(donors))) for donors in (2, 3, 4, 8, 16)]
    assert shares == sorted(shares)
    assert shares[0] < 0.8 < shares[-1]


def lucky(factor: float, donors: int = DONORS) -> list[Observation]:
    """Four methods as measured, and a kit for the fifth: one batch, ``factor`` times better than the best one."""
    others = [o for o in of_donors(measured(), donors) if o.arm != "precipitation"]
    best = [o for o in others if o.arm == BEST and o.pool == "donor 1"]
    return [*others, *(_better(o, factor) for o in best)]


def _better(of: Observation, factor: float) -> Observation:
    assert of.exact is not None
    less = of.aspect == "albumin_per_particles"
    value = of.exact / factor if less else of.exact * factor
    value = min(value, 95.0) if of.aspect == "particle_recovery" else value
    return replace(of, arm="new kit", batch="kit-1", lower=value, upper=value)


CONSTANTS_WITH_KIT = CONSTANTS | {"new kit": {"hours": 4.0}}


@pytest.mark.parametrize("sds", [0.5, 1.0, 2.0, 5.0])
def test_a_fifth_method_with_one_lucky_batch_is_not_called_best(sds: float) -> None:
    """Better than the best method by up to five standard deviations of the scatter between batches, in everything."""
    (made,) = rankings(
        lucky(math.exp(sds * BATCH_SD)), CONSTANTS_WITH_KIT, shipped_weights()["research"], seed=1, draws=20_000
    )
    assert not (made.decided and made.leader == "new kit"), first_share(made)
    if made.leader == "new kit":
        assert "particles_per_protein" in made.leader_once


@pytest.mark.slow
def test_over_many_studies_a_wrong_method_is_hardly_ever_called_best() -> None:
    """Forty studies: with more pools more of them decide, and those that do name the right method."""
    decided = {}
    for donors in (2, 4, 8):
        made = [ranked(observations(donors, seed=seed), 5_000) for seed in range(100, 140)]
        decided[donors] = sum(each.decided for each in made)
        assert sum(each.decided and each.leader != BEST for each in made) <= 1
    assert decided[2] < decided[4] <= decided[8]
